"""The versions of one ledger from its repository, by two processes where there are two
processors: one from the oldest on, the other from the newest back, until they meet."""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.dialects.attempts.piecewise import Pieces
from ledger.links import log
from ledger.models.version import Version
from ledger.processes import processors

if TYPE_CHECKING:
    from ledger.models.conventions import Conventions

Progress = Callable[[int, int], None]
"""Told how many versions of how many have been read."""
# A second process is not worth its start for fewer.
_FEWEST: Final = 100


def read_versions(
    root: Path,
    names: Sequence[str],
    progress: Progress | None = None,
    own: Conventions | None = None,
) -> dict[str, Version]:
    """The version that each blob of ``names`` is, read with the project's ``own`` words, but for
    those that the repository does not hold. Names of neighbours in history should stand side by
    side."""
    found: dict[str, Version] = {}
    if len(names) >= _FEWEST and processors() > 1:
        with suppress(OSError, ValueError):  # no second process to be had
            found = _by_two(root, names, progress, own)
    pieces = Pieces(own)
    missing = [name for name in names if name not in found]
    for done, (name, data) in enumerate(log.contents(root, missing), len(found) + 1):
        if data is not None:
            found[name] = pieces.read(data)
        if progress:
            progress(done, len(names))
    return found


def _by_two(
    root: Path, names: Sequence[str], progress: Progress | None, own: Conventions | None
) -> dict[str, Version]:
    """What both have read. The other process may fail: then something is missing."""
    context = multiprocessing.get_context("fork")
    shared = memoryview(mmap.mmap(-1, 16)).cast("Q")  # how many each has read
    receiver, sender = context.Pipe(duplex=False)
    other = context.Process(target=_backwards, args=(root, names, own, shared, sender), daemon=True)
    other.start()
    sender.close()
    found: dict[str, Version] = {}
    try:
        pieces = Pieces(own)
        for name, data in log.contents(root, names):
            if data is not None:
                found[name] = pieces.read(data)
            shared[0] += 1
            done = min(shared[0] + shared[1], len(names))
            if progress:
                progress(done, len(names))
            if done == len(names):
                break
        with suppress(EOFError):
            found |= receiver.recv()
    finally:
        other.kill()
        other.join()
        receiver.close()
    return found


def _backwards(
    root: Path,
    names: Sequence[str],
    own: Conventions | None,
    shared: memoryview,
    sender: Connection,
) -> None:  # pragma: no cover - in a process of its own
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback of ours
    try:
        pieces = Pieces(own)
        found = {}
        for name, data in log.contents(root, names[::-1]):
            if data is not None:
                found[name] = pieces.read(data)
            shared[1] += 1
            if shared[0] + shared[1] >= len(names):
                break
        sender.send(found)
    except BaseException:  # noqa: BLE001 - the first process does what is missing
        os._exit(1)
