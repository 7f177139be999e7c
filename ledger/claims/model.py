"""What prose claims, and what the evidence says to it."""

from typing import Literal, NamedTuple

ClaimKind = Literal[
    "count", "rate", "sum", "duration", "margin", "exit_code", "memory", "cpu", "delta",
    "test", "artifact", "commit", "reference", "stamp", "date",
]  # fmt: skip
Verdict = Literal["supported", "contradicted", "unverifiable"]

# Whose figure it is: the attempt's own run's, another run's that is named, or one that is meant
# for something else or not exactly (a limit, an expectation, "about").
Whose = Literal["own", "other", "loose"]


_ASIDE = 2  # words between a number and what it counts: `13 unit tests passed`


class Amount(NamedTuple):
    """A number as written: every value in ``[low, high]`` is written like this."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """Whether ``value`` is written like this. Binary fractions get a hair's breadth."""
        if self.low <= value <= self.high:
            return True
        slack = 1e-9 * max(1.0, abs(value))
        return self.low - slack <= value <= self.high + slack

    @property
    def middle(self) -> float:
        """The number itself."""
        return (self.low + self.high) / 2


class RunName(NamedTuple):
    """A run as prose names it: ``phase`` ("e", "m2"), ``stamp``, or ``attempt`` (its number,
    with ``item`` where another item's is meant)."""

    kind: Literal["phase", "stamp", "attempt", "chunk"]
    value: str
    item: str | None = None


class Claim(NamedTuple):
    """One checkable statement. ``text`` is the passage as written, ``claimed`` its value.

    ``measure`` says what is measured: a field of ``Totals``, ``duration_s``, ``elapsed_s``,
    ``exit_code``, ``peak_rss_bytes``, ``cpu_percent``, or for a test the outcome. ``amount`` is
    in that measure's unit (seconds, bytes, percent, tests). ``group`` tells which claims were
    made in one breath: they speak of one run. ``subject`` is the module, test or file that a
    figure belongs to, where it is not the whole run; ``runs`` are the runs that are named,
    ``against`` those that are compared with. ``name`` is the path, commit, test, item or stamp
    that is claimed to be there.

    ``of`` holds what a rate, a margin or a change is reckoned from, in the order of its kind.
    ``is_firm`` says that the wording leaves no doubt that this run's result is told.
    """

    kind: ClaimKind
    text: str
    claimed: str
    line: int
    item: str | None = None
    attempt: int | None = None
    measure: str = ""
    amount: Amount | None = None
    group: int = 0
    whose: Whose = "own"
    subject: str = ""
    runs: tuple[RunName, ...] = ()
    against: tuple[RunName, ...] = ()
    name: str = ""
    of: tuple[Amount | None, ...] = ()
    is_firm: bool = False

    @property
    def said(self) -> str:
        """The passage, and the value behind it where the passage is another wording."""
        words, value = self.text.split(), self.claimed.split()
        is_it = words[:1] == value[:1] and words[-1:] == value[-1:]
        is_told = self.claimed in self.text or (is_it and len(words) <= len(value) + _ASIDE)
        return self.text if is_told else f"{self.text} {self.claimed}"


class Judged(NamedTuple):
    """A claim with its verdict. ``observed`` is the value that the evidence has, ``evidence``
    the file (or ``git``, or the fix plan's own text) that has it; both None where there is none.
    ``reason`` says in a few words why."""

    claim: Claim
    verdict: Verdict
    observed: str | None
    evidence: str | None
    reason: str
