"""The store: nothing recorded is lost, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import resource
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest

from ledger import store
from ledger.errors import LedgerError, PlanWarning, Refused, UnreadableInput, UsageError
from tests.campaigns import crowd, kill, lines

OLD = b"one\r\ntwo\n\xff\x00 tail without newline"
ROOT = os.geteuid() == 0


def shout(old: bytes) -> bytes:
    return old.upper() + b"!"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "fix_plan.md").write_bytes(OLD)
    return folder / "fix_plan.md"


def beside(file: Path) -> list[str]:
    return sorted(entry.name for entry in file.parent.iterdir())


def in_child(work: Callable[[], object]) -> tuple[int, str]:
    """Run ``work`` in a forked process (it may give up rights, or lower limits); return its
    exit code as the command line would set it, and its message."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        try:
            work()
            code = 0
        except LedgerError as error:
            os.write(writer, str(error).encode())
            code = error.exit_code
        except BaseException as error:  # noqa: BLE001 - the child ends below
            os.write(writer, repr(error).encode())
        finally:
            os._exit(code)
    os.close(writer)
    message = os.read(reader, 10_000).decode()
    os.close(reader)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), message


def test_update_returns_old_and_new_and_leaves_nothing_beside(file: Path) -> None:
    assert store.update(file, shout) == (OLD, shout(OLD))
    assert file.read_bytes() == shout(OLD)
    assert beside(file) == ["fix_plan.md"]


def test_unchanged_result_writes_nothing(file: Path) -> None:
    before = file.stat()
    assert store.update(file, bytes) == (OLD, OLD)
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert beside(file) == ["fix_plan.md"]


@pytest.mark.parametrize("raised", [Refused("x", "no"), KeyboardInterrupt(), ZeroDivisionError()])
def test_what_the_change_raises_passes_through(file: Path, raised: BaseException) -> None:
    def refuse(_: bytes) -> bytes:
        raise raised

    with pytest.raises(type(raised)):
        store.update(file, refuse)
    assert file.read_bytes() == OLD
    assert beside(file) == ["fix_plan.md"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755, 0o640])
def test_mode_is_kept(file: Path, mode: int) -> None:
    file.chmod(mode)
    store.update(file, shout)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
def test_owner_is_kept(file: Path) -> None:
    os.chown(file, 12345, 23456)
    file.chmod(0o4755)
    store.update(file, shout)
    after = file.stat()
    assert (after.st_uid, after.st_gid) == (12345, 23456)
    assert stat.S_IMODE(after.st_mode) == 0o4755


def test_symbolic_links_are_followed_and_stay(file: Path, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    first = tmp_path / "away" / "first.md"
    first.symlink_to("../docs/fix_plan.md")
    second = tmp_path / "second.md"
    second.symlink_to(first)
    store.update(second, shout)
    assert file.read_bytes() == shout(OLD)
    assert second.is_symlink()
    assert first.is_symlink()
    assert beside(first) == ["first.md"]


def test_both_names_of_a_linked_ledger_share_one_lock(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.md"
    link.symlink_to(file)

    def meanwhile(old: bytes) -> bytes:
        with pytest.raises(LedgerError) as caught:
            store.update(link, shout, wait_s=0)
        assert caught.value.code == "locked"
        return old + b"outer"

    store.update(file, meanwhile)
    assert file.read_bytes() == OLD + b"outer"


# Many at once


def unlocked(file: Path, process: int, number: int) -> None:
    """The store with a lock that everybody gets."""
    store.locked = lambda _real, _wait_s: nullcontext()  # type: ignore[assignment, return-value]
    lines.append(file, process, number)


def unlocked_and_blind(file: Path, process: int, number: int) -> None:
    """Likewise, and it does not look whether the file changed since it was read."""
    store.identity = lambda _seen: ()  # type: ignore[assignment]
    unlocked(file, process, number)


def numbered(processes: int, changes: int) -> list[bytes]:
    return sorted(b"%d/%d" % (p, n) for p in range(processes) for n in range(changes))


def test_every_line_of_a_crowd_lands_once(file: Path) -> None:
    file.write_bytes(b"")
    outcome = crowd.crowd(file, lines.append, processes=32, changes=50)
    assert outcome == crowd.Outcome(done=1600, failed=0)
    assert sorted(file.read_bytes().splitlines()) == numbered(32, 50)
    assert beside(file) == ["fix_plan.md"]


@pytest.mark.parametrize("broken", [unlocked, unlocked_and_blind])
def test_a_crowd_without_the_lock_loses_lines(file: Path, broken: crowd.Writer) -> None:
    """Shows that the test above would notice."""
    file.write_bytes(b"")
    crowd.crowd(file, broken, processes=32, changes=50)
    assert sorted(file.read_bytes().splitlines()) != numbered(32, 50)


def test_threads_of_one_process_exclude_each_other(file: Path) -> None:
    file.write_bytes(b"")

    def work(thread: int) -> None:
        for number in range(20):
            lines.append(file, thread, number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(file.read_bytes().splitlines()) == numbered(8, 20)


def test_a_held_lock_is_waited_for_then_reported(file: Path) -> None:
    lock = file.with_name(".fix_plan.md.lock")
    command = [sys.executable, "-c", HOLD_LOCK, os.fspath(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        started = time.monotonic()
        with pytest.raises(LedgerError) as caught:
            store.update(file, shout, wait_s=0.3)
        holder.kill()
        assert caught.value.code == "locked"
        assert 0.3 <= time.monotonic() - started < 5
        assert file.read_bytes() == OLD
    store.update(file, shout, wait_s=0)
    assert beside(file) == ["fix_plan.md"]


HOLD_LOCK = """
import fcntl, sys, time
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
time.sleep(60)
"""


# Killed, interrupted


def test_leftovers_of_a_killed_run_are_cleaned_by_the_next(file: Path) -> None:
    file.with_name(".fix_plan.md.lock").touch(mode=0o444)
    file.with_name(".fix_plan.md.ledger-tmp").write_bytes(b"half a led")
    store.update(file, bytes)
    assert beside(file) == ["fix_plan.md"]
    assert file.read_bytes() == OLD


def test_another_ledger_s_leftovers_and_foreign_files_are_left_alone(file: Path) -> None:
    others = [".other.md.ledger-tmp", "fix_plan.md.tmp", ".fix_plan.md.swp", "fix_plan.md~"]
    for name in others:
        file.with_name(name).write_bytes(b"mine")
    store.update(file, shout)
    assert beside(file) == sorted(["fix_plan.md", *others])


def test_kill_at_random_moments(file: Path) -> None:
    """The short form of ``python -m tests.campaigns.kill``."""
    file.write_bytes(b"a line\n" * 50_000)
    command = [sys.executable, "-m", "tests.campaigns.lines", os.fspath(file)]
    outcome = kill.Campaign(command, file, kill.PROJECT).run(count=24, seed=2)
    assert outcome.faults == []
    assert outcome.kills == 24
    assert outcome.met["leftovers"] > 0, "no kill fell into the work of the store"


STEPS = ["open", "write", "fsync", "close", "stat", "replace", "access", "chmod", "lstat"]


@pytest.mark.parametrize("raised", [KeyboardInterrupt(), OSError(errno.EIO, "Input/output error")])
@pytest.mark.parametrize("step", STEPS)
def test_interrupted_or_broken_at_every_step(
    file: Path, step: str, raised: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let each call of each system call fail in turn. The file is the old or the new one,
    whole, and the next call works unaided. A folder that cannot be flushed is told of beside a
    new file."""
    real_call = getattr(os, step)
    for turn in range(100):
        left, told = [turn], ""

        def broken(*args: object, left: list[int] = left, **named: object) -> object:
            left[0] -= 1
            if left[0] == -1:
                raise raised
            return real_call(*args, **named)

        monkeypatch.setattr(os, step, broken)
        try:
            store.update(file, shout, wait_s=0)
        except (KeyboardInterrupt, LedgerError):
            monkeypatch.setattr(os, step, real_call)
            assert file.read_bytes() in (OLD, shout(OLD))
            assert ".fix_plan.md.ledger-tmp" not in beside(file)
        except PlanWarning as warning:
            told = str(warning)
        monkeypatch.setattr(os, step, real_call)
        if told:
            assert "its folder could not be flushed to disk: input/output error" in told
            assert file.read_bytes() == shout(OLD)
            assert beside(file) == ["fix_plan.md"]
        passed = left[0] >= 0
        file.write_bytes(OLD)
        if step != "close":  # a close that did not happen keeps the lock until exit
            store.update(file, shout, wait_s=0)
            assert beside(file) == ["fix_plan.md"]
            file.write_bytes(OLD)
        if passed or step == "close":
            break
    else:
        pytest.fail("the call never went through")


def test_a_real_interrupt_leaves_the_old_file(file: Path) -> None:
    def work() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)

        def interrupt(old: bytes) -> bytes:
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(5)
            return old + b"never"

        store.update(file, interrupt)

    code, message = in_child(work)
    assert (code, message) == (99, "KeyboardInterrupt()")
    assert file.read_bytes() == OLD
    assert beside(file) == ["fix_plan.md"]


def test_an_editor_that_saves_meanwhile_is_not_overwritten(file: Path) -> None:
    def meanwhile(old: bytes) -> bytes:
        file.write_bytes(b"saved by hand")
        return old + b"more"

    with pytest.raises(LedgerError) as caught:
        store.update(file, meanwhile)
    assert caught.value.code == "changed-meanwhile"
    assert file.read_bytes() == b"saved by hand"
    assert beside(file) == ["fix_plan.md"]


# The disk and the rights


def assert_one_line(message: str, reason: str = "") -> None:
    assert message
    assert reason in message
    assert "\n" not in message
    assert "Errno" not in message


def test_a_limit_on_file_size_leaves_the_old_file(file: Path) -> None:
    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        store.update(file, lambda old: old + b"x" * 100_000)

    code, message = in_child(work)
    assert_one_line(message, "too large")
    assert code == 2
    assert file.read_bytes() == OLD
    assert beside(file) == ["fix_plan.md"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", os.fspath(disk)]
    if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("cannot mount a small disk here; the size limit is tested instead")
    yield disk
    subprocess.run(["umount", os.fspath(disk)], check=True)


def test_a_full_disk_leaves_the_old_file(small_disk: Path) -> None:
    file = small_disk / "fix_plan.md"
    file.write_bytes(OLD)
    with pytest.raises(UnreadableInput) as caught:
        store.update(file, lambda old: old + b"x" * 100_000)
    assert_one_line(str(caught.value), "no space")
    assert file.read_bytes() == OLD
    assert beside(file) == ["fix_plan.md"]
    store.update(file, shout)
    assert file.read_bytes() == shout(OLD)


def as_somebody(folder: Path, work: Callable[[], object]) -> tuple[int, str]:
    """Run ``work`` without root's rights, which modes do not stop. ``folder`` is reachable."""
    if not ROOT:
        return in_child(work)
    for parent in [folder, *folder.parents]:
        if parent == Path("/") or parent.stat().st_mode & 0o001:
            continue
        parent.chmod(parent.stat().st_mode | 0o011)

    def unprivileged() -> None:
        os.setgroups([])
        os.setgid(54321)
        os.setuid(54321)
        work()

    return in_child(unprivileged)


@pytest.mark.parametrize(
    ("folder_mode", "file_mode"), [(0o555, 0o666), (0o777, 0o444), (0o777, 0o000), (0o666, 0o666)]
)
def test_without_the_rights_nothing_is_written(
    file: Path, tmp_path: Path, folder_mode: int, file_mode: int
) -> None:
    file.chmod(file_mode)
    file.parent.chmod(folder_mode)
    try:
        code, message = as_somebody(tmp_path, lambda: store.update(file, shout))
    finally:
        file.parent.chmod(0o755)
        file.chmod(0o644)
    assert_one_line(message, "permission denied")
    assert code == 2
    assert file.read_bytes() == OLD
    assert beside(file) == ["fix_plan.md"]


@pytest.mark.skipif(not ROOT, reason="only root can give files away")
def test_somebody_else_s_file_in_a_shared_folder_is_changed_and_keeps_its_group(
    file: Path, tmp_path: Path
) -> None:
    file.chmod(0o666)
    file.parent.chmod(0o777)
    file.with_name(".fix_plan.md.lock").touch(mode=0o644)  # left by root's killed process
    code, message = as_somebody(tmp_path, lambda: store.update(file, shout))
    assert (code, message) == (0, "")
    assert file.read_bytes() == shout(OLD)
    assert stat.S_IMODE(file.stat().st_mode) == 0o666
    assert beside(file) == ["fix_plan.md"]


# Names that lead nowhere good


def place_folder(path: Path) -> Path:
    path.mkdir()
    return path


def place_fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def place_dangling(path: Path) -> Path:
    path.symlink_to("nowhere")
    return path


def place_loop(path: Path) -> Path:
    path.symlink_to(path.name)
    return path


BAD_PLACES: dict[str, Callable[[Path], Path]] = {
    "missing": lambda path: path,
    "folder": place_folder,
    "fifo": place_fifo,
    "dangling link": place_dangling,
    "link to itself": place_loop,
    "device": lambda _: Path("/dev/null"),
    "root folder": lambda _: Path("/"),
    "dots": lambda path: path.parent / "..",
    "below a file": lambda path: path.parent / "fix_plan.md" / "x",
    "NUL": lambda path: path.parent / "fix_plan.md\0x",
    "10,000 characters": lambda path: path.parent / ("x" * 10_000),
    "surrogate": lambda path: path.parent / "\udcff",
    "not encodable": lambda path: path.parent / "\ud800",
}


@pytest.mark.parametrize("place", BAD_PLACES.values(), ids=BAD_PLACES)
def test_what_is_not_a_file_is_an_error(file: Path, place: Callable[[Path], Path]) -> None:
    path = place(file.parent / "bad")
    before = beside(file)
    with pytest.raises(UnreadableInput) as caught:
        store.update(path, shout)
    assert_one_line(str(caught.value))
    assert beside(file) == before


@pytest.mark.parametrize("name", [".fix_plan.md.lock", ".fix_plan.md.ledger-tmp"])
@pytest.mark.parametrize("place", [place_folder, place_fifo, place_dangling, place_loop])
def test_a_trap_in_the_place_of_a_helper_file_is_not_followed(
    file: Path, name: str, place: Callable[[Path], Path]
) -> None:
    place(file.with_name(name))
    with suppress(UnreadableInput):
        store.update(file, shout)
    assert file.read_bytes() in (OLD, shout(OLD))
    assert file.is_file()
    assert not file.is_symlink()
    assert not file.with_name("nowhere").exists()


def test_a_lock_file_with_content_is_somebody_s_file(file: Path) -> None:
    lock = file.with_name(".fix_plan.md.lock")
    lock.write_text("notes")
    store.update(file, shout)
    assert lock.read_text() == "notes"


def test_a_lock_that_another_made_meanwhile_is_left_to_them(file: Path) -> None:
    lock = file.with_name(".fix_plan.md.lock")

    def somebody_tidies_up(old: bytes) -> bytes:
        lock.unlink()
        lock.touch()
        return old + b"more"

    store.update(file, somebody_tidies_up)
    assert lock.exists()


def test_contents_reach_the_disk_before_the_name_and_the_name_before_the_end(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    fsync, replace = os.fsync, os.replace

    def flushed(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("folder" if is_folder else "contents")
        fsync(descriptor)

    def replaced(source: Path, target: Path) -> None:
        order.append("name")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", flushed)
    monkeypatch.setattr(os, "replace", replaced)
    store.update(file, shout)
    assert order == ["contents", "name", "folder"]


# New files


def test_create_writes_a_new_file(tmp_path: Path) -> None:
    old_mask = os.umask(0o027)
    try:
        store.create(tmp_path / "new.md", OLD)
    finally:
        os.umask(old_mask)
    assert (tmp_path / "new.md").read_bytes() == OLD
    assert stat.S_IMODE((tmp_path / "new.md").stat().st_mode) == 0o640
    assert beside(tmp_path / "new.md") == ["new.md"]


def place_nothing_but_a_name(path: Path) -> Path:
    path.write_bytes(OLD)
    return path


@pytest.mark.parametrize("place", [place_nothing_but_a_name, place_dangling, place_folder])
def test_create_never_replaces(tmp_path: Path, place: Callable[[Path], Path]) -> None:
    place(tmp_path / "new.md")
    with pytest.raises(UsageError) as caught:
        store.create(tmp_path / "new.md", b"other")
    assert caught.value.code == "exists"
    assert beside(tmp_path / "new.md") == ["new.md"]


def test_create_never_replaces_what_came_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = place_nothing_but_a_name(tmp_path / "new.md")
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    with pytest.raises(UsageError):
        store.create(file, b"other")
    assert file.read_bytes() == OLD
    assert beside(tmp_path / "new.md") == ["new.md"]


@pytest.mark.parametrize("name", ["no/such/folder.md", "x" * 10_000, "a\0b", "", "..", "/"])
def test_create_in_a_bad_place_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(LedgerError) as caught:
        store.create(tmp_path / name, OLD)
    assert_one_line(str(caught.value))
    assert beside(tmp_path / "x") == []
