"""Statements about measured values, and about a change since an earlier batch."""

from __future__ import annotations

from typing import Final

from ledger.evidence import stats
from ledger.evidence.rounds.case import Case, Finding, is_share, is_written
from ledger.evidence.rounds.compare import verdict_on
from ledger.evidence.rounds.scopes import select, tally
from ledger.evidence.rounds_model import Earlier, Statement

_ABOUT: Final = 0.05
"""What "about" allows, of the value."""


def _values(said: Statement, case: Case) -> list[float]:
    members = select(case.report, said.scope) or []
    return [found.metrics[said.metric] for found in members if said.metric in found.metrics]


def check_mean(said: Statement, case: Case) -> Finding:
    """The mean over the rounds that have the value."""
    spread = stats.spread(_values(said, case))
    if spread is None or said.number is None:
        return Finding("unverifiable", "", "no round has this value")
    tolerance = _ABOUT * abs(spread.mean) if said.about else 0.0
    fits = is_written(said.number, said.decimals, spread.mean, tolerance)
    observed = f"{spread.mean:.{said.decimals + 1}f} of {spread.size} rounds"
    return Finding("supported" if fits else "contradicted", observed)


def check_range(said: Statement, case: Case) -> Finding:
    """The smallest and the largest value."""
    spread = stats.spread(_values(said, case))
    if spread is None or said.number is None or said.of is None:
        return Finding("unverifiable", "", "no round has this value")
    fits = is_written(said.number, said.decimals, spread.low) and is_written(
        said.of, said.decimals, spread.high
    )
    observed = f"{spread.low:g} to {spread.high:g}"
    return Finding("supported" if fits else "contradicted", observed)


def check_sum(said: Statement, _: Case) -> Finding:
    """Numbers that are said to add up."""
    total = sum(said.parts)
    return Finding("supported" if total == said.number else "contradicted", str(total))


def check_change(said: Statement, case: Case) -> Finding:
    """A difference from an earlier batch. A rate without its number of rounds cannot be compared
    with; the batch given to compare with is taken where it has that rate."""
    counts = tally(case.report.rounds, case.retries)
    earlier = _earlier(said, case)
    if earlier is None:
        percent = said.share.percent if said.share else 0
        return Finding(
            "unverifiable",
            f"{counts.passes}/{counts.total}",
            f"how many rounds the {percent:g} % are of is not said",
        )
    if said.direction is None:
        return Finding("unverifiable", "", "what it says of the difference is not understood")
    if counts.unknown or not counts.total or not earlier.total:
        return Finding("unverifiable", "", "results are unknown")
    verdict = verdict_on(counts.passes, 0, counts.total, earlier, case.drop)
    p_value = stats.fisher(counts.passes, counts.total, earlier.passes, earlier.total)
    observed = f"{counts.passes}/{counts.total} against {earlier.passes}/{earlier.total}, "
    observed += f"p = {p_value:.3g}: {verdict}"
    proves = {"worse": "regression", "better": "improvement", "same": "no evidence of change"}
    opposite = {"worse": "improvement", "better": "regression"}.get(said.direction)
    if verdict == proves[said.direction]:
        return Finding("supported", observed)
    difference = counts.passes * earlier.total - earlier.passes * counts.total
    turned = (said.direction == "worse" and difference >= 0) or (
        said.direction == "better" and difference <= 0
    )
    is_wrong = verdict == opposite or turned
    if said.direction == "same" and verdict in ("regression", "improvement"):
        is_wrong = True
    return Finding("contradicted" if is_wrong else "unverifiable", observed)


def _earlier(said: Statement, case: Case) -> Earlier | None:
    """The batch that a statement compares with: by its own numbers, else the one given, where
    its rate is the one that is written."""
    if said.number is not None and said.of is not None:
        passes = said.of - said.number if said.subject == "fail" else said.number
        return (
            Earlier(passes=int(passes), total=int(said.of), source="the report")
            if 0 <= passes <= said.of
            else None
        )
    given = case.against
    if given is None or said.share is None or not given.total:
        return None
    passes_of = given.total - given.passes if said.subject == "fail" else given.passes
    return given if is_share(said.share, 100 * passes_of / given.total) else None
