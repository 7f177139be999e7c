"""The document of ``export``: all that a ledger holds."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.plan.model import ActionState, ItemStatus, Result, Source

DATE = r"^\d{4}-\d{2}-\d{2}$"
STAMP = r"^\d{8}T\d{6}Z$"


class Span(Model):
    """A place in the file."""

    start_line: int = Field(ge=1, description="First line, from 1.")
    end_line: int = Field(ge=0, description="Last line, included.")
    start_byte: int = Field(ge=0, description="Offset of the first byte.")
    end_byte: int = Field(ge=0, description="Offset after the last byte.")


class About(Model):
    """The file itself."""

    path: Text = Field(description="The file, relative to the top of its repository.")
    dialect: str = Field(description="The way in which the fix plan is written.")
    bytes: int = Field(ge=0, description="Size in bytes.")
    lines: int = Field(ge=0, description="Number of lines.")
    last_updated: Text | None = Field(description="What its `Last Updated` line says.")


class PlanField(Model):
    """One `- Name: value` line of an item."""

    name: Text = Field(
        description="The name without emphasis; the usual one for one of the project's own."
    )
    value: Text = Field(description="What follows the colon on the same line.")
    span: Span = Field(description="The line with all that is nested below it.")


class Artifact(Model):
    """One citation of a file or folder."""

    raw: Text = Field(description="As written.")
    paths: list[Text] = Field(description="The paths that its braces stand for, not resolved.")
    line: int = Field(ge=1, description="The line that it stands on.")


class Attempt(Model):
    """One recorded try at an item."""

    item: Text | None = Field(description="The item's ID; null outside every item's section.")
    number: int | None = Field(description="Its number; null for a dated entry without one.")
    date: str | None = Field(pattern=DATE, description="ISO date.")
    stamp: str | None = Field(pattern=STAMP, description="The name of the run's folder.")
    result: Result = Field(description="The result in one of six words.")
    result_text: Text = Field(description="The result as written.")
    summary: Text = Field(description="What follows the result on the first line.")
    metrics: Text | None = Field(description="What follows `Metrics:`.")
    artifacts: list[Artifact] = Field(description="The files and folders that it cites.")
    commits: list[str] = Field(description="The commits that it names, as written.")
    source: Source = Field(
        description="`history`, or `action` where only a completed action tells of it."
    )
    text: Text = Field(description="The whole entry, without its bullet.")
    span: Span = Field(description="Where it stands.")


class Action(Model):
    """One next action of an item."""

    number: int | None = Field(description="Its number; null for a bullet without one.")
    state: ActionState = Field(description="The state in one of eight words.")
    state_text: Text = Field(description="The state as written, empty where none is.")
    attempt: int | None = Field(description="The attempt that its state names.")
    stamp: str | None = Field(pattern=STAMP, description="The stamp that its state names.")
    text: Text = Field(description="What is to be done.")
    span: Span = Field(description="Where it stands.")


class Criterion(Model):
    """One exit criterion of an item."""

    text: Text = Field(description="As written.")
    ticked: bool | None = Field(
        description="What the text claims: true for a tick, false for an empty box, else null."
    )
    span: Span = Field(description="Where it stands.")


class Pointer(Model):
    """The line that stands where something was before it was moved to the archive."""

    is_item: bool = Field(description="Whether it was all of the item but its heading.")
    attempts: int = Field(ge=0, description="How many attempts went with it.")
    ranges: list[tuple[int, int]] = Field(
        description="Their numbers: the first and last of each run."
    )
    lines: int = Field(ge=0, description="How many lines it had.")
    key: str = Field(description="What names it in the archive, behind `archived-`.")
    span: Span = Field(description="The line.")


class Item(Model):
    """One entry with an ID, a status and a priority."""

    id: Text = Field(description="The ID, with plain hyphens.")
    title: Text = Field(description="What follows the ID in the heading.")
    priority: Text | None = Field(description="The first word of the priority, in lower case.")
    priority_text: Text = Field(description="The priority as written.")
    status: ItemStatus = Field(description="The status in one of six words.")
    status_text: Text = Field(description="The status as written.")
    fields: list[PlanField] = Field(description="All `- Name: value` lines, in order.")
    attempts: list[Attempt] = Field(description="The attempts, in the order of the file.")
    actions: list[Action] = Field(description="The next actions, in the order of the file.")
    criteria: list[Criterion] = Field(description="The exit criteria, in the order of the file.")
    span: Span = Field(description="The item's section.")
    dialect: str = Field(description="The way in which it is written.")
    is_named: bool = Field(
        description="Whether the file gives it its ID; else one was made from its words."
    )
    archived: list[Pointer] = Field(description="Lines that stand for what lies in the archive.")


class IndexRow(Model):
    """One line of the index."""

    id: Text = Field(description="The ID that it names.")
    title: Text = Field(description="Its title.")
    priority_text: Text = Field(description="Its priority as written.")
    status: ItemStatus = Field(description="The status in one of six words.")
    status_text: Text = Field(description="The status as written.")
    span: Span = Field(description="Where it stands.")


class Unread(Model):
    """A line that looks like a part of the plan and was not read as one."""

    kind: Literal["attempt", "item", "action", "index"] = Field(description="What it looks like.")
    line: int = Field(ge=1, description="The line.")
    text: Text = Field(description="Its text, up to 200 characters.")
    reason: str = Field(description="Why it was not read.")


class Heading(Model):
    """A heading that is no item, and what stands below it apart from items."""

    title: Text = Field(description="Its text.")
    level: int = Field(ge=0, description="1 to 6; 0 for what stands before the first one.")
    dialect: str = Field(description="The way in which what is below it is written.")
    priority: Text | None = Field(description="The priority that it says.")
    status: ItemStatus | None = Field(description="The status that it says.")
    status_text: Text = Field(description="The status as written.")
    dates: list[str] = Field(description="Every date in it, and in the text below it.")
    fields: list[PlanField] = Field(description="Paragraphs and bullets that open with a label.")
    criteria: list[Criterion] = Field(description="What it lists as criteria.")
    span: Span = Field(description="From it to the next heading.")


class Sign(Model):
    """What shows in which dialect a section is written."""

    dialect: str = Field(description="The dialect.")
    line: int = Field(ge=1, description="The first line that shows it.")
    count: int = Field(ge=1, description="How many lines do.")
    reason: Text = Field(description="What it is.")


class Recognition(Model):
    """Which dialect the file is written in, and why. A section without a sign is read as those
    above it, or as most of the file."""

    dialect: str = Field(description="The one that most of the file is written in.")
    is_pinned: bool = Field(description="Whether `[tool.ledger] dialect` says so.")
    signs: list[Sign] = Field(description="Section by section; empty for a file that shows none.")


class ExportData(Model):
    """The whole typed ledger."""

    ledger: About = Field(description="The file itself.")
    index: list[IndexRow] = Field(description="The lines of the index.")
    items: list[Item] = Field(description="The items, in the order of the file.")
    loose: list[Attempt] = Field(description="Attempts that stand in no item's section.")
    unread: list[Unread] = Field(description="What was not understood.")
    headings: list[Heading] = Field(
        description="Headings that are no items, in dialects other than `attempts`."
    )
    recognition: Recognition = Field(description="Which dialect the file is in, and why.")


class ExportDocument(Document):
    """`ledger export`."""

    kind: Literal["export"] = Field(description="Which document this is.")
    data: ExportData = Field(description="The ledger.")
