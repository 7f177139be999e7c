"""How a logbook's headings read: what a section holds, and which attempt an entry records.

Patterns see a heading's text without its number signs. Each is bounded, so that it takes linear
time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from ledger.plan import patterns, words

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

Kind = Literal["status", "focus", "attempts", "done", "todo", "criteria", "other"]

_KINDS: Final[tuple[tuple[str, Kind], ...]] = (
    ("status", "status"),
    ("current status", "status"),
    ("current focus", "focus"),
    ("active focus", "focus"),
    ("focus", "focus"),
    ("attempts history", "attempts"),
    ("attempt history", "attempts"),
    ("attempts log", "attempts"),
    ("attempts", "attempts"),
    ("completed items", "done"),
    ("completed", "done"),
    ("todos", "todo"),
    ("todo", "todo"),
    ("to do", "todo"),
    ("next actions", "todo"),
    ("exit criteria", "criteria"),
    ("success criteria", "criteria"),
)
_OPENING = re.compile(
    r"[*\[`]{0,4}(?P<when>\d{4}[-\u2010\u2011]?\d\d[-\u2010\u2011]?\d\d"
    r"(?:[T \u202f]{1,2}\d\d(?::?\d\d){0,2}(?:[ \u202f]?(?:Z|UTC))?)?)(?!\w)[*\]`]{0,4}"
    r"(?P<dash>[ \t]*(?:[\u2013\u2014:]|-{1,2})[ \t]+|[ \t]+(?=\()|[ \t]*\Z)"
)
_ID = re.compile(rf"\*{{0,2}}\[?(?P<id>{patterns.ID})\]?\*{{0,2}}")
_STEP = r"[A-Z]{1,3}\d{1,4}"
_STEPS = re.compile(
    rf"(?<!\w)(?P<first>{_STEP})(?:[-\u2010-\u2014](?P<last>{_STEP}|\d{{1,4}}))?(?!\w)"
)
_WORD = re.compile(r"[^\W_][\w.-]{0,59}")
_SPLIT = re.compile(r"[ \t](?:[\u2013\u2014]|-{1,2})[ \t]|:[ \t]")
_NAME = re.compile(r"[^\W_][\w.-]{0,59}")
_NOTHING = re.compile(r"\(?(?:none|n/?a|tbd|nothing|idle)[.!)]{0,2}\Z", re.IGNORECASE)
_NOTE = re.compile(r"\((?P<note>[^()\n]{1,200})\)[ \t*]*\Z")
_MOST_STEPS: Final = 100  # in a range such as S1-S9


class Focus(NamedTuple):
    """What is being worked on: its name, or where it has none (``is_named`` false) one made of
    its title."""

    id: str
    title: str
    is_named: bool


class Entry(NamedTuple):
    """The heading of one attempt. ``when`` is as written; ``rest`` follows the dash, ``note``
    stands in parentheses at its end."""

    when: str
    date: str
    stamp: str | None
    rest: str
    note: str


def kind(title: str, own: Conventions | None) -> Kind:
    """What the section below a heading holds."""
    said = words.name(words.plain(title).rstrip(" :"), own).lower()
    said = said.partition("(")[0].strip()
    return next((kind for name, kind in _KINDS if said == name), "other")


def focus(lines: Sequence[str], own: Conventions | None) -> Focus | None:
    """What the first of the lines names: ``ID — Title``, ``[ID] Title`` or a title alone; None
    where it says that there is nothing."""
    line = next((line for line in lines if line.strip()), "")
    said = patterns.unbulleted(line)[1].strip()
    plain = words.plain(said).strip("_ \u2013\u2014-")
    if _NOTHING.match(plain) or not re.search(r"\w", plain):
        return None
    shaped = patterns.ids(own).item.match(said)
    if shaped and ((own and own.id) or said.lstrip("*").startswith("[")):
        title = words.plain(shaped["title"]).strip(" \t–—-:*")
        return Focus(patterns.plain_id(patterns.id_of(shaped)), title, is_named=True)
    split = _SPLIT.search(plain)
    name = plain[: split.start()] if split else plain
    is_parted = split is not None and split.group()[0] != ":"
    if _NAME.fullmatch(name) and (is_parted or is_id(name)):
        return Focus(patterns.plain_id(name), plain[split.end() :].strip() if split else "", True)
    return Focus(slug(plain), plain, is_named=False)


def slug(title: str) -> str:
    """A name made of the first words of a title, for commands."""
    found = re.findall(r"[^\W_]+", title.lower())
    return "-".join(found)[:40].rstrip("-") or "focus"


def entry(title: str) -> Entry | None:
    """The attempt that a heading opens: one that begins with a date."""
    found = _OPENING.match(title)
    if not found:
        return None
    date, stamp = patterns.when(found["when"].replace(" ", "T").replace("\u202f", "T"))
    if not date:
        return None
    rest = title[found.end() :].strip()
    note = _NOTE.search(rest)
    return Entry(
        found["when"],
        date,
        stamp,
        rest[: note.start()].strip() if note else rest,
        note["note"].strip() if note else "",
    )


def newest_first(entries: Sequence[Entry]) -> bool:
    """Whether the times of the entries fall from top to bottom, for the most part."""
    keys = [re.sub(r"\D", "", one.when).ljust(14, "0") for one in entries]
    falls = sum(a > b for a, b in pairwise(keys))
    return falls > sum(a < b for a, b in pairwise(keys))


def named(rest: str) -> str | None:
    """The name of an initiative that an entry's heading, or the focus, begins with: an ID, or one
    word that is followed by its steps or by nothing."""
    found = _ID.match(rest)
    if found and is_id(found["id"]):
        return patterns.plain_id(found["id"])
    word = _WORD.match(rest.lstrip("*[`"))
    if not word or word.group().isdigit():
        return None
    behind = rest.lstrip("*[`")[word.end() :].strip(" \t*]`")
    is_alone = not behind and word.group().islower()
    return word.group() if is_alone or _STEPS.match(behind) else None


def is_id(name: str) -> bool:
    """Whether a word is no word but a name: ``PARSE-001``, ``DEBUG-SIM``, ``B7``."""
    joined = re.search(r"[-_.\u2010\u2011]", name)
    return (bool(joined) and name.isupper()) or any(character.isdigit() for character in name)


def steps(rest: str) -> frozenset[str]:
    """The steps that a heading names, ranges written out: ``S1``, ``S2`` of ``S1\u2013S2``."""
    found: set[str] = set()
    for match in _STEPS.finditer(rest):
        first, last = match["first"], match["last"]
        found.add(first)
        letters = first.rstrip("0123456789")
        if (
            last
            and last.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
            and last[:1].isdigit() | (last.rstrip("0123456789") == letters)
        ):
            start, end = int(first[len(letters) :]), int(last.removeprefix(letters))
            found.update(f"{letters}{n}" for n in range(start, min(end, start + _MOST_STEPS) + 1))
    return frozenset(found)
