"""Where versions of a file come from: forks, renames, conflicts, HEAD. One short git command each.

The hook asks these in rare cases only, so they are not worth a library for git. Nothing here
changes a repository, its index included.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ledger.git import asking, blobs

_NOTHING_FOUND = 1  # the exit code of rev-parse --verify


def fork_point(root: Path, *revisions: str) -> str | None:
    """The commit that ``revisions`` have in common and that is nearest to them; None where they
    have none, or where a shallow clone lacks it. Raises UsageError for what is no revision."""
    names = [blobs.check_revision(revision) for revision in revisions]
    return _ask(root, "merge-base", "--octopus", *names).decode("ascii", "replace").strip() or None


def renamed_from(root: Path, path: str) -> str | None:
    """What the last commit calls the file that is staged as ``path``, where it has another name."""
    parts = _ask(root, "diff", "--cached", "--name-status", "-M", "-z", "--no-ext-diff", "HEAD")
    names = iter(parts.decode("utf-8", "surrogateescape").split("\0"))
    for status in names:
        old = next(names, "")
        if status[:1] in ("R", "C") and next(names, "") == path:
            return old
    return None


def is_unmerged(root: Path, path: str) -> bool:
    """Whether the index holds ``path`` in conflict."""
    return bool(_ask(root, "--literal-pathspecs", "ls-files", "--unmerged", "-z", "--", path))


def is_shallow(root: Path) -> bool:
    """Whether the clone lacks older commits."""
    return _ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true"


def head_commit(root: Path) -> str | None:
    """The full name of HEAD's commit; None before the first commit. Raises LedgerError where git
    gives up, as ``is_dirty`` does."""
    ask = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return (
        asking.ask(root, *ask, answers=(_NOTHING_FOUND,)).decode("ascii", "replace").strip() or None
    )


def is_dirty(root: Path, aside: Iterable[str] = ()) -> bool:
    """Whether tracked files differ from HEAD, in the index or in the work tree, the paths
    ``aside`` and what lies below them left out."""
    left_out = [f":(top,exclude,literal){path}" for path in aside]
    ask = ("status", "--porcelain", "-z", "--untracked-files=no", "--", ":(top)")
    return bool(asking.ask(root, *ask, *left_out))


def _ask(root: Path, *arguments: str) -> bytes:
    """What git says, empty where it fails."""
    done = asking.run(root, *arguments)
    return done.stdout if done.returncode == 0 else b""
