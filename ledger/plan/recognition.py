"""Which dialect a fix plan is written in, and why."""

from typing import Final

from ledger.plan.model import Model

DIALECTS: Final = ("attempts", "logbook", "roadmap", "checklist")
"""Every dialect. Of two that a file is written in as much the first is its own."""


class Sign(Model):
    """What shows in which dialect a section is written."""

    dialect: str
    """The dialect."""
    line: int
    """The first line that shows it."""
    count: int
    """How many lines do."""
    reason: str
    """What it is."""
    owns: bool = False
    """Whether all sections below its heading are written in it, too."""


class Recognition(Model):
    """Which dialect the file is written in, and why. A section without a sign is read as those
    above it, or as most of the file."""

    dialect: str
    """The one that most of the file is written in."""
    is_pinned: bool
    """Whether `[tool.ledger] dialect` says so."""
    sections: tuple[str, ...]
    """The dialects of the document's sections, one for one."""
    signs: tuple[Sign, ...]
    """What shows it, in the order of the file; empty for a file that shows none."""

    @property
    def is_mixed(self) -> bool:
        """Whether more than one dialect is in it."""
        return len(set(self.sections)) > 1

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, in words: one line for each dialect that is in the file, the main one first."""
        if self.is_pinned:
            return (f"{self.dialect} (set in [tool.ledger])",)
        if not self.signs:
            return (f"{self.dialect} (no line shows any)",)
        found: dict[str, list[Sign]] = {self.dialect: []}
        for sign in self.signs:
            found.setdefault(sign.dialect, []).append(sign)
        return tuple(_told(name, signs) for name, signs in found.items())


def _told(dialect: str, signs: list[Sign]) -> str:
    first = signs[0]
    more = len(signs) - 1
    others = f"; {more} more {'sign' if more == 1 else 'signs'}" if more else ""
    return f"{dialect} (line {first.line}: {first.reason}{others})"
