"""``ledger archive``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.archive import archive, bring_back
from ledger.errors import UsageError
from ledger.reports import care as report
from ledger.reports import diff

EXAMPLE = "ledger archive --keep 1 --dry-run"


def command(
    items: Annotated[
        list[str] | None, argument("[ITEM...]", "Items; default: all. With --restore ITEM#N, too.")
    ] = None,
    statuses: Annotated[
        list[str] | None, option("--status", "WORD", "Only items of this status.")
    ] = None,
    before: Annotated[
        str | None, option("--before", "DATE", "Only what was last tried before this day.")
    ] = None,
    keep: Annotated[
        int | None, option("--keep", "N", "All but the newest N attempts of items.", min=1)
    ] = None,
    to_lines: Annotated[
        int | None, option("--to-lines", "N", "As much as it takes to have N lines.", min=1)
    ] = None,
    restore: Annotated[bool, flag("--restore", "Bring back what is in the archive.")] = False,
    dry_run: Annotated[bool, flag("--dry-run", "Say what would be moved; write nothing.")] = False,
    is_diff: Annotated[bool, flag("--diff", "With --dry-run: print the change as a diff.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Move finished work to the archive file, or bring it back, byte for byte.

    Without options all items that are done and have nothing open, and that nothing open waits
    for. One line stays in the place of each, with its heading, and tells what went where. The
    exit code is 1 where an item that is named has to stay, or N lines cannot be reached.
    """
    if is_diff and not dry_run:
        raise UsageError("usage", "--diff goes with --dry-run", "see --help")
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
    lines = diff(done.diff) if is_diff else report.archived(done, dry_run=dry_run)
    shown = done if is_diff else done.model_copy(update={"diff": ""})
    output.result("archive", shown, lines, as_json=as_json)
    if is_diff and not as_json:  # a diff does not show what stays
        for line in report.stays(done):
            output.note(line.text)
    return 1 if items and done.held else 0
