"""Grids of a report of rounds: what each column holds, and the rounds that each row stands for."""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ledger.evidence.execution import meaning
from ledger.evidence.rounds_cells import (
    SHARE,
    Counts,
    amount,
    counts_in,
    exit_result,
    flag,
    is_empty,
    is_open,
    label_of,
    letters_in,
    names_in,
    number,
    plain,
    result_of,
    retries_in,
    several,
)
from ledger.evidence.rounds_model import Prose, Round, RoundResult

Role = Literal[
    "round", "status", "exit", "passed", "failed", "skipped", "total", "retries", "note", "crash",
    "batch", "metric", "other",
]  # fmt: skip

# The better name for a round first, each with what the names of rounds then look like: an ID
# is a round's only where it is a number, an attempt may be a round or the try of one.
_ROUND = (
    (
        frozenset("round rounds run runs iteration iterations iter iters trial trials cycle cycles "
                  "repetition repetitions rep".split()),
        re.compile(r".*"),
    ),
    (frozenset({"#", "no", "nos", "nr", "number", "id", "index", "n"}), re.compile(r"#?\d{1,9}")),
    (frozenset({"range"}), re.compile(r"(?!)")),
    (frozenset("attempt try execution seed".split()), re.compile(r"#?\d{1,18}")),
    (frozenset("stamp timestamp".split()), re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d.{0,12}")),
)  # fmt: skip
_RETRIES = frozenset("retries retry reruns rerun tries attempts".split())
_STATUS = frozenset("status result results outcome verdict state".split())
_PASSED = frozenset("pass passed passes ok success successful successes green".split())
_FAILED = frozenset("fail failed fails failure failures error errors crashed crashes".split())
_SKIPPED = frozenset("skip skipped".split())
_EXIT = frozenset("exit exitcode rc returncode".split())
_TOTAL = frozenset("# n total tests cases count all executed".split()) | _ROUND[0][0]
_TEXTS: dict[Role, frozenset[str]] = {
    "crash": frozenset("crash crashed signature frame location stack backtrace signal".split()),
    "note": frozenset(
        "note notes comment comments remark remarks detail details reason error message "
        "observation observations cause failure failures".split()
    ),
    "batch": frozenset("batch group phase session series block set".split()),
}
_MEASURES = frozenset(
    "time duration rate seconds ms s speed percent % score size memory rss length".split()
)
_COUNTS: tuple[Role, ...] = ("passed", "failed", "skipped", "total")
_JUDGED: tuple[Role, ...] = ("status", "exit", "passed", "failed")

# A bar that is not escaped
_PIPE = re.compile(r"(?<!\\)\|")
_MEAN = frozenset("average mean avg".split())
_SUMMARY = (
    frozenset("total totals sum overall all median min max summary stddev sd".split()) | _MEAN
)
_PLURAL = re.compile(r"(?:round|run|iteration|trial|cycle|repetition)s\b", re.IGNORECASE)
# `Total`, `Grand total (20 rounds):`
# e.g. "Grand total (all rounds):"
_SUMMARY_CELL = re.compile(r"(?:grand )?([a-z]{2,8})(?: rounds?| runs?)?:?(?: \([^()]*\))?:?")
# The unit of `Efficiency (%)`, `Time [s]`
_UNIT = re.compile(r"[ \t]*[(\[]([%\w/°µ]{1,12})[)\]]\Z")


class Row(NamedTuple):
    """One line of a grid; ``line`` from 1."""

    cells: tuple[str, ...]
    line: int


class Grid(NamedTuple):
    """Named columns; a row has a cell for each. ``section`` is the heading that it is
    under."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    section: str = ""

    @property
    def columns(self) -> list[list[str]]:
        """The cells of each column."""
        return [[row.cells[at] for row in self.rows] for at in range(len(self.headings))]


class Counted(NamedTuple):
    """A row that counts rounds: those of ``names``, else those that it calls ``label``."""

    line: int
    label: str
    names: tuple[str, ...]
    counts: Counts


@dataclass(slots=True)
class Sheet:
    """What one grid says: rounds with a result, or (``is_partial``) metrics of rounds whose
    results stand elsewhere. ``is_doubtful`` where most results are not understood. ``counts``
    are of rounds whose own results it does not tell, ``prose`` what it says of all of them.
    ``unread``: what may be about rounds; where ``is_refused``, it surely is."""

    grid: Grid
    rounds: list[Round] = field(default_factory=list)
    counts: list[Counted] = field(default_factory=list)
    prose: list[Prose] = field(default_factory=list)
    is_partial: bool = False
    is_doubtful: bool = False
    units: dict[str, str] = field(default_factory=dict)
    retry_word: str = ""
    unread: str = ""
    is_refused: bool = False


def grid_of(lines: Iterable[str], first: int, section: str) -> Grid:
    """A Markdown table: ``first`` is the number of its first line."""
    headings, _, *listed = (_cells(line) for line in lines)
    width = len(headings)
    rows = (
        Row((*cells, *[""] * width)[:width], line) for line, cells in enumerate(listed, first + 2)
    )
    return _stacked(_transposed(Grid(headings, tuple(rows), section)))


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
    line = grid.rows[0].line - 2 if grid.rows else 1
    labels, *rows = zip(grid.headings, *(row.cells for row in grid.rows), strict=True)
    headings = (labels[0] or "round", *labels[1:])
    turned = Grid(headings, tuple(Row(cells, line) for cells in rows), grid.section)
    roles = roles_of(turned)
    return turned if {"round"} < {*roles} & {"round", *_JUDGED} else grid


def _stacked(grid: Grid) -> Grid:
    """A table whose head repeats (``Round | Status | Round | Status``), one part below the
    other."""
    words = [tuple(heading_words(heading)) for heading in grid.headings]
    starts = [at for at, heading in enumerate(words) if heading and heading == words[0]]
    width = starts[1] if len(starts) > 1 else 0
    if not width or starts != list(range(0, starts[-1] + 1, width)):
        return grid
    parts = [words[at : at + width] for at in starts]
    if any(part != parts[0][: len(part)] for part in parts):
        return grid
    rows = [
        Row((*cells, *[""] * width)[:width], row.line)
        for at in starts
        for row in grid.rows
        if any(cells := row.cells[at : at + width])
    ]
    return Grid(grid.headings[:width], tuple(rows), grid.section)


def heading_words(text: str) -> list[str]:
    """The words of a column's heading."""
    words = plain(text).casefold().replace("'", "").replace("no.s", "no.")
    return re.findall(r"[a-z]{1,40}|#|%", words)


class _Column:
    """The words of a column's heading, its cells, and what it holds by these."""

    def __init__(self, heading: str, cells: Sequence[str]) -> None:
        self.words = frozenset(heading_words(heading))
        self.cells = cells
        filled = [cell for cell in cells if not is_empty(cell)]
        is_measured = 2 * sum(number(cell) is not None for cell in filled) > len(filled)
        self.role: Role = self._counting_role(filled, is_measured) or (
            "metric" if is_measured else "other"
        )
        if self.role == "other":
            texts = (role for role, names in _TEXTS.items() if self.words & names)
            self.role = next(texts, "other")

    def _counting_role(self, cells: Sequence[str], is_measured: bool) -> Role | None:
        """What it holds where it is neither measured nor text."""
        if self.words & _EXIT and is_measured:
            return "exit"
        if self.words & _RETRIES and any(retries_in(cell) is not None for cell in cells):
            return "retries"
        if self.words & _MEASURES:
            return None
        if self.words & _STATUS and (not is_measured or any(map(counts_in, cells))):
            return "status"
        is_counted = all(amount(c) is not None or flag(c) is not None for c in self.cells)
        if is_counted and self.words & _PASSED:
            return "passed"
        if is_counted and self.words & (_FAILED | _SKIPPED):
            return "failed" if self.words & _FAILED else "skipped"
        is_total = self.words & _TOTAL and cells and all(plain(cell).isdecimal() for cell in cells)
        return "total" if is_total else None

    @property
    def is_flag(self) -> bool:
        """Whether it says of each round whether it passed, or failed."""
        answers = all(not cell or flag(cell) is not None for cell in self.cells)
        return self.role in ("passed", "failed") and answers

    @property
    def is_result(self) -> bool:
        """Whether all that it has are results or shares."""
        is_named = self.words & (_TEXTS["note"] | _TEXTS["crash"]) or not any(self.cells)
        of_text = self.role in ("other", "crash", "note", "metric")
        all_ = all(is_empty(cell) or _is_result(cell) for cell in self.cells)
        return of_text and not is_named and all_


def roles_of(grid: Grid) -> list[Role]:
    """What each column holds, by its heading and by what is in it."""
    rows = tuple(row for row in grid.rows if not _summary_word(row.cells))
    columns = [*map(_Column, grid.headings, grid._replace(rows=rows).columns)]
    naming = _naming(columns)
    if naming and not _is_total(naming, columns):
        naming.role = "round"
    roles = [column.role for column in columns]
    counts = {*roles} & {*_COUNTS}
    flags = [column for column in columns if column.is_flag]
    is_judged = bool({"status", "exit"} & {*roles})
    if is_judged or not (len(counts - {"skipped"}) > 1 or len(flags) == len(counts) == 1):
        for column in columns:
            column.role = "metric" if column.role in _COUNTS else column.role
        results = [column for column in columns if column.is_result]
        if len(results) == 1 and not is_judged:
            results[0].role = "status"
    final_roles = [column.role for column in columns]
    for at, role in enumerate(final_roles):
        if (
            role in ("round", "status", "exit", "retries", "crash", "batch")
            and role in final_roles[:at]
        ):
            final_roles[at] = "other"
    return final_roles


def _naming(columns: Sequence[_Column]) -> _Column | None:
    """The column of the rounds' names."""
    for names, form in _ROUND:
        for column in columns:
            fits = [form.fullmatch(plain(cell)) or names_in(cell) for cell in column.cells]
            is_other = column.words & (_MEASURES | _PASSED | _FAILED | _STATUS)
            if names & column.words and not is_other and 2 * sum(map(bool, fits)) > len(fits):
                return column
    for column in columns:  # `Round 3` in a column of another name, or of none
        cells = column.cells
        if cells and all(names_in(cell) and not plain(cell)[:1].isdigit() for cell in cells):
            return column
    return None


def _is_total(naming: _Column, columns: Sequence[_Column]) -> bool:
    """Whether a column headed ``Rounds`` counts them: it is what the others add up to."""
    parts = [c.cells for c in columns if c.role in _COUNTS[:3] and c is not naming]
    sums = [[amount(cell) for cell in cells] for cells in zip(naming.cells, *parts, strict=True)]
    labels = any(column.role in ("other", "batch") for column in columns)
    if len(parts) == 1 and naming.role == "total" and labels:
        pairs = [(row[0] or 0, row[1] or 0) for row in sums]
        return all(part <= all_ for all_, part in pairs) and any(part > 1 for _, part in pairs)
    is_sum = all(None not in row and row[0] == sum(filter(None, row[1:])) for row in sums)
    return len(parts) > 1 and (labels or len(sums) == 1) and is_sum


def _is_result(cell: str) -> bool:
    return counts_in(cell) is not None or (
        len(cell) < 30 and number(cell) is None and result_of(cell) in ("pass", "fail")
    )


def _summary_word(cells: Iterable[str]) -> str:
    """``total`` or ``mean``, where a row is about the rows above it."""
    words = (_SUMMARY_CELL.fullmatch(plain(cell).casefold()) for cell in cells)
    return next((word[1] for word in words if word and word[1] in _SUMMARY), "")


def sheet_of(grid: Grid) -> Sheet | None:
    """What a grid says of rounds; None for a table of something else."""
    roles = roles_of(grid)
    judged = next((role for role in _JUDGED if role in roles), None)
    if judged is None and not {"round", "metric"} <= {*roles}:
        return None
    heads = zip(grid.headings, roles, strict=True)
    counted = (heading for heading, role in heads if role in ("status", *_COUNTS))
    of_rounds = "round" not in roles and any(
        _ROUND[0][0].intersection(heading_words(heading)) for heading in counted
    )
    sheet = Sheet(grid, is_partial=judged is None)
    if "round" not in roles and not of_rounds:
        counts = any(counts_in(cell) for row in grid.rows for cell in row.cells)
        if grid.rows and (counts or {"passed", "failed"} <= {*roles}):
            sheet.unread = f"counts in line {grid.rows[0].line} that may be of tests or of rounds"
        return sheet if sheet.unread else None
    names = [plain(heading) or f"column {at}" for at, heading in enumerate(grid.headings, 1)]
    for role, name, column in zip(roles, names, grid.columns, strict=True):
        if role == "metric":
            units = Counter(size[1] for cell in column if (size := number(cell)))
            unit = max(units, key=units.__getitem__, default="")
            in_heading = _UNIT.search(name)
            sheet.units[name] = unit or (in_heading[1] if in_heading else "")
        elif role == "retries":
            sheet.retry_word = name
    at = roles.index("round") if "round" in roles else None
    row_names = [names_in(row.cells[at]) for row in grid.rows] if at is not None else []
    if at is not None and _PLURAL.search(grid.headings[at]) and _are_counts(grid, roles, row_names):
        sheet.unread = f"numbers in line {grid.rows[0].line} that may name rounds or count them"
        return sheet
    single = {names[0] for names in row_names if len(names) == 1}
    # `1-2` means no two rounds where such names overlap (`1-1`, `1-2`, `2-1`).
    spans = Counter(name for names in row_names if len(names) > 1 for name in names)
    is_range = max(spans.values(), default=1) == 1
    for row in grid.rows:
        cells = [*zip(roles, names, map(plain, row.cells), strict=True)]
        _read_row(_Line(row.line, cells, single, is_range, of_rounds), sheet)
    _restart(sheet)
    results = Counter(round_.result for round_ in sheet.rounds)
    known = results["pass"] + results["fail"] + len(sheet.counts)
    sheet.is_doubtful = judged is not None and (not known or known < results["unknown"])
    return sheet if sheet.rounds or sheet.counts else None


def _are_counts(grid: Grid, roles: Sequence[Role], named_rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether numbers below ``Rounds`` may count them: one row for each result, which stands first
    (``PASS | 14``, ``FAIL | 6``), or the same number again beside counts of passes."""
    single = [names for names in named_rows if len(names) == 1]
    if "status" not in roles:
        return "passed" in roles and len({*single}) < len(single)
    results = [result_of(cell) for cell in grid.columns[roles.index("status")]]
    numbers = sorted(int(name) for names in named_rows for name in names if name.isdecimal())
    follow = not numbers or numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    one_each = len({*results}) == len(results) == len(single)
    return one_each and not follow and roles.index("status") < roles.index("round")


class _Line(NamedTuple):
    """A row, and what its grid says of rows. ``single`` are the rounds with a row of their own."""

    line: int
    cells: list[tuple[Role, str, str]]
    single: Container[str]
    is_range: bool
    of_rounds: bool

    @property
    def has_numbers(self) -> bool:
        """Whether rounds have numbers for names, not words, times or pairs such as ``1-2``."""
        return self.is_range and bool(self.single)

    @property
    def texts(self) -> dict[Role, str]:
        """The first cell of each role."""
        return {role: text for role, _, text in reversed(self.cells)}


def _read_row(row: _Line, sheet: Sheet) -> None:
    texts = row.texts
    label = label_of(texts.get("round", ""))
    if row.of_rounds:
        label = next((t for role, _, t in row.cells if role in ("batch", "other") and t), "")
    word = _summary_word([text for _, _, text in row.cells])
    if word:
        sheet.prose += (Prose(text, ((0, row.line),)) for text in _summary(row, word))
        return
    inside = names_in(texts.get("round", "")) if row.is_range else ()
    if row.has_numbers and not row.of_rounds and is_open(label):
        sheet.unread, sheet.is_refused = f"rounds in line {row.line} that are not understood", True
        return
    is_judged = any(text for role, _, text in row.cells if role in (*_JUDGED, *_COUNTS))
    if not is_judged and not inside and not (label and sheet.is_partial):
        return  # an empty row, or one that names a part of the table
    new = tuple(name for name in inside if name not in row.single) if len(inside) > 1 else inside
    results = _results(row, len(inside) or 1)
    if row.of_rounds and not isinstance(results, Counts):
        sheet.unread = f"counts in line {row.line} that do not add up"
        return
    if isinstance(results, Counts):
        sheet.counts.append(Counted(row.line, label, inside, results))
    elif inside and not new:
        return  # a range of rounds that have their own rows
    else:
        if len(new) < len(inside):
            results = several("unknown", len(new))
        if not label and not inside and results[0] == "unknown":
            return  # it goes on with the row above
        names = new or (label or f"line {row.line}",)
        pairs = zip(names, results, strict=True)
        sheet.rounds += [_round(row, name, result, alone=len(names) == 1) for name, result in pairs]


def _results(row: _Line, size: int) -> tuple[RoundResult, ...] | Counts:
    """The result of each of the rounds that a row stands for; counts where it does not tell
    which of them passed."""
    texts = row.texts
    if "exit" in texts and "status" not in texts:
        return several(exit_result(texts["exit"]), size)
    counts = counts_in(texts["status"]) if "status" in texts else _summed(row.cells)
    if "status" in texts and (counts is None or (size == 1 and not row.of_rounds)):
        letters = letters_in(texts["status"], size)
        return letters or several(_status(row), size)
    if counts is None or (counts.total < size and not row.of_rounds):
        return several("unknown" if counts is None or counts.total else "skipped", size)
    if row.of_rounds or counts.total == size > 1:
        if row.of_rounds or 0 < counts.passed < counts.total:
            return counts
        return several("pass" if counts.passed else "fail", size)
    if counts.failed:
        return several("fail" if size == 1 else "unknown", size)
    return several("pass" if counts.passed else "unknown" if counts.unknown else "skipped", size)


def _status(row: _Line) -> RoundResult:
    """What the status says; unknown where another column of the kind says otherwise, unless that is
    about the first try."""
    result = result_of(row.texts["status"])
    for role, heading, text in row.cells:
        words = frozenset(heading_words(heading))
        if role == "other" and words & _STATUS and "first" not in words:
            other = result_of(text)
            if {result, other} == {"pass", "fail"}:
                return "unknown"
    return result


def _summed(cells: Sequence[tuple[Role, str, str]]) -> Counts | None:
    """By the columns that count; None where they do not add up."""
    sums: dict[Role, int] = {}
    for role, _, text in cells:
        if role in _COUNTS:
            value, result = amount(text), flag(text)
            if value is None and result is None:
                return None
            sums[role] = sums.get(role, 0) + (int(bool(result)) if value is None else value)
    if len(sums) == 1:  # `Passed?`, or `Failed?`
        role, value = next(iter(sums.items()))
        cell = next(text for result, _, text in cells if result == role)
        if not cell:
            return Counts(0, 0, unknown=1)
        return Counts(1, 0) if (role == "passed") == bool(value) else Counts(0, 1)
    skipped = sums.get("skipped", 0)
    total = sums.get("total", sums.get("passed", 0) + sums.get("failed", 0) + skipped)
    passed = sums.get("passed", total - sums.get("failed", 0) - skipped)
    failed = sums.get("failed", total - passed - skipped)
    rest = total - passed - failed - skipped
    return Counts(passed, failed, skipped, rest) if min(passed, failed, rest) >= 0 else None


def _round(row: _Line, name: str, result: RoundResult, *, alone: bool) -> Round:
    texts = row.texts
    judged = next((role for role in _JUDGED if role in texts), None)
    status = texts[judged] if judged else ""
    notes = [text for role, _, text in row.cells if role == "note" and not is_empty(text)]
    if judged == "exit" and status.isdecimal():
        notes.insert(0, meaning(int(status))[1])
    retries = retries_in(texts.get("retries", ""))
    measured = {
        heading: value[0]
        for role, heading, text in row.cells
        if role == "metric" and (value := number(text))
    }
    return Round(
        name=name,
        result=result,
        result_text=status,
        retries=retries if alone or not retries else None,
        metrics=measured if alone else {},
        note="; ".join(filter(None, notes)),
        crash=texts.get("crash", "").strip("-–— "),
        batch=texts.get("batch") or None,
        line=row.line,
    )


def _restart(sheet: Sheet) -> None:
    """Where the numbers of a table start again, its rounds are others."""
    part = ""
    for at, round_ in enumerate(sheet.rounds[1:], 1):
        first = sheet.rounds[0]
        if round_.name == first.name != sheet.rounds[at - 1].name and not round_.batch:
            part = f"from line {round_.line}"
        if part and not round_.batch:
            sheet.rounds[at] = round_.model_copy(update={"batch": part})


def _summary(row: _Line, word: str) -> Iterator[str]:
    """What a row of means, or of totals, says of the rows above, as a sentence would say it."""
    for role, name, cell in row.cells:
        if word in _MEAN:
            if role == "metric" and number(cell):
                yield f"mean {name}: {cell}"
        elif role in ("status", "passed") and SHARE.fullmatch(cell):
            yield f"Passes: {cell}"
    counts = _summed(row.cells) if row.of_rounds and word not in _MEAN else None
    if counts and "status" not in row.texts:
        yield f"Passes: {counts.passed}/{counts.total - counts.skipped}"
