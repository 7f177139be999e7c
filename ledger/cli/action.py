"""``ledger action``."""

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
)
from ledger.commands.action import STEPS, Step, action

EXAMPLE = 'ledger action DOCS-TOUR-002 add "Write the tour." --dry-run'


def command(
    item: ItemName,
    step: Annotated[str, argument("STEP", f"One of {', '.join(STEPS)}.")],
    words: Annotated[
        list[str] | None,
        argument("[N TEXT]", "N: the action (not for `add`); TEXT: for `add` and `edit`."),
    ] = None,
    on: Annotated[str, option("--on", "TEXT", "What a blocked action waits for.")] = "",
    before: Annotated[int | None, option("--before", "M", "Move it before action M.")] = None,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Add, edit, complete, block, defer, open or move a next action of an item.

    Numbers stay as they are. `-` for TEXT reads standard input. An action that stands for a sprint
    is complete only by evidence.
    """
    number, text = number_and_text(words or [], has_number=step != "add")
    changed = action(
        item,
        cast("Step", step),
        number,
        text,
        on=on,
        before=before,
        dry_run=dry_run,
        ledger=ledger,
    )
    return change.report("action", changed, dry_run=dry_run, as_json=as_json)
