"""Rules about the file as a whole, its characters, and its items."""

import re
from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final, NamedTuple

from ledger.edits.outline import Outline, Shape
from ledger.plan import citations, dialects, document, reader, text
from ledger.plan.document import Edit
from ledger.plan.model import Item, Ledger
from ledger.plan.places import name
from ledger.rules.model import MadeFix
from ledger.rules.registry import Facts, Fault, Fix, made, opening, quoted, repeated, rule, sections

_MOST_BAD_LINES = 20  # a file in another encoding has thousands
_WRAPPED: Final = 48  # characters of a line that stay on it when it is wrapped


@rule("LED101", "conflict-marker", "error")
def conflict_marker(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A conflict marker of a git merge is in the file.

    Why: Items and attempts are then read twice or not at all.

    Example:

        <<<<<<< HEAD
        - Status: done
        =======
        - Status: in_progress
        >>>>>>> topic

    Mend: Keep the attempts of both sides, and delete the lines `<<<<<<<`, `=======` and
    `>>>>>>>`.
    """
    for at, sign in text.conflicts(ledger.text):
        message = f"a merge conflict is not resolved: the line begins with {sign}"
        fix = "keep the attempts of both sides and delete the markers"
        yield Fault(at, message, fix=fix)


@rule("LED102", "not-utf8", "warning")
def not_utf8(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file has bytes that are not UTF-8, or NUL bytes.

    Why: Editors may destroy such bytes when they save the file. Git treats a file with NUL
    bytes as binary: it neither shows nor merges changes. UTF-16 is an error, as nothing is read.

    Example:

        - Notes: the byte E9 stands here for an accented letter of Latin-1

    Mend: Write the character in UTF-8, and delete NUL bytes.
    """
    if _bad_byte(ledger.text) is None:
        return
    if text.WIDE in text.not_text(ledger.text):
        yield Fault(0, f"not UTF-8 but {text.WIDE}", "UTF-16", severity="error")
        return
    count = 0
    for start, end in pairwise(text.plan_starts(ledger.text)):
        bad = _bad_byte(ledger.text[start:end])
        if bad is None:
            continue
        count += 1
        if count > _MOST_BAD_LINES:
            return
        line = ledger.text[start : start + bad]
        shown = f"{ledger.text[start + bad]:02X}"
        about = shown + line[-24:].decode("utf-8", "replace")
        what = "not UTF-8: byte" if shown != "00" else "not text: NUL byte"
        yield Fault(start + bad, f"{what} {shown}", about)


def _bad_byte(data: bytes) -> int | None:
    bad = data.find(0)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start if bad < 0 else min(bad, error.start)
    return bad if bad >= 0 else None


@rule("LED103", "unread-line", "warning")
def unread_line(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A line looks like an attempt, an item, an action or a field, and could not be read as one.

    Why: It is not counted, checked or shown, and the next attempt could take its number.

    Example:

        * [YYYY-MM-DD] Attempt #7 — Result: success. Never filled in.

    Mend: Give the attempt a date and a number, put the action below `Next Actions`, or close
    the code fence or comment before it. Put examples into a fenced code block.
    """
    starts = text.plan_starts(ledger.text) if ledger.unread else []
    for unread in ledger.unread:
        at = opening(ledger, starts[unread.line - 1])
        message = f"looks like {text.a(unread.kind)} and was not read: {unread.reason}"
        yield Fault(
            at, f"{message}: {quoted(unread.text.strip())}", unread.text.lstrip("> \t")[:_WRAPPED]
        )


@rule("LED104", "attempt-outside-item", "warning")
def attempt_outside_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt is outside of every item.

    Why: Nobody can tell what it was an attempt at, and its number counts for no item.

    Example:

        # Fix Plan

        * [2025-11-02] Attempt #3 — Result: success. Standing before the first item.

    Mend: Move it below the `Attempts History` of its item.
    """
    for attempt in ledger.loose:
        if attempt.number is None:
            continue  # a dated entry of a list, which is nobody's attempt
        message = f"{name(attempt)} is in no item's section"
        yield Fault(attempt, message, attempt.text)


@rule("LED105", "duplicate-item", "error")
def duplicate_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Two sections or two tasks have the same ID.

    Why: They will disagree sooner or later, and links lead to one of them only.

    Example:

        ## [PARSE-001] Read large files
        - Status: done

        ## [PARSE-001] Read large files
        - Status: pending

    Mend: Join them, with all attempts in one history, or give one another ID.
    """
    known = {item.title for item in sections(facts.base)} if facts.base else set()
    for item, first, ordinal in repeated(
        list(sections(ledger)), lambda item: item.id, lambda item: item.title not in known
    ):
        line = first.span.start_line
        what = "section" if dialects.is_sectioned(item) else "entry"
        message = f"item {item.id} has another {what}: the first is at line {line}"
        yield Fault(item, message, f"{ordinal}", beside=line)


@rule("LED109", "item-without-status", "warning")
def item_without_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item has no `Status:`.

    Why: Nobody can tell whether it is open, blocked or done.

    Example:

        ## [PARSE-001] Read large files
        - Priority: High

    Mend: Add `- Status: pending`, or another known status.
    """
    indexed = {row.id for row in ledger.index if row.status_text}
    for item in sections(ledger):
        if dialects.is_sectioned(item) and not item.status_text and item.id not in indexed:
            yield Fault(item, f"{item.id} has no status", "")


@rule("LED110", "unknown-status", "warning")
def unknown_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's status is not a known word.

    Why: The item counts neither as open nor as done.

    Example:

        ## [PARSE-001] Read large files
        - Status: somewhere in between

    Mend: Begin the status with pending, in_progress, blocked, done or archived; a note in
    parentheses may follow.
    """
    for item in ledger.items:
        if item.status_text and item.status == "unknown":
            status = _field(item, "status")
            message = f"{item.id} has a status that is not understood: {quoted(item.status_text)}"
            fix = "begin it with pending, in_progress, blocked, done or archived"
            yield Fault(status or item, message, item.status_text, item.id, fix=fix)


@rule("LED113", "file-too-long", "warning")
def file_too_long(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file is longer than `max_lines` of `[tool.ledger]`.

    Why: A file that is too long gets restructured in a hurry, and attempts get lost.

    Example:

        (a file of 1,200 lines, where max_lines = 1000)

    Mend: Run `ledger archive --to-lines 1000`. Whatever it moves can come back.
    """
    lines = len(text.plan_starts(ledger.text)) - 1 if facts.max_lines else 0
    if lines > facts.max_lines:
        limit = facts.max_lines
        fix = f"`ledger archive --to-lines {limit}` moves what is finished to the archive"
        yield Fault(0, f"the file has {lines} lines, the limit is {limit}", fix=fix)


def _field(item: Item, name: str) -> int | None:
    field = next((f for f in item.fields if f.name.lower() == name), None)
    return field.value_span.start_byte if field else None


# The first byte of a character beyond ASCII and one of those that follow it, each once read as a
# character of Windows-1252 or Windows-1254 and written as UTF-8.
# e.g. "Ã¤"
_SUSPECT: Final = re.compile(
    rb"(?:\xc3[\x82-\xb4]|\xc4[\x9e\x9f\xb0\xb1]|\xc5[\x9e\x9f])"
    rb"(?:\xc2[\x80-\xbf]|\xc5[\x92\x93\xa0\xa1\xb8\xbd\xbe]|\xc6\x92|\xcb[\x86\x9c]|\xe2(?:\x82\xac"
    rb"|\x84\xa2|\x80[\x93\x94\x98-\x9a\x9c-\x9e\xa0-\xa2\xa6\xb0\xb9\xba]))"
)
_MOST: Final = 20


class Damaged(NamedTuple):
    """A damaged line and what was meant; ``lost`` characters cannot be known. ``start`` and ``end``
    are its bytes, without the newline; ``at`` is where the damage begins."""

    line: int
    start: int
    end: int
    at: int
    was: str
    mended: str
    lost: int


@rule("LED114", "damaged-characters", "warning")
def damaged_characters(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A line has UTF-8 characters that were once read as a Windows code page.

    Why: A tick or a dash becomes odd letters that nobody can search for, and that hide a state
    or a result.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Notes: âœ… done â€” twice as fast

    Mend: Run `ledger doctor --fix`, which shows the lines first. Code is left alone.
    """
    for number, damage in enumerate(damaged(ledger.text)):
        if number == _MOST:
            return
        message = f"characters were read in the wrong encoding: {quoted(damage.was)}"
        fix = None if damage.lost else f"it was meant to be {quoted(damage.mended)}"
        yield Fault(damage.at, message, damage.was, fix=fix)


@rule("LED115", "nothing-read", "warning")
def nothing_read(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file has lists, tables or headings, and no item was found in it.

    Why: "no findings" would say that all is well where nothing was looked at.

    Example:

        # Ideas

        1. Read the input in one pass
        2. Keep the blanks

    Mend: Give each piece of work a heading with an ID (`## [READ-001] Read`) and a status, or a
    box (`- [ ] Read`). If the plan is another file, set `path` in `[tool.ledger]`.
    """
    if seen := reader.nothing_read(ledger):
        at, message = seen
        yield Fault(opening(ledger, at), message, "")


def damaged(data: bytes) -> Iterator[Damaged]:
    """The lines with such damage outside of code."""
    suspects = [match.start() for match in _SUSPECT.finditer(data)]
    if not suspects:
        return
    code: frozenset[int] | None = None
    seen = iter(suspects)
    at = next(seen)
    for line, (start, end) in enumerate(pairwise(text.line_starts(data))):
        if at >= end:
            continue
        first = at
        while at < end:
            at = next(seen, len(data) + 1)
        whole = data[start:end].rstrip(b"\r\n")
        raw = whole if line else whole.removeprefix(text.BOM)
        was = text.decode(raw)
        mended = _mended(was)
        if mended is None:
            continue
        code = _code(data) if code is None else code
        if line not in code:
            last = start + len(whole)
            yield Damaged(
                line=line + 1,
                start=last - len(raw),
                end=last,
                at=first,
                was=was,
                mended=mended[0],
                lost=mended[1],
            )


def _code(data: bytes) -> frozenset[int]:
    """The lines of code blocks, from 0."""
    blocks = (
        block
        for section in document.parse(data).sections
        for block in document.walk(section.blocks)
        if block.kind in ("fence", "code")
    )
    return frozenset(line for block in blocks for line in range(block.start, block.end))


def _mended(line: str) -> tuple[str, int] | None:
    """The line as it was meant, code aside, and the characters lost; None for no damage."""
    parts, pieces, begun = [], [], 0
    for start, end, _ in (*citations.code_spans(line), (len(line), len(line), "")):
        parts.append(text.mend(line[begun:start]))
        pieces += [parts[-1].line, line[start:end]]
        begun = end
    if not any(part.is_damaged for part in parts):
        return None
    return "".join(pieces), sum(part.lost for part in parts)


_OTHER: Final = re.compile(r"[^\x00-\x7f]+")


# Damaged characters (``âœ…`` for ✅) as they were meant, line by line. Code is left alone, for it
# may be about such characters. A line of which something cannot be known stays as it is, whole.


def damaged_lines(ledger: Ledger) -> Iterator[Fix | MadeFix]:
    """Each damaged line."""
    for damage in damaged(ledger.text):
        if damage.lost:
            message = f"{text.counted(damage.lost, 'character')} cannot be recovered"
            yield made("LED114", damage.line, None, message)
        else:
            message = f"{text.one_line(damage.was)[:200]}\n{text.one_line(damage.mended)[:200]}"
            edit = Edit(damage.start, damage.end, text.encode(damage.mended))
            yield Fix(made("LED114", damage.line, None, message), (edit,), bare_outline)


def bare_outline(outline: Outline) -> None:
    """Leave the outline without what such a fix may change: all but ASCII, and what it means."""
    for row in (row for group in outline.rows for row in group):
        _bare(row)
    for item in outline.items:
        parts = (item[name] for name in ("fields", "criteria", "attempts", "actions"))
        for entry in (item, *chain(*parts)):
            _bare(entry)
        for action in item["actions"]:
            action["text"] = f"{action['state_text']} {action['text']}".split()
            action["state_text"] = action["state"] = ""
    for attempt in outline.loose:
        _bare(attempt)
    outline.unread = [_kept(line) for line in outline.unread]
    outline.updated = _kept(outline.updated or "")
    outline.headings = []


def _bare(shape: Shape) -> None:
    for part, value in shape.items():
        if isinstance(value, str):
            shape[part] = _kept(value)


def _kept(words: str) -> str:
    return " ".join(_OTHER.sub(" ", words).split())
