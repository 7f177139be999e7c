"""The index of an ``attempts`` ledger: a table, or (September 2025) a list of bullets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from ledger.plan import parts, patterns, words
from ledger.plan.document import Block, Document
from ledger.plan.model import IndexRow, Unread

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_PIPE = re.compile(r"(?<!\\)\||\Z")
_STATUS = re.compile(r"\bStatus:\s*")
_PRIORITY = re.compile(r"\bPriority:\s*([^,\u2014]{1,60})")


def table_rows(
    document: Document, table: Block, own: Conventions | None = None
) -> Iterator[IndexRow | Unread]:
    """The rows of a table that has a column ID and a column Status."""
    titles = [words.plain(cell[2]) for cell in cells(document.line(table.start))]
    header = [words.name(title, own).lower() for title in titles]
    if "id" not in header or "status" not in header:
        return
    for number in range(table.start + 2, table.end):
        line = document.line(number)
        row = dict(zip(header, cells(line), strict=False))
        found = patterns.ids(own).cell.match(row["id"][2]) if "id" in row else None
        if not found or "status" not in row:
            reason = "it has no status" if found else "its ID is not one"
            yield Unread(kind="index", line=number + 1, text=line[:200], reason=reason)
            continue
        start, end, status = row["status"]
        yield IndexRow(
            id=patterns.plain_id(found.group(1)),
            title=row["title"][2] if "title" in row else "",
            priority_text=row["priority"][2] if "priority" in row else "",
            status=words.status(status, own),
            status_text=status,
            span=parts.span(document, number, number + 1),
            status_span=parts.span_in_line(document, number, start, end),
        )


def bullet_rows(
    document: Document, bullets: Block, own: Conventions | None = None
) -> Iterator[IndexRow]:
    """``- [ID] Title — Priority: High, Status: pending (note)`` or ``- [ID] Title — done``."""
    for entry in bullets.children:
        line = document.line(entry.start)
        width, body = patterns.unbulleted(line)
        found = patterns.ids(own).row.match(body)
        if not found:
            continue
        title, dash, note = body[found.end() :].partition(" \u2014 ")
        priority = _PRIORITY.search(note)
        status = _STATUS.search(note)
        at = status.end() if status else 0
        phrase = words.phrase(note[at:])
        start = width + found.end() + len(title) + len(dash) + at
        yield IndexRow(
            id=patterns.plain_id(found.group(1)),
            title=title.strip(),
            priority_text=priority.group(1).strip() if priority else "",
            status=words.status(phrase, own),
            status_text=phrase,
            span=parts.span(document, entry.start, entry.start + 1),
            status_span=parts.span_in_line(document, entry.start, start, start + len(phrase)),
        )


@lru_cache(maxsize=1024)
def cells(line: str) -> list[tuple[int, int, str]]:
    """The cells of a table's line: start and end in the line, and text without its blanks.

    A pipe after a backslash belongs to its cell, as GitHub's tables have it.
    """
    found: list[tuple[int, int, str]] = []
    start = len(line) - len(line.lstrip())
    if line[start : start + 1] == "|":
        start += 1
    for match in _PIPE.finditer(line, start):
        end = match.start()
        if end < len(line) or line[start:end].strip():
            cell = line[start:end]
            at = start + len(cell) - len(cell.lstrip())
            body = cell.strip()
            found.append((at, at + len(body), body))
        start = match.end()
    return found
