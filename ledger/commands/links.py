"""What attempts point at: the artifacts that they cite, and the commits around them.

Looked up in the work tree, where what is staged counts as tracked, or in a commit's tree.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import chain
from pathlib import Path

from ledger.commands import history as auditing
from ledger.config import Config
from ledger.errors import UsageError
from ledger.git.blobs import Blobs
from ledger.git.links_model import ArtifactLink, ArtifactState, CommitLink, CommitState, Links
from ledger.git.resolving import Meant, Resolver
from ledger.git.touched import Touched
from ledger.git.tree import Tree
from ledger.plan.model import Attempt, Item, Ledger
from ledger.versions.model import History

Progress = Callable[[int, int], None]


def link(
    config: Config,
    ledger: Ledger,
    attempts: Sequence[Attempt],
    commit: str | None = None,
    progress: Progress | None = None,
    *,
    artifacts_only: bool = False,
) -> Links:
    """What ``attempts`` of ``ledger`` point at, in the tree of ``commit`` (a full name), or by
    default in the work tree. ``artifacts_only`` leaves the commits out. Without git what exists
    counts as tracked."""
    place = _Place(config, commit, progress)
    items: dict[str | None, Item] = {}
    for item in ledger.items:
        items.setdefault(item.id, item)
    resolvers = {
        name: Resolver(items.get(name), place.tree)
        for name in dict.fromkeys(one.item for one in attempts)
    }
    resolved = [
        (one, items.get(one.item), list(resolvers[one.item].resolve(one))) for one in attempts
    ]
    place.ignore(meant for _, _, every in resolved for meant in every)
    return Links(
        tuple(_artifact(place, one, meant) for one, _, every in resolved for meant in every),
        tuple(chain.from_iterable(_commits(place, *each) for each in resolved))
        if place.head and not artifacts_only
        else (),
    )


class _Place:
    """What is looked at, each part once and only if need be."""

    def __init__(self, config: Config, commit: str | None, progress: Progress | None) -> None:
        self.root = config.root
        self.is_git = config.is_git
        self.ledger = config.ledger_path
        self._config = config
        self._commit = commit
        self._progress = progress
        self.tree = Tree(config.root, commit, is_git=config.is_git)
        self.ignored: dict[str, str] = {}
        self._named: dict[str, tuple[str | None, CommitState]] = {}

    @cached_property
    def head(self) -> str | None:
        """The commit that ends the history."""
        if not self._config.is_git or self._commit:
            return self._commit
        with Blobs(self.root) as contents:
            return contents.commit("HEAD")

    @cached_property
    def touched(self) -> Touched | None:
        """What commits did to files; None where there is none."""
        return Touched(self.root, self.head) if self.head else None

    @cached_property
    def history(self) -> History | None:
        """What commits did to the ledger, also to what lies in its archive now; None where it was
        never committed."""
        own = self._config
        if self.head:
            with suppress(UsageError):
                plan = own.of_partner if own.is_archive else own
                return auditing.audit(plan, self.head, self._progress)
        return None

    @cached_property
    def origins(self) -> _Origins:
        """Which commit introduced which attempt."""
        return _Origins(self.history)

    def ignore(self, every: Iterable[Meant]) -> None:
        """Find out which of those that are not tracked git ignores, and by which rule."""
        paths = [
            path
            for meant in every
            if meant.kind == "path"
            for path in ((meant.place,) if meant.place else meant.places)
            if not self.tree.is_tracked(path)
        ]
        if not paths or not self._config.is_git:
            return
        from ledger.git import git  # a library that takes 0.2 s

        if self._commit is None:
            self.ignored = git.ignored(self.root, paths)
            return
        with tempfile.TemporaryDirectory() as folder:
            git.lay_out(Path(folder), self.tree.ignore_files())
            self.ignored = git.ignored(Path(folder), paths)

    def named(self, name: str) -> tuple[str | None, CommitState]:
        """The commit that ``name``, which an attempt cites, stands for, and its state."""
        if name not in self._named:
            with Blobs(self.root) as contents:
                sha = contents.commit(name)
            known = self.touched.commits if self.touched else {}
            if sha:
                self._named[name] = sha, "known" if sha in known else "elsewhere"
            else:
                is_many = sum(one.startswith(name) for one in known) > 1
                self._named[name] = None, "ambiguous" if is_many else "unknown"
        return self._named[name]


class _Origins:
    """Which commit introduced an attempt, whatever it was called since."""

    def __init__(self, history: History | None) -> None:
        self._by_number: dict[tuple[str | None, int | None], str] = {}
        self._by_first: dict[tuple[str | None, str], str] = {}
        self._loose: dict[str, str] = {}
        for event in history.events if history else ():
            place = (event.item, event.number)
            sha = event.commit
            if event.kind in ("moved", "renumbered"):
                item, _, number = event.before.rpartition("#")
                was = (item, int(number)) if number.isdecimal() else (event.before, None)
                sha = self._by_number.get(was, sha)
            elif event.kind == "rewritten":
                sha = self._by_number.get(place, sha)
            elif event.kind not in ("added", "reused"):
                continue
            if event.kind != "reused":
                self._by_number[place] = sha
            for first in event.after.split("\n"):
                self._by_first[event.item, first] = sha
                self._loose[first] = sha

    def of(self, attempt: Attempt) -> str | None:
        """The commit; None for an attempt that none introduced."""
        first = attempt.text.partition("\n")[0].strip()
        if attempt.item is None:  # the history knows it by the item above it
            return self._loose.get(first)
        found = self._by_first.get((attempt.item, first))
        if found is None and attempt.number is not None:
            found = self._by_number.get((attempt.item, attempt.number))
        return found


def _artifact(place: _Place, attempt: Attempt, meant: Meant) -> ArtifactLink:
    artifact = meant.artifact
    link = ArtifactLink(
        attempt.item, attempt.number, artifact.raw, meant.path, "missing", artifact.line,
        matches=meant.matches,
    )  # fmt: skip
    if meant.kind != "path":
        return link._replace(state=meant.kind)
    if meant.place is not None:
        return _found(place, link._replace(path=meant.place))
    if meant.matches:  # whichever is meant
        return link._replace(state="tracked")
    return _lost(place, link, meant.places)


def _found(place: _Place, link: ArtifactLink) -> ArtifactLink:
    tree, path = place.tree, link.path
    if not tree.is_tracked(path):
        rule = place.ignored.get(path)
        size = tree.size(path)
        state: ArtifactState = "ignored" if rule else "untracked" if place.is_git else "tracked"
        return link._replace(state=state, rule=rule, size=size)
    is_folder = tree.is_folder(path)
    added = None
    if place.touched:
        names = tree.below(path) if is_folder else [path]
        added = place.touched.first_in(names)
    return link._replace(state="tracked", is_folder=is_folder, size=tree.size(path), added_by=added)


def _lost(place: _Place, link: ArtifactLink, places: Sequence[str]) -> ArtifactLink:
    for path in places:
        removed = place.touched.removed_by(path) if place.touched else None
        if removed:
            return link._replace(path=path, removed_by=removed)
    for path in places:
        if path in place.ignored:
            return link._replace(state="ignored", path=path, rule=place.ignored[path])
    return link


def _commits(
    place: _Place, attempt: Attempt, item: Item | None, every: Sequence[Meant]
) -> Iterator[CommitLink]:
    introduced = place.origins.of(attempt)
    touched = place.touched
    known = touched.commits if touched else {}

    def told(raw: str | None, sha: str | None, state: CommitState) -> CommitLink:
        commit = known.get(sha or "")
        day, subject = (commit.day, commit.subject) if commit else (None, None)
        return CommitLink(attempt.item, attempt.number, raw, sha, state, introduced, day, subject)

    for name in attempt.commits:
        yield told(name, *place.named(name))
    if introduced is None:
        return
    yield told(None, introduced, "introducing")
    previous = _previous(attempt, item)
    start = place.origins.of(previous) if previous else None
    if not start or not touched:
        return
    between = touched.between(start, introduced)
    named = {
        sha
        for one in every
        for path in filter(None, (one.place, *one.matches, *one.places))
        if path != place.ledger
        for sha in touched.touching(path)
    }
    for sha in sorted(between & named, key=lambda sha: known[sha].place):
        yield told(None, sha, "touching")


def _previous(attempt: Attempt, item: Item | None) -> Attempt | None:
    """The item's attempt with the largest number below that of ``attempt``."""
    number = attempt.number
    if item is None or number is None:
        return None
    earlier = [one for one in item.attempts if one.number is not None and one.number < number]
    return max(earlier, key=lambda one: one.number or 0, default=None)
