"""``ledger status``."""

from collections.abc import Iterator
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, flag
from ledger.commands.status import status
from ledger.errors import UsageError
from ledger.reports import Line
from ledger.reports import status as report

EXAMPLE = "ledger status --all"


def command(
    ledger: LedgerPath = None,
    every: Annotated[
        bool, flag("--all", "List finished items too, and pending ones in full.")
    ] = False,
    archived: Annotated[bool, flag("--archived", "List what lies in the archive instead.")] = False,
    as_json: AsJson = False,
) -> int:
    """Show where each item stands, what is blocked and what is next.

    What to do next comes first. Items come by status, most urgent first; lines are cut to the
    width of the terminal, in a pipe to 80 columns.
    """
    found = status(ledger=ledger)
    if as_json:
        output.document("status", found)
    elif archived:
        output.lines(report.archived(found))
    else:
        output.lines(report.lines(found, every))
    return 0


def day() -> Iterator[Line | str]:
    """What ``ledger`` says without a command: the day in five lines, or how to begin."""
    try:
        yield from report.day(status())
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        yield f"{error.message}; `ledger init` starts one"
