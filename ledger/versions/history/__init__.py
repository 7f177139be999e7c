"""What each commit did to a ledger: versions along the edges from parent to child, to events.

An attempt is known by its item and its number, for that is how actions, commits and other
attempts name it. It is *removed* where no attempt of that item and number is left, *edited*
where the first lines under that number are others, *moved* or *renumbered* where its words
(number, date and white space aside) appear in the same commit under another name.

A merge is held against all its parents. It added what none of them has. It removed what one of
them has, unless another one had let go of it on its own side: that was that side's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from ledger.git.model import Change, Commit
from ledger.plan.version import Version
from ledger.versions.history.comparing import Comparison
from ledger.versions.history.facts import facts
from ledger.versions.history.held import EMPTY, View, Views
from ledger.versions.model import History

__all__ = ["replay"]


def replay(
    changes: Sequence[Change],
    versions: Mapping[str, Version],
    fork_of: Callable[[Change], str | None],
    *,
    is_cut: bool = False,
) -> History:
    """What ``changes``, parents before children, did. ``versions`` are those of their blobs; a
    change whose own is missing is skipped, a parent's that is missing counts as no file.

    ``fork_of`` gives the blob that the parents of a merge have in common, None for none, and
    sees to it that its version is known.
    """
    views = Views()
    seen: dict[str, View] = {}

    def view(blob: str | None) -> View:
        if blob is None or blob not in versions:
            return EMPTY
        if blob not in seen:
            seen[blob] = views.of(blob, versions[blob])
        return seen[blob]

    firsts: dict[str, Commit] = {}
    found: list[Comparison] = []
    skipped = set()
    for change in changes:
        if change.blob is not None and change.blob not in versions:
            skipped.add(change.blob)
            continue
        if change.blob:
            known = firsts.setdefault(change.blob, change.commit)
            if _time(change.commit) < _time(known):
                firsts[change.blob] = change.commit
        parents = [view(blob) for _, blob in change.parents] or [EMPTY]
        fork = partial(_seen, view, fork_of, change)
        found.append(Comparison(change.commit, view(change.blob), parents, fork))
    return History(
        tuple(dict.fromkeys(change.path for change in reversed(changes))),
        len({change.commit.sha for change in changes}),
        len(skipped),
        is_cut,
        [one for comparison in found for one in comparison.removed],
        [one for comparison in found for one in comparison.others],
        [one for comparison in found for one in comparison.edited],
        [one for comparison in found for one in comparison.duplicated],
        [one for comparison in found for one in comparison.events],
        [facts(commit, view(blob)) for blob, commit in firsts.items()],
    )


def _seen(
    view: Callable[[str | None], View], fork_of: Callable[[Change], str | None], change: Change
) -> View:
    return view(fork_of(change))


def _time(commit: Commit) -> datetime:
    return datetime.fromisoformat(commit.when)
