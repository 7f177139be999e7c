"""The counts of a table whose columns, or rows, are named by what they count."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from ledger.plan.statements.model import OUTCOMES, Statement
from ledger.plan.statements.tokens import NUMBER, amount, tokens

# Columns of the run before, and of what has changed.
_BEFORE: Final = frozenset(
    (
        "baseline",
        "before",
        "main",
        "base",
        "old",
        "previous",
        "master",
        "last run",
        "previous run",
        "earlier run",
    )
)
_NOW: Final = frozenset(("now", "after", "this", "this run", "this one", "current", "new"))
_CHANGE: Final = frozenset(("delta", "δ", "change", "diff", "difference", "±"))
# What a header may say of its column, so that no row is a sentence by itself.
_KNOWN: Final = frozenset((*OUTCOMES, "ð", "W", "WT"))


class _Cell(NamedTuple):
    """The text of a cell, where it begins, and what its column is called."""

    start: int
    text: str
    column: str = ""

    @property
    def letter(self) -> str:
        """What its column counts."""
        return "".join(token.code for token in tokens(self.column))


def read_table(
    start: int, table: str, read: Callable[[str], Sequence[Statement]]
) -> Iterator[Statement]:
    """The statements of a table that begins at ``start`` of the text. What is in two columns
    is ``read`` as a sentence, unless the second one has the counts: ``| exit code | 1 |``."""
    rows = [list(_cells(start + line.start(), line[0])) for line in re.finditer(r"[^\n]+", table)]
    is_headed = len(rows) > 2 and all(re.fullmatch(r":?-+:?", cell.text) for cell in rows[1])
    if all(len(row) == 2 for row in rows) and (
        not is_headed
        or not {cell._replace(column=cell.text).letter for cell in rows[0][1:]} & _KNOWN
    ):
        for label, value in rows[2 * is_headed :]:
            gap = " " * (value.start - label.start - len(label.text) - 1)
            for statement in read(f"{label.text}:{gap}{value.text}"):
                yield statement._replace(
                    start=label.start + statement.start, end=label.start + statement.end
                )
    if not is_headed:
        return
    names = [cell.text.lower() for cell in rows[0]]
    grid = [
        [cell._replace(column=name) for cell, name in zip(row, names, strict=False)]
        for row in rows[2:]
    ]
    compared = [*_compared(grid)] if len(grid) == 2 else []
    yield from compared
    for cells in () if compared else grid:
        yield from _read_row(cells)


def _cells(start: int, line: str) -> Iterator[_Cell]:
    for cell in re.finditer(r"(?<=\|)[^|\n]+(?=\|)", line):
        text = cell[0].replace("*", " ").replace("`", " ")
        yield _Cell(start + cell.start() + len(text) - len(text.lstrip()), text.strip())


def _compared(rows: Sequence[Sequence[_Cell]]) -> Iterator[Statement]:
    """Two rows, of which one is the run before and the other this one."""
    old, new = ({*map(_label, row)} for row in (rows[0][:1], rows[1][:1]))
    if not (old <= _BEFORE and new <= _NOW):
        return
    for before, now in zip(rows[0][1:], rows[1][1:], strict=False):
        if _is_count(before, before.letter) and _is_count(now, now.letter):
            yield from _change(_count(now, now.letter), amount(before.text))


def _label(cell: _Cell) -> str:
    return cell.text.lower().removeprefix("the ")


def _change(count: Statement, before: float) -> Iterator[Statement]:
    """A count, and by how much it has changed."""
    yield count
    by = count.low - before
    yield count._replace(
        quantity="change", low=by, high=by, of=(before, before), outcome=count.quantity
    )


def _read_row(cells: Sequence[_Cell]) -> Iterator[Statement]:
    first = cells[0]
    letter = "".join(token.code for token in tokens(first.text))
    if "total" in first.text.lower():
        letter = "L"
    if letter in OUTCOMES:
        yield from _counted_row(letter, cells[1:])
        return
    is_whole = first.letter in OUTCOMES
    if is_whole or first.text:
        subject = () if is_whole else (first.text,)
        for cell in cells if is_whole else cells[1:]:
            if _is_count(cell, cell.letter):
                yield _count(cell, cell.letter)._replace(subject=subject)


def _counted_row(letter: str, cells: Sequence[_Cell]) -> Iterator[Statement]:
    """A row that is named by what it counts: its one value, and what it was before."""
    counts = [cell for cell in cells if _is_count(cell, letter) and cell.column not in _CHANGE]
    own = [cell for cell in counts if cell.column not in _BEFORE]
    old = [cell for cell in counts if cell.column in _BEFORE]
    if len(own) != 1:
        return
    count = _count(own[0], letter)
    if old:
        yield from _change(count, amount(old[0].text))
    else:
        yield count


def _is_count(cell: _Cell, letter: str) -> bool:
    return letter in OUTCOMES and bool(re.fullmatch(NUMBER, cell.text))


def _count(cell: _Cell, letter: str) -> Statement:
    value = amount(cell.text)
    outcome = "tests" if letter == "U" else ""  # "Retried": so many tests, or so many tries
    end = cell.start + len(cell.text)
    return Statement(cell.start, end, OUTCOMES[letter], value, value, outcome=outcome)
