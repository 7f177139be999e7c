"""Tables of tasks: a row each, with a column that says how far it is.

    | ID | Task Description | State | How/Why & Guidance |
    | --- | --- | --- | --- |
    | M1 | Parse the failures | [D] | ✅ in `failures.json` |

A table is one of tasks if a column holds boxes: that of the first heading in ``_STATE`` below which
a row has one, else the first column with a box in its first row. Where a column is for IDs, ticks
and words count as well as boxes. A row of one cell parts the table: ``| **Section 1: Set up** |``.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ledger.plan import parts, patterns, words
from ledger.plan.document import Block, Document
from ledger.plan.model import ActionState, Field, Unread

_STATE: Final = ("state", "status", "done", "done?", "progress")
_OF_STATUS: Final[dict[str, ActionState]] = {
    "pending": "pending",
    "in_progress": "in_progress",
    "blocked": "blocked",
    "done": "complete",
    "archived": "rejected",
}
_TITLE: Final = (
    "task description",
    "task",
    "title",
    "feature",
    "story",
    "work",
    "todo",
    "description",
    "step",
    "item",
    "action",
)
# Where no column has IDs, one is called after the work, and each row says a state.
_WORK: Final = frozenset(
    "task tasks feature story work todo item step issue bug ticket epic milestone fix".split()
)
# e.g. "ID", "Task ID", "#"
_ID: Final = re.compile(r"(?:[a-z]{1,20} )?id|#|no\.?|nr\.?|key")
_NAME: Final = re.compile(r"\[?(?P<name>[^\s\[\](),:]*\w)")
_MAY_BE_ID: Final = re.compile(r"\*{0,2}[^\s*]*\d[^\s*]*\*{0,2}")
# e.g. "[D]", "`[ ]`", "[SKIP]"
BOX: Final = re.compile(r"`?\[(?P<mark>[^\[\]`\n]{0,12})\]`?")
_MARKS: Final[dict[str, ActionState]] = {
    **parts.BOX_STATES,
    **words.WORD_BOXES,
    "": "pending",
    "d": "complete",
    "p": "in_progress",
    "s": "rejected",
    "b": "blocked",
}


class Row(NamedTuple):
    """A task's line, from 0; its ID, None for none; its title; what its state means; its cells,
    that of the state as the field ``Status``."""

    line: int
    name: str | None
    title: str
    state: ActionState
    fields: tuple[Field, ...]


class _Columns(NamedTuple):
    """What the columns of a table of tasks are called, and which say what; ``is_status``: the
    state may be said in words."""

    names: Sequence[str]
    state: int
    id: int | None
    title: int
    is_status: bool


def rows(document: Document, table: Block) -> Iterator[Row | Unread]:
    """The tasks of a table; nothing for one of something else."""
    columns = _columns(document, table)
    if columns is None:
        return
    for line in range(table.start + 2, table.end):
        cells = parts.cells(document.line(line))
        written = [cell for cell in cells if cell[2]]
        if len(written) < 2 and not (written and _MAY_BE_ID.fullmatch(written[0][2])):
            continue
        read = _cell_state if columns.is_status else _state
        state = read(document, cells[columns.state][2]) if columns.state < len(cells) else None
        if state is None:
            why = f"its cell {columns.names[columns.state]!r} says no state"
            yield parts.unread(document, "item", line, why)
        else:
            yield _row(document, columns, line, cells, state)


def _columns(document: Document, table: Block) -> _Columns | None:
    """The columns of a table of tasks; None for another one."""
    names = [words.plain(cell[2]) for cell in parts.cells(document.line(table.start))]
    known = [document.vocabulary.name(name).lower() for name in names]
    lines = (document.line(line) for line in range(table.start + 2, table.end))
    body = [[cell[2] for cell in parts.cells(line)] for line in lines]
    ids = next((n for n, name in enumerate(known) if _ID.fullmatch(name)), None)
    called = [known.index(name) for name in _STATE if name in known]
    first = next((row for row in body if len(row) > 1), [])
    called += [n for n in range(min(len(first), len(known))) if n not in called]
    for at in called:
        cells = [row[at] for row in body if at < len(row)]
        has_ticks = known[at] in _STATE and (
            ids is not None or (bool(_WORK.intersection(known)) and _are_states(document, cells))
        )
        if any(_is_state(document, cell, has_ticks=has_ticks) for cell in cells):
            others = [n for n in range(len(names)) if n not in (at, ids)]
            titles = [known.index(name) for name in _TITLE if name in known]
            titles = [n for n in titles if n in others] or others
            return _Columns(names, at, ids, titles[0], has_ticks) if titles else None
    return None


def _are_states(document: Document, cells: Sequence[str]) -> bool:
    return all(_cell_state(document, cell) is not None for cell in cells)


def _is_state(document: Document, cell: str, *, has_ticks: bool) -> bool:
    """Whether a cell is a box with a state, or a mark that stands for one."""
    if BOX.fullmatch(cell):
        return _state(document, cell) is not None
    return has_ticks and _cell_state(document, cell) is not None


def _state(document: Document, cell: str) -> ActionState | None:
    """What a cell says of a task's state; None for nothing."""
    if box := BOX.fullmatch(cell):
        cell = box["mark"].strip()
        if cell.lower() in _MARKS:
            return _MARKS[cell.lower()]
    lead = patterns.state(words.plain(cell).upper(), document.vocabulary)
    if not lead.word:
        return words.MARKS.get(lead.mark.rstrip("\ufe0f"))
    state = document.vocabulary.state(lead.word)
    return None if state == "unknown" else state


def _cell_state(document: Document, cell: str) -> ActionState | None:
    """The same of a cell that may say it as an item's status is said: ``fixed, not merged``."""
    if (state := _state(document, cell)) and not document.vocabulary.is_status(words.plain(cell)):
        return state
    status = document.vocabulary.status(words.plain(cell))
    return _OF_STATUS.get(status, state)


def _row(
    document: Document,
    columns: _Columns,
    line: int,
    cells: Sequence[tuple[int, int, str]],
    state: ActionState,
) -> Row:
    last = len(columns.names) - 1
    raw = document.line(line)
    fields = []
    for number, (start, end, _) in enumerate(cells[: last + 1]):
        stop = cells[-1][1] if number == last else end  # a pipe in the last cell's code is its own
        fields.append(
            Field(
                name="Status" if number == columns.state else columns.names[number],
                value=raw[start:stop],
                span=parts.span(document, line, line + 1),
                value_span=parts.span_in_line(document, line, start, stop),
            )
        )
    own = cells[columns.id][2] if columns.id is not None else ""
    match = _NAME.match(words.plain(own))
    title = cells[columns.title][2] if columns.title < len(cells) else ""
    if title.startswith("**") and title.endswith("**"):
        title = title[2:-2]
    return Row(
        line, patterns.plain_id(match["name"]) if match else None, title, state, tuple(fields)
    )
