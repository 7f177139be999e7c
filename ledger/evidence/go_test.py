"""What ``go test`` prints, quiet or with ``-v``, and the events of ``go test -json``. Quiet, it
names failures and counts no tests: the run has no totals then, but a word on its packages."""

import json
import re
from collections import Counter
from collections.abc import Iterable

from ledger.evidence.log_lines import streams
from ledger.evidence.model import FAILING, Completeness, Outcome, TestResult, recount
from ledger.evidence.part import Part, by_name, decode, is_log_with, shorten
from ledger.evidence.pytest_reports import Record, record, seconds, text
from ledger.plan.text import counted, one_line

NAME = "go-test"
_EVENTS = (".json", ".jsonl", ".ndjson")
_MARKS = ("ok  \t", "?   \t", "FAIL\t", "--- FAIL: ", "--- PASS: ", "--- SKIP: ", '"Action":"')
_LONGEST = 4000
_RUN = re.compile(r"=== RUN +(\S+)")
# `    --- FAIL: TestDiv/zero (0.00s)`, also behind what the test printed last
_CASE = re.compile(r"--- (PASS|FAIL|SKIP): (\S+) \((\d{1,9}(?:\.\d{1,9})?)s\)")
# `ok  	example.com/app/calc	0.003s`, `FAIL	example.com/app/calc [build failed]`
_PACKAGE = re.compile(r"(ok  |FAIL|\?   )\t(\S+)(?:[\t ]+(.*))?")
# `calc/calc_test.go:3:30: undefined: x`
_NOT_BUILT = re.compile(r"\S+\.go:\d+(?::\d+)?: (?!.{0,200}warning)")
_OUTCOMES: dict[str, Outcome] = {"pass": "passed", "fail": "failed", "skip": "skipped"}
_MAX_NAME = 500


def matches(name: str, sample: bytes) -> bool:
    """By lines or events that only ``go test`` writes."""
    return is_log_with(name, sample, _MARKS, _EVENTS)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """All packages as one part; none where the file has no line of ``go test``."""
    session = Session()
    if b'"Action":"' in data[:_LONGEST] or b'\n{"Time":"' in data:
        session.take_events(decode(data).splitlines())
    else:
        for lines in streams(decode(data), _landmark):
            session.take_lines(lines)
    session.end()
    return (session.part(name),) if session.is_run else ()


def _landmark(line: str) -> int:
    if len(line) > _LONGEST:
        return -1
    if _PACKAGE.fullmatch(line) or _CASE.match(line) or _RUN.match(line):
        return 0
    match = _CASE.search(line) or _RUN.search(line) or _PACKAGE.search(line)
    return match.start() if match else -1


class Session:
    """Takes lines or events. Of lines a package's name comes behind its tests."""

    def __init__(self) -> None:
        self.cases: list[TestResult] = []
        self.packages = Counter[str]()  # by how they ended
        self.names_all = False
        self._loose: list[tuple[str, TestResult]] = []  # of the package that comes
        self._running: dict[str, dict[str, list[str]]] = {}  # what each printed, by package
        self._failing: set[str] = set()  # packages with a test that failed
        self._is_red = self._timed_out = self._lost = False

    @property
    def is_run(self) -> bool:
        """Whether anything was of ``go test``."""
        return bool(self.cases or self._loose or any(self._running.values()) or self.packages)

    def take_lines(self, lines: Iterable[str]) -> None:
        """Lines of a terminal."""
        for line in lines:
            if len(line) <= _LONGEST:
                self._take_line(line)

    def _take_line(self, line: str) -> None:
        if started := _RUN.match(line):
            self._begin("", started[1])
            return
        if package := _PACKAGE.fullmatch(line.rstrip()):
            self._close(package[2], package[1].strip(), package[3] or "")
        elif line.startswith("panic: test timed out after "):
            self._timed_out = True
        elif line.rstrip() in ("FAIL", "PASS"):
            self._is_red = self._is_red or line.startswith("FAIL")
        elif case := _CASE.search(line):
            self.names_all = self.names_all or case[1] != "FAIL"
            self._finish("", case[2], case[1].lower(), float(case[3]))

    def take_events(self, lines: Iterable[str]) -> None:
        """Events of ``-json``, a line each; go writes what it cannot build as plain lines."""
        self.names_all = True
        for line in lines:
            try:
                event = record(json.loads(line))
            except (ValueError, RecursionError):
                self._lost = self._lost or line.startswith("{")
                self._is_red = self._is_red or bool(_NOT_BUILT.match(line))
                self.take_lines([line])
            else:
                self._take_event(event)

    def _take_event(self, event: Record) -> None:
        action, package = text(event.get("Action")), text(event.get("Package"))
        test = text(event.get("Test"))
        if action == "run" and test:
            self._begin(package, test)
        elif action == "output":
            printed = text(event.get("Output"))
            self._timed_out = self._timed_out or printed.startswith("panic: test timed out")
            if not printed.startswith(("===", "---")):
                self._running.get(package, {}).get(test, []).append(printed)
        elif action in _OUTCOMES and test:
            self._finish(package, test, action, seconds(event.get("Elapsed")))
        elif action in _OUTCOMES and package:
            word = {"pass": "ok", "fail": "FAIL", "skip": "?"}[action]
            self._close(package, word, "")

    def _begin(self, package: str, test: str) -> None:
        self.names_all = True
        self._running.setdefault(package, {})[test] = []

    def _finish(self, package: str, test: str, word: str, took: float) -> None:
        printed = "".join(self._running.get(package, {}).pop(test, [])).strip()
        result = TestResult(
            identity=_identity(package, test),
            outcome=_OUTCOMES[word],
            duration_s=took,
            message=shorten(printed) if printed and word != "pass" else None,
        )
        if not package:
            self._loose.append((test, result))
            return
        self.cases.append(result)
        self._failing |= {package} if word == "fail" else set()

    def _close(self, package: str, word: str, note: str) -> None:
        """A package ended: the tests before it are its own; one that still runs did not end."""
        own = [
            result.model_copy(update={"identity": _identity(package, test)})
            for test, result in self._loose
        ]
        self._loose = []
        for test in [*self._running.pop("", {}), *self._running.pop(package, {})]:
            why = "it did not end"
            own.append(TestResult(identity=_identity(package, test), outcome="error", message=why))
        self.cases += own
        self.packages[word] += 1
        self.packages["no tests"] += "no test" in note
        is_told = package in self._failing or any(result.outcome in FAILING for result in own)
        if word == "FAIL" and not is_told:
            message = one_line(note)[:_MAX_NAME] or "it failed, and no test of it did"
            broken = TestResult(identity=package[:_MAX_NAME], outcome="error", message=message,
                                at_collection=True)  # fmt: skip
            self.cases.append(broken)

    def end(self) -> None:
        """No more comes: tests without a package are of a program that was called by itself."""
        self.cases += [result for _, result in self._loose]

    def part(self, name: str) -> Part:
        """What the packages came to."""
        tests = by_name((result, "") for result in self.cases)
        totals = recount(tests.values())
        state, reason = self._completeness(totals.failing)
        took = [t.duration_s for t in tests.values() if t.duration_s and "/" not in t.identity]
        part = Part(NAME, name, tests=tests, runner="go test", completeness=state, reason=reason)
        if self.names_all:
            return part._replace(totals=totals, duration_s=round(sum(took), 6) if took else None)
        if totals.failing:
            failing = [name for name, test in tests.items() if test.outcome in FAILING]
            reason = f"go test: {counted(len(failing), 'failure')}, such as {failing[0][:200]}"
            return part._replace(completeness="failed", reason=reason, without_tests=True)
        closing = f"go test: {counted(self.packages['ok'], 'package')} ok" if not reason else ""
        return part._replace(closing=closing, without_tests=True)

    def _completeness(self, failing: int) -> tuple[Completeness, str]:
        if self._timed_out:
            return "timeout", "go test: a test timed out"
        running = [test for tests in self._running.values() for test in tests]
        if running or self._lost:
            names = ", ".join(test[:200] for test in running[:3])
            return (
                "incomplete",
                f"go test: it ends in {names}" if names else "go test: a line is cut",
            )
        if self._is_red and not failing:
            return "failed", "go test: FAIL"
        if not self.names_all and not failing and self.packages["ok"] <= self.packages["no tests"]:
            return "failed", "go test: no package has tests"
        return "complete", ""


def _identity(package: str, test: str) -> str:
    return "::".join(filter(None, (package[:_MAX_NAME], one_line(test)[:_MAX_NAME])))
