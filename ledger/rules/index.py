"""Rules about the index: it says what the items say, once each; and their safe fixes."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

from ledger.edits.outline import Outline, Shape
from ledger.edits.rows import cell_place, is_cell, open_table, row_for
from ledger.plan import dialects, places, text, words
from ledger.plan.document import Edit
from ledger.plan.model import FINISHED, IndexRow, Item, Ledger, contradict
from ledger.rules.model import MadeFix
from ledger.rules.registry import Facts, Fault, Fix, made, quoted, rule, sections


@rule("LED201", "index-contradicts-status", "error")
def index_contradicts_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index gives an item another status than its section does.

    Why: People and loops choose their work from the index. A stale one sends them to finished
    work, or hides what is open.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: done

    Mend: Copy the section's status to the index, as `ledger doctor --fix` does.
    """
    for row, item in _pairs(ledger):
        if not contradict(row.status, item.status):
            continue
        line = _line(item, "status")
        own = f"its own status at line {line} says {quoted(item.status_text)}"
        message = f"the index says {quoted(row.status_text)} for {item.id}, {own}"
        at, about = row.status_span.start_byte, f"{row.status} {item.status}"
        fix = "write the same status in both places"
        yield Fault(at, message, about, item.id, fix=fix, beside=line)


@rule("LED202", "index-contradicts-priority", "warning")
def index_contradicts_priority(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index gives an item another priority than its section does.

    Why: What comes first then depends on where you look.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | Low | pending |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: pending

    Mend: Copy the section's priority to the index, as `ledger doctor --fix` does.
    """
    for row, item in _pairs(ledger):
        priority = words.priority(row.priority_text)
        if priority and item.priority and priority != item.priority:
            line = _line(item, "priority")
            own = f"its own line {line} says {quoted(item.priority_text)}"
            message = f"the index says {quoted(row.priority_text)} for the priority of {item.id}"
            about, fix = f"{priority} {item.priority}", "write the same priority in both places"
            yield Fault(row, f"{message}, {own}", about, fix=fix, beside=line)


@rule("LED203", "item-not-in-index", "warning")
def item_not_in_index(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An open item is missing from the index.

    Why: Whoever works from the index never sees it.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |

        ## [PARSE-001] Read large files
        - Status: pending

        ## [PARSE-002] Read empty files
        - Status: pending

    Mend: Add a row, as `ledger doctor --fix` does. Finished items need none.
    """
    if not ledger.index:
        return
    indexed = {row.id for row in ledger.index}
    for item in sections(ledger):
        if not dialects.is_sectioned(item):
            continue  # a task of a list among them
        if item.id not in indexed and item.status not in FINISHED:
            yield Fault(item, f"{item.id} has no row in the index", "")


@rule("LED204", "index-row-without-item", "warning")
def index_row_without_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index has a row for an item that does not exist.

    Why: Its item was removed, moved or given another ID.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |

        ## [PARSE-002] Read empty files
        - Status: pending

    Mend: Delete the row, correct its ID, or write the section.
    """
    known = {item.id for item in ledger.items}
    for row in ledger.index:
        if row.id not in known:
            yield Fault(row, f"the index names {row.id}, which has no section", "")


@rule("LED205", "duplicate-index-row", "error")
def duplicate_index_row(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index has two rows for one item.

    Why: One of them is stale as soon as the other changes.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |
        | [PARSE-001](#parse-001) | Read large files | High | done |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: pending

    Mend: Keep the row that agrees with the section, as `ledger doctor --fix` does.
    """
    lines: dict[str, int] = {}
    for row in ledger.index:
        if row.id in lines:
            message = f"the index has another row for {row.id} at line {lines[row.id]}"
            fix = "delete the row that is wrong"
            yield Fault(row, message, fix=fix, beside=lines[row.id])
        lines.setdefault(row.id, row.span.start_line)


def _pairs(ledger: Ledger) -> Iterator[tuple[IndexRow, Item]]:
    """Each row with the section of its item; the first section where there are several."""
    items: dict[str, Item] = {}
    for item in sections(ledger):
        items.setdefault(item.id, item)
    for row in ledger.index:
        if row.id in items:
            yield row, items[row.id]


def _line(item: Item, name: str) -> int:
    field = next((f for f in item.fields if f.name.lower() == name), None)
    return field.span.start_line if field else item.span.start_line


# The index is brought in line with the items: one row for each open item, saying what the item
# says. Where it is not clear what that is (two sections, words that are not known), nothing is
# changed.


def doubled_rows(ledger: Ledger) -> Iterator[Fix | MadeFix]:
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
            yield made("LED205", line, name, f"no one section of {name} says which is right")
            continue
        best = max(every, key=lambda at: (_agreement(ledger.index[at], item), -at))
        for at in every:
            row = ledger.index[at]
            if at != best:
                message = (
                    f"its row for {name} is gone; line {ledger.index[best].span.start_line} has it"
                )
                edit = Edit(row.span.start_byte, row.span.end_byte, b"")
                fix = made("LED205", row.span.start_line, name, message)
                yield Fix(fix, (edit,), partial(_drop, at))


def statuses(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Rows whose status is another one than their item has (LED201)."""
    items = _once(ledger)
    for at, row in enumerate(ledger.index):
        item = items.get(row.id)
        if item is None or not contradict(row.status, item.status):
            continue
        old, new = words.phrase(row.status_text), words.phrase(item.status_text)
        line = row.span.start_line
        if not is_cell(new):
            yield made("LED201", line, row.id, f"the status of {row.id} fits into no cell")
            continue
        start = row.status_span.start_byte
        edit = Edit(start, start + len(text.encode(old)), text.encode(new))
        message = f'the index says "{new}" for {row.id} now, as its section does, and not "{old}"'
        expectation = partial(_reword, at, "status_text", new + row.status_text[len(old) :])
        yield Fix(made("LED201", line, row.id, message), (edit,), expectation)


def priorities(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Rows whose priority is another one than their item has (LED202)."""
    items = _once(ledger)
    for at, row in enumerate(ledger.index):
        item = items.get(row.id)
        priority = words.priority(row.priority_text)
        if not item or not priority or not item.priority or priority == item.priority:
            continue
        new, line = words.phrase(item.priority_text), row.span.start_line
        place = cell_place(ledger, row, row.priority_text)
        if place is None or not is_cell(new) or "," in new:
            message = f"it is unclear where the row for {row.id} has its priority"
            yield made("LED202", line, row.id, message)
            continue
        edit = Edit(place, place + len(text.encode(row.priority_text)), text.encode(new))
        message = f'the index says "{new}" for {row.id} now, as its section does'
        expectation = partial(_reword, at, "priority_text", new)
        yield Fix(made("LED202", line, row.id, message), (edit,), expectation)


def missing_rows(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Open items without a row (LED203): each gets one behind the others."""
    if not ledger.index:
        return
    indexed = {row.id for row in ledger.index}
    last, header = open_table(ledger)
    row = ledger.index[last]
    for name, item in _once(ledger).items():
        if name in indexed or item.status in FINISHED or not dialects.is_sectioned(item):
            continue
        line = item.span.start_line
        like = places.first_line(ledger, row.span.start_byte)
        added = row_for(ledger, like, header, item)
        if added is None:
            message = f"a row for {name} in the form of the others cannot be made"
            yield made("LED203", line, name, message)
            continue
        edit = places.insertion(ledger.text, row.span.end_byte, [added[0]])
        message = f"{name} has a row in the index now"
        yield Fix(made("LED203", line, name, message), (edit,), partial(_add, last, added[1]))


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
