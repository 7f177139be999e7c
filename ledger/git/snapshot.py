"""The state of the work tree that a run is about: its commit, and what differs from that."""

from __future__ import annotations

import os

from ledger.errors import LedgerError
from ledger.git import worktree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_DIFF = ("diff", "--binary", "--no-color", "--no-ext-diff", "--no-textconv", "HEAD", "--")
_HEAD = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")


class Snapshot:
    """Writes what tracked files differ in from HEAD to the new file ``patch``, empty where
    nothing differs. Git looks while others go on, until ``commit`` is asked for.

    Raises LedgerError where git is missing or gives up, OSError where the disk does.
    """

    def __init__(self, root: str, patch: str) -> None:
        self._root, self._patch = root, patch
        self._commit = worktree.head(root)
        self._said, answer = os.pipe()
        with open(patch, "xb") as file:
            try:
                environment = worktree.environment(root)
                self._asked = [_start(root, _DIFF, file.fileno(), environment)]
                if not self._commit:
                    self._asked.append(_start(root, _HEAD, answer, environment))
            except OSError as error:
                raise LedgerError(
                    "no-git", "git could not be started", "put it on the PATH"
                ) from error
            finally:
                os.close(answer)

    def commit(self) -> str | None:
        """HEAD's commit, once all is written; None, and no file, before the first commit."""
        commit = self._commit or os.read(self._said, 200).decode("ascii", "replace").strip()
        os.close(self._said)
        status, *_ = [os.waitpid(process, 0)[1] for process in self._asked]
        if not commit:
            os.unlink(self._patch)
            return None
        if status:
            code = os.waitstatus_to_exitcode(status)
            raise LedgerError("git-failed", f"{self._root}: git diff gave up with exit code {code}")
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
