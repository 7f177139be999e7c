"""Tasks of a plan file that are ticked, as edits; and the check that nothing else changed."""

from collections.abc import Iterator, Sequence

from ledger.edits.outline import not_as_meant
from ledger.errors import Refused
from ledger.plan import dialects
from ledger.plan.document import Edit
from ledger.plan.model import FINISHED, Item, Ledger


def tick(plan: Ledger, tasks: Sequence[Item]) -> Iterator[Edit]:
    """The edits that tick ``tasks``. Raises Refused for one that is done or has no box."""
    for task in tasks:
        if task.status in FINISHED:
            line = task.span.start_line
            message = f"task {task.id} is {task.status_text} already (line {line})"
            raise Refused("already-complete", message, "leave it out; nothing was written")
        yield from dialects.ticked(plan, task)


def check(old: Ledger, new: Ledger, tasks: Sequence[Item]) -> None:
    """Raise Refused unless ``new`` is ``old`` with ``tasks`` done, line by line."""
    meant = {task.span.start_line for task in tasks}
    was, now = (list(map(_words, plan.items)) for plan in (old, new))
    wanted = [(*one[:2], "done") if one[0] in meant else one for one in was]
    if now != wanted or old.unread != new.unread:
        raise not_as_meant("another task would change")


def _words(task: Item) -> tuple[int, str, str]:
    return task.span.start_line, f"{task.id} {task.title}", task.status
