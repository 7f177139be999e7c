"""``rounds.md``: the report of repeated rounds, in the form that ``ledger rounds`` reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.evidence import stats
from ledger.evidence.rounds import SMALLEST_DROP, judge
from ledger.evidence.rounds_model import Earlier, Judgement, Round, RoundsReport
from ledger.run.files import shown_time
from ledger.run.results import Ran

_BATCH = 10
_LIKELY = 0.05


def report(
    item: str,
    command: str,
    times: tuple[float, float],
    rounds: Sequence[Ran],
    planned: int,
    earlier: Earlier | None = None,
) -> tuple[str, list[str]]:
    """The whole report, in Markdown, and its verdict by itself, in sentences; ``times`` are those
    of its start and its end, in seconds since 1970. Rounds that were ``planned`` and not run stand
    in the table and are not counted."""
    judged = _judged(rounds, earlier)
    started, ended = times
    spoken = command.replace("`", "'")
    lines = [
        f"# Rounds 1-{planned} of {item}",
        "",
        f"**Date**: {shown_time(started)} - {shown_time(ended)} UTC",
        f"**Command**: `{spoken}`",
        "",
        "## Summary",
        "",
        "| Round | Status | Retries | Duration | Notes |",
        "|-------|--------|---------|----------|-------|",
        *(_row(ran) for ran in rounds),
        *(f"| {n} | - | - | - | not run |" for n in range(len(rounds) + 1, planned + 1)),
        "",
    ]
    verdict = list(_verdict(judged)) if rounds else []
    if rounds:
        said = [f"- **Verdict**: {verdict[0]}", *(f"- {sentence}" for sentence in verdict[1:])]
        lines += [*_totals(rounds, judged), "", "## Verdict", "", *said]
    return "\n".join(lines) + "\n", verdict


def _judged(rounds: Sequence[Ran], earlier: Earlier | None) -> Judgement:
    found = tuple(
        Round(
            name=str(ran.number),
            result="pass" if ran.code == 0 else "fail",
            retries=len(ran.retried),
        )
        for ran in rounds
    )
    return judge(RoundsReport("", found), earlier, "extra", SMALLEST_DROP)


def _row(ran: Ran) -> str:
    status = "PASS" if ran.code == 0 else "**FAIL**"
    seconds = f"{ran.ended.wall_s:.2f} s"
    return f"| {ran.number} | {status} | {len(ran.retried)} | {seconds} | {_note(ran)} |"


def _note(ran: Ran) -> str:
    if ran.code:
        after = f", after {_times(len(ran.retried))}" if ran.retried else ""
        return ran.word + after
    if not ran.retried:
        return "clean"
    return f"after {_times(len(ran.retried))} ({', '.join(ran.retried)})"


def _times(retries: int) -> str:
    return "1 retry" if retries == 1 else f"{retries} retries"


def _share(passes: int, total: int) -> str:
    return f"{passes}/{total} ({100 * passes / total:.1f}%)"


def _totals(rounds: Sequence[Ran], judged: Judgement) -> Iterator[str]:
    yield f"**Pass Rate**: {_share(judged.passes, judged.total)}"
    if len(rounds) > _BATCH:
        for number, first in enumerate(range(0, len(rounds), _BATCH), 1):
            batch = rounds[first : first + _BATCH]
            passes = sum(ran.code == 0 for ran in batch)
            span = f"{batch[0].number}-{batch[-1].number}"
            yield f"- Batch {number} ({span}): {_share(passes, len(batch))}"
    yield ""
    yield f"**First-try passes**: {_share(judged.first_try_passes or 0, judged.total)}"
    failed = [str(ran.number) for ran in rounds if ran.code]
    if failed:
        yield ""
        yield f"**Failures**: Rounds {', '.join(failed)}"
    longest = judged.longest_pass
    if longest and longest.length > 1:
        yield ""
        yield (
            f"**Longest streak**: {longest.length} consecutive passes "
            f"(rounds {longest.first}-{longest.last})"
        )
    # As they stand in the table, so that a reader of the table finds the same.
    spread = stats.spread([round(ran.ended.wall_s, 2) for ran in rounds])
    assert spread is not None
    yield ""
    yield f"**Average duration**: {spread.mean:.2f} s"


def _word(judged: Judgement) -> str:
    if judged.first_try_passes == judged.total:
        return "no failure seen"
    if judged.passes == judged.total:
        return "flaky, made good by retries"
    return "flaky" if judged.passes else "broken"


def _verdict(judged: Judgement) -> Iterator[str]:
    low, high = judged.interval
    sure = f"at 95 % confidence the true rate is {low:.2f} to {high:.2f}"
    yield f"{_word(judged)}; {sure}"
    if judged.order is not None:
        p = judged.order.p_clustered
        is_so = "" if p <= _LIKELY else "not "
        yield f"failures are {is_so}clustered (runs test: p = {p:.2g})"
    compared = judged.comparison
    if compared is not None:
        earlier = compared.earlier
        yield (
            f"against an earlier {earlier.passes}/{earlier.total}: {compared.verdict} "
            f"(Fisher's exact test: p = {compared.p_value:.2g})"
        )
