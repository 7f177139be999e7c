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

from ledger.git import log
from ledger.plan import dialects, places, pointers, reader, text
from ledger.plan.dialects.attempts.outcomes import entry_of, step_of
from ledger.plan.dialects.attempts.piecewise import Pieces
from ledger.plan.model import Attempt, Item, Ledger, Span
from ledger.plan.processes import processors
from ledger.plan.version import Entry, ItemVersion, Row, Version

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

Progress = Callable[[int, int], None]
"""Told how many versions of how many have been read."""
# A second process is not worth its start for fewer.
_FEWEST: Final = 100
_BLOCK: Final = 8192  # bytes that are compared at once


class Versions:
    """Reads versions of one file: those in the main dialect alone piece by piece, those that
    another one is in whole."""

    def __init__(self, own: Conventions | None = None) -> None:
        self._own = own
        self._pieces = Pieces(own)
        self._last: Ledger | None = None
        self._items: dict[ItemVersion, ItemVersion] = {}
        self._plain: bytes | None = None  # the last version, if no other dialect is in it

    def read(self, data: bytes) -> Version:
        """The version that ``data`` is."""
        version = self._read(data)
        return version._replace(points=True) if pointers.KEYED in data else version

    def _read(self, data: bytes) -> Version:
        if self._may_mix(data):
            self._last = reader.read(data, self._last, self._own)
            return self._whole(self._last)
        return self._pieces.read(data)

    def _may_mix(self, data: bytes) -> bool:
        """Whether another dialect can be in ``data``. Where the version before held none, only
        the lines are looked at that are new."""
        changed = _changed(self._plain, data) if self._plain else data
        found = dialects.may_mix(changed, self._own)
        self._plain = None if found or b"\r" in data else data
        return found

    def _whole(self, ledger: Ledger) -> Version:
        items = [self._item(ledger, item) for item in ledger.items]
        sections = [
            (item.span.start_byte, item.id)
            for item in ledger.items
            if not places.is_listed(ledger, item)
        ]
        loose: list[tuple[str | None, Entry]] = []
        for attempt in ledger.loose:
            above = [name for start, name in sections if start < attempt.span.start_byte]
            loose.append((attempt.item or (above[-1] if above else None), entry_of(attempt)))
        return Version(
            len(ledger.text),
            len(text.line_starts(ledger.text)) - 1 if ledger.text else 0,
            ledger.last_updated.value if ledger.last_updated else None,
            tuple(self._items.setdefault(item, item) for item in items),
            tuple(loose),
            tuple(
                Row(row.id, row.status, row.status_text, _is_table(ledger, row.span))
                for row in ledger.index
            ),
            sum(unread.kind == "attempt" for unread in ledger.unread),
        )

    def _item(self, ledger: Ledger, item: Item) -> ItemVersion:
        return ItemVersion(
            item.id,
            item.title,
            item.priority,
            item.status,
            item.status_text,
            tuple(_entry_of(item, attempt) for attempt in item.attempts),
            tuple(map(step_of, item.actions)),
            places.is_listed(ledger, item),
        )


def _entry_of(item: Item, attempt: Attempt) -> Entry:
    """The entry that an attempt is. Where a dialect has no numbers its date makes it one."""
    entry = entry_of(attempt)
    is_own = item.dialect in ("logbook", "roadmap") and attempt.number is None
    return entry._replace(form="dated") if is_own and attempt.date else entry


def _is_table(ledger: Ledger, row: Span) -> bool:
    return ledger.text[row.start_byte : row.end_byte].lstrip()[:1] not in (b"-", b"*", b"+")


def _changed(old: bytes, new: bytes) -> bytes:
    """The lines of ``new`` from the first to the last one that is not where ``old`` has it."""
    most = min(len(old), len(new))
    start = _alike(most, lambda a, b: old[a:b] == new[a:b])
    was, now = len(old), len(new)
    stop = _alike(most - start, lambda a, b: old[was - b : was - a] == new[now - b : now - a])
    begin = new.rfind(b"\n", 0, start) + 1
    end = new.find(b"\n", now - stop)
    return new[begin : end if end >= 0 else now]


def _alike(most: int, is_same: Callable[[int, int], bool]) -> int:
    """How many bytes, up to ``most``, are the same; ``is_same`` says it of bytes ``a`` to ``b``."""
    at = 0
    while at < most and is_same(at, min(at + _BLOCK, most)):
        at += _BLOCK
    low, high = min(at, most), min(at + _BLOCK, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if is_same(at, middle) else (low, middle - 1)
    return low


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
    versions = Versions(own)
    missing = [name for name in names if name not in found]
    for done, (name, data) in enumerate(log.contents(root, missing), len(found) + 1):
        if data is not None:
            found[name] = versions.read(data)
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
        versions = Versions(own)
        for name, data in log.contents(root, names):
            if data is not None:
                found[name] = versions.read(data)
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
        versions = Versions(own)
        found = {}
        for name, data in log.contents(root, names[::-1]):
            if data is not None:
                found[name] = versions.read(data)
            shared[1] += 1
            if shared[0] + shared[1] >= len(names):
                break
        sender.send(found)
    except BaseException:  # noqa: BLE001 - the first process does what is missing
        os._exit(1)
