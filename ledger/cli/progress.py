"""Progress on a terminal, for what may take seconds."""

from __future__ import annotations

import codecs
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# What steers a terminal, but for tab and newline: escape, backspace, ...
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


@contextmanager
def shown(what: str) -> Iterator[Callable[[int, int], None] | None]:
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
