"""Writing: text that came from files is made harmless for a terminal before it gets here."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ledger import errors, reports
from ledger.commands.change import Changed
from ledger.plan import text
from ledger.plan.model import Model
from ledger.reports import Line, change

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

# What steers a terminal, but for tab and newline: escape, backspace, ...
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_COLUMNS = 80  # where there is no terminal
diagnostic = errors.diagnostic


def note(said: str) -> None:
    """Write a remark to standard error."""
    diagnostic(text.visible(f"ledger: note: {said}"))


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


def changed(kind: str, value: Changed, *, dry_run: bool, as_json: bool) -> int:
    """Write what a command that changes one item returned, its notes to standard error. Returns
    the exit code."""
    for said in value.notes:
        note(said)
    result(kind, value, change.lines(value, dry_run=dry_run), as_json=as_json)
    return 0


def is_terminal() -> bool:
    """Whether standard output is a terminal, so that a layout for people fits."""
    return sys.stdout.isatty()


def console() -> Console:
    """A console on standard output that takes text as it is: no markup, no emoji codes."""
    from rich.console import Console  # over 0.1 s, for terminals only

    return Console(markup=False, emoji=False, highlight=False, file=sys.stdout)


def lines(shown: Iterable[Line | str]) -> None:
    """Write a report's lines: as they are, or styled and cut to the width of a terminal."""
    every = (Line(one) if isinstance(one, str) else one for one in shown)
    if not is_terminal():
        plain = (_wrapped(one, _COLUMNS) if one.kind == "filled" else [one.text] for one in every)
        write("".join(f"{said}\n" for lines_of in plain for said in lines_of))
        return
    from rich.text import Text

    screen = console()
    for line in every:
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
    if line.kind not in ("hung", "filled") or width < 2 * line.hang:
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
    """A function that is told how many of how many are done and draws that on standard error,
    from the first time on that it is called; None where standard error is no terminal."""
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
    """A function that shows on standard error what another program writes, without control
    characters, so that binary output does no harm there; None where that is no terminal."""
    if not sys.stderr.isatty():
        return None
    terminal = sys.stderr.fileno()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    is_there = True

    def write(data: bytes) -> None:
        nonlocal is_there
        left = memoryview(_CONTROL.sub("", decoder.decode(data)).encode())
        try:
            while left and is_there:
                left = left[os.write(terminal, left) :]
        except OSError:
            is_there = False  # the terminal is gone

    return write
