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
    ``metrics`` by name. ``line`` from 1, None for a round that is a folder."""

    name: str
    result: RoundResult
    result_text: str = ""
    retries: int | None = None
    metrics: dict[str, float] = field(default_factory=dict)
    note: str = ""
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
    """Which rounds a statement is about: those named (``names``), a range of numbers
    (``first``, ``last``), so many from one end (``head``, ``tail``), else all."""

    names: tuple[str, ...] = ()
    first: int | None = None
    last: int | None = None
    head: int | None = None
    tail: int | None = None


@dataclass(frozen=True, slots=True)
class NamedBatch:
    """A part of the rounds that a report names."""

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
