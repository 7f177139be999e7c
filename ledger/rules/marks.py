"""Rules about characters that were read in the wrong encoding."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.plan import document, text
from ledger.plan.model import Ledger
from ledger.rules.places import quoted
from ledger.rules.registry import Facts, Fault, rule

# The first byte of a character beyond ASCII and one of those that follow it, each once read as a
# character of Windows-1252 or Windows-1254 and written as UTF-8.
_SUSPECT: Final = re.compile(
    rb"(?:\xc3[\x82-\xb4]|\xc4[\x9e\x9f\xb0\xb1]|\xc5[\x9e\x9f])"
    rb"(?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2(?:\x82\xac"
    rb"|\x84\xa2|\x80[\x93\x94\x98-\x9a\x9c-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]))"
)
_TICKS: Final = re.compile(r"`+")
_MOST: Final = 20


class Damaged(NamedTuple):
    """A damaged line and what was meant; ``lost`` characters cannot be told. ``start`` and ``end``
    are its bytes, without the newline; ``at`` is where the damage begins."""

    line: int
    start: int
    end: int
    at: int
    was: str
    mended: str
    lost: int


@rule("LED114", "damaged-characters", "warning")
def damaged_characters(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A line has characters that were UTF-8 and were once read as a Windows code page.

    Why: A tick or a dash becomes two or three odd letters, which nobody can search for, and which
    hide what a state or a result says.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Notes: âœ… done â€” twice as fast

    Mend: `ledger doctor --fix` shows these lines as they were meant, and writes them. In code
    nothing is looked at.
    """
    for number, one in enumerate(damaged(ledger.text)):
        if number == _MOST:
            return
        message = f"characters were read in the wrong encoding: {quoted(one.was)}"
        fix = None if one.lost else f"it was meant to be {quoted(one.mended)}"
        yield Fault(one.at, message, one.was, fix=fix)


def damaged(data: bytes) -> Iterator[Damaged]:
    """The lines with such damage outside of code."""
    suspects = sorted(_suspects(data))
    if not suspects:
        return

    code: frozenset[int] | None = None
    seen = iter(suspects)
    at = next(seen)
    for line, (start, end) in enumerate(pairwise(text.line_starts(data))):
        if at >= end:
            continue
        first = at
        while at < end:
            at = next(seen, len(data) + 1)
        whole = data[start:end].rstrip(b"\r\n")
        raw = whole if line else whole.removeprefix(text.BOM)
        was = text.decode(raw)
        parts = [(begin, stop, text.mend(was[begin:stop])) for begin, stop in _outside(was)]
        if not any(mended.is_damaged for *_, mended in parts):
            continue
        code = _code(data) if code is None else code
        if line not in code:
            last = start + len(whole)
            said = _joined(was, [(begin, stop, mended.line) for begin, stop, mended in parts])
            lost = sum(mended.lost for *_, mended in parts)
            yield Damaged(line + 1, last - len(raw), last, first, was, said, lost)


def _suspects(data: bytes) -> Iterator[int]:
    """Where such damage may begin. To look for three bytes is much faster than for a pattern."""
    for lead in (b"\xc3", b"\xc4", b"\xc5"):
        at = data.find(lead)
        while at >= 0:
            if _SUSPECT.match(data, at):
                yield at
            at = data.find(lead, at + 1)


def _code(data: bytes) -> frozenset[int]:
    """The lines of code blocks, from 0."""
    blocks = (
        block
        for section in document.parse(data).sections
        for block in document.walk(section.blocks)
        if block.kind in ("fence", "code")
    )
    return frozenset(line for block in blocks for line in range(block.start, block.end))


def _outside(line: str) -> list[tuple[int, int]]:
    """Where the parts of a line between its spans of code begin and end."""
    parts, begun = [], 0
    ticks = [(found.start(), found.end()) for found in _TICKS.finditer(line)]
    places: dict[int, list[int]] = {}
    for at, (start, end) in enumerate(ticks):
        places.setdefault(end - start, []).append(at)
    at = 0
    while at < len(ticks):
        start, end = ticks[at]
        same = places[end - start]
        after = bisect_right(same, at)
        if after == len(same):
            at += 1  # opens nothing
            continue
        parts.append((begun, start))
        begun, at = ticks[same[after]][1], same[after] + 1
    return [*parts, (begun, len(line))]


def _joined(line: str, parts: list[tuple[int, int, str]]) -> str:
    """The line with other words in its parts."""
    pieces, at = [], 0
    for start, end, said in parts:
        pieces += [line[at:start], said]
        at = end
    return "".join([*pieces, line[at:]])
