"""``ledger run``."""

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.application import (
    AsJson,
    Because,
    Complete,
    Decided,
    LedgerPath,
    Result,
    Status,
    Tasks,
)
from ledger.commands.rerun import Rerun, RerunCommand, rerun
from ledger.commands.run import RunOutcome, run
from ledger.errors import INTERRUPTED, UsageError
from ledger.reports import run as report
from ledger.run.model import CompletedRound


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="The item that is tried.")],
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="-- COMMAND...", help="The command and its arguments."),
    ] = None,
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
    metrics: Annotated[
        list[str] | None,
        typer.Option(
            "--metric",
            metavar="NAME=REGEX",
            help="A column of the rounds' report: what REGEX matches last in the output.",
        ),
    ] = None,
    first: Annotated[
        int | None,
        typer.Option("--first", metavar="N", min=1, help="The first round's number.  [default: 1]"),
    ] = None,
    batch: Annotated[
        int | None,
        typer.Option("--batch", metavar="N", min=1, help="Count so many rounds together."),
    ] = None,
    preflight: Annotated[
        str, typer.Option("--preflight", metavar="CMD", help="What has to pass before it starts.")
    ] = "",
    crashes: Annotated[
        Path | None,
        typer.Option("--crashes", metavar="DIR", help="Where new crash reports appear."),
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
        str,
        typer.Option("--into", metavar="DIR", help="A folder in the one of the stamp, or a task."),
    ] = "",
    summary: Annotated[
        str, typer.Option("--summary", metavar="TEXT", help="What is tried, in one line.")
    ] = "",
    result: Result = None,
    complete: Complete = None,
    status: Status = None,
    because: Because = "",
    decision: Decided = "",
    tasks: Tasks = None,
    brief: Annotated[
        Path | None,
        typer.Option("--brief", metavar="FILE", help="The brief that has the bundle or rerun."),
    ] = None,
    is_rerun: Annotated[
        bool, typer.Option("--rerun", help="Run what the brief's rerun says, in its folder.")
    ] = False,
    option: Annotated[
        str, typer.Option("--option", metavar="C", help="The option that was decided for.")
    ] = "",
    is_sure: Annotated[bool, typer.Option("--yes", help="Start the rerun without asking.")] = False,
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

    With --brief and --rerun the commands, what is set for them, their timeouts and the folder are
    the brief's. Refused while a prerequisite of the rerun is unmet.
    """
    is_idle = brief is not None and not (is_rerun or into)
    if is_rerun == bool(words) or (is_rerun and brief is None) or is_idle:
        raise UsageError(
            "usage",
            "expected a command behind --, or --brief FILE with --rerun",
            "as in `ledger run ITEM -- pytest tests`",
        )
    recording: dict[str, object] = {"--complete": complete, "--status": status, "--task": tasks}
    recording |= {"--summary": summary, "--result": result}
    recording |= {"--because": because, "--decision": decision}
    _refuse_idle("--rerun", {} if is_rerun else {"--option": option, "--yes": is_sure})
    _refuse_idle("--retries", {} if retries else {"--retry-on": retry_on})
    _refuse_idle("an attempt, which --no-append leaves out", recording if no_append else {})
    commands: tuple[RerunCommand, ...] = (RerunCommand(words=tuple(words or ())),)
    folder = ""
    if is_rerun and brief is not None:
        plan = rerun(item, brief, option=option, ledger=ledger)
        if not is_sure and not _is_confirmed(plan, as_json=as_json):
            return 1
        folder, commands = plan.folder, plan.commands

    def tell(ended: CompletedRound) -> None:
        output.diagnostic(report.round_line(ended, (first or 1) + rounds - 1))

    run_one = partial(
        run,
        item,
        rounds=rounds,
        retries=retries,
        retry_on=retry_on or (),
        against=against,
        metrics=metrics or (),
        first=first,
        batch=batch,
        preflight=preflight,
        crashes=crashes,
        phase=phase,
        sprint=sprint,
        folder=folder,
        brief=brief,
        summary=summary,
        result=result,
        because=because,
        record=not no_append,
        ledger=ledger,
        echo=output.echo() if rounds == 1 else None,
        progress=tell if rounds > 1 and sys.stderr.isatty() else None,
    )
    ended: list[RunOutcome] = []
    for one in commands:
        is_last = one is commands[-1]  # what the work came to is said once, of the last
        outcome = run_one(
            one.words,
            timeout_s=timeout or one.timeout_s,
            stamp=ended[0].stamp if ended else stamp,
            into="/".join(filter(None, (into, one.into))),
            complete=(complete or ()) if is_last else (),
            status=status if is_last else None,
            decision=decision if is_last else "",
            tasks=(tasks or ()) if is_last else (),
        )
        outcome = outcome.model_copy(update={"earlier": tuple(before.path for before in ended)})
        ended.append(outcome)
        _show(outcome, as_json=as_json, is_last=is_last or outcome.state == "interrupted")
        if outcome.state == "interrupted":
            return INTERRUPTED
    return 0 if all(one.passed for one in ended) else 1


def _refuse_idle(needed: str, given: Mapping[str, object]) -> None:
    for name in (name for name, value in given.items() if value):
        raise UsageError("usage", f"{name} does nothing without {needed}", "leave it out")


def _show(outcome: RunOutcome, *, as_json: bool, is_last: bool) -> None:
    recorded = outcome.recorded.notes if outcome.recorded else ()
    for note in dict.fromkeys((*recorded, *outcome.notes)):
        output.note(note)
    if is_last or not as_json:  # one document, of the last command
        output.result("run", outcome, report.lines(outcome), as_json=as_json)


def _is_confirmed(plan: Rerun, *, as_json: bool) -> bool:
    """Whether somebody at a terminal who was shown the rerun wants it."""
    for line in () if as_json else report.planned(plan):
        output.diagnostic(line)
    if as_json or sys.stdin is None or not sys.stdin.isatty() or not output.is_terminal():
        raise UsageError("not-confirmed", "nobody is there to say yes", "give --yes to start it")
    return typer.confirm("Run this?")
