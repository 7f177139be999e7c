"""What a safe fix is: edits, and what they are meant to make of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from ledger.edits import shape
from ledger.edits.shape import Shape
from ledger.plan.document import Edit
from ledger.plan.model import Ledger


@dataclass(slots=True)
class Draft:
    """All that a ledger says, places aside, to be changed as a fix means it.

    ``rows`` are those of the index, each as a list so that others may go in behind it.
    """

    rows: list[list[Shape]]
    items: list[Shape]
    loose: list[Shape]
    unread: list[str]
    updated: str | None

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
        [[shape.row(one)] for one in ledger.index],
        [shape.item(one) for one in ledger.items],
        [shape.attempt(one) for one in ledger.loose],
        [one.text for one in ledger.unread],
        ledger.last_updated.value if ledger.last_updated else None,
    )
