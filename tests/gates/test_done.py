"""Done means met: who closes an item, by what, over which evidence, and what comes of it.

The tables say what is right. Where a cell fails today it stands in `KNOWN` with the reason, and
the test fails as soon as the cell begins to pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from tests.support.commands import call
from tests.support.repository import Repository
from tests.support.truth import (
    DONE,
    EVERY,
    ITEM,
    JUDGES,
    PLAN,
    QUICK,
    Told,
    attempt,
    cases,
    command,
    edit,
    exit_code,
    holds,
    lay_run,
    misnamed,
    record,
    start,
    written,
)

REASON = "anna asked all five users"
CRITERIA = {
    "met": "No test fails `check: failures == 0 and passed >= 12`",
    "unmet": "Many tests pass `check: passed >= 99`",
    "unknown": "Everybody is content",
}
KNOWN: dict[str, str] = {}


table = partial(cases, KNOWN)


def with_criterion(text: str, box: str) -> str:
    """The plan, its item having this exit criterion."""
    return f"{PLAN}- Exit Criteria:\n  - {box} {text}\n"


def close(repo: Repository, writer: str, kind: str, *options: str) -> Told:
    """Close the item by a command, over a run of this kind."""
    return record(repo, writer, kind, "--status", "done", *options)


# The item's own criterion. A reason overrides what is unknown, never what is unmet. A reason
# beside a met criterion does no harm.
OWN = [
    # criterion, box, command, judge, judge with done = "strict"
    ("met", "open", "written", "silent", "silent"),
    ("met", "ticked", "written", "silent", "silent"),
    ("met", "attested", "written", "passes", "passes"),
    ("unmet", "open", "refused", "error", "error"),
    ("unmet", "ticked", "refused", "error", "error"),
    ("unmet", "attested", "refused", "error", "error"),
    ("unknown", "open", "refused", "warning", "error"),
    ("unknown", "ticked", "refused", "warning", "error"),
    ("unknown", "attested", "written", "passes", "passes"),
]
# No criterion: the newest attempt that cites a run decides. A reason stands in for the missing
# criterion ("the one failure is the deferred one"), and stays to be seen as a warning. Without
# any run there is nothing that speaks against it: a page that was written needs no test.
NONE = [
    # newest run, reason, command, judge
    ("green", "plain", "written", "silent"),
    ("green", "attested", "written", "passes"),
    ("red", "plain", "refused", "error"),
    ("red", "attested", "written", "warning"),
    ("unread", "plain", "refused", "warning"),
    ("unread", "attested", "written", "passes"),
    ("no run", "plain", None, "passes"),
]
SAYS = {
    "green": "✅ success. 12 passed.",
    "red": "❌ failed. 1 failed, 11 passed.",
    "unread": "✅ success. 12 passed.",
}
BOXES = {"open": "[ ]", "ticked": "[x]", "attested": "[ ]"}


def options(box: str) -> list[str]:
    """The options that go with an attestation."""
    return ["--because", REASON] if box == "attested" else []


@pytest.mark.parametrize(
    ("writer", "criterion", "box", "wanted"),
    table(*((w, row[0], row[1], row[2]) for w in ("append", "run") for row in OWN)),
)
def test_commands_close_by_the_items_own_criteria(
    tmp_path: Path, writer: str, criterion: str, box: str, wanted: str
) -> None:
    text = CRITERIA[criterion]
    repo = start(tmp_path / "repo", with_criterion(text, BOXES[box]))
    told = close(repo, writer, "green", *options(box))
    if not written(told, wanted):
        return
    plan = repo.ledger.read_text(encoding="utf-8")
    assert "- Status: done" in plan
    assert "High | done" in plan
    if criterion == "met":
        assert f"- [x] {text}" in plan  # the tick comes with the edit
    if box == "attested":
        assert REASON in plan


@pytest.mark.parametrize(
    ("judge", "done", "criterion", "box", "wanted"),
    table(
        *(
            (judge, done, row[0], row[1], row[4 if done == "strict" else 3])
            for done, judges in (("lax", JUDGES), ("strict", QUICK))
            for judge in judges
            for row in OWN
        )
    ),
)
def test_hands_close_by_the_items_own_criteria(
    tmp_path: Path, judge: str, done: str, criterion: str, box: str, wanted: str
) -> None:
    text = CRITERIA[criterion]
    settings = 'done = "strict"' if done == "strict" else ""
    repo = start(tmp_path / "repo", with_criterion(text, "[ ]"), settings)
    if box == "attested":
        written = attested(tmp_path / "other", "green", CRITERIA["unknown"])
        repo.ledger.write_text(written.replace(CRITERIA["unknown"], text), encoding="utf-8")
    else:
        edit(
            repo, attempt("✅ success. 12 passed."), *DONE, (f"[ ] {text}", f"{BOXES[box]} {text}")
        )
    lay_run(repo, "green")
    holds(EVERY[judge](repo), wanted)


def attested(place: Path, kind: str, criterion: str | None) -> str:
    """The plan as a command writes it that closes the item with a reason."""
    plan = with_criterion(criterion, "[ ]") if criterion else PLAN
    repo = start(place, plan)
    told = close(repo, "append", kind, "--because", REASON)
    assert told.code == 0, told.text
    return repo.ledger.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("writer", "kind", "reason", "wanted"),
    table(
        *(
            (w, row[0], row[1], row[2])
            for w in ("append", "run")
            for row in NONE
            if row[2] is not None and (w, row[0]) != ("run", "unread")  # what it writes is whole
        )
    ),
)
def test_commands_close_without_criteria(
    tmp_path: Path, writer: str, kind: str, reason: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    told = close(repo, writer, kind, *options(reason))
    if written(told, wanted, exit_code(writer, kind)):
        assert "- Status: done" in repo.ledger.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("judge", "kind", "reason", "wanted"),
    table(*((judge, row[0], row[1], row[3]) for judge in JUDGES for row in NONE)),
)
def test_hands_close_without_criteria(
    tmp_path: Path, judge: str, kind: str, reason: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    if reason == "attested":
        repo.ledger.write_text(attested(tmp_path / "other", kind, None), encoding="utf-8")
    elif kind == "no run":
        edit(repo, *DONE)
    else:
        edit(repo, attempt(SAYS[kind]), *DONE)
    if kind != "no run":
        lay_run(repo, kind)
    holds(EVERY[judge](repo), wanted)


# The run was recorded and committed before; the change only closes the item.
EARLIER = [
    ("none", "green", "passes"),
    ("none", "red", "error"),
    ("none", "unread", "warning"),
    ("met", "green", "passes"),
    ("met", "red", "error"),  # what the green run met, the red one does not
    ("unmet", "green", "error"),
    ("unknown", "green", "warning"),
    ("unknown", "red", "warning"),  # unknown stays unknown; no criterion is unmet
]


def recorded(path: Path, criterion: str, kind: str, *, status: str = "") -> Repository:
    """A repository whose item has an attempt that cites a run of this kind, committed."""
    plan = PLAN if criterion == "none" else with_criterion(CRITERIA[criterion], "[ ]")
    repo = start(path, plan)
    edit(repo, attempt(SAYS[kind]), *(DONE if status else ()))
    lay_run(repo, kind)
    repo.commit("Recorded")
    return repo


@pytest.mark.parametrize(
    ("judge", "when", "criterion", "kind", "wanted"),
    table(*((judge, "earlier", *row) for judge in JUDGES for row in EARLIER)),
)
def test_hands_close_over_an_earlier_run(
    tmp_path: Path, judge: str, when: str, criterion: str, kind: str, wanted: str
) -> None:
    repo = recorded(tmp_path / "repo", criterion, kind)
    edit(repo, *DONE)
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(
    ("judge", "strict", "criterion", "kind", "wanted"),
    table(
        *(
            (judge, strict, criterion, kind, "silent")
            for strict, judges in (("was-lax", JUDGES), ("was-strict", QUICK))
            for judge in judges
            for criterion, kind in (("none", "red"), ("unmet", "green"), ("unknown", "green"))
        )
    ),
)
def test_what_was_done_before_stays(
    tmp_path: Path, judge: str, strict: str, criterion: str, kind: str, wanted: str
) -> None:
    repo = recorded(tmp_path / "repo", criterion, kind, status="done")
    if strict == "was-strict":
        repo.write("pyproject.toml", b'[tool.ledger]\ndone = "strict"\n')
        repo.commit("Strict from now on")
    edit(repo, ("- Priority: High", "- Priority: High\n- Owner: ben"))
    holds(EVERY[judge](repo), wanted)


# What closes an item in a plan of each kind: the text before, the change by hand that closes it.
ROADMAP = """# Roadmap

## Tier 1 — Reading

- [TASK-001] (Read large files) — **partial** (2025-11-01: a first look)
  - **Exit Criteria:**
    - [ ] CRITERION
  - **Attempts:**
    - [2025-11-03] Attempt #1 — Result: RESULT
      Artifacts: `reports/task/20251103T080000Z/pytest.log`
"""
CHECKLIST = """# Fix plan

## High priority
- [ ] TASK-001: Read large files
  - [2025-11-03] Attempt #1 — Result: RESULT
    Artifacts: `reports/task/20251103T080000Z/pytest.log`
- [ ] TASK-002: Read empty files
- [ ] TASK-003: Read no files

## Done criteria
- [ ] CRITERION
"""
LOGBOOK = """# Fix plan

## Status
`in_progress` (second week)

## Current Focus
**TASK-001 — Read large files**

## Exit Criteria
- [ ] CRITERION

## Attempts History

### 2025-11-03T08:00Z — TASK-001 (look)
**Action:** A look at the splitter.

**Result:** RESULT

**Artifacts:**
- `reports/task/20251103T080000Z/pytest.log`
"""
BULLETS = """# Fix Plan

## Index
- [TASK-001] Read large files — Priority: High, Status: in_progress

### [TASK-001] Read large files
- Attempts History:
  * [2025-11-03] Attempt #1 — Result: RESULT
    Artifacts: `reports/task/20251103T080000Z/pytest.log`
- Exit Criteria:
  - [ ] CRITERION
"""
TABLE = """# Fix Plan

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [TASK-001](#task-001-read-large-files) | Read large files | High | in_progress |

## [TASK-001] Read large files
- Attempts History:
  * [2025-11-03] Attempt #1 — Result: RESULT
    Artifacts: `reports/task/20251103T080000Z/pytest.log`
- Exit Criteria:
  - [ ] CRITERION
"""
SECTION = TABLE.replace(
    "| [TASK-001](#task-001-read-large-files) | Read large files | High | in_progress |\n", ""
).replace("- Attempts History:", "- Status: in_progress\n- Attempts History:")
WAYS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "status-field": (SECTION, (("- Status: in_progress", "- Status: done"),)),
    "status-words": (SECTION, (("- Status: in_progress", "- Status: ✅ complete (2025-11-03)"),)),
    "index-row": (TABLE, (("High | in_progress", "High | done"),)),
    "index-bullet": (BULLETS, (("Status: in_progress", "Status: done"),)),
    "roadmap-word": (ROADMAP, (("**partial**", "**done**"),)),
    "logbook-status": (LOGBOOK, (("`in_progress`", "`done`"),)),
    "task-box": (CHECKLIST, (("- [ ] TASK-001", "- [x] TASK-001"),)),
    "archived": (SECTION, (("- Status: in_progress", "- Status: archived"),)),
}
# A checklist's criteria stand below a heading of their own and are no task's.
NO_OWN = {"task-box"}
CLOSING = [("unmet", "green", "error"), ("unknown", "green", "warning"), ("met", "green", "passes")]
RED = [("none", "red", "error"), ("none", "green", "passes")]


def plan_of(template: str, criterion: str, kind: str) -> str:
    """The plan with this criterion, or none, and this outcome."""
    result = {"green": "success. 12 passed.", "red": "failed. 1 failed, 11 passed."}[kind]
    text = template.replace("RESULT", result)
    if criterion != "none":
        return text.replace("CRITERION", CRITERIA[criterion])
    lines = text.splitlines(keepends=True)
    return "".join(line for line in lines if "CRITERION" not in line and "riteria" not in line)


def ways() -> Iterable[tuple[str, str, str, str, str]]:
    """Each way to close an item, over each kind of evidence."""
    for judge in ("staged", "based"):
        for way in WAYS:
            rows = RED if way in NO_OWN else [*CLOSING, *RED]
            for criterion, kind, wanted in rows:
                # To give up needs no evidence: it does not say that anything was reached.
                right = "passes" if way == "archived" else wanted
                yield (judge, way, criterion, kind, right)


@pytest.mark.parametrize(("judge", "way", "criterion", "kind", "wanted"), table(*ways()))
def test_each_way_to_close_is_judged(
    tmp_path: Path, judge: str, way: str, criterion: str, kind: str, wanted: str
) -> None:
    template, changes = WAYS[way]
    repo = start(tmp_path / "repo", plan_of(template, criterion, kind))
    lay_run(repo, kind)
    repo.commit("A run")
    edit(repo, *changes)
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(
    ("writer", "way", "criterion", "kind", "wanted"),
    table(
        *(
            ("append", way, criterion, kind, "written" if wanted == "passes" else "refused")
            for way in ("status-field", "roadmap-word", "logbook-status", "task-box")
            for criterion, kind, wanted in (RED if way in NO_OWN else [*CLOSING, *RED])
        )
    ),
)
def test_append_closes_in_each_dialect(
    tmp_path: Path, writer: str, way: str, criterion: str, kind: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo", plan_of(WAYS[way][0], criterion, "green"))
    lay_run(repo, "green")
    run = lay_run(repo, kind, "reports/task/20251104T080000Z")
    told = command(repo, "append", ITEM, run, "--status", "done")
    if not written(told, wanted):
        return
    if criterion == "met":
        assert f"[x] {CRITERIA['met']}" in repo.ledger.read_text(encoding="utf-8")


# `gate ITEM` without `--run` takes the newest attempt that cites a run; so does "done".
GATES = [
    (("green",), 0),
    (("red",), 1),
    (("red", "green"), 0),
    (("green", "red"), 1),
    (("green", None), 0),  # the newest attempt cites nothing: the one before does
    (("red", None), 1),
    ((None,), 1),  # nothing was run: unknown
]


@pytest.mark.parametrize(
    ("what", "runs", "code"),
    table(*(("gate", "+".join(map(str, runs)), code) for runs, code in GATES)),
)
def test_gate_takes_the_newest_run_that_an_attempt_cites(
    tmp_path: Path, what: str, runs: str, code: int
) -> None:
    repo = start(tmp_path / "repo", with_criterion(CRITERIA["met"], "[ ]"))
    for number, kind in enumerate(runs.split("+"), 2):
        place = f"reports/task/2025110{number}T080000Z"
        result = "✅ success." if kind != "red" else "❌ failed."
        edit(repo, attempt(result, place if kind != "None" else None, number))
        if kind != "None":
            lay_run(repo, kind, place)
    repo.commit("Runs")
    done = call(repo.path, "gate", ITEM, "--json")
    assert done.code == code, done.out
    wanted = "unknown" if runs == "None" else "met" if code == 0 else "unmet"
    assert done.data["verdict"] == wanted


BRIEF = """# Hand-off
**STAMP:** 20251101T080000Z
**Initiative:** [TASK-001]

## Ledger Updates

1. Append to the Attempts History:
   ```
   * [2025-11-03] Attempt #2 — Result: RESULT
     Artifacts: `reports/task/20251103T080000Z/pytest.log`
   ```
"""
RESULTS = {
    "success": "✅ success. Rewritten.",
    "passed": "✅ success. 12 passed.",
    "failed": "❌ failed. 1 failed.",
}
APPLIED = [
    ("green", "success", "written"),
    ("red", "success", "refused"),  # the word alone is a claim
    ("red", "passed", "refused"),
    ("red", "failed", "written"),
]


@pytest.mark.parametrize(
    ("writer", "kind", "result", "wanted"), table(*(("apply", *row) for row in APPLIED))
)
def test_apply_is_held_to_the_run_that_it_cites(
    tmp_path: Path, writer: str, kind: str, result: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    lay_run(repo, kind)
    repo.write("brief.md", BRIEF.replace("RESULT", RESULTS[result]).encode())
    told = command(repo, "apply", "brief.md")
    written(told, wanted)


# An action that is no sprint's is a step on the way: "show that it fails" is complete with a run
# that fails, and the first of five steps is complete while no criterion is met.
STEPS = [("none", "red"), ("unmet", "green"), ("unknown", "green"), ("met", "green")]


@pytest.mark.parametrize(
    ("writer", "criterion", "kind", "wanted"),
    table(*((w, *row, "written") for w in ("append", "run", "staged", "based") for row in STEPS)),
)
def test_a_step_on_the_way_is_complete_when_it_was_taken(
    tmp_path: Path, writer: str, criterion: str, kind: str, wanted: str
) -> None:
    plan = PLAN if criterion == "none" else with_criterion(CRITERIA[criterion], "[ ]")
    step = "2. 🟡 PENDING — Show how it fails."
    plan = plan.replace("Look at the splitter.\n", f"Look at the splitter.\n  {step}\n")
    repo = start(tmp_path / "repo", plan)
    if writer in EVERY:
        result = {"green": "✅ success. 12 passed.", "red": "❌ failed. 1 failed."}[kind]
        change = (step, "2. ✅ COMPLETE (Attempt #2, STAMP 20251103T080000Z) — Show how it fails.")
        edit(repo, attempt(result), change)
        lay_run(repo, kind)
        holds(EVERY[writer](repo), "passes")
        return
    told = record(repo, writer, kind, "--complete", "2")
    assert written(told, wanted, exit_code(writer, kind))
    plan = repo.ledger.read_text(encoding="utf-8")
    assert "COMPLETE (Attempt #2" in plan
    assert "- Status: in_progress" in plan


def test_each_cell_has_a_name_of_its_own() -> None:
    assert not misnamed(KNOWN, globals())
