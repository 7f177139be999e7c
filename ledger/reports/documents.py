"""The JSON documents that ``--json`` prints: the model that a command returns, in an envelope."""

import json
import re
from typing import Any, Final

from ledger.commands.schema import SCHEMA_VERSION, Failure
from ledger.errors import LedgerError
from ledger.plan.model import Model

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def document(kind: str, data: Model) -> dict[str, Any]:
    """The document of ``kind`` with ``data``, ready for ``dumps``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "data": data.model_dump(mode="json"),
    }


def error(failure: LedgerError) -> dict[str, Any]:
    """The document that stands in the place of a command's when the command fails."""
    data = Failure(code=failure.code, message=failure.message, hint=failure.hint)
    return {"schema_version": SCHEMA_VERSION, "kind": "error", "error": data.model_dump()}


def dumps(value: object) -> str:
    """``value`` as indented JSON in plain UTF-8, ending in a newline; a surrogate, which UTF-8
    cannot hold, becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
