"""Whether an edit did what was meant and nothing else.

The new bytes are read again. What comes out must equal the old ledger plus exactly the
intended change, places aside. There is no way to switch this off.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ledger.edits import shape
from ledger.edits.append import section_of
from ledger.edits.shape import Shape
from ledger.errors import Refused
from ledger.plan import places, words
from ledger.plan.dialects import boxes
from ledger.plan.model import Action, Attempt, Change, Item, Ledger

if TYPE_CHECKING:
    from ledger.plan.model import Conventions


def verify(old: Ledger, new: Ledger, change: Change) -> None:
    """Raises Refused, naming the first thing that differs, unless ``new`` is ``old`` with
    ``change`` and nothing else."""
    place = _place(old, change)
    if len(new.items) != len(old.items):
        raise _differs(f"the number of items: {len(old.items)} became {len(new.items)}")
    for number, (before, after) in enumerate(zip(old.items, new.items, strict=True)):
        if number == place:
            _verify_target(before, after, change, old.conventions)
        elif shape.item(before) != shape.item(after):
            raise _differs(f"{before.id} (line {before.span.start_line})")
    meant, found = shape.around(old), shape.around(new)
    _meant_around(meant, found, change)
    if what := shape.differing(meant, found):
        raise _differs(what)


def written(old: Ledger, new: Ledger, change: Change) -> Attempt:
    """The attempt that ``new`` has and ``old`` has not. Raises Refused unless it is one."""
    place = _place(old, change)
    return _added(old.items[place], new.items[place], change)


def _place(old: Ledger, change: Change) -> int:
    target = section_of(old, change.item)
    return next(n for n, item in enumerate(old.items) if item is target)


def _meant_around(meant: Shape, found: Shape, change: Change) -> None:
    """Make of ``meant`` what the change may make of the index and of Last Updated."""
    for row in meant["the index"]:
        if change.status and row["id"] == change.item:
            row["status"] = change.status + row["status"][len(words.phrase(row["status"])) :]
    updated = found["the Last Updated line"]
    if meant["the Last Updated line"] and updated and change.today in updated:
        meant["the Last Updated line"] = updated


def _verify_target(before: Item, after: Item, change: Change, own: Conventions | None) -> None:
    added = _added(before, after, change)
    _verify_attempt(added, change)
    kept = [a for a in after.attempts if a is not added]
    if _texts(kept) != _texts(before.attempts):  # a roadmap's note is read by what is listed
        raise _differs(f"the other attempts of {before.id}")
    _verify_actions(before, after, change)
    for what, had, has in (
        ("the title", before.title, after.title),
        ("the priority", before.priority_text, after.priority_text),
        ("the exit criteria", [c.text for c in before.criteria], [c.text for c in after.criteria]),
    ):
        if had != has:
            raise _differs(f"{what} of {before.id}")
    old, new = _fields(before, change), _fields(after, change)
    if [field for field in new if field in old] != old or any(
        value or name not in _NAMES_ADDED for name, value in new if (name, value) not in old
    ):
        raise _differs(f"the fields of {before.id}")
    status = words.status(change.status, own) if change.status else before.status
    if after.status != status:
        raise _differs(f"the status of {before.id}: {before.status} became {after.status}")


def _added(before: Item, after: Item, change: Change) -> Attempt:
    """The one attempt that ``after`` has more, and that has the number that was meant."""
    number = change.attempt.number
    known = Counter(_texts(before.attempts))
    added = []
    for attempt, said in zip(after.attempts, _texts(after.attempts), strict=True):
        if known[said] and (number is None or attempt.number != number):
            known[said] -= 1
        else:
            added.append(attempt)
    was = number is not None and any(a.number == number for a in before.attempts)
    if was or len(added) != 1 or (added[0].number, added[0].source) != (number, "history"):
        name = "the attempt" if number is None else f"attempt #{number}"
        raise _differs(f"{name} of {before.id} is not there exactly once")
    return added[0]


def _verify_attempt(attempt: Attempt, change: Change) -> None:
    meant = change.attempt
    for what, expected, found in (
        ("date", meant.date, attempt.date),
        ("result", meant.result, attempt.result),
        ("stamp", meant.stamp, attempt.stamp if meant.stamp else None),
    ):
        if expected != found:
            raise _differs(f"the new attempt's {what}: {expected} reads as {found}")
    for said in (meant.words, meant.summary, meant.metrics):
        if _bare(said) not in _bare(attempt.text):
            raise _differs(f"the new attempt's words: {said[:60]!r} is not among them")
    cited = {path for artifact in attempt.artifacts for path in artifact.paths}
    for artifact in meant.artifacts:
        if artifact not in attempt.text:
            raise _differs(f"the new attempt's artifacts: {artifact} is not among them")
    if meant.artifacts and not cited:
        raise _differs("the new attempt's artifacts: none can be read back")


def _verify_actions(before: Item, after: Item, change: Change) -> None:
    old, new = list(before.actions), list(after.actions)
    count = len(change.next)
    if len(new) != len(old) + count:
        raise _differs(f"{count} new actions of {before.id} read as {len(new) - len(old)}")
    completed = [places.numbered_action(before, number) for number in change.complete]
    by = change.attempt.number
    at = len(old)  # the new ones stand behind all others, but for those of a list further down
    while at and count and _is_as_meant(old[at - 1], new[at - 1 + count], completed, by):
        at -= 1
    for said, action in zip(change.next, new[at : at + count], strict=True):
        if action.state != "pending" or not _bare(action.text).endswith(_bare(said)):
            raise _differs(f"a new action of {before.id}: {said[:60]!r} reads as {action.text!r}")
    for was, now in zip(old, new[:at] + new[at + count :], strict=True):
        if not _is_as_meant(was, now, completed, by):
            raise _differs(f"action {was.number} of {before.id}")


def _is_as_meant(was: Action, now: Action, completed: Sequence[Action], by: int | None) -> bool:
    """Whether an action is as it was, or one of the ``completed`` and complete; ``by`` is the
    attempt that it has to name, unless it is a box, which does not say by which."""
    if not any(was is one for one in completed):
        return shape.action(was) == shape.action(now)
    is_box = boxes.is_box(now.state_text)
    done = (was.number, "complete", was.attempt if is_box else by, was.text)
    return (now.number, now.state, now.attempt, now.text) == done


def _fields(item: Item, change: Change) -> list[tuple[str, str]]:
    """Fields but for those that the change may touch."""
    free = "status" if change.status else ""
    return [(f.name, f.value) for f in item.fields if f.name.lower() != free]


_NAMES_ADDED = ("Attempts History", "Next Actions", "TODOs", "Attempts")
_WORD = re.compile(r"[^\W_]+")


def _bare(said: str) -> str:
    """The words of ``said`` alone, for marks are escaped when they are written."""
    return " ".join(_WORD.findall(said)).casefold()


def _texts(attempts: Iterable[Attempt]) -> list[tuple[int | None, str | None, str, str]]:
    return [(a.number, a.date, a.source, a.text) for a in attempts]


def _differs(what: str) -> Refused:
    return Refused(
        "not-as-meant",
        f"the edit would change more, or other, than was asked: {what}",
        "nothing was written; please report the ledger's shape",
    )
