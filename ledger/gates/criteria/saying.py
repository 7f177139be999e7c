"""One criterion's prose, taken apart."""

from typing import NamedTuple

from ledger.gates.model import Brief, Condition, Sprint


class Said(NamedTuple):
    """A criterion's text without its note, the note, and what it belongs to."""

    text: str
    note: str
    condition: Condition
    brief: Brief | None
    path: str

    @property
    def sprint(self) -> Sprint | None:
        """The sprint whose criterion it is."""
        sprints = self.brief.sprints if self.brief else ()
        return next((one for one in sprints if one.number == self.condition.sprint != ""), None)
