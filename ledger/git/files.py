"""The files of a repository: one interface, and a class for each place that they are read from.

``WorkTree`` is what lies on the disk, ``Index`` what the next commit would have, ``Commit`` what
one has. All three give the same answers for the same files. Paths are relative to the top of the
repository, with forward slashes. A symbolic link is followed where it stays inside the
repository; what lies outside is not there, for any of them. Nothing here changes a repository.
"""

import os
import re
import stat
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ledger.errors import LedgerError, UnreadableInput, UsageError, is_missing, shown, why
from ledger.git import process
from ledger.git.blobs import Blobs
from ledger.plan.text import DRIVE

Kind = Literal["file", "folder"]

_LINK: Final = "120000"  # git's modes of a symbolic link,
_SUBMODULE: Final = "160000"  # and of another repository's commit
_MOST_LINKS: Final = 40  # one behind the other, as Linux has it
_LONGEST_TARGET: Final = 4096  # bytes
# What some file system takes for `.git`: `.GIT`, `.git.` and `.git ` (Windows drops the end),
# `GIT~1` (its short name), `.git::$INDEX_ALLOCATION` (its name of a folder's stream),
_GITS: Final = re.compile(r"(?:^|[/\\])(?:\.git|git~[0-9])[ .]*(?:$|[:/\\])", re.IGNORECASE)
# and `.g\u200cit`: macOS passes over such characters, which git's own check lists.
_UNSEEN: Final = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")


def confine(root: Path, path: str | os.PathLike[str]) -> Path:
    """``path`` below ``root``, with links resolved; it need not exist. Raises ``UsageError``
    (``outside``) for one that is empty, absolute, no file name, or leads out of ``root``."""
    name = os.fspath(path)
    fault = _fault(name)
    if not fault:
        try:
            top = Path(os.path.realpath(root))
            real = Path(os.path.realpath(top / name))
        except (OSError, UnicodeEncodeError):
            fault = "is no name that a file can have"
        else:
            fault = astray(top, real)
            if not fault:
                return real
    message = f"{name[:200]!a}: expected a path inside the repository, but it {fault}"
    raise UsageError("outside", message)


def _fault(path: str) -> str:
    """Why a path, as it is written, is none inside a repository; empty for no reason."""
    if not path:
        return "is empty"
    if "\0" in path:
        return "has a NUL in it"
    if path.startswith("/") or DRIVE.match(path):
        return "is absolute"
    if ".." in path.replace("\\", "/").split("/"):
        return "has a '..' in it"
    return "lies in git's own folder" if is_gits(path) else ""


def astray(top: Path, real: Path) -> str:
    """Why the place that a path leads to is none in the repository at ``top``, both without links:
    it "leads out of it", or "into git's own folder", where git reads names of programs from and
    no commit puts a file; empty for no reason."""
    if not real.is_relative_to(top):
        return "leads out of it through a link"
    below = real.relative_to(top)
    if is_gits(below.as_posix()) or any(map(process.is_repository, _folders(top, below))):
        return "leads into git's own folder"
    return ""


def _folders(top: Path, below: Path) -> Iterator[Path]:
    """What ``below`` names and the folders above it, without the top."""
    return (top / name for name in (below, *below.parents) if name.name)


def is_gits(path: str) -> bool:
    """Whether a path leads through what some system takes for a folder ``.git``."""
    return _GITS.search(path if path.isascii() else _UNSEEN.sub("", path)) is not None


def refuse_gits(top: Path, real: Path) -> None:
    """Raise UsageError for a place in a folder of git's below ``top``."""
    if real.is_relative_to(top) and astray(top, real):
        message = f"{shown(real)}: lies in git's own folder"
        raise UsageError("outside", message, "use a place in the work tree")


def inside(root: Path, place: Path) -> str:
    """A file's or run's path in the repository. Raises UsageError for one outside of it."""
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
        message = f"{place}: lies outside the repository {root}"
        hint = "copy it into the repository: evidence that is not in it cannot be committed"
        raise UsageError("outside", message, hint)
    refuse_gits(root, real)
    return real.relative_to(root).as_posix()


class File(NamedTuple):
    """A file below a folder: its path from there (``""`` for the folder itself) and its size; or
    what could not be looked at there, with the ``fault``, as in "permission denied"."""

    path: str
    size: int
    fault: str = ""


class Files(ABC):
    """What every view answers. ``""`` is the top. A path that leads out of the repository, is
    absolute or has a ``..`` or NUL in it is that of nothing."""

    def kind(self, path: str) -> Kind | None:
        """What ``path`` is; None for nothing, and for what is neither (a pipe, say)."""
        real = self.real(path)
        with suppress(OSError):
            return None if real is None else self._kind(real)
        return None

    def has(self, path: str) -> bool:
        """Whether ``path`` is a file or a folder; for each path answered once."""
        if path not in self._known:
            self._known[path] = self.kind(path) is not None
        return self._known[path]

    @cached_property
    def _known(self) -> dict[str, bool]:
        return {}

    def submodule_of(self, path: str) -> str:  # noqa: ARG002 - only git knows of any
        """The submodule that ``path`` lies in and whose files are not seen; empty for none."""
        return ""

    def size(self, path: str) -> int | None:
        """The bytes of a file; None for anything else, or where a partial clone lacks it."""
        real = self.real(path)
        with suppress(OSError):
            return self._size(real) if real is not None and self._kind(real) == "file" else None
        return None

    def names(self, folder: str) -> Sequence[str]:
        """The names in a folder, sorted; none where it is no folder."""
        real = self.real(folder)
        with suppress(OSError):
            return self._names(real) if real is not None and self._kind(real) == "folder" else []
        return []

    def below(self, path: str) -> Iterator[File]:
        """The files of a folder and of its subfolders, name by name in their order; or the one
        file that ``path`` is. A folder that several links lead to is listed for the first of
        them; a file is left out where its content is not at hand (in a partial clone).

        Raises UnreadableInput (``no-such-file``) where ``path`` is neither."""
        return (entry for entry in self.entries(path) if not entry.fault)

    def entries(self, path: str) -> Iterator[File]:
        """The same, and what could not be looked at. Raises as ``below``, and UnreadableInput
        (``cannot-read``) where ``path`` itself could not."""
        start = self.real(path)
        with _readable(path):
            if start is None or self._kind(start) is None:
                raise _missing(path, "file or folder")
        linked = {start}
        waiting = [("", start)]
        while waiting:
            name, real = waiting.pop()
            inside = []
            try:
                if self._kind(real) != "folder":
                    size = self._size(real)
                    if size is not None:
                        yield File(name, size)
                    continue
                names = self._names(real)
            except OSError as error:
                if not name:
                    raise _unreadable(path, error) from error
                yield File(name, 0, why(error))
                continue
            for last in names:
                below = f"{name}/{last}" if name else last
                try:
                    target = self._followed(f"{real}/{last}" if real else last, linked)
                except OSError as error:
                    yield File(below, 0, why(error))
                else:
                    inside += [] if target is None else [(below, target)]
            waiting += reversed(inside)

    def read(self, path: str, limit: int) -> bytes:
        """The content of a file. Raises UnreadableInput where there is no such file
        (``no-such-file``), it has more than ``limit`` bytes (``too-large``), or it cannot be
        read (``cannot-read``)."""
        real = self.real(path)
        with _readable(path):
            if real is None or self._kind(real) != "file":
                raise _missing(path, "file")
            size = self._size(real)
            if size is None or size <= limit:
                data = self._content(real, limit)
                if data is None:
                    raise UnreadableInput("cannot-read", f"{path}: its content is not at hand")
                if len(data) <= limit:
                    return data
        raise UnreadableInput("too-large", f"{path}: expected at most {limit:,} bytes")

    def real(self, path: str) -> str | None:
        """Where ``path`` leads, links followed; None outside the repository. It need not exist."""
        if path and _fault(path):
            return None
        return self._real("/".join(part for part in path.split("/") if part not in ("", ".")))

    def _followed(self, path: str, linked: set[str]) -> str | None:
        """Where an entry of a folder leads; None for nothing, and for a folder seen before."""
        if not self._is_link(path):
            return path if self._kind(path) else None
        target = self._real(path)
        kind = None if target is None else self._kind(target)
        if target is None or kind is None or target in linked:
            return None
        if kind == "folder":
            linked.add(target)
        return target

    @abstractmethod
    def _real(self, path: str) -> str | None:
        """See ``real``, for a path that is well formed. The others here take what it returns, and
        raise OSError where the system does not let them look at what is there."""

    @abstractmethod
    def _is_link(self, path: str) -> bool: ...

    @abstractmethod
    def _kind(self, real: str) -> Kind | None: ...

    @abstractmethod
    def _size(self, real: str) -> int | None: ...

    @abstractmethod
    def _names(self, real: str) -> Sequence[str]: ...

    @abstractmethod
    def _content(self, real: str, limit: int) -> bytes | None:
        """The content of a file, or as much of it as is more than ``limit``."""


class WorkTree(Files):
    """The files on the disk below ``root``. Git's own folders are not among them."""

    def __init__(self, root: Path) -> None:
        self._top = os.path.realpath(root)
        self._folders: dict[str, str] = {}  # where each leads: most files share theirs

    def _real(self, path: str) -> str | None:
        folder, _, name = path.rpartition("/")
        try:
            if folder not in self._folders:
                self._folders[folder] = os.path.realpath(f"{self._top}/{folder}")
            place = f"{self._folders[folder].rstrip('/')}/{name}" if path else self._top
            if os.path.islink(place):  # noqa: PTH114 - paths are text here
                place = os.path.realpath(place)
        except (OSError, ValueError):  # no name that a file can have
            return None
        if place == self._top:
            return ""
        inside = self._top.rstrip("/") + "/"
        real = place.removeprefix(inside)
        return real if place.startswith(inside) and not is_gits(real) else None

    def _is_link(self, path: str) -> bool:
        return os.path.islink(self._place(path))  # noqa: PTH114 - paths are text here

    def _kind(self, real: str) -> Kind | None:
        status = self._status(real)
        mode = status.st_mode if status else 0
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else None

    def _size(self, real: str) -> int | None:
        status = self._status(real)
        return status.st_size if status else None

    def _status(self, real: str) -> os.stat_result | None:
        try:
            return os.stat(self._place(real))  # noqa: PTH116 - paths are text here
        except ValueError:
            return None
        except OSError as error:
            if is_missing(error):
                return None
            raise

    def _names(self, real: str) -> Sequence[str]:
        return sorted(name for name in os.listdir(self._place(real)) if not is_gits(name))  # noqa: PTH208 - likewise

    def _content(self, real: str, limit: int) -> bytes | None:
        with open(self._place(real), "rb") as file:  # noqa: PTH123 - paths are text here
            return file.read(limit + 1)

    def _place(self, real: str) -> str:
        return f"{self._top}/{real}" if real else self._top


class Drafted(WorkTree):
    """The work tree, with ``drafts`` in the place of some of its files."""

    def __init__(self, root: Path, drafts: Mapping[str, bytes]) -> None:
        super().__init__(root)
        self._drafts = drafts

    def _content(self, real: str, limit: int) -> bytes | None:
        draft = self._drafts.get(real)
        return super()._content(real, limit) if draft is None else draft


class Staged(WorkTree):
    """The work tree, but that what git's index has is read as it was staged: what a commit of this
    moment would have, and beside it the files that git does not track."""

    def __init__(self, contents: Blobs) -> None:
        super().__init__(contents.root)
        self._contents = contents

    @cached_property
    def _changed(self) -> frozenset[str]:
        """The files that the work tree has otherwise, but for those in conflict. After a copy git
        takes all for changed, so none is read before somebody asks for it."""
        asked = ("--name-only", "--ignore-submodules", "-z", "-0", "--diff-filter=u")
        return frozenset(_records(self._contents.root, "diff-files", *asked))

    def _kind(self, real: str) -> Kind | None:
        return "file" if real in self._changed else super()._kind(real)

    def _size(self, real: str) -> int | None:
        staged = self._contents.staged(real) if real in self._changed else None
        return super()._size(real) if staged is None else len(staged)

    def _names(self, real: str) -> Sequence[str]:
        gone = (name.rpartition("/") for name in self._changed)
        return sorted(
            {*super()._names(real), *(name for folder, _, name in gone if folder == real)}
        )

    def _content(self, real: str, limit: int) -> bytes | None:
        staged = self._contents.staged(real) if real in self._changed else None
        return super()._content(real, limit) if staged is None else staged


class Listing:
    """The names of files, for questions about where one may lie."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.paths: Sequence[str] = sorted(paths)
        """All of them, sorted."""

    @cached_property
    def _files(self) -> frozenset[str]:
        return frozenset(self.paths)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that the files lie in."""
        return frozenset(above(self.paths))

    @cached_property
    def _by_last(self) -> Mapping[str, list[str]]:
        places: dict[str, list[str]] = {}
        for path in (*self.paths, *sorted(self.folders)):
            places.setdefault(path.rpartition("/")[2], []).append(path)
        return places

    def has(self, path: str) -> bool:
        """Whether one of the files is ``path``, or lies in it."""
        return path in self._files or path in self.folders

    def inside(self, folder: str) -> Sequence[str]:
        """The paths of the files in a folder and its subfolders; all of them for ``""``."""
        return self.starting(f"{folder}/") if folder else self.paths

    def ending(self, path: str) -> Sequence[str]:
        """The files and folders whose paths end in ``path``, and are longer."""
        last = path.rpartition("/")[2]
        return [name for name in self._by_last.get(last, ()) if name.endswith(f"/{path}")]

    def starting(self, prefix: str) -> Sequence[str]:
        """The paths that begin with ``prefix``, which need not end with a name."""
        start = bisect_left(self.paths, prefix)
        end = start
        while end < len(self.paths) and self.paths[end].startswith(prefix):
            end += 1
        return self.paths[start:end]


class _Recorded(Files):
    """Files that git has recorded. ``contents`` reads them; whoever opened it closes it."""

    def __init__(self, contents: Blobs) -> None:
        self._contents = contents
        self._top = os.path.realpath(contents.root)

    @property
    @abstractmethod
    def _entries(self) -> Mapping[str, tuple[str, str]]:
        """The mode and blob of each path; the blob is empty where it is in conflict."""

    @cached_property
    def listing(self) -> Listing:
        """The paths that are recorded; links are not followed in them."""
        return Listing(self._entries)

    @cached_property
    def _links(self) -> frozenset[str]:
        return frozenset(path for path, (mode, _) in self._entries.items() if mode == _LINK)

    @cached_property
    def _children(self) -> Mapping[str, list[str]]:
        every: dict[str, list[str]] = {}
        for path in (*self.listing.paths, *self.listing.folders):
            folder, _, name = path.rpartition("/")
            every.setdefault(folder, []).append(name)
        return {folder: sorted(names) for folder, names in every.items()}

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        """The size of every object that is at hand. Asked about one that a partial clone lacks,
        git would look for it elsewhere, so it is asked about those that it has."""
        answers = process.ask(
            self._contents.root,
            "cat-file",
            "--batch-all-objects",
            "--unordered",
            "--batch-check=%(objectname) %(objectsize)",
        )
        pairs = (line.split(" ") for line in answers.decode("ascii").splitlines())
        return {name: int(size) for name, size in pairs}

    def _real(self, path: str) -> str | None:
        if not self._links:
            return path
        waiting = path.split("/")[::-1] if path else []
        at: list[str] = []
        followed = 0
        while waiting:
            part = waiting.pop()
            if part == ".." and not at:
                return None
            if part == "..":
                at.pop()
            elif part not in ("", "."):
                at.append(part)
            if "/".join(at) not in self._links:
                continue
            target = self._target("/".join(at))
            followed += 1
            if target is None or followed > _MOST_LINKS:
                return None
            at = [] if target.startswith("/") else at[:-1]
            waiting += target.strip("/").split("/")[::-1]
        return "/".join(at)

    def _target(self, link: str) -> str | None:
        """A link's target, after a slash where it is absolute; None where that leads outside."""
        data = self._content(link, _LONGEST_TARGET) or b""
        target = os.fsdecode(data)
        if not target or len(data) > _LONGEST_TARGET:
            return None
        if not target.startswith("/") or target == self._top:
            return "/" if target == self._top else target
        inside = self._top.rstrip("/") + "/"
        return f"/{target.removeprefix(inside)}" if target.startswith(inside) else None

    def submodule_of(self, path: str) -> str:
        """The submodule that ``path`` lies in, a repository of its own; empty for none."""
        modes = ((folder, self._entries.get(folder, ("", ""))[0]) for folder in above([path]))
        return next((folder for folder, mode in modes if mode == _SUBMODULE), "")

    def _is_link(self, path: str) -> bool:
        return path in self._links

    def _kind(self, real: str) -> Kind | None:
        mode = self._entries[real][0] if real in self._entries else ""
        if not real or mode == _SUBMODULE or real in self.listing.folders:
            return "folder"
        return "file" if mode else None

    def _size(self, real: str) -> int | None:
        return self._sizes.get(self._entries[real][1])

    def _names(self, real: str) -> Sequence[str]:
        return self._children.get(real, [])

    def _content(self, real: str, limit: int) -> bytes | None:  # noqa: ARG002 - git hands out all
        try:
            return self._contents.content(self._entries[real][1])
        except LedgerError:  # a partial clone lacks it, and git gives up
            return None


class Index(_Recorded):
    """The files that the next commit would have. What is in conflict can be listed and not read."""

    @cached_property
    def _entries(self) -> Mapping[str, tuple[str, str]]:
        entries = {}
        for line in _records(self._contents.root, "ls-files", "--stage", "-z"):
            about, _, path = line.partition("\t")  # "100644 <blob> <stage>"
            mode, blob, stage = about.split(" ")
            entries[path] = mode, blob if stage == "0" else ""
        return entries


@lru_cache(maxsize=4)
def index_of(contents: Blobs) -> Index:
    """The index beside ``contents``, the same one for everybody who asks."""
    return Index(contents)


class Commit(_Recorded):
    """The files of one commit. Raises UsageError (``no-such-revision``) for what is none."""

    def __init__(self, contents: Blobs, revision: str) -> None:
        super().__init__(contents)
        self.commit = contents.known_commit(revision)
        """The commit's full name."""

    @cached_property
    def _entries(self) -> Mapping[str, tuple[str, str]]:
        entries = {}
        for line in _records(self._contents.root, "ls-tree", "-r", "-z", self.commit):
            about, _, path = line.partition("\t")  # "100644 blob <blob>"
            mode, _, blob = about.split(" ")
            entries[path] = mode, blob
        return entries


def _records(root: Path, *arguments: str) -> Iterator[str]:
    return (os.fsdecode(line) for line in process.ask(root, *arguments).split(b"\0") if line)


@contextmanager
def _readable(path: str) -> Iterator[None]:
    """Say of a failure of the system what could not be read."""
    try:
        yield
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> UnreadableInput:
    return UnreadableInput("cannot-read", f"{path}: {why(error)}")


def _missing(path: str, expected: str) -> UnreadableInput:
    return UnreadableInput("no-such-file", f"{path[:1000]}: no such {expected} in the repository")


def above(paths: Iterable[str]) -> Iterator[str]:
    """The folders that hold ``paths``, each once."""
    seen: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            yield folder
            folder = folder.rpartition("/")[0]
