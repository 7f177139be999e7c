"""``ledger edit``."""

from typing import Annotated

from ledger.cli import change
from ledger.cli.application import (
    AsJson,
    DependsOn,
    DryRun,
    ItemName,
    LedgerPath,
    Owner,
    Priority,
    Status,
    option,
    text_of,
)
from ledger.commands.edit import edit
from ledger.errors import UsageError

EXAMPLE = "ledger edit DOCS-TOUR-002 --status in_progress --dry-run"


def command(
    item: ItemName,
    status: Status = None,
    title: Annotated[str, option("--title", "TEXT", "Its new title; `-` reads it.")] = "",
    priority: Priority = "",
    owner: Owner = "",
    depends_on: DependsOn = None,
    fields: Annotated[
        list[str] | None,
        option("--field", "NAME=VALUE", "Set another field, or add it."),
    ] = None,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Change an item's status, title or fields, also in the index.

    `--status done` needs evidence, as `ledger append` does; criteria that are met get their ticks.
    """
    changed = edit(
        item,
        status=status or "",
        title=text_of(title),
        priority=priority,
        owner=owner,
        depends_on=depends_on or (),
        fields=dict(map(_field, fields or ())),
        dry_run=dry_run,
        ledger=ledger,
    )
    return change.report("edit", changed, dry_run=dry_run, as_json=as_json)


def _field(given: str) -> tuple[str, str]:
    name, equals, value = given.partition("=")
    if not equals:
        raise UsageError("bad-field", f"expected NAME=VALUE, found {given[:60]!r}", "write the `=`")
    return name.strip(), text_of(value)
