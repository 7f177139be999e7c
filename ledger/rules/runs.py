"""Rules about the run that a new attempt rests on."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.plan import citations, text
from ledger.plan.model import Attempt, Ledger
from ledger.plan.places import name
from ledger.rules.places import added, opening, quoted
from ledger.rules.registry import Facts, Fault, rule


@rule("LED409", "run-lacks-evidence", "warning")
def run_lacks_evidence(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """The run of a new attempt lacks something, or its outputs do not agree.

    Why: A figure of the attempt may rest on less than it seems: no log was kept, `time` measured
    another command, an exit-code file is empty, the run was cut short. The hook does not look
    for this, since reading a run takes longer than it has; `ledger validate --base REV` does.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: success.
            Artifacts: `reports/parse/phase_a/20251102T091500Z/`

    Mend: Add what is missing to the run's folder, run again, or say in the attempt what the run
    does not show.
    """
    if facts.run_notes is None:
        return
    for attempt in added(ledger, facts.base):
        folder = _run_folder(attempt)
        for note in facts.run_notes(folder) if folder else ():
            at = opening(ledger, attempt.span.start_byte)
            message = f"{name(attempt)}: its run {folder}: {note}"
            yield Fault(at, message, note, attempt.item, attempt.number)


@rule("LED410", "claim-contradicted", "error")
def claim_contradicted(ledger: Ledger, facts: Facts) -> Iterator[Fault]:
    """What a new or changed attempt, or a completed action, says is not what its run says.

    Why: A plan is worth no more than its numbers. Whoever reads "9 passed" decides by it what to
    do next, and nobody opens the log again. The hook does not look for this, since reading a run
    takes longer than it has; `ledger validate --base REV` does, and `ledger append` refuses it.

    Example:

        ## [PARSE-001] Read large files
        - Status: in_progress
        - Attempts History:
          * [2025-11-01] Attempt #1 — Result: partial. 7 passed, 3 failed.
            Artifacts: `reports/parse/phase_a/20251102T091500Z/`
          * [2025-11-02] Attempt #2 — Result: success. Failures 3→1 (-50%).

    Mend: Say what the run says; `ledger verify ITEM#N --all` shows it. Where the number is meant
    for something else, say for what.
    """
    if facts.contradicted is None:
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
            f"{number}{item} says {quoted(claim.said)}: {claim.correction}",
            claim.about,
            claim.item,
            claim.attempt,
        )


def _run_folder(attempt: Attempt) -> str | None:
    """The folder with the attempt's own stamp that its artifacts lie in."""
    if not attempt.stamp:
        return None
    for cited in citations.find(f"Artifacts: {citations.labelled(attempt.text, 'Artifacts')}"):
        for path in cited.paths:
            before, stamp, _ = path.partition(attempt.stamp)
            if stamp and citations.kind(path) == "path":
                return before + stamp
    return None
