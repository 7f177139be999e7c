"""What the process between `ledger` and the command does.

It starts the command in a session of its own, waits for it, measures it, and then ends whatever
the command left behind. On Linux orphans are handed to it (it is a "subreaper"), so that also a
daemon that left its session is found; elsewhere the command's process group is what is known.
When `ledger` is gone, even by SIGKILL, the pipe between them breaks, and everything is killed.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import struct
import sys
import time
import warnings  # noqa: F401 - by os.execvp, where the command would wait and be charged for it

from ledger.run.wire import ANSWER, receive, send

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    _Prctl = Callable[[int, int], int]

_ENDING_S = 0.05  # for what ends by itself just behind the command
_KILL_AFTER_S = 1.0  # between SIGTERM and SIGKILL for what the command left behind
_GIVE_UP_AFTER_S = 10.0
_BIRTH = struct.Struct("=qi")
_KIB = 1 if sys.platform == "darwin" else 1024  # the unit of ru_maxrss
_NOISE_KIB = 2048  # the system counts pages in batches, and Python needs some to get to the exec
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_OWN = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE)


def serve(requests: int, answers: int, output: int) -> None:
    """Run one command after another as `ledger` asks, until it is gone."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    for number in _OWN:
        signal.signal(number, signal.SIG_IGN)
    prctl = _prctl()
    prctl(_PR_SET_CHILD_SUBREAPER, 1)
    woken, wake = os.pipe()
    os.set_blocking(woken, False)
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    while True:
        head = receive(requests, 5)
        if len(head) < 5:
            return
        if head[:1] == b"G":
            size = int.from_bytes(head[1:], sys.byteorder)
            words = receive(requests, size).split(b"\0")
            send(answers, _one(words, requests, output, woken, prctl))


def _prctl() -> _Prctl:
    """``prctl(2)``, or what does nothing where there is none."""
    if sys.platform != "linux":
        return lambda *_: -1
    import ctypes  # while `ledger` itself goes on: it takes as long as a small command

    try:
        prctl: _Prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return lambda *_: -1
    return prctl


def _one(words: list[bytes], requests: int, output: int, woken: int, prctl: _Prctl) -> bytes:
    """Run one command to its end, and all that it started; the answer."""
    started = time.monotonic()
    birth_read, birth = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(words, output, birth, prctl)
    os.close(birth)
    said = receive(birth_read, 2 * _BIRTH.size)
    os.close(birth_read)
    floor = _BIRTH.unpack(said[: _BIRTH.size])[0] if len(said) >= _BIRTH.size else 0
    error = _BIRTH.unpack(said[-_BIRTH.size :])[1] if len(said) >= _BIRTH.size else 0
    status, usage = _wait(pid, requests, woken)
    wall = time.monotonic() - started
    left, kept = _end_the_rest(pid, requests, woken)
    code = os.waitstatus_to_exitcode(status)
    peak = usage.ru_maxrss if usage.ru_maxrss * _KIB // 1024 > floor + _NOISE_KIB else -1
    return struct.pack(
        ANSWER,
        code if code >= 0 else 128 - code,
        error,
        wall,
        usage.ru_utime,
        usage.ru_stime,
        peak * _KIB if peak >= 0 else -1,
        left,
        kept,
    )


def _become(words: list[bytes], output: int, birth: int, prctl: _Prctl) -> None:
    """Turn this process, just forked, into the command. Its input is empty: a run must be one
    that can be repeated."""
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        for number in (*_OWN, signal.SIGCHLD, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        os.dup2(output, 1)
        os.dup2(output, 2)
        floor = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _KIB // 1024
        os.write(birth, _BIRTH.pack(floor, 0))
        os.execvp(words[0], words)  # noqa: S606 - to execute this command is the task
    except OSError as error:
        os.write(birth, _BIRTH.pack(0, error.errno or 1))
    finally:
        os._exit(127)


def _wait(pid: int, requests: int, woken: int) -> tuple[int, resource.struct_rusage]:
    while True:
        select.select([requests, woken], [], [])
        try:
            os.read(woken, 4096)
        except BlockingIOError:
            pass
        while True:
            found, status, usage = os.wait4(-1, os.WNOHANG)
            if found == pid:
                return status, usage
            if found == 0:
                break
        _obey(pid, requests)


def _obey(pid: int, requests: int) -> None:
    """Pass on a signal that `ledger` asks for; where it is gone, kill all and go too."""
    if not select.select([requests], [], [], 0)[0]:
        return
    head = receive(requests, 5)
    if len(head) < 5:
        _signal_all(pid, signal.SIGKILL)
        _reap(_GIVE_UP_AFTER_S, pid, signal.SIGKILL)
        os._exit(0)
    number = int.from_bytes(head[1:], sys.byteorder)
    if number == signal.SIGINT:
        _signal_group(pid, number)
    else:
        _signal_all(pid, number)


def _end_the_rest(pid: int, requests: int, woken: int) -> tuple[int, int]:
    """End what the command left behind; how many that were, and how many could not be ended."""
    if sys.platform != "linux":
        _signal_group(pid, signal.SIGKILL)
    if _reap(_ENDING_S, pid, 0):
        return 0, 0
    left = len(_descendants())
    _signal_all(pid, signal.SIGTERM)
    if not _reap(_KILL_AFTER_S, pid, 0):
        _signal_all(pid, signal.SIGKILL)
        _reap(_GIVE_UP_AFTER_S, pid, signal.SIGKILL)
    try:
        os.read(woken, 4096)
    except BlockingIOError:
        pass
    _obey(pid, requests)
    return left, len(_descendants())


def _reap(for_s: float, pid: int, again: int) -> bool:
    """Wait until no child is left, at most so long; ``again`` is sent to all time after time.
    Whether none is left."""
    deadline = time.monotonic() + for_s
    while True:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
        if again:
            _signal_all(pid, again)


def _signal_group(pid: int, number: int) -> None:
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        pass


def _signal_all(pid: int, number: int) -> None:
    below = _descendants()
    for found in below:
        try:
            os.kill(found, number)
        except (ProcessLookupError, PermissionError):
            pass
    if not below:
        _signal_group(pid, number)


def _descendants() -> list[int]:
    """All processes below this one that have not ended; empty where the system has no /proc."""
    children: dict[int, list[int]] = {}
    try:
        names = os.listdir("/proc")
    except OSError:
        return []
    for name in names:
        if not name.isdecimal():
            continue
        try:
            descriptor = os.open(f"/proc/{name}/stat", os.O_RDONLY)
            try:
                fields = os.read(descriptor, 1024).rpartition(b")")[2].split()
            finally:
                os.close(descriptor)
            if fields[0] != b"Z":
                children.setdefault(int(fields[1]), []).append(int(name))
        except (OSError, ValueError, IndexError):
            pass
    found = children.get(os.getpid(), [])
    for pid in found:
        found.extend(children.get(pid, []))
    return found
