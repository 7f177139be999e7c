"""Safe fixes: what some rules find can be mended without anybody's judgement.

A fixer belongs to a rule, and turns a ledger into fixes: edits with what they mean, as values.
``mend`` makes them one after the other on the ledger in memory, and holds each outcome against
what was meant. No I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ledger.plan import document, reader
from ledger.plan.model import Ledger
from ledger.rules.mending import index, marks, numbers
from ledger.rules.mending.fix import Fix, Left, draft
from ledger.rules.mending.numbers import Age

__all__ = ["CODES", "Age", "Fix", "Left", "Mended", "mend", "offered"]

_Fixer = Callable[[Ledger, Age], Iterator[Fix | Left]]
# In the order in which they are made: each sees what those before it have mended.
_FIXERS: Final[dict[str, _Fixer]] = {
    "LED114": lambda ledger, _: marks.damaged(ledger),
    "LED205": lambda ledger, _: index.doubled(ledger),
    "LED201": lambda ledger, _: index.statuses(ledger),
    "LED202": lambda ledger, _: index.priorities(ledger),
    "LED203": lambda ledger, _: index.missing(ledger),
    "LED106": numbers.duplicates,
}
CODES: Final = tuple(_FIXERS)
_MOST_ALONE: Final = 50  # fixes of a rule that are tried one by one, each of which reads the plan
_MOST_ROUNDS: Final = 4
_UNSAFE: Final = "mending it would change more, or other, than is meant: mend it by hand"


class Mended(NamedTuple):
    """The ledger with the ``fixes``, and what was ``left``. Lines are those that the ledger had
    when the fix was made."""

    ledger: Ledger
    fixes: tuple[Fix, ...]
    left: tuple[Left, ...]


def mend(ledger: Ledger, age: Age, codes: frozenset[str] = frozenset(CODES)) -> Mended:
    """Make the safe fixes of the rules ``codes``. One whose outcome is not the ledger with what was
    meant and nothing else is left."""
    fixes: list[Fix] = []
    left: dict[tuple[str, str | None, str], Left] = {}
    unsafe: list[Left] = []
    for _ in range(_MOST_ROUNDS):  # where one fix could not be made, another may make room for it
        before, unsafe = len(fixes), []
        for code, fixer in _FIXERS.items():
            if code in codes:
                every = list(fixer(ledger, age))
                for one in every:
                    if isinstance(one, Left):
                        left.setdefault((code, one.item, one.said), one)
                made = [one for one in every if isinstance(one, Fix)]
                ledger, good, bad = _mended(ledger, code, made)
                fixes += good
                unsafe += [Left(code, one.line, one.item, _UNSAFE) for one in bad]
        if len(fixes) == before:
            break
    return Mended(ledger, tuple(fixes), (*left.values(), *unsafe))


def _mended(ledger: Ledger, code: str, made: list[Fix]) -> tuple[Ledger, list[Fix], list[Fix]]:
    """The ledger with those fixes of a rule that do what they mean, these, and the others."""
    new = _applied(ledger, code, made)
    if new is not None:
        return new, made, []
    alone = [(one, _applied(ledger, code, [one]) is not None) for one in made[:_MOST_ALONE]]
    good = [one for one, is_good in alone if is_good]
    new = _applied(ledger, code, good)
    if new is None:
        return ledger, [], made
    return new, good, [one for one, is_good in alone if not is_good] + made[_MOST_ALONE:]


def offered(ledger: Ledger) -> int:
    """How many safe fixes there are at first sight."""
    return sum(
        isinstance(one, Fix) for fixer in _FIXERS.values() for one in fixer(ledger, lambda _: 0)
    )


def _applied(ledger: Ledger, code: str, fixes: list[Fix]) -> Ledger | None:
    """The ledger with the fixes of one rule; None where more, or other, came of them than meant."""
    if not fixes:
        return ledger
    edits = [edit for fix in fixes for edit in fix.edits]
    new = reader.read(document.apply(ledger.text, edits), ledger)
    expected, found = draft(ledger), draft(new)
    for fix in fixes:
        fix.meant(expected)
    if code == "LED114":
        marks.bare(found)
    return new if expected.said == found.said else None
