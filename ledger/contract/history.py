"""The document of ``history``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Sha, Text
from ledger.contract.plan import DATE
from ledger.plan.model import Result
from ledger.versions.model import EditKind, EventKind

_BLOB = r"^[0-9a-f]{40,64}$"


class Commit(Model):
    """One commit."""

    sha: Sha = Field(description="Its full name.")
    parents: list[str] = Field(description="Their full names.")
    when: str = Field(description="The committer's date, ISO 8601 with its offset.")
    author: Text = Field(description="The author's name.")
    subject: Text = Field(description="The first line of its message.")


class Place(Model):
    """Where an attempt stands."""

    item: Text | None = Field(description="The item's ID.")
    number: int | None = Field(description="Its number.")


class Removed(Model):
    """All that stood under one number of an item, removed by a commit."""

    commit: Sha = Field(description="The commit that removed it.")
    item: Text | None = Field(description="The item's ID.")
    number: int | None = Field(description="Its number; null for an entry without one.")
    date: str | None = Field(pattern=DATE, description="ISO date.")
    result: Result = Field(description="The result in one of six words.")
    text: Text = Field(description="The attempt, whole, without its bullet.")
    more: list[Text] = Field(description="Other attempts of the same number, likewise gone.")
    blob: str = Field(pattern=_BLOB, description="The last version that has it: `git show BLOB`.")
    moved_to: Place | None = Field(
        description="Where its words stand after the commit; null where they are gone."
    )


class Edited(Model):
    """First lines of attempts that a commit changed."""

    commit: Sha = Field(description="The commit.")
    item: Text | None = Field(description="The item's ID.")
    number: int = Field(description="The attempt's number.")
    kind: EditKind = Field(
        description="`rewritten`; `reused`: another attempt took the number as well; `dropped`: "
        "one of several attempts of the number went."
    )
    before: list[Text] = Field(description="First lines that are gone.")
    after: list[Text] = Field(description="First lines that are new.")
    moved_to: Place | None = Field(description="Where a dropped one stands now.")


class Duplicated(Model):
    """A number that a commit gave to more attempts than had it before."""

    commit: Sha = Field(description="The commit.")
    item: Text | None = Field(description="The item's ID.")
    number: int = Field(description="The number.")
    attempts: int = Field(ge=2, description="How many have it after the commit.")


class Event(Model):
    """One thing that a commit did."""

    commit: Sha = Field(description="The commit.")
    kind: EventKind = Field(description="What it did.")
    item: Text | None = Field(description="The item's ID.")
    number: int | None = Field(description="The number of the attempt or action.")
    before: Text = Field(description="What was there, in the ledger's words; may be empty.")
    after: Text = Field(description="What is there now; may be empty.")


class Facts(Model):
    """One version in figures."""

    commit: Sha = Field(description="The first commit that has it.")
    blob: str = Field(pattern=_BLOB, description="The name of its contents.")
    size: int = Field(ge=0, description="Bytes.")
    lines: int = Field(ge=0, description="Lines.")
    items: int = Field(ge=0, description="Items with a section.")
    attempts: int = Field(ge=0, description="Attempts with an entry of their own.")
    unread: int = Field(ge=0, description="Lines that look like an attempt and were not read.")
    recognised: float = Field(
        ge=0, le=1, description="The part of what looks like an attempt that was read as one."
    )
    duplicates: int = Field(ge=0, description="Attempts whose number another of the item has.")
    doubled: int = Field(ge=0, description="Items with more than one section.")
    disordered: int = Field(ge=0, description="Items whose numbers neither rise nor fall.")
    index_form: Literal["", "table", "bullets"] = Field(description="Empty for no index.")
    contradictions: int = Field(
        ge=0, description="Rows of the index with another status than their item has."
    )
    is_updated_late: bool = Field(description="`Last Updated` is later than the commit.")
    late_attempts: int = Field(ge=0, description="Attempts dated later than the commit.")


class Restored(Model):
    """What `--restore` did, or with `--dry-run` would do."""

    item: Text = Field(description="The item.")
    number: int | None = Field(description="The attempt's number; null where it has none.")
    date: str | None = Field(description="Its date, ISO.")
    line: int = Field(ge=1, description="The line that it stands on now.")
    commit: Sha = Field(description="The commit that had removed it.")
    left: int = Field(ge=0, description="Others of this number, or first line, still gone.")
    diff: Text = Field(description="The whole change as a unified diff.")


class HistoryData(Model):
    """What commits did to a ledger."""

    path: Text = Field(description="The ledger, relative to the top of its repository.")
    names: list[Text] = Field(description="The names that it had, the newest first.")
    versions: int = Field(ge=0, description="Different versions that were read.")
    commits: int = Field(ge=0, description="Commits that changed it.")
    skipped: int = Field(ge=0, description="Versions that the repository does not hold.")
    is_cut: bool = Field(description="The clone is shallow: what came before is unknown.")
    removed: list[Removed] = Field(description="Dated, numbered attempts that commits removed.")
    others: list[Removed] = Field(
        description="Other entries that commits removed: notes, headings, attempts that only a "
        "completed action told of."
    )
    edited: list[Edited] = Field(description="First lines of attempts that commits changed.")
    duplicated: list[Duplicated] = Field(description="Numbers that came to be used twice.")
    events: list[Event] = Field(description="All that commits did, parents before children.")
    facts: list[Facts] = Field(description="Each version in figures.")
    log: list[Commit] = Field(description="The commits that are named above.")
    restored: Restored | None = Field(description="With `--restore` only.")


class HistoryDocument(Document):
    """`ledger history --json`."""

    kind: Literal["history"] = Field(description="Which document this is.")
    data: HistoryData = Field(description="The history.")
