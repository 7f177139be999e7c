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

    Items come by status, most urgent first. On a terminal each line is cut to its width; in a
    pipe there is one line for each item: status, priority, ID and the rest, with tabs between.
    """
    found = status(ledger=ledger)
    if as_json:
        output.document("status", found)
    elif archived:
        output.lines(report.archived(found))
    elif output.is_terminal():
        report.draw(found, output.console(), every)
    else:
        output.lines(report.plain(found, every))
    return 0


def day() -> Iterator[Line | str]:
    """What ``ledger`` says without a command: the day in five lines, or how to begin."""
    try:
        yield from report.day(status())
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        yield f"{error.message}; `ledger init` starts one"
