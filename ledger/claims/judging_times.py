"""How long a run took, and the margin that this left."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.claims import results
from ledger.claims.amounts import is_nearly
from ledger.claims.judging import (
    OF_A_PART,
    OF_ANOTHER,
    ROUNDED,
    Group,
    agrees,
    differs,
    is_counted,
    place,
)
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.observed import Figure, Run

# How far JUnit's time may be from the one that pytest prints: seconds, share.
_NEAR = 0.05
_NEAR_SHARE = 0.001

_NOTHING_FITS = "nothing else that is said here fits the run"
_Told = tuple[Run, Figure]


def judge_duration(group: Group, claim: Claim) -> JudgedClaim:
    """A length of time."""
    amount = claim.amount
    assert amount is not None
    runs = group.runs_of(claim)
    times = _times(runs)
    for run, figure in times:
        if amount.holds(figure.value):
            return agrees(claim, run, figure)
    tests = _tests(runs)
    named = [len(session.tests) for run in runs for session in run.every if session.tests]
    if claim.subject or set(named) == {1}:
        for run, figure in tests:
            if amount.holds(figure.value):
                return agrees(claim, run, figure)
    if not times:
        return claim.unverifiable("no output tells it")
    reason = OF_ANOTHER if claim.whose != "own" else _doubt(group, claim, amount, times, tests)
    if reason:
        return claim.unverifiable(reason)
    exact = [(run, figure) for run, figure in times if figure.is_exact]
    return differs(claim, *(exact or times)[0], "the run took another time")


def _times(runs: Sequence[Run]) -> list[_Told]:
    return [(run, figure) for run in runs for figure in (*run.durations, *run.elapsed)]


def _tests(runs: Sequence[Run]) -> list[_Told]:
    """The times of single tests; most take none worth a figure."""
    return [
        (run, Figure(test.duration_s, session.file))
        for run in runs
        for session in run.every
        for test in session.tests.values()
        if test.duration_s
    ]


def _doubt(
    group: Group, claim: Claim, amount: Amount, times: list[_Told], tests: list[_Told]
) -> str:
    """Why a time that no output has is no contradiction; empty where it is one."""
    runs = group.runs
    alias_of = _first_of_alias(group, claim) if claim.name == "alias" else None
    if not claim.is_firm and not (alias_of and alias_of.is_firm):
        return "its wording may mean a part of the run"
    if claim.subject and not group.is_whole(claim.subject, runs):
        return OF_A_PART
    if len(runs) > 1 or group.single is None:
        return "several runs or sessions are cited"
    return _another_time(claim, amount, runs[0], times, tests) or _doubt_run(
        group, claim, alias_of, times
    )


def _another_time(
    claim: Claim, amount: Amount, run: Run, times: list[_Told], tests: list[_Told]
) -> str:
    """Which other time of the run it may be; empty for none."""
    if claim.measure == "elapsed_s" and not run.elapsed:
        return "no output tells how long the whole command took"
    if any(amount.holds(figure.value) for _, figure in tests):
        return "one of the tests took that long"
    if any(is_nearly(amount, figure.value) for _, figure in times):
        return ROUNDED
    exact = {round(f.value, 2) for f in run.durations if f.is_exact}
    if len(exact) > 1:
        return "the run's outputs hold several times"
    if not exact and any(_is_near(amount, figure.value) for _, figure in times):
        return "JUnit's time is close to it, and pytest's own is not there"
    return ""


def _is_near(amount: Amount, value: float) -> bool:
    near = max(_NEAR, _NEAR_SHARE * value)
    return amount.low - near <= value <= amount.high + near


def _first_of_alias(group: Group, claim: Claim) -> Claim | None:
    """``1653.41s (27m 33s)``: the time before this one."""
    at = next((i for i, c in enumerate(group.claims) if c is claim), 0)
    before = [c for c in group.claims[:at] if c.kind == "duration" and c.name != "alias"]
    return before[-1] if before else None


def _doubt_run(group: Group, claim: Claim, alias_of: Claim | None, times: list[_Told]) -> str:
    """Why the run may not be the one that is meant."""
    single = group.single
    assert single is not None
    if claim.name == "counts":
        counts = [c for c in group.counts if c.whose == "own" and is_counted(c)]
        fits = any(results.holds_count(single, c, group.claimed) for c in counts)
        return "" if fits else _NOTHING_FITS
    if alias_of and alias_of.amount:
        fits = any(alias_of.amount.holds(figure.value) for _, figure in times)
        return "" if fits else "the time before it does not fit the run either"
    others = [
        c.amount
        for c in group.entry
        if c.kind == "duration" and c.whose == "own" and c is not claim
        and not (c.name == "alias" and c.group == claim.group)
    ]  # fmt: skip
    other_fits = any(a and a.holds(figure.value) for a in others for _, figure in times)
    if other_fits and claim.name != "runtime":
        return "another time of the entry fits the run"
    counts = [c for c in group.entry if c.whose == "own" and is_counted(c)]
    if counts and not any(results.holds_count(single, c, frozenset()) for c in counts):
        return _NOTHING_FITS
    return ""


def judge_margin(group: Group, claim: Claim) -> JudgedClaim:
    """What is left to a limit, in seconds or as a share of it."""
    limit, taken = claim.of
    assert limit is not None
    assert claim.amount is not None
    times = _times(group.runs_of(claim))
    for run, figure in times:
        value = _margin(claim, limit, figure.value)
        if claim.amount.holds(value):
            return claim.supported(_text(claim, value), place(run, figure.file))
    if taken is None:
        return claim.unverifiable("which time it is reckoned from is not said")
    value = _margin(claim, limit, taken.middle)
    if claim.amount.holds(value) or is_nearly(claim.amount, value):
        return claim.unverifiable("it agrees with the time beside it, which is not verified")
    if claim.whose != "own":
        return claim.unverifiable(OF_ANOTHER)
    fitting = [(run, figure) for run, figure in times if taken.holds(figure.value)]
    if fitting:
        run, figure = fitting[0]
        value = _margin(claim, limit, figure.value)
        reason = "limit and time give another margin"
        return claim.contradicted(_text(claim, value), place(run, figure.file), reason)
    if not times:
        reason = "limit and time beside it give another margin"
        return claim.contradicted(_text(claim, value), ARITHMETIC, reason)
    return claim.unverifiable("no output has the time it is reckoned from")


def _margin(claim: Claim, limit: Amount, taken: float) -> float:
    spare = limit.middle - taken
    return spare if claim.measure == "seconds" or not limit.middle else 100.0 * spare / limit.middle


def _text(claim: Claim, value: float) -> str:
    return f"{value:.2f}s" if claim.measure == "seconds" else f"{value:.2f}%"
