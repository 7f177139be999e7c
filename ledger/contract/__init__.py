"""The JSON documents that ``--json`` prints, and their schemas.

``document(kind, value)`` turns a value of the core into the document of that kind, checked
against its model. The models are in the modules of this package, one for each kind of thing;
this is the only module that imports pydantic.
"""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ledger.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from pydantic.json_schema import GenerateJsonSchema

SCHEMA_VERSION: Final = 1

# Kind of document to the module of this package that describes it, in ``<Kind>Document``.
KINDS: Final[dict[str, str]] = {
    "merge-driver": "merge_driver",
    "init": "init",
    "error": "machine",
    "schema": "machine",
}

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def _whole(value: object) -> object:
    """Bytes of a file that were not UTF-8, which JSON cannot carry, become U+FFFD."""
    if isinstance(value, str) and not value.isascii():
        return _SURROGATE.sub("\ufffd", value)
    return value


Text = Annotated[str, BeforeValidator(_whole)]
"""A string that comes from a file, a run or the command line."""


def _named(commit: object) -> object:
    return getattr(commit, "sha", commit)


Sha = Annotated[str, BeforeValidator(_named), Field(pattern=r"^[0-9a-f]{40,64}$")]
"""A commit, by its full name."""


class Model(BaseModel):
    """A part of a document, made from the attributes of the core's classes."""

    model_config = ConfigDict(from_attributes=True, frozen=True, defer_build=True)


class Document(Model):
    """What every document of a command has in common."""

    schema_version: Literal[1] = Field(
        description="The version of this contract. Fields may be added within a version."
    )


def document(kind: str, value: object) -> dict[str, Any]:
    """The JSON document of ``kind`` with ``value`` as its data, ready for ``json.dumps``."""
    envelope = {"schema_version": SCHEMA_VERSION, "kind": kind, "data": value}
    return _model(kind).model_validate(envelope).model_dump(mode="json")


def error(failure: LedgerError) -> dict[str, Any]:
    """The document that stands in the place of a command's when the command fails."""
    envelope = {"schema_version": SCHEMA_VERSION, "kind": "error", "error": failure}
    return _model("error").model_validate(envelope).model_dump(mode="json")


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of the document of ``kind``. Raises UsageError for a kind that is none."""
    if kind not in KINDS:
        raise UsageError("no-such-schema", f"no schema {kind!r}", f"there are {', '.join(KINDS)}")
    described = _model(kind).model_json_schema(
        mode="serialization", schema_generator=_without_titles()
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def _without_titles() -> type[GenerateJsonSchema]:
    from pydantic.json_schema import GenerateJsonSchema  # documents do not need it

    class Schema(GenerateJsonSchema):
        """Without a title for each field that repeats the field's name."""

        def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
            return False

    return Schema


def _model(kind: str) -> type[Document]:
    module = import_module(f"{__name__}.{KINDS[kind]}")
    found: type[Document] = getattr(module, f"{kind.title().replace('-', '')}Document")
    return found


__all__ = ["KINDS", "Document", "Field", "Model", "Sha", "Text", "document", "error", "schema"]
