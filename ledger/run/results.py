"""How what was run ended: a command, a try, a round."""

import struct
from typing import NamedTuple

from ledger.run.retrying import ended_by
from ledger.run.wire import ANSWER


class Ended(NamedTuple):
    """How a command ended. ``code`` as a shell has it: 128 and more for a signal.

    ``peak_rss_bytes`` is that of its largest process, None where it needed less than Python
    does to start it, some 15 MB: then the system tells nothing. ``left`` is how many
    processes it left behind, ``kept`` how many of them could not be ended. ``error`` is the
    errno of a command that could not be started, else 0.
    """

    code: int
    error: int
    wall_s: float
    user_s: float
    system_s: float
    peak_rss_bytes: int | None
    left: int
    kept: int


def ended(answer: bytes) -> Ended | None:
    """What the keeper's answer says; None where it was killed before it had given one."""
    if len(answer) < struct.calcsize(ANSWER):
        return None
    code, error, wall, user, system, peak, left, kept = struct.unpack(ANSWER, answer)
    return Ended(code, error, wall, user, system, None if peak < 0 else peak, left, kept)


class Outcome(NamedTuple):
    """How one try ended. ``cut`` says what ended it from outside: ``timeout``, the name
    of a signal that `ledger` got, or ``disk`` with ``why``; empty where it ended by itself."""

    ended: Ended
    cut: str = ""
    why: str = ""


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
