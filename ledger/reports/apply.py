"""The updates of a brief for people."""

from ledger.commands.apply import Applied, AppliedUpdate
from ledger.plan import text


def line(applied: Applied, one: AppliedUpdate) -> str:
    """What became of an update: ``docs/plan.md:12: ITEM-1 attempt #21 added``."""
    name = f"attempt #{one.number}" if one.kind == "attempt" else f"action {one.number}"
    added = "rewritten" if one.kind == "rewrite" else "added"
    outcome = "is there already" if one.outcome == "held" else added
    return text.visible(f"{applied.path}:{one.line}: {applied.item} {name} {outcome}")
