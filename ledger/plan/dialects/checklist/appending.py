"""An attempt put below a task of a checklist, as edits.

It stands nested in the task, behind what is there already:

    - [ ] Rewrite the splitter
      - [2025-11-02] Attempt #1 — Result: success. All tests pass.
        Metrics: 12 passed in 3.40 s
        Artifacts: `reports/parser-speed/20251102T091500Z`

Completing ticks a box, one byte; what is next is a box of its own, nested in the task.
"""

from __future__ import annotations

import re
from typing import Final

from ledger.errors import Refused, UsageError
from ledger.plan import document, patterns, places, styles, text, words
from ledger.plan.dialects import boxes
from ledger.plan.dialects.attempts.appending import beside
from ledger.plan.dialects.checklist import leads
from ledger.plan.document import Block, Document, Edit
from ledger.plan.model import Change, Conventions, Item, Ledger

_BULLET = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<blanks>[ \t]*)")
_TAB: Final = 4
# In a box, what can be ticked by changing this one byte.
_UNTICKED: Final = b" ~/!>"


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The attempt, boxes ticked, boxes added, and the task's own box."""
    plan = document.parse(ledger.text)
    entry = places.entry_of(plan, item)
    if entry is None:
        raise Refused("no-task", f"{item.id} is no task of a list (line {item.span.start_line})")
    edits = [_attempt(ledger, plan, entry, item, change)]
    edits += [_ticked(ledger, item, number) for number in change.complete]
    if change.next:
        edits.append(_next(ledger, plan, entry, item, change.next))
    if change.status:
        edits += _status(ledger, item, change.status)
    return edits


# What is nested


def _attempt(ledger: Ledger, plan: Document, entry: Block, item: Item, change: Change) -> Edit:
    if item.attempts:
        return beside(ledger, item, item.attempts, change.attempt)
    prefix = _prefix(plan, entry)
    style = styles.Style(
        prefix=prefix,
        has_mark=False,
        layout="labels",
        inner=" " * _width(prefix) if "\t" not in prefix else _indent(prefix) + "  ",
    )
    return _below(ledger, entry, item, styles.attempt(change.attempt, style, ledger.conventions))


def _below(ledger: Ledger, entry: Block, item: Item, lines: list[str]) -> Edit:
    """Lines behind all that the task has. HTML goes on up to a blank line."""
    last = entry
    while last.children:
        last = last.children[-1]
    if last.kind == "html":
        lines = ["", *lines]
    return places.insertion(ledger.text, item.span.end_byte, lines)


def _prefix(plan: Document, entry: Block) -> str:
    """Indent and bullet for what is new below a task: those of a bullet that is there, else an
    indent to where the task's text begins, and the task's own kind of bullet."""
    for block in entry.children:
        if block.kind == "bullet_list":
            line = plan.line(block.children[-1].start)
            return line[: patterns.unbulleted(line)[0]]
        if block.kind == "ordered_list":
            return f"{_indent(plan.line(block.children[-1].start))}- "
    line = plan.line(entry.start)
    found = _BULLET.match(line)
    assert found
    column = _width(line[: found.end("mark")])
    blanks = _width(line[: found.end()]) - column
    inner = column + (blanks if 1 <= blanks <= _TAB else 1)
    indent = found["indent"]
    mark = "-" if found["number"] else found["mark"]
    return f"{indent}{' ' * (inner - _width(indent))}{mark} "


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _width(line: str) -> int:
    """Columns that ``line`` takes."""
    return len(line.expandtabs(_TAB))


# Boxes


def _ticked(ledger: Ledger, item: Item, number: int) -> Edit:
    action = places.numbered_action(item, number)
    if action.state == "complete":
        raise Refused(
            "already-complete",
            f"box {number} of {item.id} is ticked already (line {action.span.start_line})",
        )
    return _tick(ledger, action.state_span.start_byte, f"box {number} of {item.id}")


def _tick(ledger: Ledger, start: int, name: str) -> Edit:
    """The mark in the box that begins at byte ``start`` becomes an x."""
    if ledger.text[start + 1 : start + 2] not in [bytes([mark]) for mark in _UNTICKED]:
        said = text.decode(ledger.text[start : start + 3])
        raise Refused("no-box", f"{name} cannot be ticked: {said}", "tick it by hand")
    return Edit(start + 1, start + 2, b"x")


def _next(ledger: Ledger, plan: Document, entry: Block, item: Item, said: tuple[str, ...]) -> Edit:
    if not item.actions:
        prefix = _prefix(plan, entry)
        lines = [f"{prefix}[ ] {_defused(one, ledger.conventions)}" for one in said]
        return _below(ledger, entry, item, lines)
    last = item.actions[-1]
    line = places.first_line(ledger, last.span.start_byte)
    found = _BULLET.match(line)
    assert found
    lines = []
    for count, one in enumerate(said, 1):
        prefix = found.group() or "- "
        if last.number is not None:
            mark = f"{last.number + count}{found['mark'][-1]}"
            prefix = f"{found['indent']}{mark}{found['blanks']}"
        lines.append(f"{prefix}[ ] {_defused(one, ledger.conventions)}")
    return places.insertion(ledger.text, last.span.end_byte, lines)


def _defused(said: str, own: Conventions | None) -> str:
    """The words of a new box, which shall not pass for a state or for another box."""
    said = styles.defused(said, own)
    is_taken = (
        patterns.state(said, own).text or leads.looks_like_box(said) or patterns.attempt(said)
    )
    return f"Next: {said}" if is_taken else said


def _status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """A box says that a task is done, or that it is not: it can be ticked."""
    said = text.one_line(status)
    meant = words.status(said, ledger.conventions)
    if meant == "unknown":
        raise UsageError(
            "unknown-status", f"{said!r} is no status", "`done` ticks the box of a task"
        )
    if meant == item.status:
        return []
    line = places.first_line(ledger, item.span.start_byte)
    width = patterns.unbulleted(line)[0]
    if boxes.any_of(line[width:]) is None:
        raise Refused(
            "no-box",
            f"{item.id} has no box (line {item.span.start_line}): the heading above says "
            f"{item.status_text}",
            "move it below another heading by hand",
        )
    if meant != "done":
        raise Refused(
            "no-status",
            f"{item.id} is {item.status_text or item.status} (line {item.span.start_line}): a box "
            f"can say done, not {said}",
            "move it below another heading by hand",
        )
    start = item.span.start_byte + len(text.encode(line[:width]))
    if not item.span.start_byte and ledger.text.startswith(text.BOM):
        start += len(text.BOM)
    return [_tick(ledger, start, item.id)]
