"""A decision is logged in words that the prerequisite of a sprint finds."""

from __future__ import annotations

import re

import pytest

from tests.gates.test_ties import BRIEF, tied
from tests.support.commands import call
from tests.support.repository import DATA, Repository

ITEM = "PARSE-SPEED-001"
RUN = "reports/new/20251110T080000Z"
WAITS = "**Prerequisite:** Decision (Option A vs Option B) logged in fix_plan\n\n"


@pytest.fixture
def decided(repo: Repository) -> Repository:
    """A plan whose item is tied to a brief, a sprint of which waits for a decision."""
    tied(repo, f"- Brief: [b](../{BRIEF})", "")
    place = repo.path / BRIEF
    text = place.read_text("utf-8").replace("**Target:** Both", f"{WAITS}**Target:** Both")
    place.write_text(text, "utf-8")
    repo.write(f"{RUN}/pytest.log", b"===== 14 passed in 3.40s =====\n")
    repo.write(f"{RUN}/exit_code.txt", b"0\n")
    return repo


def waits(repo: Repository) -> str:
    """The line of the sprint that stands for action 2."""
    [line] = re.findall(r"^ *2\. sprint 1 (.*)$", call(repo.path, "show", ITEM).out, re.MULTILINE)
    return str(line)


GIVEN = [
    ("A", "Decision: Option A (UTF-8 only). Reason: it is simple."),
    ("option b", "Decision: Option B (Guess). Reason: it is simple."),
    ("Option A: UTF-8 only", "Decision: Option A (UTF-8 only). Reason: it is simple."),
]


@pytest.mark.parametrize("run", ["", RUN])
@pytest.mark.parametrize(("option", "said"), GIVEN)
def test_a_decision_is_logged_and_found(
    decided: Repository, option: str, said: str, run: str
) -> None:
    assert waits(decided) == "blocked, 0 of 4 met, waits for decision A or B (anna)"
    arguments = [run] if run else []
    done = call(
        decided.path, "append", ITEM, *arguments, "--decision", option, "--because", "it is simple"
    )
    assert done.code == 0, done.err
    assert said in decided.ledger.read_text("utf-8")
    assert "waits" not in waits(decided)
    shown = call(decided.path, "show", BRIEF).out
    assert f"logged: decided for option {said[17]}" in " ".join(shown.split())


REASONS = [
    "it is simple; if it must be open, more is needed. Requires nothing!",
    "better than option B",
    "Anna said so (on 3 May)",
    "`a` | **b** # c",
]


@pytest.mark.parametrize("because", REASONS)
def test_any_reason_leaves_the_decision_readable(decided: Repository, because: str) -> None:
    done = call(decided.path, "append", ITEM, "--decision", "A", "--because", because)
    assert done.code == 0, done.err
    assert "waits" not in waits(decided)


REFUSED = [
    (["--decision", "E", "--because", "x"], 2, "found 'E'; say A, B"),
    (["--decision", "soon", "--because", "x"], 2, "found 'soon'; say A, B"),
    (["--decision", "A"], 2, "a decision is logged with its reason"),
    (["--decision", "A", "--because", "  "], 2, "--because: expected words, found none"),
    (["--decision", "A", "--because", "x", "--baseline", RUN], 2, "expected a run"),
    (["--because", "x"], 2, "expected a run, found none"),
    ([], 2, "expected a run, found none"),
    (["--decision", "A", "--because", "Option B was not accepted. Option B was chosen before"], 1,
     "the decision would not be found"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "code", "said"), REFUSED)
def test_what_is_no_decision_is_refused(
    decided: Repository, options: list[str], code: int, said: str
) -> None:
    before = decided.ledger.read_bytes()
    done = call(decided.path, "append", ITEM, *options)
    assert (done.code, said in done.err) == (code, True), done.err
    assert decided.ledger.read_bytes() == before


def test_a_second_decision_for_another_option_is_refused(decided: Repository) -> None:
    assert call(decided.path, "append", ITEM, "--decision", "A", "--because", "x").code == 0
    done = call(decided.path, "append", ITEM, "--decision", "B", "--because", "y")
    assert (done.code, "decided for option A and B" in done.err) == (1, True)


def test_the_reason_of_a_decision_is_none_for_a_success(decided: Repository) -> None:
    decided.write(f"{RUN}/pytest.log", b"===== 1 failed, 13 passed in 3.40s =====\n")
    decided.write(f"{RUN}/exit_code.txt", b"1\n")
    logs = ["--decision", "A", "--because", "x", "--result", "success"]
    done = call(decided.path, "append", ITEM, RUN, *logs)
    assert (done.code, "the run failed" in done.err) == (1, True)


def test_run_refuses_a_wrong_option_before_it_executes(decided: Repository) -> None:
    wrong = ["--decision", "E", "--because", "x", "--", "touch", "made.txt"]
    assert call(decided.path, "run", ITEM, *wrong).code == 2
    assert not (decided.path / "made.txt").exists()


def test_run_logs_a_decision(decided: Repository) -> None:
    done = call(decided.path, "run", ITEM, "--decision", "A", "--because", "x", "--", "true")
    assert done.code == 0, done.err
    assert "waits" not in waits(decided)


PLANS = {
    "logbook": (DATA / "logbook.md", None),
    "roadmap": (DATA / "roadmap.md", None),
    "main": (DATA / "small_plan.md", "DOCS-TOUR-002"),
}


@pytest.mark.parametrize("name", PLANS)
def test_a_decision_without_a_brief_in_each_dialect(repo: Repository, name: str) -> None:
    file, item = PLANS[name]
    repo.ledger.write_bytes(file.read_bytes())
    if item is None:
        item = call(repo.path, "status", "--json").data["items"][0]["id"]
    done = call(repo.path, "append", item, "--decision", "C", "--because", "stable")
    assert done.code == 0, done.err
    assert "Decision: Option C. Reason: stable." in repo.ledger.read_text("utf-8")
