"""Rules about the file as a whole, and about its items."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ledger.plan import dialects, text
from ledger.plan.model import Item, Ledger
from ledger.plan.places import name
from ledger.rules.places import opening, quoted, repeated, sections
from ledger.rules.registry import Facts, Fault, rule

_MOST_BAD_LINES = 20  # a file in another encoding has thousands


@rule("LED101", "conflict-marker", "error")
def conflict_marker(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A line that git wrote to mark a merge conflict is still in the file.

    Why: Both sides of the conflict stand in the file, so items and attempts are read twice or
    not at all.

    Example:

        <<<<<<< HEAD
        - Status: done
        =======
        - Status: in_progress
        >>>>>>> topic

    Mend: Decide what should stand, keep the attempts of both sides, and delete the lines that
    begin with <<<<<<<, ======= and >>>>>>>.
    """
    is_open = False
    for at, marker in _markers(ledger.text):
        if marker == b"<" or not is_open:
            message = (
                f"a merge conflict is not resolved: the line begins with {marker.decode() * 7}"
            )
            yield Fault(at, message, fix="keep the attempts of both sides and delete the markers")
        is_open = marker == b"<"


def _markers(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines of seven ``<`` or ``>``, in the order of the file."""
    found: list[tuple[int, bytes]] = []
    for sign in (b"<", b">"):
        at = data.find(sign * 7)
        while at >= 0:
            starts_line = at == 0 or data[at - 1 : at] in (b"\n", b"\r")
            if starts_line and data[at + 7 : at + 8] in (b" ", b"\n", b"\r", b""):
                found.append((at, sign))
            at = data.find(sign * 7, at + 7)
    yield from sorted(found)


@rule("LED102", "not-utf8", "warning")
def not_utf8(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file holds bytes that are not UTF-8.

    Why: Editors and web pages show them as something else, and one that saves the file may
    destroy them.

    Example:

        - Notes: the byte E9 stands here for an accented letter of Latin-1

    Mend: Write the character in UTF-8.
    """
    if _bad_byte(ledger.text) is None:
        return
    found = 0
    for start, end in pairwise(text.plan_starts(ledger.text)):
        bad = _bad_byte(ledger.text[start:end])
        if bad is None:
            continue
        found += 1
        if found > _MOST_BAD_LINES:
            return
        line = ledger.text[start : start + bad]
        shown = f"{ledger.text[start + bad]:02X}"
        about = shown + line[-24:].decode("utf-8", "replace")
        yield Fault(start + bad, f"not UTF-8: byte {shown}", about)


def _bad_byte(data: bytes) -> int | None:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


@rule("LED103", "unread-line", "warning")
def unread_line(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A line looks like an attempt, an item or an action and could not be read as one.

    Why: What is not read is not counted, not checked and not shown: the next attempt could take
    its number.

    Example:

        * [YYYY-MM-DD] Attempt #7 — Result: success. Never filled in.

    Mend: Give the attempt its date and number; put an action below the item's `Next Actions`.
    Quote what is only an example in a fenced code block.
    """
    starts = text.plan_starts(ledger.text) if ledger.unread else []
    for unread in ledger.unread:
        at = opening(ledger, starts[unread.line - 1])
        message = f"looks like an {unread.kind} and was not read: {unread.reason}"
        yield Fault(at, f"{message}: {quoted(unread.text.strip())}", unread.text)


@rule("LED104", "attempt-outside-item", "warning")
def attempt_outside_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt stands in no item's section.

    Why: Nobody can say what it was an attempt at, and its number counts for no item.

    Example:

        # Fix Plan

        * [2025-11-02] Attempt #3 — Result: success. Standing before the first item.

    Mend: Move it below the `Attempts History` of its item.
    """
    for attempt in ledger.loose:
        if attempt.number is None:
            continue  # a dated entry of a list, which is nobody's attempt
        at = opening(ledger, attempt.span.start_byte)
        message = f"{name(attempt)} stands in no item's section"
        yield Fault(at, message, attempt.text[:80], None, attempt.number)


@rule("LED105", "duplicate-item", "error")
def duplicate_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Two sections, or two tasks of a checklist, have the same item's ID.

    Why: Status, attempts and actions of the item then stand in two places that disagree sooner
    or later, and a link to the item leads to one of them only.

    Example:

        ## [PARSE-001] Read large files
        - Status: done

        ## [PARSE-001] Read large files
        - Status: pending

    Mend: Join the sections, all attempts in one history, or give one of them an ID of its own.
    """
    known = {item.title for item in sections(facts.base)} if facts.base else set()
    for item, first, ordinal in repeated(
        list(sections(ledger)), lambda item: item.id, lambda item: item.title not in known
    ):
        at = opening(ledger, item.span.start_byte)
        where = f"the first is at line {first.span.start_line}"
        what = "section" if dialects.is_sectioned(item) else "entry"
        yield Fault(at, f"item {item.id} has another {what}: {where}", f"{ordinal}", item.id)


@rule("LED109", "item-without-status", "warning")
def item_without_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item has no `Status:` line.

    Why: Whether it is open, blocked or done cannot be seen, neither here nor in `ledger status`.

    Example:

        ## [PARSE-001] Read large files
        - Priority: High

    Mend: Add a line `- Status: pending`, or another of the words that are understood.
    """
    indexed = {row.id for row in ledger.index if row.status_text}
    for item in sections(ledger):
        if dialects.is_sectioned(item) and not item.status_text and item.id not in indexed:
            at = opening(ledger, item.span.start_byte)
            yield Fault(at, f"{item.id} has no status", "", item.id)


@rule("LED110", "unknown-status", "warning")
def unknown_status(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's status is no word that is understood.

    Why: The item counts neither as open nor as done.

    Example:

        ## [PARSE-001] Read large files
        - Status: somewhere in between

    Mend: Begin the status with one of pending, in_progress, blocked, done or archived, or with
    another word of the table of statuses; a note may follow in parentheses.
    """
    for item in ledger.items:
        if item.status_text and item.status == "unknown":
            status = _field(item, "status")
            at = status or opening(ledger, item.span.start_byte)
            message = f"{item.id} has a status that is not understood: {quoted(item.status_text)}"
            fix = "begin it with pending, in_progress, blocked, done or archived"
            yield Fault(at, message, item.status_text, item.id, None, fix)


@rule("LED113", "file-too-long", "warning")
def file_too_long(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file has more lines than `max_lines` of `[tool.ledger]` allows.

    Why: A file that is too long to read gets restructured in a hurry, and that is how attempts
    get lost.

    Example:

        (a file of 1,200 lines, where max_lines = 1000)

    Mend: `ledger archive --to-lines 1000` moves finished items, and if need be older attempts, to
    the archive file, from which they can come back as they were.
    """
    lines = len(text.plan_starts(ledger.text)) - 1 if facts.max_lines else 0
    if lines > facts.max_lines:
        limit = facts.max_lines
        fix = f"`ledger archive --to-lines {limit}` moves what is finished to the archive"
        yield Fault(0, f"the file has {lines} lines, the limit is {limit}", fix=fix)


def _field(item: Item, name: str) -> int | None:
    found = next((f for f in item.fields if f.name.lower() == name), None)
    return found.value_span.start_byte if found else None
