"""One round of a run: a command tried once, or again where ``--retry-on`` says so."""

from __future__ import annotations

import os

from ledger.run.capture import capture
from ledger.run.command import Command
from ledger.run.interrupts import Interrupts
from ledger.run.keeper import Keeper
from ledger.run.log import Log
from ledger.run.results import Ran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

TIMED_OUT = 124  # as timeout(1) has it
_OF_A_TRY = ("exit_code.txt", "time.txt", "junit.xml", "report.jsonl")


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
    words = command.within(place)
    path = os.path.join(place, command.log_name)
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
        from ledger.run import files  # loaded while the command runs

        files.write_end(place, files.line_of(words), code, ended)
        ran = Ran(number, code, is_timeout, tuple(retried), ended, log.size, log.left_out)
        if not code or len(retried) == command.retries:
            return ran
        if command.retry_on and not command.retry_on.wants(code, path):
            return ran
        retried.append(ran.word)
        _set_aside(place, (command.log_name, *_OF_A_TRY), len(retried))
        log = command.begin(keeper, place)


def _set_aside(place: str, names: tuple[str, ...], number: int) -> None:
    aside = os.path.join(place, "retried", str(number))
    os.makedirs(aside)
    for name in names:
        if os.path.exists(os.path.join(place, name)):
            os.rename(os.path.join(place, name), os.path.join(aside, name))
