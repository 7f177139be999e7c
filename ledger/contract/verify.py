"""The document of ``verify``."""

from __future__ import annotations

from typing import Literal

from ledger.claims.model import ClaimKind, Verdict
from ledger.contract import Document, Field, Model, Text


class Claim(Model):
    """One checkable statement, and what the evidence says to it."""

    item: Text | None = Field(description="The item's ID; null outside every item's section.")
    attempt: int | None = Field(description="The attempt; null for a completed action without one.")
    kind: ClaimKind = Field(description="What kind of statement it is.")
    text: Text = Field(description="The passage as written, on one line.")
    claimed: Text = Field(description="The value that it claims.")
    observed: Text | None = Field(description="The value that the evidence has; null where none.")
    verdict: Verdict = Field(description="`unverifiable` is neither yes nor no.")
    evidence: Text | None = Field(
        description="The file or folder that has the value, relative to the repository's top; "
        "`git`, or `arithmetic` where the statement's own numbers decide; null where there is none."
    )
    line: int = Field(ge=1, description="The line that the passage begins on.")
    reason: Text = Field(description="Why the verdict is so; empty for what is supported.")


class VerifyData(Model):
    """The claims of the entries that were asked for."""

    claims: list[Claim] = Field(description="By entry in the order of the file, then by line.")


class VerifyDocument(Document):
    """`ledger verify --json`."""

    kind: Literal["verify"] = Field(description="Which document this is.")
    data: VerifyData = Field(description="The claims.")
