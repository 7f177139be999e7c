"""``ledger history``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output, progress
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import history as auditing
from ledger.errors import UsageError
from ledger.plan import selectors, text
from ledger.plan.selectors import Name
from ledger.reports import documents
from ledger.reports import history as report
from ledger.versions.history import names, select
from ledger.versions.model import History


def command(
    item: Annotated[
        str | None,
        typer.Argument(metavar="[ITEM[#N]]", help="Only what happened to it, as a timeline."),
    ] = None,
    rev: Annotated[
        str | None,
        typer.Option("--rev", metavar="RANGE", help="Up to REV, or FROM..TO; default: HEAD."),
    ] = None,
    removed: Annotated[
        bool, typer.Option("--removed", help="The attempts that commits removed, with their text.")
    ] = False,
    restore: Annotated[
        str | None,
        typer.Option("--restore", metavar="ITEM#N|ITEM#DATE", help="Put a removed attempt back."),
    ] = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="With --restore: print the change; write nothing."),
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show what commits did to the fix plan, over all its versions.

    Without ITEM the whole file in figures: removed and edited attempts, numbers used twice,
    dates later than their commits, size. With ITEM or ITEM#N each change to it, with the
    commit. Renames of the file are followed, and merges held against all their parents.
    """
    if restore and (item or removed):
        raise UsageError("usage", "--restore goes with neither ITEM nor --removed", "leave it out")
    if dry_run and not restore:
        raise UsageError("usage", "--dry-run goes with --restore", "leave it out")
    settings = config.find(Path.cwd(), ledger)
    with progress.shown("reading versions") as tell:
        whole = auditing.audit(settings, rev, tell)
    wanted = selectors.parse(item) if item is not None else None
    history = whole if wanted is None else _selected(whole, wanted)
    if restore:
        return _restore(settings, whole, restore, dry_run=dry_run, as_json=as_json)
    if as_json:
        output.document(documents.document("history", history))
    elif removed:
        output.lines(report.removed(history))
    elif wanted:
        output.lines(report.timeline(history, item or "", settings.ledger_path))
    else:
        output.lines(report.summary(history, settings.ledger_path))
    return 0


def _selected(history: History, wanted: Name) -> History:
    meant = selectors.folded(wanted.item)
    found = select(history, lambda name: selectors.folded(name) == meant, wanted.number)
    if found.events or found.removed or found.edited:
        return found
    known = names(history)
    if any(selectors.folded(name) == meant for name in known):
        raise UsageError(
            "no-such-attempt",
            f"no version has attempt #{wanted.number} of {wanted.item}",
            f"`ledger history {wanted.item}` tells of those that there were",
        )
    raise selectors.unknown_item(wanted.item, known, "any version")


def _restore(
    settings: config.Config, history: History, name: str, *, dry_run: bool, as_json: bool
) -> int:
    from ledger.commands import restoring  # the parser, for edits only

    done = restoring.restore(settings, history, name, dry_run=dry_run)
    if as_json:
        told = history.model_copy(update={"restored": done})
        output.document(documents.document("history", told))
    elif dry_run:
        output.write("".join(text.visible(line) + "\n" for line in done.diff.split("\n")[:-1]))
    else:
        left = f"; {done.left} more of this name: `ledger history --removed`" if done.left else ""
        called = f"attempt of {done.date}" if done.number is None else f"attempt #{done.number}"
        said = f"{done.path}:{done.line}: {done.item} {called} is back, "
        output.write(text.visible(f"{said}removed by {done.commit[:8]}{left}") + "\n")
    return 0
