"""``status`` for people: laid out on a terminal, or one line for each item in a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from ledger.commands.status import ActionCounts, ItemSummary, NextAction, NextStep, Status
from ledger.plan.model import FINISHED, ArchivedPart, ItemStatus
from ledger.plan.text import counted, one_line
from ledger.reports import Line, cut
from ledger.reports.briefs import standing

if TYPE_CHECKING:
    from rich.console import Console

_NAMES: Final[dict[ItemStatus, str]] = {
    "in_progress": "in progress",
    "blocked": "blocked",
    "pending": "pending",
    "unknown": "of unknown status",
    "done": "done",
    "archived": "archived",
}
_OPEN: Final[tuple[ItemStatus, ...]] = ("in_progress", "blocked", "pending", "unknown")
_COLLAPSED: Final = frozenset({"pending", "unknown"})
_STYLES: Final = {"success": "green", "failed": "red", "blocked": "yellow", "partial": "yellow"}
_NARROWEST_TITLE: Final = 20
_MOST_IN_FULL: Final = 5
Styled = str | tuple[str, str]


def plain(status: Status, every: bool = False) -> Iterator[str]:
    """Lines for a pipe: a first line about the file, a line for each item (status, priority,
    ID and the rest, tabs between them), last what to do. They do not depend on any width."""
    about = status.ledger
    yield f"{one_line(about.path)}: {', '.join(_counts(status))}{_updated(status)}"
    for group in _NAMES if every else _OPEN:
        for item in status.by_priority(group):
            start = (item.status, item.priority or "-", item.id)
            yield "\t".join([*map(one_line, start), "; ".join(_parts(item))])
    yield from _closing(status, every)


def _parts(item: ItemSummary) -> Iterator[str]:
    yield one_line(item.title) or "no title"
    yield _attempts(item)
    left = actions(item.actions)
    if left:
        yield left
    for label, said in _outlook(item):
        yield f"{label}{cut(one_line(said))}"


def draw(status: Status, console: Console, every: bool = False) -> None:
    """Lay the status out for a terminal, each line cut to its width."""
    from rich.text import Text

    def line(*parts: Styled) -> None:
        console.print(Text.assemble(*parts), no_wrap=True, overflow="ellipsis", crop=True)

    line((one_line(status.ledger.path), "bold"), _updated(status))
    console.print(Text(", ".join(_counts(status))))
    widths = _widths([item for item in status.items if every or item.status in _OPEN])
    for group in _NAMES if every else _OPEN:
        items = status.by_priority(group)
        if not items:
            continue
        name = _NAMES[group]
        line()
        line((f"{name[:1].upper()}{name[1:]} ({len(items)})", "bold"))
        if group in _COLLAPSED and len(items) > _MOST_IN_FULL and not every:
            for text in _collapsed(items, console.width):
                line(text)
        else:
            for item in items:
                for row in _rows(item, widths, console.width):
                    line(*row)
    line()
    for said in _closing(status, every):
        console.print(Text(said))


def day(status: Status) -> Iterator[Line]:
    """The day in five lines at most: what is next, what is under way, blocked and wrong."""
    yield Line(f"{one_line(status.ledger.path)}: {_groups(status) or 'no items'}", "cut")
    following = status.next
    if following:
        said = f"next: {one_line(following.item)}: {one_line(following.text)}"
        yield Line(said, "cut", accent=(0, len(said), "bold"))
    for group in ("in_progress", "blocked"):
        if items := status.by_priority(group):
            yield Line(f"{_NAMES[group]}: {', '.join(one_line(item.id) for item in items)}", "cut")
    yield Line(_findings(status))


def _rows(item: ItemSummary, widths: tuple[int, int], width: int) -> Iterator[list[Styled]]:
    from rich.cells import set_cell_size

    first, second = widths
    urgency = "bold red" if item.rank == 0 else ""
    result = _STYLES.get(item.last_attempt.result, "") if item.last_attempt else "dim"
    attempts = _last(item) or _attempts(item)
    row: list[Styled] = [
        (set_cell_size(one_line(item.priority or "-"), first), urgency),
        "  ",
        (set_cell_size(one_line(item.id), second), "bold"),
        "  ",
        (attempts, result),
    ]
    if width - first - second - len(attempts) >= _NARROWEST_TITLE:
        row += ["  ", (one_line(item.title), "dim")]
    yield row
    margin = " " * (first + 2)
    if item.status in FINISHED:
        return
    left = actions(item.actions)
    outlook = list(_outlook(item))
    if left and not outlook:
        yield [margin, left]
    for place, (label, said) in enumerate(outlook):
        before = f"{left}; " if left and not place else ""
        style = "yellow" if label.startswith("blocked") else ""
        yield [margin, before, (label, style), one_line(said)]


def _widths(items: list[ItemSummary]) -> tuple[int, int]:
    """Of the columns of priorities and of IDs, in cells of the terminal."""
    from rich.cells import cell_len

    return (
        max((min(12, cell_len(one_line(item.priority or "-"))) for item in items), default=0),
        max((min(40, cell_len(one_line(item.id))) for item in items), default=0),
    )


def _collapsed(items: list[ItemSummary], width: int) -> Iterator[str]:
    """The IDs by priority, as many on a line as fit."""
    from rich.cells import cell_len, set_cell_size

    margin = min(12, max(cell_len(one_line(item.priority or "-")) for item in items))
    row, last = "", None
    for item in items:
        name = one_line(item.id)
        if row and item.priority == last and cell_len(row) + cell_len(name) + 3 <= width:
            row += f", {name}"
            continue
        if row:
            yield row + ("," if item.priority == last else "")
        label = "" if item.priority == last else one_line(item.priority or "-")
        row, last = f"{set_cell_size(label, margin)}  {name}", item.priority
    yield row


# Phrases


def _counts(status: Status) -> list[str]:
    totals, said = status.totals, _groups(status)
    items = counted(totals.items, "item") + (f" ({said})" if said else "")
    loose = f" ({totals.loose} in no item)" if totals.loose else ""
    return [items, counted(totals.attempts, "attempt") + loose]


def _groups(status: Status) -> str:
    counts = {name: getattr(status.totals, group) for group, name in _NAMES.items()}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _updated(status: Status) -> str:
    updated = status.ledger.last_updated
    return f", updated {cut(one_line(updated))}" if updated else ""


def _attempts(item: ItemSummary) -> str:
    last = item.last_attempt
    if last is None and item.archived:
        return f"{counted(item.archived, 'attempt')}, archived"
    if last is None:
        return counted(item.attempts, "attempt")
    more = f" and {item.archived} archived" if item.archived else ""
    return f"{counted(item.attempts, 'attempt')}{more}, last {_last(item)}"


def _last(item: ItemSummary) -> str:
    """The last attempt: ``#2 2025-11-02 success``; empty where there is none."""
    last = item.last_attempt
    if last is None:
        return ""
    number = f"#{last.number}" if last.number is not None else ""
    result = "of unknown result" if last.result == "unknown" else last.result
    return " ".join(word for word in (number, last.date, result) if word)


def _next(action: NextAction | NextStep) -> str:
    if action.attempt is not None:
        return f"next (#{action.attempt}): "
    return "next: " if action.number is None else f"next {action.number}: "


def _outlook(item: ItemSummary) -> Iterator[tuple[str, str]]:
    """What is next and what is blocked, each with its label."""
    action = item.next_action
    is_told = action is not None and action.text == item.title  # a task says itself what is next
    if action and action.state != "blocked" and not is_told:
        yield _next(action), action.text
    for waiting in item.waiting_for:
        is_next = action is not None and action.line == waiting.line
        label = "blocked: " if waiting.action is None else f"blocked {waiting.action}: "
        yield label, action.text if action and is_next else waiting.text
    if item.sprints:
        yield "", "; ".join(map(standing, item.sprints))


def _closing(status: Status, every: bool) -> Iterator[str]:
    """What to do now."""
    totals, following = status.totals, status.next
    finished = totals.done + totals.archived
    if finished and not every:
        yield f"{finished} done or archived: `ledger status --all` lists them"
    yield _findings(status)
    if following:
        number = "" if following.number is None else f", action {following.number}"
        item = one_line(following.item)
        yield f"next: {item}{number} (`ledger show {item}`)"


def _findings(status: Status) -> str:
    found = status.findings
    if not (found.error or found.warning):
        return "no findings in the text"
    errors, warnings = counted(found.error, "error"), counted(found.warning, "warning")
    return f"{errors}, {warnings} in the text: `ledger validate` lists them"


def actions(counts: ActionCounts, *, every: bool = False) -> str:
    """``2 open, 1 blocked, 1 deferred``, with ``every`` also those that are finished."""
    names = ("open", "blocked", "deferred", *(("complete", "rejected") if every else ()))
    return ", ".join(f"{count} {name}" for name in names if (count := getattr(counts, name)))


# The archive


def archived(status: Status) -> Iterator[Line]:
    """What lies in the archive, in the order of the ledger."""
    parts, path, archive = status.archived, status.ledger.path, status.archive
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
