"""Writing: text that came from files is made harmless for a terminal before it gets here."""

from __future__ import annotations

import io
import sys
import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ledger import errors
from ledger.errors import diagnostic
from ledger.reports.documents import dumps
from ledger.reports.lines import Line

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["console", "diagnostic", "document", "is_terminal", "lines", "write"]


def write(text: str, is_utf8: bool = False) -> None:
    """Write to standard output, in the encoding of the locale or in UTF-8."""
    if is_utf8 and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    errors.write(text)


def document(data: Any) -> None:
    """Write one JSON document."""
    write(dumps(data), is_utf8=True)


def is_terminal() -> bool:
    """Whether standard output is a terminal, so that a layout for people fits."""
    return sys.stdout.isatty()


def console() -> Console:
    """A console on standard output that takes text as it is: no markup, no emoji codes."""
    from rich.console import Console  # over 0.1 s, for terminals only

    return Console(markup=False, emoji=False, highlight=False, file=sys.stdout)


def lines(shown: Iterable[Line]) -> None:
    """Write a report's lines: as they are, or styled and cut to the width of a terminal."""
    if not is_terminal():
        write("".join(f"{line.text}\n" for line in shown))
        return
    from rich.text import Text

    screen = console()
    for line in shown:
        first, *others = _wrapped(line, screen.width)
        said = Text(first, style="bold" if line.kind == "heading" else "")
        if line.accent:
            start, end, style = line.accent
            said.stylize(style, start, end)
        if line.kind == "cut":
            screen.print(said, no_wrap=True, overflow="ellipsis", crop=True)
            continue
        for one in (said, *map(Text, others)):
            screen.print(one, soft_wrap=True)


def _wrapped(line: Line, width: int) -> list[str]:
    """The line, or where it is to be hung the lines of a terminal; no word is broken."""
    if line.kind != "hung" or width < 2 * line.hang:
        return [line.text]
    start = len(line.text) - len(line.text.lstrip())
    words = textwrap.wrap(
        line.text.lstrip(),
        width,
        initial_indent=" " * start,
        subsequent_indent=" " * line.hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return words or [line.text]
