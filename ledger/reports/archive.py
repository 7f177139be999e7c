"""``archive`` for people: what was moved, what stays and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.commands.archive import Archived
from ledger.plan.model import ArchivedPart
from ledger.plan.text import counted, one_line
from ledger.reports.lines import Line


def lines(done: Archived) -> Iterator[Line]:
    """A line for each part, then what stays, then what it came to."""
    is_back = done.action == "restore"
    for part in done.parts:
        place = done.path if is_back else done.archive
        at = part.line if is_back else part.archive_line
        yield Line(one_line(f"{place}:{at}: {part.item}, {size(part)}"))
    for held in done.held:
        yield Line(one_line(f"{done.path}:{held.line}: {held.item} stays: {held.why}"))
    if not done.parts:
        said = f"nothing to move; it has {counted(done.before, 'line')}"
    else:
        said = f"{counted(done.before, 'line')} became {done.after}"
    yield Line(one_line(f"{done.path}: {said}"))
    if done.parts:
        yield Line(one_line(f"commit it together with {done.archive}"))


def listed(parts: Sequence[ArchivedPart], path: str, archive: str) -> Iterator[Line]:
    """What lies in the archive, in the order of the ledger."""
    for part in parts:
        at = "not found" if part.archive_line is None else f"{archive}:{part.archive_line}"
        yield Line(one_line(f"{part.item}  {size(part)}  {at} (from {path}:{part.line})"))
    attempts = sum(part.attempts for part in parts)
    yield Line(f"{counted(attempts, 'attempt')} in the archive" if parts else "nothing is archived")


def size(part: ArchivedPart) -> str:
    """``12 attempts (#1-#12), 40 lines``, after ``whole`` for an item that went as such."""
    numbers = ", ".join(f"#{a}" if a == b else f"#{a}-#{b}" for a, b in part.numbers)
    tries = f"{counted(part.attempts, 'attempt')}{f' ({numbers})' if numbers else ''}"
    whole = "whole: " if part.is_item else ""
    return f"{whole}{tries}, {counted(part.lines, 'line')}"
