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
    Baseline,
    Because,
    Complete,
    Decided,
    Following,
    LedgerPath,
    Result,
    Status,
    Tasks,
    argument,
    flag,
    option,
)
from ledger.commands.rerun import Rerun, RerunCommand, rerun
from ledger.commands.run import RunOutcome, run
from ledger.errors import INTERRUPTED, UsageError
from ledger.reports import run as report
from ledger.run.model import CompletedRound

EXAMPLE = "ledger run PARSE-SPEED-001 --no-append -- echo hello"


def command(
    item: Annotated[str, argument("ITEM", "The item that is tried.")],
    words: Annotated[
        list[str] | None, argument("-- COMMAND...", "The command and its arguments.")
    ] = None,
    rounds: Annotated[
        int, option("--rounds", "N", "Run it so often, and report.", min=1, max=500)
    ] = 1,
    retries: Annotated[int, option("--retries", "K", "Try again so often.", min=0, max=100)] = 0,
    retry_on: Annotated[
        list[str] | None,
        option(
            "--retry-on",
            "SIGNAL|CODE|PATTERN",
            "Try again only after this: SIGSEGV, an exit code, or a pattern in the output.",
        ),
    ] = None,
    timeout: Annotated[
        float | None, option("--timeout", "S", "End each try after S seconds.", min=0.001)
    ] = None,
    against: Annotated[
        str | None, option("--against", "K/N|FILE", "Compare rounds with an earlier batch.")
    ] = None,
    metrics: Annotated[
        list[str] | None,
        option(
            "--metric",
            "NAME=REGEX",
            "A column of the rounds' report: what REGEX matches last in the output.",
        ),
    ] = None,
    first: Annotated[
        int | None, option("--first", "N", "The first round's number.  [default: 1]", min=1)
    ] = None,
    batch: Annotated[
        int | None, option("--batch", "N", "Count so many rounds together.", min=1)
    ] = None,
    preflight: Annotated[
        str, option("--preflight", "CMD", "What has to pass before it starts.")
    ] = "",
    crashes: Annotated[
        Path | None, option("--crashes", "DIR", "Where new crash reports appear.")
    ] = None,
    collect: Annotated[
        list[str] | None,
        option("--collect", "FILE", "Copy a file that the command writes into the run's folder."),
    ] = None,
    stamp: Annotated[str, option("--stamp", "S", "The stamp; default: now, in UTC.")] = "",
    phase: Annotated[str, option("--phase", "P", "What stands for <phase> in the folder.")] = "",
    sprint: Annotated[str, option("--sprint", "P", "What stands for <sprint> in the folder.")] = "",
    into: Annotated[
        str, option("--into", "DIR", "A folder in the one of the stamp, or a task.")
    ] = "",
    summary: Annotated[str, option("--summary", "TEXT", "What is tried, in one line.")] = "",
    result: Result = None,
    complete: Complete = None,
    following: Following = None,
    status: Status = None,
    baseline: Baseline = None,
    because: Because = "",
    decision: Decided = "",
    tasks: Tasks = None,
    brief: Annotated[
        Path | None, option("--brief", "FILE", "The brief that has the bundle or rerun.")
    ] = None,
    is_rerun: Annotated[
        bool, flag("--rerun", "Run what the brief's rerun says, in its folder.")
    ] = False,
    choice: Annotated[str, option("--option", "C", "The option that was decided for.")] = "",
    is_sure: Annotated[bool, flag("--yes", "Start the rerun without asking.")] = False,
    no_append: Annotated[bool, flag("--no-append", "Capture only; record nothing.")] = False,
    record: Annotated[bool, flag("--record", "Record it even if nothing was tried.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Execute a command, capture what it did in a folder of its own, and record it.

    The folder is the item's Artifacts Root, with the time for <STAMP>; the command finds it in
    LEDGER_RUN_DIR. What the command writes is shown on a terminal as it comes. Exit code 1 where
    the command failed, 130 where it was interrupted: then nothing is recorded, and the bundle is
    marked incomplete. Nor is it where nothing was tried: the command was not found, pytest refused
    its arguments, no test was collected.

    With --brief and --rerun the commands, what is set for them, their timeouts and the folder are
    the brief's. Refused while a prerequisite of the rerun is unmet.
    """
    is_idle = brief is not None and not (is_rerun or into)
    if is_rerun == bool(words) or (is_rerun and brief is None) or is_idle:
        message = "expected a command behind --, or --brief FILE with --rerun"
        raise UsageError("usage", message, "as in `ledger run ITEM -- pytest tests`")
    recording: dict[str, object] = {"--complete": complete, "--status": status, "--task": tasks}
    recording |= {"--summary": summary, "--result": result}
    recording |= {"--because": because, "--decision": decision, "--next": following}
    recording |= {"--baseline": baseline, "--record": record}
    _refuse_idle("--rerun", {} if is_rerun else {"--option": choice, "--yes": is_sure})
    _refuse_idle("--retries", {} if retries else {"--retry-on": retry_on})
    _refuse_idle("an attempt, which --no-append leaves out", recording if no_append else {})
    commands: tuple[RerunCommand, ...] = (RerunCommand(words=tuple(words or ())),)
    folder = ""
    if is_rerun and brief is not None:
        plan = rerun(item, brief, option=choice, ledger=ledger)
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
        collect=collect or (),
        phase=phase,
        sprint=sprint,
        folder=folder,
        brief=brief,
        summary=summary,
        result=result,
        baseline=baseline,
        because=because,
        record=False if no_append else record or None,
        ledger=ledger,
        echo=output.echo() if rounds == 1 else None,
        progress=tell if rounds > 1 and sys.stderr.isatty() else None,
    )
    ended: list[RunOutcome] = []
    for rerun_command in commands:
        is_last = rerun_command is commands[-1]  # what the work came to is said once, of the last
        outcome = run_one(
            rerun_command.words,
            timeout_s=timeout or rerun_command.timeout_s,
            stamp=ended[0].stamp if ended else stamp,
            into="/".join(filter(None, (into, rerun_command.into))),
            complete=(complete or ()) if is_last else (),
            next_actions=(following or ()) if is_last else (),
            status=status if is_last else None,
            decision=decision if is_last else "",
            tasks=(tasks or ()) if is_last else (),
        )
        outcome = outcome.model_copy(update={"earlier": tuple(before.path for before in ended)})
        ended.append(outcome)
        _show(outcome, as_json=as_json, is_last=is_last or outcome.state == "interrupted")
        if outcome.state == "interrupted":
            return INTERRUPTED
    return 0 if all(outcome.passed for outcome in ended) else 1


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
