"""The only writer.

A file is changed under a lock that lies beside it, from the bytes read under that lock, by
way of a temporary file that replaces the old one whole. A reader, or the next writer after a
power cut, sees the old file or the new one and nothing between. ``ledger.store.both`` changes two
files so that both are old or both are new.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ledger.store import files


class Pair(NamedTuple):
    """A ledger and its archive, which a command may change together. Neither need exist."""

    ledger: Path
    archive: Path


class Content:
    """One file, locked: its bytes as they are now, and those that take their place when the
    block ends. Left as they are, nothing is written."""

    def __init__(self, old: bytes) -> None:
        self.old = old
        self.new = old


@contextmanager
def content(path: Path, *, pair: Pair | None = None, wait_s: float = 120.0) -> Iterator[Content]:
    """Lock ``path`` and read it; when the block ends, replace its bytes by ``new``.

    What is raised in the block (``Refused``, say) passes through and nothing is written. Mode
    and, where the system allows it, owner are kept; a symbolic link stays one. Where a change of
    both files of the ``pair`` that ``path`` belongs to was cut short, that is settled first.

    Raises ``UnreadableInput`` when the file cannot be read or written, ``LedgerError``
    (``locked``) when another process holds the lock for ``wait_s`` seconds, and
    ``LedgerError`` (``changed-meanwhile``) when somebody who takes no lock, an editor for
    instance, saved the file after it was read. The file keeps its old bytes each time.
    """
    real = files.resolve(path)
    is_settled = False
    while True:
        with files.locked(real, wait_s):
            # Who changes both holds both locks: a journal under ours is a leftover.
            if pair is None or not (is_cut_short(pair) if is_settled else _is_left(pair)):
                with files.translated("read", real):
                    files.discard(files.temporary_of(real))
                    old, seen = files.read(real)
                changed = Content(old)
                yield changed
                if changed.new != old:
                    with files.translated("write", real):
                        files.replace(real, changed.new, seen)
                return
        from ledger.store import both

        both.settle(pair, wait_s=wait_s)
        is_settled = True


def update(
    path: Path,
    change: Callable[[bytes], bytes],
    *,
    pair: Pair | None = None,
    wait_s: float = 120.0,
) -> tuple[bytes, bytes]:
    """Replace the bytes of ``path`` by what ``change`` makes of them; return (old, new).

    ``change`` is called once, under the lock. All else is as with ``content``.
    """
    with content(path, pair=pair, wait_s=wait_s) as held:
        held.new = change(held.old)
    return held.old, held.new


def is_cut_short(pair: Pair) -> bool:
    """Whether a change of both files is under way or was cut short: where nobody is at it, what
    was to be in one of them is in both. The next writer settles it."""
    return os.path.lexists(files.journal_of(Path(os.path.realpath(pair.ledger))))


def _is_left(pair: Pair) -> bool:
    """Whether anything lies there that a change of both files may have left."""
    ledger, archive = (Path(os.path.realpath(file)) for file in pair)
    journal = files.journal_of(ledger)
    left = (
        journal,
        files.temporary_of(journal),
        files.lock_of(archive),
        files.temporary_of(archive),
    )
    return any(map(os.path.lexists, left))


def create(path: Path, data: bytes, *, wait_s: float = 120.0) -> None:
    """Write a new file. Its folder must exist and the file must not (``UsageError``)."""
    with files.translated("write", path):
        real = Path(os.path.realpath(path.parent), path.name)
    with files.locked(real, wait_s), files.translated("write", real):
        files.discard(files.temporary_of(real))
        if os.path.lexists(real):
            raise files.already_there(real)
        files.place_new(real, data)
