"""What could go to the archive, and why the rest stays. An item goes whole if it is finished, has
no open action and nothing waits for it; older attempts go unless an open action cites them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pydantic import Field

from ledger.edits.archive import Cutting, Unit, readable
from ledger.plan import citations, document, places, text, words
from ledger.plan.model import FINISHED, Action, Attempt, Item, Ledger, Model, Pointer, latest
from ledger.plan.patterns import plain_id

_CLOSED = ("complete", "rejected")
# Fields in which an item says what it waits for.
_WAITS = ("depend", "block", "wait", "require", "prerequisite", "needs", "after")
_KEPT = (10, 5, 3, 2, 1)  # how many of an item's newest attempts stay, from one try to the next
_TOKEN = re.compile(r"[A-Za-z0-9](?:[\w.-]*\w)?")
_NUMBERS = re.compile(r"#(\d{1,6})(?:[ \t]*[-\u2013][ \t]*#?(\d{1,6}))?")
_LONGEST_RANGE = 1000
_SHORTEST = 200  # bytes of one line that is worth moving
_ANCHOR = re.compile(r"\]\(#([^)\s]{1,300})\)")


class Wanted(NamedTuple):
    """What was asked for. ``items`` are IDs in capitals, none for all; ``statuses`` are words as
    written or one of the six; ``before`` is an ISO date that the latest attempt lies before.

    ``stay`` are IDs of items without which the rest would not read the same.

    ``keep`` N: not whole items, but all but the newest N attempts of each. ``to_lines``: no more
    than it takes to get the ledger down to so many lines."""

    items: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    before: str | None = None
    keep: int | None = None
    to_lines: int | None = None
    stay: frozenset[str] = frozenset()


class HeldItem(Model):
    """An item that stays."""

    item: str
    """The item."""
    line: int = Field(ge=1)
    """Where it is."""
    why: str
    """The reason."""


class Chosen(NamedTuple):
    """``lines`` are those that the ledger will have."""

    units: tuple[Unit, ...]
    kept: tuple[HeldItem, ...]
    lines: int


class Selection:
    """Chooses from one ledger."""

    def __init__(self, ledger: Ledger, wanted: Wanted) -> None:
        self._ledger = ledger
        self._wanted = wanted
        self._cutting = Cutting(ledger)
        self._open = list(_open(ledger))
        self._cited = set(_cited(ledger, self._open))
        self._anchors = list(_links(ledger))
        self._held: dict[int, HeldItem] = {}
        self._read: dict[tuple[int, int], bool] = {}
        self.lines = len(text.line_starts(ledger.text)) - 1 if ledger.text else 0

    def choose(self) -> Chosen:
        """What is to go."""
        items = [item for item in self._ledger.items if self._is_selected(item)]
        if self._wanted.to_lines is not None:
            units = self._down_to(items, self._wanted.to_lines)
        elif self._wanted.keep is not None:
            units = [unit for item in items for unit in self._older(item, self._wanted.keep)]
        else:
            units = [unit for item in items if (unit := self._whole(item))]
            for item in items if not units else ():
                if item.status in FINISHED and item.span.start_byte not in self._held:
                    self._hold(item, "nothing of it can go, for a line stays of each item")
        saved = sum(unit.saved for unit in units)
        return Chosen(tuple(units), tuple(self._held.values()), self.lines - saved)

    def _down_to(self, items: Sequence[Item], target: int) -> list[Unit]:
        """Finished items, the oldest first; then older attempts, of the longest item first."""
        chosen: dict[int, list[Unit]] = {}

        def left() -> int:
            return self.lines - sum(unit.saved for units in chosen.values() for unit in units)

        if left() <= target:
            return []
        if self._wanted.keep is None:
            whole = [unit for item in items if (unit := self._whole(item))]
            for unit in sorted(whole, key=lambda unit: _latest(unit.item) or "~"):
                chosen[unit.item.span.start_byte] = [unit]
                if left() <= target:
                    break
        taken = set(chosen)
        for keep in (self._wanted.keep,) if self._wanted.keep is not None else _KEPT:
            older = [
                (item, [unit for unit in self._older(item, keep) if unit.saved])
                for item in items
                if item.span.start_byte not in taken
            ]
            for item, units in sorted(older, key=lambda pair: -sum(unit.saved for unit in pair[1])):
                if left() <= target:
                    break
                if units:
                    chosen[item.span.start_byte] = units
        return [unit for units in chosen.values() for unit in units]

    # One item

    def _is_selected(self, item: Item) -> bool:
        wanted = self._wanted
        if wanted.items and item.id.upper() not in wanted.items:
            return False
        if item.id in wanted.stay:
            self._hold(item, "without it others would not read the same")
            return False
        phrase = words.phrase(item.status_text).strip("*_` ").lower()
        if wanted.statuses and not {item.status, phrase} & {*wanted.statuses}:
            return False
        if wanted.before is None or wanted.keep is not None:
            return True
        latest = _latest(item)
        if latest is None and item.attempts:
            self._hold(item, "no attempt of it has a date")
        return latest is not None and latest < wanted.before

    def _whole(self, item: Item) -> Unit | None:
        """The whole item; None, and a reason, where it has to stay."""
        unit = self._cutting.whole(item)
        if unit is None:
            return None
        why = self._reason(item, unit)
        if why is None:
            return unit
        if why:
            self._hold(item, why)
        return None

    def _reason(self, item: Item, unit: Unit) -> str | None:
        """Why the item stays; None where it can go, empty where nobody asked for it."""
        if item.status not in FINISHED:
            status = item.status.replace("_", " ") if item.status_text else "of no status"
            hint = "its older attempts can go (--keep N)"
            return f"it is {status}; {hint}" if self._wanted.items else ""
        for action in item.actions:
            if _is_open(item, action):
                number = "an action" if action.number is None else f"action {action.number}"
                return f"{number} is open (line {action.span.start_line})"
        for other, line, status in self._open:
            if other.id != item.id and _names(status, item.id):
                return f"{other.id} needs it (line {line})"
        slugs = {document.anchor(title) for title in self._cutting.headings(unit)}
        for at, line, slug in self._anchors:
            if slug in slugs and not unit.start <= at < unit.end:
                return f"line {line} links into it"
        return None if self._reads(unit) else "it would not read the same in the archive"

    def _older(self, item: Item, keep: int) -> list[Unit]:
        """All but the newest ``keep`` attempts, in units, but for those that must stay."""
        history = [attempt for attempt in item.attempts if attempt.source == "history"]
        before = self._wanted.before
        going = [
            attempt
            for attempt in _but_newest(history, keep, item.archived)
            if (item.id, attempt.number) not in self._cited
            and (before is None or (attempt.date is not None and attempt.date < before))
        ]
        # Each is to be longer than the line that would point to it.
        runs = self._cutting.runs(item, going)
        units = [unit for unit in runs if unit.saved > 0 or unit.end - unit.start > _SHORTEST]
        read = [unit for unit in units if self._reads(unit)]
        if len(read) < len(units):
            self._hold(item, "some of its attempts would not read the same in the archive")
        return read

    def _reads(self, unit: Unit) -> bool:
        place = unit.start, unit.end
        if place not in self._read:
            self._read[place] = readable(unit, self._ledger)
        return self._read[place]

    def _hold(self, item: Item, why: str) -> None:
        self._held[item.span.start_byte] = HeldItem(
            item=item.id, line=item.span.start_line, why=why
        )


def _but_newest(
    history: Sequence[Attempt], keep: int, archived: Sequence[Pointer]
) -> list[Attempt]:
    """All but the last ``keep`` of the list and those with the ``keep`` largest numbers."""
    numbers = sorted(attempt.number for attempt in history if attempt.number is not None)
    is_first = places.newest_first(history, archived)
    ordered = [*reversed(history)] if is_first else [*history]
    least = numbers[-min(keep, len(numbers))] if numbers else 0
    return [
        attempt
        for attempt in ordered[: max(0, len(ordered) - keep)]
        if attempt.number is None or attempt.number < least
    ]


def _latest(item: Item) -> str | None:
    return max((attempt.date for attempt in item.attempts if attempt.date), default=None)


# What must stay


def _open(ledger: Ledger) -> Iterator[tuple[Item, int, str]]:
    """What is open, and what unfinished items wait for: item, line and words."""
    for item in ledger.items:
        for action in item.actions:
            if _is_open(item, action):
                yield item, action.span.start_line, f"{action.state_text} {action.text}"
        if item.status in FINISHED:
            continue
        for field in item.fields:
            if field.name.lower().startswith(_WAITS):
                line = text.decode(ledger.text[field.span.start_byte : field.span.end_byte])
                yield item, field.span.start_line, line
        last = latest(item.attempts)
        following = citations.labelled(last.text, "Next Actions") if last else None
        if last and following:
            yield item, last.span.start_line, following


def _is_open(item: Item, action: Action) -> bool:
    """Whether there is something left to do. What is in a finished item without number and
    state is as often a note."""
    is_said = bool(action.state_text or action.number is not None)
    return action.state not in _CLOSED and (is_said or item.status not in FINISHED)


def _cited(
    ledger: Ledger, texts: Sequence[tuple[Item, int, str]]
) -> Iterator[tuple[str, int | None]]:
    """The attempts, by item and number, that something open may mean."""
    known = {item.id.upper(): item.id for item in ledger.items}
    for item, _, words_of in texts:
        numbers: set[int] = set()
        for first, last in _NUMBERS.findall(words_of):
            end = min(int(last or first), int(first) + _LONGEST_RANGE)
            numbers.update(range(int(first), end + 1))
        if not numbers:
            continue
        names = {known[name] for name in _tokens(words_of) if name in known}
        yield from ((name, number) for name in (item.id, *names) for number in numbers)


def _tokens(line: str) -> set[str]:
    return {token.upper() for token in _TOKEN.findall(plain_id(line))}


def _names(line: str, name: str) -> bool:
    return name.upper() in plain_id(line).upper() and name.upper() in _tokens(line)


def _links(ledger: Ledger) -> Iterator[tuple[int, int, str]]:
    """Links to anchors of the file itself: offset, line and anchor."""
    start = 0
    for number, line in enumerate(ledger.text.splitlines(keepends=True), 1):
        for anchor in _ANCHOR.findall(text.decode(line)) if b"](#" in line else ():
            yield start, number, anchor.lower()
        start += len(line)
