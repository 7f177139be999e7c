"""``edit``: the status, title and fields of an item."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger import config
from ledger.commands import closings
from ledger.commands.change import Changed, change
from ledger.edits.criteria import tick
from ledger.edits.fields import placed, set_field, set_status, set_title
from ledger.errors import UsageError
from ledger.plan import places, selectors, text
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
        given = {"Priority": priority, "Owner": _owner(section, owner) if owner else ""}
        given["Depends on"] = dependencies(plan.ledger, depends_on)
        values = {field: value for field, value in given.items() if value} | {**fields}
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
    return plan.changed(name, *done, dry_run=dry_run)


_HINT: Final = "give --status, --title, --priority, --owner, --depends-on or --field"


def _owner(item: Item, owner: str) -> str:
    """The value of the field: with today's date where the field has one, as `Owner/Date` does."""
    field = places.field(item, "owner/date")
    is_dated = field is not None and _DATED.match(field.value) and "/" not in owner
    return f"{owner}/{datetime.now(UTC).date().isoformat()}" if is_dated else owner


def dependencies(ledger: Ledger, names: Sequence[str]) -> str:
    """The value of `Depends on:` for items of the plan. Raises UsageError for one that is none."""
    every = (selectors.items(ledger, selectors.parse(name).item)[0].id for name in names)
    return ", ".join(f"[{name}]" for name in dict.fromkeys(every))
