"""The campaign of made plans in short, and whether it can fail."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from ledger.plan import reader
from tests.campaigns import plan_appends, plan_formatted, plan_shapes, plan_verdicts, plans_made
from tests.campaigns.plan_pen import Page, Pen

# The shapes that are read whole today, or told.
HOLD = (
    "box-table",
    "phases",
    "logbook",
    "bold-id-title",
    "bracket-words",
    "checklist-ids",
    "emoji-heading",
    "kanban",
    "queue",
    "speckit",
    "state-headings",
    "steps",
    "table",
    "attempts-table",
)
QUOTED = "## [LEX-001] Read\n- Status: pending\n- Attempts History:\n\n"
DATED = "## [LEX-001] Read\n- Status: pending\n- Attempts History:\n  * "


def page(shape: str) -> Page:
    return plan_shapes.page(Pen(Random(1)), (shape,))


def verdicts(plan: Page, text: str) -> list[tuple[str, str]]:
    """What is not right when the tool reads this text where it should read the plan."""
    read = reader.read(text.encode())
    made = plan_verdicts.judge(plan, text, read, ())
    return [(one.kind, one.verdict) for one in made if one.verdict != "right"]


@pytest.mark.parametrize("shape", HOLD)
def test_a_shape_that_holds(shape: str) -> None:
    assert plans_made.main(["--count", "20", "--shape", shape, "--seed", "2"]) == 0


@pytest.mark.parametrize("mode", ["--names", "--formatted"])
def test_tasks_keep_their_names_and_nothing_is_lost(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")  # the campaign sets it, and it shall be as before
    assert plans_made.main(["--count", "6", "--shape", "phases", mode]) == 0


@pytest.mark.parametrize(
    ("written", "formatted"),
    [
        ("- [ ] Read\n- [X] Print\n", "- [ ] Read\n- [x] Print\n"),
        (
            f"{QUOTED}> * [2025-07-02] Attempt #1 — x\n",
            f"{QUOTED}> - [2025-07-02] Attempt #1 — x\n",
        ),
        (
            f"{DATED}[2025-07-02]: Attempt #1 — x\n",
            f"{DATED}\\[2025-07-02\\]: Attempt #1 — x\n",
        ),
    ],
    ids=["capital ticks", "other bullets in a quotation", "brackets escaped"],
)
def test_what_a_formatter_did_is_no_change(
    written: str, formatted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    made = Page(("phases",), f"# Plan\n\n{written}", [], [])
    data = f"# Plan\n\n{formatted}".encode()
    found = plan_formatted.judge(made, data, tmp_path / "plan.md")
    assert [one.note for one in found] == ["", ""]


def test_every_shape_is_written_and_knows_what_it_means() -> None:
    for shape in {**plan_shapes.SHAPES, **plan_shapes.WHOLE}:
        made = page(shape)
        things = [one.token for one in made.items] + [one.token for one in made.works]
        assert things, shape
        assert all(token in made.text for token in things), shape


def test_a_plan_is_the_same_each_time() -> None:
    assert plans_made.make(1, 7).data == plans_made.make(1, 7).data


def test_what_is_lost_misread_or_made_up_is_seen() -> None:
    made = page("phases")
    first = f"- [ ] {made.items[0].id} {made.items[0].title}\n"
    assert verdicts(made, made.text) == []
    assert first in made.text
    assert verdicts(made, made.text.replace(first, "")) == [
        ("item", "silent"),
        ("status", "silent"),
    ]
    ticked = first.replace("[ ]", "[x]")
    assert verdicts(made, made.text.replace(first, ticked)) == [("status", "wrong")]
    more = first + "- [ ] 1.9 Made up\n"
    assert verdicts(made, made.text.replace(first, more)) == [("unmeant", "wrong")]


def test_appends_are_held_against_the_plan(tmp_path: Path) -> None:
    plans = [plans_made.make(2, number, "steps") for number in range(8)]
    # Beside a line `Last Updated` outside of items such an append is refused today.
    for plan in (one for one in plans if "Last Updated" not in one.text):
        made = plans_made.judged(plan, tmp_path / "plan.md", plan_appends.judge)
        assert {one.verdict for one in made} == {"right"}
