"""What one commit did: a version against those of the commit's parents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from ledger.git.model import Commit
from ledger.plan.patterns import behind_number
from ledger.plan.version import Entry, Step
from ledger.versions.history.held import Held, View
from ledger.versions.model import Duplicated, Edited, EditKind, Event, EventKind, Place, Removed

K = TypeVar("K")
V = TypeVar("V")
Name = str | None
# Entries that say less than this are not known again by what they say.
_FEWEST = 24
_SHOWN = 80


class Comparison:
    """What ``commit`` did: ``after`` is what it made, ``before`` what its parents had. ``fork``
    gives what the parents of a merge had in common; it is asked only if need be."""

    def __init__(
        self,
        commit: Commit,
        after: View,
        before: Sequence[View],
        fork: Callable[[], View],
    ) -> None:
        self._commit = commit
        self._after = after
        self._before = before
        self._fork_of = fork
        self.removed: list[Removed] = []
        self.others: list[Removed] = []
        self.edited: list[Edited] = []
        self.duplicated: list[Duplicated] = []
        self.events: list[Event] = []
        for name in self._names:
            self._item(name, after.item(name), [parent.item(name) for parent in before])

    @cached_property
    def _names(self) -> tuple[Name, ...]:
        """The items that differ from those of every parent, or that a parent has and ours has
        not as that parent does."""
        now = self._after.held
        found: dict[Name, None] = {}
        for parent in self._before:
            was = parent.held
            found.update((name, None) for name, held in now.items() if was.get(name) is not held)
            found.update((name, None) for name in was if name not in now)
        return tuple(found)

    @cached_property
    def _fork(self) -> View:
        return self._fork_of()

    @cached_property
    def _fresh(self) -> dict[str, Place]:
        """Where the words stand that no parent has in that place, by what they say."""
        found: dict[str, Place] = {}
        for name in self._names:
            known = [parent.item(name).texts for parent in self._before]
            for entry in self._after.item(name).entries:
                if not any(entry.text in texts for texts in known):
                    found.setdefault(behind_number(entry.text), Place(name, entry.number))
        return _telling(found)

    @cached_property
    def _gone(self) -> dict[str, Place]:
        """Where the words stood that ours does not have in that place, by what they say."""
        found: dict[str, Place] = {}
        for name in self._names:
            kept = self._after.item(name).texts
            for parent in self._before:
                for entry in parent.item(name).entries:
                    if entry.text not in kept:
                        found.setdefault(behind_number(entry.text), Place(name, entry.number))
        return _telling(found)

    # One item

    def _item(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        self._section(name, after, before)
        self._removed(name, after, before)
        self._numbers(name, after, before)
        self._others(name, after, before)
        self._order(name, after, before)
        self._steps(name, after, before)

    def _section(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        """The item itself: its coming and going, its title, its status."""
        if not after.sections:
            for _, (title, _) in self._lost(name, after, before, _title):
                is_listed = name in self._after.listed
                kind: EventKind = "item-archived" if is_listed else "item-removed"
                self._tell(kind, name, before=title)
            return
        now = after.sections[0]
        if not any(held.sections for held in before):
            self._tell("item-added", name, after=now.title)
            self._tell("status", name, after=now.status_text)
            return
        was = [held.sections[0] for held in before if held.sections]
        if all(now.title != one.title for one in was):
            self._tell("title", name, before=was[0].title, after=now.title)
        if all(now.status_text != one.status_text for one in was):
            self._tell("status", name, before=was[0].status_text, after=now.status_text)
        if len(after.sections) > max(1, *(len(held.sections) for held in before)):
            self._tell("item-doubled", name, after=f"{len(after.sections)} sections")

    def _removed(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        for number, (entries, blob) in self._lost(name, after, before, _dated):
            to = self._fresh.get(behind_number(entries[0].text))
            self.removed.append(Removed(self._commit, name, number, entries, blob, to))
            if to is None:
                self._tell("removed", name, number, before=entries[0].first)

    def _numbers(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        """What stands under each number now."""
        first = before[0].dated
        for number, entries in after.dated.items():
            if first.get(number) == entries:
                continue
            had = [held.dated[number] for held in before if number in held.dated]
            if not had:
                self._added(name, number, entries[0])
            elif entries not in had:
                self._changed(name, number, entries, had)
            if len(entries) > max([1, *map(len, had)]):
                self.duplicated.append(Duplicated(self._commit, name, number, len(entries)))

    def _added(self, name: Name, number: int, entry: Entry) -> None:
        was = self._gone.get(behind_number(entry.text))
        if was is None:
            self._tell("added", name, number, after=entry.first)
        elif was.item != name:
            self._tell("moved", name, number, before=_called(was), after=entry.first)
        else:
            self._tell("renumbered", name, number, before=_called(was), after=entry.first)

    def _changed(
        self, name: Name, number: int, entries: Sequence[Entry], had: Sequence[Sequence[Entry]]
    ) -> None:
        now = Counter(entry.first for entry in entries)
        were = [Counter(entry.first for entry in one) for one in had]
        came = [first for first in now if not any(first in one for one in were)]
        gone = [first for first in were[0] if first not in now and all(first in w for w in were)]
        if came or gone:
            kind: EditKind = "rewritten" if came and gone else "reused" if came else "dropped"
            to = None
            if kind == "dropped":
                old = next(e for one in had for e in one if e.first == gone[0])
                to = self._fresh.get(behind_number(old.text))
            self.edited.append(
                Edited(self._commit, name, number, kind, tuple(gone), tuple(came), to)
            )
            self._tell(kind, name, number, "\n".join(gone), "\n".join(came))
            return
        texts = {entry.text for one in had for entry in one}
        new = next((entry for entry in entries if entry.text not in texts), None)
        if new:
            old = next((e for e in had[0] if e.first == new.first), had[0][0])
            self._tell("continued", name, number, *_difference(old.text, new.text))

    def _others(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        """Entries that are no dated attempts, or have no number since nobody numbers them."""
        for key, (entries, blob) in self._lost(name, after, before, _others):
            if key in after.dated:
                continue
            number = entries[0].number
            to = self._fresh.get(behind_number(entries[0].text))
            lost = Removed(self._commit, name, number, entries, blob, to)
            (self.removed if entries[0].form == "dated" else self.others).append(lost)
            if to is None:
                self._tell("removed", name, number, before=entries[0].first)
        for key, entries in after.others.items():
            if not any(key in held.others or key in held.dated for held in before):
                self._tell("added", name, entries[0].number, after=entries[0].first)

    def _order(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        """Whether the attempts that were there stand in another order."""
        if len(before) != 1 or after.order == before[0].order:
            return
        kept = after.dated.keys() & before[0].dated.keys()
        now = [number for number in dict.fromkeys(after.order) if number in kept]
        was = [number for number in dict.fromkeys(before[0].order) if number in kept]
        if now != was:
            self._tell("reordered", name, before=_listed(was), after=_listed(now))

    def _steps(self, name: Name, after: Held, before: Sequence[Held]) -> None:
        if all(after.steps == held.steps for held in before):
            return
        for key, step in after.steps.items():
            had = [held.steps[key] for held in before if key in held.steps]
            if not had:
                self._tell("action-added", name, step.number, after=f"{step.state}: {step.text}")
            elif all(step.state != one.state for one in had):
                self._tell("action", name, step.number, had[0].state, f"{step.state}: {step.text}")
        for _, (gone, _) in self._lost(name, after, before, _steps):
            self._tell("action-removed", name, gone.number, before=gone.text)

    # Helpers

    def _lost(
        self,
        name: Name,
        after: Held,
        before: Sequence[Held],
        of: Callable[[Held], Mapping[K, V]],
    ) -> Iterator[tuple[K, tuple[V, str]]]:
        """What this commit let go of: the keys and values that a parent has in ``of`` its item,
        and the blob of that parent."""
        kept = of(after)
        missing = (key for held in before for key in of(held) if key not in kept)
        for key in dict.fromkeys(missing):
            had = [key in of(held) for held in before]
            if all(had) or key not in of(self._fork.item(name)):
                place = had.index(True)
                yield key, (of(before[place])[key], self._before[place].blob)

    def _tell(
        self,
        kind: EventKind,
        item: Name,
        number: int | None = None,
        before: str = "",
        after: str = "",
    ) -> None:
        self.events.append(Event(self._commit, kind, item, number, before, after))


def _dated(held: Held) -> Mapping[int, tuple[Entry, ...]]:
    return held.dated


def _others(held: Held) -> Mapping[int | str, tuple[Entry, ...]]:
    return held.others


def _steps(held: Held) -> Mapping[int | str, Step]:
    return held.steps


def _title(held: Held) -> Mapping[str, str]:
    return {"": held.sections[0].title} if held.sections else {}


def _telling(found: dict[str, Place]) -> dict[str, Place]:
    return {said: place for said, place in found.items() if len(said) >= _FEWEST}


def _called(place: Place) -> str:
    number = "" if place.number is None else f"#{place.number}"
    return f"{place.item or ''}{number}"


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(f"#{number}" for number in numbers)


def _difference(old: str, new: str) -> tuple[str, str]:
    """The first words that differ, before and after."""
    pairs = zip(old, new, strict=False)
    shorter = min(len(old), len(new))
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), shorter)
    same = max(old.rfind(" ", 0, same), old.rfind("\n", 0, same)) + 1
    return old[same : same + _SHOWN], new[same : same + _SHOWN]
