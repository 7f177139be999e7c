"""The tasks of plan files that an item, an action or a brief names are held against their state."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.plan import named_tasks
from tests.commands import call
from tests.repository import Repository
from tests.truth import ITEM, edit, start

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
    found = list(named_tasks.named(words))
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
