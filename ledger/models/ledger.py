"""What a fix plan holds. Every part knows the bytes that it was read from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Result = Literal["success", "partial", "failed", "blocked", "info", "unknown"]
ActionState = Literal[
    "pending", "in_progress", "complete", "partial", "blocked", "deferred", "rejected", "unknown"
]
ItemStatus = Literal["pending", "in_progress", "blocked", "done", "archived", "unknown"]
Source = Literal["history", "action"]


@dataclass(frozen=True, slots=True)
class Span:
    """Lines ``start_line``..``end_line`` (from 1, both included), bytes ``[start_byte, end_byte)``."""

    start_line: int
    end_line: int
    start_byte: int
    end_byte: int


@dataclass(frozen=True, slots=True)
class Field:
    """One ``- Name: value`` line of an item. ``value`` spans the first line's value only."""

    name: str
    value: str
    span: Span
    value_span: Span


@dataclass(frozen=True, slots=True)
class Artifact:
    """One citation as written, and the paths that its braces stand for (not yet resolved)."""

    raw: str
    paths: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One recorded try. ``source`` is ``action`` where only a completed action tells of it.

    ``date`` is ISO (``2025-10-15``) or None; ``stamp`` is the run folder's name.
    ``result_text`` holds the words as written. ``label`` is the lead-in as written.
    """

    item: str | None
    number: int | None
    date: str | None
    stamp: str | None
    result: Result
    result_text: str
    summary: str
    metrics: str | None
    artifacts: tuple[Artifact, ...]
    commits: tuple[str, ...]
    source: Source
    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Action:
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


@dataclass(frozen=True, slots=True)
class Criterion:
    """One exit criterion. ``ticked`` is what the text claims, None where it claims nothing."""

    text: str
    ticked: bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Item:
    """One entry with an ID. ``priority`` is the first word in lower case ("high"), or None."""

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


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One line of the index. ``status_span`` covers the status cell's text."""

    id: str
    title: str
    priority_text: str
    status: ItemStatus
    status_text: str
    span: Span
    status_span: Span


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that looks like an attempt, item or action and was not read as one."""

    kind: Literal["attempt", "item", "action", "index"]
    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """One fix plan. ``loose`` holds attempts that stand in no item's section."""

    dialect: str
    text: bytes
    last_updated: Field | None
    index: tuple[IndexRow, ...]
    items: tuple[Item, ...]
    loose: tuple[Attempt, ...]
    unread: tuple[Unread, ...]
