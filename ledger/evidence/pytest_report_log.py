"""The log of pytest-reportlog (``--report-log``): one JSON record to a line, written as pytest
goes along, so that it outlives a crash."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

from ledger.evidence.model import (
    FAILING,
    Completeness,
    Crash,
    Outcome,
    TestResult,
    identity_of,
    recount,
)
from ledger.evidence.part import MAX_BYTES, Part, file_name
from ledger.evidence.pytest_records import (
    Record,
    at_collection,
    end,
    message,
    moment,
    seconds,
    text,
    unreadable,
    whole,
)

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".txt", ".out")
_MARK = b'"$report_type"'
_START = b'"SessionStart"'
_MAX_CRASHES = 100
_NAMED = 3


class PytestReportLogReader:
    """Reads a report log. One that ends before the session did names the test that it ends in."""

    name = "pytest-report-log"

    def matches(self, name: str, sample: bytes) -> bool:
        """Lines of JSON, the first of which starts a session."""
        if not file_name(name).endswith(_SUFFIXES) or _MARK not in sample:
            return False
        first = sample.lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]
        return first.startswith(b"{") and _START in first and _MARK in first

    def read(self, data: bytes, name: str) -> Part:
        """Every test. Raises ``UnreadableInput`` where a line before the last is no record."""
        if len(data) > MAX_BYTES:
            size = f"at most {MAX_BYTES >> 20} MB, found {len(data) >> 20} MB"
            raise self._unreadable(name, size)
        session = _Session(name)
        lines = io.BytesIO(data.removeprefix(b"\xef\xbb\xbf"))
        for number, line in enumerate(lines, 1):
            try:
                found = json.loads(line.decode()) if line.strip() else {"$report_type": ""}
            except (ValueError, RecursionError) as error:
                if lines.tell() >= len(lines.getbuffer()) and not line.endswith(b"\n"):
                    break  # the last line, half written
                raise self._unreadable(name, f"a JSON record in line {number}") from error
            if not isinstance(found, dict) or "$report_type" not in found:
                raise self._unreadable(name, f"a record of a report log in line {number}")
            session.take(found)
        return session.part(self.name)

    @staticmethod
    def _unreadable(name: str, expected: str) -> Exception:
        hint = "give the log as pytest-reportlog wrote it"
        return unreadable("report-log-unreadable", name, expected, hint)


@dataclass(slots=True)
class _Test:
    """One test so far. ``outcome`` is None while the try has none; ``is_over`` from its
    teardown on. ``failed_before`` and ``passed_before`` are of earlier tries."""

    outcome: Outcome | None = None
    message: str | None = None
    duration: float = 0.0
    tries: int = 0
    is_over: bool = True
    failed_before: bool = False
    passed_before: bool = False

    def begin(self) -> None:
        """A further try."""
        if self.outcome is not None:
            self.failed_before = self.failed_before or self.outcome in FAILING
            self.passed_before = self.passed_before or self.outcome not in FAILING
        self.outcome = self.message = None
        self.tries += 1
        self.is_over = False

    def take(self, report: Record) -> None:
        """What one phase of a try reports: setup, call, teardown, or ``???`` of a worker."""
        when, outcome = report.get("when"), report.get("outcome")
        self.duration += seconds(report.get("duration"))
        expected = report.get("wasxfail")
        told: Outcome | None = None
        if outcome == "rerun":  # also by a teardown, after a call that passed
            self.failed_before = True
            self.outcome = None
        elif outcome == "failed":
            told = "failed" if when == "call" else "error"
        elif outcome == "skipped":
            told = "skipped" if expected is None else "xfailed"
        elif outcome == "passed" and when == "call":
            told = "passed" if expected is None else "xpassed"
        if told is not None:
            if self.outcome not in FAILING:
                why = message(report.get("longrepr"))
                self.message = (text(expected) or why) if told == "xfailed" else why
            self.outcome = told
        self.is_over = when not in ("setup", "call")

    def result(self, node_id: str) -> TestResult | None:
        """The result; None where the last try came to none."""
        if self.outcome is None or (not self.is_over and self.outcome not in FAILING):
            return None
        failing = self.outcome in FAILING
        flaky = self.passed_before if failing else self.failed_before
        return TestResult(
            identity=identity_of(node_id),
            outcome=self.outcome,
            duration_s=round(self.duration, 6),
            message=self.message,
            tries=self.tries,
            flaky=flaky,
        )


class _Session:
    """Takes records as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tests: dict[str, _Test] = {}
        self._modules: dict[str, TestResult] = {}
        self._crashes: list[Crash] = []
        self._last: str | None = None
        self._first_start = self._last_stop = 0.0
        self._sessions = 0
        self._exit_status: int | None = None
        self._is_open = True

    def take(self, found: Record) -> None:
        """One line."""
        kind = found.get("$report_type")
        if kind == "TestReport":
            self._test(found)
        elif kind == "CollectReport":
            module = at_collection(found)
            if module is not None:
                self._modules[module.identity] = module
        elif kind == "SessionStart":
            self._sessions += 1
            self._is_open = True
        elif kind == "SessionFinish":
            self._exit_status = whole(found.get("exitstatus"))
            self._is_open = False

    def _test(self, report: Record) -> None:
        node_id, when = text(report.get("nodeid")), report.get("when")
        if not node_id:
            return
        test = self._tests.setdefault(node_id, _Test())
        if when == "setup" or not test.tries or (when == "???" and test.is_over):
            test.begin()
        test.take(report)
        self._last = node_id
        if when == "???" and len(self._crashes) < _MAX_CRASHES:
            kind = "a worker crashed"
            self._crashes.append(
                Crash(kind=kind, signature=f"{kind} in {node_id}", frames=(), source=self._name)
            )
        start, stop = seconds(report.get("start")), seconds(report.get("stop"))
        if start:
            self._first_start = min(start, self._first_start or start)
            self._last_stop = max(stop, self._last_stop)

    def part(self, reader: str) -> Part:
        """What all lines say."""
        tests = dict(self._modules)
        for node_id, test in self._tests.items():
            result = test.result(node_id)
            if result is not None:
                tests[result.identity] = result
        completeness, reason = self._end()
        took = self._last_stop - self._first_start
        several = f"{self._sessions} sessions in one log; of the same test the last result counts"
        return Part(
            reader,
            self._name,
            tests=tests,
            totals=recount(tests.values()),
            started=moment(self._first_start),
            duration_s=round(took, 6) if took > 0 and not self._is_open else None,
            wall=True,
            exit_code=self._exit_status,
            completeness=completeness,
            reason=reason,
            crashes=tuple(self._crashes),
            warnings=(several,) if self._sessions > 1 else (),
        )

    def _end(self) -> tuple[Completeness, str]:
        if not self._is_open:
            broken = sum(module.outcome == "error" for module in self._modules.values())
            return end(self._exit_status, broken)
        running = [node_id for node_id, test in self._tests.items() if not test.is_over]
        if running:
            place = "in " + ", ".join(name[:200] for name in running[:_NAMED])
        else:
            place = f"after {self._last[:200]}" if self._last else "before any test"
        return "incomplete", f"the report log has no end of the session: it ends {place}"
