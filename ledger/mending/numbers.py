"""Attempts that share a number: the first keeps it, each other one gets the next that is free.

Only the number changes, at the start of the entry. What names such an attempt follows where it is
clear which one is meant: a completed action that has the run's stamp. All else stays, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import count, pairwise
from typing import Final

from ledger import text
from ledger.document import Edit
from ledger.mending.fix import Draft, Fix, Left
from ledger.models.ledger import Action, Attempt, Item, Ledger

Age = Callable[[Attempt], int]

_BLANK: Final = rb"(?:[ \t]|\xe2\x80\xaf|\xc2\xa0)*"
_NUMBER: Final = re.compile(rb"(?i:Attempt)" + _BLANK + rb"#?(\d{1,6})")
_LEAD: Final = 200  # bytes at the start of an attempt that may hold its number
_MOST_LINES: Final = 8


def duplicates(ledger: Ledger, age: Age) -> Iterator[Fix | Left]:
    """Attempts of an item's history whose number an earlier one has (LED106). ``age`` is smaller
    for what was there before."""
    free: dict[str, Iterator[int]] = {}
    for place, item in enumerate(ledger.items):
        groups: dict[int, list[int]] = {}
        for at, one in enumerate(item.attempts):
            if one.source == "history" and one.number is not None:
                groups.setdefault(one.number, []).append(at)
        falls = _falls([item.attempts[at] for group in groups.values() for at in group])
        for number, group in sorted(groups.items()):
            if len(group) == 1:
                continue
            first, *rest = sorted(
                group, key=lambda at: (age(item.attempts[at]), -at if falls else at)
            )
            moved: list[int] = []
            said = {_words(item.attempts[first])}
            for at in rest:
                one = item.attempts[at]
                if _words(one) in said:
                    told = f"attempt #{number} of {item.id} stands twice, word for word"
                    yield Left("LED106", one.span.start_line, item.id, told)
                    continue
                said.add(_words(one))
                digits = _digits(ledger, one)
                if digits is None:
                    told = f"where attempt #{number} has its number cannot be told"
                    yield Left("LED106", one.span.start_line, item.id, told)
                    continue
                if item.id not in free:
                    free[item.id] = _free(ledger, item.id)
                moved.append(at)
                yield _renumbered(ledger, place, at, digits, next(free[item.id]), group)
            if moved:
                yield from _named(ledger, place, number, group)


def _renumbered(
    ledger: Ledger, place: int, at: int, digits: tuple[int, int], new: int, group: Sequence[int]
) -> Fix:
    item = ledger.items[place]
    one = item.attempts[at]
    edits = [Edit(*digits, b"%d" % new)]
    tasks = []
    for task, action in enumerate(item.actions):
        if _means(action, item, group) == at:
            span = action.state_span
            found = _NUMBER.search(ledger.text, span.start_byte, span.end_byte)
            if found and int(found[1]) == one.number:
                edits.append(Edit(*found.span(1), b"%d" % new))
                tasks.append(task)
    follow = f", and {len(tasks)} completed by it follow" if tasks else ""
    said = f"attempt #{one.number} of {item.id} is #{new} now{follow}"
    change = _Numbered(place, at, one.number or 0, new, tasks)
    return Fix("LED106", one.span.start_line, item.id, said, tuple(edits), change)


class _Numbered:
    """An attempt has another number, and so have the actions that it completed."""

    def __init__(self, place: int, at: int, old: int, new: int, tasks: Sequence[int]) -> None:
        self.place, self.at, self.old, self.new, self.tasks = place, at, old, new, tasks

    def __call__(self, draft: Draft) -> None:
        item = draft.items[self.place]
        one = item["attempts"][self.at]
        one["number"] = self.new
        one["text"] = self._following(one["text"])
        for task in self.tasks:
            action = item["actions"][task]
            action["attempt"] = self.new
            action["words"] = self._following(action["words"])

    def _following(self, said: str) -> str:
        pattern = re.compile(rf"((?i:Attempt)[ \t\u202f\u00a0]*#?)0*{self.old}(?!\d)")
        return pattern.sub(rf"\g<1>{self.new}", said, count=1)


def _means(action: Action, item: Item, group: Sequence[int]) -> int | None:
    """Which of the attempts ``group`` completed the action, if its stamp says so."""
    if action.attempt is None or action.attempt != item.attempts[group[0]].number:
        return None
    if action.stamp is None:
        return None
    same = [at for at in group if action.stamp in item.attempts[at].text]
    return same[0] if len(same) == 1 else None


def _named(ledger: Ledger, place: int, number: int, group: Sequence[int]) -> Iterator[Left]:
    """The lines that name the number, and do not say which attempt they mean."""
    item = ledger.items[place]
    known = {item.attempts[at].span.start_byte for at in group}
    clear = {
        action.span.start_line for action in item.actions if _means(action, item, group) is not None
    }
    pattern = re.compile(rb"(?i:Attempts?)" + _BLANK + rb"#0*%d(?!\d)" % number)
    whose = re.compile(re.escape(text.encode(item.id)) + rb"#0*%d(?!\d)" % number)
    lines = []
    for line, start, end in _lines(ledger.text):
        inside = item.span.start_byte <= start < item.span.end_byte
        found = [*pattern.finditer(ledger.text, start, end)] if inside else []
        if start in known:
            found = found[1:]  # its own
        if (found or whose.search(ledger.text, start, end)) and line not in clear:
            lines.append(line)
    if lines:
        shown = ", ".join(map(str, lines[:_MOST_LINES]))
        more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
        said = f"which attempt #{number} of {item.id} is meant on line {shown}{more} is not clear"
        yield Left("LED106", lines[0], item.id, f"{said}: it stays")


def _lines(data: bytes) -> Iterator[tuple[int, int, int]]:
    starts = text.line_starts(data)
    for line, (start, end) in enumerate(pairwise(starts), 1):
        yield line, start, end


def _digits(ledger: Ledger, one: Attempt) -> tuple[int, int] | None:
    """The bytes of the attempt's number."""
    start = one.span.start_byte
    found = _NUMBER.search(ledger.text, start, min(one.span.end_byte, start + _LEAD))
    return found.span(1) if found and int(found[1]) == one.number else None


def _free(ledger: Ledger, name: str) -> Iterator[int]:
    """The numbers behind those of the item's attempts and actions, but for those that something in
    it names, for an attempt of that number may stand elsewhere, and those in the archive."""
    mine = [item for item in ledger.items if item.id == name]
    numbers = [one.number or 0 for item in mine for one in item.attempts]
    last = max([*numbers, *(one.attempt or 0 for item in mine for one in item.actions)])
    named = {
        int(found[1])
        for item in mine
        for found in _NUMBER.finditer(ledger.text, item.span.start_byte, item.span.end_byte)
    }
    gone = [pointer for item in mine for pointer in item.archived]
    return (
        number
        for number in count(last + 1)
        if number not in named and not any(pointer.holds(number) for pointer in gone)
    )


def _falls(history: Sequence[Attempt]) -> bool:
    """Whether the item tells its history backwards."""
    ordered = sorted(history, key=lambda one: one.span.start_byte)
    steps = [(b.number or 0) - (a.number or 0) for a, b in pairwise(ordered)]
    return sum(step < 0 for step in steps) > sum(step > 0 for step in steps)


def _words(one: Attempt) -> str:
    """What the attempt says behind its number."""
    found = re.search(r"(?i:Attempt)\s*#?\d{1,6}", one.text[:_LEAD])
    return " ".join(one.text[found.end() if found else 0 :].split())
