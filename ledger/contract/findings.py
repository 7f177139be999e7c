"""Documents about rules and what they find: ``validate`` and ``explain``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Sha, Text
from ledger.rules.model import Severity

CODE = r"^LED\d{3}$"


class FindingCounts(Model):
    """Findings by severity."""

    error: int = Field(ge=0, description="Errors.")
    warning: int = Field(ge=0, description="Warnings.")


class Finding(Model):
    """One fault."""

    code: str = Field(pattern=CODE, description="The rule's stable code.")
    severity: Severity = Field(description="An error makes the exit code 1, a warning does not.")
    message: Text = Field(description="What is wrong, on one line.")
    path: Text = Field(description="The file.")
    line: int = Field(ge=1, description="The line, from 1.")
    column: int = Field(ge=1, description="The column in characters, from 1.")
    item: Text | None = Field(description="The item that it is about.")
    attempt: int | None = Field(description="The attempt that it is about.")
    fix: Text | None = Field(description="What would mend it.")
    commit: Sha | None = Field(description="With `--head`: the commit that brought it in.")


class ValidateData(Model):
    """What the rules found."""

    findings: list[Finding] = Field(description="By file, then by place.")
    counts: FindingCounts = Field(description="How many there are.")


class ValidateDocument(Document):
    """`ledger validate --json`."""

    kind: Literal["validate"] = Field(description="Which document this is.")
    data: ValidateData = Field(description="The findings.")


class Explanation(Model):
    """One rule."""

    code: str = Field(pattern=CODE, description="Its stable code.")
    name: str = Field(description="The fault in a few words, in kebab case.")
    severity: Severity = Field(description="`error` or `warning`.")
    means: str = Field(description="What it reports.")
    why: str = Field(description="Why that is a fault.")
    example: str = Field(description="Markdown that has the fault.")
    mend: str = Field(description="What to do about it.")


class ExplainData(Model):
    """The rule that was asked for, or all."""

    rules: list[Explanation] = Field(description="By code.")


class ExplainDocument(Document):
    """`ledger explain [CODE] --json`."""

    kind: Literal["explain"] = Field(description="Which document this is.")
    data: ExplainData = Field(description="The rules.")
