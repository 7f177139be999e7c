"""The history of a plan, put together from what each commit did."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from ledger.git.log import Change, Commit
from ledger.versions.model import Deed, Event, Facts, History

T = TypeVar("T")


def joined(
    path: str,
    changes: Sequence[Change],
    deeds: Mapping[str, Deed],
    *,
    is_cut: bool,
) -> History:
    """The history of the plan that is at ``path`` now. ``deeds`` are by the names of ``changes``,
    parents before children; of those whose version is not in the repository there are none."""
    done = [
        (change.commit, deeds[name]) for change in changes if (name := name_of(change)) in deeds
    ]
    skipped = {change.blob for change in changes if name_of(change) not in deeds}
    facts = _facts(done)
    parts = [deed for _, deed in done]
    others = _every(deed.others for deed in parts)
    events = _every(deed.events for deed in parts)
    removed = _every(deed.removed for deed in parts)
    told = {one.commit for part in (facts, others, events, removed) for one in part}
    named = {change.commit.sha: change.commit for change in changes}
    return History(
        path=path,
        names=tuple(dict.fromkeys(change.path for change in reversed(changes))),
        commits=len(named),
        skipped=len(skipped),
        is_cut=is_cut,
        removed=removed,
        others=others,
        edited=_every(deed.edited for deed in parts),
        duplicated=_every(deed.duplicated for deed in parts),
        events=events,
        facts=facts,
        log=tuple(commit for sha, commit in named.items() if sha in told),
    )


def name_of(change: Change) -> str:
    """What a change is known by: the commit, and each version that it is about."""
    return " ".join([change.commit.sha, change.path, *(blob or "-" for blob in blobs_of(change))])


def blobs_of(change: Change) -> list[str | None]:
    """The version that the commit made, then those of its parents."""
    return [change.blob, *(blob for _, blob in change.parents)]


def _facts(done: Iterable[tuple[Commit, Deed]]) -> tuple[Facts, ...]:
    """Each version once, as the commit made it that was the first to have it."""
    found: dict[str, tuple[datetime, Facts]] = {}
    for commit, deed in done:
        if deed.facts:
            when = datetime.fromisoformat(commit.when)
            known = found.setdefault(deed.facts.blob, (when, deed.facts))
            if when < known[0]:
                found[deed.facts.blob] = (when, deed.facts)
    return tuple(facts for _, facts in found.values())


def _every(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))


# The part of a history that is about one item, or about one attempt


def names(history: History) -> list[str]:
    """The items that the history tells of."""
    parts = (history.removed, history.others, history.events)
    told = (one.item for part in parts for one in part)
    return list(dict.fromkeys(item for item in told if item is not None))


def select(history: History, is_meant: Callable[[str], bool], number: int | None) -> History:
    """What ``history`` tells of the items whose names ``is_meant`` takes, and of no more than
    the attempt ``number`` of them, where there is one. The figures of versions stay."""

    def is_told(item: str | None, told: int | None) -> bool:
        return item is not None and is_meant(item) and number in (None, told)

    def has_left(event: Event) -> bool:
        """Whether the attempt went elsewhere: that is told under its new name."""
        if event.kind not in ("moved", "renumbered"):
            return False
        item, _, old = event.before.rpartition("#")
        return bool(old) and is_meant(item) and number in (None, int(old))

    def is_wanted(event: Event) -> bool:
        of_action = event.kind.startswith("action")  # its number is that of an action
        return is_told(event.item, event.number) and (number is None or not of_action)

    events = tuple(one for one in history.events if is_wanted(one) or has_left(one))
    return history.model_copy(
        update={
            "removed": tuple(one for one in history.removed if is_told(one.item, one.number)),
            "others": tuple(one for one in history.others if is_told(one.item, one.number)),
            "edited": tuple(one for one in history.edited if is_told(one.item, one.number)),
            "duplicated": tuple(one for one in history.duplicated if is_told(one.item, one.number)),
            "events": events,
        }
    )
