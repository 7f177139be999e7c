"""Where the files of a run come from: the work tree, or later a revision of git."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Protocol

from ledger.errors import UnreadableInput


class Entry(NamedTuple):
    """One file: its path below the run's (``""`` where the run is that file), and its size."""

    path: str
    size: int


class Access(Protocol):
    """Lists and reads files. Paths have forward slashes and are relative to its root."""

    def files(self, path: str) -> Iterator[Entry]:
        """The files below a folder, sorted, or the one file that ``path`` is. Raises
        ``UnreadableInput`` where it is neither."""

    def read(self, path: str) -> bytes:
        """A file's content. Raises ``UnreadableInput``."""


class WorkTree:
    """Files on disk. Symbolic links that lead out of the root are not followed, nor is
    anything read that is no regular file."""

    def __init__(self, root: Path) -> None:
        self._root = Path(os.path.realpath(root))

    def files(self, path: str) -> Iterator[Entry]:
        """See ``Access.files``."""
        start = self._inside(path)
        try:
            status = start.stat()
        except OSError as error:
            raise _unreadable(path, error) from error
        if stat.S_ISREG(status.st_mode):
            yield Entry("", status.st_size)
        elif stat.S_ISDIR(status.st_mode):
            yield from self._walk(start, "", {(status.st_dev, status.st_ino)})
        else:
            raise UnreadableInput("run-unreadable", f"{path}: expected a file or a folder")

    def read(self, path: str) -> bytes:
        """See ``Access.read``."""
        place = self._inside(path)
        try:
            if not stat.S_ISREG(place.stat().st_mode):
                raise UnreadableInput("run-unreadable", f"{path}: expected a regular file")
            return place.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error

    def _inside(self, path: str) -> Path:
        if "\0" in path:
            raise UnreadableInput("run-unreadable", "expected a path, found one with a NUL in it")
        place = Path(os.path.realpath(self._root / path))
        if place != self._root and self._root not in place.parents:
            raise UnreadableInput(
                "run-outside",
                f"{path}: expected a path inside {self._root}, found one that leads out of it",
                "give a run inside the repository",
            )
        return place

    def _walk(self, folder: Path, prefix: str, seen: set[tuple[int, int]]) -> Iterator[Entry]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            name = prefix + entry.name
            try:
                if entry.is_symlink():
                    target = Path(os.path.realpath(entry.path))
                    if target != self._root and self._root not in target.parents:
                        continue
                status = entry.stat()
            except OSError:
                continue
            if stat.S_ISDIR(status.st_mode):
                key = (status.st_dev, status.st_ino)
                if key not in seen:  # a link back to a folder above
                    yield from self._walk(Path(entry.path), f"{name}/", seen | {key})
            elif stat.S_ISREG(status.st_mode):
                yield Entry(name, status.st_size)


def _unreadable(path: str, error: OSError) -> UnreadableInput:
    if isinstance(error, FileNotFoundError):
        return UnreadableInput(
            "no-such-run", f"{path}: no such file or folder", "give a run's folder or file"
        )
    reason = (error.strerror or type(error).__name__).lower()
    return UnreadableInput(
        "run-unreadable", f"{path}: expected the outputs of a run, found: {reason}"
    )
