"""Intervals and exact tests on counts of passes, and what they say of two batches. ``passes`` of
``total`` are checked by the caller: ValueError is raised unless ``0 <= passes <= total``."""

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from statistics import NormalDist, fmean, stdev
from typing import Final, NamedTuple

from ledger.evidence.rounds_model import Comparison, Earlier, Verdict

ALPHA: Final = 0.05
POWER: Final = 0.8
MOST_ROUNDS: Final = 1000
"""How far ``rounds_needed`` looks."""

_TIE: Final = 1 + 1e-7  # two tables are as likely as each other up to rounding, as in R
_NEGLIGIBLE: Final = 1e-12
_MOST_EXACT_RUNS: Final = 2000


class Interval(NamedTuple):
    """A confidence interval of a rate, each end from 0 to 1."""

    low: float
    high: float


class Runs(NamedTuple):
    """The runs test of a sequence. ``runs`` are its stretches of equal outcomes, ``expected``
    how many there would be on average in a random order of the same outcomes.
    ``fewer`` and ``more`` are the chances of so few, and of so many, in a random order."""

    runs: int
    expected: float
    fewer: float
    more: float


class Spread(NamedTuple):
    """Mean, sample standard deviation (None for one value), minimum and maximum."""

    size: int
    mean: float
    deviation: float | None
    low: float
    high: float


def wilson(passes: int, total: int, confidence: float = 0.95) -> Interval:
    """The score interval of a rate: E. B. Wilson, JASA 22 (1927) 209-212. Of nothing: 0 to 1."""
    _check(passes, total)
    if total == 0:
        return Interval(0.0, 1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    rate = passes / total
    share = z * z / total
    middle = (rate + share / 2) / (1 + share)
    half = z / (1 + share) * math.sqrt(rate * (1 - rate) / total + share / (4 * total))
    low = 0.0 if passes == 0 else max(0.0, middle - half)
    high = 1.0 if passes == total else min(1.0, middle + half)
    return Interval(low, high)


def fisher(passes: int, total: int, other_passes: int, other_total: int) -> float:
    """Fisher's exact test, two-sided, that two batches have one rate: R. A. Fisher, The Design of
    Experiments (1935), section 21. The sum over all tables with the same margins that are no
    likelier than this one. Time grows with the smallest margin."""
    _check(passes, total)
    _check(other_passes, other_total)
    both = passes + other_passes
    low, high = max(0, both - other_total), min(total, both)
    logs = [_log_comb(total, x) + _log_comb(other_total, both - x) for x in range(low, high + 1)]
    likeliest = max(logs)
    weights = [math.exp(log - likeliest) for log in logs]
    limit = weights[passes - low] * _TIE
    chosen = [weight for weight in weights if weight <= limit]
    return min(1.0, math.fsum(chosen) / math.fsum(weights))


def largest_drop(passes: int, total: int, earlier_passes: int, earlier_total: int) -> float:
    """How far the rate may have dropped since the earlier batch: the upper end of the interval
    of (earlier rate - rate) by the hybrid score method, R. G. Newcombe, Statistics in Medicine
    17 (1998) 873-890, method 10. 1 where a batch is empty."""
    if not total or not earlier_total:
        return 1.0
    rate, earlier = passes / total, earlier_passes / earlier_total
    low = wilson(passes, total).low
    high = wilson(earlier_passes, earlier_total).high
    return earlier - rate + math.hypot(high - earlier, rate - low)


def runs_test(outcomes: Sequence[bool]) -> Runs | None:
    """The runs test: A. Wald and J. Wolfowitz, Annals of Mathematical Statistics 11 (1940)
    147-162, with the exact distribution of the number of runs; beyond 2,000 outcomes by its
    normal approximation. None where all outcomes are equal: any order is the only one."""
    total, passes = len(outcomes), sum(outcomes)
    fails = total - passes
    if not passes or not fails:
        return None
    runs = 1 + sum(a != b for a, b in pairwise(outcomes))
    expected = 1 + 2 * passes * fails / total
    if total > _MOST_EXACT_RUNS:
        deviation = math.sqrt((expected - 1) * (expected - 2) / (total - 1))
        normal = NormalDist(expected, deviation)
        return Runs(runs, expected, normal.cdf(runs + 0.5), 1 - normal.cdf(runs - 0.5))
    whole = math.comb(total, passes)
    fewer = sum(_orders(passes, fails, number) for number in range(2, runs + 1))
    more = whole - fewer + _orders(passes, fails, runs)
    return Runs(runs, expected, fewer / whole, more / whole)


def is_lasting(outcomes: Sequence[bool]) -> bool:
    """Whether a few changes that lasted explain a sequence better than chance does, by the chance
    of the sequence itself (a Bayes factor above 1): at an unknown rate, any being as likely, it is
    1 / ((n + 1) C(n, k)); with c changes, anywhere and each half as likely as one fewer, it is
    1 / (2 2^(c + 1) C(n - 1, c)). Stretches of less than two on average do not last; a single
    change always does: who saw no second one cannot call it chance."""
    total, passes = len(outcomes), sum(outcomes)
    changes = sum(a != b for a, b in pairwise(outcomes))
    if changes < 2 or total < 2 * (changes + 1):
        return changes == 1
    lasting = math.comb(total - 1, changes) << (changes + 2)
    return lasting <= (total + 1) * math.comb(total, passes)


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and sample standard deviation (the sum of squares over n - 1); None of nothing."""
    if not values:
        return None
    deviation = stdev(values) if len(values) > 1 else None
    return Spread(len(values), fmean(values), deviation, min(values), max(values))


def power_against(rate: float, total: int, earlier_passes: int, earlier_total: int) -> float:
    """The chance that ``total`` rounds that pass at ``rate`` are told to be worse than an
    earlier batch: Fisher's exact test, two-sided, at ``ALPHA``. By enumeration."""
    worst = _highest_worse(total, earlier_passes, earlier_total, total)
    return math.fsum(_binomial(total, rate)[: worst + 1])


def power(rate: float, earlier_rate: float, total: int) -> float:
    """The same where both batches are yet to be run, ``total`` rounds each."""
    until = list(accumulate(_binomial(total, rate), initial=0.0))
    total_chance = 0.0
    worst = total
    for passes, chance in reversed(list(enumerate(_binomial(total, earlier_rate)))):
        if chance > _NEGLIGIBLE:
            worst = _highest_worse(total, passes, total, worst)
            total_chance += chance * until[worst + 1]
    return total_chance


def rounds_needed(rate: float, earlier_rate: float) -> int | None:
    """How many rounds of each batch tell ``rate`` from a higher ``earlier_rate`` with a chance
    of ``POWER``; None where more than ``MOST_ROUNDS`` would be needed."""
    return _smallest(lambda total: power(rate, earlier_rate, total))


def rounds_needed_against(rate: float, earlier_passes: int, earlier_total: int) -> int | None:
    """How many rounds at ``rate`` are told from this earlier batch with a chance of ``POWER``;
    None where more than ``MOST_ROUNDS`` would be needed or no number is enough."""
    return _smallest(lambda total: power_against(rate, total, earlier_passes, earlier_total))


def _smallest(chance: Callable[[int], float]) -> int | None:
    """By doubling and halving. The power of an exact test saws as rounds are added, so the
    number found has the power and one less has not, while some smaller number may have it."""
    high = 1
    while chance(high) < POWER:
        if high == MOST_ROUNDS:
            return None
        high = min(2 * high, MOST_ROUNDS)
    return bisect_left(range(high), POWER, high // 2 + 1, high, key=chance)


def _highest_worse(total: int, earlier_passes: int, earlier_total: int, most: int) -> int:
    """The largest count of passes, at most ``most``, that is told to be worse; -1 for none."""
    worse = (n for n in range(most, -1, -1) if n * earlier_total < earlier_passes * total)
    significant = (n for n in worse if fisher(n, total, earlier_passes, earlier_total) <= ALPHA)
    return next(significant, -1)


@lru_cache(maxsize=64)
def _binomial(total: int, rate: float) -> list[float]:
    """The chances of 0 to ``total`` passes."""
    if rate <= 0 or rate >= 1:
        certain = total if rate >= 1 else 0
        return [float(passes == certain) for passes in range(total + 1)]
    passed, failed = math.log(rate), math.log1p(-rate)
    return [
        math.exp(_log_comb(total, passes) + passes * passed + (total - passes) * failed)
        for passes in range(total + 1)
    ]


def _log_comb(total: int, chosen: int) -> float:
    return math.lgamma(total + 1) - math.lgamma(chosen + 1) - math.lgamma(total - chosen + 1)


def _orders(passes: int, fails: int, runs: int) -> int:
    """How many orders of the outcomes have so many runs."""
    of_passes, of_fails = runs // 2, (runs + 1) // 2  # stretches, where failures come first

    def ways(stretches: int, others: int) -> int:
        return math.comb(passes - 1, stretches - 1) * math.comb(fails - 1, others - 1)

    return ways(of_passes, of_fails) + ways(of_fails, of_passes)


def _check(passes: int, total: int) -> None:
    if not 0 <= passes <= total:
        raise ValueError(f"expected 0 <= passes <= total, found {passes}/{total}")


SMALLEST_DROP: Final = 0.2
"""The smallest drop of the pass rate that matters, where nobody says otherwise."""


def verdict_on(
    passes: int, unknown: int, total: int, earlier: Earlier, drop: float = SMALLEST_DROP
) -> Verdict:
    """Has the pass rate dropped, and could these numbers tell? The words mean no more than the
    numbers bear:

    - ``regression``: the rate is lower, and Fisher's exact test (two-sided) gives p <= 0.05. Of
      equal batches fewer than 5 in 100 are called so by chance.
    - ``improvement``: the same, the other way.
    - ``no evidence of change``: neither, and a drop that matters lies outside Newcombe's 95 %
      interval of the difference. Of batches that did drop as far, fewer than 5 in 100 are
      called so.
    - ``too few rounds``: neither, and such a drop is not ruled out. That no difference was found
      then says nothing.

    The p value is two-sided although only a drop is looked for: a batch is often compared
    because its rate looks low, and a one-sided test at 0.05 would call that a regression twice as
    often. Rounds of ``unknown`` result may have gone either way: a verdict stands only where it
    does for both."""
    p_low, p_best = _p_values(passes, unknown, total, earlier)
    expected = earlier.passes * total
    if p_best <= ALPHA and (passes + unknown) * earlier.total < expected:
        return "regression"
    if p_low <= ALPHA and passes * earlier.total > expected:
        return "improvement"
    largest = largest_drop(passes, total, earlier.passes, earlier.total)
    return "no evidence of change" if largest < drop and p_low > ALPHA else "too few rounds"


def compare(
    passes: int, unknown: int, total: int, earlier: Earlier, drop: float = SMALLEST_DROP
) -> Comparison:
    """The verdict and its grounds. Of several ``p_value`` that may hold, the largest counts."""
    verdict = verdict_on(passes, unknown, total, earlier, drop)
    p_value = max(_p_values(passes, unknown, total, earlier))
    largest = largest_drop(passes, total, earlier.passes, earlier.total)
    needed = each = None
    if verdict == "too few rounds":
        needed, each = _needed(passes, total, earlier, drop)
    reason = f"Fisher's exact test, two-sided: p = {p_value:.3g}"
    if verdict == "no evidence of change":
        reason += f"; a drop of {points(drop)} is ruled out (95 %), at most {points(largest)}"
    elif verdict == "too few rounds":
        reason = "; ".join([reason, *_lacking(unknown, total, earlier, largest, (needed, each))])
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
    low = fisher(passes, total, earlier.passes, earlier.total)
    if not unknown:
        return low, low
    return low, fisher(passes + unknown, total, earlier.passes, earlier.total)


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
        needed = rounds_needed_against(rate, earlier.passes, earlier.total)
        if needed is not None and needed > total:
            return needed, None
        each = rounds_needed(rate, before)
        if needed is None and (each is None or each > min(total, earlier.total)):
            return None, each
    return None, None


def _lacking(
    unknown: int,
    total: int,
    earlier: Earlier,
    largest: float,
    enough: tuple[int | None, int | None],
) -> Iterator[str]:
    """What is missing for a verdict."""
    needed, each = enough
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
        yield f"more than {MOST_ROUNDS} rounds of each batch would be needed to tell"
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
