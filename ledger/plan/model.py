"""What a fix plan holds. Every part knows the bytes that it was read from."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, computed_field, field_serializer
from pydantic import Field as Described

from ledger.plan import citations


class Model(BaseModel):
    """A frozen value with documented fields. Every typed model of this package is one: it is
    made by a reader, judged, printed as JSON, described by a schema, and loaded back."""

    # Docstrings of fields become descriptions where a schema is made (`commands.schema`). pydantic
    # would read the source of each class for them whenever its module is loaded, and that takes
    # as long as the rest of what the hook does.
    model_config = ConfigDict(
        frozen=True, defer_build=True, json_schema_serialization_defaults_required=True
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values. What was computed from the old ones is not kept."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


Result = Literal["success", "partial", "failed", "blocked", "info", "unknown"]
ActionState = Literal[
    "pending", "in_progress", "complete", "partial", "blocked", "deferred", "rejected", "unknown"
]
ItemStatus = Literal["pending", "in_progress", "blocked", "done", "archived", "unknown"]
Source = Literal["history", "action"]
FINISHED: Final[frozenset[ItemStatus]] = frozenset({"done", "archived"})

# The patterns are for the schemas: a reader makes nothing else.
Day = Annotated[str, Described(json_schema_extra={"pattern": r"^\d{4}-\d{2}-\d{2}$"})]
"""An ISO date, ``2025-10-15``."""
Stamp = Annotated[str, Described(json_schema_extra={"pattern": r"^\d{8}T\d{6}Z$"})]
"""The name of one run's folder, ``20251015T201831Z``."""


def contradict(status: ItemStatus, other: ItemStatus) -> bool:
    """Whether not both can be right of an item. Where it is finished either word will do."""
    return status != other and "unknown" not in (status, other) and not {status, other} <= FINISHED


class Span(Model):
    """A place in the file."""

    start_line: int
    """First line, from 1."""
    end_line: int
    """Last line, included."""
    start_byte: int
    """Offset of the first byte."""
    end_byte: int
    """Offset after the last byte."""


class Field(Model):
    """One `- Name: value` line of an item."""

    name: str
    """The name without emphasis; the usual one for one of the project's own."""
    value: str
    """What follows the colon on the same line."""
    span: Span
    """The line with all that is nested below it."""
    value_span: Span
    """The value on that line."""


class Artifact(Model):
    """One citation of a file or folder."""

    raw: str
    """As written."""
    paths: tuple[str, ...]
    """The paths that its braces stand for, not resolved."""
    line: int
    """The line that it is on."""


def _artifacts(text: str, line: int) -> tuple[Artifact, ...]:
    return tuple(
        Artifact(raw=cited.raw, paths=cited.paths, line=line + cited.line)
        for cited in citations.find(text)
    )


class Attempt(Model):
    """One recorded try at an item."""

    item: str | None
    """The item's ID; null outside every item's section."""
    number: int | None
    """Its number; null for a dated entry without one."""
    date: Day | None
    """ISO date."""
    stamp: Stamp | None
    """The name of the run's folder."""
    result: Result
    """The result in one of six words."""
    result_text: str
    """The result as written."""
    text: str
    """The whole entry, without its bullet."""
    source: Source
    """`history`, or `action` where only a completed action mentions it."""
    span: Span
    """Where it is."""

    @computed_field
    @cached_property
    def summary(self) -> str:
        """What follows the result, to the end of its paragraph or a label such as `Metrics:`; of an
        attempt under a heading what its action says."""
        if self.number is None and (action := citations.labelled(self.text, "(?:Action|Summary)")):
            return action
        at = self.text.partition("\n")[0].find(self.result_text)
        passage = citations.passage(self.text, at + len(self.result_text)) if at >= 0 else ""
        return passage.lstrip(" .*)")

    @property
    def gist(self) -> str:
        """What tells most of it in one line: its summary, else its metrics, else all of it."""
        return self.summary or self.metrics or self.text

    @computed_field
    @cached_property
    def metrics(self) -> str | None:
        """What follows `Metrics:` (or `Metrics captured:`), to the end of its paragraph, another
        label, or the end of the list below it."""
        return citations.labelled(self.text, "Metrics(?: [a-z]{1,20})?")

    @computed_field
    @cached_property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The files and folders that it cites, in the order of the text."""
        return _artifacts(self.text, self.span.start_line)

    @computed_field
    @cached_property
    def commits(self) -> tuple[str, ...]:
        """The commits that it names, as written, in the order of the text."""
        return citations.commits(self.text)


def newest_first(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts, the largest number first; of equals, and without numbers, the lowest in the
    file first, or the highest where later days are above earlier ones."""
    if attempts and all(attempt.number is None for attempt in attempts):
        first, last = attempts[0], attempts[-1]
        is_downward = (first.date or "") > (last.date or "")
        return [*attempts] if is_downward else [*reversed(attempts)]
    return sorted([*reversed(attempts)], key=lambda attempt: attempt.number or 0, reverse=True)


def latest(attempts: Sequence[Attempt]) -> Attempt | None:
    """The newest of some attempts; None for none."""
    return next(iter(newest_first(attempts)), None)


class Action(Model):
    """One next action of an item."""

    number: int | None
    """Its number; null for a bullet without one."""
    state: ActionState
    """The state in one of eight words."""
    state_text: str
    """The state as written, empty where none is."""
    attempt: int | None
    """The attempt that its state names."""
    stamp: Stamp | None
    """The stamp that its state names."""
    text: str
    """What is to be done."""
    span: Span
    """Where it is."""
    state_span: Span
    """The state as written; where none is, the empty place where it would go."""

    @cached_property
    def artifacts(self) -> tuple[Artifact, ...]:
        """The files and folders that it cites, in the order of the text."""
        return _artifacts(self.text, self.span.start_line)


class Criterion(Model):
    """One exit criterion of an item."""

    text: str
    """As written."""
    ticked: bool | None
    """What the text claims: true for a tick, false for an empty box, else null."""
    span: Span
    """Where it is."""


class Dependency(Model):
    """An item that another one waits for."""

    id: str
    """Its ID, as the plan spells it; as written where the plan does not have it."""
    line: int
    """The line that names it."""


class Pointer(Model):
    """The line that stands where something was before it was moved to the archive."""

    item: str | None
    """The item that it names, where it is in none."""
    is_item: bool
    """Whether it was all of the item but its heading."""
    attempts: int
    """How many attempts went with it."""
    ranges: tuple[tuple[int, int], ...]
    """Their numbers: the first and last of each run."""
    lines: int
    """How many lines it had."""
    key: str
    """What names it in the archive, behind `archived-`."""
    span: Span
    """The line, without its newline."""

    def holds(self, number: int | None) -> bool:
        """Whether attempt ``number`` went with it."""
        return number is not None and any(a <= number <= b for a, b in self.ranges)


class ArchivedPart(Model):
    """Something of an item that lies in the archive, or lay there: all of the item but its
    heading, or attempts that was next to each other."""

    item: str
    """The item."""
    is_item: bool
    """Whether it is all of the item."""
    attempts: int
    """How many attempts."""
    numbers: tuple[tuple[int, int], ...]
    """Their numbers: the first and last of each run."""
    lines: int
    """How many lines."""
    line: int
    """Where the ledger points to it, or did."""
    archive_line: int | None
    """Where it begins in the archive. Null: the archive does not hold it."""


class Item(Model):
    """One entry with an ID, a status and a priority."""

    id: str
    """The ID, with plain hyphens."""
    title: str
    """What follows the ID in the heading."""
    priority: str | None = None
    """The first word of the priority, in lower case."""
    priority_text: str = ""
    """The priority as written."""
    status: ItemStatus
    """The status in one of six words."""
    status_text: str
    """The status as written."""
    fields: tuple[Field, ...] = ()
    """All `- Name: value` lines, in order."""
    attempts: tuple[Attempt, ...] = ()
    """The attempts, in the order of the file."""
    actions: tuple[Action, ...] = ()
    """The next actions, in the order of the file."""
    criteria: tuple[Criterion, ...] = ()
    """The exit criteria, in the order of the file."""
    span: Span
    """The item's section."""
    depends_on: tuple[Dependency, ...] = ()
    """What its `Depends on:` names, in the order of the text."""
    archived: tuple[Pointer, ...] = ()
    """Lines that stand for what lies in the archive."""
    dialect: str = "attempts"
    """The way in which it is written."""
    is_named: bool = True
    """Whether the file gives it its ID; else one was made from its words, which no edit writes
    into the file."""

    @cached_property
    def runs_folder(self) -> str:
        """Where its runs go: its `Artifacts Root` with the placeholders as written; or empty."""
        for field in self.fields:
            if field.name.lower().startswith("artifacts root"):
                # `reports/x/<STAMP>/` in a note, or without backticks
                quoted = field.value.split("`")[1::2] if field.value.count("`") > 1 else []
                words = [word for word in field.value.replace("`", " ").split() if "/" in word]
                folder = next(iter(quoted or words), "").strip()
                if folder:
                    return folder
        return ""

    @cached_property
    def artifacts_root(self) -> str:
        """Where its artifacts lie: `runs_folder` up to the first open part, ending in a slash; or
        empty."""
        path = self.runs_folder
        while path and (citations.kind(path) != "path" or not path.endswith("/")):
            path = path.rstrip("/").rpartition("/")[0]
            path += "/" if path else ""
        return path

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


class Heading(Model):
    """A heading that is no item, and what is below it apart from items."""

    title: str
    """Its text."""
    level: int
    """1 to 6; 0 for what is before the first one."""
    dialect: str
    """The way in which what is below it is written."""
    priority: str | None
    """The priority that it says."""
    status: ItemStatus | None
    """The status that it says."""
    status_text: str
    """The status as written."""
    dates: tuple[str, ...]
    """Every date in it, and in the text below it, in ISO form."""
    fields: tuple[Field, ...]
    """Paragraphs and bullets that open with a label."""
    criteria: tuple[Criterion, ...]
    """What it lists as criteria."""
    span: Span
    """From it to the next heading."""


class IndexRow(Model):
    """One line of the index."""

    id: str
    """The ID that it names."""
    title: str
    """Its title."""
    priority_text: str
    """Its priority as written."""
    status: ItemStatus
    """The status in one of six words."""
    status_text: str
    """The status as written."""
    span: Span
    """Where it is."""
    status_span: Span
    """The status as written."""


UnreadKind = Literal["attempt", "item", "action", "index", "field"]


class Unread(Model):
    """A line that looks like a part of the plan and was not read as one."""

    kind: UnreadKind
    """What it looks like."""
    line: int
    """The line."""
    text: str
    """Its text, up to 200 characters."""
    reason: str
    """Why it was not read."""


Pairs = tuple[tuple[str, str], ...]


class Conventions(Model):
    """How one project writes its fix plan, where it differs from what the dialects know. Pairs
    are what is written and what it means, in lower case but for `fields`."""

    dialect: str = ""
    """The dialect that the whole file is read as; empty to have it recognised."""
    id: tuple[str, ...] = ()
    """The shapes that IDs have; empty for those of the dialect."""
    fields: Pairs = ()
    """Names of fields, headings, labels and columns, as written, and the usual ones."""
    status: Pairs = ()
    """Words for the status of an item."""
    state: Pairs = ()
    """Words for the state of an action."""
    result: Pairs = ()
    """Words for the result of an attempt."""


class Ledger(Model):
    """One fix plan."""

    dialect: str
    """The way in which most of it is written."""
    text: bytes
    """All of it. In JSON what is no UTF-8 is replaced."""
    last_updated: Field | None
    """The line that mentions the last update."""
    index: tuple[IndexRow, ...] = ()
    """The lines of the index."""
    items: tuple[Item, ...]
    """The items, in the order of the file."""
    loose: tuple[Attempt, ...]
    """Attempts that are in no item's section."""
    unread: tuple[Unread, ...]
    """What was not understood."""
    headings: tuple[Heading, ...] = ()
    """Headings that are no items, in dialects other than `attempts`."""
    conventions: Conventions = Conventions()
    """The project's words that it was read with."""

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt that is recorded: those of items, also the ones that only a completed
        action mentions, then those that are in no item's section. It is what commands count."""
        return (*(attempt for item in self.items for attempt in item.attempts), *self.loose)

    @field_serializer("text", when_used="json")
    def _as_text(self, text: bytes) -> str:
        return text.decode("utf-8", "replace")


class NewAttempt(Model):
    """An attempt to record, before it has a place or a style."""

    number: int | None
    """Its number; none where the item's dialect has none."""
    date: str
    """ISO date."""
    stamp: str | None
    """The name of the run's folder."""
    moment: str = ""
    """When it was made that has no run, written like a stamp; empty where only the day is known."""
    result: Result
    """The result in one of six words."""
    words: str
    """The result as its author puts it."""
    summary: str
    """What was done."""
    metrics: str
    """Figures of the run."""
    because: str = ""
    """Why it stands although its evidence speaks against it, or is not enough."""
    artifacts: tuple[str, ...]
    """Paths, in brace form."""
    commit: str
    """The commit that was tried."""


class Change(Model):
    """One append."""

    item: str
    """The item's ID."""
    attempt: NewAttempt
    """The attempt."""
    complete: tuple[int, ...] = ()
    """The actions that it completes, by number."""
    next: tuple[str, ...] = ()
    """The actions that follow from it."""
    status: str | None = None
    """The item's new status, where it gets one."""
    today: str = ""
    """The day that it is recorded, in ISO form."""
    met: tuple[int, ...] = ()
    """Which of the item's criteria, counted from 0, get their tick."""
