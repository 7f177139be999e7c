"""JUnit XML, as its many writers make it.

Sources of the format: pytest (xunit1 and xunit2), Maven Surefire and Gradle (with
``flakyFailure``, ``flakyError``, ``rerunFailure``, ``rerunError``), GoogleTest, CTest,
gotestsum, jest-junit, vitest, PHPUnit, cargo-nextest and Swift. None is a standard; what they
share is read: ``testcase`` in (nested) ``testsuite``, and in it what went wrong. Every total
is recounted, the attributes of a suite only serve to notice a difference."""

import math
import re
from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ledger.errors import UnreadableInput
from ledger.evidence.model import FAILING, WORST_FIRST, Outcome, TestResult, Totals, recount
from ledger.evidence.part import MAX_BYTES, Part, file_name, shorten
from ledger.plan.text import counted

TEARDOWN = "failed on teardown with"
_NOT_RUN = frozenset({"notrun", "suppressed", "disabled", "ignored", "skipped"})
_AT_COLLECTION = frozenset({"collection skipped", "collection failure"})
# The verdicts and what they stand for. Surefire's ``flaky...`` are
# tries before one that passed, ``rerun...`` further tries that failed as well.
OUTCOMES: dict[str, Outcome] = {
    "error": "error",
    "failure": "failed",
    "rerunError": "failed",
    "rerunFailure": "failed",
    "flakyError": "passed",
    "flakyFailure": "passed",
    "skipped": "skipped",
    "ignored": "skipped",
    "disabled": "skipped",
}
_WEIGHT: dict[Outcome, int] = {"error": 0, "failed": 1, "passed": 3, "skipped": 4}


_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}
_MAX_WARNINGS = 5


class Verdict(NamedTuple):
    """An element in a test case that says how it went, such as ``<failure>``. ``text`` is kept
    where it has no message."""

    tag: str
    attributes: dict[str, str]
    text: list[str]


def judge(identity: str, case: dict[str, str], verdicts: list[Verdict]) -> TestResult:
    """The result of a test case with these attributes: its weightiest verdict decides, of two
    alike the first."""
    deciding = min(verdicts, key=_weight) if len(verdicts) > 1 else verdicts[0]
    outcome = OUTCOMES[deciding.tag]
    # Where a verdict has no message its text stands for it.
    message = deciding.attributes.get("message") or "".join(deciding.text).strip()
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


def _weight(verdict: Verdict) -> int:
    return _WEIGHT[OUTCOMES[verdict.tag]] + verdict.tag.startswith("rerun")


def without_verdict(identity: str, case: dict[str, str]) -> TestResult:
    """A test case in which nothing says how it went: it passed, unless its ``status`` or
    ``result`` (GoogleTest, CTest) says that it did not run."""
    outcome: Outcome = "passed"
    if not _NOT_RUN.isdisjoint((case.get("status", "").lower(), case.get("result", "").lower())):
        outcome = "skipped"
    return TestResult(identity=identity, outcome=outcome, duration_s=seconds(case.get("time")))


def seconds(text: str | None) -> float | None:
    """A ``time`` attribute; Surefire writes thousands with a comma. None where it is none."""
    try:
        value = float((text or "").replace(",", ""))
    except ValueError:
        return None
    return value if 0 <= value < math.inf else None


class _Suite:
    """One suite while it is read. ``own`` counts its test cases (``cases``), of each verdict the
    tags in them (``failure``) and the test cases that have one (``with failure``); ``every``
    counts those of the suites inside it as well."""

    def __init__(self, attributes: dict[str, str]) -> None:
        self.attributes = attributes
        self.tests: dict[str, TestResult] = {}
        self.own: Counter[str] = Counter()
        self.every: Counter[str] = Counter()
        self.inner_time = 0.0
        self.is_odd = False  # with tries, or cases that pytest counts in ways of its own


class Cases:
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
        self._in_teardown: Counter[Outcome] = Counter()  # what had come before the teardown's error
        self.unnamed_failures = ""
        """Where a suite counts failures that no test case shows."""
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
        if verdicts:
            result = judge(identity, attributes, verdicts)
            tags = [verdict.tag for verdict in verdicts]
            suite.own.update(tags)
            suite.own.update(f"with {tag}" for tag in set(tags))
            in_teardown = result.outcome == "error" and _in_teardown(result)
            if len(tags) > 1 or in_teardown:
                suite.is_odd = True
            if in_teardown and len(tags) == 1:
                before = suite.tests.get(identity)
                self._in_teardown[before.outcome if before else "passed"] += 1
        else:
            result = without_verdict(identity, attributes)
        suite.own["cases"] += 1
        before = suite.tests.setdefault(identity, result)
        if before is not result:
            suite.is_odd = True
            suite.tests[identity] = self._fold(before, result)

    def close(self) -> None:
        """The innermost suite ends: hold its totals against what was counted, and add it to what
        it is in."""
        suite = self._suites.pop()
        suite.every += suite.own
        self._check(suite)
        own_time = seconds(suite.attributes.get("time"))
        took = own_time
        if took is None:
            took = suite.inner_time + sum(test.duration_s or 0.0 for test in suite.tests.values())
        if self._suites:
            above = self._suites[-1]
            above.is_odd = above.is_odd or suite.is_odd
            above.every += suite.every
            above.inner_time += took
        self.duration_s = own_time
        if own_time is None and suite.every["cases"]:
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
        took = before.duration_s
        took = after.duration_s if took is None else round(took + (after.duration_s or 0.0), 6)
        if failed_before and after.outcome == "error" and _in_teardown(after):
            told = {"tries": before.tries, "flaky": before.flaky, "message": before.message}
            return after.model_copy(update={"duration_s": took, **told})
        # The plugin writes a try that failed and was run again as if it had passed.
        hidden = self.is_pytest and before.outcome == "passed"
        disagree = (failed_before or hidden) != failed_after
        # Tries that were hidden are failures all of them: only the last can disagree.
        flaky = disagree if hidden else before.flaky or disagree
        tries = before.tries + after.tries
        return after.model_copy(update={"duration_s": took, "tries": tries, "flaky": flaky})

    def _check(self, suite: _Suite) -> None:
        """Some writers count elements, some test cases, some leave nested suites out. pytest
        counts tries, subtests and teardown errors in ways of its own, so its number of tests is
        not held against a suite with any of these."""
        own, every = suite.own, suite.every
        if not suite.is_odd:
            self._compare(suite, "tests", (every["cases"], own["cases"]))
        for tag, key in _COUNTED.items():
            having = f"with {tag}"
            self._compare(suite, key, (every[having], every[tag], own[having], own[tag]))

    def _compare(self, suite: _Suite, key: str, counts: tuple[int, ...]) -> None:
        written = suite.attributes.get(key, "")
        if written.isdecimal() and len(written) < 20 and int(written) not in counts:
            name = suite.attributes.get("name", "")[:80]
            mismatch = f"suite {name!r} says {key}={written}, its test cases say {counts[0]}"
            self._mismatches.append(mismatch)
            # Some writers repeat the failures as errors.
            failing = suite.every["failure"] + suite.every["error"]
            unnamed = key in ("failures", "errors") and int(written) > max(*counts, failing)
            # pytest counts failed subtests, which are no test cases.
            if unnamed and not (self.is_pytest and max(counts)):
                self.unnamed_failures = self.unnamed_failures or mismatch

    def printed(self) -> Totals | None:
        """What pytest's last line said of these tests, where a teardown failed: it counts the test
        by its own outcome, and an error besides."""
        if not self.is_pytest or not self._in_teardown:
            return None
        before = self._in_teardown
        besides = Totals(passed=before["passed"], failed=before["failed"])
        return recount(self.tests.values()) + besides

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
        if time.tzinfo is None:
            time = time.replace(tzinfo=UTC)
        return (0, time.timestamp(), timestamp)
    except (OverflowError, ValueError):
        return (1, 0.0, timestamp)


def _in_teardown(result: TestResult) -> bool:
    return (result.message or "").startswith(TEARDOWN)


NAME = "junit"
_ENCODING = re.compile(rb"""\A<\?xml[^>]{0,200}?encoding=["']([A-Za-z0-9._-]{1,40})["']""")
# Encodings that Python knows and expat does not: it takes single-byte ones only.
_MULTIBYTE = frozenset(
    "shift_jis shift-jis sjis windows-31j cp932 euc-jp iso-2022-jp gb2312 gbk gb18030 big5 "
    "euc-kr cp949".split()
)
_ROOT = re.compile(rb"<[A-Za-z]")
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
    named = "junit" in last or "pytest" in last or last.startswith("test-")
    return named and (b"<!DOCTYPE" in text or _ROOT.search(text) is None)


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
    part = Part(
        NAME,
        name,
        tests=cases.tests,
        totals=recount(cases.tests.values()),
        printed=cases.printed(),
        started=cases.started,
        duration_s=cases.duration_s,
        wall=cases.is_pytest,
        warnings=cases.warnings(),
    )
    if cases.stopped:
        return part._replace(completeness="incomplete", reason="stopped in the middle of a test")
    if cases.unnamed_failures:
        return part._replace(completeness="inconsistent", reason=cases.unnamed_failures)
    return part


def _unreadable(name: str, what: str, line: int = 1, column: int = 0) -> UnreadableInput:
    place = f"{name}:{line}:{column + 1}"
    return UnreadableInput("junit-unreadable", f"{place}: expected {what}", _HINT)


class _Misnested(Exception):
    """Elements stand where no writer puts them. The text says what was expected and found."""


class _Document:
    """The target of a parser: it takes test cases directly in a suite, suites in each other, and
    verdicts directly in a test case. No tree is made, so that a large file needs no memory."""

    def __init__(self) -> None:
        self.cases = Cases()
        self._depth = 0  # of the open element
        self._case_depth = 0  # of a test case, in the suite that is open
        self._case: dict[str, str] | None = None
        self._verdicts: list[Verdict] = []
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
        if self._depth == 1 and tag == "testsuites":
            self.cases.begin(attributes)
            self._case_depth = 2
            return
        if self._depth == 1 and tag != "testsuite":
            raise _Misnested(f"<testsuites> or <testsuite>, found <{tag[:40]}>")
        if tag == "testsuite" and self._depth in (1, self._case_depth):
            self.cases.open(attributes)
            self._case_depth = self._depth + 1
        elif tag == "testcase" and self._depth == self._case_depth:
            self._case = attributes

    def _inside(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "testcase":
            raise _Misnested("no test case inside a test case, found one")
        self._text = None
        if self._depth == self._case_depth + 1 and tag in OUTCOMES:
            self._text = []
            self._verdicts.append(Verdict(tag, attributes, self._text))

    def data(self, text: str) -> None:
        """Text between tags."""
        if self._text is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - the depth says which it is
        """``</tag>``."""
        if self._depth == self._case_depth and self._case is not None:
            self.cases.add(self._case, self._verdicts)
            self._case, self._verdicts = None, []
        elif self._depth == self._case_depth - 1:
            self._case_depth -= 1
            self.cases.close()
        self._text = None
        self._depth -= 1

    def close(self) -> None:
        """The document is over."""
        self.cases.end()


def _recode(data: bytes) -> bytes | None:
    found = _ENCODING.match(data)
    if found is None or found[1].decode().lower() not in _MULTIBYTE:
        return None
    try:
        text = data.decode(found[1].decode())
    except (UnicodeDecodeError, LookupError):
        return None
    return text[text.index("?>") + 2 :].encode()
