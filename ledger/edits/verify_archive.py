"""Whether a move to the archive, or back, did that and nothing else.

Both new files are read again. Together they must hold what both old ones held, attempt by attempt;
and a move must be undone, byte for byte, by its own inverse. There is no way to switch this off.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from ledger.edits import shape
from ledger.edits.archive import Unit, bring_back
from ledger.errors import Refused
from ledger.plan import document, reader
from ledger.plan.model import Attempt, Item, Ledger

_NAMED = "attempts"  # the dialect in which each item says its ID


class Both(NamedTuple):
    """The ledger and its archive, at one time."""

    ledger: Ledger
    archive: Ledger


def readable(unit: Unit, ledger: Ledger) -> bool:
    """Whether ``unit``, below its frame, reads in the archive as it does in ``ledger``."""
    alone = reader.read(b"# Archive\n\n" + unit.frame + unit.body + b"\n", own=ledger.conventions)
    own = [one for one in ledger.loose if unit.start <= one.span.start_byte < unit.end]
    there = unit.attempts
    if unit.item.dialect != _NAMED:
        there = tuple(one.model_copy(update={"item": None}) for one in there)
    return Counter(_tries(alone)) == Counter(map(_said, (*there, *own)))


def moved(old: Both, new: Both, units: Sequence[Unit]) -> None:
    """Raises Refused, naming what differs, unless ``new`` is ``old`` with ``units`` moved."""
    _same_together(old, new)
    gone = {unit.item.span: unit for unit in units}
    for before, after in zip(old.ledger.items, new.ledger.items, strict=True):
        unit = gone.get(before.span)
        if unit is None:
            if shape.item(before) != shape.item(after):
                raise _differs(f"{before.id} (line {before.span.start_line})")
        elif unit.is_item:
            if after.attempts or after.actions or after.status != before.status:
                raise _differs(f"{before.id} does not read as archived")
        else:
            runs = {one.span for each in units for one in each.attempts}
            _shorter(before, after, [one for one in before.attempts if one.span not in runs])
    known = Counter(one.key for item in old.ledger.items for one in item.archived)
    fresh = []
    for pointer in (one for item in new.ledger.items for one in item.archived):
        known[pointer.key] -= 1
        if known[pointer.key] < 0:
            fresh.append(pointer)
    undone = bring_back(new.archive.text, fresh)
    if document.apply(new.ledger.text, undone.ledger) != old.ledger.text:
        raise _differs("it could not be undone")


def brought_back(old: Both, new: Both) -> None:
    """Raises Refused, naming what differs, unless ``new`` holds what ``old`` does."""
    _same_together(old, new, is_back=True)


def kept_once(old: Both, new: Both) -> None:
    """Raises Refused, naming what differs, unless ``new`` holds what ``old`` does, and nothing
    more often."""
    _same_together(old, new, is_back=True, count=frozenset)
    if Counter(_tries(new.archive)) - Counter(_tries(old.archive)):
        raise _differs("the attempts in the archive")


def _same_together(
    old: Both, new: Both, *, is_back: bool = False, count: Callable[..., object] = Counter
) -> None:
    """What a move must leave as it was in either direction; ``count`` makes of a lot of things what
    is compared."""

    def names(both: Both) -> list[tuple[str, str]]:
        return [(item.id, item.title) for item in both.ledger.items]

    def index(both: Both) -> list[tuple[str, ...]]:
        return [
            (row.id, row.title, row.priority_text, row.status, row.status_text)
            for row in both.ledger.index
        ]

    def unread(both: Both) -> object:
        return count(one.text for one in (*both.ledger.unread, *both.archive.unread))

    def tries(both: Both) -> object:
        every = (*_tries(both.ledger), *_tries(both.archive))
        return count(said[1:] if is_back else said for said in every)

    def highest(both: Both) -> dict[str, int]:
        found: dict[str, int] = {}
        for item in both.ledger.items:
            found[item.id] = max(item.highest, found.get(item.id, 0))
        return found

    def updated(both: Both) -> str | None:
        return both.ledger.last_updated.value if both.ledger.last_updated else None

    kinds: tuple[tuple[str, Any], ...] = (
        ("the items", names),
        ("the index", index),
        ("the Last Updated line", updated),
        ("a line that is not read", unread),
        ("the attempts", tries),
        ("the next attempt's number", highest),
    )
    for what, found in kinds:
        if found(old) != found(new):
            raise _differs(what)


def _shorter(before: Item, after: Item, kept: Sequence[Attempt]) -> None:
    """Raises Refused unless ``after`` is ``before`` with the attempts ``kept``."""
    meant = before.model_copy(update={"attempts": tuple(kept), "archived": after.archived})
    if shape.item(meant) != shape.item(after):
        raise _differs(f"the rest of {before.id} (line {before.span.start_line})")


def _tries(ledger: Ledger) -> Iterator[tuple[object, ...]]:
    """All attempts. Where an item need not say its ID, what it is called hangs on what else is in
    the file."""
    for item in ledger.items:
        for one in item.attempts:
            yield _said(one if item.dialect == _NAMED else one.model_copy(update={"item": None}))
    yield from map(_said, ledger.loose)


def _said(one: Attempt) -> tuple[object, ...]:
    return one.item, one.number, one.date, one.stamp, one.result, one.source, one.text


def _differs(what: str) -> Refused:
    return Refused(
        "not-as-meant",
        f"the move would change more than where things stand: {what}",
        "nothing was written; please report the ledger's shape",
    )
