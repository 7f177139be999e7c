"""One round of a run: a command tried once, or again where ``--retry-on`` says so."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ledger.running.capture import capture
from ledger.running.command import Command
from ledger.running.interrupts import Interrupts
from ledger.running.keeper import Keeper
from ledger.running.log import Log
from ledger.running.results import Ran

TIMED_OUT: Final = 124  # as timeout(1) has it
_OF_A_TRY: Final = ("exit_code.txt", "time.txt", "junit.xml", "report.jsonl")


class Cut(Exception):
    """The run was ended from outside: by a signal to `ledger`."""


class NotStarted(Exception):
    """The system could not start the command; ``number`` is the errno."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


def run_round(
    keeper: Keeper,
    command: Command,
    number: int,
    place: str,
    log: Log,
    interrupts: Interrupts,
    echo: Callable[[bytes], None] | None,
) -> Ran:
    """Wait for the first try, which was started with ``log``, and try again until a try passed or
    is not to be repeated, or none is left. The last try's files stand in ``place``, those of the
    earlier ones in ``retried/1`` and so on below it.

    Raises Cut, NotStarted, and OSError where the disk does not take what is written.
    """
    retried: list[str] = []
    folder = Path(place)
    words = command.within(place)
    path = folder / command.log_name
    while True:
        try:
            outcome = capture(keeper, log, interrupts, command.timeout_s, echo)
        finally:
            log.close()
        ended, cut = outcome.ended, outcome.cut
        if ended.error:
            raise NotStarted(ended.error)
        if cut == "disk":
            raise OSError(None, outcome.why)
        if cut and cut != "timeout":
            raise Cut(f"{cut} after {ended.wall_s:.2f} s")
        is_timeout = cut == "timeout"
        code = TIMED_OUT if is_timeout else ended.code
        from ledger.running import files  # loaded while the command runs

        files.write_end(folder, files.line_of(words), code, ended)
        ran = Ran(number, code, is_timeout, tuple(retried), ended, log.size, log.left_out)
        if not code or len(retried) == command.retries:
            return ran
        if command.retry_on and not command.retry_on.wants(code, path):
            return ran
        retried.append(ran.word)
        _set_aside(folder, (command.log_name, *_OF_A_TRY), len(retried))
        log = command.begin(keeper, place)


def _set_aside(folder: Path, names: tuple[str, ...], number: int) -> None:
    aside = folder / "retried" / str(number)
    aside.mkdir(parents=True)
    for name in names:
        if (folder / name).exists():
            (folder / name).rename(aside / name)
