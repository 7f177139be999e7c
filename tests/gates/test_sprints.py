"""Done means met, for what stands for a sprint of a brief: who closes it, in which state the sprint
is, and what comes of it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from tests.support.repository import Repository
from tests.support.truth import (
    DONE,
    EVERY,
    GREEN,
    ITEM,
    JUDGES,
    PLAN,
    QUICK,
    attempt,
    cases,
    command,
    edit,
    exit_code,
    holds,
    lay,
    lay_run,
    misnamed,
    record,
    start,
    written,
)

REASON = "anna asked all five users"
BRIEF = "reports/task/brief.md"
HEAD = f"""# Hand-off
**STAMP:** 20251101T080000Z
**Initiative:** [{ITEM}]

### Decision 1: Encoding

| Option | Pros |
| --- | --- |
| A: UTF-8 only | simple |
| B: Guess | reads all |

"""
MET, UNMET = "All pass `check: failures == 0`", "Many pass `check: passed >= 99`"
UNKNOWN, DECIDED = "Everybody is content", "Decision (Option A vs Option B) logged in fix_plan"


def sprint(*criteria: str, number: int = 1, before: str = "") -> str:
    """A sprint with these exit criteria."""
    listed = "".join(f"- ✅ {one}\n" for one in criteria)
    exits = f"**Exit Criteria:**\n{listed}\n" if criteria else ""
    waits = f"**Prerequisite:** {before}\n\n" if before else ""
    return f"### Sprint {number}: Work\n\n{waits}#### Task {number}.1: Work\n\n{exits}"


def deferred(until: str = "") -> str:
    """Work that is put off, whose task is 1.1."""
    why = f"**Priority:** P2, defer until {until}\n\n" if until else ""
    return f"### Deferred: Work\n\n{why}#### Task 1.1: Work\n\n"


# The sprint, the run that is recorded, what comes of closing it by a command and by hand, and of
# the same with a reason.
STATES = {
    "met": (sprint(MET), "green", ("written", "silent"), ("written", "passes")),
    "unmet": (sprint(UNMET), "green", ("refused", "error"), ("refused", "error")),
    "one-of-two": (sprint(MET, UNMET), "green", ("refused", "error"), ("refused", "error")),
    "red": (sprint(MET), "red", ("refused", "error"), ("refused", "error")),
    "unknown": (sprint(UNKNOWN), "green", ("refused", "warning"), ("written", "passes")),
    "blocked": (sprint(MET, before=DECIDED), "green", ("refused", "error"), ("refused", "error")),
    "blocked-by-a-sprint": (
        sprint(MET, before="Sprint 2 complete") + sprint(UNMET, number=2),
        "green",
        ("refused", "error"),
        ("refused", "error"),
    ),
    "deferred": (
        deferred("Sprint 2 complete") + sprint(UNMET, number=2),
        "green",
        ("refused", "error"),
        ("refused", "error"),
    ),
    "no-longer-deferred": (
        deferred("Sprint 2 complete") + sprint(MET, number=2),
        "green",
        ("written", "silent"),
        ("written", "passes"),
    ),
    "deferred-without-criteria": (
        deferred(),
        "green",
        ("written", "silent"),
        ("written", "passes"),
    ),
    "deferred-without-criteria-red": (
        deferred(),
        "red",
        ("refused", "error"),
        ("written", "warning"),
    ),
    "no-criteria-red": (sprint(), "red", ("refused", "error"), ("written", "warning")),
    "optional": (sprint(MET, f"Optional: {UNMET}"), "green", ("written", "silent"), None),
    "attested": (sprint(f"{UNKNOWN} (attested: by anna)"), "green", ("written", "passes"), None),
    "attested-unmet": (
        sprint(f"{UNMET} (attested: by anna)"),
        "green",
        ("refused", "error"),
        ("refused", "error"),
    ),
}
# What stands for the sprint before, and how somebody says by hand that it is done. One that waits for
# a decision that nobody logged is not done, whatever its sprint is.
STEP = "1. ✅ COMPLETE (Attempt #1) — Look at the splitter."
STAMPED = "✅ COMPLETE (Attempt #2, STAMP 20251103T080000Z) — Sprint 1: the work."
WAYS = {
    "pending": (f"{STEP}\n  2. 🟡 PENDING — Sprint 1: the work.", STAMPED),
    "blocked-action": (f"{STEP}\n  2. 🟡 BLOCKED — Sprint 1: the work, after ben's.", STAMPED),
    "undecided": (f"{STEP}\n  2. 🟡 BLOCKED — Sprint 1: the work. Needs a decision.", STAMPED),
    "reworded": (
        f"{STEP}\n  2. 🟡 PENDING — Sprint 1: the work.",
        STAMPED.replace("Sprint 1: t", "T"),
    ),
    "deferred-action": (f"{STEP}\n  2. 🟡 DEFERRED — Sprint 1: the work.", STAMPED),
}
KNOWN: dict[str, str] = {}
CELLS = [
    (state, reason, told)
    for state, (_, _, *each) in STATES.items()
    for reason, told in zip(("plain", "reason"), each, strict=True)
    if told
]
table = partial(cases, KNOWN)


def laid_out(place: Path, state: str, action: str, settings: str = "") -> Repository:
    """A project with a brief that an attempt cites, and an action that stands for its sprint."""
    plan = PLAN.replace(STEP, action).replace("A first look.", f"A first look. See `{BRIEF}`.")
    if action == STEP:  # none stands for a sprint, so the item's field names the brief
        plan = plan.replace("- Priority: High", f"- Brief: `{BRIEF}`\n- Priority: High")
    return start(place, plan, settings, {BRIEF: HEAD + STATES[state][0]})


@pytest.mark.parametrize(
    ("writer", "state", "reason", "way", "wanted"),
    table(
        *(
            (writer, state, reason, way, "refused" if way == "undecided" else told[0])
            for writer in ("append", "run")
            for state, reason, told in CELLS
            for way in (WAYS if writer == "append" else ["pending"])
        )
    ),
)
def test_commands_complete_what_stands_for_a_sprint(
    tmp_path: Path, writer: str, state: str, reason: str, way: str, wanted: str
) -> None:
    repo = laid_out(tmp_path / "repo", state, WAYS[way][0])
    because = ["--because", REASON] if reason == "reason" else []
    kind = STATES[state][1]
    told = record(repo, writer, kind, "--complete", "2", *because)
    if written(told, wanted, exit_code(writer, kind)):
        assert "2. ✅ COMPLETE (Attempt #2" in repo.ledger.read_text("utf-8")


def by_hand(repo: Repository, state: str, reason: str, *changes: tuple[str, str]) -> None:
    """The attempt, and what it is said to have done."""
    kind = STATES[state][1]
    said = "✅ success. 12 passed." if kind == "green" else "❌ failed. 1 failed, 11 passed."
    because = f" Because: {REASON}." if reason == "reason" else ""
    lay_run(repo, kind)
    edit(repo, attempt(said + because), *changes)


@pytest.mark.parametrize(
    ("judge", "state", "reason", "way", "wanted"),
    table(
        *(
            (judge, state, reason, way, "error" if way == "undecided" else told[1])
            for judge in JUDGES
            for state, reason, told in CELLS
            for way in (WAYS if judge == "based" else ["pending"])
        )
    ),
)
def test_hands_complete_what_stands_for_a_sprint(
    tmp_path: Path, judge: str, state: str, reason: str, way: str, wanted: str
) -> None:
    action, closed = WAYS[way]
    repo = laid_out(tmp_path / "repo", state, action)
    by_hand(repo, state, reason, (action.rpartition("2. ")[2], closed))
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(
    ("judge", "done", "state"), table(*((judge, "strict", "unknown") for judge in QUICK))
)
def test_strictly_an_unknown_criterion_is_an_error(
    tmp_path: Path, judge: str, done: str, state: str
) -> None:
    action, closed = WAYS["pending"]
    repo = laid_out(tmp_path / "repo", state, action, f'done = "{done}"')
    by_hand(repo, state, "plain", (action.rpartition("2. ")[2], closed))
    holds(EVERY[judge](repo), "error")


# An item whose field names the brief is done when all of the brief is.


@pytest.mark.parametrize(
    ("writer", "item", "state", "reason", "wanted"),
    table(
        *(
            (writer, "item", state, reason, told[writer in EVERY])
            for writer in ("append", "run", "staged", "based")
            for state, reason, told in CELLS
            # a whole brief without a criterion leaves the newest run to say it
            if "criteria" not in state
        )
    ),
)
def test_an_item_is_done_when_its_brief_is(
    tmp_path: Path, writer: str, item: str, state: str, reason: str, wanted: str
) -> None:
    repo = laid_out(tmp_path / item, state, STEP)
    if writer in EVERY:
        by_hand(repo, state, reason, *DONE)
        holds(EVERY[writer](repo), wanted)
        return
    because = ["--because", REASON] if reason == "reason" else []
    told = record(repo, writer, STATES[state][1], "--status", "done", *because)
    written(told, wanted, exit_code(writer, STATES[state][1]))


def test_the_runs_of_all_its_tasks_show_that_a_sprint_is_done(tmp_path: Path) -> None:
    """Each task of a sprint has a folder of its own, below one stamp."""
    repo = laid_out(tmp_path / "repo", "met", WAYS["pending"][0])
    tree = ["reports/task/<STAMP>/", "└── sprint1/"]
    tree += [f"    ├── {name}/\n    │   └── exit_code.txt" for name in ("read", "write")]
    text = HEAD + sprint("Both pass `check: passed >= 24 and failures == 0`")
    bundle = "\n## Bundle\n\n```\n" + "\n".join(tree) + "\n```\n"
    repo.write(BRIEF, f"{text}{bundle}".encode())
    for name, wanted in (("read", "refused"), ("write", "written")):
        outputs = {"exit_code.txt": "0\n", "pytest.log": GREEN}
        run = lay(repo, outputs, f"reports/task/20251103T080000Z/sprint1/{name}")
        told = command(repo, "append", ITEM, run, "--complete", "2")
        if not written(told, wanted):
            assert command(repo, "append", ITEM, run).code == 0


def test_each_cell_has_a_name_of_its_own() -> None:
    assert not misnamed(KNOWN, globals())
