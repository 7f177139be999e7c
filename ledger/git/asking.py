"""One git command, and what it says.

The hook asks, too: no library for git, and ``subprocess`` not before there is a question. The
command is fixed by the caller, who has checked every revision and path in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import LedgerError
from ledger.git import blobs, worktree

if TYPE_CHECKING:
    import subprocess


def run(root: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Exit code and output of git at ``root``, with ``given`` on its input. Raises LedgerError
    where it cannot be started."""
    import subprocess

    try:
        return subprocess.run(  # noqa: S603 - see above
            [*worktree.GIT, *arguments],
            cwd=root,
            env=worktree.environment(root),
            input=given,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise blobs.not_started(root, error) from error


@contextmanager
def begun(root: Path, *arguments: str) -> Iterator[Callable[[], bytes]]:
    """Let git look while this process does something else. The function that is handed out
    waits for what git says; it raises LedgerError like ``ask``."""
    import subprocess

    try:
        process = subprocess.Popen(  # noqa: S603 - see above
            [*worktree.GIT, *arguments],
            cwd=root,
            env=worktree.environment(root),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except OSError as error:
        raise blobs.not_started(root, error) from error

    def said() -> bytes:
        told, why = process.communicate()
        if process.returncode:
            raise _failed(root, arguments, why)
        return told

    with process:
        try:
            yield said
        finally:
            process.kill()


def ask(root: Path, *arguments: str, given: bytes = b"", answers: tuple[int, ...] = ()) -> bytes:
    """What git says. Raises LedgerError for an exit code that is neither 0 nor one of
    ``answers``."""
    done = run(root, *arguments, given=given)
    if done.returncode and done.returncode not in answers:
        raise _failed(root, arguments, done.stderr)
    return done.stdout


def _failed(root: Path, arguments: Sequence[str], why: bytes) -> LedgerError:
    command = next(word for word in arguments if not word.startswith("-") and "=" not in word)
    said = why.decode("utf-8", "replace").strip().partition("\n")[0]
    return LedgerError("git-failed", f"{root}: git {command} failed: {said}")
