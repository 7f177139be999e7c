"""What people type for an item finds it: an ID, words, a heading and its anchor, ``Task 3``."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import UsageError
from ledger.plan import reader, selectors
from tests.support.commands import call

STEPS = """# Plan

### Task 0: Setup
- [ ] **Step 1: Write the failing test**

### Task 1: Schema
- [ ] **Step 1: Write the failing test**
- [x] **Step 2: Commit**

### Task 10: Core
- [ ] Draw the map
"""
MIXED = """# Plan

## [BUG-1] Write the `page`
- Status: pending

## BUG-2: Print twice (done)

## A.1.1 - Read fast
- Status: pending

### 3. Sort the table
- Status: pending

## Phase 2: Maps

- [ ] T001 Draw the border
- [ ] T012 Draw the legend
"""
ZERO, ONE, TWO = (
    "task-0-setup-step-1-write-the-failing-test",
    "task-1-schema-step-1-write-the-failing-test",
    "task-1-schema-step-2-commit",
)
FOUND = [
    ("Task 0", STEPS, [ZERO]),
    ("task 1", STEPS, [ONE, TWO]),
    ("T1", STEPS, [ONE, TWO]),
    ("T10", STEPS, ["task-10-core-draw-the-map"]),
    ("task-1-schema", STEPS, [ONE, TWO]),
    ("### Task 1: Schema", STEPS, [ONE, TWO]),
    ("Step 2", STEPS, [TWO]),
    ("draw the map", STEPS, ["task-10-core-draw-the-map"]),
    ("draw-the-map", STEPS, ["task-10-core-draw-the-map"]),
    ("task-10-core-draw", STEPS, ["task-10-core-draw-the-map"]),
    ("task-0-setup-step-1-write-the-failing-te", STEPS, [ZERO]),
    ("bug-1-write-the-page", MIXED, ["BUG-1"]),
    ("## [BUG-1] Write the `page`", MIXED, ["BUG-1"]),
    ("Write the page", MIXED, ["BUG-1"]),
    ("bug-2-print-twice-done", MIXED, ["BUG-2"]),
    ("a11---read-fast", MIXED, ["A.1.1"]),
    ("3", MIXED, ["sort-the-table"]),
    ("3-sort-the-table", MIXED, ["sort-the-table"]),
    ("T1", MIXED, ["T001"]),
    ("T12", MIXED, ["T012"]),
    ("bug 2", MIXED, ["BUG-2"]),
    ("Phase 2", MIXED, ["T001", "T012"]),
    ("phase-2-maps", MIXED, ["T001", "T012"]),
]


@pytest.mark.parametrize(("said", "plan", "wanted"), FOUND)
def test_an_item_is_found_by_what_people_call_it(said: str, plan: str, wanted: list[str]) -> None:
    assert [one.id for one in selectors.find(reader.read(plan.encode()), said)] == wanted


@pytest.mark.parametrize("said", ["Task 2", "T100", "map", "Schema", "#", "Task", "-"])
def test_what_means_nothing_finds_nothing(said: str) -> None:
    with pytest.raises(UsageError, match="no item"):
        selectors.find(reader.read(STEPS.encode()), said)


def test_a_change_is_of_one_item_and_several_are_shown(tmp_path: Path) -> None:
    (tmp_path / "fix_plan.md").write_text(STEPS)
    refused = call(tmp_path, "note", "Task 1", "Read it")
    assert refused.code == 2
    assert f"Task 1 means 2 items; give {ONE}, {TWO}" in refused.err
    shown = call(tmp_path, "show", "Task 1")
    assert shown.code == 0
    assert ONE in shown.out
    assert TWO in shown.out
    assert call(tmp_path, "show", "#task-1-schema").out == shown.out
    assert call(tmp_path, "note", "Task 0", "Read it").code == 0
    assert "] Attempt #1" in (tmp_path / "fix_plan.md").read_text().split("### Task 1")[0]


def test_the_spelling_decides_between_two_items() -> None:
    plan = reader.read(b"## [bug-1] Small\n- Status: done\n\n## [BUG-1] Large\n- Status: done\n")
    assert [[one.title for one in selectors.find(plan, name)] for name in ("bug-1", "BUG-1")] == [
        ["Small"],
        ["Large"],
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("# Plan\n\n- [ ] Draw\n".encode("utf-16"), "it is UTF-16, of which nothing is read"),
        (b"# Plan\n\n- [ ] Dr\0aw\n", "it holds NUL bytes"),
    ],
    ids=["UTF-16", "NUL"],
)
@pytest.mark.parametrize(
    "command", ["next", "links", "verify", "note nothing x", "status", "doctor"]
)
def test_what_is_no_text_is_told_by_every_command(
    tmp_path: Path, data: bytes, said: str, command: str
) -> None:
    (tmp_path / "fix_plan.md").write_bytes(data)
    done = call(tmp_path, *command.split())
    assert said in " ".join((done.err + done.out).split())
