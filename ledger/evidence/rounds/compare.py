"""Rounds against an earlier batch: has the pass rate dropped, and could these numbers tell?

The verdict is one of four, and the words mean no more than the numbers bear:

- ``regression``: the rate is lower, and Fisher's exact test (two-sided) gives p <= 0.05. Of
  equal batches fewer than 5 in 100 are called so by chance.
- ``improvement``: the same, the other way.
- ``no evidence of change``: neither, and a drop that matters lies outside Newcombe's 95 %
  interval of the difference. Of batches that did drop as far, fewer than 5 in 100 are called so.
- ``too few rounds``: neither, and such a drop is not ruled out. That no difference was found
  then says nothing.

The p value is two-sided although only a drop is looked for: a batch is often compared because
its rate looks low, and a one-sided test at 0.05 would call that a regression twice as often.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ledger.evidence import stats
from ledger.evidence.rounds_model import Comparison, Earlier, Verdict

SMALLEST_DROP: Final = 0.2
"""The smallest drop of the pass rate that matters, where nobody says otherwise."""


def verdict_on(
    passes: int, unknown: int, total: int, earlier: Earlier, drop: float = SMALLEST_DROP
) -> Verdict:
    """The verdict on ``passes`` of ``total`` rounds. Rounds of ``unknown`` result may have gone
    either way: a verdict stands only where it does for both."""
    p_low, p_best = _p_values(passes, unknown, total, earlier)
    expected = earlier.passes * total
    if p_best <= stats.ALPHA and (passes + unknown) * earlier.total < expected:
        return "regression"
    if p_low <= stats.ALPHA and passes * earlier.total > expected:
        return "improvement"
    largest = stats.largest_drop(passes, total, earlier.passes, earlier.total)
    return "no evidence of change" if largest < drop and p_low > stats.ALPHA else "too few rounds"


def compare(
    passes: int, unknown: int, total: int, earlier: Earlier, drop: float = SMALLEST_DROP
) -> Comparison:
    """The verdict with what it rests on. ``p_value`` is the larger of those that unknown
    results allow."""
    verdict = verdict_on(passes, unknown, total, earlier, drop)
    p_value = max(_p_values(passes, unknown, total, earlier))
    largest = stats.largest_drop(passes, total, earlier.passes, earlier.total)
    needed = each = None
    if verdict == "too few rounds":
        needed, each = _needed(passes, total, earlier, drop)
    reason = f"Fisher's exact test, two-sided: p = {p_value:.3g}"
    if verdict == "no evidence of change":
        reason += f"; a drop of {points(drop)} is ruled out (95 %), at most {points(largest)}"
    elif verdict == "too few rounds":
        reason = "; ".join([reason, *_lacking(unknown, total, earlier, largest, needed, each)])
    return Comparison(
        earlier=earlier,
        p_value=p_value,
        verdict=verdict,
        reason=reason,
        largest_drop=largest,
        rounds_needed=needed,
        rounds_needed_each=each,
    )


def _p_values(passes: int, unknown: int, total: int, earlier: Earlier) -> tuple[float, float]:
    """With unknown results all failed, and all passed."""
    low = stats.fisher(passes, total, earlier.passes, earlier.total)
    if not unknown:
        return low, low
    return low, stats.fisher(passes + unknown, total, earlier.passes, earlier.total)


def _needed(
    passes: int, total: int, earlier: Earlier, drop: float
) -> tuple[int | None, int | None]:
    """How many rounds would tell: first the drop that matters (or a larger one that was seen);
    where there are as many already, the smaller one that was seen."""
    if not earlier.passes or not total:
        return None, None
    before = earlier.passes / earlier.total
    seen = before - passes / total
    for looked_for in (max(seen, min(drop, before)), seen):
        if looked_for <= 0:
            break
        rate = max(0.0, before - looked_for)
        needed = stats.rounds_needed_against(rate, earlier.passes, earlier.total)
        if needed is not None and needed > total:
            return needed, None
        each = stats.rounds_needed(rate, before)
        if needed is None and (each is None or each > min(total, earlier.total)):
            return None, each
    return None, None


def _lacking(
    unknown: int,
    total: int,
    earlier: Earlier,
    largest: float,
    needed: int | None,
    each: int | None,
) -> Iterator[str]:
    """What is missing for a verdict."""
    if not total or not earlier.total:
        yield "no round was run"
        return
    yield f"a drop of up to {points(largest)} is not ruled out"
    if unknown:
        yield f"{unknown} rounds of unknown result could decide"
    if not earlier.passes:
        yield "the earlier batch never passed, so that nothing can drop"
    elif needed is not None:
        yield f"{needed} rounds would tell ({needed - total} more)"
    elif each is None:
        yield f"more than {stats.MOST_ROUNDS} rounds of each batch would be needed to tell"
    elif each > earlier.total:
        yield (
            f"with {earlier.total} earlier rounds no number of new ones would tell, "
            f"{each} in each batch would"
        )
    else:
        yield f"{each} rounds of each batch would tell"


def points(share: float) -> str:
    """A difference of rates: ``20 points``."""
    return f"{100 * share:.0f} points"
