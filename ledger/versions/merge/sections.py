"""Aligned sections to the pieces of the merged file, in order: a part that both sides changed is
merged by the meaning of its state where it has one, else as text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, Generic, NamedTuple

from ledger.plan.pointers import KEYED
from ledger.versions.merge import numbers
from ledger.versions.merge.alignment import (
    Aligned,
    Conflict,
    Node,
    Piece,
    Trio,
    align_parts,
    conflict,
    merged_order,
    split,
    three_way,
)  # fmt: skip
from ledger.versions.merge.numbers import Moves, Numbers, Published
from ledger.versions.merge.parts import KEPT, Part, Ranges, Section, ranges

# What stands first where both sides added something at one place: what belongs to the thing
# before it comes before what opens something new.
_RANKS: Final = {"attempt": 0, "action": 1, "text": 2, "field": 3, "heading": 4, "title": 5}
# The larger one came later. What is missing, or of the same rank, is for a person to decide.
STATES: Final[Mapping[str, int]] = {
    "pending": 0,
    **dict.fromkeys("in_progress blocked deferred".split(), 1),
    "partial": 2,
    **dict.fromkeys("complete rejected".split(), 3),
}
STATUSES: Final[Mapping[str, int]] = {
    "pending": 0,
    "in_progress": 1,
    "blocked": 1,
    "done": 2,
    "archived": 3,
}
# What parts an action's state from its text, and comes and goes with it.
# e.g. ": "
_BEHIND_STATE = re.compile(
    rb"[*:]{0,4}[ \t]*(?:\xe2\x80\x93|\xe2\x80\x94|:|-{1,2}(?=[ \t]))?[ \t]*"
)
_MARKS_BEHIND = re.compile(rb"(?:[*: \t-]|\xe2\x80\x93|\xe2\x80\x94)+\Z")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")


class Fragment(NamedTuple):
    """A piece of the file, the item that it is in, and what it is about."""

    piece: Piece
    item: str | None
    about: str


class Fragments(NamedTuple):
    """The file in pieces, the merged attempts by section, and sentences on new numbers."""

    pieces: list[Fragment]
    attempts: list[tuple[str, list[Piece]]]
    notes: tuple[str, ...]


class _Item(NamedTuple):
    """A section whose parts are merged, and what its numbers become on either side."""

    trio: Trio[Section]
    parts: Aligned[Part]
    moves: tuple[Moves, Moves]
    published: Published = None


def merge_sections(sections: Aligned[Section], published: Published = None) -> Fragments:
    """Merge all sections."""
    whole: dict[int, Conflict] = {}
    items: dict[int, _Item] = {}
    for at, trio in enumerate(sections.trios):
        rival = _rival(trio)
        if rival:
            whole[at] = rival
        elif trio.one and trio.other:
            base = trio.base.parts if trio.base else ()
            aligned = align_parts(base, trio.one.parts, trio.other.parts)
            taken = trio.base.numbers if trio.base else frozenset()
            moves = numbers.moves(aligned, taken, _archived(trio), published=published)
            items[at] = _Item(trio, aligned, moves, published)
        elif not trio.base:
            parts, other = (section.parts if section else () for section in (trio.one, trio.other))
            items[at] = _Item(trio, align_parts((), parts, other), (_NO_MOVES, _NO_MOVES))
    maps = [
        {
            item.trio.any.name.encode(): item.moves[side].attempts
            for item in items.values()
            if item.moves[side].attempts
        }
        for side in (0, 1)
    ]
    kept = items.keys() | whole.keys()
    names = [trio.any.name for trio in sections.trios]
    keys = merged_order(
        sections.base,
        sections.one,
        sections.other,
        {*kept},
        lambda _, a, b: names[a] <= names[b],
    )
    gaps = _gaps(sections, keys)
    done = Fragments([], [], tuple(_notes(items.values())))
    for at, gap in zip(keys, gaps, strict=True):
        section = sections.trios[at].any
        name = section.name if section.kind == "item" else None
        if at in whole:
            done.pieces.append(Fragment(whole[at], name, "the whole section"))
            done.attempts.extend(_attempts_of(sections.trios[at]))
        else:
            _section(items[at], name, (maps[0], maps[1]), done)
        done.pieces.append(Fragment(gap, None, ""))
    return done


_NO_MOVES: Final = Moves({}, {})


def _rival(trio: Trio[Section]) -> Conflict | None:
    """A conflict about a whole section: removed and changed, or added twice under one name."""
    base, section, other = trio
    if base and not (section and other):
        left = section or other
        if left and left.body.split() != base.body.split():
            return Conflict(
                base.body, section.body if section else b"", other.body if other else b""
            )
    if not base and section and other and section.parts[0].body != other.parts[0].body:
        return Conflict(b"", section.body, other.body)
    return None


def _attempts_of(trio: Trio[Section]) -> Iterable[tuple[str, list[Piece]]]:
    for left, other in ((trio.one, None), (None, trio.other)):
        section = left or other
        for part in section.parts if section else ():
            if part.kind in KEPT:
                sides = (part.body, b"") if left else (b"", part.body)
                yield section.name if section else "", [Conflict(b"", *sides)]


def _section(
    item: _Item,
    name: str | None,
    maps: tuple[Mapping[bytes, Numbers], Mapping[bytes, Numbers]],
    done: Fragments,
) -> None:
    """Merge the parts of one section into ``done``."""
    trios = []
    for trio in item.parts.trios:
        new = numbers.settled(trio, item.published)
        new = numbers.moved(new, "one", item.moves[0], maps[0])
        trios.append(numbers.moved(new, "other", item.moves[1], maps[1]))
    parts = item.parts._replace(trios=trios)
    recorded = frozenset(
        trio.any.number for trio in trios if trio.any.kind == "attempt" and trio.any.number
    )
    merged = {at: _merge_part(*trio, recorded) for at, trio in enumerate(trios)}
    kept = {at for at, trio in enumerate(trios) if merged[at] or (trio.one and trio.other)}
    falls = _falls(parts)

    def is_before(behind: int | None, a: int, b: int) -> bool:
        part, other = trios[a].any, trios[b].any
        if {part.kind, other.kind} == {"pointer", "attempt"}:
            return (part.kind == "pointer") != falls  # it stands for older ones
        list_of = None if behind is None else _list_of(trios[behind].any)
        if list_of in (part.kind, other.kind) and part.kind != other.kind:
            return part.kind == list_of
        ranks = _RANKS.get(part.kind, 0), _RANKS.get(other.kind, 0)
        if ranks[0] != ranks[1]:
            return ranks[0] < ranks[1]
        if part.number is None or other.number is None or part.kind != other.kind:
            return True
        if falls and part.kind == "attempt":
            return part.number > other.number
        return part.number <= other.number

    keys = merged_order(parts.base, parts.one, parts.other, kept, is_before)
    section = item.trio.any.name
    for at, gap in zip(keys, _gaps(parts, keys), strict=True):
        part = trios[at].any
        what = part.name or part.kind
        if part.number is not None:
            what = f"{part.kind} {part.number}"
        done.pieces.extend(Fragment(piece, name, what) for piece in merged[at])
        done.pieces.append(Fragment(gap, None, ""))
        if part.kind in KEPT:
            done.attempts.append((section, merged[at]))


def _list_of(part: Part) -> str:
    """What kind of thing goes on behind the part."""
    if part.kind != "field":
        return part.kind
    return "action" if "action" in part.name else "attempt" if "attempt" in part.name else ""


def _falls(parts: Aligned[Part]) -> bool:
    """Whether a version has its attempts' numbers falling: the newest stands first."""
    for side, places in ((1, parts.one), (2, parts.other), (0, parts.base)):
        own = [part for at in places if (part := parts.trios[at][side]) and part.kind == "attempt"]
        known = [part.number for part in own if part.number is not None]
        if len(known) > 1:
            return all(a > b for a, b in pairwise(known))
    return False


def _gaps(aligned: Aligned[Node], keys: Sequence[int]) -> list[bytes]:
    """The blank lines behind each of ``keys``: those that was between it and its neighbour,
    or between others of their kind, or at the end."""
    behind = [
        {pair: node.gap for pair in _pairs(places) if (node := aligned.trios[pair[0]][side])}
        for side, places in enumerate((aligned.base, aligned.one, aligned.other))
    ]
    ends = [next((gap for (_, then), gap in known.items() if then < 0), None) for known in behind]
    like = _GapsLike(aligned, behind)
    gaps: list[bytes] = []
    for pair in _pairs(keys):
        gap = _agreed(*(known.get(pair) for known in behind))
        if gap is None:
            gap = _agreed(*ends) if pair[1] < 0 else like.between(*pair)
        gaps.append(aligned.trios[pair[0]].any.gap if gap is None else gap)
    return gaps


def _pairs(places: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Each place with the next one, the last with -1."""
    return pairwise([*places, -1])


def _agreed(was: bytes | None, left: bytes | None, other: bytes | None) -> bytes | None:
    """The gap that a side has now, the wider one if both changed it; None where none has it."""
    now = [gap for gap in (left, other) if gap is not None]
    return max([gap for gap in now if gap != was] or now, key=len, default=None)


class _GapsLike(Generic[Node]):
    """Gaps for two of one kind that no side has beside each other: that of their own neighbours,
    else of others of the kind, else the narrowest around them."""

    def __init__(
        self, aligned: Aligned[Node], behind: Sequence[Mapping[tuple[int, int], bytes]]
    ) -> None:
        self._kinds: list[str] = [trio.any.kind for trio in aligned.trios]
        self._near: dict[int, bytes] = {}
        self._of_kind: dict[str, bytes] = {}
        self._around: dict[int, bytes] = {}
        for pairs in behind:
            for (at, then), gap in pairs.items():
                for place in (at, then) if then >= 0 else ():
                    self._around[place] = min(gap, self._around.get(place, gap), key=len)
                if then >= 0 and self._kinds[at] == self._kinds[then]:
                    self._of_kind[self._kinds[at]] = self._near[at] = self._near[then] = gap

    def between(self, at: int, then: int) -> bytes | None:
        """None for two of different kinds."""
        kind = self._kinds[at]
        if self._kinds[then] != kind:
            return None
        known = self._near.get(at, self._near.get(then, self._of_kind.get(kind)))
        if known is not None:
            return known
        around = [gap for place in (at, then) if (gap := self._around.get(place)) is not None]
        return min(around, key=len, default=None)


def _archived(
    trio: Trio[Section], whole: tuple[bool, ...] = (False, True)
) -> tuple[Ranges, Ranges]:
    """The attempts that one side alone archived: with whole items, without them, or both."""
    base, own, other = (
        {moved for moved in section.moved if moved.is_item in whole} if section else set()
        for section in trio
    )
    return ranges(own - base - other), ranges(other - base - own)


def _notes(items: Iterable[_Item]) -> Iterable[str]:
    """What got another number, or is archived twice. Sides have no names here."""
    for item in items:
        for moves in item.moves:
            for what, old, new in moves.made:
                yield f"{item.trio.any.name}: {what} #{old} of one side is #{new} now"
        mine, theirs = _archived(item.trio)
        some, others = _archived(item.trio, (False,))
        if numbers.meet(some, theirs) or numbers.meet(mine, others):
            yield (
                f"{item.trio.any.name}: both sides archived some of its attempts; "
                "`ledger doctor` names what the archive holds twice"
            )


# One part


class _Cut(NamedTuple):
    """The first line about its state, and the lines below."""

    head: bytes
    state: bytes
    tail: bytes
    below: bytes


def _merge_part(
    base: Part | None, part: Part | None, other: Part | None, recorded: frozenset[int]
) -> list[Piece]:
    """What becomes of a part. ``recorded`` are the numbers of the attempts that the merged item
    has entries for: an action may give up naming one of these, and no other."""
    if part is None or other is None:
        left = part or other
        if left is None:
            return []
        if base is None:
            return [left.body]
        if base.body.split() == left.body.split():
            return []
        return [Conflict(base.body, part.body if part else b"", other.body if other else b"")]
    if part.body == other.body:
        return [part.body]
    if part.state and other.state and (base is None or base.state):
        return _stateful((base, part, other), recorded)
    return three_way(base.body if base else b"", part.body, other.body)


def _stateful(trio: tuple[Part | None, Part, Part], recorded: frozenset[int]) -> list[Piece]:
    was, left, right = (_cut(part) for part in trio)
    head = _scalar(was.head, left.head, right.head)
    tail = _scalar(was.tail, left.tail, right.tail)
    state = _later_state(trio, (was.state, left.state, right.state), recorded)
    below = three_way(was.below, left.below, right.below)
    if head is None or tail is None or state is None:
        firsts = []  # the first line as each version has it, but for what could be decided
        for version in (was, left, right):
            known = zip((head, state, tail), version, strict=False)
            line = b"".join(own if left is None else left for left, own in known)
            firsts.append([line] if version.state or version.head else [])
        return [*conflict(*firsts), *below]
    return [head + state + tail, *below]


def _cut(part: Part | None) -> _Cut:
    if part is None or part.state is None:
        return _Cut(b"", b"", b"", b"")
    start, end = part.state
    body = part.body
    first = len(split(body)[0])
    behind = _BEHIND_STATE.match(body, end) if part.kind == "action" and end > start else None
    end = behind.end() if behind else end
    return _Cut(body[:start], body[start:end], body[end:first], body[first:])


def _scalar(was: bytes, left: bytes, right: bytes) -> bytes | None:
    if left in (right, was):
        return right
    return left if right == was else None


def _later_state(
    trio: tuple[Part | None, Part, Part],
    states: tuple[bytes, bytes, bytes],
    recorded: frozenset[int],
) -> bytes | None:
    """The state that stays, of each version's; None if none can be called the later one."""
    base, part, other = trio
    done_by = part.done_by, other.done_by
    scalar = _scalar(*states)
    if scalar is not None:
        return scalar
    if any(KEYED in state for state in states):
        return None  # without that line nothing leads to what is in the archive
    if part.kind == "updated":
        return _later_update(states[1], states[2])
    rank = STATES if part.kind == "action" else STATUSES
    was, left, right = base.means if base else "", part.means, other.means
    if left == right:
        scalar = _fuller(states[1], states[2]) or _latest(states[1:], done_by)
    elif "unknown" in (left, right):
        return None
    elif was in (left, right) and states[0]:
        scalar = states[2] if left == was else states[1]
    elif rank[left] != rank[right]:
        scalar = states[1] if rank[left] > rank[right] else states[2]
    dropped = done_by[1] if scalar == states[1] else done_by[0]
    kept = done_by[0] if scalar == states[1] else done_by[1]
    if scalar is not None and dropped and dropped != kept and dropped not in recorded:
        return None
    return scalar


def _fuller(left: bytes, right: bytes) -> bytes | None:
    """That of two ways to say the same that says all of the other and more."""
    for fuller, more in ((left, right), (right, left)):
        if _MARKS_BEHIND.sub(b"", fuller) in more:
            return more
    return None


def _latest(states: tuple[bytes, ...], done_by: tuple[int | None, int | None]) -> bytes | None:
    """Of two completions that name attempts that of the later one."""
    left, other = done_by
    if left is None or other is None or left == other:
        return None
    return states[0] if left > other else states[1]


def _later_update(left: bytes, right: bytes) -> bytes | None:
    """The later of two dates; of one day the notes of both."""
    days = [match.group() if (match := _DATE.search(update)) else b"" for update in (left, right)]
    if not all(days):
        return None
    if days[0] != days[1]:
        return left if days[0] > days[1] else right
    pairs = zip((left, right), days, strict=True)
    notes = [update.partition(day)[2].strip() for update, day in pairs]
    if notes[0] == notes[1] or not all(note[:1] + note[-1:] == b"()" for note in notes if note):
        return max(left, right) if notes[0] == notes[1] else None
    parts = [update for note in notes for update in note[1:-1].split(b"; ") if update]
    start = left.partition(days[0])[0]
    return start + days[0] + b" (" + b"; ".join(sorted(set(parts))) + b")"
