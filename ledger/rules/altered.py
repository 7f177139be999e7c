"""What became of the attempts that a version had and the next one does not have word for word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ledger.plan import dialects, text
from ledger.plan.model import Attempt, Ledger
from ledger.plan.patterns import behind_number
from ledger.rules.places import attempts, unseen
from ledger.rules.registry import Facts

_TELLING = 12  # so many different words cannot be kept or lost by chance
_DAMAGE = ("â", "Â", "Ã", "Å", "Î", "Ï", "ð", "ğ")  # where such characters begin, mostly


def find(
    ledger: Ledger, facts: Facts, gone: Sequence[Attempt]
) -> Iterator[tuple[Attempt, Attempt | None]]:
    """Those of ``gone``, attempts of the base, whose words are not in ``ledger``, each with what it
    became: the attempt of the same item and number, or None.

    An attempt that has next to nothing in common with it only took its number; so did one that
    another side of a merge added on its own.
    """
    fresh = unseen(ledger, facts.base)
    brought = {attempt.text for other in facts.others for attempt in attempts(other)}
    common = {(a.item, a.number) for a in attempts(facts.fork)} if facts.fork else set()
    moved = Counter(behind_number(new.text) for new in fresh)
    elsewhere = facts.elsewhere() if facts.elsewhere else ()
    kept = {behind_number(one.text) for other in elsewhere for one in attempts(other)}
    is_withdrawn = _withdrawn(ledger, facts, elsewhere)
    base_items = facts.base.items if facts.base else ()
    noted = {item.id for item in base_items if dialects.of(item).has_notes}
    for old in gone:
        words = behind_number(old.text)
        if not moved[words] and (mended := _mended(old, fresh)):
            words = behind_number(mended.text)
        if moved[words]:
            moved[words] -= 1  # moved, numbered anew, wrapped in another way, or mended
            continue
        place = (old.item, old.number)
        same = [new for new in fresh if _is_named_alike(old, new, old.item in noted)]
        if place not in common:
            same = [new for new in same if new.text not in brought]
        if old.source == "action" and any(new.source == "history" for new in same):
            continue  # it has an entry of its own now
        new = next((n for n in same if n.source == old.source and not _is_other(old, n)), None)
        if new:
            fresh.remove(new)
        if words not in kept and not is_withdrawn(old):
            yield old, new


def _withdrawn(
    ledger: Ledger, facts: Facts, elsewhere: Sequence[Ledger]
) -> Callable[[Attempt], bool]:
    """Whether the change itself says that an attempt is withdrawn."""
    every = [plan for plan in (ledger, *elsewhere) if b"ithdrawn" in plan.text]
    if not every:
        return lambda _: False
    from ledger.rules import withdrawals  # for the few changes that have any

    before = {one.words for one in withdrawals.find(facts.base)} if facts.base else set()
    said = (one for plan in every for one in withdrawals.find(plan) if one.words not in before)
    names = frozenset(name for one in said for name in one.names)
    return lambda attempt: withdrawals.is_named(attempt, names)


def _is_other(old: Attempt, new: Attempt) -> bool:
    """Whether next to nothing of ``old`` is left in ``new``."""
    words = {*behind_number(old.text).split()}
    kept = len(words & {*behind_number(new.text).split()})
    return len(words) >= _TELLING and kept * 3 < len(words)


def _mended(old: Attempt, fresh: Sequence[Attempt]) -> Attempt | None:
    """The attempt that says what ``old`` was meant to say before its characters were read in the
    wrong encoding: who mends them has changed nothing. Who damages them has."""
    if not any(sign in old.text for sign in _DAMAGE):
        return None

    def meant(said: str) -> str:
        return behind_number("\n".join(text.mend(line).line for line in said.split("\n")))

    said = meant(old.text)
    if said == behind_number(old.text):
        return None
    return next((new for new in fresh if meant(new.text) == said), None)


def _is_named_alike(old: Attempt, new: Attempt, is_note: bool) -> bool:
    """Whether both have the number, or without numbers the heading; an item has one note."""
    if new.item != old.item or new.number != old.number:
        return False
    return (
        old.number is not None
        or is_note
        or (old.text.partition("\n")[0] == new.text.partition("\n")[0] and "\n" in old.text)
    )
