"""Days of the work that the two seed documents describe, on the real project: each once more, with
what was wanted. More of them stand in ``test_show_brief`` and ``test_days``."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import call
from tests.support.repository import Repository
from tests.support.seeds import BRIEF, REVISION, add_to
from tests.support.truth import ITEM as MADE
from tests.support.truth import start

ITEM = "TEST-SUITE-TRIAGE-002"
REPORTS = "reports/2026-01-test-suite-refresh"
INPUT = f"{REPORTS}/phase_l/20251015T190350Z"
STAMP = "20251101T000000Z"
PHASE = f"{REPORTS}/phase_n/{STAMP}"
CLEARED = ("test_vectorized_matches_scalar", "test_oob_warning_single_fire")
VARIABLES = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KMP_DUPLICATE_LIB_OK": "TRUE",
    "NANOBRAGG_DISABLE_COMPILE": "1",
    "PYTEST_ADDOPTS": "--maxfail=200 --timeout=905",
}


@pytest.fixture
def project(real_repo_copy: Callable[[str], Path]) -> Repository:
    return Repository(add_to(real_repo_copy(REVISION)))


def verdicts(repo: Repository, *options: str) -> dict[int, str]:
    """The verdict on each criterion of the brief, by its line."""
    found: list[dict[str, Any]] = call(repo.path, "gate", BRIEF, *options, "--json").data[
        "criteria"
    ]
    return {one["line"]: one["verdict"] for one in found}


def test_both_tests_of_a_cluster_cleared(project: Repository) -> None:
    """02: a class stands for those of its tests that failed in the baseline."""
    junit = (project.path / INPUT / "artifacts/pytest.junit.xml").read_text("utf-8")
    for name in CLEARED:
        failed = rf'(<testcase [^>]*name="{name}"[^>]*)>\s*<failure.*?</failure>\s*</testcase>'
        junit = re.sub(failed, r"\1/>", junit, flags=re.DOTALL)
    project.write(f"{PHASE}/junit.xml", junit.replace('failures="8"', 'failures="6"').encode())
    project.write(f"{PHASE}/exit_code.txt", b"1\n")
    found = verdicts(project, "--run", str(project.path / PHASE))
    assert (found[178], found[142]) == ("met", "unmet")


def test_the_environment_of_the_rerun_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """04: also where no brief asks for it."""
    repo = start(tmp_path / "repo")
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    done = call(repo.path, "run", MADE, "--no-append", "--json", "--", "true")
    kept = (repo.path / done.data["path"] / "environment.txt").read_text("utf-8")
    assert all(f"{name}={value}\n" in kept for name, value in VARIABLES.items())


def test_a_metric_of_rounds_is_held_against_its_claim(tmp_path: Path) -> None:
    """05: 14.8 %, in 3 rounds."""
    repo = start(tmp_path / "repo")
    run = ["run", MADE, "--rounds", "3", "--metric", r"Efficiency=efficiency: ([\d.]+)%"]
    command = [sys.executable, "-S", "-c", "print('8-thread efficiency: 14.8%')"]
    done = call(repo.path, *run, "--json", "--", *command)
    table = (repo.path / done.data["path"] / "rounds.md").read_text("utf-8")
    [head] = [line for line in table.splitlines() if line.startswith("| Round")]
    assert "| Efficiency |" in head
    lie = ["--summary", "Efficiency averaged 99.9 % over the 3 rounds.", "--again"]
    told = call(repo.path, "append", MADE, str(repo.path / done.data["path"]), *lie)
    assert (told.code, "14.8" in told.err) == (1, True), told.err


def test_a_sprint_option_is_not_ignored(project: Repository) -> None:
    """09: refused where nothing has a place for it; ``--into`` has."""
    run = ["run", ITEM, "--stamp", STAMP, "--no-append", "--json"]
    done = call(project.path, *run, "--phase", "n", "--sprint", "2", "--", "true")
    assert (done.code, "has no <sprint>" in done.out) == (2, True)
    done = call(project.path, *run, "--phase", "n", "--into", "sprint2", "--", "true")
    assert done.data["path"] == f"{PHASE}/sprint2"
    done = call(project.path, *run, "--brief", BRIEF, "--into", "Task 1.1", "--", "true")
    assert done.data["path"] == f"{PHASE}/sprint1/gap1_cwd_validation"
    assert (project.path / done.data["path"] / "code_changes.diff").exists()


def test_a_plan_with_a_table_of_tasks_is_read(real_repo_copy: Callable[[str], Path]) -> None:
    """10: no item and no finding would be silence."""
    place = real_repo_copy("8b8c48d0")
    plan = "plans/active/test-suite-triage-phase-h.md"
    items = call(place, "status", "--ledger", plan, "--json").data["items"]
    by_id = {one["id"]: one["status"] for one in items}
    assert {"L1", "M4"} <= by_id.keys()
    assert set(by_id.values()) <= {"done", "archived"}


def test_another_command_than_the_tasks_passes_nothing(project: Repository) -> None:
    """12: exit code 0 of a test that no task names."""
    for name in ("gap1_cwd_validation", "cluster_tools"):
        files = {
            "exit_code.txt": "0\n",
            "pytest.log": "tests/test_unrelated.py .  [100%]\n===== 1 passed in 0.10s =====\n",
            "commands.txt": "pytest tests/test_unrelated.py\n",
            "summary.md": "x\n",
        }
        for file, said in files.items():
            project.write(f"{PHASE}/sprint1/{name}/{file}", said.encode())
    found = verdicts(project, "--sprint", "1", "--stamp", STAMP)
    assert (found[144], found[145]) == ("unmet", "met")


@pytest.mark.parametrize("sprint", [(), ("1",), ("2",), ("3",)])
def test_gate_and_show_say_the_same_of_the_real_brief(
    project: Repository, sprint: tuple[str, ...]
) -> None:
    """Of the whole of it, and of each sprint."""
    options = ("--sprint", *sprint) if sprint else ()
    judged = call(project.path, "gate", BRIEF, *options, "--json").data["criteria"]
    shown = call(project.path, "show", BRIEF, *options, "--json").data["brief"]["criteria"]
    assert judged
    assert judged == shown
