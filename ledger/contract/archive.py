"""The document of ``archive``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text


class ArchivedPart(Model):
    """Something of an item that lies in the archive, or lay there: all of the item but its
    heading, or attempts that stood next to each other."""

    item: Text = Field(description="The item.")
    is_item: bool = Field(description="Whether it is all of the item.")
    attempts: int = Field(ge=0, description="How many attempts.")
    numbers: list[tuple[int, int]] = Field(
        description="Their numbers: the first and last of each run."
    )
    lines: int = Field(ge=0, description="How many lines.")
    line: int = Field(ge=1, description="Where the ledger points to it, or did.")
    archive_line: int | None = Field(
        description="Where it begins in the archive. Null: the archive does not hold it."
    )


class HeldItem(Model):
    """An item that stays."""

    item: Text = Field(description="The item.")
    line: int = Field(ge=1, description="Where it stands.")
    why: Text = Field(description="The reason.")


class ArchiveData(Model):
    """What was moved to the archive or back, or with `--dry-run` would be."""

    action: Literal["archive", "restore", "once"] = Field(
        description="What was done. `once`: what the archive had twice was taken out of it."
    )
    path: Text = Field(description="The ledger, relative to the top of its repository.")
    archive: Text = Field(description="Its archive, likewise.")
    before: int = Field(ge=0, description="Lines of the ledger before.")
    after: int = Field(ge=0, description="Lines of the ledger afterwards.")
    parts: list[ArchivedPart] = Field(description="What was moved.")
    held: list[HeldItem] = Field(description="Items that stay, and why.")
    diff: Text = Field(description="The change of both files as a unified diff.")


class ArchiveDocument(Document):
    """`ledger archive [ITEM...] --json`."""

    kind: Literal["archive"] = Field(description="Which document this is.")
    data: ArchiveData = Field(description="What was moved.")
