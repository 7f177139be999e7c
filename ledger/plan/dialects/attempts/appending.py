"""An attempt put into an item of the ``attempts`` dialect, as edits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ledger.errors import Refused, UsageError
from ledger.plan import patterns, places, styles, text, words
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Change, Field, Item, Ledger, NewAttempt

_ACTIONS = ("next actions", "next action")


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The attempt, actions completed and added, and the status."""
    edits = [_attempt(ledger, item, change.attempt)]
    edits += [_complete(ledger, item, number, change.attempt) for number in change.complete]
    if change.next:
        # Where both go to one place, actions go on with those before it; a list of actions that
        # is new stands behind the attempts.
        is_new = not (item.actions or places.field(item, *_ACTIONS))
        edits.insert(1 if is_new else 0, _next(ledger, item, change.next))
    if change.status:
        edits += _status(ledger, item, change.status)
    return edits


# The attempt


def _attempt(ledger: Ledger, item: Item, new: NewAttempt) -> Edit:
    history = [attempt for attempt in item.attempts if attempt.source == "history"]
    home = places.field(item, "attempts history", "attempts", "attempt history")
    at_home = [attempt for attempt in history if home and places.within(attempt, home)]
    if history:
        return beside(ledger, item, at_home or history, new)
    style = _style_elsewhere(ledger, item)
    if home:
        at = home.span.end_byte
        return places.insertion(ledger.text, at, styles.attempt(new, style, ledger.conventions))
    at = places.end_of_fields(item)
    bullet = _bullet_of(ledger, item.fields[0]) if item.fields else "- "
    name = words.written("Attempts History", ledger.conventions)
    lines = [f"{bullet}{name}:", *styles.attempt(new, style, ledger.conventions)]
    return places.insertion(ledger.text, at, lines if item.fields else ["", *lines])


def beside(ledger: Ledger, item: Item, group: Sequence[Attempt], new: NewAttempt) -> Edit:
    """The attempt at that end of ``group`` where the item's latest stands, in the style of its
    neighbour there."""
    is_first = places.newest_first(group, item.archived)
    neighbour = group[0] if is_first else group[-1]
    style = styles.style_of(places.lines(ledger, neighbour), ledger.conventions)
    lines = styles.attempt(new, style, ledger.conventions)
    if style.layout == "heading" or places.is_spaced(ledger, group, item.archived):
        lines = [*lines, ""] if is_first else ["", *lines]
    at = neighbour.span.start_byte if is_first else neighbour.span.end_byte
    return places.insertion(ledger.text, at, lines)


def _style_elsewhere(ledger: Ledger, item: Item) -> styles.Style:
    """The style of the nearest attempt before the item, else of any after it."""
    others = [
        attempt
        for other in ledger.items
        for attempt in other.attempts
        if attempt.source == "history" and attempt.number is not None
    ]
    before = [a for a in others if a.span.start_byte < item.span.start_byte]
    near = before[-1:] or others[:1]
    if not near:
        return styles.Style(layout="labels")
    style = styles.style_of(places.lines(ledger, near[0]), ledger.conventions)
    return styles.Style(layout="labels") if style.layout == "heading" else style


# Actions


def _complete(ledger: Ledger, item: Item, number: int, new: NewAttempt) -> Edit:
    action = places.open_action(item, number)
    others = [a.state_text for a in item.actions if a.state == "complete" and a.state_text]
    span = action.state_span
    following = _rest_of_line(ledger.text, span.end_byte)
    said = styles.completed(others[-1] if others else action.state_text, new, following)
    return Edit(span.start_byte, span.end_byte, text.encode(said))


def _next(ledger: Ledger, item: Item, said: tuple[str, ...]) -> Edit:
    if item.actions:
        last = item.actions[-1]
        like_line = places.first_line(ledger, last.span.start_byte)
        numbers = [action.number for action in item.actions if action.number is not None]
        first = max(numbers) + 1 if numbers else None
        lines = [
            styles.next_action(
                None if first is None else first + place, one, last, like_line, ledger.conventions
            )
            for place, one in enumerate(said)
        ]
        return places.insertion(ledger.text, last.span.end_byte, lines)
    home = places.field(item, *_ACTIONS)
    lines = [
        styles.next_action(n, one, None, "  1. ", ledger.conventions)
        for n, one in enumerate(said, 1)
    ]
    if home:
        return places.insertion(ledger.text, home.span.end_byte, lines)
    bullet = _bullet_of(ledger, item.fields[0]) if item.fields else "- "
    bullets = [
        attempt.span.end_byte
        for attempt in item.attempts
        if attempt.source == "history" and not ledger.text.startswith(b"#", attempt.span.start_byte)
    ]
    name = words.written("Next Actions", ledger.conventions)
    at = places.behind_field(item, max([places.end_of_fields(item), *bullets]))
    return places.insertion(ledger.text, at, [f"{bullet}{name}:", *lines])


# Status


def _status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """The item's own status and its index rows, so that the two cannot part."""
    said = text.one_line(status)
    if (
        words.status(said, ledger.conventions) == "unknown"
        or said != words.phrase(said)
        or "|" in said
    ):
        raise UsageError(
            "unknown-status",
            f"{said!r} is no status",
            "use one such as pending, in_progress, blocked, done, archived",
        )
    field = places.field(item, "status")
    if not field:
        raise Refused("no-status", f"{item.id} has no `Status:` line (line {item.span.start_line})")
    spans = [field.value_span, *(row.status_span for row in ledger.index if row.id == item.id)]
    edits = []
    for span in spans:
        old = text.decode(ledger.text[span.start_byte : span.end_byte])
        phrase = words.phrase(old)
        edits.append(
            Edit(span.start_byte, span.start_byte + len(text.encode(phrase)), text.encode(said))
        )
    return edits


# Lines


def _rest_of_line(data: bytes, start: int) -> str:
    return text.decode(re.split(rb"[\r\n]", data[start : start + 400], maxsplit=1)[0])


def _bullet_of(ledger: Ledger, field: Field) -> str:
    line = places.first_line(ledger, field.span.start_byte)
    return line[: patterns.unbulleted(line)[0]]
