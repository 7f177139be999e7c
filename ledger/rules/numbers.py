"""Rules about the numbers of attempts and actions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ledger.plan.model import Attempt, Item, Ledger
from ledger.plan.pointers import next_free
from ledger.rules.places import numbering, opening, quoted, repeated
from ledger.rules.registry import Facts, Fault, rule


@rule("LED106", "duplicate-attempt", "error")
def duplicate_attempt(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's history has two attempts of one number.

    Why: Other lines, commits and plans speak of "attempt #3"; with two of them nobody knows
    which. It happens when two people or loops append at the same time.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #1 — Result: success. Fast enough.

    Mend: Give the later one the next free number: `ledger doctor --fix` does, and `ledger append`
    picks it by itself.
    """
    known = _texts(facts.base)
    for item in ledger.items:
        numbered = [a for a in item.attempts if a.source == "history" and a.number is not None]
        if any(item.has_archived(a.number) for a in numbered):
            yield from _archived_too(ledger, item, numbered)
        if len({a.number for a in numbered}) == len(numbered):
            continue
        free = 1 + item.highest
        for attempt, first, ordinal in repeated(
            numbered, lambda a: a.number, lambda a: a.text not in known
        ):
            message = f"{item.id} has attempt #{attempt.number} twice: see line"
            yield Fault(
                opening(ledger, attempt.span.start_byte),
                f"{message} {first.span.start_line}",
                f"{ordinal}",
                item.id,
                attempt.number,
                f"the next free number is {free}",
            )


def _archived_too(ledger: Ledger, item: Item, numbered: list[Attempt]) -> Iterator[Fault]:
    """An attempt whose number one has that lies in the archive."""
    for number in dict.fromkeys(a.number for a in numbered if item.has_archived(a.number)):
        attempt = next(a for a in numbered if a.number == number)
        pointer = next(one for one in item.archived if one.holds(number))
        yield Fault(
            opening(ledger, attempt.span.start_byte),
            f"{item.id} has attempt #{number} twice: another one lies in the archive, see line"
            f" {pointer.span.start_line}",
            "2",
            item.id,
            number,
            f"the next free number is {1 + item.highest}",
        )


@rule("LED107", "duplicate-action", "error")
def duplicate_action(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's list of next actions has one number twice.

    Why: "Action 3 is done" then says nothing, and a tool that completes action 3 would have to
    guess.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. PENDING — Measure.
          1. PENDING — Write it down.

    Mend: Number the actions anew, or give the new one the next free number.
    """
    known = {a.text for item in facts.base.items for a in item.actions} if facts.base else set()
    for item in numbering(ledger):
        actions = [a for a in item.actions if a.number is not None]
        if len({a.number for a in actions}) == len(actions):
            continue
        for action, first, ordinal in repeated(
            actions, lambda a: a.number, lambda a: a.text not in known
        ):
            at = opening(ledger, action.span.start_byte)
            message = f"{item.id} has action {action.number} twice: see line"
            about = f"{action.number} {ordinal}"
            yield Fault(at, f"{message} {first.span.start_line}", about, item.id)


@rule("LED108", "attempt-without-number", "warning")
def attempt_without_number(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has a date and no number.

    Why: Without a number no action, commit or other attempt can name it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Result: failed. Too slow.

    Mend: Write `Attempt #N` behind the date, N being the next free number.
    """
    for item in numbering(ledger):
        for attempt in item.attempts:
            if attempt.number is None:
                at = opening(ledger, attempt.span.start_byte)
                message = f"an attempt of {item.id} has no number: {quoted(attempt.text)}"
                yield Fault(at, message, attempt.text[:120], item.id)


@rule("LED111", "attempt-number-gap", "warning")
def attempt_number_gap(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Numbers between an item's attempts are missing.

    Why: An attempt was lost, or a number was skipped by mistake; who reads the history cannot
    tell which. What is missing before the first attempt is no gap, nor what `ledger archive`
    moved or a `Withdrawn:` line names.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #3 — Result: success. Fast enough.

    Mend: Give a new attempt the next free number; `ledger append` does. If an attempt was lost,
    git has it.
    """
    withdrawn = _withdrawn(ledger)
    for item in ledger.items:
        numbered = {a.number: a for a in item.attempts if a.number is not None}
        gone = withdrawn.get(item.id, set()) if numbered else set()
        between = {number for number in gone if min(numbered) < number < max(numbered)}
        for before, after in pairwise(sorted({*numbered, *between})):
            first = next_free(item, before + 1)
            if first < after:
                missing = f"#{first}"
                missing += f" to #{after - 1}" if after - first > 1 else ""
                behind = min(number for number in numbered if number >= after)
                at = opening(ledger, numbered[behind].span.start_byte)
                ahead = max(number for number in numbered if number <= before)
                message = f"{item.id} has attempts #{ahead} and #{behind}, and not {missing}"
                yield Fault(at, message, "", item.id, behind)


def _withdrawn(ledger: Ledger) -> dict[str | None, set[int]]:
    """The numbers of each item that were withdrawn."""
    found: dict[str | None, set[int]] = {}
    if b"ithdrawn" in ledger.text:
        from ledger.rules import withdrawals  # for the few plans that have any

        for one in withdrawals.find(ledger):
            for item, number in one.names:
                if isinstance(number, int):
                    found.setdefault(item, set()).add(number)
    return found


@rule("LED112", "attempts-out-of-order", "warning")
def attempts_out_of_order(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt stands among others against the order of their numbers.

    Why: People append at one end and look for the latest there. The order of the item counts,
    be it the oldest or the latest first.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-03] Attempt #3 — Result: success. Fast enough.
          * [2025-11-02] Attempt #2 — Result: partial. Faster.
          * [2025-11-04] Attempt #4 — Result: success. Measured again.

    Mend: Move the attempt to its place.
    """
    for item in ledger.items:
        history = [a for a in item.attempts if a.source == "history" and a.number is not None]
        steps = [(a, b, (b.number or 0) - (a.number or 0)) for a, b in pairwise(history)]
        is_rising = sum(step > 0 for *_, step in steps) >= sum(step < 0 for *_, step in steps)
        for before, attempt, step in steps:
            if step < 0 if is_rising else step > 0:
                at = opening(ledger, attempt.span.start_byte)
                message = f"{item.id} has attempt #{attempt.number} after #{before.number}"
                yield Fault(at, message, "", item.id, attempt.number)


def _texts(ledger: Ledger | None) -> set[str]:
    return {a.text for item in ledger.items for a in item.attempts} if ledger else set()
