"""Rules about what an attempt brings to show for itself: a result, files, commits."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.plan.model import Ledger
from ledger.plan.places import name
from ledger.rules.places import added, attempts, numbering, opening, quoted
from ledger.rules.registry import Facts, Fault, rule


@rule("LED401", "attempt-without-result", "warning")
def attempt_without_result(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt does not say what came of it.

    Why: The result is what the next person wants to know first.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1

    Mend: Write `— Result: success`, or partial, failed, blocked, behind the number.
    """
    others = {item.id for item in ledger.items} - {item.id for item in numbering(ledger)}
    for attempt in attempts(ledger):
        if attempt.source == "history" and not attempt.result_text and attempt.item not in others:
            at = opening(ledger, attempt.span.start_byte)
            message = f"{name(attempt)} has no result"
            yield Fault(at, message, attempt.text[:60], attempt.item, attempt.number)


@rule("LED402", "unknown-result", "warning")
def unknown_result(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt's result is no phrase that is understood.

    Why: The attempt counts neither as a success nor as a failure.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: so-so. Faster by a third.

    Mend: Begin the result with success, partial, failed or blocked; words for notes, such as
    `analysis` or `planning`, are understood too.
    """
    for attempt in attempts(ledger):
        if attempt.source == "history" and attempt.result_text and attempt.result == "unknown":
            at = opening(ledger, attempt.span.start_byte)
            message = f"{name(attempt)} has a result that is not understood: "
            yield Fault(
                at,
                message + quoted(attempt.result_text),
                attempt.result_text,
                attempt.item,
                attempt.number,
                "begin it with success, partial, failed or blocked",
            )


@rule("LED408", "unknown-commit", "warning")
def unknown_commit(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """An attempt names a commit that git does not know.

    Why: It was rebased away, never pushed, or mistyped. What the attempt was made with cannot be
    looked at.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success. Commit 0badc0ffee1.

    Mend: Name the commit as `git log` does, or push the branch that has it.
    """
    if facts.unknown_commits is None:
        return
    judged = list(attempts(ledger)) if facts.every else added(ledger, facts.base)
    named = [(attempt, sha) for attempt in judged for sha in attempt.commits]
    unknown = facts.unknown_commits([sha for _, sha in named]) if named else frozenset()
    for attempt, sha in named:
        # What an ellipsis follows is cut short, as checksums are.
        is_cut = any(f"{sha}{mark}" in attempt.text for mark in ("...", "\u2026"))
        if sha in unknown and not is_cut:
            start, end = attempt.span.start_byte, attempt.span.end_byte
            at = max(start, ledger.text.find(sha.encode(), start, end))
            message = f"{name(attempt)} names commit {sha}, which git does not know"
            yield Fault(at, message, sha, attempt.item, attempt.number)
