"""The history of a ledger from its repository: ask git, read what is new, compare, remember."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Final, Self

from ledger.config import Config, find
from ledger.errors import UsageError
from ledger.git import blobs, log, process, repository
from ledger.git.log import Change, Commit
from ledger.plan import selectors
from ledger.versions import cache
from ledger.versions.comparison import compare
from ledger.versions.history import joined, name_of, names, select
from ledger.versions.model import Deed, History
from ledger.versions.snapshot import EMPTY, Snapshot, Snapshots

_KEPT: Final = 16  # versions: the parents of a commit are mostly among the last ones

Progress = Callable[[int, int], None]
"""Told how many versions of how many have been read."""


def history(
    item: str | None = None,
    *,
    revisions: str | None = None,
    ledger: Path | None = None,
    progress: Progress | None = None,
) -> History:
    """What commits did to the fix plan, over all its versions up to HEAD, or to those of
    ``revisions``: ``REV``, ``A..B`` or ``A..``. Renames of the file are followed.

    ``item`` leaves only what happened to an item (``PARSE-001``) or to one of its attempts
    (``PARSE-001#3``). ``progress`` is told how many of how many versions have been read.

    Raises ``UsageError`` for an item, attempt or revision that there is not, for a plan outside
    of git, and for one that was never committed; ``LedgerError`` where git fails.
    """
    whole = audit(find(Path.cwd(), ledger), revisions, progress)
    if item is None:
        return whole
    wanted = selectors.parse(item)
    folded = selectors.folded(wanted.item)
    selected = select(whole, lambda name: selectors.folded(name) == folded, wanted.number)
    if selected.events or selected.removed or selected.edited:
        return selected
    known = names(whole)
    if any(selectors.folded(name) == folded for name in known):
        raise UsageError(
            "no-such-attempt",
            f"no version has attempt #{wanted.number} of {wanted.item}",
            f"`ledger history {wanted.item}` tells of those that there were",
        )
    raise selectors.unknown_item(wanted.item, known, "any version")


def audit(
    config: Config, revisions: str | None = None, progress: Progress | None = None
) -> History:
    """The history of the ledger up to HEAD, or of ``revisions``: ``REV``, ``A..B``, ``A..``.

    Raises ``UsageError`` for a revision that is none or that git does not know, for a ledger
    outside of git, and for one that was never committed; ``LedgerError`` where git fails.
    """
    if not config.is_git:
        raise UsageError(
            "no-repository",
            f"{config.root}: not a git repository",
            "a history is what git remembers: commit the ledger first",
        )
    commits = log.resolve(config.root, revisions)
    changes = log.changes(config.root, config.ledger_path, commits)
    if not changes:
        where = "in this range" if len(commits) > 1 else "in this history"
        raise UsageError(
            "no-versions",
            f"no commit {where} has {config.ledger_path}",
            "commit the ledger, or name the one that was committed with --ledger",
        )
    place = cache.place(config.ledger_path, os.fspath(process.git_dir(config.root)), config.own)
    deeds = cache.load(place, map(name_of, changes))
    new = [change for change in changes if name_of(change) not in deeds]
    if new:
        names = tuple(dict.fromkeys(change.path for change in changes))
        with _Versions(config, names) as versions:
            found = dict(_compared(versions, new, progress))
        if not versions.lacks:
            cache.save(place, found)
        deeds |= found
    return joined(config.ledger_path, changes, deeds, is_cut=repository.is_shallow(config.root))


def _compared(
    versions: _Versions, changes: Sequence[Change], progress: Progress | None
) -> Iterator[tuple[str, Deed]]:
    """What each of ``changes`` did, but for those whose version is not in the repository."""
    for done, change in enumerate(changes, 1):
        after = versions.of(change.blob)
        if after:
            before = [versions.of(blob) or EMPTY for _, blob in change.parents] or [EMPTY]
            fork = partial(versions.fork, change.commit)
            yield name_of(change), compare(change.commit, after, before, fork)
        if progress:
            progress(done, len(changes))


class _Versions:
    """The versions of the ledger, which had these ``names``, from the repository."""

    def __init__(self, config: Config, names: Sequence[str]) -> None:
        self._root = config.root
        self._names = names
        self._blobs = blobs.Blobs(config.root)
        self._snapshots = Snapshots(config.own)
        self.lacks = False  # whether the repository does not hold one that was asked for
        self.of = lru_cache(maxsize=_KEPT)(self._of)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._blobs.close()

    def _of(self, blob: str | None) -> Snapshot | None:
        """The version that ``blob`` is, an empty one for None; None where it is not in the
        repository."""
        if blob is None:
            return EMPTY
        data = self._blobs.content(blob)
        self.lacks |= data is None
        return None if data is None else self._snapshots.of(blob, data)

    def fork(self, merge: Commit) -> Snapshot:
        """What the file was where the histories of the parents parted."""
        commit = repository.fork_point(self._root, *merge.parents)
        if commit is None:
            return EMPTY
        found = log.blobs_at(self._root, [(commit, name) for name in self._names])
        return self.of(next((blob for blob in found if blob), None)) or EMPTY
