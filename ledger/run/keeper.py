"""A small process between `ledger` and the command, which outlives neither: its handle.

It is forked before `ledger` loads anything large. The system counts the memory of a process from
before it becomes the command, so what forks it must be small; see ``results.Ended``. What it does
is in ``keeping``, which it loads by itself, while `ledger` goes on.
"""

from __future__ import annotations

import os

from ledger.run import wire


class Keeper:
    """Handle of the process. ``output`` is what the command writes, ``answers`` becomes
    readable when it and all that it started have ended."""

    def __init__(self) -> None:
        requests, self._requests = os.pipe()
        self.answers, answers = os.pipe()
        self.output, output = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()  # the terminal's signals are for `ledger`
                for descriptor in (self._requests, self.answers, self.output):
                    os.close(descriptor)
                from ledger.run import keeping

                keeping.serve(requests, answers, output)
            finally:
                os._exit(0)
        for descriptor in (requests, answers, output):
            os.close(descriptor)
        os.set_blocking(self.output, False)

    def start(self, arguments: list[str]) -> None:
        """Start a command; the one before must have ended."""
        words = b"\0".join(os.fsencode(word) for word in arguments)
        wire.send(self._requests, b"G" + wire.number(len(words)) + words)

    def send(self, signal: int) -> None:
        """Send a signal to the command: SIGINT as a terminal would, others to all processes."""
        try:
            wire.send(self._requests, b"S" + wire.number(signal))
        except BrokenPipeError:
            pass  # it is gone, and the command with it

    def answer(self) -> bytes:
        """How the command ended, as ``wire.ANSWER`` packs it, once ``answers`` is readable; less
        than that where this process was killed."""
        return wire.receive(self.answers, wire.ANSWER_BYTES)

    def dismiss(self) -> None:
        """Let it end, and with it whatever still runs, without waiting for that."""
        if self._requests >= 0:
            os.close(self._requests)
            self._requests = -1

    def close(self) -> None:
        """End it, and with it whatever still runs."""
        self.dismiss()
        os.waitpid(self.pid, 0)
        os.close(self.answers)
        os.close(self.output)
