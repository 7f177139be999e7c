"""Statements about how many rounds passed, which, and in what order."""

from __future__ import annotations

from itertools import groupby

from ledger.evidence import stats
from ledger.evidence.rounds.case import ABSENT, Case, Finding, is_share
from ledger.evidence.rounds.scopes import Tally, is_run, named, select, tally
from ledger.evidence.rounds_model import ClaimVerdict, Scope, Statement


def check_count(said: Statement, case: Case) -> Finding:
    """A count, a rate, or both."""
    members = select(case.report, said.scope)
    if members is None:
        return Finding("unverifiable", "", ABSENT)
    counts = tally(members, case.retries)
    span = _span(said, counts)
    if span is None:
        return Finding("unverifiable", "", "no round tells its retries")
    low, high = span
    observed = f"{low}/{counts.total}" if low == high else f"{low} to {high} of {counts.total}"
    if counts.total:
        observed += f" ({100 * low / counts.total:.1f} %)" if low == high else ""
    wrong = not said.sure
    if said.of is not None and said.of != counts.total:
        if wrong or (said.scope == Scope() and said.of > counts.total):
            return Finding("unverifiable", observed, f"the report has {counts.total} rounds")
        return Finding("contradicted", observed)
    fits = _fits(said, low, high, counts.total)
    if fits == "contradicted" and wrong:
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
    verdicts: list[bool] = []
    for count in range(low, high + 1) if high - low < 100 else (low, high):
        fits = said.number is None or count == said.number
        if said.share is not None:
            fits = fits and total > 0 and is_share(said.share, 100 * count / total)
        verdicts.append(fits)
    if all(verdicts):
        return "supported"
    return "unverifiable" if any(verdicts) else "contradicted"


def check_streak(said: Statement, case: Case) -> Finding:
    """Results in a row. A streak is counted from its first round to its last: 8 passes in a row are
    not 6."""
    members = select(case.report, said.scope)
    if members is None:
        return Finding("unverifiable", "", ABSENT)
    run = [found for found in members if is_run(found)]
    if any(found.result == "unknown" for found in run):
        return Finding("unverifiable", "", "results are unknown")
    streaks = [
        [found.name for found in group]
        for result, group in groupby(run, key=lambda found: found.result)
        if result == said.subject
    ]
    wanted = said.number or 0
    longest = max(streaks, key=len, default=[])
    current = streaks[-1] if streaks and run[-1].result == said.subject else []
    looked_at = {"longest": [longest], "current": [current]}.get(said.which, streaks)
    fits = [s for s in looked_at if len(s) == wanted or (said.at_least and len(s) >= wanted)]
    shown = fits[0] if fits else current if said.which == "current" else longest
    if current in fits:
        shown = current
    observed = f"{len(shown)} ({named(shown)})" if shown else "0"
    if fits or (not wanted and not longest):
        return Finding("supported", observed)
    if len(run) == len(longest) < wanted and said.scope == Scope():
        return Finding("unverifiable", observed, "it may have begun before these rounds")
    return Finding("contradicted", observed)


def check_every(said: Statement, case: Case) -> Finding:
    """All passed, or none failed."""
    members = select(case.report, said.scope)
    if members is None:
        return Finding("unverifiable", "", ABSENT)
    counts = tally(members, case.retries)
    low, high = _span(said, counts) or (0, 0)
    observed = f"{low}/{counts.total}"
    if said.number is not None and said.number != counts.total:
        verdict: ClaimVerdict = "contradicted" if said.number < counts.total else "unverifiable"
        return Finding(verdict if said.sure else "unverifiable", observed)
    if low == counts.total and low:
        return Finding("supported", observed)
    if high == counts.total:
        return Finding("unverifiable", observed, "results are unknown")
    return Finding("contradicted" if said.sure else "unverifiable", observed)


def check_listed(said: Statement, case: Case) -> Finding:
    """Rounds by name."""
    known = {found.name: found for found in case.report.rounds}
    missing = [name for name in said.scope.names if name not in known]
    if missing:
        return Finding("unverifiable", "", f"not in the report: {named(missing)}")
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


def check_clustered(said: Statement, case: Case) -> Finding:
    """Clusters show as fewer runs than a random order has. That a test finds none does not show
    that there are none."""
    run = [found for found in case.report.rounds if is_run(found)]
    if any(found.result == "unknown" for found in run):
        return Finding("unverifiable", "", "results are unknown")
    tested = stats.runs_test([found.result == "pass" for found in run])
    if tested is None:
        return Finding("unverifiable", "", "all rounds have one result")
    observed = f"{tested.runs} runs, {tested.expected:.1f} expected, p = {tested.fewer:.2g}"
    if tested.fewer <= stats.ALPHA:
        return Finding("contradicted" if said.negated else "supported", observed)
    if tested.more <= stats.ALPHA and not said.negated:
        return Finding("contradicted", observed, "results change more often than by chance")
    return Finding("unverifiable", observed, "no sign of it")
