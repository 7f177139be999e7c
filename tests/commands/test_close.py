"""`ledger note` and `ledger close`: an attempt without a run, and an item that is done by evidence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import SCRIPT, call
from tests.support.repository import Repository

ITEM = "FIRST-THING-001"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


@pytest.fixture
def day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository with one item and one test, as `init` leaves it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # half of the time of each run
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("test_a.py", b"def test_a():\n    assert 1\n")
    repo.write(".gitignore", b"__pycache__/\n")
    assert call(repo.path, "init", "First thing").code == 0
    repo.commit("start")
    return repo


def run(repo: Repository, *options: str, passes: bool = True) -> str:
    repo.write("test_a.py", f"def test_a():\n    assert {int(passes)}\n".encode())
    done = call(repo.path, "run", ITEM, "--json", *options, "--", *PYTEST)
    path: str = done.data["path"]
    return path


def item(repo: Repository) -> Any:
    return call(repo.path, "export").data["items"][0]


def refused(repo: Repository, *arguments: str) -> str:
    """What `close` says where it writes nothing."""
    before = repo.ledger.read_bytes()
    done = call(repo.path, "close", ITEM, *arguments)
    assert (done.code, done.out) == (1, "")
    assert repo.ledger.read_bytes() == before
    return done.err


# note


def test_a_note_is_an_attempt_without_a_run(day: Repository) -> None:
    done = call(day.path, "note", ITEM, "The sum is off: see the second loop.", "--json")
    assert (done.data["done"], done.data["written"]) == (["attempt #1, info"], True)
    [attempt] = item(day)["attempts"]
    assert (attempt["number"], attempt["result"]) == (1, "info")
    assert "see the second loop" in attempt["summary"]
    assert (attempt["artifacts"], attempt["commits"]) == ([], [])
    assert call(day.path, "validate", "--base", "HEAD").code == 0


def test_a_note_may_come_from_standard_input(day: Repository) -> None:
    long = "What was found.\n\n- a list\n# no heading\n" + "and more, " * 2000
    done = subprocess.run([sys.executable, "-c", SCRIPT, "note", ITEM, "-"], cwd=day.path,
                          input=long.encode(), check=False)  # fmt: skip
    assert done.returncode == 0
    [attempt] = item(day)["attempts"]
    assert attempt["text"].count("and more") == 2000
    assert len(call(day.path, "export").data["items"]) == 1


def test_an_attempt_after_a_note_is_laid_out_as_before_it(day: Repository) -> None:
    run(day)
    call(day.path, "note", ITEM, "One line.")
    run(day)
    first, _, last = item(day)["attempts"]
    assert [line.split(":")[0] for line in last["text"].splitlines()[1:]] == [
        line.split(":")[0] for line in first["text"].splitlines()[1:]
    ]
    assert last["text"].splitlines()[1].strip().startswith("Metrics:")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["", "--dry-run"], "a note has no words"),
        (["  \n "], "a note has no words"),
        (["x", "--because", "y"], "does nothing without --decision"),
        (["", "--decision", "A"], "a decision is logged with its reason"),
    ],
)
def test_a_note_says_something(day: Repository, arguments: list[str], said: str) -> None:
    before = day.ledger.read_bytes()
    done = call(day.path, "note", ITEM, *arguments)
    assert (done.code, said in done.err) == (2, True), done.err
    assert day.ledger.read_bytes() == before


def test_a_decision_is_noted_as_append_writes_it(day: Repository) -> None:
    text = day.ledger.read_bytes()
    decision = ("--decision", "A", "--because", "it is simple")
    assert call(day.path, "note", ITEM, "", *decision).code == 0
    noted = day.ledger.read_bytes()
    day.ledger.write_bytes(text)
    assert call(day.path, "append", ITEM, *decision).code == 0
    assert day.ledger.read_bytes() == noted


def test_what_is_shown_dry_is_what_is_written(day: Repository) -> None:
    run(day, "--complete", "1")
    for arguments in (["note", ITEM, "A remark."], ["close", ITEM]):
        dry = call(day.path, *arguments, "--dry-run", "--json").data
        before = day.ledger.read_bytes()
        wet = call(day.path, *arguments, "--json").data
        assert dry["diff"] == wet["diff"] != ""
        assert (dry["written"], wet["written"]) == (False, True)
        assert day.ledger.read_bytes() != before


# close


def test_an_item_is_closed_by_its_newest_run(day: Repository) -> None:
    run(day, "--complete", "1")
    done = call(day.path, "close", ITEM)
    assert done.out.endswith("status is done, by the run of attempt #1; 1 criterion ticked\n")
    assert item(day)["status"] == "done"
    assert "| done |" in day.ledger.read_text("utf-8")
    assert [one["ticked"] for one in item(day)["criteria"]] == [True]
    assert call(day.path, "validate", "--base", "HEAD").code == 0
    again = call(day.path, "close", ITEM, "--json")
    assert (again.code, again.data["written"], again.data["diff"]) == (0, False, "")


def test_open_actions_are_named(day: Repository) -> None:
    run(day, "--next", "Ask the users", "--next", "Measure")
    said = refused(day)
    assert '3 open actions: 1 "Run the tests and record how it stands."' in said
    assert '2 "Ask the users", 3 "Measure"' in said
    assert f"`ledger action {ITEM} complete 1`" in said
    for number, step in ((1, "complete"), (2, "defer")):
        call(day.path, "action", ITEM, step, str(number))
    assert '1 open action: 3 "Measure"' in refused(day)
    done = call(day.path, "close", ITEM, "--because", "measured elsewhere")
    assert done.code == 0, done.err
    assert 'leaves 1 open action: 3 "Measure"' in done.err
    assert "measured elsewhere" in item(day)["attempts"][-1]["text"]


def test_a_criterion_that_is_not_met_keeps_it_open(day: Repository) -> None:
    run(day, "--complete", "1", passes=False)
    assert "a criterion is not met" in refused(day)
    assert "a criterion is not met" in refused(day, "--because", "I say so")


def test_a_reason_stands_in_for_what_nothing_shows(day: Repository) -> None:
    call(day.path, "action", ITEM, "complete", "1")
    assert "nothing shows that a criterion is met" in refused(day)
    done = call(day.path, "close", ITEM, "--because", "seen in production")
    assert done.code == 0, done.err
    assert (item(day)["status"], len(item(day)["attempts"])) == ("done", 1)


def test_a_run_that_is_not_recorded_is_recorded_with_it(day: Repository) -> None:
    call(day.path, "action", ITEM, "complete", "1")
    good = run(day, "--no-append")
    done = call(day.path, "close", ITEM, "--run", good)
    assert done.code == 0, done.err
    assert (item(day)["status"], item(day)["attempts"][0]["result"]) == ("done", "success")
    assert [one["ticked"] for one in item(day)["criteria"]] == [True]


def test_no_older_run_is_chosen(day: Repository) -> None:
    good = run(day, "--complete", "1")
    bad = run(day, passes=False)
    said = refused(day, "--run", good)
    assert f"{good} is not the newest run" in said
    assert bad in said
    assert "a criterion is not met" in refused(day, "--run", bad)


def test_a_failed_run_keeps_an_item_without_criteria_open(day: Repository) -> None:
    text = day.ledger.read_text("utf-8")
    day.ledger.write_text(text[: text.index("- Exit Criteria:")], "utf-8")
    call(day.path, "action", ITEM, "complete", "1")
    run(day, passes=False)
    assert "the newest run that it cites failed" in refused(day)
    run(day)
    assert call(day.path, "close", ITEM).code == 0


def test_an_item_that_nothing_shows_to_be_done_needs_a_reason(day: Repository) -> None:
    text = day.ledger.read_text("utf-8")
    day.ledger.write_text(text[: text.index("- Next Actions:")], "utf-8")
    assert f"nothing shows that {ITEM} is done" in refused(day)
    done = call(day.path, "close", ITEM, "--because", "asked Anna")
    assert done.code == 0, done.err


def test_a_run_behind_a_note_is_laid_out_as_before_it(day: Repository) -> None:
    """Also in another item: a note shows no layout."""
    run(day)
    call(day.path, "note", ITEM, "Looked at it.")
    assert call(day.path, "add", "Other thing").code == 0
    call(day.path, "run", "OTHER-THING-001", "--summary", "Try it", "--", *PYTEST)
    text = day.ledger.read_text("utf-8").partition("[OTHER-THING-001] ")[2]
    assert "success. Try it.\n    Metrics: 1 collected" in text


def test_next_says_what_the_criteria_lack_where_no_action_is_open(day: Repository) -> None:
    run(day, "--complete", "1", passes=False)
    told = call(day.path, "next").out
    assert "exit criteria: 0 of 1 met; lacks All tests pass (unmet: 1 failure, wanted == 0" in told
    assert f"try again: `ledger run {ITEM} -- COMMAND`" in told
    assert f"record a run that shows it: `ledger run {ITEM} -- COMMAND`" in refused(day)
    run(day)
    assert f"close it if it is finished: `ledger close {ITEM}`" in call(day.path, "next").out


def test_an_action_that_was_completed_by_hand_gets_its_attempt_later(day: Repository) -> None:
    call(day.path, "action", ITEM, "complete", "1")
    again = call(day.path, "action", ITEM, "complete", "1")
    assert "complete already" in again.err
    run(day, "--complete", "1")
    assert "✅ COMPLETE (Attempt #1, STAMP " in day.ledger.read_text("utf-8")
    more = call(day.path, "run", ITEM, "--complete", "1", "--", *PYTEST)
    assert "complete already" in more.err


def test_a_task_of_a_checklist_needs_none(day: Repository) -> None:
    day.ledger.write_text("# Plan\n\n- [ ] T1 Read it\n", "utf-8")
    assert call(day.path, "close", "T1").code == 0
    assert "- [x] T1 Read it" in day.ledger.read_text("utf-8")


def test_there_is_no_such_item(day: Repository) -> None:
    for command in (["close", "NO-SUCH-1"], ["note", "NO-SUCH-1", "x"]):
        done = call(day.path, *command, "--json")
        assert (done.code, json.loads(done.out)["kind"]) == (2, "error")
