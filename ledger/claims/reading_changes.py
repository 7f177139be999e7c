"""Changes: ``36→31``, ``-5 failures (36→31, -13.9%)``, ``+1.45s runtime``, ``±0 passed``."""

from __future__ import annotations

import re

from ledger.claims import amounts
from ledger.claims.figures import WORDS, Figure
from ledger.claims.model import Amount
from ledger.claims.reading import TIMES, Reading, is_whole
from ledger.claims.reading_counts import PASS_RATE_BEFORE
from ledger.claims.reading_times import RAN

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
    reading.claim(
        "delta", span, scope, measure, None, reading.context.prose.quote(*span), whose=scope.whose,
        of=of, is_firm=scope.is_firm,
    )  # fmt: skip


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
    value = amounts.amount(number) if figure.unit else amounts.exact(number)
    return Amount(low=-value.high, high=-value.low) if figure.sign == "-" else value
