"""``ledger archive``."""

from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.application import AsJson, DryRun, LedgerPath
from ledger.commands.archive import archive, bring_back
from ledger.errors import UsageError
from ledger.reports import care as report
from ledger.reports import diff


def command(
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ITEM...]", help="Items; default: all. With --restore ITEM#N, too."
        ),
    ] = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="WORD", help="Only items of this status."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="DATE", help="Only what was last tried before this day."),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, help="All but the newest N attempts of items."),
    ] = None,
    to_lines: Annotated[
        int | None,
        typer.Option("--to-lines", metavar="N", min=1, help="As much as it takes to have N lines."),
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back what is in the archive.")
    ] = False,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Move finished work to the archive file, or bring it back, byte for byte.

    Without options all items that are done and have nothing open, and that nothing open waits
    for. One line stays in the place of each, with its heading, and tells what went where. The
    exit code is 1 where an item that is named has to stay, or N lines cannot be reached.
    """
    if restore:
        if statuses or before or keep or to_lines:
            raise UsageError("usage", "--restore takes items and --dry-run", "")
        done = bring_back(*(items or ()), ledger=ledger, dry_run=dry_run)
    else:
        done = archive(
            *(items or ()),
            statuses=statuses or (),
            before=before,
            keep=keep,
            to_lines=to_lines,
            ledger=ledger,
            dry_run=dry_run,
        )
    lines = diff(done.diff) if dry_run else report.archived(done)
    output.result("archive", done, lines, as_json=as_json)
    if dry_run and not as_json:  # a diff does not show what stays
        for line in report.stays(done):
            output.note(line.text)
    return 1 if items and done.held else 0
