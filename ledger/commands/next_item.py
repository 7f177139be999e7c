"""The one thing to do now, small enough for an agent to read at the start of each session."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ledger.claims.entries import place_of
from ledger.commands import read
from ledger.commands.closings import every_grounds, sprints_of
from ledger.commands.status import LastAttempt, NextAction, next_step, places_of
from ledger.config import Config
from ledger.errors import LedgerError
from ledger.gates.done import Closing
from ledger.gates.model import JudgedCriterion, SprintState
from ledger.git.blobs import Blobs
from ledger.plan import queue, reader, text
from ledger.plan.dependencies import inferred
from ledger.plan.model import FINISHED, Item, ItemStatus, Ledger, Model, latest
from ledger.plan.queue import Hold, Place
from ledger.plan.standing import standing_for

ACTION_BYTES: Final = 600
_SHORT: Final = 150  # bytes of what stands beside the action
_NAME: Final = 80  # bytes of an ID
_MOST_LACKING: Final = 2
_MOST_CHANGES: Final = 5
_MOST_NAMED: Final = 4  # attempts of one item that are new


class ShownAttempt(LastAttempt):
    """The item's newest attempt, with how it begins."""

    summary: str
    """What was done, cut."""


class Lacking(Model):
    """What is not yet shown to be as the item's exit criteria want it."""

    met: int
    """How many of the criteria are met."""
    criteria: int
    """How many there are, but for optional ones."""
    lacks: tuple[str, ...]
    """The first of the others, each cut, with the reason."""


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
    """Where it stands."""
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


class ItemChange(Model):
    """What became of one item since a revision."""

    item: str
    """The item."""
    changes: tuple[str, ...]
    """What is new, each in a few words."""


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
    found = queue.first(every)
    nearest = None if found else min(every, key=lambda one: one.turn, default=None)
    kinds = [one.holds[0].kind for one in every if one.holds]
    changes = changes_since(config, plan, since) if since is not None else []
    return NextItem(
        path=opened.path,
        item=_candidate(config, plan, found) if found else None,
        ready=sum(not one.holds for one in every),
        waiting=Waiting.model_validate(Counter(kinds)),
        finished=sum(item.status in FINISHED for item in plan.items),
        unread=len(plan.unread),
        held=_held(nearest) if nearest else None,
        since=since,
        changes=tuple(changes[:_MOST_CHANGES]),
        more_changes=len(changes[_MOST_CHANGES:]),
    )


def _candidate(config: Config, plan: Ledger, place: Place) -> Candidate:
    item = place.item
    step = next_step(item)
    said = text.one_line(step.text)
    last = latest(item.attempts)
    action = step.model_dump() | {"text": cut(said, ACTION_BYTES)}
    return Candidate(
        id=item.id,
        title=cut(item.title, _SHORT),
        status=item.status,
        priority=cut(item.priority, _NAME) if item.priority else None,
        line=item.span.start_line,
        is_mine=place.is_mine,
        finished=tuple(cut(one.id, _NAME) for one in item.depends_on[:_MOST_LACKING]),
        action=NextAction.model_validate(action),
        is_cut=action["text"] != said,
        reproduction=cut(_reproduction(plan, item), 2 * _SHORT),
        last_attempt=ShownAttempt(
            number=last.number,
            date=last.date,
            result=last.result,
            result_text=cut(last.result_text, _NAME),
            summary=cut(last.gist, _SHORT),
        )
        if last
        else None,
        gate=_lacking(config, item),
        sprint=_sprint(config, item, step.number),
        inferred=tuple(cut(one.id, _NAME) for one, _ in inferred(plan, item))[:_MOST_LACKING],
    )


def _sprint(config: Config, item: Item, action: int | None) -> SprintState | None:
    if not any(standing_for(item)):
        return None
    states = sprints_of(config, [item])[item.span]
    return next((one for one in states if one.action in (action, None)), None)


def _held(place: Place) -> HeldItem:
    holds = [one.model_copy(update={"text": cut(one.text, _SHORT)}) for one in place.holds]
    return HeldItem(id=place.item.id, holds=tuple(holds[:_MOST_LACKING]))


def _reproduction(plan: Ledger, item: Item) -> str:
    """The field ``Reproduction``, whatever stands behind that word in its name."""
    for field in item.fields:
        if field.name.lower().startswith("reproduction"):
            below = plan.text[field.value_span.end_byte : field.span.end_byte]
            return f"{field.value} {text.decode(below)}" if not field.value else field.value
    return ""


def _lacking(config: Config, item: Item) -> Lacking | None:
    """What `done` would stand on: the item's own criteria, or those of the brief it is tied to."""
    try:
        with place_of(config) as place:
            every = list(every_grounds(config, Closing(item), place))
    except LedgerError as error:
        return Lacking(met=0, criteria=len(item.criteria), lacks=(cut(error.message, _SHORT),))
    asked = [one for grounds in every for one in grounds.criteria if not one.optional]
    if not asked:
        return None
    lacking = [one for one in asked if one.verdict != "met"]
    told = tuple(_lack(one) for one in lacking[:_MOST_LACKING])
    return Lacking(met=len(asked) - len(lacking), criteria=len(asked), lacks=told)


def _lack(one: JudgedCriterion) -> str:
    reason = cut(one.reason, _NAME)
    return f"{cut(one.text, _NAME)} ({one.verdict}{f': {reason}' if reason else ''})"


def cut(said: str, most: int) -> str:
    """``said`` on one line, of at most so many bytes."""
    said = text.one_line(said[: 4 * most])
    data = said.encode()
    if len(data) <= most:
        return said
    return data[: most - 3].decode("utf-8", "ignore").rstrip() + "…"


# What changed


def changes_since(config: Config, plan: Ledger, revision: str) -> list[ItemChange]:
    """What became of the items of ``plan`` since ``revision``. Raises UsageError for a revision
    that git does not know, UnreadableInput outside a git repository."""
    return list(_changes(_at(config, revision), plan))


def _at(config: Config, revision: str) -> Ledger:
    """The plan at ``revision``; an empty one where it was not there yet."""
    config.require_git("leave --since out")
    with Blobs(config.root) as contents:
        data = contents.read(contents.known_commit(revision), config.ledger_path)
    return reader.read(data or b"", conventions=config.own)


def _changes(old: Ledger, new: Ledger) -> Iterator[ItemChange]:
    before = {item.id: item for item in reversed(old.items)}
    for item in new.items:
        told = tuple(_news(before.get(item.id), item))
        if told:
            yield ItemChange(item=cut(item.id, _NAME), changes=told)
    now = {item.id for item in new.items}
    for name in before:
        if name not in now:
            yield ItemChange(item=cut(name, _NAME), changes=("is gone",))


def _news(was: Item | None, item: Item) -> Iterator[str]:
    if was is None:
        yield f"new, {item.status.replace('_', ' ')}"
    elif was.status != item.status:
        yield f"{was.status} became {item.status}".replace("_", " ")
    known = {one.text for one in was.attempts} if was else set()
    tried = [one for one in item.attempts if one.text not in known]
    for one in tried[-_MOST_NAMED:]:
        yield f"attempt{'' if one.number is None else f' #{one.number}'} {one.result}"
    done = _complete(item) - (_complete(was) if was else 0)
    if done > 0 and not tried:
        yield f"{text.counted(done, 'action')} completed"


def _complete(item: Item) -> int:
    return sum(action.state == "complete" for action in item.actions)
