"""What reports for people consist of."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from ledger.plan.text import visible


class Line(NamedTuple):
    """One line to print. ``kind`` ``cut``: on a terminal no longer than its width; ``hung``:
    wrapped there, with ``hang`` blanks before what is left over. ``accent``: from where to where
    a terminal shows it in which style."""

    text: str
    kind: Literal["heading", "cut", "hung", "whole"] = "whole"
    hang: int = 0
    accent: tuple[int, int, str] | None = None


def accented(before: str, word: str, after: str, style: str = "") -> Line:
    """A line with one word in a style, by default that of a verdict or severity."""
    start = len(before)
    shown = style or _STYLES.get(word, "")
    return Line(before + word + after, accent=(start, start + len(word), shown) if shown else None)


def hung(line: Line, indent: int) -> Line:
    """The line, wrapped on a terminal with ``indent`` blanks before what is left over."""
    return line._replace(kind="hung", hang=indent)


def listed(parts: Iterable[str]) -> str:
    """``a, b, c``."""
    return ", ".join(parts)


def diff(change: str) -> Iterator[Line]:
    """The lines of a diff, as a terminal can show them."""
    return (Line(visible(line)) for line in change.split("\n")[:-1])


_STYLES: Final = {
    "error": "bold red",
    "warning": "yellow",
    "contradicted": "bold red",
    "unverifiable": "yellow",
    "supported": "green",
    "unmet": "bold red",
    "unknown": "yellow",
    "met": "green",
    "missing": "bold red",
    "untracked": "yellow",
    "ignored": "yellow",
    "outside": "yellow",
    "placeholder": "yellow",
}
