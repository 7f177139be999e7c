"""Which items are ready, and which of them comes first: the rule of docs/reference/next.md."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from ledger.plan import dialects
from ledger.plan.dependencies import unfinished
from ledger.plan.model import FINISHED, Action, ActionState, Item, ItemStatus, Ledger, Model

OPEN: Final[frozenset[ActionState]] = frozenset({"pending", "in_progress", "partial", "unknown"})

_RANKS: Final = {
    "blocker": 0, "critical": 0, "urgent": 0, "highest": 0,
    "high": 1,
    "medium": 2, "normal": 2, "moderate": 2,
    "low": 3, "lowest": 4,
}  # fmt: skip
OTHER: Final = 5
"""The rank of words that say no known priority."""
_RANK_OF_NONE: Final = 6


class Hold(Model):
    """Why an unfinished item is not ready."""

    kind: Literal["blocked", "dependency", "lease", "actions"]
    """Its status is blocked, an item that it depends on is not finished, somebody else holds a
    lease on it, or none of its next actions is open."""
    text: str
    """What is in the way, in a few words."""
    item: str | None = None
    """The item that it depends on."""


class OpenLease(NamedTuple):
    """A lease that has not ended."""

    owner: str
    until: datetime


Leases = Mapping[str, OpenLease]
"""The leases that hold now, by the IDs of the items."""


class Place(NamedTuple):
    """An unfinished item, and what is in its way. ``is_mine``: its lease is one's own."""

    item: Item
    holds: tuple[Hold, ...]
    is_mine: bool

    @property
    def turn(self) -> tuple[bool, bool, int]:
        """The lower, the sooner; of equals the one higher up in the file."""
        return not self.is_mine, self.item.status != "in_progress", rank(self.item.priority)


def places(
    ledger: Ledger,
    leases: Leases,
    owner: str,
    elsewhere: Callable[[], Iterable[Ledger]] = tuple,
) -> list[Place]:
    """The unfinished items for somebody called ``owner``, in the order of the file. ``elsewhere``
    gives the files whose finished items count as well; it is asked only where that matters."""
    waiting = unfinished(ledger)
    if None in waiting.values():
        waiting = unfinished(ledger, elsewhere())
    return [
        Place(item, tuple(_holds(item, waiting, leases, owner)), _has(leases, item, owner))
        for item in ledger.items
        if item.status not in FINISHED and not dialects.is_listed(ledger, item)
    ]


def first(every: Iterable[Place]) -> Place | None:
    """The place of the item that comes first; None where none is ready."""
    return min((p for p in every if not p.holds), key=lambda place: place.turn, default=None)


def _has(leases: Leases, item: Item, owner: str) -> bool:
    return item.id in leases and leases[item.id].owner == owner


def _holds(
    item: Item, waiting: Mapping[str, Item | None], leases: Leases, owner: str
) -> Iterator[Hold]:
    if item.status == "blocked":
        yield Hold(kind="blocked", text=item.status_text)
    for dependency in item.depends_on:
        if dependency.id in waiting:
            other = waiting[dependency.id]
            state = _STATES[other.status] if other else "no item of this plan"
            yield Hold(kind="dependency", text=f"{dependency.id} ({state})", item=dependency.id)
    if item.id in leases and leases[item.id].owner != owner:
        lease = leases[item.id]
        yield Hold(kind="lease", text=f"{lease.owner} until {lease.until:%Y-%m-%d %H:%M}Z")
    if item.actions and not any(action.state in OPEN for action in item.actions):
        yield Hold(kind="actions", text="none of its next actions is open")


_STATES: Final[dict[ItemStatus, str]] = {
    "pending": "pending",
    "in_progress": "in progress",
    "blocked": "blocked",
    "unknown": "of unknown status",
}


def rank(priority: str | None) -> int:
    """0 for the most urgent priority; words that are not known come after low."""
    if priority is None:
        return _RANK_OF_NONE
    number = priority.removeprefix("p")
    if number.isdecimal() and len(number) < 9:
        return min(int(number), OTHER)
    return _RANKS.get(priority, OTHER)


def next_action(actions: Iterable[Action]) -> Action | None:
    """The first action in progress, else the first open one, else the first blocked one."""
    turns = {"in_progress": 0, **dict.fromkeys(OPEN - {"in_progress"}, 1), "blocked": 2}
    unfinished_ones = (action for action in actions if action.state in turns)
    return min(unfinished_ones, key=lambda action: turns[action.state], default=None)
