"""What happened to a ledger over its versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple

from ledger.git.model import Commit
from ledger.plan.model import Result
from ledger.plan.version import Entry

EventKind = Literal[
    "item-added",
    "item-removed",
    "item-archived",
    "item-doubled",
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
]
EditKind = Literal["rewritten", "reused", "dropped"]


class Place(NamedTuple):
    """Where an attempt stands: its item, None above every item, and its number."""

    item: str | None
    number: int | None


class Removed(NamedTuple):
    """The attempts that stood under one number of an item, all of them removed by a commit.
    ``moved_to`` is where the words of the first one stand now, None where they are gone; ``blob``
    is the last version that has them in their place."""

    commit: Commit
    item: str | None
    number: int | None
    entries: tuple[Entry, ...]
    blob: str
    moved_to: Place | None = None

    @property
    def text(self) -> str:
        """The first one, whole."""
        return self.entries[0].text

    @property
    def more(self) -> tuple[str, ...]:
        """The others that had the same number."""
        return tuple(entry.text for entry in self.entries[1:])

    @property
    def date(self) -> str | None:
        """The first one's date, ISO."""
        return self.entries[0].date

    @property
    def result(self) -> Result:
        """The first one's result."""
        return self.entries[0].result


class Edited(NamedTuple):
    """The first lines under one number of an item are not what they were.

    ``rewritten``: one was replaced. ``reused``: an attempt was added whose number was taken.
    ``dropped``: one of several attempts of one number went; ``moved_to`` is where it stands now.
    """

    commit: Commit
    item: str | None
    number: int
    kind: EditKind
    before: tuple[str, ...]
    after: tuple[str, ...]
    moved_to: Place | None = None


class Duplicated(NamedTuple):
    """A commit left so many ``attempts`` with one number in an item, more than there were."""

    commit: Commit
    item: str | None
    number: int
    attempts: int


class Event(NamedTuple):
    """One thing that a commit did. ``before`` and ``after`` are words of the ledger."""

    commit: Commit
    kind: EventKind
    item: str | None
    number: int | None = None
    before: str = ""
    after: str = ""


class Facts(NamedTuple):
    """One version in figures, dated by the first commit that has it.

    ``duplicates`` are attempts whose number another of the same item has. ``disordered`` are
    items whose numbers neither rise nor fall, ``contradictions`` rows of the index with another
    status than their item has. ``is_updated_late`` and ``late_attempts`` tell of dates later
    than the commit's own. ``unread`` lines look like attempts and could not be read.
    """

    commit: Commit
    blob: str
    size: int
    lines: int
    items: int
    attempts: int
    unread: int
    duplicates: int
    doubled: int
    disordered: int
    index_form: Literal["", "table", "bullets"]
    contradictions: int
    is_updated_late: bool
    late_attempts: int

    @property
    def recognised(self) -> float:
        """The part of what looks like an attempt that was read as one, 0 to 1."""
        return self.attempts / (self.attempts + self.unread) if self.unread else 1.0


@dataclass(frozen=True, slots=True)
class History:
    """All of it. ``names`` are those that the file had, the newest first. ``commits`` changed
    the file, and made ``facts`` different versions of it; the contents of ``skipped`` more are
    not in the repository. ``is_cut``: the clone is shallow, so what came before is unknown.

    ``others`` are removed entries that are no dated and numbered attempts: notes, headings,
    attempts that only a completed action told of.
    """

    names: tuple[str, ...]
    commits: int
    skipped: int
    is_cut: bool
    removed: Sequence[Removed]
    others: Sequence[Removed]
    edited: Sequence[Edited]
    duplicated: Sequence[Duplicated]
    events: Sequence[Event]
    facts: Sequence[Facts]

    @property
    def versions(self) -> int:
        """How many there are."""
        return len(self.facts)

    @property
    def log(self) -> tuple[Commit, ...]:
        """The commits that it tells of, those of versions first."""
        told = chain(
            (one.commit for one in self.facts),
            (one.commit for one in self.others),
            (one.commit for one in self.events),
            (one.commit for one in self.removed),
        )
        return tuple(dict.fromkeys(told))
