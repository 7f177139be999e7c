"""Which entries make claims, what they cite, where their runs are, and what there is around."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from itertools import takewhile
from pathlib import Path
from posixpath import commonpath
from types import MappingProxyType
from typing import NamedTuple

from ledger.claims.prose import LONGEST
from ledger.git import repository
from ledger.git.blobs import Blobs
from ledger.git.files import Commit, Files, Index, Listing, WorkTree
from ledger.plan import citations
from ledger.plan.model import Action, Attempt, Item, Ledger

# e.g. "reports/phase_e/20251015T201831Z", of a path that goes on
_RUN = re.compile(r"(?:.*/)?(?P<stamp>\d{8}T\d{6}Z)(?=/|\Z)", re.DOTALL)
_STAMPED = re.compile(r"/\d{8}T\d{6}Z/")
_ROOT_FIELDS = ("artifacts root", "artifact root", "reports root", "evidence root")
# What stands before a citation of outputs that this very attempt made.
_OWN = frozenset(
    "artifact artifacts evidence bundle bundles log logs output outputs captured recorded stored "
    "saved archived written wrote created produced published authored drafted generated exported "
    "delivered".split()
)
# What stands before a citation of something that was there before.
_NOT_OWN = frozenset(
    "per from see reviewed audited vs versus compared against baseline previous prior earlier "
    "refer refers referring reference referenced references citing cites missing expected target "
    "rerun using based derived ingested moved relocated next should will must pending".split()
)
_WORD = re.compile(r"[a-z]+|<")
_SENTENCE = re.compile(r"\n|[.!?][)*\"']{0,3} +(?=[^a-z ])")
_MOST_RUNS = 8
_FEW = 400  # characters before a citation that may say whose it is


class Place(NamedTuple):
    """What there is around a fix plan: the ``files`` that evidence is taken from, the ``listing``
    of those that git has recorded, its commits, and the plan's own attempts.

    ``commit`` tells whether a name is a commit's, None where that cannot be told, ``ignored`` which
    of some paths git ignores. ``latest`` is the last day (ISO) that the plan can tell of, and
    ``latest_of`` what says so; ``until`` is the day of the commit whose files are looked at, None
    for the work tree. ``plan`` is the plan's path, ``numbers`` the attempts of each of its items.
    """

    files: Files | None = None
    listing: Listing = Listing(())
    commit: Callable[[str], bool | None] = lambda _: None
    ignored: Callable[[Sequence[str]], Iterable[str]] = lambda _: ()
    latest: str | None = None
    latest_of: str = "today"
    until: str | None = None
    plan: str = ""
    numbers: Mapping[str, frozenset[int]] = MappingProxyType({})

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder ``path``."""
        if self.listing.has(path):
            return True
        return self.files is not None and self.files.kind(path) is not None

    def stamped(self, stamp: str) -> Sequence[str]:
        """The folders that are named by ``stamp``."""
        return [path for path in self.listing.ending(stamp) if path in self.listing.folders]

    def below(self, folder: str, name: str) -> str | None:
        """The file somewhere below a folder whose path ends in ``name``; None for none."""
        ending = f"/{name}"
        return next((path for path in self.listing.inside(folder) if path.endswith(ending)), None)

    def holds_runs(self, folder: str) -> bool:
        """Whether folders that are named by a stamp lie somewhere below a folder."""
        return any(_STAMPED.search(path, len(folder)) for path in self.listing.inside(folder))


def work_tree(root: Path, contents: Blobs | None, *, is_committed: bool) -> Place:
    """The work tree at ``root``; ``contents`` is its git repository's, None where it has none.
    ``is_committed`` says that the fix plan is as HEAD has it."""
    files = WorkTree(root)
    if contents is None:
        listing = Listing(file.path for file in files.below(""))
        return Place(files, listing, latest=_today())
    return _recorded(root, contents, is_committed=is_committed)._replace(
        files=files, listing=Index(contents).listing
    )


def revision(root: Path, contents: Blobs, name: str, *, is_committed: bool) -> Place:
    """The files of a commit. Raises ``UsageError`` where there is no such commit."""
    files = Commit(contents, name)
    return _recorded(root, contents, is_committed=is_committed)._replace(
        files=files, listing=files.listing, until=repository.day_of(root, files.commit)
    )


def _recorded(root: Path, contents: Blobs, *, is_committed: bool) -> Place:
    @cache
    def is_shallow() -> bool:
        return repository.is_shallow(root)

    @cache
    def commit(name: str) -> bool | None:
        is_there = contents.commit(name) is not None
        return is_there or (None if is_shallow() else False)

    place = Place(commit=commit, ignored=partial(repository.ignored, root), latest=_today())
    # What is committed tells of nothing after the last commit.
    day = repository.day_of(root, "HEAD") if is_committed else None
    return place._replace(latest=day, latest_of="HEAD") if day else place


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class Cited(NamedTuple):
    """One path of a citation. ``path`` is relative to the repository's top where it was found
    (``is_found``) or is written so; None where it is a placeholder or leads elsewhere."""

    raw: str
    written: str
    path: str | None
    is_found: bool
    is_own: bool
    line: int


class Entry(NamedTuple):
    """One attempt or completed action. ``runs`` are the folders (or files) that it calls its
    own, each with the part of it that it cites."""

    item: str | None
    attempt: int | None
    date: str | None
    stamp: str | None
    text: str
    line: int
    cited: tuple[Cited, ...]
    runs: Mapping[str, str]


def entries(ledger: Ledger, place: Place) -> Iterator[Entry]:
    """Every attempt and every completed action, in the order of the file. An attempt that only a
    completed action tells of is that action."""
    for item in ledger.items:
        roots = _roots(item)
        by_number: dict[int | None, Entry] = {}
        for attempt in item.attempts:
            entry = _entry(attempt, attempt.item, attempt.number, roots, place)
            by_number[attempt.number] = entry
            yield entry
        recorded = {attempt.span for attempt in item.attempts if attempt.source == "action"}
        for action in item.actions:
            if action.state == "complete" and action.span not in recorded:
                entry = _entry(action, item.id, action.attempt, roots, place)
                yield _with_runs_of(entry, by_number.get(action.attempt), place)
    for attempt in ledger.loose:
        yield _entry(attempt, attempt.item, attempt.number, (), place)


def _entry(
    part: Attempt | Action,
    item: str | None,
    number: int | None,
    roots: tuple[str, ...],
    place: Place,
) -> Entry:
    """``roots`` are the folders that citations may be relative to."""
    cited = _cited(part, roots, place)
    return Entry(
        item=item,
        attempt=number,
        date=part.date if isinstance(part, Attempt) else None,
        stamp=part.stamp,
        text=part.text,
        line=part.span.start_line,
        cited=cited,
        runs=_runs(cited, part.stamp, place),
    )


def _with_runs_of(action: Entry, attempt: Entry | None, place: Place) -> Entry:
    """A completed action rests on the runs of its attempt, where it names none itself."""
    if attempt is None:
        return action
    runs = _runs(action.cited, action.stamp or attempt.stamp, place)
    return action._replace(runs=runs or attempt.runs)


def _roots(item: Item) -> tuple[str, ...]:
    """The folders of the item's ``Artifacts Root`` up to its first placeholder, deepest first."""
    fields = (field for field in item.fields if field.name.lower().startswith(_ROOT_FIELDS))
    cited = (citation for field in fields for citation in citations.find(field.value))
    found: dict[str, None] = {}
    for path in (path for citation in cited for path in citation.paths):
        names = path.strip("/").split("/")
        fixed = list(takewhile(lambda name: citations.kind(name) == "path", names))
        for end in range(len(fixed), 0, -1):
            found.setdefault("/".join(fixed[:end]) + "/")
    return tuple(found)


def _cited(part: Attempt | Action, roots: tuple[str, ...], place: Place) -> tuple[Cited, ...]:
    """What an attempt or action cites."""
    found: list[Cited] = []
    at = 0
    text = part.text[:LONGEST]
    for citation in citations.find(text):
        found_at = text.find(citation.raw, at)
        at = max(at, found_at)
        is_own = _is_own(text, at)
        for written in citation.paths:
            path, is_found = _resolve(written, roots, place)
            found.append(
                Cited(
                    raw=citation.raw,
                    written=written,
                    path=path,
                    is_found=is_found,
                    is_own=is_own,
                    line=part.span.start_line + citation.line,
                )
            )
        at += len(citation.raw) if found_at >= 0 else 0
    folders = [run_folder(c.path) for c in found if c.is_found and c.path]
    runs = [folder for folder in dict.fromkeys(folders) if stamp_of(folder)][:_MOST_RUNS]
    return tuple(c if c.is_found else _below(c, runs, place) for c in found)


def _below(cited: Cited, runs: list[str], place: Place) -> Cited:
    """A path that was not found may be meant below a run that the entry cites."""
    if cited.path is None:
        return cited
    for run in runs:
        path = place.below(run, cited.path)
        if path is not None:
            return cited._replace(path=path, is_found=True)
    return cited


def _is_own(text: str, at: int) -> bool:
    """Whether the sentence up to a citation says that the attempt made what is cited."""
    begin = max(0, at - _FEW)
    start = begin
    for stop in _SENTENCE.finditer(text, begin, at):
        start = stop.end()
    words = set(_WORD.findall(text[start:at].lower()))
    return not _OWN.isdisjoint(words) and _NOT_OWN.isdisjoint(words) and "<" not in words


def _resolve(written: str, roots: Iterable[str], place: Place) -> tuple[str | None, bool]:
    """(the path from the top, whether it is there). Of a run that is there and an output that is
    not the path is known all the same."""
    if citations.kind(written) != "path":
        return None, False
    plain = written.removeprefix("./").rstrip("/")
    if not plain or ".." in plain.split("/"):
        return None, False
    for root in ("", *roots):
        if place.exists(root + plain):
            return root + plain, True
    if stamp_of(plain):
        for root in ("", *roots):
            if place.exists(run_folder(root + plain)):
                return root + plain, False
    return plain, False


def run_folder(path: str) -> str:
    """The run that an output belongs to: the deepest folder that is named by a stamp, else the
    folder that the file lies in."""
    if run := _RUN.match(path):
        return run[0]
    folder, _, name = path.rpartition("/")
    return folder if "." in name else path


def stamp_of(path: str) -> str | None:
    """The deepest stamp in a path."""
    run = _RUN.match(path)
    return run["stamp"] if run else None


def _runs(cited: tuple[Cited, ...], stamp: str | None, place: Place) -> dict[str, str]:
    """The entry's own runs, each with the part of it that is cited."""
    places: dict[str, list[str]] = {}
    own: dict[str, None] = {}
    for path in cited:
        if not path.is_found or path.path is None:
            continue
        folder = run_folder(path.path)
        if "/" not in folder or (not stamp_of(folder) and place.holds_runs(folder)):
            continue  # a folder such as docs/, or one of many runs
        places.setdefault(folder, []).append(path.path)
        if path.is_own:
            own[folder] = None
    stamped = [folder for folder in places if stamp and stamp_of(folder) == stamp]
    if stamped:
        chosen = [folder for folder in own if folder in stamped] or stamped
    else:
        # Something that lies under no stamp is a run only if nothing that does is cited.
        chosen = [folder for folder in own if stamp_of(folder)] or list(own)
        if not chosen and len([folder for folder in places if stamp_of(folder)]) == 1:
            chosen = [folder for folder in places if stamp_of(folder)]
    return {folder: _common(folder, places[folder]) for folder in chosen}


def _common(folder: str, found: list[str]) -> str:
    """The deepest folder below the run that holds everything cited of it."""
    cited = (path.rpartition("/") for path in found)
    common = commonpath([head if "." in name else head + sep + name for head, sep, name in cited])
    return common if common.startswith(folder) else folder
