"""Rules about the run that a new attempt rests on."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import citations
from ledger.models.ledger import Attempt, Ledger
from ledger.rules.places import name, opening, unseen
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
    for attempt in unseen(ledger, facts.base):
        folder = _run_folder(attempt)
        for note in facts.run_notes(folder) if folder else ():
            at = opening(ledger, attempt.span.start_byte)
            message = f"{name(attempt)}: its run {folder}: {note}"
            yield Fault(at, message, note, attempt.item, attempt.number)


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
