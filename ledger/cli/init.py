"""``ledger init``."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.init import OFFERS, Offer, init
from ledger.commands.templates import DEFAULT_TITLE
from ledger.errors import UsageError
from ledger.reports import care as report

_QUESTIONS: Final[dict[Offer, str]] = {
    "hook": "Check each commit, with a pre-commit hook?",
    "merge-driver": "Merge branches of the fix plan by item and attempt?",
    "ci": "Check pull requests with a GitHub workflow?",
    "agents": "Tell agents how the fix plan is kept, in AGENTS.md or the like?",
    "claude": "Give Claude Code a skill, and hooks at start and stop?",
    "codex": "Give Codex a skill, and hooks at start and stop?",
}

EXAMPLE = "ledger init --hook --dry-run"


def command(
    title: Annotated[
        str | None, argument("[TITLE]", "What to work on first; `[ID] TITLE` gives it this ID.")
    ] = None,
    hook: Annotated[bool, flag("--hook", "Add the pre-commit hook, and install it.")] = False,
    merge_driver: Annotated[bool, flag("--merge-driver", "Install the merge driver.")] = False,
    ci: Annotated[str | None, option("--ci", "NAME", "Add the check in CI: github.")] = None,
    agents: Annotated[
        bool, flag("--agents", "Add a block to the instructions for agents, or renew it.")
    ] = False,
    claude: Annotated[
        bool, flag("--claude", "Give Claude Code a skill, and hooks at start and stop.")
    ] = False,
    codex: Annotated[bool, flag("--codex", "Do the same for Codex.")] = False,
    dry_run: Annotated[
        bool, flag("--dry-run", "Show what would be written; write nothing.")
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
    given: dict[Offer, bool] = {
        "hook": hook,
        "merge-driver": merge_driver,
        "ci": ci is not None,
        "agents": agents,
        "claude": claude,
        "codex": codex,
    }
    offers = {offer for offer, is_wanted in given.items() if is_wanted}
    if not offers and not dry_run and not as_json and _is_somebody_there():
        title, offers = _answers(ledger, title)
    done = init(title, offers=offers, ledger=ledger, dry_run=dry_run)
    for note in done.notes:
        output.note(note)
    output.result("init", done, report.start(done, dry_run=dry_run), as_json=as_json)
    return 1 if any(step.state == "left" for step in done.steps) else 0


def _is_somebody_there() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and output.is_terminal()


def _answers(ledger: Path | None, title: str | None) -> tuple[str | None, set[Offer]]:
    """The answers, all of them before anything is written."""
    before = init(title, ledger=ledger, dry_run=True)
    if before.is_new and title is None:
        title = typer.prompt("What is to be worked on first?", default=DEFAULT_TITLE)
    offered = {step.about for step in before.steps if step.state == "offered"}
    return title, {
        offer for offer in OFFERS if offer in offered and typer.confirm(_QUESTIONS[offer])
    }
