"""What ``init``, ``doctor`` and ``archive`` say of a fix plan, for people."""

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from ledger.commands.archive import Archived
from ledger.commands.doctor import Diagnosis, Repaired
from ledger.commands.init import OFFERS, About, Start, StartStep
from ledger.commands.surroundings import Check
from ledger.plan.text import counted, one_line, visible
from ledger.reports import Line
from ledger.reports.status import size
from ledger.rules.model import MadeFix


def start(done: Start, *, dry_run: bool) -> Iterator[str]:
    """What was done, what was not, and what is next."""
    return map(visible, _start(done, dry_run=dry_run))


def _start(done: Start, *, dry_run: bool) -> Iterator[str]:
    for step in done.steps:
        if step.state != "offered":
            yield from _step(step, done, dry_run=dry_run)
    offered = [step for step in done.steps if step.state == "offered"]
    if offered:
        yield "not installed (optional):"
    options: dict[About, str] = {offer: option for offer, (option, _) in OFFERS.items()}
    for step in offered:
        yield f"  ledger init {options.get(step.about, ''):<16}{step.said}"
    if dry_run:
        yield "nothing was written"
    elif done.is_new:
        command = done.command or "pytest, or whatever runs your tests"
        yield f"next: ledger run {done.item} --complete 1 -- {command}"
    else:
        yield "next: `ledger doctor` says what is in order, `ledger status` what is next"


def _step(step: StartStep, done: Start, *, dry_run: bool) -> Iterator[str]:
    if step.about == "plan" and step.state == "there":
        message = (
            f"there already: {counted(done.items, 'item')}, {counted(done.attempts, 'attempt')}"
        )
        unread = f", {counted(done.unread, 'line')} that could not be read" if done.unread else ""
        yield f"{step.place}: {message}{unread}; dialect: {'; '.join(done.why)}"
        return
    ends = {"added": "would be added" if dry_run else "added", "there": "there already"}
    if step.state == "left":
        yield f"{step.place}: left as it is: {step.said}"
        yield from (f"  {line}" for line in step.hint.split("\n") if step.hint)
        return
    yield f"{step.place}: {step.said} ({ends[step.state]})"
    yield from (f"  + {line}".rstrip() for line in step.text.split("\n") if step.text)


# A diagnosis: one screen

_MARKS: Final = {"ok": "ok", "problem": "!!", "offer": "--"}
_INDENT: Final = 19
_WIDEST: Final = 100


def diagnosis(result: Diagnosis, width: int) -> Iterator[str]:
    """The lines, none of them wider than ``width`` where its words allow it."""
    width = max(_INDENT + 20, min(width, _WIDEST))
    for check in result.checks:
        yield from _check(check, width)
    yield ""
    counts: Counter[str] = Counter(check.state for check in result.checks)
    legend = (("ok", "in order"), ("problem", "to mend (!!)"), ("offer", "not set up (--)"))
    yield ", ".join(f"{counts[state]} {meaning}" for state, meaning in legend if counts[state])


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


def _wrapped(text: str, lead: str, width: int) -> list[str]:
    """``text`` behind ``lead``, further lines below it."""
    return textwrap.wrap(
        one_line(text),
        width,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )


def repaired(done: Repaired, *, dry_run: bool) -> Iterator[str]:
    """What was mended, what was left, and how many of each."""
    for fix in done.fixes:
        became = fix.said.partition("\n")[2] or fix.said
        yield visible(f"{done.path}:{fix.line}: {fix.code} {became}")
    for left in done.left:
        yield visible(f"{done.path}:{left.line}: {left.code} left: {left.said}")
    mended = "would be mended" if dry_run else "mended"
    counts = f"{len(done.fixes)} {mended}, {len(done.left)} left to you"
    yield counts if done.fixes or done.left else "no safe fixes to make"


def marks(marks: Sequence[MadeFix]) -> Iterator[str]:
    """Damaged lines, each as it is and as it was meant."""
    for fix in marks:
        was, _, mended = fix.said.partition("\n")
        yield visible(f"line {fix.line}: {was}")
        yield visible(f"  meant to be: {mended}")


# The archive

_MOST_ALIKE: Final = 5  # items that stay for one reason, each of which has a line


def archived(done: Archived, *, dry_run: bool = False) -> Iterator[Line]:
    """A line for each part, then what stays, then what it came to, or would."""
    is_back = done.action == "restore"
    for part in done.parts:
        place = done.path if is_back else done.archive
        at = part.line if is_back or dry_run else part.archive_line
        place = done.path if dry_run else place
        yield Line(one_line(f"{place}:{at}: {part.item}, {size(part)}"))
    yield from stays(done)
    if done.parts:
        became = "would become" if dry_run else "became"
        message = f"{counted(done.before, 'line')} {became} {done.after:,}"
        yield Line(one_line(f"{done.path}: {message}"))
        commit = f"commit it together with {done.archive}"
        yield Line(one_line("nothing was written; --diff shows the change" if dry_run else commit))


def stays(done: Archived) -> Iterator[Line]:
    """What is not moved, and why; one line where that is all of it."""
    for why, alike in groupby(done.held, key=lambda item: item.why):
        every = list(alike)
        is_short = len(every) <= _MOST_ALIKE
        for item in every if is_short else every[:1]:
            stay = "stays" if is_short else f"and {len(every) - 1} more stay"
            yield Line(one_line(f"{done.path}:{item.line}: {item.item} {stay}: {why}"))
    if not done.parts:
        message = f"nothing to move; it has {counted(done.before, 'line')}"
        yield Line(one_line(f"{done.path}: {message}"))
