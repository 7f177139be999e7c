"""Test cases of one JUnit file to one result per test, and the suites' totals held against
what was counted."""

from __future__ import annotations

from datetime import UTC, datetime

from ledger.evidence.judging import TEARDOWN, Verdict, judge, seconds, without_verdict
from ledger.evidence.model import FAILING, WORST_FIRST, TestResult
from ledger.plan.text import counted

_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_MAX_WARNINGS = 5


class _Suite:
    """One suite while it is read. ``verdicts`` are the tags in its test cases, ``having`` the
    same with one of a kind for each case; ``nested...`` are those of the suites inside it."""

    __slots__ = ("attributes", "cases", "having", "nested_cases", "nested_having", "nested_time",
                 "nested_verdicts", "odd", "repeats", "tests", "verdicts")  # fmt: skip

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.tests: dict[str, TestResult] = {}
        self.cases = self.nested_cases = 0
        self.verdicts: list[str] = []
        self.having: list[str] = []
        self.nested_verdicts: list[str] = []
        self.nested_having: list[str] = []
        self.odd = False
        self.repeats = 0
        self.nested_time = 0.0


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
        self.duration_s: float | None = None
        self._suites = [_Suite({})]
        self._mismatches: list[str] = []
        self._homonyms = 0
        self._nameless = 0

    def begin(self, attributes: dict[str, str]) -> None:
        """The root, where it holds suites and is none itself."""
        self._suites = [_Suite(attributes)]
        self.is_pytest = attributes.get("name") == "pytest tests"

    def open(self, attributes: dict[str, str]) -> None:
        """A suite begins."""
        suite = _Suite(attributes)
        self._suites.append(suite)
        self.is_pytest = self.is_pytest or attributes.get("name") == "pytest"
        started = attributes.get("timestamp")
        if started and (self.started is None or order(started) < order(self.started)):
            self.started = started

    def case(self, attributes: dict[str, str], verdicts: list[Verdict]) -> None:
        """A test case of the innermost suite."""
        suite = self._suites[-1]
        name = attributes.get("name")
        if name is None:
            # pytest, interrupted in a test, writes what it has of it: not even its name.
            self.stopped = self.stopped or self.is_pytest
            self._nameless += 1
            suite.odd = True
            return
        classname = attributes.get("classname")
        if classname is None:
            classname = attributes.get("class") or suite.attributes.get("name", "")
        identity = f"{classname}::{name}" if classname else name
        if verdicts:
            result = judge(identity, attributes, verdicts)
            if len(verdicts) == 1:
                tag = verdicts[0].tag
                suite.verdicts.append(tag)
                suite.having.append(tag)
                suite.odd = suite.odd or (result.outcome == "error" and _in_teardown(result))
            else:
                tags = [verdict.tag for verdict in verdicts]
                suite.verdicts += tags
                suite.having += set(tags)
                suite.odd = True
        else:
            result = without_verdict(identity, attributes)
        before = suite.tests.setdefault(identity, result)
        if before is not result:
            suite.odd = True
            suite.repeats += 1
            suite.tests[identity] = self._fold(before, result)

    def close(self) -> None:
        """The innermost suite ends: hold its totals against what was counted, and add it to what
        it is in."""
        suite = self._suites.pop()
        suite.cases = len(suite.tests) + suite.repeats
        self._check(suite)
        told = seconds(suite.attributes.get("time"))
        took = told
        if took is None:
            took = suite.nested_time + sum(test.duration_s or 0.0 for test in suite.tests.values())
        if self._suites:
            above = self._suites[-1]
            above.odd = above.odd or suite.odd
            above.nested_cases += suite.cases + suite.nested_cases
            above.nested_verdicts += suite.verdicts + suite.nested_verdicts
            above.nested_having += suite.having + suite.nested_having
            above.nested_time += took
        self.duration_s = told
        if told is None and suite.cases + suite.nested_cases:
            self.duration_s = round(took, 6)
        for identity in suite.tests.keys() & self.tests.keys():
            self._homonyms += 1
            both = (self.tests[identity], suite.tests[identity])
            suite.tests[identity] = min(both, key=lambda test: WORST_FIRST.index(test.outcome))
        self.tests.update(suite.tests)

    def end(self) -> None:
        """The file is over. Its duration is the root's, else the sum over its suites."""
        while self._suites:
            self.close()

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

    def warnings(self) -> tuple[str, ...]:
        """What does not add up."""
        found = self._mismatches[:_MAX_WARNINGS]
        if len(self._mismatches) > _MAX_WARNINGS:
            found.append(f"{len(self._mismatches) - _MAX_WARNINGS} more suite totals differ")
        if self._homonyms:
            found.append(
                f"{counted(self._homonyms, 'test')} in two suites; the worse result counts"
            )
        if self._nameless:
            found.append(f"not counted: {counted(self._nameless, 'test case')} without a name")
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
        identity=test.identity,
        outcome=test.outcome,
        duration_s=duration,
        message=message,
        tries=tries,
        flaky=flaky,
        at_collection=test.at_collection,
    )
