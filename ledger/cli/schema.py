"""``ledger schema``."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
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
    if as_json:
        names = documents.KINDS if name is None else [name]
        schemas = [{"name": kind, "document": documents.schema(kind)} for kind in names]
        output.document(documents.document("schema", {"schemas": schemas}))
    elif name is None:
        output.write("".join(f"{kind}\n" for kind in documents.KINDS))
    else:
        output.document(documents.schema(name))
    return 0
