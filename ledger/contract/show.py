"""The document of ``show``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model
from ledger.contract.links import Links
from ledger.contract.plan import About, Attempt, Item


class ShowData(Model):
    """One item, or one attempt. Lists, because a ledger can hold two by the same name."""

    ledger: About = Field(description="The file itself.")
    items: list[Item] = Field(description="For `ITEM`: its sections. Empty for `ITEM#N`.")
    attempts: list[Attempt] = Field(description="For `ITEM#N`: the attempts with this number.")
    links: Links = Field(description="What the attempts point at; for `ITEM` without commits.")


class ShowDocument(Document):
    """`ledger show ITEM[#N] --json`."""

    kind: Literal["show"] = Field(description="Which document this is.")
    data: ShowData = Field(description="What was asked for.")
