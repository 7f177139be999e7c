"""``ledger show``."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import output, progress
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import links as linking
from ledger.commands import read as opening
from ledger.commands.read import about
from ledger.plan import selectors
from ledger.reports import show as report
from ledger.reports.lines import Line


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
    wanted = selectors.parse(name)
    opened = opening.open_holding(ledger, wanted)
    items = selectors.items(opened.ledger, wanted.item)
    ids = {item.id for item in items}
    attempts = selectors.attempts(opened.ledger, wanted)
    is_item = wanted.number is None
    with progress.shown("reading versions") as tell:
        links = linking.link(
            opened.config, opened.ledger, attempts, None, tell, artifacts_only=is_item
        )
    if as_json:
        from ledger.reports import documents

        data = {
            "ledger": about(opened.ledger, opened.path),
            "items": items if is_item else [],
            "attempts": [] if is_item else attempts,
            "links": links,
        }
        output.document(documents.document("show", data))
        return 0
    if is_item:
        shown = [list(report.item(opened.ledger, item, opened.path)) for item in items]
        shown[-1] += report.cited(items[0], links)
        from ledger.commands import archive as archiving

        moved = [one for one in archiving.parts(opened.config, opened.ledger) if one.item in ids]
        shown[-1] += report.archived(moved, opened.config.partner)
    else:
        shown = [list(report.attempt(one, opened.path)) for one in attempts]
        shown[-1] += report.pointed(links)
    blank = [Line("")]
    output.lines(
        line for part in shown for line in [*(blank if part is not shown[0] else []), *part]
    )
    return 0
