"""What git knows, by way of GitPython: this is its only user, for it takes 0.2 s to import.

The hook must not come here; it reads blobs through ``ledger.links.blobs``. Nothing here
changes a repository, its index included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import git

from ledger.errors import UnreadableInput
from ledger.links import blobs



def head_commit(root: Path) -> str | None:
    """The full name of HEAD's commit; None before the first commit."""
    repository = _open(root)
    try:
        return str(repository.head.commit.hexsha)
    except ValueError:
        return None
    finally:
        repository.close()


def is_dirty(root: Path, aside: Iterable[str]) -> bool:
    """Whether tracked files differ from HEAD, in the index or in the work tree, the paths
    ``aside`` and what lies below them left out."""
    left_out = [f":(exclude,literal){path}" for path in aside]
    said = _run(root, "status", "--porcelain", "--untracked-files=no", "--", ":/", *left_out)
    return bool(said.strip())


def ignored(root: Path, paths: Iterable[str]) -> Mapping[str, str]:
    """Which of ``paths`` git ignores, each with the rule that says so (``.gitignore:3:logs/``)."""
    wanted = [path for path in paths if path and "\0" not in path]
    if not wanted:
        return {}
    repository = _open(root)
    try:
        _, said, _ = repository.git.execute(
            [*blobs.GIT, "check-ignore", "-v", "-z", "--", *wanted],
            with_extended_output=True,
            with_exceptions=False,
            env=blobs.environment(root),
        )
    finally:
        repository.close()
    parts = str(said).split("\0")
    return {
        path: f"{source}:{line}:{pattern}"
        for source, line, pattern, path in zip(parts[::4], parts[1::4], parts[2::4], parts[3::4], strict=False)
    }


def _open(root: Path) -> git.Repo:
    try:
        return git.Repo(root)
    except (git.InvalidGitRepositoryError, git.NoSuchPathError) as error:
        raise UnreadableInput("no-repository", f"{root}: not a git repository") from error


def _run(root: Path, *arguments: str) -> str:
    repository = _open(root)
    try:
        return str(
            repository.git.execute([*blobs.GIT, *arguments], env=blobs.environment(root))
        )
    except git.GitCommandError as error:
        raise UnreadableInput(
            "git-failed", f"git {arguments[0]} failed: {str(error.stderr).strip()[:200]}"
        ) from error
    finally:
        repository.close()
