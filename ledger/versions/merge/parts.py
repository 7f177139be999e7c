"""A version cut into the parts that a merge keeps, drops or merges. Nothing is left out: sections,
parts and the blank lines behind them put together are the file."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from ledger.plan import dialects, document, patterns, pointers, reader, text, words
from ledger.plan.document import Document
from ledger.plan.model import Attempt, Conventions, Item, Ledger, Span
from ledger.plan.parts import BOX_STATES, is_box
from ledger.plan.words import Vocabulary

Kind = Literal[
    "title",
    "heading",
    "field",
    "attempt",
    "action",
    "row",
    "listed",
    "updated",
    "line",
    "text",
    "pointer",
    "archived",
]
_LABEL = re.compile(rb"[-*+ ]*\*\*([^*\n]{1,60}?):?\*\*")
_ATTEMPT_NUMBER = re.compile(rb"Attempt(?:[ \t]|\xe2\x80\xaf|\xc2\xa0)*#?(\d{1,6})", re.IGNORECASE)
_ACTION_NUMBER = re.compile(rb"[ \t]*(\d{1,9})[.)]")
Ranges = Sequence[tuple[int, int]]
"""The first and last number of each run."""
KEPT: Final = ("attempt", "archived")
"""What no merge may lose."""
_LEAD = 160  # bytes at the start of an attempt that may hold its number


class Part(NamedTuple):
    """One thing and the blank lines behind it.

    ``name`` is what it is known by within its section, empty for none. ``number`` is that of an
    attempt or action, ``digits`` where it is in ``body``. ``state`` is where the state of
    an action, the status of a row or field, or the value of the last update is in it, and
    ``means`` is the word for it that all plans share.
    ``when`` orders attempts in time; ``done_by`` is the attempt that an action names.
    """

    kind: Kind
    name: str
    body: bytes
    gap: bytes
    number: int | None = None
    digits: tuple[int, int] | None = None
    state: tuple[int, int] | None = None
    means: str = ""
    when: str = ""
    done_by: int | None = None

    @property
    def masked(self) -> bytes:
        """The body without its indent and number."""
        if not self.digits:
            return self.body.strip()
        start, end = self.digits
        return (self.body[:start] + b"#" + self.body[end:]).strip()

    def numbered(self, number: int) -> Part:
        """The same under another number."""
        if not self.digits or number == self.number:
            return self
        start, end = self.digits
        new = b"%d" % number
        by = len(new) - (end - start)
        state = self.state and (self.state[0] + by, self.state[1] + by)
        return self._replace(
            body=self.body[:start] + new + self.body[end:],
            number=number,
            digits=(start, start + len(new)),
            state=state,
        )


class Moved(NamedTuple):
    """A pointer to the archive: its digest, whether it is an item, and its attempts' numbers."""

    key: str
    is_item: bool
    numbers: Ranges


class Section(NamedTuple):
    """An item, or the text below a heading that is no item's. ``name`` is the ID or the heading.
    ``gap`` are the blank lines behind the last part, which has none of its own.

    ``numbers`` are all that attempts of the item have or that its actions name, ``moved`` what it
    has in the archive. There each part is one section of one part, ``archived``, known by its
    digest."""

    kind: Literal["item", "text", "archived"]
    name: str
    parts: tuple[Part, ...]
    gap: bytes
    numbers: frozenset[int]
    moved: tuple[Moved, ...] = ()

    @property
    def body(self) -> bytes:
        """Its bytes without the blank lines behind it."""
        return b"".join(part.body + part.gap for part in self.parts)


Version = tuple[Section, ...]
"""A whole file."""


def ranges(moved: Iterable[Moved]) -> Ranges:
    """The numbers of all ``moved``, in order; no two runs touch."""
    return pointers.joined(pair for each in moved for pair in each.numbers)


def parse(data: bytes, own: Conventions | None = None) -> Version:
    """Cut ``data``, whose last line ends in LF if there is one. Never fails."""
    plan = reader.read(data, conventions=own if own and own.dialect else one_dialect(own, [data]))
    whole = document.parse(data, words.of(plan))
    by_rank = sorted(_marks(whole, plan), key=lambda mark: mark.rank)
    every = sorted({mark.start: mark for mark in by_rank}.values())
    sections = []
    archived = _archived(whole)
    for start, end, item in _bounds(whole, plan, archived):
        if start in archived:
            sections.append(archived[start].section(whole, end))
            continue
        inside = [mark for mark in every if start <= mark.start < end]
        *parts, last = _parts(whole, inside, start, end)
        numbers = (
            [a.number for a in item.attempts] + [a.attempt for a in item.actions] if item else []
        )
        sections.append(
            Section(
                kind="item" if item else "text",
                name=item.id if item else whole.line(start).strip("# ").strip(),
                parts=(*parts, last._replace(gap=b"")),
                gap=last.gap,
                numbers=frozenset(number for number in numbers if number is not None),
                moved=tuple(Moved(p.key, p.is_item, p.ranges) for p in item.archived)
                if item
                else (),
            )
        )
    return tuple(sections)


class _Archived(NamedTuple):
    """Lines ``[start, end)`` of an archive that hold one part of it."""

    key: str
    start: int
    end: int

    def behind(self, whole: Document) -> int:
        """The first line behind it that says something."""
        last = len(whole.starts) - 1
        return next((n for n in range(self.end, last) if whole.line(n).strip()), last)

    def section(self, whole: Document, end: int) -> Section:
        """The part, which is kept as it stands, and the blank lines behind it, up to ``end``."""
        at = whole.starts
        body, gap = whole.data[at[self.start] : at[self.end]], whole.data[at[self.end] : at[end]]
        part = Part("archived", self.key, body, b"")
        return Section("archived", self.key, (part,), gap, frozenset())


def _archived(whole: Document) -> dict[int, _Archived]:
    """The parts of an archive, by their first lines."""
    archived = {}
    for chunk in pointers.chunks(whole.data):
        start, end = (bisect_left(whole.starts, at) for at in (chunk.start, chunk.end))
        start += not whole.line(start).strip()
        archived[start] = _Archived(chunk.key, start, end)
    return archived


def _bounds(
    whole: Document, plan: Ledger, archived: Mapping[int, _Archived]
) -> Iterator[tuple[int, int, Item | None]]:
    """Lines ``[start, end)`` of each section, in order, with the item that it is."""
    last = len(whole.starts) - 1
    taken = {line for part in archived.values() for line in range(part.start, part.end)}
    inner = _lines_of_entries(plan) | taken
    tops = {item.span.start_line - 1: item for item in _item_sections(plan)}
    tops = {start: item for start, item in tops.items() if start not in taken}
    behind = {part.behind(whole) for part in archived.values()} - taken
    starts = {
        section.start
        for section in whole.sections
        if section.start < section.end and section.start not in inner
    }
    kept = 0  # the end of the item before
    cuts: list[tuple[int, Item | None]] = []
    for start in sorted({*starts, *tops, *archived, *behind}):
        if start in tops:
            cuts.append((start, tops[start]))
            own = (part.span.end_line for part in tops[start].attempts)
            kept = max([tops[start].span.end_line, *own])
        elif start < last and (start >= kept or start in archived or start in behind):
            cuts.append((start, None))
    for place, (start, item) in enumerate(cuts):
        end = cuts[place + 1][0] if place + 1 < len(cuts) else last
        yield start, end, item


def _parts(whole: Document, marks: Iterable[Mark], start: int, end: int) -> Iterator[Part]:
    """The parts in lines ``[start, end)``: an inner mark ends an outer one."""
    owner: list[Mark | None] = [None] * (end - start)
    opened: dict[int, Mark] = {}
    for inside in marks:
        last = min(inside.end, end)
        owner[inside.start - start : last - start] = [inside] * (last - inside.start)
        opened[inside.start] = inside
    cuts = [
        line
        for line in range(start, end)
        if line == start or line in opened or owner[line - start] is not owner[line - 1 - start]
    ]
    pending: Part | None = None
    for line, stop in zip(cuts, [*cuts[1:], end], strict=True):
        body, gap = _without_blanks(whole, line, stop)
        if pending and not body:
            pending = pending._replace(gap=pending.gap + gap)
            continue
        if pending:
            yield pending
        mark = opened.get(line)
        pending = _part(whole, mark, line, body, gap) if mark else Part("text", "", body, gap)
    yield pending or Part("text", "", b"", b"")


def _part(whole: Document, mark: Mark, line: int, body: bytes, gap: bytes) -> Part:
    state = None
    if mark.state:
        first = whole.starts[line]
        state = mark.state.start_byte - first, mark.state.end_byte - first
    return Part(
        kind=mark.kind,
        name=mark.name,
        body=body,
        gap=gap,
        number=mark.number,
        digits=_digits(mark, body),
        state=state,
        means=_meaning(mark.kind, body[slice(*state)], whole.vocabulary) if state else "",
        when=mark.when,
        done_by=mark.done_by,
    )


def _meaning(kind: Kind, state: bytes, vocabulary: Vocabulary) -> str:
    shown = text.decode(state)
    if kind != "action":
        return vocabulary.status(shown)
    if is_box(shown.strip()):
        return BOX_STATES.get(shown.strip()[1].lower(), "unknown")
    lead = patterns.state(shown, vocabulary)
    return vocabulary.state(lead.word, lead.mark)


def _digits(mark: Mark, body: bytes) -> tuple[int, int] | None:
    if mark.number is None:
        return None
    if mark.kind == "action":
        match = _ACTION_NUMBER.match(body)
    else:
        match = _ATTEMPT_NUMBER.search(body, 0, _LEAD)
    return match.span(1) if match and int(match[1]) == mark.number else None


def _without_blanks(whole: Document, start: int, end: int) -> tuple[bytes, bytes]:
    """The lines, and the blank ones at their end."""
    last = end
    while last > start and not whole.line(last - 1).strip():
        last -= 1
    at = whole.starts
    return whole.data[at[start] : at[last]], whole.data[at[last] : at[end]]


# Where each part stands: what the reader has found, line by line


class Mark(NamedTuple):
    """Lines ``[start, end)``, from 0, that are one part, and what else is known of it."""

    start: int
    end: int
    rank: int
    kind: Kind
    name: str
    number: int | None = None
    state: Span | None = None
    when: str = ""
    done_by: int | None = None


def one_dialect(own: Conventions | None, versions: Iterable[bytes]) -> Conventions:
    """The dialect that all versions are read in: that of the configuration, else that of the first
    that is a logbook or a roadmap. A checklist is left to a merge of lines."""
    own = own or Conventions()
    known = (own.dialect or reader.recognise(data, own).dialect for data in versions)
    others = (name for name in known if dialects.by_name(name).has_unnumbered)
    return own.model_copy(update={"dialect": next(others, dialects.MAIN)})


def _item_sections(plan: Ledger) -> Iterator[Item]:
    """The items that have a section of their own."""
    end = 0
    for item in plan.items:
        start = item.span.start_byte
        if dialects.of(item).has_notes and start >= end:
            end = item.span.end_byte
            yield item
        elif not dialects.of(item).has_unnumbered and (
            plan.text[start:].removeprefix(text.BOM).lstrip(b" ").startswith(b"#")
        ):
            yield item


def _lines_of_entries(plan: Ledger) -> frozenset[int]:
    """The lines of a logbook, from 0, where no section begins: those inside its entries."""
    if not dialects.by_name(plan.dialect).shares_history:
        return frozenset()
    spans = [attempt.span for item in plan.items for attempt in item.attempts]
    spans += [attempt.span for attempt in plan.loose]
    return frozenset(line for span in spans for line in range(span.start_line, span.end_line))


def _marks(whole: Document, plan: Ledger) -> Iterator[Mark]:
    """What stands where. Of marks that begin on one line the one with the largest rank counts."""
    for section in whole.sections:
        if section.heading:
            start, end = section.heading.start, section.heading.end
            yield Mark(start, end, 0, "heading", whole.line(start).strip("# ").strip())
    own = {item.span.start_byte for item in _item_sections(plan)}
    for item in plan.items:
        if dialects.of(item).shares_history:
            yield from _of_logbook(item)
        elif dialects.of(item).has_notes:
            yield from _of_bullet(item) if item.span.start_byte in own else ()
        elif item.span.start_byte in own:
            yield Mark(item.span.start_line - 1, item.span.start_line, 1, "title", item.id)
            yield from _of_item(item)
        else:
            yield _mark(item.span, 1, "listed", item.id)
        for pointer in item.archived:
            if not pointer.is_item:  # that one is the item's status, too
                yield _mark(pointer.span, 5, "pointer", pointer.key)
    yield from map(_of_attempt, plan.loose)
    for row in plan.index:
        yield _mark(row.span, 2, "row", row.id)._replace(state=row.status_span)
    updated = plan.last_updated
    if updated:
        yield _mark(updated.span, 2, "updated", "updated")._replace(state=updated.value_span)
    for start, end in _head(whole):
        label = _LABEL.match(text.encode(whole.line(start)))
        name = text.decode(label[1]).strip().lower() if label else ""
        yield Mark(start, end, 0, "line", name)


def _of_logbook(item: Item) -> Iterator[Mark]:
    """Entries, boxes, and the status line. A step's number is part of its name."""
    for attempt in item.attempts:
        yield _of_attempt(attempt)._replace(name=attempt.text.partition("\n")[0])
    for action in item.actions:
        yield _mark(action.span, 3, "action", "")._replace(state=action.state_span)
    for field in item.fields:
        if field.name.lower() == "status" and field.value:
            yield _mark(field.value_span, 1, "field", "status")._replace(state=field.value_span)


def _of_bullet(item: Item) -> Iterator[Mark]:
    """The first lines with the status, and what is nested below them."""
    status = next((field for field in item.fields if field.name == "Status"), None)
    inline = status if status and status.span == status.value_span else None
    listed = [attempt for attempt in item.attempts if attempt.number is not None]
    below = [field.span for field in item.fields if field is not inline]
    below += [action.span for action in item.actions] + [attempt.span for attempt in listed]
    first = min((span.start_line for span in below), default=item.span.end_line + 1)
    title = Mark(item.span.start_line - 1, first - 1, 1, "title", item.id)
    yield title._replace(state=inline.value_span) if inline else title
    yield from _of_item(
        item.model_copy(
            update={
                "fields": tuple(field for field in item.fields if field is not inline),
                "attempts": tuple(listed),
            }
        )
    )


def _of_item(item: Item) -> Iterator[Mark]:
    for field in item.fields:
        name = field.name.lower()
        status = field.value_span if name == "status" else None
        yield _mark(field.span, 1, "field", name)._replace(state=status)
    for action in item.actions:
        yield _mark(action.span, 3, "action", "")._replace(
            number=action.number, state=action.state_span, done_by=action.attempt
        )
    yield from map(_of_attempt, (a for a in item.attempts if a.source == "history"))


def _of_attempt(attempt: Attempt) -> Mark:
    when = attempt.stamp or attempt.date or ""
    return _mark(attempt.span, 4, "attempt", "")._replace(number=attempt.number, when=when)


def _head(whole: Document) -> Iterator[tuple[int, int]]:
    """The lines of the file's head, up to a heading below the first level, with their indent."""
    for section in whole.sections:
        if section.level > 1:
            return
        for block in section.blocks:
            if block.kind in ("paragraph", "bullet_list"):
                lines = range(block.start, block.end)
                starts = [n for n in lines if n == block.start or whole.line(n)[:1].strip()]
                yield from pairwise([*starts, block.end])


def _mark(span: Span, rank: int, kind: Kind, name: str) -> Mark:
    return Mark(span.start_line - 1, span.end_line, rank, kind, name)
