"""The one thing to do now, small enough for an agent to read at the start of each session."""

from collections import Counter
from pathlib import Path
from typing import Final

from ledger.commands import read
from ledger.commands.changes import NAME, SHORT, ItemChange, Lacking, changes_since, lacking
from ledger.commands.closings import sprints_of
from ledger.commands.status import LastAttempt, NextAction, next_step, places_of
from ledger.config import Config
from ledger.gates.model import SprintState
from ledger.plan import queue, text
from ledger.plan.dependencies import inferred
from ledger.plan.model import FINISHED, Item, ItemStatus, Ledger, Model, latest
from ledger.plan.queue import Hold, Place
from ledger.plan.standing import standing_for

ACTION_BYTES: Final = 600
_MOST_WAITS: Final = 2
_MOST_CHANGES: Final = 5


class ShownAttempt(LastAttempt):
    """The item's newest attempt, with how it begins."""

    summary: str
    """What was done, cut."""


class Candidate(Model):
    """The item that comes first."""

    id: str
    """Its ID."""
    title: str
    """Its title, cut."""
    status: ItemStatus
    """Its status."""
    priority: str | None
    """The first word of its priority."""
    line: int
    """Where it is."""
    is_mine: bool
    """Whether the one who asks holds a lease on it."""
    finished: tuple[str, ...]
    """The items that it depended on, cut to the first few."""
    action: NextAction
    """What is to be done; its text is cut."""
    is_cut: bool
    """Whether there is more of that text: `ledger show ITEM` has it."""
    reproduction: str
    """What its field `Reproduction` says, cut; empty for none."""
    last_attempt: ShownAttempt | None
    """Its newest attempt."""
    gate: Lacking | None
    """What its exit criteria, or those of the brief that it is tied to, lack; null for none."""
    sprint: SprintState | None
    """Where the sprint of a brief stands that the action, or the item, stands for."""
    inferred: tuple[str, ...]
    """The items that its prose says it waits for. They do not count."""


class Waiting(Model):
    """How many unfinished items are not ready, each counted by the first thing in its way."""

    blocked: int = 0
    """Their status is blocked."""
    dependency: int = 0
    """They depend on an item that is not finished."""
    lease: int = 0
    """Somebody else holds a lease on them."""
    actions: int = 0
    """None of their next actions is open."""


class HeldItem(Model):
    """An item that would come first, were it ready."""

    id: str
    """Its ID."""
    holds: tuple[Hold, ...]
    """What is in its way, cut."""
    gate: Lacking | None
    """What its exit criteria lack; null for none."""


class NextItem(Model):
    """The one thing to do now."""

    path: str
    """The fix plan, relative to the top of its repository."""
    item: Candidate | None
    """The item that comes first; null where none is ready."""
    ready: int
    """How many items are ready."""
    waiting: Waiting
    """How many are not."""
    finished: int
    """How many are done or archived."""
    unread: int
    """How many lines look like a part of the plan and could not be read."""
    held: HeldItem | None
    """Where nothing is ready: what would come first."""
    since: str | None
    """The revision that `changes` are told from."""
    changes: tuple[ItemChange, ...]
    """The first few items that changed since then."""
    more_changes: int
    """How many others did."""


def next_item(
    *, owner: str | None = None, since: str | None = None, ledger: Path | None = None
) -> NextItem:
    """What is to be done now by ``owner`` (default: whoever runs this), as docs/reference/next.md
    says; with ``since``, a revision, what changed after it. ``ledger`` is the plan, by default that
    of the current folder.

    Raises UsageError for no plan and no such revision, UnreadableInput for a plan that cannot be
    read."""
    opened = read.open_ledger(ledger)
    config, plan = opened.config, opened.ledger
    every = places_of(config, plan, owner)
    place = queue.first(every)
    nearest = None if place else min(every, key=lambda place: place.turn, default=None)
    kinds = [place.holds[0].kind for place in every if place.holds]
    changes = changes_since(config, plan, since) if since is not None else []
    return NextItem(
        path=opened.path,
        item=_candidate(config, plan, place) if place else None,
        ready=sum(not place.holds for place in every),
        waiting=Waiting.model_validate(Counter(kinds)),
        finished=sum(item.status in FINISHED for item in plan.items),
        unread=len(plan.unread),
        held=_waiting(config, nearest) if nearest else None,
        since=since,
        changes=tuple(changes[:_MOST_CHANGES]),
        more_changes=len(changes[_MOST_CHANGES:]),
    )


def _candidate(config: Config, plan: Ledger, place: Place) -> Candidate:
    item = place.item
    step = next_step(item)
    words = text.one_line(step.text)
    last = latest(item.attempts)
    action = step.model_dump() | {"text": text.cut(words, ACTION_BYTES)}
    return Candidate(
        id=item.id,
        title=text.cut(item.title, SHORT),
        status=item.status,
        priority=text.cut(item.priority, NAME) if item.priority else None,
        line=item.span.start_line,
        is_mine=place.is_mine,
        finished=tuple(text.cut(d.id, NAME) for d in item.depends_on[:_MOST_WAITS]),
        action=NextAction.model_validate(action),
        is_cut=action["text"] != words,
        reproduction=text.cut(_reproduction(plan, item), 2 * SHORT),
        last_attempt=ShownAttempt(
            number=last.number,
            date=last.date,
            result=last.result,
            result_text=text.cut(last.result_text, NAME),
            summary=text.cut(last.gist, SHORT),
        )
        if last
        else None,
        gate=lacking(config, item),
        sprint=_sprint(config, item, step.number),
        inferred=tuple(text.cut(d.id, NAME) for d, _ in inferred(plan, item))[:_MOST_WAITS],
    )


def _sprint(config: Config, item: Item, action: int | None) -> SprintState | None:
    if not any(standing_for(item)):
        return None
    states = sprints_of(config, [item])[item.span]
    return next((state for state in states if state.action in (action, None)), None)


def _waiting(config: Config, place: Place) -> HeldItem:
    holds = [hold.model_copy(update={"text": text.cut(hold.text, SHORT)}) for hold in place.holds]
    gate = lacking(config, place.item)
    return HeldItem(id=place.item.id, holds=tuple(holds[:_MOST_WAITS]), gate=gate)


def _reproduction(plan: Ledger, item: Item) -> str:
    """The field ``Reproduction``, whatever is behind that word in its name."""
    for field in item.fields:
        if field.name.lower().startswith("reproduction"):
            below = plan.text[field.value_span.end_byte : field.span.end_byte]
            return f"{field.value} {text.decode(below)}" if not field.value else field.value
    return ""
