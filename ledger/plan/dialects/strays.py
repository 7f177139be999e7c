"""Boxes that no dialect has read: a task that nobody counts is told of, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from ledger.plan import patterns
from ledger.plan.dialects.attempts import signs
from ledger.plan.document import Document, entries
from ledger.plan.model import Ledger, Span, Unread

_OPENING = 40  # characters of a line, within which a box begins


def note(plan: Ledger, whole: Document, dialects: Sequence[str]) -> Ledger:
    """``plan`` with what ``find`` finds among its unread lines; ``dialects`` are those of the
    sections."""
    found = find(plan, whole, dialects)
    if not found:
        return plan
    unread = sorted([*plan.unread, *found], key=lambda one: one.line)
    return plan.model_copy(update={"unread": tuple(unread)})


def find(plan: Ledger, whole: Document, dialects: Sequence[str]) -> list[Unread]:
    """The tasks with a box, in lists of the top level, that are no part of what was read."""
    boxes = list(_boxes(whole, dialects))
    if not boxes:
        return []
    taken, inside = _covered(whole, _taken(plan)), _covered(whole, (i.span for i in plan.items))
    found = []
    for line in boxes:
        if taken[line]:
            continue
        reason = (
            "a box outside of the item's next actions and criteria"
            if inside[line]
            else "a task with a box among other entries"
        )
        said = whole.line(line - 1)[:200]
        found.append(
            Unread(kind="action" if inside[line] else "item", line=line, text=said, reason=reason)
        )
    return found


def _covered(whole: Document, spans: Iterable[Span]) -> list[int]:
    """For each line, from 1, how many of ``spans`` hold it."""
    steps = [0] * (len(whole.starts) + 2)
    for span in spans:
        steps[span.start_line] += 1
        steps[span.end_line + 1] -= 1
    return list(accumulate(steps))


def _boxes(whole: Document, dialects: Sequence[str]) -> Iterator[int]:
    """The lines, from 1, of boxes; a checklist has a look of its own."""
    for section, dialect in zip(whole.sections, dialects, strict=True):
        if dialect == "checklist":
            continue
        for entry in entries(section.blocks):
            line = whole.line(entry.start)
            if "[" in line[:_OPENING] and signs.is_task(patterns.unbulleted(line)[1]):
                yield entry.start + 1


def _taken(plan: Ledger) -> Iterator[Span]:
    for item in plan.items:
        if item.dialect not in ("attempts", "logbook"):
            yield item.span  # what is in it was looked at
        yield from (attempt.span for attempt in item.attempts)
        yield from (action.span for action in item.actions)
        yield from (criterion.span for criterion in item.criteria)
    for attempt in plan.loose:
        yield attempt.span
    for unread in plan.unread:
        yield Span(start_line=unread.line, end_line=unread.line, start_byte=0, end_byte=0)
