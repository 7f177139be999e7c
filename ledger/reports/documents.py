"""The JSON documents that ``--json`` prints, and their schemas.

``document(kind, data)`` puts a model into its envelope. The models are those that the commands
return; nothing is declared here a second time.
"""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from ledger import contract
from ledger.errors import LedgerError, UsageError
from ledger.plan.model import Model

SCHEMA_VERSION: Final = 1

# Kind of document to its description and to the model of its data, as "module:Class".
MODELS: Final[dict[str, tuple[str, str]]] = {
    "status": ("`ledger status --json`.", "ledger.commands.status:Status"),
    "export": ("`ledger export`.", "ledger.commands.export:Export"),
    "show": ("`ledger show ITEM[#N] --json`.", "ledger.commands.show:Shown"),
    "validate": ("`ledger validate --json`.", "ledger.commands.validate:Checked"),
    "explain": ("`ledger explain [CODE] --json`.", "ledger.commands.explain:Explained"),
    "archive": ("`ledger archive [ITEM...] --json`.", "ledger.commands.archive:Archived"),
    "doctor": ("`ledger doctor --json`.", "ledger.commands.doctor:Diagnosis"),
    "append": ("`ledger append ITEM RUN... --json`.", "ledger.commands.append:Appended"),
    "links": ("`ledger links [ITEM[#N]...] --json`.", "ledger.commands.links:Links"),
    "run": ("`ledger run ITEM --json -- COMMAND`.", "ledger.commands.run:RunOutcome"),
    "apply": ("`ledger apply BRIEF --json`.", "ledger.commands.apply:Applied"),
    "gate": (
        "`ledger gate FILE --json`, or with an item's ID for FILE.",
        "ledger.gates.model:Gate",
    ),
    "verify": ("`ledger verify --json`.", "ledger.commands.verify:Verification"),
    "evidence": ("`ledger evidence RUN... --json`.", "ledger.commands.evidence:Runs"),
    "rounds": ("`ledger rounds FILE --json`.", "ledger.evidence.rounds_model:Judgement"),
    "history": ("`ledger history --json`.", "ledger.versions.model:History"),
}
KINDS: Final = tuple(dict.fromkeys((*contract.KINDS, *MODELS)))

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def document(kind: str, data: Model | Any) -> dict[str, Any]:
    """The document of ``kind`` with ``data``, ready for ``dumps``."""
    if kind not in MODELS:
        return contract.document(kind, data)
    return {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "data": data.model_dump(mode="json"),
    }


def error(failure: LedgerError) -> dict[str, Any]:
    """The document that stands in the place of a command's when the command fails."""
    said = {"code": failure.code, "message": failure.message, "hint": failure.hint}
    return {"schema_version": SCHEMA_VERSION, "kind": "error", "error": said}


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of the document of ``kind``. Raises UsageError for a kind that is none."""
    if kind not in KINDS:
        raise UsageError("no-such-schema", f"no schema {kind!r}", f"there are {', '.join(KINDS)}")
    if kind not in MODELS:
        return contract.schema(kind)
    told, place = MODELS[kind]
    described = _model(place).model_json_schema(mode="serialization", schema_generator=_Schema)
    parts = described.pop("$defs", {})
    name = described["title"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted({**parts, name: described}.items())),
        "description": told,
        "properties": {
            "schema_version": {
                "const": SCHEMA_VERSION,
                "description": "The version of this contract. Fields may be added within a "
                "version.",
                "type": "integer",
            },
            "kind": {
                "const": kind,
                "description": "Which document this is.",
                "type": "string",
            },
            "data": {"$ref": f"#/$defs/{name}"},
        },
        "required": ["schema_version", "kind", "data"],
        "title": f"{kind.title().replace('-', '')}Document",
        "type": "object",
    }


class _Schema(GenerateJsonSchema):
    """Without a title for each field that repeats the field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


def _model(place: str) -> type[BaseModel]:
    module, _, name = place.partition(":")
    found: type[BaseModel] = getattr(import_module(module), name)
    return found


def dumps(value: object) -> str:
    """``value`` as indented JSON in plain UTF-8, ending in a newline; a surrogate, which UTF-8
    cannot hold, becomes U+FFFD."""
    return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False, indent=2)) + "\n"
