"""The document of ``status``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.contract.archive import ArchivedPart
from ledger.contract.plan import DATE, About
from ledger.plan.model import ActionState, ItemStatus, Result


class LastAttempt(Model):
    """The attempt with the largest number, in the history or in a completed action."""

    number: int | None = Field(description="Its number; null where no attempt has one.")
    date: str | None = Field(pattern=DATE, description="ISO date.")
    result: Result = Field(description="The result in one of six words.")
    result_text: Text = Field(description="The result as written.")


class ActionCounts(Model):
    """How many next actions are in which state."""

    open: int = Field(ge=0, description="Pending, in progress, partial or in an unknown state.")
    blocked: int = Field(ge=0, description="Blocked.")
    deferred: int = Field(ge=0, description="Deferred.")
    complete: int = Field(ge=0, description="Complete.")
    rejected: int = Field(ge=0, description="Rejected.")


class NextAction(Model):
    """The first action in progress, else the first open one, else the first blocked one. Of an
    unfinished item without actions: what its last attempt says under `Next Actions:`."""

    number: int | None = Field(description="The action's number, null where it has none.")
    state: ActionState = Field(description="The state in one of eight words.")
    text: Text = Field(description="What is to be done.")
    attempt: int | None = Field(description="The attempt that says so, null for an own action.")
    line: int = Field(ge=1, description="The line that it stands on.")


class Waiting(Model):
    """What holds an item up."""

    action: int | None = Field(
        description="The blocked action's number; null where the item itself waits."
    )
    text: Text = Field(description="What it waits for, as written.")
    line: int = Field(ge=1, description="The line that says so.")


class ItemSummary(Model):
    """One item's section."""

    id: Text = Field(description="The ID, with plain hyphens.")
    title: Text = Field(description="What follows the ID in the heading.")
    priority: Text | None = Field(description="The first word of the priority, in lower case.")
    priority_text: Text = Field(description="The priority as written.")
    status: ItemStatus = Field(description="The status in one of six words.")
    status_text: Text = Field(description="The status as written.")
    line: int = Field(ge=1, description="The line of its heading.")
    attempts: int = Field(ge=0, description="How many attempts it has.")
    archived: int = Field(ge=0, description="How many more lie in the archive.")
    last_attempt: LastAttempt | None = Field(description="The latest of them.")
    actions: ActionCounts = Field(description="Its next actions, counted.")
    next_action: NextAction | None = Field(description="What is to be done next.")
    waiting_for: list[Waiting] = Field(description="What an unfinished item waits for.")


class StatusTotals(Model):
    """Items by status, and attempts."""

    items: int = Field(ge=0, description="All items.")
    in_progress: int = Field(ge=0, description="Items in progress.")
    blocked: int = Field(ge=0, description="Items that are blocked.")
    pending: int = Field(ge=0, description="Items that are pending.")
    done: int = Field(ge=0, description="Items that are done.")
    archived: int = Field(ge=0, description="Items that are archived.")
    unknown: int = Field(ge=0, description="Items whose status is missing or not understood.")
    attempts: int = Field(ge=0, description="The attempts of all items.")


class FindingCounts(Model):
    """Findings by severity."""

    error: int = Field(ge=0, description="Errors.")
    warning: int = Field(ge=0, description="Warnings.")


class NextStep(NextAction):
    """The action to take up next in the whole ledger."""

    item: Text = Field(description="The item that it belongs to.")


class StatusData(Model):
    """Where everything stands."""

    ledger: About = Field(description="The file itself.")
    items: list[ItemSummary] = Field(description="The items, in the order of the file.")
    totals: StatusTotals = Field(description="Totals.")
    findings: FindingCounts = Field(
        description="What the rules find in the text of the ledger. `ledger validate` looks at "
        "artifacts and commits as well, and may find more."
    )
    next: NextStep | None = Field(description="What to do next; null where nothing is open.")
    archived: list[ArchivedPart] = Field(
        description="What lies in the archive, in the order of the file."
    )


class StatusDocument(Document):
    """`ledger status --json`."""

    kind: Literal["status"] = Field(description="Which document this is.")
    data: StatusData = Field(description="The summary.")
