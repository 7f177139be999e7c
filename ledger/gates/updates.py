"""A brief's ready-made updates: read, and as edits of the ledger.

An update is an attempt to append, or an action to rewrite or to add. What the ledger holds
already is recognised and left alone.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, NamedTuple

from ledger.edits import append, restore
from ledger.edits.outline import Outline, drop_fields, refuse_difference, unexpected_change
from ledger.edits.outline import plain as one_line
from ledger.errors import Refused
from ledger.gates.model import Brief, Update, UpdateKind
from ledger.gates.outline import Fence, Node, Part, plain
from ledger.plan import dialects, patterns, places, reader, text
from ledger.plan.document import Edit
from ledger.plan.model import Action, Attempt, Conventions, Item, Ledger

# e.g. "[PARSE-001]"
ITEM: Final = re.compile(r"\[([A-Z][A-Z0-9]*(?:-[A-Za-z0-9]+)+)\]")
_REWRITE: Final = re.compile(r"\b(?:update|rewrite|replace|change|mark|edit)\b", re.IGNORECASE)
_ADD: Final = re.compile(r"\b(?:add|new|append)\b", re.IGNORECASE)
# A heading, a fence or a comment, which might not end where the update does.
_BREAKS_OUT: Final = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|`{3}|~{3})|<!--", re.MULTILINE)
# A list's item, a quote, a table, code or a heading: what is no wrapped text.
_BLOCK: Final = re.compile(r"[ \t]*(?:[-*+>|]|\d{1,9}[.)]|`{3}|~{3}|#)(?:[ \t]|\Z|`|~|#)")
_HINT: Final = "write the update by hand"
_HOMES: Final = (*places.HOMES["Attempts History"], *places.HOMES["Next Actions"])
_ALIKE: Final = 0.6  # of the letters of two actions that say the same thing in other words
_COMPARED: Final = 600  # letters


def read(part: Part) -> Iterator[Update]:
    """The updates that a part about the next actions or the ledger holds: fenced code in its
    lists. What the code begins with tells an attempt from actions; the words before it whether
    actions are new."""
    title = plain(part.title)
    if any(name in title for name in ("next actions", "ledger", "fix plan", "fix_plan")):
        for node in part.nodes:
            for fence in node.fences:
                yield from _updates(node, fence)


def _updates(node: Node, fence: Fence) -> Iterator[Update]:
    match = ITEM.search(node.text)
    for first, lines in _entries(fence):
        lead = patterns.attempt(patterns.unbulleted(lines[0])[1])
        number = patterns.numbered(lines[0])
        kind: UpdateKind = "attempt"
        if number is not None:
            kind = "rewrite" if _REWRITE.search(node.text) and not _adds(node.text) else "add"
        elif lead is not None:
            number = lead.number
        else:
            continue
        yield Update(
            kind=kind,
            item=match[1] if match else None,
            number=number,
            text="\n".join(lines).rstrip(),
            line=first,
        )


def _adds(text: str) -> bool:
    """Whether adding is what the words begin with: ``Add New Next Actions``."""
    added, rewritten = _ADD.search(text), _REWRITE.search(text)
    return bool(added and (not rewritten or added.start() < rewritten.start()))


def _entries(fence: Fence) -> Iterator[tuple[int, list[str]]]:
    """The entries of the code: each begins with a bullet or number at the left edge."""
    starts = [
        number
        for number, line in enumerate(fence.lines)
        if line and not line[0].isspace() and patterns.unbulleted(line)[0]
    ]
    for start, end in pairwise([*starts, len(fence.lines)]):
        yield fence.line + start, list(fence.lines[start:end])


# As edits


class ReadUpdate(NamedTuple):
    """An update as the reader of plans reads it by itself: an attempt or an action. ``line`` is
    where the ledger holds it already, None where it does not."""

    update: Update
    attempt: Attempt | None
    action: Action | None
    line: int | None


def read_in(ledger: Ledger, name: str, brief: Brief) -> list[ReadUpdate]:
    """The brief's updates as the reader of plans reads them, and which of them the item ``name``
    holds.

    Raises Refused for one that cannot be read, or whose number something else has taken;
    UsageError where there is no such item.
    """
    item = append.section_of(ledger, name)
    return [_read_in(item, update, brief.stamp, ledger.conventions) for update in brief.updates]


def edits(ledger: Ledger, name: str, every: Sequence[ReadUpdate]) -> list[Edit]:
    """The edits that write what the ledger does not hold."""
    item = append.section_of(ledger, name)
    if not dialects.is_sectioned(item):
        raise Refused(
            "no-place",
            f"{name} is written in the dialect {item.dialect},"
            f" a brief's updates in {dialects.MAIN}",
            "write them by hand",
        )
    made: list[Edit] = []
    added: list[str] = []
    for update in every:
        if update.line is not None:
            continue
        lines = update.update.text.split("\n")
        if update.attempt:
            made += restore.restore(ledger, name, update.attempt, lines)
        elif update.update.kind == "rewrite":
            made.append(_rewritten(ledger, item, update))
        else:
            added += _like(ledger, item, lines)
    return [*made, *([_added(ledger, item, added)] if added else [])]


def check(old: Ledger, new: Ledger, name: str, every: Sequence[ReadUpdate]) -> None:
    """Raise Refused, naming what differs, unless ``new`` is ``old`` with the updates that it
    did not hold, and nothing else."""
    target = append.section_of(old, name)
    place = next(n for n, item in enumerate(old.items) if item is target)
    expected, outline = Outline(old), Outline(new)
    if len(new.items) == len(old.items):
        _check_item(target, new.items[place], [update for update in every if update.line is None])
        mine, theirs = expected.items[place], outline.items[place]
        for part in ("attempts", "actions"):
            mine[part] = theirs[part]
        for shape in (mine, theirs):
            drop_fields(shape, _HOMES)
    refuse_difference(expected, outline, _HINT)


def _read_in(item: Item, update: Update, stamp: str | None, own: Conventions | None) -> ReadUpdate:
    if text.LOST in update.text:
        raise Refused(
            "lost-marks",
            f"the update on line {update.line} has damaged characters that cannot be recovered",
            "mend the brief",
        )
    read = _alone(update, own)
    if read is None or read.number != update.number:
        raise Refused(
            "unreadable-update",
            f"the update on line {update.line} of the brief does not read as one {update.kind}",
            "write it as the fix plan has it: one bullet, or one numbered action",
        )
    if isinstance(read, Attempt):
        return ReadUpdate(update, read, None, _recorded_attempt(item, read, stamp))
    return ReadUpdate(update, None, read, _recorded_action(item, read, update))


def _alone(update: Update, own: Conventions | None) -> Attempt | Action | None:
    """What the update is in an item of its own; None for neither an attempt nor one action."""
    joined = update.text.replace("\n", "")
    if _BREAKS_OUT.search(update.text) or text.visible(joined) != joined:
        return None
    home = "Attempts History" if update.kind == "attempt" else "Next Actions"
    body = "\n".join(f"  {line}" for line in update.text.split("\n"))
    data = text.encode(f"## [X-1] X\n- Status: pending\n- {home}:\n{body}\n")
    ledger = reader.read(data, conventions=own.model_copy(update={"id": ()}) if own else None)
    if len(ledger.items) != 1:
        return None
    [alone] = ledger.items
    if update.kind == "attempt":
        return next((attempt for attempt in alone.attempts if attempt.source == "history"), None)
    return alone.actions[0] if len(alone.actions) == 1 else None


def _recorded_attempt(item: Item, attempt: Attempt, stamp: str | None) -> int | None:
    """The line of an entry that has the attempt's number and is about the same: an attempt in
    much the same words, or a completed action that names the brief's stamp."""
    for known in (other for other in item.attempts if other.number == attempt.number):
        names_stamp = bool(stamp) and (known.stamp == stamp or str(stamp) in known.text)
        is_same = names_stamp if known.source == "action" else _are_alike(known.text, attempt.text)
        if is_same:
            return known.span.start_line
        free = 1 + max(other.number or 0 for other in item.attempts)
        raise _taken(item, f"attempt #{known.number}", known, f": #{free} is free")
    return None


def _recorded_action(item: Item, action: Action, update: Update) -> int | None:
    """The line of an action that says the same; None where it is to be written."""
    if update.kind == "rewrite":
        known = dialects.of(item).action(item, action.number or 0)
        is_same = one_line(known.text) == one_line(action.text) and known.state == action.state
        is_done = known.state == action.state == "complete" and known.attempt == action.attempt
        if is_same or is_done:
            return known.span.start_line
        if known.state == "complete":
            raise Refused(
                "already-complete",
                f"action {known.number} of {item.id} is complete otherwise"
                f" (line {known.span.start_line})",
            )
        return None
    for known in (other for other in item.actions if other.number == action.number):
        if _are_alike(known.text, action.text):
            return known.span.start_line
        raise _taken(item, f"action {known.number}", known)
    return None


def _taken(item: Item, what: str, known: Attempt | Action, free: str = "") -> Refused:
    message = f"{item.id} has another {what} (line {known.span.start_line})"
    return Refused("number-taken", message, f"number the brief's anew{free}")


def _are_alike(left: str, other: str) -> bool:
    first, second = one_line(left)[:_COMPARED], one_line(other)[:_COMPARED]
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


# Lines


def _rewritten(ledger: Ledger, item: Item, update: ReadUpdate) -> Edit:
    known = dialects.of(item).action(item, update.update.number or 0)
    span = known.span
    prefix = places.first_line(ledger, span.start_byte)
    width = patterns.unbulleted(prefix)[0]
    lines = _flowing(update.update.text.split("\n"))
    lines = [
        prefix[:width] + lines[0][patterns.unbulleted(lines[0])[0] :],
        *(f"{' ' * width}{line.strip()}" if line.strip() else "" for line in lines[1:]),
    ]
    newline = text.newline_of(ledger.text, span.start_byte)
    old = ledger.text[span.start_byte : span.end_byte]
    end = newline if old.endswith((b"\n", b"\r")) else b""
    body = newline.join(text.encode(line) for line in lines)
    return Edit(span.start_byte, span.end_byte, body + end)


def _like(ledger: Ledger, item: Item, lines: Sequence[str]) -> list[str]:
    """An added action with the indent of the item's last one."""
    indent = "  "
    if item.actions:
        first = places.first_line(ledger, item.actions[-1].span.start_byte)
        indent = first[: len(first) - len(first.lstrip())]
    return [f"{indent}{line}" if line.strip() else "" for line in _flowing(lines)]


def _flowing(lines: Sequence[str]) -> list[str]:
    """Text that was wrapped, as one line; lists, quotes and code below it stay lines."""
    joined = [lines[0].rstrip()]
    for number, line in enumerate(lines[1:], 1):
        if not line.strip() or _BLOCK.match(line):
            return [*joined, *(rest.rstrip() for rest in lines[number:])]
        joined[0] += f" {line.strip()}"
    return joined


def _added(ledger: Ledger, item: Item, lines: list[str]) -> Edit:
    if item.actions:
        return places.insertion(ledger.text, item.actions[-1].span.end_byte, lines)
    at = item.fields[-1].span.end_byte if item.fields else item.span.end_byte
    return places.in_field(ledger, item, "Next Actions", lines, at)


# What is compared


def _check_item(before: Item, after: Item, new: Sequence[ReadUpdate]) -> None:
    attempts = [_attempt(attempt) for attempt in before.attempts]
    attempts += [_attempt(update.attempt) for update in new if update.attempt]
    if sorted(attempts, key=repr) != sorted(map(_attempt, after.attempts), key=repr):
        raise unexpected_change(f"the attempts of {before.id}", _HINT)
    rewritten = {u.update.number: u.action for u in new if u.action and u.update.kind == "rewrite"}
    added = [update.action for update in new if update.action and update.update.kind == "add"]
    actions = [rewritten.get(action.number) or action for action in before.actions] + added
    if [_action(action) for action in actions] != [_action(action) for action in after.actions]:
        raise unexpected_change(f"the actions of {before.id}", _HINT)


def _attempt(attempt: Attempt) -> tuple[object, ...]:
    return attempt.number, attempt.date, attempt.result, attempt.source, one_line(attempt.text)


def _action(action: Action) -> tuple[object, ...]:
    return action.number, action.state, action.attempt, one_line(action.text)
