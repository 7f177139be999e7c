"""The one check of every edit: does the ledger afterwards say what it said before, plus exactly
the change that was meant?

    expected, found = Outline(old), Outline(new)
    expected.items[place]["status"] = "done"    # what was meant
    refuse_difference(expected, found)

An outline is all that a ledger says, places aside, as plain values that may be changed. There is
no way to switch the check off.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ledger.errors import Refused
from ledger.plan.model import Action, Attempt, IndexRow, Item, Ledger

Shape = dict[str, Any]


class Outline:
    """All that ``ledger`` says. ``rows`` are those of the index, each as a list so that others may
    go in behind it."""

    def __init__(self, ledger: Ledger) -> None:
        self.items = [item(one) for one in ledger.items]
        self.rows = [[row(one)] for one in ledger.index]
        self.loose = [attempt(one) for one in ledger.loose]
        self.unread = [one.text for one in ledger.unread]
        self.headings = [
            (one.title, one.level, one.status, one.dates, [(f.name, f.value) for f in one.fields])
            for one in ledger.headings
        ]
        self.updated = ledger.last_updated.value if ledger.last_updated else None

    def difference(self, other: Outline) -> str | None:
        """What a message calls the first thing that ``other`` has otherwise; None for nothing."""
        if len(self.items) != len(other.items):
            return f"the number of items: {len(self.items)} became {len(other.items)}"
        for one, theirs in zip(self.items, other.items, strict=True):
            for part, value in one.items():
                if value != theirs[part]:
                    return f"{_PARTS[part]} of {one['id']}"
        mine, others = dict(self._around()), dict(other._around())
        return next((what for what, value in mine.items() if others[what] != value), None)

    def _around(self) -> Iterator[tuple[str, object]]:
        yield "attempts outside items", self.loose
        yield "unread lines", self.unread
        yield "the headings", self.headings
        yield "the index", [one for group in self.rows for one in group]
        yield "the Last Updated line", self.updated


def refuse_difference(
    expected: Outline, found: Outline, hint: str = "please report the ledger's shape"
) -> None:
    """Raise Refused, naming the first thing that differs."""
    what = expected.difference(found)
    if what:
        raise not_as_meant(what, hint)


def not_as_meant(what: str, hint: str = "please report the ledger's shape") -> Refused:
    """What to raise where an edit does something else than it should."""
    return Refused(
        "not-as-meant",
        f"the edit would change more, or other, than was asked: {what}",
        f"nothing was written; {hint}",
    )


def plain(words: str) -> str:
    """``words`` in one line: how they are wrapped and indented is no difference."""
    return " ".join(words.split())


# The parts

_PARTS = {
    "id": "the ID",
    "title": "the title",
    "priority": "the priority",
    "status": "the status",
    "fields": "the fields",
    "attempts": "the attempts",
    "actions": "the actions",
    "criteria": "the exit criteria",
    "archived": "what is archived",
}


def item(one: Item) -> Shape:
    """An item with its parts."""
    return {
        "id": one.id,
        "title": one.title,
        "priority": one.priority_text,
        "status": one.status_text,
        "fields": [(field.name, field.value) for field in one.fields],
        "attempts": [attempt(each) for each in one.attempts],
        "actions": [action(each) for each in one.actions],
        "criteria": [(each.text, each.ticked) for each in one.criteria],
        "archived": [(each.key, each.ranges) for each in one.archived],
    }


def attempt(one: Attempt) -> Shape:
    """An attempt."""
    return {
        "number": one.number,
        "date": one.date,
        "stamp": one.stamp,
        "result": one.result_text,
        "source": one.source,
        "text": one.text,
    }


def action(one: Action) -> Shape:
    """An action."""
    return {
        "number": one.number,
        "state": one.state,
        "words": one.state_text,
        "attempt": one.attempt,
        "stamp": one.stamp,
        "text": one.text,
    }


def row(one: IndexRow) -> Shape:
    """A row of the index."""
    return {
        "id": one.id,
        "title": one.title,
        "priority": one.priority_text,
        "status": one.status_text,
    }


def drop_fields(one: Shape, names: tuple[str, ...]) -> None:
    """Leave the fields out whose names begin with one of ``names``, in lower case."""
    if names:
        one["fields"] = [field for field in one["fields"] if not field[0].lower().startswith(names)]
