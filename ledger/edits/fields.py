"""The fields of an item: each function returns the plan with one of them changed, read again and
found to say that and nothing else."""

from ledger.edits.append import section_of
from ledger.edits.outline import (
    Outline,
    edited,
    expect_status,
    not_as_meant,
    plain,
    refuse_difference,
)
from ledger.plan import dialects, words
from ledger.plan.model import Item, Ledger


def set_field(ledger: Ledger, item_id: str, name: str, value: str) -> Ledger:
    """``ledger`` with ``value`` as that of the item's field ``name``; where it has none, with a
    new field in the style of its neighbours. A field that begins with the name will do
    (`Owner/Date` for `Owner`). Raises UsageError for no such item and a name or value that cannot
    be one, Refused where the item has no place for it."""
    item, place = placed(ledger, item_id)
    new = edited(ledger, dialects.field(ledger, item, name, value))
    expected, found = Outline(ledger), Outline(new)
    if len(expected.items) == len(found.items):
        mine, theirs = expected.items[place], found.items[place]
        was, now = list(mine["fields"]), list(theirs["fields"])
        at = next((n for n, one in enumerate(now) if n >= len(was) or one != was[n]), None)
        if at is not None:
            _expect_field(was, now, at, name)
            mine["fields"] = theirs["fields"]
            for known in ("priority", "status"):
                if now[at]["name"].lower() == known:
                    mine[f"{known}_text"] = theirs[f"{known}_text"]
    refuse_difference(expected, found)
    return new


def _expect_field(was: list[dict[str, str]], now: list[dict[str, str]], at: int, name: str) -> None:
    """Raise Refused unless ``now`` is ``was`` with the field ``at`` new, or with another value."""
    rest = now[:at] + now[at + 1 :]
    is_named = now[at]["name"].lower().startswith(name.lower())
    if not is_named or rest not in (was, was[:at] + was[at + 1 :]):
        raise not_as_meant(f"the field {name}")


def set_status(ledger: Ledger, item_id: str, status: str) -> Ledger:
    """``ledger`` with the item's new ``status``, in its own words and in the index. Raises
    UsageError for no such item or status, Refused where the item has no place for it."""
    item, place = placed(ledger, item_id)
    new = edited(ledger, dialects.status(ledger, item, status))
    expected, found = Outline(ledger), Outline(new)
    meant = words.of(ledger).status(plain(status))
    if len(expected.items) == len(found.items):
        expect_status(expected, found, place, plain(status))
        if new.items[place].status != meant:
            was, now = item.status, new.items[place].status
            raise not_as_meant(f"the status of {item_id}: {was} became {now}")
    refuse_difference(expected, found)
    return new


def placed(ledger: Ledger, item_id: str) -> tuple[Item, int]:
    """The item's section, as ``section_of`` has it, and its place among the items."""
    item = section_of(ledger, item_id)
    return item, next(at for at, one in enumerate(ledger.items) if one is item)
