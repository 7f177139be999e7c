"""``ledger links``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output, progress
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import links as linking
from ledger.commands import read as opening
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.plan import reader, selectors
from ledger.plan.model import Attempt, Ledger
from ledger.reports import links as report


def command(
    items: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ITEM[#N]...]", help="Items or attempts; default: all."),
    ] = None,
    rev: Annotated[
        str | None,
        typer.Option("--rev", metavar="REV", help="Look at this commit, not the work tree."),
    ] = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show what attempts point at: the artifacts that they cite, and commits.

    Of an artifact: where it is, whether git has it, its size, the commit that added it. Of an
    attempt: the commits that it names, the one that introduced it, and those since the previous
    attempt that touched files it names.
    """
    settings = config.find(Path.cwd(), ledger)
    if rev is None and items:
        settings = opening.open_holding(ledger, *map(selectors.parse, items)).config
    commit, plan = _opened(settings, rev)
    attempts = _wanted(plan, items or [])
    with progress.shown("reading versions") as tell:
        found = linking.link(settings, plan, attempts, commit, tell)
    if as_json:
        from ledger.reports import documents

        data = {"path": settings.ledger_path, "commit": commit, **found._asdict()}
        output.document(documents.document("links", data))
    else:
        output.lines(report.links(attempts, found, settings.ledger_path))
    return 0


def _opened(settings: Config, revision: str | None) -> tuple[str | None, Ledger]:
    """The commit that is looked at, None for the work tree, and the ledger there."""
    if revision is None:
        return None, reader.read(opening.read_bytes(settings.ledger), own=settings.own)
    if not settings.is_git:
        raise UnreadableInput(
            "no-repository", f"{settings.root}: no git repository", "leave out --rev"
        )
    with Blobs(settings.root) as contents:
        commit = contents.commit(revision)
        data = contents.read(commit, settings.ledger_path) if commit else None
    if commit is None:
        raise UsageError("no-such-revision", f"{revision}: git knows no such commit")
    if data is None:
        raise UsageError("no-such-file", f"{revision} has no {settings.ledger_path}")
    return commit, reader.read(data, own=settings.own)


def _wanted(plan: Ledger, names: Sequence[str]) -> list[Attempt]:
    if not names:
        return [*(one for item in plan.items for one in item.attempts), *plan.loose]
    return [one for name in names for one in selectors.attempts(plan, selectors.parse(name))]
