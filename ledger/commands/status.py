"""What a ledger says at a glance: where each item stands, what it waits for, what is next.

The values are named tuples, which take a quarter of the time to define that dataclasses take.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ledger.plan import citations, text
from ledger.plan.dialects import MAIN, words
from ledger.plan.model import (
    FINISHED,
    Action,
    ActionState,
    ArchivedPart,
    Attempt,
    Item,
    ItemStatus,
    Ledger,
    Result,
    latest,
)
from ledger.rules.model import Finding

OPEN: Final[frozenset[ActionState]] = frozenset({"pending", "in_progress", "partial", "unknown"})

_RANKS: Final = {
    "blocker": 0, "critical": 0, "urgent": 0, "highest": 0,
    "high": 1,
    "medium": 2, "normal": 2, "moderate": 2,
    "low": 3, "lowest": 4,
}  # fmt: skip
_RANK_OF_OTHER_WORDS: Final = 5
_RANK_OF_NONE: Final = 6

# What people write before the name of what they wait for.
_WAITS: Final = re.compile(
    r"\b(?:wait(?:s|ing)? (?:for|on)|await(?:s|ing)?|(?:blocked|gated|halted) (?:by|on|until)"
    r"|depend(?:s|ent|ing)? (?:on|upon)|requires?|needs)\b",
    re.IGNORECASE,
)
# In the note of a status only these: "in_progress (needs a second look)" waits for nobody.
_STATUS_WAITS: Final = re.compile(
    r"\b(?:wait(?:s|ing)? (?:for|on)|await(?:s|ing)?|(?:blocked|gated|halted) (?:by|on|until))\b",
    re.IGNORECASE,
)
_WAITING_FIELDS: Final = ("blocked", "blocker", "waiting", "depends", "dependenc")


class About(NamedTuple):
    """The file itself. ``last_updated`` is the text of its own line, None where it has none."""

    path: str
    dialect: str
    bytes: int
    lines: int
    last_updated: str | None


class LastAttempt(NamedTuple):
    """The attempt with the largest number, be it told by the history or by an action."""

    number: int | None
    date: str | None
    result: Result
    result_text: str


class ActionCounts(NamedTuple):
    """``open`` are those that could be taken up: pending, in progress, partial, or in a state
    that is not known."""

    open: int = 0
    blocked: int = 0
    deferred: int = 0
    complete: int = 0
    rejected: int = 0


class NextAction(NamedTuple):
    """``number`` is None for a bullet without one. ``attempt`` is the number of the attempt
    whose ``Next Actions:`` this is, None for one of the item's own actions."""

    number: int | None
    state: ActionState
    text: str
    attempt: int | None
    line: int


class Waiting(NamedTuple):
    """What holds an item up: ``action`` is the number of the blocked action, None where the
    item itself waits or the action has no number."""

    action: int | None
    text: str
    line: int


class ItemSummary(NamedTuple):
    """One item's section. An item that has two sections is two of these. ``archived`` counts
    its attempts that lie in the archive."""

    id: str
    title: str
    priority: str | None
    priority_text: str
    status: ItemStatus
    status_text: str
    line: int
    attempts: int
    archived: int
    last_attempt: LastAttempt | None
    actions: ActionCounts
    next_action: NextAction | None
    waiting_for: tuple[Waiting, ...]

    @property
    def rank(self) -> int:
        """0 for the most urgent priority; words that are not known come after low."""
        if self.priority is None:
            return _RANK_OF_NONE
        if self.priority.isdecimal():
            return min(int(self.priority[:9]), _RANK_OF_OTHER_WORDS)
        return _RANKS.get(self.priority, _RANK_OF_OTHER_WORDS)


class StatusTotals(NamedTuple):
    """Items by status, and the attempts of all items."""

    items: int
    in_progress: int
    blocked: int
    pending: int
    done: int
    archived: int
    unknown: int
    attempts: int


class FindingCounts(NamedTuple):
    """How many findings a check has."""

    error: int = 0
    warning: int = 0


def count(findings: Sequence[Finding]) -> FindingCounts:
    """How many findings there are of each severity."""
    errors = sum(finding.severity == "error" for finding in findings)
    return FindingCounts(errors, len(findings) - errors)


class NextStep(NamedTuple):
    """The action to take up next in the whole ledger."""

    item: str
    number: int | None
    state: ActionState
    text: str
    attempt: int | None
    line: int


class Status(NamedTuple):
    """``items`` and ``archived``, what lies in the archive, are in the order of the file."""

    ledger: About
    items: tuple[ItemSummary, ...]
    totals: StatusTotals
    findings: FindingCounts
    next: NextStep | None
    archived: tuple[ArchivedPart, ...] = ()

    def by_priority(self, *statuses: ItemStatus) -> list[ItemSummary]:
        """The items with one of these statuses, most urgent first, then as in the file."""
        return sorted((item for item in self.items if item.status in statuses), key=_rank)


def summarize(ledger: Ledger, path: str, findings: FindingCounts) -> Status:
    """The status of ``ledger``; ``path`` is how to name its file."""
    items = tuple(_summary(item) for item in ledger.items)
    return Status(about(ledger, path), items, _totals(items), findings, _next_step(items))


def about(ledger: Ledger, path: str) -> About:
    """What there is to say about the file itself."""
    data = ledger.text
    updated = ledger.last_updated.value if ledger.last_updated else None
    return About(
        path, ledger.dialect, len(data), len(text.line_starts(data)) - 1 if data else 0, updated
    )


def next_action(actions: Iterable[Action]) -> Action | None:
    """The first action in progress, else the first open one, else the first blocked one."""
    ordered = tuple(actions)
    for states in (frozenset({"in_progress"}), OPEN, frozenset({"blocked"})):
        for action in ordered:
            if action.state in states:
                return action
    return None


def _rank(item: ItemSummary) -> int:
    return item.rank


def _summary(item: Item) -> ItemSummary:
    last = latest(item.attempts)
    return ItemSummary(
        item.id,
        item.title,
        item.priority,
        item.priority_text,
        item.status,
        item.status_text,
        item.span.start_line,
        len(item.attempts),
        sum(pointer.attempts for pointer in item.archived),
        LastAttempt(last.number, last.date, last.result, last.result_text) if last else None,
        count_actions(item.actions),
        _next(item, last),
        tuple(_waiting(item)),
    )


def _next(item: Item, last: Attempt | None) -> NextAction | None:
    """The item's next action; of an unfinished item that has none, what its last attempt says."""
    action = next_action(item.actions)
    if action:
        return NextAction(action.number, action.state, action.text, None, action.span.start_line)
    if item.dialect == "checklist" and item.status not in FINISHED:
        # A task says by itself what is to be done.
        state: ActionState = "blocked" if item.status == "blocked" else "pending"
        return NextAction(None, state, item.title, None, item.span.start_line)
    is_told = bool(item.actions) and item.dialect == MAIN  # others have their own beside them
    if last is None or is_told or item.status in FINISHED:
        return None
    said = citations.labelled(last.text, "Next Actions")
    if not said or said.lower().startswith(("none", "n/a")):
        return None
    return NextAction(None, "pending", said, last.number, last.span.start_line)


def count_actions(actions: Iterable[Action]) -> ActionCounts:
    """The actions by state."""
    states = Counter("open" if action.state in OPEN else action.state for action in actions)
    return ActionCounts(
        open=states["open"],
        blocked=states["blocked"],
        deferred=states["deferred"],
        complete=states["complete"],
        rejected=states["rejected"],
    )


def _totals(items: tuple[ItemSummary, ...]) -> StatusTotals:
    statuses = Counter(item.status for item in items)
    return StatusTotals(
        len(items),
        statuses["in_progress"],
        statuses["blocked"],
        statuses["pending"],
        statuses["done"],
        statuses["archived"],
        statuses["unknown"],
        sum(item.attempts for item in items),
    )


def _next_step(items: tuple[ItemSummary, ...]) -> NextStep | None:
    """The next action of the most urgent unfinished item, one in progress before a pending
    one, and one that waits for nothing before one that does."""
    found: tuple[tuple[int, int, int], NextStep] | None = None
    turns: dict[ItemStatus, int] = {"in_progress": 0, "unknown": 1, "pending": 1, "blocked": 2}
    for item in items:
        action = item.next_action
        if item.status not in turns or action is None:
            continue
        is_held = action.state == "blocked" or any(
            one.line == item.line for one in item.waiting_for
        )
        order = (int(is_held), turns[item.status], item.rank)
        if found is None or order < found[0]:
            found = (
                order,
                NextStep(
                    item.id, action.number, action.state, action.text, action.attempt, action.line
                ),
            )
    return found[1] if found else None


# What an item waits for


def _waiting(item: Item) -> Iterable[Waiting]:
    """What an unfinished item waits for: by its status, by a field, by its blocked actions."""
    if item.status in FINISHED:
        return
    note = item.status_text[len(words.phrase(item.status_text)) :].strip(" \t\u2013\u2014-:;.*")
    if note.startswith("(") and note.endswith(")"):
        note = note[1:-1]
    line = item.span.start_line
    if item.status == "blocked":
        said = note or _field_that_waits(item)
        if said:
            yield Waiting(None, said, line)
    elif found := _STATUS_WAITS.search(note):
        yield Waiting(None, _clause(note, found.start()), line)
    for action in item.actions:
        if action.state == "blocked":
            yield Waiting(action.number, blocked_on(action.text), action.span.start_line)


def _field_that_waits(item: Item) -> str:
    return next(
        (field.value for field in item.fields if field.name.lower().startswith(_WAITING_FIELDS)), ""
    )


def blocked_on(said: str) -> str:
    """The clause of a blocked action's text that says what it waits for, else all of it."""
    found = _WAITS.search(said)
    return _clause(said, found.start()) if found else said


def _clause(said: str, start: int) -> str:
    """From ``start`` to the end of the sentence, or of the parentheses that it stands in."""
    depth = 0
    for at in range(start, len(said)):
        char = said[at]
        if char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth < 0:
                return said[start:at].rstrip(" .;")
        elif depth == 0 and char in ".;\n" and said[at + 1 : at + 2] in ("", " ", "\n"):
            return said[start:at]
    return said[start:]
