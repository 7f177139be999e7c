"""One command from its start to its end: its output goes to the log and to a terminal, and a
timeout, an interrupt or a full disk ends it."""

import os
import select
import signal
import time
from collections.abc import Callable
from typing import Final

from ledger.errors import LedgerError, why
from ledger.run.interrupts import Interrupts
from ledger.run.keeper import Keeper
from ledger.run.log import Log
from ledger.run.results import Outcome, ended

KILL_AFTER_S = 5.0
"""Between the first signal to a command that is to end, and SIGKILL."""
_CHUNK: Final = 1 << 16
_DRAINED: Final = 1 << 22  # what can be in the pipe when everything has ended, and more


def capture(
    keeper: Keeper,
    log: Log,
    interrupts: Interrupts,
    timeout_s: float | None = None,
    echo: Callable[[bytes], None] | None = None,
) -> Outcome:
    """Wait until the command, which was started, and all that it started have ended, and say how.
    What it writes goes to ``log`` and ``echo`` as it comes. Raises ``LedgerError`` where the
    process that holds it was killed."""
    deadline = None if timeout_s is None else time.monotonic() + timeout_s
    kill_at: float | None = None
    cut = why = ""
    seen = 0
    while True:
        due = [moment for moment in (None if cut else deadline, kill_at) if moment is not None]
        wait = max(0.0, min(due) - time.monotonic()) if due else None
        watched = [keeper.output, keeper.answers, interrupts.woken]
        ready = select.select(watched, [], [], wait)[0]
        now = time.monotonic()
        if keeper.output in ready:
            trouble = _pass_on(keeper, log, None if cut == "disk" else echo, cut != "disk")
            if trouble:
                cut, why = "disk", trouble
                keeper.send(signal.SIGTERM)
                kill_at = now + KILL_AFTER_S
        if interrupts.woken in ready:
            _emptied(interrupts.woken)
            for number in interrupts.caught[seen:]:
                # A second one is impatience.
                keeper.send(signal.SIGKILL if seen else number)
                seen += 1
                cut = cut or signal.Signals(number).name
                kill_at = kill_at or now + KILL_AFTER_S
        if keeper.answers in ready:
            break
        if not cut and deadline is not None and now >= deadline:
            cut, kill_at = "timeout", now + KILL_AFTER_S
            keeper.send(signal.SIGTERM)
        elif kill_at is not None and now >= kill_at:
            keeper.send(signal.SIGKILL)
            kill_at = None
    end = ended(keeper.answer())
    if end is None:
        raise LedgerError("run-lost", "the process that held the command was killed")
    trouble = _drain(keeper, log, None if cut == "disk" else echo, cut != "disk")
    if trouble:
        cut, why = "disk", trouble
    return Outcome(end, cut, why)


def _drain(keeper: Keeper, log: Log, echo: Callable[[bytes], None] | None, is_kept: bool) -> str:
    """What is left in the pipe; not endless, where a process escaped that still writes."""
    for _ in range(_DRAINED // _CHUNK):
        if not select.select([keeper.output], [], [], 0)[0]:
            break
        trouble = _pass_on(keeper, log, echo, is_kept)
        if trouble:
            return trouble
    return ""


def _pass_on(keeper: Keeper, log: Log, echo: Callable[[bytes], None] | None, is_kept: bool) -> str:
    """Why the log could not be written; else empty."""
    try:
        data = os.read(keeper.output, _CHUNK)
    except BlockingIOError:
        return ""
    if not data:
        return ""
    if echo is not None:
        echo(data)
    if is_kept:
        try:
            log.write(data)
        except OSError as error:
            return why(error)
    return ""


def _emptied(pipe: int) -> None:
    try:
        while os.read(pipe, 4096):
            pass
    except BlockingIOError:
        pass
