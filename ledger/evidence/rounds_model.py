"""Repeated rounds of one command: what a report says of them, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

RoundResult = Literal["pass", "fail", "skipped", "unknown"]
RetryCount = Literal["extra", "all"]
"""Whether a count of retries leaves the first try out or counts it."""
Subject = Literal["pass", "fail", "first-try"]
StatementKind = Literal[
    "count", "streak", "listed", "every", "mean", "range", "clustered", "change", "sum"
]
Which = Literal["any", "longest", "current"]
Direction = Literal["worse", "better", "same"]
Verdict = Literal["regression", "no evidence of change", "too few rounds", "improvement"]
ClaimVerdict = Literal["supported", "contradicted", "unverifiable"]


@dataclass(frozen=True, slots=True)
class Round:
    """One execution. ``retries`` as written; what it counts is declared by whoever judges.
    ``metrics`` by name. ``crash`` is the signature of a crash that the round is said to have
    ended by. ``line`` from 1, None for a round that is a folder."""

    name: str
    result: RoundResult
    result_text: str = ""
    retries: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    note: str = ""
    crash: str = ""
    batch: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Through:
    """A frame by which a crash was reached, and the rounds in which it was so; empty where
    that is not told."""

    frame: str
    rounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CrashGroup:
    """Crashes of one signature, with the rounds that had them, and how often each was so
    reached. ``frames`` are those of the first, innermost first."""

    signature: str
    rounds: tuple[str, ...]
    through: tuple[Through, ...] = ()
    frames: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rounds a statement is about: those named (``names``), those of a batch, a range of
    numbers (``first``, ``last``), so many from one end (``head``, ``tail``), else all."""

    names: tuple[str, ...] = ()
    batch: str = ""
    first: int | None = None
    last: int | None = None
    head: int | None = None
    tail: int | None = None


@dataclass(frozen=True, slots=True)
class NamedBatch:
    """A part of the rounds that a report names, with the range of numbers that it gives."""

    name: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage as written, with its number of decimals; ``about`` for one with a tilde."""

    percent: float
    decimals: int
    about: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Something in the prose of a report that its rounds can bear out or not.

    ``sure`` says that it can only be meant of these rounds; of another it cannot be said that
    the rounds contradict it. What the numbers mean depends on ``kind``: count (``number`` of
    ``of``, or ``share``), streak (``number``), listed and every (``scope``), mean (``number``),
    range (``number`` to ``of``), change (the earlier ``number`` of ``of``, or ``share``) and
    sum (``parts`` add up to ``number``).
    """

    kind: StatementKind
    text: str
    line: int
    subject: Subject = "pass"
    number: float | None = None
    of: float | None = None
    share: Share | None = None
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


@dataclass(frozen=True, slots=True)
class RoundsReport:
    """What one report, or folder of run folders, says. ``retry_word`` is the heading of the
    column of retries. ``units`` of metrics by name."""

    path: str
    rounds: tuple[Round, ...]
    command: str | None = None
    batches: tuple[NamedBatch, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    retry_word: str = ""
    crashes: tuple[CrashGroup, ...] = ()
    statements: tuple[Statement, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Earlier:
    """The batch that rounds are compared with. ``source`` is how it was given."""

    passes: int
    total: int
    source: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rounds against an earlier batch. ``largest_drop`` (0 to 1) is how far the pass rate may
    have dropped at most, at 95 % confidence. Where there are too few rounds, ``rounds_needed``
    of the new batch would tell, or, where no number of those is enough, ``rounds_needed_each``
    of both; None for more than 1,000."""

    earlier: Earlier
    p_value: float
    verdict: Verdict
    reason: str
    largest_drop: float
    rounds_needed: int | None = None
    rounds_needed_each: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of a report, held against its own rounds."""

    kind: StatementKind
    text: str
    claimed: str
    observed: str
    verdict: ClaimVerdict
    reason: str
    line: int


@dataclass(frozen=True, slots=True)
class Streak:
    """Rounds in a row with one result, by the names of the first and the last."""

    result: RoundResult
    length: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A part of the rounds. ``interval`` is that of the pass rate, each end from 0 to 1."""

    name: str
    first: str
    last: str
    passes: int
    total: int
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """A measured value over the rounds that have it. ``deviation`` is the sample's; None for
    one value."""

    name: str
    unit: str
    size: int
    mean: float
    deviation: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Order:
    """Whether results come in clusters: the runs test. ``p_clustered`` is the chance of so few
    changes between passing and failing in a random order."""

    runs: int
    expected: float
    p_clustered: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What repeated rounds show. ``total`` counts the rounds that were run: those passed, those
    failed, and those of ``unknown`` result, which count as not passed. ``interval`` is the 95 %
    interval of the pass rate, from 0 to 1. ``first_try_passes`` is None where the report does
    not tell retries."""

    path: str
    command: str | None
    rounds: tuple[Round, ...]
    passes: int
    failures: int
    unknown: int
    skipped: int
    total: int
    interval: tuple[float, float]
    retries: RetryCount | None
    first_try_passes: int | None
    first_try_interval: tuple[float, float] | None
    longest_pass: Streak | None
    longest_fail: Streak | None
    current: Streak | None
    order: Order | None
    batches: tuple[BatchSummary, ...]
    metrics: tuple[MetricSummary, ...]
    crashes: tuple[CrashGroup, ...]
    comparison: Comparison | None
    claims: tuple[Claim, ...]
    warnings: tuple[str, ...]

    @property
    def longest_streak(self) -> int:
        """Length of the longest stretch of passes."""
        return self.longest_pass.length if self.longest_pass else 0
