"""Which commit added, changed or deleted which path, over the whole history of a revision.

One ``git log`` that compares trees only, so a partial clone lacks nothing that it needs.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Final, NamedTuple

from ledger.git import asking, log

_LOG: Final = (
    "-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.diffMerges=separate",
    "-c", "log.mailmap=false", "-c", "i18n.logOutputEncoding=UTF-8",
    "log", "--topo-order", "--reverse", "-m", "--raw", "-z", "--no-abbrev", "--no-renames",
    "--ignore-submodules=all", "--no-color", "--no-relative", "--no-notes", "--no-ext-diff",
    "--format=%x00%H%x00%P%x00%cs%x00%s",
)  # fmt: skip


class Revision(NamedTuple):
    """One commit: ``place`` in a list where parents stand before children."""

    place: int
    sha: str
    parents: tuple[str, ...]
    day: str
    subject: str


class Touched:
    """The history of ``commit`` (a full name). Raises ``LedgerError`` where git fails."""

    def __init__(self, root: Path, commit: str) -> None:
        self.commits: dict[str, Revision] = {}
        self._by_path: dict[str, list[tuple[str, str]]] = {}
        merges: dict[str, dict[str, list[str]]] = {}
        for (sha, parents, day, subject), raw in _records(root, commit):
            above = tuple(parents.split())
            self.commits.setdefault(sha, Revision(len(self.commits), sha, above, day, subject))
            for about, path in raw:
                letter = about[-1:]
                if len(above) < 2:
                    self._by_path.setdefault(path, []).append((letter, sha))
                else:
                    merges.setdefault(sha, {}).setdefault(path, []).append(letter)
        for sha, paths in merges.items():
            for path, letters in paths.items():
                # A merge did what differs from every parent.
                if len(letters) == len(self.commits[sha].parents):
                    letter = letters[0] if len({*letters}) == 1 else "M"
                    self._by_path.setdefault(path, []).append((letter, sha))

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self._by_path)

    def added_by(self, path: str) -> str | None:
        """The commit that added the file last; None where none did."""
        return self._last(path, "A")

    def removed_by(self, path: str) -> str | None:
        """The commit that deleted the file, or the last file of the folder, last."""
        path = path.rstrip("/")
        found = [self._last(below, "D") for below in self._files(path)]
        return self._latest(found)

    def first_in(self, names: Iterable[str]) -> str | None:
        """The commit that added the first of the files ``names``."""
        found = [sha for name in names if (sha := self.added_by(name))]
        return min(found, key=lambda sha: self.commits[sha].place, default=None)

    def touching(self, path: str) -> set[str]:
        """The commits that did anything to the file, or to a file in the folder."""
        return {sha for below in self._files(path.rstrip("/")) for _, sha in self._by_path[below]}

    def between(self, start: str, end: str) -> set[str]:
        """The commits that ``end`` has and ``start`` has not, without ``end``."""
        return self.before(end) - self.before(start) - {start, end}

    def before(self, sha: str) -> set[str]:
        """The commit and all before it."""
        if sha not in self._before:
            found: set[str] = set()
            waiting = [sha]
            while waiting:
                one = waiting.pop()
                if one not in found and one in self.commits:
                    found.add(one)
                    waiting.extend(self.commits[one].parents)
            self._before[sha] = found
        return self._before[sha]

    @cached_property
    def _before(self) -> dict[str, set[str]]:
        return {}

    def _last(self, path: str, letter: str) -> str | None:
        return self._latest([sha for done, sha in self._by_path.get(path, ()) if done == letter])

    def _latest(self, found: list[str | None] | list[str]) -> str | None:
        known = [sha for sha in found if sha]
        return max(known, key=lambda sha: self.commits[sha].place, default=None)

    def _files(self, path: str) -> Iterator[str]:
        """The file ``path`` and those below it that any commit ever touched."""
        if path in self._by_path:
            yield path
        for place in range(bisect_left(self._sorted, f"{path}/"), len(self._sorted)):
            if not self._sorted[place].startswith(f"{path}/"):
                break
            yield self._sorted[place]


def _records(root: Path, commit: str) -> Iterator[tuple[list[str], list[tuple[str, str]]]]:
    return log.records(os.fsdecode(asking.ask(root, *_LOG, commit, "--")), 4)
