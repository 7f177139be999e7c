"""The guard: nothing that was recorded is lost or quietly rewritten.

Attempts are compared by what they say, wherever they stand, so moving one is no fault, nor is
giving it another number or date.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from ledger.models.ledger import Attempt, Ledger
from ledger.rules.places import attempts, name, opening, quoted, unseen
from ledger.rules.registry import Facts, Fault, rule

_NUMBER = re.compile(r"Attempt\s*#?\d{1,6}", re.IGNORECASE)
_TELLING = 12  # so many different words cannot be kept or lost by chance
_LEAD = 120  # characters at the start of an attempt that may hold its number


@rule("LED501", "attempt-removed", "error")
def attempt_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt that the version before had is not in the file any more.

    Why: The record of what was tried is what a fix plan is for. Restructuring a long file by
    hand is how attempts get lost, hundreds at a time.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-02] Attempt #2 — Result: success. The commit dropped attempt #1.

    Mend: Put it back; git still has it (`git show HEAD:docs/fix_plan.md`). Moving it to another
    place in the file is fine.
    """
    if facts.base is None or not ledger.text.strip():
        return
    for old, new in _altered(ledger, facts):
        if new is None:
            yield Fault(
                _home(ledger, old),
                f"{name(old)} is gone (line {old.span.start_line} before the change): "
                f"{quoted(old.text)}",
                old.text,
                old.item,
                old.number,
                "put it back; another place in the file will do",
            )


@rule("LED502", "attempt-changed", "warning")
def attempt_changed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt says something else than it did in the version before.

    Why: An attempt is a record. Whoever has read or cited it relies on what it said. An item's
    latest attempt may still change; `append_only` in `[tool.ledger]` says otherwise.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. The commit before said: failed.
          * [2025-11-02] Attempt #2 — Result: success. Fast enough.

    Mend: Put the old text back and say what you found since in an attempt of its own.
    """
    if facts.base is None or facts.append_only == "off":
        return
    latest = {} if facts.append_only == "strict" else _latest(facts.base)
    for old, new in _altered(ledger, facts):
        if new is not None and latest.get(old.item, -1) != old.number:
            at = opening(ledger, new.span.start_byte)
            message = f"{name(old)} was changed: {_change(old.text, new.text)}"
            yield Fault(at, message, old.text, old.item, old.number)


@rule("LED503", "item-removed", "warning")
def item_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item that the version before had is named nowhere in the file any more.

    Why: What was open in it is forgotten, and references to its ID lead nowhere.

    Example:

        ## [PARSE-002] Read empty files
        - Status: pending
        - Notes: the commit dropped the section of PARSE-001.

    Mend: Put it back, or list it where finished items are listed: `- [PARSE-001] Read large
    files — done`.
    """
    if facts.base is None or not ledger.text.strip():
        return
    known = {item.id for item in ledger.items} | {row.id for row in ledger.index}
    titles = {item.title for item in ledger.items}
    for item in facts.base.items:
        if item.id not in known and item.title not in titles:
            known.add(item.id)
            message = f"item {item.id} is gone (line {item.span.start_line} before the change)"
            yield Fault(0, message, "", item.id)


@rule("LED504", "ledger-removed", "error")
def ledger_removed(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The whole fix plan was deleted or emptied.

    Why: Every attempt and every open item goes with it.

    Example:

        (an empty file, where the commit before had items)

    Mend: Put the file back (`git checkout HEAD -- docs/fix_plan.md`). To give it another name or
    place, use `git mv`.
    """
    if facts.base and (facts.base.items or facts.base.loose) and not ledger.text.strip():
        items, tries = len(facts.base.items), sum(1 for _ in attempts(facts.base))
        message = (
            f"the fix plan is gone with all that it records: items: {items}, attempts: {tries}"
        )
        yield Fault(0, message, fix="put the file back")


def _altered(ledger: Ledger, facts: Facts) -> Iterator[tuple[Attempt, Attempt | None]]:
    """The attempts of the base whose words are not in ``ledger``, each with what it became: the
    attempt of the same item and number, or None.

    An attempt that has next to nothing in common with it only took its number; so did one that
    another side of a merge added on its own.
    """
    gone = unseen(facts.base, ledger) if facts.base else []
    if not gone:
        return
    fresh = unseen(ledger, facts.base)
    brought = {attempt.text for other in facts.others for attempt in attempts(other)}
    common = {(a.item, a.number) for a in attempts(facts.fork)} if facts.fork else set()
    moved = Counter(map(_words, fresh))
    for old in gone:
        words = _words(old)
        if moved[words]:
            moved[words] -= 1  # moved, numbered anew, or wrapped in another way
            continue
        place = (old.item, old.number)
        same = [new for new in fresh if (new.item, new.number) == place and old.number is not None]
        if place not in common:
            same = [new for new in same if new.text not in brought]
        if old.source == "action" and any(new.source == "history" for new in same):
            continue  # it has an entry of its own now
        new = next((n for n in same if n.source == old.source and not _is_other(old, n)), None)
        if new:
            fresh.remove(new)
        yield old, new


def _is_other(old: Attempt, new: Attempt) -> bool:
    """Whether next to nothing of ``old`` is left in ``new``."""
    words = {*_words(old).split()}
    kept = len(words & {*_words(new).split()})
    return len(words) >= _TELLING and kept * 3 < len(words)


def _words(attempt: Attempt) -> str:
    """What the attempt says, without its number, its date and its white space."""
    number = _NUMBER.search(attempt.text, 0, _LEAD)
    return " ".join(attempt.text[number.end() if number else 0 :].split())


def _latest(base: Ledger) -> dict[str | None, int]:
    """The largest number of each item."""
    return {
        item.id: max((attempt.number or 0 for attempt in item.attempts), default=0)
        for item in base.items
    }


def _home(ledger: Ledger, attempt: Attempt) -> int:
    """Where the attempt's item begins, or the start of the file."""
    found = next((item for item in ledger.items if item.id == attempt.item), None)
    return opening(ledger, found.span.start_byte) if found else 0


def _change(old: str, new: str) -> str:
    """The first words that differ."""
    same = 0
    for before, after in zip(old, new, strict=False):
        if before != after:
            break
        same += 1
    same = max(0, old.rfind(" ", 0, same))
    return f"{quoted(old[same:])} became {quoted(new[same:])}"
