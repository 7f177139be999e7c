"""``ledger release``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, AsName, DryRun, LedgerPath, argument
from ledger.commands.release import release
from ledger.reports import change as report

EXAMPLE = "ledger release PARSE-SPEED-001 --as w1 --dry-run"


def command(
    item: Annotated[str, argument("ITEM", "The item.")],
    owner: AsName = None,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Give an item back before its lease ends.

    A lease that has ended may be taken out of the plan by anybody.
    """
    found = release(item, owner=owner, dry_run=dry_run, ledger=ledger)
    output.result("release", found, report.lease(found, dry_run=dry_run), as_json=as_json)
    return 0
