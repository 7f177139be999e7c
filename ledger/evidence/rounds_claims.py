"""A report's statements against its own rounds. What the rounds cannot tell is unverifiable,
never supported."""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from ledger.evidence import stats
from ledger.evidence.rounds_model import (
    Claim,
    ClaimVerdict,
    Earlier,
    RetryCount,
    Round,
    RoundsReport,
    Scope,
    Statement,
    StatementKind,
    Streak,
)
from ledger.evidence.stats import SMALLEST_DROP, verdict_on


class Tally(NamedTuple):
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
        total=len(run),
        passes=len(passed),
        failures=sum(found.result == "fail" for found in run),
        unknown=sum(found.result == "unknown" for found in run),
        first_try=sum(found.retries == first for found in passed) if told else None,
        untold=sum(found.retries is None for found in passed) if told else 0,
    )


def select(report: RoundsReport, scope: Scope) -> list[Round] | None:
    """The rounds of a scope in order, those not run included; None where the report does not
    have all of them."""
    rounds = report.rounds
    if scope.names:
        inside = [found for found in rounds if found.name in scope.names]
        return inside if {found.name for found in inside} == set(scope.names) else None
    if scope.batch:
        return _batch(report, scope.batch)
    if scope.numbers:
        first, last = scope.numbers
        numbered = [found for found in rounds if found.name.isdecimal()]
        inside = [found for found in numbered if first <= int(found.name) <= last]
        return inside if {int(found.name) for found in inside} >= {first, last} else None
    if scope.size:
        run = [found for found in rounds if is_run(found)]
        if not report.is_ordered or abs(scope.size) > len(run):
            return None
        return run[: scope.size] if scope.size > 0 else run[scope.size :]
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


class Finding(NamedTuple):
    """What became of one statement."""

    verdict: ClaimVerdict
    observed: str = ""
    reason: str = ""


_UNORDERED: Final = Finding("unverifiable", "", "which rounds passed is not told")
_UNKNOWN: Final = Finding("unverifiable", "", "results are unknown")


class Case(NamedTuple):
    """What a statement is held against: ``rounds`` are those that it is about and that were run."""

    report: RoundsReport
    rounds: Sequence[Round]
    retries: RetryCount
    against: Earlier | None
    drop: float


def _is_written(value: float, low: float, high: float, decimals: int) -> bool:
    """Whether ``value``, or what is left of it when it is cut off, lies between two others."""
    cut = math.trunc(value * 10**decimals + 1e-9) / 10**decimals
    return any(low - 1e-9 <= one <= high + 1e-9 for one in (value, cut))


def _check_count(said: Statement, case: Case) -> Finding:
    """A count, a rate, or both; or that all ended so."""
    counts = tally(case.rounds, case.retries)
    if said.kind == "every":
        said = said._replace(low=max(1, counts.total), high=max(1, counts.total))
    span = _span(said, counts)
    if span is None:
        return Finding("unverifiable", "", "no round tells its retries")
    low, high = span
    observed = f"{low}/{counts.total}" if low == high else f"{low} to {high} of {counts.total}"
    if counts.total:
        observed += f" ({100 * low / counts.total:.1f} %)" if low == high else ""
    if said.of is not None and said.of != counts.total:
        if not said.sure or (said.scope == Scope() and said.of > counts.total):
            return Finding("unverifiable", observed, f"the report has {counts.total} rounds")
        return Finding("contradicted", observed)
    fits = _fits(said, low, high, counts.total)
    if fits == "contradicted" and not said.sure:
        return Finding("unverifiable", observed, "it may be about something else")
    return Finding(fits, observed, "results are unknown" if fits == "unverifiable" else "")


def _span(said: Statement, counts: Tally) -> tuple[int, int] | None:
    """The least and the most that the count may be."""
    if said.subject == "fail":
        return counts.failures, counts.failures + counts.unknown
    if said.subject == "pass":
        return counts.passes, counts.passes + counts.unknown
    if counts.first_try is None:
        return None
    return counts.first_try, counts.first_try + counts.untold + counts.unknown


def _fits(said: Statement, low: int, high: int, total: int) -> ClaimVerdict:
    verdicts = [
        said.low <= count <= said.high
        and (
            said.share is None
            or (total > 0 and _is_written(100 * count / total, *said.share, said.decimals))
        )
        for count in (range(low, high + 1) if high - low < 100 else (low, high))
    ]
    if all(verdicts):
        return "supported"
    return "unverifiable" if any(verdicts) else "contradicted"


def streaks(rounds: Iterable[Round]) -> list[Streak]:
    """Stretches of rounds that were run with one result, in order."""
    groups = groupby(filter(is_run, rounds), key=lambda member: member.result)
    found = ((result, [member.name for member in members]) for result, members in groups)
    return [
        Streak(result=result, length=len(names), first=names[0], last=names[-1])
        for result, names in found
    ]


def _check_streak(said: Statement, case: Case) -> Finding:
    """Results in a row. A streak is counted from its first round to its last: 8 passes in a row are
    not 6."""
    if not case.report.is_ordered:
        return _UNORDERED
    every = streaks(case.rounds)
    if any(streak.result == "unknown" for streak in every):
        return _UNKNOWN
    own = [streak for streak in every if streak.result == said.subject]
    longest = sorted(own, key=lambda streak: -streak.length)[:1]
    current = own[-1:] if own[-1:] == every[-1:] else []
    looked_at = {"longest": longest, "current": current}.get(said.which, own)
    fits = [streak for streak in looked_at if said.low <= streak.length <= said.high]
    shown = [one for one in current if one in fits] or fits
    shown = shown or (current if said.which == "current" else longest)
    observed = f"{shown[0].length} ({shown[0].span})" if shown else "0"
    if fits or not (said.low or longest):
        return Finding("supported", observed)
    if len(every) == len(longest) == 1 and said.scope == Scope() and longest[0].length < said.low:
        return Finding("unverifiable", observed, "it may have begun before these rounds")
    return Finding("contradicted", observed)


def _check_listed(said: Statement, case: Case) -> Finding:
    """Rounds by name."""
    known = {found.name: found for found in case.report.rounds}
    actual = [found.name for found in case.report.rounds if found.result == said.subject]
    wrong = [name for name in said.scope.names if known[name].result != said.subject]
    unsure = [name for name in wrong if known[name].result == "unknown"]
    left_out = [name for name in actual if name not in said.scope.names] if said.whole_list else []
    observed = named(actual)
    if len(wrong) > len(unsure) or left_out:
        told = [f"not so: {named(wrong)}"] if wrong else []
        told += [f"left out: {named(left_out)}"] if left_out else []
        return Finding("contradicted", observed, "; ".join(told))
    if unsure:
        return Finding("unverifiable", observed, f"of unknown result: {named(unsure)}")
    return Finding("supported", observed)


def runs_of(rounds: Iterable[Round]) -> stats.Runs | None:
    """The runs test; None where results are unknown or all the same."""
    results = [found.result for found in rounds if is_run(found)]
    return None if "unknown" in results else stats.runs_test([one == "pass" for one in results])


def _check_clustered(said: Statement, case: Case) -> Finding:
    """Clusters show as fewer runs than a random order has. That a test finds none does not show
    that there are none."""
    tested = runs_of(case.rounds)
    if not case.report.is_ordered:
        return _UNORDERED
    if tested is None:
        return Finding("unverifiable", "", "all rounds have one result, or some an unknown one")
    observed = f"{tested.runs} runs, {tested.expected:.1f} expected, p = {tested.fewer:.2g}"
    if tested.fewer <= stats.ALPHA:
        return Finding(_verdict(not said.negated), observed)
    if tested.more <= stats.ALPHA and not said.negated:
        return Finding("contradicted", observed, "results change more often than by chance")
    return Finding("unverifiable", observed, "no sign of it")


_ABOUT: Final = 0.05
"""What "about" allows, of the value."""


def _check_measured(said: Statement, case: Case) -> Finding:
    """A value over the rounds that have it: its mean, the smallest and the largest, or a limit that
    the mean lies within or beyond."""
    values = [found.metrics[said.metric] for found in case.rounds if said.metric in found.metrics]
    spread = stats.spread(values)
    if spread is None:
        return Finding("unverifiable", "", "no round has this value")
    allowed = _ABOUT * abs(said.low) if said.about else 0.0
    slack = max(0.5 * 10.0**-said.decimals, allowed)
    mean = f"{spread.mean:.{said.decimals + 1}f}"
    span = f"{spread.low:g} to {spread.high:g}"
    if said.kind == "mean":
        fits = _is_written(spread.mean, said.low - slack, said.low + slack, said.decimals)
        return Finding(_verdict(fits), f"{mean} of {spread.size} rounds")
    if said.kind == "range":
        ends = ((spread.low, said.low), (spread.high, said.high))
        fits = all(_is_written(v, end - slack, end + slack, said.decimals) for v, end in ends)
        return Finding(_verdict(fits), span)
    beyond = said.low - spread.mean if said.at_least else spread.mean - said.low
    observed = f"mean {mean}, {span}"
    if (beyond > allowed) == said.negated or said.sure:
        return Finding(_verdict((beyond > allowed) == said.negated), observed)
    return Finding("unverifiable", observed, "the limit is given elsewhere, or not exactly")


def _verdict(fits: bool) -> ClaimVerdict:
    return "supported" if fits else "contradicted"


def _check_sum(said: Statement, case: Case) -> Finding:
    """Numbers that are said to add up; of all rounds, the last is that of these ones."""
    total = sum(said.parts)
    run = len(case.rounds)
    if said.sure and total == said.low and said.parts[-1] != run:
        return Finding("contradicted", f"{run} rounds", "the last number is that of other rounds")
    return Finding(_verdict(total == said.low), str(total))


def _check_change(said: Statement, case: Case) -> Finding:
    """A difference from an earlier batch. A rate without its number of rounds cannot be compared
    with; the batch given to compare with is taken where it has that rate."""
    counts = tally(case.rounds, case.retries)
    earlier = _earlier(said, case)
    if earlier is None:
        reason = f"how many rounds the {said.claimed.split(' ')[-1]} are of is not said"
        return Finding("unverifiable", f"{counts.passes}/{counts.total}", reason)
    if said.direction is None:
        return Finding("unverifiable", "", "what it says of the difference is not understood")
    if counts.unknown or not counts.total or not earlier.total:
        return _UNKNOWN
    verdict = verdict_on(counts.passes, 0, counts.total, earlier, case.drop)
    p_value = stats.fisher(counts.passes, counts.total, earlier.passes, earlier.total)
    observed = f"{counts.passes}/{counts.total} against {earlier.passes}/{earlier.total}, "
    observed += f"p = {p_value:.3g}: {verdict}"
    proves = {"worse": "regression", "better": "improvement", "same": "no evidence of change"}
    if verdict == proves[said.direction]:
        return Finding("supported", observed)
    difference = counts.passes * earlier.total - earlier.passes * counts.total
    is_wrong = {
        "worse": difference >= 0,
        "better": difference <= 0,
        "same": verdict in ("regression", "improvement"),
    }[said.direction]
    return Finding("contradicted" if is_wrong else "unverifiable", observed)


def _earlier(said: Statement, case: Case) -> Earlier | None:
    """The batch that a statement compares with: by its own numbers, else the one given, where
    its rate is the one that is written."""
    if said.of is not None:
        passes = said.of - said.low if said.subject == "fail" else said.low
        earlier = Earlier(passes=int(passes), total=int(said.of), source="the report")
        return earlier if 0 <= passes <= said.of else None
    given = case.against
    if given is None or said.share is None or not given.total:
        return None
    passes_of = given.total - given.passes if said.subject == "fail" else given.passes
    percent = 100 * passes_of / given.total
    return given if _is_written(percent, *said.share, said.decimals) else None


def check(
    report: RoundsReport,
    retries: RetryCount,
    against: Earlier | None = None,
    drop: float = SMALLEST_DROP,
) -> tuple[Claim, ...]:
    """Every statement of the report with its verdict, in the order of the text."""
    found = []
    for said in sorted(report.statements, key=lambda one: one.line):
        rounds = select(report, said.scope)
        if rounds is None:
            told = _absent(report, said.scope)
        else:
            case = Case(report, [*filter(is_run, rounds)], retries, against, drop)
            told = _CHECKS[said.kind](said, case)
        stated = {name: getattr(said, name) for name in ("kind", "text", "claimed", "line")}
        found.append(Claim(**stated, **told._asdict()))
    return tuple(found)


def _absent(report: RoundsReport, scope: Scope) -> Finding:
    known = {found.name for found in report.rounds}
    missing = named([name for name in scope.names if name not in known])
    reason = "the report does not hold these rounds, or not all"
    return Finding("unverifiable", "", f"not in the report: {missing}" if missing else reason)


_CHECKS: Final[dict[StatementKind, Callable[[Statement, Case], Finding]]] = {
    "count": _check_count,
    "streak": _check_streak,
    "listed": _check_listed,
    "every": _check_count,
    "clustered": _check_clustered,
    "mean": _check_measured,
    "range": _check_measured,
    "limit": _check_measured,
    "sum": _check_sum,
    "change": _check_change,
}
