"""An append as edits: one attempt, actions completed and added, status, last updated.

No I/O. What bytes go where is the dialect's to say; ``check`` holds the outcome against what was
meant.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ledger.edits import outline
from ledger.edits.outline import Outline, Shape, not_as_meant, refuse_difference
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, parts, text, words
from ledger.plan.document import Edit
from ledger.plan.model import Action, Attempt, Change, Field, Item, Ledger, NewAttempt

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d")
_WORD: Final = re.compile(r"[^\W_]+")
# Fields that an append may add, empty, as the home of what it adds.
_HOMES: Final = ("Attempts History", "Next Actions", "TODOs", "Attempts")


def section_of(ledger: Ledger, item_id: str) -> Item:
    """The item's section; of several the one with the latest attempt.

    Raises UsageError where there is no such item, Refused where it is listed and no more, or
    where several tasks have the name.
    """
    named = [item for item in ledger.items if item.id == item_id]
    if not named:
        raise UsageError(
            "no-such-item", f"no item {item_id} in this ledger", "`ledger status` lists them"
        )
    sections = [item for item in named if not dialects.is_listed(ledger, item)]
    if not sections:
        raise Refused(
            "no-section",
            f"{item_id} is only listed (line {named[0].span.start_line})",
            f"give it a section: `## [{item_id}] {named[0].title}`",
        )
    if len(sections) > 1 and not all(map(dialects.is_sectioned, sections)):
        lines = " and ".join(str(item.span.start_line) for item in sections)
        raise Refused("ambiguous-item", f"{item_id} stands on lines {lines}", "give one another ID")
    return max(sections, key=lambda item: max((a.number or 0 for a in item.attempts), default=-1))


def next_number(ledger: Ledger, item_id: str) -> int | None:
    """One more than the largest attempt number in the item's history and actions, here or in the
    archive; None where its dialect has no numbers."""
    sections = [item for item in ledger.items if item.id == item_id]
    if not all(dialects.of(item).is_numbered for item in sections):
        return None
    return max((item.highest for item in sections), default=0) + 1


def append(ledger: Ledger, change: Change) -> list[Edit]:
    """The edits that make ``change``. Raises Refused or UsageError where it has no place."""
    item = section_of(ledger, change.item)
    if not all(text.one_line(said) for said in change.next):
        raise UsageError("empty-action", "a next action has no words", "say what is next")
    edits = dialects.append(ledger, item, change)
    return edits + (_updated(ledger.last_updated, change) if ledger.last_updated else [])


def _updated(field: Field, change: Change) -> list[Edit]:
    """The date becomes today's; a note in parentheses, which tells of the last update, too."""
    found = _DATE.search(field.value)
    if not found:
        return []
    start = field.value_span.start_byte + len(text.encode(field.value[: found.start()]))
    rest = field.value[found.end() :]
    is_note = rest.startswith(" (") and rest.endswith(")")
    old = field.value[found.start() :] if is_note else found.group()
    new = change.today
    if is_note:
        number = change.attempt.number
        new += f" ({change.item}{'' if number is None else f' Attempt #{number}'})"
    return [Edit(start, start + len(text.encode(old)), text.encode(new))]


# What is expected


def check(old: Ledger, new: Ledger, change: Change) -> Attempt:
    """The new attempt. Raises Refused, naming what differs, unless ``new`` is ``old`` with
    ``change`` and nothing else."""
    target = section_of(old, change.item)
    place = next(at for at, item in enumerate(old.items) if item is target)
    expected, found = Outline(old), Outline(new)
    if len(old.items) != len(new.items):
        refuse_difference(expected, found)
    after = new.items[place]
    mine, theirs = expected.items[place], found.items[place]
    attempt = _expect_attempt(target, after, change.attempt, mine, theirs)
    _expect_actions(target, after, change, mine, theirs)
    status = words.of(old).status(change.status) if change.status else target.status
    if after.status != status:
        raise not_as_meant(f"the status of {target.id}: {target.status} became {after.status}")
    if change.status:
        mine["status"] = theirs["status"]
        for shape in (mine, theirs):
            shape["fields"] = [one for one in shape["fields"] if one[0].lower() != "status"]
    theirs["fields"] = [
        (name, value)
        for name, value in theirs["fields"]
        if (name, value) in mine["fields"] or value or name not in _HOMES
    ]
    for [row] in expected.rows:
        if change.status and row["id"] == change.item:
            row["status"] = change.status + row["status"][len(words.phrase(row["status"])) :]
    if expected.updated and found.updated and change.today in found.updated:
        expected.updated = found.updated
    refuse_difference(expected, found)
    return attempt


def _expect_attempt(
    before: Item, after: Item, meant: NewAttempt, expected: Shape, found: Shape
) -> Attempt:
    """Put the one attempt that ``after`` has more, if it is as ``meant``, where it is expected."""
    at = _added(before, after, meant.number)
    attempt = after.attempts[at]
    for what, said, read in (
        ("date", meant.date, attempt.date),
        ("result", meant.result, attempt.result),
        ("stamp", meant.stamp, attempt.stamp if meant.stamp else None),
    ):
        if said != read:
            raise not_as_meant(f"the new attempt's {what}: {said} reads as {read}")
    for said in (meant.words, meant.summary, meant.metrics):
        if _bare(said) not in _bare(attempt.text):
            raise not_as_meant(f"the new attempt's words: {said[:60]!r} is not among them")
    for artifact in meant.artifacts:
        if artifact not in attempt.text:
            raise not_as_meant(f"the new attempt's artifacts: {artifact} is not among them")
    if meant.artifacts and not any(artifact.paths for artifact in attempt.artifacts):
        raise not_as_meant("the new attempt's artifacts: none can be read back")
    attempts = expected["attempts"]
    attempts.insert(at, found["attempts"][at])
    for one, other in zip(attempts, found["attempts"], strict=False):
        one["result"], one["stamp"] = other["result"], other["stamp"]  # a roadmap's note may gain
    return attempt


def _added(before: Item, after: Item, number: int | None) -> int:
    """Which attempt of ``after`` is the one that it has more, and that has the ``number``."""
    known = Counter(_words_of(one) for one in before.attempts)
    added = []
    for at, one in enumerate(after.attempts):
        if known[_words_of(one)] and (number is None or one.number != number):
            known[_words_of(one)] -= 1
        else:
            added.append(at)
    was = number is not None and any(one.number == number for one in before.attempts)
    new = after.attempts[added[0]] if len(added) == 1 else None
    if was or new is None or (new.number, new.source) != (number, "history"):
        name = "the attempt" if number is None else f"attempt #{number}"
        raise not_as_meant(f"{name} of {before.id} is not there exactly once")
    return added[0]


def _expect_actions(
    before: Item, after: Item, change: Change, expected: Shape, found: Shape
) -> None:
    """Complete those that were to be completed, and put the new ones where they are expected."""
    old, new = before.actions, after.actions
    count = len(change.next)
    if len(new) != len(old) + count:
        raise not_as_meant(f"{count} new actions of {before.id} read as {len(new) - len(old)}")
    completed = [dialects.of(before).action(before, number) for number in change.complete]
    by = change.attempt.number
    at = len(old)  # the new ones stand behind all others, but for those of a list further down
    while at and count and _is_as_meant(old[at - 1], new[at - 1 + count], completed, by):
        at -= 1
    for words_of, action in zip(change.next, new[at : at + count], strict=True):
        if action.state != "pending" or not _bare(action.text).endswith(_bare(words_of)):
            said = f"{words_of[:60]!r} reads as {action.text!r}"
            raise not_as_meant(f"a new action of {before.id}: {said}")
    for was, now in zip(old, (*new[:at], *new[at + count :]), strict=True):
        if not _is_as_meant(was, now, completed, by):
            raise not_as_meant(f"action {was.number} of {before.id}")
    expected["actions"] = found["actions"]


def _is_as_meant(was: Action, now: Action, completed: Sequence[Action], by: int | None) -> bool:
    """Whether an action is as it was, or one of the ``completed`` and complete; ``by`` is the
    attempt that it has to name, unless it is a box, which does not say by which."""
    if not any(was is one for one in completed):
        return outline.action(was) == outline.action(now)
    attempt = was.attempt if parts.is_box(now.state_text) else by
    done = (was.number, "complete", attempt, was.text)
    return (now.number, now.state, now.attempt, now.text) == done


def _words_of(one: Attempt) -> tuple[int | None, str | None, str, str]:
    return one.number, one.date, one.source, one.text


def _bare(words_of: str) -> str:
    """The words alone, for marks are escaped when they are written."""
    return " ".join(_WORD.findall(words_of)).casefold()
