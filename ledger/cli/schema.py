"""``ledger schema``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, argument
from ledger.commands.schema import MODELS, schema

EXAMPLE = "ledger schema status"


def command(
    name: Annotated[str | None, argument("NAME", "The `kind` of a document.")] = None,
    as_json: AsJson = False,
) -> int:
    """Print the JSON Schema of one kind of document.

    Without NAME the kinds are listed.
    """
    if name is None and not as_json:
        output.lines(MODELS)
        return 0
    schemas = schema(name)
    if as_json:
        output.document("schema", schemas)
    else:
        output.json(schemas.schemas[0].document)
    return 0
