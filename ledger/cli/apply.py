"""``ledger apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import apply as library
from ledger.reports import apply as report
from ledger.reports import documents


def command(
    brief: Annotated[Path, typer.Argument(metavar="BRIEF", help="The brief.")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the change as a diff; write nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Write a brief's ready-made updates to the fix plan: attempts and next actions.

    What the fix plan holds already is left alone, so a second time changes nothing. Nothing is
    written that `ledger validate` would refuse.
    """
    applied = library.apply(brief, dry_run=dry_run, ledger=ledger)
    if as_json:
        output.document(documents.document("apply", applied))
        return 0
    if dry_run:
        output.write(report.diff(applied))
    for one, line in report.lines(applied):
        if not dry_run:
            output.write(f"{line}\n")
        elif one.outcome == "held":  # which a diff does not show
            output.diagnostic(f"ledger: note: {line}")
    return 0
