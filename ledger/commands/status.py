"""What a ledger says at a glance: where each item stands, what it waits for, what is next."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, get_args

from ledger import rules
from ledger.commands import leases, read
from ledger.commands.facts import later, today
from ledger.commands.read import About, about
from ledger.config import Config
from ledger.gates.model import SprintState
from ledger.plan import citations, dialects, queue, selectors, words
from ledger.plan.dependencies import WAITS, clause
from ledger.plan.leases import owners_of
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
from ledger.plan.queue import OPEN, Hold, Place, next_action, rank
from ledger.plan.standing import standing_for
from ledger.rules import Facts
from ledger.rules.model import FindingCounts, count

# In the note of a status only these: "in_progress (needs a second look)" waits for nobody.
# e.g. "waiting for Anna"
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
    """The line that it is on."""


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
    """What an unfinished item says that it waits for."""
    holds: tuple[Hold, ...] = ()
    """Why it is not ready; empty for an item that is ready, or finished."""
    is_ready: bool = False
    """Whether it can be taken up now."""
    depends_on: tuple[str, ...] = ()
    """The items that its `Depends on:` names."""
    owners: tuple[str, ...] = ()
    """Whom its `Owner:` or `Owner/Date:` names."""
    sprints: tuple[SprintState, ...] = ()
    """Where the sprints of a brief stand that it, or one of its unfinished actions, stands for."""

    @property
    def rank(self) -> int:
        """0 for the most urgent priority; words that are not known come after low."""
        return rank(self.priority)


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
    """Where everything is."""

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
    """What to do next; null where nothing is ready."""
    archive: str
    """The file that parts of the ledger are moved to, relative to the top of its repository."""
    archived: tuple[ArchivedPart, ...] = ()
    """What lies in the archive, in the order of the file."""

    def by_priority(self, *statuses: ItemStatus) -> list[ItemSummary]:
        """The items with one of these statuses, most urgent first, then as in the file."""
        chosen = (item for item in self.items if item.status in statuses)
        return sorted(chosen, key=lambda item: item.rank)


def status(
    name: str | None = None,
    *,
    ready: bool = False,
    blocked: bool = False,
    owner: str | None = None,
    priority: str | None = None,
    with_status: str | None = None,
    limit: int | None = None,
    ledger: Path | None = None,
) -> Status:
    """Where each item of a plan stands, what is blocked and what is next. ``ledger`` is the plan;
    by default that of the current folder.

    Of the items only those are given whose ID or title has ``name`` in it, that are ``ready`` (in
    the order in which they are next) or ``blocked`` by anything, that name an ``owner``, and that
    have a ``priority`` (``high`` is also 1 and P1) or a status; at most ``limit``. All else is
    about the whole plan.

    Raises UsageError for no plan, UnreadableInput for one that cannot be read."""
    opened = read.open_ledger(ledger)
    config = opened.config
    # The text alone: a look at every cited file takes longer than all the rest.
    facts = Facts(opened.path, today(), max_lines=config.max_lines)
    findings = count(rules.check(opened.ledger, facts, config.ignore))
    places = places_of(config, opened.ledger)
    summary = summarize(opened.ledger, opened.path, places=places)
    parts = tuple(read.archived_parts(config, opened.ledger))
    items = [*_with_sprints(config, opened.ledger, summary.items)]
    if ready:
        order = [
            place.item.span.start_line for place in sorted(places, key=lambda place: place.turn)
        ]
        items = sorted((i for i in items if i.is_ready), key=lambda item: order.index(item.line))
    kept = [
        item
        for item in items
        if (not blocked or item.holds)
        and (name is None or selectors.folded(name) in f"{item.id} {item.title}".upper())
        and (owner is None or owner.lower() in map(str.lower, item.owners))
        and (priority is None or _is_alike(item, priority.lower()))
        and (with_status is None or with_status.lower() in _statuses(item))
    ]
    return summary.model_copy(
        update={
            "findings": findings,
            "archive": config.partner,
            "archived": parts,
            "items": tuple(kept[:limit]),
        }
    )


def places_of(config: Config, ledger: Ledger, owner: str | None = None) -> list[Place]:
    """The unfinished items for ``owner``, by default whoever runs this, with what holds them."""
    open_leases = leases.open_leases(config, ledger)
    if owner is None:
        owner = leases.default_owner(config) if open_leases else ""
    return queue.places(ledger, open_leases, owner, lambda: [read.read_archive(config, ledger)])


def _is_alike(item: ItemSummary, priority: str) -> bool:
    known = rank(priority)
    return item.priority == priority or (known < queue.OTHER and item.rank == known)


def _statuses(item: ItemSummary) -> set[str]:
    """An item's status as it is known, and in its own words."""
    return {item.status, item.status.replace("_", " "), words.phrase(item.status_text).lower()}


def _with_sprints(
    config: Config, ledger: Ledger, items: Sequence[ItemSummary]
) -> Iterable[ItemSummary]:
    """The items with their sprints; nothing is read where none stands for one."""
    tied = [item for item in ledger.items if any(standing_for(item))]
    if not tied:
        return items
    states = later("commands.closings.sprints_of")(config, tied)
    return [
        summary.model_copy(update={"sprints": states.get(item.span, ())})
        for summary, item in zip(items, ledger.items, strict=True)
    ]


def summarize(ledger: Ledger, path: str, *, places: Sequence[Place] | None = None) -> Status:
    """The status of ``ledger`` by itself; ``path`` names its file, and ``places`` say what is
    ready (default: what nothing in the file holds)."""
    places = queue.places(ledger, {}, "") if places is None else places
    holds = {place.item.span: place.holds for place in places}
    items = tuple(_summary(item, holds.get(item.span)) for item in ledger.items)
    following = queue.first(places)
    return Status(
        ledger=about(ledger, path),
        items=items,
        totals=_totals(ledger, items),
        findings=FindingCounts(),
        next=next_step(following.item) if following else None,
        archive="",
    )


def _summary(item: Item, holds: tuple[Hold, ...] | None) -> ItemSummary:
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
        holds=holds or (),
        is_ready=holds == (),
        depends_on=tuple(dependency.id for dependency in item.depends_on),
        owners=tuple(owners_of(item)),
    )


def _last(attempt: Attempt) -> LastAttempt:
    return LastAttempt(**{name: getattr(attempt, name) for name in LastAttempt.model_fields})


def _next(item: Item, last: Attempt | None) -> NextAction | None:
    """The item's next action; of an unfinished item that has none, what its last attempt says."""
    action = next_action(item.actions)
    if action:
        return _as_next(action, action.state, action.text, number=action.number)
    if dialects.of(item).has_boxes and item.status not in FINISHED:
        # A task says by itself what is to be done.
        state: ActionState = "blocked" if item.status == "blocked" else "pending"
        return _as_next(item, state, item.title)
    # In others an attempt's next actions are beside the item's own.
    is_told = bool(item.actions) and dialects.is_sectioned(item)
    if last is None or is_told or item.status in FINISHED:
        return None
    labelled = citations.labelled(last.text, "Next Actions")
    if not labelled or labelled.lower().startswith(("none", "n/a")):
        return None
    return _as_next(last, "pending", labelled, attempt=last.number)


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


def next_step(item: Item) -> NextStep:
    """What to do of an item that is ready."""
    following = _next(item, latest(item.attempts)) or _as_next(item, "pending", item.title)
    return NextStep(item=item.id, **following.model_dump())


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
        text = note or _field_that_waits(item)
        if text:
            yield Waiting(action=None, text=text, line=line)
    elif match := _STATUS_WAITS.search(note):
        yield Waiting(action=None, text=clause(note, match.start()), line=line)
    for action in item.actions:
        if action.state == "blocked":
            line, text = action.span.start_line, blocked_on(action.text)
            yield Waiting(action=action.number, text=text, line=line)


def _field_that_waits(item: Item) -> str:
    return next(
        (field.value for field in item.fields if field.name.lower().startswith(_WAITING_FIELDS)), ""
    )


def blocked_on(text: str) -> str:
    """The clause of a blocked action's text that says what it waits for, else all of it."""
    match = WAITS.search(text)
    return clause(text, match.start()) if match else text
