"""Documents for machines: ``error`` and ``schema``."""

from __future__ import annotations

from typing import Any, Literal

from ledger.contract import Document, Field, Model, Text


class ErrorData(Model):
    """Why a command failed."""

    code: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable, in kebab case.")
    message: Text = Field(description="What was expected, what was found, and where.")
    hint: Text = Field(description="What to do; may be empty.")


class ErrorDocument(Document):
    """What any command prints with `--json` when it fails, with exit code 1 or 2."""

    kind: Literal["error"] = Field(description="Which document this is.")
    error: ErrorData = Field(description="The failure.")


class NamedSchema(Model):
    """One schema and its name."""

    name: str = Field(description="The `kind` of the documents that it describes.")
    document: dict[str, Any] = Field(description="The JSON Schema.")


class SchemaData(Model):
    """The schemas that were asked for, or all."""

    schemas: list[NamedSchema] = Field(description="By name, in the order of the list.")


class SchemaDocument(Document):
    """`ledger schema [NAME] --json`."""

    kind: Literal["schema"] = Field(description="Which document this is.")
    data: SchemaData = Field(description="The schemas.")
