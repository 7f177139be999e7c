"""Counts the attempts of a fix plan in another way than the package does, to judge it by.

Written from the format alone, line by line, without a Markdown parser and without a look at
the package's own reader. It reads the dialect ``attempts``.

**A recorded attempt** is a line that opens an entry of its own, in one of three forms:

1. A bullet (``*``, ``-`` or ``+``, at any depth) that starts with a date in brackets and then
   the word: ``* [2025-10-15] Attempt #20 ...``. The date may have a time behind it
   (``[2025-10-06 12:30 UTC]``) or be a stamp (``[20251011T064811Z]``). Bold marks may stand
   around either part.
2. A heading whose text starts with the word, an ID before it or not: ``### Attempt #84 ...``,
   ``### [SOME-ID-001] Attempt #3 ...``.
3. Without a date in brackets the number must be the whole label, with nothing but a note in
   parentheses behind it, and then a colon or a dash: ``**Attempt #1 (2025-09-30 loop)**: ...``.
   It must stand directly below ``Attempts History``, or be bold and start its line.

Not counted: prose that mentions an attempt (``- Attempt #14 confirms ...``,
``**Attempt #75 misdiagnosis explained:** ...``, ``**Attempt #97** fixed ...``), several at once
(``Attempts #4-#5``), fenced code, HTML comments, quotes, a date not yet filled in
(``[YYYY-MM-DD]``), and dated bullets without the word.

**An attempt known from an action only** is a numbered line below ``- Next Actions`` whose
state is COMPLETE, COMPLETED or DONE and which names the attempt that completed it, if no form
above records that number for the same item anywhere in the file. The state leads the line
(``14. ✅ COMPLETE (Attempt #15, STAMP ...)``) or closes its first part (``1. ✅ Title —
COMPLETE (Attempt #8)``, ``— Completed via Attempt #8``); the symbol before it says nothing. The
first action that names a number stands for the attempt.

**Its item** is the ID, in brackets and first, of the heading whose section it stands in. Only
headings make items: an ID in a bullet above, in a title without brackets (``## Active Item
Detail — SOME-ID-001``, ``1. **SOME-ID-001 Title**`` of the form of September 2025) makes none,
and such attempts have the item None. A heading without an ID ends the sections of its own and
of deeper levels. Hyphens of an ID are written as the ASCII one.

**Its date** is the one in the line's brackets, in the parentheses of the label, or in the
heading; below a heading also that of a line ``**Date:** 2025-10-15``. For an action it is a
date or stamp in the parentheses that name the attempt, else the first ``STAMP 2025...`` of the
line, never a stamp that is only part of a path. A day that no calendar has counts as no date.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

HISTORY = "history"
ACTION = "action"

# Look-alikes that editors and language models put for a hyphen and a space.
PLAIN = {"\u2010": "-", "\u2011": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "}

NEWLINE = re.compile(r"\r\n|\r|\n")
FENCE = re.compile(r"(?P<indent> *)(?:[-*+] +|\d+[.)] +)?(?P<mark>`{3,}|~{3,})(?P<info>[^`]*)$")
HEADING = re.compile(r"(#{1,6})(?: +|$)(?:\[([A-Z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*)\])?(.*)")
BULLET = re.compile(r"( *)([-*+]|\d+[.)]) +(.*)")

DAY = re.compile(r"(?<![\d/])(?:(\d{4})-(\d\d)-(\d\d)|(\d{4})(\d\d)(\d\d)T\d{4,6}Z)(?![\d/])")
STAMPED = re.compile(r"\bSTAMP:? ?`?(\d{8}T\d{4,6}Z)")
DATE_LINE = re.compile(r"\*\*Date:?\*\*:? *(.*)")

DATED = re.compile(
    r"(?:\*\*|__)?\[(?P<date>(?:\d{4}-\d\d-\d\d(?!\d)|\d{8}T\d{4,6}Z)[^\[\]]{0,60})\]"
    r"(?:\*\*|__)? +(?:\*\*|__)?"
    r"Attempt(?: *#? *(?P<number>\d+)|(?= *(?:[:—–-]|$)))"
)
IN_HEADING = re.compile(r" *[:—–-]? *Attempt *#? *(\d+)")
UNDATED = re.compile(
    r"(?P<bold>\*\*)?Attempt *#? *(?P<number>\d+)(?: *\((?P<note>[^()]*)\))?"
    r"(?::\*\*|(?:\*\*)? *(?:[:—–]|- |$))"
)

ACTION_LINE = re.compile(r" *\d+[.)] +(.*)")
LEADING_STATE = re.compile(r"[^A-Za-z0-9(`]*([A-Za-z]+)[\]*~:]*(.*)")
NAMED_BESIDE = re.compile(r" *\(([^)]*\bAttempt *#(\d+)[^)]*)")
NAMED_LATER = re.compile(r"\((Attempt *#(\d+)[^)]*)")
CLOSING_STATE = re.compile(
    r"\b(?:complete|completed|done)\b[\]*~]* *(?:\((Attempt *#(\d+)[^)]*)|via Attempt *#(\d+))",
    re.IGNORECASE,
)
FINISHED = {"COMPLETE", "COMPLETED", "DONE"}
UNFINISHED = {
    "ACTIVE", "BLOCKED", "DEFERRED", "NEXT", "PARTIAL", "PENDING", "READY", "REJECTED",
    "SKIPPED", "TODO",
}  # fmt: skip


@dataclass(frozen=True)
class Seen:
    """One attempt: ``date`` is ISO, ``line`` counts from 1, ``source`` is history or action."""

    item: str | None
    number: int | None
    date: str | None
    line: int
    source: str


@dataclass(frozen=True)
class _Line:
    """A line outside code and comments, and where it stands."""

    at: int
    text: str
    heading: bool
    item: str | None
    field: str  # the bullet at column 0 that it stands below, "" after a heading
    parent: str  # the nearest bullet with less indentation, "" where there is none


def attempts(data: bytes) -> list[Seen]:
    """Return every attempt that ``data``, a whole file, records, in the order of its lines."""
    whole = data.decode("utf-8", "replace").removeprefix("\ufeff")
    for written, plain in PLAIN.items():
        whole = whole.replace(written, plain)
    text = [line.expandtabs(4) if "\t" in line else line for line in NEWLINE.split(whole)]
    lines = list(_placed(text))
    seen = [found for line in lines if (found := _entry(line, text))]
    recorded = {(entry.item, entry.number) for entry in seen}
    for line in lines:
        found = _completed(line)
        if found and (found.item, found.number) not in recorded:
            recorded.add((found.item, found.number))
            seen.append(found)
    return sorted(seen, key=lambda entry: entry.line)


def _placed(text: list[str]) -> Iterator[_Line]:
    sections: list[tuple[int, str]] = []
    bullets: list[tuple[int, str]] = []
    for at, line in _outside(text):
        heading = HEADING.match(line)
        if heading:
            level = len(heading[1])
            sections = [section for section in sections if section[0] < level]
            bullets = []
            if heading[2]:
                sections.append((level, heading[2]))
        item = sections[-1][1] if sections else None
        indent = len(line) - len(line.lstrip(" "))
        above = [words for column, words in bullets if column < indent]
        field = bullets[0][1] if bullets and bullets[0][0] == 0 else ""
        yield _Line(at, line, bool(heading), item, field, above[-1] if above else "")
        bullet = BULLET.match(line)
        # A numbered line at column 0 goes on with the list of the field above it.
        if bullet and not (indent == 0 and bullet[2][0].isdigit() and field):
            bullets = [entry for entry in bullets if entry[0] < indent]
            bullets.append((indent, bullet[3]))


def _outside(text: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines that stand neither in a fence nor in an HTML comment."""
    fence, indented, comment = "", False, False
    for at, line in enumerate(text, 1):
        if fence and indented and line[:1].strip():
            fence = ""  # the list that held the fence is over, and the fence with it
        if fence:
            closing = line.strip(" ")
            if closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
        elif comment or line.lstrip(" ").startswith("<!--"):
            comment = "-->" not in line
        elif opened := FENCE.match(line):
            fence = opened["mark"]
            indented = opened.start("mark") > 0
        else:
            yield at, line


def _entry(line: _Line, text: list[str]) -> Seen | None:
    if "Attempt" not in line.text:
        return None
    if line.heading:
        match = HEADING.match(line.text)
        found = match and IN_HEADING.match(match[3])
        if not found:
            return None
        date = _day(line.text) or _day(_date_line(text[line.at :]))
        return Seen(line.item, int(found[1]), date, line.at, HISTORY)
    bullet = re.match(r" *[-*+] +", line.text)
    words = line.text[bullet.end() :] if bullet else line.text
    dated = DATED.match(words) if bullet else None
    if dated:
        number = int(dated["number"]) if dated["number"] else None
        return Seen(line.item, number, _day(dated["date"]), line.at, HISTORY)
    undated = UNDATED.match(words)
    if undated and (
        (bullet and "Attempts History" in line.parent[:20])
        or (undated["bold"] and not line.text.startswith(" "))
    ):
        number = int(undated["number"])
        return Seen(line.item, number, _day(undated["note"] or ""), line.at, HISTORY)
    return None


def _completed(line: _Line) -> Seen | None:
    numbered = ACTION_LINE.match(line.text) if "Attempt" in line.text else None
    field = line.field.lstrip("*_ ")
    if not numbered or line.item is None or not field.startswith("Next Actions"):
        return None
    words = numbered[1]
    state = LEADING_STATE.match(words)
    word = state[1] if state else ""
    if word in UNFINISHED:
        return None
    if state and word in FINISHED:
        named = NAMED_BESIDE.match(state[2]) or NAMED_LATER.search(state[2])
    else:
        named = CLOSING_STATE.search(words)
    if not named:
        return None
    note, *numbers = named.groups()
    date = _day(note or "")
    if not date and (stamp := STAMPED.search(words)):
        date = _day(stamp[1])
    return Seen(line.item, int(next(filter(None, numbers))), date, line.at, ACTION)


def _date_line(below: list[str]) -> str:
    """Return what the label ``**Date:**`` says in the first paragraph ``below`` a heading."""
    started = False
    for line in below:
        if line.startswith("#") or (started and not line.strip()):
            break
        started = started or bool(line.strip())
        if label := DATE_LINE.match(line):
            return label[1]
    return ""


def _day(words: str) -> str | None:
    for found in DAY.finditer(words):
        year, month, day = (int(part) for part in found.groups() if part)
        try:
            return dt.date(year, month, day).isoformat()
        except ValueError:
            continue
    return None
