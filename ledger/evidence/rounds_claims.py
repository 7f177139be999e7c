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


def is_run(round_: Round) -> bool:
    """Whether a round was run at all."""
    return round_.result != "skipped"


def tally(rounds: Iterable[Round], retries: RetryCount) -> Tally:
    """Count rounds. A round passed at first try where it needed no extra one."""
    run = [round_ for round_ in rounds if is_run(round_)]
    passed = [round_ for round_ in run if round_.result == "pass"]
    has_retries = any(round_.retries is not None for round_ in run)
    first = 0 if retries == "extra" else 1
    return Tally(
        total=len(run),
        passes=len(passed),
        failures=sum(round_.result == "fail" for round_ in run),
        unknown=sum(round_.result == "unknown" for round_ in run),
        first_try=sum(round_.retries == first for round_ in passed) if has_retries else None,
        untold=sum(round_.retries is None for round_ in passed) if has_retries else 0,
    )


def select(report: RoundsReport, scope: Scope) -> list[Round] | None:
    """The rounds of a scope in order, those not run included; None where the report does not
    have all of them."""
    rounds = report.rounds
    if scope.names:
        inside = [round_ for round_ in rounds if round_.name in scope.names]
        return inside if {round_.name for round_ in inside} == set(scope.names) else None
    if scope.batch:
        return _batch(report, scope.batch)
    if scope.numbers:
        first, last = scope.numbers
        numbered = [round_ for round_ in rounds if round_.name.isdecimal()]
        inside = [round_ for round_ in numbered if first <= int(round_.name) <= last]
        return inside if {int(round_.name) for round_ in inside} >= {first, last} else None
    if scope.size:
        run = [round_ for round_ in rounds if is_run(round_)]
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


def name_ranges(names: Sequence[str]) -> str:
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
    """What a statement is checked against: ``rounds`` are those that it is about and that were
    run."""

    report: RoundsReport
    rounds: Sequence[Round]
    retries: RetryCount
    against: Earlier | None
    drop: float


def _is_written(value: float, low: float, high: float, decimals: int) -> bool:
    """Whether ``value``, or what is left of it when it is cut off, lies between two others."""
    cut = math.trunc(value * 10**decimals + 1e-9) / 10**decimals
    return any(low - 1e-9 <= number <= high + 1e-9 for number in (value, cut))


def _check_count(statement: Statement, case: Case) -> Finding:
    """A count, a rate, or both; or that all ended so."""
    counts = tally(case.rounds, case.retries)
    if statement.kind == "every":
        statement = statement._replace(low=max(1, counts.total), high=max(1, counts.total))
    span = _span(statement, counts)
    if span is None:
        return Finding("unverifiable", "", "no round tells its retries")
    low, high = span
    observed = f"{low}/{counts.total}" if low == high else f"{low} to {high} of {counts.total}"
    if counts.total:
        observed += f" ({100 * low / counts.total:.1f} %)" if low == high else ""
    if statement.of is not None and statement.of != counts.total:
        if not statement.sure or (statement.scope == Scope() and statement.of > counts.total):
            return Finding("unverifiable", observed, f"the report has {counts.total} rounds")
        return Finding("contradicted", observed)
    fits = _fits(statement, low, high, counts.total)
    if fits == "contradicted" and not statement.sure:
        return Finding("unverifiable", observed, "it may be about something else")
    return Finding(fits, observed, "results are unknown" if fits == "unverifiable" else "")


def _span(statement: Statement, counts: Tally) -> tuple[int, int] | None:
    """The least and the most that the count may be."""
    if statement.subject == "fail":
        return counts.failures, counts.failures + counts.unknown
    if statement.subject == "pass":
        return counts.passes, counts.passes + counts.unknown
    if counts.first_try is None:
        return None
    return counts.first_try, counts.first_try + counts.untold + counts.unknown


def _fits(statement: Statement, low: int, high: int, total: int) -> ClaimVerdict:
    verdicts = [
        statement.low <= count <= statement.high
        and (
            statement.share is None
            or (
                total > 0 and _is_written(100 * count / total, *statement.share, statement.decimals)
            )
        )
        for count in (range(low, high + 1) if high - low < 100 else (low, high))
    ]
    if all(verdicts):
        return "supported"
    return "unverifiable" if any(verdicts) else "contradicted"


def streaks(rounds: Iterable[Round]) -> list[Streak]:
    """Stretches of rounds that were run with one result, in order."""
    groups = groupby(filter(is_run, rounds), key=lambda member: member.result)
    results = ((result, [member.name for member in members]) for result, members in groups)
    return [
        Streak(result=result, length=len(names), first=names[0], last=names[-1])
        for result, names in results
    ]


def _check_streak(statement: Statement, case: Case) -> Finding:
    """Results in a row. A streak is counted from its first round to its last: 8 passes in a row are
    not 6."""
    if not case.report.is_ordered:
        return _UNORDERED
    every = streaks(case.rounds)
    if any(streak.result == "unknown" for streak in every):
        return _UNKNOWN
    own = [streak for streak in every if streak.result == statement.subject]
    longest = sorted(own, key=lambda streak: -streak.length)[:1]
    current = own[-1:] if own[-1:] == every[-1:] else []
    looked_at = {"longest": longest, "current": current}.get(statement.which, own)
    fits = [streak for streak in looked_at if statement.low <= streak.length <= statement.high]
    shown = [streak for streak in current if streak in fits] or fits
    shown = shown or (current if statement.which == "current" else longest)
    observed = f"{shown[0].length} ({shown[0].span})" if shown else "0"
    if fits or not (statement.low or longest):
        return Finding("supported", observed)
    if (
        len(every) == len(longest) == 1
        and statement.scope == Scope()
        and longest[0].length < statement.low
    ):
        return Finding("unverifiable", observed, "it may have begun before these rounds")
    return Finding("contradicted", observed)


def _check_listed(statement: Statement, case: Case) -> Finding:
    """Rounds by name."""
    known = {round_.name: round_ for round_ in case.report.rounds}
    actual = [round_.name for round_ in case.report.rounds if round_.result == statement.subject]
    wrong = [name for name in statement.scope.names if known[name].result != statement.subject]
    unsure = [name for name in wrong if known[name].result == "unknown"]
    left_out = (
        [name for name in actual if name not in statement.scope.names]
        if statement.whole_list
        else []
    )
    observed = name_ranges(actual)
    if len(wrong) > len(unsure) or left_out:
        notes = [f"not so: {name_ranges(wrong)}"] if wrong else []
        notes += [f"left out: {name_ranges(left_out)}"] if left_out else []
        return Finding("contradicted", observed, "; ".join(notes))
    if unsure:
        return Finding("unverifiable", observed, f"of unknown result: {name_ranges(unsure)}")
    return Finding("supported", observed)


def runs_of(rounds: Iterable[Round]) -> stats.Runs | None:
    """The runs test; None where results are unknown or all the same."""
    results = [round_.result for round_ in rounds if is_run(round_)]
    return None if "unknown" in results else stats.runs_test([r == "pass" for r in results])


def _check_clustered(statement: Statement, case: Case) -> Finding:
    """Clusters show as fewer runs than a random order has. That a test finds none does not show
    that there are none."""
    tested = runs_of(case.rounds)
    if not case.report.is_ordered:
        return _UNORDERED
    if tested is None:
        return Finding("unverifiable", "", "all rounds have one result, or some an unknown one")
    observed = f"{tested.runs} runs, {tested.expected:.1f} expected, p = {tested.fewer:.2g}"
    if tested.fewer <= stats.ALPHA:
        return Finding(_verdict(not statement.negated), observed)
    if tested.more <= stats.ALPHA and not statement.negated:
        return Finding("contradicted", observed, "results change more often than by chance")
    return Finding("unverifiable", observed, "no sign of it")


_ABOUT: Final = 0.05
"""What "about" allows, of the value."""


def _check_measured(statement: Statement, case: Case) -> Finding:
    """A value over the rounds that have it: its mean, the smallest and the largest, or a limit that
    the mean lies within or beyond."""
    values = [r.metrics[statement.metric] for r in case.rounds if statement.metric in r.metrics]
    spread = stats.spread(values)
    if spread is None:
        return Finding("unverifiable", "", "no round has this value")
    allowed = _ABOUT * abs(statement.low) if statement.about else 0.0
    slack = max(0.5 * 10.0**-statement.decimals, allowed)
    mean = f"{spread.mean:.{statement.decimals + 1}f}"
    span = f"{spread.low:g} to {spread.high:g}"
    if statement.kind == "mean":
        fits = _is_written(
            spread.mean, statement.low - slack, statement.low + slack, statement.decimals
        )
        return Finding(_verdict(fits), f"{mean} of {spread.size} rounds")
    if statement.kind == "range":
        ends = ((spread.low, statement.low), (spread.high, statement.high))
        fits = all(_is_written(v, end - slack, end + slack, statement.decimals) for v, end in ends)
        return Finding(_verdict(fits), span)
    beyond = statement.low - spread.mean if statement.at_least else spread.mean - statement.low
    observed = f"mean {mean}, {span}"
    if (beyond > allowed) == statement.negated or statement.sure:
        return Finding(_verdict((beyond > allowed) == statement.negated), observed)
    return Finding("unverifiable", observed, "the limit is given elsewhere, or not exactly")


def _verdict(fits: bool) -> ClaimVerdict:
    return "supported" if fits else "contradicted"


def _check_sum(statement: Statement, case: Case) -> Finding:
    """Numbers that are said to add up; of all rounds, the last is that of these ones."""
    total = sum(statement.parts)
    run = len(case.rounds)
    if statement.sure and total == statement.low and statement.parts[-1] != run:
        return Finding("contradicted", f"{run} rounds", "the last number is that of other rounds")
    return Finding(_verdict(total == statement.low), str(total))


def _check_change(statement: Statement, case: Case) -> Finding:
    """A difference from an earlier batch. A rate without its number of rounds cannot be compared
    with; the batch given to compare with is taken where it has that rate."""
    counts = tally(case.rounds, case.retries)
    earlier = _earlier(statement, case)
    if earlier is None:
        reason = f"how many rounds the {statement.claimed.split(' ')[-1]} are of is not said"
        return Finding("unverifiable", f"{counts.passes}/{counts.total}", reason)
    if statement.direction is None:
        return Finding("unverifiable", "", "what it says of the difference is not understood")
    if counts.unknown or not counts.total or not earlier.total:
        return _UNKNOWN
    verdict = verdict_on(counts.passes, 0, counts.total, earlier, case.drop)
    p_value = stats.fisher(counts.passes, counts.total, earlier.passes, earlier.total)
    observed = f"{counts.passes}/{counts.total} against {earlier.passes}/{earlier.total}, "
    observed += f"p = {p_value:.3g}: {verdict}"
    proves = {"worse": "regression", "better": "improvement", "same": "no evidence of change"}
    if verdict == proves[statement.direction]:
        return Finding("supported", observed)
    difference = counts.passes * earlier.total - earlier.passes * counts.total
    is_wrong = {
        "worse": difference >= 0,
        "better": difference <= 0,
        "same": verdict in ("regression", "improvement"),
    }[statement.direction]
    return Finding("contradicted" if is_wrong else "unverifiable", observed)


def _earlier(statement: Statement, case: Case) -> Earlier | None:
    """The batch that a statement compares with: by its own numbers, else the one given, where
    its rate is the one that is written."""
    if statement.of is not None:
        passes = statement.of - statement.low if statement.subject == "fail" else statement.low
        earlier = Earlier(passes=int(passes), total=int(statement.of), source="the report")
        return earlier if 0 <= passes <= statement.of else None
    given = case.against
    if given is None or statement.share is None or not given.total:
        return None
    passes_of = given.total - given.passes if statement.subject == "fail" else given.passes
    percent = 100 * passes_of / given.total
    return given if _is_written(percent, *statement.share, statement.decimals) else None


def check(
    report: RoundsReport,
    retries: RetryCount,
    against: Earlier | None = None,
    drop: float = SMALLEST_DROP,
) -> tuple[Claim, ...]:
    """Every statement of the report with its verdict, in the order of the text."""
    claims = []
    for statement in sorted(report.statements, key=lambda statement: statement.line):
        rounds = select(report, statement.scope)
        if rounds is None:
            finding = _absent(report, statement.scope)
        else:
            case = Case(report, [*filter(is_run, rounds)], retries, against, drop)
            finding = _CHECKS[statement.kind](statement, case)
        stated = {name: getattr(statement, name) for name in ("kind", "text", "claimed", "line")}
        claims.append(Claim(**stated, **finding._asdict()))
    return tuple(claims)


def _absent(report: RoundsReport, scope: Scope) -> Finding:
    known = {round_.name for round_ in report.rounds}
    missing = name_ranges([name for name in scope.names if name not in known])
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
