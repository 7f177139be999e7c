"""Whole runs: folders of outputs folded into one, and how far a run came."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import UnreadableInput
from ledger.evidence import outputs
from ledger.evidence.compare import compare
from ledger.evidence.model import Evidence, Totals
from ledger.evidence.outputs import read_run, read_runs
from ledger.git.files import WorkTree

STAMP = "20260203T040506Z"
CASES = {
    "passed": "",
    "failed": "<failure message='m'/>",
    "error": "<error message='m'/>",
    "skipped": "<skipped type='pytest.skip' message='m'/>",
}


def junit(time: float = 10.0, started: str = "", **outcomes: str) -> str:
    """A JUnit file as pytest writes it, with tests like ``test_a="failed"``."""
    cases = "".join(
        f"<testcase classname='t.mod' name='{name}' time='0.1'>{CASES[outcome]}</testcase>"
        for name, outcome in outcomes.items()
    )
    stamp = f" timestamp='{started}'" if started else ""
    return (
        f"<testsuites name='pytest tests'><testsuite name='pytest' time='{time}'{stamp}>"
        f"{cases}</testsuite></testsuites>"
    )


WORDS = {"passed": "PASSED", "failed": "FAILED", "error": "ERROR", "skipped": "SKIPPED (m)"}


def log(last: str | None = "", **outcomes: str) -> str:
    """A verbose log of the same; ``last=None`` leaves it without a last line."""
    lines = ["=== test session starts ===", f"collected {len(outcomes)} items", ""]
    lines += [f"t/mod.py::{name} {WORDS[outcome]} [ 9%]" for name, outcome in outcomes.items()]
    if last is not None:
        counts = {word: list(outcomes.values()).count(word) for word in WORDS}
        told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
        lines += ["", last, f"=== {told or 'no tests ran'} in 10.00s ==="]
    return "\n".join(lines) + "\n"


def measured(
    elapsed: str = "0:10.50", command: str = "pytest -q", status: int = 0, rss: int = 2048
) -> str:
    return (
        f'\tCommand being timed: "{command}"\n\tPercent of CPU this job got: 90%\n'
        f"\tElapsed (wall clock) time (h:mm:ss or m:ss): {elapsed}\n"
        f"\tMaximum resident set size (kbytes): {rss}\n\tExit status: {status}\n"
    )


Lay = Callable[[dict[str, str | bytes]], Evidence]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Write the files of a run below a stamp and read it."""

    def write(files: dict[str, str | bytes]) -> Evidence:
        for name, content in files.items():
            place = tmp_path / "reports" / STAMP / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_run(WorkTree(tmp_path), f"reports/{STAMP}")

    return write


def test_a_whole_run(lay: Lay) -> None:
    outcomes = {"test_a": "passed", "test_b": "failed", "test_c": "skipped"}
    run = lay(
        {
            "artifacts/pytest.junit.xml": junit(started="2026-02-03T04:05:06+00:00", **outcomes),
            "artifacts/exit_code.txt": "1\n",
            "artifacts/time.txt": measured(status=1),
            "logs/pytest.log": log(**outcomes),
            "commands.txt": "# the run\npytest -q\n",
            "notes.md": "540 passed\n",
        }
    )
    assert run == Evidence(
        path=f"reports/{STAMP}",
        files=(
            "artifacts/exit_code.txt",
            "artifacts/pytest.junit.xml",
            "artifacts/time.txt",
            "commands.txt",
            "logs/pytest.log",
            "notes.md",
        ),
        stamp=STAMP,
        command="pytest -q",
        started="2026-02-03T04:05:06+00:00",
        duration_s=10.0,
        elapsed_s=10.5,
        exit_code=1,
        peak_rss_bytes=2048 * 1024,
        cpu_percent=90,
        totals=Totals(collected=3, passed=1, failed=1, skipped=1),
        printed=Totals(collected=3, passed=1, failed=1, skipped=1),
        tests=run.tests,
        completeness="complete",
        sources=run.sources,
    )
    assert run.sources["exit_code"] == "artifacts/exit_code.txt"
    assert run.sources["totals"] == "artifacts/pytest.junit.xml"
    assert run.sources["peak_rss_bytes"] == "artifacts/time.txt"


GOOD = junit(test_a="passed")
BAD = junit(test_a="passed", test_b="failed")
BROKEN = junit(test_b="error").replace("message='m'", "message='collection failure'")
A_TEST = "<testcase classname='t.mod' name='test_a'/></testsuite>"
CRASH = "Fatal Python error: Segmentation fault\n\nCurrent thread 0x1 (most recent call first):\n"

COMPLETENESS: dict[str, tuple[dict[str, str | bytes], str, str]] = {
    "all passed": ({"junit.xml": GOOD, "exit_code.txt": "0"}, "complete", ""),
    "failures are results": ({"junit.xml": BAD, "exit_code.txt": "1"}, "complete", ""),
    "no exit code": ({"junit.xml": BAD}, "complete", ""),
    "a log alone": ({"pytest.log": log(test_a="passed")}, "complete", ""),
    "a failure that no test shows": (
        {"junit.xml": GOOD, "exit_code.txt": "1"},
        "failed",
        "exit code 1: although no test failed",
    ),
    "pytest was interrupted": (
        {"junit.xml": BAD, "exit_code.txt": "2"},
        "incomplete",
        "exit code 2: interrupted",
    ),
    "pytest broke": ({"junit.xml": BAD, "exit_code.txt": "3"}, "failed", "internal error"),
    "no tests": ({"junit.xml": junit()}, "failed", "no tests ran"),
    "a module that cannot be imported": (
        {"junit.xml": BROKEN, "exit_code.txt": "2"},
        "failed",
        "1 module could not be collected, no test ran",
    ),
    "a module that cannot be imported, and the others ran": (
        {"junit.xml": BROKEN.replace("</testsuite>", A_TEST, 1), "exit_code.txt": "1"},
        "failed",
        "1 module could not be collected, such as ",
    ),
    "a timeout": (
        {"junit.xml": BAD, "exit_code.txt": "124"},
        "timeout",
        "exit_code.txt: exit code 124: stopped by timeout",
    ),
    "a timeout that time saw": (
        {"pytest.log": log(None, test_a="passed"), "time.txt": measured(status=124)},
        "timeout",
        "exit code 124",
    ),
    "a signal": ({"exit_code.txt": "139"}, "crashed", "exit code 139: ended by SIGSEGV"),
    "a crash in the log": (
        {"pytest.log": log(None, test_a="passed") + "t/mod.py::test_b " + CRASH},
        "crashed",
        "Segmentation fault: the log has no last line with counts: it ends in t/mod.py::test_b",
    ),
    "a crash in another file": ({"stderr.txt": CRASH}, "crashed", "Segmentation fault"),
    "a worker crashed and the run went on": (
        {"junit.xml": BAD, "pytest.log": log(test_a="passed", test_b="failed") + CRASH},
        "complete",
        "",
    ),
    "a log cut short": (
        {"pytest.log": log(None, test_a="passed")},
        "incomplete",
        "pytest.log: the log has no last line with counts: it ends after t/mod.py::test_a",
    ),
    "a log cut short whose tests a JUnit file has": (
        {"pytest.log": log(None, test_a="passed"), "junit.xml": GOOD},
        "complete",
        "",
    ),
    "another chunk has no JUnit file and a log cut short": (
        {"1/junit.xml": GOOD, "2/pytest.log": log(None, test_z="passed")},
        "incomplete",
        "2/pytest.log: the log has no last line",
    ),
    "stopped after failures": (
        {
            "junit.xml": BAD,
            "pytest.log": log("!!!!! stopping after 1 failures !!!!!", test_a="passed",
                              test_b="failed").replace("collected 2", "collected 9"),
        },
        "incomplete",
        "pytest.log: pytest: stopping after 1 failures, 2 of 9 tests ran",
    ),
    "stopped after failures at the end": (
        {
            "junit.xml": BAD,
            "pytest.log": log("!!!!! stopping after 1 failures !!!!!", test_a="passed",
                              test_b="failed"),
        },
        "complete",
        "",
    ),
    "a JUnit file cut short": (
        {"junit.xml": BAD[:-20], "exit_code.txt": "0"},
        "incomplete",
        "junit.xml:1:",
    ),
    "a JUnit file with a document type": (
        {"junit.xml": "<!DOCTYPE a>" + BAD, "1.xml": GOOD},
        "incomplete",
        "expected no document type",
    ),
    "nothing to go by": ({"notes.md": "540 passed"}, "incomplete", "no test results"),
    "only an exit code": ({"exit_code.txt": "0"}, "incomplete", "no test results"),
    "the worst of all": (
        {"junit.xml": BAD, "1/exit_code.txt": "0", "2/exit_code.txt": "139",
         "3/exit_code.txt": "124"},
        "crashed",
        "SIGSEGV",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", COMPLETENESS)
def test_how_far_a_run_came(lay: Lay, what: str) -> None:
    files, completeness, reason = COMPLETENESS[what]
    run = lay(files)
    assert (run.completeness, reason in run.reason) == (completeness, True), run.reason
    assert (run.reason == "") == (completeness == "complete")


@pytest.mark.parametrize(
    ("files", "code", "warning"),
    [
        ({"exit_code.txt": ""}, None, "exit_code.txt: the exit-code file is empty"),
        ({"exit_code.txt": "", "time.txt": measured(status=1)}, 1, "the exit-code file is empty"),
        ({"1/exit_code.txt": "0", "2/exit_code.txt": ""}, None, "the exit-code file is empty"),
        ({"1/exit_code.txt": "1", "2/exit_code.txt": ""}, 1, "the exit-code file is empty"),
        ({"1/exit_code.txt": "0", "2/exit_code.txt": "1"}, 1, "exit codes differ"),
        ({"exit_code.txt": "0", "time.txt": measured(status=1)}, 0, "time.txt 1"),
        ({"exit_code.txt": "0", "junit.xml": BAD}, 0, "exit code 0 although 1 test failed"),
    ],
)
def test_exit_codes(lay: Lay, files: dict[str, str | bytes], code: int, warning: str) -> None:
    run = lay({"junit.xml": GOOD, **files})
    assert run.exit_code == code
    assert any(warning in told for told in run.warnings), run.warnings


@pytest.mark.parametrize(
    ("report", "own"),
    [
        (measured("0:10.50"), True),
        (measured("0:10.00", "bash run.sh"), True),
        (measured("1:10:00"), True),
        (measured("0:00.00", "env A=1 --timeout=9 true"), False),
        (measured("0:03.00"), False),
    ],
)
def test_time_must_have_measured_the_run_itself(lay: Lay, report: str, own: bool) -> None:
    run = lay({"junit.xml": GOOD, "commands.txt": "pytest -q\n", "time.txt": report})
    assert (run.elapsed_s is not None) == own
    assert (run.peak_rss_bytes is not None) == own
    assert run.duration_s == 10.0
    assert any("not the run's own command" in told for told in run.warnings) != own


def test_without_a_duration_the_program_tells_what_was_measured(lay: Lay) -> None:
    run = lay({"commands.txt": "A=1 pytest -q\n", "time.txt": measured("0:01.00", "A=1 true")})
    assert run.elapsed_s is None
    assert run.command == "A=1 pytest -q"
    assert "time.txt: measured `true` (1.00 s), not the run's own command" in run.warnings[0]


@pytest.mark.parametrize("module", ["t.odd", "odd", "test_a"])
def test_a_prefix_in_the_junit_file_alone_makes_no_test_twice(lay: Lay, module: str) -> None:
    """Nor a module that was skipped whole: in a folder, in the root, or called like a test."""
    names = {"test_a": "passed", "test_b": "failed"}
    message = "<skipped message='collection skipped'/>"
    skipped = f"<testcase classname='unit' name='{module}'>{message}</testcase>"
    prefixed = junit(**names).replace("t.mod", "unit.t.mod")
    session = [{"$report_type": "SessionStart"}, {"$report_type": "SessionFinish", "exitstatus": 1}]
    told = [
        {"$report_type": "CollectReport", "outcome": "skipped",
         "nodeid": f"{module.replace('.', '/')}.py"},
        *(
            {"$report_type": "TestReport", "nodeid": f"t/mod.py::{name}", "when": when,
             "outcome": outcome if when == "call" else "passed"}
            for name, outcome in names.items() for when in ("call", "teardown")
        ),
    ]  # fmt: skip
    records = [session[0], *told, session[1]]
    run = lay(
        {
            "junit.xml": prefixed.replace("<testcase", f"{skipped}<testcase", 1),
            "log.jsonl": "".join(f"{json.dumps(record)}\n" for record in records),
            "pytest.log": log(**names),
        }
    )
    assert run.totals == Totals(collected=2, passed=1, failed=1, skipped=1)
    assert run.completeness == "complete"


def test_a_log_names_no_module_that_was_skipped_whole(lay: Lay) -> None:
    told = log("", test_a="passed").replace("1 items", "1 item / 1 skipped")
    files: dict[str, str | bytes] = {"pytest.log": told.replace("1 passed", "1 passed, 1 skipped")}
    run = lay(files)
    assert run.totals == Totals(collected=1, passed=1, skipped=1)
    assert (list(run.tests), run.tests_partial) == (["t.mod::test_a"], True)
    module = (
        "<testcase classname='' name='t.odd'><skipped message='collection skipped'/></testcase>"
    )
    named = junit(test_a="passed").replace("</testsuite>", f"{module}</testsuite>")
    run = lay({**files, "junit.xml": named})
    assert run.totals == Totals(collected=1, passed=1, skipped=1)
    assert (len(run.tests), run.tests_partial) == (2, False)


@pytest.mark.parametrize(
    ("outcomes", "told", "completeness"),
    [
        ({"test_a": "passed", "test_b": "failed"}, "1 failed, 1 passed", "complete"),
        ({"test_a": "passed", "test_b": "failed"}, "2 failed", "inconsistent"),
        ({"test_a": "passed", "test_b": "failed"}, "1 failed, 1 skipped", "inconsistent"),
        ({"test_a": "passed", "test_b": "passed"}, "3 passed", "inconsistent"),
        ({"test_a": "passed", "test_b": "passed"}, "1 passed, 1 xpassed", "complete"),
        ({"test_a": "failed", "test_b": "failed"}, "1 failed, 1 passed", "inconsistent"),
    ],
)
def test_a_log_without_names_is_held_against_the_junit_file(
    lay: Lay, outcomes: dict[str, str], told: str, completeness: str
) -> None:
    """As `-q -rN` writes it: letters, and the last line."""
    run = lay({"junit.xml": junit(**outcomes), "pytest.log": f".. [100%]\n{told} in 10.00s\n"})
    assert run.completeness == completeness, run.reason


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"


def test_a_pointer_of_git_lfs_is_told_as_such(lay: Lay, tmp_path: Path) -> None:
    run = lay({"junit.xml": POINTER, "pytest.log": log(test_a="passed")})
    told = "junit.xml: expected the file itself, found a pointer of Git LFS to it; fetch it: git lfs pull"
    assert (run.completeness, run.reason) == ("incomplete", told)
    run = lay({"junit.xml": GOOD, "pytest.log": log(test_a="passed"), "scan.json": POINTER})
    assert run.completeness == "complete"
    assert any(told.startswith("scan.json: ") and "LFS" in told for told in run.warnings)
    (tmp_path / "junit.xml").write_text(POINTER)
    with pytest.raises(UnreadableInput, match="found a pointer of Git LFS"):
        read_run(WorkTree(tmp_path), "junit.xml")


def test_missing_pieces_are_said(lay: Lay) -> None:
    assert lay({"junit.xml": GOOD}).warnings == (
        "no pytest log in the folder",
        "no exit-code file in the folder",
    )


def test_a_log_and_a_junit_file_that_disagree(lay: Lay) -> None:
    run = lay(
        {
            "junit.xml": junit(test_a="passed", test_b="failed", test_c="passed"),
            "pytest.log": log(test_a="failed", test_b="failed", test_d="passed"),
        }
    )
    assert run.totals == Totals(collected=3, passed=2, failed=1), "the JUnit file is believed"
    assert run.warnings[0] == (
        "pytest.log and junit.xml disagree on 3 tests: t.mod::test_a, t.mod::test_d, t.mod::test_c"
    )


def test_the_log_knows_an_unexpected_pass(lay: Lay) -> None:
    told = log(test_a="passed", test_b="passed").replace("test_b PASSED", "test_b XPASS (m)")
    run = lay(
        {
            "junit.xml": junit(test_a="passed", test_b="passed"),
            "pytest.log": told.replace("2 passed", "1 passed, 1 xpassed"),
        }
    )
    assert run.totals == Totals(collected=2, passed=1, xpassed=1)
    assert not any("disagree" in warning for warning in run.warnings)


def test_chunks_add_up_and_a_test_in_two_of_them_is_said(lay: Lay) -> None:
    run = lay(
        {
            "1/junit.xml": junit(5, "2026-02-03T04:00:00+00:00", test_a="failed", test_b="failed"),
            "2/junit.xml": junit(7, "2026-02-03T05:00:00+00:00", test_b="passed", test_c="passed"),
        }
    )
    assert run.totals == Totals(collected=3, passed=1, failed=2, rerun=1), "no failure vanishes"
    assert run.tests["t.mod::test_b"].flaky
    assert (run.duration_s, run.started) == (12.0, "2026-02-03T04:00:00+00:00")
    assert "1 test in 1/junit.xml and 2/junit.xml: the worst result counts" in run.warnings


def test_tests_of_one_name_in_files_that_pytest_did_not_write_are_different(lay: Lay) -> None:
    run = lay(
        {
            "a/junit.xml": SAME_NAME.format("<failure message='m'/>"),
            "b/junit.xml": SAME_NAME.format(""),
        }
    )
    outcomes = {name: test.outcome for name, test in run.tests.items()}
    assert outcomes == {
        "math::works (a/junit.xml)": "failed",
        "math::works (b/junit.xml)": "passed",
    }
    assert run.totals == Totals(collected=2, passed=1, failed=1)


SAME_NAME = "<testsuite name='math'><testcase name='works' time='0.1'>{}</testcase></testsuite>"


def test_a_quiet_log_alone_gives_totals_and_says_that_names_are_missing(lay: Lay) -> None:
    run = lay(
        {
            "pytest.log": "..F.s [100%]\n=== short test summary info ===\n"
            "FAILED t/mod.py::test_c - assert 0\n1 failed, 3 passed, 1 skipped in 1.00s\n"
        }
    )
    assert run.totals == Totals(collected=5, passed=3, failed=1, skipped=1)
    assert (list(run.tests), run.tests_partial) == (["t.mod::test_c"], True)
    assert compare(run, run).gone == ()


def test_a_log_that_only_collects_is_no_run(lay: Lay) -> None:
    run = lay({"junit.xml": GOOD, "collect.log": "t/mod.py::test_x\n\n9 tests collected in 0.1s\n"})
    assert run.totals == Totals(collected=1, passed=1)


def test_files_of_one_run_given_one_by_one(tmp_path: Path) -> None:
    for name, text in {"a.xml": BAD, "b.xml": junit(test_z="passed"), "exit_code.txt": "1"}.items():
        (tmp_path / name).write_text(text)
    run = read_runs(WorkTree(tmp_path), ("a.xml", "b.xml", "exit_code.txt"))
    assert run.totals == Totals(collected=3, passed=2, failed=1)
    assert (run.exit_code, run.files) == (1, ("a.xml", "b.xml", "exit_code.txt"))
    assert run.sources["exit_code"] == "exit_code.txt"


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("asan.1234", "==1==ERROR: AddressSanitizer: heap-use-after-free on address 0x1\n    #0 0x1 in pump a.c:1\n", "pump"),
        ("deep/lldb.bt", "* thread #1, stop reason = signal SIGSEGV\n  * frame #0: 0x01 app`pump at a.c:1:1\n", "pump"),
        ("core.1234", "==1==ERROR: AddressSanitizer: x on address 0x1\n    #0 0x1 in pump a.c:1\n", None),
        ("image.png", "Fatal Python error: Aborted\n", None),
    ],
)  # fmt: skip
def test_which_files_of_a_folder_are_read(
    lay: Lay, name: str, text: str, shown: str | None
) -> None:
    run = lay({"junit.xml": GOOD, name: text})
    assert [crash.signature.rpartition(" ")[2] for crash in run.crashes] == (
        [shown] if shown else []
    )


# A single file.


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("anything.xml", GOOD),
        ("exit_code.txt", "0"),
        ("time.txt", measured()),
        ("run.log", log(test_a="passed")),
        ("commands.txt", "pytest -q"),
    ],
)
def test_a_single_file_is_a_run_too(tmp_path: Path, name: str, text: str) -> None:
    folder = tmp_path / STAMP
    folder.mkdir()
    (folder / name).write_text(text)
    run = read_run(WorkTree(tmp_path), f"{STAMP}/{name}")
    assert (run.files, run.stamp) == ((name,), STAMP)
    assert not any("in the folder" in warning for warning in run.warnings)


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.xml", "<coverage/>", "a.xml:1:1: expected <testsuites> or <testsuite>"),
        ("a.xml", "", "a.xml:1:1: expected well-formed XML"),
        ("a.png", "\0", "a.png: expected JUnit XML, a report or log of a test runner"),
        ("a.md", "540 passed", "a.md: expected JUnit XML, a report or log of a test runner"),
    ],
)
def test_a_single_file_that_is_none(tmp_path: Path, name: str, text: str, expected: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(UnreadableInput) as refusal:
        read_run(WorkTree(tmp_path), name)
    assert str(refusal.value).startswith(expected)


# What is read from disk, and what is not.


def test_what_lies_outside_is_not_read(tmp_path: Path) -> None:
    root = tmp_path / "repo"
    (root / "run").mkdir(parents=True)
    (tmp_path / "secret.xml").write_text(GOOD)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "junit.xml").write_text(GOOD)
    (root / "run" / "link.xml").symlink_to(tmp_path / "secret.xml")
    (root / "run" / "away").symlink_to(tmp_path / "folder")
    (root / "run" / "dangling.xml").symlink_to(tmp_path / "nothing.xml")
    run = read_run(WorkTree(root), "run")
    assert (run.files, run.totals) == ((), None)
    for path in ("../secret.xml", str(tmp_path / "secret.xml"), "run/link.xml", "run/away", "a\0b"):
        with pytest.raises(UnreadableInput):
            read_run(WorkTree(root), path)


def test_links_inside_are_followed_once(tmp_path: Path) -> None:
    (tmp_path / "run" / "a").mkdir(parents=True)
    (tmp_path / "run" / "a" / "junit.xml").write_text(GOOD)
    (tmp_path / "run" / "a" / "up").symlink_to(tmp_path / "run")
    assert read_run(WorkTree(tmp_path), "run").files == ("a/junit.xml",)


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    os.mkfifo(tmp_path / "run" / "junit.xml")
    assert read_run(WorkTree(tmp_path), "run").files == ()
    with pytest.raises(UnreadableInput, match=r"no such file or folder"):
        read_run(WorkTree(tmp_path), "run/junit.xml")


def test_a_path_that_is_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="no such file or folder"):
        read_run(WorkTree(tmp_path), "nothing")


def test_a_file_too_large_is_not_read_and_the_run_not_complete(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outputs, "MAX_BYTES", 1000)
    run = lay({"1/junit.xml": GOOD, "2/junit.xml": GOOD + " " * 1000})
    assert run.totals == Totals(collected=1, passed=1)
    assert (run.completeness, "2/junit.xml" in run.reason) == ("incomplete", True)
    with_log = lay({"2/junit.xml": GOOD, "big.log": "x" * 2000})
    assert with_log.completeness == "complete"
    assert any(told.startswith("not read: big.log") for told in with_log.warnings)


def test_too_many_files(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outputs, "MAX_FILES", 2)
    run = lay({"a.xml": GOOD, "b.txt": "", "c.txt": ""})
    assert (run.files, run.completeness) == (("a.xml", "b.txt"), "incomplete")
    assert run.reason == "not read: more than 2 files: the rest is not read"


@pytest.mark.parametrize(
    ("path", "inside", "stamp"),
    [
        (f"r/{STAMP}", "junit.xml", STAMP),
        (f"r/20250101T000000Z/{STAMP}/chunks", "junit.xml", STAMP),
        (f"r/{STAMP}_note", "junit.xml", STAMP),
        ("r/phase_b", f"{STAMP}/junit.xml", STAMP),
        ("r/phase_b", "junit.xml", None),
        ("r/20250101T0000Z", "junit.xml", None),
    ],
)
def test_stamps(tmp_path: Path, path: str, inside: str, stamp: str | None) -> None:
    place = tmp_path / path / inside
    place.parent.mkdir(parents=True)
    place.write_text(GOOD)
    assert read_run(WorkTree(tmp_path), path).stamp == stamp


NAMES = ["junit.xml", "2/junit.xml", "pytest.log", "exit_code.txt", "time.txt", "commands.txt"]
SEEDS = [
    GOOD, BAD, log(test_a="passed"), log(None, test_b="failed"), measured(), "1\n", "", CRASH,
    "pytest -q\n", "t/mod.py::", "<testsuite>",
]  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.tuples(st.sampled_from(SEEDS), st.binary(max_size=60), st.integers(0, 400)),
        max_size=4,
    )
)
def test_any_folder_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, tuple[str, bytes, int]]
) -> None:
    root = tmp_path_factory.mktemp("fuzz")
    (root / "run").mkdir()
    for name, (text, noise, at) in files.items():
        place = root / "run" / name
        place.parent.mkdir(exist_ok=True)
        data = text.encode()
        place.write_bytes(data[:at] + noise + data[at:])
    run = read_run(WorkTree(root), "run")
    assert (run.reason == "") == (run.completeness == "complete")
    assert not any("\n" in told for told in (*run.warnings, run.reason))


@pytest.mark.parametrize(
    ("files", "result"),
    [
        ({"junit.xml": junit(test_a="passed", test_b="skipped")}, "success"),
        ({"junit.xml": junit(test_a="skipped")}, "partial"),
        ({"pytest.log": "a.py: 2\n\n2 tests collected in 0.01s\n"}, "info"),
        ({"pytest.log": log(test_a="passed")[:-30]}, "partial"),
        ({"junit.xml": junit(test_a="passed"), "exit_code.txt": "1\n"}, "failed"),
        ({"junit.xml": junit(test_a="failed"), "exit_code.txt": "0\n"}, "failed"),
        ({"exit_code.txt": "0\n"}, "partial"),
        ({"environment.txt": "LANG=C\n"}, "partial"),
    ],
)
def test_the_result_that_a_run_gives_itself(
    lay: Lay, files: dict[str, str | bytes], result: str
) -> None:
    assert lay(files).result == result


@pytest.mark.parametrize(
    ("last", "outcome", "is_flaky"), [("PASSED", "passed", True), ("FAILED", "failed", False)]
)
def test_tries_that_only_the_log_tells(
    tmp_path: Path, last: str, outcome: str, is_flaky: bool
) -> None:
    """The JUnit XML of pytest-rerunfailures before 16.6 has the last try alone."""
    lines = [
        "t/mod.py::test_a RERUN [ 50%]",
        f"t/mod.py::test_a {last} [ 50%]",
        "t/mod.py::test_b PASSED [100%]",
    ]
    head = ["=== test session starts ===", "collected 2 items", ""]
    (tmp_path / "run").mkdir()
    (tmp_path / "run/junit.xml").write_text(junit(test_a=outcome, test_b="passed"))
    ended = "2 passed" if is_flaky else "1 failed, 1 passed"
    (tmp_path / "run/pytest.log").write_text(
        "\n".join([*head, *lines, f"=== {ended}, 1 rerun in 0.10s ===", ""])
    )
    read = read_run(WorkTree(tmp_path), "run")
    test = read.tests["t.mod::test_a"]
    assert (test.outcome, test.tries, test.flaky) == (outcome, 2, is_flaky)
    assert read.tests["t.mod::test_b"].tries == 1
    assert read.totals is not None
    assert read.totals.rerun == 1
    assert read.completeness == "complete"
