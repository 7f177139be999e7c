"""The state of the work tree that a run is about: its commit, and what differs from that."""

from __future__ import annotations

import os

from ledger.errors import LedgerError
from ledger.links import worktree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DIFF = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--")
_HEAD = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")


def take(root: str, patch: str) -> str | None:
    """Write what tracked files differ in from HEAD to the new file ``patch``, empty where
    nothing differs, and return HEAD's commit; None, and no file, before the first commit.

    Raises LedgerError where git is missing or gives up, OSError where the disk does.
    """
    environment = worktree.environment(root)
    said, answer = os.pipe()
    with open(patch, "xb") as file:
        try:
            head = _start(root, _HEAD, answer, environment)
            diff = _start(root, _DIFF, file.fileno(), environment)
        except OSError as error:
            raise LedgerError("no-git", "git could not be started", "put it on the PATH") from error
        finally:
            os.close(answer)
        commit = os.read(said, 200).decode("ascii", "replace").strip()
        os.close(said)
        os.waitpid(head, 0)
        status = os.waitpid(diff, 0)[1]
    if not commit:
        os.unlink(patch)
        return None
    if status:
        code = os.waitstatus_to_exitcode(status)
        raise LedgerError("git-failed", f"{root}: git diff gave up with exit code {code}")
    return commit


def _start(root: str, asked: Sequence[str], output: int, environment: dict[str, str]) -> int:
    """Start git; its process. Not by ``subprocess``, which a command would have to wait for."""
    return os.posix_spawnp(
        "git",
        [*worktree.GIT[:1], "-C", root, *worktree.GIT[1:], *asked],
        environment,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )
