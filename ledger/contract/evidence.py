"""The document of ``evidence``."""

from __future__ import annotations

from typing import Literal

from ledger.contract import Document, Field, Model, Text
from ledger.contract.plan import STAMP
from ledger.evidence.model import Completeness, Outcome


class Totals(Model):
    """Recounted from the test cases."""

    collected: int = Field(ge=0, description="Tests; modules skipped at collection are none.")
    passed: int = Field(ge=0, description="Passed.")
    failed: int = Field(ge=0, description="Failed.")
    errors: int = Field(ge=0, description="Ended in an error outside the test itself.")
    skipped: int = Field(ge=0, description="Skipped.")
    xfailed: int = Field(ge=0, description="Failed, as was expected.")
    xpassed: int = Field(ge=0, description="Passed, although a failure was expected.")
    rerun: int = Field(ge=0, description="Tries beyond the first of a test.")


class Rate(Model):
    """A share with its denominator named."""

    name: str = Field(description="`passed/collected` or `passed/executed`.")
    count: int = Field(ge=0, description="The number above the line.")
    of: int = Field(ge=1, description="The number below it.")
    percent: float = Field(description="To two decimals.")


class TestOutcome(Model):
    """What became of one test; its last try decides."""

    outcome: Outcome = Field(description="How the last try ended.")
    duration_s: float | None = Field(description="Seconds.")
    message: Text | None = Field(description="Why it failed or was skipped.")
    tries: int = Field(ge=1, description="How often it ran.")
    flaky: bool = Field(description="Whether its tries disagree.")
    at_collection: bool = Field(
        description="Whether this is a module or class that was skipped or failed before its "
        "tests were counted."
    )


class Crash(Model):
    """What stopped the process."""

    kind: Text = Field(description="Such as `SIGSEGV`.")
    signature: Text = Field(description="What crashes are grouped by.")
    frames: list[Text] = Field(description="The stack, innermost first.")
    source: Text = Field(description="The file that tells of it.")
    through: Text = Field(description="The frame that the place was reached through; may be empty.")


class Repeats(Model):
    """What `ledger run` repeated."""

    planned: int = Field(ge=1, description="Rounds that were wanted.")
    run: int = Field(ge=0, description="Rounds that were run.")
    passes: int = Field(ge=0, description="Rounds that passed.")
    first_try_passes: int = Field(ge=0, description="Rounds that passed without a retry.")
    retried: list[Text] = Field(description="How each try ended that was tried again.")


class Run(Model):
    """What the outputs of one run say. Null is what they do not say."""

    path: Text = Field(description="The run, relative to the top of the repository.")
    files: list[Text] = Field(description="Its files, relative to the run.")
    stamp: str | None = Field(pattern=STAMP, description="The stamp in its path.")
    command: Text | None = Field(description="The command that ran.")
    cwd: Text | None = Field(description="The folder that it ran in.")
    started: Text | None = Field(description="When it started, ISO.")
    duration_s: float | None = Field(description="Seconds that the test session took.")
    elapsed_s: float | None = Field(description="Seconds that the whole command took.")
    exit_code: int | None = Field(description="The command's exit code.")
    peak_rss_bytes: int | None = Field(description="Peak resident memory.")
    cpu_percent: int | None = Field(description="Share of one processor.")
    completeness: Completeness = Field(description="Whether the run came to its end.")
    reason: Text = Field(description="Why it did not; empty for a complete run.")
    totals: Totals | None = Field(description="Tests by outcome.")
    rates: list[Rate] = Field(description="Shares of passed tests; empty without tests.")
    tests: dict[Text, TestOutcome] = Field(description="By the identity of the test.")
    tests_partial: bool = Field(
        description="Whether only some tests are named, so that others may have run."
    )
    environment: dict[Text, Text] = Field(description="What is known of the surroundings.")
    crashes: list[Crash] = Field(description="Crashes.")
    repeats: Repeats | None = Field(description="What `ledger run` says of rounds and retries.")
    warnings: list[Text] = Field(description="What is odd about the outputs.")
    sources: dict[Text, Text] = Field(description="The file that a value comes from, by field.")


class Rename(Model):
    """Two names of what is perhaps one test."""

    before: Text = Field(description="In the baseline, and not in the run.")
    now: Text = Field(description="In the run, and not in the baseline.")


class Delta(Model):
    """The run (several runs taken together) against the baseline: tests by class, each in at
    most one."""

    new_failures: list[Text] = Field(description="Failing now, and not in the baseline.")
    still_failing: list[Text] = Field(description="Failing in both.")
    cleared: list[Text] = Field(description="Failing in the baseline, ran and passed now.")
    not_run: list[Text] = Field(description="Failing in the baseline, no outcome now.")
    newly_skipped: list[Text] = Field(description="Skipped now, and not in the baseline.")
    new_tests: list[Text] = Field(description="Not in the baseline.")
    gone: list[Text] = Field(description="Not failing in the baseline, no outcome now.")
    flaky: list[Text] = Field(description="Tries disagree, the last did not fail.")
    renamed: list[Rename] = Field(
        description="No class but a hint: each name also stands in the class that it is in."
    )


class EvidenceData(Model):
    """The runs, and how they compare."""

    runs: list[Run] = Field(description="In the order of the command line.")
    together: Run | None = Field(
        description="All of them as the parts of one run; null where only one was given."
    )
    delta: Delta | None = Field(description="The comparison; null without `--baseline`.")


class EvidenceDocument(Document):
    """`ledger evidence RUN... --json`."""

    kind: Literal["evidence"] = Field(description="Which document this is.")
    data: EvidenceData = Field(description="What was read.")
