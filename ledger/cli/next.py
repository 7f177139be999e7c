"""``ledger next``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, AsName, LedgerPath, flag, option
from ledger.commands.next_item import next_item
from ledger.reports import next_item as report

EXAMPLE = "ledger next --intro --since HEAD"


def command(
    owner: AsName = None,
    since: Annotated[
        str | None, option("--since", "REV", "Say what has changed since this revision.")
    ] = None,
    intro: Annotated[bool, flag("--intro", "Begin with how this plan is kept.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Say the one thing to do now, and why.

    The item comes with its next action, what its exit criteria lack, how to reproduce it and its
    newest attempt, in at most 2,000 bytes. With --intro and --since it is what a coding agent
    should read at the start of a session.
    """
    item = next_item(owner=owner, since=since, ledger=ledger)
    output.result("next", item, report.lines(item, intro=intro), as_json=as_json)
    return 0
