"""``ledger status``."""

from collections.abc import Iterator
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.status import status
from ledger.errors import UsageError
from ledger.reports import Line
from ledger.reports import status as report

EXAMPLE = "ledger status --ready --limit 3"


def command(
    name: Annotated[
        str | None, argument("[TEXT]", "Only items with this in their ID or title.")
    ] = None,
    ready: Annotated[
        bool, flag("--ready", "Only items that can be taken up, the next one first.")
    ] = False,
    blocked: Annotated[
        bool, flag("--blocked", "Only unfinished items that something holds back.")
    ] = False,
    owner: Annotated[str | None, option("--owner", "NAME", "Only items of this owner.")] = None,
    priority: Annotated[
        str | None, option("--priority", "WORD", "Only items of this priority: high is also P1.")
    ] = None,
    with_status: Annotated[
        str | None, option("--status", "WORD", "Only items with this status.")
    ] = None,
    limit: Annotated[int | None, option("--limit", "N", "At most this many items.", min=1)] = None,
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
    summary = status(
        name,
        ready=ready,
        blocked=blocked,
        owner=owner,
        priority=priority,
        with_status=with_status,
        limit=limit,
        ledger=ledger,
    )
    every = every or name is not None or with_status is not None
    if as_json:
        output.document("status", summary)
    elif archived:
        output.lines(report.archived(summary))
    else:
        output.lines(report.lines(summary, every, ready=ready))
    return 0


def day() -> Iterator[Line | str]:
    """What ``ledger`` says without a command: the day in five lines, or how to begin."""
    try:
        yield from report.day(status())
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        yield f"{error.message}; `ledger init` starts one"
