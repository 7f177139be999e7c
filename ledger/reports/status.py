"""``status`` for people: the answer first, then the items."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from ledger.commands.status import ActionCounts, ItemSummary, NextAction, NextStep, Status
from ledger.plan.model import FINISHED, ArchivedPart, ItemStatus
from ledger.plan.text import counted, one_line
from ledger.reports import Line, section, styled
from ledger.reports.briefs import standing

_NAMES: Final[dict[ItemStatus, str]] = {
    "in_progress": "in progress",
    "blocked": "blocked",
    "pending": "pending",
    "unknown": "of unknown status",
    "done": "done",
    "archived": "archived",
}
_OPEN: Final[tuple[ItemStatus, ...]] = ("in_progress", "blocked", "pending", "unknown")
_COLLAPSED: Final = frozenset({_NAMES["pending"], _NAMES["unknown"]})
_HOLDS: Final = {"dependency": "blocked: depends on ", "lease": "taken: "}
_STYLES: Final = {"success": "green", "failed": "red", "blocked": "yellow", "partial": "yellow"}
_MOST_IN_FULL: Final = 5


def lines(status: Status, every: bool = False, *, ready: bool = False) -> Iterator[Line]:
    """What is next, where the items stand, each in up to three lines or more, and what is wrong.
    Items that are ``ready`` stay in their order."""
    yield from _next_step(status)
    yield Line("")
    yield styled((one_line(status.ledger.path), "bold"), _updated(status))._replace(kind="cut")
    yield Line(", ".join(_counts(status)), "filled", 2)
    widths = _widths([item for item in status.items if every or item.status in _OPEN])
    for name, items in _listed(status, every, ready):
        yield from section(f"{name[:1].upper()}{name[1:]} ({len(items)})")
        if name in _COLLAPSED and len(items) > _MOST_IN_FULL and not every:
            yield from _collapsed(items)
        else:
            for item in items:
                yield from (row._replace(kind="cut") for row in _rows(item, widths))
    if status.totals.items and not status.items:
        yield from (Line(""), Line("no item matches"))
    yield Line("")
    finished = status.totals.done + status.totals.archived
    if finished and not every:
        yield Line(f"{finished} done or archived: `ledger status --all` lists them", "filled")
    yield Line(_findings(status), "filled")


def _listed(
    status: Status, every: bool, ready: bool
) -> Iterator[tuple[str, Sequence[ItemSummary]]]:
    if ready and status.items:
        yield "ready", status.items
    for group in () if ready else _NAMES if every else _OPEN:
        if items := status.by_priority(group):
            yield _NAMES[group], items


def day(status: Status) -> Iterator[Line]:
    """The day in five lines at most: what is next, what is under way, blocked and wrong."""
    yield next(_next_step(status))
    yield Line(f"{one_line(status.ledger.path)}: {_groups(status) or 'no items'}", "cut")
    for group in ("in_progress", "blocked"):
        if items := status.by_priority(group):
            yield Line(f"{_NAMES[group]}: {', '.join(one_line(item.id) for item in items)}", "cut")
    yield Line(_findings(status), "filled")


def _next_step(status: Status) -> Iterator[Line]:
    """The answer: what to do now, and how to see more of it."""
    step = status.next
    if step is None:
        is_open = any(item.status in _OPEN for item in status.items)
        text = "nothing is ready: `ledger next` says why" if is_open else "nothing is open"
        yield styled((f"next: {text}", "bold"))
        return
    item, number = one_line(step.item), "" if step.number is None else f", action {step.number}"
    yield styled((f"next: {item}{number}: {one_line(step.text)}", "bold"))._replace(kind="cut")
    yield Line("      `ledger next` says more", "filled", 6)


def _rows(item: ItemSummary, widths: tuple[int, int]) -> Iterator[Line]:
    first, second = widths
    priority = one_line(item.priority or "-").ljust(first)[:first]
    name = one_line(item.id).ljust(second)[:second]
    yield styled(
        (f"{priority}  ", "bold red" * (item.rank == 0)),
        (f"{name}  ", "bold"),
        (f"{_last(item) or _attempts(item)}  ", _style(item)),
        (one_line(item.title), "dim"),
    )
    margin = " " * (first + 2)
    if item.status in FINISHED:
        return
    left = actions(item.actions)
    outlook = list(_outlook(item))
    if left and not outlook:
        yield Line(f"{margin}{left}")
    for place, (label, value) in enumerate(outlook):
        before = f"{left}; " if left and not place else ""
        style = "yellow" if label.startswith("blocked") else ""
        yield styled(margin, before, (label, style), one_line(value))


def _style(item: ItemSummary) -> str:
    return _STYLES.get(item.last_attempt.result, "") if item.last_attempt else "dim"


def _widths(items: list[ItemSummary]) -> tuple[int, int]:
    """Of the columns of priorities and of IDs."""
    return (
        max((min(12, len(one_line(item.priority or "-"))) for item in items), default=0),
        max((min(40, len(one_line(item.id))) for item in items), default=0),
    )


def _collapsed(items: Sequence[ItemSummary]) -> Iterator[Line]:
    """The IDs by priority."""
    margin = min(12, max(len(one_line(item.priority or "-")) for item in items))
    for priority, alike in groupby(items, key=lambda item: item.priority):
        label = one_line(priority or "-").ljust(margin)[:margin]
        names = ", ".join(one_line(item.id) for item in alike)
        yield Line(f"{label}  {names}", "filled", margin + 2)


# Phrases


def _counts(status: Status) -> list[str]:
    totals, text = status.totals, _groups(status)
    items = counted(totals.items, "item") + (f" ({text})" if text else "")
    loose = f" ({totals.loose} in no item)" if totals.loose else ""
    return [items, counted(totals.attempts, "attempt") + loose]


def _groups(status: Status) -> str:
    counts = {name: getattr(status.totals, group) for group, name in _NAMES.items()}
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)


def _updated(status: Status) -> str:
    updated = status.ledger.last_updated
    return f", updated {one_line(updated)}" if updated else ""


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
        own = "blocked" if item.status == "blocked" else "inferred"  # prose holds nothing back
        label = f"{own}: " if waiting.action is None else f"blocked {waiting.action}: "
        yield label, action.text if action and is_next else waiting.text
    for hold in item.holds:
        if hold.kind in _HOLDS:
            yield _HOLDS[hold.kind], hold.text
        elif hold.kind == "actions" and not item.waiting_for:
            yield "", hold.text
    if item.sprints:
        yield "", "; ".join(map(standing, item.sprints))


def _findings(status: Status) -> str:
    counts = status.findings
    if not (counts.error or counts.warning):
        return "no findings in the text"
    errors, warnings = counted(counts.error, "error"), counted(counts.warning, "warning")
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
