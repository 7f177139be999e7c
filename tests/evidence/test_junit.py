"""JUnit XML of every writer, files that are none, and the folding of tries."""

from __future__ import annotations

import contextlib
import io
import time
import tracemalloc
from collections import Counter
from xml.sax.saxutils import quoteattr

import junitparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnreadableInput
from ledger.evidence import junit
from ledger.evidence.model import FAILING, Totals
from ledger.evidence.part import MAX_BYTES, Part
from tests.support import corpus as real
from tests.support.places import DATA

JUNIT = DATA / "evidence" / "junit"


def read(text: str | bytes, name: str = "junit.xml") -> Part:
    return junit.read(text.encode() if isinstance(text, str) else text, name)[0]


def told(part: Part) -> dict[str, str]:
    """Each test as ``outcome``, with ``xN`` for tries and ``~`` where they disagree."""
    return {
        name: test.outcome
        + (f" x{test.tries}" if test.tries > 1 else "")
        + (" ~" if test.flaky else "")
        + (" @collection" if test.at_collection else "")
        for name, test in part.tests.items()
    }


WRITERS: dict[str, dict[str, str]] = {
    "pytest-xunit2": {
        "tests.test_gpu": "skipped @collection",
        "tests.test_beam::test_width[1.0-True]": "passed",
        "tests.test_beam::test_width[a::b]": "passed",
        "tests.test_beam.TestDrift::test_slope": "failed",
        "tests.test_beam.TestDrift::test_origin": "error",
        "tests.test_beam::test_later": "skipped",
        "tests.test_beam::test_known": "xfailed",
        "tests.test_beam::test_surprise": "xpassed",
    },
    "pytest-xunit1": {"tests.test_io::test_read": "passed", "tests.test_io::test_write": "passed"},
    "pytest-reruns": {
        "t::test_flaky": "passed x2 ~",
        "t::test_always": "failed x3",
        "t::test_teardown": "error x2",
        "t::test_both": "error",
    },
    "surefire": {
        "org.acme.PumpTest::starts": "passed",
        "org.acme.PumpTest::stops": "passed x3 ~",
        "org.acme.PumpTest::leaks": "failed x3",
        "org.acme.PumpTest::burns": "error",
        "org.acme.PumpTest::floats": "skipped",
    },
    "gradle": {
        "org.acme.ValveTest::opens()": "passed",
        "org.acme.ValveTest::closes()": "skipped",
    },
    "gtest": {
        "Matrix::Inverts": "passed",
        "Matrix::Scales": "failed",
        "Matrix::DISABLED_Rotates": "skipped",
        "Matrix::Solves": "skipped",
    },
    "ctest": {"smoke::smoke": "passed", "soak::soak": "failed", "bench::bench": "skipped"},
    "gotestsum": {
        "example.org/pump::TestFlow/slow": "passed",
        "example.org/pump::TestLeak": "failed",
        "example.org/valve::TestOpen": "passed",
        "example.org/valve::TestShut": "skipped",
    },
    "jest": {
        "pump runs dry::pump runs dry": "passed",
        "pump runs wet::pump runs wet": "failed",
        "pump runs hot::pump runs hot": "skipped",
    },
    "vitest": {
        "src/pump.test.ts::pump > fills": "passed",
        "src/pump.test.ts::pump > drains": "failed",
    },
    "phpunit": {
        "Acme.PumpTest::testFlow": "passed",
        "Acme.PumpTest::testAdd with data set #0": "passed",
        "Acme\\PumpTest::testAdd with data set #1": "failed",
        "Acme\\PumpTest::testAdd::testAdd with data set #2": "passed",
    },
    "nextest": {
        "pump::bin/pump::tests::fills": "passed",
        "pump::bin/pump::tests::drains": "passed x2 ~",
        "pump::bin/pump::tests::leaks": "failed x2",
    },
    "swift": {
        "PumpTests.FlowTests::testFlow": "passed",
        "PumpTests.FlowTests::testLeak": "failed",
    },
    "namespaces": {"c::a": "passed", "c::b": "failed"},
}


@pytest.mark.parametrize("writer", WRITERS)
def test_each_writer_is_read_without_a_warning(writer: str) -> None:
    part = read((JUNIT / f"{writer}.xml").read_bytes())
    assert told(part) == WRITERS[writer]
    assert part.warnings == ()


@pytest.mark.parametrize(
    ("writer", "duration", "started"),
    [
        ("pytest-xunit2", 2.5, "2026-02-03T04:05:06.789+01:00"),
        ("surefire", 1234.5, None),
        ("gotestsum", 1.23, "2026-02-03T04:05:05Z"),
        ("phpunit", 0.02, None),
        ("two-suites", 5.0, None),
        ("nextest", 0.5, "2026-02-03T04:05:06.789+00:00"),
    ],
)
def test_duration_and_start(writer: str, duration: float, started: str | None) -> None:
    part = read((JUNIT / f"{writer}.xml").read_bytes())
    assert (part.duration_s, part.started) == (duration, started)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0.25", 0.25), ("1,234.5", 1234.5), ("0,03", 0.03), ("0,160", 0.16), ("1.234,5", 1234.5), ("12,345", 12.345), ("1,234,567.8", 1234567.8), ("1e-3", 0.001), ("nan", None), ("-1", None),
     ("1e999", None), ("9" * 5000, None), ("", None), ("soon", None)],
)  # fmt: skip
def test_the_time_of_a_test(text: str, seconds: float | None) -> None:
    part = read(f'<testsuite><testcase name="a" time="{text}"/></testsuite>')
    assert part.tests["a"].duration_s == seconds


def test_totals_are_pytests_own() -> None:
    """pytest prints `collected 7 items / 1 skipped` and counts that module as skipped."""
    part = read((JUNIT / "pytest-xunit2.xml").read_bytes())
    assert part.totals == Totals(
        collected=7, passed=2, failed=1, errors=1, skipped=2, xfailed=1, xpassed=1
    )


@pytest.mark.parametrize(
    ("writer", "test", "message"),
    [
        ("pytest-xunit2", "tests.test_beam.TestDrift::test_slope", "AssertionError: slope is 3"),
        ("surefire", "org.acme.PumpTest::burns", "java.lang.NullPointerException: no coil"),
        ("surefire", "org.acme.PumpTest::leaks", "2 drops"),
        ("surefire", "org.acme.PumpTest::stops", "still turning"),
        ("phpunit", "Acme\\PumpTest::testAdd with data set #1", "Failed asserting that 3"),
        ("pytest-reruns", "t::test_both", "assert 1"),
        ("swift", "PumpTests.FlowTests::testLeak", "failed"),
    ],
)
def test_the_message_is_the_attribute_or_else_the_text(
    writer: str, test: str, message: str
) -> None:
    part = read((JUNIT / f"{writer}.xml").read_bytes())
    assert (part.tests[test].message or "").startswith(message)


def test_totals_that_do_not_add_up_are_said_and_not_believed() -> None:
    part = read((JUNIT / "wrong-totals.xml").read_bytes())
    assert part.totals == Totals(collected=2, passed=1, failed=1)
    assert part.warnings == (
        "suite 's' says tests=3, its test cases say 2",
        "suite 's' says failures=0, its test cases say 1",
        "suite '' says tests=9, its test cases say 2",
    )


def suite(cases: str, totals: str = "", name: str = "s") -> str:
    return f"<testsuite name='{name}' {totals}>{cases}</testsuite>"


def one(outcome: str, more: str = "", name: str = "a") -> str:
    inside = {"failed": "<failure message='m'/>", "skipped": "<skipped/>", "error": "<error/>",
              "teardown": "<error message='failed on teardown with x'/>"}  # fmt: skip
    return f"<testcase classname='c' name='{name}' {more}>{inside.get(outcome, '')}</testcase>"


GO = "<properties><property name='go.version' value='go1.23'/></properties>"
# What is in the file, and each test as it is told.
SAME_NAME: dict[str, tuple[str, dict[str, str]]] = {
    "nothing but the order": (
        suite(one("failed") + one("passed"), "tests='2' failures='1'"),
        {"c::a (1)": "failed", "c::a (2)": "passed"},
    ),
    "a suite": (
        "<testsuites><testsuite name='all'>" + suite(one("failed"), name="A")
        + suite(one("passed"), name="B") + "</testsuite></testsuites>",
        {"c::a (A)": "failed", "c::a (B)": "passed"},
    ),
    "a suite and the one that it is in": (
        "<testsuite name='all'>" + suite(one("failed"), name="A") + one("passed") + "</testsuite>",
        {"c::a (all > A)": "failed", "c::a (all)": "passed"},
    ),
    "files": (
        suite(one("passed", "file='/x/mo/a.mjs'") + one("failed", "file='/x/mo/b.mjs'")),
        {"c::a (a.mjs)": "passed", "c::a (b.mjs)": "failed"},
    ),
    "lines": (
        suite(one("failed", "file='/p' line='55'") + one("passed", "file='/p' line='70'")),
        {"c::a (line 55)": "failed", "c::a (line 70)": "passed"},
    ),
    "files, and the order within one": (
        suite(one("failed", "file='a'") + one("passed", "file='a'") + one("passed", "file='b'")),
        {"c::a (a, 1)": "failed", "c::a (a, 2)": "passed", "c::a (b)": "passed"},
    ),
    "a name that another test has": (
        suite(one("failed") + one("passed") + one("skipped", name="a (1)")),
        {"c::a (2)": "failed", "c::a (3)": "passed", "c::a (1)": "skipped"},
    ),
    "tries of pytest": (
        suite(one("passed") + one("failed"), "tests='1' failures='1'", "pytest"),
        {"c::a": "failed x2"},
    ),
    "tries of pytest beside a subtest, which it counts": (
        suite(one("passed") + one("passed"), "tests='3' failures='0'", "pytest"),
        {"c::a": "passed x2 ~"},
    ),
    "a subtest that failed in a try before the last": (
        suite(one("failed") + one("passed"), "tests='3' failures='1'", "pytest"),
        {"c::a (1)": "failed", "c::a (2)": "passed"},
    ),
    "two workers of pytest, each with all tests": (
        suite(one("passed") + one("failed"), "tests='2' failures='1'", "pytest"),
        {"c::a (1)": "passed", "c::a (2)": "failed"},
    ),
    "tries of pytest, whose count the errors of teardowns make up for": (
        suite(one("passed") * 2 + one("failed") + one("teardown", name="b")
              + one("teardown", name="d"), "tests='5' failures='1' errors='2'", "pytest"),
        {"c::a": "failed x3", "c::b": "error", "c::d": "error"},
    ),
    "tries of gotestsum": (
        suite(GO + one("failed") + one("failed"), "tests='1' failures='2'"), {"c::a": "failed x2"},
    ),
    "tries of gotestsum, the last of which passed": (
        suite(GO + one("failed") + one("passed"), "tests='1' failures='0'"),
        {"c::a": "passed x2 ~"},
    ),
    "a failure of gotestsum that it counts": (
        suite(GO + one("failed") + one("passed"), "tests='1' failures='1'"),
        {"c::a (1)": "failed", "c::a (2)": "passed"},
    ),
    "go test -count=2": (
        suite(GO + one("passed") + one("passed"), "tests='2' failures='0'"),
        {"c::a (1)": "passed", "c::a (2)": "passed"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME_NAME)
def test_test_cases_of_one_name(what: str) -> None:
    text, expected = SAME_NAME[what]
    assert told(read(text)) == expected


def test_the_same_test_in_two_suites_is_two_tests() -> None:
    part = read((JUNIT / "two-suites.xml").read_bytes())
    assert told(part) == {"c::a (chrome)": "failed", "c::a (firefox)": "passed"}
    assert part.warnings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (suite("", "tests='0' errors='1'"), {"s": "error @collection"}),
        (suite("", "tests='0' failures='1'"), {"s": "error @collection"}),
        (
            suite("<error message='no such module'/>" + one("passed"), "tests='1' errors='1'"),
            {"s": "error @collection", "c::a": "passed"},
        ),
        ("<testsuites errors='1' name='all'/>", {"all": "error @collection"}),
        (suite(one("", "status='failed'"), "failures='1'"), {"c::a": "failed"}),
        (suite(one("", "result='ERROR'"), "errors='1'"), {"c::a": "error"}),
        (suite(one("", "status='run' result='todo'"), "tests='1'"), {"c::a": "skipped"}),
        (suite(one("", "status='run' result='completed'"), "tests='1'"), {"c::a": "passed"}),
    ],
)  # fmt: skip
def test_what_no_verdict_of_a_test_case_tells(text: str, expected: dict[str, str]) -> None:
    part = read(text)
    assert told(part) == expected
    assert part.warnings == ()
    is_unexplained = expected.get("c::a") in ("failed", "error")
    assert part.completeness == ("inconsistent" if is_unexplained else None)


@pytest.mark.parametrize(
    ("text", "unnamed", "failing"),
    [
        (suite(one("passed"), "errors='1'"), 1, 1),
        (suite(one("failed"), "failures='1' errors='1'"), 1, 2),
        (suite("", "errors='3'"), 2, 3),
        (suite("", "errors='3' failures='3'"), 5, 6),
        # The outer suite counts what is in the inner, or that it failed.
        (suite(suite(one("failed") + one("failed")), "failures='1'"), 0, 2),
        (suite(suite(one("passed"), "failures='2'"), "failures='2'"), 2, 2),
        (f"<testsuites failures='1'>{suite(one('passed'))}</testsuites>", 1, 1),
        (f"<testsuites><testsuites>{suite(one('failed'))}</testsuites></testsuites>", 0, 1),
        # As mocha writes failures, and Surefire tries.
        (suite(one("failed"), "failures='0' errors='1'"), 0, 1),
        (suite("<testcase name='a'><failure/><rerunFailure/></testcase>", "failures='2'"), 0, 1),
    ],
)  # fmt: skip
def test_a_failure_that_a_suite_counts_and_nobody_names_is_one(
    text: str, unnamed: int, failing: int
) -> None:
    part = read(text)
    assert part.totals is not None
    assert part.totals.failing == failing
    assert (part.completeness, part.partial) == (
        ("inconsistent", True) if unnamed else (None, False)
    )
    if unnamed:
        assert part.reason.startswith(f"it counts {unnamed} failure")


@pytest.mark.parametrize("key", ["failures", "errors"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0), ("0", 0), ("0.0", 0), (" 1 ", 1), ("1.0", 1), ("012", 12), ("1,000", 1000),
        ("many", None), ("-1", None), ("1.5", None), ("1e3", None), ("1 2", None), ("9" * 30, None),
    ],
)  # fmt: skip
def test_what_a_suite_counts_is_read_or_told(key: str, text: str, count: int | None) -> None:
    part = read(suite(one("passed"), f"{key}='{text}'"))
    assert part.totals is not None
    assert part.totals.failing == (count or 0)
    assert part.completeness == (None if count == 0 else "inconsistent")
    no_count = f"suite 's' says {key}={text!r}, which is no count"
    assert (no_count in part.warnings, no_count == part.reason) == (count is None, count is None)


@pytest.mark.parametrize("key", ["tests", "skipped"])
def test_other_counts_that_are_none_are_told_too(key: str) -> None:
    part = read(suite(one("passed"), f"{key}='?'"))
    assert part.warnings == (f"suite 's' says {key}='?', which is no count",)
    assert part.completeness is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (suite(one("passed"), "status='failed'"), "s is said to have failed, and holds no failure"),
        (suite(suite(one("passed"), "result=' Error '", "in")), "s > in is said to have failed, and holds no failure"),
        (f"<testsuites status='failed'>{suite(one('passed'))}</testsuites>", "a suite without a name is said to have failed, and holds no failure"),
        (suite("", "status='failed'"), "s is said to have failed, and holds no failure"),
        (suite(suite(one("failed")), "status='failed'"), ""),
        (suite(one("failed", "status='failed'"), "status='failed'"), ""),
        (suite(one("passed"), "status='passed'"), ""),
        (suite(one("skipped"), "status='skipped'"), ""),
    ],
)  # fmt: skip
def test_a_suite_that_says_it_failed(text: str, reason: str) -> None:
    part = read(text)
    assert (part.completeness, part.reason) == ("inconsistent" if reason else None, reason)


@pytest.mark.parametrize(
    ("inside", "outcome"),
    [
        ("<details><failure message='m'/></details>", "failed"),
        ("<failures><failure/><failure/></failures>", "failed"),
        ("<properties><property><error>m</error></property></properties>", "error"),
        ("<system-out>x<failure/></system-out><skipped/>", "failed"),
        ("<skipped><failure/></skipped>", "failed"),
        ("<rerun><failure/></rerun>", "passed"),
        ("<flakyFailure><failure/></flakyFailure>", "passed x2 ~"),
        ("<failure><error/></failure>", "failed"),
        ("<details><skipped/></details>", "passed"),
    ],
)
def test_a_failure_inside_another_element_of_a_test_case(inside: str, outcome: str) -> None:
    part = read(
        suite(f"<testcase classname='c' name='a'>{inside}</testcase>{one('passed', name='b')}")
    )
    assert told(part) == {"c::a": outcome, "c::b": "passed"}


def test_a_failure_inside_another_element_of_a_suite() -> None:
    text = suite(f"<x><failure message='m'/></x><y>{one('failed', name='b')}</y>" + one("passed"))
    part = read(text)
    assert part.totals is not None
    assert part.totals.failing > 0
    assert "not counted: 1 test case directly in no suite" in part.warnings


@pytest.mark.parametrize(
    ("classname", "name", "completeness"),
    [
        ("test", "/a/b.test.mjs", "failed"),  # node --test
        ("s", "s", None),
        ("s.spec.ts", "s.spec.ts", "failed"),  # vitest: the suite, too
        ("Test suite failed to run", "s.test.js", "failed"),  # jest-junit
        ("unittest.loader._FailedTest", "test_odd", "failed"),  # unittest-xml-reporting
        ("c", "loads b.js", None),
    ],
)
def test_a_file_that_could_not_be_loaded(
    classname: str, name: str, completeness: str | None
) -> None:
    case = f"<testcase classname='{classname}' name='{name}'><failure/></testcase>"
    part = read(suite(case, name=name if classname == name else "s"))
    assert part.totals == Totals(collected=1, failed=1)
    assert part.completeness == completeness


@pytest.mark.parametrize(
    ("inside", "totals", "completeness"),
    [
        ("<testcase name='a'/><!-- fail 1 -->", Totals(collected=2, passed=1, failed=1), "inconsistent"),
        ("<testcase name='a'><failure/></testcase><!-- fail 2 -->", Totals(collected=1, failed=1), None),
        (
            "<testcase name='a'><skipped type='todo'/><failure type='x'/></testcase><!-- fail 0 -->",
            Totals(collected=1, xfailed=1),
            None,
        ),
        (
            "<undefined name='root'><testcase name='a'/><!-- fail 1 --></undefined>",
            Totals(collected=2, passed=1, failed=1),
            "inconsistent",
        ),
        ("<testcase name='a'/><!-- failing tests: none -->", Totals(collected=1, passed=1), None),
    ],
)  # fmt: skip
def test_what_node_counts_behind_its_suites(
    inside: str, totals: Totals, completeness: str | None
) -> None:
    part = read(f"<testsuites>{inside}</testsuites>")
    assert (part.totals, part.completeness) == (totals, completeness)


def test_a_todo_of_jest_is_not_passed() -> None:
    """jest-junit writes it as a test case like one that passed, and does not count it."""
    cases = one("passed", "time='0.002'") + one("passed", "time='0'", "later")
    jest = "<testsuites name='jest tests'>{}</testsuites>"
    part = read(jest.format(suite(cases, "tests='1' failures='0' skipped='0'")))
    assert told(part) == {"c::a": "passed", "c::later": "skipped"}
    assert (part.tests["c::later"].message, part.warnings) == ("todo", ())
    cases += one("passed", "time='0'", "b")
    part = read(jest.format(suite(cases, "tests='2' failures='0' skipped='0'")))
    assert told(part) == {"c::a": "passed", "c::later": "passed", "c::b": "skipped"}
    assert part.warnings == (
        "which of the tests that took no time are todo is not told: the last",
    )  # fmt: skip


CORPUS = real.PLACE / "cases" / "runs"


@pytest.mark.skipif(not CORPUS.is_dir(), reason=real.MISSING)
@pytest.mark.parametrize(
    ("name", "totals"),
    [
        ("01-same-name.xml", Totals(collected=3, passed=2, failed=1)),
        ("02-nested-same-name.xml", Totals(collected=4, passed=2, failed=2)),
        ("03-xpassed.xml", Totals(collected=3, passed=3)),
        ("04-teardown.xml", Totals(collected=2, passed=1, errors=1)),
        ("junit/jest.xml", Totals(collected=7, passed=3, failed=2, skipped=2)),
        ("junit/mocha-xunit.xml", Totals(collected=7, passed=3, failed=2, skipped=2)),
        ("junit/node.xml", Totals(collected=7, passed=3, failed=2, skipped=2)),
        ("junit/vitest.xml", Totals(collected=7, passed=3, failed=2, skipped=2)),
    ],
)
def test_files_of_real_runners(name: str, totals: Totals) -> None:
    assert read((CORPUS / name).read_bytes()).totals == totals


@pytest.mark.parametrize(
    ("cases", "printed"),
    [
        (one("teardown"), Totals(collected=1, passed=1, errors=1)),
        (one("skipped").replace("</testcase>", "") + one("teardown").partition(">")[2],
         Totals(collected=1, skipped=1, errors=1)),
        (one("failed") + one("teardown"), Totals(collected=1, failed=1, errors=1)),
        (one("passed") * 2 + one("teardown"), Totals(collected=1, passed=3, errors=1, rerun=2)),
    ],
    ids=["passed", "skipped", "failed", "tries"],
)  # fmt: skip
def test_the_last_line_counts_what_was_before_the_teardown(cases: str, printed: Totals) -> None:
    assert (
        read(suite(cases, "tests='9'" if printed.rerun else "tests='1'", "pytest")).printed
        == printed
    )


@pytest.mark.parametrize(
    ("name", "completeness"), [("t/odd.test.mjs", "failed"), ("reads Store.js", None)]
)
def test_a_failed_test_case_called_as_its_file_could_not_be_loaded(
    name: str, completeness: str | None
) -> None:
    """As vitest writes it; a test may be called after a file, too."""
    case = one("failed", name=name).replace("'c'", "'t/odd.test.mjs'")
    assert read(suite(case, name="t/odd.test.mjs")).completeness == completeness


def test_an_interrupted_run_is_not_complete() -> None:
    part = read((JUNIT / "pytest-interrupted.xml").read_bytes())
    assert (part.completeness, part.reason) == ("incomplete", "stopped in the middle of a test")
    assert told(part) == {"t::test_first": "passed"}


# Tries by folding them here, from what junitparser reads.


def case(name: str, verdict: str) -> str:
    inside = {
        "passed": "",
        "failed": '<failure message="m"/>',
        "error": '<error message="m"/>',
        "teardown": '<error message="failed on teardown with &quot;m&quot;"/>',
        "skipped": '<skipped message="m"/>',
    }[verdict]
    return f"<testcase classname='c' name={quoteattr(name)} time='1'>{inside}</testcase>"


names = st.sampled_from(["a", "b[x - y]", "ü<&>'\""])
cases = st.lists(
    st.tuples(names, st.sampled_from(["passed", "failed", "error", "teardown", "skipped"])),
    max_size=12,
)


@given(cases, st.booleans())
def test_an_independent_reading_of_the_same_file_finds_the_same_tests(
    tries: list[tuple[str, str]], is_pytest: bool
) -> None:
    """In a file of pytest's they are tries of one test, and all before the last failed."""
    body = "".join(case(name, verdict) for name, verdict in tries)
    text = f"<testsuite name='{'pytest' if is_pytest else 'other'}'>{body}</testsuite>"
    oracle: dict[str, list[str]] = {}
    for test in next(iter(junitparser.JUnitXml.fromstring(text.encode()))):
        result = test.result[0] if test.result else None
        outcome = {
            junitparser.Failure: "failed",
            junitparser.Error: "error",
            junitparser.Skipped: "skipped",
            type(None): "passed",
        }[type(result)]
        earlier = oracle.setdefault(f"c::{test.name}", [])
        teardown = outcome == "error" and "failed on teardown" in str(result.message)
        if teardown and earlier and earlier[-1] in ("failed", "error"):
            earlier.pop()
        earlier.append("error of a teardown" if teardown else outcome)
    found = read(text).tests
    if not is_pytest:
        outcomes = Counter(outcome.split()[0] for every in oracle.values() for outcome in every)
        assert Counter(test.outcome for test in found.values()) == outcomes
        assert all(test.tries == 1 for test in found.values())
        return
    assert list(found) == list(oracle)
    for name, each in oracle.items():
        failed = {outcome != "skipped" for outcome in each[:-1]}
        assert (found[name].outcome, found[name].tries) == (each[-1].split()[0], len(each))
        assert found[name].flaky == ((each[-1] in ("passed", "skipped")) in failed)
        assert found[name].duration_s == sum(1 for n, _ in tries if f"c::{n}" == name)


# Files that are no test results.

GOOD = '<testsuites><testsuite name="s"><testcase classname="c" name="n"/></testsuite></testsuites>'
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
HOSTILE: dict[str, tuple[bytes, str]] = {
    "a billion laughs": (
        f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><testsuite name="&l9;"/>'.encode(),
        "no document type",
    ),
    "an external entity": (
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite name="&x;"/>',
        "no document type",
    ),
    "a parameter entity": (
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://example.invalid/x"> %p;]><testsuite/>',
        "no document type",
    ),
    "a bare document type": (b"<!DOCTYPE testsuite><testsuite/>", "no document type"),
    "a document type behind a long comment": (
        b"<!--" + b"x" * 70_000 + b"--><!DOCTYPE testsuite><testsuite/>",
        "no document type",
    ),
    "a document type in UTF-16": (
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a><testsuite/>'.encode("utf-16"),
        "no document type",
    ),
    "a document type in Shift JIS": (
        b'<?xml version="1.0" encoding="shift_jis"?><!DOCTYPE a><testsuite/>',
        "no document type",
    ),
    "an unknown entity": (b'<testsuite name="&what;"/>', "well-formed XML"),
    "cut short": (GOOD[:-5].encode(), "well-formed XML"),
    "cut in a tag": (GOOD[:40].encode(), "well-formed XML"),
    "empty": (b"", "well-formed XML"),
    "blank": (b" \n\n", "well-formed XML"),
    "binary": (bytes(range(256)) * 64, "well-formed XML"),
    "zeros": (b"\0" * 4096, "well-formed XML"),
    "two documents": (GOOD.encode() * 2, "well-formed XML"),
    "not the encoding it says": (
        b'<?xml version="1.0" encoding="utf-16"?><testsuite/>',
        "well-formed XML",
    ),
    "bytes that are no UTF-8": (b'<testsuite name="\xff"/>', "well-formed XML"),
    "an encoding nobody knows": (
        b'<?xml version="1.0" encoding="klingon"?><testsuite/>',
        "a known text encoding",
    ),
    "an encoding that is no text": (
        b'<?xml version="1.0" encoding="hex"?><testsuite/>',
        "a known text encoding",
    ),
    "a test case alone": (b"<testcase name='a'/>", "<testsuites> or <testsuite>"),
    "another root": (b"<coverage><testsuite/></coverage>", "<testsuites> or <testsuite>"),
    "100,000 suites deep": (b"<testsuite>" * 100_000 + b"</testsuite>" * 100_000, "100 deep"),
    "100,000 elements deep": (b"<testsuite>" + b"<a>" * 100_000, "100 deep"),
    "a start tag of 3 MB": (b'<testsuite name="' + b"a" * 3_000_000 + b'"/>', "256 KB"),
    "a test case in a test case": (
        b'<testsuite><testcase name="a"><testcase name="b"/></testcase></testsuite>',
        "no test case inside",
    ),
    "200 MB": (b" " * 200 * 2**20, "at most 64 MB, found 200 MB"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_test_result_is_refused_in_one_line(what: str) -> None:
    data, expected = HOSTILE[what]
    tracemalloc.start()
    try:
        began = time.process_time()
        with pytest.raises(UnreadableInput) as refusal:
            read(data, "artifacts/junit.xml")
        took = time.process_time() - began
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert expected in str(refusal.value)
    assert str(refusal.value).startswith("artifacts/junit.xml:")
    assert "\n" not in str(refusal.value)
    assert took < 0.5, "tracing makes it five times as slow as it is"
    assert held < 50 * 2**20


def test_the_largest_file_that_is_read_is_the_largest_that_is_allowed() -> None:
    assert MAX_BYTES == 64 * 2**20


def test_depth_is_bounded_behind_a_good_start_too() -> None:
    filler = b"<properties>" + b"x" * 40_000 + b"</properties>"
    deep = b"<testsuite>" + filler + b"<a>" * 900_000
    with pytest.raises(UnreadableInput, match="100 deep"):
        read(deep)


@given(st.integers(0, len(GOOD) - 1))
def test_a_file_cut_anywhere_is_never_read_as_whole(at: int) -> None:
    with pytest.raises(UnreadableInput):
        read(GOOD[:at])


@given(st.binary(max_size=300), st.integers(0, len(GOOD)), st.integers(0, 40))
def test_noise_is_refused_or_read_and_nothing_else(noise: bytes, at: int, gone: int) -> None:
    data = GOOD.encode()
    with contextlib.suppress(UnreadableInput):
        assert read(data[:at] + noise + data[at + gone :]).totals is not None


@pytest.mark.parametrize(
    ("encoding", "declared", "name"),
    [
        ("utf-8", "utf-8", "é"),
        ("utf-8-sig", "utf-8", "é"),
        ("utf-16", "utf-16", "é"),
        ("utf-16-be", "UTF-16BE", "é"),
        ("iso-8859-1", "iso-8859-1", "é"),
        ("windows-1252", "windows-1252", "é"),
        ("shift_jis", "Shift_JIS", "テスト"),
        ("gb18030", "gb18030", "测"),
        ("euc-kr", "euc-kr", "시"),
    ],
)
def test_encodings(encoding: str, declared: str, name: str) -> None:
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    text = f'{head}<testsuite><testcase name="{name}"/></testsuite>'
    assert list(read(text.encode(encoding)).tests) == [name]


@pytest.mark.parametrize(
    ("name", "sample", "expected"),
    [
        ("a/junit.xml", GOOD.encode(), True),
        ("a/out.xml", GOOD.encode(), True),
        ("a/out.xml", GOOD.encode("utf-16"), True),
        ("a/coverage.xml", b"<coverage/>", False),
        ("a/junit.xml", b"", True),
        ("a/TEST-a.xml", b"\0\0", True),
        ("a/pytest.xml", b"<!DOCTYPE a><a/>", True),
        ("a/latest.xml", b"", False),
        ("a/junit.xml", b"<coverage/>", False),
        ("a/junit.txt", GOOD.encode(), False),
    ],
)
def test_which_files_are_junit(name: str, sample: bytes, expected: bool) -> None:
    assert junit.matches(name, sample) is expected


def test_time_grows_with_the_file_and_no_faster() -> None:
    def took(cases: int) -> float:
        body = io.StringIO()
        for number in range(cases):
            body.write(f'<testcase classname="c" name="n{number}" time="0.1"/>')
        data = f"<testsuite>{body.getvalue()}</testsuite>".encode()
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            read(data)
            best = min(best, time.process_time() - began)
        return best

    assert took(40_000) < 8 * took(10_000)


@pytest.mark.parametrize(
    ("text", "tests"),
    [
        ("<testsuites><testcase name='a'/></testsuites>", ["a"]),
        ("<testsuite><testsuite><testcase name='a'/></testsuite><testcase name='b'/></testsuite>", ["a", "b"]),
        ("<testsuite><properties><testcase name='a'/></properties></testsuite>", []),
        ("<testsuite><testsuite/><testcase name='a'><system-out>x</system-out></testcase></testsuite>", ["a"]),
        ("<j:testsuites xmlns:j='u'><j:testsuite><j:testcase name='a'><j:failure/></j:testcase></j:testsuite></j:testsuites>", ["a"]),
    ],
)  # fmt: skip
def test_where_test_cases_may_stand(text: str, tests: list[str]) -> None:
    assert list(read(text).tests) == tests


@pytest.mark.parametrize(
    ("inside", "message"),
    [
        ("<failure>one<b/>two</failure>", "one"),
        ("<failure><![CDATA[a <b>]]> c</failure>", "a <b> c"),
        ("<failure message=''>text</failure>", "text"),
        ("<failure message='m'>text</failure>", "m"),
        ("<failure/>between<system-out>out</system-out>", None),
        ("<system-out>out</system-out><failure> t </failure>after", "t"),
    ],
)
def test_what_a_verdict_says(inside: str, message: str | None) -> None:
    part = read(f"<testsuite><testcase name='a'>{inside}</testcase></testsuite>")
    assert (part.tests["a"].outcome, part.tests["a"].message) == ("failed", message)


@pytest.mark.parametrize("writer", sorted(WRITERS.keys() - {"namespaces"}))
def test_junitparser_sees_the_same_tests_and_failures(writer: str) -> None:
    """junitparser folds no tries and reads no namespaces: of a test that it has several times
    the last decides, and an error in teardown adds to it."""
    part = read((JUNIT / f"{writer}.xml").read_bytes())
    whole = junitparser.JUnitXml.fromfile(str(JUNIT / f"{writer}.xml"))
    suites = [whole] if isinstance(whole, junitparser.TestSuite) else list(whole)
    oracle = {}
    for suite, case in (pair for top in suites for pair in _below(top)):
        place = case.classname  # PHPUnit has `class`, or the name of the suite alone
        if place is None:
            place = case._elem.get("class") or suite.name
        name = f"{place}::{case.name}" if place else case.name
        oracle[name] = any(
            isinstance(result, junitparser.Failure | junitparser.Error) for result in case.result
        )
    assert {name: test.outcome in FAILING for name, test in part.tests.items()} == oracle


Pair = tuple[junitparser.TestSuite, junitparser.TestCase]


def _below(suite: junitparser.TestSuite) -> list[Pair]:
    inside = [pair for inner in suite.testsuites() for pair in _below(inner)]
    return [*((suite, case) for case in suite.iterchildren(junitparser.TestCase)), *inside]
