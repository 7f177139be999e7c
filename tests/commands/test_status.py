"""The summary of a ledger: what is next, what waits for what, which attempt is the last."""

from __future__ import annotations

import re

import pytest

from ledger.commands.status import ItemSummary, Status, blocked_on, summarize
from ledger.plan.reader import read
from ledger.reports import status as report


def status_of(text: str) -> Status:
    return summarize(read(text.encode()), "plan.md")


def item_of(*lines: str, status: str = "in_progress") -> ItemSummary:
    [item] = status_of("\n".join(["## [A-001] A", f"- Status: {status}", *lines, ""])).items
    return item


def actions(*said: str) -> list[str]:
    return ["- Next Actions:", *(f"  {number}. {one}" for number, one in enumerate(said, 1))]


@pytest.mark.parametrize(
    ("said", "number"),
    [
        (["PENDING — a", "IN_PROGRESS — b"], 2),
        (["✅ COMPLETE (Attempt #1) — a", "BLOCKED — b", "PENDING — c"], 3),
        (["PARTIAL — a", "PENDING — b"], 1),
        (["a", "PENDING — b"], 1),
        (["BLOCKED — a", "DEFERRED — b"], 1),
        (["BLOCKED — a", "IN_PROGRESS — b"], 2),
        (["DEFERRED — a"], None),
        (["✅ COMPLETE (Attempt #1) — a", "REJECTED — b"], None),
        ([], None),
    ],
)
def test_the_next_action(said: list[str], number: int | None) -> None:
    following = item_of(*actions(*said)).next_action
    assert (following.number if following else None) == number


def test_actions_without_numbers_count() -> None:
    item = item_of("- Next Actions:", "  - First this.", "  - ✅ COMPLETE — Then that.")
    assert (item.actions.open, item.actions.complete) == (1, 1)
    assert item.next_action
    assert (item.next_action.number, item.next_action.text) == (None, "First this.")


def test_every_action_is_counted_once() -> None:
    states = ["PENDING", "IN_PROGRESS", "PARTIAL", "BLOCKED", "DEFERRED", "COMPLETE", "REJECTED"]
    counts = item_of(*actions(*(f"{state} — x" for state in states))).actions
    assert (counts.open, counts.blocked, counts.deferred) == (3, 1, 1)
    assert (counts.complete, counts.rejected) == (1, 1)


HISTORY = "- Attempts History:"


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (
            [
                HISTORY,
                "  * [2025-01-01] Attempt #1 — Result: success",
                "  * [2025-01-02] Attempt #2",
            ],
            2,
        ),
        # A list that puts the newest first.
        ([HISTORY, "  * [2025-01-02] Attempt #2", "  * [2025-01-01] Attempt #1"], 2),
        # The largest number is told by a completed action only.
        (
            [
                HISTORY,
                "  * [2025-01-02] Attempt #9 — Result: success",
                "- Next Actions:",
                "  1. ✅ COMPLETE (Attempt #10) — Done.",
            ],
            10,
        ),
        ([HISTORY, "  * [2025-01-01] Result: success"], None),
    ],
)
def test_the_last_attempt_is_the_one_with_the_largest_number(
    lines: list[str], number: int | None
) -> None:
    last = item_of(*lines).last_attempt
    assert last is not None
    assert last.number == number


def test_of_two_attempts_with_one_number_the_lower_one_in_the_file_is_the_last() -> None:
    item = item_of(
        HISTORY,
        "  * [2025-01-02] Attempt #2 — Result: failed",
        "  * [2025-01-01] Attempt #2 — Result: success",
    )
    assert item.last_attempt
    assert (item.attempts, item.last_attempt.result) == (2, "success")


def test_an_item_without_actions_takes_what_its_last_attempt_says() -> None:
    attempt = [HISTORY, "  * [2025-01-01] Attempt #3 — Result: success", "    Next Actions: Go on."]
    following = item_of(*attempt).next_action
    assert following
    assert (following.attempt, following.number, following.text) == (3, None, "Go on.")
    assert item_of(*attempt, status="done").next_action is None
    assert item_of(*attempt[:2], "    Next Actions: None - closed.").next_action is None
    assert item_of(*attempt, *actions("✅ COMPLETE (Attempt #3) — x")).next_action is None


@pytest.mark.parametrize(
    ("said", "clause"),
    [
        ("Choose a project (waits for anna).", "waits for anna"),
        ("Sprint 3. REQUIRES a decision (option B [best] or C). Two hours.",
         "REQUIRES a decision (option B [best] or C)"),
        ("Blocked by [OTHER-001]; then the rest.", "Blocked by [OTHER-001]"),
        ("Measure version 1.5 awaiting v2.0 of the tool", "awaiting v2.0 of the tool"),
        ("Nothing that tells.", "Nothing that tells."),
        ("awaits", "awaits"),
    ],
)  # fmt: skip
def test_the_clause_that_says_what_is_waited_for(said: str, clause: str) -> None:
    assert blocked_on(said) == clause


@pytest.mark.parametrize(
    ("status", "waits"),
    [
        ("blocked (profiling halted by the regression)", ["profiling halted by the regression"]),
        ("paused — awaiting ben", ["awaiting ben"]),
        ("in_progress (waiting on [B-001] and more)", ["waiting on [B-001] and more"]),
        ("in_progress (needs another look)", []),
        ("in_progress", []),
        ("done (blocked until today)", []),
    ],
)
def test_what_the_status_says_that_it_waits_for(status: str, waits: list[str]) -> None:
    assert [one.text for one in item_of(status=status).waiting_for] == waits


def test_a_blocked_item_waits_for_what_its_field_says() -> None:
    item = item_of("- Blocked by: the lab", status="blocked")
    assert [one.text for one in item.waiting_for] == ["the lab"]


def test_a_blocked_action_is_named_by_its_number() -> None:
    item = item_of(*actions("PENDING — a", "🟡 BLOCKED — Buy it. Requires money."))
    assert [(one.action, one.text) for one in item.waiting_for] == [(2, "Requires money")]


PLAN = """\
## [LOW-001] Low
- Priority: Low
- Status: in_progress
- Next Actions:
  1. PENDING — low

## [HIGH-001] High, waits
- Priority: High
- Status: in_progress
- Depends on: [LOW-001]
- Next Actions:
  1. PENDING — high

## [NONE-001] No priority
- Status: pending
- Next Actions:
  1. PENDING — none

## [CRIT-001] Critical
- Priority: CRITICAL (all else stops)
- Status: pending
- Next Actions:
  1. PENDING — critical

## [ODD-001] Escalated
- Priority: Escalated
- Status: pending

## [DONE-001] Done
- Priority: Critical
- Status: done
- Next Actions:
  1. PENDING — forgotten
"""


def test_items_come_by_priority_then_as_in_the_file() -> None:
    status = status_of(PLAN)
    assert status.items[0].id == "LOW-001"
    ids = [item.id for item in status.by_priority("pending", "in_progress")]
    assert ids == ["CRIT-001", "HIGH-001", "LOW-001", "ODD-001", "NONE-001"]


def test_the_next_step_is_in_progress_and_waits_for_nothing() -> None:
    following = status_of(PLAN).next
    assert following
    assert (following.item, following.number, following.text) == ("LOW-001", 1, "low")
    without_low = PLAN.partition("## [HIGH-001]")
    following = status_of(without_low[1] + without_low[2]).next
    assert following
    assert following.item == "CRIT-001"


def test_prose_that_waits_is_shown_and_does_not_count() -> None:
    status = status_of(PLAN.replace("- Depends on: [LOW-001]", "- Risks: waits for [LOW-001]"))
    assert status.next
    assert status.next.item == "HIGH-001"


def test_totals_count_every_item_once() -> None:
    totals = status_of(PLAN + "## [X-001] X\n- Status: whatever\n").totals
    assert totals.items == 7
    assert (totals.in_progress, totals.pending, totals.done, totals.unknown) == (2, 3, 1, 1)


def test_an_empty_file_has_a_status() -> None:
    status = status_of("")
    assert (status.ledger.bytes, status.ledger.lines, status.items, status.next) == (0, 0, (), None)
    assert [line.text for line in report.lines(status)] == [
        "next: nothing is open", "", "plan.md", "0 items, 0 attempts", "", "no findings in the text",
    ]  # fmt: skip


def test_two_sections_of_one_item_are_two_lines() -> None:
    status = status_of("## [A-001] One\n- Status: pending\n## [A-001] Two\n- Status: done\n")
    lines = [line.text for line in report.lines(status, every=True)]
    assert [line.split() for line in lines if "  A-001" in line] == [
        ["-", "A-001", "0", "attempts", "One"],
        ["-", "A-001", "0", "attempts", "Two"],
    ]
    assert lines.index("Pending (1)") < lines.index("Done (1)")


def test_each_item_is_one_line_however_long_and_wild_its_text_is() -> None:
    wild = "x\x1b[31m\u202e\u2028" * 2000
    status = status_of(f"## [A-001] {wild}\n- Status: pending\n- Next Actions:\n  1. {wild}\n")
    lines = [line for line in report.lines(status) if "A-001" in line.text]
    assert {line.kind for line in lines} == {"cut"}
    for line in lines:
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e]", line.text)


def test_what_is_next_comes_first_and_is_marked() -> None:
    first, *_ = report.lines(status_of(PLAN))
    assert first.text.startswith("next: LOW-001, action 1: ")
    assert first.accents == ((0, len(first.text), "bold"),)


def test_no_next_step_is_not_said_to_be_the_end() -> None:
    first, *_ = report.lines(status_of("## [A-001] One\n- Status: blocked\n"))
    assert first.text == "next: nothing is ready: `ledger next` says why"


def test_clauses_take_linear_time() -> None:
    # A quadratic search would take minutes.
    assert blocked_on("waits (" * 100_000).startswith("waits (")
    assert blocked_on("await " * 300_000)


def test_the_real_plan_says_what_is_known_of_it(real_repo: object) -> None:
    place = real_repo("8b8c48d0")  # type: ignore[operator]
    status = summarize(read((place / "docs" / "fix_plan.md").read_bytes()), "docs/fix_plan.md")
    top = status.by_priority("in_progress")[0]
    assert (top.id, top.attempts) == ("TEST-SUITE-TRIAGE-002", 21)
    assert top.last_attempt
    assert (top.last_attempt.number, top.last_attempt.date) == (21, "2025-10-15")
    assert (top.actions.open, top.actions.blocked, top.actions.deferred) == (2, 1, 1)
    assert top.next_action
    assert top.next_action.number == 21
    [waiting] = top.waiting_for
    assert waiting.action == 23
    assert "stakeholder decision" in waiting.text
    [blocked] = status.by_priority("blocked")
    assert blocked.id == "VECTOR-GAPS-002"
    assert status.next
    assert (status.next.item, status.next.number) == ("TEST-SUITE-TRIAGE-002", 21)
