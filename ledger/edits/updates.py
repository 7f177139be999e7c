"""A brief's ready-made updates as edits: an attempt, actions rewritten, actions added. No I/O.

What the ledger holds already is recognised and left alone. ``updates`` says what bytes go where;
``verify`` holds the outcome against what was meant.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.edits import append, restore, shape
from ledger.errors import Refused
from ledger.gates.model import Update
from ledger.plan import mojibake, patterns, places, reader, text, words
from ledger.plan.dialects import MAIN
from ledger.plan.document import Edit
from ledger.plan.model import Action, Attempt, Item, Ledger

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_HOMES: Final = ("attempts history", "attempts", "attempt history", "next actions", "next action")
_ALIKE: Final = 0.6  # of the letters of two actions that say the same thing in other words
_COMPARED: Final = 600  # letters
_BLOCK: Final = re.compile(r"[ \t]*(?:[-*+>|]|\d{1,9}[.)]|`{3}|~{3}|#)(?:[ \t]|\Z|`|~|#)")


# A heading, a fence or a comment, which might not end where the update does.
_BREAKS_OUT: Final = re.compile(r"^[ \t]*(?:#{1,6}[ \t]|`{3}|~{3})|<!--", re.MULTILINE)


class Meant(NamedTuple):
    """One update as the reader understands it by itself: an attempt or an action. ``line`` is
    where the ledger holds it already, None where it does not."""

    update: Update
    attempt: Attempt | None
    action: Action | None
    line: int | None

    @property
    def name(self) -> str:
        """``attempt #21`` or ``action 20``."""
        return f"attempt #{self.update.number}" if self.attempt else f"action {self.update.number}"


def meant(ledger: Ledger, name: str, given: Sequence[Update], stamp: str | None) -> list[Meant]:
    """What the updates mean, and which of them the item ``name`` holds. ``stamp`` is the brief's.

    Raises Refused for one that cannot be read, or whose number something else has taken;
    UsageError where there is no such item.
    """
    item = append.section_of(ledger, name)
    return [_meant(item, update, stamp, ledger.conventions) for update in given]


def edits(ledger: Ledger, name: str, every: Sequence[Meant]) -> list[Edit]:
    """The edits that write what the ledger does not hold."""
    item = append.section_of(ledger, name)
    if item.dialect != MAIN:
        raise Refused(
            "no-place",
            f"{name} is written in the dialect {item.dialect}, a brief's updates in {MAIN}",
            "write them by hand",
        )
    made: list[Edit] = []
    added: list[str] = []
    for one in every:
        if one.line is not None:
            continue
        lines = one.update.text.split("\n")
        if one.attempt:
            made += restore.restore(ledger, name, one.attempt, lines)
        elif one.update.kind == "rewrite":
            made.append(_rewritten(ledger, item, one))
        else:
            added += _like(ledger, item, lines)
    return [*made, *([_added(ledger, item, added)] if added else [])]


def verify(old: Ledger, new: Ledger, name: str, every: Sequence[Meant]) -> None:
    """Raises Refused, naming what differs, unless ``new`` is ``old`` with the updates that it
    did not hold, and nothing else."""
    target = append.section_of(old, name)
    place = next(n for n, item in enumerate(old.items) if item is target)
    if len(new.items) != len(old.items):
        raise _differs("the number of items")
    for number, (before, after) in enumerate(zip(old.items, new.items, strict=True)):
        if number != place and shape.item(before) != shape.item(after):
            raise _differs(before.id)
    _verify_item(target, new.items[place], [one for one in every if one.line is None])
    if what := shape.differing(shape.around(old), shape.around(new)):
        raise _differs(what)


# What is meant


def _meant(item: Item, update: Update, stamp: str | None, own: Conventions | None) -> Meant:
    if mojibake.LOST in update.text:
        raise Refused(
            "lost-marks",
            f"the update on line {update.line} has damaged characters that cannot be told",
            "mend the brief",
        )
    if _BREAKS_OUT.search(update.text) or text.visible(update.text.replace("\n", "")) != (
        update.text.replace("\n", "")
    ):
        raise _unread(update)
    alone = _alone(update, own)
    if update.kind == "attempt":
        attempt = next((one for one in alone.attempts if one.source == "history"), None)
        if attempt is None or attempt.number != update.number:
            raise _unread(update)
        return Meant(update, attempt, None, _held_attempt(item, attempt, stamp))
    if len(alone.actions) != 1 or alone.actions[0].number != update.number:
        raise _unread(update)
    action = alone.actions[0]
    held = _held_action(item, action, update)
    return Meant(update, None, action, held)


def _alone(update: Update, own: Conventions | None) -> Item:
    """The update in an item of its own."""
    home = "Attempts History" if update.kind == "attempt" else "Next Actions"
    body = "\n".join(f"  {line}" for line in update.text.split("\n"))
    data = text.encode(f"## [X-1] X\n- Status: pending\n- {home}:\n{body}\n")
    ledger = reader.read(data, own=own.model_copy(update={"id": ()}) if own else None)
    if len(ledger.items) != 1:
        raise _unread(update)
    return ledger.items[0]


def _unread(update: Update) -> Refused:
    return Refused(
        "unreadable-update",
        f"the update on line {update.line} of the brief does not read as one {update.kind}",
        "write it as the fix plan has it: one bullet, or one numbered action",
    )


def _held_attempt(item: Item, attempt: Attempt, stamp: str | None) -> int | None:
    """The line of an entry that has the attempt's number and is about the same: an attempt in
    much the same words, or a completed action that names the brief's stamp."""
    for known in item.attempts:
        if known.number != attempt.number:
            continue
        names_stamp = bool(stamp) and (known.stamp == stamp or str(stamp) in known.text)
        is_same = names_stamp if known.source == "action" else _are_alike(known.text, attempt.text)
        if is_same:
            return known.span.start_line
        raise Refused(
            "number-taken",
            f"{item.id} has another attempt #{known.number} (line {known.span.start_line})",
            f"number the brief's anew: #{1 + max(a.number or 0 for a in item.attempts)} is free",
        )
    return None


def _held_action(item: Item, action: Action, update: Update) -> int | None:
    found = [one for one in item.actions if one.number == action.number]
    if update.kind == "rewrite":
        known = places.numbered_action(item, action.number or 0)
        is_same = _words(known.text) == _words(action.text) and known.state == action.state
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
    for known in found:
        if _are_alike(known.text, action.text):
            return known.span.start_line
        raise Refused(
            "number-taken",
            f"{item.id} has another action {known.number} (line {known.span.start_line})",
            "number the brief's anew",
        )
    return None


def _are_alike(one: str, other: str) -> bool:
    first, second = _words(one)[:_COMPARED], _words(other)[:_COMPARED]
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= _ALIKE


# Lines


def _rewritten(ledger: Ledger, item: Item, one: Meant) -> Edit:
    known = places.numbered_action(item, one.update.number or 0)
    span = known.span
    prefix = places.first_line(ledger, span.start_byte)
    width = patterns.unbulleted(prefix)[0]
    lines = _flowing(one.update.text.split("\n"))
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
    home = places.field(item, "next actions", "next action")
    if home:
        return places.insertion(ledger.text, home.span.end_byte, lines)
    at = item.fields[-1].span.end_byte if item.fields else item.span.end_byte
    return places.insertion(
        ledger.text, at, [f"- {words.written('Next Actions', ledger.conventions)}:", *lines]
    )


# What is compared


def _verify_item(before: Item, after: Item, new: Sequence[Meant]) -> None:
    attempts = [_said(one) for one in before.attempts]
    attempts += [_said(one.attempt) for one in new if one.attempt]
    if sorted(attempts, key=repr) != sorted(map(_said, after.attempts), key=repr):
        raise _differs(f"the attempts of {before.id}")
    rewritten = {
        one.update.number: one.action for one in new if one.action and one.update.kind == "rewrite"
    }
    added = [one.action for one in new if one.action and one.update.kind == "add"]
    actions = [rewritten.get(action.number) or action for action in before.actions] + added
    if [_done(one) for one in actions] != [_done(one) for one in after.actions]:
        raise _differs(f"the actions of {before.id}")
    but = "attempts", "actions"
    if shape.frame(before, but, _HOMES) != shape.frame(after, but, _HOMES):
        raise _differs(f"{before.id} elsewhere")


def _said(one: Attempt) -> tuple[object, ...]:
    return one.number, one.date, one.result, one.source, _words(one.text)


def _done(one: Action) -> tuple[object, ...]:
    return one.number, one.state, one.attempt, _words(one.text)


def _words(said: str) -> str:
    return " ".join(said.split())


def _differs(what: str) -> Refused:
    return Refused(
        "not-as-meant",
        f"applying the brief would change more, or other, than it says: {what}",
        "nothing was written; write the update by hand",
    )
