"""One run, one reading: whoever is asked says the same of the same files.

Each case is a folder of outputs, or one file. ``evidence`` says what is in it; ``append`` must
record that, ``rounds`` counts it, ``gate``, ``verify`` and ``validate --base`` judge with it, and the work
tree, the index and a commit hold the same. The sums hold for all of them.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ledger.evidence.model import Evidence, Totals, recount
from ledger.evidence.outputs import READERS, outputs_of, read_run
from ledger.evidence.rounds import result_of
from ledger.git.blobs import Blobs
from ledger.git.files import Commit, Files, Index, WorkTree
from tests.campaigns import outputs
from tests.support import corpus as real
from tests.support.commands import call
from tests.support.places import DATA
from tests.support.repository import Repository

FOLDER = "reports/x/20251102T091500Z"
EVIDENCE = DATA / "evidence"
PLAN = """# Fix Plan

## [PARSE-001] Read
- Status: in_progress
- Attempts History:
"""
VERBOSE = (
    "=== test session starts ===\ncollecting ... collected 4 items\n\n"
    "test_a.py::test_a[0] PASSED [ 25%]\ntest_a.py::test_a[1] PASSED [ 50%]\n"
    "test_a.py::test_a[2] FAILED [ 75%]\ntest_a.py::test_a[3] PASSED [100%]\n\n"
    "=== FAILURES ===\n___ test_a[2] ___\nE   assert 2 != 2\n"
    "=== short test summary info ===\nFAILED test_a.py::test_a[2] - assert 2 != 2\n"
    "=== 1 failed, 3 passed in 0.83s ===\n"
)
QUIET = ".....                                                      [100%]\n5 passed in 1.10s\n"
QUIET_FAILED = (
    ".F [100%]\n=== short test summary info ===\nFAILED test_q.py::test_x - assert 0\n"
    "1 failed, 1 passed in 0.10s\n"
)
JUNIT = (
    "<testsuites name='pytest tests'><testsuite name='pytest' tests='2' failures='1' time='1.5'>"
    "<testcase classname='test_j' name='test_a' time='1'/>"
    "<testcase classname='test_j' name='test_b' time='0.5'><failure message='m'/></testcase>"
    "</testsuite></testsuites>"
)
JUNIT_PASSED = JUNIT.replace("<failure message='m'/>", "").replace("failures='1'", "failures='0'")

QUIET_VERBOSE = (
    "=== test session starts ===\ncollected 2 items\n\ntest_j.py::test_a PASSED [ 50%]\n"
    "test_j.py::test_b PASSED [100%]\n\n=== 2 passed in 0.10s ===\n"
)
SAME_NAME = (
    "<testsuite name='math' tests='3' failures='1'><testcase name='a'><failure message='m'/></testcase>"
    "<testcase name='a'/><testcase name='b'/></testsuite>"
)
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


NO_TESTS = (
    "<testsuites name='pytest tests'><testsuite name='pytest' tests='0' time='0.01'/></testsuites>"
)
LATE = JUNIT.replace(
    "<failure message='m'/>", "<error message='failed on teardown with &quot;x&quot;'/>"
)
LATE = LATE.replace("failures='1'", "errors='1'")
QUIET_LATE = (
    "..E [100%]\n=== ERRORS ===\n___ ERROR at teardown of test_b ___\nE   OSError\n"
    "=== short test summary info ===\nERROR test_j.py::test_b - OSError\n2 passed, 1 error in 1.50s\n"
)
JSON_REPORT = {
    "created": 1.7e9, "duration": 0.5, "exitcode": 1, "root": "/", "environment": {},
    "summary": {"passed": 1, "subtests passed": 1, "total": 2, "collected": 2},
    "tests": [
        {"nodeid": "t.py::test_a", "outcome": "passed", "call": {"outcome": "passed"}},
        {"nodeid": "t.py::test_s", "outcome": "subtests passed", "call": {"outcome": "passed"}},
    ],
}  # fmt: skip
SUBTEST_LOGS = {
    "a verbose": "t.py::test_a PASSED\nt.py::test_s [m] (i=1) SUBFAIL\nt.py::test_s PASSED\n\n",
    "a quiet": ".u. [100%]\n=== short test summary info ===\n[m] (i=1) SUBFAIL t.py::test_s - x\n",
    "a nameless": ".u. [100%]\n",
}
REPORT_LOG: list[dict[str, Any]] = [
    {"$report_type": "SessionStart", "pytest_version": "8"},
    *(
        {"$report_type": kind, "nodeid": name, "when": when, "outcome": outcome, "start": 1.7e9, "stop": 1.7e9 + 1}
        for kind, name, when, outcome in (
            ("TestReport", "t.py::test_a", "call", "passed"),
            ("TestReport", "t.py::test_a", "teardown", "passed"),
            ("SubTestReport", "t.py::test_s", "call", "failed"),
            ("TestReport", "t.py::test_s", "call", "passed"),
            ("TestReport", "t.py::test_s", "teardown", "passed"),
        )
    ),
    {"$report_type": "SessionFinish", "exitstatus": 1},
]  # fmt: skip


def _made() -> dict[str, dict[str, str | bytes]]:
    """Folders by name: each output of the data by itself, and what was read in two ways."""
    cases: dict[str, dict[str, str | bytes]] = {
        path.name: {path.name: path.read_bytes()}
        for folder in ("junit", "outputs")
        for path in sorted((EVIDENCE / folder).iterdir())
    }
    cases |= {
        "two sessions, verbose and quiet": {"pytest.log": VERBOSE + QUIET},
        "two quiet sessions": {"pytest.log": QUIET_FAILED + QUIET},
        "two sessions beside the JUnit file of one": {
            "pytest.log": VERBOSE + QUIET,
            "junit.xml": JUNIT.replace("test_j", "test_a"),
        },
        "a JUnit file that a quiet session contradicts": {
            "junit.xml": JUNIT_PASSED,
            "pytest.log": QUIET_FAILED.replace("test_q.py::test_x", "test_j.py::test_b"),
        },
        "exit code 0 beside a failure": {"junit.xml": JUNIT, "exit_code.txt": "0\n"},
        "exit code 1 without one": {"junit.xml": JUNIT_PASSED, "exit_code.txt": "1\n"},
        "more passed than collected": {
            "pytest.log": "=== test session starts ===\ncollected 4 items\n\n"
            "=== 5 passed in 1.10s ===\n"
        },
        "failures that only the suite counts": {
            "junit.xml": "<testsuite name='s' tests='1' failures='2'>"
            "<testcase classname='c' name='a'/></testsuite>"
        },
        "a JUnit file that a second pytest overwrote": {
            "pytest.log": VERBOSE + QUIET_VERBOSE,
            "junit.xml": JUNIT_PASSED,
        },
        "an unexpected pass that a quiet log counts": {
            "junit.xml": JUNIT_PASSED,
            "pytest.log": ".X [100%]\n1 passed, 1 xpassed in 1.50s\n",
        },
        "an unexpected pass that a verbose log names": {
            "junit.xml": JUNIT_PASSED,
            "pytest.log": QUIET_VERBOSE.replace("test_b PASSED", "test_b XPASS (m)").replace(
                "2 passed", "1 passed, 1 xpassed"
            ),
        },
        "a quiet log of a teardown's error": {"junit.xml": LATE, "pytest.log": QUIET_LATE},
        "a quiet log that names nothing": {
            "junit.xml": LATE,
            "pytest.log": "..E [100%]\n2 passed, 1 error in 1.50s\n",
        },
        "tests that were only collected": {
            "junit.xml": NO_TESTS,
            "pytest.log": "t.py: 2\n\n2 tests collected in 0.01s\n",
            "exit_code.txt": "0\n",
        },
        "a JSON report that does not know of subtests": {
            "report.json": json.dumps(JSON_REPORT),
            "report.jsonl": "\n".join(map(json.dumps, REPORT_LOG)) + "\n",
        },
        **{
            f"a JSON report, and {how} log that knows of subtests": {
                "report.json": json.dumps(JSON_REPORT),
                "pytest.log": f"{log}1 failed, 2 passed in 0.10s\n",
            }
            for how, log in SUBTEST_LOGS.items()
        },
        "two quiet sessions, the JUnit file of one": {
            "junit.xml": JUNIT_PASSED,
            "pytest.log": ".. [100%]\n2 passed in 1.50s\n.. [100%]\n2 passed in 1.50s\n",
        },
        "a quiet log of other tests": {"junit.xml": JUNIT_PASSED, "pytest.log": QUIET},
        "two quiet sessions, and the JUnit file of the second": {
            "junit.xml": JUNIT_PASSED,
            "pytest.log": ".. [100%]\n2 passed in 0.10s\n" * 2,
        },
        "more failures in a log without names": {
            "junit.xml": JUNIT,
            "pytest.log": "FF [100%]\n2 failed in 1.50s\n",
        },
        "test cases of one name": {"junit.xml": SAME_NAME},
        "a suite that could not be loaded": {
            "junit.xml": "<testsuites errors='1'><testsuite name='b.test' errors='1' tests='0'/>"
            "<testsuite name='a'><testcase name='x'/></testsuite></testsuites>"
        },
        "a pointer of Git LFS": {"junit.xml": POINTER, "pytest.log": QUIET},
        "cut short": {"pytest.log": VERBOSE[:200]},
        "no tests ran": {
            "pytest.log": "=== test session starts ===\ncollected 0 items\n\n"
            "=== no tests ran in 0.01s ===\n"
        },
        "a core dump": {
            "exit_code.txt": "139\n",
            "dump.txt": "           PID: 77 (app)\n        Signal: 11 (SEGV)\n"
            "                Stack trace of thread 77:\n"
            "                #0  0x00007f2a00000003 main (app + 0x10)\n",
        },
        "a suite without tests": {
            "junit.xml": NO_TESTS,
            "exit_code.txt": "0\n",
        },
    }
    return cases


MADE = _made()
CORPUS = real.PLACE / "cases"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A repository with a plan that records nothing."""
    path = tmp_path / "repo"
    path.mkdir()
    made = Repository(path)
    made.git("init", "--quiet")
    made.write("docs/fix_plan.md", PLAN.encode())
    made.commit("Start")
    return made


def lay(repo: Repository, files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        repo.write(f"{FOLDER}/{name}", content.encode() if isinstance(content, str) else content)
    repo.commit("A run")


def views(repo: Repository, contents: Blobs) -> dict[str, Files]:
    return {
        "work tree": WorkTree(repo.path),
        "index": Index(contents),
        "commit": Commit(contents, "HEAD"),
    }


def holds(run: Evidence) -> None:
    """The sums of a run."""
    totals = run.totals
    if totals is None:
        assert run.tests == {}
        return
    modules = sum(test.at_collection for test in run.tests.values())
    named = recount(run.tests.values())
    # Only a quiet log counts as xpassed what the JUnit file calls passed.
    if unnamed := max(totals.xpassed - named.xpassed, 0) if not run.tests_partial else 0:
        named = named.model_copy(
            update={"passed": named.passed - unnamed, "xpassed": totals.xpassed}
        )
    if not run.tests_partial and run.tests:
        unnamed = totals.skipped - named.skipped  # modules that a log counts and does not name
        assert totals == named.model_copy(update={"skipped": totals.skipped})
        assert totals.cases == len(run.tests) + unnamed
        assert totals.collected + modules == len(run.tests)
    for name in Totals.model_fields:
        assert getattr(named, name) <= getattr(totals, name), name
    if totals.ended > totals.collected:
        assert run.completeness != "complete"
    if run.exit_code == 0 and totals.failing:
        assert run.completeness != "complete"


def one_answer(repo: Repository, run: str) -> Evidence:
    """Ask everybody about ``run``; what they agree on."""
    with Blobs(repo.path) as contents:
        readings = {name: read_run(view, run) for name, view in views(repo, contents).items()}
    read = readings["work tree"]
    assert readings == dict.fromkeys(readings, read)
    shown = call(repo.path, "evidence", run, "--json").data["runs"][0]
    assert shown == read.model_dump(mode="json")
    holds(read)
    appended = call(repo.path, "append", "PARSE-001", run, "--dry-run", "--json")
    if appended.code == 2:
        assert "the run does not say how it ended" in appended.out
        assert read.totals is None
    else:
        assert appended.code == 0, appended.out
        _recorded(appended.data, read)
    if run == FOLDER:
        [as_round] = call(repo.path, "rounds", FOLDER.rpartition("/")[0], "--json").data["rounds"]
        assert as_round["result"] == result_of(read)
        assert as_round["result_text"] == read.completeness
        assert as_round["metrics"].get("duration") == read.duration_s
    if read.totals is not None:
        _gated(repo, run, read.totals)
        if read.totals.executed:
            _judged(repo, run, read.totals)
    return read


def _gated(repo: Repository, run: str, totals: Totals) -> None:
    """Criteria of an item are judged by the same figures."""
    criteria = (
        f"passed > {totals.passed}",
        f"failures > {totals.failing}",
        f"rerun > {totals.rerun}",
    )
    lines = "".join(f"  - [ ] One `check: {check}`\n" for check in criteria)
    repo.ledger.write_text(PLAN.replace("- Attempts", f"- Exit Criteria:\n{lines}- Attempts"))
    judged = call(repo.path, "gate", "PARSE-001", "--run", run, "--json").data["criteria"]
    assert {one["verdict"] for one in judged} == {"unmet"}, judged
    repo.ledger.write_text(repo.ledger.read_text().replace(" > ", " >= "))
    judged = call(repo.path, "gate", "PARSE-001", "--run", run, "--json").data["criteria"]
    assert {one["verdict"] for one in judged} <= {"met", "unknown"}, judged
    repo.git("checkout", "--quiet", "docs/fix_plan.md")


def _recorded(attempt: Any, read: Evidence) -> None:
    """The figures of an attempt and the result that it takes are those of the run."""
    if read.totals is not None:
        assert (
            f"{read.totals.collected} collected, {read.totals.passed} passed" in attempt["metrics"]
        )
        assert f"{read.totals.failed} failed" in attempt["metrics"]
        shares = re.findall(r"\(([\d.]+) % of collected\)", attempt["metrics"])
        assert all(float(share) <= 100 for share in shares) or read.completeness == "inconsistent"
    if read.completeness != "complete" or (read.totals and read.totals.failing):
        assert attempt["result"] != "success"
    if read.completeness not in ("complete", "failed"):
        assert f"run {read.completeness}" in attempt["metrics"]


def _judged(repo: Repository, run: str, totals: Totals) -> None:
    """What ``evidence`` says is supported; another number is contradicted, in CI as well, where
    no other session may be meant and something passed."""
    sessions = [part.totals for part in outputs_of(WorkTree(repo.path), run).parts if part.totals]
    is_plain = len(sessions) == 1 and totals.passed > 0
    base = repo.git("rev-parse", "HEAD")
    truth = f"{totals.passed} passed, {totals.failed} failed"
    lie = f"{totals.passed} passed, {totals.cases + 7} failed"
    for said, is_true in ((truth, True), (lie, False)):
        line = f"  * [2025-11-02] Attempt #1 — Result: partial. {said}. Artifacts: `{run}`\n"
        repo.ledger.write_text(PLAN + line, "utf-8")
        claims = call(repo.path, "verify", "--json").data["claims"]
        verdicts = {one["verdict"] for one in claims if one["kind"] == "count"}
        if is_true or is_plain:
            assert verdicts == ({"supported"} if is_true else {"supported", "contradicted"}), claims
        else:
            assert verdicts > {"supported"}, claims
        repo.commit("An attempt")
        checked = call(repo.path, "validate", "--base", base, "--json")
        codes = [one["code"] for one in checked.data["findings"]]
        assert ("LED410" in codes) == ("contradicted" in verdicts), checked.out
        repo.git("reset", "--quiet", "--hard", base)


@pytest.mark.parametrize("name", MADE)
def test_everybody_says_the_same_of_a_folder(repo: Repository, name: str) -> None:
    lay(repo, MADE[name])
    one_answer(repo, FOLDER)


ALONE = ["pytest_verbose.log", "log.jsonl", "report.json", "surefire.xml", "pytest_quiet.log"]


@pytest.mark.parametrize("name", ALONE)
def test_a_file_as_a_run(repo: Repository, name: str) -> None:
    lay(repo, MADE[name])
    one_answer(repo, f"{FOLDER}/{name}")


@pytest.mark.parametrize("name", ALONE)
def test_a_file_that_is_a_link_inside_the_repository(repo: Repository, name: str) -> None:
    content = MADE[name][name]
    assert isinstance(content, bytes)
    place = repo.write(f"out/{name}", content)
    (repo.path / FOLDER).mkdir(parents=True)
    (repo.path / FOLDER / name).symlink_to(f"../../../out/{place.name}")
    repo.commit("A run whose output is a link")
    assert one_answer(repo, FOLDER).totals is not None


def test_every_kind_of_output_is_asked_about() -> None:
    samples = [
        *((name, data) for files in MADE.values() for name, data in files.items()),
        *outputs.seeds().items(),
    ]
    known = {
        reader.name
        for reader in READERS
        for name, data in samples
        if reader.matches(name, data.encode() if isinstance(data, str) else data)
    }
    assert known == {reader.name for reader in READERS}


TEARDOWN = "failed on teardown with &quot;OSError&quot;"
OWN_WORDS = {
    "a verbose log": {
        "pytest.log": "=== test session starts ===\ncollected 2 items\n\n"
        "test_a.py::test_a PASSED [ 50%]\ntest_a.py::test_b PASSED [100%]\n"
        "test_a.py::test_b ERROR [100%]\n\n=== 2 passed, 1 error in 0.03s ===\n"
    },
    "a JUnit file": {
        "junit.xml": "<testsuites name='pytest tests'><testsuite name='pytest' errors='1' tests='2'>"
        "<testcase classname='t' name='a'/><testcase classname='t' name='b'>"
        f"<error message='{TEARDOWN}'/></testcase></testsuite></testsuites>"
    },
}
OWN_WORDS["both"] = {
    **OWN_WORDS["a verbose log"],
    "junit.xml": OWN_WORDS["a JUnit file"]["junit.xml"].replace("'t'", "'test_a'").replace(
        "name='a'", "name='test_a'").replace("name='b'", "name='test_b'"),
}  # fmt: skip


@pytest.mark.parametrize("name", OWN_WORDS)
def test_what_pytest_said_of_its_run_is_not_contradicted(repo: Repository, name: str) -> None:
    """pytest counts a test and the error of its teardown as two; here each test has one outcome."""
    lay(repo, {**OWN_WORDS[name]})
    read = one_answer(repo, FOLDER)
    assert read.totals == Totals(collected=2, passed=1, errors=1)
    assert read.printed == Totals(collected=2, passed=2, errors=1)
    for said, verdict in (
        ("2 passed, 1 error", "supported"),
        ("3 passed, 1 error", "contradicted"),
    ):
        line = f"  * [2025-11-02] Attempt #1 — Result: partial. {said}. Artifacts: `{FOLDER}`\n"
        repo.ledger.write_text(PLAN + line, "utf-8")
        claims = call(repo.path, "verify", "--json").data["claims"]
        assert [one["verdict"] for one in claims if one["text"] == said[:8]] == [verdict], claims


@pytest.mark.parametrize(
    ("junit", "said"),
    [
        (JUNIT.replace("time='1.5'", "time='3.9'"), "1 failed, 1 passed in 4.25s"),
        (JUNIT.replace("time='1.5'", "time='3.9'"), "1 failed, 2 passed, 3 rerun in 4.25s"),
        (JUNIT_PASSED, "1 passed, 1 xpassed in 1.52s"),
        (JUNIT, "2 failed, 1 passed, 4 subtests passed in 1.53s"),
    ],
)
def test_a_report_does_not_contradict_the_last_line_of_a_lost_log(
    repo: Repository, junit: str, said: str
) -> None:
    lay(repo, {"junit.xml": junit})
    line = f"  * [2025-11-02] Attempt #1 — Result: partial. {said}. Artifacts: `{FOLDER}`\n"
    repo.ledger.write_text(PLAN + line, "utf-8")
    claims = call(repo.path, "verify", "--json").data["claims"]
    assert len([one for one in claims if one["kind"] == "count"]) >= 2
    assert not [one for one in claims if one["verdict"] == "contradicted"], claims
    appended = call(repo.path, "append", "PARSE-001", FOLDER, "--again", "--summary", said)
    assert appended.code == 0, appended.err


@pytest.mark.skipif(not (CORPUS / "situations").is_dir(), reason=real.MISSING)
@pytest.mark.parametrize("name", ["t1", "t3", "t5"])
def test_the_folders_that_had_two_answers(repo: Repository, name: str) -> None:
    place = CORPUS / "situations" / "readers" / name / FOLDER
    lay(repo, {path.name: path.read_bytes() for path in place.iterdir()})
    one_answer(repo, FOLDER)


ADDED_UP = {
    "complete": {
        "two sessions, verbose and quiet": Totals(collected=9, passed=8, failed=1),
        "two quiet sessions": Totals(collected=7, passed=6, failed=1),
        "an unexpected pass that a quiet log counts": Totals(collected=2, passed=1, xpassed=1),
        "an unexpected pass that a verbose log names": Totals(collected=2, passed=1, xpassed=1),
        "two quiet sessions, and the JUnit file of the second": Totals(collected=4, passed=4),
        "test cases of one name": Totals(collected=3, passed=2, failed=1),
        "a quiet log of a teardown's error": Totals(collected=2, passed=1, errors=1),
        "two quiet sessions, the JUnit file of one": Totals(collected=4, passed=4),
        "a quiet log that names nothing": Totals(collected=2, passed=1, errors=1),
        "tests that were only collected": Totals(collected=2),
        "a JSON report that does not know of subtests": Totals(collected=2, passed=1, failed=1),
        "a JSON report, and a verbose log that knows of subtests": Totals(
            collected=2, passed=1, failed=1
        ),
        "a JSON report, and a quiet log that knows of subtests": Totals(
            collected=2, passed=1, failed=1
        ),
    },
    "inconsistent": {
        "two sessions beside the JUnit file of one": Totals(collected=11, passed=9, failed=2),
        "a JUnit file that a quiet session contradicts": Totals(collected=2, passed=2),
        "a JUnit file that a second pytest overwrote": Totals(collected=6, passed=5, failed=1),
        "a quiet log of other tests": Totals(collected=2, passed=2),
        "more failures in a log without names": Totals(collected=2, passed=1, failed=1),
        "a JSON report, and a nameless log that knows of subtests": Totals(collected=2, passed=2),
        "exit code 0 beside a failure": Totals(collected=2, passed=1, failed=1),
        "more passed than collected": Totals(collected=4, passed=5),
        "failures that only the suite counts": Totals(collected=3, passed=1, failed=2),
    },
    "failed": {
        "a suite that could not be loaded": Totals(collected=1, passed=1, errors=1),
        "exit code 1 without one": Totals(collected=2, passed=2),
    },
    "incomplete": {
        "a pointer of Git LFS": Totals(collected=5, passed=5),
    },
}


@pytest.mark.parametrize(
    ("files", "totals", "completeness"),
    [(name, totals, how) for how, runs in ADDED_UP.items() for name, totals in runs.items()],
)
def test_what_the_outputs_of_a_run_add_up_to(
    repo: Repository, files: str, totals: Totals, completeness: str
) -> None:
    lay(repo, MADE[files])
    read = read_run(WorkTree(repo.path), FOLDER)
    assert (read.totals, read.completeness) == (totals, completeness), read


@pytest.mark.parametrize("order", ["sprint first", "phase first"])
def test_runs_under_one_stamp_are_judged_by_their_own_files(repo: Repository, order: str) -> None:
    """A phase's run beside that of a sprint, which lies in its folder."""
    sprint = f"{FOLDER}/sprint1/gap1"
    for name, text in (
        (f"{FOLDER}/artifacts/junit.xml", JUNIT),
        (f"{FOLDER}/exit_code.txt", "1\n"),
        (f"{sprint}/pytest.log", QUIET),
        (f"{sprint}/exit_code.txt", "0\n"),
    ):
        repo.write(name, text.encode())
    base = repo.commit("Two runs")
    results = {sprint: "success", FOLDER: "failed"}
    runs = list(results) if order == "sprint first" else [FOLDER, sprint]
    for run in runs:
        done = call(repo.path, "append", "PARSE-001", run, "--summary", "Ran.", "--json")
        assert (done.code, done.data["result"]) == (0, results[run]), done.out
        again = call(repo.path, "append", "PARSE-001", run, "--json")
        assert "recorded-already" in again.out
    assert read_run(WorkTree(repo.path), FOLDER).totals == Totals(collected=2, passed=1, failed=1)
    claims = call(repo.path, "verify", "--json").data["claims"]
    counts = [one for one in claims if one["kind"] in ("count", "exit_code")]
    assert len(counts) >= 6
    assert {one["verdict"] for one in counts} == {"supported"}, counts
    checked = call(repo.path, "validate", "--base", base, "--json")
    assert {one["code"] for one in checked.data["findings"]} <= {"LED409"}, checked.out
    assert "inconsistent" not in checked.out
