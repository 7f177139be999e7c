"""The document of ``apply``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.gates.model import UpdateKind


class AppliedUpdate(Model):
    """One of the brief's updates, and what became of it."""

    kind: UpdateKind = Field(
        description="An `attempt` to append, an action to `rewrite` or to `add`."
    )
    number: int = Field(ge=0, description="The attempt's or the action's.")
    outcome: Literal["applied", "held"] = Field(
        description="`held`: the fix plan had it already, and it was left alone."
    )
    line: int = Field(ge=0, description="Where it stands in the fix plan afterwards.")
    brief_line: int = Field(ge=1, description="Where the brief has it.")


class ApplyData(Model):
    """What was written, or with `--dry-run` would be."""

    path: Text = Field(description="The fix plan, relative to the top of its repository.")
    brief: Text = Field(description="The brief, as it was named.")
    item: Text = Field(description="The item.")
    updates: list[AppliedUpdate] = Field(description="In the order of the brief.")
    diff: Text = Field(description="The whole change as a unified diff; empty for none.")


class ApplyDocument(Document):
    """`ledger apply BRIEF --json`."""

    kind: Literal["apply"] = Field(description="Which document this is.")
    data: ApplyData = Field(description="The change.")
