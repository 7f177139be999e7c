"""What went to the archive is not lost: events of attempts that a version points to there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ledger.git.model import Change
from ledger.plan.model import Ledger
from ledger.versions.model import Event, EventKind, History, Removed

_KINDS: Final[Mapping[EventKind, EventKind]] = {"removed": "archived", "added": "restored"}


def told(
    found: History, changes: Sequence[Change], pointing: Callable[[str], Ledger | None]
) -> History:
    """``found``, in which attempts that a commit moved to the archive are not removed, and those
    that it brought back not added. ``pointing`` gives the version that a blob is, if it points to
    the archive at all."""
    made = {change.commit.sha: change for change in changes}

    def is_there(blob: str | None, item: str | None, number: int | None) -> bool:
        ledger = pointing(blob) if blob else None
        every = ledger.items if ledger else ()
        return any(one.id == item and one.has_archived(number) for one in every)

    def is_kept(one: Removed) -> bool:
        return not is_there(made[one.commit.sha].blob, one.item, one.number)

    def event(one: Event) -> Event:
        kind = _KINDS.get(one.kind)
        if kind is None:
            return one
        change = made[one.commit.sha]
        blobs = [change.blob] if kind == "archived" else [blob for _, blob in change.parents]
        was = any(is_there(blob, one.item, one.number) for blob in blobs)
        return one._replace(kind=kind) if was else one

    return replace(
        found,
        removed=[one for one in found.removed if is_kept(one)],
        others=[one for one in found.others if is_kept(one)],
        events=[event(one) for one in found.events],
    )
