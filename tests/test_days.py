"""What people met in a day's work: each script of theirs once more, with what they wanted."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Done, call
from tests.support.repository import Repository
from tests.support.truth import ITEM, RUN, case, start

PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
FIRST = "FIRST-THING-001"
KNOWN: dict[str, str] = {}


@pytest.fixture
def day(tmp_path: Path) -> Repository:
    """A repository with one item and one test, as `init` leaves it."""
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("test_a.py", b"def test_a():\n    assert 1\n")
    assert call(repo.path, "init", "First thing").code == 0
    repo.commit("start")
    return repo


@pytest.fixture
def plain(tmp_path: Path) -> Repository:
    """A repository with a plan and no run."""
    return start(tmp_path / "repo")


def fails(repo: Repository) -> None:
    """Make the test fail."""
    repo.write("test_a.py", b"def test_a():\n    assert 0\n")


def ran(repo: Repository, *arguments: str, item: str = FIRST) -> str:
    """The folder of a run of pytest that is not recorded."""
    done = call(
        repo.path,
        "run",
        item,
        "--no-append",
        "--json",
        "--stamp",
        "20251103T080000Z",
        "--",
        *PYTEST,
        *arguments,
    )
    path: str = done.data["path"]
    return path


def replaced(repo: Repository, old: str, new: str) -> None:
    """Change the plan by hand."""
    text = repo.ledger.read_text(encoding="utf-8")
    assert old in text
    repo.ledger.write_text(text.replace(old, new, 1), encoding="utf-8")


def unchanged(repo: Repository, done: Done, before: bytes) -> None:
    """The change was refused."""
    assert done.code == 1, done.out + done.err
    assert repo.ledger.read_bytes() == before


def criteria(done: Done) -> dict[str, Any]:
    """The verdicts of a gate, by text."""
    return {one["text"]: one for one in done.data["criteria"]}


def closed_although_the_run_contradicts(repo: Repository) -> None:
    """day-01"""
    fails(repo)
    replaced(repo, "- [ ] All", "- [x] All")
    run = ran(repo)
    before = repo.ledger.read_bytes()
    done = call(repo.path, "append", FIRST, run, "--status", "done", "--complete", "1")
    unchanged(repo, done, before)
    assert call(repo.path, "gate", FIRST, "--run", run, "--json").data["verdict"] == "unmet"


def closed_where_the_gate_is_met(repo: Repository) -> None:
    """day-02"""
    run = ran(repo)
    assert call(repo.path, "gate", FIRST, "--run", run).code == 0
    done = call(repo.path, "append", FIRST, run, "--status", "done", "--complete", "1")
    assert done.code == 0, done.err
    assert "- [x] All" in repo.ledger.read_text(encoding="utf-8")


def success_over_a_failed_run(repo: Repository) -> None:
    """day-05"""
    fails(repo)
    run = ran(repo)
    before = repo.ledger.read_bytes()
    summary = "All tests pass, no failures."
    unchanged(
        repo,
        call(repo.path, "append", FIRST, run, "--result", "success", "--summary", summary),
        before,
    )
    # Also each claim alone.
    unchanged(repo, call(repo.path, "append", FIRST, run, "--result", "success"), before)
    unchanged(repo, call(repo.path, "append", FIRST, run, "--summary", summary), before)


def results_that_pytest_was_told_to_write_are_no_obstacle(repo: Repository) -> None:
    """day-03"""
    done = call(repo.path, "run", FIRST, "--json", "--", *PYTEST, "--junitxml=out.xml")
    assert done.code == 0, done.out + done.err
    [attempt] = call(repo.path, "export").data["items"][0]["attempts"]
    assert attempt["result"] == "success"
    assert "1 collected, 1 passed" in attempt["metrics"]


def a_file_is_a_run_by_its_own_path(repo: Repository) -> None:
    """day-04"""
    run = f"{ran(repo)}/junit.xml"
    assert call(repo.path, "append", FIRST, run).code == 0
    [attempt] = call(repo.path, "export").data["items"][0]["attempts"]
    assert [one["paths"] for one in attempt["artifacts"]] == [[run]]
    again = call(repo.path, "append", FIRST, run)
    assert (again.code, "is recorded as attempt #1" in again.err) == (1, True)


def an_action_that_is_named_twice_is_complete_once(repo: Repository) -> None:
    """day-13: for `append`, and for `run`."""
    run = ran(repo)
    twice = ("--complete", "1", "--complete", "1")
    done = call(repo.path, "append", FIRST, run, *twice)
    assert done.code == 0, done.err
    [action] = call(repo.path, "export").data["items"][0]["actions"]
    assert (action["state"], action["attempt"]) == ("complete", 1)
    before = repo.ledger.read_bytes()
    later = call(repo.path, "run", FIRST, *twice, "--", "touch", "ran")
    unchanged(repo, later, before)
    assert "complete already" in later.err
    assert not (repo.path / "ran").exists()


def a_run_that_git_ignores_is_told(repo: Repository) -> None:
    """day-15"""
    repo.write(".gitignore", b"*.log\nreports/\n")
    done = call(repo.path, "run", FIRST, "--", *PYTEST)
    assert done.code == 0
    assert "git ignores" in done.err
    assert "`git add --force reports/" in done.err


def a_deleted_action_is_told(repo: Repository) -> None:
    """day-08"""
    lines = repo.ledger.read_text(encoding="utf-8").splitlines(keepends=True)
    left = [line for line in lines if not line.strip().startswith("1. 🟡 PENDING")]
    assert len(left) == len(lines) - 1
    repo.ledger.write_text("".join(left), encoding="utf-8")
    done = call(repo.path, "validate", "--base", "HEAD", "--json")
    assert [one["severity"] for one in done.data["findings"]] == ["warning"]
    assert done.code == 0


def a_check_that_nobody_can_read_is_told(repo: Repository) -> None:
    """day-09"""
    replaced(repo, "check: failures == 0 and passed > 0", "check: pased > 0")
    findings = call(repo.path, "validate", "--json").data["findings"]
    assert any("pased" in one["message"] for one in findings)
    assert call(repo.path, "gate", FIRST, "--json").data["verdict"] == "unknown"


def a_part_of_the_tests_is_not_all(repo: Repository) -> None:
    """day-10: not met, or at least said to rest on a part."""
    repo.write("test_a.py", b"def test_a():\n    assert 1\ndef test_b():\n    assert 0\n")
    run = ran(repo, "test_a.py::test_a")
    verdicts = criteria(call(repo.path, "gate", FIRST, "--run", run, "--json"))
    assert verdicts
    for verdict in verdicts.values():
        told = any(word in verdict["reason"] for word in ("test_a.py::test_a", "selected", "part"))
        assert verdict["verdict"] != "met" or told, verdict


def a_suite_that_could_not_load_is_no_success(repo: Repository) -> None:
    """05"""
    repo.write(
        f"{RUN}/junit.xml",
        b'<testsuites name="all" tests="1" failures="0" errors="1" time="0.3">'
        b'<testsuite name="a.test" tests="1" failures="0" errors="0" time="0.1">'
        b'<testcase classname="a.test" name="adds" time="0.001"/></testsuite>'
        b'<testsuite name="b.test" tests="0" failures="0" errors="1" time="0"></testsuite>'
        b"</testsuites>",
    )
    assert call(repo.path, "append", ITEM, RUN).code == 0
    attempts = call(repo.path, "export").data["items"][0]["attempts"]
    assert attempts[-1]["number"] == 2
    assert attempts[-1]["result"] in {"failed", "partial"}


def a_decimal_comma_is_no_group_of_thousands(repo: Repository) -> None:
    """11: the figure, or a note and none."""
    for text, right in (("0,03", 0.03), ("0,160", 0.16), ("1.234,5", 1234.5), ("1,234.5", 1234.5)):
        case = f'<testcase classname="a" name="x" time="{text}"/>'
        suite = f'<testsuite name="s" tests="1" time="{text}">{case}</testsuite>'
        repo.write(f"{RUN}/junit.xml", suite.encode())
        run = call(repo.path, "evidence", RUN, "--json").data["runs"][0]
        if run["duration_s"] is None:
            assert any(text in warning for warning in run["warnings"]), run["warnings"]
        else:
            assert run["duration_s"] == pytest.approx(right)


def a_runs_own_last_line_is_not_contradicted(repo: Repository) -> None:
    """12: teardown errors and subtests."""
    repo.write(
        "tests/test_t.py",
        b'class TestOne:\n    def teardown_method(self, m): raise Exception("teardown")\n'
        b"    def test1(self): pass\n"
        b'def test_sub(subtests):\n    with subtests.test(msg="a"): assert False\n',
    )
    run = ran(repo, "tests", item=ITEM)
    last = (repo.path / run / "pytest.log").read_text(encoding="utf-8").splitlines()[-1]
    assert "passed" in last
    assert "failed" in last
    done = call(repo.path, "append", ITEM, run, "--summary", last)
    assert done.code == 0, done.err
    assert call(repo.path, "verify", f"{ITEM}#2").code == 0


def evidence_in_a_submodule_is_not_contradicted(repo: Repository) -> None:
    """13"""
    sub = Repository(repo.path.parent / "sub")
    sub.path.mkdir()
    sub.git("init", "--quiet")
    sub.write("20251103T080000Z/exit_code.txt", b"0\n")
    sub.write("20251103T080000Z/pytest.log", b"==== 3 passed in 0.1s ====\n")
    sub.commit("s")
    repo.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(sub.path), "runs"
    )
    repo.git("commit", "--quiet", "--message", "sub")
    done = call(repo.path, "append", ITEM, "runs/20251103T080000Z", "--summary", "x")
    assert done.code == 0, done.err
    repo.commit("att")
    text = call(repo.path, "validate").out
    assert "`git add`" not in text, text
    for revision in ([], ["--rev", "HEAD"]):
        done = call(repo.path, "verify", *revision, "--json")
        assert done.data["claims"]
        assert "contradicted" not in [claim["verdict"] for claim in done.data["claims"]]
        assert done.code == 0


def unknown_frames_are_no_signature(repo: Repository) -> None:
    """14"""
    for number, (library, offset) in enumerate((("LibA", 774128), ("LibB", 4242)), 1):
        crash = "\n".join(
            (
                "Process:             App [123]",
                "Identifier:          org.example.app",
                "Code Type:           ARM-64",
                "Report Version:      104",
                "",
                "Exception Type:  SIGSEGV",
                "Exception Codes: SEGV_MAPERR at 0x10",
                "Crashed Thread:  0",
                "",
                "Thread 0 Crashed:",
                "0   ???                                 0x5a6b9101cc7ac6c4 0x0 + 0",
                "1   ???                                 0xd9357e01cd2f2d2c 0x0 + 0",
                f"2   {library}                                0x00000001cad70ff0 0x1cacb4000 + {offset}",
                "",
            )
        )
        repo.write(f"rr/{number}/x.crash", crash.encode())
    text = call(repo.path, "rounds", "rr").out
    crashes = text[text.index("crashes") :]
    assert "???" not in crashes
    assert crashes.count("SIGSEGV") == 2, crashes
    for name in ("LibA", "774128", "LibB", "4242"):
        assert name in crashes


def a_test_that_no_commit_holds_is_dirty(repo: Repository) -> None:
    """seeds 03"""
    repo.write("test_new.py", b"def test_new(): assert True\n")
    name = "20251103T080000Z"
    done = call(repo.path, "run", FIRST, "--stamp", name, "--json", "--", *PYTEST, "test_new.py")
    bundle = repo.path / done.data["path"]
    attempt = call(repo.path, "export").data["items"][0]["attempts"][-1]
    span = attempt["span"]
    text = repo.ledger.read_bytes()[span["start_byte"] : span["end_byte"]].decode()
    assert "dirty" in text
    diff = (bundle / "git_diff.patch").read_text(encoding="utf-8")
    summary = (bundle / "summary.md").read_text(encoding="utf-8")
    assert "test_new.py" in diff + summary
    repo.git("stash", "--include-untracked", "--quiet")
    Path(repo.path / "test_new.py").unlink(missing_ok=True)
    subprocess.run(["git", "apply"], cwd=repo.path, input=diff, text=True, check=True)
    assert (repo.path / "test_new.py").read_bytes() == b"def test_new(): assert True\n"


def a_phase_beside_its_sprints_under_one_stamp(repo: Repository) -> None:
    """seeds 06"""
    phase = "reports/task/20251103T080000Z"
    sprint = f"{phase}/sprint1/gap1"
    repo.write(f"{sprint}/pytest.log", b"== 1 passed in 0.10s ==\n")
    repo.write(f"{sprint}/exit_code.txt", b"0\n")
    done = call(repo.path, "append", ITEM, sprint, "--summary", "Gap 1.")
    assert done.code == 0, done.err
    repo.write(f"{phase}/artifacts/pytest.log", b"== 8 failed, 540 passed in 1661.37s ==\n")
    repo.write(f"{phase}/exit_code.txt", b"1\n")
    done = call(repo.path, "append", ITEM, phase, "--summary", "The phase's rerun.")
    assert done.code == 0, done.err
    first, second = call(repo.path, "export").data["items"][0]["attempts"][-2:]
    assert (first["result"], second["result"]) == ("success", "failed")
    assert "8 failed" in second["metrics"]
    assert "1 passed" in first["metrics"]
    done = call(repo.path, "verify", "--json")
    assert "supported" in [claim["verdict"] for claim in done.data["claims"]]
    assert "contradicted" not in [claim["verdict"] for claim in done.data["claims"]]


def sprints_of_one_stamp_are_runs_of_their_own(repo: Repository) -> None:
    """seeds: the second sprint passed, the first one before did not start."""
    run = ["run", ITEM, "--stamp", "20251103T080000Z", "--json"]
    echo = "print('== {} passed in 0.10s ==')"
    failed = call(repo.path, *run, "--into", "sprint1/one", "--", sys.executable, "-c", "exit(4)")
    assert failed.data["result"] == "failed"
    shell = [sys.executable, "-S", "-c"]
    for where, count in ((["--into", "sprint1/two"], 1), ([], 9)):
        done = call(repo.path, *run, *where, "--", *shell, echo.format(count))
        assert done.code == 0, done.out + done.err
    attempts = call(repo.path, "export").data["items"][0]["attempts"]
    assert [one["result"] for one in attempts[-3:]] == ["failed", "success", "success"]
    assert "9 passed" in attempts[-1]["metrics"]
    claims = call(repo.path, "verify", ITEM, "--json").data["claims"]
    assert "contradicted" not in [claim["verdict"] for claim in claims]


DAY = [
    closed_although_the_run_contradicts,
    closed_where_the_gate_is_met,
    success_over_a_failed_run,
    results_that_pytest_was_told_to_write_are_no_obstacle,
    a_file_is_a_run_by_its_own_path,
    an_action_that_is_named_twice_is_complete_once,
    a_run_that_git_ignores_is_told,
    a_deleted_action_is_told,
    a_check_that_nobody_can_read_is_told,
    a_part_of_the_tests_is_not_all,
    a_test_that_no_commit_holds_is_dirty,
]
SITUATIONS = [
    a_suite_that_could_not_load_is_no_success,
    a_decimal_comma_is_no_group_of_thousands,
    a_runs_own_last_line_is_not_contradicted,
    evidence_in_a_submodule_is_not_contradicted,
    unknown_frames_are_no_signature,
    a_phase_beside_its_sprints_under_one_stamp,
    sprints_of_one_stamp_are_runs_of_their_own,
]


def marked(*scripts: Callable[[Repository], None]) -> list[Any]:
    """The scripts as parameters; those that are known to fail have to fail."""
    return [case(KNOWN, script.__name__, script) for script in scripts]


@pytest.mark.parametrize("script", marked(*DAY))
def test_a_day(day: Repository, script: Callable[[Repository], None]) -> None:
    script(day)


@pytest.mark.parametrize("script", marked(*SITUATIONS))
def test_a_situation(plain: Repository, script: Callable[[Repository], None]) -> None:
    script(plain)
