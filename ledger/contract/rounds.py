"""The document of ``rounds``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.evidence.rounds_model import (
    ClaimVerdict,
    RetryCount,
    RoundResult,
    StatementKind,
    Verdict,
)

Interval = tuple[float, float]


class Round(Model):
    """One execution of the command."""

    name: Text = Field(description="Its number or name.")
    batch: Text | None = Field(description="The batch that the report puts it in.")
    result: RoundResult = Field(description="How it went, in one of four words.")
    result_text: Text = Field(description="How it went, as written.")
    retries: int | None = Field(description="As written; `retries` below says what it counts.")
    metrics: dict[Text, float] = Field(description="Measured values, by name.")
    note: Text = Field(description="What else the report says of it.")
    line: int | None = Field(ge=1, description="Its line; null for a folder.")


class Streak(Model):
    """Rounds in a row with one result."""

    result: RoundResult = Field(description="The result.")
    length: int = Field(ge=1, description="How many.")
    first: Text = Field(description="The first round.")
    last: Text = Field(description="The last round.")


class Batch(Model):
    """A part of the rounds that the report names."""

    name: Text = Field(description="As the report calls it.")
    first: Text = Field(description="Its first round.")
    last: Text = Field(description="Its last round.")
    passes: int = Field(ge=0, description="Rounds that passed.")
    total: int = Field(ge=1, description="Rounds that were run.")
    interval: Interval = Field(description="95 % interval of the pass rate, from 0 to 1.")


class Metric(Model):
    """A measured value over the rounds that have it."""

    name: Text = Field(description="The heading of its column.")
    unit: Text = Field(description="Its unit; may be empty.")
    size: int = Field(ge=1, description="How many rounds have it.")
    mean: float = Field(description="Arithmetic mean.")
    deviation: float | None = Field(description="Sample standard deviation; null for one value.")
    low: float = Field(description="The smallest.")
    high: float = Field(description="The largest.")


class Order(Model):
    """The runs test: whether results come in clusters."""

    runs: int = Field(ge=2, description="Stretches of equal results.")
    expected: float = Field(description="How many a random order has on average.")
    p_clustered: float = Field(ge=0, le=1, description="The chance of so few in a random order.")


class Through(Model):
    """A frame by which a crash was reached."""

    frame: Text = Field(description="The first frame outside of the code that crashed.")
    rounds: list[Text] = Field(description="The rounds; empty where that is not told.")


class Crash(Model):
    """Crashes of one signature."""

    signature: Text = Field(description="What stopped the process, and where.")
    rounds: list[Text] = Field(description="The rounds that ended so; empty where not told.")
    through: list[Through] = Field(description="How the place was reached.")
    frames: list[Text] = Field(description="The stack of the first, innermost first.")


class Earlier(Model):
    """The batch that the rounds are compared with."""

    passes: int = Field(ge=0, description="Rounds that passed.")
    total: int = Field(ge=1, description="Rounds that were run.")
    source: Text = Field(description="As given: `K/N`, or the path of a report.")


class Comparison(Model):
    """The rounds against an earlier batch."""

    earlier: Earlier = Field(description="The earlier batch.")
    p_value: float = Field(ge=0, le=1, description="Fisher's exact test, two-sided.")
    verdict: Verdict = Field(description="What the numbers bear.")
    reason: Text = Field(description="What the verdict rests on.")
    largest_drop: float = Field(
        description="How far the pass rate may have dropped (0 to 1): the upper end of the 95 % "
        "interval of the difference."
    )
    rounds_needed: int | None = Field(
        description="With too few rounds: how many of the new batch would tell, all counted."
    )
    rounds_needed_each: int | None = Field(
        description="Where no number of new rounds would: how many of both batches."
    )


class Claim(Model):
    """A statement of the report's prose, held against its own rounds."""

    kind: StatementKind = Field(description="What it is about.")
    text: Text = Field(description="As written, with some of what stands around it.")
    claimed: Text = Field(description="What it says.")
    observed: Text = Field(description="What the rounds say; empty where they say nothing.")
    verdict: ClaimVerdict = Field(description="Supported, contradicted or unverifiable.")
    reason: Text = Field(description="Why, where the two values do not show it.")
    line: int = Field(ge=1, description="The line that it stands on.")


class RoundsData(Model):
    """What repeated rounds of one command show."""

    path: Text = Field(description="The report or folder, as given.")
    command: Text | None = Field(description="The command, where the report names it.")
    rounds: list[Round] = Field(description="In order.")
    passes: int = Field(ge=0, description="Rounds that passed.")
    failures: int = Field(ge=0, description="Rounds that failed.")
    unknown: int = Field(ge=0, description="Rounds of unknown result: they count as not passed.")
    skipped: int = Field(ge=0, description="Rounds that were not run; not in `total`.")
    total: int = Field(ge=0, description="Rounds that were run.")
    interval: Interval = Field(description="95 % interval of the pass rate, from 0 to 1.")
    retries: RetryCount | None = Field(
        description="What retries count: the `extra` tries or `all`; null where none are told."
    )
    first_try_passes: int | None = Field(
        description="Rounds that passed without a retry; null where no round tells its retries."
    )
    first_try_interval: Interval | None = Field(description="95 % interval of their rate.")
    longest_streak: int = Field(ge=0, description="Most passes in a row.")
    longest_pass: Streak | None = Field(description="The longest streak of passes.")
    longest_fail: Streak | None = Field(description="The longest streak of failures.")
    current: Streak | None = Field(description="The streak that the last round belongs to.")
    order: Order | None = Field(description="Null where all results are equal, or one unknown.")
    batches: list[Batch] = Field(description="The batches that the report names.")
    metrics: list[Metric] = Field(description="Measured values.")
    crashes: list[Crash] = Field(description="Crashes by signature, the commonest first.")
    comparison: Comparison | None = Field(description="Null without `--against`.")
    claims: list[Claim] = Field(description="What the prose says, in its order.")
    warnings: list[Text] = Field(description="What is odd about the report.")


class RoundsDocument(Document):
    """`ledger rounds FILE --json`."""

    kind: Literal["rounds"] = Field(description="Which document this is.")
    data: RoundsData = Field(description="The rounds, judged.")
