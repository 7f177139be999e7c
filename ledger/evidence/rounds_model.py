"""Repeated rounds of one command: what a report says of them, and what comes of it."""

from collections.abc import Mapping
from math import inf
from types import MappingProxyType
from typing import Literal, NamedTuple

from pydantic import Field, computed_field

from ledger.plan.model import Model

RoundResult = Literal["pass", "fail", "skipped", "unknown"]
RetryCount = Literal["extra", "all"]
"""Whether a count of retries leaves the first try out or counts it."""
Subject = Literal["pass", "fail", "first-try"]
StatementKind = Literal[
    "count", "streak", "listed", "every", "mean", "range", "limit", "clustered", "change", "sum"
]
Which = Literal["any", "longest", "current"]
Direction = Literal["worse", "better", "same"]
Verdict = Literal["regression", "no evidence of change", "too few rounds", "improvement"]
ClaimVerdict = Literal["supported", "contradicted", "unverifiable"]
Interval = tuple[float, float]


class Round(Model):
    """One execution of the command."""

    name: str
    """Its number or name."""
    batch: str | None = None
    """The batch that the report puts it in."""
    result: RoundResult
    """How it went, in one of four words."""
    result_text: str = ""
    """How it went, as written."""
    retries: int | None = None
    """As written; `retries` of the whole says what it counts."""
    metrics: dict[str, float] = Field(default={})
    """Measured values, by name."""
    note: str = ""
    """What else the report says of it."""
    crash: str = ""
    """The signature of a crash that it is said to have ended by."""
    line: int | None = None
    """Its line; null for a folder."""


class Through(Model):
    """A frame by which a crash was reached."""

    frame: str
    """The first frame outside of the code that crashed."""
    rounds: tuple[str, ...] = ()
    """The rounds; empty where that is not told."""


class CrashGroup(Model):
    """Crashes of one signature."""

    signature: str
    """What stopped the process, and where."""
    rounds: tuple[str, ...]
    """The rounds that ended so; empty where not told."""
    through: tuple[Through, ...] = ()
    """How the place was reached."""
    frames: tuple[str, ...] = ()
    """The stack of the first, innermost first."""


class Streak(Model):
    """Rounds in a row with one result."""

    result: RoundResult
    """The result."""
    length: int
    """How many."""
    first: str
    """The first round."""
    last: str
    """The last round."""

    @property
    def span(self) -> str:
        """Its rounds, numbers as a range."""
        return span_of(self.first, self.last)


def span_of(first: str, last: str) -> str:
    """The rounds from the first to the last; of one its name."""
    if first == last:
        return first
    return f"{first}-{last}" if first.isdecimal() and last.isdecimal() else f"{first} to {last}"


class Batch(Model):
    """A part of the rounds that the report names."""

    name: str
    """As the report calls it."""
    first: str
    """Its first round."""
    last: str
    """Its last round."""
    passes: int
    """Rounds that passed."""
    total: int
    """Rounds that were run."""
    interval: Interval
    """95 % interval of the pass rate, from 0 to 1."""


class Metric(Model):
    """A measured value over the rounds that have it."""

    name: str
    """The heading of its column."""
    unit: str
    """Its unit; may be empty."""
    size: int
    """How many rounds have it."""
    mean: float
    """Arithmetic mean."""
    deviation: float | None
    """Sample standard deviation; null for one value."""
    low: float
    """The smallest."""
    high: float
    """The largest."""


class Order(Model):
    """The runs test: whether results come in clusters."""

    runs: int
    """Stretches of equal results."""
    expected: float
    """How many a random order has on average."""
    p_clustered: float
    """The chance of so few in a random order."""


class Earlier(Model):
    """The batch that the rounds are compared with."""

    passes: int
    """Rounds that passed."""
    total: int
    """Rounds that were run."""
    source: str
    """As given: `K/N`, or the path of a report."""


class Comparison(Model):
    """The rounds against an earlier batch."""

    earlier: Earlier
    """The earlier batch."""
    p_value: float
    """Fisher's exact test, two-sided."""
    verdict: Verdict
    """What the numbers bear."""
    reason: str
    """What the verdict rests on."""
    largest_drop: float
    """How far the pass rate may have dropped (0 to 1): the upper end of the 95 % interval of the
    difference."""
    rounds_needed: int | None = None
    """With too few rounds: how many of the new batch would tell, all counted; null for more than
    1,000."""
    rounds_needed_each: int | None = None
    """Where no number of new rounds would: how many of both batches."""


class Claim(Model):
    """A statement of the report's prose, checked against its own rounds."""

    kind: StatementKind
    """What it is about."""
    text: str
    """As written, with some of what stands around it."""
    claimed: str
    """What it says."""
    observed: str
    """What the rounds say; empty where they say nothing."""
    verdict: ClaimVerdict
    """Supported, contradicted or unverifiable."""
    reason: str
    """Why, where the two values do not show it."""
    line: int
    """The line that it is on."""
    path: str = ""
    """The report that says it, where several are judged."""


class Judgement(Model):
    """What repeated rounds of one command show."""

    path: str
    """The report or folder, as given."""
    command: str | None
    """The command, where the report names it."""
    facts: dict[str, str] = Field(default={})
    """What the report says of its surroundings: lines such as `**Worker**: N=7`."""
    rounds: tuple[Round, ...]
    """In order."""
    passes: int
    """Rounds that passed."""
    failures: int
    """Rounds that failed."""
    unknown: int
    """Rounds of unknown result: they count as not passed."""
    skipped: int
    """Rounds that were not run; not in `total`."""
    total: int
    """Rounds that were run."""
    interval: Interval
    """95 % interval of the pass rate, from 0 to 1."""
    retries: RetryCount | None
    """What retries count: the `extra` tries or `all`; null where none are reported."""
    first_try_passes: int | None
    """Rounds that passed without a retry; null where no round tells its retries."""
    first_try_interval: Interval | None
    """95 % interval of their rate."""
    longest_pass: Streak | None
    """The longest streak of passes."""
    longest_fail: Streak | None
    """The longest streak of failures."""
    current: Streak | None
    """The streak that the last round belongs to."""
    order: Order | None
    """Null where all results are equal, or one unknown."""
    batches: tuple[Batch, ...]
    """The batches that the report names."""
    metrics: tuple[Metric, ...]
    """Measured values."""
    crashes: tuple[CrashGroup, ...]
    """Crashes by signature, the commonest first."""
    comparison: Comparison | None
    """Null without an earlier batch."""
    claims: tuple[Claim, ...]
    """What the prose says, in its order."""
    warnings: tuple[str, ...]
    """What is odd about the report."""

    @computed_field
    @property
    def longest_streak(self) -> int:
        """Most passes in a row."""
        return self.longest_pass.length if self.longest_pass else 0


# What a reader of reports hands on: nobody else sees it.


class Scope(NamedTuple):
    """Which rounds a statement is about: those named (``names``), those of a batch, a range of
    ``numbers``, so many from the start (``size``) or, below zero, from the end; else all."""

    names: tuple[str, ...] = ()
    batch: str = ""
    numbers: tuple[int, int] | None = None
    size: int = 0


class Prose(NamedTuple):
    """A paragraph or heading as one line, without marks and with code blanked. ``lines`` are
    (offset in the text, number of the line in the file); ``section`` the heading above."""

    text: str
    lines: tuple[tuple[int, int], ...]
    section: str = ""


class NamedBatch(NamedTuple):
    """A part of the rounds that a report names, with the range of numbers that it gives."""

    name: str
    scope: Scope


class Statement(NamedTuple):
    """Something in the prose of a report that its rounds can bear out or not; ``claimed`` is what.

    ``sure`` says that it can only be meant of these rounds; of another it cannot be said that
    the rounds contradict it. What lies in ``[low, high]`` depends on ``kind``: a count (``of`` is
    the whole, ``share`` the percentages that are meant) or the earlier one of a change, or the
    length of a streak. ``low`` is a mean, a limit (``at_least`` for a floor) or what ``parts`` add
    up to; a range is from ``low`` to ``high``. All that is of rounds by name is in ``scope``.
    """

    kind: StatementKind
    text: str
    line: int
    claimed: str
    subject: Subject = "pass"
    low: float = 0.0
    high: float = inf
    of: float | None = None
    share: tuple[float, float] | None = None
    decimals: int = 0
    scope: Scope = Scope()
    sure: bool = True
    at_least: bool = False
    about: bool = False
    whole_list: bool = False
    which: Which = "any"
    metric: str = ""
    direction: Direction | None = None
    negated: bool = False
    parts: tuple[int, ...] = ()


class RoundsReport(NamedTuple):
    """What one report, or folder of run folders, says. ``retry_word`` is the heading of the
    column of retries. ``units`` of metrics by name. ``is_ordered``: which round passed and which
    failed is known of all, so that their order says something."""

    path: str
    rounds: tuple[Round, ...]
    command: str | None = None
    batches: tuple[NamedBatch, ...] = ()
    units: Mapping[str, str] = MappingProxyType({})
    retry_word: str = ""
    crashes: tuple[CrashGroup, ...] = ()
    statements: tuple[Statement, ...] = ()
    warnings: tuple[str, ...] = ()
    is_ordered: bool = True
    facts: Mapping[str, str] = MappingProxyType({})

    @property
    def retry_count(self) -> RetryCount:
        """What a count of retries counts, by the heading of its column."""
        counts_all = self.retry_word.casefold().startswith(("tries", "attempts"))
        return "all" if counts_all else "extra"
