"""The document of ``init``."""

from __future__ import annotations

from typing import Literal

from ledger.commands.init.steps import Offer, State
from ledger.contract import Document, Field, Model, Text


class StartStep(Model):
    """One part of a start."""

    about: Literal["plan", "configuration"] | Offer = Field(
        description="The fix plan, its configuration, or one of the offers."
    )
    state: State = Field(
        description="`added` now, `there` already, `offered` and not asked for, or `left` undone "
        "although it was."
    )
    place: Text = Field(description="The file, or git's settings; empty where nothing was done.")
    said: Text = Field(description="What it is, or why it was left.")
    text: Text = Field(description="The lines that were put into the file; empty for none.")
    hint: Text = Field(description="What to do where it was left; empty for nothing.")


class InitData(Model):
    """What there is after a start."""

    path: Text = Field(description="The fix plan, relative to the top of its repository.")
    is_new: bool = Field(description="Whether this run wrote it.")
    dialect: Text = Field(description="How it is written.")
    why: list[Text] = Field(description="What shows that, one line for each dialect in it.")
    items: int = Field(ge=0, description="How many it has.")
    attempts: int = Field(ge=0, description="How many it records.")
    unread: int = Field(ge=0, description="Lines that look like entries and could not be read.")
    item: Text | None = Field(description="An unfinished item, the first; null for none.")
    steps: list[StartStep] = Field(description="In the order in which they were made.")


class InitDocument(Document):
    """`ledger init --json`."""

    kind: Literal["init"] = Field(description="Which document this is.")
    data: InitData = Field(description="The start.")
