"""The document of ``merge-driver``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text


class InstallStep(Model):
    """One thing that git needs to merge fix plans through the driver."""

    place: Text = Field(description="The file, or `git config`.")
    text: Text = Field(description="The line, or the setting and its value.")
    is_new: bool = Field(description="Whether this run put it there.")


class MergeDriverData(Model):
    """What the installation consists of."""

    path: Text = Field(description="The ledger, relative to the top of its repository.")
    steps: list[InstallStep] = Field(description="In the order in which they were made.")


class MergeDriverDocument(Document):
    """`ledger merge-driver --install --json`."""

    kind: Literal["merge-driver"] = Field(description="Which document this is.")
    data: MergeDriverData = Field(description="The installation.")
