"""What attempts point at: the artifacts that they cite, and the commits around them, in the work
tree (where what is staged counts as tracked) or in a commit's tree."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

from ledger import config
from ledger.commands import history as auditing
from ledger.commands import read
from ledger.commands.history import Progress
from ledger.config import Config
from ledger.errors import UsageError
from ledger.git import repository
from ledger.git.blobs import Blobs
from ledger.git.cited import Cited, Resolver
from ledger.git.files import Commit, Files, Index, Listing, WorkTree
from ledger.git.log import Touched, log_of
from ledger.git.repository import ArtifactState
from ledger.plan import reader, selectors
from ledger.plan.model import Attempt, Item, Ledger, Model
from ledger.versions.history import Origins
from ledger.versions.model import History

_LARGEST = 1_000_000  # bytes of a .gitignore
CommitState = Literal["known", "elsewhere", "ambiguous", "unknown", "introducing", "touching"]


class ArtifactLink(Model):
    """One path that an attempt cites."""

    item: str | None
    """The item's ID; null outside every item's section."""
    attempt: int | None
    """The attempt's number."""
    raw: str
    """The citation as written."""
    path: str
    """What one of its paths leads to, relative to the repository's top; as cited where it leads
    to nothing, or to one of several."""
    state: ArtifactState
    """Whether git has it."""
    line: int
    """The line of the citation."""
    is_folder: bool = False
    """It is a folder with tracked files."""
    size: int | None = None
    """Bytes; of a folder, of its tracked files together. Null where that cannot be known."""
    added_by: str | None = None
    """The commit that added it, or its first file."""
    removed_by: str | None = None
    """The commit that took away what is missing."""
    rule: str | None = None
    """What ignores it: `.gitignore:3:logs/`."""
    matches: tuple[str, ...] = ()
    """Tracked paths of which it may be any: for a placeholder, or for a name that several files
    have and none is likelier."""


class CommitLink(Model):
    """One commit that has to do with an attempt."""

    item: str | None
    """The item's ID; null outside every item's section."""
    attempt: int | None
    """The attempt's number."""
    raw: str | None
    """The commit as the attempt names it; else null."""
    sha: str | None
    """Its full name; null for one that git does not know."""
    state: CommitState
    """Of one that is named: `known`, `elsewhere` (not in this history), `ambiguous` or `unknown`.
    Of others: `introducing` the attempt, or `touching` files that it names, since the item's
    previous attempt was introduced."""
    introduced_by: str | None
    """The commit that introduced the attempt; null for one not committed yet."""
    line: int
    """The line that the attempt begins on."""
    day: str | None = None
    """The date of the commit."""
    subject: str | None = None
    """The first line of its message."""


class Pointers(Model):
    """What attempts point at."""

    artifacts: tuple[ArtifactLink, ...]
    """By attempt, in the order of its text."""
    commits: tuple[CommitLink, ...]
    """By attempt; those named come first."""


# What another clone does not have.
_LACKING: Final = frozenset({"untracked", "ignored", "missing", "outside"})


class Links(Pointers):
    """What attempts point at, and where that was looked up."""

    path: str
    """The ledger, relative to the top of its repository."""
    commit: str | None
    """The commit that was looked at; null: the work tree."""

    @property
    def lacking(self) -> Links:
        """Only what another clone does not have: files that git has not, unknown commits."""
        artifacts = tuple(a for a in self.artifacts if a.state in _LACKING)
        commits = tuple(c for c in self.commits if c.state == "unknown")
        return self.model_copy(update={"artifacts": artifacts, "commits": commits})


def links(
    names: Sequence[str] = (),
    *,
    rev: str | None = None,
    ledger: Path | None = None,
    progress: Progress | None = None,
) -> Links:
    """What the attempts point at that ``names`` mean: items (``PARSE-001``) or single attempts
    (``PARSE-001#3``), by default all of the fix plan. Where only its archive has them, the archive
    is read.

    Paths are looked up in the work tree, or in the commit ``rev``. ``progress`` is called with how
    many of how many versions of the plan have been read.

    Raises ``UsageError`` for a name or commit that there is not, ``UnreadableInput`` for a plan
    that cannot be read, and for ``rev`` outside a git repository.
    """
    settings = config.find(Path.cwd(), ledger)
    if rev is None:
        opened = read.holding(settings, *map(selectors.parse, names))
        settings, plan, commit = opened.config, opened.ledger, None
    else:
        commit, plan = _at_revision(settings, rev)
    attempts = (
        [attempt for name in names for attempt in selectors.attempts(plan, selectors.parse(name))]
        if names
        else plan.attempts
    )
    pointers = link(settings, plan, attempts, commit, progress)
    return Links(path=settings.ledger_path, commit=commit, **dict(pointers))


def _at_revision(settings: Config, revision: str) -> tuple[str, Ledger]:
    """The full name of a commit, and the ledger as it has it."""
    settings.require_git("leave out --rev")
    with Blobs(settings.root) as contents:
        commit = contents.known_commit(revision)
        data = contents.read(commit, settings.ledger_path)
    if data is None:
        raise UsageError("no-such-file", f"{revision} has no {settings.ledger_path}")
    return commit, reader.read(data, conventions=settings.own)


def link(
    config: Config,
    ledger: Ledger,
    attempts: Sequence[Attempt],
    commit: str | None = None,
    progress: Progress | None = None,
    *,
    artifacts_only: bool = False,
    history: History | None = None,
) -> Pointers:
    """What ``attempts`` point at, in the tree of ``commit`` (a full name) or in the work tree.
    ``artifacts_only`` leaves the commits out; ``history`` is the plan's up to there, where somebody
    has it. Without git what exists counts as tracked."""
    items: dict[str | None, Item] = {item.id: item for item in reversed(ledger.items)}
    with Blobs(config.root) if config.is_git else contextlib.nullcontext() as contents:
        place = _Place(config, contents, commit, progress, history)
        resolvers = {
            name: Resolver(items.get(name), place.listing, place.is_on_disk, fills=True)
            for name in dict.fromkeys(attempt.item for attempt in attempts)
        }
        resolved = [(a, items.get(a.item), list(resolvers[a.item].resolve(a))) for a in attempts]
        place.ignore(cited for _, _, every in resolved for cited in every)
        artifacts = [_artifact(place, a, cited) for a, _, every in resolved for cited in every]
        commits: list[CommitLink] = []
        if place.head and not artifacts_only:
            for each in resolved:
                commits += _commits(place, *each)
        return Pointers(artifacts=tuple(artifacts), commits=tuple(commits))


@dataclass
class _Place:
    """What is looked at, each part once and only if need be."""

    config: Config
    contents: Blobs | None
    commit: str | None
    progress: Progress | None
    history: History | None = None
    ignored: dict[str, str] = field(default_factory=dict)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    @cached_property
    def files(self) -> Files:
        """The files, of the commit or in the work tree."""
        if self.commit and self.contents:
            return Commit(self.contents, self.commit)
        return WorkTree(self.config.root)

    @cached_property
    def listing(self) -> Listing:
        """Those that git has."""
        if isinstance(self.files, Commit):
            return self.files.listing
        return Index(self.contents).listing if self.contents else Listing(())

    def is_on_disk(self, path: str) -> bool:
        """Whether the work tree has it; False for a commit."""
        return self.commit is None and self.files.has(path)

    def size(self, path: str) -> int | None:
        """Bytes of a file, or of a folder's tracked files; None where one cannot be known."""
        names = self.listing.inside(path) if path in self.listing.folders else [path]
        sizes = [self.files.size(name) for name in names]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None

    @cached_property
    def head(self) -> str | None:
        """The commit that ends the history."""
        if self.contents is None or self.commit:
            return self.commit
        return self.contents.commit("HEAD")

    @cached_property
    def touched(self) -> Touched | None:
        """What commits did to files; None where there is none."""
        return log_of(self.config.root, self.head) if self.head else None

    @cached_property
    def origins(self) -> Origins:
        """Which commit introduced which attempt, also of those that lie in the archive now."""
        own = self.config
        if self.history:
            return Origins(self.history.events)
        if self.head:
            with contextlib.suppress(UsageError):  # the ledger was never committed
                plan = own.of_partner if own.is_archive else own
                return Origins(auditing.audit(plan, self.head, self.progress).events)
        return Origins(())

    def ignore(self, every: Iterable[Cited]) -> None:
        """Find out which of those that are not tracked git ignores, and by which rule."""
        paths = [
            path
            for cited in every
            if cited.kind == "path"
            for path in ((cited.place,) if cited.place else cited.places)
            if not self.listing.has(path)
        ]
        if not paths or not self.config.is_git:
            return
        if self.commit is None:
            self.ignored = repository.ignored(self.config.root, paths)
            return
        names = (".gitignore", *self.listing.ending(".gitignore"))
        rules = [
            (name, self.files.read(name, _LARGEST))
            for name in names
            if self.files.kind(name) == "file"
        ]
        with tempfile.TemporaryDirectory() as folder:
            repository.lay_out(Path(folder), rules)
            self.ignored = repository.ignored(Path(folder), paths)

    def commit_of(self, name: str) -> tuple[str | None, CommitState]:
        """The commit that ``name``, which an attempt cites, stands for, and its state."""
        sha = self.contents.commit(name) if self.contents else None
        known = self.touched.commits if self.touched else {}
        if sha:
            return sha, "known" if sha in known else "elsewhere"
        is_many = sum(other.startswith(name) for other in known) > 1
        return None, "ambiguous" if is_many else "unknown"


def _artifact(place: _Place, attempt: Attempt, cited: Cited) -> ArtifactLink:
    facts: dict[str, Any] = {"path": cited.path, "state": cited.kind}
    if cited.kind == "path":
        if cited.place is not None:
            if cited.place not in place.known:
                place.known[cited.place] = _file_facts(place, cited.place)
            facts = {"path": cited.place, **place.known[cited.place]}
        elif cited.matches:  # whichever is meant
            facts["state"] = "tracked"
        else:
            facts |= {"state": "missing", **_lost(place, cited.places)}
    return ArtifactLink(
        item=attempt.item,
        attempt=attempt.number,
        raw=cited.artifact.raw,
        line=cited.artifact.line,
        matches=cited.matches,
        **facts,
    )


def _file_facts(place: _Place, path: str) -> dict[str, Any]:
    """What is known of a path that leads to something."""
    size = place.size(path)
    if not place.listing.has(path):
        rule = place.ignored.get(path)
        state: ArtifactState = (
            "ignored" if rule else "untracked" if place.config.is_git else "tracked"
        )
        return {"state": state, "rule": rule, "size": size}
    is_folder = path in place.listing.folders
    names = place.listing.inside(path) if is_folder else [path]
    added = place.touched.first_in(names) if place.touched else None
    return {"state": "tracked", "is_folder": is_folder, "size": size, "added_by": added}


def _lost(place: _Place, places: Sequence[str]) -> dict[str, Any]:
    """What is known of a path that leads to nothing, and would lie in one of ``places``."""
    for path in places:
        removed = place.touched.removed_by(path) if place.touched else None
        if removed:
            return {"path": path, "removed_by": removed}
    for path in places:
        if path in place.ignored:
            return {"state": "ignored", "path": path, "rule": place.ignored[path]}
    return {}


def _commits(
    place: _Place, attempt: Attempt, item: Item | None, every: Sequence[Cited]
) -> Iterator[CommitLink]:
    introduced = place.origins.of(attempt)
    touched = place.touched
    known = touched.commits if touched else {}

    def link(raw: str | None, sha: str | None, state: CommitState) -> CommitLink:
        commit = known.get(sha or "")
        return CommitLink(
            item=attempt.item,
            attempt=attempt.number,
            raw=raw,
            sha=sha,
            state=state,
            introduced_by=introduced,
            line=attempt.span.start_line,
            day=commit.day or None if commit else None,
            subject=commit.subject if commit else None,
        )

    for name in attempt.commits:
        yield link(name, *place.commit_of(name))
    if introduced is None:
        return
    yield link(None, introduced, "introducing")
    previous = _previous(attempt, item)
    start = place.origins.of(previous) if previous else None
    if not start or not touched:
        return
    shas = {
        sha
        for cited in every
        for path in filter(None, (cited.place, *cited.matches, *cited.places))
        if path != place.config.ledger_path
        for sha in touched.touching(path)
    }
    for sha in touched.between(start, introduced):
        if sha in shas and sha != introduced:
            yield link(None, sha, "touching")


def _previous(attempt: Attempt, item: Item | None) -> Attempt | None:
    """The item's attempt with the largest number below that of ``attempt``."""
    number = attempt.number
    if item is None or number is None:
        return None
    earlier = [a for a in item.attempts if a.number is not None and a.number < number]
    return max(earlier, key=lambda attempt: attempt.number or 0, default=None)
