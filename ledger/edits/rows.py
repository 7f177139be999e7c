"""The index: a row for a new item in the form of the others, and the cells of a row."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby
from typing import Final, Literal

from ledger.edits.outline import Shape
from ledger.errors import Refused
from ledger.plan import document, parts, places, text, words
from ledger.plan.document import Block, Edit
from ledger.plan.model import FINISHED, IndexRow, Item, Ledger

_LONGEST: Final = 60  # characters of a status or priority that is copied
_LINKED: Final = re.compile(r"\[[^\]]*\]\(#")
_PRIORITY: Final = re.compile(r"\bPriority:\s*")
_ROW_ID: Final = re.compile(
    r"\[[^\]\n]{1,200}\](?:\([^)\n]{0,300}\))?\s*"
)  # e.g. "[PARSE-001](#a) "
_ENDS_TITLE: Final = re.compile(r" \u2014 |, ")  # in a bullet
_BRACKETED: Final = re.compile(r"[ \t]*\|?[ \t]*\[[^\]]*\]")  # e.g. "| [PARSE-001] | Read"
Part = Literal["title", "priority"]


def is_cell(line: str) -> bool:
    """Whether a status or priority fits into a cell."""
    return 0 < len(line) <= _LONGEST and text.one_line(line) == line and "|" not in line


def cell_place(ledger: Ledger, row: IndexRow, wording: str) -> int | None:
    """The byte where the cell of the row that says ``wording`` begins, if that is clear: its
    priority or its title."""
    line = places.first_line(ledger, row.span.start_byte)
    if line.lstrip().startswith("|"):
        starts = [start for start, _, cell in parts.cells(line) if cell == wording]
    elif wording == row.title:
        starts = [m.end() for m in _ROW_ID.finditer(line) if line[m.end() :].startswith(wording)]
    else:
        starts = [m.end() for m in _PRIORITY.finditer(line) if line.startswith(wording, m.end())]
    if len(starts) != 1:
        return None
    return row.span.start_byte + len(text.encode(line[: starts[0]]))


def reworded(ledger: Ledger, item: Item, part: Part, new: str) -> Iterator[Edit]:
    """The edits that make ``new`` the ``part`` of the item's rows, and lead their links to the new
    heading where that is the title. Raises Refused where a row has no clear place for it."""
    for row in ledger.index:
        old = row.title if part == "title" else row.priority_text
        if row.id != item.id or not old:
            continue
        is_table = places.first_line(ledger, row.span.start_byte).lstrip().startswith("|")
        in_cell = _in_cell(new) if is_table else new
        at = cell_place(ledger, row, old)
        if at is None or not (is_table or not _ENDS_TITLE.search(in_cell)):
            message = f"the row for {item.id} has no clear place for a {part}"
            raise Refused("no-place", f"{message} (line {row.span.start_line})", "write it by hand")
        yield Edit(at, at + len(text.encode(old)), text.encode(in_cell))
        if part == "title":
            heading = places.first_line(ledger, item.span.start_byte).lstrip("#")
            was = b"](#" + text.encode(document.anchor(heading)) + b")"
            link = ledger.text.find(was, row.span.start_byte, row.span.end_byte)
            if link >= 0:
                now = document.anchor(heading.replace(item.title, new))
                yield Edit(link, link + len(was), b"](#" + text.encode(now) + b")")


def _in_cell(title: str) -> str:
    return text.one_line(title).replace("\\|", "|").replace("|", "\\|")


def open_table(ledger: Ledger) -> tuple[int, list[str]]:
    """The last row of the table that has most rows of open items, and the table's header."""
    blocks = [
        block
        for section in document.parse(ledger.text).sections
        for block in section.blocks
        if block.kind in ("table", "bullet_list")
    ]

    def home(at: int) -> int:
        line = ledger.index[at].span.start_line - 1
        place = bisect_right(blocks, line, key=lambda block: block.start) - 1
        return place if place >= 0 and line < blocks[place].end else -1

    groups = [(key, list(rows)) for key, rows in groupby(range(len(ledger.index)), key=home)]
    key, rows = max(
        groups, key=lambda group: sum(ledger.index[at].status not in FINISHED for at in group[1])
    )
    return rows[-1], _header(ledger, blocks[key] if key >= 0 else None)


def new_row(ledger: Ledger, item: Item) -> tuple[Edit, Shape] | None:
    """The edit for a row of ``item`` behind the others, and what it says; None for a plan without
    an index. Raises Refused where the form of the others leaves no place for it."""
    if ledger.index:
        last, header = open_table(ledger)
        at = ledger.index[last].span.end_byte
        like = places.first_line(ledger, ledger.index[last].span.start_byte)
    else:
        whole = document.parse(ledger.text)
        blocks = (block for section in whole.sections for block in section.blocks)
        empty = (block for block in blocks if {"id", "status"} <= {*_header(ledger, block)})
        table = next(empty, None)
        if table is None:
            return None
        at, header, like = whole.starts[table.end], _header(ledger, table), "| [A-1](#a-1) |"
    made = row_for(ledger, like, header, item)
    if made is None:
        message = f"a row for {item.id} in the form of the others cannot be made"
        raise Refused("no-place", message, "use a status and a priority of one word each")
    return places.insertion(ledger.text, at, [made[0]]), made[1]


def _header(ledger: Ledger, block: Block | None) -> list[str]:
    if block is None or block.kind != "table":
        return []
    line = document.parse(ledger.text).line(block.start)
    return [words.of(ledger).name(words.plain(cell[2])).lower() for cell in parts.cells(line)]


def row_for(ledger: Ledger, old: str, header: list[str], item: Item) -> tuple[str, Shape] | None:
    """The line of a row for ``item`` in the form of ``old``, that of another, and what it says."""
    title = _in_cell(item.title)
    status, priority = words.phrase(item.status_text), words.phrase(item.priority_text)
    if not is_cell(status) or (priority and not is_cell(priority)):
        return None
    shape = {"id": item.id, "title": "", "priority_text": "", "status_text": status}
    if not header:
        indent = re.match(r"[ \t]*[-*+][ \t]+", old)
        if not indent or "," in priority or " — " in title:
            return None
        fields = f"Priority: {priority}, Status: {status}" if priority else f"Status: {status}"
        line = f"{indent.group()}[{item.id}] {title} — {fields}"
        return line, {**shape, "title": title, "priority_text": priority}
    is_linked = _LINKED.search(old) is not None
    heading = places.first_line(ledger, item.span.start_byte).lstrip("#")
    name = f"[{item.id}](#{document.anchor(heading)})" if is_linked else item.id
    if not is_linked and _BRACKETED.match(old):
        name = f"[{item.id}]"
    cells = {"id": name, "title": title, "priority": priority, "status": status}
    indent_of = old[: len(old) - len(old.lstrip())]
    body = " | ".join(cells.get(column, "") for column in header)
    ending = " |" if old.rstrip().endswith("|") else ""
    opening = "| " if old.lstrip().startswith("|") else ""
    for column, part in (("title", "title"), ("priority", "priority_text")):
        shape[part] = cells[column] if column in header else ""
    return f"{indent_of}{opening}{body}{ending}".rstrip(), shape
