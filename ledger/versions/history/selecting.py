"""The part of a history that is about one item, or about one attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import chain

from ledger.versions.model import Event, History


def names(history: History) -> list[str]:
    """The items that the history tells of."""
    removed = (one.item for one in (*history.removed, *history.others))
    told = chain(removed, (one.item for one in history.events))
    return list(dict.fromkeys(item for item in told if item is not None))


def select(history: History, is_meant: Callable[[str], bool], number: int | None) -> History:
    """What ``history`` tells of the items whose names ``is_meant`` takes, and of no more than
    the attempt ``number`` of them, where there is one. The figures of versions stay."""

    def is_told(item: str | None, told: int | None) -> bool:
        return item is not None and is_meant(item) and number in (None, told)

    def is_left(event: Event) -> bool:
        """Whether the attempt went elsewhere: that is told under its new name."""
        if event.kind not in ("moved", "renumbered"):
            return False
        item, _, old = event.before.rpartition("#")
        return bool(old) and is_meant(item) and number in (None, int(old))

    return replace(
        history,
        removed=[one for one in history.removed if is_told(one.item, one.number)],
        others=[one for one in history.others if is_told(one.item, one.number)],
        edited=[one for one in history.edited if is_told(one.item, one.number)],
        duplicated=[one for one in history.duplicated if is_told(one.item, one.number)],
        events=[
            one
            for one in history.events
            if (is_told(one.item, one.number) and (number is None or not _is_action(one)))
            or is_left(one)
        ],
    )


def _is_action(event: Event) -> bool:
    """Whether its number is that of an action."""
    return event.kind.startswith("action")
