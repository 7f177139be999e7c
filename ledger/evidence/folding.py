"""Test cases of one JUnit file to one result per test, and the suites' totals held against
what was counted."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.evidence.identity import from_class
from ledger.evidence.part import shorten
from ledger.models.evidence import Outcome, TestResult

FAILING: frozenset[str] = frozenset({"failed", "error"})
WORST: tuple[Outcome, ...] = ("error", "failed", "xpassed", "passed", "xfailed", "skipped")
_NOT_RUN = frozenset({"notrun", "suppressed", "disabled", "ignored", "skipped"})
_AT_COLLECTION = frozenset({"collection skipped", "collection failure"})
_TEARDOWN = "failed on teardown with"
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_MAX_WARNINGS = 5


class Case:
    """One ``testcase`` element: its attributes and (tag, type, message) of each verdict."""

    __slots__ = ("attributes", "children")

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.children: list[tuple[str, str, str | None]] = []


def _zeros() -> dict[str, list[int]]:
    return {key: [0, 0] for key in ("tests", "failures", "errors", "skipped")}


@dataclass(slots=True)
class _Suite:
    """One suite while it is open. ``own`` and ``all`` (nested ones included) count, for each
    total that a suite may declare, [verdict elements, test cases that have one]."""

    attributes: dict[str, str]
    serial: int
    own: dict[str, list[int]] = field(default_factory=_zeros)
    all: dict[str, list[int]] = field(default_factory=_zeros)
    odd: bool = False
    time: float = 0.0

    def count(self, key: str, elements: int) -> None:
        for counts in (self.own, self.all):
            counts[key][0] += elements
            counts[key][1] += 1


def seconds(text: str | None) -> float | None:
    """A ``time`` attribute; Surefire writes thousands with a comma. None where it is none."""
    if not text:
        return None
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


class Folding:
    """Takes suites and cases as they come and keeps one result per test.

    A test case that its suite repeats is a further try: the last decides. pytest-rerunfailures
    writes a failed try that was run again as a test case without a verdict, so in a file of
    pytest's an earlier try counts as failed. A teardown error comes as one more test case
    after the failure it followed: the same try, and the test is an error. The same test in two
    suites is no rerun, the worse result stands.
    """

    def __init__(self) -> None:
        self.tests: dict[str, TestResult] = {}
        self.is_pytest = False
        self.stopped = False
        self.started: str | None = None
        self._stack = [_Suite({}, 0)]
        self._serial = 0
        self._home: dict[str, int] = {}
        self._times: list[float] = []
        self._mismatches: list[str] = []
        self._homonyms = 0
        self._nameless = 0

    def root(self, attributes: dict[str, str]) -> None:
        """``<testsuites>`` has begun."""
        self._stack[0].attributes = attributes
        self.is_pytest = attributes.get("name") == "pytest tests"

    def open_suite(self, attributes: dict[str, str]) -> None:
        """``<testsuite>`` has begun."""
        self._serial += 1
        self._stack.append(_Suite(attributes, self._serial))
        self.is_pytest = self.is_pytest or attributes.get("name") == "pytest"
        started = attributes.get("timestamp")
        if started and (self.started is None or order(started) < order(self.started)):
            self.started = started

    def close_suite(self) -> None:
        """``</testsuite>``: its totals are held against what was counted."""
        suite = self._stack.pop()
        self._check(suite)
        above = self._stack[-1]
        above.odd = above.odd or suite.odd
        for key, counts in suite.all.items():
            above.all[key][0] += counts[0]
            above.all[key][1] += counts[1]
        told = seconds(suite.attributes.get("time"))
        time = suite.time if told is None else told
        if len(self._stack) > 1:
            above.time += time
        else:
            self._times.append(time)

    def finish(self) -> None:
        """The file has come to its end."""
        self._check(self._stack[0])

    def add(self, case: Case) -> None:
        """One test case, complete."""
        attributes = case.attributes
        suite = self._stack[-1]
        if "name" not in attributes:
            # pytest, interrupted in a test, writes what it has of it: not even its name.
            self.stopped = self.stopped or self.is_pytest
            self._nameless += 1
            suite.odd = True
            return
        classname = attributes.get("classname")
        if classname is None:
            classname = attributes.get("class") or suite.attributes.get("name", "")
        identity = from_class(classname, attributes["name"])
        result = _judge(identity, case)
        self._count(suite, case, result)
        if result.duration_s is not None:
            suite.time += result.duration_s
        before = self.tests.get(identity)
        if before is None:
            self._home[identity] = suite.serial
        elif self._home[identity] == suite.serial:
            suite.odd = True
            result = self._fold(before, result)
        else:
            self._homonyms += 1
            result = min(before, result, key=lambda test: WORST.index(test.outcome))
        self.tests[identity] = result

    def _count(self, suite: _Suite, case: Case, result: TestResult) -> None:
        suite.count("tests", 1)
        if not case.children:
            return
        tags = [_COUNTED.get(tag) for tag, _, _ in case.children]
        for key in {key for key in tags if key is not None}:
            suite.count(key, tags.count(key))
        if len(tags) > 1 or (result.message or "").startswith(_TEARDOWN):
            suite.odd = True

    def _fold(self, before: TestResult, after: TestResult) -> TestResult:
        failed_before = before.outcome in FAILING
        failed_after = after.outcome in FAILING
        if failed_before and after.outcome == "error" and _is_teardown(after):
            return _result(after, before.duration_s, before.tries, before.flaky, before.message)
        # The plugin writes a try that failed and was run again as if it had passed.
        hidden = self.is_pytest and before.outcome == "passed"
        disagree = (failed_before or hidden) != failed_after
        # Tries that were hidden are failures all of them: only the last can disagree.
        flaky = disagree if hidden else before.flaky or disagree
        tries = before.tries + after.tries
        return _result(after, before.duration_s, tries, flaky, after.message)

    def _check(self, suite: _Suite) -> None:
        for key in ("tests", "failures", "errors", "skipped"):
            told = suite.attributes.get(key)
            if told is None or not told.isdecimal():
                continue
            # Some writers count elements, some cases, some leave nested suites out. pytest
            # counts tries, subtests and teardown errors in ways of its own.
            if int(told) in (*suite.own[key], *suite.all[key]) or (key == "tests" and suite.odd):
                continue
            name = suite.attributes.get("name", "")
            self._mismatches.append(
                f"suite {name[:80]!r} says {key}={told}, its test cases say {suite.all[key][1]}"
            )

    def duration(self) -> float | None:
        """The root's time, else the sum over its suites."""
        told = seconds(self._stack[0].attributes.get("time"))
        if told is not None or not self._times:
            return told
        return round(sum(self._times), 6)

    def warnings(self) -> tuple[str, ...]:
        """What does not add up."""
        found = self._mismatches[:_MAX_WARNINGS]
        if len(self._mismatches) > _MAX_WARNINGS:
            found.append(f"{len(self._mismatches) - _MAX_WARNINGS} more suite totals differ")
        if self._homonyms:
            found.append(f"{self._homonyms} test(s) stand in two suites; the worse result counts")
        if self._nameless:
            found.append(f"{self._nameless} test case(s) without a name are not counted")
        if not self.tests:
            found.append("no test case in the file")
        return tuple(found)


def order(timestamp: str) -> tuple[int, float, str]:
    """A key that sorts times as written; a time without a zone is taken as UTC."""
    try:
        time = datetime.fromisoformat(timestamp.strip())
    except ValueError:
        return (1, 0.0, timestamp)
    if time.tzinfo is None:
        time = time.replace(tzinfo=UTC)
    try:
        return (0, time.timestamp(), timestamp)
    except (OverflowError, ValueError):
        return (1, 0.0, timestamp)


def _is_teardown(result: TestResult) -> bool:
    return (result.message or "").startswith(_TEARDOWN)


def _result(
    test: TestResult, earlier: float | None, tries: int, flaky: bool, message: str | None
) -> TestResult:
    duration = test.duration_s
    if earlier is not None:
        duration = round(earlier + (duration or 0.0), 6)
    return TestResult(
        test.identity, test.outcome, duration, message, tries, flaky, test.at_collection
    )


def _judge(identity: str, case: Case) -> TestResult:
    """One test case by itself. An error outweighs a failure, a failure a skip. Surefire's
    ``flaky...`` are tries before one that passed, ``rerun...`` tries that failed as well."""
    attributes = case.attributes
    duration = seconds(attributes.get("time"))
    children = case.children
    if not children:
        status = attributes.get("status", "").lower()
        result = attributes.get("result", "").lower()
        outcome: Outcome = "skipped" if status in _NOT_RUN or result in _NOT_RUN else "passed"
        return TestResult(identity, outcome, duration, None)
    tags = [tag for tag, _, _ in children]
    flaky = sum(tag.startswith("flaky") for tag in tags)
    reruns = sum(tag.startswith("rerun") for tag in tags)
    outcome, deciding = _outcome(tags)
    message = next((m for tag, _, m in children if tag in deciding and m), None)
    at_collection = message in _AT_COLLECTION
    if outcome == "skipped":
        kind = next((kind for tag, kind, _ in children if tag in deciding), "")
        if kind == "pytest.xfail":
            outcome = "xfailed"
        elif message == "xfail-marked test passes unexpectedly":
            outcome = "xpassed"
    return TestResult(
        identity,
        outcome,
        duration,
        None if message is None else shorten(message),
        1 + flaky + reruns,
        flaky > 0,
        at_collection,
    )


def _outcome(tags: list[str]) -> tuple[Outcome, frozenset[str]]:
    if "error" in tags:
        return "error", frozenset({"error"})
    if "failure" in tags:
        return "failed", frozenset({"failure"})
    if "rerunError" in tags or "rerunFailure" in tags:
        return "failed", frozenset({"rerunError", "rerunFailure"})
    if "flakyError" in tags or "flakyFailure" in tags:
        return "passed", frozenset({"flakyError", "flakyFailure"})
    return "skipped", frozenset({"skipped", "ignored", "disabled"})
