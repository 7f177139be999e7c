"""``ledger apply``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, DryRun, LedgerPath, argument
from ledger.commands import apply as library
from ledger.plan import text
from ledger.reports import diff

EXAMPLE = "ledger apply docs/hand_off.md --dry-run"


def command(
    brief: Annotated[Path, argument("BRIEF", "The brief.")],
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Write a brief's ready-made updates to the fix plan: attempts and next actions.

    What the fix plan holds already is left alone, so a second time changes nothing. Nothing is
    written that `ledger validate` would refuse.
    """
    applied = library.apply(brief, dry_run=dry_run, ledger=ledger)
    if as_json:
        output.document("apply", applied)
        return 0
    if not dry_run:
        output.lines(_line(applied, update) for update in applied.updates)
        return 0
    output.lines(diff(applied.diff))
    for update in applied.updates:
        if update.outcome == "held":  # which a diff does not show
            output.note(_line(applied, update))
    return 0


def _line(applied: library.Applied, update: library.AppliedUpdate) -> str:
    """What became of an update: ``docs/plan.md:12: ITEM-1 attempt #21 added``."""
    name = f"attempt #{update.number}" if update.kind == "attempt" else f"action {update.number}"
    added = "rewritten" if update.kind == "rewrite" else "added"
    outcome = "is there already" if update.outcome == "held" else added
    return text.visible(f"{applied.path}:{update.line}: {applied.item} {name} {outcome}")
