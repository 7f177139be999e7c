"""Counts of tests and their rates."""

from __future__ import annotations

import re

from ledger.claims import amounts
from ledger.claims.model import Amount
from ledger.claims.reading import Reading, is_whole

PASS_RATE_BEFORE = re.compile(
    r"\b(?:pass|success) rate(?: of| is| was| at)?[:=]? {0,2}\Z", re.IGNORECASE
)

_OF = re.compile(r" (?:out )?of (?:the |all )?")
_EQUALS = re.compile(r",? ?(?:=|, i\.e\.) ?")
_OPENS = re.compile(r" ?[(\[] ?(?:i\.e\. |or |= ?)?|, ")
_TESTS = re.compile(r" tests?(?: \(| = |, )")
_PASS_RATE_BEHIND = re.compile(
    r" (?:overall )?(?:test )?(?:pass(?:ed|ing)?|success)(?: rate)?\b", re.IGNORECASE
)
_FAIL_RATE_BEHIND = re.compile(r" fail(?:ed|ure)? rate\b", re.IGNORECASE)
_CHANGE_BEHIND = re.compile(
    r" (?:[a-z]+ ){0,2}(?:reduction|improvement|decrease|increase|fewer|less|more|drop|better|"
    r"worse)\b",
    re.IGNORECASE,
)
_THREE_WORDS = re.compile(r" ?\(?pass(?:ed)?/fail(?:ed)?/skip(?:ped)?", re.IGNORECASE)
_TESTS_BEHIND = re.compile(
    r" tests?\b(?! (?:executed|visible|files?|methods?|fixtures?))", re.IGNORECASE
)
_COLLECTION = re.compile(r"\bcollect(?:ed|ion|s)?\b", re.IGNORECASE)
_COLLECTED_OPEN = re.compile(r"\bcollected \(\Z", re.IGNORECASE)
_RESULT = re.compile(r"\b(?:passed|failed)\b", re.IGNORECASE)
_FIRST_NO_DAY = 32  # the day or month of a date is less


def fraction(reading: Reading, index: int) -> bool:
    """``25/25 PASSED (100%)``, ``540/692 tests (78.0%)``, ``540 of 692 = 78.0 %``."""
    figure = reading.figures[index]
    last = index
    if figure.unit or figure.sign:
        return False
    if len(figure.numbers) == 2:
        above, below = figure.numbers
    else:
        other = reading.joined(index, _OF) if len(figure.numbers) == 1 else None
        if other is None or reading.figures[other].unit:
            return False
        above, below, last = figure.numbers[0], reading.figures[other].numbers[0], other
    if not (is_whole(above) and is_whole(below)):
        return False
    reading.used.add(last)
    measure = figure.measure or reading.figures[last].measure
    count, of = amounts.exact(above), amounts.exact(below)
    end = reading.figures[last].end
    if measure == "collected":
        reading.add("count", index, measure, of, f"{below} collected", end=end)
    elif measure and 0 < of.low < count.low:
        reading.add("sum", index, measure, of, f"{above} of {below}", of=(count,), end=end)
    elif measure and of.low > 0:
        reading.add("count", index, measure, count, f"{above} {measure}", end=end)
        reading.add("count", index, "executed", of, f"{below} tests", end=end)
    rate = reading.next(last)
    if (
        rate is not None
        and reading.figures[rate].unit == "percent"
        and not reading.figures[rate].sign
    ):
        gap = reading.between(last, rate)
        if any(link.fullmatch(gap) for link in (_EQUALS, _OPENS, _TESTS)):
            reading.used.add(rate)
            _rate_of(reading, rate, measure, (count, of), figure.start)
    return True


def triple(reading: Reading, index: int) -> bool:
    """``561/13/112``: passed, failed, skipped."""
    figure = reading.figures[index]
    numbers = figure.numbers
    if len(numbers) != 3 or figure.unit or figure.sign or figure.word:
        return len(numbers) > 3
    told = _THREE_WORDS.match(reading.plain, figure.end)
    if all(is_whole(number) for number in numbers) and (told or int(numbers[0]) >= _FIRST_NO_DAY):
        for measure, number in zip(("passed", "failed", "skipped"), numbers, strict=True):
            reading.add("count", index, measure, amounts.exact(number), f"{number} {measure}")
    return True


def count(reading: Reading, index: int) -> bool:
    """``540 passed (78.0%)``, ``692 tests`` of a collection."""
    figure = reading.figures[index]
    if figure.unit or figure.sign or len(figure.numbers) > 1 or not is_whole(figure.numbers[0]):
        return False
    number = figure.numbers[0]
    amount = amounts.exact(number)
    if not figure.measure:
        if not _TESTS_BEHIND.match(reading.plain, figure.end):
            return False
        if not _COLLECTION.search(reading.before(index, 60)):
            return False
        reading.add("count", index, "collected", amount, f"{number} collected")
        return True
    whose = "loose" if _is_of_modules(reading, index) else reading.whose(index)
    reading.add("count", index, figure.measure, amount, f"{number} {figure.measure}", whose=whose)
    behind = reading.next(index)
    if behind is None:
        return True
    percent = reading.figures[behind]
    if (
        percent.unit == "percent"
        and not percent.sign
        and _OPENS.fullmatch(reading.between(index, behind))
        and not _PASS_RATE_BEHIND.match(reading.plain, percent.end)
    ):
        reading.used.add(behind)
        if not _CHANGE_BEHIND.match(reading.plain, percent.end):
            _rate_of(reading, behind, figure.measure, (amount, None), figure.start)
    return True


def rate(reading: Reading, index: int) -> bool:
    """``78.0% pass rate``, ``pass rate: 78.0%``."""
    figure = reading.figures[index]
    if figure.unit != "percent" or figure.sign:
        return False
    before = PASS_RATE_BEFORE.search(reading.before(index, 24))
    if before or _PASS_RATE_BEHIND.match(reading.plain, figure.end):
        _rate_of(reading, index, "passed", (None, None), figure.start)
    elif _FAIL_RATE_BEHIND.match(reading.plain, figure.end):
        _rate_of(reading, index, "failed", (None, None), figure.start)
    return True


def _rate_of(
    reading: Reading, index: int, measure: str, of: tuple[Amount | None, Amount | None], start: int
) -> None:
    figure = reading.figures[index]
    amount = amounts.amount(figure.numbers[0])
    reading.add("rate", index, measure, amount, figure.written, of=of, start=start)


def _is_of_modules(reading: Reading, index: int) -> bool:
    """``687 collected (1 skipped)`` tells of modules that were skipped at collection."""
    if reading.figures[index].measure != "skipped":
        return False
    if _COLLECTED_OPEN.search(reading.before(index, 16)):
        return True
    bounds = (reading.sentence.start, reading.sentence.end)
    return bool(_COLLECTION.search(reading.plain, *bounds)) and not _RESULT.search(
        reading.plain, *bounds
    )


def sums(reading: Reading) -> None:
    """``692 collected / 540 passed / 8 failed / 143 skipped``: the parts and their sum."""
    for group in dict.fromkeys(claim.group for claim in reading.claims):
        counts = {
            claim.measure: claim
            for claim in reading.claims
            if claim.group == group and claim.kind == "count" and claim.whose != "loose"
        }
        total = counts.pop("collected", None)
        parts = [claim for name, claim in counts.items() if name != "executed"]
        if total is None or total.amount is None or "passed" not in counts or len(parts) < 2:
            continue
        place = next(
            index
            for index, figure in enumerate(reading.figures)
            if figure.numbers[-1].replace(",", "").isdecimal()
            and amounts.exact(figure.numbers[-1]) == total.amount
        )
        named = "+".join(claim.measure for claim in parts)
        text = " + ".join(claim.claimed for claim in parts)
        reading.add(
            "sum", place, named, total.amount, f"{text} = {total.claimed}", whose=total.whose,
            of=tuple(claim.amount for claim in parts),
        )  # fmt: skip
