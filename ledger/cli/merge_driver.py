"""``ledger merge-driver``."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from ledger import config, merge_driver
from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag
from ledger.commands import merge_driver as driver
from ledger.commands.merge_driver import Installation
from ledger.errors import UsageError
from ledger.plan import text

EXAMPLE = "ledger merge-driver --install"


def command(
    files: Annotated[
        list[str] | None,
        argument("[BASE OURS THEIRS [SIZE [PATH]]]", "What git asks to be merged."),
    ] = None,
    install: Annotated[
        bool, flag("--install", "Set it up for the fix plan in this clone.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Let git merge fix plans by item, attempt, action and field.

    `--install` names the fix plan in `.gitattributes`, which is to be committed, and tells this
    clone's git about the driver. Every clone has to do that once. With three files it does what
    git calls it for: their merge goes to OURS, and the exit code is 1 where something is left
    in conflict.
    """
    if install:
        if files:
            raise UsageError("usage", "--install takes no files to merge", "leave one out")
        done = driver.install(config.find(Path.cwd(), ledger))
        output.result("merge-driver", done, _lines(done), as_json=as_json)
        return 0
    if ledger or as_json:
        raise UsageError("usage", "--ledger and --json go with --install")
    return merge_driver.merge_files(files or [])


def _lines(done: Installation) -> Iterator[str]:
    for step in done.steps:
        state = "added" if step.is_new else "there already"
        yield text.visible(f"{step.place}: {step.text} ({state})")
    if any(step.is_new and step.place == ".gitattributes" for step in done.steps):
        yield "commit .gitattributes, so that every clone knows"
