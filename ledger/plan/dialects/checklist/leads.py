"""How a checklist opens things: the box, the ID and the tags of a task.

Patterns see lines with their bullet cut off. Each is bounded, so that it takes linear time.
"""

import re
from typing import Final, NamedTuple

from ledger.plan import patterns
from ledger.plan.model import ActionState, ItemStatus

# What a person would take for a box at the start of a line, with a bullet or without.
_LOOKS_LIKE_BOX = re.compile(
    r"[ \t]*+(?:>[ \t]?){0,4}(?:(?:[-*+]|\d{1,9}[.)])[ \t]*+)?"
    r"\[[ \t]{0,3}[xX\u2713\u2714\u2705]?[ \t]{0,3}\](?![(\[:])"
)
_STATUSES: Final[dict[ActionState, ItemStatus]] = {
    "complete": "done",
    "rejected": "archived",
    "blocked": "blocked",
    "in_progress": "in_progress",
    "partial": "in_progress",
}
_ID = re.compile(
    r"(?P<open>\*\*|`)?(?P<bracket>\[)?"
    r"(?P<name>[A-Z][A-Za-z0-9]{0,15}(?:[-_.\u2010\u2011][A-Za-z0-9]{1,20}){0,8}"
    r"|\d{1,4}(?:\.\d{1,4}){1,5})"
    r"(?(bracket)\])(?P<before>:)?(?P<close>\*\*|`)?(?P<colon>:)?(?=[ \t])[ \t]*"
)
# An ID that nothing marks off as one: S01, PARSE-001, 1.2.
_BARE = re.compile(
    r"(?:[A-Z]{1,5}-?\d{1,4}[a-z]?|[A-Z][A-Z0-9]{0,15}(?:-[A-Z0-9]{1,16}){0,6}-\d{1,6}|[\d.]+)\Z"
)
_MARKS_OFF = re.compile(r"[\u2013\u2014]|--? |`?\[[A-Za-z]")
_TAG = re.compile(r"`?\[(?P<tag>[A-Za-z][\w +/.-]{0,30})\]`?(?!\()[ \t]*")
_PRIORITY = re.compile(r"P\d\Z")
_DATE = re.compile(r"(?<![\w-])\d{4}[-\u2010\u2011]?\d\d[-\u2010\u2011]?\d\d")
_WORDS = re.compile(r"[^\W_]+")
_LONGEST_SLUG = 40


class Opening(NamedTuple):
    """What a task opens with: its ID or None; ``is_sure``, it is marked off as one by brackets, a
    colon, a dash or a tag; its tags; the ``rest`` of its first line, and all of it."""

    name: str | None
    is_sure: bool
    is_bracketed: bool
    tags: tuple[str, ...]
    rest: str
    whole: str


def looks_like_box(line: str) -> bool:
    """Whether a person would take the whole line for a task with a box."""
    return bool(_LOOKS_LIKE_BOX.match(line))


def status_of(state: ActionState) -> ItemStatus:
    """An item's status for a state."""
    return _STATUSES.get(state, "pending")


def opening(said: str) -> Opening:
    """Read what a task opens with, its box cut off."""
    found = _ID.match(said)
    if found and not (any(c.isdigit() for c in found["name"]) and _may_be_id(said, found)):
        found = None
    name, rest, is_sure = None, said, False
    if found:
        name = patterns.plain_id(found["name"])
        rest = said[found.end() :]
        is_sure = bool(
            found["bracket"] or found["before"] or found["colon"] or _MARKS_OFF.match(rest)
        )
        if found["open"] and not found["close"]:
            rest = found["open"] + rest  # **S01 Title**
    tags, at = [], 0
    while tag := _TAG.match(rest, at):
        tags.append(tag["tag"])
        at = tag.end()
    bracketed = bool(found and found["bracket"])
    return Opening(name, is_sure, bracketed, tuple(tags), rest.strip(), said)


def _may_be_id(said: str, found: re.Match[str]) -> bool:
    if found["bracket"]:
        return not _PRIORITY.match(found["name"])
    if found["before"] or found["colon"]:
        return True
    return bool(_BARE.match(found["name"]) or _MARKS_OFF.match(said, found.end()))


def priority(tags: tuple[str, ...]) -> str | None:
    """The priority that one of the tags is, ``P1``."""
    return next((tag for tag in tags if _PRIORITY.match(tag)), None)


def kin(name: str) -> str:
    """What IDs of one kind have in common: the letters that they begin with."""
    return name.rstrip("0123456789.abcdefghijklmnopqrstuvwxyz-")


def slug(said: str) -> str:
    """A name made of the first words."""
    found = ""
    for word in _WORDS.findall(said.lower()[:400]):
        if found and len(found) + len(word) >= _LONGEST_SLUG:
            break
        found += f"-{word[:_LONGEST_SLUG]}" if found else word[:_LONGEST_SLUG]
    return found or "task"


def dates(text: str) -> list[str]:
    """Every date in ``text``, as ISO, in its order."""
    found = (patterns.when(date)[0] for date in _DATE.findall(text))
    return [date for date in found if date]
