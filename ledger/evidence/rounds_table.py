"""Tables of a report of rounds: what a status says, what a column holds, numbers."""

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from ledger.evidence.execution import meaning
from ledger.evidence.rounds_model import Round, RoundResult, Share, Statement

Role = Literal[
    "round", "status", "passed", "exit", "share", "counts", "failed", "retries", "note", "crash",
    "batch", "metric", "other",
]  # fmt: skip

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
_FAILED = frozenset("fail failed failures failure error errors".split())
_EXIT = frozenset("exit exitcode rc returncode".split())
_TEXTS: dict[Role, frozenset[str]] = {
    "crash": frozenset("crash crashed signature frame location stack backtrace".split()),
    "note": frozenset(
        "note notes comment comments remark remarks detail details reason error message "
        "observation observations cause failure failures".split()
    ),
    "batch": frozenset("batch group phase session series block set".split()),
}
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


def share_result(text: str) -> RoundResult:
    """A cell of a column such as ``10/10``: of how many tests all passed."""
    found = _SHARE.fullmatch(plain(text))
    if found is None:
        return result_of(text)
    return "pass" if 0 < int(found[2]) == int(found[1]) else "fail"


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
        if names.intersection(said)
        and not _MEASURES.intersection(said)
        and 2 * sum(form.fullmatch(plain(cell)) is not None for cell in columns[at])
        > len(columns[at])
    )
    for at in islice(fitting, 1):
        found[at] = "round"
    if not {"status", "passed", "exit", "share"} & {*found}:
        found = _counted(found, words, columns)
    for at, role in enumerate(found):
        if role not in ("round", "note", "metric", "failed") and role in found[:at]:
            found[at] = "other"
    return found


def _counted(
    roles: list[Role], words: Sequence[list[str]], columns: Sequence[Sequence[str]]
) -> list[Role]:
    """Where no column has a status: counts of tests that passed and failed, or shares of them."""
    found = list(roles)
    for at, role in enumerate(roles):
        said, cells = frozenset(words[at]), [plain(cell) for cell in columns[at]]
        if role == "metric" and not said & _MEASURES and all(map(str.isdecimal, cells)):
            found[at] = "counts" if said & _PASSED else "failed" if said & _FAILED else role
        elif role == "other" and cells and all(map(_SHARE.fullmatch, cells)):
            found[at] = "share"
    return found if "failed" in found or "share" in found else list(roles)


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
            return "share" if all(_SHARE.fullmatch(plain(cell)) for cell in cells) else "status"
        if said & _PASSED and all(yes_or_no(cell) != "unknown" for cell in cells):
            return "passed"
    if is_measured:
        return "metric"
    return next((role for role, names in _TEXTS.items() if said & names), "other")


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
_JUDGED: tuple[Role, ...] = ("status", "passed", "exit", "counts", "share")
_MOST_IN_A_ROW = 1000
# The unit of `Efficiency (%)`, `Time [s]`
_UNIT = re.compile(r"[ \t]*[(\[]([%\w/°µ]{1,12})[)\]]\Z")
# `14/20 (70 %)`
_SHARE = re.compile(r"(\d{1,7})[ \t]?/[ \t]?(\d{1,7})(?:[ \t]*\((\d{1,3}(?:\.\d{1,6})?)[ \t]?%\))?")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a grid; ``line`` from 1."""

    cells: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Named columns; a row has a cell for each. ``section`` is the heading that it stands
    under."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    section: str = ""

    @property
    def columns(self) -> list[list[str]]:
        """The cells of each column."""
        return [[row.cells[at] for row in self.rows] for at in range(len(self.headings))]


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
    headings, _, *listed = (_cells(line) for line in lines)
    width = len(headings)
    rows = (
        Row((*cells, *[""] * width)[:width], line) for line, cells in enumerate(listed, first + 2)
    )
    return _transposed(Grid(headings, tuple(rows), section))


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
    found = roles_of(turned.headings, turned.columns)
    return turned if {"round"} < {*found} & {"round", *_JUDGED} else grid


def sheet_of(grid: Grid) -> Sheet | None:
    """What a grid says of rounds; None for a table of something else."""
    columns = grid.columns
    roles = roles_of(grid.headings, columns)
    judged = next((role for role in _JUDGED if role in roles), None)
    if "round" not in roles or (judged is None and "metric" not in roles):
        return None
    names = [plain(heading) or f"column {at}" for at, heading in enumerate(grid.headings, 1)]
    sheet = Sheet(is_partial=judged is None, section=grid.section)
    for role, name, column in zip(roles, names, columns, strict=True):
        if role == "metric":
            units = Counter(found[1] for cell in column if (found := number(cell)))
            unit = max(units, key=units.__getitem__, default="")
            in_heading = _UNIT.search(name)
            sheet.units[name] = unit or (in_heading[1] if in_heading else "")
        elif role == "retries":
            sheet.retry_word = name
    single = {plain(cell) for cell in columns[roles.index("round")]}
    for row in grid.rows:
        cells = [*zip(roles, names, map(plain, row.cells), strict=True)]
        for one in _rounds_of(cells, judged, single):
            _read_row(row.line, cells, judged, sheet, one)
    results = Counter(found.result for found in sheet.rounds)
    known = results["pass"] + results["fail"]
    if judged is not None and (not known or known < results["unknown"]):
        return None  # a table of something else
    return sheet if sheet.rounds else None


_RESULTS: dict[Role, Callable[[str], RoundResult]] = {
    "passed": yes_or_no, "exit": exit_result, "share": share_result,
}  # fmt: skip


def _rounds_of(
    cells: Sequence[tuple[Role, str, str]], judged: Role | None, single: Container[str]
) -> Iterable[str]:
    """The rounds that a row stands for: ``1-5`` with one status is five, where none of them has a
    row of its own."""
    texts = {role: text for role, _, text in reversed(cells)}
    found = re.fullmatch(r"(\d{1,9})[ \t]*(?:-|–|—|\.\.)[ \t]*(\d{1,9})", texts["round"])
    first, last = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 0 < last - first < _MOST_IN_A_ROW or result_of(texts.get(judged or "round", "")) not in (
        "pass",
        "fail",
    ):
        return [texts["round"]]
    names = [str(number) for number in range(first, last + 1)]
    return [texts["round"]] if any(name in single for name in names) else names


def _read_row(
    line: int, cells: Sequence[tuple[Role, str, str]], judged: Role | None, sheet: Sheet, of: str
) -> None:
    texts = {role: text for role, _, text in reversed(cells)}
    name = _NAME.fullmatch(of)
    label = name[1].strip() if name else ""
    first = label.casefold().rstrip(":")
    if first in _MEAN or first in _SUMMARY or not label:
        sheet.statements += _summary(line, cells, first)
        return
    if _RANGE.fullmatch(label) and not re.match(r"\d{4}-\d\d", label):
        return  # a batch, told elsewhere
    status = texts[judged] if judged else ""
    notes = [text for role, _, text in cells if role == "note" and text.strip("-–— ")]
    if judged == "exit" and status.isdecimal():
        notes.insert(0, meaning(int(status))[1])
    sheet.rounds.append(
        Round(
            name=label,
            result=_by_counts(cells)
            if judged == "counts"
            else _RESULTS.get(judged or "status", result_of)(status),
            result_text=status,
            retries=count(texts.get("retries", "")),
            metrics={
                name: value[0]
                for role, name, text in cells
                if role == "metric" and (value := number(text))
            },
            note="; ".join(filter(None, notes)),
            crash=texts.get("crash", "").strip("-–— "),
            batch=texts.get("batch") or None,
            line=line,
        )
    )


def _by_counts(cells: Sequence[tuple[Role, str, str]]) -> RoundResult:
    """By the numbers of tests that passed and failed."""
    counts = {"counts": 0, "failed": 0}
    for role, _, text in cells:
        if role in counts and text.isdecimal():
            counts[role] += int(text)
    return "fail" if counts["failed"] else "pass" if counts["counts"] else "skipped"


def _summary(line: int, cells: Sequence[tuple[Role, str, str]], first: str) -> Iterator[Statement]:
    """A row of means, or of totals: claims about the rows above."""
    for role, name, cell in cells:
        value, share = number(cell), _SHARE.fullmatch(cell)
        text = f"{first} {name}: {cell}"
        if role == "metric" and first in _MEAN and value:
            places = decimals(cell)
            yield Statement("mean", text, line, number=value[0], metric=name, decimals=places)
        elif role in ("status", "passed") and first not in _MEAN and share:
            percent = Share(float(share[3]), decimals(share[3])) if share[3] else None
            passed, total = int(share[1]), int(share[2])
            yield Statement("count", text, line, number=passed, of=total, share=percent)


def decimals(text: str) -> int:
    """How many digits stand after the first decimal point."""
    found = re.search(r"\d\.(\d{1,15})", text)
    return len(found[1]) if found else 0
