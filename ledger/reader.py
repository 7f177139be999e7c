"""Bytes to a ``Ledger``: the one way in."""

from __future__ import annotations

from ledger import document
from ledger.dialects import attempts
from ledger.models.ledger import Ledger


def read(data: bytes) -> Ledger:
    """Read any bytes as a fix plan. Never fails: what cannot be read is in ``unread``."""
    return attempts.read(document.parse(data))
