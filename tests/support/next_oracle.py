"""Made plans, and which of their items is next by the sentences of docs/reference/next.md alone.

The oracle works on what a plan was made from, never on its text, and shares nothing with ``ledger``.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime

NOW = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
ME = "w1"

_FINISHED = ("done", "archived")
_OPEN = ("pending", "in_progress", "partial", "odd")
# As docs/reference/next.md lists them.
PRIORITIES = (
    ("Blocker", "critical", "URGENT", "highest", "0", "P0"),
    ("high", "High (by March)", "1", "P1"),
    ("Medium", "normal", "moderate", "2", "P2"),
    ("Low", "3", "P3"),
    ("lowest", "4", "P4"),
    ("Escalated", "9", "P7", "someday"),
    ("",),
)
_ACTIONS = {
    "pending": "🟡 PENDING — {}",
    "in_progress": "IN_PROGRESS — {}",
    "partial": "⚠️ PARTIAL — {}",
    "odd": "🟣 WOBBLY — {}",
    "complete": "✅ COMPLETE (Attempt #1) — {}",
    "blocked": "🟡 BLOCKED — {}",
    "deferred": "🟡 DEFERRED — {}",
    "rejected": "❌ REJECTED — {}",
}
# Written, by whom, and whether it holds at NOW.
_OWNERS = (
    ("w1 until 14:30Z", "w1", True),
    ("w2 until 14:30Z", "w2", True),
    ("w2 until 11:59Z", "w2", False),
    ("w1 until 11:00Z", "w1", False),
    ("w3 until 2026-12-01 00:15Z", "w3", True),
    ("w3 until 2026-11-29 23:15Z", "w3", False),
    ("w2", "w2", False),
    ("ralph; w2 until 13:00Z", "w2", True),
)
_PROSE = (
    "- Status: {} (waiting on [{}])",
    "- Status: {}, blocked by [{}]\n",
    "- Status: {}\n- Risks: blocked by [{}]",
)


@dataclass
class MadeItem:
    """What an item was made from. ``rank`` counts the docs' list of priorities from 0."""

    name: str
    status: str
    rank: int
    priority: str
    needs: list[str]
    owner: tuple[str, str, bool] | None
    actions: list[str]
    is_listed: bool = False
    prose: str = ""


@dataclass
class MadePlan:
    """The items in the order of the file, and those that the archive has."""

    items: list[MadeItem]
    archive: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The plan as a file."""
        return "# Plan\n\n" + "".join(_section(item) for item in self.items)

    @property
    def archive_text(self) -> str:
        """Its archive as a file."""
        return "".join(f"## [{name}] Gone\n- Status: done\n\n" for name in self.archive)


def make(seed: int) -> MadePlan:
    """A plan of some items, the same for each seed."""
    chance = random.Random(seed)
    names = [f"{chance.choice(('PARSE', 'SCAN', 'CLI-RUN'))}-{n:03}" for n in range(1, 10)]
    gone = ["OLD-001", "OLD-002"]
    items = []
    for name in names[: chance.randint(1, 9)]:
        rank = chance.choice((0, 1, 1, 2, 2, 3, 4, 5, 6))
        item = MadeItem(
            name=name,
            status=chance.choice(
                (*_FINISHED, "in_progress", "in_progress", "blocked", *["pending"] * 4)
            ),
            rank=rank,
            priority=chance.choice(PRIORITIES[rank]),
            needs=chance.sample([*names, *gone, "NOWHERE-404"], chance.choice((0, 0, 0, 1, 1, 2))),
            owner=chance.choice((None, None, *_OWNERS)),
            actions=chance.choices([*_ACTIONS], k=chance.choice((0, 0, 1, 2, 4))),
            prose=chance.choice(("", "", "", *_PROSE)),
        )
        items.append(item)
    if chance.random() < 0.3 and items[1:]:  # a second section of one item, further down
        again = chance.choice(items[:-1])
        items.append(
            MadeItem(again.name, chance.choice(("done", "pending")), 2, "Medium", [], None, [])
        )
    return MadePlan(items, gone)


def next_of(plan: MadePlan, me: str = ME) -> tuple[MadeItem, int | None] | None:
    """The item that comes first and the number of its action; None where nothing is ready."""
    ready = [item for item in plan.items if _is_ready(plan, item, me)]
    if not ready:
        return None

    def turn(item: MadeItem) -> tuple[bool, bool, int, int]:
        is_mine = _holder(plan, item) == me
        return not is_mine, item.status != "in_progress", item.rank, plan.items.index(item)

    first = min(ready, key=turn)
    return first, _action(first)


def ready_of(plan: MadePlan, me: str = ME) -> list[str]:
    """The IDs of the ready items, in the order of the file."""
    return [item.name for item in plan.items if _is_ready(plan, item, me)]


def _action(item: MadeItem) -> int | None:
    states = item.actions
    if "in_progress" in states:
        return states.index("in_progress") + 1
    return next((n for n, state in enumerate(states, 1) if state in _OPEN), None)


def _is_ready(plan: MadePlan, item: MadeItem, me: str) -> bool:
    if item.status in _FINISHED or item.status == "blocked" or item.is_listed:
        return False
    if any(not _is_finished(plan, name) for name in item.needs):
        return False
    if _holder(plan, item) not in (None, me):
        return False
    return not item.actions or _action(item) is not None


def _holder(plan: MadePlan, item: MadeItem) -> str | None:
    """Whose lease holds, in whichever section of the item it stands."""
    owners = [one.owner for one in plan.items if one.name == item.name and one.owner]
    return next((name for _, name, holds in owners if holds), None)


def _is_finished(plan: MadePlan, name: str) -> bool:
    sections = [item for item in plan.items if item.name == name]
    if not sections:
        return name in plan.archive
    return all(item.status in _FINISHED for item in sections)


def _section(item: MadeItem) -> str:
    other = item.needs[0] if item.needs else "SCAN-009"
    status = item.prose.format(item.status, other) if item.prose else f"- Status: {item.status}"
    lines = [f"## [{item.name}] About {item.name.lower()}", status.rstrip()]
    if item.priority:
        lines.append(f"- Priority: {item.priority}")
    if item.needs:
        lines.append(f"- Depends on: {', '.join(f'[{name}]' for name in item.needs)}")
    if item.owner:
        lines.append(f"- Owner: {item.owner[0]}")
    if item.actions:
        lines.append("- Next Actions:")
    for number, state in enumerate(item.actions, 1):
        lines.append(f"  {number}. {_ACTIONS[state].format(f'step {number}')}")
    return "\n".join(lines) + "\n\n"
