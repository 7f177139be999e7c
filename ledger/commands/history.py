"""The history of a ledger from its repository: ask git, read what is new, compare, remember."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from ledger.config import Config
from ledger.errors import UsageError
from ledger.git import ancestry, blobs, log, worktree
from ledger.git.model import Change
from ledger.plan.model import Ledger
from ledger.versions import cache as history_cache
from ledger.versions.cache import Cache
from ledger.versions.model import History

Progress = Callable[[int, int], None]
"""Told how many versions of how many have been read."""


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
    cache = Cache(
        history_cache.place(Path(config.ledger_path), worktree.git_dir(config.root), config.own)
    )
    key = " ".join([*commits, config.ledger_path])
    known = cache.history(key)
    return known or _audit(config, commits, cache, key, progress)


def _audit(
    config: Config, commits: tuple[str, ...], cache: Cache, key: str, progress: Progress | None
) -> History:
    from ledger.plan import reader  # not needed where the history is known
    from ledger.versions import history
    from ledger.versions.history import archived

    changes = log.changes(config.root, config.ledger_path, commits)
    if not changes:
        where = "in this range" if len(commits) > 1 else "in this history"
        raise UsageError(
            "no-versions",
            f"no commit {where} has {config.ledger_path}",
            "commit the ledger, or name the one that was committed with --ledger",
        )
    names = tuple(dict.fromkeys(change.path for change in changes))
    wanted = (blob for change in changes for _, blob in change.parents)
    _read(config, [*wanted, *(change.blob for change in changes)], cache, progress)

    def fork_of(change: Change) -> str | None:
        merge = change.commit
        if merge.sha not in cache.forks:
            cache.forks[merge.sha] = _forked(config, merge.parents, names)
        _read(config, [cache.forks[merge.sha]], cache)
        return cache.forks[merge.sha]

    found = history.replay(
        changes, cache.versions, fork_of, is_cut=ancestry.is_shallow(config.root)
    )
    with blobs.Blobs(config.root) as contents:

        @lru_cache(maxsize=16)  # the events of a commit come together
        def pointing(blob: str) -> Ledger | None:
            version = cache.versions.get(blob)
            if version is None or not version.points:
                return None
            return reader.read(contents.content(blob) or b"", own=config.own)

        found = archived.told(found, changes, pointing)
    if not found.is_cut and not found.skipped:
        cache.keep(key, found)
    return found


def _read(
    config: Config,
    wanted: Iterable[str | None],
    cache: Cache,
    progress: Progress | None = None,
) -> None:
    """Read those of the ``wanted`` blobs that are not known."""
    missing = [blob for blob in dict.fromkeys(wanted) if blob and blob not in cache.versions]
    if not missing:
        return
    from ledger.versions.reading import read_versions  # the parser, for new text only

    cache.versions |= read_versions(config.root, missing, progress, config.own)


def _forked(config: Config, parents: Sequence[str], names: Sequence[str]) -> str | None:
    """The blob that the file was where the histories of ``parents`` parted."""
    commit = ancestry.fork_point(config.root, *parents)
    if commit is None:
        return None
    found = log.blobs_at(config.root, [(commit, name) for name in names])
    return next((blob for blob in found if blob), None)
