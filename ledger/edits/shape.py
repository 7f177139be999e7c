"""All that a ledger says, places aside: what an edit is held against."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ledger.plan.model import Action, Attempt, IndexRow, Item, Ledger

Shape = dict[str, Any]


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


def frame(one: Item, parts: Collection[str], homes: tuple[str, ...]) -> Shape:
    """An item but for its ``parts``, and for the fields that hold them: those whose names begin
    with one of ``homes``."""
    said = {name: value for name, value in item(one).items() if name not in parts}
    said["fields"] = [field for field in said["fields"] if not field[0].lower().startswith(homes)]
    return said


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


def around(ledger: Ledger) -> Shape:
    """What stands outside of items, by what a message calls it."""
    return {
        "attempts outside items": [attempt(one) for one in ledger.loose],
        "unread lines": [one.text for one in ledger.unread],
        "the headings": [
            (one.title, one.level, one.status, one.dates, [(f.name, f.value) for f in one.fields])
            for one in ledger.headings
        ],
        "the index": [row(one) for one in ledger.index],
        "the Last Updated line": ledger.last_updated and ledger.last_updated.value,
    }


def differing(old: Shape, new: Shape) -> str | None:
    """The first of the names of ``old`` under which ``new`` has something else."""
    return next((name for name, value in old.items() if new[name] != value), None)
