"""What ``python -m unittest`` prints: with ``-v`` a line for each test, without it letters and the
names of failures. A test fails with its subtests, which unittest counts apart."""

import re
from collections.abc import Iterator, Sequence

from ledger.evidence.log_lines import sessions
from ledger.evidence.model import FAILING, Completeness, Outcome, TestResult, Totals, recount
from ledger.evidence.part import Part, combined, decode, is_log_with
from ledger.plan.text import counted

NAME = "unittest-log"
_MARKS = (" tests in ", " test in ", ") ... ", "FAILED (", "\nFAIL: ", "\nERROR: ")
_LONGEST = 2000
_RULES = ("=" * 70, "-" * 70)
# `test_adds (test_sum.Sum.test_adds)`, `setUpClass (test_hook.Db)`, and of a subtest
# `test_many (test_sub.S.test_many) [label] (i=2)`
_TEST = r"(?P<name>\w+) \((?P<place>[\w.<>]+)\)(?P<sub> [\[(].*?)?"
_VERDICT = r"(?P<verdict>ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)"
# e.g. "test_fixed (test_div.Div.test_fixed)"
_LINE = re.compile(rf"{_TEST}(?: \.\.\.(?: {_VERDICT})?)?")
# e.g. "test_x (t.T) ... ok"
_LATER = re.compile(rf"(?:.* \.\.\. )?{_VERDICT}")  # behind a docstring, or below what it printed
# e.g. "UNEXPECTED SUCCESS: test_fixed (test_div.Div.test_fixed)"
_HEADING = re.compile(rf"(?P<kind>FAIL|ERROR|UNEXPECTED SUCCESS): {_TEST}")
# Of nose2 also `FAIL: test_sum.test_many:2`, of a function, and `ERROR: _ErrorHolder`, of a fixture
_HEADING_OF_FUNCTION = re.compile(r"(?P<kind>FAIL|ERROR): (?P<name>\S+)(?P<place>)")
_RAN = re.compile(r"Ran (\d{1,9}) tests? in (\d{1,9}(?:\.\d{1,9})?)s")
# `FAILED (failures=1, errors=1, expected failures=1)`, `OK`, `NO TESTS RAN`
# e.g. "FAILED (errors=1)"
_END = re.compile(r"(?P<word>OK|FAILED|NO TESTS RAN)(?: \((?P<counts>[a-z]+[a-z =,\d]*)\))?")
_FIGURE = re.compile(r"([a-z]+(?: [a-z]+)?)=(\d{1,9})")
_OUTCOMES: dict[str, Outcome] = {
    "ok": "passed", "FAIL": "failed", "ERROR": "error", "skipped": "skipped",
    "expected": "xfailed", "unexpected": "xpassed",
}  # fmt: skip
_KINDS: dict[str, Outcome] = {
    "FAIL": "failed", "ERROR": "error", "UNEXPECTED SUCCESS": "xpassed",
}  # fmt: skip


def matches(name: str, sample: bytes) -> bool:
    """By a line that unittest writes."""
    return is_log_with(name, sample, _MARKS)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """A part for each session in the log."""
    logs = sessions(decode(data), _landmark, _sessions)
    return combined([session.part(name) for session in logs], "unittest sessions")


def _landmark(line: str) -> int:
    if len(line) > _LONGEST:
        return -1
    if _RAN.fullmatch(line) or _HEADING.fullmatch(line) or line in _RULES:
        return 0
    match = _RAN.search(line)
    return match.start() if match else -1


def _sessions(lines: Sequence[str]) -> Iterator["Session"]:
    session = Session()
    for line in lines:
        session.feed(line.rstrip()[:_LONGEST])
        if session.word:
            yield session
            session = Session()
    yield session


class Session:
    """Takes lines until the session's last one."""

    def __init__(self) -> None:
        self.tests: dict[str, TestResult] = {}
        self.word = ""  # of the last line
        self._ran: tuple[int, float] | None = None
        self._counts: dict[str, int] = {}
        self._current: re.Match[str] | None = None
        self._last_line = ""

    @property
    def is_run(self) -> bool:
        """Whether it is unittest's."""
        return bool(self._ran or self.tests)

    def feed(self, line: str) -> None:
        """Take a line."""
        before, self._last_line = self._last_line, line
        if ran := _RAN.fullmatch(line):
            self._ran = int(ran[1]), float(ran[2])
        elif self._ran and (end := _END.fullmatch(line)):
            self.word = line[:200]
            self._counts = {key: int(n) for key, n in _FIGURE.findall(end["counts"] or "")}
        elif before == _RULES[0] and (
            heading := _HEADING.fullmatch(line) or _HEADING_OF_FUNCTION.fullmatch(line)
        ):
            self._add(heading, _KINDS[heading["kind"]])
        elif self._ran is None:
            self._take(line)

    def _take(self, line: str) -> None:
        """A line of ``-v``, or a verdict that comes later than its test."""
        match = _LINE.fullmatch(line.lstrip() if line.startswith("  ") else line)
        if match and match["verdict"]:
            self._add(match, _OUTCOMES[match["verdict"].partition(" ")[0]])
            self._current = None
        elif match and not match["sub"]:
            self._current = match
        elif self._current and (later := _LATER.fullmatch(line)):
            self._add(self._current, _OUTCOMES[later["verdict"].partition(" ")[0]])
            self._current = None

    def _add(self, match: re.Match[str], outcome: Outcome) -> None:
        name, place = match["name"], match["place"]
        is_broken = place.removesuffix(f".{name}") == "unittest.loader._FailedTest"
        at_collection = is_broken or name in ("setUpClass", "setUpModule", "_ErrorHolder")
        home = place.removesuffix(f".{name}")
        identity = f"{home}::{name}" if home and not is_broken else name
        before = self.tests.get(identity)
        if before and (before.outcome in FAILING or outcome not in FAILING):
            return
        self.tests[identity] = TestResult(
            identity=identity,
            outcome="error" if is_broken else outcome,
            at_collection=at_collection,
        )

    def part(self, name: str) -> Part:
        """What the session says."""
        tested = recount(self.tests.values())
        ran, took = self._ran or (0, None)
        totals = self._totals(tested, ran)
        state, reason = self._completeness(totals)
        return Part(NAME, name, tests=self.tests, totals=totals, runner="unittest",
                    partial=totals.cases > tested.cases, duration_s=took, completeness=state,
                    reason=reason)  # fmt: skip

    def _totals(self, totals: Totals, ran: int) -> Totals:
        """Recounted where every test has a name, else what the last line counts."""
        fixtures = sum(t.at_collection and "::" in t.identity for t in self.tests.values())
        if totals.cases - fixtures >= ran and totals.failing >= bool(self._failures):
            return totals
        skipped = self._counts.get("skipped", 0)
        xfailed = self._counts.get("expected failures", 0)
        xpassed = self._counts.get("unexpected successes", 0)
        lost = int(self._failures > 0 and not totals.failing)
        failing = totals.failing - fixtures + lost
        passed = max(0, ran - failing - skipped - xfailed - xpassed)
        broken = sum(t.at_collection for t in self.tests.values()) - fixtures
        return Totals(collected=ran - broken, passed=passed, failed=totals.failed + lost,
                      errors=totals.errors, skipped=skipped, xfailed=xfailed,
                      xpassed=xpassed)  # fmt: skip

    @property
    def _failures(self) -> int:
        return self._counts.get("failures", 0) + self._counts.get("errors", 0)

    def _completeness(self, totals: Totals) -> tuple[Completeness, str]:
        if not self.word:
            return ("failed" if totals.failing else "incomplete"), "unittest: no last line"
        if self.word.startswith("FAILED") and not totals.failing:
            return "failed", f"unittest: {self.word}"
        if self.word.startswith("OK") and totals.failing:
            failing = counted(totals.failing, "failure")
            return "inconsistent", f"unittest: its last line is OK, and {failing} are named"
        return "complete", ""
