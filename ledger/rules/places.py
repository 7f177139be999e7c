"""Where things stand in a ledger, and what messages call them."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from ledger.plan import dialects, text
from ledger.plan.model import Action, Attempt, IndexRow, Item, Ledger
from ledger.plan.patterns import behind_number
from ledger.rules.registry import Fault

_OPENING = re.compile(rb"[ \t]*(?:[-*+]|#{1,6}|\d{1,9}[.)])?[ \t]*")
_LONGEST_QUOTE = 60

Part = TypeVar("Part")


def unseen(ledger: Ledger, base: Ledger | None) -> list[Attempt]:
    """The attempts of ``ledger`` that ``base`` does not have, word for word."""
    known = {attempt.text for attempt in base.attempts} if base else set()
    return [attempt for attempt in ledger.attempts if attempt.text not in known]


def added(ledger: Ledger, base: Ledger | None) -> list[Attempt]:
    """Those of ``unseen`` that are new, and no attempt of ``base`` under another number."""
    fresh = unseen(ledger, base)
    if not fresh or base is None:
        return fresh
    gone = Counter((one.item, behind_number(one.text)) for one in unseen(base, ledger))
    new = []
    for one in fresh:
        said = one.item, behind_number(one.text)
        if gone[said]:
            gone[said] -= 1
        else:
            new.append(one)
    return new


def sections(ledger: Ledger) -> Iterator[Item]:
    """The items that have a section, not those that are only listed, in an archive say."""
    for item in ledger.items:
        if not dialects.is_listed(ledger, item):
            yield item


def numbering(ledger: Ledger) -> Iterator[Item]:
    """The items of the dialect that numbers attempts, names the one that completed an action, and
    has a place for each status: what is amiss there is how others are written."""
    return (item for item in ledger.items if dialects.is_sectioned(item))


def opening(ledger: Ledger, start: int) -> int:
    """Where the text of the line that starts at byte ``start`` begins, behind its bullet."""
    match = _OPENING.match(ledger.text, start)
    return match.end() if match else start


def of_attempt(ledger: Ledger, attempt: Attempt, message: str, about: str) -> Fault:
    """A fault of ``attempt``, where it begins."""
    at = opening(ledger, attempt.span.start_byte)
    return Fault(at, message, about, item=attempt.item, attempt=attempt.number)


def of_part(
    ledger: Ledger, part: Attempt | Action | Item | IndexRow, item: str, message: str, about: str
) -> Fault:
    """A fault of a part of ``item``, where the part begins."""
    return Fault(opening(ledger, part.span.start_byte), message, about, item=item)


def quoted(words: str) -> str:
    """``words`` in quotation marks, on one line, cut where they run long."""
    short = text.one_line(words[: 4 * _LONGEST_QUOTE])
    if len(short) > _LONGEST_QUOTE:
        short = short[: _LONGEST_QUOTE - 3].rstrip() + "..."
    return f'"{short}"'


def repeated(
    parts: Sequence[Part], label: Callable[[Part], object], is_new: Callable[[Part], bool]
) -> Iterator[tuple[Part, Part, int]]:
    """Each part whose label another one has already, that other one, and how many had it.

    What was there before the change comes first, wherever it stands.
    """
    firsts: dict[object, Part] = {}
    counts: dict[object, int] = {}
    for part in sorted(parts, key=is_new):
        key = label(part)
        count = counts[key] = counts.get(key, 0) + 1
        if count > 1:
            yield part, firsts[key], count
        else:
            firsts[key] = part
