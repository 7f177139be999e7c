"""A negated word never counts as the word, in a status, a result or a state."""

from __future__ import annotations

import pytest

from ledger.plan import reader
from ledger.plan.model import Conventions
from ledger.plan.words import USUAL, vocabulary

STATUS = {
    "not done": "pending",
    "**not started**": "pending",
    "isn’t fixed": "pending",
    "not yet fully complete": "pending",
    "not in progress": "pending",
    "never closed": "pending",
    "cannot be closed": "pending",
    "to be done": "pending",
    "almost done": "in_progress",
    "nearly complete (two files left)": "in_progress",
    "no longer blocked": "unknown",
    "not superseded": "unknown",
    "not done, in progress": "pending",
    "done, but for the docs": "done",
    "done, not announced": "done",
    "no hurry, done": "done",
    "done, but CI is still red": "in_progress",
    "complete but two tests fail": "in_progress",
    "fixed, not merged": "in_progress",
    "done except for the docs": "in_progress",
    "done, however the docs are not": "in_progress",
    "Done? No": "in_progress",
    "WIP": "in_progress",
    "ready for review": "in_progress",
    "shipped": "done",
    "Cancelled": "archived",
    "won't fix": "archived",
    "on hold": "blocked",
    "todo": "pending",
    "✅": "done",
    "❌": "archived",
    "🚧": "in_progress",
    "⏳": "pending",
    "🤷": "unknown",
}
RESULTS = {
    "not successful": "failed",
    "no success yet": "failed",
    "not all tests pass": "failed",
    "tests don't pass": "failed",
    "neither fixed nor verified": "failed",
    "almost successful": "partial",
    "mostly passing": "partial",
    "to be verified": "unknown",
    "no failures": "unknown",
    "not blocked": "unknown",
    "no errors (12 passed)": "success",
    "done without errors or failures": "success",
    "success, no regression": "success",
    "tests fixed; build still failing": "partial",
    "passed, but not on Windows": "partial",
    "passed on Linux, not on Windows": "partial",
    "success, but the docs are still missing": "partial",
    "passed except on Windows": "partial",
    "passed with two exceptions": "partial",
    "fixed exceptions in the parser": "success",
    "success, but slow": "success",
    "complete; the second half blocked by a regression": "partial",
    "fixed; no failures": "success",
    "error fixed": "success",
    "failures are now all resolved": "success",
    "regression not fixed": "failed",
    "failed, fixed the log": "failed",
}


@pytest.mark.parametrize(("said", "wanted"), STATUS.items())
def test_of_a_status(said: str, wanted: str) -> None:
    assert USUAL.status(said) == wanted


@pytest.mark.parametrize(("said", "wanted"), RESULTS.items())
def test_of_a_result(said: str, wanted: str) -> None:
    assert USUAL.result(said) == wanted


def test_of_a_project() -> None:
    """Its own words are turned as all others are; what it calls its own with a negation is told."""
    own = vocabulary(
        Conventions(
            status=(("fertig", "done"), ("not ready", "blocked")), result=(("ok'd", "success"),)
        )
    )
    assert [own.status(said) for said in ("fertig", "not fertig", "not ready")] == [
        "done",
        "pending",
        "blocked",
    ]
    assert own.result("never ok'd") == "failed"


@pytest.mark.parametrize(
    "text",
    [
        "## [LEX-001] Read\n- Status: not done\n",
        "## Tasks\n- [ ] Draw the map\n  - Status: not done\n",
        "# Roadmap\n\n## Tier 1\n- [MAP-001] (Sea) \N{EM DASH} **not done**\n- (Map) \N{EM DASH} **not done**\n",
    ],
)
def test_in_every_dialect(text: str) -> None:
    items = reader.read(text.encode()).items
    assert {item.status for item in items} == {"pending"}
    assert len(items) == text.count("not done")


def test_what_cannot_be_told_is_an_item_all_the_same() -> None:
    """One without an ID too: its status is a finding."""
    text = "# Roadmap\n\n## Tier 1\n- [MAP-001] (Top) \N{EM DASH} **done**\n- (Map) \N{EM DASH} **no longer blocked**\n"
    text += "- (Sea) \N{EM DASH} **done**\n"
    items = reader.read(text.encode()).items
    assert [item.status for item in items] == ["done", "unknown", "done"]


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("not done", "pending"),
        ("Almost done", "in_progress"),
        ("NOT STARTED", "pending"),
        ("**not done**", "pending"),
        ("**no longer blocked**", "pending"),
        ("partly complete", "in_progress"),
        ("WIP", "in_progress"),
        ("**Ready for review**", "in_progress"),
        ("On hold", "blocked"),
        ("Shipped", "complete"),
        ("SUPERSEDED", "rejected"),
    ],
)
def test_of_an_action(said: str, state: str) -> None:
    text = f"## [LEX-001] Read\n- Status: pending\n- Next Actions:\n  1. {said} \N{EM DASH} read\n"
    action = reader.read(text.encode()).items[0].actions[0]
    assert action.state == state
