"""Safe fixes: what some rules find can be mended without anybody's judgement.

A fixer belongs to a rule, and turns a ledger into fixes: edits with what they mean, as values.
``mend`` makes them one after the other on the ledger in memory, and holds each outcome against
what was meant. No I/O.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ledger import document, reader
from ledger.errors import Refused
from ledger.mending import index, marks, numbers
from ledger.mending.fix import Fix, Left, draft
from ledger.mending.numbers import Age
from ledger.models.ledger import Ledger

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


class Mended(NamedTuple):
    """The ledger with the ``fixes``, and what was ``left``. Lines are those that the ledger had
    when the fix was made."""

    ledger: Ledger
    fixes: tuple[Fix, ...]
    left: tuple[Left, ...]


def mend(ledger: Ledger, age: Age, codes: frozenset[str] = frozenset(CODES)) -> Mended:
    """Make the safe fixes of the rules ``codes``. Raises Refused, naming the rule, where an
    outcome is not the ledger with what was meant and nothing else."""
    fixes: list[Fix] = []
    left: list[Left] = []
    for code, fixer in _FIXERS.items():
        if code not in codes:
            continue
        every = list(fixer(ledger, age))
        made = [one for one in every if isinstance(one, Fix)]
        left += [one for one in every if isinstance(one, Left)]
        if made:
            ledger = _applied(ledger, code, made)
            fixes += made
    return Mended(ledger, tuple(fixes), tuple(left))


def offered(ledger: Ledger) -> int:
    """How many safe fixes there are at first sight."""
    return sum(
        isinstance(one, Fix) for fixer in _FIXERS.values() for one in fixer(ledger, lambda _: 0)
    )


def _applied(ledger: Ledger, code: str, fixes: list[Fix]) -> Ledger:
    edits = [edit for fix in fixes for edit in fix.edits]
    new = reader.read(document.apply(ledger.text, edits), ledger)
    expected, found = draft(ledger), draft(new)
    for fix in fixes:
        fix.meant(expected)
    if code == "LED114":
        marks.bare(found)
    if expected.said != found.said:
        raise Refused(
            "not-as-meant",
            f"mending {code} would change more, or other, than was meant",
            "nothing was written; mend it by hand",
        )
    return new
