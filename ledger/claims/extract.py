"""Text to claims about runs: counts, rates, times, memory, exit codes, changes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from ledger.claims.figures import Figure, figures
from ledger.claims.model import Claim
from ledger.claims.prose import Prose, Sentence
from ledger.claims.reading import Context, Reading
from ledger.claims.reading_changes import change
from ledger.claims.reading_counts import count, fraction, rate, sums, triple
from ledger.claims.reading_times import cpu, duration, exit_code, exit_codes, margin, memory
from ledger.claims.scope import Self, scopes

# What a figure can be by its unit, in the order of trying: the first that takes it has it.
_TIMES = (change, margin, duration)
_READERS: Final[dict[str, tuple[Callable[[Reading, int], bool], ...]]] = {
    "": (change, fraction, triple, count),
    "percent": (change, margin, cpu, rate),
    "bytes": (memory,),
    "points": (change,),
    **dict.fromkeys(("seconds", "minutes", "hours", "clock", "ms"), _TIMES),
}
MOST = 300  # claims with a number in one entry; judging one looks at the others
_ARROW = re.compile("→|[-=]>")
_UNITS = frozenset({"seconds", "minutes", "hours", "clock", "ms", "percent", "bytes"})


def figures_claimed(prose: Prose, item: str | None, attempt: int | None, own: Self) -> list[Claim]:
    """Every claim of an entry that is a number. ``own`` is how its run may be named."""
    context = Context(prose, item, attempt)
    numbers = figures(prose.plain)
    starts = [figure.start for figure in numbers]
    found: list[Claim] = []
    group = 0
    for sentence in prose.sentences:
        here = numbers[bisect_left(starts, sentence.start) : bisect_left(starts, sentence.end)]
        here = here[:MOST]
        if not here:
            continue
        exits = exit_codes(prose.plain, sentence)
        if exits or _may_claim(prose.plain, sentence, here):
            reading = _read(context, sentence, here, exits, own, group + 1)
            found += reading.claims
            group = reading.group
        if len(found) > MOST:
            break
    return found[:MOST]


def _may_claim(plain: str, sentence: Sentence, numbers: list[Figure]) -> bool:
    """Whether one of the numbers is of a kind that runs tell. Most numbers are none."""
    return any(
        number.measure
        or number.unit in _UNITS
        or len(number.numbers) == 3
        or plain.startswith(" test", number.end)
        for number in numbers
    ) or bool(_ARROW.search(plain, sentence.start, sentence.end))


def _read(
    context: Context,
    sentence: Sentence,
    numbers: list[Figure],
    exits: list[re.Match[str]],
    own: Self,
    group: int,
) -> Reading:
    spans = [(number.start, number.end) for number in numbers]
    order = sorted([*spans, *(match.span() for match in exits)])
    scope_of = dict(zip(order, scopes(context.prose, sentence, order, own), strict=True))
    reading = Reading(context, sentence, numbers, [scope_of[span] for span in spans], group)
    part = 0
    for index in range(len(numbers)):
        if index in reading.used:
            continue
        if reading.scopes[index].part != part:
            part = reading.scopes[index].part
            reading.next_group()
        for reader in _READERS.get(numbers[index].unit, ()):
            if reader(reading, index):
                break
    sums(reading)
    for match in exits:
        exit_code(reading, match, scope_of[match.span()])
    return reading
