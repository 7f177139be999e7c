"""What pytest's plugins write as JSON: a document at the end (pytest-json-report), or a record to a
line as pytest goes along, which outlives a crash (pytest-reportlog)."""

import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from ledger.errors import UnreadableInput
from ledger.evidence.environment import allowed, flat
from ledger.evidence.model import (
    FAILING,
    WORST_FIRST,
    Completeness,
    Crash,
    Outcome,
    TestResult,
    Totals,
    identity_of,
    recount,
)
from ledger.evidence.part import MAX_BYTES, Part, Tries, file_name, several, shorten
from ledger.plan.text import counted

Record = Mapping[str, object]
_SKIPPED = "Skipped: "
_WORKER = re.compile(r"\A\[gw\d{1,4}\][^\n]*\n")  # xdist says which of its workers it was
_ONLY_COLLECTED = "tests were only collected"
_LONGEST_TIME_S = 1e10  # past 300 years: no time that pytest wrote
_ENDS: dict[int, tuple[Completeness, str]] = {
    2: ("incomplete", "interrupted"),
    3: ("failed", "internal error of pytest"),
    4: ("failed", "pytest was called wrongly"),
    5: ("failed", "no tests ran"),
}


def record(value: object) -> Record:
    """A JSON object; anything else counts as an empty one."""
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A JSON string that can be written again: escapes may have made half a character of it."""
    if not isinstance(value, str):
        return ""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def seconds(value: object) -> float:
    """A time or duration; 0 where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 <= value < _LONGEST_TIME_S and math.isfinite(value) else 0.0


def whole(value: object) -> int | None:
    """A whole number such as an exit code."""
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 1 << 32:
        return None
    return value


def moment(value: float) -> str | None:
    """Seconds since 1970 as ISO time in UTC; None for 0, which is no time."""
    return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds") if value else None


def message(reported: object) -> str | None:
    """What went wrong, as JUnit XML has it: the exception's line, or the reason of a skip."""
    words = ""
    if isinstance(reported, dict):
        words = text(record(reported.get("reprcrash")).get("message"))
    elif isinstance(reported, list) and len(reported) == 3:
        words = text(reported[2])
    elif isinstance(reported, str):
        words = _WORKER.sub("", text(reported), count=1)
        if words.startswith("('") and _SKIPPED in words:  # a tuple that was printed
            words = words[words.index(_SKIPPED) : -2]
    words = words.removeprefix(_SKIPPED).strip()
    return shorten(words) if words else None


def at_collection(reported: Record) -> TestResult | None:
    """A module or class that was skipped or failed before its tests were counted."""
    outcome = reported.get("outcome")
    node_id = text(reported.get("nodeid"))
    if outcome not in ("failed", "skipped") or not node_id:
        return None
    reason = message(reported.get("longrepr"))
    return TestResult(
        identity=identity_of(node_id),
        outcome="error" if outcome == "failed" else "skipped",
        duration_s=None,
        message=None if reason is None else reason.split("\n", 1)[0],
        at_collection=True,
    )


def end(exit_status: int | None, broken: int) -> tuple[Completeness, str]:
    """How far a session came that told its exit status. ``broken`` modules could not be
    collected, for which pytest stops as if it were interrupted."""
    if exit_status == 2 and broken:
        return "failed", f"pytest: {counted(broken, 'module')} could not be collected"
    return _ENDS.get(exit_status or 0, ("complete", ""))


# pytest-json-report

_KEYS = (b'"created"', b'"exitcode"', b'"root"')
_OUTCOMES: dict[object, Outcome] = {
    **{outcome: outcome for outcome in WORST_FIRST},
    # What passed after pytest-rerunfailures ran it again. The report keeps the last try only.
    "rerun": "passed",
}
_OTHER_COUNTS = frozenset({"rerun", "total", "collected", "deselected"})
_COUNTED = {
    "passed": "passed", "failed": "failed", "error": "errors", "skipped": "skipped",
    "xfailed": "xfailed", "xpassed": "xpassed",
}  # fmt: skip


def is_json_report(name: str, sample: bytes) -> bool:
    """A JSON object with the report's own keys at its beginning."""
    head = sample[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    is_likely = file_name(name).endswith((".json", ".txt", ".log"))
    return is_likely and head.startswith(b"{") and all(key in head for key in _KEYS)


def read_json_report(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test, or the totals where tests are left out (``--json-report-summary``). Tries are not
    counted. Raises ``UnreadableInput`` also for a document that was cut short."""
    try:
        if len(data) > MAX_BYTES:
            raise ValueError(f"{len(data) >> 20} MB")
        report = json.loads(data.decode("utf-8-sig"))
        if not isinstance(report, dict) or not isinstance(report.get("summary"), dict):
            raise ValueError("no summary in it")
    except (ValueError, RecursionError) as error:
        message = f"{name}: expected the JSON report of pytest-json-report, found: {error}"
        hint = "give the report as pytest-json-report wrote it"
        raise UnreadableInput("json-report-unreadable", message, hint) from error
    return _parts(report, name)


def _parts(report: Record, name: str) -> tuple[Part, ...]:
    summary = record(report.get("summary"))
    listed = report.get("tests")
    tests: dict[str, TestResult] = {}
    for collector in _list(report.get("collectors")):
        module = at_collection(record(collector))
        if module is not None:
            tests[module.identity] = module
    broken = sum(test.outcome == "error" for test in tests.values())
    untold = set()
    for reported in map(record, _list(listed)):
        test = _test(reported)
        if test is not None:
            tests[test.identity] = test
            if text(reported.get("outcome")).startswith("subtests "):
                untold.add(test.identity)
    counted = recount(tests.values())
    totals = _totals(summary)
    partial = not isinstance(listed, list)
    exit_code = whole(report.get("exitcode"))
    completeness, reason = end(exit_code, broken)
    ran = _count(summary, "total")
    if exit_code == 0 and not ran and totals.collected:
        return (
            Part("pytest-json-report", name, totals=totals, exit_code=0, reason=_ONLY_COLLECTED),
        )
    if completeness == "complete" and ran < totals.collected:
        completeness, reason = "incomplete", f"pytest: {ran} of {totals.collected} tests ran"
    created, duration = seconds(report.get("created")), seconds(report.get("duration"))
    part = Part(
        "pytest-json-report",
        name,
        tests=tests,
        totals=totals if partial else counted,
        partial=partial and totals != Totals(),
        deselected=_count(summary, "deselected"),
        untold=frozenset(untold),
        started=moment(max(created - duration, 0.0)),
        duration_s=round(duration, 6) if duration else None,
        wall=True,
        exit_code=exit_code,
        completeness=completeness,
        reason=reason,
        environment=allowed(flat(report.get("environment"))),
        warnings=() if partial else _differences(summary, totals, tests.values()),
    )
    return (part,)


def _test(reported: Record) -> TestResult | None:
    """One test; None where it has no name or came to no outcome."""
    node_id, word = text(reported.get("nodeid")), reported.get("outcome")
    phases = [record(reported.get(phase)) for phase in ("setup", "call", "teardown")]
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


def _totals(summary: Record) -> Totals:
    again = _count(summary, "rerun")
    selected = _count(summary, "collected") - _count(summary, "deselected")
    counts = {name: _count(summary, word) for word, name in _COUNTED.items()}
    return Totals(**counts) + Totals(collected=selected, passed=again, rerun=again)


def _differences(summary: Record, totals: Totals, tests: Iterable[TestResult]) -> tuple[str, ...]:
    """Where the summary and its tests disagree; nothing where a plugin has its own words."""
    if not summary.keys() <= {*_COUNTED, *_OTHER_COUNTS}:
        return ()
    counted = recount(test for test in tests if not test.at_collection)
    pairs = ((word, getattr(totals, n), getattr(counted, n)) for word, n in _COUNTED.items())
    return tuple(
        f"the summary says {word}={claimed}, its tests say {number}"
        for word, claimed, number in pairs
        if claimed != number
    )


# pytest-reportlog

_SUFFIXES = (".json", ".jsonl", ".ndjson", ".log", ".txt", ".out")
_MARK = b'"$report_type"'
_START = b'"SessionStart"'
_MAX_CRASHES = 100
_MOST_NAMES = 3


def is_report_log(name: str, sample: bytes) -> bool:
    """Lines of JSON, the first of which starts a session."""
    if not file_name(name).endswith(_SUFFIXES) or _MARK not in sample:
        return False
    first = sample.lstrip(b"\xef\xbb\xbf \r\n").split(b"\n", 1)[0]
    return first.startswith(b"{") and _START in first and _MARK in first


def read_report_log(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test, a part for each session. A log that ends before the session did names the test
    that it ends in. Raises ``UnreadableInput`` where a line before the last is no record."""
    if len(data) > MAX_BYTES:
        size = f"at most {MAX_BYTES >> 20} MB, found {len(data) >> 20} MB"
        raise _no_report_log(name, size)
    sessions = [_Session(name)]
    for record in _records(data, name):
        if record.get("$report_type") == "SessionStart" and sessions[-1].has_begun:
            sessions.append(_Session(name))
        sessions[-1].take(record)
    return several([session.part() for session in sessions])


def _records(data: bytes, name: str) -> Iterator[Record]:
    lines = io.BytesIO(data.removeprefix(b"\xef\xbb\xbf"))
    for number, line in enumerate(lines, 1):
        try:
            entry = json.loads(line.decode()) if line.strip() else {"$report_type": ""}
        except (ValueError, RecursionError) as error:
            if lines.tell() >= len(lines.getbuffer()) and not line.endswith(b"\n"):
                return  # the last line, half written
            raise _no_report_log(name, f"a JSON record in line {number}") from error
        if not isinstance(entry, dict) or "$report_type" not in entry:
            raise _no_report_log(name, f"a record of a report log in line {number}")
        yield entry


def _no_report_log(name: str, expected: str) -> UnreadableInput:
    hint = "give the log as pytest-reportlog wrote it"
    return UnreadableInput("report-log-unreadable", f"{name}: expected {expected}", hint)


class _Test:
    """One test so far. ``is_over`` from the teardown of a try on."""

    def __init__(self) -> None:
        self.tries = Tries()
        self.is_over = True
        self.has_failed_subtest = False

    def begin(self) -> None:
        """A further try."""
        self.tries.begin()
        self.is_over = False

    def take(self, report: Record) -> None:
        """What one phase of a try reports: setup, call, teardown, or ``???`` of a worker."""
        when, outcome = report.get("when"), report.get("outcome")
        self.tries.took(seconds(report.get("duration")))
        expected = report.get("wasxfail")
        verdict: Outcome | None = None
        if outcome == "failed":
            verdict = "failed" if when == "call" else "error"
        elif outcome == "skipped":
            verdict = "skipped" if expected is None else "xfailed"
        elif outcome == "passed" and when == "call":
            verdict = "passed" if expected is None else "xpassed"
        if verdict is not None or outcome == "rerun":  # the latter also by a teardown, after a pass
            why = message(report.get("longrepr"))
            self.tries.add(verdict, (text(expected) or why) if verdict == "xfailed" else why)
        self.is_over = when not in ("setup", "call")

    def result(self, node_id: str) -> TestResult | None:
        """The result; None where the last try came to none. A test fails with its subtests."""
        if self.tries.outcome not in FAILING and not (self.is_over and self.tries.outcome):
            return None
        if self.has_failed_subtest:
            self.tries.add("failed")
        return self.tries.result(identity_of(node_id))


class _Session:
    """Takes records as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tests: dict[str, _Test] = {}
        self._modules: dict[str, TestResult] = {}
        self._crashes: list[Crash] = []
        self._last: str | None = None
        self._first_start = self._last_stop = 0.0
        self.has_begun = False
        self._exit_status: int | None = None
        self._is_open = True

    def take(self, entry: Record) -> None:
        """One line."""
        kind = entry.get("$report_type")
        if kind == "SessionStart":
            self.has_begun = True
            return
        if kind == "TestReport":
            self._test(entry)
        elif isinstance(kind, str) and kind.lower() == "subtestreport":
            self._subtest(entry)
        elif kind == "CollectReport":
            module = at_collection(entry)
            if module is not None:
                self._modules[module.identity] = module
        elif kind == "SessionFinish":
            self._exit_status = whole(entry.get("exitstatus"))
            self._is_open = False

    def _subtest(self, report: Record) -> None:
        """A test fails with its subtests, whatever its own verdict."""
        node_id = text(report.get("nodeid"))
        if node_id and report.get("outcome") == "failed":
            test = self._tests.setdefault(node_id, _Test())
            test.has_failed_subtest = True

    def _test(self, report: Record) -> None:
        node_id, when = text(report.get("nodeid")), report.get("when")
        if not node_id:
            return
        test = self._tests.setdefault(node_id, _Test())
        if when == "setup" or not test.tries.count or (when == "???" and test.is_over):
            test.begin()
        test.take(report)
        self._last = node_id
        if when == "???" and len(self._crashes) < _MAX_CRASHES:
            kind = "a worker crashed"
            crash = Crash(kind=kind, signature=f"{kind} in {node_id}", source=self._name)
            self._crashes.append(crash)
        start, stop = seconds(report.get("start")), seconds(report.get("stop"))
        if start:
            self._first_start = min(start, self._first_start or start)
            self._last_stop = max(stop, self._last_stop)

    def part(self) -> Part:
        """What all lines of the session say."""
        tests = dict(self._modules)
        for node_id, test in self._tests.items():
            result = test.result(node_id)
            if result is not None:
                tests[result.identity] = result
        completeness, reason = self._end()
        took = self._last_stop - self._first_start
        return Part(
            "pytest-report-log",
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
        )

    def _end(self) -> tuple[Completeness | None, str]:
        if not self._is_open and self._exit_status == 0 and not self._tests:
            return None, _ONLY_COLLECTED  # pytest's word for no tests is 5
        running = [node_id for node_id, test in self._tests.items() if not test.is_over]
        place = "in " + ", ".join(name[:200] for name in running[:_MOST_NAMES])
        if not self._is_open and self._exit_status == 0 and running:
            return "incomplete", f"pytest: it was ended {place}"
        if not self._is_open:
            broken = sum(module.outcome == "error" for module in self._modules.values())
            return end(self._exit_status, broken)
        if not running:
            place = f"after {self._last[:200]}" if self._last else "before any test"
        return "incomplete", f"the report log has no end of the session: it ends {place}"
