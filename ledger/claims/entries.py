"""Which entries make claims, and where the runs are that they call their own."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple, Protocol

from ledger.claims.prose import LONGEST
from ledger.plan import citations
from ledger.plan.model import Action, Attempt, Item, Ledger

_STAMP = re.compile(r"\d{8}T\d{6}Z")
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
# It begins with a set of characters, so that most positions are passed over at once.
_SENTENCE = re.compile(r"[.!?\n](?:(?<=\n)|[)*\"']{0,3} +(?=[^a-z ]))")
_MOST_RUNS = 8
_FEW = 400  # characters before a citation that may say whose it is


class Tree(Protocol):
    """What files there are: of the work tree and the index, or of a revision."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder ``path``, relative to the top."""

    def stamped(self, stamp: str) -> tuple[str, ...]:
        """The folders that are named by ``stamp``."""

    def below(self, folder: str, name: str) -> str | None:
        """The file somewhere below a folder whose path ends in ``name``; None for none."""

    def holds_runs(self, path: str) -> bool:
        """Whether folders that are named by a stamp lie somewhere below a folder."""


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
    own, ``within`` the part of each that it cites, ``others`` further runs that it names."""

    item: str | None
    attempt: int | None
    date: str | None
    stamp: str | None
    text: str
    line: int
    cited: tuple[Cited, ...]
    runs: tuple[str, ...]
    within: tuple[str, ...]
    others: tuple[str, ...]


class Source(NamedTuple):
    """An attempt or completed action that is not looked into yet. ``roots`` are the folders that
    its citations may be relative to; ``attempt_of`` is the attempt that an action completed."""

    item: str | None
    attempt: int | None
    text: str
    told: Attempt | Action
    roots: tuple[str, ...]
    attempt_of: Attempt | None


def sources(ledger: Ledger) -> Iterator[Source]:
    """Every attempt and every completed action, in the order of the file. An attempt that only a
    completed action tells of is that action."""
    for item in ledger.items:
        roots = _roots(item)
        own = {attempt.number: attempt for attempt in item.attempts}
        for attempt in item.attempts:
            yield Source(attempt.item, attempt.number, attempt.text, attempt, roots, None)
        told = {attempt.span for attempt in item.attempts if attempt.source == "action"}
        for action in item.actions:
            if action.state == "complete" and action.span not in told:
                of = own.get(action.attempt)
                yield Source(item.id, action.attempt, action.text, action, roots, of)
    for attempt in ledger.loose:
        yield Source(attempt.item, attempt.number, attempt.text, attempt, (), None)


def entry_of(source: Source, tree: Tree) -> Entry:
    """What it cites, and which runs it calls its own."""
    told, of = source.told, source.attempt_of
    line = told.span.start_line
    cited = _cited(source.text, line, source.roots, tree)
    stamp = told.stamp or (of.stamp if of else None)
    runs, within, others = _runs(cited, stamp, tree)
    if not runs and of is not None:
        of_attempt = _cited(of.text, of.span.start_line, source.roots, tree)
        runs, within, others = _runs(of_attempt, of.stamp, tree)
    return Entry(
        source.item, source.attempt, told.date if isinstance(told, Attempt) else None, told.stamp,
        source.text, line, cited, runs, within, others,
    )  # fmt: skip


def _roots(item: Item) -> tuple[str, ...]:
    """The folders of the item's ``Artifacts Root`` up to its first placeholder, deepest first."""
    found: dict[str, None] = {}
    for field in item.fields:
        if not field.name.lower().startswith(_ROOT_FIELDS):
            continue
        for citation in citations.find(field.value):
            for path in citation.paths:
                parts: list[str] = []
                for part in path.strip("/").split("/"):
                    if citations.kind(part) != "path":
                        break
                    parts.append(part)
                for end in range(len(parts), 0, -1):
                    found.setdefault("/".join(parts[:end]) + "/")
    return tuple(found)


def _cited(text: str, first_line: int, roots: tuple[str, ...], tree: Tree) -> tuple[Cited, ...]:
    found: list[Cited] = []
    at = 0
    text = text[:LONGEST]
    for citation in citations.find(text):
        place = text.find(citation.raw, at)
        at = max(at, place)
        own = _is_own(text, at)
        line = first_line + citation.line
        for written in citation.paths:
            path, is_found = _resolve(written, roots, tree)
            found.append(Cited(citation.raw, written, path, is_found, own, line))
        at += len(citation.raw) if place >= 0 else 0
    folders = [run_folder(c.path) for c in found if c.is_found and c.path]
    runs = [folder for folder in dict.fromkeys(folders) if stamp_of(folder)][:_MOST_RUNS]
    return tuple(c if c.is_found else _below(c, runs, tree) for c in found)


def _below(cited: Cited, runs: list[str], tree: Tree) -> Cited:
    """A path that was not found may be meant below a run that the entry cites."""
    if cited.path is None:
        return cited
    for run in runs:
        path = tree.below(run, cited.path)
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


def _resolve(written: str, roots: Iterable[str], tree: Tree) -> tuple[str | None, bool]:
    """(the path from the top, whether it is there). Of a run that is there and an output that is
    not the path is known all the same."""
    if citations.kind(written) != "path":
        return None, False
    plain = written.removeprefix("./").rstrip("/")
    if not plain or ".." in plain.split("/"):
        return None, False
    for root in ("", *roots):
        if tree.exists(root + plain):
            return root + plain, True
    if stamp_of(plain):
        for root in ("", *roots):
            if tree.exists(run_folder(root + plain)):
                return root + plain, False
    return plain, False


@lru_cache(maxsize=4096)
def run_folder(path: str) -> str:
    """The run that an output belongs to: the deepest folder that is named by a stamp, else the
    folder that the file lies in."""
    parts = path.split("/")
    for end in range(len(parts), 0, -1):
        if _STAMP.fullmatch(parts[end - 1]):
            return "/".join(parts[:end])
    last = parts[-1]
    return "/".join(parts[:-1]) if "." in last else path


@lru_cache(maxsize=4096)
def stamp_of(path: str) -> str | None:
    """The deepest stamp in a path."""
    return next((part for part in reversed(path.split("/")) if _STAMP.fullmatch(part)), None)


def _runs(
    cited: tuple[Cited, ...], stamp: str | None, tree: Tree
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """(own runs, the part of each that is cited, other runs)."""
    places: dict[str, list[str]] = {}
    own: dict[str, None] = {}
    for path in cited:
        if not path.is_found or path.path is None:
            continue
        folder = run_folder(path.path)
        if "/" not in folder or (not stamp_of(folder) and tree.holds_runs(folder)):
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
    within = tuple(_common(folder, places[folder]) for folder in chosen)
    others = tuple(folder for folder in places if folder not in chosen)
    return tuple(chosen), within, others


def _common(folder: str, found: list[str]) -> str:
    """The deepest folder below the run that holds everything cited of it."""
    parts = [path.split("/") for path in found]
    parts = [path[:-1] if "." in path[-1] else path for path in parts]
    common: list[str] = []
    for step in zip(*parts, strict=False):
        if len(set(step)) > 1:
            break
        common.append(step[0])
    joined = "/".join(common)
    return joined if joined.startswith(folder) else folder
