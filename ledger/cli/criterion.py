"""``ledger criterion``."""

from typing import Annotated, cast

from ledger.cli import change
from ledger.cli.application import (
    AsJson,
    DryRun,
    ItemName,
    LedgerPath,
    argument,
    number_and_text,
    option,
    text_of,
)
from ledger.commands.criterion import STEPS, Step, criterion

EXAMPLE = 'ledger criterion DOCS-TOUR-002 add "A newcomer was asked" --dry-run'


def command(
    item: ItemName,
    step: Annotated[str, argument("STEP", f"One of {', '.join(STEPS)}.")],
    words: Annotated[
        list[str] | None,
        argument("[N TEXT]", "N: the criterion (not for `add`); TEXT: for `add` and `edit`."),
    ] = None,
    because: Annotated[
        str, option("--because", "TEXT", "On whose word an attested criterion is met.")
    ] = "",
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Add an exit criterion to an item, reword one, or attest one that no check can show.

    Criteria are counted from 1. `-` for TEXT reads standard input. A check is part of its words:
    `check: failures == 0`. One that evidence shows to be unmet cannot be attested.
    """
    number, text = number_and_text(words or [], has_number=step != "add")
    changed = criterion(
        item,
        cast("Step", step),
        number,
        text,
        because=text_of(because),
        dry_run=dry_run,
        ledger=ledger,
    )
    return change.report("criterion", changed, dry_run=dry_run, as_json=as_json)
