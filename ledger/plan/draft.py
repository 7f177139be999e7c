"""What an edit is asked to write, before it has a place or a style."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.plan.model import Result


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """An attempt to record. ``number`` is None where the item's dialect has none. ``words`` is
    the result as its author puts it; ``metrics``, ``artifacts`` (in brace form, each a path) and
    ``commit`` come from the run and from git."""

    number: int | None
    date: str
    stamp: str | None
    result: Result
    words: str
    summary: str
    metrics: str
    artifacts: tuple[str, ...]
    commit: str


@dataclass(frozen=True, slots=True)
class Change:
    """One append: the attempt, the actions that it completes, the actions that follow from it,
    a new status where there is one, and the day it is recorded (ISO)."""

    item: str
    attempt: NewAttempt
    complete: tuple[int, ...] = ()
    next: tuple[str, ...] = ()
    status: str | None = None
    today: str = ""
