"""One part from its three forms: by the meaning of its state where it has one, else as text."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.plan import parts, patterns, text, words
from ledger.plan.pointers import KEYED
from ledger.versions.merging.lines import Conflict, Piece, conflict, split, three_way
from ledger.versions.merging.parts import Part

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

# The larger one came later. What is missing, or of the same rank, is for a person to decide.
STATES: Final[Mapping[str, int]] = {
    "pending": 0,
    "in_progress": 1,
    "blocked": 1,
    "deferred": 1,
    "partial": 2,
    "complete": 3,
    "rejected": 3,
}
STATUSES: Final[Mapping[str, int]] = {
    "pending": 0,
    "in_progress": 1,
    "blocked": 1,
    "done": 2,
    "archived": 3,
}
# What parts an action's state from its text, and comes and goes with it.
_BEHIND_STATE = re.compile(
    rb"[*:]{0,4}[ \t]*(?:\xe2\x80\x93|\xe2\x80\x94|:|-{1,2}(?=[ \t]))?[ \t]*"
)
_MARKS_BEHIND = re.compile(rb"(?:[*: \t-]|\xe2\x80\x93|\xe2\x80\x94)+\Z")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")


class _Cut(NamedTuple):
    """The first line about its state, and the lines below."""

    head: bytes
    said: bytes
    tail: bytes
    below: bytes


def merged(
    base: Part | None,
    one: Part | None,
    other: Part | None,
    recorded: frozenset[int],
    own: "Conventions | None" = None,
) -> list[Piece]:
    """What becomes of a part. ``recorded`` are the numbers of the attempts that the merged item
    has entries for: an action may give up naming one of these, and no other. ``own`` are the
    project's words."""
    if one is None or other is None:
        left = one or other
        if left is None:
            return []
        if base is None:
            return [left.body]
        if base.body.split() == left.body.split():
            return []
        return [
            Conflict(base.body, one.body if one else b"", other.body if other else b""),
        ]
    if one.body == other.body:
        return [one.body]
    if one.state and other.state and (base is None or base.state):
        return _stateful((base, one, other), recorded, own)
    return three_way(base.body if base else b"", one.body, other.body)


def _stateful(
    trio: tuple[Part | None, Part, Part], recorded: frozenset[int], own: "Conventions | None"
) -> list[Piece]:
    _, one, other = trio
    was, left, right = (_cut(part) for part in trio)
    head = _scalar(was.head, left.head, right.head)
    tail = _scalar(was.tail, left.tail, right.tail)
    every = (was.said, left.said, right.said)
    meant = [_meaning(one, shown, own) for shown in every]
    said = _said(one, every, meant, recorded, (one.done_by, other.done_by))
    below = three_way(was.below, left.below, right.below)
    if head is None or tail is None or said is None:
        firsts = (
            _first(version, head, said, tail) if version.said or version.head else []
            for version in (was, left, right)
        )
        return [*conflict(*firsts), *below]
    return [head + said + tail, *below]


def _first(
    version: _Cut, head: bytes | None, said: bytes | None, tail: bytes | None
) -> list[bytes]:
    """The first line as one version has it, but for what could be decided."""
    return [
        (version.head if head is None else head)
        + (version.said if said is None else said)
        + (version.tail if tail is None else tail)
    ]


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


def _said(
    part: Part,
    said: tuple[bytes, bytes, bytes],
    meant: Sequence[str],
    recorded: frozenset[int],
    done_by: tuple[int | None, int | None],
) -> bytes | None:
    """Which state stays, None if none can be said to be the later one. ``meant`` is what each of
    ``said`` means."""
    found = _scalar(*said)
    if found is not None:
        return found
    if any(KEYED in one for one in said):
        return None  # without that line nothing leads to what is in the archive
    if part.kind == "updated":
        return _updated(said[1], said[2])
    rank = STATES if part.kind == "action" else STATUSES
    was, left, right = meant
    if left == right:
        found = _fuller(said[1], said[2]) or _latest(said[1:], done_by)
    elif "unknown" in (left, right):
        return None
    elif was in (left, right) and said[0]:
        found = said[2] if left == was else said[1]
    elif rank[left] != rank[right]:
        found = said[1] if rank[left] > rank[right] else said[2]
    dropped = done_by[1] if found == said[1] else done_by[0]
    kept = done_by[0] if found == said[1] else done_by[1]
    if found is not None and dropped and dropped != kept and dropped not in recorded:
        return None
    return found


def _meaning(part: Part, said: bytes, own: "Conventions | None") -> str:
    shown = text.decode(said)
    if part.kind != "action":
        return words.vocabulary(own).status(shown)
    if parts.is_box(shown.strip()):
        return parts.BOX_STATES.get(shown.strip()[1].lower(), "unknown")
    lead = patterns.state(shown, words.vocabulary(own))
    return words.vocabulary(own).state(lead.word, lead.mark)


def _fuller(left: bytes, right: bytes) -> bytes | None:
    """That of two ways to say the same that says all of the other and more."""
    for one, more in ((left, right), (right, left)):
        if _MARKS_BEHIND.sub(b"", one) in more:
            return more
    return None


def _latest(said: tuple[bytes, ...], done_by: tuple[int | None, int | None]) -> bytes | None:
    """Of two completions that name attempts that of the later one."""
    one, other = done_by
    if one is None or other is None or one == other:
        return None
    return said[0] if one > other else said[1]


def _updated(left: bytes, right: bytes) -> bytes | None:
    """The later of two dates; of one day the notes of both."""
    days = [found.group() if (found := _DATE.search(said)) else b"" for said in (left, right)]
    if not all(days):
        return None
    if days[0] != days[1]:
        return left if days[0] > days[1] else right
    notes = [said.partition(day)[2].strip() for said, day in zip((left, right), days, strict=True)]
    if notes[0] == notes[1] or not all(note[:1] + note[-1:] == b"()" for note in notes if note):
        return max(left, right) if notes[0] == notes[1] else None
    said = [one for note in notes for one in note[1:-1].split(b"; ") if one]
    start = left.partition(days[0])[0]
    return start + days[0] + b" (" + b"; ".join(sorted(set(said))) + b")"
