"""Committed and staged contents, through one ``git cat-file --batch`` process. Revisions and paths
are checked first, so that none reaches git as an option or a second request."""

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from ledger.errors import UnreadableInput, UsageError, why
from ledger.git import process

STAGED: Final = ":0"  # git's own name of what the next commit has
_LONGEST_REVISION: Final = 250
_SUFFIX: Final = re.compile(r"(?:[~^][0-9]{0,4})*")  # HEAD~2^1 has "~2^1"
# git-check-ref-format(1), points 1 to 10; control characters are judged apart.
# e.g. "heads/a..b"
_NO_REF_NAME: Final = re.compile(
    r"""(?:^|/)\.      # a component that starts with a dot
      | \.lock(?:/|$)  # or ends in .lock
      | \.\. | [ ~^:?*\[\\] | @\{
      | ^/ | /$ | //
      | \.$
      | ^@$
      | ^-             # would be read as an option""",
    re.VERBOSE,
)
# What git says of an object before its content: "<name> blob 1234".
_HEADER: Final = re.compile(rb"([0-9a-f]{40,64}) (blob|tree|commit|tag) ([0-9]{1,18})")
# Modes in a tree: of files and links, and of folders.
_FILE: Final = (b"100644", b"100755", b"100664", b"120000")
_FOLDER: Final = (b"40000",)
OBJECT_NAME: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


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
        or _NO_REF_NAME.search(name)
        or not _SUFFIX.fullmatch(revision[len(name) :])
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
        self._lost: set[bytes] = set()  # what a partial clone lacks; git takes long to find out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. A later question starts another."""
        running, self._process = self._process, None
        if running:
            assert running.stdin is not None
            with suppress(OSError), running:  # closes what is open and waits
                try:
                    running.stdin.close()  # with which git ends
                except OSError:
                    running.kill()
                    raise

    def read(self, revision: str, path: str) -> bytes | None:
        """The file at ``revision``, which may be ``STAGED``; None where that revision or the file
        does not exist. Raises UnreadableInput (``lost-object``) where it does and git cannot read
        it."""
        if revision == STAGED:
            return self.staged(path)
        name, place = os.fsencode(check_revision(revision)), _checked(path)
        blob = self._blob(name + b":" + place)
        if blob is None and self._has(name, place, _FILE):
            message = f"{path} at {revision}: git knows the file and cannot read its contents"
            raise UnreadableInput("lost-object", message, process.lacks(self.root))
        return blob

    def head(self, path: str) -> bytes | None:
        """The file as last committed; None also before the first commit. Raises as ``read``."""
        return self.read("HEAD", path)

    def staged(self, path: str) -> bytes | None:
        """The file as it is staged; None where the index lacks it or has it in conflict."""
        return self._blob(b":0:" + _checked(path))

    def commit(self, revision: str) -> str | None:
        """The full name of the commit; None for none, and for an ambiguous abbreviation."""
        answer = self._ask(os.fsencode(check_revision(revision)) + b"^{commit}")
        return answer[0] if answer else None

    def known_commit(self, revision: str) -> str:
        """Like ``commit``. Raises UsageError (``no-such-revision``) where there is none, and
        UnreadableInput (``lost-object``) where git names one that it cannot read."""
        commit = self.commit(revision)
        if commit:
            return commit
        answer = process.run(self.root, "rev-parse", "--verify", "--quiet", revision).stdout.strip()
        if answer and not OBJECT_NAME.fullmatch(revision):
            message = f"{revision} is {answer[:8].decode('ascii')}, which git cannot read"
            raise UnreadableInput("lost-object", message, process.lacks(self.root))
        message = f"{revision}: git knows no such commit, or more than one"
        hint = process.lacks(self.root, "give HEAD, a branch, a tag or a commit")
        if revision == "HEAD":
            if own := self.branch_commit():
                return own
            message, hint = "the repository has no commit yet", "commit the fix plan first"
        raise UsageError("no-such-revision", message, hint)

    def branch_commit(self) -> str | None:
        """The commit of HEAD as its files say; None for a branch without commits, which has none.
        Raises UnreadableInput (``lost-object``) where its file was damaged, or git cannot read its
        commit: to git that is as a branch without commits."""
        head = _content(process.git_dir(self.root) / "HEAD")
        if head is None:
            return None
        branch = os.fsdecode(head.removeprefix(b"ref: ")) if head.startswith(b"ref: ") else "HEAD"
        written = head if branch == "HEAD" else _written(process.common_dir(self.root), branch)
        if written is None or written.startswith(b"ref: "):
            return None
        name = os.fsdecode(written)
        if not OBJECT_NAME.fullmatch(name):
            message = f"{branch} names no commit: its file in .git is damaged"
            hint = (
                f"`git update-ref {branch} COMMIT` mends it; .git/logs/HEAD ends with the last one"
            )
            raise UnreadableInput("lost-object", message, hint)
        commit = self.commit(name)
        if commit is None:
            message = f"{branch} is {name[:8]}, which git cannot read"
            raise UnreadableInput("lost-object", message, process.lacks(self.root))
        return commit

    def content(self, name: str) -> bytes | None:
        """The blob whose full name is ``name``; None where the repository does not hold it."""
        return self._blob(name.encode()) if OBJECT_NAME.fullmatch(name) else None

    def known(self, name: str) -> bytes:
        """Like ``content``. Raises UnreadableInput (``lost-object``) where git does not hold it."""
        data = self.content(name)
        if data is None:
            message = f"{name[:8]}: git cannot read it"
            raise UnreadableInput("lost-object", message, process.lacks(self.root))
        return data

    def _has(self, revision: bytes, path: bytes, modes: tuple[bytes, ...]) -> bool:
        """Whether the tree names ``path``, or a folder above that is lost itself. Of what is not
        there git says the same as of what it has lost."""
        folder, _, name = path.rpartition(b"/")
        tree = self._ask(revision + (b":" + folder if folder else b"^{tree}"))
        if tree and tree[1] == "tree":
            return any(entry == name and mode in modes for mode, entry in _entries(tree))
        if folder:
            return self._has(revision, folder, _FOLDER)
        return self._ask(revision + b"^{commit}") is not None

    def _blob(self, request: bytes) -> bytes | None:
        answer = self._ask(request)
        return answer[2] if answer and answer[1] == "blob" else None

    def _ask(self, request: bytes) -> tuple[str, str, bytes] | None:
        """Name, type and content of what is asked for; None where git knows nothing to show."""
        if request in self._lost:
            return None
        running = self._process or self._start()
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            running.stdin.write(request + b"\n")
            running.stdin.flush()
            header = running.stdout.readline()
        except BrokenPipeError:
            return self._gave_up(request)
        match = _HEADER.fullmatch(header[:-1])
        if not match:
            # "missing", "ambiguous", "submodule"
            return None if header.endswith(b"\n") else self._gave_up(request)
        size = int(match[3])
        content = running.stdout.read(size + 1)
        if len(content) != size + 1:
            return self._gave_up(request)
        return match[1].decode(), match[2].decode(), content[:size]

    def _start(self) -> subprocess.Popen[bytes]:
        try:
            self._process = subprocess.Popen(
                ["git", "cat-file", "--batch"],
                cwd=self.root,
                env=process.environment(self.root),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise process.not_started(self.root, error) from error
        return self._process

    def _gave_up(self, request: bytes) -> tuple[str, str, bytes] | None:
        """The answer where git ended: none in a partial clone, where each object that it lacks ends
        it; else why, raised. Its standard error was not read, since a full pipe would stop it."""
        running, self._process = self._process, None
        if running:
            running.kill()
            running.communicate()
        if self._is_partial:
            self._lost.add(request)
            return None
        done = process.run(self.root, "cat-file", "-e", os.fsdecode(request))
        reason = done.stderr if done.returncode else b"an object could not be read"
        raise process.failed(self.root, "git cat-file", reason, done.returncode)

    @cached_property
    def _is_partial(self) -> bool:
        return process.is_partial(self.root)


def _written(folder: Path, branch: str) -> bytes | None:
    """What git's own ``folder`` has for a branch, in a file or packed; None for nothing. Raises
    UnreadableInput."""
    written = _content(folder / branch)
    if written is not None:
        return written
    names = (
        line.partition(b" ") for line in (_content(folder / "packed-refs") or b"").splitlines()
    )
    return next((name for name, _, of in names if of == os.fsencode(branch)), None)


def _content(file: Path) -> bytes | None:
    """What a file of git's has; None where it is not there. Raises UnreadableInput: what git cannot
    read either would pass for a branch without commits."""
    try:
        return file.read_bytes().strip()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None
    except OSError as error:
        raise UnreadableInput("cannot-read", f"{file}: {why(error)}") from error


def _entries(tree: tuple[str, str, bytes]) -> Iterator[tuple[bytes, bytes]]:
    """The mode and name of each entry: ``100644 fix_plan.md``, a NUL, and the object's name."""
    name, _, data = tree
    at = 0
    while at < len(data):
        end = data.index(b"\0", at)
        mode, _, entry = data[at:end].partition(b" ")
        yield mode, entry
        at = end + 1 + len(name) // 2


def _checked(path: str) -> bytes:
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if not parts or path.startswith("/") or ".." in parts or any(mark in path for mark in "\0\n\r"):
        message = f"{path[:100]!a}: expected a path inside the repository, on one line"
        raise UsageError("bad-path", message)
    try:
        return os.fsencode("/".join(parts))
    except UnicodeEncodeError as error:
        raise UsageError("bad-path", f"{path[:100]!a}: no file can have this name") from error
