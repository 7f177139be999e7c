"""How an item of a roadmap opens: ``[ID] (Title) — **status** (2025-12-08T050000Z: note)``.

Every pattern and every loop here takes time that is linear in the length of the text.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from ledger.plan import patterns, words

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_DASH = r"(?:[\u2013\u2014]|-{1,2}|:)"
_BOLD = re.compile(
    rf"(?:\A|[ \t\r\n]){_DASH}[ \t\r\n]{{1,4}}(?P<mark>\*\*|`)(?P<word>[^*`\r\n]{{1,60}})(?P=mark)"
)
_PLAIN = re.compile(
    rf"(?:\A|[ \t]){_DASH}[ \t]{{1,4}}(?P<word>[^\W\d_][\w -]{{1,30}}?)(?=[ \t]*(?:[(.;:\r\n]|\Z))"
)
_OPEN = re.compile(r"[ \t]*(?:\r\n|\r|\n)?[ \t]*\(")
_DATED = re.compile(r"[*`\[]{0,3}\d{4}[-\u2010\u2011]?\d\d")
_RESULT = re.compile(r"\bResult:\*{0,2}[ \t]*(?P<said>[^.;\r\n]{1,120})")
_TIER = re.compile(
    r"\b(?:tier|level|wave|stage|priority|prio|p)[ \t#:-]{0,3}(?P<number>\d{1,3})\b", re.IGNORECASE
)
_RANKED = re.compile(
    r"\b(?P<word>critical|urgent|high|medium|low)\b[ \t-]*(?:priority|prio)?", re.IGNORECASE
)


class Opening(NamedTuple):
    """What an entry's first paragraph says; places are characters of it, from its bullet on.

    ``status`` and ``note`` are start and end, None where there is none; ``note`` is what stands in
    the parentheses, where that begins with a date."""

    id: str | None
    title: str
    is_bold: bool
    status: tuple[int, int] | None
    note: tuple[int, int] | None
    date: str | None
    stamp: str | None


def opening(said: str, own: Conventions | None) -> Opening:
    """Read the first paragraph of a list's entry, its bullet cut off."""
    named = patterns.ids(own).item.match(said)
    start = named.start("title") if named else 0
    name = patterns.plain_id(patterns.id_of(named)) if named else None
    bold = _BOLD.search(said, start)
    found = bold or _plain(said, start, own)
    status = found.span("word") if found else None
    end = found.start() if found else len(said)
    title = " ".join(said[start:end].split()).strip(" *:\u2013\u2014-")
    if title.startswith("(") and title.endswith(")"):
        title = title[1:-1].strip()
    note = _note(said, found.end() if found else start)
    date, stamp = patterns.when(said[note[0] : note[1]][:40]) if note else (None, None)
    return Opening(
        name, title, bold is not None, status, note if date else None, date, stamp if date else None
    )


def _plain(said: str, start: int, own: Conventions | None) -> re.Match[str] | None:
    """A status that is not marked: a word that is one."""
    for found in _PLAIN.finditer(said, start, start + 400):
        if words.status(found["word"], own) != "unknown":
            return found
    return None


def _note(said: str, at: int) -> tuple[int, int] | None:
    """What stands in the parentheses at ``at``, if that begins with a date; up to the end of the
    text where they are not closed."""
    found = _OPEN.match(said, at)
    if not found or not _DATED.match(said, found.end()):
        return None
    depth = 1
    for place in range(found.end(), len(said)):
        if said[place] == "(":
            depth += 1
        elif said[place] == ")":
            depth -= 1
            if not depth:
                return found.end(), place
    return found.end(), len(said.rstrip())


def result(note: str) -> str:
    """The words of the label ``Result:`` in a note; empty for none."""
    found = _RESULT.search(note)
    return found["said"].strip() if found else ""


@lru_cache(maxsize=1024)
def priority(title: str) -> str | None:
    """What a tier's heading means as a priority: its number, or its word."""
    found = _TIER.search(title)
    if found:
        return str(int(found["number"]))
    word = _RANKED.search(title)
    return word["word"].lower() if word else None
