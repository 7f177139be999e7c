"""A second process for a part of the work, where there are two processors."""

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any, BinaryIO, NoReturn, TypeVar

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")


def processors() -> int:
    """How many this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def is_second_worth() -> bool:
    """Whether a second process may run beside this one, and do so safely: a fork copies locks
    that other threads hold."""
    return hasattr(os, "fork") and processors() > 1 and threading.active_count() == 1


@contextmanager
def aside(work: Callable[[], _Result]) -> Iterator[Callable[[], _Result | None]]:
    """Do ``work`` in a copy of this process meanwhile. The function that is handed out waits for
    its result: None where ``work`` or the process failed, or none was to be had."""
    receiver, sender = os.pipe()
    with open(receiver, "rb") as told, open(sender, "wb") as telling:  # noqa: PTH123 - a pipe
        try:
            child = os.fork()
        except OSError:
            yield lambda: None
            return
        if not child:
            _work(work, telling)
        try:
            telling.close()
            yield lambda: _result(told.read())
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def shared(
    work: Callable[[_Part], _Result], parts: Sequence[_Part], begin: Callable[[], None]
) -> list[_Result]:
    """The results of ``work`` for at most 4,096 ``parts``, in their order. A copy of this process,
    which begins with ``begin``, works from the last part towards the first meanwhile: what lies
    side by side is done by one process, and both are busy until they meet."""
    taking, giving = os.pipe()
    os.write(giving, bytes(len(parts)))  # each byte that is read is leave to do one more
    os.close(giving)

    def done(order: Iterable[int]) -> Iterator[tuple[int, _Result]]:
        for at in takewhile(lambda _: os.read(taking, 1), order):
            yield at, work(parts[at])

    def begin_and_do() -> dict[int, bytes]:
        begin()
        # Each is made ready to be told at once: in the end nobody waits for that.
        order = reversed(range(len(parts)))
        return {at: pickle.dumps(one, pickle.HIGHEST_PROTOCOL) for at, one in done(order)}

    try:
        with aside(begin_and_do) as second:
            found = dict(done(range(len(parts))))
            found |= {at: _result(data) for at, data in (second() or {}).items()}
    finally:
        os.close(taking)
    return [found[at] if at in found else work(part) for at, part in enumerate(parts)]


def _work(
    work: Callable[[], object], telling: BinaryIO
) -> NoReturn:  # pragma: no cover - in a process of its own
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback of ours
        pickle.dump(work(), telling, pickle.HIGHEST_PROTOCOL)
        telling.flush()
    finally:
        os._exit(0)  # nothing of what the first process does at its end


def _result(data: bytes) -> Any:
    try:
        return pickle.loads(data)  # noqa: S301 - from this very program
    except (pickle.UnpicklingError, EOFError):  # a part of it
        return None
