"""Writing: text that came from files is made harmless for a terminal before it gets here."""

from __future__ import annotations

import errno
import io
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from rich.console import Console

    from ledger.reports.lines import Line


def write(lines: str, is_utf8: bool = False) -> None:
    """Write to standard output, ``lines`` ending in a newline or empty, in the encoding of the
    locale or in UTF-8. A reader that has gone away (``| head``) has what it wanted."""
    try:
        if is_utf8 and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write(lines)
        sys.stdout.flush()
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        _drop_output()


def document(data: Any) -> None:
    """Write one JSON document."""
    from ledger.reports.documents import dumps  # json, for those who ask for it

    write(dumps(data), is_utf8=True)


def diagnostic(line: str) -> None:
    """Write one line to standard error."""
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody listens, and there is no other place to say so


def is_terminal() -> bool:
    """Whether standard output is a terminal, so that a layout for people fits."""
    return sys.stdout.isatty()


def console() -> Console:
    """A console on standard output that takes text as it is: no markup, no emoji codes."""
    from rich.console import Console  # over 0.1 s, for terminals only

    return Console(markup=False, emoji=False, highlight=False, file=sys.stdout)


def _drop_output() -> None:
    """Let what is still to be written, also by the interpreter at exit, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):
        pass
    finally:
        os.close(nowhere)


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
    import textwrap  # for terminals only

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
