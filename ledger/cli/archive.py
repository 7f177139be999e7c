"""``ledger archive``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import archive as archiving
from ledger.edits.selecting import Wanted
from ledger.errors import UsageError
from ledger.plan import selectors, text

_DAY = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")


def command(
    items: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ITEM...]", help="Items; default: all. With --restore ITEM#N, too."
        ),
    ] = None,
    statuses: Annotated[
        list[str] | None,
        typer.Option("--status", metavar="WORD", help="Only items of this status."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option("--before", metavar="DATE", help="Only what was last tried before this day."),
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=1, help="All but the newest N attempts of items."),
    ] = None,
    to_lines: Annotated[
        int | None,
        typer.Option("--to-lines", metavar="N", min=1, help="As much as it takes to have N lines."),
    ] = None,
    as_far_as_possible: Annotated[
        bool, typer.Option("--as-far-as-possible", help="With --to-lines: or as near as it gets.")
    ] = False,
    restore: Annotated[
        bool, typer.Option("--restore", help="Bring back what is in the archive.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Take out what a merge left twice in the archive.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the change of both files; write nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Move finished work to the archive file, or bring it back, byte for byte.

    Without options all items that are done and have nothing open, and that nothing open waits
    for. One line stays in the place of each, with its heading, and tells what went where. The
    exit code is 1 where an item that is named has to stay, or N lines cannot be reached.
    """
    settings = config.find(Path.cwd(), ledger)
    is_choosing = bool(statuses or before or keep or to_lines or as_far_as_possible)
    if once:
        if items or restore or is_choosing:
            raise UsageError("usage", "--once takes no items, and --dry-run only", "")
        done = archiving.keep_once(settings, dry_run=dry_run)
    elif restore:
        if is_choosing:
            raise UsageError("usage", "--restore takes items and --dry-run", "")
        done = archiving.bring_back(settings, items or [], dry_run=dry_run)
    else:
        wanted = Wanted(
            tuple(selectors.folded(selectors.parse(name).item) for name in items or ()),
            tuple(one.lower() for one in statuses or ()),
            _day(before),
            keep,
            to_lines,
        )
        done = archiving.move(
            settings, wanted, as_far_as_possible=as_far_as_possible, dry_run=dry_run
        )
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("archive", done))
    elif dry_run:
        output.write("".join(text.visible(line) + "\n" for line in done.diff.split("\n")[:-1]))
    else:
        from ledger.reports import archive as report

        output.lines(report.lines(done))
    return 1 if items and done.held else 0


def _day(given: str | None) -> str | None:
    if given is not None and not _DAY.fullmatch(given):
        raise UsageError("bad-date", f"{given!r}: expected a day such as 2025-11-30")
    return given
