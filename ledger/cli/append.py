"""``ledger append``."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.application import (
    AsJson,
    Because,
    Complete,
    Decided,
    DryRun,
    LedgerPath,
    Result,
    Status,
    Tasks,
)
from ledger.commands.append import append
from ledger.reports import diff
from ledger.reports import run as report


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item that was tried.")],
    runs: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="RUN...",
            help="Folders or files that hold the run's outputs; none for a decision alone.",
        ),
    ] = None,
    result: Result = None,
    summary: Annotated[
        str, typer.Option("--summary", metavar="TEXT", help="What was done, in one line.")
    ] = "",
    complete: Complete = None,
    following: Annotated[
        list[str] | None, typer.Option("--next", metavar="TEXT", help="Add a next action.")
    ] = None,
    status: Status = None,
    because: Because = "",
    decision: Decided = "",
    tasks: Tasks = None,
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="RUN", help="Compare with this earlier run."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Record a run that is recorded already.")
    ] = False,
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
    lines = diff(appended.diff) if dry_run else [report.attempt(appended, with_metrics=True)]
    output.result("append", appended, lines, as_json=as_json)
    return 0
