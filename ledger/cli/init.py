"""``ledger init``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import init as starting
from ledger.commands.init import Start, place, plan
from ledger.commands.init.steps import OFFERS, Offer, Step
from ledger.config import Config
from ledger.errors import UsageError
from ledger.plan import text
from ledger.plan.text import counted

_QUESTIONS: Final[dict[Offer, str]] = {
    "hook": "Check each commit, with a pre-commit hook?",
    "merge-driver": "Merge branches of the fix plan by item and attempt?",
    "ci": "Check pull requests with a GitHub workflow?",
    "agents": "Tell agents how the fix plan is kept, in AGENTS.md or the like?",
}


def command(
    title: Annotated[
        str | None,
        typer.Argument(
            metavar="[TITLE]", help="What to work on first; `[ID] TITLE` gives it this ID."
        ),
    ] = None,
    hook: Annotated[
        bool, typer.Option("--hook", help="Add the pre-commit hook, and install it.")
    ] = False,
    merge_driver: Annotated[
        bool, typer.Option("--merge-driver", help="Install the merge driver.")
    ] = False,
    ci: Annotated[
        str | None, typer.Option("--ci", metavar="NAME", help="Add the check in CI: github.")
    ] = None,
    agents: Annotated[
        bool, typer.Option("--agents", help="Add a block to the instructions for agents.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be written; write nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Start a fix plan, or take up the one that is there.

    Writes `docs/fix_plan.md` with one item, and what else is asked for. What is there already
    stays as it is, so it can be run again at any time. On a terminal it asks.
    """
    if ci not in (None, "github"):
        raise UsageError("usage", f"--ci {ci}: no such CI", "there is github")
    given = {"hook": hook, "merge-driver": merge_driver, "ci": ci is not None, "agents": agents}
    wanted = frozenset(offer for offer in OFFERS if given[offer])
    found = place.find(Path.cwd(), ledger)
    if not wanted and not dry_run and not as_json and _is_somebody_there():
        title, wanted = _asked(found, title)
    done = starting.start(found, title or plan.DEFAULT_TITLE, wanted, dry_run=dry_run)
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("init", done))
    else:
        output.write("".join(f"{text.visible(line)}\n" for line in _said(done, dry_run=dry_run)))
    return 1 if any(step.state == "left" for step in done.steps) else 0


def _is_somebody_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and output.is_terminal()


def _asked(found: Config, title: str | None) -> tuple[str | None, frozenset[Offer]]:
    """The answers, all of them before anything is written."""
    before = starting.start(found, title or plan.DEFAULT_TITLE, frozenset(), dry_run=True)
    if before.is_new and title is None:
        title = typer.prompt("What is to be worked on first?", default=plan.DEFAULT_TITLE)
    offered = {step.about for step in before.steps if step.state == "offered"}
    return title, frozenset(
        offer for offer in OFFERS if offer in offered and typer.confirm(_QUESTIONS[offer])
    )


def _said(done: Start, *, dry_run: bool) -> Iterator[str]:
    for step in done.steps:
        if step.state != "offered":
            yield from _step(step, done, dry_run=dry_run)
    offered = [step for step in done.steps if step.state == "offered"]
    if offered:
        yield "not done, for nobody asked for it:"
    for step in offered:
        option = OFFERS[step.about][0]  # type: ignore[index]  # only offers are offered
        yield f"  ledger init {option:<16}{step.said}"
    if dry_run:
        yield "nothing was written"
    elif done.is_new:
        yield f"next: ledger run {done.item} -- pytest, or whatever runs your tests"
    else:
        yield "next: `ledger doctor` says what is in order, `ledger status` what is next"


def _step(step: Step, done: Start, *, dry_run: bool) -> Iterator[str]:
    if step.about == "plan" and step.state == "there":
        said = f"there already: {counted(done.items, 'item')}, {counted(done.attempts, 'attempt')}"
        unread = f", {counted(done.unread, 'line')} that could not be read" if done.unread else ""
        yield f"{step.place}: {said}{unread}; dialect: {'; '.join(done.why)}"
        return
    ends = {"added": "would be added" if dry_run else "added", "there": "there already"}
    if step.state == "left":
        yield f"{step.place}: left as it is: {step.said}"
        yield from (f"  {line}" for line in step.hint.split("\n") if step.hint)
        return
    yield f"{step.place}: {step.said} ({ends[step.state]})"
    yield from (f"  + {line}".rstrip() for line in step.text.split("\n") if step.text)
