"""What other runners than pytest print and write: ``data/runners`` holds outputs of real runs."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from ledger.evidence.fold import fold
from ledger.evidence.model import FAILING, Evidence
from ledger.evidence.outputs import parts_of

RUNS = Path(__file__).parent / "data" / "runners"
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
    "act": lambda data: _decorated(data, "[CI/test]   | "),
    "logger": lambda data: _decorated(data, "2026-11-30 10:00:{:02},123 INFO "),
    "quoted": lambda data: _decorated(data, "> "),
    "colours": lambda data: _decorated(data, "\x1b[32m", "\x1b[0m"),
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
