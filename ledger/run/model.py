"""How what was run ended: one execution of the command, and a round of executions."""

import os
import re
import signal
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from ledger.errors import UsageError
from ledger.plan.model import Model
from ledger.plan.text import one_line

TIMED_OUT = 124
"""The exit code of a command that took too long, as timeout(1) has it."""


class Exit(Model):
    """How one execution of the command ended."""

    code: int
    """The exit code as a shell has it: 128 and the number for a signal, 124 for a timeout."""
    cut: str = ""
    """What ended it from outside: ``timeout``, or the name of a signal that `ledger` got."""
    wall_s: float
    """Seconds from its start to its end."""
    user_s: float
    """Processor seconds of the command and of what it waited for."""
    system_s: float
    """Processor seconds that the system spent for them."""
    peak_rss_bytes: int | None
    """Peak memory of its largest process; None where that was less than `ledger` itself needs,
    from which the command is forked: then the system does not tell."""
    left: int
    """Processes that it left behind, which were ended."""
    kept: int
    """Those of them that could not be ended."""
    log_bytes: int
    """Bytes that it wrote."""
    log_left_out: int
    """Bytes of these that are not in its log."""

    @property
    def word(self) -> str:
        """How it ended: ``passed``, ``timeout``, ``SIGSEGV``, ``exit code 3``."""
        if self.code == 0:
            return "passed"
        if self.code == TIMED_OUT:
            return "timeout"
        try:
            return signal.Signals(self.code - 128).name
        except ValueError:
            return f"exit code {self.code}"


class Gauge(Model):
    """A value that the command prints, and that the report of its rounds has a column for."""

    name: str
    """The heading of the column."""
    pattern: re.Pattern[bytes]
    """What matches it in the output; its first group is the value, else all of it."""

    @classmethod
    def parse(cls, given: str) -> "Gauge":
        """Read ``Efficiency=([0-9.]+%)``. Raises UsageError for anything else."""
        name, _, pattern = given.partition("=")
        name = one_line(name).strip()
        if not name or not pattern or "|" in name or len(name) > 40:
            expected = "a name, = and a pattern, such as 'Efficiency=efficiency: ([0-9.]+%)'"
            raise UsageError("usage", f"--metric {given[:80]}: expected {expected}")
        try:
            return cls(name=name, pattern=re.compile(os.fsencode(pattern)))
        except (re.error, ValueError, RecursionError) as error:
            message = f"--metric {given[:80]}: expected a pattern: {error}"
            raise UsageError("usage", message) from None

    def value(self, output: bytes) -> str:
        """The value that was printed last; empty for none."""
        last = None
        for match in self.pattern.finditer(output):
            last = match
        if last is None:
            return ""
        number = last[1] if last.re.groups else last[0]
        return one_line((number or b"").decode("utf-8", "replace")).strip().replace("|", "/")[:40]


class Repetition(Model):
    """How a command is repeated, and what is done around it."""

    planned: int = 1
    """How many rounds."""
    first: int = 1
    """The number of the first."""
    batch: int = 10
    """How many rounds the report counts together."""
    gauges: tuple[Gauge, ...] = ()
    """What the report shows of each round's output."""
    preflight: tuple[str, ...] = ()
    """The command that has to pass before the first; empty for none."""
    crashes: Path | None = None
    """Where reports of crashes appear; None for where the system puts them."""

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of the rounds."""
        return range(self.first, self.first + self.planned)


class CompletedRound(Model):
    """A round that came to its end: one execution that counts, after others that did not."""

    number: int
    """Its number, from 1."""
    exit: Exit
    """How its last try ended."""
    retried: tuple[str, ...]
    """How each try before that ended, in words."""
    metrics: dict[str, str] = Field(default={})
    """What its last try printed, by the names of the gauges."""
    fault: str = ""
    """What its last try's outputs say against it, although its exit code is 0; empty for
    nothing."""
    no_try: str = ""
    """Why nothing was tried, such as a command that was not found; empty where it was."""

    @property
    def passed(self) -> bool:
        """Whether its last try passed."""
        return self.exit.code == 0 and not self.fault

    @property
    def word(self) -> str:
        """How its last try ended, in words."""
        return self.fault or self.exit.word
