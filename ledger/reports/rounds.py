"""``rounds`` for people: rates, streaks, crashes, the verdict and what the prose got wrong."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.evidence.rounds_claims import name_ranges
from ledger.evidence.rounds_model import Comparison, CrashGroup, Judgement, Streak, span_of
from ledger.plan.text import counted, one_line
from ledger.reports import Line

_MOST_NOTES = 10


def report(judged: Judgement) -> Iterator[Line]:
    """The whole judgement. Of the claims those that the rounds bear out are only counted."""
    yield from _rates(judged)
    if judged.batches:
        yield Line("batches", "heading")
    for batch in judged.batches:
        span = span_of(batch.first, batch.last)
        rate = _rate(batch.passes, batch.total, batch.interval)
        yield Line(f"  {one_line(f'{batch.name} ({span})')}: {rate}")
    if judged.crashes:
        yield Line("crashes", "heading")
    for crash in judged.crashes:
        yield from _crash(crash)
    if judged.comparison:
        yield from _comparison(judged.comparison)
    yield from _claims(judged)


def _rates(judged: Judgement) -> Iterator[Line]:
    passed = f"{judged.passes} of {judged.total} rounds passed"
    yield Line(f"{one_line(judged.path)}: {passed}", "heading")
    if judged.total:
        low, high = (100 * end for end in judged.interval)
        rate = 100 * judged.passes / judged.total
        yield Line(f"  pass rate: {rate:.1f} %, 95 % interval {low:.0f}-{high:.0f} %")
    if judged.command:
        yield Line(f"  command: {one_line(judged.command)}")
    if judged.first_try_passes is not None and judged.first_try_interval is not None:
        first = _rate(judged.first_try_passes, judged.total, judged.first_try_interval)
        yield Line(f"  at first try: {first}; retries count {judged.retries} tries")
    longest = [_streak(streak) for streak in (judged.longest_pass, judged.longest_fail) if streak]
    if longest:
        yield Line(f"  longest streaks: {', '.join(longest)}")
    if judged.current:
        yield Line(f"  at the end: {_streak(judged.current)}")
    failed = [round_.name for round_ in judged.rounds if round_.result == "fail"]
    if failed:
        yield Line(f"  failed: {one_line(name_ranges(failed))}")
    if judged.skipped:
        yield Line(f"  not run: {judged.skipped}")
    if judged.order:
        yield Line(
            f"  order: {judged.order.runs} runs of equal results, {judged.order.expected:.1f} "
            f"expected; p = {judged.order.p_clustered:.2g} for clusters"
        )
    for metric in judged.metrics:
        unit = f" {metric.unit}" if metric.unit else ""
        spread = "" if metric.deviation is None else f", deviation {metric.deviation:.2g}"
        yield Line(
            f"  {one_line(f'{metric.name}: mean {metric.mean:.4g}{unit}')}{spread}, "
            f"{metric.low:g} to {metric.high:g} in {counted(metric.size, 'round')}"
        )
    facts = (f"{name}: {value}" for name, value in judged.facts.items())
    yield from (Line(f"  {one_line(fact)}", "cut") for fact in islice(facts, _MOST_NOTES))
    yield from _notes(judged)


def _notes(judged: Judgement) -> Iterator[Line]:
    for warning in judged.warnings[:_MOST_NOTES]:
        yield Line(f"  note: {one_line(warning)}")
    if len(judged.warnings) > _MOST_NOTES:
        yield Line(f"  {len(judged.warnings) - _MOST_NOTES} more notes: --json has them all")


def _rate(passes: int, total: int, interval: Sequence[float]) -> str:
    if not total:
        return f"{passes} of {total}"
    low, high = (100 * end for end in interval)
    return f"{passes} of {total}, {100 * passes / total:.1f} % ({low:.0f}-{high:.0f} %)"


def _streak(streak: Streak) -> str:
    words = ("pass", "passes") if streak.result == "pass" else ("failure", "failures")
    return one_line(f"{streak.length} {words[streak.length > 1]} ({streak.span})")


def _crash(crash: CrashGroup) -> Iterator[Line]:
    yield Line(f"  {one_line(crash.signature)}")
    if crash.rounds:
        yield Line(
            f"    {counted(len(crash.rounds), 'round')}: {one_line(name_ranges(crash.rounds))}"
        )
    for way in crash.through:
        rounds = f" ({name_ranges(way.rounds)})" if way.rounds else ""
        yield Line(f"    through {one_line(f'{way.frame}{rounds}')}")


def _comparison(comparison: Comparison) -> Iterator[Line]:
    earlier = comparison.earlier
    counts = f"{earlier.passes}/{earlier.total}"
    source = "" if earlier.source == counts else f" ({one_line(earlier.source)})"
    yield Line(f"against {counts}{source}: {comparison.verdict}", "heading")
    for part in comparison.reason.split("; "):
        yield Line(f"  {part}")


def _claims(judged: Judgement) -> Iterator[Line]:
    if not judged.claims:
        return
    counts = Counter(claim.verdict for claim in judged.claims)
    text = ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in ("supported", "contradicted", "unverifiable")
    )
    yield Line(f"what the report says: {text}", "heading")
    for verdict in ("contradicted", "unverifiable"):
        for claim in judged.claims:
            if claim.verdict == verdict:
                place = f"{claim.path}:{claim.line}" if claim.path else f"line {claim.line}"
                yield Line(f"  {verdict}, {one_line(place)}: {one_line(claim.text)}", "cut")
                words = "; ".join(part for part in (claim.observed, claim.reason) if part)
                yield Line(f"    says {one_line(claim.claimed)}, the rounds: {one_line(words)}")
