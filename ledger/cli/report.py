"""``ledger report``."""

import webbrowser
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from ledger import config, store
from ledger.cli import output
from ledger.cli.application import LedgerPath, flag, option
from ledger.commands.report import report
from ledger.errors import Refused, UsageError
from ledger.plan.text import visible
from ledger.reports.page import MARK, page

EXAMPLE = "ledger report -o plan.html"


def command(
    file: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Write the page here; `-` prints it."),
    ] = None,
    is_opened: Annotated[bool, flag("--open", "Show it in your browser.")] = False,
    since: Annotated[
        str | None, option("--since", "REV", "Say what changed after this revision.")
    ] = None,
    ledger: LedgerPath = None,
) -> int:
    """Make one page of HTML of the plan: the day, board, list, items, health.

    The page needs no network and no other file. Without -o it goes into your cache folder.
    It needs the extra `report`:

    pip install 'jinja2>=3.1,<4'
    """
    is_printed = file == Path("-")
    if is_printed and is_opened:
        raise UsageError("usage", "-o - prints the page and --open shows a file", "give one")
    with output.progress("making the page") as tell:
        made = page(report(since=since, ledger=ledger, progress=tell))
    if is_printed:
        output.write(made.decode(), is_utf8=True)
        return 0
    place = file or _place(ledger)
    store.make(place, lambda old: _page_over(place, old, made))
    output.lines([visible(f"{place}: {len(made):,} bytes")])
    if is_opened:
        webbrowser.open(place.resolve().as_uri())
    return 0


def _page_over(place: Path, old: bytes, made: bytes) -> bytes:
    """The page, where ``old`` is nothing or an earlier page."""
    if old and not old.startswith(MARK):
        message = f"{place}: expected no file or an earlier page, found another file"
        raise Refused("not-a-page", message, "give -o another name; nothing was written")
    return made


def _place(ledger: Path | None) -> Path:
    """Where a page goes that nobody named a file for: one file for each plan."""
    from platformdirs import user_cache_path  # takes 0.03 s

    plan = config.find(Path.cwd(), ledger).ledger
    name = f"{plan.parent.name}-{sha256(bytes(plan)).hexdigest()[:12]}.html"
    return user_cache_path("fix-plan-ledger", appauthor=False) / name
