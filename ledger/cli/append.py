"""``ledger append``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import (
    AsJson,
    Baseline,
    Because,
    Complete,
    Decided,
    DryRun,
    Following,
    LedgerPath,
    Result,
    Status,
    Tasks,
    argument,
    flag,
    option,
)
from ledger.commands.append import append
from ledger.reports import diff
from ledger.reports import run as report

EXAMPLE = "ledger append DOCS-TOUR-002 reports/parser-speed/phase_b/20251102T091500Z --dry-run"


def command(
    item: Annotated[str, argument("ITEM", "The item that was tried.")],
    runs: Annotated[
        list[Path] | None,
        argument(
            "RUN...", "Folders or files that hold the run's outputs; none for a decision alone."
        ),
    ] = None,
    result: Result = None,
    summary: Annotated[str, option("--summary", "TEXT", "What was done, in one line.")] = "",
    complete: Complete = None,
    following: Following = None,
    status: Status = None,
    because: Because = "",
    decision: Decided = "",
    tasks: Tasks = None,
    baseline: Baseline = None,
    again: Annotated[bool, flag("--again", "Record a run that is recorded already.")] = False,
    dry_run: DryRun = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Record a run as a new attempt, in the style of the item's last one.

    Number, date, metrics, artifacts and commit are taken from the ledger, the run and git; the
    summary, the result and the actions are yours. Nothing is written that `ledger validate`
    would refuse, and a run that the item holds already is refused.
    """
    appended = append(
        item,
        runs or (),
        result=result,
        summary=summary,
        complete=complete or (),
        next_actions=following or (),
        status=status,
        because=because,
        decision=decision,
        tasks=tasks or (),
        baseline=baseline,
        again=again,
        dry_run=dry_run,
        ledger=ledger,
    )
    for note in appended.notes:
        output.note(note)
    lines = diff(appended.diff) if dry_run else [report.attempt(appended)]
    output.result("append", appended, lines, as_json=as_json)
    return 0
