"""``archive`` for people: what was moved, what stays and why."""

from collections.abc import Iterator

from ledger.commands.archive import Archived
from ledger.plan.text import counted, one_line
from ledger.reports.lines import Line
from ledger.reports.status import size


def lines(done: Archived) -> Iterator[Line]:
    """A line for each part, then what stays, then what it came to."""
    is_back = done.action == "restore"
    for part in done.parts:
        place = done.path if is_back else done.archive
        at = part.line if is_back else part.archive_line
        yield Line(one_line(f"{place}:{at}: {part.item}, {size(part)}"))
    yield from stays(done)
    if done.parts:
        said = f"{counted(done.before, 'line')} became {done.after}"
        yield Line(one_line(f"{done.path}: {said}"))
        yield Line(one_line(f"commit it together with {done.archive}"))


def stays(done: Archived) -> Iterator[Line]:
    """What is not moved, and why; one line where that is all of it."""
    for held in done.held:
        yield Line(one_line(f"{done.path}:{held.line}: {held.item} stays: {held.why}"))
    if not done.parts:
        said = f"nothing to move; it has {counted(done.before, 'line')}"
        yield Line(one_line(f"{done.path}: {said}"))
