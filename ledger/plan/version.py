"""What one version of a ledger holds, places in the file aside: many versions share these parts."""

from typing import Literal, NamedTuple

from ledger.plan.model import ActionState, ItemStatus, Result

Form = Literal["dated", "other", "action"]


class Entry(NamedTuple):
    """One attempt. ``form`` is ``dated`` where it opens with its date in brackets and the word
    Attempt, or with its date in a dialect that has no numbers; ``action`` where only a completed
    action tells of it, else ``other``.

    ``item`` is None for an attempt below its item's heading; else the item that the attempt's
    own heading names, outside of that item's section.
    """

    number: int | None
    date: str | None
    result: Result
    form: Form
    text: str
    item: str | None = None

    @property
    def first(self) -> str:
        """The first line, without bullet."""
        return self.text.partition("\n")[0].strip()


class Step(NamedTuple):
    """One next action. ``text`` is the first line of it."""

    number: int | None
    state: ActionState
    attempt: int | None
    text: str


class ItemVersion(NamedTuple):
    """One item. ``is_listed``: it has no section and is only named, in an archive say."""

    id: str
    title: str
    priority: str | None
    status: ItemStatus
    status_text: str
    entries: tuple[Entry, ...]
    steps: tuple[Step, ...]
    is_listed: bool = False


class Row(NamedTuple):
    """One row of the index, which is a table or a list of bullets."""

    id: str
    status: ItemStatus
    status_text: str
    is_table: bool


class Version(NamedTuple):
    """One version. ``size`` in bytes; ``updated`` is what its ``Last Updated`` line says.

    ``loose`` are the attempts in no item's section, each with the last item above it, None
    where there is none. ``rows`` are the index. ``unread`` counts the lines that look like an
    attempt and were not read as one. ``points``: something in it points to the archive.
    """

    size: int
    lines: int
    updated: str | None
    items: tuple[ItemVersion, ...]
    loose: tuple[tuple[str | None, Entry], ...]
    rows: tuple[Row, ...]
    unread: int
    points: bool = False
