"""``ledger run``."""

import sys
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.application import AsJson, Because, Complete, Decided, LedgerPath, Result, Status
from ledger.commands.run import run
from ledger.errors import INTERRUPTED
from ledger.reports import run as report
from ledger.run.model import CompletedRound


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item that is tried.")],
    words: Annotated[
        list[str], typer.Argument(metavar="-- COMMAND...", help="The command and its arguments.")
    ],
    rounds: Annotated[
        int,
        typer.Option("--rounds", metavar="N", min=1, max=500, help="Run it so often, and report."),
    ] = 1,
    retries: Annotated[
        int,
        typer.Option("--retries", metavar="K", min=0, max=100, help="Try again so often."),
    ] = 0,
    retry_on: Annotated[
        list[str] | None,
        typer.Option(
            "--retry-on",
            metavar="SIGNAL|CODE|PATTERN",
            help="Try again only after this: SIGSEGV, an exit code, or a pattern in the output.",
        ),
    ] = None,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", metavar="S", min=0.001, help="End each try after S seconds."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="K/N|FILE", help="Compare rounds with an earlier batch."),
    ] = None,
    stamp: Annotated[
        str, typer.Option("--stamp", metavar="S", help="The stamp; default: now, in UTC.")
    ] = "",
    phase: Annotated[
        str, typer.Option("--phase", metavar="P", help="What stands for <phase> in the folder.")
    ] = "",
    sprint: Annotated[
        str, typer.Option("--sprint", metavar="P", help="What stands for <sprint> in the folder.")
    ] = "",
    into: Annotated[
        str, typer.Option("--into", metavar="DIR", help="A folder in the one of the stamp.")
    ] = "",
    summary: Annotated[
        str, typer.Option("--summary", metavar="TEXT", help="What is tried, in one line.")
    ] = "",
    result: Result = None,
    complete: Complete = None,
    status: Status = None,
    because: Because = "",
    decision: Decided = "",
    no_append: Annotated[
        bool, typer.Option("--no-append", help="Capture only; record nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Execute a command, capture what it did in a folder of its own, and record it.

    The folder is the item's Artifacts Root, with the time for <STAMP>. What the command writes is
    shown on a terminal as it comes. Exit code 1 where the command failed, 130 where it was
    interrupted: then nothing is recorded, and the bundle is marked incomplete.
    """

    def tell(ended: CompletedRound) -> None:
        output.diagnostic(report.round_line(ended, rounds))

    outcome = run(
        item,
        words,
        rounds=rounds,
        retries=retries,
        retry_on=retry_on or (),
        timeout_s=timeout,
        against=against,
        stamp=stamp,
        phase=phase,
        sprint=sprint,
        into=into,
        summary=summary,
        result=result,
        complete=complete or (),
        status=status,
        because=because,
        decision=decision,
        record=not no_append,
        ledger=ledger,
        echo=output.echo() if rounds == 1 else None,
        progress=tell if rounds > 1 and sys.stderr.isatty() else None,
    )
    for note in outcome.recorded.notes if outcome.recorded else outcome.notes:
        output.note(note)
    output.result("run", outcome, report.lines(outcome), as_json=as_json)
    return 0 if outcome.passed else INTERRUPTED if outcome.state == "interrupted" else 1
