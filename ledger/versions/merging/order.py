"""The order of what a merge keeps: that of the base, but for what one side moved; what a side
added stands behind what it stands behind on that side."""

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def merged(
    base: Sequence[K],
    one: Sequence[K],
    other: Sequence[K],
    kept: set[K],
    is_before: Callable[[K | None, K, K], bool],
) -> list[K]:
    """``kept`` in order. Where both sides added something behind ``c`` (None: at the start),
    ``is_before(c, a, b)`` says whether ``a``, which ``one`` added, stands before ``b`` of
    ``other``.

    Where both sides moved what they have in common, ``one`` decides.
    """
    common = kept & {*base} & {*one} & {*other}
    was, left, right = ([key for key in keys if key in common] for keys in (base, one, other))
    spine = right if left == was else left
    mine, theirs = _runs(one, common, kept), _runs(other, common, kept)
    found: list[K] = []
    placed: set[K] = set()
    for anchor in (None, *spine):
        if anchor is not None:
            found.append(anchor)
        for key in _woven(mine.get(anchor, []), theirs.get(anchor, []), partial(is_before, anchor)):
            if key not in placed:
                placed.add(key)
                found.append(key)
    return found


def _runs(side: Sequence[K], common: set[K], kept: set[K]) -> dict[K | None, list[K]]:
    """What the side has besides what is common, by what stands before it."""
    runs: dict[K | None, list[K]] = {None: []}
    anchor: K | None = None
    for key in side:
        if key in common:
            anchor = key
            runs[anchor] = []
        elif key in kept:
            runs[anchor].append(key)
    return runs


def _woven(mine: list[K], theirs: list[K], is_before: Callable[[K, K], bool]) -> list[K]:
    """Both runs, each in its own order; what stands in both stands once."""
    shared = {*mine} & {*theirs}
    found: list[K] = []
    at, then = 0, 0
    while at < len(mine) or then < len(theirs):
        a = mine[at] if at < len(mine) else None
        b = theirs[then] if then < len(theirs) else None
        if a is not None and b is not None and a in shared and b in shared:
            found += [a] if a == b else [a, b]
            at, then = at + 1, then + 1
        elif b is None or (a is not None and a not in shared and (b in shared or is_before(a, b))):
            assert a is not None
            found.append(a)
            at += 1
        else:
            found.append(b)
            then += 1
    return found
