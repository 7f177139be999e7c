"""What other runners than pytest write for machines: the JSON of jest and vitest, CTRF, which many
reporters write, and TRX of Visual Studio and ``dotnet test``. Every test has a name in them, and
their own counts are checked against the tests."""

import io
import json
import math
import posixpath
import re
from collections.abc import Iterable
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from ledger.errors import UnreadableInput
from ledger.evidence.model import FAILING, Completeness, Outcome, TestResult, Totals, recount
from ledger.evidence.part import MAX_BYTES, Part, by_name, file_name, shorten
from ledger.evidence.pytest_reports import Record, moment, record, text, whole
from ledger.plan.text import counted, one_line

_MAX_NAME = 500
_HEAD = 8192  # bytes of a document that show what it is


class _Summary(NamedTuple):
    """What a report says of the whole: its failures and tests, that it is red, and why."""

    failed: int | None = None
    tests: int | None = None
    is_red: bool = False
    why: str = ""


def _part(part: Part, cases: Iterable[tuple[TestResult, str]], summary: _Summary) -> Part:
    """The part with its tests, where the counts of its report agree with them."""
    tests = by_name(cases)
    recounted = recount(tests.values())
    lost = max(0, (summary.failed or 0) - recounted.failing)
    state: Completeness = "complete"
    reason = ""
    if lost:
        state, reason = "inconsistent", f"it counts {counted(lost, 'failure')} without a name"
    elif summary.tests is not None and summary.tests > recounted.cases:
        missing = f"it has {recounted.cases} of the {counted(summary.tests, 'test')} that it counts"
        state, reason = "incomplete", missing
    elif summary.is_red and not recounted.failing:
        state, reason = "failed", f"{part.runner}: {summary.why}"
    totals = recounted + Totals(collected=lost, failed=lost)
    return part._replace(
        tests=tests, totals=totals, partial=lost > 0, completeness=state, reason=reason
    )


def _name(*pieces: object) -> str:
    return "::".join(filter(None, (one_line(text(piece))[:_MAX_NAME] for piece in pieces)))


def _result(
    identity: str, outcome: Outcome, *, ms: object = None, why: str = "", tries: int = 1
) -> TestResult:
    return TestResult(
        identity=identity,
        outcome=outcome,
        duration_s=_seconds(ms),
        message=shorten(why.strip()) or None,
        tries=tries,
        flaky=tries > 1 and outcome not in FAILING,
    )


def _seconds(ms: object) -> float | None:
    if isinstance(ms, bool) or not isinstance(ms, int | float) or not math.isfinite(ms):
        return None
    return round(ms / 1000, 6) if 0 <= ms < 1e14 else None


def _records(value: object) -> list[Record]:
    return [record(entry) for entry in value] if isinstance(value, list) else []


def _document(data: bytes, name: str, kind: str) -> Record:
    """The JSON object that a file is. Raises ``UnreadableInput`` where it is broken or cut."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data) >> 20} MB")
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        message = f"{name}: expected the JSON of {kind}, found: {error}"
        raise UnreadableInput("report-unreadable", message, "give the file as written") from error
    return record(document)


def _has(name: str, sample: bytes, *keys: bytes) -> bool:
    return file_name(name).endswith(".json") and all(key in sample for key in keys)


# jest --json --outputFile, vitest --reporter=json

_STATES: dict[object, Outcome] = {
    "passed": "passed", "failed": "failed",
    **dict.fromkeys(("pending", "skipped", "todo", "disabled", "other"), "skipped"),
}  # fmt: skip


def is_jest(name: str, sample: bytes) -> bool:
    """By the names that its counts have."""
    return _has(name, sample, b'"numTotalTests"', b'"numFailedTests"')


def read_jest(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test by its file and full name; a file that failed with no test is one that could not
    be loaded. Raises ``UnreadableInput`` for a document that is broken."""
    report = _document(data, name, "jest or vitest")
    runner = "jest" if "numRuntimeErrorTestSuites" in report else "vitest"
    cases: list[tuple[TestResult, str]] = []
    ends = [start := _number(report.get("startTime"))]
    for suite in _records(report.get("testResults")):
        path = text(suite.get("name")).replace("\\", "/")
        own = [_jest_case(test, path) for test in _records(suite.get("assertionResults"))]
        if suite.get("status") == "failed" and not any(t.outcome in FAILING for t in own):
            message = text(suite.get("message")).strip()
            broken = _result(_name(posixpath.basename(path)), "error", why=message)
            own.append(broken.model_copy(update={"at_collection": True}))
        cases += [(test, path) for test in own]
        ends.append(_number(suite.get("endTime")))
    part = Part("jest-json", name, runner=runner, started=moment(start / 1000))
    if max(ends) > start:
        part = part._replace(duration_s=_seconds(max(ends) - start))
    failed, every = whole(report.get("numFailedTests")), whole(report.get("numTotalTests"))
    is_red = report.get("success") is False
    read = _part(part, cases, _Summary(failed, every, is_red, "its success is false"))
    if report.get("wasInterrupted") is True:
        read = read._replace(completeness="incomplete", reason=f"{runner} was interrupted")
    return (read,)


def _jest_case(test: Record, path: str) -> TestResult:
    title = test.get("fullName") or test.get("title")
    messages = test.get("failureMessages")
    why = text(messages[0]) if isinstance(messages, list) and messages else ""
    return _result(
        _name(posixpath.basename(path), title),
        _STATES.get(_word(test.get("status")), "error"),
        ms=test.get("duration"),
        why=why,
        tries=max(1, whole(test.get("invocations")) or 1),
    )


def _word(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def _number(value: object) -> float:
    seconds = _seconds(value)
    return 0.0 if seconds is None else seconds * 1000


# CTRF, the Common Test Report Format


def is_ctrf(name: str, sample: bytes) -> bool:
    """By its mark, or the parts of its results."""
    if _has(name, sample, b'"reportFormat"', b'"CTRF"'):
        return True
    parts = (b'"results"', b'"tool"', b'"summary"', b'"pending"')
    return _has(name, sample[:_HEAD], *parts)


def read_ctrf(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test by its file, else its suite, and name. Raises ``UnreadableInput`` likewise."""
    results = record(_document(data, name, "CTRF").get("results"))
    summary = record(results.get("summary"))
    cases = []
    for test in _records(results.get("tests")):
        path = text(test.get("filePath")).replace("\\", "/")
        suite = test.get("suite")
        suites = " > ".join(map(text, suite)) if isinstance(suite, list) else suite
        identity = _name(posixpath.basename(path) or suites, test.get("name"))
        result = _result(
            identity,
            _STATES.get(_word(test.get("status")), "error"),
            ms=test.get("duration"),
            why=text(test.get("message")),
            tries=1 + max(0, whole(test.get("retries")) or 0),
        )
        is_flaky = test.get("flaky") is True and result.outcome not in FAILING
        cases.append((result.model_copy(update={"flaky": result.flaky or is_flaky}), path))
    start, stop = (_number(summary.get(key)) for key in ("start", "stop"))
    tool = one_line(text(record(results.get("tool")).get("name")))[:40]
    part = Part("ctrf", name, runner=tool.lower(), started=moment(start / 1000))
    if stop > start > 0:
        part = part._replace(duration_s=_seconds(stop - start))
    return (
        _part(part, cases, _Summary(whole(summary.get("failed")), whole(summary.get("tests")))),
    )


# TRX: what `dotnet test --logger trx` and Visual Studio write

_OUTCOMES: dict[str, Outcome] = {
    **dict.fromkeys(("passed", "warning", "completed"), "passed"),
    "failed": "failed",
    **dict.fromkeys(("notexecuted", "inconclusive", "pending"), "skipped"),
}
# `00:00:01.2345678`, `1.02:03:04`
_SPAN = re.compile(r"(?:(\d{1,4})\.)?(\d{1,2}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)")


def is_trx(name: str, sample: bytes) -> bool:
    """By its suffix, or its root."""
    return file_name(name).endswith(".trx") or (
        file_name(name).endswith(".xml") and b"<TestRun" in sample.replace(b"\0", b"")
    )


def read_trx(data: bytes, name: str) -> tuple[Part, ...]:
    """Every result by its class and name, the rows of a test with data each. Raises
    ``UnreadableInput`` for broken XML, a document type or an entity."""
    document = _Trx()
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data) >> 20} MB")
        for _, element in iterparse(io.BytesIO(data), forbid_dtd=True):
            document.take(element)
    except (DefusedXmlException, ParseError, ValueError, LookupError) as error:
        message = f"{name}: expected a TRX file without a document type, found: {error}"
        raise UnreadableInput("report-unreadable", message, "give the file as written") from error
    return (document.part(name),)


class _Trx:
    """Takes elements as they end."""

    def __init__(self) -> None:
        self.classes: dict[str, str] = {}
        self.results: list[tuple[str, TestResult]] = []
        self.summary: dict[str, str] = {}
        self.times: dict[str, str] = {}
        self.message = ""
        self._inner: list[tuple[str, TestResult]] | None = None
        self._method = ""

    def take(self, element: Element) -> None:
        tag = element.tag.rpartition("}")[2]
        match tag:
            case "TestMethod":
                self._method = element.get("className", "").partition(",")[0]
            case "UnitTest":
                self.classes[element.get("id", "")] = self._method
            case "Message":
                self.message = self.message or "".join(element.itertext())
            case "UnitTestResult":
                self._result(element)
            case "Counters":
                self.summary |= element.attrib
            case "ResultSummary":
                self.summary["outcome"] = element.get("outcome", "")
            case "Times":
                self.times |= element.attrib
        if tag in ("UnitTestResult", "UnitTest", "TestEntry"):
            element.clear()

    def _result(self, element: Element) -> None:
        message, self.message = self.message, ""
        inner = sum(child.tag.endswith("}InnerResults") for child in element)
        rows = sum(len(child) for child in element if child.tag.endswith("InnerResults"))
        if inner and rows:  # the rows of a test with data stand for it
            return
        match = _SPAN.fullmatch(element.get("duration", ""))
        outcome = _OUTCOMES.get(element.get("outcome", "").lower(), "error")
        result = _result(_name(element.get("testName")), outcome, why=message)
        if match:
            days, hours, minutes = (int(match[n] or 0) for n in (1, 2, 3))
            seconds = ((24 * days + hours) * 60 + minutes) * 60 + float(match[4])
            result = result.model_copy(update={"duration_s": round(seconds, 6)})
        self.results.append((element.get("testId", ""), result))

    def part(self, name: str) -> Part:
        cases = []
        for test_id, result in self.results:
            class_name = self.classes.get(test_id, "")
            title = result.identity.removeprefix(f"{class_name}.") or "a test without a name"
            identity = _name(class_name, title)
            cases.append((result.model_copy(update={"identity": identity}), ""))
        numbers = {key: int(n) for key, n in self.summary.items() if n.isdecimal() and len(n) < 10}
        failed = sum(numbers.get(key, 0) for key in ("failed", "error", "timeout", "aborted"))
        outcome = self.summary.get("outcome", "")
        is_red = outcome.lower() in ("failed", "error", "aborted", "timeout")
        summary = _Summary(
            failed, numbers.get("total"), is_red, f"its outcome is {one_line(outcome)}"
        )
        part = Part("trx", name, started=one_line(self.times.get("start", ""))[:40] or None)
        return _part(part, cases, summary)
