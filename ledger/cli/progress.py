"""Progress on a terminal, for what may take seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


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
