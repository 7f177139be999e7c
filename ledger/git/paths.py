"""Paths from prose or a command line to the file system, confined to the repository."""

from __future__ import annotations

import os

from ledger.errors import UnreadableInput, UsageError
from ledger.git import worktree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


def confine(root: Path, path: str | os.PathLike[str]) -> Path:
    """``path`` below ``root``, with links resolved; it need not exist.

    Raises ``UsageError`` (``outside``) for a path that is empty, absolute, has a ``..``, a NUL
    or a character that no file name can hold, or leads out of ``root`` through a link.
    """
    from pathlib import Path

    return Path(confined(os.fspath(root), path))


def confined(root: str, path: str | os.PathLike[str]) -> str:
    """``confine``, with text for paths."""
    name = os.fspath(path)
    reason = ""
    if not name:
        reason = "is empty"
    elif "\0" in name:
        reason = "has a NUL in it"
    elif name.startswith("/") or _has_drive(name):
        reason = "is absolute"
    elif ".." in name.replace("\\", "/").split("/"):
        reason = "has a '..' in it"
    else:
        try:
            top = os.path.realpath(root)
            real = os.path.realpath(os.path.join(top, name))
            if worktree.is_within(real, top):
                return real
            reason = "leads out of it through a link"
        except (OSError, UnicodeEncodeError):
            reason = "is no name that a file can have"
    raise UsageError(
        "outside", f"{name[:200]!a}: expected a path inside the repository, but it {reason}"
    )


def _has_drive(name: str) -> bool:
    """Whether it begins as an absolute path of Windows does."""
    if "\\" not in name and ":" not in name:
        return False
    import re

    from ledger.plan.text import DRIVE

    return bool(re.match(DRIVE, name))


def inside(root: Path, place: Path) -> str:
    """The path of a file or run relative to the repository, which it may not leave. Raises
    UnreadableInput for nothing, UsageError for what lies outside."""
    from pathlib import Path

    try:
        real = Path(os.path.realpath(place))
        is_there = real.exists()
    except (OSError, ValueError) as error:
        raise UnreadableInput("cannot-read", f"{place}: {error}") from error
    if not is_there:
        raise UnreadableInput(
            "no-such-run", f"{place}: no such file or folder", "give a run's folder"
        )
    if not real.is_relative_to(root):
        raise UsageError(
            "outside",
            f"{place}: lies outside the repository {root}",
            "copy it into the repository: evidence that is not in it cannot be committed",
        )
    return real.relative_to(root).as_posix()
