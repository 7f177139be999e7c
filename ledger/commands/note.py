"""``note``: an attempt without a run, such as an analysis or a decision."""

from pathlib import Path

from ledger.commands.append import append
from ledger.commands.change import Changed
from ledger.errors import UsageError
from ledger.plan.text import one_line


def note(
    item: str,
    text: str,
    *,
    decision: str = "",
    because: str = "",
    dry_run: bool = False,
    ledger: Path | None = None,
) -> Changed:
    """Record what is ``text`` as an attempt of ``item`` whose result is ``info``: an analysis, or
    what was learnt. ``decision`` logs the option that a brief's work waits for and, ``because``,
    the reason; then nothing else need be said. With ``dry_run`` nothing is written.

    Raises ``UsageError`` for an item that is none, for no words, and for an option that there is
    not; ``Refused`` for what ``validate`` would refuse.
    """
    if not (one_line(text) or decision):
        raise UsageError("no-text", "a note has no words", "say what was found, or give --decision")
    if because and not decision:
        raise UsageError("usage", "--because does nothing without --decision", "leave it out")
    written = append(
        item,
        result="info",
        summary=text,
        decision=decision,
        because=because,
        dry_run=dry_run,
        ledger=ledger,
    )
    return written.as_change(dry_run=dry_run)
