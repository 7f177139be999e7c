"""``ledger schema``: the JSON Schemas of what ``--json`` prints, from the commands' own models."""

import ast
import inspect
import textwrap
from importlib import import_module
from itertools import pairwise
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import ModelSchema

from ledger.errors import UsageError
from ledger.plan.model import Model

SCHEMA_VERSION: Final = 1

# Kind of document to its description and to the model of its data, as "module:Class".
MODELS: Final[dict[str, tuple[str, str]]] = {
    "status": ("`ledger status --json`.", "ledger.commands.status:Status"),
    "next": ("`ledger next --json`.", "ledger.commands.next_item:NextItem"),
    "claim": ("`ledger claim ITEM --json`.", "ledger.commands.claim:Claimed"),
    "release": ("`ledger release ITEM --json`.", "ledger.commands.change:Changed"),
    "show": (
        "`ledger show ITEM[#N] --json`, or with a brief's file for ITEM.",
        "ledger.commands.show:Shown",
    ),
    "export": ("`ledger export`.", "ledger.commands.export:Export"),
    "explain": ("`ledger explain [CODE] --json`.", "ledger.commands.explain:Explained"),
    "append": ("`ledger append ITEM RUN... --json`.", "ledger.commands.append:Appended"),
    **{
        verb: (f"`ledger {usage} --json`.", "ledger.commands.change:Changed")
        for verb, usage in {
            "add": "add TITLE",
            "edit": "edit ITEM",
            "action": "action ITEM STEP",
            "criterion": "criterion ITEM STEP",
            "note": "note ITEM TEXT",
            "close": "close ITEM",
        }.items()
    },
    "validate": ("`ledger validate --json`.", "ledger.commands.validate:Checked"),
    "verify": ("`ledger verify --json`.", "ledger.commands.verify_text:Verification"),
    "gate": (
        "`ledger gate FILE --json`, or with an item's ID for FILE.",
        "ledger.gates.model:Gate",
    ),
    "archive": ("`ledger archive [ITEM...] --json`.", "ledger.commands.archive:Archived"),
    "apply": ("`ledger apply BRIEF --json`.", "ledger.commands.apply:Applied"),
    "evidence": ("`ledger evidence RUN... --json`.", "ledger.commands.evidence:Runs"),
    "rounds": ("`ledger rounds FILE --json`.", "ledger.evidence.rounds_model:Judgement"),
    "tests": ("`ledger tests [PATTERN] --json`.", "ledger.commands.tests:TrackRecords"),
    "run": ("`ledger run ITEM --json -- COMMAND`.", "ledger.commands.run:RunOutcome"),
    "links": ("`ledger links [ITEM[#N]...] --json`.", "ledger.commands.links:Links"),
    "history": ("`ledger history --json`.", "ledger.versions.model:History"),
    "merge-driver": (
        "`ledger merge-driver --install --json`.",
        "ledger.commands.merge_driver:Installation",
    ),
    "init": ("`ledger init --json`.", "ledger.commands.init:Start"),
    "doctor": ("`ledger doctor --json`.", "ledger.commands.doctor:Diagnosis"),
    "error": (
        "What any command prints with `--json` when it fails, with exit code 1 or 2.",
        "ledger.commands.schema:Failure",
    ),
    "schema": ("`ledger schema [NAME] --json`.", "ledger.commands.schema:Schemas"),
}


class Failure(Model):
    """Why a command failed."""

    code: str
    """Stable, in kebab case."""
    message: str
    """What was expected, what was found, and where."""
    hint: str
    """What to do; may be empty."""


class NamedSchema(Model):
    """One schema and its name."""

    name: str
    """The `kind` of the documents that it describes."""
    document: dict[str, Any]
    """The JSON Schema."""


class Schemas(Model):
    """The schemas that were asked for, or all."""

    schemas: tuple[NamedSchema, ...]
    """By name, in the order of the list."""


def schema(name: str | None = None) -> Schemas:
    """The JSON Schema of one kind of document (``status``, ``error``), or of all of them. Raises
    ``UsageError`` for a kind that is none."""
    names = [*MODELS] if name is None else [name]
    return Schemas(schemas=tuple(NamedSchema(name=kind, document=describe(kind)) for kind in names))


def describe(kind: str) -> dict[str, Any]:
    """The JSON Schema of the document of ``kind``. Raises UsageError for a kind that is none."""
    if kind not in MODELS:
        raise UsageError("no-such-schema", f"no schema {kind!r}", f"there are {', '.join(MODELS)}")
    about, place = MODELS[kind]
    part = "error" if kind == "error" else "data"
    module, _, model = place.partition(":")
    described = getattr(import_module(module), model).model_json_schema(
        mode="serialization", schema_generator=_Schema
    )
    parts = described.pop("$defs", {})
    name = described["title"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": dict(sorted({**parts, name: described}.items())),
        "description": about,
        "properties": {
            "schema_version": {
                "const": SCHEMA_VERSION,
                "description": "The version of this contract. Fields may be added within a "
                "version.",
                "type": "integer",
            },
            "kind": {"const": kind, "description": "Which document this is.", "type": "string"},
            part: {"$ref": f"#/$defs/{name}"},
        },
        "required": ["schema_version", "kind", part],
        "title": f"{kind.title().replace('-', '')}Document",
        "type": "object",
    }


class _Schema(GenerateJsonSchema):
    """Fields are described by their docstrings, and have no titles that repeat their names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False

    def model_schema(self, schema: ModelSchema) -> dict[str, Any]:
        described = super().model_schema(schema)
        docstrings = _docstrings(schema["cls"])
        for name, field in described.get("properties", {}).items():
            if name in docstrings:
                field.setdefault("description", docstrings[name])
        return described


def _docstrings(model: type[object]) -> dict[str, str]:
    """The docstring below each field of a class, and of those that it inherits from."""
    docstrings: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if not issubclass(part, Model) or part is Model:
            continue
        (definition,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
        assert isinstance(definition, ast.ClassDef)
        for pair in pairwise(definition.body):
            match pair:
                case ast.AnnAssign(ast.Name(field)), ast.Expr(ast.Constant(str(below))):
                    docstrings[field] = inspect.cleandoc(below)
    return docstrings
