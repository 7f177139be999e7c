"""Rules about the file as a whole, its items, and the numbers of attempts and actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

from ledger import text
from ledger.models.ledger import Item, Ledger
from ledger.rules.places import name, opening, quoted, sections
from ledger.rules.registry import Facts, Fault, rule

Part = TypeVar("Part")
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
    for start, end in pairwise(text.line_starts(ledger.text)):
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
    starts = text.line_starts(ledger.text) if ledger.unread else []
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
        at = opening(ledger, attempt.span.start_byte)
        message = f"{name(attempt)} stands in no item's section"
        yield Fault(at, message, attempt.text[:80], None, attempt.number)


@rule("LED105", "duplicate-item", "error")
def duplicate_item(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Two sections have the same item's ID.

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
    for item, first, ordinal in _repeated(
        list(sections(ledger)), lambda item: item.id, lambda item: item.title not in known
    ):
        at = opening(ledger, item.span.start_byte)
        where = f"the first is at line {first.span.start_line}"
        yield Fault(at, f"item {item.id} has another section: {where}", f"{ordinal}", item.id)


@rule("LED106", "duplicate-attempt", "error")
def duplicate_attempt(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's history has two attempts of one number.

    Why: Other lines, commits and plans speak of "attempt #3"; with two of them nobody knows
    which. It happens when two people or loops append at the same time.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #1 — Result: success. Fast enough.

    Mend: Give the later one the next free number. `ledger append` picks it by itself.
    """
    known = _texts(facts.base)
    for item in ledger.items:
        numbered = [a for a in item.attempts if a.source == "history" and a.number is not None]
        if len({a.number for a in numbered}) == len(numbered):
            continue
        free = 1 + max(a.number or 0 for a in item.attempts)
        for attempt, first, ordinal in _repeated(
            numbered, lambda a: a.number, lambda a: a.text not in known
        ):
            message = f"{item.id} has attempt #{attempt.number} twice: see line"
            yield Fault(
                opening(ledger, attempt.span.start_byte),
                f"{message} {first.span.start_line}",
                f"{ordinal}",
                item.id,
                attempt.number,
                f"the next free number is {free}",
            )


@rule("LED107", "duplicate-action", "error")
def duplicate_action(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An item's list of next actions has one number twice.

    Why: "Action 3 is done" then says nothing, and a tool that completes action 3 would have to
    guess.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Next Actions:
          1. PENDING — Measure.
          1. PENDING — Write it down.

    Mend: Number the actions anew, or give the new one the next free number.
    """
    known = {a.text for item in facts.base.items for a in item.actions} if facts.base else set()
    for item in ledger.items:
        numbered = [a for a in item.actions if a.number is not None]
        if len({a.number for a in numbered}) == len(numbered):
            continue
        for action, first, ordinal in _repeated(
            numbered, lambda a: a.number, lambda a: a.text not in known
        ):
            at = opening(ledger, action.span.start_byte)
            message = f"{item.id} has action {action.number} twice: see line"
            about = f"{action.number} {ordinal}"
            yield Fault(at, f"{message} {first.span.start_line}", about, item.id)


@rule("LED108", "attempt-without-number", "warning")
def attempt_without_number(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has a date and no number.

    Why: Without a number no action, commit or other attempt can name it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Result: failed. Too slow.

    Mend: Write `Attempt #N` behind the date, N being the next free number.
    """
    for item in ledger.items:
        for attempt in item.attempts:
            if attempt.number is None:
                at = opening(ledger, attempt.span.start_byte)
                message = f"an attempt of {item.id} has no number: {quoted(attempt.text)}"
                yield Fault(at, message, attempt.text[:120], item.id)


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
        if not item.status_text and item.id not in indexed:
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


@rule("LED111", "attempt-number-gap", "warning")
def attempt_number_gap(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """Numbers between an item's attempts are missing.

    Why: An attempt was lost, or a number was skipped by mistake; who reads the history cannot
    tell which. What is missing before the first attempt is no gap: it may have been archived.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-02] Attempt #3 — Result: success. Fast enough.

    Mend: Give a new attempt the next free number; `ledger append` does. If an attempt was lost,
    git has it.
    """
    for item in ledger.items:
        numbered = {a.number: a for a in item.attempts if a.number is not None}
        numbers = sorted(numbered)
        for before, after in pairwise(numbers):
            if after - before > 1:
                missing = f"#{before + 1}"
                missing += f" to #{after - 1}" if after - before > 2 else ""
                at = opening(ledger, numbered[after].span.start_byte)
                message = f"{item.id} has attempts #{before} and #{after}, and not {missing}"
                yield Fault(at, message, "", item.id, after)


@rule("LED112", "attempts-out-of-order", "warning")
def attempts_out_of_order(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt stands among others against the order of their numbers.

    Why: People append at one end and look for the latest there. The order of the item counts,
    be it the oldest or the latest first.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: failed. Too slow.
          * [2025-11-03] Attempt #3 — Result: success. Fast enough.
          * [2025-11-02] Attempt #2 — Result: partial. Faster.
          * [2025-11-04] Attempt #4 — Result: success. Measured again.

    Mend: Move the attempt to its place.
    """
    for item in ledger.items:
        history = [a for a in item.attempts if a.source == "history" and a.number is not None]
        steps = [(a, b, (b.number or 0) - (a.number or 0)) for a, b in pairwise(history)]
        is_rising = sum(step > 0 for *_, step in steps) >= sum(step < 0 for *_, step in steps)
        for before, attempt, step in steps:
            if step < 0 if is_rising else step > 0:
                at = opening(ledger, attempt.span.start_byte)
                message = f"{item.id} has attempt #{attempt.number} after #{before.number}"
                yield Fault(at, message, "", item.id, attempt.number)


@rule("LED113", "file-too-long", "warning")
def file_too_long(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The file has more lines than `max_lines` of `[tool.ledger]` allows.

    Why: A file that is too long to read gets restructured in a hurry, and that is how attempts
    get lost.

    Example:

        (a file of 1,200 lines, where max_lines = 1000)

    Mend: Move finished items to an archive file, attempts and all.
    """
    lines = len(text.line_starts(ledger.text)) - 1 if facts.max_lines else 0
    if lines > facts.max_lines:
        yield Fault(0, f"the file has {lines} lines, the limit is {facts.max_lines}")


def _repeated(
    parts: Sequence[Part], label: Callable[[Part], object], is_new: Callable[[Part], bool]
) -> Iterator[tuple[Part, Part, int]]:
    """Each part whose label another one has already, that other one, and how many had it.

    What was there before the change comes first, wherever it stands.
    """
    firsts: dict[object, Part] = {}
    counts: dict[object, int] = {}
    for part in sorted(parts, key=is_new):
        key = label(part)
        count = counts[key] = counts.get(key, 0) + 1
        if count > 1:
            yield part, firsts[key], count
        else:
            firsts[key] = part


def _texts(ledger: Ledger | None) -> set[str]:
    return {a.text for item in ledger.items for a in item.attempts} if ledger else set()


def _field(item: Item, name: str) -> int | None:
    found = next((f for f in item.fields if f.name.lower() == name), None)
    return found.value_span.start_byte if found else None
