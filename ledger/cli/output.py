"""Writing: text that came from files is made harmless for a terminal before it gets here."""

from __future__ import annotations

import codecs
import io
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ledger import errors, reports
from ledger.plan import text
from ledger.plan.model import Model
from ledger.reports import Line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

COLUMNS = 80  # where there is no terminal
_is_forced = ContextVar("colour", default=False)
diagnostic = errors.diagnostic


def note(words: str) -> None:
    """Write a remark to standard error."""
    diagnostic(text.visible(f"ledger: note: {words}"))


def write(content: str, is_utf8: bool = False) -> None:
    """Write to standard output, in the encoding of the locale or in UTF-8."""
    if is_utf8 and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    errors.write(content)


def json(data: Any) -> None:
    """Write a value as JSON."""
    write(reports.dumps(data), is_utf8=True)


def document(kind: str, value: Model) -> None:
    """Write the JSON document of what the command ``kind`` returned."""
    json(reports.document(kind, value))


def result(kind: str, value: Model, shown: Iterable[Line | str], *, as_json: bool) -> None:
    """Write what the command ``kind`` returned: as its document, or as the lines of a report."""
    if as_json:
        document(kind, value)
    else:
        lines(shown)


def is_terminal() -> bool:
    """Whether standard output is a terminal, so that a layout for people fits."""
    return sys.stdout.isatty()


def force_color(is_wanted: bool = True) -> None:
    """Use colours from now on, whatever standard output is, or no longer."""
    _is_forced.set(is_wanted)


def console() -> Console:
    """A console on standard output that takes text as it is: no markup, no emoji codes."""
    from rich.console import Console  # over 0.1 s, for terminals and colours only

    color: dict[str, Any] = {"no_color": False, "color_system": "standard"}
    return Console(
        markup=False,
        emoji=False,
        highlight=False,
        file=sys.stdout,
        width=None if is_terminal() else COLUMNS,
        force_terminal=_is_forced.get() or None,  # rich knows FORCE_COLOR and NO_COLOR
        **(color if _is_forced.get() else {}),
    )


def lines(shown: Iterable[Line | str]) -> None:
    """Write a report's lines: as they are, or on a terminal cut or wrapped to its width; styled
    there, and where colours are asked for."""
    every = (Line(line) if isinstance(line, str) else line for line in shown)
    every = (line._replace(text=text.visible(line.text)) for line in every)
    if not (is_terminal() or _is_forced.get() or os.environ.get("FORCE_COLOR")):
        write("".join(f"{row}\n" for line in every for row in _wrapped(line, None)))
        return
    from rich.text import Text

    screen = console()
    width = screen.width if is_terminal() else None
    with screen.capture() as drawn:  # rich ends the program where nobody reads what it writes
        for line in every:
            first, *others = _wrapped(line, width)
            head = Text(first, style="bold" if line.kind == "heading" else "")
            for start, end, style in line.accents:
                head.stylize(style, start, end)
            if line.kind == "cut":
                screen.print(head, no_wrap=True, overflow="ellipsis", crop=True)
                continue
            for row in (head, *map(Text, others)):
                screen.print(row, soft_wrap=True)
    write(drawn.get())


def _wrapped(line: Line, columns: int | None) -> list[str]:
    """The line, or where it is to be hung the lines of a terminal, None for a pipe; no word is
    broken."""
    width = columns or COLUMNS
    if columns is None and line.kind == "cut" and len(line.text) > width:
        return [f"{line.text[: width - 1]}…"]
    kinds = ("filled",) if columns is None else ("hung", "filled")
    if line.kind not in kinds or width < 2 * line.hang:
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


# What may take seconds, on a terminal


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A function that is called with how many of how many are done and draws that on standard
    error, from its first call on; None where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    drawn: list[tuple[Progress, TaskID]] = []

    def tell(done: int, of: int) -> None:
        if not drawn:
            drawn.append(_started(what))
        bar, task = drawn[0]
        bar.update(task, completed=done, total=of)

    try:
        yield tell
    finally:
        for bar, _ in drawn:
            bar.stop()


def _started(what: str) -> tuple[Progress, TaskID]:
    from rich.console import Console  # over 0.1 s, for terminals only
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task(what, total=None)


def echo() -> Callable[[bytes], None] | None:
    """A function that shows on standard error what another program writes, without controls and
    bidirectional marks, so that it can neither harm nor deceive there: each carriage return begins
    a new line. None where standard error is no terminal."""
    if not sys.stderr.isatty():
        return None
    terminal = sys.stderr.fileno()
    decoder = io.IncrementalNewlineDecoder(
        codecs.getincrementaldecoder("utf-8")("replace"), translate=True
    )
    is_there = True

    def write(data: bytes) -> None:
        nonlocal is_there
        left = memoryview(text.plain(decoder.decode(data)).encode())
        try:
            while left and is_there:
                left = left[os.write(terminal, left) :]
        except OSError:
            is_there = False  # the terminal is gone

    return write
