"""The document of ``append``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.plan.model import Result


class AppendData(Model):
    """What was written, or with `--dry-run` would be."""

    path: Text = Field(description="The ledger, relative to the top of its repository.")
    item: Text = Field(description="The item.")
    number: int | None = Field(
        ge=1, description="The new attempt's number; null in a dialect without numbers."
    )
    line: int = Field(ge=1, description="The line that it stands on.")
    result: Result = Field(description="Its result in one of six words.")
    metrics: Text = Field(description="Its metrics as written.")
    diff: Text = Field(description="The whole change as a unified diff.")
    notes: list[Text] = Field(description="What is odd about the run, each in one line.")


class AppendDocument(Document):
    """`ledger append ITEM RUN... --json`."""

    kind: Literal["append"] = Field(description="Which document this is.")
    data: AppendData = Field(description="The change.")
