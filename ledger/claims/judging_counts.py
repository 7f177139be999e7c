"""Counts of tests, and their sums."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.claims import results
from ledger.claims.figures import NOUNS
from ledger.claims.judging import (
    OF_ANOTHER,
    SEVERAL_RUNS,
    SEVERAL_SESSIONS,
    SMALL,
    SURE,
    Group,
    is_counted,
)
from ledger.claims.model import ARITHMETIC, Claim, JudgedClaim
from ledger.claims.observed import Run, Session
from ledger.claims.results import Seen

_FEW = 10
_CERTAIN = 2
_OUTCOMES = frozenset({"passed", "failed", "skipped", "xfailed"})
_ANOTHER = "nothing else that is said here fits the run: it may be about another"


def judge_count(group: Group, claim: Claim) -> JudgedClaim:
    """A count against the sessions of the runs that it may be about."""
    runs = group.runs_of(claim)
    if not any(run.every for run in runs):
        return claim.unverifiable("no outputs of tests to hold it against")
    if claim.whose == "other":
        return _of_another(group, claim, runs)
    best = group.best
    assert best is not None
    if results.holds_count(best.session, claim, group.claimed):
        return _agrees(group, claim, best)
    reason = _doubt(group, claim)
    seen = certain(group, claim) if reason else group.meant(claim)
    if seen is None:
        return claim.unverifiable(reason)
    if results.holds_count(seen.session, claim, group.claimed):
        return claim.unverifiable("it is so by one of several readings")
    observed = results.readings(seen.session, claim.measure, group.claimed)[0]
    text = f"{observed} {_word(claim.measure)}"
    return claim.contradicted(text, seen.file, "the run counts otherwise")


def certain(group: Group, claim: Claim) -> Seen | None:
    """The one session, of however many, that a count is surely of: everything else that is said
    with it fits that session and no other one so well."""
    if claim.measure not in _OUTCOMES:
        return None
    others = [
        c
        for c in group.counts
        if c is not claim and c.whose == "own" and c.measure in _OUTCOMES and is_counted(c)
    ]
    fits: dict[tuple[int, ...], tuple[float, Seen]] = {}
    for run in group.runs:
        for seen in group.candidates(run, claim.subject):
            agreed = [c for c in others if results.holds_count(seen.session, c, group.claimed)]
            is_timed = bool(group.agreement(seen.session, ()))
            weight = len(agreed) + 2 * is_timed
            known = fits.get(seen.session.key)
            if agreed and len(agreed) == len(others) and (known is None or known[0] < weight):
                fits[seen.session.key] = (weight, seen)
    ranked = sorted(fits.values(), key=lambda fit: -fit[0])
    if not ranked or ranked[0][0] < _CERTAIN or (ranked[1:] and ranked[1][0] == ranked[0][0]):
        return None
    large = any(c.amount is not None and c.amount.high >= SMALL for c in others)
    return ranked[0][1] if large else None


def _of_another(group: Group, claim: Claim, runs: Sequence[Run]) -> JudgedClaim:
    for run in runs:
        for seen in group.candidates(run, claim.subject):
            if results.holds_count(seen.session, claim, group.claimed):
                return _agrees(group, claim, seen)
    return claim.unverifiable(OF_ANOTHER)


def _agrees(group: Group, claim: Claim, seen: Seen) -> JudgedClaim:
    assert claim.amount is not None
    observed = results.readings(seen.session, claim.measure, group.claimed)
    value = next(value for value in observed if claim.amount.holds(value))
    return claim.supported(f"{value} {_word(claim.measure)}", seen.file)


def _word(measure: str) -> str:
    return "tests" if measure == "executed" else measure


def _doubt(group: Group, claim: Claim) -> str:
    """Why a count that no session has is no contradiction; empty where it is one."""
    if group.only is None or len([r for r in group.runs if r.every or r.durations]) > 1:
        return SEVERAL_RUNS
    single = group.single
    if single is None:
        return SEVERAL_SESSIONS
    if single.is_empty and claim.measure not in ("collected", "errors"):
        return "the run only collected tests"
    if single.is_partial and claim.measure in ("errors", "xpassed"):
        return "the outputs do not tell"
    if claim.subject and results.about(single, claim.subject) is None:
        return "it is said of a part of the run that the outputs do not name"
    if _is_noun(claim) and len(group.counts) < 2:
        return "the word may stand for something else than tests that failed"
    return _doubt_run(group, claim, single)


def _is_noun(claim: Claim) -> bool:
    """Whether the count stands by a noun that may name things rather than count outcomes."""
    words = claim.text.lower().split()
    return bool(words) and words[-1] in NOUNS


def _doubt_run(group: Group, claim: Claim, single: Session) -> str:
    """Why the run may not be the one that is meant."""
    assert group.only is not None
    anchor = group.anchor(single, claim)
    if anchor >= SURE:
        return ""
    if claim.measure == "collected" and not single.is_empty:
        return "tests may have been collected by another command"
    if group.only.stamp is None:
        return "the run is not named by a stamp, and nothing else fits it"
    if not _is_likely(group, claim, single):
        return "it is far from what the run has: it may be about another"
    if anchor:
        return ""
    if not claim.is_firm or any(is_counted(c) for c in group.counts if c is not claim):
        return _ANOTHER
    if _another_fits(group, claim, single):
        return "the entry speaks of more than one set of results"
    return ""


def _is_likely(group: Group, claim: Claim, session: Session) -> bool:
    """Whether the claimed number is of the size of the observed one."""
    assert claim.amount is not None
    claimed = claim.amount.middle
    return any(
        claimed <= SMALL * value + _FEW and value <= SMALL * claimed + _FEW
        for value in results.readings(session, claim.measure, group.claimed)
    )


def _another_fits(group: Group, claim: Claim, session: Session) -> bool:
    return any(
        other.kind == "count"
        and other.measure == claim.measure
        and other.group != claim.group
        and other.whose == "own"
        and results.holds_count(session, other, frozenset())
        for other in group.entry
    )


def judge_sum(group: Group, claim: Claim) -> JudgedClaim:
    """Parts and their sum. ``collected`` leaves out modules that were skipped at collection,
    which are among the skipped."""
    assert claim.amount is not None
    total = claim.amount.middle
    named = claim.measure.split("+")
    parts = dict(zip(named, (amount.middle for amount in claim.of if amount), strict=True))
    found = sum(parts.values())
    observed = f"{found:.0f}"
    if found == total:
        return claim.supported(observed, ARITHMETIC)
    for run in group.runs_of(claim):
        for seen in group.candidates(run, claim.subject):
            counts = seen.session.totals
            if total == counts.collected and all(
                value in results.readings(seen.session, name, frozenset(named))
                for name, value in parts.items()
            ):
                return claim.supported(observed, seen.file)
    if claim.whose != "own":
        return claim.unverifiable(OF_ANOTHER)
    if found > total + parts.get("skipped", 0.0) or any(part > total for part in parts.values()):
        return claim.contradicted(observed, ARITHMETIC, "the parts are more than the sum")
    return claim.unverifiable(
        "what is missing may not be named, or be modules skipped at collection"
    )
