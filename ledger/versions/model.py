"""What happened to a fix plan over its versions."""

from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, computed_field

from ledger.git.log import Commit
from ledger.plan.model import Model, Result

EventKind = Literal[
    "item-added",
    "item-removed",
    "item-archived",
    "item-doubled",
    "item-renamed",
    "title",
    "status",
    "added",
    "removed",
    "archived",
    "restored",
    "moved",
    "renumbered",
    "rewritten",
    "reused",
    "dropped",
    "continued",
    "reordered",
    "action-added",
    "action",
    "action-removed",
    "actions-renumbered",
]
EditKind = Literal["rewritten", "reused", "dropped"]
Form = Literal["dated", "other", "action"]
Count = Annotated[int, Field(ge=0)]


class Place(Model):
    """Where an attempt stands."""

    item: str | None
    """The item's ID; null above every item."""
    number: int | None
    """Its number."""


class Removed(Model):
    """All that was under one number of an item, removed by a commit."""

    commit: str
    """The commit that removed it."""
    item: str | None
    """The item's ID."""
    number: int | None
    """Its number; null for an entry without one."""
    form: Form
    """`dated` for an attempt that opens with its date and number, or with its date where attempts
    have no numbers; `action` where only a completed action told of it; `other` for the rest."""
    date: str | None
    """ISO date."""
    result: Result
    """The result in one of six words."""
    text: str
    """The attempt, whole, without its bullet."""
    more: tuple[str, ...] = ()
    """Other attempts of the same number, likewise gone."""
    blob: str
    """The last version that has it: `git show BLOB`."""
    moved_to: Place | None = None
    """Where its words stand after the commit; null where they are gone."""

    @property
    def first(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0].strip()


class Edited(Model):
    """First lines of attempts that a commit changed."""

    commit: str
    """The commit."""
    item: str | None
    """The item's ID."""
    number: int
    """The attempt's number."""
    kind: EditKind
    """`rewritten`; `reused`: another attempt took the number as well; `dropped`: one of several
    attempts of the number went."""
    before: tuple[str, ...]
    """First lines that are gone."""
    after: tuple[str, ...]
    """First lines that are new."""
    moved_to: Place | None = None
    """Where a dropped one stands now."""


class Duplicated(Model):
    """A number that a commit gave to more attempts than had it before."""

    commit: str
    """The commit."""
    item: str | None
    """The item's ID."""
    number: int
    """The number."""
    attempts: Annotated[int, Field(ge=2)]
    """How many have it after the commit."""


class Event(Model):
    """One thing that a commit did."""

    commit: str
    """The commit."""
    kind: EventKind
    """What it did."""
    item: str | None
    """The item's ID."""
    number: int | None = None
    """The number of the attempt or action."""
    before: str = ""
    """What was there, in the ledger's words; may be empty."""
    after: str = ""
    """What is there now; may be empty."""


class Facts(Model):
    """One version in figures."""

    commit: str
    """The first commit that has it."""
    blob: str
    """The name of its contents."""
    size: Count
    """Bytes."""
    lines: Count
    """Lines."""
    items: Count
    """Items, as `status` counts them."""
    attempts: Count
    """Attempts, as `status` counts them: those of items, and those in no item's section."""
    unread: Count
    """Lines that look like an attempt and were not read."""
    duplicates: Count
    """Attempts whose number another of the item has."""
    doubled: Count
    """Items with more than one section."""
    disordered: Count
    """Items whose numbers neither rise nor fall."""
    index_form: Literal["", "table", "bullets"]
    """Empty for no index."""
    contradictions: Count
    """Rows of the index with another status than their item has."""
    is_updated_late: bool
    """`Last Updated` is later than the day after the commit's."""
    late_attempts: Count
    """Attempts dated later than the day after the commit's."""

    @computed_field
    @cached_property
    def recognised(self) -> float:
        """The part of what looks like an attempt that was read as one, 0 to 1."""
        return self.attempts / (self.attempts + self.unread) if self.unread else 1.0


class Deed(Model):
    """What one commit did to the plan, and the version that it made, in figures."""

    facts: Facts | None = None
    """The version; None where the commit deleted the file."""
    removed: tuple[Removed, ...] = ()
    """Dated attempts that it removed."""
    others: tuple[Removed, ...] = ()
    """Other entries that it removed."""
    edited: tuple[Edited, ...] = ()
    """First lines that it changed."""
    duplicated: tuple[Duplicated, ...] = ()
    """Numbers that came to be used twice."""
    events: tuple[Event, ...] = ()
    """All of it."""


class Restored(Model):
    """What `--restore` did, or with `--dry-run` would do."""

    path: str
    """The ledger that it was put back into."""
    item: str
    """The item."""
    number: int | None
    """The attempt's number; null where it has none."""
    date: str | None
    """Its date, ISO."""
    line: Annotated[int, Field(ge=1)]
    """The line that it is on now."""
    commit: str
    """The commit that had removed it."""
    left: Count
    """Others of this number, or first line, still gone."""
    diff: str
    """The whole change as a unified diff."""


class History(Model):
    """What commits did to a ledger."""

    path: str
    """The ledger, relative to the top of its repository."""
    names: tuple[str, ...]
    """The names that it had, the newest first."""
    commits: Count
    """Commits that changed it."""
    skipped: Count
    """Versions that the repository does not hold."""
    is_cut: bool
    """The clone is shallow: what came before is unknown."""
    removed: tuple[Removed, ...]
    """Dated, numbered attempts that commits removed."""
    others: tuple[Removed, ...]
    """Other entries that commits removed: notes, headings, attempts that only a completed action
    told of."""
    edited: tuple[Edited, ...]
    """First lines of attempts that commits changed."""
    duplicated: tuple[Duplicated, ...]
    """Numbers that came to be used twice."""
    events: tuple[Event, ...]
    """All that commits did, parents before children."""
    facts: tuple[Facts, ...]
    """Each version in figures."""
    log: tuple[Commit, ...]
    """The commits that are named above."""
    restored: Restored | None = None
    """With `--restore` only."""

    @computed_field
    @cached_property
    def versions(self) -> int:
        """Different versions that were read."""
        return len(self.facts)

    @property
    def items(self) -> tuple[str, ...]:
        """The IDs of the items that it mentions."""
        parts = (self.removed, self.others, self.events)
        names = (record.item for part in parts for record in part)
        return tuple(dict.fromkeys(item for item in names if item is not None))

    def about(self, is_meant: Callable[[str], bool], number: int | None) -> "History":
        """What it says about the items whose IDs ``is_meant`` takes, and only about their attempt
        ``number`` if there is one. The figures of versions stay."""

        def concerns(record: Removed | Edited | Duplicated | Event) -> bool:
            return (
                record.item is not None
                and is_meant(record.item)
                and number in (None, record.number)
            )

        def has_left(event: Event) -> bool:
            """Whether the attempt went elsewhere: that is reported under its new name."""
            if event.kind == "item-renamed":
                return is_meant(event.before)
            if event.kind not in ("moved", "renumbered"):
                return False
            item, _, old = event.before.rpartition("#")
            return bool(old) and is_meant(item) and number in (None, int(old))

        def is_wanted(event: Event) -> bool:
            of_action = event.kind.startswith("action")  # its number is that of an action
            return (concerns(event) and (number is None or not of_action)) or has_left(event)

        kept = dict.fromkeys(("removed", "others", "edited", "duplicated"), concerns)
        return self.model_copy(
            update={
                name: tuple(filter(is_kept, getattr(self, name)))
                for name, is_kept in {**kept, "events": is_wanted}.items()
            }
        )
