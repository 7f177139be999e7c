"""How one file is read, locked and replaced.

Both helper files lie in the folder of the real file and carry its name: ``.NAME.lock`` and
``.NAME.ledger-tmp``. What a killed process leaves of them never blocks: the system drops its
lock, and whoever holds the lock next knows that a temporary file is a leftover.
"""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import LedgerError, UnreadableInput, UsageError, why

_LOCK_FLAGS = os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TEMPORARY_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


def resolve(path: Path) -> Path:
    """The file behind ``path``, links followed. Raises UnreadableInput where there is none."""
    with translated("read", path):
        real = Path(os.path.realpath(path, strict=True))
        _require_file(real, os.stat(real))
    return real


def read(real: Path) -> tuple[bytes, os.stat_result]:
    """What the file holds, and what it was when it was read."""
    # O_NONBLOCK: opening a FIFO must not wait for somebody who writes into it.
    descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        seen = os.fstat(descriptor)
        _require_file(real, seen)
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(), seen
    finally:
        os.close(descriptor)


def _require_file(real: Path, seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise UnreadableInput("not-a-file", f"{real}: expected a file, found something else")


def replace(real: Path, data: bytes, seen: os.stat_result) -> None:
    """Put ``data`` in the place of ``real``, if that is still the file that was ``seen``."""
    if not os.access(real, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        # A folder we may write to would let us replace a file that its owner made read-only.
        raise PermissionError(None, "Permission denied")
    temporary = temporary_of(real)
    try:
        _write(temporary, data, seen)
        if identity(os.stat(real)) != identity(seen):
            raise LedgerError(
                "changed-meanwhile",
                f"{real}: another program saved the file while it was being changed",
                "nothing was written; run the command again",
            )
        os.replace(temporary, real)
    except BaseException:
        discard(temporary)
        raise
    flush_folder(real)


def place_new(real: Path, data: bytes | Callable[[int], bytes], mode: int = 0o666) -> None:
    """Write a file that is not there yet. ``data`` may be made from the open descriptor. Raises
    UsageError where one came in the meantime."""
    temporary = temporary_of(real)
    try:
        _write(temporary, data, None, mode)
        # A link, unlike a rename, fails when somebody without our lock was faster.
        os.link(temporary, real)
    except FileExistsError:
        raise already_there(real) from None
    finally:
        discard(temporary)
    flush_folder(real)


def _write(
    temporary: Path,
    data: bytes | Callable[[int], bytes],
    like: os.stat_result | None,
    mode: int = 0o600,
) -> None:
    descriptor = os.open(temporary, _TEMPORARY_FLAGS, mode)
    try:
        if like:
            _keep_owner(descriptor, like)
            os.fchmod(descriptor, stat.S_IMODE(like.st_mode))
        rest = memoryview(data if isinstance(data, bytes) else data(descriptor))
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_owner(descriptor: int, like: os.stat_result) -> None:
    own = os.fstat(descriptor)
    if own.st_gid != like.st_gid:
        with suppress(PermissionError):
            os.fchown(descriptor, -1, like.st_gid)
    if own.st_uid != like.st_uid:
        with suppress(PermissionError):
            os.fchown(descriptor, like.st_uid, -1)


def flush_folder(real: Path) -> None:
    """Have the folder of ``real`` on disk, so that a power cut does not undo a rename."""
    try:
        descriptor = os.open(real.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UnreadableInput(
            "not-flushed",
            f"{real}: written, but its folder could not be flushed to disk: {why(error)}",
            "after a power cut the old file may come back",
        ) from error


def identity(seen: os.stat_result) -> tuple[int, ...]:
    """What tells a file from another one, and from itself after a change."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


@contextmanager
def locked(real: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock of ``real``; wait for it up to ``wait_s`` seconds."""
    with translated("lock", real):
        lock = lock_of(real)
        descriptor = _acquire(lock, real, wait_s)
    try:
        yield
    finally:
        try:
            _remove(lock, descriptor)
        finally:
            os.close(descriptor)


def _remove(lock: Path, descriptor: int) -> None:
    """Remove the lock file while it is still held: whoever has it open sees in ``_acquire``
    that the name no longer leads to it. A file with content is not ours to remove."""
    with suppress(OSError):
        held = os.fstat(descriptor)
        if held.st_size == 0 and os.path.samestat(held, os.lstat(lock)):
            os.unlink(lock)


def _acquire(lock: Path, real: Path, wait_s: float) -> int:
    started = time.monotonic()
    while True:
        descriptor = os.open(lock, _LOCK_FLAGS, 0o644)
        try:
            if _try_lock(descriptor, lock):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        waited = time.monotonic() - started
        if waited >= wait_s:
            raise LedgerError(
                "locked",
                f"{real}: another process has held the lock for {wait_s:g} s",
                "nothing was written; run the command again when it has finished",
            )
        # Who has waited longer asks more often, so that nobody starves in a crowd.
        time.sleep(max(0.002, 0.02 / (1 + waited)))


def _try_lock(descriptor: int, lock: Path) -> bool:
    held = os.fstat(descriptor)
    if not stat.S_ISREG(held.st_mode):
        raise UnreadableInput(
            "not-a-lock", f"{lock}: expected a lock file, found something else", "move it away"
        )
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        named = os.lstat(lock)
    except (BlockingIOError, FileNotFoundError):
        return False
    return os.path.samestat(held, named)


def temporary_of(real: Path) -> Path:
    """The file that is written before it takes the place of ``real``."""
    return real.with_name(f".{real.name}.ledger-tmp")


def lock_of(real: Path) -> Path:
    """The file beside ``real`` that its lock is taken on."""
    return real.with_name(f".{real.name}.lock")


def journal_of(real: Path) -> Path:
    """The file beside the ledger ``real`` that tells how to undo a change of two files."""
    return real.with_name(f".{real.name}.ledger-journal")


def discard(temporary: Path) -> None:
    """Remove a leftover, where there is one."""
    with suppress(FileNotFoundError):
        os.unlink(temporary)


def already_there(real: Path) -> UsageError:
    """What to raise where a new file was to be written."""
    return UsageError("exists", f"{real}: expected no such file, found one", "nothing was written")


@contextmanager
def translated(verb: str, path: Path) -> Iterator[None]:
    """Say of a failure of the system what could not be done with which file."""
    try:
        yield
    except OSError as error:
        raise UnreadableInput(
            f"cannot-{verb}", f"{path}: cannot {verb} the file: {why(error)}", "it is unchanged"
        ) from error
    except ValueError as error:  # a NUL in the name
        raise UnreadableInput(f"cannot-{verb}", f"{path}: {error}") from error
