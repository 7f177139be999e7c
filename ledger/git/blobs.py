"""Committed and staged contents, read through one ``git cat-file --batch`` process.

The hook uses this module, so it imports no library for git. What it asks of git is checked
first: a revision or a path from a file or a command line never reaches git as an option, a
pathspec or a second request. Nothing here changes a repository, its index included.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.git.worktree import GIT, environment, git_dir

if TYPE_CHECKING:
    import subprocess

_LONGEST_REVISION: Final = 250
# Compiled where they are used first: the commands that name no revision start faster.
_SUFFIX: Final = r"(?:[~^][0-9]{0,4})*"
# git-check-ref-format(1), points 1 to 10; control characters are judged apart.
_NO_REF_NAME: Final = r"""(?x)(?:^|/)\.      # a component that starts with a dot
      | \.lock(?:/|$)  # or ends in .lock
      | \.\. | [ ~^:?*\[\\] | @\{
      | ^/ | /$ | //
      | \.$
      | ^@$
      | ^-             # would be read as an option"""
_FOUND: Final = rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]{1,18})"
_OBJECT_NAME: Final = r"[0-9a-f]{40}(?:[0-9a-f]{24})?"


def merge_parents(root: Path) -> tuple[str, ...]:
    """The commits that the merge in progress brings in; none while there is no merge.

    A merge that git makes on its own runs its hooks before it writes MERGE_HEAD; what it brings
    in is then told by variables named GITHEAD_ and the commit.
    """
    try:
        with Path(git_dir(root), "MERGE_HEAD").open("rb") as file:
            names = file.read(10_000).decode("ascii", "replace").split("\n")
    except FileNotFoundError:
        names = [name[8:] for name in os.environ if name.startswith("GITHEAD_")]
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{root}: cannot read MERGE_HEAD: {error}") from error
    return tuple(name for name in names if re.fullmatch(_OBJECT_NAME, name))


def check_revision(revision: str) -> str:
    """Return ``revision`` if it is ``HEAD``, 7 to 64 hex digits or a well-formed name of a
    branch or tag, each with any number of ``~N`` and ``^N`` behind it. Raise ``UsageError``
    otherwise, so that git never sees it."""
    name = revision
    for mark in "~^":
        name = name.partition(mark)[0]
    if (
        not name
        or len(revision) > _LONGEST_REVISION
        or not revision.isprintable()
        or re.search(_NO_REF_NAME, name)
        or not re.fullmatch(_SUFFIX, revision[len(name) :])
    ):
        shown = ascii(revision[:60]) + ("..." if len(revision) > 60 else "")
        raise UsageError(
            "bad-revision",
            f"{shown}: expected a revision",
            "give HEAD, a branch, a tag, or 7 to 64 hex digits, with ~N or ^N behind it if need be",
        )
    return revision


class Blobs:
    """The contents of one work tree's files at a revision or in the index.

    The process starts with the first question and sees the index as it is then. Close it, or
    use it in a ``with`` statement. Every method raises ``LedgerError`` where git is missing
    (``no-git``) or gives up (``git-failed``): no repository at ``root``, say, or another
    person's. Paths are relative to ``root``; ``UsageError`` for one that leads out of it or
    that a request to git cannot carry.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._process: subprocess.Popen[bytes] | None = None
        self._asked: list[bytes] = []  # what git has been asked and not been heard on

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process. A later question starts another."""
        process, self._process = self._process, None
        self._asked = []
        if process:
            # Popen's own exit closes both pipes and waits; git ends with its input.
            with process:
                pass

    def forget(self) -> None:
        """Leave the process to the one that this is a copy of; a later question starts another."""
        self._process = None
        self._asked = []

    def expect(self, path: str, *, staged: bool = True) -> None:
        """Ask git for the staged and the committed file at once, so that it looks for them while
        this process does something else. ``staged`` and ``head`` hand them out."""
        requests = [b":0:" + _checked(path)] if staged else []
        requests.append(b"HEAD:" + _checked(path))
        with suppress(BrokenPipeError):  # whoever reads the answers finds out why
            self._send(requests)

    def read(self, revision: str, path: str) -> bytes | None:
        """The file ``path`` at ``revision``; None where the revision does not exist or has no
        such file (see ``commit`` to tell them apart)."""
        return self._blob(os.fsencode(check_revision(revision)) + b":" + _checked(path))

    def head(self, path: str) -> bytes | None:
        """The file as last committed; None also before the first commit."""
        return self._blob(b"HEAD:" + _checked(path))

    def staged(self, path: str) -> bytes | None:
        """The file as it would be committed now; None where it is not in the index, or is in
        it with conflicts."""
        return self._blob(b":0:" + _checked(path))

    def commit(self, revision: str) -> str | None:
        """The full name of the commit that ``revision`` stands for; None where there is no
        such commit or the abbreviation fits several."""
        found = self._ask(os.fsencode(check_revision(revision)) + b"^{commit}")
        return found[0] if found else None

    def content(self, name: str) -> bytes | None:
        """The blob whose full name is ``name``; None where the repository does not hold it."""
        return self._blob(name.encode()) if re.fullmatch(_OBJECT_NAME, name) else None

    def _blob(self, request: bytes) -> bytes | None:
        found = self._ask(request)
        return found[2] if found and found[1] == "blob" else None

    def _ask(self, request: bytes) -> tuple[str, str, bytes] | None:
        try:
            if request not in self._asked:
                self._send([request])
            while self._asked.pop(0) != request:
                self._answer()
            return self._answer()
        except BrokenPipeError:
            raise self._gave_up() from None

    def _send(self, requests: list[bytes]) -> None:
        process = self._process or self._start()
        assert process.stdin is not None
        self._asked += requests
        process.stdin.write(b"".join(request + b"\n" for request in requests))
        process.stdin.flush()

    def _answer(self) -> tuple[str, str, bytes] | None:
        assert self._process is not None
        assert self._process.stdout is not None
        header = self._process.stdout.readline()
        found = re.fullmatch(_FOUND, header[:-1])
        if not found:
            # "missing", "ambiguous", "submodule": git knows nothing to show.
            if header.endswith(b"\n"):
                return None
            raise self._gave_up()
        size = int(found[3])
        content = self._process.stdout.read(size + 1)
        if len(content) != size + 1:
            raise self._gave_up()
        return found[1].decode(), found[2].decode(), content[:size]

    def _start(self) -> subprocess.Popen[bytes]:
        import subprocess  # who only looks for the top of the repository does not wait for it

        try:
            self._process = subprocess.Popen(  # noqa: S603 - a fixed command
                [*GIT, "cat-file", "--batch"],
                cwd=self.root,
                env=environment(self.root),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise not_started(self.root, error) from error
        return self._process

    def _gave_up(self) -> LedgerError:
        """Why git ended: its standard error was not read, since a full pipe would stop it."""
        import subprocess

        process, self._process = self._process, None
        self._asked = []
        if process:
            process.kill()
            process.communicate()
        done = subprocess.run(  # noqa: S603 - a fixed command
            [*GIT, "rev-parse", "--git-dir"],
            cwd=self.root,
            env=environment(self.root),
            capture_output=True,
            check=False,
        )
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        return LedgerError(
            "git-failed", f"{self.root}: git gave up: {said or 'an object could not be read'}"
        )


def _checked(path: str) -> bytes:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or path.startswith("/") or ".." in parts or any(mark in path for mark in "\0\n\r"):
        raise UsageError(
            "bad-path", f"{path[:100]!a}: expected a path inside the repository, on one line"
        )
    try:
        return os.fsencode("/".join(parts))
    except UnicodeEncodeError as error:
        raise UsageError("bad-path", f"{path[:100]!a}: no file can have this name") from error


def not_started(root: Path, error: OSError) -> LedgerError:
    """Why git did not start."""
    if isinstance(error, FileNotFoundError) and root.is_dir():
        return LedgerError("no-git", "git was not found", "install git, or put it on the PATH")
    return LedgerError("git-failed", f"{root}: git could not be started: {error.strerror}")
