"""Safe fixes: what some rules find can be mended without anybody's judgement.

A fixer belongs to a rule, and turns a ledger into fixes: edits with what they mean, as values.
``mend`` makes them one after the other on the ledger in memory, and holds each outcome against
what was meant. No I/O.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Final, NamedTuple

from ledger.edits.outline import Outline, Shape
from ledger.plan import dialects, document, parts, places, reader, text, words
from ledger.plan.document import Block, Edit
from ledger.plan.model import FINISHED, IndexRow, Item, Ledger, contradict
from ledger.rules.marks import damaged
from ledger.rules.model import MadeFix
from ledger.rules.number_fixes import Age, duplicates
from ledger.rules.places import sections
from ledger.rules.registry import Fix

_Fixer = Callable[[Ledger, Age], Iterator[Fix | MadeFix]]
_MOST_ALONE: Final = 50  # fixes of a rule that are tried one by one, each of which reads the plan
_MOST_ROUNDS: Final = 4
_UNSAFE: Final = "mending it would change more, or other, than is meant: mend it by hand"
MARKS: Final = "LED114"  # whose fixes somebody should see before they are written
_OTHER: Final = re.compile(r"[^\x00-\x7f]+")
_LONGEST: Final = 60  # characters of a status or priority that is copied
_LINKED: Final = re.compile(r"\[[^\]]*\]\(#")
_PRIORITY: Final = re.compile(r"\bPriority:\s*")


class Mended(NamedTuple):
    """The ledger with the ``fixes``, and what was ``left``. Lines are those that the ledger had
    when the fix was made."""

    ledger: Ledger
    fixes: tuple[MadeFix, ...]
    left: tuple[MadeFix, ...]


def mend(ledger: Ledger, age: Age, codes: frozenset[str] | None = None) -> Mended:
    """Make the safe fixes of the rules ``codes``. One whose outcome is not the ledger with what was
    meant and nothing else is left. ``codes`` None is all of them."""
    fixes: list[MadeFix] = []
    left: dict[tuple[str, str | None, str], MadeFix] = {}
    unsafe: list[MadeFix] = []
    for _ in range(_MOST_ROUNDS):  # where one fix could not be made, another may make room for it
        before, unsafe = len(fixes), []
        for code, fixer in FIXERS.items():
            if codes is None or code in codes:
                every = list(fixer(ledger, age))
                for one in every:
                    if isinstance(one, MadeFix):
                        left.setdefault((code, one.item, one.said), one)
                made = [one for one in every if isinstance(one, Fix)]
                ledger, good, bad = _mended(ledger, code, made)
                fixes += [one.made for one in good]
                unsafe += [_made(code, one.made.line, one.made.item, _UNSAFE) for one in bad]
        if len(fixes) == before:
            break
    return Mended(ledger, tuple(fixes), (*left.values(), *unsafe))


def _mended(ledger: Ledger, code: str, made: list[Fix]) -> tuple[Ledger, list[Fix], list[Fix]]:
    """The ledger with those fixes of a rule that do what they mean, these, and the others."""
    new = _applied(ledger, code, made)
    if new is not None:
        return new, made, []
    alone = [(one, _applied(ledger, code, [one]) is not None) for one in made[:_MOST_ALONE]]
    good = [one for one, is_good in alone if is_good]
    new = _applied(ledger, code, good)
    if new is None:
        return ledger, [], made
    return new, good, [one for one, is_good in alone if not is_good] + made[_MOST_ALONE:]


def offered(ledger: Ledger) -> int:
    """How many safe fixes there are at first sight."""
    return sum(
        isinstance(one, Fix) for fixer in FIXERS.values() for one in fixer(ledger, lambda _: 0)
    )


def _applied(ledger: Ledger, code: str, fixes: list[Fix]) -> Ledger | None:
    """The ledger with the fixes of one rule; None where more, or other, came of them than meant."""
    if not fixes:
        return ledger
    edits = [edit for fix in fixes for edit in fix.edits]
    new = reader.read(document.apply(ledger.text, edits), ledger.conventions)
    expected, found = Outline(ledger), Outline(new)
    for fix in fixes:
        fix.meant(expected)
    if code == "LED114":
        _bare_outline(found)
    return None if expected.difference(found) else new


# The index is brought in line with the items: one row for each open item, saying what the item
# says. Where it is not clear what that is (two sections, words that are not known), nothing is
# changed.


def _doubled_rows(ledger: Ledger) -> Iterator[Fix | MadeFix]:
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
            yield _made("LED205", line, name, f"no one section of {name} says which is right")
            continue
        best = max(every, key=lambda at: (_agreement(ledger.index[at], item), -at))
        for at in every:
            row = ledger.index[at]
            if at != best:
                said = (
                    f"its row for {name} is gone; line {ledger.index[best].span.start_line} has it"
                )
                edit = Edit(row.span.start_byte, row.span.end_byte, b"")
                made = _made("LED205", row.span.start_line, name, said)
                yield Fix(made, (edit,), partial(_drop, at))


def _statuses(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Rows whose status is another one than their item has (LED201)."""
    items = _once(ledger)
    for at, row in enumerate(ledger.index):
        item = items.get(row.id)
        if item is None or not contradict(row.status, item.status):
            continue
        old, new = words.phrase(row.status_text), words.phrase(item.status_text)
        line = row.span.start_line
        if not _is_cell(new):
            yield _made("LED201", line, row.id, f"the status of {row.id} fits into no cell")
            continue
        start = row.status_span.start_byte
        edit = Edit(start, start + len(text.encode(old)), text.encode(new))
        said = f'the index says "{new}" for {row.id} now, as its section does, and not "{old}"'
        meant = partial(_reword, at, "status", new + row.status_text[len(old) :])
        yield Fix(_made("LED201", line, row.id, said), (edit,), meant)


def _priorities(ledger: Ledger) -> Iterator[Fix | MadeFix]:
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
            yield _made("LED202", line, row.id, said)
            continue
        edit = Edit(place, place + len(text.encode(row.priority_text)), text.encode(new))
        said = f'the index says "{new}" for {row.id} now, as its section does'
        meant = partial(_reword, at, "priority", new)
        yield Fix(_made("LED202", line, row.id, said), (edit,), meant)


def _missing_rows(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Open items without a row (LED203): each gets one behind the others."""
    if not ledger.index:
        return
    indexed = {row.id for row in ledger.index}
    last, header = _open_table(ledger)
    row = ledger.index[last]
    for name, item in _once(ledger).items():
        if name in indexed or item.status in FINISHED or not dialects.is_sectioned(item):
            continue
        line = item.span.start_line
        made = _row(ledger, row, header, item)
        if made is None:
            said = f"a row for {name} in the form of the others cannot be made"
            yield _made("LED203", line, name, said)
            continue
        edit = places.insertion(ledger.text, row.span.end_byte, [made[0]])
        said = f"{name} has a row in the index now"
        yield Fix(_made("LED203", line, name, said), (edit,), partial(_add, last, made[1]))


# What is meant


def _drop(at: int, outline: Outline) -> None:
    outline.rows[at].pop(0)


def _reword(at: int, cell: str, words_of: str, outline: Outline) -> None:
    outline.rows[at][0][cell] = words_of


def _add(at: int, row: Shape, outline: Outline) -> None:
    outline.rows[at].append(row)


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
        starts = [start for start, _, said in parts.cells(line) if said == row.priority_text]
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
    return [words.of(ledger).name(words.plain(cell[2])).lower() for cell in parts.cells(line)]


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


# Damaged characters (``âœ…`` for ✅) as they were meant, line by line. Code is left alone, for it
# may be about such characters. A line of which something cannot be told stays as it is, whole.


def _damaged_lines(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Each damaged line."""
    for one in damaged(ledger.text):
        if one.lost:
            said = f"{one.lost} characters cannot be told any more"
            yield _made("LED114", one.line, None, said)
        else:
            said = f"{text.one_line(one.was)[:200]}\n{text.one_line(one.mended)[:200]}"
            edit = Edit(one.start, one.end, text.encode(one.mended))
            yield Fix(_made("LED114", one.line, None, said), (edit,), _bare_outline)


def _bare_outline(outline: Outline) -> None:
    """Leave the outline without what such a fix may change: all but ASCII, and what it means."""
    for row in (row for group in outline.rows for row in group):
        _bare(row)
    for item in outline.items:
        item["fields"] = [(_kept(name), _kept(value)) for name, value in item["fields"]]
        item["criteria"] = [(_kept(said), ticked) for said, ticked in item["criteria"]]
        for one in (item, *item["attempts"], *item["actions"]):
            _bare(one)
        for action in item["actions"]:
            action["words"], action["text"] = "", f"{action['words']} {action['text']}".split()
            action["state"] = ""
    for one in outline.loose:
        _bare(one)
    outline.unread = [_kept(said) for said in outline.unread]
    outline.updated = _kept(outline.updated or "")
    outline.headings = []


def _bare(shape: Shape) -> None:
    for name, value in shape.items():
        if isinstance(value, str):
            shape[name] = _kept(value)


def _kept(said: str) -> str:
    return " ".join(_OTHER.sub(" ", said).split())


def _made(code: str, line: int, item: str | None, said: str) -> MadeFix:
    return MadeFix(code=code, line=line, item=item, said=said)


# In the order in which they are made: each sees what those before it have mended.
FIXERS: Final[dict[str, _Fixer]] = {
    "LED114": lambda ledger, _: _damaged_lines(ledger),
    "LED205": lambda ledger, _: _doubled_rows(ledger),
    "LED201": lambda ledger, _: _statuses(ledger),
    "LED202": lambda ledger, _: _priorities(ledger),
    "LED203": lambda ledger, _: _missing_rows(ledger),
    "LED106": duplicates,
}
CODES: Final = tuple(FIXERS)
