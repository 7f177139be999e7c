"""The only writer: a file, or a ledger and its archive together, changed whole or not at all.

A file is changed under a lock that lies beside it, from the bytes read under that lock, by
way of a temporary file that replaces the old one whole. A reader, or the next writer after a
power cut, sees the old file or the new one and nothing between. What a killed process leaves
never blocks: the system drops its lock, and whoever holds the lock next knows that a temporary
file is a leftover.

Of two files the one that gains is replaced first, so that at no moment anything is in neither.
Before that a journal beside the ledger says what its old bytes were. With the second file the
change is done. Who finds a journal while holding both locks knows that somebody was cut short:
where the second file is new all is done, else the first one gets its old bytes back. An edit
that was made to the second one in the meantime is none of the journal's business and stays.

A journal is untrusted: it counts only where the file that it is in is the very one that was
written here, which one that came with a clone or a copy is not, and it names no files. What it
undoes has to be what it says was written.
"""

import errno
import hashlib
import os
import platform
import re
import stat
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Final, Generic, Literal, NamedTuple, TypeVar

from ledger.errors import (
    LedgerError,
    PlanWarning,
    UnreadableInput,
    UsageError,
    has_written,
    why,
)
from ledger.plan import text

Which = Literal["ledger", "archive"]
T = TypeVar("T")
Both = tuple[bytes, bytes]


def _flags(*names: str) -> int:
    """Flags for ``os.open``, without those that the system does not have."""
    return sum(getattr(os, f"O_{name}", 0) for name in (*names, "BINARY", "CLOEXEC"))


_LOCK_FLAGS: Final = _flags("CREAT", "NOFOLLOW", "NONBLOCK")
_READ_FLAGS: Final = _flags("RDONLY", "NONBLOCK")
_TEMPORARY_FLAGS: Final = _flags("WRONLY", "CREAT", "EXCL", "NOFOLLOW")
_JOURNAL_FLAGS: Final = _flags("RDONLY", "NOFOLLOW", "NONBLOCK")
_FOLDER_FLAGS: Final = _flags("RDONLY", "DIRECTORY")
# Who holds a lock, as in `ledger: process 4711 on build-7 since 2026-11-30T12:00:00Z`. It stands
# behind a line end, the byte that Windows lets nobody else read while the lock is held.
# e.g. "ledger: process 4711 on host.example since 2026-01-02T10:00:00Z\n"
_HOLDER: Final = re.compile(
    rb"\n?ledger: (process \d{1,10} on [\w.-]{1,255}) since ([0-9T:-]{1,20}Z)\n\Z"
)
_MOST_TURNS: Final = 10  # of others, each as long as it may be
# What systems say of a folder that cannot be flushed: Windows, network and user-space file systems.
_NO_FLUSH: Final = frozenset(
    {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES, errno.EPERM}
)
LARGEST: Final = 1 << 28
"""Bytes of a file that is read whole."""
_LONGEST_JOURNAL: Final = 1 << 30  # bytes
_LONGEST_NAME: Final = 4096  # bytes
# e.g. "ledger journal 1\nfile 7\nfirst ledger\nold none\nnew 0123456789abcdef0123456789abcdef012345
# 6789abcdef0123456789abcdef\nthen 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
# n\n"
_JOURNAL: Final = re.compile(
    rb"ledger journal 1\nfile (\d{1,20})\nfirst (ledger|archive)\n"
    rb"old ([0-9a-f]{64}|none)\nnew ([0-9a-f]{64})\nthen ([0-9a-f]{64})\n\n"
)


class Pair(NamedTuple):
    """A ledger and its archive, which a command may change together. Neither need exist."""

    ledger: Path
    archive: Path


class Content(Generic[T]):
    """One file, or ledger and archive, locked: the bytes as they are, and those to write when the
    block ends, if they differ. An archive that does not exist is empty, and made."""

    def __init__(self, old: T) -> None:
        self.old: T = old
        self.new: T = old


@contextmanager
def content(
    path: Path, *, pair: Pair | None = None, wait_s: float = 120.0
) -> Iterator[Content[bytes]]:
    """Lock ``path`` and read it; when the block ends, replace its bytes by ``new``.

    What is raised in the block (``Refused``, say) passes through and nothing is written. Mode
    and, where the system allows it, owner are kept; a symbolic link stays one. Where a change of
    both files of the ``pair`` that ``path`` belongs to was cut short, that is settled first.

    Raises ``UnreadableInput`` when the file cannot be read or written, ``LedgerError``
    (``locked``) when another process holds the lock for ``wait_s`` seconds, and
    ``LedgerError`` (``changed-meanwhile``) when somebody who takes no lock, an editor for
    instance, saved the file after it was read. The file keeps its old bytes each time.
    """
    real = _resolved(path)
    with _both_locked(_real(pair), wait_s) if pair else locked(real, wait_s):
        version = _version(real)
        changed = Content(version.old or b"")
        yield changed
        version.replace(changed.new)


@contextmanager
def contents(
    pair: Pair, first: Which, *, trace: Path | None = None, wait_s: float = 120.0
) -> Iterator[Content[Both]]:
    """Lock and read both files; when the block ends, replace their bytes by ``new``, those of
    ``first``, which gains, before the others. Raises as ``content``; both keep their old bytes
    then. ``trace`` is a file that names the pair's ``ledger`` as long as they differ."""
    _make_folder(pair.archive)
    pair = _real(pair)
    with _both_locked(pair, wait_s):
        ledger, archive = _version(pair.ledger), _version(pair.archive, may_be_missing=True)
        changed = Content((ledger.old or b"", archive.old or b""))
        yield changed
        steps = [(ledger, changed.new[0]), (archive, changed.new[1])]
        if first == "archive":
            steps.reverse()
        if all(version.is_other(new) for version, new in steps):
            _replace_both(pair, first, steps, trace)
        else:
            for version, new in steps:
                version.replace(new)


def update(
    path: Path, change: Callable[[bytes], bytes], *, pair: Pair | None = None, wait_s: float = 120.0
) -> tuple[bytes, bytes]:
    """Replace the bytes of ``path`` by what ``change``, called once under the lock, makes of them;
    return (old, new). All else is as with ``content``."""
    with content(path, pair=pair, wait_s=wait_s) as changed:
        changed.new = change(changed.old)
    return changed.old, changed.new


def create(path: Path, data: bytes, *, wait_s: float = 120.0) -> None:
    """Write a new file. Its folder must exist and the file must not (``UsageError``)."""
    with _translated("write", path):
        real = Path(os.path.realpath(path.parent), path.name)
    with locked(real, wait_s), _translated("write", real):
        _discard(temporary_of(real))
        if os.path.lexists(real):
            raise _already_there(real)
        _place(real, data)


def add_lines(file: Path, lines: str) -> None:
    """Put ``lines`` (LF between them, none at the end) behind those of ``file``, in their newline
    style. A file that is not there is made, its folder too."""
    new = text.encode(lines).split(b"\n")

    def added(data: bytes) -> bytes:
        newline = text.newline_of(data, len(data)) if data else b"\n"
        is_ended = not data or data[-1:] in (b"\n", b"\r")
        return data + (b"" if is_ended else newline) + b"".join(line + newline for line in new)

    make(file, added)


def make(file: Path, change: Callable[[bytes], bytes]) -> None:
    """Replace the bytes of ``file`` by what ``change`` makes of them. A file that is not there is
    empty, and made, its folder too."""
    if file.exists():
        update(file, change)
    else:
        _make_folder(file)
        create(file, change(b""))


def is_cut_short(pair: Pair) -> bool:
    """Whether a change of both files is under way or was cut short: where nobody is at it, what
    was to be in one of them is in both. The next writer settles it."""
    return os.path.lexists(journal_of(Path(os.path.realpath(pair.ledger))))


def trace_of(plan: Path) -> Path:
    """The file beside a plan that names the plan file which is changed together with it."""
    real = Path(os.path.realpath(plan))
    return real.with_name(f".{real.name}.ledger-tasks")


def traced(plan: Path) -> str | None:
    """The plan file that a change of it and ``plan`` was cut short of, relative to the plan's
    folder; None where none was. The name is untrusted."""
    try:
        descriptor = os.open(trace_of(plan), _JOURNAL_FLAGS)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        is_file = stat.S_ISREG(os.fstat(descriptor).st_mode)
        return os.fsdecode(file.read(_LONGEST_NAME)) if is_file else None


def forget(trace: Path) -> None:
    """Remove the trace of a change that is settled."""
    with _translated("write", trace):
        _discard(trace)


# One file


class _Version(NamedTuple):
    """A file as it was read. ``old`` and ``seen`` are None where it does not exist."""

    real: Path
    old: bytes | None
    seen: os.stat_result | None

    def is_other(self, new: bytes) -> bool:
        return new != (self.old or b"")

    def replace(self, new: bytes) -> None:
        """Put ``new`` in its place, if it is still the file that was read."""
        if not self.is_other(new):
            return
        with _translated("write", self.real):
            if self.seen is None:
                _place(self.real, new)
            else:
                _replace(self.real, new, self.seen)


def _version(real: Path, *, may_be_missing: bool = False) -> _Version:
    with _translated("read", real):
        _discard(temporary_of(real))
        try:
            return _Version(real, *_read(real))
        except FileNotFoundError:
            if may_be_missing:
                return _Version(real, None, None)
            raise


def _resolved(path: Path) -> Path:
    """The file behind ``path``, links followed. Raises UnreadableInput where there is none."""
    with _translated("read", path):
        real = Path(os.path.realpath(path, strict=True))
        _require_file(real, real.stat())
    return real


def _read(real: Path) -> tuple[bytes, os.stat_result]:
    """What the file holds, and what it was when it was read."""
    # O_NONBLOCK: opening a FIFO must not wait for somebody who writes into it.
    descriptor = os.open(real, _READ_FLAGS)
    try:
        seen = os.fstat(descriptor)
        _require_file(real, seen)
        if seen.st_size > LARGEST:
            raise UnreadableInput("too-large", f"{real}: expected at most {LARGEST:,} bytes")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(), seen
    finally:
        with suppress(OSError):  # what was read is read
            os.close(descriptor)


def _require_file(real: Path, seen: os.stat_result) -> None:
    if not stat.S_ISREG(seen.st_mode):
        raise UnreadableInput("not-a-file", f"{real}: expected a file, found something else")


def _replace(real: Path, data: bytes, seen: os.stat_result) -> None:
    if not os.access(real, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        # A folder we may write to would let us replace a file that its owner made read-only.
        raise PermissionError(None, "Permission denied")
    temporary = temporary_of(real)
    try:
        _write(temporary, data, seen)
        if identity(os.stat(real)) != identity(seen):
            message = f"{real}: another program saved the file while it was being changed"
            hint = "nothing was written; run the command again"
            raise LedgerError("changed-meanwhile", message, hint)
        os.replace(temporary, real)
    except BaseException:
        _discard(temporary)
        raise
    has_written()
    _flush_folder(real)


def _place(real: Path, data: bytes | Callable[[int], bytes], mode: int = 0o666) -> None:
    """Write a new file, from its open descriptor if need be. Raises UsageError if it exists."""
    temporary = temporary_of(real)
    try:
        _write(temporary, data, None, mode)
        _name(temporary, real)
    except FileExistsError:
        raise _already_there(real) from None
    finally:
        _discard(temporary)
    has_written()
    _flush_folder(real)


def _name(temporary: Path, real: Path) -> None:
    """Give a new file its name. A link, unlike a renaming, fails when somebody without our lock was
    faster; some file systems have none."""
    try:
        os.link(temporary, real)
    except FileExistsError:
        raise
    except (OSError, AttributeError):
        if os.path.lexists(real):
            raise FileExistsError from None
        os.replace(temporary, real)


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
            if os.fstat(descriptor).st_mode != like.st_mode:  # FAT has one mode for all files
                by_descriptor = os.chmod in os.supports_fd
                os.chmod(descriptor if by_descriptor else temporary, stat.S_IMODE(like.st_mode))
        rest = memoryview(data if isinstance(data, bytes) else data(descriptor))
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _keep_owner(descriptor: int, like: os.stat_result) -> None:
    own = os.fstat(descriptor)
    for user, group in (
        ()
        if not hasattr(os, "fchown")
        else (
            (-1, like.st_gid if own.st_gid != like.st_gid else -1),
            (like.st_uid if own.st_uid != like.st_uid else -1, -1),
        )
    ):
        with suppress(PermissionError):
            os.fchown(descriptor, user, group)


def _flush_folder(real: Path) -> None:
    """Have the folder of ``real`` on disk, so that a power cut does not undo a rename; a
    ``PlanWarning`` where that fails, for the file is written."""
    try:
        descriptor = os.open(real.parent, _FOLDER_FLAGS)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno in _NO_FLUSH:  # this system, or file system, does it by itself or never
            return
        message = f"{real}: its folder could not be flushed to disk: {why(error)}"
        hint = "after a power cut the old file may come back"
        warnings.warn(f"{message}; {hint}", PlanWarning, stacklevel=3)


def identity(seen: os.stat_result) -> tuple[int, ...]:
    """What tells a file from another one, and from itself after a change."""
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns


def temporary_of(real: Path) -> Path:
    """The file that is written before it takes the place of ``real``."""
    return real.with_name(f".{real.name}.ledger-tmp")


def _discard(leftover: Path) -> None:
    with suppress(FileNotFoundError):
        os.unlink(leftover)


def _already_there(real: Path) -> UsageError:
    return UsageError("exists", f"{real}: expected no such file, found one", "nothing was written")


@contextmanager
def _translated(verb: str, path: Path) -> Iterator[None]:
    """Say of a failure of the system what could not be done with which file."""
    try:
        yield
    except OSError as error:
        message = f"{path}: cannot {verb} the file: {why(error)}"
        raise UnreadableInput(f"cannot-{verb}", message, "it is unchanged") from error
    except ValueError as error:  # a NUL in the name
        raise UnreadableInput(f"cannot-{verb}", f"{path}: {error}") from error


# Locks: by `filelock`, on a file that is opened here: it has to be one, may be another user's,
# keeps what somebody else wrote into it, and goes when it is not needed any more


def lock_of(real: Path) -> Path:
    """The file beside ``real`` that its lock is taken on."""
    return real.with_name(f".{real.name}.lock")


def files_of(path: Path) -> tuple[Path, ...]:
    """The file, and all that may lie beside it while it is changed."""
    journal = journal_of(path)
    trace = path.with_name(f".{path.name}.ledger-tasks")
    return (
        *(path, lock_of(path), temporary_of(path), journal, temporary_of(journal)),
        *(trace, temporary_of(trace)),
    )


@contextmanager
def locked(real: Path, wait_s: float) -> Iterator[None]:
    """Hold the lock of ``real``; wait up to ``wait_s`` seconds for each who holds it before."""
    with _translated("lock", real):
        lock = lock_of(real)
        descriptor = _acquire(lock, real, wait_s)
    try:
        yield
    finally:
        try:
            _remove(lock, descriptor)
        finally:
            with suppress(OSError):  # it is closed all the same, and what was to be done is done
                os.close(descriptor)


def _remove(lock: Path, descriptor: int) -> None:
    """Remove the lock file while it is still held: whoever has it open sees in ``_acquire``
    that the name no longer leads to it. What somebody else wrote is not ours to remove."""
    with suppress(OSError):
        if _is_ours(descriptor) and _is_at(lock, descriptor):
            os.unlink(lock)


def _acquire(lock: Path, real: Path, wait_s: float) -> int:
    from filelock import lock_descriptor  # takes 0.05 s, and whoever reads does not need it

    holder, since, started = "", 0.0, time.monotonic()
    while True:
        descriptor = _opened(lock)
        try:
            if lock_descriptor(descriptor, blocking=False) and _is_at(lock, descriptor):
                _sign(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        before, holder, now = holder, _holder(lock), time.monotonic()
        since = since if holder == before else now  # in a crowd it is one after the other's turn
        if now - since >= wait_s or now - started >= _MOST_TURNS * wait_s:
            message = f"{real}: {holder}; waited {now - started:.0f} s"
            hint = "nothing was written; run the command again when it has finished"
            raise LedgerError("locked", message, hint)
        # Who has waited longer asks more often, so that nobody starves in a crowd.
        time.sleep(max(0.002, 0.02 / (1 + now - started)))


def _opened(lock: Path) -> int:
    try:
        descriptor = os.open(lock, _LOCK_FLAGS | os.O_RDWR, 0o644)
    except PermissionError:  # another user left it
        descriptor = os.open(lock, _LOCK_FLAGS | os.O_RDONLY, 0o644)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        message = f"{lock}: expected a lock file, found something else"
        raise UnreadableInput("not-a-lock", message, "move it away")
    return descriptor


def _is_at(lock: Path, descriptor: int) -> bool:
    """Whether the name still leads to the file."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.lstat(lock))
    except FileNotFoundError:
        return False


def _is_ours(descriptor: int) -> bool:
    os.lseek(descriptor, 0, os.SEEK_SET)
    content = os.read(descriptor, 1000)
    return not content or _HOLDER.match(content) is not None


def _sign(descriptor: int) -> None:
    """Write down who holds the lock. Whoever cannot holds it all the same."""
    with suppress(OSError):
        if not _is_ours(descriptor):
            return
        since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        host = re.sub(r"[^\w.-]", "-", platform.node(), flags=re.ASCII) or "this-computer"
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, f"\nledger: process {os.getpid()} on {host} since {since}\n".encode())


def _holder(lock: Path) -> str:
    """Who holds a lock, as far as its file tells."""
    with suppress(OSError):
        descriptor = os.open(lock, _READ_FLAGS | _flags("NOFOLLOW"))
        try:
            os.lseek(descriptor, 1, os.SEEK_SET)
            if match := _HOLDER.match(os.read(descriptor, 1000)):
                return (
                    f"{match[1].decode()} has held its lock {lock.name} since {match[2].decode()}"
                )
        finally:
            os.close(descriptor)
    return f"another process holds its lock {lock.name}"


# Two files


def journal_of(real: Path) -> Path:
    """The file beside the ledger ``real`` that tells how to undo a change of two files."""
    return real.with_name(f".{real.name}.ledger-journal")


def _real(pair: Pair) -> Pair:
    ledger = Path(os.path.realpath(pair.ledger))
    archive = Path(os.path.realpath(pair.archive))
    if archive == ledger:
        raise UnreadableInput("same-file", f"{archive}: is the ledger itself, not its archive")
    return Pair(ledger, archive)


def _make_folder(file: Path) -> None:
    with _translated("write", file):
        Path(os.path.realpath(file)).parent.mkdir(parents=True, exist_ok=True)


@contextmanager
def _both_locked(pair: Pair, wait_s: float) -> Iterator[None]:
    """Hold both locks, the ledger's first, so that nobody waits in a circle; settle before."""
    has_archive = pair.archive.parent.is_dir()
    with (
        locked(pair.ledger, wait_s),
        locked(pair.archive, wait_s) if has_archive else nullcontext(),
    ):
        _settle(pair)
        yield


def _replace_both(
    pair: Pair, first: Which, steps: list[tuple[_Version, bytes]], trace: Path | None
) -> None:
    journal = journal_of(pair.ledger)
    if trace is not None:
        with _translated("write", trace):
            _discard(trace)
            _place(trace, os.fsencode(os.path.relpath(pair.ledger, trace.parent)), 0o600)
    try:
        _note(journal, first, steps)
        for version, new in steps:
            version.replace(new)
    except BaseException:
        _settle(pair)
        raise
    with suppress(LedgerError):  # the change is done: the next one takes away what is left
        _finish(journal)
        if trace is not None:
            forget(trace)


def _note(journal: Path, first: Which, steps: list[tuple[_Version, bytes]]) -> None:
    (gaining, new), (_, then) = steps

    def head(descriptor: int) -> bytes:
        lines = (
            "ledger journal 1",
            f"file {os.fstat(descriptor).st_ino}",
            f"first {first}",
            f"old {_digest(gaining.old)}",
            f"new {_digest(new)}",
            f"then {_digest(then)}",
        )
        return "".join(f"{line}\n" for line in (*lines, "")).encode() + (gaining.old or b"")

    with _translated("write", journal):
        _place(journal, head, 0o600)


def _finish(journal: Path) -> None:
    with _translated("write", journal):
        _discard(journal)
        _flush_folder(journal)


class _Journal(NamedTuple):
    """Which file came first and its old bytes (None where it did not exist), and the digests of
    these, of its new bytes, and of the second file's new bytes."""

    first: str
    old: bytes | None
    digest_old: str
    digest_new: str
    digest_then: str


def _settle(pair: Pair) -> None:
    """Undo what was cut short, with both locks held."""
    journal = journal_of(pair.ledger)
    for leftover in (*pair, journal, *map(trace_of, pair)):
        with _translated("write", leftover):
            _discard(temporary_of(leftover))
    with _translated("read", journal):
        noted = _read_journal(journal)
    if noted is None:
        return
    first, second = pair if noted.first == "ledger" else (pair.archive, pair.ledger)
    if _digest(_version(second, may_be_missing=True).old) != noted.digest_then:
        now = _version(first, may_be_missing=True)
        if _digest(now.old) == noted.digest_new:
            _undo(now, noted.old)
        elif _digest(now.old) != noted.digest_old:
            raise LedgerError(
                "cut-short",
                f"{first}: was edited after a change of it and {second.name} was cut short; what "
                "was to be moved may be in both",
                f"compare the two, then delete {journal}",
            )
    _finish(journal)


def _undo(now: _Version, old: bytes | None) -> None:
    if old is not None:
        now.replace(old)
        return
    with _translated("write", now.real):
        _discard(now.real)
        _flush_folder(now.real)


def _read_journal(journal: Path) -> _Journal | None:
    try:
        descriptor = os.open(journal, _JOURNAL_FLAGS)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:
        seen = os.fstat(file.fileno())
        data = file.read(_LONGEST_JOURNAL) if stat.S_ISREG(seen.st_mode) else b""
    head = _JOURNAL.match(data)
    if head and int(head[1]) == seen.st_ino:
        old = data[head.end() :] if head[3] != b"none" else None
        first, digest_old, *others = (head[n].decode() for n in (2, 3, 4, 5))
        if _digest(old) == digest_old:
            return _Journal(first, old, digest_old, *others)
    raise UnreadableInput(
        "foreign-journal",
        f"{journal}: expected what a change of two files leaves when it is cut short, found"
        " something that was not written here",
        "delete it; nothing is in it that is not in the ledger, its archive or git",
    )


def _digest(data: bytes | None) -> str:
    return "none" if data is None else hashlib.sha256(data).hexdigest()
