"""Rules about what an attempt says of itself: its date, its result, its commits, its run."""

import datetime as dt
import posixpath
import re
from collections.abc import Iterator
from functools import cache

from ledger.plan import citations, text
from ledger.plan.model import Attempt, Ledger
from ledger.plan.places import name
from ledger.rules.registry import Facts, Fault, added, numbering, opening, quoted, rule, unseen

_DATE = re.compile(r"(\d{4})[-\u2010\u2011]?(\d\d)[-\u2010\u2011]?(\d\d)(?!\d)")
_LEAD = 60  # characters at the start of an attempt that may hold its date


@rule("LED301", "attempt-without-date", "warning")
def attempt_without_date(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has a number and no date.

    Why: When it was made can only be guessed.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * Attempt #1 — Result: failed. Too slow.

    Mend: Begin it with its date: `[2025-11-01] Attempt #1`.
    """
    for attempt in ledger.attempts:
        if attempt.date is not None or attempt.source != "history":
            continue
        written = _written(attempt)
        if written is None:
            yield Fault(attempt, f"{name(attempt)} has no date", attempt.text)
        elif _exists(written):
            message = f"{name(attempt)} has a date that cannot be meant: {written}"
            yield Fault(attempt, message, attempt.text)


@rule("LED302", "impossible-date", "error")
def impossible_date(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A date is not in the calendar.

    Why: It is a typo, and the right date is soon forgotten.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-02-30] Attempt #1 — Result: failed. Too slow.

    Mend: Write the day of the attempt.
    """
    for attempt in ledger.attempts:
        date = attempt.date or (_written(attempt) if attempt.source == "history" else None)
        if date and not _exists(date):
            message = f"{name(attempt)} has a date that does not exist: {date}"
            yield Fault(attempt, message, date)
    updated = ledger.last_updated
    date = _first(updated.value) if updated else None
    if updated and date and not _exists(date):
        message = f"Last Updated has a date that does not exist: {date}"
        yield Fault(updated.value_span.start_byte, message, date)


@rule("LED303", "attempt-in-the-future", "error")
def attempt_in_the_future(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt is dated in the future.

    Why: The date was typed, not taken from a run, and every order by date is wrong from now on.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2199-01-01] Attempt #1 — Result: success. Fast enough.

    Mend: Write the day of the attempt; `ledger append` takes it from the run.
    """
    if facts.today is None:
        return
    for attempt in ledger.attempts:
        if attempt.date and attempt.date > facts.today and _exists(attempt.date):
            message = f"{name(attempt)} is dated {attempt.date}, and today is {facts.today}"
            yield Fault(attempt, message, attempt.date)


@rule("LED304", "last-updated-in-the-future", "error")
def last_updated_in_the_future(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """`Last Updated` is in the future.

    Why: The next honest date would look older.

    Example:

        # Fix Plan

        **Last Updated:** 2199-01-01

    Mend: Write today's date, as `ledger append` does.
    """
    updated = ledger.last_updated
    date = _first(updated.value) if updated else None
    if facts.today and updated and date and date > facts.today and _exists(date):
        message = f"Last Updated says {date}, and today is {facts.today}"
        yield Fault(updated.value_span.start_byte, message, date)


@rule("LED305", "date-contradicts-stamp", "warning")
def date_contradicts_stamp(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt is dated days before the run that it cites.

    Why: Either the date or the run is wrong. One day is fine: stamps are in UTC.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Fast enough.
            Artifacts: `reports/parse/20251109T120000Z/`

    Mend: Take the date from the run's stamp, or cite the right run.
    """
    for attempt in ledger.attempts:
        if not (attempt.date and attempt.stamp):
            continue
        digits = attempt.stamp[:8]
        stamped = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
        if stamped > attempt.date and _exists(attempt.date) and stamped > _next_day(attempt.date):
            message = (
                f"{name(attempt)} is dated {attempt.date}, before its run {quoted(attempt.stamp)}"
            )
            yield Fault(attempt, message, attempt.stamp)


def _written(attempt: Attempt) -> str | None:
    """The date at the attempt's start as written, whether it exists or not."""
    opening = attempt.text[:3].lstrip("*")[:1]
    return _first(attempt.text[:_LEAD]) if opening == "[" or opening.isdigit() else None


def _first(text: str) -> str | None:
    match = _DATE.search(text)
    return "-".join(match.groups()) if match else None


def _exists(date: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(date))
    except ValueError:
        return False


def _next_day(date: str) -> str:
    day = dt.date.fromisoformat(date)
    return str(day + dt.timedelta(days=1)) if day < dt.date.max else date


@rule("LED401", "attempt-without-result", "warning")
def attempt_without_result(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt has no result.

    Why: The result is what the next reader wants to know first.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1

    Mend: Write `— Result: success`, or partial, failed, blocked, behind the number.
    """
    others = {item.id for item in ledger.items} - {item.id for item in numbering(ledger)}
    for attempt in ledger.attempts:
        if attempt.source == "history" and not attempt.result_text and attempt.item not in others:
            message = f"{name(attempt)} has no result"
            yield Fault(attempt, message, attempt.text)


@rule("LED402", "unknown-result", "warning")
def unknown_result(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt's result is not a known word.

    Why: The attempt counts neither as a success nor as a failure.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: so-so. Faster by a third.

    Mend: Begin the result with success, partial, failed or blocked, or a word for notes such as
    `analysis`.
    """
    for attempt in ledger.attempts:
        if attempt.source == "history" and attempt.result_text and attempt.result == "unknown":
            result_text = attempt.result_text
            message = f"{name(attempt)} has a result that is not understood: {quoted(result_text)}"
            fix = "begin it with success, partial, failed or blocked"
            yield Fault(attempt, message, result_text, fix=fix)


@rule("LED408", "unknown-commit", "warning")
def unknown_commit(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt names a commit that git does not know.

    Why: It was rebased away, never pushed, or mistyped.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Commit 0badc0ffee1.

    Mend: Name the commit as `git log` does, or push its branch.
    """
    if facts.unknown_commits is None:
        return
    judged = ledger.attempts if facts.every else added(ledger, facts.base)
    attempts = [(attempt, sha) for attempt in judged for sha in attempt.commits]
    unknown = facts.unknown_commits([sha for _, sha in attempts]) if attempts else frozenset()
    for attempt, sha in attempts:
        # What an ellipsis follows is cut short, as checksums are.
        is_cut = any(f"{sha}{mark}" in attempt.text for mark in ("...", "\u2026"))
        if sha in unknown and not is_cut:
            start, end = attempt.span.start_byte, attempt.span.end_byte
            at = max(start, ledger.text.find(sha.encode(), start, end))
            message = f"{name(attempt)} names commit {sha}, which git does not know"
            yield Fault(at, message, sha, attempt.item, attempt.number)


@rule("LED409", "run-lacks-evidence", "warning")
def run_lacks_evidence(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The run of a new attempt lacks something, or its outputs disagree.

    Why: The attempt's figures may rest on less than it seems: no log, an empty exit-code file,
    a run that was cut short.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success.
            Artifacts: `reports/parse/phase_a/20251102T091500Z/`

    Mend: Add what is missing, run again, or say in the attempt what the run does not show.
    """
    if facts.run_notes is None:
        return
    before: dict[str | None, list[Attempt]] = {}
    for attempt in facts.base.attempts if facts.base else ():
        before.setdefault(attempt.stamp, []).append(attempt)

    @cache
    def known(stamp: str | None) -> set[str | None]:
        return {_run_folder(attempt) for attempt in before.get(stamp, ())}

    for attempt in added(ledger, facts.base):
        folder = _run_folder(attempt)
        is_new = folder and folder not in known(attempt.stamp)
        for note in facts.run_notes(folder) if folder and is_new else ():
            message = f"{name(attempt)}: its run {folder}: {note}"
            yield Fault(attempt, message, note)


@rule("LED410", "claim-contradicted", "error")
def claim_contradicted(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt or completed action says something else than its run.

    Why: Whoever reads "9 passed" decides by it, and nobody opens the log again. A success over
    a failed run is an error, or a warning with a reason (`Because: ...`).

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: partial. 7 passed, 3 failed.
            Artifacts: `reports/parse/phase_a/20251102T091500Z/`
          * [2025-11-02] Attempt #2 — Result: success. Failures 3→1 (-50%).

    Mend: Say what the run says, as `ledger verify ITEM#N --all` shows it, or say what else the
    number is about.
    """
    if facts.contradicted is None or not (facts.every or _says_more(ledger, facts.base)):
        return
    starts: tuple[int, ...] = ()
    for claim in facts.contradicted(ledger, None if facts.every else facts.base):
        starts = starts or text.plan_starts(ledger.text)
        start, end = starts[claim.line - 1], starts[claim.line]
        at = ledger.text.find(text.encode(claim.text), start, end)
        number = "" if claim.attempt is None else f"attempt #{claim.attempt} of "
        item = claim.item or "no item"
        yield Fault(
            at if at >= 0 else opening(ledger, start),
            f"{number}{item} says {quoted(claim.wording)}: {claim.correction}",
            claim.about,
            claim.item,
            claim.attempt,
            severity="warning" if claim.is_insisted else None,
        )


def _says_more(ledger: Ledger, base: Ledger | None) -> bool:
    """Whether an attempt or a completed action is not in ``base``, word for word."""

    def completed(plan: Ledger) -> set[str]:
        actions = (action for item in plan.items for action in item.actions)
        return {action.text for action in actions if action.state == "complete"}

    return base is None or bool(unseen(ledger, base) or completed(ledger) - completed(base))


@rule("LED411", "result-without-evidence", "warning")
def result_without_evidence(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """A new attempt gives figures, or turns a failure into a success, and cites no run.

    Why: Nobody can check it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. 12 passed in 3.40s.

    Mend: Name the run behind `Artifacts:`. `ledger append ITEM RUN` writes the whole attempt.
    """
    if facts.figure is None:
        return
    before_it = facts.base.attempts if facts.base else ()
    numbered = (attempt for attempt in before_it if attempt.number is not None)
    was: dict[object, str] = {(a.item, a.number): a.result for a in numbered}
    for attempt in added(ledger, facts.base):
        if attempt.source != "history" or attempt.artifacts or attempt.stamp:
            continue
        before = was.get((attempt.item, attempt.number), "unknown")
        if attempt.result == "success" and before in ("failed", "partial", "blocked"):
            message = f"{name(attempt)} said {before}, says success now, and cites nothing"
            yield Fault(attempt, message, "success")
            continue
        figure = facts.figure(attempt)
        is_old = any(e.item == attempt.item and figure in e.text for e in before_it)
        if figure and not is_old:
            message = f"{name(attempt)} says {quoted(figure)} and cites nothing that shows it"
            yield Fault(attempt, message, figure)


def _run_folder(attempt: Attempt) -> str | None:
    """The innermost folder, below the attempt's own stamp, that its artifacts lie in."""
    stamp = attempt.stamp
    if not stamp:
        return None
    cited = citations.find(f"Artifacts: {citations.labelled(attempt.text, 'Artifacts')}")
    every = (path for c in cited for path in c.paths if citations.kind(path) == "path")
    places = [path.rstrip("/") for path in every if stamp in path]
    if not places:
        return None
    first, _, _ = places[0].partition(stamp)
    inside = [place for place in places if place.startswith(first + stamp)]
    folders = [p if "." not in posixpath.basename(p) else posixpath.dirname(p) for p in inside]
    common = posixpath.commonpath(folders)
    head, _, name = common.rpartition("/")
    return head if head == first + stamp and name in citations.OUTPUT_FOLDERS else common
