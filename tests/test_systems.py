"""Other systems: what Windows, or a file system, does not have is not missed where it need not be."""

from __future__ import annotations

import errno
import itertools
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock, lock_descriptor

from ledger import store
from ledger.errors import LedgerError
from tests.support.commands import call
from tests.support.repository import Repository
from tests.test_programs import CALLS

RUN = "reports/parser-speed/phase_b/20251102T091500Z"

# Calls of `ledger` in a process that has nothing of what only POSIX has. Packages of others come
# first: on such a system they have other code. Prints each exit code and what was said.
WITHOUT_POSIX = """
import git, json, os, pydantic, rich.table, rich.text, signal, sqlite3, subprocess, sys, typer
import contextlib, filelock, io, platformdirs, psutil, selectors, shutil, tempfile
for name in "fcntl grp pty pwd resource syslog termios tty".split():
    sys.modules[name] = None
gone = "fork forkpty link wait4 waitid getsid killpg setsid fchown fchmod geteuid getuid getgid mkfifo"
flags = "O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY"
for name in (gone + " " + flags).split():
    delattr(os, name)
for name in "SIGKILL SIGHUP SIGQUIT SIGALRM SIGPIPE SIGCHLD".split():
    delattr(signal, name)
os.supports_fd, os.supports_effective_ids = set(), set()
from ledger.cli import main
for arguments in json.loads(sys.argv[1]):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    said = []
    for stream in (out, err):
        stream.flush()
        said.append(stream.buffer.getvalue().decode())
    print(json.dumps([code, *said]))
"""
READING = "next status show validate verify gate links explain evidence rounds doctor history export schema completion".split()  # fmt: skip
WRITING = "append add action criterion note claim release archive edit".split()


def without_posix(repo: Repository, calls: list[list[str]]) -> list[tuple[int, str, str]]:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_POSIX, json.dumps(calls)],
        cwd=repo.path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]


def test_reading_needs_nothing_of_posix(repo: Repository) -> None:
    calls = [[name, *given.split()] for name in READING for given in CALLS[name]]
    calls = [given for given in calls if "--fix" not in given and "--restore" not in given]
    expected = [call(repo.path, *given) for given in calls]
    for given, there, here in zip(calls, without_posix(repo, calls), expected, strict=True):
        assert there == (here.code, here.out, here.err), given


def test_writing_does_not_either_but_for_run(repo: Repository) -> None:
    calls = [[name, *CALLS[name][0].split()] for name in WRITING]
    *told, (code, out, err) = without_posix(repo, [*calls, ["run", "DOCS-TOUR-002", "--", "true"]])
    assert [code for code, _, _ in told] == [0] * len(calls), told
    assert call(repo.path, "validate").code == 0
    assert (code, out) == (2, "")
    assert err == (
        "ledger: `ledger run` needs Linux, macOS or another POSIX system; execute the command "
        "yourself, with its output in a file, and record that with `ledger append`\n"
    )


# File systems without hard links, and folders that cannot be flushed

MISSING = [errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL, errno.EMLINK, errno.EXDEV]
CHANGES = [
    ["add", "Another"],
    ["append", "DOCS-TOUR-002", RUN],
    ["archive", "--keep", "1"],
    ["claim", "PARSE-SPEED-001", "--as", "anna"],
    ["run", "DOCS-TOUR-002", "--", "true"],
    ["init", "--agents"],
]


def refuse(
    number: int, real: Callable[..., object], *, folders_only: bool
) -> Callable[..., object]:
    def refused(*given: object, **named: object) -> object:
        if folders_only and not stat.S_ISDIR(os.fstat(given[0]).st_mode):  # type: ignore[arg-type]
            return real(*given, **named)
        raise OSError(number, os.strerror(number))

    return refused


@pytest.mark.parametrize(
    ("call_of_the_system", "number"),
    [("link", errno.EPERM), ("fsync", errno.EINVAL), *(("both", number) for number in MISSING)],
)
def test_no_hard_links_and_no_flush_of_folders(
    repo: Repository, call_of_the_system: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    if call_of_the_system != "fsync":
        monkeypatch.setattr(os, "link", refuse(number, os.link, folders_only=False))
    if call_of_the_system != "link":
        unsupported = number if number not in (errno.EMLINK, errno.EXDEV) else errno.EINVAL
        monkeypatch.setattr(os, "fsync", refuse(unsupported, os.fsync, folders_only=True))
    for given in CHANGES:
        done = call(repo.path, *given)
        assert (done.code, "defect" in done.err) == (0, False), (given, done)
    assert not [*(repo.path / "docs").glob(".*")]


def test_a_file_system_with_one_mode_for_all_is_not_asked_for_another(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode = repo.ledger.stat().st_mode
    made = os.open
    monkeypatch.setattr(os, "chmod", refuse(errno.EPERM, os.chmod, folders_only=False))
    monkeypatch.setattr(os, "open", lambda path, flags, _=0: made(path, flags, mode))
    store.update(repo.ledger, bytes.upper)
    assert (repo.ledger.stat().st_mode, b"PARSE" in repo.ledger.read_bytes()) == (mode, True)


def test_a_name_is_not_taken_from_a_file_where_there_are_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "link")
    place = tmp_path / "new.md"
    store.create(place, b"one")
    with pytest.raises(LedgerError) as caught:
        store.create(place, b"two")
    assert (caught.value.code, place.read_bytes()) == ("exists", b"one")


# Locks


def test_a_lock_says_who_has_it(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.node", lambda: "build 7.example.org")
    lock = store.lock_of(repo.ledger)
    with store.locked(repo.ledger, 0), pytest.raises(LedgerError) as caught:
        store.update(repo.ledger, bytes.upper, wait_s=0)
    holder = rf"process {os.getpid()} on build-7.example.org"
    assert caught.value.code == "locked"
    assert caught.match(
        rf"fix_plan.md: {holder} has held its lock {lock.name} since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ; waited 0 s;"
    )
    assert not lock.exists()


@pytest.mark.parametrize(("names", "waited"), [("aaa", 100), ("abbb", 150), ("abcdefghijklm", 500)])
def test_in_a_crowd_each_holder_may_take_its_time(
    repo: Repository, names: str, waited: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time that the lock is asked for 50 s have passed, and 50 s may be waited for one."""
    holders = iter([*names, *names[-1] * 100])
    seconds = itertools.count(0, 50)
    monkeypatch.setattr(store, "_holder", lambda _: next(holders))
    monkeypatch.setattr(store.time, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(store.time, "sleep", lambda _: None)
    with FileLock(store.lock_of(repo.ledger)), pytest.raises(LedgerError) as caught:
        store.update(repo.ledger, bytes.upper, wait_s=50)
    assert caught.match(f"waited {waited} s")


@pytest.mark.parametrize(
    "content",
    [b"", b"notes", b"\nledger: process 1 on h\x1b[2J since 2026-11-30T12:00:00Z\n", b"\xff"],
)
def test_a_lock_of_another_program_is_waited_for(repo: Repository, content: bytes) -> None:
    lock = store.lock_of(repo.ledger)
    lock.write_bytes(content)
    with lock.open("r+b") as held:
        assert lock_descriptor(held.fileno(), blocking=False)
        with pytest.raises(LedgerError) as caught:
            store.update(repo.ledger, bytes.upper, wait_s=0)
    assert caught.match(f"another process holds its lock {lock.name}; waited 0 s")
    store.update(repo.ledger, bytes.upper, wait_s=0)
    assert lock.exists() == bool(content)
    if content:
        assert lock.read_bytes() == content


def test_filelock_waits_for_ours(repo: Repository) -> None:
    with store.locked(repo.ledger, 0), pytest.raises(TimeoutError):
        FileLock(store.lock_of(repo.ledger), timeout=0).acquire()


def test_what_a_killed_holder_wrote_is_replaced(repo: Repository) -> None:
    lock = store.lock_of(repo.ledger)
    lock.write_bytes(b"\nledger: process 1 on elsewhere since 2020-01-01T00:00:00Z\n")
    with store.locked(repo.ledger, 0):
        assert f"process {os.getpid()} on ".encode() in lock.read_bytes()
    assert not lock.exists()
