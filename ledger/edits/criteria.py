"""The exit criteria of an item: each function returns the plan with one of them new, reworded or
attested, read again and found to say that and nothing else."""

import re
from collections.abc import Sequence
from typing import Final

from ledger.edits.append import expect_tick
from ledger.edits.append import tick as box_tick
from ledger.edits.fields import placed
from ledger.edits.outline import Outline, Shape, edited, plain, refuse_difference, unexpected_change
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, places, styles, text, words
from ledger.plan.document import Edit
from ledger.plan.model import Criterion, Item, Ledger

_WORDING: Final = "word it otherwise"
# e.g. "[x] Users asked", "\u2705 Users asked"
_BOX: Final = re.compile(r"\A(?:\[.\]|[\u2705\u2b1c\u274c]) ")
# e.g. "Users asked (attested: by Anna)", "All tests pass `check: failures == 0`"
_BEHIND: Final = re.compile(r"\s+(?:\(attested: [^\n]*|`check: [^`\n]*`)\Z")


def tick(ledger: Ledger, item_id: str, met: Sequence[int]) -> Ledger:
    """``ledger`` with a tick in the empty box of each of the item's criteria ``met``, counted from
    0. Raises Refused where one has none."""
    item, place = placed(ledger, item_id)
    new = edited(ledger, [box_tick(ledger, item.criteria[at]) for at in met])
    expected, outline = Outline(ledger), Outline(new)
    for at in met:
        expect_tick(expected.items[place], outline.items[place], at)
    refuse_difference(expected, outline)
    return new


def attest(ledger: Ledger, item_id: str, number: int, because: str) -> Ledger:
    """``ledger`` with criterion ``number`` of the item, counted from 1, ticked on somebody's word:
    ``- [x] Users asked (attested: by Anna)``. Raises UsageError for no such criterion and no
    reason."""
    item, place = placed(ledger, item_id)
    criterion = numbered(item, number)
    reason = styles.defused(because, words.of(ledger))
    if not any(map(str.isalnum, reason)):
        raise UsageError("no-text", "expected a reason, found none", "say on whose word")
    behind = f"(attested: {reason})"
    line = places.first_line(ledger, criterion.span.start_byte)
    at = criterion.span.start_byte + len(text.encode(line.rstrip()))
    edits = [Edit(at, at, text.encode(f" {behind}"))]
    if criterion.ticked is None:
        start = criterion.span.start_byte + len(text.encode(line[: line.rindex(criterion.text)]))
        edits.append(Edit(start, start, b"[x] "))
    elif not criterion.ticked:
        edits.append(box_tick(ledger, criterion))
    new = edited(ledger, edits)
    expected, outline = Outline(ledger), Outline(new)
    expect_tick(expected.items[place], outline.items[place], number - 1, behind)
    mine, theirs = expected.items[place], outline.items[place]
    _expect_field(mine, theirs, theirs["criteria"][number - 1]["text"])
    refuse_difference(expected, outline, _WORDING)
    return new


def add_criterion(ledger: Ledger, item_id: str, criterion: str) -> Ledger:
    """``ledger`` with one more exit criterion of the item, behind the others and in their style.
    Raises UsageError for no words, Refused where it is there already, or the item has no
    place for it."""
    item, place = placed(ledger, item_id)
    line = styles.defused(criterion, words.of(ledger))
    if not line:
        raise UsageError("no-text", "a criterion has no words", "say what must hold")
    same = next((c for c in item.criteria if line.rstrip(".") in _wordings(c)), None)
    if same:
        message = f"{item_id} has that criterion already (line {same.span.start_line})"
        raise Refused("already-so", message, "say how the new one differs")
    new = edited(ledger, dialects.criterion(ledger, item, line))
    expected, outline = Outline(ledger), Outline(new)
    if len(expected.items) == len(outline.items):
        mine, theirs = expected.items[place], outline.items[place]
        added = theirs["criteria"][-1]["text"] if theirs["criteria"] else ""
        if not added.endswith(line):
            raise unexpected_change(f"the new criterion reads as {added[:60]!r}", _WORDING)
        mine["criteria"] = (*mine["criteria"], theirs["criteria"][-1])
        theirs["fields"] = tuple(
            field for field in theirs["fields"] if field["value"] or field in mine["fields"]
        )
    refuse_difference(expected, outline, _WORDING)
    return new


def reword(ledger: Ledger, item_id: str, number: int, criterion: str) -> Ledger:
    """``ledger`` with other words, and another check, of criterion ``number`` of the item, counted
    from 1. Raises UsageError for no such criterion and no words, Refused for one with a tick, which
    was set for the words as they are."""
    item, place = placed(ledger, item_id)
    old = numbered(item, number)
    line = styles.defused(criterion, words.of(ledger))
    if not line:
        raise UsageError("no-text", "a criterion has no words", "say what must hold")
    if old.ticked:
        message = f"criterion {number} of {item_id} has a tick, which is for its words as they are"
        raise Refused("is-ticked", message, "add another one")
    source = text.decode(ledger.text[old.span.start_byte : old.span.end_byte])
    spaced = r"\s+".join(map(re.escape, _BOX.sub("", old.text).split()))
    match = re.search(spaced, source)
    if match is None:
        raise Refused("no-place", f"the words of criterion {number} are not in one place", _WORDING)
    start = old.span.start_byte + len(text.encode(source[: match.start()]))
    end = start + len(text.encode(match[0]))
    new = edited(ledger, [Edit(start, end, text.encode(line))])
    expected, outline = Outline(ledger), Outline(new)
    if len(expected.items) == len(outline.items):
        mine, theirs = expected.items[place], outline.items[place]
        if len(mine["criteria"]) == len(theirs["criteria"]):
            now = theirs["criteria"][number - 1]
            if not now["text"].rstrip().endswith(line):
                raise unexpected_change(f"the criterion reads as {now['text'][:60]!r}", _WORDING)
            at = number - 1
            mine["criteria"] = (*mine["criteria"][:at], now, *mine["criteria"][number:])
            _expect_field(mine, theirs, now["text"])
    refuse_difference(expected, outline, _WORDING)
    return new


def _expect_field(mine: Shape, theirs: Shape, wording: str) -> None:
    """Expect the ``wording`` of a criterion also where the criterion is the field itself."""
    mine["fields"] = [
        now if now == {**was, "value": wording} else was
        for was, now in zip(mine["fields"], theirs["fields"], strict=True)
    ]
    theirs["fields"] = list(theirs["fields"])


def _wordings(criterion: Criterion) -> set[str]:
    """The words behind the box of a criterion, and these without a check or a reason at their
    end."""
    line = _BOX.sub("", plain(criterion.text))
    return {line.rstrip("."), _BEHIND.sub("", line).rstrip(".")}


def numbered(item: Item, number: int) -> Criterion:
    """Criterion ``number`` of the item, counted from 1. Raises UsageError for none."""
    if 1 <= number <= len(item.criteria):
        return item.criteria[number - 1]
    count = len(item.criteria)
    hint = f"its criteria are 1 to {count}" if count else "add one first"
    raise UsageError("no-such-criterion", f"{item.id} has no criterion {number}", hint)
