"""Rules about the index: it says what the items say, once each."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.plan import dialects, words
from ledger.plan.model import FINISHED, IndexRow, Item, Ledger, contradict
from ledger.rules.places import opening, quoted, sections
from ledger.rules.registry import Facts, Fault, rule


@rule("LED201", "index-contradicts-status", "error")
def index_contradicts_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index gives an item another status than the item's own section.

    Why: People and loops choose what to do next from the index. One that is out of date sends
    them to finished work, or hides what is open.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: done

    Mend: Write the same status in both places; the section is the one to trust. `ledger doctor
    --fix` does.
    """
    for row, item in _pairs(ledger):
        if not contradict(row.status, item.status):
            continue
        yield Fault(
            row.status_span.start_byte,
            f"the index says {quoted(row.status_text)} for {item.id}, its own status at line "
            f"{_line(item, 'status')} says {quoted(item.status_text)}",
            f"{row.status} {item.status}",
            item.id,
            None,
            "write the same status in both places",
        )


@rule("LED202", "index-contradicts-priority", "warning")
def index_contradicts_priority(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index gives an item another priority than the item's own section.

    Why: Which work comes first then depends on where one looks.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | Low | pending |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: pending

    Mend: Write the same priority in both places. `ledger doctor --fix` copies the section's.
    """
    for row, item in _pairs(ledger):
        priority = words.priority(row.priority_text)
        if priority and item.priority and priority != item.priority:
            yield Fault(
                opening(ledger, row.span.start_byte),
                f"the index says {quoted(row.priority_text)} for the priority of {item.id}, its "
                f"own line {_line(item, 'priority')} says {quoted(item.priority_text)}",
                f"{priority} {item.priority}",
                item.id,
                None,
                "write the same priority in both places",
            )


@rule("LED203", "item-not-in-index", "warning")
def item_not_in_index(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An open item has a section and no row in the index.

    Why: Who works from the index never meets it.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |

        ## [PARSE-001] Read large files
        - Status: pending

        ## [PARSE-002] Read empty files
        - Status: pending

    Mend: Add a row with the item's ID, title, priority and status; `ledger doctor --fix` does.
    Items that are done need none.
    """
    if not ledger.index:
        return
    indexed = {row.id for row in ledger.index}
    for item in sections(ledger):
        if not dialects.is_sectioned(item):
            continue  # a task of a list among them
        if item.id not in indexed and item.status not in FINISHED:
            at = opening(ledger, item.span.start_byte)
            yield Fault(at, f"{item.id} has no row in the index", "", item.id)


@rule("LED204", "index-row-without-item", "warning")
def index_row_without_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A row of the index names an item that the file does not have.

    Why: The row leads nowhere: its item was removed, moved or given another ID.

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
            at = opening(ledger, row.span.start_byte)
            yield Fault(at, f"the index names {row.id}, which has no section", "", row.id)


@rule("LED205", "duplicate-index-row", "error")
def duplicate_index_row(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The index has two rows for one item.

    Why: One of them is out of date as soon as the other is changed.

    Example:

        ## Index

        | ID | Title | Priority | Status |
        | --- | --- | --- | --- |
        | [PARSE-001](#parse-001) | Read large files | High | pending |
        | [PARSE-001](#parse-001) | Read large files | High | done |

        ## [PARSE-001] Read large files
        - Priority: High
        - Status: pending

    Mend: Delete the row that is wrong. `ledger doctor --fix` keeps the one that agrees with the
    item's section.
    """
    lines: dict[str, int] = {}
    for row in ledger.index:
        if row.id in lines:
            at = opening(ledger, row.span.start_byte)
            message = f"the index has another row for {row.id} at line {lines[row.id]}"
            yield Fault(at, message, "", row.id, None, "delete the row that is wrong")
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
    found = next((f for f in item.fields if f.name.lower() == name), None)
    return found.span.start_line if found else item.span.start_line
