"""``ledger apply``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import apply as applying
from ledger.commands.apply import Applied, Update
from ledger.plan import text


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
    done = applying.apply(config.find(Path.cwd(), ledger), brief, dry_run=dry_run)
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("apply", done))
    elif dry_run:
        output.write("".join(text.visible(line) + "\n" for line in done.diff.split("\n")[:-1]))
    if not as_json:
        # What a diff does not show: nothing is to be done for an update that is there.
        for one in done.updates:
            if not dry_run:
                output.write(_line(done, one) + "\n")
            elif one.outcome == "held":
                output.diagnostic(f"ledger: note: {_line(done, one)}")
    return 0


def _line(done: Applied, one: Update) -> str:
    return text.visible(f"{done.path}:{one.line}: {done.item} {_said(one)}")


def _said(one: Update) -> str:
    name = f"attempt #{one.number}" if one.kind == "attempt" else f"action {one.number}"
    if one.outcome == "held":
        return f"{name} is there already"
    return f"{name} {'rewritten' if one.kind == 'rewrite' else 'added'}"
