"""JUnit XML, as its many writers make it.

Sources of the format: pytest (xunit1 and xunit2), Maven Surefire and Gradle (with
``flakyFailure``, ``flakyError``, ``rerunFailure``, ``rerunError``), GoogleTest, CTest,
gotestsum, jest-junit, vitest, PHPUnit, cargo-nextest and Swift. None is a standard; what they
share is read: ``testcase`` in (nested) ``testsuite``, and in it what went wrong. Every total
is recounted, the attributes of a suite only serve to notice a difference."""

import math
import re
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.model import (
    FAILING,
    WORST_FIRST,
    Completeness,
    Outcome,
    TestResult,
    Totals,
    recount,
)
from ledger.evidence.part import MAX_BYTES, Part, Tries, file_name, names_apart, shorten
from ledger.plan.text import counted

TEARDOWN = "failed on teardown with"
# What a ``status`` or ``result`` says of a test case that holds no verdict.
_STATES: dict[str, Outcome] = {
    **dict.fromkeys("notrun suppressed disabled ignored skipped pending todo".split(), "skipped"),
    **dict.fromkeys("failed failure fail failing broken".split(), "failed"),
    **dict.fromkeys("error errored crashed aborted timeout timedout".split(), "error"),
}  # fmt: skip
_NOT_LOADED = "the suite counts an error and has no test case: it could not be loaded"
_UNNAMED = "failures without a name"
_FAILURES = ("failure", "error", "flaky", "rerun")
_MAX_PATH = 80
# vitest, jest and `node --test` write a file that could not be loaded as a test case of its name.
SCRIPTS = tuple(
    f".{kind}{lang}{x}" for kind in ("", "c", "m") for lang in "jt" for x in ("s", "sx")
)
_FAILED_TEST = "unittest.loader._FailedTest"  # of unittest-xml-reporting
_AT_COLLECTION = frozenset({"collection skipped", "collection failure"})
# The verdicts and what they stand for. Surefire's ``flaky...`` are
# tries before one that passed, ``rerun...`` further tries that failed as well.
OUTCOMES: dict[str, Outcome] = {
    "error": "error",
    **dict.fromkeys("failure rerunError rerunFailure".split(), "failed"),
    **dict.fromkeys("flakyError flakyFailure".split(), "passed"),
    **dict.fromkeys("skipped ignored disabled".split(), "skipped"),
}
_WEIGHT: dict[Outcome, int] = {"error": 0, "failed": 1, "passed": 3, "skipped": 4}

_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
# `12`, `1.0`, `1,000`
_COUNT = re.compile(r"(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})(?:\.0{1,9})?")
_MAX_WARNINGS = 5


class Verdict(NamedTuple):
    """An element that says how a test case went, such as ``<failure>``, and its text."""

    tag: str
    attributes: dict[str, str]
    text: list[str]

    @property
    def message(self) -> str:
        """Where a verdict has no message its text stands for it."""
        return self.attributes.get("message") or "".join(self.text).strip()


def judge(identity: str, case: dict[str, str], verdicts: list[Verdict]) -> TestResult:
    """The result of a test case: its weightiest verdict decides, of two alike the first."""
    deciding = min(verdicts, key=lambda v: _WEIGHT[OUTCOMES[v.tag]] + v.tag.startswith("rerun"))
    outcome, message = OUTCOMES[deciding.tag], deciding.message
    is_todo = any(verdict.attributes.get("type") == "todo" for verdict in verdicts)
    if outcome == "failed" and is_todo:
        outcome = "xfailed"  # `node --test` expects nothing of a todo
    if outcome == "skipped":
        if deciding.attributes.get("type") == "pytest.xfail":
            outcome = "xfailed"
        elif message == "xfail-marked test passes unexpectedly":
            outcome = "xpassed"
    tries, flaky = 1, False
    if len(verdicts) > 1 or outcome == "passed":
        tries += sum(verdict.tag.startswith(("flaky", "rerun")) for verdict in verdicts)
        flaky = outcome == "passed"
    return TestResult(
        identity=identity,
        outcome=outcome,
        duration_s=seconds(case.get("time")),
        message=shorten(message) if message else None,
        tries=tries,
        flaky=flaky,
        at_collection=message in _AT_COLLECTION,
    )


def _state(attributes: dict[str, str]) -> Outcome:
    """How it went by ``status`` or ``result``: passed, unless one of them says otherwise."""
    states = [attributes.get(key, "").strip().lower() for key in ("status", "result")]
    outcomes = [_STATES[state] for state in states if state in _STATES]
    return min(outcomes, key=WORST_FIRST.index, default="passed")


def seconds(text: str | None) -> float | None:
    """A ``time`` attribute: ``0.25``, ``0,25``, or with thousands as Surefire has them,
    ``1,234.5``, or others, ``1.234,5``. None where it is none."""
    text = text or ""
    if text.rfind(",") > text.rfind("."):
        text = ".".join(text.replace(".", "").rsplit(",", 1))
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None


class _Case(NamedTuple):
    """A test case with what tells it from others of its name: its suites, file and line."""

    result: TestResult
    place: tuple[str, str, str]


class _Suite:
    """One suite while it is read. ``own`` counts its test cases (``cases``), of each verdict the
    tags in them (``failure``) and the test cases that have one (``with failure``); ``every``
    counts those of the suites inside it as well."""

    def __init__(self, attributes: dict[str, str], path: str = "") -> None:
        self.attributes = attributes
        self.path = path
        self.cases: dict[str, list[_Case]] = {}
        self.own: Counter[str] = Counter()
        self.every: Counter[str] = Counter()
        self.doubles = 0  # errors of a teardown after a failure
        self.inner_suites = 0
        self.inner_time = 0.0
        self.is_odd = False  # with tries, or cases that pytest counts in ways of its own

    def written(self, key: str) -> int | None:
        """A total that the suite mentions itself."""
        match = _COUNT.fullmatch(self.attributes.get(key, "").strip())
        return int(match[1].replace(",", "")) if match else None

    @property
    def blamed(self) -> int:
        """The failures that it mentions itself."""
        return (self.written("failures") or 0) + (self.written("errors") or 0)

    def add(self, result: TestResult, attributes: dict[str, str], tags: Collection[str]) -> None:
        """A test case, or with ``at_collection`` the suite itself that could not be loaded."""
        for tag in tags:
            self.own[tag] += 1
        for tag in set(tags) if tags else ():
            self.own[f"with {tag}"] += 1
        file, line = attributes.get("file", ""), attributes.get("line")
        case = _Case(result, (self.path, file, f"line {line}") if line else (self.path, file, ""))
        alike = self.cases.setdefault(result.identity, [])
        self.doubles += bool(alike) and _is_double(result, alike[-1].result)
        alike.append(case)


class Cases:
    """Takes suites and cases as they come and keeps one result per test. Test cases of one name are
    different tests, which get names of their own, unless the writer is known to write tries:
    ``_fold``."""

    def __init__(self) -> None:
        self.tests: dict[str, TestResult] = {}
        self.is_pytest = self.is_go = self.is_jest = self.stopped = False
        self.started: str | None = None
        self.duration_s: float | None = None
        self._in_teardown: Counter[Outcome] = Counter()  # what had come before the teardown's error
        self.unnamed = self.told_failing = 0
        """Failures that a suite counts and that no test case shows."""
        self.not_loaded: str | None = None
        """A file that could not be loaded, which has a test case of its name."""
        self.unexplained: str | None = None
        """A test or suite that is said to have failed, and nothing more."""
        self.uncounted: str | None = None
        """What a suite says of its failures and is no count."""
        self._suites = [_Suite({})]
        self._found: dict[str, list[_Case]] = {}
        self._mismatches: list[str] = []
        self._numbered = self._nameless = self._guessed = self.misplaced = 0

    def open(self, attributes: dict[str, str]) -> None:
        """A suite begins, or the root that holds them."""
        name, above = attributes.get("name", "")[:_MAX_PATH], self._suites[-1]
        above.inner_suites += 1
        self.is_pytest = self.is_pytest or name in ("pytest", "pytest tests")
        self.is_jest = self.is_jest or name == "jest tests"
        path = f"{above.path} > {name}" if above.path else name
        suite = _Suite(attributes, path)
        self._suites.append(suite)
        for key in ("tests", *_COUNTED.values()):
            value = attributes.get(key, "")
            if value.strip() and suite.written(key) is None:
                message = f"suite {name!r} says {key}={value[:_MAX_PATH]!r}, which is no count"
                self._mismatches.append(message)
                if key in ("failures", "errors"):
                    self.uncounted = self.uncounted or message
        started = attributes.get("timestamp")
        if started and (self.started is None or order(started) < order(self.started)):
            self.started = started

    def add(self, attributes: dict[str, str], verdicts: list[Verdict]) -> None:
        """A test case of the innermost suite."""
        suite = self._suites[-1]
        name = attributes.get("name")
        if name is None:
            # pytest, interrupted in a test, writes what it has of it: not even its name.
            self.stopped = self.stopped or self.is_pytest
            self._nameless += 1
            suite.is_odd = True
            return
        classname = attributes.get("classname")
        if classname is None:
            classname = attributes.get("class") or suite.attributes.get("name", "")
        identity = f"{classname}::{name}" if classname else name
        tags = [verdict.tag for verdict in verdicts]
        if verdicts:
            result = judge(identity, attributes, verdicts)
            if result.outcome in FAILING and (name.endswith(SCRIPTS) or classname == _FAILED_TEST):
                is_file = name == classname == suite.attributes.get("name")
                of_file = ("Test suite failed to run", _FAILED_TEST)
                if is_file or classname in of_file or (classname == "test" and "/" in name):
                    self.not_loaded = name
            in_teardown = _in_teardown(result)
            if len(tags) > 1 or in_teardown:
                suite.is_odd = True
            if in_teardown:
                own = [verdict for verdict in verdicts if OUTCOMES[verdict.tag] not in FAILING]
                before = [case.result for case in suite.cases.get(identity, ())]
                before += [judge(identity, attributes, own)] if own else []
                self._in_teardown[before[-1].outcome if before else "passed"] += 1
                suite.own["in teardown"] += 1
        else:
            outcome, duration = _state(attributes), seconds(attributes.get("time"))
            result = TestResult(identity=identity, outcome=outcome, duration_s=duration)
            if outcome in FAILING:
                tags = ["error" if outcome == "error" else "failure"]
                self.unexplained = self.unexplained or identity
        suite.own["cases"] += 1
        suite.add(result, attributes, tags)

    def add_broken(self, why: str, tag: str) -> None:
        """The innermost suite could not be loaded: it is a failure without a test case."""
        suite = self._suites[-1]
        broken = TestResult(
            identity=suite.attributes.get("name") or "a suite without a name",
            outcome="error",
            message=shorten(why) if why else None,
            at_collection=True,
        )
        suite.add(broken, {}, [tag])

    def close(self) -> None:
        """End the innermost suite: check its totals, and add it to the one around it."""
        suite = self._suites[-1]
        for tag in ("error", "failure"):
            if suite.written(_COUNTED[tag]) and not (suite.cases or suite.inner_suites):
                self.add_broken(_NOT_LOADED, tag)
        self._suites.pop()
        suite.every += suite.own
        failing = (suite.every[tag] for tag, outcome in OUTCOMES.items() if outcome in FAILING)
        if _state(suite.attributes) in FAILING and not (suite.blamed or any(failing)):
            self.unexplained = self.unexplained or suite.path or "a suite without a name"
        took = own_time = seconds(suite.attributes.get("time"))
        if took is None:
            every = (case.result.duration_s for alike in suite.cases.values() for case in alike)
            took = suite.inner_time + sum(filter(None, every))
        if self.is_jest:
            self._mark_todo(suite)
        for identity, cases in suite.cases.items():
            kept = self._fold(suite, cases) if len(cases) > 1 else cases
            if self._found.setdefault(identity, kept) is not kept:
                self._found[identity] += kept
        self._check(suite)
        if self._suites:
            above = self._suites[-1]
            above.is_odd = above.is_odd or suite.is_odd
            above.every += suite.every
            above.inner_time += took
        self.duration_s = own_time
        if own_time is None and suite.every["cases"]:
            self.duration_s = round(took, 6)

    def end(self) -> None:
        """The file is over. Its duration is the root's, else the sum over its suites."""
        while self._suites:
            self.close()
        every = (case.result for alike in self._found.values() for case in alike)
        if not (self.unnamed or any(result.outcome in FAILING for result in every)):
            self.unnamed = self.told_failing
        for identity, cases in self._found.items():
            if len(cases) == 1:
                self.tests[identity] = cases[0].result
                continue
            places = [case.place for case in cases]
            names, is_numbered = names_apart(identity, places, self._found.keys())
            self._numbered += is_numbered
            for name, case in zip(names, cases, strict=True):
                self.tests[name] = case.result.model_copy(update={"identity": name})

    def _mark_todo(self, suite: _Suite) -> None:
        """jest-junit writes a todo as a test that passed in no time, and counts it nowhere."""
        every = [(alike, at) for alike in suite.cases.values() for at in range(len(alike))]
        passed = [(alike, at) for alike, at in every if alike[at].result.outcome == "passed"]
        untimed = [(alike, at) for alike, at in passed if not alike[at].result.duration_s]
        missing = len(every) - (suite.written("tests") or len(every))
        if 0 < missing <= len(untimed):
            suite.is_odd = True
            self._guessed += missing < len(untimed)
            for alike, at in untimed[-missing:]:
                todo = {"outcome": "skipped", "message": "todo"}
                alike[at] = alike[at]._replace(result=alike[at].result.model_copy(update=todo))

    def _fold(self, suite: _Suite, cases: list[_Case]) -> list[_Case]:
        """Test cases of one name in one suite.

        pytest-rerunfailures and gotestsum write each try as a test case, and count other than they
        list; the former writes a try that failed and was run again without a verdict. Where the
        suite counts each of them, or a failure that it counts would vanish, they are tests of
        their own. pytest writes the error of a teardown as one more test case after the failure
        that it followed: the same test, which is an error."""
        tries: list[list[_Case]] = []
        for case in cases:
            if tries and _is_double(case.result, tries[-1][-1].result):
                tries[-1].append(case)
            else:
                tries.append([case])
        written, listed = suite.written("tests"), suite.own["cases"] - suite.doubles
        # An error of a teardown is one more in the count, and a try that failed is none.
        is_other = written != listed or suite.own["in teardown"] > suite.doubles
        is_again = is_other if self.is_pytest else self.is_go and (written or 0) < listed
        last = tries[-1][-1].result
        if suite.blamed and last.outcome not in FAILING:
            is_again = is_again and all(t[-1].result.outcome not in FAILING for t in tries)
        if not is_again:
            return [p[0] if len(p) == 1 else self._merged_tries([p]) for p in tries]
        suite.is_odd = True
        return [self._merged_tries(tries)]

    def _merged_tries(self, every: list[list[_Case]]) -> _Case:
        """The test of these tries. In pytest's files an earlier one without a verdict failed."""
        last = every[-1][-1]
        if len(every[-1]) == 1 and _in_teardown(last.result):  # so did those before, and count, too
            self._in_teardown.update(pieces[0].result.outcome for pieces in every[:-1])
        tries = Tries()
        for pieces in every:
            tries.begin()
            for result, _ in pieces:
                hidden = self.is_pytest and pieces is not every[-1] and result.outcome == "passed"
                tries.took(result.duration_s)
                tries.add(None if hidden else result.outcome, result.message)
        return last._replace(result=tries.result(last.result.identity) or last.result)

    def _check(self, suite: _Suite) -> None:
        """Some writers count elements, some test cases, some leave nested suites out or count them
        as tests. pytest counts tries, subtests and teardown errors in ways of its own, so its
        number of tests is not checked against a suite with any of these."""
        own, every = suite.own, suite.every
        if not suite.is_odd:
            tests = (every["cases"], own["cases"], own["cases"] + suite.inner_suites)
            self._compare(suite, "tests", tests)
        for tag, key in _COUNTED.items():
            having = f"with {tag}"
            self._compare(suite, key, (every[having], every[tag], own[having], own[tag]))
        # Some writers count every try, some call all failures errors; pytest counts failed
        # subtests, which are no test cases.
        failing = sum(every[tag] for tag in (*OUTCOMES, _UNNAMED) if tag.startswith(_FAILURES))
        unnamed = suite.blamed - failing
        if unnamed > 0 and not (self.is_pytest and failing):
            every[_UNNAMED] += unnamed
            self.unnamed += unnamed

    def _compare(self, suite: _Suite, key: str, counts: tuple[int, ...]) -> None:
        written = suite.written(key)
        if written is not None and written not in counts:
            name = suite.attributes.get("name", "")[:_MAX_PATH]
            message = f"suite {name!r} says {key}={written}, its test cases say {counts[0]}"
            self._mismatches.append(message)

    def printed(self) -> Totals | None:
        """What pytest printed where a teardown failed: the test's outcome and an error besides."""
        if not self.is_pytest or not self._in_teardown:
            return None
        before: tuple[Outcome, ...] = ("passed", "failed", "skipped", "xfailed")
        besides = Totals(**{name: self._in_teardown[name] for name in before})
        return recount(self.tests.values()) + besides

    def warnings(self) -> tuple[str, ...]:
        """What does not add up."""
        mismatches = self._mismatches[:_MAX_WARNINGS]
        if len(self._mismatches) > _MAX_WARNINGS:
            mismatches.append(f"{len(self._mismatches) - _MAX_WARNINGS} more suite totals differ")
        if self._numbered:
            names = counted(self._numbered, "name")
            mismatches.append(f"{names} of several tests that nothing but their order tells apart")
        if self._guessed:
            mismatches.append("which of the tests that took no time are todo is not told: the last")
        if self._nameless:
            mismatches.append(f"not counted: {counted(self._nameless, 'test case')} without a name")
        if self.misplaced:
            cases = counted(self.misplaced, "test case")
            mismatches.append(f"not counted: {cases} directly in no suite")
        if not self.tests:
            mismatches.append("no test case in the file")
        return tuple(mismatches)


def order(timestamp: str) -> tuple[int, float, str]:
    """A key that sorts times as written; a time without a zone is taken as UTC."""
    try:
        time = datetime.fromisoformat(timestamp.strip())
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        return (0, time.timestamp(), timestamp)
    except (OverflowError, ValueError):
        return (1, 0.0, timestamp)


def _in_teardown(result: TestResult) -> bool:
    return result.outcome == "error" and (result.message or "").startswith(TEARDOWN)


def _is_double(result: TestResult, before: TestResult) -> bool:
    return before.outcome in FAILING and _in_teardown(result) and not _in_teardown(before)


NAME = "junit"
_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = frozenset(
    "shift_jis shift-jis sjis windows-31j cp932 euc-jp iso-2022-jp gb2312 gbk gb18030 big5 "
    "euc-kr cp949".split()
)
_ROOT = re.compile(rb"<[A-Za-z]")
_SUITES = ("testsuite", "testsuites", "undefined")  # where a hook fails, node loses the last's tag
_MAX_DEPTH = 100
_MAX_TAG = 1 << 18  # bytes of the first start tag
_HINT = "give a JUnit XML file as the test runner wrote it"


def matches(name: str, sample: bytes) -> bool:
    """XML with a test suite in it. A file that is named like one and shows no other root
    matches too: empty or broken it is not to be passed over."""
    last = file_name(name)
    if not last.endswith(".xml"):
        return False
    text = sample.replace(b"\0", b"")
    if b"<testsuite" in text:
        return True
    is_likely = "junit" in last or "pytest" in last or last.startswith("test-")
    return is_likely and (b"<!DOCTYPE" in text or _ROOT.search(text) is None)


def read(data: bytes, name: str) -> tuple[Part, ...]:
    """Every test case, tries folded into one. Raises ``UnreadableInput`` for a document type, an
    entity or a broken end: nothing is returned then."""
    if len(data) > MAX_BYTES:
        raise _unreadable(name, f"at most {MAX_BYTES >> 20} MB, found {len(data) >> 20} MB")
    root = data.find(b"<testsuite")
    if root >= 0 and data.find(b">", root, root + _MAX_TAG) < 0 and len(data) > root + _MAX_TAG:
        raise _unreadable(name, f"a start tag of at most {_MAX_TAG >> 10} KB, found a longer one")
    document = _Document()
    try:
        parser = DefusedXMLParser(target=document, forbid_dtd=True)
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise _unreadable(name, "no document type and no entity, found one") from error
    except ParseError as error:
        reason = str(error).partition(":")[0]
        raise _unreadable(name, f"well-formed XML, found: {reason}", *error.position) from error
    except _Misnested as error:
        raise _unreadable(name, str(error)) from error
    except (ValueError, LookupError) as error:  # an encoding that expat has not
        recoded = _recode(data)
        if recoded is None:
            raise _unreadable(name, f"a known text encoding, found: {error}") from error
        return read(recoded, name)
    return (_part(document.cases, name),)


def _part(cases: Cases, name: str) -> Part:
    lost = Totals(collected=cases.unnamed, failed=cases.unnamed)
    part = Part(
        NAME,
        name,
        tests=cases.tests,
        totals=recount(cases.tests.values()) + lost,
        printed=cases.printed(),
        partial=cases.unnamed > 0,
        started=cases.started,
        duration_s=cases.duration_s,
        wall=cases.is_pytest,
        warnings=cases.warnings(),
    )
    if cases.stopped:
        return part._replace(completeness="incomplete", reason="stopped in the middle of a test")
    faults: tuple[tuple[object, Completeness, str], ...] = (
        (cases.not_loaded, "failed", f"{cases.not_loaded} could not be loaded"),
        (cases.unnamed, "inconsistent",
         f"it counts {counted(cases.unnamed, 'failure')} that no test case shows"),
        (cases.unexplained, "inconsistent",
         f"{cases.unexplained} is said to have failed, and holds no failure"),
        (cases.uncounted, "inconsistent", cases.uncounted or ""),
    )  # fmt: skip
    for is_so, completeness, reason in faults:
        if is_so:
            return part._replace(completeness=completeness, reason=reason)
    return part


def _unreadable(name: str, what: str, line: int = 1, column: int = 0) -> UnreadableInput:
    place = f"{name}:{line}:{column + 1}"
    return UnreadableInput("junit-unreadable", f"{place}: expected {what}", _HINT)


class _Misnested(Exception):
    """Elements stand where no writer puts them. The text says what was expected and found."""


class _Document:
    """The target of a parser, which makes no tree of a large file: test cases directly in a suite,
    verdicts directly in a test case, failures anywhere in it but in a try or another failure."""

    def __init__(self) -> None:
        self.cases = Cases()
        self._depth = 0  # of the open element
        self._case_depth = 0  # of a test case, in the suite that is open
        self._failure_depth = 0  # of a failure or a try that is open in a test case
        self._case: dict[str, str] | None = None
        self._verdicts: list[Verdict] = []
        self._of_suite: Verdict | None = None  # that it could not be loaded
        self._text: list[str] | None = None  # of the verdict that is open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """``<tag>``."""
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Misnested(f"elements at most {_MAX_DEPTH} deep, found deeper ones")
        tag = tag.rpartition("}")[2]
        if self._case is not None:
            self._inside(tag, attributes)
            return
        if tag in _SUITES and self._depth in (1, self._case_depth):
            self.cases.open(attributes)
            self._case_depth = self._depth + 1
            return
        if self._depth == 1:
            raise _Misnested(f"<testsuites> or <testsuite>, found <{tag[:40]}>")
        if self._depth == self._case_depth and tag == "testcase":
            self._case = attributes
        elif tag == "testcase":
            self.cases.misplaced += 1
        elif tag in ("error", "failure"):
            self._text = []
            self._of_suite = Verdict(tag, attributes, self._text)
        elif tag == "property" and attributes.get("name") == "go.version":
            self.cases.is_go = True

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase":
            raise _Misnested("no test case inside a test case, found one")
        self._text = None
        if self._failure_depth:
            return
        is_failure = OUTCOMES.get(tag) in FAILING
        if is_failure or (self._depth == self._case_depth + 1 and tag in OUTCOMES):
            self._text = []
            self._verdicts.append(Verdict(tag, attributes, self._text))
        if is_failure or tag.startswith(("flaky", "rerun")):
            self._failure_depth = self._depth

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the depth says which it is
        """``</tag>``."""
        if self._depth == self._case_depth and self._case is not None:
            self.cases.add(self._case, self._verdicts)
            self._case, self._verdicts = None, []
        elif self._depth == self._case_depth and self._of_suite is not None:
            self.cases.add_broken(self._of_suite.message, self._of_suite.tag)
            self._of_suite = None
        elif self._depth == self._case_depth - 1:
            self._case_depth -= 1
            self.cases.close()
        if self._depth == self._failure_depth:
            self._failure_depth = 0
        self._text = None
        self._depth -= 1

    def comment(self, text: str) -> None:
        """`node --test` counts behind its suites: ``<!-- fail 1 -->``. A test with others inside it
        is a suite there, which has no place for its own failure."""
        word, _, number = text.strip().partition(" ")
        if self._depth <= 2 and word in ("fail", "cancelled") and number.isdecimal():
            self.cases.told_failing += int(number[:9])

    def close(self) -> None:
        """The document is over."""
        self.cases.end()


def _recode(data: bytes) -> bytes | None:
    match = _ENCODING.match(data)
    if match is None or match[1].decode().lower() not in _MULTIBYTE:
        return None
    try:
        text = data.decode(match[1].decode())
    except (UnicodeDecodeError, LookupError):
        return None
    return text[text.index("?>") + 2 :].encode()
