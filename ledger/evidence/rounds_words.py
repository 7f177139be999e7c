"""The words of a report of rounds: what a status says, what a column holds, numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from ledger.evidence.rounds_model import RoundResult

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
_PASS_SIGNS, _FAIL_SIGNS = "✅✔✓☑🟢", "❌✗✘✖❎🔴💥"
_SIGNAL = re.compile(r"sig[a-z]{3,5}")
_WORD = re.compile(r"[a-z0-9']{1,40}")
# What follows is about the result, not the result.
_ASIDE = re.compile(r"[(:;,]| - | – | — |\bafter\b|\bon\b|\bwith\b|\bin\b")
_NUMBER = re.compile(
    r"[~≈]?[ \t]*([+-]?(?:\d{1,3}(?:,\d{3}){1,6}|\d{1,15})(?:\.\d{1,15})?(?:e[+-]?\d{1,3})?)"
    r"[ \t]*(%|[a-zµμ°/²]{1,12})?",
    re.IGNORECASE,
)
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
    if any(sign in said for sign in _PASS_SIGNS) != any(sign in said for sign in _FAIL_SIGNS):
        return "pass" if any(sign in said for sign in _PASS_SIGNS) else "fail"
    return "unknown"


def _results(said: str) -> set[RoundResult]:
    found: set[RoundResult] = set()
    before = ""
    for word in _WORD.findall(said):
        if word in _PASS:
            found.add("fail" if before in _NOT else "pass")
        elif word in _FAIL or _SIGNAL.fullmatch(word):
            if before in _NOT:  # "no crash" is not yet a pass
                found.add("unknown")
            else:
                found.add("fail")
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


def roles(headings: Sequence[str], columns: Sequence[Sequence[str]]) -> list[Role]:
    """What each column holds, by its heading and by what stands in it."""
    words = [heading_words(heading) for heading in headings]
    found: list[Role] = [_role(said, cells) for said, cells in zip(words, columns, strict=True)]
    for names, form in _ROUND:
        fitting = (at for at, said in enumerate(words) if _is_round(said, names, columns[at], form))
        at = next(fitting, None)
        if at is not None:
            found[at] = "round"
            break
    for role in ("status", "passed", "exit", "retries", "batch", "crash"):
        for at in [at for at, other in enumerate(found) if other == role][1:]:
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
