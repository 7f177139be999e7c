"""The short form of ``tests.campaigns.runners``: a few runs of the pytest that is installed."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from tests.campaigns.runners import campaign, pytest_projects, pytest_runs
from tests.campaigns.runners.folders import ask
from tests.campaigns.runners.model import JUNIT, Run
from tests.support.repository import Repository

RUNS = [
    ("fail", "-v"),
    ("fail", "-q -rN"),
    ("parameters", "plain"),
    ("teardown error", "-q"),
    ("prints and fails", "-v"),
    ("import error", "plain"),
    ("fail", "-v -x"),
]
# What differs today, with the reason. An entry that agrees fails.
KNOWN: dict[tuple[str, str], set[str]] = {}


def made(kind: str, setting: str, place: Path) -> Run:
    files = pytest_projects.single(kind)
    version = pytest.__version__
    python = Path(sys.executable)
    return pytest_runs.run(python, version, files, setting, Random(1), place / "p", kind, 0)


@pytest.mark.parametrize(("kind", "setting"), RUNS)
def test_a_run_is_read_as_pytest_reported_it(kind: str, setting: str, tmp_path: Path) -> None:
    run = made(kind, setting, tmp_path)
    found = ask(Repository.create(tmp_path / "repository"), run, 0, Random(1))
    told = [f"{each.kind} [{each.form}]: {each.detail}" for each in found]
    assert {each.kind for each in found} == KNOWN.get((kind, setting), set()), told


def test_another_truth_is_a_difference(tmp_path: Path) -> None:
    run = made("fail", "-v", tmp_path)
    green = (
        run.outputs[JUNIT]
        .replace(b"<failure", b"<system-out")
        .replace(b"</failure", b"</system-out")
    )
    lying = replace(run, outputs={JUNIT: green.replace(b'failures="1"', b'failures="0"')})
    kinds = {each.kind for each in ask(Repository.create(tmp_path / "r"), lying, 0, Random(1))}
    assert kinds >= {
        "failed told as passed",
        "totals differ",
        "success of a run that is none",
    }


def test_a_missing_npm_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEDGER_RUNNERS", str(tmp_path / "cache"))
    monkeypatch.setattr("tests.campaigns.runners.environments.shutil.which", {}.get)
    assert campaign.main(["--part", "jest kinds"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "npm is not installed" in told
