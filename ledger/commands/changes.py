"""What a change does to a plan, item by item."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import computed_field

from ledger.claims.entries import newest_run, place_of
from ledger.commands import guard, read
from ledger.commands.closings import every_grounds, sprints_of
from ledger.config import Config
from ledger.errors import LedgerError
from ledger.gates.done import Closing
from ledger.gates.model import JudgedCriterion, SprintState
from ledger.git import repository
from ledger.git.blobs import Blobs
from ledger.plan import reader
from ledger.plan.model import Attempt, Day, Item, ItemStatus, Ledger, Model, Result
from ledger.plan.standing import standing_for
from ledger.plan.text import counted, cut

SHORT: Final = 150  # bytes of a title, a summary, a criterion
NAME: Final = 80  # bytes of an ID
_MOST_LACKING: Final = 2
_MOST_NAMED: Final = 4  # attempts of one item that are new


class NewAttempt(Model):
    """An attempt that was not there before."""

    number: int | None
    """Its number; null for none."""
    date: Day | None
    """ISO date."""
    result: Result
    """The result in one of six words."""
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


class ItemChange(Model):
    """What became of one item since a revision."""

    item: str
    """The item."""
    title: str
    """Its title, cut."""
    was: ItemStatus | None
    """Its status before; null where it is new."""
    status: ItemStatus | None
    """Its status now; null where it is gone."""
    attempts: tuple[NewAttempt, ...]
    """The attempts that are new, in the order of the file."""
    completed: int
    """How many more of its actions are complete."""
    gate: Lacking | None = None
    """What its exit criteria lack now; null for none, and where nobody asked."""
    sprints: tuple[SprintState, ...] = ()
    """Where the sprints of a brief stand now that it, or an unfinished action of it, stands for."""

    @computed_field
    @property
    def changes(self) -> tuple[str, ...]:
        """What is new, each in a few words."""
        return tuple(self._news())

    def _news(self) -> Iterator[str]:
        if self.status is None:
            yield "is gone"
        elif self.was is None:
            yield f"new, {self.status.replace('_', ' ')}"
        elif self.was != self.status:
            yield f"{self.was} became {self.status}".replace("_", " ")
        for new in self.attempts[-_MOST_NAMED:]:
            yield f"attempt{'' if new.number is None else f' #{new.number}'} {new.result}"
        if self.completed > 0 and not self.attempts:
            yield f"{counted(self.completed, 'action')} completed"


class PlanChange(Model):
    """What a change does to a plan."""

    path: str
    """The fix plan, relative to the top of its repository."""
    base: str
    """The commit that it is compared with: where the change left the revision asked for."""
    items: tuple[ItemChange, ...]
    """The items that changed, in the order of the file; then those that are gone."""


def change_of(config: Config, base: str, head: str | None) -> PlanChange:
    """What the work tree, or ``head``, does to a plan since it left the revision ``base``, with
    what the exit criteria and sprints of the changed items lack in the work tree.

    Raises UsageError for no such revision, UnreadableInput for a plan that cannot be read."""
    here = _in_work_tree(config)
    with Blobs(config.root) as contents:
        for revision in filter(None, (base, head)):
            contents.known_commit(revision)
        fork = repository.fork_point(config.root, head or "HEAD", base) or base
        sha = contents.known_commit(fork)
        old = guard.version_of(config, contents, fork).ledger
        new = guard.version_of(config, contents, head).ledger if head else here
    changes = changes_of(*(ledger or reader.read(b"", config.own) for ledger in (old, new)))
    there = {item.id: item for item in reversed(here.items)}
    items = [_judged(config, change, there.get(change.item)) for change in changes]
    return PlanChange(path=config.ledger_path, base=sha, items=tuple(items))


def _in_work_tree(config: Config) -> Ledger:
    data = read.read_bytes(config.ledger) if config.ledger.exists() else b""
    return reader.read(data, config.own)


def _judged(config: Config, change: ItemChange, item: Item | None) -> ItemChange:
    if item is None or change.status is None:
        return change
    states = sprints_of(config, [item])[item.span] if any(standing_for(item)) else ()
    return change.model_copy(update={"gate": lacking(config, item), "sprints": states})


def changes_since(config: Config, plan: Ledger, revision: str) -> list[ItemChange]:
    """What became of the items of ``plan`` since ``revision``. Raises UsageError for a revision
    that git does not know, UnreadableInput outside a git repository."""
    config.require_git("leave --since out")
    with Blobs(config.root) as contents:
        data = contents.read(contents.known_commit(revision), config.ledger_path)
    return list(changes_of(reader.read(data or b"", conventions=config.own), plan))


def changes_of(old: Ledger, new: Ledger) -> Iterator[ItemChange]:
    """The items that ``new`` has otherwise than ``old``; of one that is in several sections
    the first says where it is."""
    before, now = _sections(old), _sections(new)
    for name, sections in now.items():
        change = _change(before.get(name, ()), sections)
        if change.changes:
            yield change
    for name, sections in before.items():
        if name not in now:
            yield _change(sections, sections).model_copy(update={"status": None})


def _sections(plan: Ledger) -> dict[str, list[Item]]:
    sections: dict[str, list[Item]] = {}
    for item in plan.items:
        sections.setdefault(item.id, []).append(item)
    return sections


def _change(was: Sequence[Item], now: Sequence[Item]) -> ItemChange:
    known = {attempt.text for item in was for attempt in item.attempts}
    tried = (attempt for item in now for attempt in item.attempts)
    return ItemChange(
        item=cut(now[0].id, NAME),
        title=cut(now[0].title, SHORT),
        was=was[0].status if was else None,
        status=now[0].status,
        attempts=tuple(_new(attempt) for attempt in tried if attempt.text not in known),
        completed=_complete(now) - _complete(was),
    )


def _new(attempt: Attempt) -> NewAttempt:
    summary = cut(attempt.gist, SHORT)
    return NewAttempt(
        number=attempt.number, date=attempt.date, result=attempt.result, summary=summary
    )


def _complete(sections: Sequence[Item]) -> int:
    return sum(action.state == "complete" for item in sections for action in item.actions)


def lacking(config: Config, item: Item) -> Lacking | None:
    """What `done` would rest on: the item's own criteria, or those of the brief it is tied to."""
    try:
        with place_of(config) as place:
            newest = newest_run(item, place)
            every = list(every_grounds(config, Closing(item), place, newest))
    except LedgerError as error:
        return Lacking(met=0, criteria=len(item.criteria), lacks=(cut(error.message, SHORT),))
    asked = [c for grounds in every for c in grounds.criteria if not c.optional]
    if not asked:
        return None
    lacking = [c for c in asked if c.verdict != "met" and not c.is_attested]
    lack = tuple(_lack(criterion) for criterion in lacking[:_MOST_LACKING])
    return Lacking(met=len(asked) - len(lacking), criteria=len(asked), lacks=lack)


def _lack(criterion: JudgedCriterion) -> str:
    reason = cut(criterion.reason, NAME)
    return f"{cut(criterion.text, NAME)} ({criterion.verdict}{f': {reason}' if reason else ''})"
