"""``ledger add``."""

from typing import Annotated

from ledger.cli import change
from ledger.cli.application import (
    AsJson,
    DependsOn,
    DryRun,
    LedgerPath,
    Owner,
    Priority,
    argument,
    option,
    text_of,
)
from ledger.commands.add import add

EXAMPLE = 'ledger add "Read empty files" --priority High --dry-run'


def command(
    title: Annotated[str, argument("TITLE", "What is to be done, in a few words; `-` reads it.")],
    name: Annotated[str, option("--id", "ID", "Its ID; default: one in the plan's style.")] = "",
    priority: Priority = "",
    owner: Owner = "",
    depends_on: DependsOn = None,
    criteria: Annotated[
        list[str] | None, option("--criterion", "TEXT", "What must hold when it is done.")
    ] = None,
    actions: Annotated[list[str] | None, option("--action", "TEXT", "What is next.")] = None,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Add an item, with its row of the index, in the style of its neighbours.

    Nothing is written that `ledger validate` would refuse.
    """
    changed = add(
        text_of(title),
        name=name,
        priority=priority,
        owner=owner,
        depends_on=depends_on or (),
        criteria=[text_of(criterion) for criterion in criteria or ()],
        actions=[text_of(action) for action in actions or ()],
        dry_run=dry_run,
        ledger=ledger,
    )
    return change.report("add", changed, dry_run=dry_run, as_json=as_json)
