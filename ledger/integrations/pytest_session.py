"""A session of pytest that is recorded: it is the command of a ``ledger run``, so that crashes,
xdist and reruns are captured as they are there."""

import codecs
import re
import shutil
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from ledger import config, errors
from ledger.commands.evidence import since_last
from ledger.commands.run import RunOutcome, run
from ledger.errors import LedgerError, PlanWarning
from ledger.plan import text
from ledger.reports import Line
from ledger.reports import run as report
from ledger.run.command import pytest_index
from ledger.run.model import CompletedRound

_OPTIONS: Final = ("--ledger", "--ledger-complete")
_COLOURS: Final = {"red": 31, "green": 32, "yellow": 33}
_BEGUN: Final = re.compile(r"(?:\x1b(?:\[[\d;]{0,20})?)?\Z")  # a colour of which more comes


def record(
    arguments: Sequence[str], item: str, complete: Sequence[int], *, is_coloured: bool = False
) -> int:
    """Execute pytest with ``arguments`` and record it in ``item``; the exit code is that of its
    session, or where that is 0 and nothing is recorded for it that of the failure. Raises pytest's
    UsageError where nothing was executed."""
    if not item:
        raise pytest.UsageError("--ledger: expected an item of the fix plan, found none")
    session = _Session(item)
    with _notes() as notes:
        errors.boundary(lambda: session.execute(words(arguments), complete), session.fail)
        if session.failure and not session.ended:
            raise pytest.UsageError(text.one_line(str(session.failure)))
        shown = [Line(words) for words in session.lines()]
        errors.boundary(lambda: shown.extend(session.comparison()), session.fail)
    heading = f" ledger: {text.one_line(item)} "
    title = heading.center(shutil.get_terminal_size().columns, "=")
    style = "red" if session.exit_code else "green"  # as the last line of pytest is
    lines = [Line(title, accents=((0, len(title), style),)), *shown, *map(Line, notes)]
    errors.write("".join(f"{_printed(line, is_coloured=is_coloured)}\n" for line in lines))
    return session.exit_code


def _printed(line: Line, *, is_coloured: bool) -> str:
    words = text.visible(line.text)
    for start, end, style in line.accents if is_coloured and words == line.text else ():
        words = f"{words[:start]}\x1b[{_COLOURS[style]}m{words[start:end]}\x1b[0m{words[end:]}"
    return words


class _Session:
    """A session while it is recorded; ``failure`` is why it could not be."""

    def __init__(self, item: str) -> None:
        self.item = item
        self.ended: list[CompletedRound] = []
        self.outcome: RunOutcome | None = None
        self.failure: LedgerError | None = None

    def execute(self, command: Sequence[str], complete: Sequence[int]) -> None:
        """Execute and record it. Raises as ``run``."""
        self.outcome = run(
            self.item, command, complete=complete, echo=_echo(), progress=self.ended.append
        )

    def fail(self, failure: LedgerError) -> None:
        """Note why it was not recorded."""
        self.failure = self.failure or failure

    @property
    def exit_code(self) -> int:
        """See ``record``."""
        code = self.ended[-1].exit.code if self.ended else pytest.ExitCode.INTERRUPTED
        if self.failure:
            return code or self.failure.exit_code
        return code or int(self.outcome is None or not self.outcome.passed)

    def lines(self) -> Iterator[str]:
        """Where the session is, and its attempt or why there is none."""
        if self.failure:
            yield str(self.failure)
        elif self.outcome:
            quiet = self.outcome.model_copy(update={"failing": ()})  # pytest has just told them
            yield from (str(getattr(line, "text", line)) for line in report.lines(quiet))
            recorded = self.outcome.recorded.notes if self.outcome.recorded else ()
            yield from (f"note: {note}" for note in dict.fromkeys((*recorded, *self.outcome.notes)))

    def comparison(self) -> Iterator[Line]:
        """What is new against the attempt before."""
        path = self.outcome.path if self.outcome else self.failure.run if self.failure else ""
        if path and self.ended and not self.ended[-1].no_try:
            last = since_last(config.find(Path.cwd()), self.item, path)
            yield from report.since(*last) if last else ()


def words(arguments: Sequence[str]) -> list[str]:
    """The command that runs pytest as it was started here, without the options of this plugin."""
    given, started = list(arguments), list(sys.orig_argv)
    start = started[: len(started) - len(given)]
    is_own = [*start, *given] == started  # else a program calls pytest, with words of its own
    if start[1:2] and not start[1].startswith("-"):  # python /somewhere/bin/pytest
        start = start[1:]
    if not is_own or pytest_index(start) != len(start) - 1:
        start = [sys.executable, "-m", "pytest"]
    if shutil.which(Path(start[0]).name) == start[0]:
        start[0] = Path(start[0]).name
    kept: list[str] = []
    for before, word in zip(["", *given], given, strict=False):
        if before not in _OPTIONS and word.partition("=")[0] not in _OPTIONS:
            kept.append(word)
    return [*start, *kept]


@contextmanager
def _notes() -> Iterator[list[str]]:
    """A list that gets the warnings about the plan when it is left."""
    notes: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", PlanWarning)
        yield notes
    notes += dict.fromkeys(f"note: {warning.message}" for warning in caught)


def _echo() -> Callable[[bytes], None]:
    """A function that shows what pytest writes, as it comes."""
    decoder, left = codecs.getincrementaldecoder("utf-8")("replace"), ""

    def write(data: bytes) -> None:
        nonlocal left
        printed = left + decoder.decode(data)
        begun = _BEGUN.search(printed)
        left = begun[0] if begun else ""
        errors.write(text.coloured(printed[: len(printed) - len(left)]))

    return write
