"""Items that two versions of a ledger have in common, byte for byte: read once, moved into place.

A commit, or an append, touches one item of many.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from ledger.plan.document import Document, Section
from ledger.plan.model import Attempt, Criterion, Item, Ledger, Span

_Part = TypeVar("_Part", Attempt, Criterion)


class Unchanged:
    """The items of ``ledger`` by the line that opens them, but for those with text that was not
    read as theirs."""

    def __init__(self, ledger: Ledger) -> None:
        self._data = ledger.text
        odd = [unread.line for unread in ledger.unread]
        odd += [attempt.span.start_line for attempt in ledger.loose]
        self._items: dict[bytes, Item] = {}
        for item in ledger.items:
            start = item.span.start_byte
            opening = self._data[start : self._data.find(b"\n", start) + 1]
            if (
                opening
                and start
                and item.dialect == "attempts"
                and _is_whole(item, self._data)
                and not any(_holds(item.span, line) for line in odd)
            ):
                self._items[opening] = item

    def at(
        self, document: Document, sections: Sequence[Section], index: int
    ) -> tuple[Item, int] | None:
        """The item that opens with section ``index`` of another version, and the number of the
        section behind it; None where that section opens none, or another one."""
        section = sections[index]
        data, starts = document.data, document.starts
        start = starts[section.start]
        item = self._items.get(data[start : starts[section.start + 1]]) if section.heading else None
        if not item:
            return None
        own = self._data[item.span.start_byte : item.span.end_byte]
        end = start + len(own)
        if not data.startswith(own, start):
            return None
        behind = index + 1
        while behind < len(sections) and starts[sections[behind].start] < end:
            behind += 1
        if behind < len(sections):
            following = sections[behind]
            stop = starts[following.start]
            # The heading of an attempt would go on with the item.
            if following.level > section.level or "ttempt" in document.line(following.start):
                return None
        else:
            stop = len(data)
        if data[end:stop].strip(b" \t\r\n"):
            return None
        return _moved(item, section.start + 1 - item.span.start_line, start), behind


def _is_whole(item: Item, data: bytes) -> bool:
    """Whether its text ends with a line, and no part of it goes on behind: a form feed is blank
    for people, and text for Markdown."""
    end = item.span.end_byte
    spans = [field.span for field in item.fields]
    spans += [attempt.span for attempt in item.attempts]
    spans += [action.span for action in item.actions]
    spans += [criterion.span for criterion in item.criteria]
    return data.startswith(b"\n", end - 1) and all(span.end_byte <= end for span in spans)


def _holds(span: Span, line: int) -> bool:
    return span.start_line <= line <= span.end_line


def _moved(item: Item, lines: int, start: int) -> Item:
    """The item as it stands ``lines`` further down and with its first byte at ``start``."""
    by = start - item.span.start_byte
    if not lines and not by:
        return item

    def span(old: Span) -> Span:
        return Span(
            start_line=old.start_line + lines,
            end_line=old.end_line + lines,
            start_byte=old.start_byte + by,
            end_byte=old.end_byte + by,
        )

    def moved(part: _Part) -> _Part:
        return part.model_copy(update={"span": span(part.span)})

    return item.model_copy(
        update={
            "fields": tuple(
                field.model_copy(
                    update={"span": span(field.span), "value_span": span(field.value_span)}
                )
                for field in item.fields
            ),
            "attempts": tuple(map(moved, item.attempts)),
            "actions": tuple(
                action.model_copy(
                    update={"span": span(action.span), "state_span": span(action.state_span)}
                )
                for action in item.actions
            ),
            "criteria": tuple(map(moved, item.criteria)),
            "span": span(item.span),
        }
    )
