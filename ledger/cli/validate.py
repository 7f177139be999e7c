"""``ledger validate``."""

from __future__ import annotations


def command() -> int:
    """Check."""
    return 0
