"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

LedgerPath = Annotated[
    Path | None,
    typer.Option("--ledger", metavar="PATH", help="The fix plan, instead of the configured one."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the change as a diff; write nothing.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
