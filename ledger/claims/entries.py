"""Which entries make claims, what they cite, where their runs are, and what there is around."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from ledger.config import Config
from ledger.errors import UnreadableInput
from ledger.evidence.outputs import outputs_of
from ledger.git import process, repository
from ledger.git.blobs import STAGED, Blobs
from ledger.git.cited import Cited as Resolved
from ledger.git.cited import Passage, Resolver
from ledger.git.files import Commit, Drafted, Files, Listing, Staged, WorkTree, index_of
from ledger.plan import citations
from ledger.plan.model import Action, Artifact, Attempt, Item, Ledger, newest_first
from ledger.plan.statements.sentences import MOST

# e.g. "reports/phase_e/20251015T201831Z", of a path that goes on
_RUN = re.compile(r"(?:.*/)?(?P<stamp>\d{8}T\d{6}Z)(?=/|\Z)", re.DOTALL)
_STAMPED = re.compile(r"/\d{8}T\d{6}Z/")
# What is before a citation of outputs that this very attempt made.
_OWN = frozenset(
    "artifact artifacts evidence bundle bundles log logs output outputs captured recorded stored "
    "saved archived written wrote created produced published authored drafted generated exported "
    "delivered".split()
)
# What is before a citation of something that was there before.
_NOT_OWN = frozenset(
    "per from see reviewed audited vs versus compared against baseline previous prior earlier "
    "refer refers referring reference referenced references citing cites missing expected target "
    "rerun using based derived ingested moved relocated next should will must pending".split()
)
# What is before a run in a text that is about another one: "fixes the failures of RUN".
_NOT_OF_TEXT = frozenset(
    "versus vs compared against baseline previous prior earlier before old older since like unlike "
    "expected target derived caused reproduces reproduced fix fixes fixed mends mended addresses "
    "resolves closes reverts regression broke broken add adds added move moved moves rename "
    "renamed delete deletes deleted remove removes removed next should will must".split()
)
# What says, of a file that is cited, that it is not there.
_DENIED = frozenset(
    "no not never none without missing absent deleted removed dropped discarded cleaned ignored "
    "untracked empty later will would should could if unless until todo planned isn wasn doesn "
    "don won aren instead".split()
)
_STOP = re.compile(r"\n\n|\. |\.\n|\n[-*] ")
# "**Run:**", "log in", "(evidence: ": what a text calls the run that it mentions.
_LABEL = re.compile(
    r"(?<!\w)(?:runs?|evidence|artifacts?|logs?|outputs?|results?|reports?)(?!\w)[^.;\n/]{0,20}\Z",
    re.IGNORECASE,
)
# "/2025-10-15T201831Z", "/20251015-2018", of a path that goes on
_DATED = re.compile(r"/\d{4}-?\d\d-?\d\d[T_-]?\d{4,6}Z?(?=/|\Z)")
_WORD = re.compile(r"[a-z]+|<")
_SENTENCE = re.compile(r"\n|[.!?][)*\"']{0,3} +(?=[^a-z ])")
_BULLETS = ("- ", "* ", "+ ")
_MOST_CITED = 100  # of the paths that a text begins with, and of those that it ends with
_MOST_ENTRIES = 200  # lines of a list below a label that says whose they are
_FEW = 400  # characters before a citation that may say whose it is

View = str | None
"""Whose files evidence is taken from: a commit's, by its name, the work tree's (None), or these as
they are ``STAGED``."""


class Place(NamedTuple):
    """What there is around a fix plan: the ``files`` that evidence is taken from, the ``listing``
    of those that git has recorded, its commits, and the plan's own attempts.

    ``commit`` tells whether a name is a commit's, None where that cannot be known, ``ignored``
    which of some paths git ignores. ``latest`` is the last day (ISO) that the plan can mention:
    that of the commit ``latest_of``, or today where it is None. ``until`` is the day of the commit
    whose files are looked at, None for the work tree; ``plan`` is the plan's path, ``numbers`` the
    attempts of each of its items.
    """

    files: Files | None = None
    listing: Listing = Listing(())
    commit: Callable[[str], bool | None] = lambda _: None
    ignored: Callable[[Sequence[str]], Iterable[str]] = lambda _: ()
    latest: str | None = None
    latest_of: str | None = None
    until: str | None = None
    plan: str = ""
    numbers: Mapping[str, frozenset[int]] = MappingProxyType({})

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder ``path``."""
        if self.listing.has(path):
            return True
        return self.is_on_disk(path)

    def is_on_disk(self, path: str) -> bool:
        """Whether it is among the files, whatever git has."""
        return self.files is not None and self.files.has(path)

    def stamped(self, stamp: str) -> Sequence[str]:
        """The folders that are named by ``stamp``."""
        return [path for path in self.listing.ending(stamp) if path in self.listing.folders]

    def holds_runs(self, folder: str) -> bool:
        """Whether folders that are named by a stamp lie somewhere below a folder."""
        return any(_STAMPED.search(path, len(folder)) for path in self.listing.inside(folder))


def around(
    config: Config,
    contents: Blobs,
    view: View = None,
    *,
    is_committed: bool = False,
    drafts: Mapping[str, bytes] | None = None,
) -> Place:
    """What lies around the plan of ``config`` in ``view``, read through ``contents``.
    ``is_committed``: the plan is as HEAD has it. ``drafts`` replace files of the work tree."""
    view = view if config.is_git else None
    if view is not None and view != STAGED:
        return revision(config.root, contents, view, is_committed=is_committed)
    known = contents if config.is_git else None
    place = work_tree(config.root, known, is_committed=is_committed)
    place = place._replace(files=Drafted(config.root, drafts)) if drafts else place
    return place._replace(files=Staged(contents)) if view == STAGED else place


@contextmanager
def place_of(config: Config) -> Iterator[Place]:
    """What there is around the plan of ``config`` in the work tree."""
    with Blobs(config.root) as contents:
        yield around(config, contents)


def work_tree(root: Path, contents: Blobs | None, *, is_committed: bool) -> Place:
    """The work tree at ``root``; ``contents`` is its git repository's, None where it has none.
    ``is_committed`` says that the fix plan is as HEAD has it."""
    files = WorkTree(root)
    if contents is None:
        listing = Listing(file.path for file in files.below(""))
        return Place(files, listing, latest=_today())
    return _recorded(root, contents, is_committed=is_committed)._replace(
        files=files, listing=index_of(contents).listing
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
        return process.is_shallow(root)

    @cache
    def commit(name: str) -> bool | None:
        is_there = contents.commit(name) is not None
        return is_there or (None if is_shallow() else False)

    place = Place(commit=commit, ignored=partial(repository.ignored, root), latest=_today())
    # What is committed mentions nothing after the last commit.
    day = repository.day_of(root, "HEAD") if is_committed else None
    return place._replace(latest=day, latest_of="HEAD") if day else place


def _today() -> str:
    return datetime.now(UTC).date().isoformat()


class Cited(NamedTuple):
    """One path of a citation. ``path`` is relative to the repository's top where it was found
    (``is_found``) or is written so; None where it is a placeholder or leads elsewhere. ``matches``
    are the files that it may be, ``is_end`` says that it is the end of a longer path."""

    raw: str
    written: str
    path: str | None
    is_found: bool
    is_own: bool
    line: int
    is_end: bool = False
    matches: tuple[str, ...] = ()


class Entry(NamedTuple):
    """One attempt or completed action, or a text. ``runs`` are the folders (or files) that it calls
    its own, each with the part of it that it cites."""

    item: str | None
    attempt: int | None
    date: str | None
    stamp: str | None
    text: str
    line: int
    cited: tuple[Cited, ...]
    runs: Mapping[str, str]
    success: str = ""
    """The words by which an attempt calls itself a success; empty where it does not."""
    is_text: bool = False
    """Whether it is a text that is in no plan."""

    @property
    def names_run(self) -> bool:
        """Whether it names a run, be it one that is not there."""
        lost = (cited.path for cited in self.cited if cited.is_own and not cited.is_found)
        return bool(self.runs) or any(path and stamp_of(path) for path in lost)

    @property
    def made(self) -> dict[str, str]:
        """The runs below a stamp that it says it made, the newest last. Its figures are about
        ``runs``."""
        cited = (c.path for c in self.cited if c.is_own and c.is_found and c.path)
        stamps = {folder: stamp_of(folder) for folder in map(run_folder, cited)}
        stamped = sorted(
            (stamp.replace("-", ""), folder) for folder, stamp in stamps.items() if stamp
        )
        return {folder: "" for _, folder in stamped}


Wanted = Callable[[str | None, int | None, str], bool]
"""Whether an entry is wanted, by its item, its attempt and its text."""


def entries(ledger: Ledger, place: Place, wanted: Wanted = lambda *_: True) -> Iterator[Entry]:
    """The attempts and completed actions that are ``wanted``, in the order of the file. An attempt
    that only a completed action mentions is that action."""
    for item in ledger.items:
        resolver = _resolver(item, place)
        made: dict[int | None, Entry] = {}
        for attempt in item.attempts:
            number = attempt.number
            if wanted(attempt.item, number, attempt.text):
                made[number] = _entry(attempt, attempt.item, number, resolver, place)
                yield made[number]
        recorded = {attempt.span for attempt in item.attempts if attempt.source == "action"}
        by_number = {attempt.number: attempt for attempt in item.attempts}
        for action in item.actions:
            number = action.attempt
            if action.state != "complete" or action.span in recorded:
                continue
            if not wanted(item.id, number, action.text):
                continue
            if number not in made and number in by_number:
                made[number] = _entry(by_number[number], item.id, number, resolver, place)
            entry = _entry(action, item.id, number, resolver, place)
            yield _with_runs_of(entry, made.get(number), place)
    for attempt in ledger.loose:
        if wanted(attempt.item, attempt.number, attempt.text):
            yield _entry(attempt, attempt.item, attempt.number, _resolver(None, place), place)


def _resolver(item: Item | None, place: Place) -> Resolver:
    return Resolver(item, place.listing, place.is_on_disk)


def text_entry(
    text: str, place: Place, root: Path, runs: Sequence[str] = (), of: Entry | None = None
) -> Entry:
    """A text that is in no plan, as an entry. Its runs are those that are given, else those
    ``of`` an attempt, else those that it names by their paths below ``root``."""
    artifacts = []
    every = citations.find(text, place.is_on_disk)
    for citation in (*every[:_MOST_CITED], *every[max(_MOST_CITED, len(every) - _MOST_CITED) :]):
        paths = tuple(
            path.removeprefix(f"{root}/") for path in citation.paths
        )  # agents write it whole
        artifacts.append(Artifact(raw=citation.raw, paths=paths, line=1 + citation.line))
    part = Passage(text, tuple(artifacts))
    resolved = [*_resolver(None, place).resolve(part)]
    folders = of.runs if of else dict.fromkeys(runs, "")
    for is_own in () if folders else (_is_labelled, _is_dated):
        folders = folders or _own_runs(_cited(part, resolved, place, is_own), place)
    return Entry(
        item=of.item if of else None,
        attempt=of.attempt if of else None,
        date=None,
        stamp=None,
        text=text,
        line=1,
        cited=_cited(part, resolved, place, _is_asserted),
        runs=folders,
        is_text=True,
    )


def _own_runs(cited: Sequence[Cited], place: Place) -> dict[str, str]:
    """The runs that a text means by what it cites as its own."""
    return {
        folder: _common(folder, citations)
        for folder, citations in _by_run(cited, place).items()
        if any(cited.is_own for cited in citations)
    }


def _is_asserted(text: str, at: int) -> bool:
    """Whether nothing in a text says that what it cites is of another run, or is not there."""
    if not _NOT_OF_TEXT.isdisjoint(_words_before(text, at)):
        return False
    before, behind = text[max(0, at - _FEW) : at], text[at : at + _FEW]
    sentence = _STOP.split(before)[-1] + _STOP.split(behind, maxsplit=1)[0]
    return _DENIED.isdisjoint(_WORD.findall(sentence.lower()))


def _is_labelled(text: str, at: int) -> bool:
    """Whether a text says that a run is the one it mentions."""
    is_label = bool(_LABEL.search(text, max(0, at - 40), at))
    return (is_label or not _OWN.isdisjoint(_words_before(text, at))) and _is_asserted(text, at)


def _is_dated(text: str, at: int) -> bool:
    """Whether what a text cites lies below a stamp, and may so be the run that it mentions."""
    path = text[at : at + _FEW].split(maxsplit=1)
    return bool(path and _DATED.search(path[0])) and _is_asserted(text, at)


class NewestRun(NamedTuple):
    """The newest attempt of an item that cites a run, and its own runs."""

    attempt: Attempt
    runs: tuple[str, ...]


def newest_run(item: Item, place: Place) -> NewestRun | None:
    """The newest attempt of ``item`` that tried something and cites a run; None for none."""
    newest = newest_entry(item, item.attempts, place)
    if newest is None:
        return None
    attempt, entry = newest
    return NewestRun(attempt, runs_made(entry, place))


def runs_made(entry: Entry, place: Place) -> tuple[str, ...]:
    """All runs that an attempt made: figures are of one run, to be done all have to be good."""
    return tuple(_innermost(entry.made | dict(entry.runs), place))


def newest_entry(
    item: Item, attempts: Sequence[Attempt], place: Place
) -> tuple[Attempt, Entry] | None:
    """The newest of an item's attempts that tried something and cites a run, and what it says."""
    resolver = _resolver(item, place)
    tried = (attempt for attempt in newest_first(attempts) if attempt.result != "info")
    every = ((a, _entry(a, a.item, a.number, resolver, place)) for a in tried)
    return next((pair for pair in every if pair[1].runs), None)


def own_runs(entry: Entry, place: Place) -> tuple[str, ...]:
    """The runs that the figures of an attempt are about, each the part of it that is cited."""
    return tuple(_innermost(entry.runs, place))


def _innermost(runs: Mapping[str, str], place: Place) -> Iterator[str]:
    """Of each run the part that is cited, where that has outputs of its own; else its folder."""
    for folder, part in runs.items():
        has_own = False
        if place.files is not None and part not in ("", folder):
            with suppress(UnreadableInput):
                has_own = bool(outputs_of(place.files, part).parts)
        yield part if has_own else folder


def _entry(
    part: Attempt | Action,
    item: str | None,
    number: int | None,
    resolver: Resolver,
    place: Place,
) -> Entry:
    cited = _cited(part, resolver.resolve(part), place)
    return Entry(
        item=item,
        attempt=number,
        date=part.date if isinstance(part, Attempt) else None,
        stamp=part.stamp,
        text=part.text,
        line=part.span.start_line,
        cited=cited,
        runs=_runs(cited, part.stamp, place),
        success=_success(part) if isinstance(part, Attempt) else "",
    )


def _success(attempt: Attempt) -> str:
    # What only a completed action mentions was taken, not won: it has no result of its own.
    is_one = attempt.result == "success" and attempt.source == "history"
    return attempt.result_text if is_one else ""


def _with_runs_of(action: Entry, attempt: Entry | None, place: Place) -> Entry:
    """A completed action rests on the runs of its attempt, where it names none itself."""
    if attempt is None:
        return action
    runs = _runs(action.cited, action.stamp or attempt.stamp, place)
    return action._replace(runs=runs or attempt.runs)


def _is_own(text: str, at: int) -> bool:
    """Whether the sentence up to a citation says that the attempt made what is cited."""
    words = _words_before(text, at)
    return not _OWN.isdisjoint(words) and _NOT_OWN.isdisjoint(words) and "<" not in words


def _cited(
    part: Attempt | Action | Passage,
    resolved: Iterable[Resolved],
    place: Place,
    is_own: Callable[[str, int], bool] = _is_own,
) -> tuple[Cited, ...]:
    """What an attempt, action or text cites; ``is_own`` judges by the text and a place in it."""
    text = part.text[:MOST]
    own: dict[Artifact, bool] = {}
    at = 0
    for artifact in part.artifacts:
        found_at = text.find(artifact.raw, at)
        at = max(at, found_at)
        own[artifact] = own.get(artifact, False) or is_own(text, at)
        at += len(artifact.raw) if found_at >= 0 else 0
    return tuple(
        Cited(
            raw=cited.artifact.raw,
            written=cited.path,
            path=_place_of(cited, place),
            is_found=cited.place is not None,
            is_own=own[cited.artifact],
            line=cited.artifact.line,
            is_end=cited.is_end,
            matches=cited.matches,
        )
        for cited in resolved
    )


def _place_of(cited: Resolved, place: Place) -> str | None:
    """What a path leads to, or where it would lie: below a run that is there, if it may. None for
    one with a part left open."""
    if citations.kind(cited.path) != "path":
        return None
    if cited.place:
        return cited.place
    name = posixpath.normpath(cited.path)
    places = cited.places if stamp_of(name) else ()
    return next((path for path in places if place.exists(run_folder(path))), name)


def _words_before(text: str, at: int) -> set[str]:
    """The words of the sentence up to a citation."""
    begin = max(0, at - _FEW)
    start = begin
    for stop in _SENTENCE.finditer(text, begin, at):
        start = stop.end()
    words = text[start:at]
    if not _WORD.search(words.lower()):
        words = _label_above(text, start)
    return set(_WORD.findall(words.lower()))


def _label_above(text: str, end: int) -> str:
    """The line with a colon that is above the list whose entry goes on at ``end``."""
    for _ in range(_MOST_ENTRIES):
        begin = text.rfind("\n", 0, max(0, end - 1)) + 1
        line = text[begin:end].strip()
        if line and not line.startswith(_BULLETS):
            return line if line.rstrip("*_ ").endswith(":") else ""
        if begin == 0:
            break
        end = begin
    return ""


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
    places = _by_run(cited, place)
    own = [folder for folder, c in places.items() if any(cited.is_own for cited in c)]
    stamped = [folder for folder in places if stamp and stamp_of(folder) == stamp]
    if stamped:
        chosen = [folder for folder in own if folder in stamped] or stamped
    else:
        # Something that lies under no stamp is a run only if nothing that does is cited.
        chosen = [folder for folder in own if stamp_of(folder)] or own
        if not chosen and len([folder for folder in places if stamp_of(folder)]) == 1:
            chosen = [folder for folder in places if stamp_of(folder)]
    return {folder: _common(folder, places[folder]) for folder in chosen}


def _by_run(cited: Sequence[Cited], place: Place) -> dict[str, list[Cited]]:
    """What is cited and there, by the run that it lies in."""
    by_run: dict[str, list[Cited]] = {}
    runs = {run_folder(c.path) for c in cited if c.path and c.is_found and not c.is_end}
    for path in cited:
        if not path.is_found or path.path is None:
            continue
        folder = run_folder(path.path)
        if path.is_end and folder not in runs:
            continue  # it may lie in a run of another attempt
        if "/" not in folder or (not stamp_of(folder) and place.holds_runs(folder)):
            continue  # a folder such as docs/, or one of many runs
        by_run.setdefault(folder, []).append(path)
    return by_run


def _common(folder: str, citations: Sequence[Cited]) -> str:
    """The deepest folder below the run that holds everything cited of it."""
    cited = (cited.path.rpartition("/") for cited in citations if cited.path)
    common = posixpath.commonpath(
        [head if "." in name else head + sep + name for head, sep, name in cited]
    )
    return common if common.startswith(folder) else folder
