"""The document of ``gate``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.gates.model import ReferenceState, Verdict


class JudgedCriterion(Model):
    """One criterion and its verdict."""

    section: Text = Field(description="What it belongs to, as the document calls it.")
    text: Text = Field(description="As written, without its tick and its check.")
    verdict: Verdict = Field(description="`unknown` is neither yes nor no.")
    claimed: bool | None = Field(
        description="Whether a tick stands before it; null where it claims nothing."
    )
    optional: bool = Field(description="Whether it is left out of the verdict on the whole.")
    check: Text = Field(description="What was judged, in code form; empty where nothing could be.")
    reason: Text = Field(description="Why the verdict is so.")
    evidence: list[Text] = Field(
        description="The files that tell, relative to the repository's top, with a line behind a "
        "colon where they have one."
    )
    line: int = Field(ge=1, description="The line of the document that it stands on.")


class CrossReference(Model):
    """Where a cross-reference of the brief leads."""

    label: Text = Field(description="What the brief calls it.")
    path: Text = Field(description="The path as written, without the section behind it.")
    state: ReferenceState = Field(
        description="`found`: the work tree has it; `tracked`: only git has."
    )
    line: int = Field(ge=1, description="Its line.")


class DamagedLine(Model):
    """A line whose characters were damaged; it was read as it was meant."""

    line: int = Field(ge=1, description="The line.")
    text: Text = Field(description="The line as it stands.")
    lost: int = Field(ge=0, description="How many marks cannot be told any more.")


class GateData(Model):
    """The verdict on a brief, one of its sprints, or an item's exit criteria."""

    path: Text = Field(description="The brief, or the ledger, relative to the repository's top.")
    item: Text | None = Field(description="The item; null where the brief names none.")
    sprint: Text | None = Field(description="The sprint that was asked about; null for all.")
    stamp: Text | None = Field(description="What placeholders were filled with; null for nothing.")
    run: Text | None = Field(description="The run that counts, rates and times were taken from.")
    baseline: Text | None = Field(description="The run that it was compared with.")
    verdict: Verdict = Field(
        description="`met` where every criterion that is not optional is met, `unmet` where one of "
        "them is unmet, else `unknown`."
    )
    criteria: list[JudgedCriterion] = Field(description="In the order of the document.")
    references: list[CrossReference] = Field(description="The brief's cross-references.")
    damage: list[DamagedLine] = Field(description="The brief's damaged lines.")


class GateDocument(Document):
    """`ledger gate FILE --json`, or with an item's ID for FILE."""

    kind: Literal["gate"] = Field(description="Which document this is.")
    data: GateData = Field(description="The verdict.")
