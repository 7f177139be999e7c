"""Rounds in tables and in lists: every form becomes a ``Grid`` of named columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from ledger.evidence import rounds_words as words
from ledger.evidence.execution import meaning
from ledger.evidence.rounds_model import Round, RoundResult, Share, Statement
from ledger.evidence.rounds_words import Role

_PIPE = re.compile(r"(?<!\\)\|")
_RANGE = re.compile(r"\D{0,20}\d{1,9}[ \t]*(?:-|–|—|\.\.|to)[ \t]*\d{1,9}\D{0,20}")
_NAME = re.compile(
    r"(?:(?:round|run|iteration|iter|trial|cycle|attempt)[ \t#]+)?#?(.*)", re.IGNORECASE
)
_MEAN = frozenset("average mean avg".split())
_SUMMARY = frozenset("total totals sum overall all median min max summary stddev sd".split())
_SHARE = re.compile(r"(\d{1,7})[ \t]?/[ \t]?(\d{1,7})(?:[ \t]*\(([\d.]{1,8})[ \t]?%\))?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a grid; ``line`` from 1."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Named columns. ``section`` is the heading that it stands under."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    section: str = ""


@dataclass(slots=True)
class Sheet:
    """What one grid says: rounds with a result, or (``is_partial``) metrics of rounds whose
    results stand elsewhere."""

    rounds: list[Round] = field(default_factory=list)
    is_partial: bool = False
    units: dict[str, str] = field(default_factory=dict)
    retry_word: str = ""
    statements: list[Statement] = field(default_factory=list)
    section: str = ""


def grid_of(lines: Iterable[str], first: int, section: str) -> Grid:
    """A Markdown table: ``first`` is the number of its first line."""
    rows = [Row(_cells(line), number) for number, line in enumerate(lines, first)]
    grid = Grid(rows[0].cells, tuple(rows[2:]), section)
    return _transposed(grid)


def _cells(line: str) -> tuple[str, ...]:
    cells = _PIPE.split(line.strip())
    if cells and not cells[0].strip():
        cells = cells[1:]
    if cells and not cells[-1].strip():
        cells = cells[:-1]
    return tuple(cell.strip().replace("\\|", "|") for cell in cells)


def _transposed(grid: Grid) -> Grid:
    """A table whose rounds are its columns, turned; any other as it is."""
    names = grid.headings[1:]
    if len(names) < 2 or not all(re.search(r"\d\s*\Z", name) for name in names):
        return grid
    wide = [row for row in grid.rows if len(row.cells) == len(grid.headings)]
    labels = (grid.headings[0] or "round", *(row.cells[0] for row in wide))
    columns = [[row.cells[at] for row in wide] for at in range(1, len(grid.headings))]
    turned = Grid(
        labels,
        tuple(
            Row((name, *column), wide[0].line - 2 if wide else 1)
            for name, column in zip(names, columns, strict=True)
        ),
        grid.section,
    )
    found = words.roles(turned.headings, _columns(turned))
    return turned if {"round"} < {*found} & {"round", "status", "passed", "exit"} else grid


def _columns(grid: Grid) -> list[list[str]]:
    return [
        [row.cells[at] if at < len(row.cells) else "" for row in grid.rows]
        for at in range(len(grid.headings))
    ]


def sheet_of(grid: Grid) -> Sheet | None:
    """What a grid says of rounds; None for a table of something else."""
    columns = _columns(grid)
    roles = words.roles(grid.headings, columns)
    if "round" not in roles or not grid.rows:
        return None
    judged = next((role for role in ("status", "passed", "exit") if role in roles), None)
    sheet = Sheet(is_partial=judged is None, section=grid.section)
    if judged is None and "metric" not in roles:
        return None
    for at, role in enumerate(roles):
        if role == "metric":
            sheet.units[_heading(grid, at)] = _unit(columns[at])
        elif role == "retries":
            sheet.retry_word = words.plain(grid.headings[at])
    for row in grid.rows:
        _read_row(row, grid, roles, judged, sheet)
    if judged is not None and not _tells_results(sheet.rounds):
        return None
    return sheet if sheet.rounds else None


def _tells_results(rounds: list[Round]) -> bool:
    """Whether this is a table of results at all: at least half of them are known."""
    known = sum(found.result in ("pass", "fail") for found in rounds)
    unknown = sum(found.result == "unknown" for found in rounds)
    return bool(known) and known >= unknown


def _heading(grid: Grid, at: int) -> str:
    return words.plain(grid.headings[at]) or f"column {at + 1}"


def _unit(cells: list[str]) -> str:
    units = [found[1] for cell in cells if (found := words.number(cell))]
    return max(set(units), key=units.count) if units else ""


def _read_row(row: Row, grid: Grid, roles: list[Role], judged: Role | None, sheet: Sheet) -> None:
    cells = dict(zip(range(len(roles)), row.cells, strict=False))
    name = _NAME.fullmatch(words.plain(cells.get(roles.index("round"), "")))
    label = name[1].strip() if name else ""
    first = label.casefold().rstrip(":")
    if first in _MEAN or first in _SUMMARY or not label:
        _read_summary(row, grid, roles, first, sheet)
        return
    if _RANGE.fullmatch(label) and not _is_date(label):
        return  # a batch, told elsewhere
    result: RoundResult = "skipped"
    said, retries, batch, crash = "", None, None, ""
    metrics: dict[str, float] = {}
    notes: list[str] = []
    for at, cell in cells.items():
        role = roles[at]
        if role == judged:
            said = words.plain(cell)
            read = {"passed": words.yes_or_no, "exit": words.exit_result}.get(role, words.result_of)
            result = read(cell)
            if role == "exit" and said.isdecimal():
                notes.append(meaning(int(said))[1])
        elif role == "retries":
            retries = words.count(cell)
        elif role == "metric" and (value := words.number(cell)):
            metrics[_heading(grid, at)] = value[0]
        elif role == "crash":
            crash = words.plain(cell).strip("-–— ")
        elif role == "note" and words.plain(cell).strip("-–— "):
            notes.append(words.plain(cell))
        elif role == "batch":
            batch = words.plain(cell) or None
    sheet.rounds.append(
        Round(
            name=label,
            result=result,
            result_text=said,
            retries=retries,
            metrics=metrics,
            note="; ".join(filter(None, notes)),
            crash=crash,
            batch=batch,
            line=row.line,
        )
    )


def _is_date(label: str) -> bool:
    return bool(re.match(r"\d{4}-\d\d", label))


def _read_summary(row: Row, grid: Grid, roles: list[Role], first: str, sheet: Sheet) -> None:
    """A row of means, or of totals: claims about the rows above."""
    for at, cell in enumerate(row.cells[: len(roles)]):
        value, share = words.number(cell), _SHARE.fullmatch(words.plain(cell))
        text = f"{first} {_heading(grid, at)}: {words.plain(cell)}"
        if roles[at] == "metric" and first in _MEAN and value:
            sheet.statements.append(
                Statement(
                    "mean", text, row.line, number=value[0], metric=_heading(grid, at),
                    decimals=decimals(words.plain(cell)),
                )
            )  # fmt: skip
        elif roles[at] in ("status", "passed") and first not in _MEAN and share:
            told = share[3]
            sheet.statements.append(
                Statement(
                    "count", text, row.line, number=int(share[1]), of=int(share[2]),
                    share=Share(float(told), decimals(told)) if told else None,
                )
            )  # fmt: skip


def decimals(text: str) -> int:
    """How many digits stand after the first decimal point."""
    found = re.search(r"\d\.(\d{1,15})", text)
    return len(found[1]) if found else 0
