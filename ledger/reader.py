"""Bytes to a ``Ledger``: the one way in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import document
from ledger.dialects import attempts, pointers
from ledger.models.ledger import Ledger

if TYPE_CHECKING:
    from ledger.models.conventions import Conventions


def read(data: bytes, like: Ledger | None = None, own: Conventions | None = None) -> Ledger:
    """Read any bytes as a fix plan. Never fails: what cannot be read is in ``unread``.

    ``own`` are the words and IDs of this project, where it has others. ``like`` is another
    version of the same file, for speed: what both have is read once, and in the same words.
    """
    plan = document.parse(data)
    return pointers.note(attempts.read(plan, like, like.own if like else own), plan)
