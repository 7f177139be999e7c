"""``ledger claim``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, AsName, DryRun, LedgerPath, argument, option
from ledger.commands.claim import claim
from ledger.reports import change as report

EXAMPLE = "ledger claim PARSE-SPEED-001 --as w1 --for 1h --dry-run"


def command(
    item: Annotated[str, argument("ITEM", "The item.")],
    owner: AsName = None,
    duration: Annotated[
        str, option("--for", "TIME", "How long: 45m (the default), 2h, 1h30m.")
    ] = "45m",
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Take an item for some time, so that nobody else works on it.

    Of all who try in one clone and its work trees exactly one gets it; the others are told who
    has it, with exit code 1. The lease stands in the item and ends by itself. Who claims it again
    has it for longer.
    """
    found = claim(item, owner=owner, duration=duration, dry_run=dry_run, ledger=ledger)
    for note in found.notes:
        output.note(note)
    output.result("claim", found, report.lease(found, dry_run=dry_run), as_json=as_json)
    return 0
