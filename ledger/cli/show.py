"""``ledger show``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.item_page import shorten
from ledger.commands.show import show
from ledger.errors import UsageError
from ledger.reports import briefs
from ledger.reports import show as report

EXAMPLE = "ledger show PARSE-SPEED-001#2"


def command(
    name: Annotated[
        str, argument("ITEM[#N]|BRIEF", "An item's ID, one of its attempts, or a brief's file.")
    ],
    sprint: Annotated[
        str | None, option("--sprint", "N", "Only this sprint of a brief, or the `deferred` one.")
    ] = None,
    run: Annotated[
        Path | None,
        option(
            "--run",
            "RUN",
            "Judge a brief's work by this run; default: the newest that its item cites.",
        ),
    ] = None,
    last: Annotated[
        int | None, option("--last", "N", "Show the last N attempts of an item.", min=1)
    ] = None,
    actions: Annotated[
        str | None, option("--actions", "WHICH", "Show an item's `open` actions, or `all`.")
    ] = None,
    full: Annotated[bool, flag("--full", "Show all of an item, not just a page.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show one item, one attempt whole, or a brief and where its work stands.

    The case of ITEM does not matter, and it may be in brackets. An item comes with its
    fields, its last attempts, its open actions and its exit criteria, on one page; an attempt with
    its text, the files that it cites and the commits that have to do with it. What lies in the
    archive is found there. A brief comes with its baseline, what is in the way, its decisions,
    sprints and rerun; `ledger gate` tells why a criterion is not met.
    """
    if actions not in (None, "open", "all"):
        raise UsageError("usage", f"--actions {actions}: expected open or all")
    with output.progress("reading versions") as tell:
        shown = show(name, sprint=sprint, run=run, ledger=ledger, progress=tell)
    if shown.items and not full:
        shown = shorten(shown, last, every_action=actions == "all")
    lines = briefs.lines(shown.brief) if shown.brief else report.lines(shown)
    output.result("show", shown, lines, as_json=as_json)
    return 0
