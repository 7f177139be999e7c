"""Rules about what an attempt brings to show for itself: a result, files, commits."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.models.ledger import Ledger
from ledger.rules.places import attempts, name, opening, quoted
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
    for attempt in attempts(ledger):
        if attempt.source == "history" and not attempt.result_text:
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
