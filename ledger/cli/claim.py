"""``ledger claim``."""

from typing import Annotated

from ledger.cli import change
from ledger.cli.application import AsJson, AsName, DryRun, ItemName, LedgerPath, option
from ledger.commands.claim import claim

EXAMPLE = "ledger claim PARSE-SPEED-001 --as w1 --for 1h --dry-run"


def command(
    item: ItemName,
    owner: AsName = None,
    duration: Annotated[
        str, option("--for", "TIME", "How long: 45m (the default), 2h, 1h30m.")
    ] = "45m",
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Take an item for some time, so that nobody else works on it.

    Of all who try in one clone and its work trees exactly one gets it; the others are reported who
    has it, with exit code 1. The lease is in the item and ends by itself. Who claims it again
    has it for longer.
    """
    claimed = claim(item, owner=owner, duration=duration, dry_run=dry_run, ledger=ledger)
    return change.report("claim", claimed, dry_run=dry_run, as_json=as_json)
