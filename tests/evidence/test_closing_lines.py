"""What other runners than pytest print and write: ``data/runners`` holds outputs of real runs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.evidence import execution
from ledger.evidence.fold import fold
from ledger.evidence.model import FAILING, Evidence
from ledger.evidence.outputs import parts_of, read_run
from ledger.git.files import WorkTree
from tests.campaigns import runner_outputs
from tests.support.places import DATA

RUNS = DATA / "runners"
COUNTS = ("passed", "failed", "errors", "skipped", "xfailed")


class Run(NamedTuple):
    """A row of ``expected.tsv``."""

    file: str
    result: str
    counts: tuple[int, ...] | None
    failing: frozenset[str] | None

    @property
    def data(self) -> bytes:
        return (RUNS / self.file).read_bytes()


def _runs() -> list[Run]:
    rows = (RUNS / "expected.tsv").read_text("utf-8").splitlines()[1:]
    found = []
    for file, _, result, *counts, failing in (row.split("\t") for row in rows):
        numbers = None if "-" in counts else tuple(map(int, counts))
        names = None if failing == "?" else frozenset(filter(None, failing.split("|")))
        found.append(Run(file, result, numbers, names))
    return found


EVERY = _runs()


def evidence(*files: tuple[str, bytes]) -> Evidence:
    """What files of one folder say together."""
    parts = [part for name, data in files for part in parts_of(data, name)]
    return fold("run", parts, single=False)


def facts(found: Evidence) -> tuple[object, ...]:
    totals = found.totals
    counts = tuple(getattr(totals, name) for name in COUNTS) if totals else None
    failing = sorted(name for name, test in found.tests.items() if test.outcome in FAILING)
    return found.result, counts, failing


@pytest.mark.parametrize(
    ("file", "seconds"),
    [("pass-spec.log", 0.48618), ("pass-pipe.log", 0.296601), ("mixed.tap", 0.549951)],
)
def test_node_says_how_long_all_of_it_took(file: str, seconds: float) -> None:
    """Not only its tests, which are a small part of that."""
    found = evidence((file, (RUNS / "node" / file).read_bytes()))
    assert found.duration_s == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize("run", EVERY, ids=lambda run: run.file)
def test_says_what_the_runner_says(run: Run) -> None:
    found = evidence((run.file, run.data))
    assert facts(found)[:2] == (run.result, run.counts), found.reason
    if run.failing is not None:
        assert set(facts(found)[2]) == run.failing
    assert found.result == "success" or found.reason or found.totals


@pytest.mark.parametrize("run", [r for r in EVERY if r.result == "failed"], ids=lambda r: r.file)
def test_a_red_output_that_lost_a_line_is_no_success(run: Run) -> None:
    lines = run.data.splitlines(keepends=True)
    for at in range(len(lines)):
        found = evidence((run.file, b"".join(lines[:at] + lines[at + 1 :])))
        assert found.result != "success", lines[at]


def _decorated(data: bytes, before: str, after: str = "") -> bytes:
    lines = enumerate(data.decode().splitlines())
    return "".join(f"{before.format(n % 60)}{line}{after}\n" for n, line in lines).encode()


DECORATIONS: dict[str, Callable[[bytes], bytes]] = {
    "GitHub": lambda data: _decorated(data, "2026-11-30T10:00:{:02}.1234567Z "),
    "gh run view": lambda data: _decorated(data, "tests\tRun tests\t2026-11-30T10:00:{:02}.1Z "),
    "docker compose": lambda data: _decorated(data, "web-1  | "),
    "lerna": lambda data: _decorated(data, "@acme/web: "),
    "turbo": lambda data: _decorated(data, "web:test: "),
    "act": lambda data: _decorated(data, "[CI/test]   | "),
    "logger": lambda data: _decorated(data, "2026-11-30 10:00:{:02},123 INFO "),
    "quoted": lambda data: _decorated(data, "> "),
    "colours": lambda data: _decorated(data, "\x1b[32m", "\x1b[0m"),
    "a colour for each word": lambda data: re.sub(rb"\S+", b"\x1b[2m\\g<0>\x1b[22m", data),
    "Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
}
# bats moves the cursor within a line, where no program can put anything in front of it.
LOGS = [run for run in EVERY if run.file.endswith(".log") and not run.file.startswith("bats/")]


@pytest.mark.parametrize("run", LOGS, ids=lambda run: run.file)
def test_what_stands_around_it_changes_nothing(run: Run) -> None:
    plain = facts(evidence((run.file, run.data)))
    for name, decorate in DECORATIONS.items():
        assert facts(evidence((run.file, decorate(run.data)))) == plain, name


REPORT = b'<testsuite name="t" tests="2"><testcase name="adds"/><testcase name="subs"/></testsuite>'


def test_a_log_and_the_report_beside_it_are_one_run() -> None:
    found = evidence(("junit.xml", REPORT), ("mocha.log", b"  2 passing (5ms)\n"))
    assert (found.result, found.completeness, len(found.tests)) == ("success", "complete", 2)
    assert found.totals is not None
    assert found.totals.passed == 2


def test_a_log_that_differs_from_the_report_beside_it_is_inconsistent() -> None:
    found = evidence(("junit.xml", REPORT), ("mocha.log", b"  1 passing (5ms)\n  1 failing\n"))
    assert found.completeness == "inconsistent"
    assert found.result != "success"
    assert "mocha.log counts 1 failed" in found.reason


@pytest.mark.parametrize("run", EVERY[::4], ids=lambda run: run.file)
def test_a_transcript_shows_what_its_blocks_hold(tmp_path: Path, run: Run) -> None:
    if not run.file.endswith(".log"):
        return
    page = b"# Monday\n\nAll went well: `99 passing`.\n\n1. Tests:\n\n   ```console\n"
    page += _decorated(run.data, "   ") + b"   ```\n\nFAIL nothing more\n"
    (tmp_path / "transcript.md").write_bytes(page)
    assert facts(read_run(WorkTree(tmp_path), ".")) == facts(evidence((run.file, run.data)))


def test_what_a_page_quotes_gives_way_to_a_log(tmp_path: Path) -> None:
    (tmp_path / "session.md").write_bytes(b"```\n  3 passing (2s)\n  1 failing\n```\n")
    (tmp_path / "mocha.log").write_bytes(b"  4 passing (2s)\n")
    assert read_run(WorkTree(tmp_path), ".").result == "success"
    (tmp_path / "notes.md").write_bytes(b"```\n  3 passing (2s)\n  1 failing\n```\n")
    (tmp_path / "session.md").unlink()
    (tmp_path / "mocha.log").unlink()
    assert read_run(WorkTree(tmp_path), ".").totals is None  # a page of prose


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("exit_code.txt", "3", 3),
        ("exit.txt", "3\n", 3),
        ("tests.rc", "1", 1),
        ("pytest-rc.txt", "1", 1),
        ("returncode", "0", 0),
        ("retcode.log", "return code = 2", 2),
        ("jest.exit", "exited with code 1", 1),
        ("status.txt", "1", 1),
        ("status.txt", "1 of 3 done", None),
        ("app.rc", "IDI_ICON ICON 1", None),
        ("exit.txt", "see log", None),
    ],
)
def test_files_that_tell_an_exit_code(name: str, text: str, code: int | None) -> None:
    found = [part for part in parts_of(text.encode(), name) if part.reader == "exit-code"]
    assert [part.exit_code for part in found] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("2026-11-30T10:00:00.1Z ##[error]Process completed with exit code 1.\nCleaning up", 1),
        ("ERROR: Job failed: exit code 2", 2),
        (" ELIFECYCLE  Command failed with exit code 1.", 1),
        ("error Command failed with exit code 1.", 1),
        ("Exited with code exit status 4", 4),
        ("exit status 1", 1),
        ("EXIT CODE: 3", 3),
        ("pytest exit code: 3", 3),
        ("rc=5", 5),
        ("EXIT=1", 1),
        ("[10:00:00] exit code: 7", 7),
        ("exit code 1 means that a test failed", None),
        ("exit code: 1\n" + "more\n" * 9, None),
        ("see rc=5 for details", None),
    ],
)
def test_an_exit_code_at_the_end_of_a_log(end: str, code: int | None) -> None:
    log = b"  2 passing (5ms)\n\n" + end.encode() + b"\n"
    found = evidence(("output.log", log))
    assert found.exit_code == code
    assert found.result == ("failed" if code else "success")


def test_the_worst_of_a_log_and_a_file_is_the_exit_code() -> None:
    log = b"  2 passing (5ms)\nexit code: 1\n"
    assert evidence(("mocha.log", log), ("exit_code.txt", b"0")).result == "failed"
    ended = b"  2 passing (5ms)\nexit code: 0\n"
    assert evidence(("mocha.log", ended), ("exit_code.txt", b"1")).exit_code == 1


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("\nreal\t0m1.234s\nuser\t0m0.900s\nsys\t0m0.100s\n", 1.234),
        ("\nreal\t61m1,5s\nuser\t0m0,900s\nsys\t0m0,100s\n", 3661.5),
        ("real 12.50\nuser 3.00\nsys 0.25\n", 12.5),
        ("the real 1m2.0s\nuser\nsys", None),
    ],
)
def test_the_time_of_a_shell(text: str, seconds: float | None) -> None:
    (part,) = execution.read_time(text.encode(), "time.txt")
    assert part.elapsed_s == seconds
    assert execution.is_time("jest.log", b"x" + text.encode()) is ("\nuser" in text)


def test_files_that_nobody_understands_are_named(tmp_path: Path) -> None:
    for name in ("a.log", "results.html", "b.json", "picture.png", "notes.md", "empty.txt"):
        (tmp_path / name).write_text("" if name == "empty.txt" else "what is this\n")
    (tmp_path / "tap.tap").write_text("1..1\nok 1 x\n")
    warnings = read_run(WorkTree(tmp_path), ".").warnings
    assert "not understood: a.log, b.json, results.html" in warnings


def test_spoiled_outputs_keep_the_laws() -> None:
    """The short form of a campaign."""
    assert runner_outputs.main(["--count", "150", "--seed", "3"]) == 0


NEXTEST = b"""    Starting 3 tests across 1 binary
        PASS [   0.005s] app tests::a
        FAIL [   0.005s] app tests::b
     Summary [   0.010s] 3 tests run: 2 passed (1 slow), 1 failed, 4 skipped
error: test run failed
"""
TOX_3 = b"___ summary ___\n  py37: commands succeeded\nERROR:   py38: commands failed\n"
JEST_29 = b"Test Suites: 1 failed, 1 passed, 2 total\nTests:       1 failed, 20 passed, 21 total\n"
DJANGO = b"...\n" + b"-" * 70 + b"\nRan 3 tests in 0.010s\n\nOK\nDestroying test database\n"
TAP_TODO = b"1..3\nok 1 - a # TODO x\nnot ok 2 - b # TODO y\nok 3 # SKIP z\n"


@pytest.mark.parametrize(
    ("log", "wanted"),
    [
        (NEXTEST, ("failed", (2, 1, 0, 4, 0), ["app tests::b"])),
        (TOX_3, ("failed", None, [])),
        (JEST_29, ("failed", (20, 1, 0, 0, 0), [])),
        (DJANGO, ("success", (3, 0, 0, 0, 0), [])),
        (TAP_TODO, ("success", (0, 0, 0, 2, 1), [])),
        (b"1..3\nok 1\nok 2\n", ("partial", (2, 0, 0, 0, 0), [])),
        (b"1..2\nok 1\nBail out! no db\n", ("failed", (1, 0, 0, 0, 0), [])),
    ],
)
def test_other_versions_as_they_are_documented(log: bytes, wanted: tuple[object, ...]) -> None:
    assert facts(evidence(("output.log", log))) == wanted
