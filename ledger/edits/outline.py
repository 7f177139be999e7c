"""The one check of every edit: does the ledger afterwards say what it said before, plus exactly
the change that was meant?

    expected, found = Outline(old), Outline(new)
    expected.items[place]["status"] = "done"    # what was meant
    refuse_difference(expected, found)

An outline is all that a ledger says, places aside, as plain values that may be changed. There is
no way to switch the check off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ledger.errors import Refused
from ledger.plan import document, reader, words
from ledger.plan.document import Edit
from ledger.plan.model import Action, Attempt, IndexRow, Item, Ledger

Shape = dict[str, Any]


class Outline:
    """All that ``ledger`` says. Each of ``rows`` is a list, so that others may go in behind."""

    def __init__(self, ledger: Ledger) -> None:
        self.items = [shape(item) for item in ledger.items]
        self.rows = [[shape(row)] for row in ledger.index]
        self.loose = [shape(attempt) for attempt in ledger.loose]
        self.unread = [unread.text for unread in ledger.unread]
        self.headings = [
            (h.title, h.level, h.status, h.dates, [(f.name, f.value) for f in h.fields])
            for h in ledger.headings
        ]
        self.dialect = ledger.dialect
        self.updated = ledger.last_updated.value if ledger.last_updated else None

    def difference(self, other: Outline) -> str | None:
        """What a message calls the first thing that ``other`` has otherwise; None for nothing."""
        if len(self.items) != len(other.items):
            return f"the number of items: {len(self.items)} became {len(other.items)}"
        for ours, theirs in zip(self.items, other.items, strict=True):
            for part, value in ours.items():
                if value != theirs[part]:
                    return f"the {part.removesuffix('_text')} of {ours['id']}"
        mine, others = dict(self._around()), dict(other._around())
        if self.dialect != other.dialect:  # most of the file is in: so headings that say nothing
            for side in (mine, others):  # are read by another one now
                side["the headings"] = [h for h in side["the headings"] if any(h[2:])]
        return next((what for what, value in mine.items() if others[what] != value), None)

    def _around(self) -> Iterator[tuple[str, Any]]:
        yield "attempts outside items", self.loose
        yield "unread lines", self.unread
        yield "the headings", self.headings
        yield "the index", [entry for group in self.rows for entry in group]
        yield "the Last Updated line", self.updated


def refuse_difference(
    expected: Outline, outline: Outline, hint: str = "please report the ledger's shape"
) -> None:
    """Raise Refused, naming the first thing that differs."""
    what = expected.difference(outline)
    if what:
        raise unexpected_change(what, hint)


def unexpected_change(what: str, hint: str = "please report the ledger's shape") -> Refused:
    """What to raise where an edit does something else than it should."""
    message = f"the edit would change more, or other, than was asked: {what}"
    return Refused("not-as-meant", message, f"nothing was written; {hint}")


def edited(ledger: Ledger, edits: Iterable[Edit]) -> Ledger:
    """``ledger`` with ``edits``, read again. Raises Refused where two of them overlap."""
    return reader.read(document.apply(ledger.text, edits), ledger.conventions)


def expect_status(expected: Outline, outline: Outline, place: int, status: str) -> None:
    """The item at ``place`` has the new ``status``, and so have its rows of the index."""
    mine, theirs = expected.items[place], outline.items[place]
    mine["status_text"] = theirs["status_text"]
    for side in (mine, theirs):
        side["fields"] = [field for field in side["fields"] if field["name"].lower() != "status"]
    for group, now in zip(expected.rows, outline.rows, strict=False):
        row, was = group[0], group[0]["status_text"]
        if row["id"] == mine["id"]:
            row["status_text"] = status + was[len(words.phrase(was)) :]
            if bare(row["status_text"]) == bare(now[0]["status_text"]):  # Done for done
                row["status_text"] = now[0]["status_text"]


def plain(text: str) -> str:
    """``text`` in one line: how it is wrapped and indented is no difference."""
    return " ".join(text.split())


def bare(text: str) -> str:
    """The words alone, for marks are escaped when they are written."""
    return " ".join(_WORD.findall(text)).casefold()


# The parts

_WORD: Final = re.compile(r"[^\W_]+")
_ATTEMPT: Final = {"number", "date", "stamp", "result_text", "source", "text"}
_ACTION: Final = {"number", "state", "state_text", "attempt", "stamp", "text"}
_ROW: Final = {"id", "title", "priority_text", "status_text"}
_ITEM: Final = {
    **dict.fromkeys(_ROW, True),
    "fields": {"__all__": {"name", "value"}},
    "attempts": {"__all__": _ATTEMPT},
    "actions": {"__all__": _ACTION},
    "criteria": {"__all__": {"text", "ticked"}},
    "archived": {"__all__": {"key", "ranges"}},
}
_SAYS: Final[dict[type, Any]] = {Item: _ITEM, Attempt: _ATTEMPT, Action: _ACTION, IndexRow: _ROW}


def shape(model: Item | Attempt | Action | IndexRow) -> Shape:
    """What a part of the ledger says."""
    return model.model_dump(include=_SAYS[type(model)])


def drop_fields(entry: Shape, names: tuple[str, ...]) -> None:
    """Leave the fields out whose names begin with one of ``names``, in lower case."""
    entry["fields"] = [
        kept for kept in entry["fields"] if not kept["name"].lower().startswith(names)
    ]
