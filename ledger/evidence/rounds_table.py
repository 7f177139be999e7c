"""Tables of a report of rounds: what a status says, what a column holds, numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from ledger.evidence.execution import meaning
from ledger.evidence.rounds_model import Round, RoundResult, Share, Statement

Role = Literal[
    "round", "status", "passed", "exit", "retries", "note", "crash", "batch", "metric", "other"
]

MAX_CELL = 2000

_PASS = frozenset("pass passed passes passing ok okay success successful succeeded green".split())
_FAIL = frozenset(
    "fail failed fails failing failure error errored crash crashed abort aborted timeout timedout "
    "killed hang hung red broken panic segfault".split()
)
_SKIP = frozenset("skip skipped pending todo na cancelled canceled notrun planned".split())
_NOT = frozenset("not no non never didn't didnt without".split())
_YES, _NO = frozenset("yes true y 1 pass passed ok".split()), frozenset("no false n 0 fail".split())
_PASS_SIGNS, _FAIL_SIGNS = frozenset("✅✔✓☑🟢"), frozenset("❌✗✘✖❎🔴💥")
# `sigsegv`
_SIGNAL = re.compile(r"sig[a-z]{3,5}")
_WORD = re.compile(r"[a-z0-9']{1,40}")
# What follows is about the result, not the result.
_ASIDE = re.compile(r"[(:;,]| - | – | — |\bafter\b|\bon\b|\bwith\b|\bin\b")
# `~14.5 %`, `1,250ms`, `3e-2`
_NUMBER = re.compile(
    r"[~≈]?[ \t]*([+-]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,15})(?:\.\d{1,15})?(?:e[+-]?\d{1,3})?)"
    r"[ \t]*(%|[a-zµμ°/²]{1,12})?",
    re.IGNORECASE,
)
# The marks of `**bold**`, `_emphasis_` and code
_EMPHASIS = re.compile(r"[*`]+|~~+|(?<!\w)_+|_+(?!\w)")

# The better name for a round first, each with what the names of rounds then look like: an ID
# is a round's only where it is a number, an attempt may be a round or the try of one.
_ROUND = (
    (
        frozenset("round rounds run runs iteration iterations iter trial cycle repetition".split()),
        re.compile(r".*"),
    ),
    (frozenset({"#", "no", "nr", "number", "id", "index", "n"}), re.compile(r"#?\d{1,9}")),
    (frozenset("attempt try execution seed".split()), re.compile(r"#?\d{1,18}")),
    (frozenset("stamp timestamp".split()), re.compile(r"\d{4}-?\d\d-?\d\d[T ]\d\d:?\d\d.{0,12}")),
)
_RETRIES = frozenset("retries retry reruns rerun tries attempts".split())
_STATUS = frozenset("status result outcome verdict state".split())
_PASSED = frozenset("pass passed ok success successful".split())
_EXIT = frozenset("exit exitcode rc returncode".split())
_NOTE = frozenset(
    "note notes comment comments remark remarks detail details reason error message observation "
    "observations cause failure failures".split()
)
_CRASH = frozenset("crash crashed signature frame location stack backtrace".split())
_BATCH = frozenset("batch group phase session series block set".split())
_TEXTS: tuple[tuple[frozenset[str], Role], ...] = (
    (_CRASH, "crash"),
    (_NOTE, "note"),
    (_BATCH, "batch"),
)
_MEASURES = frozenset(
    "time duration rate count seconds ms s speed percent % score size memory rss length".split()
)


def plain(text: str) -> str:
    """A line or cell without emphasis and code marks."""
    return _EMPHASIS.sub("", text[:MAX_CELL]).strip()


def result_of(text: str) -> RoundResult:
    """What a status says. The word decides, a sign only where no known word stands. A word for
    passing and one for failing side by side (``FAIL, then PASS``) say nothing."""
    said = plain(text).casefold()
    if said in ("", "-", "–", "—", "n/a", "none", "not run", "not executed"):
        return "skipped"
    aside = _ASIDE.search(said, 1)
    for part in (said[: aside.start()] if aside else said, said):
        found = _results(part)
        if len(found) == 1:
            return found.pop()
        if found:
            return "unknown"
    passed, failed = not _PASS_SIGNS.isdisjoint(said), not _FAIL_SIGNS.isdisjoint(said)
    return "unknown" if passed == failed else "pass" if passed else "fail"


def _results(said: str) -> set[RoundResult]:
    found: set[RoundResult] = set()
    before = ""
    for word in _WORD.findall(said):
        if word in _PASS:
            found.add("fail" if before in _NOT else "pass")
        elif word in _FAIL or _SIGNAL.fullmatch(word):
            found.add("unknown" if before in _NOT else "fail")  # "no crash" is not yet a pass
        elif word in _SKIP:
            found.add("skipped")
        if word not in ("all", "a", "any", "the", "did"):
            before = word
    if not found and said.strip() in ("clean", "cleanly"):
        found.add("pass")
    return found


def yes_or_no(text: str) -> RoundResult:
    """A cell of a column headed ``Passed?``."""
    said = plain(text).casefold()
    if said in _YES:
        return "pass"
    if said in _NO:
        return "fail"
    return result_of(text)


def exit_result(text: str) -> RoundResult:
    """A cell of a column of exit codes."""
    said = plain(text)
    if re.fullmatch(r"[+-]?\d{1,10}", said):
        return "pass" if int(said) == 0 else "fail"
    return result_of(text)


def number(text: str) -> tuple[float, str] | None:
    """A measured value and its unit; None for anything else, and for no value."""
    found = _NUMBER.fullmatch(plain(text))
    if found is None:
        return None
    return float(found[1].replace(",", "")), found[2] or ""


def count(text: str) -> int | None:
    """A cell of a column of retries: ``2``, ``2x``, ``2/3`` (of at most three)."""
    found = re.fullmatch(r"(\d{1,6})(?:[ \t]?[x×]|[ \t]?/[ \t]?\d{1,6})?", plain(text))
    return int(found[1]) if found else None


def heading_words(text: str) -> list[str]:
    """The words of a column's heading."""
    return re.findall(r"[a-z]{1,40}|#|%", plain(text).casefold().replace("'", ""))


def roles_of(headings: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Role]:
    """What each column holds, by its heading and by what stands in it."""
    words = [heading_words(heading) for heading in headings]
    found: list[Role] = [_role(said, cells) for said, cells in zip(words, columns, strict=True)]
    fitting = (
        at
        for names, form in _ROUND
        for at, said in enumerate(words)
        if _is_round(said, names, columns[at], form)
    )
    for at in islice(fitting, 1):
        found[at] = "round"
    for at, role in enumerate(found):
        if role not in ("round", "note", "metric") and role in found[:at]:
            found[at] = "other"
    return found


def _is_round(
    words: list[str], names: frozenset[str], cells: Sequence[str], form: re.Pattern[str]
) -> bool:
    if not names.intersection(words) or _MEASURES.intersection(words):
        return False
    fitting = sum(form.fullmatch(plain(cell)) is not None for cell in cells)
    return 2 * fitting > len(cells)


def _role(words: list[str], cells: Sequence[str]) -> Role:
    said = frozenset(words)
    numbers = [number(cell) for cell in cells]
    is_measured = 2 * sum(value is not None for value in numbers) > sum(map(bool, cells))
    if said & _EXIT and is_measured:
        return "exit"
    if said & _RETRIES and any(count(cell) is not None for cell in cells):
        return "retries"
    if not said & _MEASURES:
        if said & _STATUS and not is_measured:
            return "status"
        if said & _PASSED and all(yes_or_no(cell) != "unknown" for cell in cells):
            return "passed"
    if is_measured:
        return "metric"
    return next((role for names, role in _TEXTS if said & names), "other")


# A bar that is not escaped
_PIPE = re.compile(r"(?<!\\)\|")
# `Rounds 1-10`: a batch, no round
_RANGE = re.compile(r"\D{0,20}\d{1,9}[ \t]*(?:-|–|—|\.\.|to)[ \t]*\d{1,9}\D{0,20}")
# `Round #12`
_NAME = re.compile(
    r"(?:(?:round|run|iteration|iter|trial|cycle|attempt)[ \t#]+)?#?(.*)", re.IGNORECASE
)
_MEAN = frozenset("average mean avg".split())
_SUMMARY = frozenset("total totals sum overall all median min max summary stddev sd".split())
# `14/20 (70 %)`
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
    found = roles_of(turned.headings, _columns(turned))
    return turned if {"round"} < {*found} & {"round", "status", "passed", "exit"} else grid


def _columns(grid: Grid) -> list[list[str]]:
    return [
        [row.cells[at] if at < len(row.cells) else "" for row in grid.rows]
        for at in range(len(grid.headings))
    ]


def sheet_of(grid: Grid) -> Sheet | None:
    """What a grid says of rounds; None for a table of something else."""
    columns = _columns(grid)
    roles = roles_of(grid.headings, columns)
    if "round" not in roles or not grid.rows:
        return None
    judged = next((role for role in ("status", "passed", "exit") if role in roles), None)
    sheet = Sheet(is_partial=judged is None, section=grid.section)
    if judged is None and "metric" not in roles:
        return None
    for at, role in enumerate(roles):
        if role == "metric":
            units = Counter(found[1] for cell in columns[at] if (found := number(cell)))
            sheet.units[_heading(grid, at)] = max(units, key=units.__getitem__, default="")
        elif role == "retries":
            sheet.retry_word = plain(grid.headings[at])
    for row in grid.rows:
        _read_row(row, grid, roles, judged, sheet)
    results = Counter(found.result for found in sheet.rounds)
    known = results["pass"] + results["fail"]
    if judged is not None and (not known or known < results["unknown"]):
        return None  # a table of something else
    return sheet if sheet.rounds else None


def _heading(grid: Grid, at: int) -> str:
    return plain(grid.headings[at]) or f"column {at + 1}"


_RESULTS: dict[Role, Callable[[str], RoundResult]] = {"passed": yes_or_no, "exit": exit_result}


def _read_row(row: Row, grid: Grid, roles: list[Role], judged: Role | None, sheet: Sheet) -> None:
    cells = dict(zip(range(len(roles)), row.cells, strict=False))
    name = _NAME.fullmatch(plain(cells.get(roles.index("round"), "")))
    label = name[1].strip() if name else ""
    first = label.casefold().rstrip(":")
    if first in _MEAN or first in _SUMMARY or not label:
        _read_summary(row, grid, roles, first, sheet)
        return
    if _RANGE.fullmatch(label) and not re.match(r"\d{4}-\d\d", label):
        return  # a batch, told elsewhere
    texts: dict[Role, str] = {}
    metrics: dict[str, float] = {}
    notes: list[str] = []
    for at, cell in cells.items():
        text = plain(cell)
        texts.setdefault(roles[at], text)
        if roles[at] == "metric" and (value := number(cell)):
            metrics[_heading(grid, at)] = value[0]
        if roles[at] == "exit" == judged and text.isdecimal():
            notes.append(meaning(int(text))[1])
        if roles[at] == "note" and text.strip("-–— "):
            notes.append(text)
    status = texts.get(judged) if judged else None
    read = _RESULTS.get(judged or "status", result_of)
    sheet.rounds.append(
        Round(
            name=label,
            result="skipped" if status is None else read(status),
            result_text=status or "",
            retries=count(texts.get("retries", "")),
            metrics=metrics,
            note="; ".join(filter(None, notes)),
            crash=texts.get("crash", "").strip("-–— "),
            batch=texts.get("batch") or None,
            line=row.line,
        )
    )


def _read_summary(row: Row, grid: Grid, roles: list[Role], first: str, sheet: Sheet) -> None:
    """A row of means, or of totals: claims about the rows above."""
    for at, cell in enumerate(row.cells[: len(roles)]):
        value, share = number(cell), _SHARE.fullmatch(plain(cell))
        text = f"{first} {_heading(grid, at)}: {plain(cell)}"
        if roles[at] == "metric" and first in _MEAN and value:
            sheet.statements.append(
                Statement(
                    "mean", text, row.line, number=value[0], metric=_heading(grid, at),
                    decimals=decimals(plain(cell)),
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
