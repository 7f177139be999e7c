"""The next actions of an item: each function returns the plan with one of them new, in another
state, reworded or moved, read again and found to say that and nothing else. Numbers stay as
people wrote them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from ledger.edits.append import expect_actions
from ledger.edits.fields import placed
from ledger.edits.outline import Outline, edited, plain, refuse_difference, unexpected_change
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, document, parts, places, styles, text, words
from ledger.plan.document import Edit
from ledger.plan.model import Action, ActionState, Item, Ledger

# e.g. "Choose the project (waits for anna)."
_WAITS: Final = re.compile(r" \(waits for [^()]*\)(?=\.?\Z)")
# What names the step or the item of an action where several share a list, e.g. "S2: ", "**A-1** — "
_TAG: Final = re.compile(r"\*{0,2}[^\W_][\w.-]{0,59}\*{0,2}(?::|[ \t]+[\u2013\u2014-])[ \t]+")
_OPENS: Final = re.compile(r"[ \t]*(?:\Z|[-*+>][ \t]|\d{1,9}[.)][ \t]|`{3}|~{3})")


def add_actions(ledger: Ledger, item_id: str, new: Sequence[str]) -> Ledger:
    """``ledger`` with ``new`` actions behind the item's others, in their style. Raises UsageError
    for one without words, Refused where the item has no place for them."""
    item, place = placed(ledger, item_id)
    if not all(text.one_line(wording) for wording in new):
        raise UsageError("empty-action", "a next action has no words", "say what is next")
    after = edited(ledger, dialects.actions(ledger, item, new))
    expected, outline = Outline(ledger), Outline(after)
    if len(expected.items) == len(outline.items):
        mine, theirs = expected.items[place], outline.items[place]
        expect_actions(item, after.items[place], mine, theirs, new=new)
        known = mine["fields"]
        theirs["fields"] = tuple(t for t in theirs["fields"] if t["value"] or t in known)
    refuse_difference(expected, outline)
    return after


def set_state(
    ledger: Ledger, item_id: str, number: int, state: ActionState, *, on: str = ""
) -> Ledger:
    """``ledger`` with another ``state`` of the item's action ``number``; ``on`` is what it waits
    for, and is behind its words. Raises UsageError for no such action, Refused where it has
    that state already, or its box has no mark for it."""
    item, place = placed(ledger, item_id)
    dialect = dialects.of(item)
    is_done = state == "complete"
    action = dialect.open_action(item, number) if is_done else dialect.action(item, number)
    if action.state == state and not on:
        line = action.span.start_line
        message = f"action {number} of {item_id} is {state} already (line {line})"
        raise Refused("already-so", message)
    if state != "complete":
        _refuse_record(item, action, number)
    edits = [dialects.restated(ledger, item, action, state)]
    wording = action.text
    if on or state == "pending":
        start, end = _words_place(ledger, action)
        old = text.decode(ledger.text[start:end])
        new = _waiting(old, styles.defused(on, words.of(ledger)))
        edits += [Edit(start, end, text.encode(new))] if new != old else []
        wording = plain(wording).replace(plain(old), plain(new), 1)
    wanted = {"state": state, "text": wording}
    return _reworded(ledger, place, edits, item.actions.index(action), wanted)


def _waiting(line: str, on: str) -> str:
    """The words of an action that waits ``on`` something, before their full stop; that waits no
    longer for nothing."""
    line = _WAITS.sub("", line)
    if not on:
        return line
    stop = "." if line.endswith(".") else ""
    waits = on.replace("(", "[").replace(")", "]")
    return f"{line.removesuffix('.')} (waits for {waits}){stop}"


def reword(ledger: Ledger, item_id: str, number: int, line: str) -> Ledger:
    """``ledger`` with other words of the item's action ``number``; its state stays, and so does
    what is nested in it. Raises UsageError for no such action and no words."""
    item, place = placed(ledger, item_id)
    action = dialects.of(item).action(item, number)
    if not text.one_line(line):
        raise UsageError("empty-action", "an action has no words", "say what is to be done")
    _refuse_record(item, action, number)
    start, end = _words_place(ledger, action)
    new = styles.action_words(line, action.state_text, words.of(ledger))
    old = text.decode(ledger.text[start:end])
    tag = _TAG.match(old) if dialects.of(item).shares_history else None
    if tag and not new.startswith(tag.group()):
        new = tag.group() + new
    waits = _WAITS.search(old)
    if waits and action.state == "blocked" and not _WAITS.search(new):
        new = _waiting(new, waits.group()[len(" (waits for ") : -1])
    wanted = {"state": action.state, "text": plain(action.text).replace(plain(old), plain(new), 1)}
    edits = [Edit(start, end, text.encode(new))]
    return _reworded(ledger, place, edits, item.actions.index(action), wanted)


def move(ledger: Ledger, item_id: str, number: int, before: int) -> Ledger:
    """``ledger`` with the item's action ``number`` in front of the action ``before`` of the same
    list. Raises UsageError for no such action, Refused where they are in two lists."""
    item, place = placed(ledger, item_id)
    action, target = (dialects.of(item).action(item, n) for n in (number, before))
    source, aim = item.actions.index(action), item.actions.index(target)
    if source in (aim, aim - 1):
        return ledger
    order = [n for n in range(len(item.actions)) if n != source]
    order.insert(order.index(aim), source)
    first, last = min(source, aim), max(source, aim)
    moved = item.actions[first : last + 1]
    is_one_list = len({_indent(ledger, action) for action in moved}) == 1
    gaps = (ledger.text[a.span.end_byte : other.span.start_byte] for a, other in pairwise(moved))
    if not is_one_list or any(gap.strip() for gap in gaps):
        message = f"actions {number} and {before} of {item_id} are not in one list"
        raise Refused("no-place", message, "move it by hand")
    edit = _permuted(ledger, moved, [item.actions[n] for n in order[first : last + 1]])
    new = edited(ledger, [edit])
    if [len(item.actions) for item in new.items] != [len(item.actions) for item in ledger.items]:
        line = moved[0].span.start_line
        message = f"a list that begins with {number} would be text for Markdown (line {line})"
        raise Refused("no-place", message, "move it by hand, with another number")
    expected, outline = Outline(ledger), Outline(new)
    actions = expected.items[place]["actions"]
    mine, theirs = expected.items[place], outline.items[place]
    mine["actions"] = tuple(actions[n] for n in order)
    were = [action.number for action in item.actions]
    if [t["number"] for t in theirs["actions"]] == were:  # 1. 1. 1.: numbered by their place
        for after, was in zip(mine["actions"], were, strict=True):
            after["number"] = was
    if sorted(map(str, mine["attempts"])) != sorted(map(str, theirs["attempts"])):
        message = f"several actions of {item_id} mention one attempt, and the first is its record"
        raise Refused("told-by-action", message, "leave them in their order; nothing was written")
    mine["attempts"] = theirs["attempts"]  # those that actions mention are in their order
    refuse_difference(expected, outline)
    return new


def _permuted(ledger: Ledger, old: Sequence[Action], new: Sequence[Action]) -> Edit:
    """The actions in another order; what is between them stays where it is."""
    spans = [(action.span.start_byte, action.span.end_byte) for action in old]
    ends = [start + len(ledger.text[start:end].rstrip(b"\r\n")) for start, end in spans]
    between = [ledger.text[end:start] for end, (start, _) in zip(ends, spans[1:], strict=False)]
    bodies = [ledger.text[start:end] for (start, _), end in zip(spans, ends, strict=True)]
    pieces = [b"", *between]
    for at, action in enumerate(new):
        pieces[at] += bodies[next(n for n, other in enumerate(old) if other is action)]
    return Edit(spans[0][0], ends[-1], b"".join(pieces))


def _refuse_record(item: Item, action: Action, number: int) -> None:
    """Raise Refused where only this action mentions an attempt, which would be lost or changed."""
    known = [attempt.number for attempt in item.attempts if attempt.source == "action"]
    if action.attempt is not None and action.attempt in known and action.state == "complete":
        message = f"only action {number} of {item.id} mentions attempt #{action.attempt}"
        raise Refused("told-by-action", message, "add another action; nothing was written")


def _indent(ledger: Ledger, action: Action) -> int:
    line = places.first_line(ledger, action.span.start_byte)
    return len(line) - len(line.lstrip())


def _words_place(ledger: Ledger, action: Action) -> tuple[int, int]:
    """From where to where an action's words stand: behind its state, to the end of their
    paragraph."""
    whole = document.parse(ledger.text, words.of(ledger))
    first = action.span.start_line - 1
    line = whole.line(first)
    before = text.decode(ledger.text[whole.starts[first] : action.state_span.end_byte])
    at = len(before)
    if action.state_text:
        at = parts.text_start(line, at)
        at += len(line[at:]) - len(line[at:].lstrip())
    last = first
    while last + 1 < action.span.end_line and not _OPENS.match(whole.line(last + 1)):
        last += 1
    start = whole.starts[first] + len(text.encode(line[:at]))
    end = whole.starts[last] + len(text.encode(whole.line(last).rstrip()))
    return start, max(start, end)


def _reworded(
    ledger: Ledger, place: int, edits: Sequence[Edit], at: int, wanted: dict[str, Any]
) -> Ledger:
    """``ledger`` with ``edits``, of which action ``at`` of the item at ``place`` is as
    ``wanted``."""
    new = edited(ledger, edits)
    expected, outline = Outline(ledger), Outline(new)
    if len(expected.items) == len(outline.items):
        mine, theirs = expected.items[place]["actions"], outline.items[place]["actions"]
        if len(mine) != len(theirs):
            raise unexpected_change("the number of actions")
        now = {**theirs[at], "text": plain(theirs[at]["text"])}
        for name, value in wanted.items():
            if now[name] != plain(value):
                what = f"the {name} of action {now['number']}"
                raise unexpected_change(f"{what} reads as {now[name][:60]!r}", "word it otherwise")
        expected.items[place]["actions"] = (*mine[:at], theirs[at], *mine[at + 1 :])
    refuse_difference(expected, outline)
    return new
