"""Many versions of one file, each piece of text read once.

The versions of a ledger differ in a few lines, but its sections are long: 300 KB in one item.
So a section is cut at its bullets, the reader of whole files reads each piece, and a piece that
was met before, in any version, is not read again. Where a cut turns out to be wrong the text
between the next larger cuts is read as one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from ledger import document, text
from ledger.dialects.attempts import cutting, leads, parts
from ledger.dialects.attempts.cutting import END, HEADING, Piece
from ledger.dialects.attempts.reading import Context, Draft, Reading
from ledger.document import Document
from ledger.models.ledger import Action, Attempt, Field, Item, Span
from ledger.models.version import Entry, Form, ItemVersion, Row, Step, Version

if TYPE_CHECKING:
    from ledger.models.conventions import Conventions

T = TypeVar("T")

_HEAD = re.compile(rb"#[^\n]*\n?|")
_LITERAL = re.compile(rb"```|~~~|\n[ \t]*<")
# Within how many lines the reader of whole files looks for `Last Updated`, at most.
_UPDATED_WITHIN = 60
_NOWHERE = Span(0, 0, 0, 0)


class _State(NamedTuple):
    """What is open where a section begins: the item, if any, and the index."""

    item: str | None = None
    level: int = 0
    index_level: int = 0


class _Head(NamedTuple):
    """The heading that opens an item."""

    id: str
    title: str
    level: int


class _Part(NamedTuple):
    """What text adds to the ledger. ``entries`` are those of ``attempts``, one for one."""

    fields: tuple[Field, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    entries: tuple[Entry, ...] = ()
    actions: tuple[Action, ...] = ()
    loose: tuple[Entry, ...] = ()
    listed: tuple[Item, ...] = ()
    rows: tuple[Row, ...] = ()
    unread: int = 0


class _Run(NamedTuple):
    """Text of one item or of none: what was open is closed, where ``closes``, and ``head``
    opened."""

    closes: bool
    head: _Head | None
    part: _Part


class _Outcome(NamedTuple):
    """What a section holds, and what is open behind it."""

    runs: tuple[_Run, ...]
    after: _State
    lines: int


class _Stretch(NamedTuple):
    """Text from one heading to the next or further, and the state it was read in."""

    text: bytes
    before: _State
    outcome: _Outcome


_Read = tuple[_Part, Context]


class Pieces:
    """Reads versions of one file, and remembers each piece of them."""

    def __init__(self, own: Conventions | None = None) -> None:
        self._own = own
        self._parts: dict[object, _Read | None] = {}
        self._outcomes: dict[object, _Outcome | None] = {}
        self._items: dict[object, ItemVersion] = {}
        self._last: list[_Stretch] = []

    def read(self, data: bytes) -> Version:
        """The version that ``data`` is: what the reader of whole files finds in it."""
        source = data.removeprefix(text.BOM)
        if b"\r" in source:
            source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        stretches = self._stretches(source)
        read: list[_Stretch] = []
        state, at = _State(), 0
        while at < len(stretches):
            reach = 1
            while True:
                upto = min(at + reach, len(stretches))
                stretch = b"".join(text for text, _ in stretches[at:upto])
                known = stretches[at][1] if reach == 1 else None
                if known and known.before == state:
                    break
                outcome = self._outcome(stretch, state, upto == len(stretches))
                if outcome:
                    known = _Stretch(stretch, state, outcome)
                    break
                reach *= 2  # doubling keeps the whole linear
            read.append(known)
            state, at = known.outcome.after, upto
        self._last = read
        whole = _Whole(read, self._own)
        return whole.version(len(data), _updated(source, whole.sections, self._own), self._items)

    def _stretches(self, source: bytes) -> list[tuple[bytes, _Stretch | None]]:
        """The source from heading to heading; where it starts and ends like the version that was
        read last, in the stretches that are known from there."""
        last = self._last
        start, first = 0, 0
        while first < len(last) - 1 and cutting.is_stretch(source, start, last[first].text):
            start += len(last[first].text)
            first += 1
        stop, behind = len(source), len(last)
        while behind > first and source.endswith(last[behind - 1].text, start, stop):
            begin = stop - len(last[behind - 1].text)
            if not cutting.is_place(source, begin):
                break
            stop, behind = begin, behind - 1
        new = cutting.stretches(source[start:stop]) if start < stop or not source else []
        return [
            *((one.text, one) for one in last[:first]),
            *((text, None) for text in new),
            *((one.text, one) for one in last[behind:]),
        ]

    def _outcome(self, stretch: bytes, state: _State, is_last: bool) -> _Outcome | None:
        """What a stretch from one heading to the next holds; None if it reaches past its end."""
        key = (sha256(stretch).digest(), state, is_last)
        if key not in self._outcomes:
            found = self._by_pieces(stretch, state, is_last)
            self._outcomes[key] = found or _at_once(stretch, state, is_last, self._own)
        return self._outcomes[key]

    def _by_pieces(self, stretch: bytes, state: _State, is_last: bool) -> _Outcome | None:
        """The outcome of a stretch that can be cut, else None."""
        head = _HEAD.match(stretch)
        assert head
        read = _Sections(document.parse(head.group()), state, self._own)
        for section in read.document.sections:
            if section.heading:
                read.section(section)
        read.find_unread()
        run = read.run()
        if run.part.entries or run.part.loose:
            return None  # the whole section is an attempt
        found = [run.part]
        place = (read.draft is not None, bool(read.index_level) and not read.draft)
        context: Context = ""
        behind = END if is_last else HEADING
        is_list = not place[1]  # the rows of an index are taken as one
        for group in cutting.pieces(stretch[head.end() :], behind, is_nested=is_list):
            parted = self._group(group, context, place)
            if parted is None:
                return None
            found += parted[0]
            context = parted[1]
        runs = (run._replace(part=_joined(found)),)
        return _Outcome(runs, read.state(), _count(stretch))

    def _group(
        self, group: list[Piece], context: Context, place: tuple[bool, bool]
    ) -> tuple[list[_Part], Context] | None:
        """What the pieces add that stand between two cuts at column 0."""
        found = []
        after = context
        for piece in group:
            read = self._piece(piece, context, place)
            if read is None:
                break
            found.append(read[0])
            after = read[1]
        else:
            return found, after
        if len(group) == 1:
            return None
        whole = Piece(b"", b"".join(piece.text for piece in group), group[-1].probe)
        return self._group([whole], context, place)

    def _piece(self, piece: Piece, context: Context, place: tuple[bool, bool]) -> _Read | None:
        """What the piece adds, and how lists behind it are to be taken; None for a wrong cut.

        ``place``: whether it stands in an item, and whether in the index.
        """
        key = (piece, context, place)
        if key not in self._parts:
            self._parts[key] = self._read(piece, context, place)
        return self._parts[key]

    def _read(self, piece: Piece, context: Context, place: tuple[bool, bool]) -> _Read | None:
        frame, after = _Part(), context
        if piece.frame:
            framing = self._piece(Piece(b"", piece.frame, END), context, place)
            if framing is None or framing[0].entries or framing[0].loose:
                return None  # the frame is an attempt: what is nested in it is its text
            frame, after = framing
            alone = _attempt_alone(piece.text, self._own)
            if alone:
                entry = (entry_of(alone),)
                if place[0]:
                    return _Part(attempts=(alone,), entries=entry), after
                return _Part(loose=entry), after
        blocks = cutting.plain(piece)
        if blocks:
            parsed = _unparsed(piece.frame + piece.text)
        else:
            parsed = document.parse(piece.frame + piece.text + piece.probe.line)
            blocks = cutting.before_probe(parsed, piece)
        if blocks is None:
            return None
        state = _State("" if place[0] else None, 1, int(place[1]))
        read = _Sections(parsed, state, self._own)
        read.context = context
        read.body(blocks)
        read.find_unread()
        part = read.run().part
        return part._replace(
            fields=part.fields[len(frame.fields) :],
            listed=part.listed[len(frame.listed) :],
            unread=part.unread - frame.unread,
        ), read.context


class _Sections(Reading):
    """A reading that gives away what it has found, bit by bit."""

    def __init__(self, parsed: Document, state: _State, own: Conventions | None) -> None:
        super().__init__(parsed, own)
        self.index_level = state.index_level
        if state.item is not None:
            self.draft = Draft(state.item, "", state.level, 0, 0)
        self._before = self.draft

    def close(self) -> None:
        """Close the item that is open, if one is. It is put together elsewhere."""
        self.draft = None

    def state(self) -> _State:
        """What is open now."""
        draft = self.draft
        return _State(draft.id if draft else None, draft.level if draft else 0, self.index_level)

    def run(self) -> _Run:
        """What was found since the last call."""
        draft, before = self.draft, self._before
        self._before = draft
        opened = draft if draft is not before else None
        taken = draft or Draft("", "", 0, 0, 0)
        part = _Part(
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
        return _Run(
            before is not None and draft is not before,
            _Head(opened.id, opened.title, opened.level) if opened else None,
            part,
        )

    def _is_table(self, row: Span) -> bool:
        return self.document.line(row.start_line - 1).lstrip()[:1] not in ("-", "*", "+")


class _Whole:
    """One version, put together from its sections."""

    def __init__(self, stretches: Iterable[_Stretch], own: Conventions | None) -> None:
        self._own = own
        self._sections: list[tuple[_Head, list[_Part]]] = []
        self._open: list[_Part] | None = None
        self._listed: list[Item] = []
        self._loose: list[tuple[str | None, Entry]] = []
        self._rows: list[Row] = []
        self._unread = 0
        self._lines = 0
        for stretch in stretches:
            self._lines += stretch.outcome.lines
            for run in stretch.outcome.runs:
                self._add(run)
        self.sections = frozenset(head.id for head, _ in self._sections)

    def version(self, size: int, updated: str | None, known: dict[object, ItemVersion]) -> Version:
        """The version; an item of the same parts as a ``known`` one is taken from there."""
        return Version(
            size,
            self._lines,
            updated,
            tuple(self._items(known)),
            tuple(self._loose),
            tuple(self._rows),
            self._unread,
        )

    def _add(self, run: _Run) -> None:
        if run.closes:
            self._open = None
        if run.head:
            self._open = []
            self._sections.append((run.head, self._open))
        if self._open is not None:
            self._open.append(run.part)
        part = run.part
        if part.loose:
            above = self._sections[-1][0].id if self._sections else None
            self._loose += [(entry.item or above, entry) for entry in part.loose]
        self._listed += part.listed
        self._rows += part.rows
        self._unread += part.unread

    def _items(self, known: dict[object, ItemVersion]) -> Iterator[ItemVersion]:
        for head, found in self._sections:
            key = (head, *map(id, found))
            if key not in known:
                known[key] = _item(head, found, self._own)
            yield known[key]
        for item in self._listed:
            if item.id not in self.sections:
                yield ItemVersion(
                    item.id, item.title, None, item.status, item.status_text, (), (), is_listed=True
                )


def _at_once(
    stretch: bytes, state: _State, is_last: bool, own: Conventions | None
) -> _Outcome | None:
    """The outcome of a stretch that cannot be cut; None if it reaches past its end."""
    probe = END if is_last else HEADING
    parsed = document.parse(stretch + probe.line)
    sections = list(parsed.sections)
    if not is_last:
        heading = sections.pop().heading
        if not heading or heading.start != stretch.count(b"\n"):
            return None
    read = _Sections(parsed, state, own)
    runs = []
    for section in sections:
        if section.start < section.end:
            read.section(section)
            runs.append(read.run())
    read.find_unread()
    runs.append(read.run())
    return _Outcome(tuple(runs), read.state(), _count(stretch))


def _attempt_alone(piece: bytes, own: Conventions | None) -> Attempt | None:
    """The attempt that a nested bullet is, where no parser is needed to see that it is just
    that: it opens as one, all below it is indented, and nothing there is literal or opens
    another one."""
    first, _, below = piece.partition(b"\n")
    width, opening = leads.unbulleted(text.decode(first))
    lead = leads.attempt(opening)
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
            if leads.looks_like_attempt(said) or leads.attempt(leads.unbulleted(said)[1]):
                return None
    alone = _unparsed(piece)
    return parts.attempt(alone, lead, "", 0, len(alone.texts), own)


def _unparsed(data: bytes) -> Document:
    """The lines of ``data``, and no blocks."""
    starts = text.line_starts(data)
    return Document(data, starts, text.decode(data).split("\n")[: len(starts) - 1], ())


def _joined(found: Iterable[_Part]) -> _Part:
    fields, attempts, entries, actions, loose, listed, rows, unread = zip(*found, strict=True)
    return _Part(
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


def _item(head: _Head, found: Iterable[_Part], own: Conventions | None) -> ItemVersion:
    part = _joined(found)
    draft = Draft(head.id, head.title, head.level, 0, 0)
    draft.fields, draft.attempts = list(part.fields), list(part.attempts)
    draft.actions = list(part.actions)
    item = draft.item(_NOWHERE, own)
    told = tuple(map(entry_of, item.attempts[len(part.attempts) :]))
    return ItemVersion(
        item.id,
        item.title,
        item.priority,
        item.status,
        item.status_text,
        part.entries + told,
        tuple(
            Step(action.number, action.state, action.attempt, action.text.partition("\n")[0])
            for action in item.actions
        ),
    )


def entry_of(attempt: Attempt) -> Entry:
    """The attempt, its place aside."""
    form: Form = "action"
    if attempt.source == "history":
        lead = leads.attempt(attempt.text.partition("\n")[0])
        form = "dated" if lead and lead.is_certain and lead.number is not None else "other"
    return Entry(
        attempt.number, attempt.date, attempt.result, form, attempt.text, attempt.item or None
    )


def _updated(source: bytes, sections: frozenset[str], own: Conventions | None) -> str | None:
    """What the line ``Last Updated`` says, if it stands before the first item; ``sections`` are
    the items that have one."""
    head = source.split(b"\n", _UPDATED_WITHIN)[:_UPDATED_WITHIN]
    for number, line in enumerate(head, 1):
        if b"updated" in line.lower() or (
            own and parts.updated_label(own).match(text.decode(line.rstrip(b"\r")))
        ):
            above = b"\n".join(head[:number])
            first = _first(above, sections, number, own)
            found = parts.last_updated(_unparsed(above), first, own)
            if found:
                return found.value
    return None


def _first(head: bytes, sections: frozenset[str], end: int, own: Conventions | None) -> int:
    """The line, from 0, of the first item in the first ``end`` lines of a file, else ``end``."""
    if b"[" not in head and not own:
        return end
    read = Reading(document.parse(head), own)
    for section in read.document.sections:
        read.section(section)
    read.close()
    items = [*read.items, *(item for item in read.listed if item.id not in sections)]
    return min((item.span.start_line - 1 for item in items), default=end)


def _count(stretch: bytes) -> int:
    """The number of its lines."""
    return stretch.count(b"\n") + bool(stretch and not stretch.endswith(b"\n"))
