"""Inputs that people type by mistake: one clear line, the right exit code, and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import call
from tests.repository import Repository

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
ITEM = "DOCS-TOUR-002"
# What is called, the exit code, and what is said of it.
CASES = [
    (("append", ITEM, "reports/empty"), 2, "reports/empty: expected outputs of a run, found none"),
    (("append", f"{ITEM}#1", RUN), 2, "expected an item, found one of its attempts; give"),
    (("run", f"{ITEM}#1", "--", "true"), 2, "expected an item, found one of its attempts; give"),
    (("rounds", "--item", f"{ITEM}#1"), 2, "expected an item, found one of its attempts; give"),
    (("append", ITEM, RUN, "--status", ""), 2, "--status: expected words, found none"),
    (("append", ITEM, RUN, "--status", " "), 2, "--status: expected words, found none"),
    (("append", ITEM, RUN, "--because", " "), 2, "--because: expected words, found none"),
    (("gate", ""), 2, "give a brief, or an item's ID"),
    (("show", ""), 2, "'': expected ITEM or ITEM#N"),
]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A plan, a run, and an empty folder."""
    repo = Repository.create(tmp_path / "repo")
    (repo.path / "reports/empty").mkdir()
    return repo


@pytest.mark.parametrize(("arguments", "code", "said"), CASES)
def test_a_slip_is_told_in_one_line(
    repo: Repository, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = call(repo.path, *arguments)
    assert (done.code, said in done.err, done.err.count("\n")) == (code, True, 1), done.err
    assert repo.git("status", "--porcelain") == ""


def test_a_run_that_is_given_twice_counts_once(repo: Repository) -> None:
    once = call(repo.path, "append", ITEM, RUN, "--again", "--dry-run").out
    assert call(repo.path, "append", ITEM, RUN, f"{RUN}/", "--again", "--dry-run").out == once
    assert "12 collected" in once


def test_a_round_that_left_nothing_is_a_round(repo: Repository) -> None:
    for number in (1, 3):
        repo.write(f"rounds/round_{number}/exit_code.txt", b"0\n")
    (repo.path / "rounds/round_2").mkdir()
    (repo.path / "rounds/notes").mkdir()
    data = call(repo.path, "rounds", "rounds", "--json").data
    assert [one["result"] for one in data["rounds"]] == ["pass", "unknown", "pass"]
    assert (data["passes"], data["total"]) == (2, 3)
