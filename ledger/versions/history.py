"""What commits did to a plan: versions along the edges from parent to child, to a history.

An attempt is known by its item and its number, for that is how actions, commits and other
attempts name it. It is *removed* where no attempt of that item and number is left, *edited*
where the first lines under that number are others, *moved* or *renumbered* where its words
(number, date and white space aside) appear in the same commit under another name. What went to
the archive, or came back from there, is reported as that and not as lost.

A merge is checked against all its parents. It added what none of them has. It removed what one of
them has, unless another one had let go of it on its own side: that was that side's doing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Final, TypeVar

from ledger.git.log import Change, Commit
from ledger.plan import counterparts
from ledger.plan.counterparts import words_of
from ledger.plan.model import Attempt, contradict
from ledger.plan.patterns import behind_number, when
from ledger.versions.model import (
    Deed,
    Duplicated,
    Edited,
    EditKind,
    Event,
    EventKind,
    Facts,
    History,
    Place,
    Removed,
)
from ledger.versions.snapshot import Entry, ItemVersion, Snapshot

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")
Name = str | None
# Entries that say less than this are not known again by what they say.
_FEWEST: Final = 24
_SHOWN: Final = 80
_NO_DATE: Final = datetime.max.replace(tzinfo=UTC)


def compare(
    commit: Commit, after: Snapshot, before: Sequence[Snapshot], fork: Callable[[], Snapshot]
) -> Deed:
    """What ``commit`` did: ``after`` is what it made, ``before`` what its parents had. ``fork``
    gives what the parents of a merge had in common; it is asked only if need be."""
    comparison = _Comparison(commit.sha, after, before, fork)
    comparison.renames()
    for name in comparison.changed:
        comparison.item(name, after.item(name), [parent.item(name) for parent in comparison.before])
    return Deed(
        facts=_facts(commit, after) if after.blob else None,
        removed=tuple(comparison.removed),
        others=tuple(comparison.others),
        edited=tuple(comparison.edited),
        duplicated=tuple(comparison.duplicated),
        events=tuple(comparison.events),
    )


class _Comparison:
    """What was found so far, item by item."""

    def __init__(
        self, sha: str, after: Snapshot, before: Sequence[Snapshot], fork: Callable[[], Snapshot]
    ) -> None:
        self._sha = sha
        self._after = after
        self._names = [parent.names_in(after) for parent in before]
        self.before = [
            parent.renamed(names) for parent, names in zip(before, self._names, strict=True)
        ]
        self._fork_of = fork
        self.removed: list[Removed] = []
        self.others: list[Removed] = []
        self.edited: list[Edited] = []
        self.duplicated: list[Duplicated] = []
        self.events: list[Event] = []

    @cached_property
    def changed(self) -> tuple[Name, ...]:
        """The items that differ from those of every parent, or that a parent alone has."""
        now = self._after.items
        names: dict[Name, None] = {}
        for parent in self.before:
            was = parent.items
            names.update(
                (name, None) for name, own in now.items() if not own.is_same(was.get(name))
            )
            names.update((name, None) for name in was if name not in now)
        return tuple(names)

    @cached_property
    def _fork(self) -> Snapshot:
        fork = self._fork_of()
        return fork.renamed(fork.names_in(self._after))

    @cached_property
    def _missing(self) -> Counter[counterparts.Words]:
        """What tasks and actions say less often than in a parent, whatever became of the rest."""
        return max(
            (
                counterparts.missing(self._wordings(snapshot), self._wordings(self._after))
                for snapshot in self.before
            ),
            key=Counter.total,
        )

    def _wordings(self, version: Snapshot) -> Iterator[str]:
        for own in map(version.item, self.changed):
            yield from (section.title for section in own.sections)
            yield from (step.text for step in own.steps)

    @cached_property
    def _fresh(self) -> dict[str, Place]:
        """Where the words stand that no parent has in that place, by what they say."""
        return self._only((self._after,), self.before)

    @cached_property
    def _gone(self) -> dict[str, Place]:
        """Where the words stood that ours does not have in that place, by what they say."""
        return self._only(self.before, (self._after,))

    def _only(self, these: Sequence[Snapshot], others: Sequence[Snapshot]) -> dict[str, Place]:
        only: dict[str, Place] = {}
        for name in self.changed:
            known = [version.item(name).texts for version in others]
            for entry in chain.from_iterable(version.item(name).entries for version in these):
                if any(entry.text in texts for texts in known):
                    continue
                words = behind_number(entry.text)
                if len(words) >= _FEWEST:
                    only.setdefault(words, Place(item=name, number=entry.number))
        return only

    def renames(self) -> None:
        """The items that have another name now."""
        pairs = dict.fromkeys(pair for names in self._names for pair in names.items())
        for was, now in pairs:
            self._tell("item-renamed", now, before=was)

    def item(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        """Compare one item."""
        self._section(name, after, before)
        self._numbered(name, after, before)
        self._unnumbered(name, after, before)
        self._order(name, after, before)
        self._steps(name, after, before)

    def _section(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        """The item itself: its coming and going, its title, its status."""
        if not after.sections:
            kind: EventKind = "item-archived" if name in self._after.listed else "item-removed"
            for _, title, _ in self._lost(name, after, before, _titles):
                if kind == "item-archived" or counterparts.take(self._missing, title):
                    self._tell(kind, name, before=title)
            return
        now = after.sections[0]
        if not any(own.sections for own in before):
            self._tell("item-added", name, after=now.title)
            self._tell("status", name, after=now.status_text)
            return
        was = [own.sections[0] for own in before if own.sections]
        if all(words_of(now.title) != words_of(item.title) for item in was):
            self._tell("title", name, before=was[0].title, after=now.title)
        # Formatters write `[X]` as `[x]`.
        if not any(_is_same(now.status_text.lower(), item.status_text.lower()) for item in was):
            self._tell("status", name, before=was[0].status_text, after=now.status_text)
        if len(after.sections) > max(1, *(len(own.sections) for own in before)):
            self._tell("item-doubled", name, after=f"{len(after.sections)} sections")

    def _numbered(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        """What is under each number now, and what does no more."""
        for _, entries, blob in self._lost(name, after, before, lambda own: own.dated):
            self._remove(name, after, entries, blob)
        first = before[0].dated
        for number, entries in after.dated.items():
            if _texts(first.get(number, ())) == _texts(entries):
                continue
            had = [own.dated[number] for own in before if number in own.dated]
            if not had:
                self._added(name, entries[0], before)
            elif _texts(entries) not in map(_texts, had):
                self._changed(name, number, entries, had)
            if len(entries) > max([1, *map(len, had)]):
                self.duplicated.append(
                    Duplicated(commit=self._sha, item=name, number=number, attempts=len(entries))
                )

    def _remove(self, name: Name, after: ItemVersion, entries: Sequence[Entry], blob: str) -> None:
        first = entries[0]
        if after.has_archived(first.number):
            if self._fresh.get(behind_number(first.text)) is None:
                self._tell("archived", name, first.number, before=first.first)
            return
        removed = Removed(
            commit=self._sha,
            item=name,
            number=first.number,
            form=first.form,
            date=first.attempt.date,
            result=first.attempt.result,
            text=first.text,
            more=tuple(entry.text for entry in entries[1:]),
            blob=blob,
            moved_to=self._fresh.get(behind_number(first.text)),
        )
        (self.removed if first.form == "dated" else self.others).append(removed)
        if removed.moved_to is None:
            self._tell("removed", name, first.number, before=first.first)

    def _added(self, name: Name, entry: Entry, before: Sequence[ItemVersion]) -> None:
        was = self._gone.get(behind_number(entry.text))
        if was:
            kind: EventKind = "renumbered" if was.item == name else "moved"
            self._tell(kind, name, entry.number, before=_called(was), after=entry.first)
        else:
            self._came(name, entry, before)

    def _came(self, name: Name, entry: Entry, before: Sequence[ItemVersion]) -> None:
        is_back = any(own.has_archived(entry.number) for own in before)
        self._tell("restored" if is_back else "added", name, entry.number, after=entry.first)

    def _changed(
        self, name: Name, number: int, entries: Sequence[Entry], had: Sequence[Sequence[Entry]]
    ) -> None:
        if any(_sayings(entries) == _sayings(earlier) for earlier in had):
            return  # a formatter's work
        now = Counter(entry.first for entry in entries)
        were = [Counter(entry.first for entry in entries) for entries in had]
        came = [first for first in now if not any(first in counts for counts in were)]
        gone = [first for first in were[0] if first not in now and all(first in w for w in were)]
        if came or gone:
            kind: EditKind = "rewritten" if came and gone else "reused" if came else "dropped"
            to = None
            if kind == "dropped":
                old = next(e for entries in had for e in entries if e.first == gone[0])
                to = self._fresh.get(behind_number(old.text))
            edited = Edited(
                commit=self._sha,
                item=name,
                number=number,
                kind=kind,
                before=tuple(gone),
                after=tuple(came),
                moved_to=to,
            )
            self.edited.append(edited)
            self._tell(kind, name, number, "\n".join(gone), "\n".join(came))
            return
        texts = {entry.text for entries in had for entry in entries}
        new = next((entry for entry in entries if entry.text not in texts), None)
        if new:
            old = next((e for e in had[0] if e.first == new.first), had[0][0])
            self._tell("continued", name, number, *_difference(old.text, new.text))

    def _unnumbered(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        """Entries that are no dated attempts, or have no number since nobody numbers them."""
        for key, entries, blob in self._lost(name, after, before, lambda own: own.others):
            if key not in after.dated:
                self._remove(name, after, entries, blob)
        for key, entries in after.others.items():
            if not any(key in own.others or key in own.dated for own in before):
                self._came(name, entries[0], before)

    def _order(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        """Whether the attempts that were there are in another order."""
        if len(before) != 1 or after.order == before[0].order:
            return
        kept = after.dated.keys() & before[0].dated.keys()
        now = [number for number in dict.fromkeys(after.order) if number in kept]
        was = [number for number in dict.fromkeys(before[0].order) if number in kept]
        if now != was:
            self._tell("reordered", name, before=_listed(was), after=_listed(now))

    def _steps(self, name: Name, after: ItemVersion, before: Sequence[ItemVersion]) -> None:
        if all(after.steps == own.steps for own in before):
            return
        sides = [own.steps_as_in(after) for own in before]
        renumbered = {}
        for at, step in enumerate(after.steps):
            had = [side[at] for side in sides if at in side]
            if not had:
                self._tell("action-added", name, step.number, after=f"{step.state}: {step.first}")
            elif all(step.state != former.state for former in had):
                self._tell("action", name, step.number, had[0].state, f"{step.state}: {step.first}")
            if had and step.number and all(f.number not in (None, step.number) for f in had):
                renumbered[had[0].number or 0] = step.number
        if renumbered:
            numbers = _listed(renumbered), _listed(renumbered.values())
            self._tell("actions-renumbered", name, None, *numbers)
        for _, gone, _ in self._lost(name, after, before, lambda own: own.steps_as_in(after)):
            if counterparts.take(self._missing, gone.text):
                self._tell("action-removed", name, gone.number, before=gone.first)

    def _lost(
        self,
        name: Name,
        after: ItemVersion,
        before: Sequence[ItemVersion],
        of: Callable[[ItemVersion], Mapping[K, V]],
    ) -> Iterator[tuple[K, V, str]]:
        """What this commit dropped: keys and values of a parent's item, and that parent's blob."""
        kept = of(after)
        missing = (key for own in before for key in of(own) if key not in kept)
        for key in dict.fromkeys(missing):
            had = [key in of(own) for own in before]
            if all(had) or key not in of(self._fork.item(name)):
                place = had.index(True)
                yield key, of(before[place])[key], self.before[place].blob

    def _tell(
        self,
        kind: EventKind,
        item: Name,
        number: int | None = None,
        before: str = "",
        after: str = "",
    ) -> None:
        event = Event(
            commit=self._sha, kind=kind, item=item, number=number, before=before, after=after
        )
        self.events.append(event)


def _facts(commit: Commit, version: Snapshot) -> Facts:
    """The figures of a version that ``commit`` made."""
    items = version.items.values()
    updated, _ = when(version.updated or "")
    last_day = _day_after(commit.day) if commit.day else "~"
    first = {name: own.sections[0].status for name, own in version.items.items() if own.sections}
    return Facts(
        commit=commit.sha,
        blob=version.blob,
        size=version.size,
        lines=version.lines,
        items=sum(len(version.sections) for version in items) + len(version.listed),
        attempts=sum(len(version.entries) for version in items),
        unread=version.unread,
        duplicates=sum(version.repeats for version in items),
        doubled=sum(len(version.sections) > 1 for version in items),
        disordered=sum(version.is_disordered for version in items),
        index_form=version.index_form,
        contradictions=sum(
            row.id in first and contradict(row.status, first[row.id]) for row in version.rows
        ),
        is_updated_late=updated is not None and updated > last_day,
        late_attempts=sum(len(v.dates) - bisect_right(v.dates, last_day) for v in items),
    )


def _day_after(day: str) -> str:
    """The last date that a plan of ``day`` can bear: each day begins earlier in other places, and
    whoever wrote the date had a clock of their own."""
    return (date.fromisoformat(day) + timedelta(1)).isoformat()


def _is_same(status: str, other: str) -> bool:
    """Whether two statuses are one, whose note a formatter may have wrapped."""
    short, long = sorted((status, other), key=len)
    return short == long or (short.count("(") > short.count(")") and long.startswith(short))


def _titles(own: ItemVersion) -> Mapping[str, str]:
    return {"": own.sections[0].title} if own.sections else {}


def _texts(entries: Iterable[Entry]) -> list[str]:
    return [entry.text for entry in entries]


def _sayings(entries: Iterable[Entry]) -> list[str]:
    return [behind_number(entry.text) for entry in entries]


def _called(place: Place) -> str:
    number = "" if place.number is None else f"#{place.number}"
    return f"{place.item or ''}{number}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _difference(old: str, new: str) -> tuple[str, str]:
    """The first words that differ, before and after."""
    pairs = zip(old, new, strict=False)
    shorter = min(len(old), len(new))
    same = next((at for at, (left, other) in enumerate(pairs) if left != other), shorter)
    same = max(old.rfind(" ", 0, same), old.rfind("\n", 0, same)) + 1
    return old[same : same + _SHOWN], new[same : same + _SHOWN]


# The whole history


def joined(
    path: str, changes: Sequence[Change], deeds: Mapping[str, Deed], *, is_cut: bool
) -> History:
    """The history of the plan that is at ``path`` now. ``deeds`` are by the names of ``changes``,
    parents before children; of those whose version is not in the repository there are none."""
    done = [
        (change.commit, deeds[name]) for change in changes if (name := name_of(change)) in deeds
    ]
    skipped = {change.blob for change in changes if name_of(change) not in deeds}
    facts = _versions(done)
    parts = [deed for _, deed in done]
    others = _every(deed.others for deed in parts)
    events = _every(deed.events for deed in parts)
    removed = _every(deed.removed for deed in parts)
    commits = {record.commit for part in (facts, others, events, removed) for record in part}
    commit_of = {change.commit.sha: change.commit for change in changes}
    return History(
        path=path,
        names=tuple(dict.fromkeys(change.path for change in reversed(changes))),
        commits=len(commit_of),
        skipped=len(skipped),
        is_cut=is_cut,
        removed=removed,
        others=others,
        edited=_every(deed.edited for deed in parts),
        duplicated=_every(deed.duplicated for deed in parts),
        events=events,
        facts=facts,
        log=tuple(commit for sha, commit in commit_of.items() if sha in commits),
    )


def name_of(change: Change) -> str:
    """What a change is known by: the commit, and each version that it is about."""
    blobs = (change.blob, *(blob for _, blob in change.parents))
    return " ".join([change.commit.sha, change.path, *(blob or "-" for blob in blobs)])


def _versions(done: Iterable[tuple[Commit, Deed]]) -> tuple[Facts, ...]:
    """Each version once, as the commit made it that was the first to have it."""
    facts: dict[str, tuple[datetime, Facts]] = {}
    for commit, deed in done:
        if deed.facts:
            when = datetime.fromisoformat(commit.when) if commit.when else _NO_DATE
            known = facts.setdefault(deed.facts.blob, (when, deed.facts))
            if when < known[0]:
                facts[deed.facts.blob] = (when, deed.facts)
    return tuple(f for _, f in facts.values())


def _every(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(chain.from_iterable(parts))


class Origins:
    """Which of ``events``, oldest first, brought an attempt, whatever it was called since."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._events = events
        self._by_number: dict[tuple[Name, int | None], int] = {}
        self._by_first: dict[tuple[Name, str], int] = {}
        self._earlier: dict[Name, list[Name]] = {}
        for at, event in enumerate(events):
            place, since = (event.item, event.number), at
            if event.kind == "item-renamed":
                self._earlier.setdefault(event.item, []).append(event.before)
                continue
            if event.kind in ("moved", "renumbered"):
                item, _, number = event.before.rpartition("#")
                was = (item, int(number)) if number.isdecimal() else (event.before, None)
                since = self._since(self._by_number, was, at)
            elif event.kind == "rewritten":
                first = event.before.partition("\n")[0]
                since = self._since(self._by_number, place, at)
                since = self._since(self._by_first, (event.item, first), since)
            elif event.kind not in ("added", "reused"):
                continue
            if event.kind != "reused":
                self._by_number[place] = since
            for first in event.after.split("\n"):
                # One in no item's section is known by the item above it.
                self._by_first[event.item, first] = self._by_first[None, first] = since

    def age(self, attempt: Attempt) -> int:
        """The later it came, the more; of one whose first line no commit has, the most."""
        first = attempt.text.partition("\n")[0].strip()
        return self._since(self._by_first, (attempt.item, first), len(self._events))

    def of(self, attempt: Attempt) -> str | None:
        """The commit that introduced it; None where none did."""
        at = self.age(attempt)
        if at == len(self._events) and None not in (attempt.item, attempt.number):
            at = self._since(self._by_number, (attempt.item, attempt.number), at)
        return self._events[at].commit if at < len(self._events) else None

    def _since(self, known: Mapping[tuple[Name, K], int], place: tuple[Name, K], at: int) -> int:
        """What is known of a place by the names that its item has and had; else ``at``."""
        names = [place[0]]
        for name in names:
            if (name, place[1]) in known:
                return known[name, place[1]]
            names += (sha for sha in self._earlier.get(name, ()) if sha not in names)
        return at
