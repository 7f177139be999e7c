"""Where evidence is looked for: the work tree with the index, or the tree of a commit."""

import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from ledger.claims.entries import stamp_of
from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.evidence.access import Access
from ledger.evidence.access import Entry as File
from ledger.evidence.part import MAX_BYTES
from ledger.git import process
from ledger.git.blobs import Blobs

_NAME_AND_SIZE = "%(objectname) %(objectsize)"


class Listing:
    """The files of the index or of a commit, by name; and of the work tree, where ``root`` is
    given."""

    def __init__(self, names: Iterable[str], root: Path | None) -> None:
        self._sorted = sorted(names)
        self._names = frozenset(self._sorted)
        self._root = None if root is None else Path(os.path.realpath(root))
        folders: set[str] = set()
        for name in self._sorted:
            folder = name.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
        self._folders = folders
        self._stamped: dict[str, list[str]] = {}
        self._holding: set[str] = set()
        for folder in sorted(folders):
            above, _, last = folder.rpartition("/")
            if stamp_of(last):
                self._stamped.setdefault(last, []).append(folder)
                while above and above not in self._holding:
                    self._holding.add(above)
                    above = above.rpartition("/")[0]
        self._on_disk: dict[str, bool] = {}

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder ``path``."""
        return path in self._names or path in self._folders or self._is_on_disk(path)

    def stamped(self, stamp: str) -> tuple[str, ...]:
        """The folders that are named by ``stamp``."""
        return tuple(self._stamped.get(stamp, ()))

    def holds_runs(self, path: str) -> bool:
        """Whether folders that are named by a stamp lie somewhere below a folder."""
        return path in self._holding

    def below(self, folder: str, name: str) -> str | None:
        """The file somewhere below a folder whose path ends in ``name``; None for none."""
        ending = "/" + name.rstrip("/")
        return next((path for path in self._below(folder) if path.endswith(ending)), None)

    def files(self, path: str) -> Sequence[str]:
        """The files of a folder, sorted, or the one file that ``path`` is."""
        return [path] if path in self._names else self._below(path)

    def _below(self, folder: str) -> Sequence[str]:
        start = bisect_left(self._sorted, f"{folder}/")
        return self._sorted[start : bisect_left(self._sorted, f"{folder}0")]  # "0" follows "/"

    def _is_on_disk(self, path: str) -> bool:
        """Links that lead out of the repository lead nowhere."""
        if self._root is None or "\0" in path:
            return False
        found = self._on_disk.get(path)
        if found is None:
            place = f"{self._root}/{path}"
            found = os.path.lexists(place) and Path(os.path.realpath(place)).is_relative_to(
                self._root
            )
            self._on_disk[path] = found
        return found


class _OnDisk:
    """The regular files of the work tree. No link is followed below the run's own folder, so each
    path need not be resolved again: there are hundreds of small files. See
    ``evidence.access.Access``."""

    def __init__(self, root: Path) -> None:
        self._root = os.path.realpath(root)

    def files(self, path: str) -> Iterator[File]:
        """See ``Access.files``."""
        place = os.path.realpath(f"{self._root}/{path}")
        if not place.startswith(f"{self._root}{os.sep}"):
            raise UnreadableInput("run-outside", f"{path}: leads out of the repository")
        try:
            found = os.stat(place)  # noqa: PTH116 - see above
        except OSError as error:
            raise UnreadableInput("run-unreadable", f"{path}: {error.strerror}") from error
        if stat.S_ISREG(found.st_mode):
            yield File("", found.st_size)
        else:
            yield from self._below(place, "")

    def _below(self, folder: str, prefix: str) -> Iterator[File]:
        try:
            entries = sorted(os.scandir(folder), key=attrgetter("name"))
        except OSError as error:
            raise UnreadableInput("run-unreadable", f"{folder}: {error.strerror}") from error
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from self._below(entry.path, f"{prefix}{entry.name}/")
            elif entry.is_file(follow_symlinks=False):
                yield File(prefix + entry.name, entry.stat().st_size)

    def read(self, path: str) -> bytes:
        """See ``Access.read``; ``path`` is one that ``files`` gave."""
        try:
            with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123 - see above
                # As much as is asked for is set aside, so it is no more than there is.
                size = os.fstat(file.fileno()).st_size
                return file.read(min(size, MAX_BYTES) + 1)
        except OSError as error:
            raise UnreadableInput("run-unreadable", f"{path}: {error.strerror}") from error


class _AtRevision:
    """The files of a commit. See ``evidence.access.Access``."""

    def __init__(
        self, contents: Blobs, revision: str, listing: Listing, sizes: Mapping[str, int]
    ) -> None:
        self._contents = contents
        self._revision = revision
        self._listing = listing
        self._sizes = sizes

    def files(self, path: str) -> Iterator[File]:
        """See ``Access.files``. What a partial clone lacks is left out."""
        names = self._listing.files(path)
        if not names:
            raise UnreadableInput("run-unreadable", f"{path}: not in {self._revision}")
        for name in names:
            if name in self._sizes:
                yield File("" if name == path else name[len(path) + 1 :], self._sizes[name])

    def read(self, path: str) -> bytes:
        """See ``Access.read``."""
        try:
            data = self._contents.read(self._revision, path)
        except LedgerError:  # a partial clone lacks it, and git gives up
            data = None
        if data is None or len(data) > MAX_BYTES:
            raise UnreadableInput("run-unreadable", f"{path}: cannot be read at {self._revision}")
        return data


class Place(NamedTuple):
    """Where evidence is looked for. ``commit`` tells whether a name is a commit's, None where
    that cannot be told; ``ignored`` which of some paths git ignores. ``latest`` is the last day
    (ISO) that the ledger can tell of, and ``latest_of`` what says so; ``until`` is the day of the
    commit whose files are looked at, None for the work tree. A copy of the process begins with
    ``forget``: it must not share what this one asks git through."""

    listing: Listing
    access: Access
    commit: Callable[[str], bool | None]
    ignored: Callable[[Sequence[str]], frozenset[str]]
    latest: str
    latest_of: str
    forget: Callable[[], None]
    until: str | None = None


def work_tree(
    root: Path,
    contents: Blobs | None,
    *,
    is_committed: bool,
    names: Callable[[], bytes] | None = None,
) -> Place:
    """The work tree at ``root``; ``contents`` is its git repository's, None where it has none.
    ``is_committed`` says that the ledger is as HEAD has it, ``names`` waits for what
    ``git ls-files -z`` says, where somebody has begun to ask it."""
    latest, of = _latest(root, contents, is_committed=is_committed)
    if contents is None:
        listing = Listing(_walked(root), root)
        return Place(
            listing,
            _OnDisk(root),
            lambda _: None,
            lambda _: frozenset(),
            latest,
            of,
            lambda: None,
        )
    told = names() if names else process.ask(root, "ls-files", "-z")
    listing = Listing(_parted(told), root)
    return Place(
        listing,
        _OnDisk(root),
        lambda name: _is_commit(root, contents, name),
        lambda paths: _ignored(root, paths),
        latest,
        of,
        contents.forget,
    )


def revision(root: Path, contents: Blobs, name: str, *, is_committed: bool) -> Place:
    """The tree of a commit. Raises ``UsageError`` where there is no such commit."""
    full = contents.commit(name)
    if full is None:
        raise UsageError(
            "no-such-revision", f"{name}: git knows no such commit", "give a commit, branch or tag"
        )
    blobs_of = _blobs_of(root, full)
    listing = Listing(blobs_of, None)
    known = _sizes(root)
    sizes = {path: known[blob] for path, blob in blobs_of.items() if blob in known}
    latest, of = _latest(root, contents, is_committed=is_committed)
    return Place(
        listing,
        _AtRevision(contents, full, listing, sizes),
        lambda commit: _is_commit(root, contents, commit),
        lambda paths: _ignored(root, paths),
        latest,
        of,
        contents.forget,
        _day(root, full),
    )


def _latest(root: Path, contents: Blobs | None, *, is_committed: bool) -> tuple[str, str]:
    """What a ledger tells of has happened: before the last commit, if that has it, else today."""
    day = _day(root, "HEAD") if contents is not None and is_committed else None
    return (day, "HEAD") if day else (datetime.now(UTC).date().isoformat(), "today")


def _is_commit(root: Path, contents: Blobs, name: str) -> bool | None:
    if contents.commit(name) is not None:
        return True
    return None if Path(process.git_dir(root), "shallow").exists() else False


def _walked(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        below = os.path.relpath(folder, root).replace(os.sep, "/")
        for file in files:
            yield file if below == "." else f"{below}/{file}"


def _parted(told: bytes) -> list[str]:
    return os.fsdecode(told).split("\0")[:-1]


def _blobs_of(root: Path, commit: str) -> dict[str, str]:
    """The files of a commit, each with its blob."""
    found = {}
    for line in _parted(process.ask(root, "ls-tree", "-r", "-z", commit)):
        about, _, path = line.partition("\t")
        found[path] = about.rpartition(" ")[2]
    return found


def _sizes(root: Path) -> dict[str, int]:
    """The size of every object that is here. Asking a partial clone for another one would make
    git look for it elsewhere."""
    asked = ("cat-file", "--batch-all-objects", "--unordered", f"--batch-check={_NAME_AND_SIZE}")
    lines = process.ask(root, *asked).decode("ascii", "replace").split("\n")
    return {name: int(size) for line in lines for name, _, size in [line.partition(" ")] if size}


def _day(root: Path, name: str) -> str | None:
    done = process.run(root, "log", "-1", "--format=%cs", name, "--")
    return done.stdout.decode("ascii", "replace").strip() or None  # nothing before a first commit


def _ignored(root: Path, paths: Sequence[str]) -> frozenset[str]:
    given = b"\0".join(os.fsencode(path) for path in paths if path and "\0" not in path)
    done = process.run(root, "check-ignore", "-z", "--stdin", given=given)
    return frozenset(os.fsdecode(path) for path in done.stdout.split(b"\0") if path)
