"""Runs the command line: in this process for speed, in its own, or on a terminal."""

from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger.cli import main

SCRIPT = "from ledger.cli import run; run()"
_STYLE = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Done:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The data of the JSON document on standard output."""
        return json.loads(self.out)["data"]


def call(cwd: Path, *arguments: str) -> Done:
    """Run `ledger` in this process, standard output being a pipe."""
    return captured(cwd, lambda: main(arguments))


def captured(cwd: Path, program: Callable[[], int]) -> Done:
    """Run a program in this process, standard output being a pipe."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        contextlib.chdir(cwd),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        code = program()
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))
    return Done(code, *texts)


def process(
    cwd: Path, *arguments: str, env: dict[str, str] | None = None, stdout: Any = subprocess.PIPE
) -> Done:
    """Run `ledger` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


def terminal(
    cwd: Path, width: int, arguments: Sequence[str], env: dict[str, str] | None = None
) -> tuple[int, bytes]:
    """Run `ledger` on a terminal of `width` columns; its exit code and all that it wrote."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *arguments],
        cwd=cwd,
        env={**os.environ, "TERM": "xterm-256color", **(env or {})},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said = b""
    # Reading a terminal whose last user is gone fails on Linux and ends on macOS.
    with contextlib.suppress(OSError):
        while part := os.read(ours, 65536):
            said += part
    os.close(ours)
    return child.wait(timeout=60), said.replace(b"\r\n", b"\n")


def unstyled(said: bytes) -> list[str]:
    """The lines on a terminal, without their colours."""
    return _STYLE.sub("", said.decode()).splitlines()
