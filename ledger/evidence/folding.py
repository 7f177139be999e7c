"""Test cases of one JUnit file to one result per test, and the suites' totals held against
what was counted."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree.ElementTree import Element

from ledger.evidence.judging import (
    MAX_DEPTH,
    TEARDOWN,
    TOO_DEEP,
    Misnested,
    judge,
    local,
    seconds,
    without_verdict,
)
from ledger.models.evidence import FAILING, Outcome, TestResult

WORST: tuple[Outcome, ...] = ("error", "failed", "xpassed", "passed", "xfailed", "skipped")
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_MAX_WARNINGS = 5


class _Suite:
    """One suite while it is read. ``verdicts`` are the tags in its test cases, ``having`` the
    same with one of a kind for each case; ``nested...`` are those of the suites inside it."""

    __slots__ = ("attributes", "cases", "having", "nested_cases", "nested_having",
                 "nested_verdicts", "odd", "tests", "time", "verdicts")  # fmt: skip

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.tests: dict[str, TestResult] = {}
        self.cases = self.nested_cases = 0
        self.verdicts: list[str] = []
        self.having: list[str] = []
        self.nested_verdicts: list[str] = []
        self.nested_having: list[str] = []
        self.odd = False
        self.time = 0.0


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
        self._root_time: float | None = None
        self._times: list[float] = []
        self._mismatches: list[str] = []
        self._homonyms = 0
        self._nameless = 0

    def take(self, root: Element) -> None:
        """A whole file. Raises ``Misnested``."""
        whole = _Suite(root.attrib if local(root) == "testsuites" else {})
        self.is_pytest = whole.attributes.get("name") == "pytest tests"
        for suite in [root] if local(root) == "testsuite" else root:
            if local(suite) == "testsuite":
                self._times.append(self._suite(suite, whole, 1))
        self._check(whole)
        self._root_time = seconds(whole.attributes.get("time"))

    def _suite(self, element: Element, above: _Suite, depth: int) -> float:
        """One suite with what is in it; its time in seconds."""
        if depth > MAX_DEPTH:
            raise Misnested(TOO_DEEP)
        suite = _Suite(element.attrib)
        self.is_pytest = self.is_pytest or suite.attributes.get("name") == "pytest"
        started = suite.attributes.get("timestamp")
        if started and (self.started is None or order(started) < order(self.started)):
            self.started = started
        for child in element:
            tag = child.tag if "}" not in child.tag else local(child)
            if tag == "testcase":
                self._case(child, suite)
            elif tag == "testsuite":
                suite.time += self._suite(child, suite, depth + 1)
        self._close(suite, above)
        told = seconds(suite.attributes.get("time"))
        return suite.time if told is None else told

    def _case(self, case: Element, suite: _Suite) -> None:
        name = case.get("name")
        if name is None:
            # pytest, interrupted in a test, writes what it has of it: not even its name.
            self.stopped = self.stopped or self.is_pytest
            self._nameless += 1
            suite.odd = True
            return
        classname = case.get("classname")
        if classname is None:
            classname = case.get("class") or suite.attributes.get("name", "")
        identity = f"{classname}::{name}" if classname else name
        if len(case):
            result, tags = judge(identity, case)
            if tags:
                suite.verdicts += tags
                suite.having += set(tags) if len(tags) > 1 else tags
                suite.odd = suite.odd or len(tags) > 1 or _in_teardown(result)
        else:
            result = without_verdict(identity, case)
        suite.cases += 1
        suite.time += result.duration_s or 0.0
        if identity in suite.tests:
            suite.odd = True
            result = self._fold(suite.tests[identity], result)
        suite.tests[identity] = result

    def _close(self, suite: _Suite, above: _Suite) -> None:
        """Hold the suite's totals against what was counted, and add it to what it is in."""
        self._check(suite)
        above.odd = above.odd or suite.odd
        above.nested_cases += suite.cases + suite.nested_cases
        above.nested_verdicts += suite.verdicts + suite.nested_verdicts
        above.nested_having += suite.having + suite.nested_having
        for identity in suite.tests.keys() & self.tests.keys():
            self._homonyms += 1
            both = (self.tests[identity], suite.tests[identity])
            suite.tests[identity] = min(both, key=lambda test: WORST.index(test.outcome))
        self.tests.update(suite.tests)

    def _fold(self, before: TestResult, after: TestResult) -> TestResult:
        failed_before = before.outcome in FAILING
        failed_after = after.outcome in FAILING
        if failed_before and after.outcome == "error" and _in_teardown(after):
            return _result(after, before.duration_s, before.tries, before.flaky, before.message)
        # The plugin writes a try that failed and was run again as if it had passed.
        hidden = self.is_pytest and before.outcome == "passed"
        disagree = (failed_before or hidden) != failed_after
        # Tries that were hidden are failures all of them: only the last can disagree.
        flaky = disagree if hidden else before.flaky or disagree
        tries = before.tries + after.tries
        return _result(after, before.duration_s, tries, flaky, after.message)

    def _check(self, suite: _Suite) -> None:
        """Some writers count elements, some test cases, some leave nested suites out. pytest
        counts tries, subtests and teardown errors in ways of its own, so its number of tests is
        not held against a suite with any of these."""
        both = suite.cases + suite.nested_cases
        if not suite.odd:
            self._compare(suite, "tests", (both, suite.cases))
        for tag, key in _COUNTED.items():
            elements, having = suite.verdicts.count(tag), suite.having.count(tag)
            nested = suite.nested_verdicts.count(tag), suite.nested_having.count(tag)
            counted = (having + nested[1], elements + nested[0], having, elements)
            self._compare(suite, key, counted)

    def _compare(self, suite: _Suite, key: str, counted: tuple[int, ...]) -> None:
        told = suite.attributes.get(key, "")
        if told.isdecimal() and len(told) < 20 and int(told) not in counted:
            name = suite.attributes.get("name", "")[:80]
            self._mismatches.append(
                f"suite {name!r} says {key}={told}, its test cases say {counted[0]}"
            )

    def duration(self) -> float | None:
        """The root's time, else the sum over its suites."""
        if self._root_time is not None or not self._times:
            return self._root_time
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


def _in_teardown(result: TestResult) -> bool:
    return (result.message or "").startswith(TEARDOWN)


def _result(
    test: TestResult, earlier: float | None, tries: int, flaky: bool, message: str | None
) -> TestResult:
    duration = test.duration_s
    if earlier is not None:
        duration = round(earlier + (duration or 0.0), 6)
    return TestResult(
        test.identity, test.outcome, duration, message, tries, flaky, test.at_collection
    )
