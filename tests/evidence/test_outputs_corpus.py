"""The outputs of the real project's runs. The oracle for JUnit XML is junitparser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import junitparser
import pytest

from ledger.evidence import execution, junit, pytest_log
from ledger.evidence.compare import compare
from ledger.evidence.model import Totals
from ledger.evidence.outputs import read_run
from ledger.git.files import WorkTree

NEWEST = "8b8c48d0"
REFRESH = "reports/2026-01-test-suite-refresh"
TRIAGE = "reports/2026-01-test-suite-triage"
FAILING = ("failed", "error")


@pytest.fixture(scope="module")
def tree(real_repo: Callable[[str], Path]) -> Path:
    return real_repo(NEWEST)


@pytest.fixture(scope="module")
def junit_files(tree: Path) -> list[Path]:
    return sorted((tree / "reports").rglob("*.xml"))


def by_junitparser(path: Path) -> dict[str, str]:
    """Each test's outcome, tries folded, from junitparser's objects."""
    outcomes: dict[str, str] = {}
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            name = f"{case.classname}::{case.name}" if case.classname else case.name
            kinds = {type(result) for result in case.result}
            if junitparser.Error in kinds:
                outcome = "error"
            elif junitparser.Failure in kinds:
                outcome = "failed"
            elif junitparser.Skipped in kinds:
                outcome = "xfailed" if case.result[0].type == "pytest.xfail" else "skipped"
            else:
                outcome = "passed"
            outcomes[name] = outcome
    return outcomes


def test_all_77_junit_files_are_read_as_junitparser_reads_them(junit_files: list[Path]) -> None:
    assert len(junit_files) == 77
    tests = 0
    for path in junit_files:
        part = junit.read(path.read_bytes(), path.name)[0]
        told = {name: test.outcome for name, test in part.tests.items()}
        assert told == by_junitparser(path), path
        assert all("no test case" in warning for warning in part.warnings), path
        tests += len(told)
    assert tests == 10114


def test_each_log_beside_a_junit_file_names_the_same_failures(
    tree: Path, junit_files: list[Path]
) -> None:
    """A log that came to its end is held against the smallest JUnit file of its run that has
    all its tests; of one that was cut short, what it has against all of them."""
    pairs = 0
    for folder in sorted({_run_folder(path) for path in junit_files}):
        inside = [by_junitparser(path) for path in junit_files if folder in path.parents]
        for path in sorted(folder.rglob("*.log")):
            log = pytest_log.read(path.read_bytes(), str(path))[0]
            if not any(junit.keys() & log.tests.keys() for junit in inside):
                continue
            failed = {name for name, test in log.tests.items() if test.outcome in FAILING}
            if log.completeness == "incomplete":
                known = {name: told for junit in inside for name, told in junit.items()}
                known = {name: known[name] for name in log.tests}
            else:
                known = min((j for j in inside if j.keys() >= log.tests.keys()), key=len)
            assert failed == {n for n, told in known.items() if told in FAILING}, path
            pairs += 1
    assert pairs == 65


def _run_folder(path: Path) -> Path:
    parent = path.parent
    return parent.parent if parent.name == "artifacts" else parent


def test_phase_l(tree: Path) -> None:
    run = read_run(WorkTree(tree), f"{REFRESH}/phase_l/20251015T190350Z")
    assert run.totals == Totals(collected=692, passed=540, failed=8, skipped=143, xfailed=2)
    assert (run.duration_s, run.exit_code, run.stamp) == (1661.371, 1, "20251015T190350Z")
    assert (run.completeness, run.elapsed_s, run.peak_rss_bytes) == ("complete", None, None)
    assert run.warnings == (
        (
            "artifacts/time_header.txt: measured `true` (0.00 s), not the run's own command "
            "(1661.37 s); its figures are not used"
        ),
        "no pytest log in the folder",
    )


def test_phase_l_against_phase_g(tree: Path) -> None:
    access = WorkTree(tree)
    now = read_run(access, f"{REFRESH}/phase_l/20251015T190350Z")
    before = read_run(access, f"{REFRESH}/phase_g/20251015T163131Z")
    delta = compare(now, before)
    assert len(delta.still_failing) == 8
    assert (delta.new_failures, delta.cleared, delta.not_run, delta.gone) == ((), (), (), ())
    assert (before.exit_code, before.sources["exit_code"]) == (1, "artifacts/time.txt")
    assert (before.duration_s, before.elapsed_s) == (1655.725, 1656.77)
    assert before.peak_rss_bytes == 58154780 * 1024


@pytest.mark.parametrize("baseline", ["phase_b", "phase_b/20251010T135833Z"])
def test_what_did_not_run_is_not_cleared(tree: Path, baseline: str) -> None:
    access = WorkTree(tree)
    now = read_run(access, f"{TRIAGE}/phase_d/20251011T091844Z")
    delta = compare(now, read_run(access, f"{TRIAGE}/{baseline}"))
    assert (len(delta.cleared), len(delta.not_run)) == (16, 29)
    assert (len(delta.new_failures), len(delta.still_failing)) == (0, 5)


def test_all_four_refresh_runs_have_the_same_failures(tree: Path) -> None:
    runs = [
        read_run(WorkTree(tree), f"{REFRESH}/{phase}")
        for phase in ("phase_b", "phase_e/20251015T152031Z", "phase_g", "phase_l")
    ]
    assert {run.totals for run in runs} == {runs[0].totals}
    failures = [{n for n, t in run.tests.items() if t.outcome in FAILING} for run in runs]
    assert all(names == failures[0] for names in failures)
    assert len(failures[0]) == 8
    assert not [told for run in runs for told in run.warnings if "disagree" in told]


def test_exit_code_files(tree: Path) -> None:
    codes: Counter[int | None] = Counter()
    for path in sorted((tree / "reports").rglob("*")):
        if path.is_file() and execution.is_exit_code(path.name, path.read_bytes()[:5000]):
            [part] = execution.read_exit_code(path.read_bytes(), path.name)
            codes[part.exit_code] += 1
    assert codes == {0: 38, 1: 5, 124: 3, None: 25}, "24 are empty, one says EXIT_CODE="


def test_logs_of_every_kind_are_read(tree: Path) -> None:
    """No log raises, and one whose last line is missing is never complete."""
    kinds: Counter[str | None] = Counter()
    for path in sorted((tree / "reports").rglob("*")):
        if not path.is_file() or not pytest_log.matches(path.name, path.read_bytes()):
            continue
        for part in pytest_log.read(path.read_bytes(), path.name):
            if part.totals is not None:
                kinds[part.completeness] += 1
                is_cut = part.duration_s is None
                assert not is_cut or part.completeness in ("incomplete", "failed"), path
    # Five of the logs hold two sessions or three.
    assert kinds == {"complete": 231, None: 122, "incomplete": 16, "failed": 12}


def test_a_chunked_run_adds_up(tree: Path) -> None:
    run = read_run(WorkTree(tree), f"{TRIAGE}/phase_m0/20251011T153931Z")
    assert run.totals is not None
    assert (run.totals.collected, len(run.tests)) == (687, 688)
    assert not any("both" in warning for warning in run.warnings)
