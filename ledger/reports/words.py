"""Phrases that reports share."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.commands.status import ActionCounts


def listed(parts: Iterable[str]) -> str:
    """``a, b, c``."""
    return ", ".join(parts)


def unfinished(counts: ActionCounts) -> str:
    """``2 open, 1 blocked, 1 deferred``; empty where nothing is left to do."""
    named = (("open", counts.open), ("blocked", counts.blocked), ("deferred", counts.deferred))
    return listed(f"{count} {name}" for name, count in named if count)


def finished(counts: ActionCounts) -> str:
    """``19 complete, 1 rejected``."""
    named = (("complete", counts.complete), ("rejected", counts.rejected))
    return listed(f"{count} {name}" for name, count in named if count)
