"""One round of a run: a command tried once, or again where ``--retry-on`` says so."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ledger.running import pytest_arguments
from ledger.running.capture import Interrupts, capture
from ledger.running.keeper import Ended, Keeper
from ledger.running.log import Log
from ledger.running.retrying import RetryOn, ended_by

TIMED_OUT: Final = 124  # as timeout(1) has it
_OF_A_TRY: Final = ("exit_code.txt", "time.txt", "junit.xml", "report.jsonl")


class Cut(Exception):
    """The run was ended from outside: by a signal to `ledger`."""


class NotStarted(Exception):
    """The system could not start the command; ``number`` is the errno."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


class Command(NamedTuple):
    """What is executed, and on what terms. ``pytest_at`` is the index of its word for pytest."""

    words: tuple[str, ...]
    pytest_at: int | None
    timeout_s: float | None
    retries: int
    retry_on: RetryOn

    @property
    def log_name(self) -> str:
        """The name of its log."""
        return "output.log" if self.pytest_at is None else "pytest.log"

    def within(self, folder: Path) -> list[str]:
        """The words with which it writes its results to ``folder``."""
        if self.pytest_at is None:
            return list(self.words)
        return pytest_arguments.with_results(self.words, self.pytest_at, folder)


class Ran(NamedTuple):
    """A round that came to its end. ``code`` is that of its last try, ``retried`` how the
    earlier ones ended, ``log_bytes`` what the last one wrote, whether it was kept or not."""

    number: int
    code: int
    is_timeout: bool
    retried: tuple[str, ...]
    ended: Ended
    log_bytes: int
    left_out: int

    @property
    def word(self) -> str:
        """How it ended."""
        return "timeout" if self.is_timeout else ended_by(self.code)


def run_round(
    keeper: Keeper,
    command: Command,
    number: int,
    folder: Path,
    interrupts: Interrupts,
    echo: Callable[[bytes], None] | None,
) -> Ran:
    """Try until a try passed or is not to be repeated, or none is left. The last try's files
    stand in ``folder``, those of the earlier ones in ``retried/1`` and so on below it.

    Raises Cut, NotStarted, and OSError where the disk does not take what is written.
    """
    retried: list[str] = []
    words = command.within(folder)
    while True:
        path = folder / command.log_name
        log = Log(path)
        try:
            outcome = capture(keeper, words, log, interrupts, command.timeout_s, echo)
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
        _write_end(folder, words, code, ended)
        ran = Ran(number, code, is_timeout, tuple(retried), ended, log.size, log.left_out)
        if not code or len(retried) == command.retries or not command.retry_on.wants(code, path):
            return ran
        retried.append(ran.word)
        _set_aside(folder, (command.log_name, *_OF_A_TRY), len(retried))


def _write_end(folder: Path, words: Sequence[str], code: int, ended: Ended) -> None:
    from ledger.running import files  # loaded while the command runs

    files.write_end(folder, files.line_of(words), code, ended)


def _set_aside(folder: Path, names: Sequence[str], number: int) -> None:
    aside = folder / "retried" / str(number)
    aside.mkdir(parents=True)
    for name in names:
        if (folder / name).exists():
            (folder / name).rename(aside / name)
