"""The files of a work tree's index, or of a commit: which there are, and what a path may mean."""

from __future__ import annotations

import itertools
import os
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from ledger.git import asking, blobs

# A part of a name that is left open, which may stand for anything but "/".
_OPEN = re.compile(
    r"<[^<>/]*>|\$\([^()/]*\)|\$?\{[^{}/]*\}|\$[A-Za-z_]+|…"
    r"|(?<![A-Za-z])(?:N{2,}|X{2,}|YYYY[A-Z]*)(?![A-Za-z])"
)
_DEEP = frozenset({"...", "....", "…", "**"})  # a name that stands for any number of folders
_MOST_MATCHES = 1000


class Tree:
    """Tracked files by name. ``blobs_of`` has each one's blob, in a commit; ``root`` is the work
    tree, where that is what is looked at."""

    def __init__(self, root: Path, commit: str | None = None, *, is_git: bool = True) -> None:
        self._root = root
        self._top = None if commit else Path(os.path.realpath(root))
        self._blobs: dict[str, str] = {}
        if commit:
            for line in _ask(root, "ls-tree", "-r", "-z", commit):
                about, _, path = line.partition("\t")
                self._blobs[path] = about.rpartition(" ")[2]
            self.names = sorted(self._blobs)
        else:
            self.names = sorted(_ask(root, "ls-files", "-z")) if is_git else []

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(_above(self.names))

    @cached_property
    def _by_last(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in (*self.names, *sorted(self._folders)):
            found.setdefault(path.rpartition("/")[2], []).append(path)
        return found

    def is_tracked(self, path: str) -> bool:
        """Whether it is a tracked file, or a folder with one in it."""
        return path in self._known or path in self._folders

    def is_folder(self, path: str) -> bool:
        """Whether it is a folder with a tracked file in it."""
        return path in self._folders

    def is_on_disk(self, path: str) -> bool:
        """Whether the work tree has it; False for a commit."""
        if self._top is None:
            return False
        place = self._top / path
        try:
            return os.path.lexists(place) and Path(os.path.realpath(place)).is_relative_to(
                self._top
            )
        except (OSError, ValueError):
            return False

    def below(self, folder: str) -> list[str]:
        """The tracked files of a folder."""
        start = bisect_left(self.names, f"{folder}/")
        end = bisect_left(self.names, f"{folder}0")  # "0" follows "/"
        return self.names[start:end]

    def ending(self, path: str) -> list[str]:
        """The tracked files and folders whose names end in ``path``."""
        last = path.rpartition("/")[2]
        return [name for name in self._by_last.get(last, ()) if name.endswith(f"/{path}")]

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The tracked files and folders that a path with open parts may stand for. An open part
        stands for one name or a part of it, ``...`` for any number of folders."""
        parts = pattern.strip("/").split("/")
        wanted = [None if part in _DEEP else _filled(part) for part in parts]
        start = "/".join(itertools.takewhile(_is_closed, parts))
        places = self._starting(start)
        every = dict.fromkeys((*places, *_above(places)))
        found = (name for name in every if _fits(wanted, name.split("/")))
        return tuple(sorted(itertools.islice(found, _MOST_MATCHES)))

    def _starting(self, prefix: str) -> list[str]:
        start = bisect_left(self.names, prefix)
        end = start
        while end < len(self.names) and self.names[end].startswith(prefix):
            end += 1
        return self.names[start:end]

    def size(self, path: str) -> int | None:
        """Bytes of a file, or of a folder's tracked files; None where one cannot be told."""
        names = self.below(path) if self.is_folder(path) else [path]
        sizes = [self._size(name) for name in names]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    def _size(self, name: str) -> int | None:
        if self._top is None:
            return self._sizes.get(self._blobs.get(name, ""))
        try:
            return os.lstat(self._top / name).st_size
        except (OSError, ValueError):
            return None

    @cached_property
    def _sizes(self) -> Mapping[str, int]:
        """The size of every object that is here. Asked about another one, git would look for
        it elsewhere."""
        found = {}
        asked = "--batch-check=%(objectname) %(objectsize)"
        [said] = _ask(self._root, "cat-file", "--batch-all-objects", "--unordered", asked) or [""]
        for line in said.split("\n"):
            name, _, size = line.partition(" ")
            if size:
                found[name] = int(size)
        return found

    def ignore_files(self) -> Iterator[tuple[str, bytes]]:
        """The ``.gitignore`` files of a commit."""
        with blobs.Blobs(self._root) as contents:
            for name in self._by_last.get(".gitignore", ()):
                data = contents.content(self._blobs.get(name, ""))
                if data is not None:
                    yield name, data


def _filled(part: str) -> str:
    """One name with open parts as a pattern for ``fnmatch``, which takes time in proportion."""
    made, end = [], 0
    for found in _OPEN.finditer(part):
        made += [part[end : found.start()].replace("[", "[[]"), "*"]
        end = found.end()
    return "".join([*made, part[end:].replace("[", "[[]")])


def _is_closed(part: str) -> bool:
    return part not in _DEEP and part == _filled(part) and not {"*", "?", "["} & {*part}


def _fits(wanted: Sequence[str | None], names: Sequence[str]) -> bool:
    """Whether the names of a path, one after the other, fit the patterns; None fits any number."""
    at = done = 0
    deep: tuple[int, int] | None = None
    while done < len(names):
        if at < len(wanted) and wanted[at] is None:
            deep = at, done
            at += 1
        elif at < len(wanted) and fnmatchcase(names[done], wanted[at] or ""):
            at, done = at + 1, done + 1
        elif deep:
            deep = deep[0], deep[1] + 1
            at, done = deep[0] + 1, deep[1]
        else:
            return False
    return all(part is None for part in wanted[at:])


def _above(places: Iterable[str]) -> Iterator[str]:
    """The folders that hold ``places``."""
    seen: set[str] = set()
    for name in places:
        folder = name.rpartition("/")[0]
        while folder and folder not in seen:
            seen.add(folder)
            yield folder
            folder = folder.rpartition("/")[0]


def _ask(root: Path, *arguments: str) -> list[str]:
    said = os.fsdecode(asking.ask(root, *arguments))
    return [part for part in said.split("\0") if part]
