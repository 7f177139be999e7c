"""Three-way merge of lines: what one side changed is taken, what both changed is a conflict.

Lines are matched as a person would: those at both ends first, then those that occur once on
each side, then the rest, so that hostile text costs no more than real text.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, NamedTuple

# Beyond so many pairs of lines the rest of a text counts as replaced.
_MOST_COMPARED: Final = 250_000


class Conflict(NamedTuple):
    """What both sides made of ``base``, each in another way: whole lines."""

    base: bytes
    one: bytes
    other: bytes


Piece = bytes | Conflict


def split(data: bytes) -> list[bytes]:
    """The lines, each with its LF."""
    parts = data.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def three_way(base: bytes, one: bytes, other: bytes) -> list[Piece]:
    """What becomes of ``base``."""
    if one in (other, base):
        return [other]
    if other == base:
        return [one]
    b, x, y = split(base), split(one), split(other)
    pieces: list[Piece] = []
    for old, left, right in _chunks(b, x, y):
        if left in (right, old):
            pieces.append(b"".join(right))
        elif right == old:
            pieces.append(b"".join(left))
        else:
            pieces += conflict(old, left, right)
    return pieces


def conflict(old: Sequence[bytes], left: Sequence[bytes], right: Sequence[bytes]) -> list[Piece]:
    """The lines in conflict without those that both sides begin and end with."""
    shorter = min(len(left), len(right))
    head = next((n for n in range(shorter) if left[n] != right[n]), shorter)
    most = shorter - head
    tail = next((n for n in range(most) if left[-1 - n] != right[-1 - n]), most)
    between = Conflict(
        b"".join(old),
        b"".join(left[head : len(left) - tail]),
        b"".join(right[head : len(right) - tail]),
    )
    return [b"".join(left[:head]), between, b"".join(left[len(left) - tail :])]


def matches(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int]]:
    """Pairs of places of equal lines, both rising."""
    found: list[tuple[int, int]] = []
    todo = [(0, len(old), 0, len(new))]
    while todo:
        a, b, c, d = todo.pop()
        while a < b and c < d and old[a] == new[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and old[b - 1] == new[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        anchors = _once_each(old, new, range(a, b), range(c, d))
        if anchors:
            found += anchors
            ends = [(a - 1, c - 1), *anchors, (b, d)]
            todo += [(p + 1, r, q + 1, s) for (p, q), (r, s) in pairwise(ends)]
        elif (b - a) * (d - c) <= _MOST_COMPARED:
            matcher = SequenceMatcher(None, old[a:b], new[c:d], autojunk=False)
            for block in matcher.get_matching_blocks():
                found += ((a + block.a + n, c + block.b + n) for n in range(block.size))
    return sorted(found)


def _chunks(
    b: list[bytes], x: list[bytes], y: list[bytes]
) -> Iterator[tuple[list[bytes], list[bytes], list[bytes]]]:
    """The texts cut where a line of ``b`` stands on both sides."""
    in_x, in_y = dict(matches(b, x)), dict(matches(b, y))
    at, ax, ay = 0, 0, 0
    for n in range(len(b)):
        if n not in in_x or n not in in_y:
            continue
        nx, ny = in_x[n], in_y[n]
        if (n, nx, ny) != (at, ax, ay):
            yield b[at:n], x[ax:nx], y[ay:ny]
        yield [b[n]], [x[nx]], [y[ny]]
        at, ax, ay = n + 1, nx + 1, ny + 1
    yield b[at:], x[ax:], y[ay:]


def _once_each(
    old: Sequence[bytes], new: Sequence[bytes], there: range, here: range
) -> list[tuple[int, int]]:
    """The longest rising run of pairs of lines that occur once in each stretch."""
    times_there, times_here = Counter(old[n] for n in there), Counter(new[n] for n in here)
    place = {new[n]: n for n in here if times_here[new[n]] == 1}
    once = (n for n in there if times_there[old[n]] == 1)
    pairs = [(n, place[old[n]]) for n in once if old[n] in place]
    tops: list[int] = []  # the smallest end of a rising run of each length
    ends: list[int] = []
    before: list[int] = []
    for at, (_, n) in enumerate(pairs):
        size = bisect_left(tops, n)
        before.append(ends[size - 1] if size else -1)
        tops[size : size + 1] = [n]
        ends[size : size + 1] = [at]
    found: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
