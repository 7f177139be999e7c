"""``edit``: the status, title and fields of an item."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger import config
from ledger.commands import closings
from ledger.commands.change import Changed, change
from ledger.edits.criteria import tick
from ledger.edits.fields import placed, set_field, set_status, set_title, spelled_priority
from ledger.errors import UsageError
from ledger.plan import places, queue, selectors, text
from ledger.plan.model import Item, Ledger

_NONE: Final[Mapping[str, str]] = MappingProxyType({})
_DATED: Final = re.compile(r"[^/]*/\s*\d{4}-\d\d-\d\d")  # e.g. "anna/2025-11-01"


def edit(
    item: str,
    *,
    status: str = "",
    title: str = "",
    priority: str = "",
    owner: str = "",
    depends_on: Sequence[str] = (),
    fields: Mapping[str, str] = _NONE,
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """Change what is given of ``item``, in its section and in its row of the index. ``fields`` are
    other fields by name; one that the item has not is added. ``status`` ``done`` needs what it
    needs in ``append``: nothing may be unmet, and what is met gets its tick. With ``dry_run``
    nothing is written.

    Raises ``UsageError`` for an item that is none and for what can be no status, title or field;
    ``Refused`` where the item has no place for one, and for what ``validate`` would refuse.
    """
    settings = config.find(Path.cwd(), ledger)
    with change(settings, dry_run=dry_run) as plan:
        name = selectors.items(plan.ledger, selectors.item_in(item))[0].id
        section, place = placed(plan.ledger, name)
        owner = _owner(section, owner) if owner else ""
        values = {**given_fields(plan.ledger, priority, owner, depends_on), **fields}
        new, done = plan.ledger, []
        for field, value in values.items():
            new = set_field(new, name, field, value)
            done.append(f"{field} is {text.one_line(value)}")
        if status:
            new = set_status(new, name, status)
            done.append(f"status is {text.one_line(status)}")
            if met := closings.met(settings, name, new, plan.ledger):
                new = tick(new, name, met)
        if title:
            new = set_title(new, name, title)
            done.append(f"title is {text.one_line(title)}")
            name = new.items[place].id  # which may be made of the title
        if not done:
            raise UsageError("usage", "expected something to change, found nothing", _HINT)
        plan.accept(new, name)
        notes = [
            f"{was.id} is called {now.id} now"  # it had the same title
            for was, now in zip(plan.ledger.items, new.items, strict=True)
            if now.id not in (was.id, name)
        ]
        if "priority" in map(str.lower, values):
            notes += unknown_priority(new.items[place])
    return plan.changed(name, *done, dry_run=dry_run, notes=notes)


_HINT: Final = "give --status, --title, --priority, --owner, --depends-on or --field"


def _owner(item: Item, owner: str) -> str:
    """The value of the field: with today's date where the field has one, as `Owner/Date` does."""
    field = places.field(item, "owner/date")
    is_dated = field is not None and _DATED.match(field.value) and "/" not in owner
    return f"{owner}/{datetime.now(UTC).date().isoformat()}" if is_dated else owner


def given_fields(
    ledger: Ledger, priority: str, owner: str, depends_on: Sequence[str]
) -> dict[str, str]:
    """The fields that have a value, as they are written. Raises UsageError for a dependency that is
    no item."""
    every = (selectors.items(ledger, selectors.parse(name).item)[0].id for name in depends_on)
    values = {
        "Priority": spelled_priority(ledger, priority),
        "Owner": owner,
        "Depends on": ", ".join(f"[{name}]" for name in dict.fromkeys(every)),
    }
    return {name: value for name, value in values.items() if value}


def unknown_priority(item: Item) -> Iterator[str]:
    """A note on a priority that is no word of those that have an order."""
    if item.priority and queue.rank(item.priority) == queue.OTHER:
        message = (
            f"{item.priority_text!r} is no known priority such as critical, high, medium, low, P1"
        )
        yield f"{message}: `ledger next` takes {item.id} after items that have one"
