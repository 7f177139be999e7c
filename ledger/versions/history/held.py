"""A version by items: what stands under each name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType

from ledger.plan.version import Entry, ItemVersion, Step, Version


class Held:
    """What an item holds in a version: its sections, and the loose attempts below it."""

    def __init__(self, sections: tuple[ItemVersion, ...], loose: tuple[Entry, ...]) -> None:
        self.sections = sections
        self.entries = (*(entry for section in sections for entry in section.entries), *loose)

    @cached_property
    def dated(self) -> Mapping[int, tuple[Entry, ...]]:
        """The dated and numbered attempts, by number."""
        found: dict[int, tuple[Entry, ...]] = {}
        for entry in self.entries:
            if entry.form == "dated" and entry.number is not None:
                found[entry.number] = (*found.get(entry.number, ()), entry)
        return found

    @cached_property
    def others(self) -> Mapping[int | str, tuple[Entry, ...]]:
        """The other entries, by number, or by their first line where they have none."""
        found: dict[int | str, tuple[Entry, ...]] = {}
        for entry in self.entries:
            if entry.form != "dated" or entry.number is None:
                key = entry.first if entry.number is None else entry.number
                found[key] = (*found.get(key, ()), entry)
        return found

    @cached_property
    def order(self) -> tuple[int, ...]:
        """The numbers of the dated attempts as they stand in the file."""
        return tuple(
            entry.number
            for entry in self.entries
            if entry.form == "dated" and entry.number is not None
        )

    @cached_property
    def texts(self) -> frozenset[str]:
        """What the entries say, word for word."""
        return frozenset(entry.text for entry in self.entries)

    @cached_property
    def steps(self) -> Mapping[int | str, Step]:
        """The next actions, by number or text; of several the first."""
        found: dict[int | str, Step] = {}
        for section in self.sections:
            for step in section.steps:
                found.setdefault(step.text if step.number is None else step.number, step)
        return found

    @cached_property
    def dates(self) -> tuple[str, ...]:
        """The dates of the dated attempts, in order of time."""
        return tuple(sorted(e.date for e in self.entries if e.form == "dated" and e.date))

    @cached_property
    def counts(self) -> tuple[int, int, int, int, int]:
        """How many: items (0 or 1), attempts that have an entry of their own, attempts whose
        number another one has, items with more than one section, items whose numbers neither
        rise nor fall."""
        own = [entry.number for entry in self.entries if entry.form != "action"]
        numbers = [number for number in own if number is not None]
        steps = [b - a for a, b in pairwise(self.order)]
        return (
            bool(self.sections),
            len(own),
            len(numbers) - len(set(numbers)),
            len(self.sections) > 1,
            any(step > 0 for step in steps) and any(step < 0 for step in steps),
        )


NOTHING = Held((), ())


class View:
    """The version that ``blob`` is, by the names of its items. ``listed`` are those that have
    no section."""

    def __init__(self, blob: str, version: Version, held: Mapping[str | None, Held]) -> None:
        self.blob = blob
        self.version = version
        self.held = held
        self.listed = frozenset(item.id for item in version.items if item.is_listed)

    def item(self, name: str | None) -> Held:
        """What the item holds; nothing where the version does not have it."""
        return self.held.get(name, NOTHING)


EMPTY = View("", Version(0, 0, None, (), (), (), 0), MappingProxyType({}))


class Views:
    """Makes views that share what their versions share, so that sameness is identity."""

    def __init__(self) -> None:
        self._held: dict[object, Held] = {}

    def of(self, blob: str, version: Version) -> View:
        """The view of the version that ``blob`` is, which must stay alive as long as this does."""
        sections: dict[str | None, tuple[ItemVersion, ...]] = {}
        for item in version.items:
            if not item.is_listed:
                sections[item.id] = (*sections.get(item.id, ()), item)
        loose: dict[str | None, tuple[Entry, ...]] = {}
        for name, entry in version.loose:
            loose[name] = (*loose.get(name, ()), entry)
            sections.setdefault(name, ())
        held: dict[str | None, Held] = {}
        for name, found in sections.items():
            below = loose.get(name, ())
            key = (*map(id, found), None, *map(id, below))
            if key not in self._held:
                self._held[key] = Held(found, below)
            held[name] = self._held[key]
        return View(blob, version, held)
