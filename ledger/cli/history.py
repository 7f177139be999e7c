"""``ledger history``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.history import history
from ledger.errors import UsageError
from ledger.reports import history as report

EXAMPLE = "ledger history PARSE-SPEED-001#1"


def command(
    item: Annotated[
        str | None, argument("[ITEM[#N]]", "Only what happened to it, as a timeline.")
    ] = None,
    rev: Annotated[
        str | None, option("--rev", "RANGE", "Up to REV, or FROM..TO; default: HEAD.")
    ] = None,
    removed: Annotated[
        bool, flag("--removed", "The attempts that commits removed, with their text.")
    ] = False,
    restore: Annotated[
        str | None, option("--restore", "ITEM#N|ITEM#DATE", "Put a removed attempt back.")
    ] = None,
    dry_run: Annotated[
        bool, flag("--dry-run", "With --restore: print the change; write nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show what commits did to the fix plan, over all its versions.

    Without ITEM the whole file in figures: removed and edited attempts, numbers used twice,
    dates later than their commits, size. With ITEM or ITEM#N each change to it, with the
    commit. Renames of the file are followed, and merges checked against all their parents.
    """
    if restore and (item or removed):
        raise UsageError("usage", "--restore goes with neither ITEM nor --removed", "leave it out")
    if dry_run and not restore:
        raise UsageError("usage", "--dry-run goes with --restore", "leave it out")
    with output.progress("reading versions") as tell:
        changes = history(
            item, revisions=rev, restore=restore, dry_run=dry_run, ledger=ledger, progress=tell
        )
    if changes.restored:
        lines = report.restored(changes.restored, dry_run=dry_run)
    elif removed:
        lines = report.removed(changes)
    else:
        lines = report.timeline(changes, item) if item else report.summary(changes)
    output.result("history", changes, lines, as_json=as_json)
    return 0
