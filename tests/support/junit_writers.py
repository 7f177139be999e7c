"""JUnit files as known writers write them, made by chance, each with the outcomes that it stands for.

The shapes come from the writers' own sources: what they count in ``tests=`` and ``failures=``, how they
write a retry, a suite that could not load, a test that was never run.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

PASSED, FAILED, ERROR, SKIPPED = "passed", "failed", "error", "skipped"
FAILING = (FAILED, ERROR)
NAMES = ("works", "adds", "parses", "round trip", "test_a", "test_b", "opens & closes", "ünïcode")
MESSAGES = ("expected 1 to be 2", "boom", "assert 1 == 2", "a < b & c > d", "")


@dataclass(frozen=True)
class Made:
    """One file and what is true of the run that it stands for."""

    xml: str
    passed: int
    failing: int
    """Tests that failed, and failures that a suite counts or tells of and nobody names."""
    skipped: int = 0
    unnamed: int = 0
    """How many of the failing have no test case."""
    most: int | None = None
    """How many failing a reader may tell at most, where the writer counts tries as failures."""
    beside: int = 0
    """Errors in teardown, which stand beside their case's outcome."""
    whole: bool | None = True
    """Whether the run is complete by what the file says; None where it may be told either way."""
    refusable: bool = False
    """Whether a reader may refuse the file."""
    todo: int = 0
    """Test cases that were only planned, and look as if they had passed."""
    modules: int = 0
    """Entries for modules that were skipped as a whole, which no runner counts as collected."""
    more: Mapping[str, str] = field(default_factory=dict)
    """Other files of the same run, by their path; then ``xml`` is `junit.xml` beside them."""
    shared: int = 0
    """Tests whose name another file has as well: they may be told as one, if the worse one counts."""
    broken: int = 0
    """Entries for modules that could not be imported, which no runner counts as collected."""

    @property
    def tests(self) -> int:
        """The recorded test cases, each counted once."""
        return self.passed + self.failing - self.unnamed + self.skipped + self.todo


Attributes = Mapping[str, object]


def tag(name: str, attributes: Attributes, *children: str) -> str:
    """One element; attributes that are None are left out."""
    written = "".join(f" {k}={quoteattr(str(v))}" for k, v in attributes.items() if v is not None)
    return (
        f"<{name}{written}>\n{''.join(children)}</{name}>\n"
        if children
        else f"<{name}{written}/>\n"
    )


def document(root: str) -> str:
    """A whole file."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{root}'


def fault(kind: str, rng: Random) -> str:
    """A `<failure>` or the like, with a message or without, with text or without."""
    message = rng.choice(MESSAGES)
    text = escape(f"\n{message}\n    at file.py:12\n") if rng.random() < 0.6 else ""
    if not message and not text:
        return f"<{kind}/>\n"
    return f"<{kind} message={quoteattr(message)}>{text}</{kind}>\n"


@dataclass(frozen=True)
class Case:
    """One `<testcase>` of known outcome."""

    name: str
    outcome: str
    attributes: Attributes
    children: tuple[str, ...] = ()

    def written(self, rng: Random) -> str:
        """The element, with the child that tells its outcome."""
        told = self.children
        if not told and self.outcome == FAILED:
            told = (fault("failure", rng),)
        elif not told and self.outcome == ERROR:
            told = (fault("error", rng),)
        elif not told and self.outcome == SKIPPED:
            told = ("<skipped/>\n",)
        return tag("testcase", {"name": self.name, **self.attributes}, *told)


def counted(cases: Sequence[Case]) -> dict[str, int]:
    """The attributes of a suite that counts what it lists."""
    outcomes = [case.outcome for case in cases]
    return {
        "tests": len(outcomes),
        "failures": outcomes.count(FAILED),
        "errors": outcomes.count(ERROR),
        "skipped": outcomes.count(SKIPPED),
    }


def made(xml: str, cases: Sequence[Case]) -> Made:
    """A file whose cases all are tests of their own."""
    outcomes = [case.outcome for case in cases]
    return Made(
        document(xml),
        passed=outcomes.count(PASSED),
        failing=sum(outcome in FAILING for outcome in outcomes),
        skipped=outcomes.count(SKIPPED),
    )


def outcomes(rng: Random, count: int, kinds: Sequence[str] = (FAILED, SKIPPED)) -> list[str]:
    """Outcomes by chance, more passed than others."""
    return [rng.choice((PASSED, PASSED, *kinds)) for _ in range(count)]


def same_named(rng: Random, attributes: Attributes, errors: bool = False) -> list[Case]:
    """Test cases of which at least two have one name, in any order of outcomes."""
    kinds = (FAILED, SKIPPED, ERROR) if errors else (FAILED, SKIPPED)
    double = rng.choice(NAMES)
    names = [double] * rng.randint(2, 4) + rng.sample(NAMES, rng.randint(0, 4))
    cases = [
        Case(n, o, attributes) for n, o in zip(names, outcomes(rng, len(names), kinds), strict=True)
    ]
    if rng.random() < 0.7:
        cases[0] = Case(double, FAILED, attributes)
    if rng.random() < 0.3:
        rng.shuffle(cases)
    return cases


def suite(rng: Random, name: str, cases: Sequence[Case], **attributes: object) -> str:
    """A suite with right counts."""
    return tag(
        "testsuite",
        {"name": name, **counted(cases), **attributes},
        *(case.written(rng) for case in cases),
    )


# Same names.


def nothing_apart(rng: Random) -> Made:
    """Cases of one name in one suite that nothing tells apart."""
    cases = same_named(rng, {"classname": rng.choice(("math", "")), "time": "0.1"}, errors=True)
    xml = suite(rng, "math.test.js", cases)
    if rng.random() < 0.5:
        xml = tag("testsuites", {**counted(cases), "skipped": None}, xml)
    return made(xml, cases)


def lines_apart(rng: Random) -> Made:
    """Cases of one name that their file or line tells apart."""
    key = rng.choice(("file", "line"))
    bare = same_named(rng, {"classname": "math"}, errors=True)
    cases = [
        Case(
            case.name,
            case.outcome,
            {"classname": "math", "file": f"src/{n if key == 'file' else 0}.js", "line": 3 + n},
        )
        for n, case in enumerate(bare)
    ]
    return made(tag("testsuites", {}, suite(rng, "math", cases)), cases)


def nested(rng: Random) -> Made:
    """Cases of one name in suites inside suites; outer suites add up, count what is theirs, or say nothing."""
    style = rng.choice(("sum", "own", "none"))
    every: list[Case] = []

    def level(depth: int, name: str) -> tuple[str, list[Case]]:
        """One suite and all cases below it."""
        classname = rng.choice(("", None, "Shared"))
        own = same_named(rng, {"classname": classname}) if depth == 2 or rng.random() < 0.3 else []
        every.extend(own)
        below = (
            [level(depth + 1, f"Test{n}") for n in range(rng.randint(2, 3))] if depth < 2 else []
        )
        all_cases = own + [case for _, cases in below for case in cases]
        counts: Attributes = {"sum": counted(all_cases), "own": counted(own), "none": {}}[style]
        children = [case.written(rng) for case in own] + [xml for xml, _ in below]
        return tag("testsuite", {"name": name, **counts}, *children), all_cases

    xml = level(rng.randint(0, 1), "all")[0]
    return made(tag("testsuites", {}, xml), every)


def files_apart(rng: Random) -> Made:
    """Suites of one name, of other files, browsers or packages, with cases of one name."""
    key = rng.choice(("file", "hostname", "package", "id", "timestamp", "nothing"))
    bare = same_named(rng, {"classname": "math works"})
    every: list[Case] = []
    suites = []
    for n in range(rng.randint(2, 4)):
        told = outcomes(rng, len(bare))
        cases = [Case(c.name, o, c.attributes) for c, o in zip(bare, told, strict=True)]
        every += cases
        suites.append(suite(rng, "math", cases, **({} if key == "nothing" else {key: f"v{n}"})))
    return made(tag("testsuites", {"name": "tests", **counted(every)}, *suites), every)


def like_a_number(rng: Random) -> Made:
    """Cases whose own names look like what a reader may add to tell others apart."""
    double = rng.choice(NAMES)
    ends = (" (1)", " (2)", " (line 3)", " (a.js)", "#2", "[1]", " 2", " (1) (1)")
    names = [double] * rng.randint(2, 3) + [
        double + end for end in rng.sample(ends, rng.randint(2, 6))
    ]
    names += [f"S::{double}", f"S::{double} (1)", f"S › {double}"]
    rng.shuffle(names)
    told = outcomes(rng, len(names), (FAILED, SKIPPED, ERROR))
    place = {"file": "a.js", "line": 3} if rng.random() < 0.4 else {}
    cases = [Case(n, o, place if n == double else {}) for n, o in zip(names, told, strict=True)]
    half = len(cases) // 2
    xml = suite(rng, "S", cases[:half]) + suite(rng, rng.choice(("S", "T")), cases[half:])
    return made(tag("testsuites", {}, xml), cases)


def several_faults(rng: Random) -> Made:
    """One case with several failures, or a failure and an error: one test that failed."""
    cases = []
    for n in range(rng.randint(2, 5)):
        kinds = rng.choice((("failure", "failure"), ("failure", "error"), ("error", "failure"), ()))
        children = tuple(fault(kind, rng) for kind in kinds)
        cases.append(Case(f"t{n}", FAILED if kinds else PASSED, {"classname": "c"}, children))
    return made(suite(rng, "several", cases), cases)


# Writers that run JavaScript.


def jest(rng: Random) -> Made:
    """jest-junit: suites named after their first `describe`, class names that repeat; `todo` is in no count."""
    every: list[Case] = []
    suites, todo = [], 0
    for _ in range(rng.randint(1, 3)):
        cases = [
            Case(
                f"math {case.name}",
                case.outcome,
                {"classname": f"math {case.name}", "time": "0.01"},
            )
            for case in same_named(rng, {})
        ]
        listed = [case.written(rng) for case in cases]
        if rng.random() < 0.4:
            listed.append(
                tag("testcase", {"classname": "math someday", "name": "math someday"}, "\n")
            )
            todo += 1
        every += cases
        suites.append(tag("testsuite", {"name": "math", **counted(cases)}, *listed))
    counts = {**counted(every), "skipped": None}
    return _but(
        made(tag("testsuites", {"name": "jest tests", **counts}, *suites), every), todo=todo
    )


def jest_unloaded(rng: Random) -> Made:
    """jest-junit: a file that could not load, as a case of its own (`reportTestSuiteErrors`) or as a count."""
    cases = [Case("math adds", PASSED, {"classname": "math adds"})]
    path = "src/broken.test.js"
    named = rng.random() < 0.5
    broken = (
        [
            tag(
                "testcase",
                {"classname": "Test suite failed to run", "name": path},
                fault("error", rng),
            )
        ]
        if named
        else []
    )
    name = path if named else "undefined"
    counts = {
        "errors": 1 if named or rng.random() < 0.7 else 0,
        "failures": 0,
        "skipped": 0,
        "tests": 0,
    }
    if not counts["errors"]:
        counts["failures"] = 1
    xml = tag(
        "testsuites",
        {
            "name": "jest tests",
            "tests": 1,
            "failures": counts["failures"],
            "errors": counts["errors"],
        },
        suite(rng, "math", cases),
        tag("testsuite", {"name": name, **counts}, *broken),
    )
    return Made(
        document(xml),
        passed=1,
        failing=1,
        unnamed=0 if named else 1,
        whole=None if named else False,
    )


def vitest(rng: Random) -> Made:
    """vitest: a suite for each file, names joined by `>`; a file that could not load is a failed case."""
    every: list[Case] = []
    suites, whole = [], True
    for n in range(rng.randint(1, 3)):
        path = f"vt/{n}.spec.ts"
        cases = [
            Case(f"math > {case.name}", case.outcome, {"classname": path, "time": "0.1"})
            for case in same_named(rng, {})
        ]
        if rng.random() < 0.3:
            cases, whole = [Case(path, FAILED, {"classname": path})], False
        every += cases
        suites.append(suite(rng, path, cases, hostname="vm"))
    counts = {**counted(every), "skipped": None}
    return _but(
        made(tag("testsuites", {"name": "vitest tests", **counts}, *suites), every), whole=whole
    )


def mocha_xunit(rng: Random) -> Made:
    """mocha's own writer: failures counted as errors; a hook that failed is a case that no count has."""
    cases = [
        Case(case.name, case.outcome, {"classname": "math", "file": "/app/a.mjs", "time": "0"})
        for case in same_named(rng, {})
    ]
    tests = len(cases)
    if rng.random() < 0.4:
        hook = f'"after each" hook for "{cases[-1].name}"'
        cases.append(Case(hook, FAILED, {"classname": "math", "file": "/app/a.mjs"}))
    failed = counted(cases)["failures"]
    passed = sum(case.outcome == PASSED for case in cases)
    counts = {"tests": tests, "failures": 0, "errors": failed, "skipped": tests - failed - passed}
    listed = [case.written(rng) for case in cases]
    return made(tag("testsuite", {"name": "Mocha Tests", **counts}, *listed), cases)


def mocha_junit(rng: Random) -> Made:
    """mocha-junit-reporter: flat suites, pending tests counted and not listed, hooks listed and not counted."""
    every: list[Case] = []
    suites = [tag("testsuite", {"name": "Root Suite", "tests": 0, "failures": 0})]
    for n in range(rng.randint(1, 3)):
        cases = [
            Case(f"math {case.name}", case.outcome, {"classname": case.name, "time": "0.000"})
            for case in same_named(rng, {})
            if case.outcome != SKIPPED
        ]
        tests = len(cases) + rng.randint(0, 1)
        if rng.random() < 0.4:
            hook = '"before each" hook for "adds"'
            cases.append(Case(f"math {hook}", FAILED, {"classname": hook}))
        every += cases
        counts = {"tests": tests, "file": f"/app/{n}.js", "failures": counted(cases)["failures"]}
        suites.append(
            tag("testsuite", {"name": "math", **counts}, *(c.written(rng) for c in cases))
        )
    failures = counted(every)["failures"]
    root = {"name": "Mocha Tests", "tests": len(every), "failures": failures}
    return _but(made(tag("testsuites", root, *suites), every), whole=None)


def node(rng: Random) -> Made:
    """node's reporter: nested suites that count their direct children, cases beside suites, `todo`."""
    every: list[Case] = []

    def level(depth: int) -> tuple[str, bool, bool]:
        """One suite, whether it failed, whether it was skipped."""
        own = []
        for case in same_named(rng, {"classname": "test", "time": "0.001"}):
            kind = rng.choice(("skipped", "todo"))
            told = (tag("skipped", {"type": kind, "message": "true"}),)
            attributes: Attributes = case.attributes
            if case.outcome == FAILED:
                attributes = {**attributes, "failure": "1!==2"}
            own.append(
                Case(case.name, case.outcome, attributes, told if case.outcome == SKIPPED else ())
            )
        every.extend(own)
        below = [level(depth + 1) for _ in range(rng.randint(0, 2))] if depth < 2 else []
        counts = {
            "disabled": 0,
            "errors": 0,
            "tests": len(own) + len(below),
            "failures": counted(own)["failures"] + sum(failed for _, failed, _ in below),
            "skipped": counted(own)["skipped"] + sum(skipped for _, _, skipped in below),
        }
        children = [case.written(rng) for case in own] + [xml for xml, _, _ in below]
        xml = tag("testsuite", {"name": "math", **counts, "hostname": "vm"}, *children)
        return xml, counts["failures"] > 0, counts["skipped"] > 0

    roots = [level(0)[0] for _ in range(rng.randint(1, 2))]
    loose = same_named(rng, {"classname": "test"})
    every.extend(loose)
    roots += [case.written(rng) for case in loose]
    return made(tag("testsuites", {}, *roots), every)


def playwright(rng: Random) -> Made:
    """Playwright: one suite for each file and browser; the host's name is the browser."""
    every: list[Case] = []
    suites = []
    for browser in ("chromium", "firefox", "webkit")[: rng.randint(2, 3)]:
        cases = [
            Case(f"page › {name}", outcome, {"classname": "page.spec.ts", "time": "0.5"})
            for name, outcome in zip(NAMES[:3], outcomes(rng, 3), strict=True)
        ]
        every += cases
        suites.append(suite(rng, "page.spec.ts", cases, hostname=browser))
    return made(tag("testsuites", {"id": "", "name": "", **counted(every)}, *suites), every)


# Writers of retries.


def _tries(rng: Random, kinds: Sequence[str]) -> tuple[str, ...]:
    """Earlier or later tries that failed, as children."""
    trace = "<stackTrace>java.lang.AssertionError\n\tat T.t(T.java:5)</stackTrace>\n<system-out>x</system-out>\n"
    return tuple(
        tag(kind, {"message": "boom", "type": "AssertionError"}, trace)
        for kind in (rng.choice(kinds) for _ in range(rng.randint(1, 3)))
    )


def _retried(rng: Random, name: str, attributes: Attributes) -> Case:
    """A test that passed, passed in the end, or failed each time, as Surefire and nextest write it."""
    way = rng.choice(("passed", "flaky", "failed", "error", "failed once", "skipped"))
    if way == "flaky":
        return Case(name, PASSED, attributes, _tries(rng, ("flakyFailure", "flakyError")))
    if way in FAILING:
        first = fault("failure" if way == FAILED else "error", rng)
        return Case(name, way, attributes, (first, *_tries(rng, ("rerunFailure", "rerunError"))))
    return Case(name, {"failed once": FAILED}.get(way, way), attributes)


def surefire(rng: Random) -> Made:
    """Surefire: one case a test; the suite counts all tests, or those of the last rerun only."""
    cases = [
        _retried(rng, f"test{n}", {"classname": "org.T", "time": "0"})
        for n in range(rng.randint(2, 6))
    ]
    counts = counted(cases)
    if rng.random() < 0.3:
        again = [case for case in cases if case.children]
        counts = {**counted(again), "flakes": sum(case.outcome == PASSED for case in again)}
    listed = [case.written(rng) for case in cases]
    xml = tag("testsuite", {"name": "org.T", "time": "0.1", **counts}, *listed)
    return _but(made(xml, cases), whole=None)


def nextest(rng: Random) -> Made:
    """nextest: as Surefire, and a test that passed in the end but counts as failed."""
    every: list[Case] = []
    suites = []
    for n in range(rng.randint(1, 3)):
        name = f"crate::bin{n}"
        cases = [
            _retried(rng, f"tests::t{k}", {"classname": name}) for k in range(rng.randint(1, 5))
        ]
        cases = [case for case in cases if case.outcome != SKIPPED]
        if rng.random() < 0.4:
            told = tag("failure", {"type": "flaky failure", "message": "passed on attempt 2/2"})
            children = (told, *_tries(rng, ("flakyFailure",)))
            cases.append(Case("tests::flaky", FAILED, {"classname": name}, children))
        every += cases
        counts = {**counted(cases), "skipped": None, "disabled": 0}
        suites.append(tag("testsuite", {"name": name, **counts}, *(c.written(rng) for c in cases)))
    if not every:
        return nextest(rng)
    counts = {**counted(every), "skipped": None}
    return made(tag("testsuites", {"name": "nextest-run", **counts}, *suites), every)


def rerunfailures(rng: Random) -> Made:
    """pytest-rerunfailures: an empty case for each try, then the last; only the last is counted."""
    last: list[Case] = []
    listed: list[str] = []
    for n in range(rng.randint(1, 5)):
        attributes = {"classname": "tests.test_x", "time": "0.001"}
        name = rng.choice((f"test_{n}", f"test_p[{n}]"))
        tries = rng.choice((0, 0, 1, 2, 5))
        empty = Case(name, PASSED, attributes)
        end = Case(name, rng.choice((PASSED, FAILED, ERROR)), attributes)
        own = [empty.written(rng) for _ in range(tries)] + [end.written(rng)]
        # With xdist, other tests end in between.
        at = [rng.randint(0, len(listed)) if rng.random() < 0.2 else len(listed) for _ in own]
        for place, xml in sorted(zip(sorted(at), range(len(own)), strict=True), reverse=True):
            listed.insert(place, own[xml])
        last.append(end)
    name = rng.choice(("pytest", "pytest", "my suite"))
    root = {} if name == "pytest" and rng.random() < 0.5 else {"name": "pytest tests"}
    xml = tag("testsuites", root, tag("testsuite", {"name": name, **counted(last)}, *listed))
    return made(xml, last)


def surefire_rows(rng: Random) -> Made:
    """Surefire: rows of one name, some of them run again; what was run again stands inside its case."""
    attributes = {"classname": "org.RowsTest", "time": "0"}
    cases = [_retried(rng, "rows", attributes) for _ in range(rng.randint(2, 6))]
    return made(suite(rng, "org.RowsTest", cases), cases)


def pytest_twice(rng: Random) -> Made:
    """pytest: one file given twice (`--keep-duplicates`), each of its tests counted twice."""
    names = [f"test_{n}" for n in range(rng.randint(1, 3))]
    attributes = {"classname": "tests.test_x", "time": "0.001"}
    told = outcomes(rng, 2 * len(names), (FAILED, FAILED, SKIPPED))
    cases = [Case(n, o, attributes) for n, o in zip(names * 2, told, strict=True)]
    return made(tag("testsuites", {"name": "pytest tests"}, suite(rng, "pytest", cases)), cases)


def gotestsum(rng: Random) -> Made:
    """gotestsum --rerun-fails: failed tries first, passed ones last; `tests` counts tests or runs."""
    package, properties = (
        "example.com/m/p",
        tag("properties", {}, tag("property", {"name": "go.version", "value": "go1.23"})),
    )
    attributes = {"classname": package, "time": "0.01"}
    tries: list[Case] = []
    end: list[str] = []
    for n in range(rng.randint(1, 5)):
        way = rng.choice(("passed", "flaky", "failed", "failed", "skipped"))
        failed = 1 if way == "flaky" else rng.randint(1, 3) if way == "failed" else 0
        tries += [Case(f"TestA/{n}", FAILED, attributes)] * failed
        end.append(PASSED if way == "flaky" else way)
        if way != "failed":
            tries.append(Case(f"TestA/{n}", end[-1], attributes))
    order = (FAILED, SKIPPED, PASSED)
    tries.sort(key=lambda case: order.index(case.outcome))
    counts = counted(tries)
    runs = rng.random() < 0.5
    if not runs:
        counts["tests"] = len(end)
    listed = [properties, *(case.written(rng) for case in tries)]
    root = {"tests": counts["tests"], "failures": counts["failures"], "errors": 0}
    failures = counts["failures"]
    xml = tag(
        "testsuites", root, tag("testsuite", {"name": package, **counts, "errors": None}, *listed)
    )
    # A reader may tell each failed try that the writer counts, or fold them.
    return Made(
        document(xml),
        passed=end.count(PASSED),
        failing=end.count(FAILED),
        skipped=end.count(SKIPPED),
        most=failures,
        whole=None if failures else True,
    )


def testmain(rng: Random) -> Made:
    """gotestsum: `TestMain` failed, which is listed and in no count of the suite."""
    cases = [Case("TestA", PASSED, {"classname": "m/p"}) for _ in range(rng.randint(0, 1))]
    first = Case("TestMain", FAILED, {"classname": "m/p"})
    listed = [case.written(rng) for case in (first, *cases)]
    inner = tag("testsuite", {"name": "m/p", **counted(cases), "errors": None}, *listed)
    return made(
        tag("testsuites", {"tests": len(cases), "failures": 1, "errors": 0}, inner), [first, *cases]
    )


def short_count(rng: Random) -> Made:
    """`tests` counts too few over cases of one name, while `failures` counts each that failed."""
    cases = same_named(rng, {"classname": "c"})
    failing = counted(cases)["failures"]
    if not failing:
        cases.append(Case(cases[0].name, FAILED, {"classname": "c"}))
        failing = 1
    counts = {**counted(cases), "tests": max(failing, len(cases) - 1)}
    if counts["tests"] == len({case.name for case in cases}):
        return short_count(rng)  # nobody could tell it from retries
    listed = [case.written(rng) for case in cases]
    return _but(made(tag("testsuite", {"name": "s", **counts}, *listed), cases), whole=None)


# pytest.


def pytest_plain(rng: Random) -> Made:
    """pytest: parameters, expected failures, modules skipped, modules that could not be imported."""
    cases, modules, broken = [], 0, 0
    attributes = {"classname": "tests.test_x.TestA", "time": "0.001"}
    for n, outcome in enumerate(outcomes(rng, rng.randint(1, 6), (FAILED, SKIPPED, ERROR))):
        kind = rng.choice(("pytest.skip", "pytest.xfail"))
        told = (tag("skipped", {"type": kind, "message": "later"}),) if outcome == SKIPPED else ()
        cases.append(Case(f"test_p[{n}]", outcome, attributes, told))
    if rng.random() < 0.3:
        told = (tag("skipped", {"message": "collection skipped"}, "('x.py', 1, 'Skipped: no')"),)
        cases.append(Case("tests.test_skipped", SKIPPED, {"classname": ""}, told))
        modules = 1
    if rng.random() < 0.3:
        told = (tag("error", {"message": "collection failure"}, "ImportError: no"),)
        cases.append(Case("tests.test_broken", ERROR, {"classname": ""}, told))
        broken = 1
    xml = tag("testsuites", {"name": "pytest tests"}, suite(rng, "pytest", cases, hostname="vm"))
    return _but(made(xml, cases), modules=modules, broken=broken, whole=None if broken else True)


def teardown(rng: Random) -> Made:
    """pytest: errors in teardown, of tests that passed (one case) and of tests that failed (two)."""
    attributes = {"classname": "tests.test_t", "time": "0.001"}
    late = ('<error message="failed on teardown with &quot;RuntimeError: t&quot;">text</error>\n',)
    listed, passed, failed, errors = [], 0, 0, 0
    for n in range(rng.randint(1, 5)):
        way = rng.choice(("passed", "late", "failed", "both"))
        if way in ("failed", "both"):
            listed.append(Case(f"test_{n}", FAILED, attributes))
        if way in ("late", "both"):
            listed.append(Case(f"test_{n}", ERROR, attributes, late))
        if way == "passed":
            listed.append(Case(f"test_{n}", PASSED, attributes))
        passed += way in ("passed", "late")
        failed += way in ("failed", "both")
        errors += way in ("late", "both")
    counts = {**counted(listed), "tests": passed + failed}
    xml = tag("testsuite", {"name": "pytest", **counts}, *(case.written(rng) for case in listed))
    return Made(
        document(tag("testsuites", {}, xml)),
        passed=passed,
        failing=failed,
        beside=errors,
        whole=True,
    )


# Writers in other languages.


def testng(rng: Random) -> Made:
    """TestNG: rows of a data provider are cases of one name and class."""
    cases = [
        Case(case.name.replace(" ", ""), case.outcome, {"classname": "test.Rows", "time": "0.001"})
        for case in same_named(rng, {})
    ]
    return made(suite(rng, "test.Rows", cases, hostname="vm", ignored=0), cases)


def phpunit(rng: Random) -> Made:
    """PHPUnit: data sets in a suite of their own; counts add up; a class may stand in two suites."""
    every: list[Case] = []

    def of_class(name: str) -> str:
        """The suite of one class."""
        place = {"file": f"/app/{name}.php", "class": name, "classname": name}
        plain = [Case("testB", rng.choice((PASSED, FAILED)), {**place, "line": 9, "assertions": 1})]
        sets = [
            Case(f"testA with data set #{n}", outcome, {**place, "line": 5})
            for n, outcome in enumerate(outcomes(rng, rng.randint(1, 4), (FAILED, ERROR, SKIPPED)))
        ]
        every.extend(plain + sets)
        inner = suite(rng, f"{name}::testA", sets)
        return tag(
            "testsuite",
            {"name": name, "file": f"/app/{name}.php", **counted(plain + sets)},
            inner,
            plain[0].written(rng),
        )

    parts = []
    for name in ("unit", "all")[: rng.randint(1, 2)]:
        start = len(every)
        body = "".join(of_class(c) for c in ("ATest", "BTest")[: rng.randint(1, 2)])
        parts.append(tag("testsuite", {"name": name, **counted(every[start:])}, body))
    return made(
        tag("testsuites", {}, tag("testsuite", {"name": "", **counted(every)}, *parts)), every
    )


def gradle(rng: Random) -> Made:
    """Gradle: cases of one name by JUnit's repeated and parameterized tests, with captured output."""
    cases = same_named(rng, {"classname": "org.RowsTest", "time": "0.01"})
    listed = [case.written(rng) for case in cases]
    xml = tag(
        "testsuite",
        {"name": "org.RowsTest", **counted(cases)},
        tag("properties", {}),
        *listed,
        "<system-out><![CDATA[3 failed, <failure/>]]></system-out>\n",
        "<system-err><![CDATA[java.lang.Error: only told]]></system-err>\n",
    )
    return made(xml, cases)


def googletest(rng: Random) -> Made:
    """GoogleTest: several failures in one case, tests that are switched off (`notrun`, `disabled`)."""
    cases = []
    for n in range(rng.randint(1, 5)):
        way = rng.choice(("passed", "failed", "off", "skipped"))
        status = {"status": "notrun" if way == "off" else "run", "classname": "Math"}
        status["result"] = {"off": "suppressed", "skipped": "skipped"}.get(way, "completed")
        children = (
            tuple(fault("failure", rng) for _ in range(rng.randint(1, 2)))
            if way == "failed"
            else ()
        )
        name = f"DISABLED_T{n}" if way == "off" else f"T{n}"
        cases.append(
            Case(
                name,
                SKIPPED if way == "off" else way,
                status,
                children or (("<!-- off -->\n",) if way == "off" else ()),
            )
        )
    off = sum(case.attributes["status"] == "notrun" for case in cases)
    counts = {**counted(cases), "disabled": off, "skipped": counted(cases)["skipped"] - off}
    xml = tag("testsuite", {"name": "Math", **counts}, *(case.written(rng) for case in cases))
    root = {k: v for k, v in counts.items() if k != "skipped"}
    return made(tag("testsuites", {**root, "name": "AllTests"}, xml), cases)


def ctest(rng: Random) -> Made:
    """CTest: the status says what happened; tests that did not run and disabled ones are skipped."""
    cases = []
    for n in range(rng.randint(1, 6)):
        status = rng.choice(("run", "run", "fail", "notrun", "disabled"))
        outcome = {"run": PASSED, "fail": FAILED}.get(status, SKIPPED)
        children = (tag("skipped", {"message": "Disabled"}),) if outcome == SKIPPED else ()
        cases.append(Case(f"t{n}", outcome, {"classname": f"t{n}", "status": status}, children))
    off = sum(case.attributes["status"] == "disabled" for case in cases)
    counts = {
        **counted(cases),
        "errors": None,
        "disabled": off,
        "skipped": counted(cases)["skipped"] - off,
    }
    listed = [case.written(rng) for case in cases]
    return made(tag("testsuite", {"name": "Linux-c++", **counts, "hostname": ""}, *listed), cases)


def catch2(rng: Random) -> Made:
    """Catch2: `tests` and `failures` count assertions, and each that failed is a child."""
    cases, failed, asserted = [], 0, 0
    for n in range(rng.randint(1, 5)):
        faults = rng.choice((0, 0, 1, 2, 3))
        failed += faults
        asserted += faults + rng.randint(0, 4)
        children = tuple(fault("failure", rng) for _ in range(faults))
        attributes = {"classname": "tests.global", "status": "run", "time": "0"}
        cases.append(Case(f"case {n}", FAILED if faults else PASSED, attributes, children))
    counts = {"tests": asserted, "failures": failed, "errors": 0, "hostname": "tbd"}
    listed = [case.written(rng) for case in cases]
    xml = tag("testsuite", {"name": "tests", **counts}, *listed, "<system-out/>\n")
    return _but(made(tag("testsuites", {}, xml), cases), whole=None)


def karma(rng: Random) -> Made:
    """karma: a suite for each browser, class names that begin with its name or not."""
    every: list[Case] = []
    suites = []
    for n, browser in enumerate(("Chrome 120", "Firefox 121")):
        classname = rng.choice(("math", f"{browser}.math"))
        cases = [
            Case(f"math {case.name}", case.outcome, {"classname": classname, "time": "0"})
            for case in same_named(rng, {})
        ]
        every += cases
        suites.append(suite(rng, browser, cases, package="", id=n))
    return made(tag("testsuites", {}, *suites), every)


def bazel(rng: Random) -> Made:
    """Bazel: a target that wrote no results is one case, with an error by its exit code."""
    cases = []
    suites = []
    for n in range(rng.randint(1, 3)):
        outcome = rng.choice((PASSED, ERROR))
        children = (
            (tag("error", {"message": "exited with error code 1"}),) if outcome == ERROR else ()
        )
        name = f"pkg/target{n}"
        cases.append(Case(name, outcome, {"status": "run", "duration": 1, "time": 1}, children))
        counts = {"tests": 1, "failures": 0, "errors": int(outcome == ERROR)}
        out = "<system-out>Generated test.log (if the file is not UTF-8, ...)</system-out>\n"
        suites.append(tag("testsuite", {"name": name, **counts}, cases[-1].written(rng), out))
    return made(tag("testsuites", {}, *suites), cases)


# Runs of several files.


def modules(rng: Random) -> Made:
    """Modules, browsers or jobs of one run, each with a file of its own and tests of the same names."""
    names = [f"test{n}" for n in range(rng.randint(1, 3))]
    folders = rng.choice((("core", "web"), ("chrome", "firefox"), ("py311", "py312", "py313")))
    stamped = rng.random() < 0.7
    written: dict[str, str] = {}
    worst = dict.fromkeys(names, PASSED)
    every: list[str] = []
    for n, folder in enumerate(folders):
        told = outcomes(rng, len(names), (FAILED,))
        cases = [Case(k, o, {"classname": "org.T"}) for k, o in zip(names, told, strict=True)]
        worst.update({k: FAILED for k, o in zip(names, told, strict=True) if o == FAILED})
        every += told
        time = {"timestamp": f"2026-11-29T10:{n:02}:00"} if stamped else {}
        written[f"{folder}/TEST-org.T.xml"] = document(suite(rng, "org.T", cases, **time))
    failed = list(worst.values()).count(FAILED)
    return Made(
        "",
        passed=every.count(PASSED),
        failing=failed,
        most=every.count(FAILED),
        whole=None,
        more=written,
        shared=len(every) - len(names),
    )


# Failures that no test case names, and statuses without a child.


def suite_fault(rng: Random) -> Made:
    """A suite that could not load: a count without a case, or an `<error>` below the suite."""
    cases = [Case(f"t{n}", PASSED, {"classname": "ok"}) for n in range(rng.randint(0, 3))]
    way = rng.choice(("count", "element", "both"))
    kind = rng.choice(("errors", "failures"))
    counts = {"tests": rng.choice((0, 1)), "errors": 0, "failures": 0}
    told = []
    if way != "element":
        counts[kind] = 1
    if way != "count":
        told.append(fault("error" if kind == "errors" else "failure", rng))
    if rng.random() < 0.5:
        told.append("<system-err>ImportError: no module</system-err>\n")
    broken = tag("testsuite", {"name": "broken", **counts}, *told)
    parts = [suite(rng, "ok", cases), broken] if cases else [broken]
    rng.shuffle(parts)
    root = (
        {"errors": counts["errors"], "failures": counts["failures"]} if rng.random() < 0.5 else {}
    )
    nested_xml = (
        tag("testsuite", {"name": "outer"}, *parts) if rng.random() < 0.4 else "".join(parts)
    )
    xml = tag("testsuites", root, nested_xml)
    return Made(document(xml), passed=len(cases), failing=1, unnamed=1, whole=False)


def fault_beside_cases(rng: Random) -> Made:
    """An `<error>` or a counted failure in a suite that has cases, some of which failed."""
    cases = [
        Case(f"t{n}", o, {"classname": "c"}) for n, o in enumerate(outcomes(rng, rng.randint(1, 5)))
    ]
    counts = counted(cases)
    told = []
    if rng.random() < 0.5:
        told.append(fault("error", rng))
        counts["errors"] += rng.randint(0, 1)
        unnamed = 1
    else:
        unnamed = rng.randint(1, 3)
        counts[rng.choice(("errors", "failures"))] += unnamed
    listed = [case.written(rng) for case in cases]
    xml = tag(
        "testsuite",
        {"name": "s", **counts},
        *(told + listed if rng.random() < 0.5 else listed + told),
    )
    right = made(tag("testsuites", {}, xml), cases)
    return _but(right, failing=right.failing + unnamed, unnamed=unnamed, whole=False)


def root_count(rng: Random) -> Made:
    """Only the root counts a failure that no suite and no case names."""
    cases = [Case(f"t{n}", PASSED, {"classname": "c"}) for n in range(rng.randint(1, 4))]
    more = rng.randint(1, 2)
    root = {"tests": len(cases), rng.choice(("failures", "errors")): more}
    right = made(tag("testsuites", root, suite(rng, "s", cases)), cases)
    return _but(right, failing=more, unnamed=more, whole=False)


def status_only(rng: Random) -> Made:
    """Cases whose outcome stands in an attribute alone."""
    words = {
        PASSED: ("passed", "run", "success"),
        FAILED: ("failed", "fail", "FAILED"),
        ERROR: ("error",),
        SKIPPED: ("skipped", "disabled", "notrun"),
    }
    cases = []
    for n, outcome in enumerate(
        (FAILED, *outcomes(rng, rng.randint(0, 4), (FAILED, SKIPPED, ERROR)))
    ):
        status = {"classname": "c", "status": rng.choice(words[outcome])}
        cases.append(Case(f"t{n}", outcome, status, ("<system-out>x</system-out>\n",)))
    rng.shuffle(cases)
    counts = counted(cases) if rng.random() < 0.4 else {"tests": len(cases)}
    listed = [case.written(rng) for case in cases]
    return _but(made(tag("testsuite", {"name": "s", **counts}, *listed), cases), whole=False)


def only_told(rng: Random) -> Made:
    """Captured output that speaks of failures, below suites and cases, of a run in which none failed."""
    words = "<system-err>Traceback: 3 failed, ERROR</system-err>\n"
    cases = [
        Case(f"t{n}", PASSED, {"classname": "c"}, (words,) if rng.random() < 0.5 else ())
        for n in range(rng.randint(1, 4))
    ]
    listed = [case.written(rng) for case in cases]
    return made(tag("testsuite", {"name": "s", **counted(cases)}, *listed, words), cases)


def wrong_counts(rng: Random) -> Made:
    """Counts that are too low or missing, over cases that tell."""
    every: list[Case] = []
    suites = []
    for n in range(rng.randint(1, 3)):
        cases = [
            Case(f"t{n}{k}", o, {"classname": "c"})
            for k, o in enumerate(outcomes(rng, rng.randint(1, 5), (FAILED, SKIPPED, ERROR)))
        ]
        every += cases
        counts: dict[str, object] = {}
        for key, value in counted(cases).items():
            written = rng.choice((value, max(0, value - 1), 0, None, "", "many"))
            counts[key] = written
        suites.append(
            tag("testsuite", {"name": f"s{n}", **counts}, *(c.written(rng) for c in cases))
        )
    return _but(made(tag("testsuites", {}, *suites), every), whole=None)


def roots(rng: Random) -> Made:
    """Suites as root, below another element, roots inside roots, and two documents in one file."""
    parts = [same_named(rng, {"classname": f"c{n}"}) for n in range(2)]
    xml = [suite(rng, f"s{n}", cases) for n, cases in enumerate(parts)]
    way = rng.choice(("inside", "apart", "wrapped", "two"))
    every = parts[0] + parts[1]
    if way == "inside":
        inner = [tag("testsuites", counted(c), x) for c, x in zip(parts, xml, strict=True)]
        return made(tag("testsuites", {}, *inner), every)
    if way == "wrapped":
        return _but(made(tag("report", {}, tag("testsuites", {}, *xml)), every), refusable=True)
    if way == "apart":
        return made(tag("testsuites", {}, xml[0], "<properties/>\n", xml[1]), every)
    text = document(xml[0]) + (document(xml[1]) if rng.random() < 0.5 else xml[1])
    return _but(_but(made("", every), xml=text), refusable=True)


def _but(right: Made, **changes: object) -> Made:
    """The same file with other facts."""
    return Made(**{**vars(right), **changes})  # type: ignore[arg-type]


WRITERS: dict[str, Callable[[Random], Made]] = {
    writer.__name__: writer
    for writer in (
        nothing_apart, lines_apart, nested, files_apart, like_a_number, several_faults,
        jest, jest_unloaded, vitest, mocha_xunit, mocha_junit, node, playwright,
        surefire, nextest, rerunfailures, gotestsum, testmain, short_count,
        pytest_plain, teardown, testng, phpunit, gradle, googletest, ctest,
        catch2, karma, bazel, surefire_rows, pytest_twice, modules,
        suite_fault, fault_beside_cases, root_count, status_only, only_told, wrong_counts, roots,
    )
}  # fmt: skip


def disguised(rng: Random, xml: str) -> bytes:
    """The same document in another encoding, namespace or layout, which says nothing else."""
    way = rng.choice(
        ("utf-16", "utf-8-sig", "latin-1", "namespace", "prefix", "lines", "flat", "comment")
    )
    if way in ("utf-16", "latin-1") and "encoding=" in xml:
        name = {"utf-16": "UTF-16", "latin-1": "ISO-8859-1"}[way]
        return xml.replace("UTF-8", name).encode(way, "xmlcharrefreplace")
    if way == "utf-8-sig":
        return xml.encode(way)
    if way == "namespace":
        xml = re.sub("<(testsuites?)", r'<\1 xmlns="urn:x-junit"', xml, count=1)
    if way == "prefix":
        xml = re.sub("<(/?)(?=[a-zA-Z])", r"<\1j:", xml)
        xml = re.sub("<(j:[a-zA-Z]+)", r'<\1 xmlns:j="urn:x-junit"', xml, count=1)
    if way == "lines":
        xml = xml.replace("\n", "\r\n")
    if way == "flat":
        xml = xml.replace(">\n<", "><")
    if way == "comment":
        xml = xml.replace("?>\n", "?>\n<!-- <failure/> -->\n<?note <error/> ?>\n", 1)
    return xml.encode()


def lay_out(folder: Path, right: Made, data: bytes | None = None) -> str:
    """Write the file, or the folder of files, and say how it is called there."""
    if not right.more:
        (folder / "junit.xml").write_bytes(right.xml.encode() if data is None else data)
        return "junit.xml"
    shutil.rmtree(folder / "run", ignore_errors=True)
    for name, xml in right.more.items():
        place = folder / "run" / name
        place.parent.mkdir(parents=True)
        place.write_text(xml, encoding="utf-8")
    return "run"


def files(count: int, seed: int) -> Iterator[tuple[int, str, Made]]:
    """As many files, each with its own seed and its writer's name; writers take turns."""
    names = sorted(WRITERS)
    for n in range(count):
        own = seed * 1_000_000 + n
        name = names[n // 2 % len(names)]
        yield own, name, WRITERS[name](Random(own))
