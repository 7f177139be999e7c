"""The log of a command: its first and its last part, whatever it writes."""

from __future__ import annotations

import os

HEAD_BYTES = 8 * 1024 * 1024
TAIL_BYTES = 2 * 1024 * 1024


class Log:
    """Writes what it is given as it comes, up to ``HEAD_BYTES``. Of what follows the last
    ``TAIL_BYTES`` are kept in memory and written at the end, with a line between that says how
    much is left out. A command that floods its output fills neither the disk nor the memory.

    Raises OSError where the disk does not take it; after that it takes no more.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        self._file = os.open(path, flags, 0o666)
        self._tail = bytearray()
        self.size = 0
        self.left_out = 0

    def write(self, data: bytes) -> None:
        """Add to the log."""
        room = max(0, HEAD_BYTES - self.size)
        self.size += len(data)
        if room:
            _write(self._file, data[:room])
        self._tail += data[room:]
        if len(self._tail) > 2 * TAIL_BYTES:
            self._cut()

    def close(self) -> None:
        """Write the last part, and be done."""
        try:
            self._cut()
            if self.left_out:
                _write(self._file, f"\n[ledger: {self.left_out} bytes left out]\n".encode())
            _write(self._file, bytes(self._tail))
        finally:
            os.close(self._file)

    def _cut(self) -> None:
        over = len(self._tail) - TAIL_BYTES
        if over > 0:
            self.left_out += over
            del self._tail[:over]


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
