"""``ledger note``."""

from typing import Annotated

from ledger.cli import change
from ledger.cli.application import (
    AsJson,
    Decided,
    DryRun,
    ItemName,
    LedgerPath,
    argument,
    option,
    text_of,
)
from ledger.commands.note import note

EXAMPLE = 'ledger note DOCS-TOUR-002 "Two newcomers asked for an example first." --dry-run'


def command(
    item: ItemName,
    text: Annotated[str, argument("[TEXT]", "What was found; `-` reads standard input.")] = "",
    decision: Decided = "",
    because: Annotated[str, option("--because", "TEXT", "Why it was decided so.")] = "",
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Record an attempt without a run: an analysis, what was learnt, or a decision.

    Its result is info. A decision is written in the words in which the sprints of a brief, and the
    actions that wait for it, find it.
    """
    written = note(
        item,
        text_of(text),
        decision=decision,
        because=because,
        dry_run=dry_run,
        ledger=ledger,
    )
    return change.report("note", written, dry_run=dry_run, as_json=as_json)
