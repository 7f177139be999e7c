"""The report of pytest-json-report (``--json-report``): one JSON document, written at the end."""

from __future__ import annotations

import json

from ledger.evidence.kept import allowed
from ledger.evidence.model import Completeness, Outcome, TestResult, Totals, identity_of, recount
from ledger.evidence.part import MAX_BYTES, Part, file_name
from ledger.evidence.pytest_records import (
    Record,
    at_collection,
    end,
    message,
    moment,
    record,
    seconds,
    text,
    unreadable,
    whole,
)

_KEYS = (b'"created"', b'"exitcode"', b'"root"')
_OUTCOMES: dict[object, Outcome] = {
    "passed": "passed",
    "failed": "failed",
    "error": "error",
    "skipped": "skipped",
    "xfailed": "xfailed",
    "xpassed": "xpassed",
    # What passed after pytest-rerunfailures ran it again. The report keeps the last try only.
    "rerun": "passed",
}
_OTHER_COUNTS = frozenset({"rerun", "total", "collected", "deselected"})
_COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


class PytestJsonReportReader:
    """Reads the JSON report. It keeps no count of tries, only that there were several."""

    name = "pytest-json-report"

    def matches(self, name: str, sample: bytes) -> bool:
        """A JSON object with the report's own keys at its beginning."""
        head = sample[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
        named = file_name(name).endswith((".json", ".txt", ".log"))
        return named and head.startswith(b"{") and all(key in head for key in _KEYS)

    def read(self, data: bytes, name: str) -> Part:
        """Every test, or the totals where the report leaves tests out (``--json-report-summary``).
        Raises ``UnreadableInput``: a document cut short is no document."""
        try:
            if len(data) > MAX_BYTES:
                raise _Unfit(f"{len(data) >> 20} MB")
            report = json.loads(data.decode("utf-8-sig"))
            if not isinstance(report, dict) or not isinstance(report.get("summary"), dict):
                raise _Unfit("no summary in it")
        except (ValueError, RecursionError) as error:
            raise unreadable(
                "json-report-unreadable",
                name,
                f"the JSON report of pytest-json-report, found: {_fault(error)}",
                "give the report as pytest-json-report wrote it",
            ) from error
        return _part(report, name)


def _fault(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} (line {error.lineno}, column {error.colno})"
    if isinstance(error, RecursionError):
        return "elements nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are no UTF-8"
    return str(error) if isinstance(error, _Unfit) else "a number with too many digits"


class _Unfit(ValueError):
    """JSON, but no report. The text says what it is."""


def _part(report: Record, name: str) -> Part:
    summary = record(report.get("summary"))
    listed = report.get("tests")
    tests: dict[str, TestResult] = {}
    collectors = report.get("collectors")
    for found in collectors if isinstance(collectors, list) else ():
        module = at_collection(record(found))
        if module is not None:
            tests[module.identity] = module
    broken = sum(test.outcome == "error" for test in tests.values())
    for found in listed if isinstance(listed, list) else ():
        test = _test(record(found))
        if test is not None:
            tests[test.identity] = test
    counted = recount(tests.values())
    told = _told(summary)
    partial = not isinstance(listed, list)
    warnings = () if partial else _differences(summary, tests)
    exit_code = whole(report.get("exitcode"))
    completeness, reason = _end(summary, exit_code, broken)
    created, duration = seconds(report.get("created")), seconds(report.get("duration"))
    return Part(
        PytestJsonReportReader.name,
        name,
        tests=tests,
        totals=told if partial else counted,
        partial=partial and told != Totals(),
        started=moment(max(created - duration, 0.0)),
        duration_s=round(duration, 6) if duration else None,
        wall=True,
        exit_code=exit_code,
        completeness=completeness,
        reason=reason,
        environment=allowed(record(report.get("environment")).items()),
        warnings=warnings,
    )


def _test(found: Record) -> TestResult | None:
    """One test; None where it has no name or came to no outcome."""
    node_id, word = text(found.get("nodeid")), found.get("outcome")
    phases = [record(found.get(phase)) for phase in ("setup", "call", "teardown")]
    outcome = _OUTCOMES.get(word) if isinstance(word, str) else None
    if outcome is None:  # a word of some plugin's, such as "subtests passed"
        outcome = _by_phases(*(phase.get("outcome") for phase in phases))
    if not node_id or outcome is None:
        return None
    why: str | None = None
    for phase in phases:
        if why is None and phase.get("outcome") in ("failed", "skipped"):
            crash = text(record(phase.get("crash")).get("message")).strip()
            why = message(crash or phase.get("longrepr"))
    again = word == "rerun"
    return TestResult(
        identity=identity_of(node_id),
        outcome=outcome,
        duration_s=round(sum(seconds(phase.get("duration")) for phase in phases), 6),
        message=why,
        tries=2 if again else 1,
        flaky=again,
    )


def _by_phases(setup: object, call: object, teardown: object) -> Outcome | None:
    if "failed" in (setup, teardown):
        return "error"
    if "skipped" in (setup, call):
        return "skipped"
    return "failed" if call == "failed" else "passed" if call == "passed" else None


def _count(summary: Record, key: str) -> int:
    return max(whole(summary.get(key)) or 0, 0)


def _told(summary: Record) -> Totals:
    again = _count(summary, "rerun")
    return Totals(
        collected=_count(summary, "collected") - _count(summary, "deselected"),
        passed=_count(summary, "passed") + again,
        failed=_count(summary, "failed"),
        errors=_count(summary, "error"),
        skipped=_count(summary, "skipped"),
        xfailed=_count(summary, "xfailed"),
        xpassed=_count(summary, "xpassed"),
        rerun=again,
    )


def _differences(summary: Record, tests: dict[str, TestResult]) -> tuple[str, ...]:
    """Where the summary and the tests that it sums up disagree. With words of a plugin's own in
    it, it cannot be told."""
    if not summary.keys() <= {*_COUNTED, *_OTHER_COUNTS}:
        return ()
    found = [test for test in tests.values() if not test.at_collection]
    wrong = []
    for word in _COUNTED:
        number = sum(test.outcome == word for test in found)
        told = _count(summary, word) + (_count(summary, "rerun") if word == "passed" else 0)
        if told != number:
            wrong.append(f"the summary says {word}={told}, its tests say {number}")
    return tuple(wrong)


def _end(summary: Record, exit_code: int | None, broken: int) -> tuple[Completeness, str]:
    """As the exit code has it; where fewer tests ran than were to run, it was stopped."""
    state, reason = end(exit_code, broken)
    wanted = _count(summary, "collected") - _count(summary, "deselected")
    ran = _count(summary, "total")
    if state == "complete" and ran < wanted:
        return "incomplete", f"pytest: {ran} of {wanted} tests ran"
    return state, reason
