"""The tasks of plan files that an item, an action or a brief names are held against their state."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import store
from ledger.cli import main
from ledger.plan import named_tasks
from tests.campaigns.archive_kills import dying
from tests.support.commands import call
from tests.support.repository import Repository
from tests.support.truth import (
    ITEM,
    RUN,
    Told,
    edit,
    exit_code,
    hook,
    lay_run,
    pushed,
    record,
    start,
)

PLAN = """# Plan of the splitter

### Phase M — Hand-off

| ID | Task Description | State | How/Why & Guidance |
| --- | --- | --- | --- |
| M1 | Parse the failures | [D] | in `failures.json` |
| M2 | Map them to clusters | [ ] | |
| M3 | Refresh the tracker | [P] | |

### Phase N — Repair

| ID | Task Description | State | How/Why & Guidance |
| --- | --- | --- | --- |
| N1 | Mend | [S] | |
| N2 | Check | [D] | |
"""
# What words say of tasks: those that they call done, and those that they name.
WORDS = {
    "M1 complete; M2 next": ("M1", ""),
    "**M1** is now done.": ("M1", ""),
    "`M1` ✅": ("M1", ""),
    "R1–R4 are now [D]": ("R1-R4 R4", ""),
    "O1→[D], O2→[P]": ("O1", ""),
    "tasks M1, M2b and 0.A complete in three days": ("M1 M2b 0.A", "M1 M2b 0.A"),
    "Phase K rows now [D]": ("Phase K", "Phase K"),
    "all Phase M tasks marked [D]": ("Phase M", "Phase M"),
    "Task M1–M3 and row M5 follow": ("", "M1-M3 M3 M5"),
    "task 3 done": ("3", "3"),
    "attempt 3 done": ("", ""),
    "mark M1 [D] when complete": ("", ""),
    "once M1 is complete": ("", ""),
    "M1 complete when the tests pass": ("", ""),
    "M1 is not done": ("", ""),
    "M1 isn't done yet": ("", ""),
    "is M1 done?": ("", ""),
    "M1 complete list of causes": ("", ""),
    "Phase L complete": ("", ""),
}


@pytest.mark.parametrize("words", WORDS)
def test_words_name_tasks(words: str) -> None:
    found = list(named_tasks.names_in(words))
    names = {
        is_done: " ".join(
            f"{one.name}-{one.to}" if one.to else one.name
            for one in found
            if one.is_done is is_done
        )
        for is_done in (True, False)
    }
    assert (names[True], names[False]) == WORDS[words]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A plan whose item cites a plan file, in a field."""
    repo = start(tmp_path)
    repo.write("plans/splitter.md", PLAN.encode())
    edit(repo, ("- Priority:", "- Plan Reference: `plans/splitter.md` §Phase M\n- Priority:"))
    return repo


def test_an_item_shows_its_plan_files_and_the_tasks_that_it_names(repo: Repository) -> None:
    edit(
        repo,
        (
            "- Next Actions:",
            "- Next Actions:\n  7. M2 — map the failures; task M1 is done\n  8. ✅ DONE — N2",
        ),
    )
    said = call(repo.path, "show", ITEM).out
    assert "Plan files (1)\n  plans/splitter.md: 3 of 5 tasks done: M1 [D], M2 [ ]\n" in said


def test_a_task_is_shown_with_its_cells(repo: Repository) -> None:
    said = call(repo.path, "show", "m1", "--ledger", "plans/splitter.md").out
    wanted = (
        "M1 Parse the failures\nplans/splitter.md:7\n\nID: M1\n"
        "Task Description: Parse the failures\nStatus: [D]\n"
        "How/Why & Guidance: in `failures.json`\n"
    )
    assert said == wanted


def test_an_attempt_has_no_room_in_a_table(repo: Repository) -> None:
    run = lay_run(repo, "green")
    done = call(repo.path, "append", "M2", run, "--ledger", "plans/splitter.md")
    assert (done.code, "with --task M2" in done.err) == (1, True)


def test_settings_say_where_plan_files_are(repo: Repository) -> None:
    repo.write("plans/other.md", PLAN.replace("| M", "| X").encode())
    repo.write("pyproject.toml", b'[tool.ledger]\nplans = ["plans/o*.md"]\n')
    said = call(repo.path, "show", ITEM).out
    assert "Plan files (1)\n  plans/other.md: 3 of 5 tasks done\n" in said


BRIEF = f"""# Hand-off

**Initiative:** [{ITEM}]

See plans/splitter.md. Phase M1 complete, tasks N1–N2 done.
Map: M2 is done; mark M3 [D] when complete.

## Success Criteria
"""
CRITERIA = {
    "M1 complete": "met",
    "Tasks M1 and M2 are [D]": "unmet",
    "All Phase N tasks marked [D]": "met",
    "All Phase M tasks marked [D]": "unmet",
    "M1–M3 complete": "unmet",
    "M9 complete": "unknown",
    "Handed over `check: tasks(M1, N1-N2)`": "met",
}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_criterion_asks_for_tasks(repo: Repository, criterion: str) -> None:
    repo.write("brief.md", f"{BRIEF}- {criterion}\n".encode())
    judged = json.loads(call(repo.path, "gate", "brief.md", "--json").out)["data"]["criteria"]
    assert [(one["text"], one["verdict"]) for one in judged[1:]] == [
        ("Map: M2 is done; mark M3 [D] when complete.", "unmet")
    ]
    assert (judged[0]["verdict"], judged[0]["line"]) == (CRITERIA[criterion], 9)


def test_a_brief_shows_the_tasks_that_it_names(repo: Repository) -> None:
    repo.write("brief.md", f"{BRIEF}- Done\n".encode())
    assert (
        "  plans/splitter.md: M1 [D], M2 [ ], N1 [S], N2 [D]\n"
        in call(repo.path, "show", "brief.md").out
    )


# Tasks that an attempt completes


@pytest.mark.parametrize("writer", ["append", "run"])
def test_a_task_is_done_with_its_attempt(repo: Repository, writer: str) -> None:
    done = record(repo, writer, "green", "--task", "M2", "--task", "plans/splitter.md#m3")
    assert done.code == exit_code(writer, "green"), done.text
    assert "; done: plans/splitter.md#M2, plans/splitter.md#M3" in done.text
    now = (repo.path / "plans/splitter.md").read_text("utf-8")
    assert now == PLAN.replace("[ ]", "[D]").replace("[P]", "[D]")
    assert f"`{RUN}/" in repo.ledger.read_text("utf-8")


# What a task asks for, how the run went, what is said, and whether it is done then.
LAWS = {
    "green": ("", "green", (), True),
    "red": ("", "red", (), False),
    "red, insisted": ("", "red", ("--because", "known flake"), True),
    "met": ("`check: failures == 0`", "green", (), True),
    "unmet": ("`check: passed >= 999`", "green", (), False),
    "unmet, insisted": ("`check: passed >= 999`", "green", ("--because", "enough"), False),
    "unknown": ("`check: cleared(X-001)`", "green", (), False),
    "unknown, insisted": ("`check: cleared(X-001)`", "green", ("--because", "seen"), True),
}


@pytest.mark.parametrize("writer", ["append", "run"])
@pytest.mark.parametrize("law", LAWS)
def test_a_task_is_judged_like_a_criterion(repo: Repository, law: str, writer: str) -> None:
    asked, kind, options, is_done = LAWS[law]
    plan = repo.write("plans/splitter.md", PLAN.replace("| [ ] | |", f"| [ ] | {asked} |").encode())
    before = plan.read_bytes(), repo.ledger.read_bytes()
    done = record(repo, writer, kind, "--task", "M2", *options)
    assert ((plan.read_bytes(), repo.ledger.read_bytes()) != before) is is_done, done.text
    assert (plan.read_bytes() != before[0]) is is_done
    if not is_done:
        assert "task M2 of TASK-001 is done and" in done.text
        assert done.code == 1


WRONG = {
    "M9": (2, "no plan file of TASK-001 has a task 'M9'", "plans/splitter.md has M1, M2, M3"),
    "M1": (1, "task M1 is [D] already (line 7)", ""),
    "other.md#M2": (2, "no plan file of TASK-001 has a task 'other.md#M2'", ""),
}


@pytest.mark.parametrize("task", WRONG)
def test_a_task_that_cannot_be_done_is_refused(repo: Repository, task: str) -> None:
    code, said, hint = WRONG[task]
    before = repo.ledger.read_bytes()
    done = call(repo.path, "append", ITEM, lay_run(repo, "green"), "--task", task)
    assert done.code == code
    assert said in done.err
    assert hint in done.err
    assert repo.ledger.read_bytes() == before


def test_a_task_of_two_plan_files_has_to_be_told_apart(repo: Repository) -> None:
    repo.write("plans/other.md", PLAN.encode())
    edit(repo, ("`plans/splitter.md`", "`plans/splitter.md`, `plans/other.md`"))
    run = lay_run(repo, "green")
    done = call(repo.path, "append", ITEM, run, "--task", "M2")
    assert (done.code, "say which: --task plans/splitter.md#M2" in done.err) == (1, True)
    assert call(repo.path, "append", ITEM, run, "--task", "plans/other.md#M2").code == 0


def test_a_dry_run_shows_both_files(repo: Repository) -> None:
    done = call(repo.path, "append", ITEM, lay_run(repo, "green"), "--task", "M2", "--dry-run")
    assert "+++ b/plans/splitter.md" in done.out
    assert "+| M2 | Map them to clusters | [D] | |" in done.out
    assert (repo.path / "plans/splitter.md").read_text("utf-8") == PLAN


# Actions that say that a task is done

SAID = {
    "M2 — map the failures": "task M2 is done",
    "Failures mapped; M2 is done": "task M2 is done",
    "Failures mapped (tasks M1–M3 [D])": "task M2 is done",
    "M1 — parse the failures": "",
    "Look at M2 once more": "",
}


@pytest.mark.parametrize("words", SAID)
def test_an_action_that_says_more_than_the_plan_file_is_told(repo: Repository, words: str) -> None:
    repo.commit("The plan file")
    edit(repo, ("- Next Actions:", f"- Next Actions:\n  7. ✅ DONE (Attempt #1) — {words}"))
    told = call(repo.path, "validate", "--base", "HEAD")
    assert (told.code, SAID[words] in told.out) == (1 if SAID[words] else 0, True), told.out


def test_an_action_and_its_task_are_done_at_once(repo: Repository) -> None:
    edit(repo, ("- Next Actions:", "- Next Actions:\n  7. 🟡 PENDING — M2: map the failures"))
    run = lay_run(repo, "green")
    done = call(repo.path, "append", ITEM, run, "--complete", "7")
    assert (done.code, '"task M2 is done": M2 is [ ]' in done.err) == (1, True), done.err
    assert call(repo.path, "append", ITEM, run, "--complete", "7", "--task", "M2").code == 0


def test_both_files_are_written_or_none(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    run, before, replace = lay_run(repo, "green"), repo.ledger.read_bytes(), os.replace

    def fail_for_the_plan_file(source: Path, target: Path) -> None:
        if target.name == "splitter.md":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", fail_for_the_plan_file)
    done = call(repo.path, "append", ITEM, run, "--task", "M2")
    assert (done.code, "no space left" in done.err) == (2, True)
    assert repo.ledger.read_bytes() == before
    assert sorted(one.name for one in (repo.path / "plans").iterdir()) == ["splitter.md"]


def test_a_document_with_tasks_names_its_own(repo: Repository) -> None:
    row = "| M2 | Sync | [D] | M1 complete in both plans, see plans/splitter.md |"
    own = (
        f"# Plan\n\n| ID | Task | State | How |\n|---|---|---|---|\n| M1 | Read | [ ] | |\n{row}\n"
    )
    repo.write(
        "plans/other.md", f"{own}\n## Exit Criteria\n- M1 complete\n- N2 complete\n".encode()
    )
    judged = call(repo.path, "gate", "plans/other.md", "--json").data["criteria"]
    found = {one["text"]: (one["verdict"], one["evidence"]) for one in judged}
    assert found["M1 complete"] == ("unmet", ["plans/other.md:5"])
    assert found["N2 complete"][0] == "unknown"


# Tasks that are ticked by hand. What M2 asks for, what is ticked, and the severity that is told.
BY_HAND = {
    "unmet": ("`check: passed >= 999`", "[D]", "error"),
    "met": ("`check: failures == 0`", "[D]", ""),
    "unknown": ("`check: cleared(X-001)`", "[D]", "warning"),
    "unknown, attested": ("`check: cleared(X-001)`, attested: by Anna", "[D]", ""),
    "no check": ("", "[D]", ""),
    "unmet, in progress": ("`check: passed >= 999`", "[P]", ""),
}


@pytest.mark.parametrize("done", BY_HAND)
@pytest.mark.parametrize("guard", [hook, pushed])
def test_a_task_that_is_ticked_by_hand_is_judged(
    repo: Repository, done: str, guard: Callable[[Repository], Told]
) -> None:
    asked, box, severity = BY_HAND[done]
    plan = PLAN.replace("| [ ] | |", f"| [ ] | {asked} |")
    repo.write("plans/splitter.md", plan.encode())
    record(repo, "append", "green")
    repo.commit("A run and a task")
    repo.write("plans/splitter.md", plan.replace("| [ ] |", f"| {box} |").encode())
    told = guard(repo)
    line = f"plans/splitter.md:8:1: {severity} LED605 task M2 is done and "
    assert (line in told.text) is bool(severity), told.text
    assert ("task M2" in told.text) is bool(severity), told.text
    assert told.code == (severity == "error")


# An append that is killed between its two writes


def _killed(repo: Repository, at: int, *arguments: str) -> tuple[int, int]:
    """Run a command that is killed before its step ``at``: its exit code, and its steps."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.chdir(repo.path)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        steps = dying(at)
        code = main(list(arguments))
        os.write(writing, str(steps()).encode())
        os._exit(code)
    os.close(writing)
    said = os.read(reading, 100)
    os.close(reading)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or 0)


@pytest.mark.parametrize("task", [(), ("--task", "M2")], ids=["the plan", "both"])
def test_a_trace_that_was_begun_is_removed_by_the_next_append(
    repo: Repository, task: tuple[str, ...]
) -> None:
    run = lay_run(repo, "green")
    begun = store.temporary_of(store.trace_of(repo.ledger))
    begun.write_bytes(b"../pla")
    done = call(repo.path, "append", ITEM, run, *task)
    assert (done.code, begun.exists()) == (0, False), done.err


def test_an_append_that_is_killed_is_undone_or_told(repo: Repository) -> None:
    run = lay_run(repo, "green")
    tasks = repo.path / "plans/splitter.md"
    arguments = ("append", ITEM, run, "--task", "M2")
    call(repo.path, *arguments, "--dry-run")  # what it imports is loaded before the first fork
    old = repo.ledger.read_bytes(), tasks.read_bytes()
    code, steps = _killed(repo, 0, *arguments)
    new = repo.ledger.read_bytes(), tasks.read_bytes()
    assert (code, old != new, steps > 20) == (0, True, True)
    traces = store.trace_of(repo.ledger), store.journal_of(tasks)
    between = 0
    for at in (*range(1, steps // 2, 31), *range(steps // 2, steps + 1, 9)):
        repo.ledger.write_bytes(old[0])
        tasks.write_bytes(old[1])
        code, _ = _killed(repo, at, *arguments)
        state = repo.ledger.read_bytes(), tasks.read_bytes()
        if state not in (old, new):
            between += 1
            assert (
                "plans/splitter.md is under way, or was cut short" in call(repo.path, "status").err
            )
        again = call(repo.path, "append", ITEM, run, *([] if at % 2 else ["--task", "M2"]))
        assert again.code == 0 if state != new else again.code == 1, again.err
        now = repo.ledger.read_bytes(), tasks.read_bytes()
        assert now == new or (state != new and at % 2 and now == (new[0], old[1]))
        assert not any(one.exists() for one in traces)
        assert "cut short" not in call(repo.path, "status").err
    assert between
