"""``ledger export``."""

from __future__ import annotations

from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import read as opening
from ledger.commands.status import about
from ledger.plan import reader
from ledger.reports import documents


def command(
    ledger: LedgerPath = None,
    as_json: AsJson = False,  # noqa: ARG001 - accepted as everywhere; it is JSON anyway
) -> int:
    """Print the whole typed ledger as JSON."""
    opened = opening.open_ledger(ledger)
    read = opened.ledger
    data = {
        "ledger": about(read, opened.path),
        "index": read.index,
        "items": read.items,
        "loose": read.loose,
        "unread": read.unread,
        "headings": read.headings,
        "recognition": reader.recognise(read.text, opened.config.own),
    }
    output.document(documents.document("export", data))
    return 0
