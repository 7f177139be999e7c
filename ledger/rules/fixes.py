"""Safe fixes, which need nobody's judgement: a rule's fixer gives edits with what they mean, and
``mend`` makes one after the other in memory and checks each outcome."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from ledger.edits.outline import Outline
from ledger.plan import document, reader
from ledger.plan.model import Ledger
from ledger.rules import index, numbers, structure
from ledger.rules.model import MadeFix
from ledger.rules.registry import Fix, made

_Fixer = Callable[[Ledger, numbers.Age], Iterator[Fix | MadeFix]]
_MOST_ALONE: Final = 50  # fixes of a rule that are tried one by one, each of which reads the plan
_MOST_ROUNDS: Final = 4
_UNSAFE: Final = "mending it would change more, or other, than is meant: mend it by hand"
DUPLICATES: Final = "LED106"
MARKS: Final = "LED114"  # whose fixes somebody should see before they are written


class Mended(NamedTuple):
    """The ledger after the ``fixes``, and what was ``left``, with the lines as they were."""

    ledger: Ledger
    fixes: tuple[MadeFix, ...]
    left: tuple[MadeFix, ...]


def mend(ledger: Ledger, age: numbers.Age, codes: frozenset[str] | None = None) -> Mended:
    """Make the safe fixes of the rules ``codes``. One whose outcome is not the ledger with what was
    meant and nothing else is left. ``codes`` None is all of them."""
    fixes: list[MadeFix] = []
    left: dict[tuple[str, str | None, str], MadeFix] = {}
    unsafe: list[MadeFix] = []
    wanted = [code for code in FIXERS if codes is None or code in codes]
    for _ in range(_MOST_ROUNDS):  # where one fix could not be made, another may make room for it
        before, unsafe = len(fixes), []
        for code in wanted:
            every = list(FIXERS[code](ledger, age))
            for fix in (fix for fix in every if isinstance(fix, MadeFix)):
                left.setdefault((code, fix.item, fix.said), fix)
            tried = [fix for fix in every if isinstance(fix, Fix)]
            ledger, good, bad = _mended(ledger, code, tried)
            fixes += [fix.made for fix in good]
            unsafe += [made(code, fix.made.line, fix.made.item, _UNSAFE) for fix in bad]
        if len(fixes) == before:
            break
    return Mended(ledger, tuple(fixes), (*left.values(), *unsafe))


def _mended(ledger: Ledger, code: str, made: list[Fix]) -> tuple[Ledger, list[Fix], list[Fix]]:
    """The ledger with those fixes of a rule that do what they mean, these, and the others."""
    new = _applied(ledger, code, made)
    if new is not None:
        return new, made, []
    alone = [(fix, _applied(ledger, code, [fix]) is not None) for fix in made[:_MOST_ALONE]]
    good = [fix for fix, is_good in alone if is_good]
    new = _applied(ledger, code, good)
    if new is None:
        return ledger, [], made
    return new, good, [fix for fix, is_good in alone if not is_good] + made[_MOST_ALONE:]


def offered(ledger: Ledger) -> int:
    """How many safe fixes there are at first sight."""
    return sum(
        isinstance(each, Fix) for fixer in FIXERS.values() for each in fixer(ledger, lambda _: 0)
    )


def proposed(ledger: Ledger) -> list[Fix]:
    """The fixes that can be made now, each by itself, without the history that new numbers for
    attempts need."""
    fixes: list[Fix] = []
    for code, fixer in FIXERS.items():
        if code != DUPLICATES:
            made = [fix for fix in fixer(ledger, lambda _: 0) if isinstance(fix, Fix)]
            fixes += _mended(ledger, code, made)[1]
    return fixes


def _applied(ledger: Ledger, code: str, fixes: list[Fix]) -> Ledger | None:
    """The ledger with the fixes of one rule; None where more, or other, came of them than meant."""
    if not fixes:
        return ledger
    edits = [edit for fix in fixes for edit in fix.edits]
    new = reader.read(document.apply(ledger.text, edits), ledger.conventions)
    expected, outline = Outline(ledger), Outline(new)
    for fix in fixes:
        fix.change(expected)
    if code == "LED114":
        structure.bare_outline(outline)
    return None if expected.difference(outline) else new


# In the order in which they are made: each sees what those before it have mended.
FIXERS: Final[dict[str, _Fixer]] = {
    "LED114": lambda ledger, _: structure.damaged_lines(ledger),
    "LED205": lambda ledger, _: index.doubled_rows(ledger),
    "LED201": lambda ledger, _: index.statuses(ledger),
    "LED202": lambda ledger, _: index.priorities(ledger),
    "LED203": lambda ledger, _: index.missing_rows(ledger),
    DUPLICATES: numbers.duplicates,
}
CODES: Final = tuple(FIXERS)
