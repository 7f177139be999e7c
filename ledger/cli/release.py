"""``ledger release``."""

from ledger.cli import change
from ledger.cli.application import AsJson, AsName, DryRun, ItemName, LedgerPath
from ledger.commands.release import release

EXAMPLE = "ledger release PARSE-SPEED-001 --as w1 --dry-run"


def command(
    item: ItemName,
    owner: AsName = None,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Give an item back before its lease ends.

    A lease that has ended may be taken out of the plan by anybody.
    """
    changed = release(item, owner=owner, dry_run=dry_run, ledger=ledger)
    return change.report("release", changed, dry_run=dry_run, as_json=as_json)
