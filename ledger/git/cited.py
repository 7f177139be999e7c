"""What a cited path leads to: as it stands, from the folders that it may be meant from, or as
the end of a longer path.

A path may be meant from the item's artifacts root, from the folder of a run that the attempt
cites, or from a folder that it cites something else in. Where none of these has it, a tracked
file whose path ends so is meant, if there is only one, or only one in an initiative that the
item cites.
"""

import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache, cached_property, lru_cache
from typing import NamedTuple

from ledger.git.files import Listing, above
from ledger.plan import citations
from ledger.plan.model import Action, Artifact, Attempt, Item

_STAMP = re.compile(r"\d{8}T\d{6}Z")
RUN = re.compile(r"(?:[^/]+/)*?\d{8}T\d{6}Z(?=/|\Z)")
"""A path up to the folder of a run."""
# A part of a name that is left open, which may stand for anything but "/":
# <STAMP>, $(date), ${RUN}, $RUN, …, NN, XX, YYYYMMDD.
# e.g. "runs/<STAMP>/pytest.log"
_OPEN = re.compile(
    r"<[^<>/]*>|\$\([^()/]*\)|\$?\{[^{}/]*\}|\$[A-Za-z_]+|…"
    r"|(?<![A-Za-z])(?:N{2,}|X{2,}|YYYY[A-Z]*)(?![A-Za-z])"
)
_DEEP = frozenset({"...", "....", "…", "**"})  # a name that stands for any number of folders
_MOST_MATCHES = 1000
_MOST_FOLDERS = 100  # that a path may be meant from


class Passage(NamedTuple):
    """A text that is in no plan, and what it cites, in the order of the text."""

    text: str
    artifacts: tuple[Artifact, ...]


class Cited(NamedTuple):
    """One path of a citation. ``place`` is what it leads to, None where that cannot be known;
    ``places`` are then where it would lie, the likeliest first. ``matches`` are the tracked
    files and folders that it may stand for, of which none is likelier. ``is_end`` says that it is
    the end of a longer path."""

    artifact: Artifact
    path: str
    kind: citations.Kind
    place: str | None
    places: tuple[str, ...] = ()
    matches: tuple[str, ...] = ()
    is_end: bool = False


class _About(NamedTuple):
    """What an attempt is about: the stamps of the runs that it cites files of (or else names),
    those of all that it names, and where to look for ends of paths."""

    cited: frozenset[str]
    stamps: frozenset[str]
    initiatives: tuple[str, ...]

    def is_aside(self, place: str) -> bool:
        """Whether the file lies among the outputs of runs, and of none that the attempt names."""
        tops = {initiative.partition("/")[0] for initiative in self.initiatives}
        is_output = place.partition("/")[0] in tops
        return is_output and self.stamps.isdisjoint(_STAMP.findall(place))


class Resolver:
    """Says what the attempts and actions of ``item`` cite among the files of ``listing``, which git
    has, and those that are ``on_disk``. ``fills``: also what a path with open parts may be."""

    def __init__(
        self,
        item: Item | None,
        listing: Listing,
        on_disk: Callable[[str], bool],
        *,
        fills: bool = False,
    ) -> None:
        self._fills = fills
        self._item = item
        self._listing = listing
        self._on_disk = on_disk
        self._root = item.artifacts_root if item else ""

    def resolve(self, part: Attempt | Action | Passage) -> Iterator[Cited]:
        """What each path cited in ``part`` leads to, in order; the same citation comes once."""
        root, listing = self._root, self._listing
        cited = [(artifact, path) for artifact in part.artifacts for path in artifact.paths]
        whole = [path for _, path in cited if citations.kind(path) == "path"]
        runs = _runs(root, whole)
        beside = [*runs, *_beside(root, whole, listing)][:_MOST_FOLDERS]
        folders = ["", *beside, *([root] if root else ())]
        own = {"", *runs, root}

        @cache
        def about() -> _About:
            near = (*_initiatives(path for _, path in cited), *self._initiatives)
            stamped = frozenset(_STAMP.findall(part.text))
            stamps = frozenset(stamp for _, path in cited for stamp in _STAMP.findall(path))
            return _About(stamps or stamped, stamped, near)

        for artifact, path in dict.fromkeys(cited):
            kind = citations.kind(path)
            if kind == "outside" or (kind == "placeholder" and not self._fills):
                yield Cited(artifact, path, kind, None)
            elif kind == "placeholder":
                yield from _open(artifact, path, folders, listing)
            else:
                name = os.path.normpath(path)
                lead = {os.path.normpath(folder + name): folder in own for folder in folders}
                inside = {place: is_own for place, is_own in lead.items() if place[:3] != "../"}
                there = self._there(inside)
                citation = Cited(artifact, path, kind, there)
                yield citation if there else self._ended(citation, name, inside, about())

    def _there(self, places: Iterable[str]) -> str | None:
        """The first place that is there, one that git has before others."""
        tests = (self._listing.has, self._on_disk)
        return next((place for is_there in tests for place in places if is_there(place)), None)

    def _ended(self, start: Cited, name: str, places: Mapping[str, bool], about: _About) -> Cited:
        """What a path leads to that ends so. ``places`` are where it may lie; those that are True
        are reported where it lies nowhere.

        Of files that end so, those in the folders of runs that the attempt does not name are not
        meant, but for a bare name that only one file of the initiative has.
        """
        ends = [*self._listing.ending(name.lstrip("."))]
        is_bare = "/" not in name
        likely = [end for end in ends if {*_STAMP.findall(end)} <= about.cited]
        if is_bare and not likely:
            likely = [end for end in ends if {*_STAMP.findall(end)} <= about.stamps]
        rivals = [end for end in ends if end.startswith(about.initiatives)]
        if is_bare and len(likely) == 1 < len(rivals) and about.is_aside(likely[0]):
            likely = rivals
        for below in (likely, *([e for e in likely if e.startswith(f)] for f in about.initiatives)):
            if len(below) == 1:
                return start._replace(place=below[0], is_end=True)
        for below in (ends, *([e for e in ends if e.startswith(f)] for f in about.initiatives)):
            if len(below) == 1 and is_bare:
                return start._replace(place=below[0], is_end=True)
        if about.stamps and likely is not rivals:
            ends = [end for end in likely if not about.is_aside(end)]
        own = [place for place, is_own in places.items() if is_own]
        is_whole = name.partition("/")[0] in self._listing.folders
        own.sort(key=lambda place: place == name and not is_whole)
        matches = tuple(rivals if likely is rivals else ends)
        return start._replace(places=tuple(own), matches=matches)

    @cached_property
    def _initiatives(self) -> list[str]:
        attempts = self._item.attempts if self._item else ()
        return _initiatives(
            path for a in attempts for artifact in a.artifacts for path in artifact.paths
        )


def _open(
    artifact: Artifact, path: str, folders: Sequence[str], listing: Listing
) -> Iterator[Cited]:
    """A glob leads to all that it fits; another open part to candidates only."""
    paths: tuple[str, ...] = ()
    for folder in folders:
        paths = paths or matching(listing, folder + path)
    if not is_glob(path):
        yield Cited(artifact, path, "placeholder", None, matches=paths)
    elif paths:
        yield from (Cited(artifact, path, "path", place) for place in paths)
    else:
        yield Cited(artifact, path, "path", None, (path,))


@lru_cache(maxsize=2048)  # attempts of an item cite the same
def matching(listing: Listing, pattern: str) -> tuple[str, ...]:
    """The tracked files and folders that a path with open parts may stand for: ``<STAMP>`` and
    ``*`` are a name or part of one, ``...`` any number of folders."""
    parts = pattern.strip("/").split("/")
    wanted = [None if part in _DEEP else _filled(part) for part in parts]
    places = listing.starting("/".join(itertools.takewhile(_is_closed, parts)))
    every = dict.fromkeys((*places, *above(places)))
    matches = (name for name in every if _fits(wanted, name.split("/")))
    return tuple(sorted(itertools.islice(matches, _MOST_MATCHES)))


def is_glob(path: str) -> bool:
    """Whether ``*`` or ``?`` is all that the path leaves open."""
    filled = path.replace("*", "x").replace("?", "x")
    return filled != path and citations.kind(filled) == "path"


def _runs(root: str, whole: Sequence[str]) -> list[str]:
    """The folders of the runs that are cited, each ending in a slash."""
    places = (place for path in whole for place in (path, root + path))
    runs = ((place, RUN.match(place)) for place in places)
    return [*dict.fromkeys(f"{run[0]}/" for place, run in runs if run and len(place) > run.end())]


def _beside(root: str, whole: Sequence[str], listing: Listing) -> list[str]:
    """The folders that something else is cited in."""
    places = dict.fromkeys(place for path in whole if "/" in path for place in (path, root + path))
    there = (place for place in places if listing.has(os.path.normpath(place)))
    return [*dict.fromkeys(f"{place.rpartition('/')[0]}/" for place in there)]


def _initiatives(paths: Iterable[str]) -> list[str]:
    """The folders to look for ambiguous ends in: two levels down towards the cited runs."""
    parts = (path.split("/", 2) for path in paths if RUN.match(path))
    return [*dict.fromkeys(f"{part[0]}/{part[1]}/" for part in parts if len(part) > 2)]


def _filled(part: str) -> str:
    """One name with open parts as a pattern for ``fnmatch``, which takes time in proportion."""
    return "*".join(closed.replace("[", "[[]") for closed in _OPEN.split(part))


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
