"""A diagnosis for people: one screen."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.commands.doctor import Diagnosis
from ledger.commands.repair import Repaired
from ledger.commands.surroundings import Check
from ledger.plan.text import one_line, visible
from ledger.rules.model import MadeFix

_MARKS: Final = {"ok": "ok", "problem": "!!", "offer": "--"}
_INDENT: Final = 19
_WIDEST: Final = 100


def lines(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    """The lines, none of them wider than ``width`` where its words allow it."""
    width = max(_INDENT + 20, min(width, _WIDEST))
    for check in diagnosis.checks:
        yield from _check(check, width)
    yield ""
    counts: Counter[str] = Counter(check.state for check in diagnosis.checks)
    named = (("ok", "in order"), ("problem", "to mend (!!)"), ("offer", "not set up (--)"))
    yield ", ".join(f"{counts[state]} {said}" for state, said in named if counts[state])


def _check(check: Check, width: int) -> Iterator[str]:
    lead, indent = f"{_MARKS[check.state]}  {check.area}".ljust(_INDENT), " " * _INDENT
    if check.said:
        yield from _wrapped(check.said, lead, width)
        lead = indent
    for problem in check.problems:
        yield from _wrapped(f"{problem.said}. {problem.means}", lead, width)
        lead = indent
        if problem.mend:
            yield from _wrapped(problem.mend, f"{indent}> ", width)


def _wrapped(said: str, lead: str, width: int) -> list[str]:
    """``said`` behind ``lead``, further lines below it."""
    return textwrap.wrap(
        one_line(said),
        width,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def repair_lines(done: Repaired, *, dry_run: bool) -> Iterator[str]:
    """What was mended, what was left, and how many of each."""
    for fix in done.fixes:
        became = fix.said.partition("\n")[2] or fix.said
        yield visible(f"{done.path}:{fix.line}: {fix.code} {became}")
    for left in done.left:
        yield visible(f"{done.path}:{left.line}: {left.code} left: {left.said}")
    mended = "would be mended" if dry_run else "mended"
    counts = f"{len(done.fixes)} {mended}, {len(done.left)} left to you"
    yield counts if done.fixes or done.left else "no safe fixes to make"


def marks_lines(marks: Sequence[MadeFix]) -> Iterator[str]:
    """Damaged lines, each as it is and as it was meant."""
    for one in marks:
        was, _, mended = one.said.partition("\n")
        yield visible(f"line {one.line}: {was}")
        yield visible(f"  meant to be: {mended}")
