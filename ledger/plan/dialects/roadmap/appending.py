"""An attempt put below an item of a roadmap, as edits.

It stands in a list below the nested bullet ``**Attempts:**``, which is made where there is none:

    - [READ-001] (Read large files) — **partial** (2025-11-01: too slow)
      - **Attempts:**
        - [2025-11-02] Attempt #1 — Result: success. All tests pass.
          Metrics: 12 passed in 3.40 s

The note behind the status stays as it is.
"""

from __future__ import annotations

import re

from ledger.errors import Refused, UsageError
from ledger.plan import document, patterns, places, styles, text, words
from ledger.plan.dialects import boxes
from ledger.plan.dialects.attempts.appending import beside
from ledger.plan.document import Block, Document, Edit
from ledger.plan.model import Change, Field, Item, Ledger

_MARK = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|\d{1,9}[.)])[ \t]*")


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The attempt, actions completed and added, and the status word."""
    plan = document.parse(ledger.text)
    entry = places.entry_of(plan, item)
    if entry is None:
        raise Refused("no-entry", f"{item.id} is no entry of a list (line {item.span.start_line})")
    edits = [_attempt(ledger, plan, entry, item, change)]
    edits += [_completed(ledger, item, number, change) for number in change.complete]
    if change.next:
        # What goes on with a list comes before what is new behind it.
        place = 0 if item.actions else 1
        edits.insert(place, _next(ledger, plan, entry, item, change.next))
    if change.status:
        edits.append(_status(ledger, item, change.status))
    return edits


# The attempt


def _attempt(ledger: Ledger, plan: Document, entry: Block, item: Item, change: Change) -> Edit:
    listed = [one for one in item.attempts if one.number is not None]
    home = places.field(item, "attempt")
    if listed:
        return beside(ledger, item, listed, change.attempt)
    prefix = _first_line(plan, home)[0] if home else _prefix(plan, entry)
    inner = _below(prefix, "- ")
    style = styles.Style(
        prefix=inner, has_mark=False, layout="labels", inner=" " * len(inner.expandtabs(4))
    )
    lines = styles.attempt(change.attempt, style, ledger.conventions)
    if home:
        return places.insertion(ledger.text, home.span.end_byte, lines)
    name = words.written("Attempts History", ledger.conventions)
    name = "Attempts" if name == "Attempts History" else name
    return places.insertion(ledger.text, item.span.end_byte, [f"{prefix}**{name}:**", *lines])


def _prefix(plan: Document, entry: Block) -> str:
    """Indent and bullet for what is nested in an entry: as the last bullet that is."""
    for block in reversed(entry.children):
        if block.kind == "bullet_list":
            line = plan.line(block.children[-1].start)
            return line[: patterns.unbulleted(line)[0]]
    line = plan.line(entry.start)
    return _below(line[: patterns.unbulleted(line)[0]], "- ")


def _below(prefix: str, bullet: str) -> str:
    """``bullet`` where the text behind ``prefix`` begins."""
    found = _MARK.match(prefix)
    mark = bullet if not found or found["mark"][0].isdigit() else f"{found['mark']} "
    indent = found["indent"] if found and "\t" in found["indent"] else ""
    width = len(prefix.expandtabs(4)) - len(indent.expandtabs(4))
    return f"{indent}{' ' * width}{mark if bullet == '- ' else bullet}"


def _first_line(plan: Document, field: Field) -> tuple[str, str]:
    """The prefix of a field's line, and the rest."""
    line = plan.line(field.span.start_line - 1)
    width = patterns.unbulleted(line)[0]
    return line[:width], line[width:]


# Actions


def _completed(ledger: Ledger, item: Item, number: int, change: Change) -> Edit:
    action = places.open_action(item, number)
    span = action.state_span
    if boxes.is_box(action.state_text):
        return Edit(span.start_byte, span.end_byte, b"[x]")
    others = [
        a.state_text
        for a in item.actions
        if a.state == "complete" and not boxes.is_box(a.state_text)
    ]
    rest = text.decode(ledger.text[span.end_byte : action.span.end_byte][:400])
    following = re.split(r"[\r\n]", rest, maxsplit=1)[0]
    like = others[-1] if others else action.state_text
    said = styles.completed(like, change.attempt, following)
    return Edit(span.start_byte, span.end_byte, text.encode(said))


def _next(ledger: Ledger, plan: Document, entry: Block, item: Item, said: tuple[str, ...]) -> Edit:
    if item.actions:
        last = item.actions[-1]
        like = places.first_line(ledger, last.span.start_byte)
        numbers = [action.number for action in item.actions if action.number is not None]
        first = max(numbers) + 1 if numbers and last.number is not None else None
        lines = []
        for place, one in enumerate(said):
            number = None if first is None else first + place
            if boxes.is_box(last.state_text):
                prefix = like[: patterns.unbulleted(like)[0]]
                prefix = re.sub(r"\d{1,9}", str(number), prefix, count=1) if number else prefix
                lines.append(f"{prefix}[ ] {styles.defused(one, ledger.conventions)}")
            else:
                lines.append(styles.next_action(number, one, last, like, ledger.conventions))
        return places.insertion(ledger.text, last.span.end_byte, lines)
    home = places.field(item, "next action")
    prefix = _first_line(plan, home)[0] if home else _prefix(plan, entry)
    inner = _below(prefix, "1. ")
    lines = [
        styles.next_action(n, one, None, inner, ledger.conventions) for n, one in enumerate(said, 1)
    ]
    if home:
        return places.insertion(ledger.text, home.span.end_byte, lines)
    name = words.written("Next Actions", ledger.conventions)
    return places.insertion(ledger.text, item.span.end_byte, [f"{prefix}**{name}:**", *lines])


# Status


def _status(ledger: Ledger, item: Item, status: str) -> Edit:
    said = text.one_line(status)
    is_word = re.fullmatch(r"[^*`()|:;]{1,60}", said) and said == words.phrase(said)
    if not is_word or words.status(said, ledger.conventions) == "unknown":
        raise UsageError(
            "unknown-status",
            f"{said!r} is no status",
            "use one such as pending, in_progress, partial, blocked, done",
        )
    field = places.field(item, "status")
    if not field or not field.value:
        raise Refused(
            "no-status",
            f"{item.id} has no status (line {item.span.start_line})",
            "write it behind the title: ` — **pending**`",
        )
    start = field.value_span.start_byte
    phrase = words.phrase(field.value)
    return Edit(start, start + len(text.encode(phrase)), text.encode(said))
