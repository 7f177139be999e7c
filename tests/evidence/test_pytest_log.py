"""pytest's terminal logs: what real runs print at every verbosity, and what crashes leave."""

from __future__ import annotations

import gc
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence import junit, pytest_log
from ledger.evidence.fold import fold
from ledger.evidence.model import Evidence, Totals
from ledger.evidence.outputs import read_run
from ledger.evidence.part import Part
from ledger.evidence.pytest_lines import summary
from ledger.git.files import WorkTree
from tests.support import corpus

FAILING = ("failed", "error")

SUITE = """
import pytest, pathlib, sys

COUNT = pathlib.Path(__file__).with_suffix(".count")

def bump():
    number = int(COUNT.read_text()) if COUNT.exists() else 0
    COUNT.write_text(str(number + 1))
    return number

@pytest.fixture
def late():
    yield
    raise OSError("busy")

@pytest.fixture
def early():
    raise OSError("absent")

def test_plain(): pass
def test_wrong(): assert 1 == 2, "boom - bang"
def test_flaky(): assert bump() > 0
def test_late(late): pass
def test_wrong_and_late(late): assert 0
def test_early(early): pass
@pytest.mark.skip(reason="a reason that is so long that at the highest verbosity it is wrapped "
                         "over more than one line of the terminal - PASSED, as it were (so to say)")
def test_skipped(): pass
@pytest.mark.xfail(reason="known")
def test_known(): assert 0
@pytest.mark.xfail(reason="known")
def test_surprise(): pass
@pytest.mark.xfail(strict=True, reason="known")
def test_strict(): pass
@pytest.mark.parametrize("s", ["a b", "x - y", "is PASSED", "[b]", "a::b", "z SKIPPED (q"])
def test_good(s): pass
@pytest.mark.parametrize("s", ["a b - c", "is FAILED"])
def test_bad(s): assert 0
class TestOuter:
    class TestInner:
        def test_deep(self): assert False
    def test_prints(self):
        print("first line"); print("no end", end="")
    def test_prints_verdict(self):
        print("PASSED"); print("tests ran fine FAILED"); assert 0
    def test_prints_error(self): print("E   not an error", file=sys.stderr)
"""


def run(folder: Path, *options: str, runner: str = "pytest") -> tuple[bytes, Part, int]:
    """Real pytest on a small suite: its log, the JUnit file of the same run, the exit code."""
    tests = folder / "suite"
    tests.mkdir(exist_ok=True)
    (tests / "test_all.py").write_text(SUITE, encoding="utf-8")
    (tests / "test_module.py").write_text(
        'import pytest\npytest.skip("not now", allow_module_level=True)\n', encoding="utf-8"
    )
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    (tests / "test_all.count").unlink(missing_ok=True)
    xml = folder / "junit.xml"
    plugins = ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    done = subprocess.run(
        [sys.executable, "-m", runner, *plugins, "suite", f"--junitxml={xml}", *options],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    return done.stdout, junit.read(xml.read_bytes(), "junit.xml")[0], done.returncode


def read_log(log: str) -> Evidence:
    """A log by itself, as one run."""
    return fold("pytest.log", pytest_log.read(log.encode(), "pytest.log"), single=True)


def read(log: bytes | str, name: str = "pytest.log") -> Part:
    return pytest_log.read(log.encode() if isinstance(log, str) else log, name)[0]


def failing(part: Part) -> set[str]:
    return {name for name, test in part.tests.items() if test.outcome in FAILING}


NAMES_ALL = [
    ("-v",),
    ("-vv",),
    ("-vv", "-s"),
    ("-v", "--color=yes"),
    ("-v", "-rA", "--tb=no"),
    ("-v", "-o", "console_output_style=count"),
    ("-v", "-o", "log_cli=1", "-o", "log_cli_level=DEBUG"),
    ("-v", "--reruns=2"),
    ("-v", "-n2"),
    ("-vv", "-n2", "--color=yes"),
    ("-v", "--no-header", "--no-summary"),
    ("-v", "--durations=3", "-ra", "--tb=short"),
]  # fmt: skip
NAMES_FAILURES = [
    (), ("-q",), ("-qq",), ("-q", "-s"), ("--tb=line",), ("-rfE",), ("--color=yes",), ("-q", "--color=yes"),
    ("-n2",), ("-q", "-n2"), ("-n2", "--color=yes"), ("-q", "--reruns=1"), ("--no-header",),
]  # fmt: skip


@pytest.mark.parametrize("options", NAMES_ALL)
def test_a_verbose_log_says_what_the_junit_file_says(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    output, junit, code = run(tmp_path, *options)
    log = read(output)
    assert code == 1
    assert (log.completeness, log.partial, log.warnings) == ("complete", False, ())
    known = {name: test for name, test in junit.tests.items() if not test.at_collection}
    assert log.tests.keys() == known.keys()
    for name, test in log.tests.items():
        expected = known[name]
        # JUnit XML of pytest has no word for xpassed.
        outcome = "passed" if test.outcome == "xpassed" else test.outcome
        assert (name, outcome, test.flaky) == (name, expected.outcome, expected.flaky)
    assert log.totals is not None
    assert junit.totals is not None
    assert log.totals.collected == junit.totals.collected == 22
    assert (log.totals.failed, log.totals.errors, log.totals.skipped) == (
        junit.totals.failed,
        junit.totals.errors,
        junit.totals.skipped,
    )
    assert log.totals.xpassed == 1


@pytest.mark.parametrize("options", NAMES_FAILURES)
def test_a_quiet_log_names_what_failed(tmp_path: Path, options: tuple[str, ...]) -> None:
    output, junit, _ = run(tmp_path, *options)
    log = read(output)
    assert failing(log) == failing(junit)
    assert (log.completeness, log.partial) == ("complete", True)
    assert log.totals is not None
    assert junit.totals is not None
    told = log.totals.model_copy(
        update={"passed": log.totals.passed + log.totals.xpassed, "xpassed": 0, "rerun": 0}
    )
    modules = 1 if "-qq" in options else 0  # skipped ones, of which nothing is told then
    skipped = junit.totals.skipped - modules
    # What tests print may stand between the letters, and tries that passed are counted.
    if not {"-s", "--reruns=1"} & {*options}:
        assert told == junit.totals.model_copy(update={"skipped": skipped, "rerun": 0})


@pytest.mark.parametrize("options", [("-v",), ("-vv",), ("-v", "--color=yes"), ("-v", "-n2")])
@pytest.mark.parametrize("mark", [b"short test summary info", b" FAILURES ", b" ERRORS "])
def test_a_log_without_its_end_names_what_failed_all_the_same(
    tmp_path: Path, options: tuple[str, ...], mark: bytes
) -> None:
    output, junit, _ = run(tmp_path, *options)
    cut = output[: output.rindex(b"\n", 0, output.rindex(mark)) + 1]
    log = read(cut)
    assert failing(log) == failing(junit)
    assert log.completeness == "incomplete"
    assert log.reason.startswith("the log has no last line with counts")


@pytest.mark.parametrize("options", [("--junit-prefix=py311.fast",), ("--rootdir=..",), ("-q",)])
def test_a_log_and_a_junit_file_that_name_tests_differently_are_one_run(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Paths in a log are told from the folder that pytest was started in, in the JUnit file from
    its root."""
    start = tmp_path / "sub"
    start.mkdir()
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "other").mkdir()
    text = "def test_good(): pass\ndef test_bad(): assert 0\n"
    (start / "test_here.py").write_text(text)
    (tmp_path / "other" / "test_there.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "--junitxml=junit.xml",
         ".", "../other", *options],
        cwd=start, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, check=False, timeout=120,
    )  # fmt: skip
    (start / "pytest.log").write_bytes(done.stdout)
    found = read_run(WorkTree(tmp_path), "sub")
    assert found.totals == Totals(collected=4, passed=2, failed=2)
    assert not any("disagree" in warning for warning in found.warnings)


def test_reruns_in_the_junit_file_of_a_real_run(tmp_path: Path) -> None:
    _, junit, _ = run(tmp_path, "--reruns=2")
    told = {name.partition("::")[2]: test for name, test in junit.tests.items()}
    assert (told["test_flaky"].outcome, told["test_flaky"].flaky) == ("passed", True)
    assert (told["test_wrong"].outcome, told["test_wrong"].flaky) == ("failed", False)
    assert (told["test_late"].outcome, told["test_late"].flaky) == ("error", False)
    assert (told["test_wrong_and_late"].outcome, told["test_plain"].tries) == ("error", 1)
    assert junit.totals is not None
    assert junit.totals.collected == 22
    assert junit.warnings == ()


@pytest.mark.parametrize(
    ("options", "completeness", "reason"),
    [
        (("-v", "-x"), "incomplete", "stopping after 1 failures"),
        (("-q", "--maxfail=2"), "incomplete", "stopping after 2 failures"),
        (("-v", "nothing_here.py"), "failed", "file or directory not found: nothing_here.py"),
        (("-q", "-k", "nothing_of_that_name"), "complete", ""),
        (("--collect-only", "-q"), None, "tests were only collected"),
        (("--collect-only",), None, "tests were only collected"),
    ],
)
def test_how_far_a_session_came(
    tmp_path: Path, options: tuple[str, ...], completeness: str | None, reason: str
) -> None:
    output, _, _ = run(tmp_path, *options)
    log = read(output)
    assert log.completeness == completeness
    assert reason in log.reason


@pytest.mark.parametrize("verbose", [True, False])
def test_a_module_that_cannot_be_imported_fails_the_run(tmp_path: Path, verbose: bool) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_broken.py").write_text("import nothing_of_that_name\n")
    output, junit, code = run(tmp_path, *(["-v"] if verbose else ["-q"]))
    log = read(output)
    assert code == 2
    assert (log.completeness, log.reason) == (
        "failed",
        "pytest: Interrupted: 1 error during collection",
    )
    for part in (log, junit):
        assert part.tests["suite.test_broken"].outcome == "error"
        assert part.tests["suite.test_broken"].at_collection
    assert junit.totals == Totals(collected=0, errors=1, skipped=1)


def test_a_crash_names_the_test_that_died(tmp_path: Path) -> None:
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "test_a_crash.py").write_text(
        "import faulthandler\n"
        "def test_before(): pass\n"
        "def dies(): faulthandler._sigsegv()\n"
        "def test_dies(): dies()\n"
        "def test_after(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "suite"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=120,
    )
    log = read(done.stdout)
    assert done.returncode == -11
    assert log.completeness == "incomplete"
    assert log.reason.endswith("it ends in suite/test_a_crash.py::test_dies")
    assert [crash.signature for crash in log.crashes] == [
        "Segmentation fault in dies (test_a_crash.py)"
    ]
    assert list(log.tests) == ["suite.test_a_crash::test_before"]


# Logs as text.

TRICKY = "t/a.py::test_x[z] SKIPPED (q]"
HEAD = "=== test session starts ===\ncollected 3 items\n\n"


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        ("t/a.py::test_x hello\nPASSED [ 33%]\n", {"t.a::test_x": "passed"}),
        ("t/a.py::test_x hello\nworldFAILED\n", {"t.a::test_x": "failed"}),
        ("t/a.py::test_x PASSED\nnoise PASSED\nFAILED\n", {"t.a::test_x": "passed"}),
        ("t/a.py::test_x \nPASSED\nFAILED [ 33%]\n", {"t.a::test_x": "failed"}),
        ("t/a.py::test_x x\nFAILED [ 33%]\nmore PASSED\n", {"t.a::test_x": "failed"}),
        (
            f"2 workers [1 item]\n\n{TRICKY} \n[gw0] PASSED {TRICKY} \n",
            {"t.a::test_x[z] SKIPPED (q]": "passed"},
        ),
        ("t/a.py::test_x SKIPPEDa wrapped\nreason.)   [ 33%]\n", {"t.a::test_x": "skipped"}),
        ("t/a.py::test_x[q SKIPPED r] SKIPPED (why)\n", {"t.a::test_x[q SKIPPED r]": "skipped"}),
        ("t/a.py::test_x \x1b[32mPASSED\x1b[0m\x1b[32m [ 3%]\x1b[0m\n", {"t.a::test_x": "passed"}),
        ("[gw1] [ 33%] XFAIL t/a.py::test_x \n", {"t.a::test_x": "xfailed"}),
        ("[gw1] PASSED t/a.py::T::test_x[a b] \n", {"t.a.T::test_x[a b]": "passed"}),
        ("t/a.py::test_x RERUN\nt/a.py::test_x PASSED\n", {"t.a::test_x": "passed x2 ~"}),
        (
            "t/a.py .R.\n\n=== rerun test summary info ===\nRERUN t/a.py::test_x\n=== 2 passed in 1s ===\n",
            {"t.a::test_x": "passed x2 ~"},
        ),
        ("t/a.py::test_x PASSED\nt/a.py::test_x ERROR\n", {"t.a::test_x": "error"}),
        ("t/a.py::test_x SUBFAIL\nt/a.py::test_x PASSED\n", {"t.a::test_x": "failed"}),
        ("doc/a.md::a.md PASSED\n", {"doc.a.md::a.md": "passed"}),
        ("collecting 1 item\rcollected 1 item\nt/a.py::test_x PASSED\n", {"t.a::test_x": "passed"}),
        ("t/a.py::test_x PASSED\r\n", {"t.a::test_x": "passed"}),
        ("std::vector PASSED\n", {}),
    ],
)
def test_progress_lines(log: str, expected: dict[str, str]) -> None:
    told = {
        name: test.outcome + (f" x{test.tries}" if test.tries > 1 else "") + " ~" * test.flaky
        for name, test in read(HEAD + log).tests.items()
    }
    assert told == expected


@pytest.mark.parametrize(
    ("line", "totals", "duration"),
    [
        ("= 8 failed, 540 passed, 143 skipped, 2 xfailed, 35 warnings in 1656.77s (0:27:36) =",
         Totals(passed=540, failed=8, skipped=143, xfailed=2), 1656.77),
        ("1 passed in 0.01s", Totals(passed=1), 0.01),
        ("===== 1 passed, 1 error, 2 rerun in 90000.5s (1 day, 1:00:00) =====",
         Totals(passed=1, errors=1, rerun=2), 90000.5),
        ("=== 2 passed in 0.12 seconds ===", Totals(passed=2), 0.12),
        ("=== no tests ran in 0.01s ===", Totals(), 0.01),
        ("1 failed, 3 subtests passed in 1.0s", Totals(failed=1), 1.0),
    ],
)  # fmt: skip
def test_last_lines(line: str, totals: Totals, duration: float) -> None:
    told = summary(line)
    assert told is not None
    assert (told.totals, told.duration_s) == (totals, duration)


@pytest.mark.parametrize(
    "line",
    ["3 apples in 2s", "540 passed in a hurry", "1 passed", "in 2s", "", "= =", "9" * 5000,
     "1 passed in 1.2.3s", "12 passed tests in 3s"],
)  # fmt: skip
def test_other_lines(line: str) -> None:
    assert summary(line) is None


def test_what_a_failing_test_printed_is_not_taken_for_the_session() -> None:
    log = read(
        HEAD.replace("3", "1")
        + "t/a.py::test_x FAILED [100%]\n\n=== FAILURES ===\n___ test_x ___\n"
        "--- Captured stdout call ---\n"
        "=== test session starts ===\ncollected 1 item\n\nt/b.py::test_y PASSED [100%]\n"
        "=== 1 passed in 0.01s ===\n"
        "=== short test summary info ===\nFAILED t/a.py::test_x - assert 0\n"
        "=== 1 failed in 2.50s ===\n"
    )
    assert list(log.tests) == ["t.a::test_x"]
    assert (log.duration_s, log.completeness) == (2.5, "complete")


LOG = (
    HEAD + "t/a.py::test_x PASSED [ 33%]\nt/a.py::test_y FAILED [ 66%]\n"
    "t/a.py::test_z SKIPPED (why) [100%]\n\n=== FAILURES ===\n___ test_y ___\n\n"
    "    def test_y():\n>       assert 0\nE       assert 0\n\nt/a.py:3: AssertionError\n"
    "=== short test summary info ===\nFAILED t/a.py::test_y - assert 0\n"
    "=== 1 failed, 1 passed, 1 skipped in 0.12s ===\n"
)
PREFIXES = {
    "GitHub": "2026-01-01T10:00:00.1234567Z ",
    "gh run view --log": "test (3.11)\tRun pytest\t2026-01-01T10:00:00.1234567Z ",
    "GitLab": "2026-01-01T10:00:00.123456Z 01O ",
    "Jenkins": "[2026-01-01T10:00:00.123Z] ",
    "Azure": "2026-01-01T10:00:00.1234567Z ##[debug]",
    "docker compose": "web-1  | ",
    "docker compose, in colours": "\x1b[36mweb_1   |\x1b[0m ",
    "kubectl logs --prefix": "[pod/tests-abc/main] ",
    "act": "[CI/test]   | ",
    "concurrently": "[0] ",
    "ts": "Jan 01 10:00:00 ",
    "a clock": "[10:00:00] ",
    "hours and minutes": "[10:00] ",
    "seconds since the start": "[   12.345678] ",
    "TeamCity": "[10:00:00] : ",
    "journalctl": "Jan 01 10:00:00 host pytest[123]: ",
    "a logger": "2026-01-01 10:00:00,123 INFO ",
    "a quotation": "> ",
    "an indent": "    ",
}


@pytest.mark.parametrize("name", PREFIXES)
def test_what_others_write_in_front_of_lines(name: str) -> None:
    lines = LOG.splitlines(keepends=True)
    plain, found = read(LOG), read("".join(PREFIXES[name] + line for line in lines))
    assert found == plain
    assert plain.totals == Totals(collected=3, passed=1, failed=1, skipped=1)


def test_what_tests_print_is_no_prefix() -> None:
    log = LOG.replace(
        "    def test_y", "10:00:00 t/b.py::test_q PASSED\n[x] FAILED\n    def test_y"
    )
    assert read(log).tests.keys() == read(LOG).tests.keys()


def test_mixed_lines_of_two_services_are_two_sessions() -> None:
    other = LOG.replace("t/a.py", "t/b.py").replace("FAILED", "PASSED")
    other = other.replace("1 failed, 1 passed", "2 passed")
    pairs = zip(LOG.splitlines(keepends=True), other.splitlines(keepends=True), strict=True)
    mixed = "".join(f"a-1  | {line}b-1  | {second}" for line, second in pairs)
    totals = read_log(mixed).totals
    assert totals == Totals(collected=6, passed=3, failed=1, skipped=2)


PASSED = "..                                             [100%]\n2 passed in 0.05s\n"
BROKEN = (
    "\n=== ERRORS ===\n___ ERROR collecting t/c.py ___\nE   No module named 'x'\n"
    "=== short test summary info ===\nERROR t/c.py\n"
    "!!! Interrupted: 1 error during collection !!!\n1 error in 0.10s\n"
)
STARTED = HEAD.replace("3", "2") + "t/d.py ..    [100%]\n\n=== 2 passed in 0.20s ===\n"
BETWEEN = ["", "\n", "py312: commands[0]> pytest -q\n", "nox > Session tests was successful.\n\n"]


@pytest.mark.parametrize("between", BETWEEN)
@pytest.mark.parametrize(
    ("sessions", "totals", "completeness"),
    [
        ((LOG, PASSED), Totals(collected=5, passed=3, failed=1, skipped=1), "complete"),
        ((PASSED, LOG), Totals(collected=5, passed=3, failed=1, skipped=1), "complete"),
        ((PASSED, STARTED, PASSED), Totals(collected=6, passed=6), "complete"),
        ((STARTED, BROKEN), Totals(collected=2, passed=2, errors=1), "failed"),
        ((PASSED, BROKEN), Totals(collected=2, passed=2, errors=1), "failed"),
        ((BROKEN, PASSED), Totals(collected=2, passed=2, errors=1), "failed"),
        (
            (PASSED, "\nno tests ran in 0.01s\nERROR: not found: t/x.py\n"),
            Totals(collected=2, passed=2),
            "failed",
        ),
        ((PASSED, "ERROR: no matching distribution\n", PASSED), Totals(collected=4, passed=4), "complete"),
    ],
)  # fmt: skip
def test_sessions_in_one_log_add_up(
    between: str, sessions: tuple[str, ...], totals: Totals, completeness: str
) -> None:
    found = read_log(between.join(sessions))
    assert found.totals == totals
    assert found.completeness == completeness


CASES = [
    ("3 of which 2 ran", HEAD + "t/a.py ..\n\n=== 2 passed in 0.1s ===\n", "incomplete"),
    (
        "a session timeout",
        HEAD + "t/a.py ..\n\n!!! session-timeout: 1.0 sec exceeded !!!\n=== 2 passed in 0.1s ===\n",
        "incomplete",
    ),
    (
        "xdist, -x",
        HEAD + "t/a.py .F\n!!! xdist.dsession.Interrupted: stopping after 1 failures !!!\n"
        "=== 1 failed, 1 passed in 0.1s ===\n",
        "incomplete",
    ),
    ("wrong usage", "ERROR: usage: pytest [options]\npytest: error: no such option\n", "failed"),
    ("a conftest", "ImportError while loading conftest '/x/conftest.py'.\n", "failed"),
    (
        "an internal error",
        HEAD + "t/a.py ...\nINTERNALERROR> Traceback\n=== 3 passed in 0.1s ===\n",
        "failed",
    ),
    ("a hook at the end", "... [100%]Traceback (most recent call last):\n  File x\nOSError\n", "failed"),
    ("coverage", "... [100%]\nERROR: Coverage failure: total of 5\n3 passed in 0.1s\n", "failed"),
    ("-qq, not collected", BROKEN.rpartition("1 error in")[0], "failed"),
    ("collected in pytest 5", HEAD + "<Module t/a.py>\n  <Function x>\n\n= no tests ran in 0.1s =\n", None),
    ("collected quietly in pytest 5", "t/a.py::x\nt/a.py::y\n\nno tests ran in 0.1s\n", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("log", "completeness"), [row[1:] for row in CASES], ids=[r[0] for r in CASES]
)
def test_sessions_that_are_not_whole(log: str, completeness: str | None) -> None:
    part = read(log)
    assert part.completeness == completeness, part.reason
    assert fold("p", [part], single=True).result == (
        "info"
        if completeness is None
        else {"incomplete": "partial", "failed": "failed"}[completeness]
        if "F\n" not in log
        else "failed"
    )


TEARDOWNS = {  # letters, titles of reports of errors, last line: the counts of tests
    "after a skip": (".sE", ["at teardown of test_s"], "1 passed, 1 skipped, 1 error",
        Totals(collected=2, passed=1, errors=1)),
    "after a skip, beside an error of a setup":
        ("EsE.", ["at setup of test_a", "at teardown of test_b"], "1 passed, 1 skipped, 2 errors",
        Totals(collected=3, passed=1, errors=2)),
    "after a failure that nothing names":
        ("FEF.", ["at teardown of test_a"], "2 failed, 1 passed, 1 error",
        Totals(collected=3, passed=1, failed=1, errors=1)),
    "after an error of the setup":
        ("EE.", ["at setup of test_a", "at teardown of test_a"], "1 passed, 2 errors",
        Totals(collected=2, passed=1, errors=1)),
    # pytest-rerunfailures prints a pass for each try that passed before its teardown failed.
    "tries that passed": ("..R.R.E", [], "4 passed, 1 error, 2 rerun",
        Totals(collected=2, passed=1, errors=1, rerun=2)),
    "tries that were skipped": ("sRsRsE.", ["at teardown of test_a"],
        "1 passed, 3 skipped, 1 error, 2 rerun", Totals(collected=2, passed=1, errors=1, rerun=2)),
    "a try that passed": ("..R.", [], "3 passed, 1 rerun", Totals(collected=2, passed=2, rerun=1)),
    "tries without a teardown": ("..RRF", [], "2 passed, 1 failed, 2 rerun",
        Totals(collected=3, passed=2, failed=1, rerun=2)),
    "tries behind the end": ("sR [100%]R [100%]F", [], "1 failed, 1 skipped, 2 rerun",
        Totals(collected=2, failed=1, skipped=1, rerun=2)),
}  # fmt: skip


@pytest.mark.parametrize("what", TEARDOWNS)
def test_an_error_of_a_teardown_makes_no_second_test(what: str) -> None:
    letters, reports, last, expected = TEARDOWNS[what]
    log = HEAD.replace("3 items", f"{expected.collected} items") + f"t/a.py {letters} [100%]\n"
    told = "".join(f"___ ERROR {title} ___\nE  x\n" for title in reports)
    log += f"=== ERRORS ===\n{told}" if told else ""
    assert read_log(f"{log}=== {last} in 0.10s ===\n").totals == expected


def test_a_module_that_each_worker_reports_is_one() -> None:
    told = "___ ERROR collecting t/odd.py ___\nx\n" * 2
    named = "ERROR t/odd.py - x\n" * 2
    log = f"=== test session starts ===\ncreated: 2/2 workers\n=== ERRORS ===\n{told}"
    run = read_log(f"{log}=== short test summary info ===\n{named}=== 2 errors in 0.10s ===\n")
    assert run.totals == Totals(errors=1)


def test_letters_of_workers_are_mixed() -> None:
    told = "___ ERROR at teardown of test_a ___\n[gw1] linux\nx\n"
    log = f"bringing up nodes...\n.sE. [100%]\n=== ERRORS ===\n{told}"
    assert read_log(f"{log}2 passed, 1 skipped, 1 error in 0.1s\n").totals == Totals(
        collected=3, passed=1, skipped=1, errors=1
    )


def test_a_report_that_a_failing_test_prints_is_none() -> None:
    log = HEAD.replace("3", "2") + "t/a.py F. [100%]\n=== FAILURES ===\n___ test_a ___\nE  x\n"
    log += "___ ERROR at teardown of test_b ___\n=== 1 failed, 1 passed in 0.1s ===\n"
    assert read_log(log).totals == Totals(collected=2, passed=1, failed=1)


def test_where_an_error_belongs_may_be_untold() -> None:
    """As `-q --tb=no` writes it: the error may be of a test of its own."""
    log = ".sE [100%]\n=== short test summary info ===\nERROR t/a.py::test_s - x\n"
    part = read(f"{log}1 passed, 1 skipped, 1 error in 0.1s\n")
    assert part.is_rough
    assert part.warnings == (
        "the errors may be of tests that are counted as passed or skipped, too",
    )


SUBTESTS = {  # one run at several verbosities, by pytest 9 and by pytest-subtests
    "plain": HEAD + "t/a.py .uF.\n\n=== short test summary info ===\n"
    "SUBFAILED[m] (i=1) t/a.py::test_s - x\nFAILED t/a.py::test_s - contains 1 failed subtest\n"
    "=== 2 failed, 2 passed in 0.1s ===\n",
    "-q": ".uuF. [100%]\n=== short test summary info ===\nSUBFAILED[m] (i=1) t/a.py::test_s - x\n"
    "FAILED t/a.py::test_s - contains\n2 failed, 2 passed, 1 subtests passed in 0.1s\n",
    "-v": HEAD + "t/a.py::test_a PASSED\nt/a.py::test_s SUBPASSED[m] (i=0)\n"
    "t/a.py::test_s SUBFAILED[m] (i=1)\nt/a.py::test_s FAILED\nt/a.py::test_z PASSED\n"
    "=== 2 failed, 2 passed, 1 subtests passed in 0.1s ===\n",
    "-q --tb=no -rN": ".uuF. [100%]\n2 failed, 2 passed, 1 subtests passed in 0.1s\n",
    "plugin -q -rN": ".,u.. [100%]\n1 failed, 3 passed, 1 subtests passed in 0.1s\n",
    "plugin": HEAD + "t/a.py .,u..\n=== short test summary info ===\n"
    "[m] (i=1) SUBFAIL t/a.py::test_s - x\n=== 1 failed, 3 passed, 1 subtests passed in 0.1s ===\n",
    "plugin -v": HEAD + "t/a.py::test_a PASSED\nt/a.py::test_s [m] (i=0) SUBPASS\n"
    "t/a.py::test_s [m] (i=1) SUBFAIL\nt/a.py::test_s PASSED\nt/a.py::test_z PASSED\n"
    "=== 1 failed, 3 passed, 1 subtests passed in 0.1s ===\n",
    "plugin -rA": HEAD + "t/a.py .,u..\n=== short test summary info ===\nPASSED t/a.py::test_a\n"
    "PASSED t/a.py::test_s\nPASSED t/a.py::test_z\n[m] (i=1) SUBFAIL t/a.py::test_s - x\n"
    "=== 1 failed, 3 passed, 1 subtests passed in 0.1s ===\n",
    "plugin -qq": ".,u.. [100%]\n=== short test summary info ===\n[m] (i=1) SUBFAIL t/a.py::test_s\n",
}  # fmt: skip


@pytest.mark.parametrize("options", SUBTESTS)
def test_a_test_fails_with_its_subtests(options: str) -> None:
    found = read_log(SUBTESTS[options])
    assert found.totals == Totals(collected=3, passed=2, failed=1)
    assert (found.result, found.completeness) == ("failed", "complete")
    assert any("1 subtest failed" in warning for warning in found.warnings)


SHARED = corpus.PLACE / "cases" / "runs"


@pytest.mark.skipif(not SHARED.is_dir(), reason=corpus.MISSING)
@pytest.mark.parametrize(
    ("name", "totals", "completeness"),
    [
        ("05-two-quiet.log", Totals(collected=4, passed=3, failed=1), "complete"),
        ("06-two-sessions.log", Totals(collected=4, passed=4), "complete"),
        ("07-run.log", Totals(collected=12, passed=10, failed=1, skipped=1), "complete"),
        ("08-session-timeout.log", Totals(collected=3, passed=2), "incomplete"),
        (
            "09-github-timestamps.log",
            Totals(collected=14, passed=7, failed=2, errors=2, skipped=1, xfailed=1, xpassed=1),
            "complete",
        ),
        ("10-subtests-q.log", Totals(collected=2, passed=1, failed=1), "complete"),
        ("10-subtests-v.log", Totals(collected=2, passed=1, failed=1), "complete"),
        ("10-subtests.log", Totals(collected=2, passed=1, failed=1), "complete"),
    ],
)
def test_logs_that_were_read_wrongly(name: str, totals: Totals, completeness: str) -> None:
    found = read_run(WorkTree(SHARED), name)
    assert (found.totals, found.completeness) == (totals, completeness)


@pytest.mark.parametrize(
    ("log", "deselected"),
    [
        ("collected 5 items / 2 deselected / 3 selected\n\nt/a.py ...\n=== 3 passed, 2 deselected in 0.1s ===\n", 2),
        ("... [100%]\n3 passed, 2 deselected in 0.1s\n", 2),
        ("... [100%]\n3 passed in 0.1s\n", None),
    ],
)  # fmt: skip
def test_deselected_tests_are_told(log: str, deselected: int | None) -> None:
    found = read_log(log)
    assert found.deselected == deselected
    assert found.share == ("3 of 5 selected" if deselected else "")


def test_two_sessions_in_one_log_count_a_test_once() -> None:
    one = HEAD + "t/a.py::test_x FAILED\n=== 1 failed in 1.0s ===\n"
    two = HEAD + "t/a.py::test_x PASSED\nt/a.py::test_y PASSED\n=== 2 passed in 2.0s ===\n"
    log = read_log(one + two)
    assert log.totals == Totals(collected=2, passed=1, failed=1, rerun=1), "the worse counts"
    assert log.duration_s == 3.0
    assert "2 pytest sessions in one log: they add up" in log.warnings[0]


def test_a_failed_subtest_is_no_case_of_its_own() -> None:
    quiet = (
        "u.   [100%]\n=== short test summary info ===\n"
        "SUBFAILED(i=1) test_u.py::T::test_x - AssertionError: 1 != 0\n1 failed, 2 passed in 0.1s\n"
    )
    assert read_log(quiet).totals == Totals(collected=2, passed=1, failed=1)


def test_a_log_that_is_none_says_nothing() -> None:
    log = read("make: *** [test] Error 2\nall 3 passed in spirit\n")
    assert (log.totals, log.tests, log.completeness) == (None, {}, None)


def test_utf16_as_powershell_writes_it() -> None:
    text = HEAD + "t/a.py::test_x PASSED\n=== 1 passed in 1.0s ===\n"
    assert read(text.encode("utf-16")).totals == Totals(collected=1, passed=1)


@pytest.fixture(scope="module")
def verbose(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return run(tmp_path_factory.mktemp("verbose"), "-v")[0]


def test_a_log_cut_short_is_never_complete(verbose: bytes) -> None:
    """At every byte before the last line, and it tells no other outcome than the whole log."""
    whole = read(verbose)
    end = verbose.rstrip().rfind(b"\n")
    verdicts = [match.end() for match in re.finditer(rb" [A-Z]+(?= )", verbose[:end])]
    for at in (*range(0, end, 7), *verdicts):
        part = read(verbose[:at])
        assert part.completeness != "complete"
        for name, test in part.tests.items():
            before_teardown = whole.tests[name].outcome == "error"
            assert test.outcome == whole.tests[name].outcome or before_teardown


@given(st.text(max_size=400), st.integers(0, 3000), st.integers(0, 60))
def test_noise_raises_nothing(verbose: bytes, noise: str, at: int, gone: int) -> None:
    read(verbose[:at] + noise.encode("utf-8", "replace") + verbose[at + gone :])


LONG = 300_000
FATAL = "Fatal Python error: x\n"
SLOW: dict[str, Callable[[int], str]] = {
    "blanks": lambda n: HEAD + "t/a.py::test_x" + " " * n + "x\n",
    "brackets": lambda n: HEAD + "t/a.py::test_x" + "[" * n + "\n" + "]" * n + "\n",
    "verdicts": lambda n: HEAD + "t/a.py::test_x" + " SKIPPED" * (n // 8) + "\n",
    "open": lambda n: HEAD + "t/a.py::x[" + " SKIPPED" * (n // 8) + " x\n",
    "dashes": lambda n: "=== short test summary info ===\nFAILED a.py::x" + " - " * (n // 3) + "\n",
    "colons": lambda n: HEAD + "a.py" + "::" * (n // 2) + "\n",
    "counts": lambda n: "1 passed, " * (n // 10) + "1 passed in 1s\n",
    "escapes": lambda n: HEAD + "\x1b[" * (n // 2) + "\n" + "\x1b]" * (n // 2),
    "rules": lambda n: HEAD + "=" * n + "\n" + "!" * n + "\n",
    "frames": lambda n: FATAL + "Current thread 0x1\n" + '  File "a", line 1 in b\n' * (n // 23),
    "crashes": lambda n: FATAL * (n // 22),
    "commas": lambda n: HEAD + "," * n + "\n" + "." * n + "\n",
    "workers": lambda n: HEAD + "[gw0] SUBFAILED[" + " t::" * (n // 4) + "\n",
    "prefixes": lambda n: "a " * n + "\n" + "[a " * n + "\n" + "a\t" * n + "10:00:00 " * n + "\n",
    "collected": lambda n: HEAD + "collected 1 item" + " / 1 skipped" * (n // 12) + "\n",
}  # fmt: skip


@pytest.mark.parametrize("what", SLOW)
def test_time_grows_with_the_log_and_no_faster(request: pytest.FixtureRequest, what: str) -> None:
    def took(size: int) -> float:
        text = SLOW[what](size)
        best = float("inf")
        for _ in range(2):
            began = time.process_time()
            read(text)
            best = min(best, time.process_time() - began)
        return best

    took(1000)
    gc.freeze()  # else looking through what other tests left is counted as well
    request.addfinalizer(gc.unfreeze)
    assert took(4 * LONG) < 0.1 + 8 * took(LONG)


@pytest.mark.parametrize("verbose", [False, True])
@pytest.mark.parametrize("dash", [" ", " - "])
@pytest.mark.parametrize("reason", ["", "known", "why - not [yet] a::b", "[x] is known"])
@pytest.mark.parametrize("name", ["test_x", "test_x[a]", "test_x[a b]", "test_x[a - b]"])
def test_a_reason_behind_an_unexpected_pass_is_no_part_of_its_name(
    name: str, reason: str, dash: str, verbose: bool
) -> None:
    """pytest 7 writes nothing but a blank between them."""
    progress = f"my tests/test_a.py::{name} XPASS [100%]" if verbose else "test_a.py X [100%]"
    text = (
        f"=== test session starts ===\ncollected 1 item\n\n{progress}\n"
        "=== short test summary info ===\n"
        f"XPASS my tests/test_a.py::{name}{dash}{reason}\n=== 1 xpassed in 0.10s ===\n"
    )
    (part,) = pytest_log.read(text.encode(), "pytest.log")
    assert {test.outcome for test in part.tests.values()} == {"xpassed"}
    assert list(part.tests) == [f"my tests.test_a::{name}"]
