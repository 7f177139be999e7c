"""Where versions of a file come from: forks, renames, conflicts, HEAD. One short git command each.

The hook asks these in rare cases only, so they are not worth a library for git. Nothing here
changes a repository, its index included.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from ledger.errors import LedgerError
from ledger.links import blobs

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
    return _ask_strictly(root, *ask).decode("ascii", "replace").strip() or None


def is_dirty(root: Path, aside: Iterable[str] = ()) -> bool:
    """Whether tracked files differ from HEAD, in the index or in the work tree, the paths
    ``aside`` and what lies below them left out."""
    left_out = [f":(top,exclude,literal){path}" for path in aside]
    ask = ("status", "--porcelain", "-z", "--untracked-files=no", "--", ":(top)")
    return bool(_ask_strictly(root, *ask, *left_out))


def _ask(root: Path, *arguments: str) -> bytes:
    """What git says, empty where it fails."""
    done = _run(root, arguments)
    return done.stdout if done.returncode == 0 else b""


def _ask_strictly(root: Path, *arguments: str) -> bytes:
    """What git says, for what must not be taken for "nothing" where git fails."""
    done = _run(root, arguments)
    if done.returncode > _NOTHING_FOUND:
        reason = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise LedgerError("git-failed", f"{root}: git gave up: {reason}")
    return done.stdout


def _run(root: Path, arguments: Sequence[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - fixed commands; revisions and paths were checked
            [*blobs.GIT, *arguments],
            cwd=root,
            env=blobs.environment(root),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise LedgerError("no-git", "git could not be started", "put it on the PATH") from error
