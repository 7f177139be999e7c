"""Bytes to a ``Ledger``: the one way in."""

from __future__ import annotations

from ledger import document
from ledger.dialects import attempts
from ledger.models.ledger import Ledger


def read(data: bytes, like: Ledger | None = None) -> Ledger:
    """Read any bytes as a fix plan. Never fails: what cannot be read is in ``unread``.

    ``like`` is another version of the same file, for speed: what both have is read once.
    """
    return attempts.read(document.parse(data), like)
