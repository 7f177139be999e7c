"""What a stretch of a version, or a piece of one, adds to the ledger."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ledger.plan import document, parts, patterns, text
from ledger.plan.dialects.attempts.cutting import END, HEADING
from ledger.plan.dialects.attempts.reading import Draft, Reading
from ledger.plan.document import Document
from ledger.plan.model import Action, Attempt, Field, Item, Span
from ledger.plan.version import Entry, Form, Row, Step

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

T = TypeVar("T")

_LITERAL = re.compile(rb"```|~~~|\n[ \t]*<")


class State(NamedTuple):
    """What is open where a section begins: the item, if any, and the index."""

    item: str | None = None
    level: int = 0
    index_level: int = 0


class Head(NamedTuple):
    """The heading that opens an item."""

    id: str
    title: str
    level: int


class Part(NamedTuple):
    """What text adds to the ledger. ``entries`` are those of ``attempts``, one for one."""

    fields: tuple[Field, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    entries: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()
    loose: tuple[Entry, ...] = ()
    listed: tuple[Item, ...] = ()
    rows: tuple[Row, ...] = ()
    unread: int = 0


class Run(NamedTuple):
    """Text of one item or of none: what was open is closed, where ``closes``, and ``head``
    opened."""

    closes: bool
    head: Head | None
    part: Part


class Outcome(NamedTuple):
    """What a section holds, and what is open behind it."""

    runs: tuple[Run, ...]
    after: State
    lines: int


class Stretch(NamedTuple):
    """Text from one heading to the next or further, and the state it was read in."""

    text: bytes
    before: State
    outcome: Outcome


class Sections(Reading):
    """A reading that gives away what it has found, bit by bit."""

    def __init__(self, parsed: Document, state: State, own: Conventions | None) -> None:
        super().__init__(parsed, own)
        self.index_level = state.index_level
        if state.item is not None:
            self.draft = Draft(state.item, "", state.level, 0, 0)
        self._before = self.draft

    def close(self) -> None:
        """Close the item that is open, if one is. It is put together elsewhere."""
        self.draft = None

    def state(self) -> State:
        """What is open now."""
        draft = self.draft
        return State(draft.id if draft else None, draft.level if draft else 0, self.index_level)

    def run(self) -> Run:
        """What was found since the last call."""
        draft, before = self.draft, self._before
        self._before = draft
        opened = draft if draft is not before else None
        taken = draft or Draft("", "", 0, 0, 0)
        part = Part(
            tuple(taken.fields),
            tuple(taken.attempts),
            tuple(map(entry_of, taken.attempts)),
            tuple(taken.actions),
            tuple(map(entry_of, self.loose)),
            tuple(self.listed),
            tuple(
                Row(row.id, row.status, row.status_text, self._is_table(row.span))
                for row in self.rows
            ),
            sum(unread.kind == "attempt" for unread in self.unread),
        )
        taken.fields, taken.attempts, taken.actions = [], [], []
        for found in (self.loose, self.listed, self.rows, self.unread):
            found.clear()
        return Run(
            before is not None and draft is not before,
            Head(opened.id, opened.title, opened.level) if opened else None,
            part,
        )

    def _is_table(self, row: Span) -> bool:
        return self.document.line(row.start_line - 1).lstrip()[:1] not in ("-", "*", "+")


def at_once(stretch: bytes, state: State, is_last: bool, own: Conventions | None) -> Outcome | None:
    """The outcome of a stretch that cannot be cut; None if it reaches past its end."""
    probe = END if is_last else HEADING
    parsed = document.parse(stretch + probe.line)
    sections = list(parsed.sections)
    if not is_last:
        heading = sections.pop().heading
        if not heading or heading.start != stretch.count(b"\n"):
            return None
    read = Sections(parsed, state, own)
    runs = []
    for section in sections:
        if section.start < section.end:
            read.section(section)
            runs.append(read.run())
    read.find_unread()
    runs.append(read.run())
    return Outcome(tuple(runs), read.state(), count(stretch))


def attempt_alone(piece: bytes, own: Conventions | None) -> Attempt | None:
    """The attempt that a nested bullet is, where no parser is needed to see that it is just
    that: it opens as one, all below it is indented, and nothing there is literal or opens
    another one."""
    first, _, below = piece.partition(b"\n")
    width, opening = patterns.unbulleted(text.decode(first))
    lead = patterns.attempt(opening)
    indent = len(first) - len(first.lstrip(b" "))
    if not lead or not lead.is_certain or lead.number is None or not indent < width < indent + 6:
        return None
    if first[indent : indent + 1] not in b"-*+" or b"\t" in first[:width]:
        return None
    if _LITERAL.search(piece):
        return None
    for line in below.splitlines():
        if line.strip(b" \t") and line[:width].strip(b" "):
            return None
        if b"ttempt" in line[:200].lower():
            said = text.decode(line)
            if patterns.looks_like_attempt(said) or patterns.attempt(patterns.unbulleted(said)[1]):
                return None
    alone = unparsed(piece)
    return parts.attempt(alone, lead, "", 0, len(alone.texts), own)


def unparsed(data: bytes) -> Document:
    """The lines of ``data``, and no blocks."""
    starts = text.line_starts(data)
    return Document(data, starts, text.decode(data).split("\n")[: len(starts) - 1], ())


def joined(found: Iterable[Part]) -> Part:
    """What several pieces add, in their order."""
    fields, attempts, entries, actions, loose, listed, rows, unread = zip(*found, strict=True)
    return Part(
        _flat(fields),
        _flat(attempts),
        _flat(entries),
        _flat(actions),
        _flat(loose),
        _flat(listed),
        _flat(rows),
        sum(unread),
    )


def _flat(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(itertools.chain.from_iterable(parts))


def entry_of(attempt: Attempt) -> Entry:
    """The attempt, its place aside."""
    form: Form = "action"
    if attempt.source == "history":
        lead = patterns.attempt(attempt.text.partition("\n")[0])
        form = "dated" if lead and lead.is_certain and lead.number is not None else "other"
    return Entry(
        attempt.number, attempt.date, attempt.result, form, attempt.text, attempt.item or None
    )


def step_of(action: Action) -> Step:
    """The action, its place and all but its first line aside."""
    return Step(action.number, action.state, action.attempt, action.text.partition("\n")[0])


def count(stretch: bytes) -> int:
    """The number of its lines."""
    return stretch.count(b"\n") + bool(stretch and not stretch.endswith(b"\n"))
