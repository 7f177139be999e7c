"""Which part of one version is which part of another.

What is the same word for word is matched first, then what is the same but for its number, then
what bears the same name or number, and at last what stands between the same neighbours.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from ledger.versions.merging import lines
from ledger.versions.merging.parts import Part, Section

Node = TypeVar("Node", Part, Section)
# What says less than this is not known again by what it says.
_FEWEST: Final = 24
_WORD = re.compile(rb"[^\W_]+|[\x80-\xff]+")
_NUMBERED: Final = ("attempt", "action")


def parts(old: Sequence[Part], new: Sequence[Part]) -> dict[int, int]:
    """Place in ``new`` to place in ``old``, for what came from there."""
    keys = (_exact, _masked, _words, _task, _named, _counted)
    return _match(old, new, keys, ("text", "action", "line"))


def sections(old: Sequence[Section], new: Sequence[Section]) -> dict[int, int]:
    """The same for sections, which are known by their names."""
    return _match(old, new, (_section_exact, _section_name), ("text",))


def added_parts(one: Sequence[Part], other: Sequence[Part]) -> dict[int, int]:
    """The same for what both sides added: attempts and actions only if they say the same."""
    return _match(one, other, (_exact, _masked, _named), ("text",))


def added_sections(one: Sequence[Section], other: Sequence[Section]) -> dict[int, int]:
    """Sections that both sides added are one if they bear the same name."""
    return _match(one, other, (_section_exact, _section_name), ())


def _match(
    old: Sequence[Node],
    new: Sequence[Node],
    keys: Sequence[Callable[[Node], Hashable]],
    nameless: Sequence[str],
) -> dict[int, int]:
    """Match by the first of ``keys`` that tells, and those of the kinds ``nameless`` that bear
    neither name nor number by their place."""
    # In order first, so that of two equal ones each is matched to its own.
    pairs = lines.matches([node.body for node in old], [node.body for node in new])
    found: dict[int, int] = {at: was for was, at in pairs if old[was].kind == new[at].kind}
    free = set(range(len(old))) - {*found.values()}
    for key in keys:
        places: dict[Hashable, list[int]] = defaultdict(list)
        for at in sorted(free, reverse=True):
            name = key(old[at])
            if name is not None:
                places[old[at].kind, name].append(at)
        for at, node in enumerate(new):
            if at in found:
                continue
            name = key(node)
            same = places.get((node.kind, name)) if name is not None else None
            if same:
                # Of several that are alike, the one of the same number, else the first.
                found[at] = next((was for was in same if _is_same_number(old[was], node)), same[-1])
                same.remove(found[at])
                free.discard(found[at])
    for kind in nameless:
        _by_neighbours(old, new, found, free, kind)
    return found


def _by_neighbours(
    old: Sequence[Node], new: Sequence[Node], found: dict[int, int], free: set[int], kind: str
) -> None:
    """Match what bears neither name nor number and stands between two neighbours that are
    matched, in order."""
    ends = [(-1, -1), *((at, found[at]) for at in sorted(found)), (len(new), len(old))]
    for (at, was), (following, then) in pairwise(ends):
        here = [n for n in range(at + 1, following) if _is_nameless(new[n], kind)]
        there = [n for n in range(was + 1, then) if n in free and _is_nameless(old[n], kind)]
        for one, other in zip(here, there, strict=False):
            found[one] = other
            free.discard(other)


def _is_same_number(one: Part | Section, other: Part | Section) -> bool:
    if not isinstance(one, Part) or not isinstance(other, Part) or one.number is None:
        return False
    return one.number == other.number


def _is_nameless(node: Part | Section, kind: str) -> bool:
    """Whether it is of that kind, and known by nothing but its place."""
    if node.kind != kind:
        return False
    return isinstance(node, Section) or (not node.name and node.number is None)


def _exact(part: Part) -> Hashable:
    return part.body


def _masked(part: Part) -> Hashable:
    return _telling(part, part.masked)


def _words(part: Part) -> Hashable:
    """An attempt without its number, what stands before it, and its white space."""
    if part.kind != "attempt" or not part.digits:
        return None
    return _telling(part, b" ".join(part.body[part.digits[1] :].split()))


def _task(part: Part) -> Hashable:
    """What an action tells to do, whatever its number and state."""
    if part.kind != "action" or not part.state:
        return None
    return _telling(part, b" ".join(_WORD.findall(part.body[part.state[1] :])))


def _named(part: Part) -> Hashable:
    return part.name or None


def _counted(part: Part) -> Hashable:
    return part.number


def _telling(part: Part, said: bytes) -> Hashable:
    return said if part.kind in _NUMBERED and len(said) >= _FEWEST else None


def _section_exact(section: Section) -> Hashable:
    return section.body


def _section_name(section: Section) -> Hashable:
    return section.name
