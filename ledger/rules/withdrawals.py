"""Lines that say which attempts were withdrawn, and why.

    - Withdrawn: Attempt #3 — ran on the wrong branch
    - Withdrawn: #3, #5-#7 (duplicates of other entries)
    - Withdrawn: [PARSE-001] #3: the whole item was a mistake
    - Withdrawn: 2026-02-03T10:15Z — names a machine that is nobody's business

An attempt without a number is called by the date that it begins with, and its time if it has one.

A bullet of the list; the item is the one whose section it stands in, unless it names one. What
stands behind these is the reason. Without one the line says nothing. Nor does one in fenced
code, which is an example.
"""

import re
from bisect import bisect_right
from collections.abc import Collection
from typing import NamedTuple

from ledger.plan import text
from ledger.plan.model import Attempt, Ledger
from ledger.plan.patterns import opens, plain_id

_LINE = re.compile(
    rb"^[ \t]*[-*+][ \t]+\**withdrawn\**:\**[ \t]*([^\r\n]*)", re.MULTILINE | re.IGNORECASE
)
_FENCE = re.compile(rb"^[ \t]*(?:`{3}|~{3})", re.MULTILINE)
_ITEM = re.compile(r"\[([^\[\]]{1,200})\][ \t]*|([A-Z][\w-]{0,80}-\w{1,20})(?=[ \t]*#)[ \t]*")
_NUMBERS = re.compile(
    r"(?:attempts?[ \t]*)?#?(\d{1,6})(?:[ \t]*[-\u2013][ \t]*#?(\d{1,6}))?"
    r"(?:,[ \t]*|[ \t]+and[ \t]+)?",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\[?(\d{4}-\d\d-\d\d(?:T\d\d:?\d\d(?::?\d\d)?Z?)?|\d{8}T\d{6}Z)\]?(?!\w)"
    r"(?:,[ \t]*|[ \t]+and[ \t]+)?"
)
_REASON = re.compile(r"[ \t]*(?:[-\u2013\u2014:(]+)[ \t]*(?=[^\W\d_])")
_MOST = 1000  # attempts that one range may name


Name = tuple[str | None, int | str]


class Withdrawal(NamedTuple):
    """One such line. ``names`` are items and numbers, or dates where there are no numbers;
    ``words`` is the line on one line, which tells it from others."""

    names: frozenset[Name]
    words: str
    line: int


def is_named(attempt: Attempt, names: Collection[Name]) -> bool:
    """Whether one of ``names`` is that of ``attempt``."""
    if attempt.number is not None:
        return (attempt.item, attempt.number) in names
    return any(
        item == attempt.item and isinstance(when, str) and opens(attempt.text, when)
        for item, when in names
    )


def withdrawals(ledger: Ledger) -> list[Withdrawal]:
    """The withdrawals of ``ledger``, in its order."""
    if b"withdrawn" not in ledger.text.lower():
        return []
    fences = [match.start() for match in _FENCE.finditer(ledger.text)]
    starts = text.line_starts(ledger.text)
    found = []
    for match in _LINE.finditer(ledger.text):
        if bisect_right(fences, match.start()) % 2:
            continue
        said = text.decode(match[1])
        names = _names(said, _section(ledger, match.start()))
        if names:
            words = " ".join(text.decode(match[0]).split())
            found.append(Withdrawal(names, words, bisect_right(starts, match.start())))
    return found


def _section(ledger: Ledger, at: int) -> str | None:
    return next(
        (item.id for item in ledger.items if item.span.start_byte <= at < item.span.end_byte), None
    )


def _names(said: str, item: str | None) -> frozenset[Name]:
    """Which attempts the line names; none where it gives no reason."""
    at = 0
    named = _ITEM.match(said)
    if named:
        item, at = plain_id(named[1] or named[2]), named.end()
    found: set[int | str] = set()
    while match := _DATED.match(said, at) or _NUMBERS.match(said, at):
        if match.re is _DATED:
            found.add(match[1])
        else:
            first, last = int(match[1]), int(match[2] or match[1])
            found.update(range(first, min(last, first + _MOST) + 1))
        at = match.end()
    if not found or not _REASON.match(said, at):
        return frozenset()
    return frozenset((item, one) for one in found)
