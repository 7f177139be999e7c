"""A version put together from its stretches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ledger.plan import document, parts, text
from ledger.plan.dialects.attempts.outcomes import (
    Head,
    Part,
    Run,
    Stretch,
    entry_of,
    joined,
    step_of,
    unparsed,
)
from ledger.plan.dialects.attempts.reading import Draft, Reading
from ledger.plan.model import Item, Span
from ledger.plan.version import Entry, ItemVersion, Row, Version

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

# Within how many lines the reader of whole files looks for `Last Updated`, at most.
_UPDATED_WITHIN = 60
_NOWHERE = Span(start_line=0, end_line=0, start_byte=0, end_byte=0)


class Whole:
    """One version, put together from its sections."""

    def __init__(self, stretches: Iterable[Stretch], own: Conventions | None) -> None:
        self._own = own
        self._sections: list[tuple[Head, list[Part]]] = []
        self._open: list[Part] | None = None
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

    def _add(self, run: Run) -> None:
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


def updated(source: bytes, sections: frozenset[str], own: Conventions | None) -> str | None:
    """What the line ``Last Updated`` says, if it stands before the first item; ``sections`` are
    the items that have one."""
    head = source.split(b"\n", _UPDATED_WITHIN)[:_UPDATED_WITHIN]
    for number, line in enumerate(head, 1):
        if b"updated" in line.lower() or (
            own and parts.updated_label(own).match(text.decode(line.rstrip(b"\r")))
        ):
            above = b"\n".join(head[:number])
            first = _first(above, sections, number, own)
            found = parts.last_updated(unparsed(above), first, own)
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


def _item(head: Head, found: Iterable[Part], own: Conventions | None) -> ItemVersion:
    part = joined(found)
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
        tuple(map(step_of, item.actions)),
    )
