"""The index brought in line with the items: one row for each open item, saying what the item says.

The item's own section is the one to trust. Where it is not clear what that says, because it has
two, or words that are not known, nothing is changed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from ledger.edits.shape import Shape
from ledger.plan import document, places, text, words
from ledger.plan.dialects.attempts import index as tables
from ledger.plan.document import Block, Edit
from ledger.plan.model import FINISHED, IndexRow, Item, Ledger, contradict
from ledger.rules.mending.fix import Draft, Fix, Left
from ledger.rules.places import sections

_LONGEST: Final = 60  # characters of a status or priority that is copied
_LINKED: Final = re.compile(r"\[[^\]]*\]\(#")
_PRIORITY: Final = re.compile(r"\bPriority:\s*")


def doubled(ledger: Ledger) -> Iterator[Fix | Left]:
    """Rows of one item, but for the one that says what the item does, or the first (LED205)."""
    items = _once(ledger)
    rows: dict[str, list[int]] = {}
    for at, row in enumerate(ledger.index):
        rows.setdefault(row.id, []).append(at)
    for name, every in rows.items():
        if len(every) == 1:
            continue
        item = items.get(name)
        line = ledger.index[every[1]].span.start_line
        if item is None:
            yield Left("LED205", line, name, f"no one section of {name} says which is right")
            continue
        best = max(every, key=lambda at: (_agreement(ledger.index[at], item), -at))
        for at in every:
            row = ledger.index[at]
            if at != best:
                said = (
                    f"its row for {name} is gone; line {ledger.index[best].span.start_line} has it"
                )
                edit = Edit(row.span.start_byte, row.span.end_byte, b"")
                yield Fix("LED205", row.span.start_line, name, said, (edit,), _Dropped(at))


def statuses(ledger: Ledger) -> Iterator[Fix | Left]:
    """Rows whose status is another one than their item has (LED201)."""
    items = _once(ledger)
    for at, row in enumerate(ledger.index):
        item = items.get(row.id)
        if item is None or not contradict(row.status, item.status):
            continue
        old, new = words.phrase(row.status_text), words.phrase(item.status_text)
        line = row.span.start_line
        if not _is_cell(new):
            yield Left("LED201", line, row.id, f"the status of {row.id} fits into no cell")
            continue
        start = row.status_span.start_byte
        edit = Edit(start, start + len(text.encode(old)), text.encode(new))
        said = f'the index says "{new}" for {row.id} now, as its section does, and not "{old}"'
        change = _Said(at, "status", new + row.status_text[len(old) :])
        yield Fix("LED201", line, row.id, said, (edit,), change)


def priorities(ledger: Ledger) -> Iterator[Fix | Left]:
    """Rows whose priority is another one than their item has (LED202)."""
    items = _once(ledger)
    for at, row in enumerate(ledger.index):
        item = items.get(row.id)
        priority = words.priority(row.priority_text)
        if not item or not priority or not item.priority or priority == item.priority:
            continue
        new, line = words.phrase(item.priority_text), row.span.start_line
        place = _priority_place(ledger, row)
        if place is None or not _is_cell(new) or "," in new:
            said = f"where the row for {row.id} has its priority cannot be told"
            yield Left("LED202", line, row.id, said)
            continue
        edit = Edit(place, place + len(text.encode(row.priority_text)), text.encode(new))
        said = f'the index says "{new}" for {row.id} now, as its section does'
        yield Fix("LED202", line, row.id, said, (edit,), _Said(at, "priority", new))


def missing(ledger: Ledger) -> Iterator[Fix | Left]:
    """Open items without a row (LED203): each gets one behind the others."""
    if not ledger.index:
        return
    indexed = {row.id for row in ledger.index}
    last, header = _open_table(ledger)
    row = ledger.index[last]
    for name, item in _once(ledger).items():
        if name in indexed or item.status in FINISHED or item.dialect != "attempts":
            continue
        line = item.span.start_line
        made = _row(ledger, row, header, item)
        if made is None:
            said = f"a row for {name} in the form of the others cannot be made"
            yield Left("LED203", line, name, said)
            continue
        edit = places.insertion(ledger.text, row.span.end_byte, [made[0]])
        said = f"{name} has a row in the index now"
        yield Fix("LED203", line, name, said, (edit,), _Added(last, made[1]))


# What is meant


class _Dropped:
    """A row is gone."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self, draft: Draft) -> None:
        draft.rows[self.at].pop(0)


class _Said:
    """A row says something else."""

    def __init__(self, at: int, name: str, value: str) -> None:
        self.at, self.name, self.value = at, name, value

    def __call__(self, draft: Draft) -> None:
        draft.rows[self.at][0][self.name] = self.value


class _Added:
    """There is a row behind another."""

    def __init__(self, at: int, row: Shape) -> None:
        self.at, self.row = at, row

    def __call__(self, draft: Draft) -> None:
        draft.rows[self.at].append(self.row)


# Rows


def _once(ledger: Ledger) -> dict[str, Item]:
    """The items that have one section."""
    every = list(sections(ledger))
    counts = Counter(item.id for item in every)
    return {item.id: item for item in every if counts[item.id] == 1}


def _agreement(row: IndexRow, item: Item) -> int:
    return (
        4 * (row.status == item.status)
        + 2 * (words.priority(row.priority_text) == item.priority)
        + (row.title == item.title)
    )


def _is_cell(said: str) -> bool:
    return 0 < len(said) <= _LONGEST and text.one_line(said) == said and "|" not in said


def _priority_place(ledger: Ledger, row: IndexRow) -> int | None:
    """The byte where the row's priority begins, if that is clear."""
    line = places.first_line(ledger, row.span.start_byte)
    starts: list[int] = []
    if line.lstrip().startswith("|"):
        starts = [start for start, _, said in tables.cells(line) if said == row.priority_text]
    else:
        starts = [
            found.end()
            for found in _PRIORITY.finditer(line)
            if line.startswith(row.priority_text, found.end())
        ]
    if len(starts) != 1:
        return None
    return row.span.start_byte + len(text.encode(line[: starts[0]]))


def _open_table(ledger: Ledger) -> tuple[int, list[str]]:
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


def _header(ledger: Ledger, block: Block | None) -> list[str]:
    if block is None or block.kind != "table":
        return []
    line = document.parse(ledger.text).line(block.start)
    return [
        words.name(words.plain(cell[2]), ledger.conventions).lower() for cell in tables.cells(line)
    ]


def _row(ledger: Ledger, like: IndexRow, header: list[str], item: Item) -> tuple[str, Shape] | None:
    """The line of a row for ``item`` in the form of the row ``like``, and what it says."""
    old = places.first_line(ledger, like.span.start_byte)
    title = text.one_line(item.title).replace("\\|", "|").replace("|", "\\|")
    status, priority = words.phrase(item.status_text), words.phrase(item.priority_text)
    if not _is_cell(status) or (priority and not _is_cell(priority)):
        return None
    if not header:
        indent = re.match(r"[ \t]*[-*+][ \t]+", old)
        if not indent or "," in priority or " — " in title:
            return None
        said = f"Priority: {priority}, Status: {status}" if priority else f"Status: {status}"
        line = f"{indent.group()}[{item.id}] {title} — {said}"
        return line, {"id": item.id, "title": title, "priority": priority, "status": status}
    is_linked = _LINKED.search(old) is not None
    heading = places.first_line(ledger, item.span.start_byte).lstrip("#")
    name = f"[{item.id}](#{document.anchor(heading)})" if is_linked else item.id
    if not is_linked and f"[{like.id}]" in old:
        name = f"[{item.id}]"
    cells = {"id": name, "title": title, "priority": priority, "status": status}
    indent_of = old[: len(old) - len(old.lstrip())]
    body = " | ".join(cells.get(column, "") for column in header)
    ending = " |" if old.rstrip().endswith("|") else ""
    opening = "| " if old.lstrip().startswith("|") else ""
    shape = {"id": item.id}
    for column in ("title", "priority", "status"):
        shape[column] = cells[column] if column in header else ""
    return f"{indent_of}{opening}{body}{ending}".rstrip(), shape
