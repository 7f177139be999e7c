"""The programs of this project from a process that has them loaded: each call is a fork of it.

A page has a hundred examples, and a new Python takes longer to load ``ledger`` than ``ledger`` takes to run. A
program in ``bin`` hands its words, folder, environment and streams to that process, and ends with the code
that it gets back.
"""

from __future__ import annotations

import marshal
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import NoReturn

PROGRAMS = {
    "ledger": "ledger.cli",
    "ledger-hook": "ledger.hook",
    "ledger-merge-driver": "ledger.merge_driver",
}
_CLIENT = """\
#!{python} -IS
import marshal, os, socket, sys
call = marshal.dumps([{module!r}, sys.argv, os.getcwd(), dict(os.environ)])
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    socket.send_fds(server, [len(call).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(call)
    code = server.recv(1)
os._exit(code[0] if code else 1)
"""


_ERRORS = {"stdin": "strict", "stdout": "strict", "stderr": "backslashreplace"}


@contextmanager
def warm_programs() -> Iterator[Path]:
    """The folder with the programs, for a PATH, while the process behind them runs."""
    with tempfile.TemporaryDirectory() as folder:  # short: the name of a socket may not be long
        address = Path(folder, "socket")
        command = [sys.executable, "-P", __file__, str(address)]  # no file beside it is a module
        with subprocess.Popen(command, stdin=subprocess.DEVNULL) as server:
            place = Path(folder, "bin")
            place.mkdir()
            for name, module in PROGRAMS.items():
                program = place / name
                values = {"python": sys.executable, "module": module, "address": str(address)}
                program.write_text(_CLIENT.format(**values))
                program.chmod(0o755)
            deadline = time.monotonic() + 60
            while not address.exists() and time.monotonic() < deadline and server.poll() is None:
                time.sleep(0.01)
            try:
                yield place
            finally:
                server.kill()


def _serve(address: str) -> None:
    """Load everything, and fork for each caller."""
    import ledger

    parent = os.getppid()
    runs = {name: import_module(name).run for name in PROGRAMS.values()}
    for module in pkgutil.walk_packages(ledger.__path__, "ledger."):
        if not module.name.endswith("__main__"):
            with suppress(ImportError):  # an extra that is not installed
                import_module(module.name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.new")
        listening.listen()
        listening.settimeout(5)
        Path(f"{address}.new").rename(address)
        while os.getppid() == parent:  # whoever was killed has killed nobody
            try:
                caller, _ = listening.accept()
            except TimeoutError:
                continue
            if os.fork() == 0:
                listening.close()
                _perform(caller, runs)
            caller.close()
            with suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass


def _perform(caller: socket.socket, runs: dict[str, Callable[[], NoReturn]]) -> NoReturn:
    """The call, in a process of its own from here on."""
    size, streams, _, _ = socket.recv_fds(caller, 4, 3)
    with caller.makefile("rb") as lines:
        module, words, folder, environment = marshal.loads(  # noqa: S302 - from the program above
            lines.read(int.from_bytes(size, "big"))
        )
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    for name, number, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        stream = os.fdopen(number, mode, encoding="utf-8", errors=_ERRORS[name], closefd=False)
        setattr(sys, name, stream)
    sys.stderr.reconfigure(line_buffering=True)
    code = 1
    try:
        runs[module]()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - a defect, which is printed
        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        with suppress(OSError):
            caller.sendall(bytes([code & 255]))
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
