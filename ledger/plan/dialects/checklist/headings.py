"""What a heading says of the tasks below it: a status, a priority, that they are none.

``## Phase 1 — Triage [done]``, ``## Blocked``, ``## Priority 2: Endpoints``, ``## Legend``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.plan import words
from ledger.plan.model import ItemStatus

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_LONGEST = 300  # characters of a heading that are looked at
_NUMBERING = re.compile(r"(?:[\W_]|\d{1,3}[.)](?=\s)){0,12}")
_TRAILING = re.compile(r"[\[(](?P<said>[^\[\]()]{2,60})[\])][^\w\[(]{0,6}\Z")
_AFTER_DASH = re.compile(r"[ \t](?:[\u2013\u2014]|--?)[ \t]|:[ \t]")
_THINGS = "items?|tasks?|work|to-?dos?|things?|steps?|entries|issues?|phases?"
_ALONE = re.compile(
    r"(?:(?:recently|currently|already|all)[ \t]+)?"
    r"(?P<said>[a-z]+(?:[ _-](?:progress|do|hold|planning))?)"
    rf"(?:[ \t]+(?:{_THINGS}))?[ \t]*(?:\([^()\n]{{0,80}}\)[ \t]*)?"
    r"(?::|[\u2013\u2014-][^\n]{0,80})?\Z",
    re.IGNORECASE,
)
_TICKS = ("\u2705", "\u2714", "\u2611")
_LEVEL = re.compile(
    r"\b(?P<word>blocker|critical|urgent|highest|high|medium|normal|moderate|low|lowest)"
    r"[ \t-]+(?:priority|prio)\b|\A(?P<alone>critical|urgent|high|medium|low)\Z",
    re.IGNORECASE,
)
_PRIORITY = re.compile(
    r"\bprio(?:rity)?[ \t]*[:#-]?[ \t]*(?:(?P<number>\d{1,3})\b|(?P<word>[A-Za-z]{3,10})\b)"
    r"|\bP(?P<p>\d)\b",
    re.IGNORECASE,
)
_OPTIONAL = re.compile(
    r"(?:optional|future|someday|nice[ -]to[ -]haves?|stretch|icebox)\b", re.IGNORECASE
)
_CRITERIA = re.compile(r"\b(?:criteria|criterion|definition of done)\b", re.IGNORECASE)
_LEGEND = re.compile(r"(?:\w{1,20} )?(?:legend|key|notation)s?:?\Z", re.IGNORECASE)
# What headings say, and fields do not.
_MORE: Final[dict[str, ItemStatus]] = {
    "met": "done",
    "passed": "done",
    "finished": "done",
    "shipped": "done",
    "wip": "in_progress",
    "current": "in_progress",
    "todos": "pending",
    "next": "pending",
    "upcoming": "pending",
    "remaining": "pending",
}


class Said(NamedTuple):
    """What a heading says. ``lists_tasks``: it is nothing but a status, so that plain bullets
    below it are tasks as well."""

    status: ItemStatus | None
    status_text: str
    priority: str | None
    priority_text: str
    lists_tasks: bool
    is_criteria: bool
    is_legend: bool


NOTHING: Final = Said(None, "", None, "", False, False, False)


@lru_cache(maxsize=1024)
def read(title: str, own: Conventions | None = None) -> Said:
    """Read the words of a heading."""
    if not title:
        return NOTHING
    plain = words.plain(title[:_LONGEST])
    numbering = _NUMBERING.match(plain)
    body = plain[numbering.end() :] if numbering else plain
    is_criteria = bool(_CRITERIA.search(body))
    status, text, is_alone = _status(plain, body, own)
    return Said(
        status,
        text,
        *_priority(body),
        is_alone and not is_criteria,
        is_criteria,
        bool(_LEGEND.match(body)),
    )


def _status(title: str, body: str, own: Conventions | None) -> tuple[ItemStatus | None, str, bool]:
    alone = _ALONE.match(body)
    if alone and (known := _known(alone["said"], own)):
        return known, body.rstrip(": \t"), True
    trailing = _TRAILING.search(title)
    if trailing and (known := _known(trailing["said"], own)):
        return known, trailing["said"].strip(), False
    for dash in reversed(list(_AFTER_DASH.finditer(title))):
        said = words.phrase(title[dash.end() :])
        if len(said.split()) <= 3 and (known := _known(said, own)):
            return known, said, False
    tick = next((mark for mark in _TICKS if mark in title), None)
    return ("done", tick, False) if tick else (None, "", False)


def _known(said: str, own: Conventions | None) -> ItemStatus | None:
    """The status that ``said`` opens with; None where its first word is none."""
    said = " ".join(said.lower().split())
    first, _, rest = said.partition(" ")
    first = first.strip(".,;:!")
    status = _MORE.get(first) or words.status(f"{first} {rest.partition(' ')[0]}".strip(), own)
    if status == "unknown":
        return None
    if _MORE.get(first) or words.status(first, own) != "unknown" or first in ("in", "on", "to"):
        return status
    return None  # the word stands further on: a sentence


def _priority(body: str) -> tuple[str | None, str]:
    level = _LEVEL.search(body)
    if level:
        return (level["word"] or level["alone"]).lower(), level.group()
    for found in _PRIORITY.finditer(body):
        number = found["number"] or found["p"]
        if number:
            return str(int(number)), found.group()
        if found["word"]:
            return found["word"].lower(), found.group()
    optional = _OPTIONAL.match(body)
    return ("optional", optional.group()) if optional else (None, "")
