"""A command from its start to its end, with all that it starts and all that it writes."""

import ctypes
import math
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final, Self

import psutil

from ledger.errors import LedgerError
from ledger.run.model import TIMED_OUT, Exit

HEAD_BYTES: Final = 8 * 1024 * 1024
TAIL_BYTES: Final = 2 * 1024 * 1024
FOLDER_VARIABLE: Final = "LEDGER_RUN_DIR"
"""What names a command the folder of its bundle."""
KILL_AFTER_S: Final = 5.0
"""Between the first signal to a command that is to end, and SIGKILL."""
_TICK_S: Final = 0.02
_CHUNK: Final = 1 << 16
_DRAINED: Final = 1 << 22  # what can be in the pipe when everything has ended, and more
_ENDING_S: Final = 0.05  # for what ends by itself just behind the command
_REST_KILL_AFTER_S: Final = 1.0  # between SIGTERM and SIGKILL for what the command left behind
_GIVE_UP_AFTER_S: Final = 10.0
_MAXRSS_UNIT: Final = 1 if sys.platform == "darwin" else 1024
_NOISE_BYTES: Final = 2 << 20  # the system counts pages in batches
_INTERRUPTS: Final = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36
_PRCTL: Final = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


class Log:
    """A file that gets what a command writes, as it comes. When that is more than ``HEAD_BYTES``
    and ``TAIL_BYTES``, its first and its last part stay, with a line between that says how much is
    left out. So a command that floods its output fills neither the disk nor the memory, and what
    it wrote last is on disk whatever happens to `ledger`.

    Raises OSError where the file is there already or the disk does not take more.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("x+b")
        self.size = 0
        self.left_out = 0

    def write(self, data: bytes) -> None:
        """Add to the log."""
        self.size += len(data)
        self._file.write(data)
        self._file.flush()
        if self._file.tell() > HEAD_BYTES + 3 * TAIL_BYTES:
            self._cut()

    def close(self) -> None:
        """Leave out what is too much, and be done."""
        try:
            if self.size > HEAD_BYTES + TAIL_BYTES:
                self._cut()
        finally:
            self._file.close()

    def _cut(self) -> None:
        self._file.seek(-TAIL_BYTES, os.SEEK_END)
        tail = self._file.read(TAIL_BYTES)
        self.left_out = self.size - HEAD_BYTES - TAIL_BYTES
        self._file.seek(HEAD_BYTES)
        self._file.write(b"\n[ledger: %d bytes left out]\n%s" % (self.left_out, tail))
        self._file.truncate()


class Interrupts:
    """SIGINT, SIGTERM and SIGHUP to this process. While it is open they raise KeyboardInterrupt;
    while they are ``deferred``, during the execution of a command, they do not, for they are to end
    the command. Those that came are ``caught``. A signal that was ignored (``nohup``) stays so.
    Python hands signals to the main thread alone: in another thread none is caught.
    """

    def __init__(self) -> None:
        self.caught: list[signal.Signals] = []
        self._before: dict[signal.Signals, Any] = {}
        self._are_deferred = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _INTERRUPTS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._catch)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let them not interrupt this process meanwhile."""
        self._are_deferred = True
        try:
            yield
        finally:
            self._are_deferred = False

    def _catch(self, number: int, _: FrameType | None) -> None:
        self.caught.append(signal.Signals(number))
        if not self._are_deferred:
            raise KeyboardInterrupt


def require_posix() -> None:
    """Raise LedgerError where commands cannot be watched."""
    if not hasattr(os, "wait4"):
        raise LedgerError(
            "needs-posix",
            "`ledger run` needs Linux, macOS or another POSIX system",
            "execute the command yourself, with its output in a file, and record that with "
            "`ledger append`",
        )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where what is done meanwhile takes longer, a search with a pattern, say.
    Python hands signals to the main thread alone: in another thread there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class NotStarted(Exception):
    """The system could not start the command, and says why."""


def execute(
    words: Sequence[str],
    log_path: Path,
    *,
    interrupts: Interrupts,
    timeout_s: float | None = None,
    echo: Callable[[bytes], None] | None = None,
    bundle: Path | None = None,
) -> Exit:
    """Run a command in the current folder, with no input, until it and all that it started have
    ended. What it writes goes to a new log, and to ``echo`` as it comes. It finds the folder
    ``bundle``, for files of its own, in ``LEDGER_RUN_DIR``.

    A timeout and the first of the ``interrupts`` end it by a signal and, ``KILL_AFTER_S`` later or
    with the second interrupt, by SIGKILL.

    Raises NotStarted, and OSError where the disk does not take what it writes.
    """
    log = Log(log_path)
    with interrupts.deferred(), _orphans_adopted():
        try:
            floor = psutil.Process().memory_info().rss  # of what becomes the command
            running = _Running(words, log, echo, bundle)
            code, usage = running.watch(interrupts.caught, timeout_s)
            wall_s = time.monotonic() - running.started
            left, kept = _end_the_rest(running.process.pid)
            running.drain()
        finally:
            log.close()
    if running.failure:
        raise running.failure
    peak = usage.ru_maxrss * _MAXRSS_UNIT
    return Exit(
        code=TIMED_OUT if running.cut == "timeout" else code,
        cut=running.cut,
        wall_s=wall_s,
        user_s=usage.ru_utime,
        system_s=usage.ru_stime,
        peak_rss_bytes=peak if peak > floor + _NOISE_BYTES else None,
        left=left,
        kept=kept,
        log_bytes=log.size,
        log_left_out=log.left_out,
    )


class _Running:
    """A started command; ``cut`` by what, and the ``failure`` to write its log."""

    def __init__(
        self,
        words: Sequence[str],
        log: Log,
        echo: Callable[[bytes], None] | None,
        bundle: Path | None,
    ) -> None:
        own = {FOLDER_VARIABLE: str(bundle)} if bundle else {}
        try:
            self.process = subprocess.Popen(  # noqa: S603 - to execute this command is the task
                words,
                env={**os.environ, **own},
                stdin=subprocess.DEVNULL,  # a run must be one that can be repeated
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's signals are for `ledger`
                preexec_fn=_killed_with_ledger,  # noqa: PLW1509 - one call of the system
            )
        except (OSError, ValueError) as error:
            raise NotStarted(getattr(error, "strerror", None) or str(error)) from error
        self.started = time.monotonic()
        self.cut = ""
        self.failure: OSError | None = None
        self._log, self._echo = log, echo
        self._kill_at = math.inf
        assert self.process.stdout is not None
        self._output = self.process.stdout
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)

    def watch(
        self, interrupts: Sequence[signal.Signals], timeout_s: float | None
    ) -> tuple[int, Any]:
        """Wait for its end, or bring it about: its exit code, and what it used."""
        deadline = math.inf if timeout_s is None else self.started + timeout_s
        seen = 0
        while True:
            try:
                self._pass_on(_TICK_S)
            except BaseException:  # whoever looks on failed
                _send(signal.SIGKILL, self.process.pid)
                raise
            ended, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                self.process.returncode = code  # so that Popen does not wait for it, too
                return (code if code >= 0 else 128 - code), usage
            _reap_orphans(self.process.pid)
            for number in interrupts[seen:]:
                self._end(number.name, signal.SIGKILL if seen else number)
                seen += 1
            now = time.monotonic()
            if now >= deadline and not self.cut:
                self._end("timeout", signal.SIGTERM)
            if now >= self._kill_at:
                _send(signal.SIGKILL, self.process.pid)

    def drain(self) -> None:
        """Pass on what is left in the pipe; not endless, where a process escaped that writes."""
        for _ in range(_DRAINED // _CHUNK):
            if not self._pass_on(0):
                break
        self._selector.close()
        self._output.close()

    def _end(self, cut: str, number: signal.Signals) -> None:
        self.cut = self.cut or cut
        grace_s = 0 if number == signal.SIGKILL else KILL_AFTER_S
        self._kill_at = min(self._kill_at, time.monotonic() + grace_s)
        if number == signal.SIGINT:
            _send_to_group(number, self.process.pid)  # as a terminal would
        else:
            _send(number, self.process.pid)

    def _pass_on(self, wait_s: float) -> bool:
        """Pass on what the command wrote, after waiting for it; whether there was anything."""
        if not self._selector.get_map():
            time.sleep(wait_s)
            return False
        if not self._selector.select(wait_s):
            return False
        data = os.read(self._output.fileno(), _CHUNK)
        if not data:
            self._selector.unregister(self._output)
            return False
        if self._echo:
            self._echo(data)
        if not self.failure:
            try:
                self._log.write(data)
            except OSError as error:
                self.failure = error
                self._end("disk", signal.SIGTERM)
        return True


def _killed_with_ledger() -> None:
    """In the new process, before it becomes the command: when `ledger` is killed, it is, too."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@contextmanager
def _orphans_adopted() -> Iterator[None]:
    """On Linux a process whose parent ends becomes a child of this one while it is open, so that
    also a daemon is found. Elsewhere the command's process group is what is known."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        _prctl(_PR_SET_CHILD_SUBREAPER, 0)


def _prctl(option: int, value: int) -> None:
    if _PRCTL:
        _PRCTL(option, ctypes.c_ulong(value))


def _reap_orphans(command: int) -> None:
    """Let go of adopted processes that have ended; others may wait until they are gone. Children
    of this process that are none of the command's are left to whoever started them."""
    if sys.platform != "linux":
        return
    try:
        while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            if ended.si_pid == command or os.getsid(ended.si_pid) == os.getsid(0):
                return
            os.waitpid(ended.si_pid, 0)
    except (ChildProcessError, ProcessLookupError):
        pass  # there is none


def _alive(command: int) -> list[psutil.Process]:
    """What the command started and has not ended, itself included. That is in sessions of its own,
    which tells it from other children of this process."""
    _reap_orphans(command)
    processes: list[psutil.Process] = []
    try:
        children = psutil.Process().children(recursive=True)
    except psutil.Error:  # the system does not let us look
        return processes
    for process in children:
        try:
            is_own = os.getsid(process.pid) == os.getsid(0)
            if not is_own and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
        except (OSError, psutil.Error):
            pass  # it has ended
    return processes


def _send(number: signal.Signals, command: int) -> None:
    """Send a signal to all that the command started."""
    for process in _alive(command):
        with suppress(psutil.Error):  # it has ended, or is another user's
            process.send_signal(number)
    if sys.platform != "linux":
        _send_to_group(number, command)


def _send_to_group(number: signal.Signals, command: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended
        os.killpg(command, number)


def _end_the_rest(command: int) -> tuple[int, int]:
    """End what the command left behind; how many that were, and how many could not be ended."""
    if sys.platform != "linux":
        _send(signal.SIGKILL, command)
    if _all_end(command, _ENDING_S):
        return 0, 0
    left = len(_alive(command))
    _send(signal.SIGTERM, command)
    if not _all_end(command, _REST_KILL_AFTER_S):
        give_up_at = time.monotonic() + _GIVE_UP_AFTER_S
        while not _all_end(command, _ENDING_S) and time.monotonic() < give_up_at:
            _send(signal.SIGKILL, command)
    return left, len(_alive(command))


def _all_end(command: int, within_s: float) -> bool:
    """Whether nothing is left, after waiting for that."""
    deadline = time.monotonic() + within_s
    while _alive(command):
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.01)
    return True
