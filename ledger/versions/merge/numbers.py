"""One number for one attempt: where both sides gave the same, that of the side which is not
published moves behind all others; where nobody knows that, the later one (by date and stamp). That
side's new text follows. Actions are numbered likewise."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Final, Literal, NamedTuple

from ledger.versions.merge.alignment import Aligned, Trio, split
from ledger.versions.merge.parts import Part, Ranges

Numbers = Mapping[int, int]
Side = Literal["one", "other"]
Published = Literal[0, 1] | None
"""The side whose numbers others know: the one, the other, or nobody can tell."""
_ID = rb"(?<![\w.-])[A-Z][A-Z0-9]*(?:[-_.][A-Za-z0-9]+)*"
_BETWEEN = rb"[\])`*]{0,4}(?:[ \t,:(/]|\xe2\x80\x94){0,3}"
_BLANK = rb"(?:[ \t]|\xe2\x80\xaf|\xc2\xa0)*"
_AND = rb"(?:, ?| ?(?:and|or|to|&|/|-|\xe2\x80\x93) ?)"
# ``Attempt #5``, ``Attempts #5, #6``, both also behind an item's ID; ``ITEM-001#5``.
# e.g. "PARSE-001 Attempts #2 and #3"
_REFERENCE = re.compile(
    rb"(?:(?P<item>" + _ID + rb")" + _BETWEEN + rb")?"
    rb"(?i:\bAttempts?)" + _BLANK + rb"#\d{1,6}(?:" + _AND + rb"#\d{1,6})*"
    rb"|(?P<whose>" + _ID + rb")#\d{1,6}\b"
)
_MARKS: Final = re.compile(r"[-:]")
_HASH: Final = re.compile(rb"#(\d{1,6})")


class Moves(NamedTuple):
    """For one side: old number to new, of attempts and of actions. ``made`` are those that the
    merge itself gave: what, old and new number."""

    attempts: Numbers
    actions: Numbers
    made: tuple[tuple[str, int, int], ...] = ()


class _Added(NamedTuple):
    """What only one side has: its number, and what decides who was first."""

    number: int
    when: str
    words: bytes


def moves(
    aligned: Aligned[Part],
    taken: frozenset[int],
    archived: tuple[Ranges, Ranges] = ((), ()),
    *,
    published: Published = None,
) -> tuple[Moves, Moves]:
    """The moves for each side of one item. ``taken`` are numbers of the base or its actions,
    ``archived`` those that one side moved to the archive, where no merge can change them."""
    attempts = _moves(aligned, "attempt", taken, archived, published)
    actions = _moves(aligned, "action", frozenset(), ((), ()), published)
    left, other = (
        Moves(
            known | made,
            known_tasks | made_tasks,
            (
                *(("attempt", *pair) for pair in sorted(made.items())),
                *(("action", *pair) for pair in sorted(made_tasks.items())),
            ),
        )
        for (known, made), (known_tasks, made_tasks) in zip(attempts, actions, strict=True)
    )
    return left, other


def _moves(
    aligned: Aligned[Part],
    kind: str,
    taken: frozenset[int],
    archived: tuple[Ranges, Ranges],
    published: Published,
) -> list[tuple[dict[int, int], dict[int, int]]]:
    """For each side: what the other one had numbered anew, and what the merge does."""
    trios = [trio for trio in aligned.trios if trio.any.kind == kind]
    settled = {
        at: number
        for at, trio in enumerate(trios)
        if (number := _settled(trio, published)) is not None
    }
    added = _added(trios, 1), _added(trios, 2)
    if kind == "attempt":
        for side in (0, 1):
            fresh = _only_in_actions(aligned, taken, side + 1)
            added[side].extend(a for a in fresh if not _holds(archived[side], a.number))
    numbers = [{added.number for added in side} for side in added]
    fixed = set(settled.values()) | taken | {last for _, last in (*archived[0], *archived[1])}
    # A number that is settled for something which the side has under another one.
    lost = [numbers[side] & _renumbered(trios, settled, side + 1) for side in (0, 1)]
    for side in (0, 1):
        lost[side] |= {
            number
            for number in numbers[side]
            if _holds(archived[1 - side], number) and not _holds(archived[side], number)
        }
    rival = numbers[0] & numbers[1]
    if rival:
        first = min(rival)
        later = 1 if _first(added[0], first) <= _first(added[1], first) else 0
        if published is not None:
            later = 1 - published
        lost[later] |= rival
    sides = []
    top = max({*fixed, *numbers[0], *numbers[1]}, default=0)
    for side in (0, 1):
        least = min(lost[side], default=top + 1)
        going = sorted(number for number in numbers[side] if number >= least)
        if not lost[1 - side]:  # else both go behind all that there is
            top = max(fixed | numbers[1 - side] | (numbers[side] - {*going}), default=0)
        made = {number: top + at for at, number in enumerate(going, 1)}
        top += len(going)
        known = {
            part.number: settled[at]
            for at, trio in enumerate(trios)
            if at in settled and (part := trio[side + 1]) and part.number is not None
        }
        sides.append(({was: now for was, now in known.items() if was != now}, made))
    return sides


def _holds(ranges: Ranges, number: int) -> bool:
    """Whether one of ``ranges``, which are in order, has ``number`` in it."""
    at = bisect_right(ranges, number, key=itemgetter(0)) - 1
    return at >= 0 and number <= ranges[at][1]


def meet(left: Ranges, other: Ranges) -> bool:
    """Whether both, each in order, have a number in common."""
    return any(_holds(left, first) for first, _ in other) or any(
        _holds(other, first) for first, _ in left
    )


def _settled(trio: Trio[Part], published: Published) -> int | None:
    """The number of what the base or both sides have."""
    if trio.base is None and (trio.one is None or trio.other is None):
        return None
    known = None if published is None else trio[published + 1]
    if known and known.number is not None:
        return known.number
    was = trio.base.number if trio.base else None
    now = [part.number for part in (trio.one, trio.other) if part and part.number != was]
    return max((number for number in now if number is not None), default=was)


def _renumbered(trios: list[Trio[Part]], settled: Mapping[int, int], side: int) -> set[int]:
    """The numbers that are settled for what ``side`` does not have under them."""
    return {
        number
        for at, number in settled.items()
        if (part := trios[at][side]) is None or part.number != number
    }


def _added(trios: list[Trio[Part]], side: int) -> list[_Added]:
    """What only ``side`` has."""
    return [
        _Added(part.number, part.when or "~", part.masked)
        for trio in trios
        if trio.base is None
        and trio[3 - side] is None
        and (part := trio[side])
        and part.number is not None
    ]


def _only_in_actions(aligned: Aligned[Part], taken: frozenset[int], side: int) -> Iterator[_Added]:
    """The attempts that only an action of ``side`` mentions."""
    own = (trio[side] for trio in aligned.trios)
    known = {part.number for part in own if part and part.kind == "attempt"} | taken
    for trio in aligned.trios:
        part, twin = trio[side], trio[3 - side]
        if not part or not part.done_by or part.done_by in known:
            continue
        if not twin or twin.masked != part.masked:
            yield _Added(part.done_by, "~", part.masked)


def _first(added: Iterable[_Added], number: int) -> tuple[str, bytes]:
    """When ``number`` was first used on a side: the date without marks, then the words."""
    return min((_MARKS.sub("", a.when), a.words) for a in added if a.number == number)


def settled(trio: Trio[Part], published: Published) -> Trio[Part]:
    """The trio with one number on all sides, where the base or both sides have it."""
    number = _settled(trio, published)
    if number is None:
        return trio
    return Trio(*(part.numbered(number) if part else None for part in trio))


def moved(trio: Trio[Part], side: Side, own: Moves, maps: Mapping[bytes, Numbers]) -> Trio[Part]:
    """The trio with new numbers on ``side``: its own if only that side has it, and those that new
    lines of its text name. ``maps`` are the attempts' numbers of all items."""
    part = trio.one if side == "one" else trio.other
    if part is None:
        return trio
    numbers = own.attempts if part.kind == "attempt" else own.actions
    is_alone = trio.base is None and (trio.one is None or trio.other is None)
    if is_alone and part.number is not None:
        part = part.numbered(numbers.get(part.number, part.number))
    if own.attempts or maps:
        known = frozenset(split(trio.base.body)) if trio.base else frozenset()
        part = _rewritten(part, known, own.attempts, maps)
    return trio._replace(one=part) if side == "one" else trio._replace(other=part)


def _rewritten(
    part: Part, known: frozenset[bytes], own: Numbers, maps: Mapping[bytes, Numbers]
) -> Part:
    """The part with the references in lines that are not ``known``."""

    def follow(text: bytes) -> bytes:
        return _REFERENCE.sub(lambda match: _followed(match, own, maps), text)

    first, *rest = split(part.body) or [b""]
    body = [line if line in known else follow(line) for line in rest]
    if first in known:
        return part._replace(body=b"".join([first, *body]))
    if part.kind == "attempt" and part.digits:
        at = part.digits[1]  # what is before says the attempt's own number
        return part._replace(body=b"".join([first[:at], follow(first[at:]), *body]))
    if part.state is None:
        return part._replace(body=b"".join([follow(first), *body]))
    start, end = part.state
    head, state, tail = follow(first[:start]), follow(first[start:end]), follow(first[end:])
    done_by = part.done_by if part.done_by is None else own.get(part.done_by, part.done_by)
    return part._replace(
        body=b"".join([head, state, tail, *body]),
        state=(len(head), len(head) + len(state)),
        digits=part.digits,
        done_by=done_by,
    )


def _followed(match: re.Match[bytes], own: Numbers, maps: Mapping[bytes, Numbers]) -> bytes:
    """A reference with its new numbers."""
    item = match["whose"] or match["item"]
    numbers = maps.get(item, {}) if item in maps or match["whose"] else own
    return _HASH.sub(
        lambda match: b"#%d" % numbers.get(int(match[1]), int(match[1])), match.group()
    )
