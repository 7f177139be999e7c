"""What reports for people consist of."""

from collections.abc import Iterator
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


def section(title: str) -> tuple[Line, Line]:
    """An empty line and a heading."""
    return Line(""), Line(title, "heading")


def accented(before: str, word: str, after: str) -> Line:
    """A line with one word in the style of a verdict, severity or state."""
    start, style = len(before), _STYLES.get(word)
    return Line(before + word + after, accent=(start, start + len(word), style) if style else None)


def cut(words: str) -> str:
    """The first 300 characters of one line."""
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"


def name_of(item: str | None, number: int | None) -> str:
    """``ITEM#3``, as it is typed."""
    return f"{item or 'no item'}{'' if number is None else f'#{number}'}"


def diff(change: str) -> Iterator[Line]:
    """The lines of a diff, as a terminal can show them."""
    return (Line(visible(line)) for line in change.split("\n")[:-1])


_LONGEST: Final = 300  # characters of a text that is one of many
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
