"""Two files changed so that both are old or both are new, whatever happens in between.

The file that gains is replaced first, so that at no moment anything is in neither. Before that a
journal beside the ledger says what its old bytes were. With the second file the change is done.
Who finds a journal while holding both locks knows that somebody was cut short: where the second
file is new all is done, else the first one gets its old bytes back. An edit that was made to the
second one in the meantime is none of the journal's business and stays.

A journal is untrusted: it counts only where the file that it is in is the very one that was
written here, which one that came with a clone or a copy is not, and it names no files. What it
undoes has to be what it says was written.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from ledger.errors import LedgerError, UnreadableInput
from ledger.store import Pair, files

Which = Literal["ledger", "archive"]
Change = Callable[[bytes, bytes], tuple[bytes, bytes]]

_HEAD = re.compile(
    rb"ledger journal 1\nfile (\d{1,20})\nfirst (ledger|archive)\n"
    rb"old ([0-9a-f]{64}|none)\nnew ([0-9a-f]{64})\nthen ([0-9a-f]{64})\n\n"
)
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LONGEST = 1 << 30  # bytes


class Changed(NamedTuple):
    """Both files before and after; the archive is empty where there was none."""

    old: tuple[bytes, bytes]
    new: tuple[bytes, bytes]


class Contents:
    """Ledger and archive, both locked: their bytes as they are now, and those that take their
    place when the block ends. An archive that does not exist is empty, and made."""

    def __init__(self, old: tuple[bytes, bytes]) -> None:
        self.old = old
        self.new = old


@contextmanager
def contents(pair: Pair, first: Which, *, wait_s: float = 120.0) -> Iterator[Contents]:
    """Lock and read both files; when the block ends, replace their bytes by ``new``. ``first`` is
    the one that gains. What is raised in the block passes through and nothing is written.

    Raises as ``ledger.store.content`` does. Then both files have their old bytes.
    """
    pair = _real(pair)
    with _locked(pair, wait_s):
        _settle(pair)
        with files.translated("read", pair.ledger):
            ledger, ledger_seen = files.read(pair.ledger)
        with files.translated("read", pair.archive):
            archive, archive_seen = _read(pair.archive)
        held = Contents((ledger, archive or b""))
        yield held
        steps = [
            _Step(pair.ledger, ledger, held.new[0], ledger_seen),
            _Step(pair.archive, archive, held.new[1], archive_seen),
        ]
        if first == "archive":
            steps.reverse()
        if steps[0].is_needed and steps[1].is_needed:
            _write(pair, first, steps[0], steps[1])
        else:
            for step in steps:
                step.take()


def update(pair: Pair, change: Change, first: Which, *, wait_s: float = 120.0) -> Changed:
    """Replace both files by what ``change`` makes of ledger and archive, as ``contents`` does."""
    with contents(pair, first, wait_s=wait_s) as held:
        held.new = change(*held.old)
    return Changed(held.old, held.new)


def settle(pair: Pair, *, wait_s: float = 120.0) -> None:
    """Undo a change that was cut short, if one was.

    Raises LedgerError (``cut-short``) where that would undo an edit that somebody made in the
    meantime, UnreadableInput for a journal that was not written here.
    """
    pair = _real(pair)
    with _locked(pair, wait_s):
        _settle(pair)


class _Step(NamedTuple):
    """One file's turn. ``old`` is None where it does not exist."""

    real: Path
    old: bytes | None
    new: bytes
    seen: os.stat_result | None

    @property
    def is_needed(self) -> bool:
        return self.new != (self.old or b"")

    def take(self) -> None:
        if not self.is_needed:
            return
        with files.translated("write", self.real):
            if self.seen is None:
                files.place_new(self.real, self.new)
            else:
                files.replace(self.real, self.new, self.seen)


def _write(pair: Pair, which: Which, first: _Step, second: _Step) -> None:
    journal = files.journal_of(pair.ledger)
    try:
        _note(journal, which, first, second)
        first.take()
        second.take()
    except BaseException:
        _settle(pair)
        raise
    with files.translated("write", journal):
        files.discard(journal)
        files.flush_folder(journal)


def _note(journal: Path, which: Which, first: _Step, second: _Step) -> None:
    def head(descriptor: int) -> bytes:
        lines = (
            "ledger journal 1",
            f"file {os.fstat(descriptor).st_ino}",
            f"first {which}",
            f"old {_digest(first.old)}",
            f"new {_digest(first.new)}",
            f"then {_digest(second.new)}",
        )
        return "".join(f"{line}\n" for line in (*lines, "")).encode() + (first.old or b"")

    with files.translated("write", journal):
        files.place_new(journal, head, 0o600)


# After a journal was left


def _settle(pair: Pair) -> None:
    """With both locks held."""
    journal = files.journal_of(pair.ledger)
    for leftover in (*pair, journal):
        with files.translated("write", leftover):
            files.discard(files.temporary_of(leftover))
    with files.translated("read", journal):
        found = _journal(journal)
    if found is None:
        return
    which, old, digests = found
    first, second = pair if which == "ledger" else (pair.archive, pair.ledger)
    with files.translated("read", second):
        is_done = _digest(_read(second)[0]) == digests[2]
    with files.translated("read", first):
        now, seen = _read(first)
    if not is_done and _digest(now) == digests[1]:
        with files.translated("write", first):
            if old is None:
                files.discard(first)
                files.flush_folder(first)
            elif seen is not None:
                files.replace(first, old, seen)
    elif not is_done and _digest(now) != digests[0]:
        raise LedgerError(
            "cut-short",
            f"{first}: was edited after a change of it and {second.name} was cut short; what was"
            f" to be moved may stand in both",
            f"compare the two, then delete {journal}",
        )
    with files.translated("write", journal):
        files.discard(journal)
        files.flush_folder(journal)


def _journal(journal: Path) -> tuple[Which, bytes | None, tuple[str, str, str]] | None:
    """Which file came first, its old bytes, and the digests of old, new, and the second's new."""
    try:
        descriptor = os.open(journal, _FLAGS)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        seen = os.fstat(file.fileno())
        data = file.read(_LONGEST) if os.path.isfile(journal) else b""
    head = _HEAD.match(data)
    if not head or int(head[1]) != seen.st_ino:
        raise _foreign(journal)
    old = data[head.end() :] if head[3] != b"none" else None
    digests = head[3].decode(), head[4].decode(), head[5].decode()
    if _digest(old) != digests[0]:
        raise _foreign(journal)
    return "ledger" if head[2] == b"ledger" else "archive", old, digests


def _foreign(journal: Path) -> UnreadableInput:
    return UnreadableInput(
        "foreign-journal",
        f"{journal}: expected what a change of two files leaves when it is cut short, found"
        " something that was not written here",
        "delete it; nothing is in it that is not in the ledger, its archive or git",
    )


def _digest(data: bytes | None) -> str:
    return "none" if data is None else hashlib.sha256(data).hexdigest()


# Places


def _real(pair: Pair) -> Pair:
    ledger = files.resolve(pair.ledger)
    with files.translated("read", pair.archive):
        archive = Path(os.path.realpath(pair.archive))
        if archive == ledger:
            raise UnreadableInput("same-file", f"{archive}: is the ledger itself, not its archive")
        os.makedirs(archive.parent, exist_ok=True)
    return Pair(ledger, archive)


def _read(real: Path) -> tuple[bytes | None, os.stat_result | None]:
    try:
        return files.read(real)
    except FileNotFoundError:
        return None, None


@contextmanager
def _locked(pair: Pair, wait_s: float) -> Iterator[None]:
    """Both locks, always the ledger's first: nobody waits for one who waits for them."""
    with files.locked(pair.ledger, wait_s), files.locked(pair.archive, wait_s):
        yield
