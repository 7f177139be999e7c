"""``ledger show``."""

from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath
from ledger.commands.show import show
from ledger.reports import show as report


def command(
    name: Annotated[
        str, typer.Argument(metavar="ITEM[#N]", help="An item's ID, or one of its attempts.")
    ],
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show one item, or one attempt whole.

    The case of ITEM does not matter, and it may stand in brackets. An item comes with its
    fields, a line for each attempt, its open actions and its exit criteria; an attempt with
    its text, the files that it cites and the commits that have to do with it. What lies in the
    archive is found there.
    """
    with output.progress("reading versions") as tell:
        shown = show(name, ledger=ledger, progress=tell)
    output.result("show", shown, report.lines(shown), as_json=as_json)
    return 0
