"""One focus at a time, and a history of dated entries under headings of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.plan import patterns
from ledger.plan.dialects.logbook import headings
from ledger.plan.dialects.logbook.reading import read
from ledger.plan.recognition import Sign

if TYPE_CHECKING:
    from ledger.plan.document import Document, Edit, Section
    from ledger.plan.model import Change, Conventions, Item, Ledger

__all__ = ["IS_NUMBERED", "append", "read", "sign"]

IS_NUMBERED: Final = False
_LOOKED_AT: Final = 200  # sections of a file, for one that no other dialect has


def sign(document: Document, section: Section, own: Conventions | None) -> Sign | None:
    """In a file that has a focus, a history and dated entries, or two of these: a heading of such
    a section."""
    if not section.heading:
        return None
    title = document.title(section)
    is_entry = headings.entry(title) is not None
    if (not is_entry and headings.kind(title, own) == "other") or not _is_logbook(document, own):
        return None
    reason = "a heading that begins with a date" if is_entry else f"the heading `{title}`"
    # What stands below, such as checkboxes, is the logbook's.
    lines = section.end - section.start
    return Sign(dialect="logbook", line=section.start + 1, count=lines, reason=reason, owns=True)


def _is_logbook(document: Document, own: Conventions | None) -> bool:
    """Whether two of these have headings outside of the items of other dialects."""
    found: set[str] = set()
    item = 0  # the level of the item that the section stands in
    for section in document.sections[:_LOOKED_AT]:
        if not section.heading or (item and section.level > item):
            continue
        title = document.title(section)
        item = section.level if patterns.ids(own).item.match(title) else 0
        kind = headings.kind(title, own)
        if kind in ("focus", "attempts"):
            found.add(kind)
        elif headings.entry(title):
            found.add("entry")
        if len(found) > 1:
            return True
    return False


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The edits that make ``change`` to ``item``."""
    from ledger.plan.dialects.logbook import appending  # the hook does not write

    return appending.append(ledger, item, change)
