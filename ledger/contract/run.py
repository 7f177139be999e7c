"""The document of ``run``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.contract.append import AppendData


class RunData(Model):
    """What was executed, and where its bundle is."""

    path: Text = Field(description="The bundle, relative to the top of the repository.")
    item: Text = Field(description="The item, as given.")
    command: Text = Field(description="The command, without the values of secrets.")
    stamp: Text = Field(description="The stamp of the run.")
    state: Literal["ended", "timeout", "interrupted"] = Field(
        description="Whether the command ended by itself."
    )
    reason: Text = Field(description="Why it did not; empty where it did.")
    exit_code: int | None = Field(
        description="The exit code, 124 for a timeout; of several rounds that of the last that "
        "failed. Null where none came to its end."
    )
    duration_s: float = Field(description="Seconds that the last try took; of rounds, all.")
    peak_rss_bytes: int | None = Field(
        description="Peak memory of the largest process; null where that needed less than can be "
        "told."
    )
    passes: int = Field(ge=0, description="Rounds that passed.")
    rounds: int = Field(ge=1, description="Rounds that were wanted.")
    first_try_passes: int = Field(ge=0, description="Rounds that passed without a retry.")
    retried: list[Text] = Field(description="How each try ended that was tried again.")
    verdict: list[Text] = Field(
        description="What several rounds came to, in sentences; empty for one round."
    )
    recorded: AppendData | None = Field(description="The attempt; null where none was written.")


class RunDocument(Document):
    """`ledger run ITEM --json -- COMMAND`."""

    kind: Literal["run"] = Field(description="Which document this is.")
    data: RunData = Field(description="The run.")
