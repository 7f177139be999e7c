"""Single lines of a pytest terminal log."""

import re
from collections.abc import Container, Mapping
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from ledger.evidence.model import Outcome, Totals

VERDICTS: dict[str, Outcome | None] = {
    "PASSED": "passed",
    "FAILED": "failed",
    "ERROR": "error",
    "SKIPPED": "skipped",
    "XFAIL": "xfailed",
    "XPASS": "xpassed",
    "RERUN": None,
}
# A subtest that passes or is skipped says nothing about its test, which has its own line.
SUBTESTS: dict[str, bool] = {
    "SUBPASSED": False, "SUBPASS": False, "SUBFAILED": True, "SUBFAIL": True,
    "SUBSKIPPED": False, "SUBSKIP": False, "SUBXFAIL": False, "SUBXPASS": False,
}  # fmt: skip
LETTERS = {".": "passed", "F": "failed", "E": "errors", "s": "skipped", "x": "xfailed",
           "X": "xpassed", "R": "rerun", "u": "subtests", ",": "subtests passed",
           "-": "subtests skipped"}  # fmt: skip

# The verdicts that a reason or a label may follow.
# e.g. "t/a.py::test_x SKIPPED (no GPU)"
_REASONED = re.compile(
    r" (SKIPPED|XFAIL|XPASS|RERUN(?= \()|SUB(?:PASSED|PASS|FAILED|FAIL|SKIPPED|SKIP|XFAIL|XPASS))"
)
# What is in the brackets of `[ 25%]` or `[ 3/20]`
_PROGRESS = re.compile(r" *\d+%| *\d+/\d+")
# `1.02s`, `350ms`
_TOOK = re.compile(r"\d[\d.]*(?:us|ms|s)")
# What follows ` in `: `1656.77s (0:27:36)`, `0.12 seconds`
_IN_TIME = re.compile(r"(\d{1,12}(?:\.\d{1,12})?) ?s(?:econds)?(?: \([^()]*\))?")
# `8 failed`, `2 subtests passed`
_COUNT = re.compile(r"(\d{1,9}) ([a-z]+(?: [a-z]+)?)")
# `3/10 tests collected (7 deselected)`
# e.g. "402 tests collected (3 deselected)"
_COLLECTED = re.compile(
    r"(?:(?:(\d{1,9})/)?(\d{1,9})|no) tests? collected(?: \((\d{1,9}) deselected\))?"
)
_WORDS = {
    "passed": "passed", "failed": "failed", "error": "errors", "errors": "errors",
    "skipped": "skipped", "xfailed": "xfailed", "xpassed": "xpassed", "rerun": "rerun",
    "reruns": "rerun", "retried": "rerun",
}  # fmt: skip
_OTHER_WORDS = frozenset(
    ("warning", "warnings", "deselected", "subtests passed", "subtest passed", "subtests failed",
     "subtests skipped", "subtests xfailed")
)  # fmt: skip
START = "test session starts"
SHORT_SUMMARY = "short test summary info"
RERUN_SUMMARY = "rerun test summary info"
REPORTS = frozenset({"ERRORS", "FAILURES", "PASSES", "XFAILURES", "XPASSES", "RERUNS"})


def landmark(line: str) -> int:
    """Where in a line something begins that nobody but pytest writes; -1 where nothing does."""
    if _is_landmark(line):
        return 0
    at = line.find("===")
    return at if at > 0 and _is_landmark(line[at:]) else -1


def _is_landmark(line: str) -> bool:
    """Whether nobody but pytest writes such a line."""
    title = rule(line)
    is_last = summary(line) is not None and not line[:1].isspace()
    return is_last or title in (START, SHORT_SUMMARY) or title in REPORTS


def rule(line: str) -> str | None:
    """The title of ``=== FAILURES ===``; None where a line is no such rule."""
    if line[:1] != "=":
        return None
    line = line.rstrip()
    return line.strip("= ") if line.endswith("=") else None


class Summary(NamedTuple):
    """pytest's last line. ``totals.collected`` is 0: the line does not tell it. ``others`` are the
    counts that are no outcomes of tests: ``deselected``, ``subtests passed``."""

    totals: Totals
    duration_s: float
    collected_only: int | None = None
    others: Mapping[str, int] = MappingProxyType({})


def summary(line: str) -> Summary | None:
    """Read ``=== 8 failed, 540 passed in 1656.77s (0:27:36) ===``, with or without the ``=``."""
    counts, separator, time = line.rpartition(" in ")
    time = time.rstrip("= \t")
    elapsed = _IN_TIME.fullmatch(time) if separator and len(time) < 60 else None
    if elapsed is None:
        return None
    counts, duration = counts.lstrip("= \t"), float(elapsed[1])
    if counts == "no tests ran":
        return Summary(Totals(), duration)
    only = _collected_only(counts)
    if only is not None:
        return Summary(Totals(), duration, *only)
    values, others = dict.fromkeys(_WORDS.values(), 0), {}
    for count in counts.split(", "):
        pair = _COUNT.fullmatch(count)
        if pair is None or (pair[2] not in _WORDS and pair[2] not in _OTHER_WORDS):
            return None
        if pair[2] in _WORDS:
            values[_WORDS[pair[2]]] += int(pair[1])
        else:
            others[pair[2].replace("subtest ", "subtests ")] = int(pair[1])
    return Summary(Totals(**values), duration, None, others)


def _collected_only(counts: str) -> tuple[int, Mapping[str, int]] | None:
    """Of ``3/10 tests collected (7 deselected)`` the 3, and what was deselected."""
    match = _COLLECTED.fullmatch(counts.split(", ", maxsplit=1)[0])
    if match is None:
        return None
    return int(match[1] or match[2] or 0), {"deselected": int(match[3])} if match[3] else {}


_MAX_WORDS = 50  # each is tried as the verdict
_MAX_SUMMARY = 4000  # every " - " in the line is tried, so the line is kept short
# `collected 10 items / 3 deselected / 7 selected`
_ITEMS = re.compile(r"collected (\d{1,9}) items?((?: / \d{1,9} [a-z]{1,20})*)")
# `4 workers [693 items]`
_WORKERS = re.compile(r"\d{1,5} workers? \[(\d{1,9}) items?\]")


def collected(line: str) -> tuple[int, int, int] | None:
    """Of ``collected 10 items / 1 skipped / 3 deselected / 7 selected`` the tests that were
    selected to run (7), the deselected ones (3) and the modules that were skipped (1)."""
    match = _ITEMS.search(line) if "collected " in line else None
    if match is None:
        workers = _WORKERS.match(line)
        return (int(workers[1]), 0, 0) if workers else None
    parts = {word: int(number) for number, word in re.findall(r"(\d+) ([a-z]+)", match[2])}
    deselected = parts.get("deselected", 0)
    selected = parts.get("selected", int(match[1]) - deselected)
    return selected, deselected, parts.get("skipped", 0)


def without_progress(line: str) -> str:
    """The line without its right-hand column: ``[ 12%]``, ``[ 3/20]`` or a duration."""
    line = line.rstrip()
    if line.endswith("]"):
        start = line.rfind("[")
        if len(line) - start <= 20 and _PROGRESS.fullmatch(line[start + 1 : -1]):
            return line[:start].rstrip()
    elif line.endswith("s"):
        head, space, tail = line.rpartition(" ")
        if space and len(tail) < 16 and _TOOK.fullmatch(tail):
            return head.rstrip()
    return line


def starts_with_test(line: str) -> bool:
    """Whether the line begins with a node id: ``path.py::name``."""
    end = line.find("::")
    if end <= 0 or line[0].isspace() or len(line) == end + 2:
        return False
    path = line[:end]
    stem, dot, suffix = path.rpartition(".")
    return bool(dot and stem) and suffix.isalnum() and len(suffix) <= 10 and ":" not in path


def bare_id(line: str) -> str:
    """The node id at the start of a line that goes on with something else. Parameters may
    hold blanks: an opened bracket is read to the first that is closed before a blank."""
    names = line.find("::")
    space = line.find(" ", names)
    bracket = line.find("[", names)
    if bracket >= 0 and (space < 0 or bracket < space):
        close = line.find("] ", bracket)
        return line[: close + 1] if close >= 0 else line.rstrip()
    return line if space < 0 else line[:space]


def split_verdict(line: str) -> tuple[str, str] | None:
    """(node id, verdict word) of ``id VERDICT``, ``id VERDICT (reason)`` or, as ``-vv`` wraps
    a long reason, ``id VERDICTthe rest of it``; None if there is no verdict."""
    head, _, last = line.rpartition(" ")
    if last in VERDICTS:
        return head.rstrip(), last
    reasoned = None
    for match in islice(_REASONED.finditer(line), _MAX_WORDS):
        head = line[: match.start()].rstrip()
        if "::" not in head:
            continue
        if head.count("[") == head.count("]"):
            return head, match[1]
        if reasoned is None and line.startswith(" (", match.end()):
            reasoned = head, match[1]
    # Brackets in parameters need not pair, but then the words may be parameters too.
    return reasoned if line.endswith((")", "...")) else None


def summary_id(text: str, known: Container[str], separator: str = " - ") -> tuple[str, str | None]:
    """(node id, message) of a short summary line ``id - message``. Parameters may hold the
    ``separator``, so ids that are ``known`` come first, then a closing bracket decides."""
    text = text[:_MAX_SUMMARY]
    # A path may hold blanks.
    first = start = text.find(separator, text.find("::") if separator == " " else 0)
    while start >= 0:
        if text[:start] in known:
            return text[:start], text[start + len(separator) :]
        start = text.find(separator, start + 1)
    if text in known or first < 0:
        return text, None
    end, bracket = first, text.find("[", text.find("::"))
    if 0 <= bracket < first:
        end = text.find(f"]{separator}", bracket) + 1
    return (text[:end], text[end + len(separator) :]) if end else (text, None)
