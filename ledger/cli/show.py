"""``ledger show``."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger import naming
from ledger.cli import opening, output
from ledger.cli.options import AsJson, LedgerPath
from ledger.errors import UsageError
from ledger.models.ledger import Attempt, Item
from ledger.reports import show as report
from ledger.reports.lines import Line
from ledger.status import about


def command(
    name: Annotated[
        str, typer.Argument(metavar="ITEM[#N]", help="An item's ID, or one of its attempts.")
    ],
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show one item, or one attempt whole.

    The case of ITEM does not matter, and it may stand in brackets. An item comes with its
    fields, a line for each attempt, its open actions and its exit criteria; an attempt with
    its text, the files that it cites and the commits that it names.
    """
    opened = opening.open_ledger(ledger)
    wanted = naming.parse(name)
    items = naming.items(opened.ledger, wanted.item)
    attempts = [] if wanted.number is None else _attempts(items, wanted.number)
    if as_json:
        from ledger import contract

        data = {
            "ledger": about(opened.ledger, opened.path),
            "items": items if wanted.number is None else [],
            "attempts": attempts,
        }
        output.document(contract.document("show", data))
        return 0
    if wanted.number is None:
        shown = [list(report.item(opened.ledger, item, opened.path)) for item in items]
    else:
        shown = [list(report.attempt(attempt, opened.path)) for attempt in attempts]
    blank = [Line("")]
    output.lines(
        line for part in shown for line in [*(blank if part is not shown[0] else []), *part]
    )
    return 0


def _attempts(items: list[Item], number: int) -> list[Attempt]:
    found = [attempt for item in items for attempt in item.attempts if attempt.number == number]
    if found:
        return found
    known = sorted({a.number for item in items for a in item.attempts if a.number is not None})
    raise UsageError(
        "no-such-attempt",
        f"{items[0].id} has no attempt #{number}",
        f"it has {_ranges(known)}" if known else "it has no numbered attempts",
    )


def _ranges(numbers: list[int]) -> str:
    """``#1-#3, #5``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"#{a}" if a == b else f"#{a}-#{b}" for a, b in runs)
