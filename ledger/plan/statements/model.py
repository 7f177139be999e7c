"""One thing that a sentence says of a run."""

from typing import Final, Literal, NamedTuple

Quantity = Literal[
    "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "collected", "executed",
    "deselected", "rerun", "flaky", "timeouts", "failing", "not_passed", "all_passed", "not_run",
    "only_failing", "outcome", "some", "new", "cleared", "still", "change", "unchanged", "share",
    "cause", "duration", "memory", "exit_code", "pass_rate", "fail_rate", "finished", "portion",
    "margin", "cpu", "sum", "slowest", "failing_files", "unread",
]  # fmt: skip
"""What is said: counts of tests; ``all_passed``, ``only_failing``, ``outcome``, ``some`` (of the
subject's tests ended so) and ``unchanged`` are 0 where it is so, ``finished`` is 1; ``new``,
``cleared`` and ``still`` count failures against the run before; ``share`` is which part of an
outcome some tests have, in percent, ``portion`` the percentage of the tests that an outcome has;
times in seconds, memory in bytes (of 1024), rates in percent. A ``margin`` is what is left to a
limit, a ``sum`` that of the counts of one breath, ``of`` what was collected; ``slowest`` is how
long one test took at most. From what is ``unread`` on the text is too long."""
SO: Final = 0.0
NOT_SO: Final = 1.0
OUTCOMES: Final[dict[str, Quantity]] = {
    "P": "passed", "F": "failed", "E": "errors", "S": "skipped", "X": "xfailed", "Y": "xpassed",
    "L": "collected", "R": "executed", "D": "deselected", "U": "rerun", "V": "timeouts",
}  # fmt: skip
"""What the letters of outcomes count."""
ENDINGS: Final = tuple(OUTCOMES[letter] for letter in "PFESXY")
"""What each test ends as."""


class RunName(NamedTuple):
    """A run as prose names it: by a phase, a stamp, the number of an attempt or of a chunk; and the
    item of the phase or attempt, where it is named."""

    kind: Literal["phase", "stamp", "attempt", "chunk"]
    value: str
    item: str | None = None


class Statement(NamedTuple):
    """``[start, end)`` of the text says that ``quantity``, or for ``change`` by how much it has
    changed, lies in ``[low, high]``. ``of`` is the whole that a share is of, or what a change
    began with. ``subject`` is the part of the run that is meant, ``is_outside`` all but that
    part. ``names`` are tests and ``outcome`` what became of them; for a change it is what has
    changed, for a margin or a portion what it
    is of, for a ``cause`` which tests have it. ``or_whole`` where the whole run may be meant,
    too (``db has 2 failures, and all 3 are old``). ``is_sure`` where it is of the run and of its
    tests beyond doubt: ``split: 7 passed`` may be of another command, and a figure beside unknown
    words of anything; ``is_label`` where only a bare word makes it unsure. ``runs`` are the
    folders and files of runs that the sentence names before it, ``named`` the runs that it is
    said of and ``against`` those that it is compared with. ``percent`` is the same change as a
    share of what it began with. All that is said in one ``breath`` is of one run, and
    ``beside`` are the quantities that are reported with it. A time has the ``outcome`` ``in``
    where that word is before it."""

    start: int
    end: int
    quantity: Quantity
    low: float = SO
    high: float = SO
    of: tuple[float, float] | None = None
    subject: tuple[str, ...] = ()
    is_outside: bool = False
    names: tuple[str, ...] = ()
    outcome: str = ""
    or_whole: bool = False
    is_sure: bool = True
    is_label: bool = False
    runs: tuple[str, ...] = ()
    cause: str = ""
    run_names: tuple[RunName, ...] = ()
    against: tuple[RunName, ...] = ()
    percent: tuple[float, float] | None = None
    breath: int = 0
    beside: frozenset[str] = frozenset()

    def holds(self, value: float) -> bool:
        """Whether the value is what is said."""
        return self.low - 1e-9 <= value <= self.high + 1e-9
