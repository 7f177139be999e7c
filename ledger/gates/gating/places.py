"""Where the files are that a gate looks into: placeholders filled in, names resolved."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from ledger.config import Config
from ledger.errors import LedgerError
from ledger.evidence.access import WorkTree
from ledger.gates.criteria.facts import Place
from ledger.gates.model import Brief, CrossReference, ReferenceState
from ledger.git.tree import Tree
from ledger.plan import citations, text

_STAMP: Final = re.compile(r"<STAMP>|\$\{?STAMP\}?|<stamp>")
_STAMPED: Final = re.compile(r"\d{8}T\d{6}Z\Z")
_HOLE: Final = re.compile(r"<[^<>/]{1,60}>|\$\{?\w{1,60}\}?")
_LARGEST: Final = 4_000_000  # bytes of a document that is searched
_MOST_FOUND: Final = 50  # places that a placeholder may stand for


class Places:
    """The repository as one gate sees it. ``path`` is the brief's or the ledger's; ``run`` is
    that of the run that is judged, and ``given`` the stamp that was given."""

    def __init__(
        self, config: Config, path: str, brief: Brief | None, run: str | None, given: str | None
    ) -> None:
        self.path, self.brief = path, brief
        self.access = WorkTree(config.root)
        self.tree = Tree(config.root, is_git=config.is_git)
        self._root = Path(os.path.realpath(config.root))
        self._run, self._given = run, given

    @cached_property
    def stamp(self) -> str | None:
        """The stamp that fills placeholders: given, or that of the run's folder where the bundle
        would have it, or the only one that there is."""
        if self._given:
            return self._given
        prefixes = {
            entry.path[: found.start()]
            for entry in (self.brief.bundle if self.brief else ())
            if (found := _STAMP.search(entry.path))
        }
        for prefix in sorted(prefixes):
            if self._run:
                first = self._run.removeprefix(prefix).partition("/")[0]
                if self._run.startswith(prefix) and _STAMPED.match(first):
                    return first
        stamps = {stamp for prefix in prefixes for stamp in self._stamps(prefix)}
        return stamps.pop() if len(stamps) == 1 else None

    def _stamps(self, prefix: str) -> list[str]:
        folder = self._real(prefix.rstrip("/"))
        if folder is None or not folder.is_dir():
            return []
        return sorted(one.name for one in folder.iterdir() if _STAMPED.match(one.name))

    def fill(self, path: str) -> Place:
        """``path`` with its placeholders filled in."""
        if path == self.path:
            return Place(path)
        if citations.kind(path) == "outside":
            return Place(None, f"{path} leads out of the repository", is_open=True)
        found = _STAMP.search(path)
        if found:
            stamp = self.stamp
            if stamp is None:
                known = self._stamps(path[: found.start()])
                if not known:
                    return Place(None, f"{path[: found.start()]} has no run yet")
                said = f"{path}: {', '.join(known[:5])} would fit: say which with --stamp"
                return Place(None, said, is_open=True)
            path = _STAMP.sub(stamp, path)
        if citations.kind(path) != "placeholder":
            return Place(path.rstrip("/"))
        matches = self._matching(_HOLE.sub("*", path).rstrip("/"))
        if len(matches) == 1:
            return Place(matches[0])
        if not matches:
            return Place(None, f"nothing fits {path}")
        return Place(None, f"{path}: {', '.join(matches[:3])} and others would fit", is_open=True)

    def _matching(self, pattern: str) -> list[str]:
        found = []
        try:
            for place in self._root.glob(pattern):
                if self._real(name := place.relative_to(self._root).as_posix()) is not None:
                    found.append(name)
                if len(found) == _MOST_FOUND:
                    break
        except (OSError, ValueError, NotImplementedError):
            return []
        return sorted(found)

    def _real(self, path: str) -> Path | None:
        """The place of a path, None where it leads out of the repository."""
        try:
            place = Path(os.path.realpath(self._root / path))
        except (OSError, ValueError):
            return None
        return place if place.is_relative_to(self._root) else None

    def files(self, path: str) -> Mapping[str, int] | None:
        """The files of a folder, or of a file, with their sizes; None for none."""
        if path == self.path:
            return {"": 1}  # it was read, wherever it lies
        try:
            return {entry.path: entry.size for entry in self.access.files(path)}
        except LedgerError:
            return None

    def text(self, path: str) -> str | None:
        """What a document says; None where there is none, or a very large one."""
        files = self.files(path)
        if not files or files.get("", _LARGEST) >= _LARGEST:
            return None
        try:
            return text.decode(self.access.read(path))
        except LedgerError:
            return None

    def resolve(self, name: str) -> str:
        """What a document's name means: itself, beside the brief, as the brief cites it elsewhere,
        or the only one whose path ends so."""
        own = self.path.rpartition("/")[0]
        ends = [path for path in self.cited if f"/{path}".endswith(f"/{name}")]
        for path in (name, f"{own}/{name}" if own else name, *ends):
            if self.files(path) is not None or self.tree.is_tracked(path):
                return path
        folder, _, last = name.rpartition("/")
        below = (
            [f"{folder}/{one}" for one in self.files(folder) or {} if one.endswith(f"/{last}")]
            if folder
            else []
        )
        found = below or self.tree.ending(name)
        return found[0] if len(found) == 1 else name

    @cached_property
    def cited(self) -> list[str]:
        """The paths that the brief refers to, and the files of its tasks."""
        brief = self.brief
        if brief is None:
            return []
        files = [
            one.path for sprint in brief.sprints for task in sprint.tasks for one in task.files
        ]
        return [*(path for one in brief.references for path in one.paths), *files]

    def references(self) -> Iterator[CrossReference]:
        """Where each cross-reference leads."""
        for one in self.brief.references if self.brief else ():
            for path in one.paths:
                kind = citations.kind(path)
                state: ReferenceState = "found"
                if kind != "path":
                    state = kind
                elif self.files(path.rstrip("/")) is None:
                    state = "tracked" if self.tree.is_tracked(path.rstrip("/")) else "missing"
                yield CrossReference(label=one.label, path=path, state=state, line=one.line)
