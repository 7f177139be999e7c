"""``ledger export``."""

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath
from ledger.commands.export import export

EXAMPLE = "ledger export"


def command(
    ledger: LedgerPath = None,
    as_json: AsJson = False,  # noqa: ARG001 - accepted as everywhere; it is JSON anyway
) -> int:
    """Print the whole typed ledger as JSON."""
    output.document("export", export(ledger=ledger))
    return 0
