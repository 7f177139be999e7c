"""What a ledger says at a glance: where each item stands, what it waits for, what is next."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, get_args

from ledger import rules
from ledger.commands import read
from ledger.commands.facts import later, today
from ledger.commands.read import About, about
from ledger.config import Config
from ledger.gates.model import SprintState
from ledger.plan import citations, dialects, words
from ledger.plan.dependencies import WAITS, clause
from ledger.plan.model import (
    FINISHED,
    Action,
    ActionState,
    ArchivedPart,
    Attempt,
    Day,
    Item,
    ItemStatus,
    Ledger,
    Model,
    Result,
    latest,
)
from ledger.plan.standing import standing_for
from ledger.rules import Facts
from ledger.rules.model import FindingCounts, count

OPEN: Final[frozenset[ActionState]] = frozenset({"pending", "in_progress", "partial", "unknown"})

_RANKS: Final = {
    "blocker": 0, "critical": 0, "urgent": 0, "highest": 0,
    "high": 1,
    "medium": 2, "normal": 2, "moderate": 2,
    "low": 3, "lowest": 4,
}  # fmt: skip
_RANK_OF_OTHER_WORDS: Final = 5
_RANK_OF_NONE: Final = 6

# In the note of a status only these: "in_progress (needs a second look)" waits for nobody.
_STATUS_WAITS: Final = re.compile(
    r"\b(?:wait(?:s|ing)? (?:for|on)|await(?:s|ing)?|(?:blocked|gated|halted) (?:by|on|until))\b",
    re.IGNORECASE,
)
_WAITING_FIELDS: Final = ("blocked", "blocker", "waiting", "depends", "dependenc")


class LastAttempt(Model):
    """The attempt with the largest number, in the history or in a completed action."""

    number: int | None
    """Its number; null where no attempt has one."""
    date: Day | None
    """ISO date."""
    result: Result
    """The result in one of six words."""
    result_text: str
    """The result as written."""


class ActionCounts(Model):
    """How many next actions are in which state."""

    open: int = 0
    """Pending, in progress, partial or in an unknown state."""
    blocked: int = 0
    """Blocked."""
    deferred: int = 0
    """Deferred."""
    complete: int = 0
    """Complete."""
    rejected: int = 0
    """Rejected."""


class NextAction(Model):
    """The first action in progress, else the first open one, else the first blocked one. Of an
    unfinished item without actions: what its last attempt says under `Next Actions:`."""

    number: int | None
    """The action's number, null where it has none."""
    state: ActionState
    """The state in one of eight words."""
    text: str
    """What is to be done."""
    attempt: int | None
    """The attempt that says so, null for an own action."""
    line: int
    """The line that it stands on."""


class Waiting(Model):
    """What holds an item up."""

    action: int | None
    """The blocked action's number; null where the item itself waits."""
    text: str
    """What it waits for, as written."""
    line: int
    """The line that says so."""


class ItemSummary(Model):
    """One item's section. An item that has two sections is two of these."""

    id: str
    """The ID, with plain hyphens."""
    title: str
    """What follows the ID in the heading."""
    priority: str | None
    """The first word of the priority, in lower case."""
    priority_text: str
    """The priority as written."""
    status: ItemStatus
    """The status in one of six words."""
    status_text: str
    """The status as written."""
    line: int
    """The line of its heading."""
    attempts: int
    """How many attempts it has."""
    archived: int
    """How many more lie in the archive."""
    last_attempt: LastAttempt | None
    """The latest of them."""
    actions: ActionCounts
    """Its next actions, counted."""
    next_action: NextAction | None
    """What is to be done next."""
    waiting_for: tuple[Waiting, ...]
    """What an unfinished item waits for."""
    sprints: tuple[SprintState, ...] = ()
    """Where the sprints of a brief stand that it, or one of its unfinished actions, stands for."""

    @property
    def rank(self) -> int:
        """0 for the most urgent priority; words that are not known come after low."""
        if self.priority is None:
            return _RANK_OF_NONE
        if self.priority.isdecimal():
            return min(int(self.priority[:9]), _RANK_OF_OTHER_WORDS)
        return _RANKS.get(self.priority, _RANK_OF_OTHER_WORDS)


class StatusTotals(Model):
    """Items by status, and attempts."""

    items: int
    """All items."""
    in_progress: int
    """Items in progress."""
    blocked: int
    """Items that are blocked."""
    pending: int
    """Items that are pending."""
    done: int
    """Items that are done."""
    archived: int
    """Items that are archived."""
    unknown: int
    """Items whose status is missing or not understood."""
    attempts: int
    """All attempts: those of items, and those in no item's section."""
    loose: int
    """Of these, the attempts in no item's section."""


class NextStep(NextAction):
    """The action to take up next in the whole ledger."""

    item: str
    """The item that it belongs to."""


class Status(Model):
    """Where everything stands."""

    ledger: About
    """The file itself."""
    items: tuple[ItemSummary, ...]
    """The items, in the order of the file."""
    totals: StatusTotals
    """Totals."""
    findings: FindingCounts
    """What the rules find in the text of the ledger. `ledger validate` looks at artifacts and
    commits as well, and may find more."""
    next: NextStep | None
    """What to do next; null where nothing is open."""
    archive: str
    """The file that parts of the ledger are moved to, relative to the top of its repository."""
    archived: tuple[ArchivedPart, ...] = ()
    """What lies in the archive, in the order of the file."""

    def by_priority(self, *statuses: ItemStatus) -> list[ItemSummary]:
        """The items with one of these statuses, most urgent first, then as in the file."""
        chosen = (item for item in self.items if item.status in statuses)
        return sorted(chosen, key=lambda item: item.rank)


def status(*, ledger: Path | None = None) -> Status:
    """Where each item of a plan stands, what is blocked and what is next. ``ledger`` is the plan;
    by default that of the current folder. Raises UsageError for none, UnreadableInput for one that
    cannot be read."""
    opened = read.open_ledger(ledger)
    config = opened.config
    # The text alone: a look at every cited file takes longer than all the rest.
    facts = Facts(opened.path, today(), max_lines=config.max_lines)
    findings = count(rules.check(opened.ledger, facts, config.ignore))
    found = summarize(opened.ledger, opened.path, findings=findings, archive=config.partner)
    parts = tuple(read.archived_parts(config, opened.ledger))
    items = tuple(_with_sprints(config, opened.ledger, found.items))
    return found.model_copy(update={"archived": parts, "items": items})


def _with_sprints(
    config: Config, ledger: Ledger, items: Sequence[ItemSummary]
) -> Iterable[ItemSummary]:
    """The items with their sprints; nothing is read where none stands for one."""
    tied = [item for item in ledger.items if any(standing_for(item))]
    if not tied:
        return items
    states = later("commands.closings.sprints_of")(config, tied)
    return [
        one.model_copy(update={"sprints": states.get(item.span, ())})
        for one, item in zip(items, ledger.items, strict=True)
    ]


def summarize(
    ledger: Ledger, path: str, *, findings: FindingCounts | None = None, archive: str = ""
) -> Status:
    """The status of ``ledger``, but for what lies in its archive; ``path`` names its file."""
    items = tuple(_summary(item) for item in ledger.items)
    return Status(
        ledger=about(ledger, path),
        items=items,
        totals=_totals(ledger, items),
        findings=findings or FindingCounts(),
        next=_next_step(items),
        archive=archive,
    )


def next_action(actions: Iterable[Action]) -> Action | None:
    """The first action in progress, else the first open one, else the first blocked one."""
    turns = {"in_progress": 0, **dict.fromkeys(OPEN - {"in_progress"}, 1), "blocked": 2}
    unfinished = (action for action in actions if action.state in turns)
    return min(unfinished, key=lambda action: turns[action.state], default=None)


def _summary(item: Item) -> ItemSummary:
    last = latest(item.attempts)
    return ItemSummary(
        id=item.id,
        title=item.title,
        priority=item.priority,
        priority_text=item.priority_text,
        status=item.status,
        status_text=item.status_text,
        line=item.span.start_line,
        attempts=len(item.attempts),
        archived=sum(pointer.attempts for pointer in item.archived),
        last_attempt=_last(last) if last else None,
        actions=count_actions(item.actions),
        next_action=_next(item, last),
        waiting_for=tuple(_waiting(item)),
    )


def _last(one: Attempt) -> LastAttempt:
    return LastAttempt(**{name: getattr(one, name) for name in LastAttempt.model_fields})


def _next(item: Item, last: Attempt | None) -> NextAction | None:
    """The item's next action; of an unfinished item that has none, what its last attempt says."""
    action = next_action(item.actions)
    if action:
        return _as_next(action, action.state, action.text, number=action.number)
    if dialects.of(item).has_boxes and item.status not in FINISHED:
        # A task says by itself what is to be done.
        state: ActionState = "blocked" if item.status == "blocked" else "pending"
        return _as_next(item, state, item.title)
    # In others an attempt's next actions stand beside the item's own.
    is_told = bool(item.actions) and dialects.is_sectioned(item)
    if last is None or is_told or item.status in FINISHED:
        return None
    said = citations.labelled(last.text, "Next Actions")
    if not said or said.lower().startswith(("none", "n/a")):
        return None
    return _as_next(last, "pending", said, attempt=last.number)


def _as_next(
    where: Item | Attempt | Action,
    state: ActionState,
    words: str,
    *,
    number: int | None = None,
    attempt: int | None = None,
) -> NextAction:
    line = where.span.start_line
    return NextAction(number=number, state=state, text=words, attempt=attempt, line=line)


def count_actions(actions: Iterable[Action]) -> ActionCounts:
    """The actions by state."""
    counts = Counter("open" if action.state in OPEN else action.state for action in actions)
    return ActionCounts(**counts)


def _totals(ledger: Ledger, items: tuple[ItemSummary, ...]) -> StatusTotals:
    statuses = Counter(item.status for item in items)
    return StatusTotals(
        items=len(items),
        attempts=len(ledger.attempts),
        loose=len(ledger.loose),
        **{status: statuses[status] for status in get_args(ItemStatus)},
    )


def _next_step(items: tuple[ItemSummary, ...]) -> NextStep | None:
    """The next action of the most urgent unfinished item, one in progress before a pending
    one, and one that waits for nothing before one that does."""
    turns: dict[ItemStatus, int] = {"in_progress": 0, "unknown": 1, "pending": 1, "blocked": 2}

    def order(item: ItemSummary) -> tuple[bool, int, int]:
        is_held = any(one.line == item.line for one in item.waiting_for)
        is_blocked = item.next_action is not None and item.next_action.state == "blocked"
        return is_held or is_blocked, turns[item.status], item.rank

    unfinished = [item for item in items if item.status in turns and item.next_action]
    first = min(unfinished, key=order, default=None)
    if first is None or first.next_action is None:
        return None
    return NextStep(item=first.id, **first.next_action.model_dump())


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
            yield Waiting(action=None, text=said, line=line)
    elif found := _STATUS_WAITS.search(note):
        yield Waiting(action=None, text=clause(note, found.start()), line=line)
    for action in item.actions:
        if action.state == "blocked":
            line, said = action.span.start_line, blocked_on(action.text)
            yield Waiting(action=action.number, text=said, line=line)


def _field_that_waits(item: Item) -> str:
    return next(
        (field.value for field in item.fields if field.name.lower().startswith(_WAITING_FIELDS)), ""
    )


def blocked_on(said: str) -> str:
    """The clause of a blocked action's text that says what it waits for, else all of it."""
    found = WAITS.search(said)
    return clause(said, found.start()) if found else said
