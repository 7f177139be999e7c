"""Changes (``36→31``, ``+1.45s runtime``, ``±0 passed``), read and judged against the run that is
compared with.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from ledger.claims.counts import PASS_RATE_BEFORE
from ledger.claims.figures import TIMES, WORDS, Figure, Reading, exact, is_nearly, is_whole, rounded
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.runs import (
    ROUNDED,
    SEVERAL_SESSIONS,
    Run,
    candidates,
    denominators,
    options,
)
from ledger.claims.times import RAN

_ARROW = re.compile(r" ?(?:→|->|=>) ?")
_VERSUS = re.compile(r" (?:vs\.?|versus) ")
_MORE_WORDS = re.compile(r"(?:/(?:passed|failed|skipped|xfailed|errors?))+\b", re.IGNORECASE)
_RUNTIME = re.compile(
    r" (?:in )?(?:run ?time|duration|drift|faster|slower|elapsed)\b", re.IGNORECASE
)
_COUNTED = re.compile(
    r"\b(passed|failed|failures|skipped|xfailed|errors)[:=]? ?\(?\Z", re.IGNORECASE
)
_BEFORE_PERCENT = frozenset({" (", "(", ", ", " = ", "s ("})
_COUNTS = frozenset({"collected", "passed", "failed", "errors", "skipped", "xfailed", "xpassed"})
_OTHER_BASELINE = "the run compared with may be another one"

_Of = tuple[Amount | None, Amount | None, Amount | None, Amount | None]
"""What a change is of: the value before, the value after, their difference, and its percentage."""


def change(reading: Reading, index: int) -> bool:
    """A figure with a sign or an arrow behind it."""
    figure = reading.figures[index]
    after = reading.joined(index, _ARROW)
    if after is not None:
        _arrow(reading, (index, after), figure.start, measure=_measure_of(reading, index, after))
        return True
    if not figure.sign:
        return False
    measure = figure.measure
    if figure.unit in TIMES and _RUNTIME.match(reading.plain, figure.end):
        measure = "duration_s"
    by = _signed(figure)
    if not measure or by is None or len(figure.numbers) > 1:
        return True  # a signed number is no plain count, whatever it is
    if not _pair_behind(reading, index, measure, by):
        _add(reading, index, figure.start, measure, (None, None, by, None))
    more = _MORE_WORDS.match(reading.plain, figure.end)
    for word in more[0].strip("/").split("/") if more else ():
        _claim(
            reading, index, (figure.start, figure.end), WORDS[word.lower()], (None, None, by, None)
        )
    return True


def _pair_behind(reading: Reading, index: int, measure: str, by: Amount) -> bool:
    """``(36→31`` or ``(31 vs 36`` behind the change."""
    start = reading.figures[index].start
    inner = reading.next(index)
    if inner is None or reading.between(index, inner) not in (" (", "("):
        return False
    later = reading.joined(inner, _ARROW)
    if later is not None:
        _arrow(reading, (inner, later), start, measure=measure, by=by)
        return True
    earlier = reading.joined(inner, _VERSUS)
    if earlier is None or reading.figures[inner].sign:
        return False
    reading.used.update((inner, earlier))
    of = (reading.amount(earlier), reading.amount(inner), by, None)
    _claim(reading, index, (start, reading.figures[earlier].end), measure, of)
    return True


def _arrow(
    reading: Reading, pair: tuple[int, int], start: int, *, measure: str, by: Amount | None = None
) -> None:
    """``36→31``: the figures before and behind the arrow."""
    first, second = (reading.figures[index] for index in pair)
    reading.used.update(pair)
    if not measure or first.modifier or second.modifier or len(first.numbers + second.numbers) > 2:
        return
    before, after = reading.amount(pair[0], second.unit), reading.amount(pair[1])
    _add(reading, pair[1], start, measure, (before, after, by, None))


def _add(reading: Reading, index: int, start: int, measure: str, of: _Of) -> None:
    """The change up to the figure ``index``, with its percentage where one stands right behind."""
    end = reading.figures[index].end
    behind = reading.next(index)
    if behind is not None:
        figure = reading.figures[behind]
        is_share = figure.unit == "percent" and figure.sign and not figure.modifier
        if is_share and reading.between(index, behind) in _BEFORE_PERCENT:
            of = (*of[:3], _signed(figure))
            reading.used.add(behind)
            end = figure.end
    _claim(reading, index, (start, end), measure, of)


def _claim(reading: Reading, index: int, span: tuple[int, int], measure: str, of: _Of) -> None:
    scope, group = reading.scopes[index], reading.group
    claim = reading.context.claim("delta", span, scope=scope, group=group, measure=measure, of=of)
    reading.claims.append(claim)


def _measure_of(reading: Reading, index: int, after: int) -> str:
    """What is measured on both sides of an arrow; empty for nothing that a run tells."""
    first, second = reading.figures[index], reading.figures[after]
    unit = second.unit or first.unit
    before = reading.before(index, 24)
    if second.measure or first.measure:
        return second.measure or first.measure
    if unit in TIMES:
        return "duration_s" if RAN.search(before) else "seconds"
    if unit == "percent":
        return "pass_rate" if PASS_RATE_BEFORE.search(before) else "percent"
    word = None if unit else _COUNTED.search(before)
    return WORDS[word[1].lower()] if word else ""


def _signed(figure: Figure) -> Amount | None:
    number = figure.numbers[0]
    if not figure.unit and not is_whole(number):
        return None
    value = rounded(number) if figure.unit else exact(number)
    return Amount(low=-value.high, high=-value.low) if figure.sign == "-" else value


class _Pair(NamedTuple):
    """A value of the run, the same of the baseline, and the file that has the run's. ``is_alike``
    where both were counted or measured in one way."""

    after: float
    before: float
    file: str
    is_alike: bool


def judge_deltas(
    claims: Sequence[Claim], own: Sequence[Run], baselines_of: Callable[[Claim], Sequence[Run]]
) -> list[JudgedClaim]:
    """The changes of one entry. A phase may have had more runs than the fix plan still tells of,
    so what contradicts one against it counts only if another agrees."""
    found = [_judge_delta(claim, own, baselines_of(claim)) for claim in claims]
    agreed = {judged.against for judged in found if judged.verdict == "supported"}
    return [
        judged.unverifiable(_OTHER_BASELINE)
        if judged.verdict == "contradicted"
        and judged.evidence != ARITHMETIC
        and all(name.kind == "phase" for name in judged.against)
        and judged.against not in agreed
        else judged
        for judged in found
    ]


def _judge_delta(claim: Claim, own: Sequence[Run], baselines: Sequence[Run]) -> JudgedClaim:
    """One change. ``baselines`` are the runs that it may be against."""
    slip = _slip(claim)
    if slip:
        observed, reason = slip
        return claim.contradicted(observed, ARITHMETIC, reason)
    if claim.whose == "loose" and not claim.against:
        return claim.unverifiable("its wording may mean other runs")
    runs = [
        [run for run in runs if run.every or run.figures["elapsed_s"]] for runs in (own, baselines)
    ]
    here, there = ([*_values(claim, side)] for side in runs)
    pairs = [
        _Pair(after, before, file, is_alike=way == way_before)
        for (after, file, way), (before, _, way_before) in product(here, there)
    ]
    alike = [pair for pair in pairs if pair.is_alike]
    agreeing = next((pair for pair in alike if _agrees(claim, pair)), None)
    if agreeing:
        return claim.supported(_shown(claim, agreeing), agreeing.file)
    is_single = all(len(side) == 1 and side[0].single for side in runs)
    reason = _doubt(claim, pairs, is_single=is_single)
    if reason:
        return claim.unverifiable(reason)
    reason = "the two runs differ by something else"
    return claim.contradicted(_shown(claim, alike[0]), alike[0].file, reason)


def _doubt(claim: Claim, pairs: Sequence[_Pair], *, is_single: bool) -> str:
    """Why a change that is not so is no contradiction; empty where it is one."""
    alike = [pair for pair in pairs if pair.is_alike]
    if not pairs:
        return "not both runs can be told"
    if not claim.against:
        return "which runs are compared is not said for sure"
    if not is_single:
        return SEVERAL_SESSIONS
    if any(_agrees(claim, pair) for pair in pairs):
        return "it is so only if the two runs are counted in different ways"
    if not alike:
        return "the two runs tell nothing of the same kind"
    if any(_is_near(claim, pair) for pair in alike):
        return ROUNDED
    first, second, change, percent = claim.of
    if first is not None and not any(first.holds(pair.before) for pair in alike):
        rest = [pair for pair in alike if second is None or second.holds(pair.after)]
        if change is None or not any(_differ_by(change, percent, pair) for pair in rest):
            return _OTHER_BASELINE
    return ""


def _slip(claim: Claim) -> tuple[str, str] | None:
    """What the claim's own numbers give, where they do not agree with each other, and why."""
    before, after, change, percent = claim.of
    if before is None or after is None:
        return None
    ends = after.low - before.high, after.high - before.low
    difference = after.middle - before.middle
    if change is not None and not _meet_either(change, ends):
        return _with_sign(difference), "its own numbers differ by something else"
    if percent is None or before.low <= 0:
        return None
    shares = [100.0 * value / base for value in ends for base in (before.low, before.high)]
    value = 100.0 * difference / before.middle
    if _meet_either(percent, shares) or is_nearly(percent, value) or is_nearly(percent, -value):
        return None
    return f"{value:+.2f}%", "its own numbers give another percentage"


def _meet_either(amount: Amount, values: Sequence[float]) -> bool:
    """Whether an amount may lie between the values, or between these with the other sign: many
    write a decrease without one."""
    return _meet(amount, values) or _meet(amount, [-value for value in values])


def _meet(amount: Amount, values: Sequence[float]) -> bool:
    """Whether an amount may lie between the least and the greatest of the values."""
    low, high = min(values), max(values)
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    return amount.low <= high + slack and low - slack <= amount.high


def _values(claim: Claim, runs: Sequence[Run]) -> Iterator[tuple[float, str, str]]:
    """What the runs have of a measure: each value, its file, and the way of counting it."""
    if claim.measure in _COUNTS:
        for session in candidates(runs, claim.subject):
            values = options(session, claim.measure, frozenset())
            yield from ((value, session.file, str(way)) for way, value in enumerate(values))
    elif claim.measure in ("duration_s", "seconds"):
        for run, way in product(runs, ("duration_s", "elapsed_s")):
            yield from ((time.value, time.file, way) for time in run.figures[way])
    elif claim.measure == "pass_rate":
        for session in (session for run in runs for session in run.every):
            ways = enumerate(denominators(session))
            passed = 100.0 * session.totals.passed
            yield from ((passed / of, session.file, str(way)) for way, of in ways if of > 0)


def _agrees(claim: Claim, pair: _Pair) -> bool:
    first, second, change, percent = claim.of
    return (
        (first is None or first.holds(pair.before))
        and (second is None or second.holds(pair.after))
        and _differ_by(change, percent, pair)
    )


def _differ_by(change: Amount | None, percent: Amount | None, pair: _Pair) -> bool:
    if not _is_change(change, pair):
        return False
    if percent is None or pair.before <= 0:
        return percent is None
    # The change may have been rounded before it was divided.
    differences = [pair.after - pair.before, *((change.low, change.high) if change else ())]
    return _meet(percent, [100.0 * difference / pair.before for difference in differences])


def _is_change(change: Amount | None, pair: _Pair) -> bool:
    """Whether the runs may differ by this much, where both runs' figures were rounded first."""
    difference = pair.after - pair.before
    unit = change.high - change.low if change else 0.0
    return change is None or _meet(change, (difference - unit, difference + unit))


def _is_near(claim: Claim, pair: _Pair) -> bool:
    first, second, change, percent = claim.of
    if not _is_change(change, pair):
        return False
    for amount, value in ((first, pair.before), (second, pair.after)):
        if amount is not None and not amount.holds(value):
            return is_nearly(amount, value)
    if percent is None or pair.before <= 0:
        return False
    return is_nearly(percent, 100.0 * (pair.after - pair.before) / pair.before)


def _shown(claim: Claim, pair: _Pair) -> str:
    change = pair.after - pair.before
    if claim.measure in _COUNTS:
        return f"{pair.before:.0f} -> {pair.after:.0f} ({_with_sign(change)})"
    unit = "%" if claim.measure == "pass_rate" else "s"
    return f"{pair.before:.2f}{unit} -> {pair.after:.2f}{unit} ({change:+.2f}{unit})"


def _with_sign(value: float) -> str:
    text = f"{value:+.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text
