"""``ledger status``."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger import rules
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import read as opening
from ledger.commands import validate
from ledger.commands.read import Opened
from ledger.commands.status import count, summarize
from ledger.reports import status as report
from ledger.rules import Facts
from ledger.rules.model import Finding


def command(
    ledger: LedgerPath = None,
    every: Annotated[
        bool, typer.Option("--all", help="List finished items too, and pending ones in full.")
    ] = False,
    archived: Annotated[
        bool, typer.Option("--archived", help="List what lies in the archive instead.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show where each item stands, what is blocked and what is next.

    Items come by status, most urgent first. On a terminal each line is cut to its width; in a
    pipe there is one line for each item: status, priority, ID and the rest, with tabs between.
    """
    opened = opening.open_ledger(ledger)
    status = summarize(opened.ledger, opened.path, count(_findings(opened)))
    if any(item.archived for item in opened.ledger.items):
        from ledger.commands import archive as archiving  # for those who have archived anything

        status = status._replace(archived=tuple(archiving.parts(opened.config, opened.ledger)))
    if archived and not as_json:
        from ledger.reports import archive

        output.lines(archive.listed(status.archived, opened.path, opened.config.partner))
    elif as_json:
        from ledger.reports import documents

        output.document(documents.document("status", status))
    elif output.is_terminal():
        report.draw(status, output.console(), every)
    else:
        output.write("".join(f"{line}\n" for line in report.plain(status, every)))
    return 0


def _findings(opened: Opened) -> list[Finding]:
    """What the rules say about the text alone: a look at every cited file takes longer than all
    the rest of this command."""
    settings = opened.config
    facts = Facts(opened.path, validate.today(), max_lines=settings.max_lines)
    return rules.check(opened.ledger, facts, settings.ignore)
