"""A report's statements against its own rounds. What the rounds cannot tell is unverifiable,
never supported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.evidence.rounds import counts, values
from ledger.evidence.rounds.case import Case, Finding
from ledger.evidence.rounds.compare import SMALLEST_DROP
from ledger.evidence.rounds.scopes import named
from ledger.evidence.rounds_model import (
    Claim,
    Earlier,
    RetryCount,
    RoundsReport,
    Statement,
    StatementKind,
)


def check(
    report: RoundsReport,
    retries: RetryCount,
    against: Earlier | None = None,
    drop: float = SMALLEST_DROP,
) -> tuple[Claim, ...]:
    """Every statement of the report with its verdict, in the order of the text."""
    case = Case(report, retries, against, drop)
    found = []
    for statement in sorted(report.statements, key=lambda said: said.line):
        told = _CHECKS[statement.kind](statement, case)
        found.append(
            Claim(
                kind=statement.kind,
                text=statement.text,
                claimed=_claimed(statement),
                observed=told.observed,
                verdict=told.verdict,
                reason=told.reason,
                line=statement.line,
            )
        )
    return tuple(found)


def _claimed(said: Statement) -> str:
    if said.kind in ("listed", "every"):
        return named(said.scope.names) or f"all {said.subject}"
    if said.kind == "clustered":
        return "not clustered" if said.negated else "clustered"
    if said.kind == "sum":
        return f"{' + '.join(map(str, said.parts))} = {said.number:.0f}"
    if said.kind == "range":
        return f"{said.number:.{said.decimals}f} to {said.of:.{said.decimals}f}"
    if said.kind == "mean":
        return f"{said.number:.{said.decimals}f}"
    parts = []
    if said.number is not None:
        parts.append(f"{said.number:.0f}" + (f"/{said.of:.0f}" if said.of is not None else ""))
    if said.share is not None:
        parts.append(f"{said.share.percent:.{said.share.decimals}f} %")
    return (("at least " if said.at_least else "") + ", ".join(parts)) or "a change"


_CHECKS: Final[dict[StatementKind, Callable[[Statement, Case], Finding]]] = {
    "count": counts.check_count,
    "streak": counts.check_streak,
    "listed": counts.check_listed,
    "every": counts.check_every,
    "clustered": counts.check_clustered,
    "mean": values.check_mean,
    "range": values.check_range,
    "sum": values.check_sum,
    "change": values.check_change,
}
