"""Changes (``36→31``, ``+1.45s runtime``, ``±0 passed``), read and judged against the run that is
compared with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from ledger.claims.counts import PASS_RATE_BEFORE
from ledger.claims.figures import TIMES, WORDS, Figure, Reading, exact, is_nearly, is_whole, rounded
from ledger.claims.group import ROUNDED, SEVERAL_SESSIONS, candidates, denominators, options
from ledger.claims.model import ARITHMETIC, Amount, Claim, JudgedClaim
from ledger.claims.runs import Run
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

_Parts = tuple[Amount | None, Amount | None, Amount | None]


def change(reading: Reading, index: int) -> bool:
    """A figure with a sign or an arrow behind it."""
    figure = reading.figures[index]
    after = reading.joined(index, _ARROW)
    if after is not None:
        _arrow(reading, index, after, figure.start, _measure_of(reading, index, after), None)
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
        _with_percent(reading, index, measure, figure.start, (None, None, by))
    more = _MORE_WORDS.match(reading.plain, figure.end)
    for word in more[0].strip("/").split("/") if more else ():
        _add(
            reading, index, WORDS[word.lower()], (figure.start, figure.end), (None, None, by, None)
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
        _arrow(reading, inner, later, start, measure, by)
        return True
    earlier = reading.joined(inner, _VERSUS)
    if earlier is None or reading.figures[inner].sign:
        return False
    reading.used.update((inner, earlier))
    parts = (reading.amount(earlier), reading.amount(inner), by, None)
    _add(reading, index, measure, (start, reading.figures[earlier].end), parts)
    return True


def _arrow(
    reading: Reading, index: int, after: int, start: int, measure: str, by: Amount | None
) -> None:
    first, second = reading.figures[index], reading.figures[after]
    reading.used.update((index, after))
    if not measure or first.modifier or second.modifier or len(first.numbers + second.numbers) > 2:
        return
    parts = (reading.amount(index, second.unit), reading.amount(after), by)
    _with_percent(reading, after, measure, start, parts)


def _with_percent(reading: Reading, index: int, measure: str, start: int, parts: _Parts) -> None:
    """The change, with its percentage where one stands right behind it."""
    percent = None
    end = reading.figures[index].end
    behind = reading.next(index)
    if behind is not None:
        figure = reading.figures[behind]
        is_share = figure.unit == "percent" and figure.sign and not figure.modifier
        if is_share and reading.between(index, behind) in _BEFORE_PERCENT:
            percent = _signed(figure)
            reading.used.add(behind)
            end = figure.end
    _add(reading, index, measure, (start, end), (*parts, percent))


def _add(
    reading: Reading, index: int, measure: str, span: tuple[int, int], of: tuple[Amount | None, ...]
) -> None:
    scope = reading.scopes[index]
    reading.claim("delta", span, reading.quote(span), scope=scope, measure=measure, of=of)


def _measure_of(reading: Reading, index: int, after: int) -> str:
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


_OTHER_BASELINE = "the run compared with may be another one"
_COUNTS = frozenset({"collected", "passed", "failed", "errors", "skipped", "xfailed", "xpassed"})


class _Value(NamedTuple):
    """``way`` is the way of counting or measuring: like is compared with like."""

    value: float
    file: str
    way: str


_Pair = tuple[_Value, _Value]  # the run's, the baseline's


def judge_deltas(
    claims: Sequence[Claim], own: Sequence[Run], baselines_of: Callable[[Claim], Sequence[Run]]
) -> list[JudgedClaim]:
    """The changes of one entry. A phase may have had more runs than the fix plan still tells of,
    so what contradicts one against it counts only if another agrees."""
    found = [judge_delta(claim, own, baselines_of(claim)) for claim in claims]
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


def judge_delta(claim: Claim, own: Sequence[Run], baselines: Sequence[Run]) -> JudgedClaim:
    """One change. ``baselines`` are the runs that it may be against."""
    slip = _slip(claim)
    if slip:
        observed, reason = slip
        return claim.contradicted(observed, ARITHMETIC, reason)
    if claim.whose == "loose" and not claim.against:
        return claim.unverifiable("its wording may mean other runs")
    own = [run for run in own if run.every or run.elapsed]
    baselines = [run for run in baselines if run.every or run.elapsed]
    before = list(_values(claim, baselines))
    every = [(a, b) for a in _values(claim, own) for b in before]
    alike = [(a, b) for a, b in every if a.way == b.way]
    found = _agreeing(claim, alike)
    if found:
        a, b = found
        return claim.supported(_text(claim, b, a), a.file)
    reason = _doubt(claim, own, baselines, every, alike)
    if reason:
        return claim.unverifiable(reason)
    a, b = alike[0]
    return claim.contradicted(_text(claim, b, a), a.file, "the two runs differ by something else")


def _doubt(
    claim: Claim,
    own: Sequence[Run],
    baselines: Sequence[Run],
    every: Sequence[_Pair],
    alike: Sequence[_Pair],
) -> str:
    """Why a change that is not so is no contradiction; empty where it is one."""
    if not every:
        return "not both runs can be told"
    if not claim.against:
        return "which runs are compared is not said for sure"
    if len(own) != 1 or len(baselines) != 1 or not own[0].single or not baselines[0].single:
        return SEVERAL_SESSIONS
    if _agreeing(claim, every):
        return "it is so only if the two runs are counted in different ways"
    if not alike:
        return "the two runs tell nothing of the same kind"
    if any(_is_near(claim, a.value, b.value) for a, b in alike):
        return ROUNDED
    first, second, change, percent = claim.of
    if first is not None and not any(first.holds(b.value) for _, b in alike):
        rest = [(a, b) for a, b in alike if second is None or second.holds(a.value)]
        if change is None or not any(_holds(change, percent, a.value, b.value) for a, b in rest):
            return _OTHER_BASELINE
    return ""


def _slip(claim: Claim) -> tuple[str, str] | None:
    """What the claim's own numbers give, where they do not agree with each other."""
    before, after, change, percent = claim.of
    if before is None or after is None:
        return None
    low, high = after.low - before.high, after.high - before.low
    if change is not None and not (_meet(change, low, high) or _meet(change, -high, -low)):
        return (
            f"{_with_sign(after.middle - before.middle)}",
            "its own numbers differ by something else",
        )
    if percent is not None and before.low > 0:
        shares = [
            100.0 * value / base for value in (low, high) for base in (before.low, before.high)
        ]
        low, high = min(shares), max(shares)
        if _meet(percent, low, high) or _meet(percent, -high, -low):
            return None
        value = 100.0 * (after.middle - before.middle) / before.middle
        if is_nearly(percent, value) or is_nearly(percent, -value):
            return None
        return f"{value:+.2f}%", "its own numbers give another percentage"
    return None


def _meet(amount: Amount, low: float, high: float) -> bool:
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    return amount.low <= high + slack and low - slack <= amount.high


def _values(claim: Claim, runs: Sequence[Run]) -> Iterator[_Value]:
    if claim.measure in _COUNTS:
        for run in runs:
            for seen in candidates(run, claim.subject):
                values = options(seen.session, claim.measure, frozenset())
                for kind, value in enumerate(values):
                    yield _Value(value, seen.file, str(kind))
    elif claim.measure in ("duration_s", "seconds"):
        for run in runs:
            for way, figures in (("session", run.durations), ("command", run.elapsed)):
                for figure in figures:
                    yield _Value(figure.value, run.place(figure.file), way)
    elif claim.measure == "pass_rate":
        yield from _pass_rates(runs)


def _pass_rates(runs: Sequence[Run]) -> Iterator[_Value]:
    for run in runs:
        for session in run.every:
            for kind, of in enumerate(denominators(session)):
                if of > 0:
                    value = 100.0 * session.totals.passed / of
                    yield _Value(value, run.place(session.file), str(kind))


def _agreeing(claim: Claim, pairs: Sequence[tuple[_Value, _Value]]) -> tuple[_Value, _Value] | None:
    first, second, change, percent = claim.of
    for a, b in pairs:
        if first is not None and not first.holds(b.value):
            continue
        if second is not None and not second.holds(a.value):
            continue
        if _holds(change, percent, a.value, b.value):
            return a, b
    return None


def _holds(change: Amount | None, percent: Amount | None, after: float, before: float) -> bool:
    if change is not None and not _meet(change, *_spread(after - before, change)):
        return False
    if percent is not None:
        if before <= 0:
            return False
        share = 100.0 * (after - before) / before
        # The change itself may have been rounded before it was divided.
        low, high = _spread(share, percent, 0.0)
        if change is not None:
            low = min(low, 100.0 * change.low / before)
            high = max(high, 100.0 * change.high / before)
        return _meet(percent, low, high)
    return True


def _spread(value: float, like: Amount, share: float = 1.0) -> tuple[float, float]:
    """What ``value`` may come out as when both runs' figures were rounded first."""
    unit = (like.high - like.low) * share
    return value - unit, value + unit


def _is_near(claim: Claim, after: float, before: float) -> bool:
    first, second, change, percent = claim.of
    if change is not None and not _meet(change, *_spread(after - before, change)):
        return False
    if first is not None and not first.holds(before):
        return is_nearly(first, before)
    if second is not None and not second.holds(after):
        return is_nearly(second, after)
    if percent is None or before <= 0:
        return False
    return is_nearly(percent, 100.0 * (after - before) / before)


def _text(claim: Claim, before: _Value, after: _Value) -> str:
    change = after.value - before.value
    if claim.measure in _COUNTS:
        return f"{before.value:.0f} -> {after.value:.0f} ({_with_sign(change)})"
    unit = "%" if claim.measure == "pass_rate" else "s"
    return f"{before.value:.2f}{unit} -> {after.value:.2f}{unit} ({change:+.2f}{unit})"


def _with_sign(value: float) -> str:
    text = f"{value:+.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("+0", "-0") else text
