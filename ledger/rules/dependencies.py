"""Rules about what items depend on, and who has taken them up."""

from collections.abc import Iterator, Sequence
from typing import Final

from ledger.plan import text, words
from ledger.plan.dependencies import cycles
from ledger.plan.leases import Lease, leases_of
from ledger.plan.model import FINISHED, Dependency, Item, Ledger
from ledger.rules.registry import Facts, Fault, opening, rule

_MOST_NAMED: Final = 8


@rule("LED801", "unknown-dependency", "warning")
def unknown_dependency(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item depends on one that does not exist.

    Why: The item is never ready, and `ledger next` passes it over.

    Example:

        ## [PARSE-001] Read large files
        - Status: pending
        - Depends on: [SCAN-001]

    Mend: Correct the ID, or remove it. A library or the like needs no such line.
    """
    known = {item.id for item in ledger.items}
    unknown = [(i, d) for i in ledger.items for d in i.depends_on if d.id not in known]
    elsewhere = facts.elsewhere() if facts.elsewhere and unknown else ()
    known.update(item.id for plan in elsewhere for item in plan.items)
    for item, dependency in unknown:
        if dependency.id not in known:
            message = f"{item.id} depends on {dependency.id}, which is no item of this plan"
            yield Fault(_place(ledger, dependency), message, dependency.id, item.id)


@rule("LED802", "circular-dependency", "error")
def circular_dependency(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Unfinished items depend on each other in a circle.

    Why: None of them is ever ready.

    Example:

        ## [PARSE-001] Read large files
        - Status: pending
        - Depends on: [PARSE-002]

        ## [PARSE-002] Read empty files
        - Status: pending
        - Depends on: [PARSE-001]

    Mend: Remove one of the dependencies, or split an item.
    """
    for circle in cycles(ledger):
        first, second = circle[0], circle[1 % len(circle)]
        at = next(dependency for dependency in first.depends_on if dependency.id == second.id)
        if len(circle) == 1:
            message = f"{first.id} depends on itself"
        else:
            ids = [item.id for item in (*circle, first)]
            if len(ids) > _MOST_NAMED:
                ids[2:-2] = ["..."]
            message = f"{first.id} depends on itself: {' -> '.join(ids)}"
        about = " ".join(sorted(item.id for item in circle))
        yield Fault(_place(ledger, at), message, about, first.id)


@rule("LED803", "blocked-by-finished", "warning")
def blocked_by_finished(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item is blocked, everything it depends on is finished, and it gives no other reason.

    Why: It could go on, and nobody takes it up.

    Example:

        ## [PARSE-001] Read large files
        - Status: blocked
        - Depends on: [PARSE-002]

        ## [PARSE-002] Read empty files
        - Status: done

    Mend: Set the status to `pending`, or say what else it waits for.
    """
    sections = _sections(ledger)
    for item in ledger.items:
        needs = {dependency.id for dependency in item.depends_on}
        if item.status != "blocked" or not needs:
            continue
        note = item.status_text[len(words.phrase(item.status_text)) :]
        has_reason = bool(note.strip(" .()*-\u2013\u2014")) and not any(n in note for n in needs)
        if not has_reason and all(_is_finished(sections.get(name, ())) for name in needs):
            names = " and ".join(sorted(needs))
            verb = "are" if len(needs) > 1 else "is"
            yield Fault(item, f"{item.id} is blocked, but {names} {verb} finished", "", item.id)


@rule("LED804", "done-before-dependency", "warning")
def done_before_dependency(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item is done before one that it depends on.

    Why: Either it did not need the other one, or it is not done.

    Example:

        ## [PARSE-001] Read large files
        - Status: done
        - Depends on: [PARSE-002]

        ## [PARSE-002] Read empty files
        - Status: pending

    Mend: Finish the other item, or remove the dependency.
    """
    sections = _sections(ledger)
    for item in ledger.items:
        for dependency in item.depends_on if item.status == "done" else ():
            items = sections.get(dependency.id, ())
            if items and dependency.id != item.id and not _is_finished(items):
                message = f"{item.id} is done, but {dependency.id}, which it depends on, is not"
                yield Fault(_place(ledger, dependency), message, dependency.id, item.id)


@rule("LED805", "two-owners", "warning")
def two_owners(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item has leases of two owners.

    Why: Each of them believes to be alone. Two clones cannot see each other's leases until they
    are merged.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Owner: w1 until 2026-12-01 14:30Z
        - Owner: w2 until 2026-12-01 15:00Z

    Mend: Agree who goes on, and remove the other lease. `ledger release` removes one that has
    ended.
    """
    first: dict[str, Lease] = {}
    for item in ledger.items:
        for lease in leases_of(item):
            is_over = lease.day and facts.today and lease.day.isoformat() < facts.today
            if item.status in FINISHED or is_over:
                continue
            other = first.setdefault(item.id, lease)
            if other.owner != lease.owner:
                message = f"{item.id} has two owners: {other.text} and {lease.text}"
                at = opening(ledger, lease.field.span.start_byte)
                yield Fault(at, message, lease.owner, item.id)


def _sections(ledger: Ledger) -> dict[str, list[Item]]:
    """The sections of each item: of some there are two."""
    sections: dict[str, list[Item]] = {}
    for item in ledger.items:
        sections.setdefault(item.id, []).append(item)
    return sections


def _is_finished(sections: Sequence[Item]) -> bool:
    return bool(sections) and all(item.status in FINISHED for item in sections)


def _place(ledger: Ledger, dependency: Dependency) -> int:
    """Where the text begins of the line that names the dependency."""
    return opening(ledger, text.plan_starts(ledger.text)[dependency.line - 1])
