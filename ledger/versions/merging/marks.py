"""Where the parts of a version stand: what the reader has found, line by line.

In the ``attempts`` dialect an item is what stands below its heading, in a roadmap a bullet with all
that is nested in it. A logbook has no such sections: its entries stand below headings of their own,
so that each heading's text is merged for itself.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from ledger.plan import dialects, reader, text
from ledger.plan.document import Document
from ledger.plan.model import Attempt, Item, Ledger, Span

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

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


def settled(own: "Conventions | None", versions: Iterable[bytes]) -> "Conventions":
    """The dialect that all versions are read in: that of the configuration, else that of the first
    that is a logbook or a roadmap. A checklist is left to a merge of lines."""
    from ledger.plan.model import Conventions  # the driver is started at every merge

    own = own or Conventions()
    known = [own.dialect] if own.dialect else (_recognised(data, own) for data in versions)
    others = (name for name in known if dialects.named(name).has_unnumbered)
    return own.model_copy(update={"dialect": next(others, dialects.MAIN)})


def _recognised(data: bytes, own: "Conventions") -> str:
    return reader.recognise(data, own).dialect


def sections(plan: Ledger) -> Iterator[Item]:
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


def inner(plan: Ledger) -> frozenset[int]:
    """The lines of a logbook, from 0, where no section begins: those inside its entries."""
    if not dialects.named(plan.dialect).shares_history:
        return frozenset()
    spans = [one.span for item in plan.items for one in item.attempts]
    spans += [one.span for one in plan.loose]
    return frozenset(line for span in spans for line in range(span.start_line, span.end_line))


def find(whole: Document, plan: Ledger) -> Iterator[Mark]:
    """What stands where. Of marks that begin on one line the one with the largest rank counts."""
    for section in whole.sections:
        if section.heading:
            start, end = section.heading.start, section.heading.end
            yield Mark(start, end, 0, "heading", whole.line(start).strip("# ").strip())
    own = {item.span.start_byte for item in sections(plan)}
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
        for one in item.archived:
            if not one.is_item:  # that one is the item's status, too
                yield _mark(one.span, 5, "pointer", one.key)
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
    """Entries, boxes, and the line that the status stands on. The number of a step is a part of
    its name."""
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
    listed = [one for one in item.attempts if one.number is not None]
    below = [field.span for field in item.fields if field is not inline]
    below += [one.span for one in item.actions] + [one.span for one in listed]
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
    yield from map(_of_attempt, (one for one in item.attempts if one.source == "history"))


def _of_attempt(attempt: Attempt) -> Mark:
    when = attempt.stamp or attempt.date or ""
    return _mark(attempt.span, 4, "attempt", "")._replace(number=attempt.number, when=when)


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


def _mark(span: Span, rank: int, kind: Kind, name: str) -> Mark:
    return Mark(span.start_line - 1, span.end_line, rank, kind, name)
