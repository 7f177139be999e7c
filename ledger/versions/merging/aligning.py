"""Three versions side by side: what each part was, and what either side made of it."""

from collections.abc import Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from ledger.versions.merging import matching
from ledger.versions.merging.parts import Part, Section

Node = TypeVar("Node", Part, Section)
Match = Callable[[Sequence[Node], Sequence[Node]], dict[int, int]]


class Trio(NamedTuple, Generic[Node]):
    """One thing in the base, on the one side, and on the other; None where it is not there."""

    base: Node | None
    one: Node | None
    other: Node | None

    @property
    def any(self) -> Node:
        """The thing where it is; of several the newest."""
        found = self.one or self.other or self.base
        assert found is not None
        return found


class Aligned(NamedTuple, Generic[Node]):
    """All trios, and the order of each version as places in them."""

    trios: list[Trio[Node]]
    base: list[int]
    one: list[int]
    other: list[int]


def parts(base: Sequence[Part], one: Sequence[Part], other: Sequence[Part]) -> Aligned[Part]:
    """The parts of one section."""
    return _align(base, one, other, matching.parts, matching.added_parts)


def sections(
    base: Sequence[Section], one: Sequence[Section], other: Sequence[Section]
) -> Aligned[Section]:
    """The sections of a file."""
    return _align(base, one, other, matching.sections, matching.added_sections)


def _align(
    base: Sequence[Node],
    one: Sequence[Node],
    other: Sequence[Node],
    match: Match[Node],
    match_added: Match[Node],
) -> Aligned[Node]:
    from_one, from_other = match(base, one), match(base, other)
    new_one = [at for at in range(len(one)) if at not in from_one]
    new_other = [at for at in range(len(other)) if at not in from_other]
    both = match_added([one[at] for at in new_one], [other[at] for at in new_other])
    to_one = {was: at for at, was in from_one.items()}
    to_other = {was: at for at, was in from_other.items()}
    trios = [
        Trio(
            node,
            one[to_one[at]] if at in to_one else None,
            other[to_other[at]] if at in to_other else None,
        )
        for at, node in enumerate(base)
    ]
    place_one = dict(from_one)
    place_other = dict(from_other)
    twins = {new_one[mine]: new_other[theirs] for theirs, mine in both.items()}
    for at in new_one:
        twin = twins.get(at)
        place_one[at] = len(trios)
        if twin is not None:
            place_other[twin] = len(trios)
        trios.append(Trio(None, one[at], None if twin is None else other[twin]))
    for at in new_other:
        if at not in place_other:
            place_other[at] = len(trios)
            trios.append(Trio(None, None, other[at]))
    return Aligned(
        trios,
        list(range(len(base))),
        [place_one[at] for at in range(len(one))],
        [place_other[at] for at in range(len(other))],
    )
