"""What every command that changes one item writes: a module of its own, because the transaction
takes time to load and most commands change nothing."""

from ledger.cli import output
from ledger.commands.change import Changed
from ledger.reports import change


def report(kind: str, value: Changed, *, dry_run: bool, as_json: bool) -> int:
    """Write what the command returned, its notes to standard error. Returns the exit code."""
    for note in value.notes:
        output.note(note)
    output.result(kind, value, change.lines(value, dry_run=dry_run), as_json=as_json)
    return 0
