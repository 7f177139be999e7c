"""Which rounds a statement is about, and how they went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ledger.evidence.rounds_model import RetryCount, Round, RoundsReport, Scope


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over rounds that were run. ``first_try`` is None where no round tells its retries;
    ``untold`` are the passed rounds that do not, while others do."""

    total: int
    passes: int
    failures: int
    unknown: int
    first_try: int | None
    untold: int


def is_run(found: Round) -> bool:
    """Whether a round was run at all."""
    return found.result != "skipped"


def tally(rounds: Iterable[Round], retries: RetryCount) -> Tally:
    """Count rounds. A round passed at first try where it needed no extra one."""
    run = [found for found in rounds if is_run(found)]
    passed = [found for found in run if found.result == "pass"]
    told = any(found.retries is not None for found in run)
    first = 0 if retries == "extra" else 1
    return Tally(
        len(run),
        len(passed),
        sum(found.result == "fail" for found in run),
        sum(found.result == "unknown" for found in run),
        sum(found.retries == first for found in passed) if told else None,
        sum(found.retries is None for found in passed) if told else 0,
    )


def select(report: RoundsReport, scope: Scope) -> list[Round] | None:
    """The rounds of a scope in order, those not run included; None where the report does not
    have all of them."""
    rounds = report.rounds
    if scope.names:
        known = {found.name: found for found in rounds}
        if not set(scope.names) <= known.keys():
            return None
        return [found for found in rounds if found.name in scope.names]
    if scope.batch:
        return _batch(report, scope.batch)
    if scope.first is not None and scope.last is not None:
        inside = [
            found
            for found in rounds
            if found.name.isdecimal() and scope.first <= int(found.name) <= scope.last
        ]
        complete = inside and {int(inside[0].name), int(inside[-1].name)} == {
            scope.first,
            scope.last,
        }
        return inside if complete else None
    size = scope.head or scope.tail
    if size is not None:
        run = [found for found in rounds if is_run(found)]
        if size > len(run):
            return None
        return run[:size] if scope.head else run[-size:]
    return list(rounds)


def _batch(report: RoundsReport, name: str) -> list[Round] | None:
    wanted = name.casefold()
    for batch in report.batches:
        if batch.name.casefold() == wanted:
            return select(report, batch.scope)
    inside = [r for r in report.rounds if r.batch and _is_batch(r.batch.casefold(), wanted)]
    return inside or None


def _is_batch(written: str, wanted: str) -> bool:
    """``Batch 2 (night)`` and a cell that says ``2`` are both batch 2."""
    if not written.startswith(wanted):
        return written == wanted.rpartition(" ")[2]
    return not written[len(wanted) : len(wanted) + 1].isalnum()


def named(names: Sequence[str]) -> str:
    """Names of rounds, numbers in a row as a range: ``1621-1622, 1624``."""
    parts: list[list[str]] = []
    for before, name in pairwise(["", *names]):
        is_next = before.isdecimal() and name.isdecimal() and int(name) == int(before) + 1
        if is_next and parts:
            parts[-1][1:] = [name]
        else:
            parts.append([name])
    return ", ".join("-".join(part) for part in parts)
