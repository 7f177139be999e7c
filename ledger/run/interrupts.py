"""Signals to `ledger` while it runs a command."""

from __future__ import annotations

import os
import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupts:
    """While it is open, SIGINT, SIGTERM and SIGHUP end the command and not this process at
    once. A signal that was ignored (``nohup``) stays so. ``caught`` are those that came."""

    def __init__(self) -> None:
        self.caught: list[int] = []
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        self.woken, self._wake = os.pipe()
        for end in (self.woken, self._wake):
            os.set_blocking(end, False)
        self._woke_before = signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        for number in _CAUGHT:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, lambda n, _: self.caught.append(n))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)  # type: ignore[arg-type]  # what signal() returned
        signal.set_wakeup_fd(self._woke_before)
        os.close(self.woken)
        os.close(self._wake)
