"""Judgement over repeated rounds: rates, streaks, batches, and whether a report's prose agrees
with its own rounds. Pure: a report and an earlier batch go in, a ``Judgement`` comes out."""

from __future__ import annotations

from itertools import groupby

from ledger.errors import UsageError
from ledger.evidence import stats
from ledger.evidence.rounds import claims
from ledger.evidence.rounds.compare import SMALLEST_DROP, compare
from ledger.evidence.rounds.scopes import is_run, select, tally
from ledger.evidence.rounds_model import (
    Batch,
    Earlier,
    Judgement,
    Metric,
    Order,
    RetryCount,
    Round,
    RoundsReport,
    Streak,
)

__all__ = ["SMALLEST_DROP", "earlier_of", "judge"]

_ALL_WORDS = ("tries", "attempts")


def judge(
    report: RoundsReport,
    against: Earlier | None = None,
    retries: RetryCount | None = None,
    drop: float = SMALLEST_DROP,
) -> Judgement:
    """Judge the rounds of a report.

    ``retries`` says what a count of retries counts: ``extra`` tries beyond the first, or
    ``all`` tries. None takes the column's word: ``Tries`` and ``Attempts`` count all,
    ``Retries`` and ``Reruns`` the extra ones. Raises UsageError where ``all`` cannot be, for a
    round has none.
    """
    rounds = report.rounds
    counted = retries or _counted(report)
    if counted == "all":
        zero = next((found.name for found in rounds if found.retries == 0 and is_run(found)), None)
        if zero is not None:
            raise UsageError(
                "retries-zero",
                f"{report.path}: with all tries counted every round has at least 1, "
                f"found 0 for round {zero}",
                "give --retries extra",
            )
    tallied = tally(rounds, counted)
    warnings = list(report.warnings)
    unknown = [found for found in rounds if found.result == "unknown"]
    if unknown:
        shown = ", ".join(f"{found.name} ({found.result_text[:20]})" for found in unknown[:5])
        warnings.append(f"not passed, for their result is unknown: {shown}")
    if tallied.first_try is not None and tallied.untold:
        warnings.append(
            f"passed without telling retries, so not counted as passed at first try: "
            f"{tallied.untold}"
        )
    comparison = None
    if against is not None:
        comparison = compare(tallied.passes, tallied.unknown, tallied.total, against, drop)
    passed, failed, current = _streaks(rounds)
    return Judgement(
        path=report.path,
        command=report.command,
        rounds=rounds,
        passes=tallied.passes,
        failures=tallied.failures,
        unknown=tallied.unknown,
        skipped=len(rounds) - tallied.total,
        total=tallied.total,
        interval=_interval(tallied.passes, tallied.unknown, tallied.total),
        retries=counted if tallied.first_try is not None else None,
        first_try_passes=tallied.first_try,
        first_try_interval=None
        if tallied.first_try is None
        else _interval(tallied.first_try, tallied.untold + tallied.unknown, tallied.total),
        longest_pass=passed,
        longest_fail=failed,
        current=current,
        order=order_of(rounds),
        batches=_batches(report),
        metrics=_metrics(report),
        crashes=report.crashes,
        comparison=comparison,
        claims=claims.check(report, counted, against, drop),
        warnings=tuple(warnings),
    )


def earlier_of(report: RoundsReport, source: str) -> Earlier:
    """The rounds of a report as the batch to compare with. Raises UsageError where their result
    is not known: an earlier batch of unknown rate tells nothing."""
    tallied = tally(report.rounds, "extra")
    if tallied.unknown:
        raise UsageError(
            "baseline-unknown",
            f"{source}: expected an earlier batch of known results, found {tallied.unknown} "
            "rounds of unknown result",
            "give --against K/N",
        )
    if not tallied.total:
        raise UsageError("baseline-empty", f"{source}: expected rounds that were run, found none")
    return Earlier(passes=tallied.passes, total=tallied.total, source=source)


def order_of(rounds: tuple[Round, ...]) -> Order | None:
    """The runs test; None where results are unknown or all the same."""
    run = [found for found in rounds if is_run(found)]
    if any(found.result == "unknown" for found in run):
        return None
    tested = stats.runs_test([found.result == "pass" for found in run])
    return (
        Order(runs=tested.runs, expected=tested.expected, p_clustered=tested.fewer)
        if tested
        else None
    )


def _counted(report: RoundsReport) -> RetryCount:
    return "all" if report.retry_word.casefold().startswith(_ALL_WORDS) else "extra"


def _interval(passes: int, unknown: int, total: int) -> tuple[float, float]:
    """With unknown results it holds whatever they were."""
    return stats.wilson(passes, total).low, stats.wilson(passes + unknown, total).high


def _streaks(rounds: tuple[Round, ...]) -> tuple[Streak | None, Streak | None, Streak | None]:
    """The longest of passes, the longest of failures, and the last of either."""
    found: dict[str, Streak] = {}
    current = None
    for result, members in groupby(filter(is_run, rounds), key=lambda member: member.result):
        names = [member.name for member in members]
        current = (
            None
            if result == "unknown"
            else Streak(result=result, length=len(names), first=names[0], last=names[-1])
        )
        if current and (result not in found or current.length > found[result].length):
            found[result] = current
    return found.get("pass"), found.get("fail"), current


def _batches(report: RoundsReport) -> tuple[Batch, ...]:
    """Those that the report names with a range, else those that its tables stand for."""
    parts = [(batch.name, select(report, batch.scope)) for batch in report.batches]
    if not parts:
        names = dict.fromkeys(found.batch for found in report.rounds)
        if len(names) > 1:
            parts = [
                (name or "", [found for found in report.rounds if found.batch == name])
                for name in names
            ]
    summaries = []
    for name, members in parts:
        run = [member for member in members or () if is_run(member)]
        if run:
            told = tally(run, "extra")
            interval = _interval(told.passes, told.unknown, told.total)
            summaries.append(
                Batch(
                    name=name,
                    first=run[0].name,
                    last=run[-1].name,
                    passes=told.passes,
                    total=told.total,
                    interval=interval,
                )
            )
    return tuple(summaries)


def _metrics(report: RoundsReport) -> tuple[Metric, ...]:
    summaries = []
    for name, unit in report.units.items():
        spread = stats.spread([r.metrics[name] for r in report.rounds if name in r.metrics])
        if spread is not None:
            summaries.append(Metric(name=name, unit=unit, **spread._asdict()))
    return tuple(summaries)
