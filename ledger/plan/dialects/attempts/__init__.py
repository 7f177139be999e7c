"""The main dialect: ``## [ID] Title`` sections, fields as bullets, an attempts history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ledger.plan.dialects.attempts.reading import read
from ledger.plan.dialects.attempts.signs import sign

if TYPE_CHECKING:
    from ledger.plan.document import Edit
    from ledger.plan.model import Change, Item, Ledger

__all__ = ["IS_NUMBERED", "append", "read", "sign"]

IS_NUMBERED: Final = True


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The edits that make ``change`` to ``item``."""
    from ledger.plan.dialects.attempts import appending  # the hook does not write

    return appending.append(ledger, item, change)
