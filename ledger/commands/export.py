"""The whole typed ledger."""

from pathlib import Path

from ledger.commands import read
from ledger.commands.read import About
from ledger.plan import reader
from ledger.plan.dialect import Recognition
from ledger.plan.model import Ledger


class Export(Ledger):
    """The whole typed ledger: `Ledger.model_validate` makes it again from this."""

    ledger: About
    """The file itself."""
    recognition: Recognition
    """Which dialect the file is in, and why."""


def export(*, ledger: Path | None = None) -> Export:
    """All that a plan holds, field by field, with the bytes that each part was read from.
    ``ledger`` is the plan; by default that of the current folder. Raises UsageError for none,
    UnreadableInput for one that cannot be read."""
    opened = read.open_ledger(ledger)
    plan = opened.ledger
    return Export(
        **{name: getattr(plan, name) for name in Ledger.model_fields},
        ledger=read.about(plan, opened.path),
        recognition=reader.recognise(plan.text, opened.config.own),
    )
