"""Tiers as headings; an item is a bullet, its status a bold word, its last attempt a dated note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.plan.dialects.roadmap.reading import read, sign

if TYPE_CHECKING:
    from ledger.plan.document import Edit
    from ledger.plan.model import Change, Item, Ledger

__all__ = ["IS_NUMBERED", "append", "read", "sign"]

IS_NUMBERED: Final = True


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The edits that make ``change`` to ``item``."""
    from ledger.plan.dialects.roadmap import appending  # the hook does not write

    return appending.append(ledger, item, change)
