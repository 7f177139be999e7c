"""When a try is repeated: what ``--retry-on`` says."""

import os
import re
import signal
from collections.abc import Sequence
from typing import NamedTuple

from ledger.errors import UsageError


class RetryOn(NamedTuple):
    """Exit codes (a signal's as a shell has it: 139 for SIGSEGV), and patterns in the output.
    Without either every try that did not pass is repeated."""

    codes: frozenset[int] = frozenset()
    patterns: tuple[re.Pattern[bytes], ...] = ()

    def wants(self, code: int, log: str | os.PathLike[str]) -> bool:
        """Whether a try with this exit code, not 0, and this log is to be repeated."""
        if not self.codes and not self.patterns:
            return True
        if code in self.codes:
            return True
        if not self.patterns:
            return False
        with open(log, "rb") as file:
            data = file.read()
        return any(pattern.search(data) for pattern in self.patterns)


def read(given: Sequence[str]) -> RetryOn:
    """Read the values of ``--retry-on``: ``SIGSEGV``, ``3`` or a regular expression. Raises
    UsageError for a signal that is none, code 0 and a pattern that is none."""
    codes: set[int] = set()
    patterns: list[re.Pattern[bytes]] = []
    for one in given:
        if re.fullmatch(r"SIG[A-Z0-9]+", one):
            try:
                codes.add(128 + signal.Signals[one])
            except KeyError:
                raise _bad(one, "a signal, found a name that none has") from None
        elif re.fullmatch(r"\d{1,4}", one):
            if not 0 < int(one) < 256:
                raise _bad(one, "an exit code from 1 to 255")
            codes.add(int(one))
        else:
            try:
                patterns.append(re.compile(one.encode()))
            except (re.error, ValueError, RecursionError) as error:
                raise _bad(one, f"a signal, an exit code or a pattern: {error}") from None
    return RetryOn(frozenset(codes), tuple(patterns))


def _bad(given: str, expected: str) -> UsageError:
    return UsageError("usage", f"--retry-on {given[:80]}: expected {expected}")


def ended_by(code: int) -> str:
    """An exit code in words: ``passed``, ``SIGSEGV``, ``timeout``, ``exit code 3``."""
    if code == 0:
        return "passed"
    if code == 124:
        return "timeout"
    if 128 < code < 128 + 65:
        try:
            return signal.Signals(code - 128).name
        except ValueError:
            pass
    return f"exit code {code}"
