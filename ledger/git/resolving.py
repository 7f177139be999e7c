"""What a cited path leads to: as it stands, from the folders that it may be meant from, or as
the end of a longer path.

A path may be meant from the item's artifacts root, from the folder of a run that the attempt
cites, or from a folder that it cites something else in. Where none of these has it, a tracked
file whose path ends so is meant, if there is only one, or only one in an initiative that the
item cites.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from ledger.git.tree import Tree
from ledger.plan import citations
from ledger.plan.model import Artifact, Attempt, Item

_STAMP = re.compile(r"\d{8}T\d{6}Z")
# A path up to the folder of a run.
_RUN = re.compile(r"(?:[^/]+/)*?\d{8}T\d{6}Z(?=/|\Z)")


class Meant(NamedTuple):
    """One path of a citation. ``place`` is what it leads to, None where that cannot be told;
    ``places`` are then where it would lie, the likeliest first. ``matches`` are the tracked
    files and folders that it may stand for, of which none is likelier."""

    artifact: Artifact
    path: str
    kind: citations.Kind
    place: str | None
    places: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()


class _About(NamedTuple):
    """What an attempt is about: the stamps of the runs that it cites files of (or else names),
    those of all that it names, and where to look for ends of paths."""

    cited: frozenset[str]
    named: frozenset[str]
    initiatives: tuple[str, ...]

    def is_aside(self, place: str) -> bool:
        """Whether the file lies among the outputs of runs, and of none that the attempt names."""
        tops = {initiative.partition("/")[0] for initiative in self.initiatives}
        is_output = place.partition("/")[0] in tops
        return is_output and self.named.isdisjoint(_STAMP.findall(place))


class Resolver:
    """Says what the attempts of ``item`` cite among the files of ``tree``."""

    def __init__(self, item: Item | None, tree: Tree) -> None:
        self._item = item
        self._tree = tree
        self._root = item.artifacts_root if item else ""

    def resolve(self, attempt: Attempt) -> Iterator[Meant]:
        """What each path that ``attempt`` cites leads to, in the order of its text; a path that
        it cites twice in one way comes once."""
        root, tree = self._root, self._tree
        cited = [(artifact, path) for artifact in attempt.artifacts for path in artifact.paths]
        whole = [path for _, path in cited if citations.kind(path) == "path"]
        runs = _runs(root, whole)
        folders = ["", *runs, *_beside(root, whole, tree), *([root] if root else ())]
        own = {"", *runs, root}
        near = (*_initiatives(path for _, path in cited), *self._initiatives)
        named = frozenset(_STAMP.findall(attempt.text))
        stamps = frozenset(stamp for _, path in cited for stamp in _STAMP.findall(path))
        about = _About(stamps or named, named, near)
        for artifact, path in dict.fromkeys(cited):
            kind = citations.kind(path)
            if kind == "outside":
                yield Meant(artifact, path, kind, None)
            elif kind == "placeholder":
                yield from _open(artifact, path, folders, tree)
            else:
                name = os.path.normpath(path)
                lead = {os.path.normpath(folder + name): folder in own for folder in folders}
                inside = {place: is_own for place, is_own in lead.items() if place[:3] != "../"}
                yield _closed(Meant(artifact, path, kind, None), name, inside, about, tree)

    @cached_property
    def _initiatives(self) -> list[str]:
        attempts = self._item.attempts if self._item else ()
        return _initiatives(
            path for one in attempts for artifact in one.artifacts for path in artifact.paths
        )


def _closed(
    start: Meant, name: str, places: Mapping[str, bool], about: _About, tree: Tree
) -> Meant:
    """``places`` are where it may lie; those that are True are told of where it lies nowhere.

    Of files that end so, those in the folders of runs that the attempt does not name are not
    meant, but for a bare name that only one file of the initiative has.
    """
    for is_there in (tree.is_tracked, tree.is_on_disk):
        found = next((place for place in places if is_there(place)), None)
        if found:
            return start._replace(place=found)
    ends = tree.ending(name.lstrip("."))
    is_bare = "/" not in name
    likely = [end for end in ends if {*_STAMP.findall(end)} <= about.cited]
    if is_bare and not likely:
        likely = [end for end in ends if {*_STAMP.findall(end)} <= about.named]
    rivals = [end for end in ends if end.startswith(about.initiatives)]
    if is_bare and len(likely) == 1 < len(rivals) and about.is_aside(likely[0]):
        likely = rivals
    for below in (likely, *([e for e in likely if e.startswith(f)] for f in about.initiatives)):
        if len(below) == 1:
            return start._replace(place=below[0])
    for below in (ends, *([e for e in ends if e.startswith(f)] for f in about.initiatives)):
        if len(below) == 1 and is_bare:
            return start._replace(place=below[0])
    if about.named and likely is not rivals:
        ends = [end for end in likely if not about.is_aside(end)]
    own = [place for place, is_own in places.items() if is_own]
    is_whole = tree.is_folder(name.partition("/")[0])
    return start._replace(
        places=tuple(sorted(own, key=lambda place: place == name and not is_whole)),
        matches=tuple(rivals if likely is rivals else ends),
    )


def _open(artifact: Artifact, path: str, folders: Sequence[str], tree: Tree) -> Iterator[Meant]:
    """A glob leads to all that it fits. Another open part was never filled in; what it may
    stand for is told, and no more."""
    found: tuple[str, ...] = ()
    for folder in folders:
        found = found or tree.matching(folder + path)
    if not is_glob(path):
        yield Meant(artifact, path, "placeholder", None, (), found)
    elif found:
        yield from (Meant(artifact, path, "path", place) for place in found)
    else:
        yield Meant(artifact, path, "path", None, (path,))


def is_glob(path: str) -> bool:
    """Whether ``*`` or ``?`` is all that the path leaves open."""
    filled = path.replace("*", "x").replace("?", "x")
    return filled != path and citations.kind(filled) == "path"


def _runs(root: str, whole: Sequence[str]) -> list[str]:
    """The folders of the runs that are cited, each ending in a slash."""
    found: dict[str, None] = {}
    for path in whole:
        for place in (path, root + path):
            run = _RUN.match(place)
            if run and len(place) > run.end():
                found[f"{run.group()}/"] = None
    return list(found)


def _beside(root: str, whole: Sequence[str], tree: Tree) -> list[str]:
    """The folders that something else is cited in."""
    found: dict[str, None] = {}
    for path in whole:
        for place in dict.fromkeys((path, root + path)):
            if "/" in path and tree.is_tracked(os.path.normpath(place)):
                found[place if place.endswith("/") else f"{place.rpartition('/')[0]}/"] = None
    return list(found)


def _initiatives(paths: Iterable[str]) -> list[str]:
    """Where the end of a path is looked for if several files end so: two folders down towards
    the runs that are cited."""
    found: dict[str, None] = {}
    for path in paths:
        parts = path.split("/", 2)
        if len(parts) > 2 and _RUN.match(path):
            found[f"{parts[0]}/{parts[1]}/"] = None
    return list(found)
