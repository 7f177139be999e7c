"""What a ledger's item tells of the work that a brief asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.gates.criteria.facts import Entry
from ledger.gates.model import Brief
from ledger.plan.model import Item


def entries(item: Item | None, brief: Brief | None) -> Iterator[Entry]:
    """The attempts that may tell of the work: all of the item's, or those after the brief's."""
    for attempt in item.attempts if item else ():
        if _is_later(brief, attempt.number, attempt.stamp, attempt.date):
            paths = tuple(path for one in attempt.artifacts for path in one.paths)
            line = attempt.span.start_line
            yield Entry(attempt.number, attempt.text, paths, line, attempt.date)


def _is_later(brief: Brief | None, number: int | None, stamp: str | None, date: str | None) -> bool:
    if brief is None:
        return True
    own = [u.number for u in brief.updates if u.kind == "attempt" and u.number is not None]
    if own and number is not None:
        return number > max(own)
    if brief.stamp is None:
        return True
    if stamp:
        return stamp > brief.stamp
    return bool(date) and str(date).replace("-", "") > brief.stamp[:8]


def lines(item: Item | None, brief: Brief | None) -> Iterator[tuple[int, str]]:
    """The item's lines that may tell of a decision: later attempts, open actions, fields."""
    if item is None:
        return
    for entry in entries(item, brief):
        yield from enumerate(entry.text.split("\n"), entry.line)
    for action in item.actions:
        if action.state != "complete":
            yield action.span.start_line, action.text.replace("\n", " ")
    for one in item.fields:
        yield one.span.start_line, f"{one.name}: {one.value}"
