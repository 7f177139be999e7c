"""How what was run ended: one execution of the command, and a round of executions."""

import signal

from ledger.plan.model import Model

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


class CompletedRound(Model):
    """A round that came to its end: one execution that counts, after others that did not."""

    number: int
    """Its number, from 1."""
    exit: Exit
    """How its last try ended."""
    retried: tuple[str, ...]
    """How each try before that ended, in words."""
    fault: str = ""
    """What its last try's outputs say against it, although its exit code is 0; empty for
    nothing."""

    @property
    def passed(self) -> bool:
        """Whether its last try passed."""
        return self.exit.code == 0 and not self.fault

    @property
    def word(self) -> str:
        """How its last try ended, in words."""
        return self.fault or self.exit.word
