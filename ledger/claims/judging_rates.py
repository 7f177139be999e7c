"""Percentages of tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.claims import results
from ledger.claims.amounts import is_nearly
from ledger.claims.judging import LOOSE, ROUNDED, Group, is_counted
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.observed import Run, Session
from ledger.claims.results import Seen

_PARTS = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed")


def judge_rate(group: Group, claim: Claim) -> JudgedClaim:
    """A percentage, by any denominator that the run or the text has."""
    amount = claim.amount
    assert amount is not None
    if claim.whose == "loose":
        return claim.unverifiable(LOOSE)
    supported = _in_runs(group, claim, amount, group.runs_of(claim))
    if supported:
        return supported
    reckoned = _reckoned(group, claim)
    value = _first(amount, reckoned)
    if value is not None:
        if _is_explicit(claim):
            return claim.supported(_percent(value), ARITHMETIC)
        return claim.unverifiable("it agrees with the counts beside it, which are not verified")
    return _contradicted(group, claim, amount, reckoned) or claim.unverifiable(
        "no run or count to reckon it from"
    )


def _in_runs(group: Group, claim: Claim, amount: Amount, runs: Sequence[Run]) -> JudgedClaim | None:
    for run in runs:
        for seen in group.candidates(run, claim.subject):
            if not _is_of(group, claim, seen.session):
                continue
            value = _first(amount, results.shares(seen.session, claim))
            if value is not None:
                return claim.supported(_percent(value), seen.file)
    return None


def _contradicted(
    group: Group, claim: Claim, amount: Amount, reckoned: Sequence[float]
) -> JudgedClaim | None:
    seen = _session(group, claim) if claim.whose == "own" else None
    shares = results.shares(seen.session, claim) if seen else []
    if any(is_nearly(amount, value) for value in (*reckoned, *shares)):
        return claim.unverifiable(ROUNDED)
    if _is_explicit(claim) and not claim.subject:
        reason = "its own numbers give another percentage"
        return claim.contradicted(_percent(reckoned[0]), ARITHMETIC, reason)
    if seen is not None:
        reason = "no denominator of the run gives this percentage"
        return claim.contradicted(_percent(shares[0]), seen.file, reason)
    told = any(run.every for run in group.runs_of(claim))
    if not told and claim.whose == "own" and reckoned and _knows_denominator(group, claim):
        reason = "no denominator that is named gives this percentage"
        return claim.contradicted(_percent(reckoned[0]), ARITHMETIC, reason)
    return None


def _session(group: Group, claim: Claim) -> Seen | None:
    """The session that the percentage is surely of: the only one, or one of several that all
    the counts around it fit."""
    if not claim.measure:
        return None
    own = [c for c in group.counts if c.whose == "own" and is_counted(c)]
    best = group.best
    fits = best is not None and all(
        results.holds_count(best.session, c, group.claimed) for c in own
    )
    if best is not None and fits and len(own) > 1:
        return best
    if group.single is None:
        return None
    seen = group.meant(claim)
    if claim.of and claim.of[0] is not None:
        return seen if _is_of(group, claim, seen.session) else None
    if own:
        return seen if fits else None
    return seen if _fits_entry(group, seen.session) else None


def _fits_entry(group: Group, session: Session) -> bool:
    """Whether all that the entry counts of its own run is so in the session, or it counts
    nothing: then a percentage alone is of that session."""
    counts = [c for c in group.entry if c.whose == "own" and is_counted(c)]
    return all(results.holds_count(session, c, frozenset()) for c in counts)


def _is_explicit(claim: Claim) -> bool:
    """Whether the sentence itself says of how many the percentage is."""
    return len(claim.of) == 2 and None not in claim.of


def _is_of(group: Group, claim: Claim, session: Session) -> bool:
    """Whether the session may be the one whose count stands before the percentage."""
    count = claim.of[0] if claim.of else None
    if count is None or not claim.measure:
        return True
    return any(count.holds(v) for v in results.readings(session, claim.measure, group.claimed))


def _reckoned(group: Group, claim: Claim) -> list[float]:
    """The percentages that the claimed counts give."""
    count, of = claim.of or (None, None)
    above = [count] if count else [
        c.amount for c in group.entry if c.kind == "count" and c.measure == claim.measure
    ]  # fmt: skip
    below = _claimed_denominators(group) if of is None else [of.middle]
    return [100.0 * a.middle / b for a in above if a for b in below if b > 0]


def _claimed_denominators(group: Group) -> list[float]:
    named = [
        c.amount.middle
        for c in group.entry
        if c.kind == "count" and c.measure in ("collected", "executed") and c.amount
    ]
    counts = {c.measure: c.amount.middle for c in group.counts if c.amount}
    parts = [counts.get(name, 0.0) for name in _PARTS]
    return list(dict.fromkeys([*named, sum(parts), *(sum(parts[:end]) for end in (4, 3, 2))]))


def _knows_denominator(group: Group, claim: Claim) -> bool:
    """Whether the text names a whole set of results, and of how many."""
    if not claim.of or claim.of[0] is None or not group.claimed >= {"passed", "failed", "skipped"}:
        return False
    return any(c.kind == "count" and c.measure in ("collected", "executed") for c in group.entry)


def _first(amount: Amount, values: Iterable[float]) -> float | None:
    return next((value for value in values if amount.holds(value)), None)


def _percent(value: float) -> str:
    return f"{value:.2f}%"
