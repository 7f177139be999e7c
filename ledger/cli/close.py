"""``ledger close``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import change
from ledger.cli.application import AsJson, DryRun, LedgerPath, argument, option
from ledger.commands.close import close

EXAMPLE = "ledger close DOCS-TOUR-002 --because 'the page is public' --dry-run"


def command(
    item: Annotated[str, argument("ITEM", "The item that is done.")],
    runs: Annotated[
        list[Path] | None, option("--run", "RUN", "Record this run, unless it is recorded.")
    ] = None,
    because: Annotated[
        str,
        option("--because", "TEXT", "Why, if no evidence shows it or actions stay open."),
    ] = "",
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Close an item: its status becomes done, and each met criterion gets its tick.

    It is judged by its newest attempt that cites a run. Refused where an action is open or a
    criterion is not met; a reason stands in for what nothing shows, never for what is not met.
    """
    done = close(item, runs or (), because=because, dry_run=dry_run, ledger=ledger)
    return change.report("close", done, dry_run=dry_run, as_json=as_json)
