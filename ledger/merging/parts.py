"""A version cut into the parts that a merge keeps, drops or merges: sections, and in them
fields, attempts, actions, rows of the index, lines of the head, and the text between.

Nothing is left out: sections, parts and the blank lines behind them put together are the file.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger import document, reader, text
from ledger.document import Document
from ledger.models.ledger import Item, Ledger, Span

if TYPE_CHECKING:
    from ledger.models.conventions import Conventions

Kind = Literal[
    "title", "heading", "field", "attempt", "action", "row", "listed", "updated", "line", "text"
]
_ATTEMPT_NUMBER = re.compile(rb"Attempt(?:[ \t]|\xe2\x80\xaf|\xc2\xa0)*#?(\d{1,6})", re.IGNORECASE)
_ACTION_NUMBER = re.compile(rb"[ \t]*(\d{1,9})[.)]")
_LABEL = re.compile(rb"[-*+ ]*\*\*([^*\n]{1,60}?):?\*\*")
_LEAD = 160  # bytes at the start of an attempt that may hold its number


class Part(NamedTuple):
    """One thing and the blank lines behind it.

    ``name`` is what it is known by within its section, empty for none. ``number`` is that of an
    attempt or action, ``digits`` where it stands in ``body``. ``state`` is where the state of
    an action, the status of a row or field, or the value of the last update stands in it.
    ``when`` orders attempts in time; ``done_by`` is the attempt that an action names.
    """

    kind: Kind
    name: str
    body: bytes
    gap: bytes
    number: int | None = None
    digits: tuple[int, int] | None = None
    state: tuple[int, int] | None = None
    when: str = ""
    done_by: int | None = None

    @property
    def masked(self) -> bytes:
        """The body without its indent and number."""
        if not self.digits:
            return self.body.strip()
        start, end = self.digits
        return (self.body[:start] + b"#" + self.body[end:]).strip()

    def numbered(self, number: int) -> "Part":
        """The same under another number."""
        if not self.digits or number == self.number:
            return self
        start, end = self.digits
        said = b"%d" % number
        by = len(said) - (end - start)
        state = self.state and (self.state[0] + by, self.state[1] + by)
        return self._replace(
            body=self.body[:start] + said + self.body[end:],
            number=number,
            digits=(start, start + len(said)),
            state=state,
        )


class Section(NamedTuple):
    """An item, or the text below a heading that is no item's. ``name`` is the ID or the heading.
    ``gap`` are the blank lines behind the last part, which has none of its own.

    ``numbers`` are all that attempts of the item have or that its actions name."""

    kind: Literal["item", "text"]
    name: str
    parts: tuple[Part, ...]
    gap: bytes
    numbers: frozenset[int]

    @property
    def body(self) -> bytes:
        """Its bytes without the blank lines behind it."""
        return b"".join(part.body + part.gap for part in self.parts)


Version = tuple[Section, ...]
"""A whole file."""


class _Mark(NamedTuple):
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


def _attempts_only(own: "Conventions | None") -> "Conventions":
    """Other dialects are left to a merge of lines."""
    from ledger.models.conventions import Conventions  # the driver is started at every merge

    return (own or Conventions())._replace(dialect="attempts")


def parse(data: bytes, own: "Conventions | None" = None) -> Version:
    """Cut ``data``, whose last line ends in LF if there is one. Never fails."""
    whole = document.parse(data)
    plan = reader.read(data, own=_attempts_only(own))
    by_rank = sorted(_marks(whole, plan), key=lambda mark: mark.rank)
    marks = sorted({mark.start: mark for mark in by_rank}.values())
    found = []
    for start, end, item in _bounds(whole, plan):
        inside = [mark for mark in marks if start <= mark.start < end]
        *parts, last = _parts(whole, inside, start, end)
        numbers = (
            [a.number for a in item.attempts] + [a.attempt for a in item.actions] if item else []
        )
        found.append(
            Section(
                "item" if item else "text",
                item.id if item else whole.line(start).strip("# ").strip(),
                (*parts, last._replace(gap=b"")),
                last.gap,
                frozenset(number for number in numbers if number is not None),
            )
        )
    return tuple(found)


def _bounds(whole: Document, plan: Ledger) -> Iterator[tuple[int, int, Item | None]]:
    """Lines ``[start, end)`` of each section, in order, with the item that it is."""
    tops = {item.span.start_line - 1: item for item in _sections(plan)}
    starts = {section.start: None for section in whole.sections if section.start < section.end}
    held = 0  # the end of the item before
    cuts: list[tuple[int, Item | None]] = []
    for start in sorted({*starts, *tops}):
        if start in tops:
            cuts.append((start, tops[start]))
            own = (part.span.end_line for part in tops[start].attempts)
            held = max([tops[start].span.end_line, *own])
        elif start >= held and start < len(whole.starts) - 1:
            cuts.append((start, None))
    for place, (start, item) in enumerate(cuts):
        end = cuts[place + 1][0] if place + 1 < len(cuts) else len(whole.starts) - 1
        yield start, end, item


def _sections(plan: Ledger) -> Iterator[Item]:
    """The items that have a section of their own."""
    for item in plan.items:
        if plan.text[item.span.start_byte :].removeprefix(text.BOM).lstrip(b" ").startswith(b"#"):
            yield item


def _marks(whole: Document, plan: Ledger) -> Iterator[_Mark]:
    for section in whole.sections:
        if section.heading:
            start, end = section.heading.start, section.heading.end
            yield _Mark(start, end, 0, "heading", whole.line(start).strip("# ").strip())
    own = {item.span.start_byte for item in _sections(plan)}
    for item in plan.items:
        if item.span.start_byte in own:
            yield _Mark(item.span.start_line - 1, item.span.start_line, 1, "title", item.id)
            yield from _of_item(item)
        else:
            yield _mark(item.span, 1, "listed", item.id)
    for attempt in plan.loose:
        when = attempt.stamp or attempt.date or ""
        yield _mark(attempt.span, 4, "attempt", "")._replace(number=attempt.number, when=when)
    for row in plan.index:
        yield _mark(row.span, 2, "row", row.id)._replace(state=row.status_span)
    updated = plan.last_updated
    if updated:
        yield _mark(updated.span, 2, "updated", "updated")._replace(state=updated.value_span)
    for start, end in _head(whole):
        label = _LABEL.match(text.encode(whole.line(start)))
        name = text.decode(label[1]).strip().lower() if label else ""
        yield _Mark(start, end, 0, "line", name)


def _of_item(item: Item) -> Iterator[_Mark]:
    for field in item.fields:
        name = field.name.lower()
        status = field.value_span if name == "status" else None
        yield _mark(field.span, 1, "field", name)._replace(state=status)
    for action in item.actions:
        yield _mark(action.span, 3, "action", "")._replace(
            number=action.number, state=action.state_span, done_by=action.attempt
        )
    for attempt in item.attempts:
        if attempt.source == "history":
            when = attempt.stamp or attempt.date or ""
            yield _mark(attempt.span, 4, "attempt", "")._replace(number=attempt.number, when=when)


def _head(whole: Document) -> Iterator[tuple[int, int]]:
    """The lines of the file's head, before the first heading below the first level. Indented ones
    go with the line before them."""
    for section in whole.sections:
        if section.level > 1:
            return
        for block in section.blocks:
            if block.kind in ("paragraph", "bullet_list"):
                lines = range(block.start, block.end)
                starts = [n for n in lines if n == block.start or whole.line(n)[:1].strip()]
                yield from pairwise([*starts, block.end])


def _mark(span: Span, rank: int, kind: Kind, name: str) -> _Mark:
    return _Mark(span.start_line - 1, span.end_line, rank, kind, name)


def _parts(whole: Document, marks: Iterable[_Mark], start: int, end: int) -> Iterator[Part]:
    """The parts that lines ``[start, end)`` are: an inner mark ends an outer one, and what the
    outer one has behind it is text."""
    owner: list[_Mark | None] = [None] * (end - start)
    opened: dict[int, _Mark] = {}
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


def _part(whole: Document, mark: _Mark, line: int, body: bytes, gap: bytes) -> Part:
    first = whole.starts[line]
    state = mark.state
    return Part(
        mark.kind,
        mark.name,
        body,
        gap,
        mark.number,
        _digits(mark, body),
        (state.start_byte - first, state.end_byte - first) if state else None,
        mark.when,
        mark.done_by,
    )


def _digits(mark: _Mark, body: bytes) -> tuple[int, int] | None:
    if mark.number is None:
        return None
    if mark.kind == "action":
        found = _ACTION_NUMBER.match(body)
    else:
        found = _ATTEMPT_NUMBER.search(body, 0, _LEAD)
    return found.span(1) if found and int(found[1]) == mark.number else None


def _without_blanks(whole: Document, start: int, end: int) -> tuple[bytes, bytes]:
    """The lines, and the blank ones at their end."""
    last = end
    while last > start and not whole.line(last - 1).strip():
        last -= 1
    at = whole.starts
    return whole.data[at[start] : at[last]], whole.data[at[last] : at[end]]
