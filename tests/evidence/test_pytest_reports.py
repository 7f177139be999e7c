"""pytest's report log and JSON report: real runs of the real plugins, cut anywhere, spoiled."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnreadableInput
from ledger.evidence import junit, pytest_log, pytest_reports
from ledger.evidence.model import Totals
from ledger.evidence.outputs import read_run
from ledger.evidence.part import Part
from ledger.git.files import WorkTree
from tests.evidence.test_pytest_log import SUITE

FAILING = ("failed", "error")
CRASHING = """
import faulthandler, pytest
@pytest.fixture
def late():
    yield
    faulthandler._sigsegv()
@pytest.fixture
def early(): faulthandler._sigsegv()
def test_before(): pass
def test_wrong(): assert 0
def test_dies{fixture}{body}
def test_after(): pass
"""
SUBTESTS = """
def test_subs(subtests):
    for i in range(3):
        with subtests.test("label", i=i):
            assert i != 1
def test_fine(subtests):
    with subtests.test("label"): pass
"""


def run(folder: Path, *options: str, **modules: str) -> int:
    """Real pytest with both plugins: ``log.jsonl``, ``report.json``, ``junit.xml``, ``pytest.log``."""
    tests = folder / "suite"
    tests.mkdir(exist_ok=True)
    for name, text in modules.items():
        (tests / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    outputs = ["--report-log=log.jsonl", "--json-report", "--json-report-file=report.json",
               "--junitxml=junit.xml"]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:hypothesispytest",
         "suite", *outputs, *options],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120,
    )  # fmt: skip
    (folder / "pytest.log").write_bytes(done.stdout)
    return done.returncode


def log(data: bytes) -> Part:
    return pytest_reports.read_report_log(data, "log.jsonl")[0]


def report(data: bytes) -> Part:
    return pytest_reports.read_json_report(data, "report.json")[0]


def all_of(folder: Path) -> tuple[Part, Part, Part]:
    return (
        junit.read((folder / "junit.xml").read_bytes(), "junit.xml")[0],
        log((folder / "log.jsonl").read_bytes()),
        report((folder / "report.json").read_bytes()),
    )


SKIPPED_MODULE = 'import pytest\npytest.skip("not now", allow_module_level=True)\n'


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    assert run(folder, test_all=SUITE, test_module=SKIPPED_MODULE) == 1
    return folder


@pytest.mark.parametrize("options", [(), ("--reruns=2",), ("-n2",)])
def test_they_say_what_the_junit_file_of_the_same_run_says(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    assert run(tmp_path, *options, test_all=SUITE, test_module=SKIPPED_MODULE) == 1
    junit, by_log, by_report = all_of(tmp_path)
    for part in (by_log, by_report):
        assert part.tests.keys() == junit.tests.keys()
        assert (part.completeness, part.exit_code, part.warnings) == ("complete", 1, ())
        assert part.totals is not None
        assert (part.totals.collected, part.totals.xpassed) == (22, 1)
        assert (part.duration_s or 0) > 0
        assert part.started is not None
        assert junit.started is not None
        assert part.started[:10] == junit.started[:10]
        for name, told in part.tests.items():
            known = junit.tests[name]
            # JUnit XML of pytest has no word for xpassed.
            outcome = "passed" if told.outcome == "xpassed" else told.outcome
            assert (name, outcome, told.flaky, told.at_collection) == (
                name, known.outcome, known.flaky, known.at_collection,
            )  # fmt: skip
            if told.message is not None and told.outcome in FAILING:
                assert told.message in (known.message or "")
            if part is by_log:
                assert told.tries == known.tries
                assert (told.duration_s or 0) == pytest.approx(known.duration_s or 0, abs=0.01)


def test_a_folder_with_all_four_outputs_counts_each_test_once(whole: Path) -> None:
    found = read_run(WorkTree(whole.parent), whole.name)
    assert found.totals == Totals(
        collected=22, passed=9, failed=7, errors=3, skipped=2, xfailed=1, xpassed=1
    )
    assert found.sources["tests"] == "junit.xml"
    assert (found.completeness, found.exit_code) == ("complete", 1)
    assert found.warnings == (
        "not understood: suite/test_all.count",
        "no exit-code file in the folder",
    )


@pytest.mark.parametrize("gone", ["junit.xml", "junit.xml report.json", "junit.xml log.jsonl"])
def test_what_is_left_of_them_says_the_same(whole: Path, tmp_path: Path, gone: str) -> None:
    for name in {"junit.xml", "log.jsonl", "report.json", "pytest.log"} - set(gone.split()):
        (tmp_path / name).write_bytes((whole / name).read_bytes())
    found = read_run(WorkTree(tmp_path.parent), tmp_path.name)
    every = read_run(WorkTree(whole.parent), whole.name)
    assert found.totals == every.totals
    assert {n: t.outcome for n, t in found.tests.items()} == {
        n: t.outcome for n, t in every.tests.items()
    }
    assert (found.completeness, found.exit_code) == ("complete", 1)


@pytest.mark.parametrize(
    ("fixture", "body", "place"),
    [
        ("():", " faulthandler._sigsegv()", "in suite/test_crash.py::test_dies"),
        ("(late):", " pass", "in suite/test_crash.py::test_dies"),
        # Nothing is written of a test before its setup is over.
        ("(early):", " pass", "after suite/test_crash.py::test_wrong"),
    ],
)
def test_a_crash_names_the_test_that_died(
    tmp_path: Path, fixture: str, body: str, place: str
) -> None:
    text = CRASHING.format(fixture=fixture, body=body)
    assert run(tmp_path, "-p", "no:rerunfailures", test_crash=text) == -11
    assert not (tmp_path / "junit.xml").exists()
    part = log((tmp_path / "log.jsonl").read_bytes())
    assert part.completeness == "incomplete"
    assert part.reason == f"the report log has no end of the session: it ends {place}"
    assert {name: test.outcome for name, test in part.tests.items()} == {
        "suite.test_crash::test_before": "passed",
        "suite.test_crash::test_wrong": "failed",
    }
    found = read_run(WorkTree(tmp_path.parent), tmp_path.name)
    assert found.completeness == "crashed"


def test_a_crash_of_a_worker_is_an_error_of_its_test(tmp_path: Path) -> None:
    text = CRASHING.format(fixture="():", body=" faulthandler._sigsegv()")
    assert run(tmp_path, "-n2", test_crash=text) == 1
    junit, by_log, _ = all_of(tmp_path)
    died = "suite.test_crash::test_dies"
    assert by_log.tests[died].outcome == junit.tests[died].outcome == "error"
    assert [crash.signature for crash in by_log.crashes] == [
        "a worker crashed in suite/test_crash.py::test_dies"
    ]
    assert by_log.completeness == "complete"


def test_modules_that_cannot_be_imported(tmp_path: Path) -> None:
    assert run(tmp_path, test_broken="import nothing_of_that_name\n") == 2
    for part in all_of(tmp_path):
        assert part.totals == Totals(errors=1)
        assert part.tests["suite.test_broken"].at_collection
    assert log((tmp_path / "log.jsonl").read_bytes()).completeness == "failed"
    assert report((tmp_path / "report.json").read_bytes()).completeness == "failed"


def test_subtests_decide_their_test(tmp_path: Path) -> None:
    assert run(tmp_path, "-p", "no:rerunfailures", test_subs=SUBTESTS) == 1
    for part in all_of(tmp_path):
        assert {name: test.outcome for name, test in part.tests.items()} == {
            "suite.test_subs::test_subs": "failed",
            "suite.test_subs::test_fine": "passed",
        }


@pytest.mark.parametrize(
    ("options", "state", "reason"),
    [
        (("-x",), "incomplete", "of 22 tests ran"),
        (("-k", "nothing_of_that_name"), "failed", "no tests ran"),
        (("-k", "test_plain"), "complete", ""),
    ],
)
def test_how_far_the_json_report_says_it_came(
    tmp_path: Path, options: tuple[str, ...], state: str, reason: str
) -> None:
    run(tmp_path, *options, test_all=SUITE)
    part = report((tmp_path / "report.json").read_bytes())
    assert part.completeness == state
    assert reason in part.reason


def test_a_json_report_without_tests_gives_totals_and_says_so(tmp_path: Path) -> None:
    run(tmp_path, "--json-report-summary", test_all=SUITE)
    part = report((tmp_path / "report.json").read_bytes())
    assert (part.tests, part.partial) == ({}, True)
    assert part.totals is not None
    assert (part.totals.collected, part.totals.failed, part.totals.errors) == (22, 7, 3)


def test_a_summary_that_does_not_add_up_is_said(whole: Path) -> None:
    found = json.loads((whole / "report.json").read_bytes())
    found["summary"]["passed"] += 1
    part = report(json.dumps(found).encode())
    assert part.warnings == ("the summary says passed=10, its tests say 9",)


def test_a_report_log_cut_anywhere_is_not_complete_and_invents_nothing(whole: Path) -> None:
    data = (whole / "log.jsonl").read_bytes()
    known = log(data).tests
    for at in range(0, len(data) - 2, 997):
        try:
            part = log(data[:at])
        except UnreadableInput:
            pytest.fail("a log cut short is read as far as it goes")
        assert part.completeness == "incomplete"
        for name, test in part.tests.items():
            assert test.outcome == known[name].outcome or test.outcome in FAILING


def test_a_json_report_cut_anywhere_is_refused(whole: Path) -> None:
    data = (whole / "report.json").read_bytes()
    for at in range(0, len(data) - 1, 997):
        with pytest.raises(UnreadableInput):
            report(data[:at])


DEEP = b"[" * 100_000
HOSTILE = {
    "a line that is no JSON": b'{"$report_type": "SessionStart"}\n{"a": \n{}\n',
    "a line that is no object": b'{"$report_type": "SessionStart"}\n[]\n',
    "a line of something else": b'{"$report_type": "SessionStart"}\n{"a": 1}\n',
    "deep nesting": b'{"$report_type": "SessionStart"}\n' + DEEP + b"\n\n",
    "a number without end": b'{"$report_type": "SessionStart"}\n{"a": ' + b"9" * 10_000 + b"}\n\n",
    "binary": b'{"$report_type": "SessionStart"}\n' + bytes(range(256)) * 10 + b"\n",
    "another encoding": '{"$report_type": "SessionStart"}\n'.encode("utf-16") + b"\n",
    "65 MB": b" " * (65 << 20),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_report_log_that_is_none_is_refused_in_one_line(what: str) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        log(HOSTILE[what])
    assert str(refusal.value).startswith("log.jsonl: expected ")
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"{}", DEEP, b"\xff\xfe", b'{"summary": {"passed": ' + b"9" * 9999 + b"}}",
     b'{"summary": 3}', b" " * (65 << 20)],
    ids=lambda data: repr(data[:20]),
)  # fmt: skip
def test_a_json_report_that_is_none_is_refused_in_one_line(data: bytes) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        report(data)
    assert str(refusal.value).startswith("report.json: expected the JSON report")
    assert "\n" not in str(refusal.value)


# Records with any value in any place.

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6)
    | st.sampled_from(["passed", "failed", "skipped", "rerun", "setup", "call", "teardown", "t.py::x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
        ["nodeid", "outcome", "when", "message", "reprcrash", "call", "crash", "longrepr"]), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
records = st.fixed_dictionaries(
    {"$report_type": st.sampled_from(["TestReport", "CollectReport", "SessionStart", "SessionFinish"]) | values},
    optional=dict.fromkeys(["nodeid", "outcome", "when", "longrepr", "duration", "start", "stop", "wasxfail", "exitstatus"], values),
)  # fmt: skip


@given(st.lists(records, max_size=6))
def test_any_records_are_read(found: list[dict[str, object]]) -> None:
    part = log(b"".join(json.dumps(one).encode() + b"\n" for one in found))
    json.dumps([name.encode().decode() for name in part.tests])


@given(st.fixed_dictionaries({"summary": st.dictionaries(st.sampled_from(["passed", "failed", "collected", "total"]), values)},
       optional=dict.fromkeys(["tests", "collectors", "environment", "created", "duration", "exitcode"], values | st.lists(values, max_size=4))))  # fmt: skip
def test_any_report_is_read(found: dict[str, object]) -> None:
    with contextlib.suppress(UnreadableInput):  # a float may be NaN, which is no JSON to some
        assert report(json.dumps(found).encode()).totals is not None


def test_the_log_reader_leaves_them_alone(whole: Path) -> None:
    data = (whole / "log.jsonl").read_bytes()
    assert pytest_log.read(data, "pytest.log")[0].totals is None
    assert pytest_reports.is_report_log("pytest.log", data)
    assert not pytest_reports.is_report_log("log.jsonl", (whole / "report.json").read_bytes())
    assert not pytest_reports.is_json_report("report.json", data)


def test_a_test_fails_with_its_subtests() -> None:
    reports = [
        {"$report_type": "SessionStart"},
        {"$report_type": "TestReport", "nodeid": "t.py::a", "when": "setup", "outcome": "passed"},
        {"$report_type": "SubTestReport", "nodeid": "t.py::a", "when": "call", "outcome": "failed"},
        {"$report_type": "TestReport", "nodeid": "t.py::a", "when": "call", "outcome": "passed"},
        {
            "$report_type": "TestReport",
            "nodeid": "t.py::a",
            "when": "teardown",
            "outcome": "passed",
        },
        {"$report_type": "SessionFinish", "exitstatus": 1},
    ]
    data = "".join(json.dumps(report) + "\n" for report in reports).encode()
    [part] = pytest_reports.read_report_log(data, "log.jsonl")
    assert part.totals == Totals(collected=1, failed=1)
