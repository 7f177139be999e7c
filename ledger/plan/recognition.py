"""Which dialect a fix plan is written in, and why."""

from typing import Final, NamedTuple

DIALECTS: Final = ("attempts", "logbook", "roadmap", "checklist")
"""Every dialect. Of two that a file is written in as much the first is its own."""


class Sign(NamedTuple):
    """What shows how a section is written. ``line``, from 1, is the first one that does,
    ``count`` how many do. What ``owns`` has all sections below its heading, too."""

    dialect: str
    line: int
    count: int  # type: ignore[assignment]  # hides a method of tuples
    reason: str
    owns: bool = False


class Recognition(NamedTuple):
    """``dialect`` is the one that most of the file is written in, or that ``is_pinned`` by the
    configuration. ``sections`` are the dialects of the document's sections, one for one, and
    ``signs`` what shows it, in the order of the file: none for a file that shows nothing."""

    dialect: str
    is_pinned: bool
    sections: tuple[str, ...]
    signs: tuple[Sign, ...]

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
