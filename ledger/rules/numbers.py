"""Rules about the numbers of attempts and actions; and a safe fix for those that are given twice.

Of attempts that share a number the first keeps it, each other one gets the next that is free. Only
the number changes, at the start of the entry. What names such an attempt follows where it is clear
which one is meant: a completed action that has the run's stamp. All else stays, and is reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import count, pairwise
from typing import Final

from ledger.edits.outline import Outline
from ledger.plan import patterns, text
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Item, Ledger
from ledger.plan.pointers import next_free
from ledger.rules.guard import withdrawals
from ledger.rules.model import MadeFix
from ledger.rules.registry import (
    Facts,
    Fault,
    Fix,
    made,
    numbering,
    quoted,
    renumbered,
    repeated,
    rule,
)


@rule("LED106", "duplicate-attempt", "error")
def duplicate_attempt(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item has two attempts with the same number.

    Why: Nobody can tell which of them "attempt #3" is. It happens when two people or loops
    append at the same time.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #1 — Result: success. Fast enough.

    Mend: Give the later one the next free number, as `ledger doctor --fix` does.
    """
    known = {a.text for item in facts.base.items for a in item.attempts} if facts.base else set()
    for item in ledger.items:
        numbered = [a for a in item.attempts if a.source == "history" and a.number is not None]
        if any(item.has_archived(a.number) for a in numbered):
            yield from _archived_too(item, numbered)
        if len({a.number for a in numbered}) == len(numbered):
            continue
        free = 1 + item.highest
        for attempt, first, ordinal in repeated(
            numbered, lambda a: a.number, lambda a: a.text not in known
        ):
            line = first.span.start_line
            message = f"{item.id} has attempt #{attempt.number} twice: see line {line}"
            fix = f"the next free number is {free}"
            yield Fault(attempt, message, f"{ordinal}", item.id, fix=fix, beside=line)


def _archived_too(item: Item, numbered: list[Attempt]) -> Iterator[Fault]:
    """An attempt whose number one has that lies in the archive."""
    for number in dict.fromkeys(a.number for a in numbered if item.has_archived(a.number)):
        attempt = next(a for a in numbered if a.number == number)
        pointer = next(pointer for pointer in item.archived if pointer.holds(number))
        line = pointer.span.start_line
        where = f"another one lies in the archive, see line {line}"
        message = f"{item.id} has attempt #{number} twice: {where}"
        fix = f"the next free number is {1 + item.highest}"
        yield Fault(attempt, message, "2", item.id, fix=fix, beside=line)


@rule("LED107", "duplicate-action", "error")
def duplicate_action(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item has two next actions with the same number.

    Why: "Action 3 is done" then says nothing. In lists numbered `1. 1. 1.` each has the number
    that Markdown shows.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. PENDING — Measure.
          2. PENDING — Write it down.
          2. PENDING — Ship it.

    Mend: Give the newer one the next free number.
    """
    known = {a.text for item in facts.base.items for a in item.actions} if facts.base else set()
    moved = cache(lambda: {change.new.span for change in renumbered(ledger, facts.base or ledger)})
    for item in numbering(ledger):
        actions = [a for a in item.actions if a.number is not None]
        if len({a.number for a in actions}) == len(actions):
            continue
        for action, first, ordinal in repeated(
            actions, lambda a: a.number, lambda a: a.text not in known
        ):
            if action.span in moved():
                continue  # LED511 tells it once
            line = first.span.start_line
            message = f"{item.id} has action {action.number} twice: see line {line}"
            about = f"{action.number} {ordinal}"
            yield Fault(action, message, about, item.id, beside=line)


@rule("LED108", "attempt-without-number", "warning")
def attempt_without_number(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has a date and no number, or one above 999999.

    Why: No action, commit or other attempt can name it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Result: failed. Too slow.

    Mend: Write `Attempt #N` behind the date, with the next free number.
    """
    for item in numbering(ledger):
        for attempt in item.attempts:
            if attempt.number is None:
                large = patterns.has_too_large_number(attempt.text)
                what = f"a number above {patterns.LARGEST_NUMBER}" if large else "no number"
                message = f"an attempt of {item.id} has {what}: {quoted(attempt.text)}"
                yield Fault(attempt, message, attempt.text, item.id)


@rule("LED111", "attempt-number-gap", "warning")
def attempt_number_gap(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A number between an item's attempts is missing.

    Why: Either an attempt was lost or a number was skipped, and readers cannot tell which.
    Numbers before the first attempt, archived attempts and `Withdrawn:` lines leave no gap.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #3 — Result: success. Fast enough.

    Mend: Give new attempts the next free number, as `ledger append` does. If one was lost, git
    has it.
    """
    withdrawn = _withdrawn(ledger)
    for item in ledger.items:
        numbered = {a.number: a for a in item.attempts if a.number is not None}
        gone = withdrawn.get(item.id, set()) if numbered else set()
        between = {number for number in gone if min(numbered) < number < max(numbered)}
        for before, after in pairwise(sorted({*numbered, *between})):
            first = next_free(item, before + 1)
            if first < after:
                missing = f"#{first}"
                missing += f" to #{after - 1}" if after - first > 1 else ""
                behind = min(number for number in numbered if number >= after)
                ahead = max(number for number in numbered if number <= before)
                message = f"{item.id} has attempts #{ahead} and #{behind}, and not {missing}"
                yield Fault(numbered[behind], message, "", item.id)


def _withdrawn(ledger: Ledger) -> dict[str | None, set[int]]:
    """The numbers of each item that were withdrawn."""
    withdrawn: dict[str | None, set[int]] = {}
    for withdrawal in withdrawals(ledger):
        for item, number in withdrawal.names:
            if isinstance(number, int):
                withdrawn.setdefault(item, set()).add(number)
    return withdrawn


@rule("LED112", "attempts-out-of-order", "warning")
def attempts_out_of_order(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt is out of order among the others.

    Why: People look for the latest attempt at one end. Either order is fine, oldest or latest
    first.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-03] Attempt #3 — Result: success. Fast enough.
          * [2025-11-02] Attempt #2 — Result: partial. Faster.
          * [2025-11-04] Attempt #4 — Result: success. Measured again.

    Mend: Move the attempt to its place.
    """
    for item in ledger.items:
        history = [a for a in item.attempts if a.source == "history" and a.number is not None]
        steps = [(a, b, (b.number or 0) - (a.number or 0)) for a, b in pairwise(history)]
        is_rising = sum(step > 0 for *_, step in steps) >= sum(step < 0 for *_, step in steps)
        for before, attempt, step in steps:
            if step < 0 if is_rising else step > 0:
                message = f"{item.id} has attempt #{attempt.number} after #{before.number}"
                yield Fault(attempt, message, "", item.id)


Age = Callable[[Attempt], int]
"""Smaller for what was there before."""

_BLANK: Final = rb"(?:[ \t]|\xe2\x80\xaf|\xc2\xa0)*"
_NUMBER: Final = re.compile(rb"(?i:Attempt)" + _BLANK + rb"#?(\d{1,6})")
# e.g. "Attempt #3"
_ATTEMPT: Final = re.compile(rb"(?i:Attempts?)" + _BLANK + rb"#(\d{1,6})(?!\d)")
_WHOSE: Final = re.compile(rb"(?<![\w.-])([A-Z][\w.-]{0,200})#(\d{1,6})(?!\d)")
_LEAD: Final = 200  # bytes at the start of an attempt that may hold its number
_MOST_LINES: Final = 8


def duplicates(ledger: Ledger, age: Age) -> Iterator[Fix | MadeFix]:
    """Attempts whose number an earlier one has (LED106); ``age`` says which came first."""
    names = _Names(ledger)
    free: dict[str, Iterator[int]] = {}
    for place, item in enumerate(ledger.items):
        groups: dict[int, list[int]] = {}
        for at, attempt in enumerate(item.attempts):
            if attempt.source == "history" and attempt.number is not None:
                groups.setdefault(attempt.number, []).append(at)
        if all(len(group) == 1 for group in groups.values()):
            continue
        falls = _falls([item.attempts[at] for group in groups.values() for at in group])
        tasks: dict[int, list[int]] = {}
        for at, action in enumerate(item.actions):
            tasks.setdefault(action.attempt or 0, []).append(at)
        if item.id not in free:
            free[item.id] = names.free(item.id)
        for number, group in sorted(groups.items()):
            if len(group) == 1:
                continue
            group.sort(key=lambda at: (age(item.attempts[at]), -at if falls else at))
            shared = _Shared(ledger, place, number, group, tasks.get(number, []))
            yield from shared.fixes(free[item.id])
            if shared.moved:
                yield from shared.unclear(names)


@dataclass
class _Shared:
    """One number of an item and the attempts that have it, the first first. ``tasks`` are the
    actions that it completed. ``moved`` are those that got another."""

    ledger: Ledger
    place: int
    number: int
    group: Sequence[int]
    tasks: Sequence[int]
    moved: list[int] = field(default_factory=list)

    @property
    def item(self) -> Item:
        """The item."""
        return self.ledger.items[self.place]

    def fixes(self, free: Iterator[int]) -> Iterator[Fix | MadeFix]:
        """New numbers for all but the first; none where one of them is impossible."""
        every = [self.item.attempts[at] for at in self.group]
        known: set[str] = set()
        for attempt in every:
            words = ""
            if patterns.behind_number(attempt.text) in known:
                words = f"attempt #{self.number} of {self.item.id} stands twice, word for word"
            elif _digits(self.ledger, attempt) is None:
                words = f"it is unclear where attempt #{self.number} has its number"
            if words:
                yield made("LED106", attempt.span.start_line, self.item.id, words)
                return
            known.add(patterns.behind_number(attempt.text))
        for at in self.group[1:]:
            digits = _digits(self.ledger, self.item.attempts[at])
            assert digits
            self.moved.append(at)
            yield self._renumbered(at, digits, next(free))

    def _renumbered(self, at: int, digits: tuple[int, int], new: int) -> Fix:
        item = self.item
        edits, tasks = [Edit(*digits, b"%d" % new)], []
        for task, whose in self.completed.items():
            span = item.actions[task].state_span
            match = _NUMBER.search(self.ledger.text, span.start_byte, span.end_byte)
            if whose == at and match and int(match[1]) == self.number:
                edits.append(Edit(*match.span(1), b"%d" % new))
                tasks.append(task)
        follow = f", and {len(tasks)} completed by it follow" if tasks else ""
        message = f"attempt #{self.number} of {item.id} is #{new} now{follow}"
        fix = made("LED106", item.attempts[at].span.start_line, item.id, message)
        return Fix(fix, tuple(edits), partial(self._renumber, at, new, tasks))

    def _renumber(self, at: int, new: int, tasks: Sequence[int], outline: Outline) -> None:
        """The attempt has another number, and so have the actions that it completed."""
        pattern = re.compile(rf"((?i:Attempt)[ \t\u202f\u00a0]*#?)0*{self.number}(?!\d)")

        def renumbered(words: str) -> str:
            return pattern.sub(rf"\g<1>{new}", words, count=1)

        item = outline.items[self.place]
        attempt = item["attempts"][at]
        attempt["number"], attempt["text"] = new, renumbered(attempt["text"])
        for task in tasks:
            action = item["actions"][task]
            action["attempt"], action["state_text"] = new, renumbered(action["state_text"])

    @cached_property
    def completed(self) -> dict[int, int]:
        """Actions whose stamp says which of the attempts completed them, each with that."""
        stamps: dict[str, list[int]] = {}
        for at in self.group:
            for stamp in {*patterns.STAMP.findall(self.item.attempts[at].text)}:
                stamps.setdefault(stamp, []).append(at)
        by_task = {task: stamps.get(self.item.actions[task].stamp or "", []) for task in self.tasks}
        return {task: same[0] for task, same in by_task.items() if len(same) == 1}

    def unclear(self, names: _Names) -> Iterator[MadeFix]:
        """The lines that name the number, and do not say which attempt they mean."""
        item = self.item
        own = {item.attempts[at].span.start_line for at in self.group}
        clear = {item.actions[task].span.start_line for task in self.completed}
        lines = names.lines(self.place, self.number, own) - clear
        if lines:
            first, *_ = ordered = sorted(lines)
            shown = ", ".join(map(str, ordered[:_MOST_LINES]))
            more = f" and {len(lines) - _MOST_LINES} more" if len(lines) > _MOST_LINES else ""
            where = f"line{'s' if len(lines) > 1 else ''} {shown}{more}"
            message = f"which attempt #{self.number} of {item.id} is meant on {where}"
            yield made("LED106", first, item.id, f"{message} is not clear: it stays")


class _Names:
    """What in a ledger names attempts by their numbers. Each file is looked through once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def lines(self, place: int, number: int, own: set[int]) -> set[int]:
        """The lines that name the number in the item, and those that name it with the item's ID
        anywhere. On the lines ``own`` the first one is the attempt's own."""
        item = self._ledger.items[place]
        times_named = Counter(self._near.get((place, number), []))
        lines = {line for line, times in times_named.items() if times > (line in own)}
        return lines | self._with_id.get((item.id, number), set())

    def free(self, name: str) -> Iterator[int]:
        """The numbers behind those of the item's attempts and actions, but for those that
        something in it names, for an attempt of that number may stand elsewhere, and those in the
        archive."""
        items = [self._ledger.items[place] for place in self._by_id[name]]
        numbers = [attempt.number or 0 for item in items for attempt in item.attempts]
        last = max([*numbers, *(action.attempt or 0 for item in items for action in item.actions)])
        used = {
            int(match[1])
            for item in items
            for match in _NUMBER.finditer(
                self._ledger.text, item.span.start_byte, item.span.end_byte
            )
        }
        gone = [pointer for item in items for pointer in item.archived]
        return (
            number
            for number in count(last + 1)
            if number not in used and not any(pointer.holds(number) for pointer in gone)
        )

    @cached_property
    def _by_id(self) -> dict[str, list[int]]:
        by_id: dict[str, list[int]] = {}
        for place, item in enumerate(self._ledger.items):
            by_id.setdefault(item.id, []).append(place)
        return by_id

    @cached_property
    def _starts(self) -> list[int]:
        return text.line_starts(self._ledger.text)

    @cached_property
    def _near(self) -> dict[tuple[int, int], list[int]]:
        """Item and number to the lines in the item that name it, as often as they do."""
        places: dict[tuple[int, int], list[int]] = {}
        for place, item in enumerate(self._ledger.items):
            span = item.span
            for name in _ATTEMPT.finditer(self._ledger.text, span.start_byte, span.end_byte):
                line = bisect_right(self._starts, name.start())
                places.setdefault((place, int(name[1])), []).append(line)
        return places

    @cached_property
    def _with_id(self) -> dict[tuple[str, int], set[int]]:
        with_id: dict[tuple[str, int], set[int]] = {}
        for name in _WHOSE.finditer(self._ledger.text):
            key = (text.decode(name[1]), int(name[2]))
            with_id.setdefault(key, set()).add(bisect_right(self._starts, name.start()))
        return with_id


def _digits(ledger: Ledger, attempt: Attempt) -> tuple[int, int] | None:
    """The bytes of the attempt's number."""
    start = attempt.span.start_byte
    match = _NUMBER.search(ledger.text, start, min(attempt.span.end_byte, start + _LEAD))
    return match.span(1) if match and int(match[1]) == attempt.number else None


def _falls(history: Sequence[Attempt]) -> bool:
    """Whether the item tells its history backwards."""
    ordered = sorted(history, key=lambda attempt: attempt.span.start_byte)
    steps = [(b.number or 0) - (a.number or 0) for a, b in pairwise(ordered)]
    return sum(step < 0 for step in steps) > sum(step > 0 for step in steps)
