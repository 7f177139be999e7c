"""What a change of one item did, in lines of text."""

from collections.abc import Iterator

from ledger.commands.change import Changed
from ledger.plan.text import visible
from ledger.reports import Line, diff


def lines(changed: Changed, *, dry_run: bool) -> Iterator[Line]:
    """``docs/fix_plan.md:12: PARSE-001: priority is High; owner is anna``, or the diff."""
    if dry_run and changed.diff:
        yield from diff(changed.diff)
        return
    text = "; ".join(changed.done) + ("" if changed.diff else " (nothing to change)")
    yield Line(visible(f"{changed.path}:{changed.line}: {changed.item}: {text}"))
