"""``ledger apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson, DryRun, LedgerPath
from ledger.commands import apply as library
from ledger.reports import apply as report
from ledger.reports.lines import diff


def command(
    brief: Annotated[Path, typer.Argument(metavar="BRIEF", help="The brief.")],
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
        output.lines(report.line(applied, one) for one in applied.updates)
        return 0
    output.lines(diff(applied.diff))
    for one in applied.updates:
        if one.outcome == "held":  # which a diff does not show
            output.note(report.line(applied, one))
    return 0
