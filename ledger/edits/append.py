"""An append as edits: one attempt, actions completed and added, status, last updated.

No I/O. What bytes go where is the dialect's to say; ``ledger.edits.verify`` holds the outcome
against what was meant.
"""

from __future__ import annotations

import re

from ledger.errors import Refused, UsageError
from ledger.plan import dialects, places, text
from ledger.plan.document import Edit
from ledger.plan.model import Change, Field, Item, Ledger

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def section_of(ledger: Ledger, item_id: str) -> Item:
    """The item's section; of several the one with the latest attempt.

    Raises UsageError where there is no such item, Refused where it is listed and no more, or
    where several tasks have the name.
    """
    named = [item for item in ledger.items if item.id == item_id]
    if not named:
        raise UsageError(
            "no-such-item", f"no item {item_id} in this ledger", "`ledger status` lists them"
        )
    sections = [item for item in named if not places.is_listed(ledger, item)]
    if not sections:
        raise Refused(
            "no-section",
            f"{item_id} is only listed (line {named[0].span.start_line})",
            f"give it a section: `## [{item_id}] {named[0].title}`",
        )
    if len(sections) > 1 and any(item.dialect != dialects.MAIN for item in sections):
        lines = " and ".join(str(item.span.start_line) for item in sections)
        raise Refused("ambiguous-item", f"{item_id} stands on lines {lines}", "give one another ID")
    return max(sections, key=lambda item: max((a.number or 0 for a in item.attempts), default=-1))


def next_number(ledger: Ledger, item_id: str) -> int | None:
    """One more than the largest attempt number in the item's history and actions, here or in the
    archive; None where its dialect has no numbers."""
    sections = [item for item in ledger.items if item.id == item_id]
    if not all(dialects.load(item.dialect).IS_NUMBERED for item in sections):
        return None
    return max((item.highest for item in sections), default=0) + 1


def append(ledger: Ledger, change: Change) -> list[Edit]:
    """The edits that make ``change``. Raises Refused or UsageError where it has no place."""
    item = section_of(ledger, change.item)
    if not all(text.one_line(said) for said in change.next):
        raise UsageError("empty-action", "a next action has no words", "say what is next")
    edits = dialects.load(item.dialect).append(ledger, item, change)
    return edits + (_updated(ledger.last_updated, change) if ledger.last_updated else [])


def _updated(field: Field, change: Change) -> list[Edit]:
    """The date becomes today's; a note in parentheses, which tells of the last update, too."""
    found = _DATE.search(field.value)
    if not found:
        return []
    start = field.value_span.start_byte + len(text.encode(field.value[: found.start()]))
    rest = field.value[found.end() :]
    is_note = rest.startswith(" (") and rest.endswith(")")
    old = field.value[found.start() :] if is_note else found.group()
    new = change.today
    if is_note:
        number = change.attempt.number
        new += f" ({change.item}{'' if number is None else f' Attempt #{number}'})"
    return [Edit(start, start + len(text.encode(old)), text.encode(new))]
