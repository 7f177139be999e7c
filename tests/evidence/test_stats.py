"""Intervals and tests, held against exact enumeration, scipy where it is installed, and values
known from elsewhere."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations, groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence import stats


@st.composite
def tables(draw: st.DrawFn, most: int = 60) -> tuple[int, int, int, int]:
    total, other = draw(st.integers(0, most)), draw(st.integers(0, most))
    return draw(st.integers(0, total)), total, draw(st.integers(0, other)), other


def fisher_by_fractions(table: tuple[int, int, int, int]) -> Fraction:
    """The definition, with whole numbers: every way to spread the passes over both batches."""
    passes, total, other_passes, other = table
    both = passes + other_passes
    ways = {x: math.comb(total, x) * math.comb(other, both - x) for x in range(both + 1)}
    chosen = [w for w in ways.values() if w <= ways[passes]]
    return Fraction(sum(chosen), math.comb(total + other, both))


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ((14, 20, 18, 20), 0.235),
        ((14, 20, 45, 50), 0.065),
        # The lady tasting tea: all eight cups right by chance is 1 in 70, two-sided 2.
        ((4, 4, 0, 4), 2 / 70),
        ((0, 0, 5, 9), 1.0),
        ((7, 7, 9, 9), 1.0),
    ],
)
def test_fisher_has_known_values(table: tuple[int, int, int, int], expected: float) -> None:
    assert stats.fisher(*table) == pytest.approx(expected, abs=0.0006)


@given(tables())
def test_fisher_is_the_exact_sum(table: tuple[int, int, int, int]) -> None:
    exact = fisher_by_fractions(table)
    assert stats.fisher(*table) == pytest.approx(float(exact), rel=1e-9)


@given(tables(400))
def test_fisher_is_that_of_scipy(table: tuple[int, int, int, int]) -> None:
    scipy_stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    passes, total, other_passes, other = table
    counts = [[passes, total - passes], [other_passes, other - other_passes]]
    theirs = scipy_stats.fisher_exact(counts).pvalue
    assert stats.fisher(*table) == pytest.approx(theirs, rel=1e-7, abs=1e-300)


def test_fisher_of_a_million_rounds_is_a_number() -> None:
    assert stats.fisher(1000, 1_000_000, 1200, 1_000_000) == pytest.approx(2.16e-5, rel=0.01)
    assert stats.fisher(0, 1_000_000, 1_000_000, 1_000_000) == 0.0


@pytest.mark.parametrize(
    ("passes", "total", "low", "high"),
    [
        (14, 20, 0.4810, 0.8545),
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_has_known_values(passes: int, total: int, low: float, high: float) -> None:
    assert stats.wilson(passes, total) == pytest.approx((low, high), abs=5e-5)


@given(st.integers(1, 5000), st.data())
def test_wilson_holds_the_rate_and_mirrors(total: int, data: st.DataObject) -> None:
    passes = data.draw(st.integers(0, total))
    low, high = stats.wilson(passes, total)
    assert 0 <= low <= passes / total <= high <= 1
    mirrored = stats.wilson(total - passes, total)
    assert (1 - high, 1 - low) == pytest.approx(mirrored, abs=1e-9)


@pytest.mark.parametrize(
    ("now", "earlier", "drop"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10, upper limits.
        ((48, 80), (56, 70), 0.3339),
        ((3, 10), (9, 10), 0.8090),
        ((2, 7), (6, 7), 0.8062),
        ((0, 29), (5, 56), 0.1926),
        ((0, 20), (0, 10), 0.2775),
        ((0, 10), (10, 10), 1.0),
    ],
)
def test_the_largest_drop_has_known_values(
    now: tuple[int, int], earlier: tuple[int, int], drop: float
) -> None:
    assert stats.largest_drop(*now, *earlier) == pytest.approx(drop, abs=1e-4)


def outcomes(word: str) -> list[bool]:
    return [letter == "P" for letter in word]


def test_the_runs_test_counts_orders() -> None:
    """Of the 20 rounds that the specification gives: 14 passed, in 9 runs, p = 0.52."""
    found = stats.runs_test(outcomes("PFFPFPPPFPPPPPPPPFFP"))
    assert found is not None
    assert (found.runs, round(found.expected, 1), round(found.fewer, 2)) == (9, 9.4, 0.52)
    clustered = stats.runs_test(outcomes("P" * 10 + "F" * 6 + "P" * 10))
    assert clustered is not None
    assert clustered.fewer < 0.001


@pytest.mark.parametrize("word", ["", "P", "PPPP", "F"])
def test_one_kind_of_outcome_has_no_runs_test(word: str) -> None:
    assert stats.runs_test(outcomes(word)) is None


@given(st.text("PF", min_size=2, max_size=11))
def test_the_runs_test_is_exact(word: str) -> None:
    found = stats.runs_test(outcomes(word))
    if found is None:
        assert len(set(word)) < 2
        return
    every = []
    for places in combinations(range(len(word)), word.count("P")):
        order = ["P" if place in places else "F" for place in range(len(word))]
        every.append(len(list(groupby(order))))
    runs = len(list(groupby(word)))
    assert found.runs == runs
    assert found.expected == pytest.approx(sum(every) / len(every))
    assert found.fewer == pytest.approx(sum(r <= runs for r in every) / len(every))
    assert found.more == pytest.approx(sum(r >= runs for r in every) / len(every))


def test_the_runs_test_goes_over_into_its_approximation() -> None:
    word = "PPF" * 666  # 1998: exact, and a little longer: not
    exact, normal = stats.runs_test(outcomes(word)), stats.runs_test(outcomes(word + "PPF" * 2))
    assert exact is not None
    assert normal is not None
    assert exact.more == pytest.approx(normal.more, abs=1e-6)
    mild = "PPFF" * 500  # as many runs as a random order has
    below, above = stats.runs_test(outcomes(mild)), stats.runs_test(outcomes(mild + "PPFF"))
    assert below is not None
    assert above is not None
    assert (below.fewer, below.more) == pytest.approx((above.fewer, above.more), abs=0.003)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([3.5], (1, 3.5, None, 3.5, 3.5)),
        ([2, 4, 4, 4, 5, 5, 7, 9], (8, 5.0, math.sqrt(32 / 7), 2, 9)),
        ([1e16, 1.0, -1e16], (3, 1 / 3, 1e16, -1e16, 1e16)),
    ],
)
def test_spread(values: list[float], expected: tuple[float, ...] | None) -> None:
    found = stats.spread(values)
    if expected is None or found is None:
        assert found is expected
    else:
        assert tuple(found) == pytest.approx(expected)


def told_by_fractions(total: int, earlier_total: int) -> dict[tuple[int, int], bool]:
    """Which pairs of counts are a regression, by the exact sums."""
    return {
        (k, e): k * earlier_total < e * total
        and fisher_by_fractions((k, total, e, earlier_total)) <= Fraction(1, 20)
        for k in range(total + 1)
        for e in range(earlier_total + 1)
    }


def binomial(total: int, rate: Fraction) -> list[Fraction]:
    return [math.comb(total, k) * rate**k * (1 - rate) ** (total - k) for k in range(total + 1)]


@pytest.mark.parametrize(("rate", "earlier", "total"), [(70, 90, 20), (10, 90, 5), (50, 50, 12)])
def test_power_is_the_sum_over_all_outcomes(rate: int, earlier: int, total: int) -> None:
    now, before = binomial(total, Fraction(rate, 100)), binomial(total, Fraction(earlier, 100))
    told = told_by_fractions(total, total)
    expected = sum((now[k] * before[e] for (k, e), is_told in told.items() if is_told), Fraction())
    assert stats.power(rate / 100, earlier / 100, total) == pytest.approx(float(expected), abs=1e-9)


@pytest.mark.parametrize(("rate", "total", "earlier"), [(70, 20, (18, 20)), (40, 15, (45, 50))])
def test_power_against_a_batch_is_the_sum_over_all_outcomes(
    rate: int, total: int, earlier: tuple[int, int]
) -> None:
    now = binomial(total, Fraction(rate, 100))
    told = told_by_fractions(total, earlier[1])
    expected = sum((now[k] for k in range(total + 1) if told[k, earlier[0]]), Fraction())
    assert stats.power_against(rate / 100, total, *earlier) == pytest.approx(float(expected))


def test_so_many_rounds_tell_and_one_fewer_do_not() -> None:
    needed = stats.rounds_needed(0.7, 0.9)
    assert needed is not None
    assert stats.power(0.7, 0.9, needed) >= stats.POWER > stats.power(0.7, 0.9, needed - 1)
    needed = stats.rounds_needed_against(0.7, 45, 50)
    assert needed is not None
    power = stats.power_against
    assert power(0.7, needed, 45, 50) >= stats.POWER > power(0.7, needed - 1, 45, 50)


def test_some_drops_are_beyond_telling() -> None:
    assert stats.rounds_needed(0.899, 0.9) is None
    # 18 of 20 might be luck, however many rounds follow.
    assert stats.rounds_needed_against(0.7, 18, 20) is None


@pytest.mark.parametrize("counts", [(-1, 5), (6, 5)])
def test_impossible_counts_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="0 <= passes <= total"):
        stats.wilson(*counts)
    with pytest.raises(ValueError, match="0 <= passes <= total"):
        stats.fisher(*counts, 1, 2)
