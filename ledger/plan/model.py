"""What a fix plan holds. Every part knows the bytes that it was read from."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from ledger.plan import citations

if TYPE_CHECKING:
    from ledger.plan.conventions import Conventions


class Model(BaseModel):
    """A frozen value with documented fields. Every typed model of this package is one: it is
    made by a reader, judged, printed as JSON, described by a schema, and loaded back."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True, defer_build=True)


Result = Literal["success", "partial", "failed", "blocked", "info", "unknown"]
ActionState = Literal[
    "pending", "in_progress", "complete", "partial", "blocked", "deferred", "rejected", "unknown"
]
ItemStatus = Literal["pending", "in_progress", "blocked", "done", "archived", "unknown"]
Source = Literal["history", "action"]
FINISHED: Final[frozenset[ItemStatus]] = frozenset({"done", "archived"})


def contradict(one: ItemStatus, other: ItemStatus) -> bool:
    """Whether not both can be right of an item. Where it is finished either word will do."""
    return one != other and "unknown" not in (one, other) and not {one, other} <= FINISHED


class Span(NamedTuple):
    """Lines ``start_line`` to ``end_line``, from 1, both included; bytes ``start_byte`` up to
    and not with ``end_byte``."""

    start_line: int
    end_line: int
    start_byte: int
    end_byte: int


class Field(NamedTuple):
    """One ``- Name: value`` line of an item. ``value`` spans the first line's value only."""

    name: str
    value: str
    span: Span
    value_span: Span


class Artifact(NamedTuple):
    """One citation as written, and the paths that its braces stand for (not yet resolved)."""

    raw: str
    paths: tuple[str, ...]
    line: int


class Attempt(NamedTuple):
    """One recorded try. ``source`` is ``action`` where only a completed action tells of it.

    ``date`` is ISO (``2025-10-15``) or None; ``stamp`` is the run folder's name. ``text`` is
    the whole entry without its bullet, ``result_text`` and ``summary`` are parts of it, as
    written.
    """

    item: str | None
    number: int | None
    date: str | None
    stamp: str | None
    result: Result
    result_text: str
    text: str
    source: Source
    span: Span

    @property
    def summary(self) -> str:
        """The first line after the result; of an attempt under a heading what its action says."""
        if self.number is None and (action := citations.labelled(self.text, "(?:Action|Summary)")):
            return action
        first, _, _ = self.text.partition("\n")
        _, _, rest = first.partition(self.result_text) if self.result_text else ("", "", first)
        return rest.lstrip(" .*)").strip()

    @property
    def metrics(self) -> str | None:
        """What follows the label ``Metrics:`` (or ``Metrics captured:``), to the end of its line,
        or of the list below it."""
        return citations.labelled(self.text, "Metrics(?: [a-z]{1,20})?")

    @property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The paths that the entry cites, in the order of the text."""
        return tuple(
            Artifact(cited.raw, cited.paths, self.span.start_line + cited.line)
            for cited in citations.find(self.text)
        )

    @property
    def commits(self) -> tuple[str, ...]:
        """The hexadecimal names that look like commits, in the order of the text."""
        return citations.commits(self.text)


def latest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The attempt with the largest number; of equals, and without numbers, the lowest in the
    file, or the highest where later days stand above earlier ones."""
    if attempts and all(attempt.number is None for attempt in attempts):
        first, last = attempts[0], attempts[-1]
        return first if (first.date or "") > (last.date or "") else last
    return max(reversed(attempts), key=lambda attempt: attempt.number or 0, default=None)


class Action(NamedTuple):
    """One numbered next action. ``state_span`` covers the state words where there are any,
    else it is empty and stands where they would go."""

    number: int | None
    state: ActionState
    state_text: str
    attempt: int | None
    stamp: str | None
    text: str
    span: Span
    state_span: Span


class Criterion(NamedTuple):
    """One exit criterion. ``ticked`` is what the text claims, None where it claims nothing."""

    text: str
    ticked: bool | None
    span: Span


class Pointer(NamedTuple):
    """The line that stands where a part of an item was, which lies in the archive by ``key``.

    ``item`` is the one that it names, where it stands in none.
    ``is_item``: all of the item but its heading. ``attempts`` counts those that went with it;
    ``ranges`` are their numbers, first and last of each run. ``lines`` is how many it had.
    ``span`` is the line without its newline.
    """

    item: str | None
    is_item: bool

    attempts: int
    ranges: tuple[tuple[int, int], ...]
    lines: int
    key: str
    span: Span

    def holds(self, number: int | None) -> bool:
        """Whether attempt ``number`` went with it."""
        return number is not None and any(a <= number <= b for a, b in self.ranges)


class Item(NamedTuple):
    """One entry with an ID. ``priority`` is the first word in lower case ("high"), or None.

    ``dialect`` is the one that it is written in. Where the file gives it no ID it has one made
    from its words, ``is_named`` false, which no edit writes into the file. ``archived`` tells
    what of it lies in the archive."""

    id: str
    title: str
    priority: str | None
    priority_text: str
    status: ItemStatus
    status_text: str
    fields: tuple[Field, ...]
    attempts: tuple[Attempt, ...]
    actions: tuple[Action, ...]
    criteria: tuple[Criterion, ...]
    span: Span
    archived: tuple[Pointer, ...] = ()
    dialect: str = "attempts"
    is_named: bool = True

    @property
    def artifacts_root(self) -> str:
        """Where its artifacts lie, up to the first open part, ending in a slash; or empty."""
        for field in self.fields:
            if field.name.lower().startswith("artifacts root"):
                path = field.value.strip().partition(" ")[0].strip("`")
                while path and (citations.kind(path) != "path" or not path.endswith("/")):
                    path = path.rstrip("/").rpartition("/")[0]
                    path += "/" if path else ""
                return path
        return ""

    @property
    def highest(self) -> int:
        """The largest number of an attempt, here, in the archive or named by an action; else 0."""
        known = [attempt.number or 0 for attempt in self.attempts]
        known += [action.attempt or 0 for action in self.actions]
        known += [last for pointer in self.archived for _, last in pointer.ranges]
        return max(known, default=0)

    def archived_numbers(self) -> Iterator[int]:
        """The numbers of its attempts in the archive, as many as a ledger claims."""
        for pointer in self.archived:
            for first, last in pointer.ranges:
                yield from range(first, last + 1)

    def has_archived(self, number: int | None) -> bool:
        """Whether attempt ``number`` lies in the archive."""
        return any(pointer.holds(number) for pointer in self.archived)


class Heading(NamedTuple):
    """A heading that is no item, and what stands below it apart from items. ``status`` is what
    the heading itself says, None for nothing; ``fields`` are labelled paragraphs and bullets;
    ``dates`` are all dates (ISO) in heading and text. ``span`` ends before the next heading."""

    title: str
    level: int
    dialect: str
    priority: str | None
    status: ItemStatus | None
    status_text: str
    dates: tuple[str, ...]
    fields: tuple[Field, ...]
    criteria: tuple[Criterion, ...]
    span: Span


class IndexRow(NamedTuple):
    """One line of the index. ``status_span`` covers the status cell's text."""

    id: str
    title: str
    priority_text: str
    status: ItemStatus
    status_text: str
    span: Span
    status_span: Span


class Unread(NamedTuple):
    """A line that looks like an attempt, item or action and was not read as one."""

    kind: Literal["attempt", "item", "action", "index"]
    line: int
    text: str
    reason: str


class Ledger(NamedTuple):
    """One fix plan. ``loose`` holds attempts that stand in no item's section, ``headings`` what
    dialects other than ``attempts`` keep outside of items; ``own`` are the project's words that it
    was read with."""

    dialect: str
    text: bytes
    last_updated: Field | None
    index: tuple[IndexRow, ...]  # type: ignore[assignment]  # hides a method of tuples
    items: tuple[Item, ...]
    loose: tuple[Attempt, ...]
    unread: tuple[Unread, ...]
    headings: tuple[Heading, ...] = ()
    own: "Conventions | None" = None
