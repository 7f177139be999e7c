"""``ledger schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
from ledger.commands.schema import MODELS, schema
from ledger.reports import documents


def command(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The `kind` of a document.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Print the JSON Schema of one kind of document.

    Without NAME the kinds are listed.
    """
    if name is None and not as_json:
        output.write("".join(f"{kind}\n" for kind in MODELS))
        return 0
    schemas = schema(name)
    if as_json:
        output.document(documents.document("schema", schemas))
    else:
        output.document(schemas.schemas[0].document)
    return 0
