"""A version of a plan as history sees it: what is under each item's name, anywhere."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final, Literal, NamedTuple
from weakref import WeakValueDictionary

from ledger.plan import counterparts, dialects, patterns, reader, text
from ledger.plan.model import ActionState, Attempt, Conventions, IndexRow, Item, Ledger
from ledger.versions.model import Form

_BULLETS: Final = (b"-", b"*", b"+")
_PARTS: Final = 64  # of versions, that are read and kept; a version of a large plan has about 30


class Entry(NamedTuple):
    """An attempt and how it opens."""

    attempt: Attempt
    form: Form

    @property
    def number(self) -> int | None:
        """The attempt's number."""
        return self.attempt.number

    @property
    def text(self) -> str:
        """The attempt, whole."""
        return self.attempt.text

    @property
    def first(self) -> str:
        """The first line, without bullet."""
        return self.text.partition("\n")[0].strip()


class Step(NamedTuple):
    """A next action, and the attempt that its state names."""

    number: int | None
    state: ActionState
    attempt: int | None
    text: str

    @property
    def first(self) -> str:
        """The first line."""
        return self.text.partition("\n")[0]


class ItemVersion:
    """An item as one version has it: its sections, and the loose attempts below it."""

    def __init__(self, sections: Sequence[Item], loose: Sequence[Attempt]) -> None:
        self.sections = tuple(sections)
        self.loose = tuple(loose)
        self.entries = (
            *(_entry(attempt, item.dialect) for item in sections for attempt in item.attempts),
            *(_entry(attempt, dialects.MAIN) for attempt in loose),
        )

    @cached_property
    def content(self) -> tuple[object, ...]:
        """All that history compares. Where it is equal nothing happened to the item."""
        return (
            [(item.title, item.priority, item.status_text) for item in self.sections],
            [(entry.number, entry.attempt.date, entry.form, entry.text) for entry in self.entries],
            self.steps,
            [pointer.key for item in self.sections for pointer in item.archived],
        )

    def is_same(self, other: ItemVersion | None) -> bool:
        """Whether ``other`` holds the same."""
        return self is other or (other is not None and self.content == other.content)

    @cached_property
    def dated(self) -> Mapping[int, tuple[Entry, ...]]:
        """The dated and numbered attempts, by number."""
        by_number: dict[int, tuple[Entry, ...]] = {}
        for entry in self.entries:
            if entry.form == "dated" and entry.number is not None:
                by_number[entry.number] = (*by_number.get(entry.number, ()), entry)
        return by_number

    @cached_property
    def others(self) -> Mapping[int | str, tuple[Entry, ...]]:
        """The other entries, by number, or by their first line where they have none."""
        by_name: dict[int | str, tuple[Entry, ...]] = {}
        for entry in self.entries:
            if entry.form != "dated" or entry.number is None:
                key = entry.first if entry.number is None else entry.number
                by_name[key] = (*by_name.get(key, ()), entry)
        return by_name

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The numbers of the dated attempts as they are in the file."""
        dated = (entry.number for entry in self.entries if entry.form == "dated")
        return tuple(number for number in dated if number is not None)

    @cached_property
    def texts(self) -> frozenset[str]:
        """What the entries say, word for word."""
        return frozenset(entry.text for entry in self.entries)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The next actions, in the order of the file."""
        every = (action for section in self.sections for action in section.actions)
        return tuple(Step(a.number, a.state, a.attempt, a.text) for a in every)

    def steps_as_in(self, other: ItemVersion) -> Mapping[int | counterparts.Words, Step]:
        """The next actions by their place in ``other``, or by their words."""
        places = counterparts.actions(self.steps, other.steps)
        return {
            places.get(at, counterparts.words_of(step.text)): step
            for at, step in enumerate(self.steps)
        }

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The dates of the dated attempts, in order of time."""
        dated = (entry.attempt.date for entry in self.entries if entry.form == "dated")
        return tuple(sorted(date for date in dated if date))

    @cached_property
    def repeats(self) -> int:
        """How many attempts have a number that another one has."""
        known = [e.number for e in self.entries if e.form != "action" and e.number is not None]
        return len(known) - len(set(known))

    @cached_property
    def is_disordered(self) -> bool:
        """Whether the numbers neither rise nor fall."""
        steps = [after - before for before, after in pairwise(self.order)]
        return any(step > 0 for step in steps) and any(step < 0 for step in steps)

    def has_archived(self, number: int | None) -> bool:
        """Whether attempt ``number`` lies in the archive."""
        return any(section.has_archived(number) for section in self.sections)


NOTHING = ItemVersion((), ())


class Snapshot(NamedTuple):
    """One version. ``items`` are those that have a section or loose attempts, by their IDs; None
    is for what is above every item. ``listed`` are those that are only named, in an archive
    say. ``updated`` is what the line ``Last Updated`` says; ``unread`` counts the lines that look
    like an attempt and were not read as one."""

    blob: str
    size: int
    lines: int
    updated: str | None
    items: Mapping[str | None, ItemVersion]
    listed: Sequence[str]
    rows: Sequence[IndexRow]
    index_form: Literal["", "table", "bullets"]
    unread: int

    def item(self, name: str | None) -> ItemVersion:
        """What is under the name; nothing where the version does not have it."""
        return self.items.get(name, NOTHING)

    def names_in(self, other: Snapshot) -> Mapping[str, str]:
        """The names in ``other`` of the items that are called otherwise there."""
        firsts = (
            [own.sections[0] for name, own in s.items.items() if own.sections and name not in out]
            for s, out in ((self, {*other.listed}), (other, ()))
        )
        return counterparts.items(*firsts)

    def renamed(self, names: Mapping[str, str]) -> Snapshot:
        """The version with other names for some of its items."""
        versions: dict[str | None, ItemVersion] = {}
        for name, own in self.items.items() if names else ():
            to = names.get(name or "", name)
            had = versions.get(to)
            versions[to] = (
                ItemVersion((*had.sections, *own.sections), (*had.loose, *own.loose))
                if had
                else own
            )
        return self._replace(items=versions) if names else self


EMPTY = Snapshot(
    blob="", size=0, lines=0, updated=None, items={}, listed=(), rows=(), index_form="", unread=0
)


class Snapshots:
    """Makes snapshots of versions of one file, read with the project's ``own`` words. What
    several versions have in common is read once, and is the same object in all of them."""

    def __init__(self, own: Conventions | None) -> None:
        self._own = own
        self._part = lru_cache(_PARTS)(reader.read_part)
        self._items: WeakValueDictionary[tuple[int, ...], ItemVersion] = WeakValueDictionary()

    def of(self, blob: str, data: bytes) -> Snapshot:
        """The version that ``blob`` is."""
        ledgers = self._read(data)
        sections: dict[str | None, list[Item]] = {}
        listed: list[str] = []
        loose: dict[str | None, list[Attempt]] = {}
        above: str | None = None
        for ledger in ledgers:
            starts: list[tuple[int, str]] = []
            for item in ledger.items:
                if dialects.is_listed(ledger, item):
                    listed.append(item.id)
                else:
                    sections.setdefault(item.id, []).append(item)
                    starts.append((item.span.start_byte, item.id))
            for attempt in ledger.loose:
                at = bisect_right(starts, attempt.span.start_byte, key=lambda start: start[0])
                name = attempt.item or (starts[at - 1][1] if at else above)
                loose.setdefault(name, []).append(attempt)
            above = starts[-1][1] if starts else above
        rows = (
            (ledger.text, ledger.index[0].span.start_byte) for ledger in ledgers if ledger.index
        )
        index = next((text[at : at + 80].lstrip() for text, at in rows), b"")
        return Snapshot(
            blob=blob,
            size=len(data),
            lines=text.count_lines(data),
            updated=next(
                (ledger.last_updated.value for ledger in ledgers if ledger.last_updated), None
            ),
            items={
                name: self._item(sections.get(name, ()), loose.get(name, ()))
                for name in (*sections, *(name for name in loose if name not in sections))
            },
            listed=[name for name in listed if name not in sections],
            rows=[row for ledger in ledgers for row in ledger.index],
            index_form="" if not index else "bullets" if index[:1] in _BULLETS else "table",
            unread=sum(unread.kind == "attempt" for ledger in ledgers for unread in ledger.unread),
        )

    def _read(self, data: bytes) -> Sequence[Ledger]:
        """What is in the version, part by part where parts can be read alone."""
        parts = [self._part(part, self._own) for part in reader.cut(data)]
        ledgers = [ledger for ledger in parts if ledger]
        own = [
            [item.id for item in ledger.items if not dialects.is_listed(ledger, item)]
            for ledger in ledgers
        ]
        goes_on = any(current[-1:] == next_one[:1] != [] for current, next_one in pairwise(own))
        if len(ledgers) == len(parts) and not goes_on:
            return ledgers
        return [reader.read(data, self._own)]

    def _item(self, sections: Sequence[Item], loose: Sequence[Attempt]) -> ItemVersion:
        key = (*map(id, sections), 0, *map(id, loose))
        version = self._items.get(key)
        if version is None:  # what is kept keeps its sections alive, so no ID is given twice
            version = self._items[key] = ItemVersion(sections, loose)
        return version


def _entry(attempt: Attempt, dialect: str) -> Entry:
    """An attempt that opens with its date, and its number if it has one, is ``dated``."""
    if attempt.source == "action":
        return Entry(attempt, "action")
    if attempt.number is None and attempt.date and dialects.by_name(dialect).has_unnumbered:
        return Entry(attempt, "dated")
    lead = patterns.attempt(attempt.text.partition("\n")[0])
    is_dated = lead is not None and lead.is_certain and lead.number is not None
    return Entry(attempt, "dated" if is_dated else "other")
