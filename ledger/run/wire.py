"""What goes through the pipes between `ledger` and the keeper.

A request is a letter and a number: ``G`` and the size of the command that follows, its words
with a NUL between, or ``S`` and a signal. The answer to a command is an ``ANSWER``.
"""

from __future__ import annotations

import os
import sys

ANSWER = "=iidddqii"  # of ``struct``: the fields of ``results.Ended``
ANSWER_BYTES = 48


def number(value: int) -> bytes:
    """A number behind the letter of a request: the size of a command, or a signal."""
    return value.to_bytes(4, sys.byteorder)


def send(pipe: int, data: bytes) -> None:
    """Write all of it."""
    while data:
        data = data[os.write(pipe, data) :]


def receive(pipe: int, size: int) -> bytes:
    """Read so many bytes; less only where the pipe ends."""
    data = b""
    while len(data) < size and (part := os.read(pipe, size - len(data))):
        data += part
    return data
