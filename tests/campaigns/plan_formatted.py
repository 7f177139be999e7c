"""A made plan that a formatter rewrote, and nothing else: what the hook and the history say of that.

The plan is committed as it was written and once more as formatted. `ledger validate --base` has nothing
to say of it, or at most one warning; the history says that nothing is gone, renamed or changed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import ledger
from tests.campaigns.checklist_history import Commit, lay_out
from tests.campaigns.plan_pen import Page
from tests.campaigns.plan_verdicts import Verdict

# What a formatter can do to nobody's plan.
DONE_TO_A_PLAN = {
    "item-added", "item-removed", "title", "status", "added", "removed", "renumbered", "rewritten", "reused",
    "dropped", "action-added", "action-removed", "action",
}  # fmt: skip


def judge(page: Page, data: bytes, file: Path) -> list[Verdict]:
    """A verdict of the hook and one of the history."""
    before = page.text.encode()
    if before == data:
        return []
    folder = file.parent / "formatted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.environ["XDG_CACHE_HOME"] = str(folder / ".git/cache")
    made = [
        Commit((name,), text, frozenset())
        for name, text in (("written", before), ("formatted", data))
    ]
    place = lay_out(folder, made)
    shape = page.shapes[0] if len(page.shapes) == 1 else "(mixed)"
    findings = ledger.validate(place, base="HEAD~1").findings
    is_wrong = len(findings) > 1 or any(one.severity == "error" for one in findings)
    note = "; ".join(f"{one.code} line {one.line}: {one.message}" for one in findings[:3])
    verdicts = [Verdict(shape, "hook", "", "wrong" if is_wrong else "right", note)]
    history = ledger.history(ledger=place)
    first = next(one.sha for one in history.log if one.subject.startswith("0 "))
    events = [one for one in history.events if one.commit != first and one.kind in DONE_TO_A_PLAN]
    note = "; ".join(f"{one.kind} {one.item} {one.before!r} {one.after!r}" for one in events[:3])
    return [*verdicts, Verdict(shape, "history", "", "wrong" if events else "right", note)]
