"""What a safe fix is: edits, and what they are meant to make of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ledger.document import Edit
from ledger.models.ledger import Action, Attempt, Item, Ledger

Shape = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """All that a ledger says, places aside, to be changed as a fix means it.

    ``rows`` are those of the index, each as a list so that others may go in behind it.
    """

    rows: list[list[Shape]]
    items: list[Shape]
    loose: list[Shape]
    unread: list[str]
    updated: str | None = field(default=None)

    @property
    def said(self) -> tuple[object, ...]:
        """It, for comparing."""
        rows = [row for group in self.rows for row in group]
        return rows, self.items, self.loose, self.unread, self.updated


class Fix(NamedTuple):
    """One safe fix: of a fault of the rule ``code``, on ``line``. ``said`` tells what becomes of
    it. ``meant`` does to a draft of the ledger what ``edits`` do to its bytes."""

    code: str
    line: int
    item: str | None
    said: str
    edits: tuple[Edit, ...]
    meant: Callable[[Draft], None]


class Left(NamedTuple):
    """A fault of the rule ``code`` that no safe fix mends, and why."""

    code: str
    line: int
    item: str | None
    said: str


def draft(ledger: Ledger) -> Draft:
    """What ``ledger`` says."""
    return Draft(
        [
            [{"id": r.id, "title": r.title, "priority": r.priority_text, "status": r.status_text}]
            for r in ledger.index
        ],
        [_item(item) for item in ledger.items],
        [_attempt(one) for one in ledger.loose],
        [one.text for one in ledger.unread],
        ledger.last_updated.value if ledger.last_updated else None,
    )


def _item(item: Item) -> Shape:
    return {
        "id": item.id,
        "title": item.title,
        "priority": item.priority_text,
        "status": item.status_text,
        "fields": [(one.name, one.value) for one in item.fields],
        "attempts": [_attempt(one) for one in item.attempts],
        "actions": [_action(one) for one in item.actions],
        "criteria": [(one.text, one.ticked) for one in item.criteria],
        "archived": [(one.key, one.ranges) for one in item.archived],
    }


def _attempt(one: Attempt) -> Shape:
    return {
        "number": one.number,
        "date": one.date,
        "stamp": one.stamp,
        "result": one.result_text,
        "source": one.source,
        "text": one.text,
    }


def _action(one: Action) -> Shape:
    return {
        "number": one.number,
        "state": one.state,
        "words": one.state_text,
        "attempt": one.attempt,
        "stamp": one.stamp,
        "text": one.text,
    }
