"""What the outputs of one run say, and how two runs compare."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, Literal

from pydantic import Field, computed_field

from ledger.evidence.frames import reached_through
from ledger.plan.model import Model, Result

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]
Completeness = Literal["complete", "failed", "timeout", "crashed", "incomplete", "inconsistent"]
FAILING: Final[frozenset[Outcome]] = frozenset({"failed", "error"})
# Of two results of one test, the first of these counts.
WORST_FIRST: Final[tuple[Outcome, ...]] = (
    "error",
    "failed",
    "xpassed",
    "passed",
    "xfailed",
    "skipped",
)


class Rate(Model):
    """A share with its denominator named."""

    name: str
    """`passed/collected` or `passed/executed`."""
    count: int
    """The number above the line."""
    of: int
    """The number below it."""
    percent: float
    """To two decimals."""


class Totals(Model):
    """Tests by outcome: each test has one, and they add up to the tests.

    pytest counts a test that passes and then fails in its teardown twice; here it is one test,
    an error.
    """

    collected: int = 0
    """Tests. A module skipped or failed at collection is none, but is one of `skipped` or
    `errors`: 692 collected may end as 540 passed, 8 failed, 143 skipped and 2 xfailed."""
    passed: int = 0
    """Passed."""
    failed: int = 0
    """Failed."""
    errors: int = 0
    """Ended in an error outside the test itself."""
    skipped: int = 0
    """Skipped."""
    xfailed: int = 0
    """Failed, as was expected."""
    xpassed: int = 0
    """Passed, although a failure was expected."""
    rerun: int = 0
    """Tries beyond the first of a test."""

    @property
    def failing(self) -> int:
        """Failures and errors."""
        return self.failed + self.errors

    @property
    def ended(self) -> int:
        """Tests that came to a verdict of their own: no more than were collected, where an error
        may be a module's or a second one, of a teardown."""
        return self.passed + self.failed + self.xfailed + self.xpassed

    @property
    def executed(self) -> int:
        """Tests that ran: all but the skipped. An expected failure ran."""
        return self.ended + self.errors

    @property
    def cases(self) -> int:
        """Recorded cases: the tests and the modules that stand for uncollected tests."""
        return self.executed + self.skipped

    @property
    def rates(self) -> tuple[Rate, ...]:
        """`passed/collected` and `passed/executed`; a rate of nothing is left out."""
        wholes = (("passed/collected", self.collected), ("passed/executed", self.executed))
        return tuple(
            Rate(name=name, count=self.passed, of=of, percent=round(100 * self.passed / of, 2))
            for name, of in wholes
            if of > 0
        )

    def __add__(self, other: "Totals") -> "Totals":
        names = type(self).model_fields
        return Totals(**{name: getattr(self, name) + getattr(other, name) for name in names})


class TestResult(Model):
    """What became of one test; its last try decides."""

    __test__ = False  # not a class of pytest's

    identity: str
    """Class name, `::`, test name: `tests.test_x.TestY::test_z[cpu]`."""
    outcome: Outcome
    """How the last try ended."""
    duration_s: float | None = None
    """Seconds."""
    message: str | None = None
    """Why it failed or was skipped."""
    tries: int = 1
    """How often it ran."""
    flaky: bool = False
    """Whether its tries disagree."""
    at_collection: bool = False
    """Whether this is a module or class that was skipped or failed before its tests were
    counted."""


class Crash(Model):
    """What stopped the process."""

    kind: str
    """Such as `SIGSEGV`."""
    signature: str
    """What crashes are grouped by."""
    frames: tuple[str, ...] = ()
    """The stack, innermost first."""
    source: str
    """The file that mentions it."""

    @computed_field
    @property
    def through(self) -> str:
        """The frame that the place was reached through; may be empty."""
        return reached_through(self.frames)


class Repeats(Model):
    """What `ledger run` repeated."""

    planned: int
    """Rounds that were wanted."""
    run: int
    """Rounds that were run."""
    passes: int
    """Rounds that passed."""
    first_try_passes: int
    """Rounds that passed without a retry."""
    retried: tuple[str, ...] = ()
    """How each try ended that was tried again."""


class Evidence(Model):
    """What the outputs of one run say. Null is what they do not say."""

    path: str
    """The run, relative to the top of the repository."""
    files: tuple[str, ...] = ()
    """Its files, relative to the run."""
    stamp: str | None = None
    """The stamp in its path."""
    command: str | None = None
    """The command that ran."""
    cwd: str | None = None
    """The folder that it ran in."""
    started: str | None = None
    """When it started, ISO."""
    duration_s: float | None = None
    """Seconds that the test session took."""
    elapsed_s: float | None = None
    """Seconds that the whole command took."""
    exit_code: int | None = None
    """The command's exit code."""
    peak_rss_bytes: int | None = None
    """Peak resident memory."""
    cpu_percent: int | None = None
    """Share of one processor."""
    completeness: Completeness = "incomplete"
    """Whether the run came to its end, and its outputs agree."""
    reason: str = ""
    """Why not; empty for a complete run."""
    totals: Totals | None = None
    """Tests by outcome."""
    printed: Totals | None = None
    """The outcomes as pytest's own last line counts them, where that is known: a test and the
    error of its teardown are two."""
    tests: dict[str, TestResult] = Field(default={})
    """By the identity of the test."""
    deselected: int | None = None
    """Tests that were collected and left out (`-k`, `-m`); null where no output mentions any."""
    tests_partial: bool = False
    """Whether only some tests are named, so that others may have run: a quiet log names the
    failures alone."""
    closing: str = ""
    """The last words of runners that count no tests, where they name no failure:
    `go test: 3 packages ok`."""
    environment: dict[str, str] = Field(default={})
    """What is known of the surroundings."""
    crashes: tuple[Crash, ...] = ()
    """Crashes."""
    repeats: Repeats | None = None
    """What `ledger run` says of rounds and retries."""
    commit: str | None = None
    """The commit that was checked out when `ledger run` began."""
    dirty: bool | None = None
    """Whether files differed from that commit then, new ones included."""
    warnings: tuple[str, ...] = ()
    """What is odd about the outputs."""
    sources: dict[str, str] = Field(default={})
    """The file that a value comes from, by field."""

    @computed_field
    @property
    def rates(self) -> tuple[Rate, ...]:
        """Shares of passed tests; empty without tests."""
        return self.totals.rates if self.totals else ()

    @property
    def share(self) -> str:
        """How many of the tests were selected, where some were left out: `1 of 2 selected`."""
        if not self.deselected or self.totals is None:
            return ""
        selected = self.totals.collected
        if not selected and self.totals.failing:  # it stopped before it told
            return ""
        return f"{selected} of {selected + self.deselected} selected"

    @property
    def failure(self) -> str:
        """How the run failed, whatever else its outputs say; empty where none of them names a
        failure. That outputs only differ, or that some are missing, is none."""
        totals, repeats = self.totals, self.repeats
        if repeats and repeats.planned > 1 and repeats.passes < repeats.run:
            return f"{repeats.passes} of {repeats.run} rounds passed"
        if totals and totals.failing:
            return f"{totals.failing} failed"
        if self.exit_code:
            return f"exit code {self.exit_code}"
        if self.completeness in ("timeout", "crashed", "failed"):
            return f"it is {self.completeness}: {self.reason}".rstrip(": ")
        return ""

    @property
    def result(self) -> Result:
        """What the run says of itself: success only where it ran tests to the end, none failed and
        its exit code, where known, is 0. Of skipped tests it is partial, of tests that were only
        collected info; a run that says nothing is unknown."""
        totals, repeats = self.totals, self.repeats
        if repeats and repeats.planned > 1:
            everything = repeats.passes == repeats.planned and self.completeness == "complete"
            return "success" if everything else "partial" if repeats.passes else "failed"
        if self.failure:
            return "failed"
        if self.completeness in ("incomplete", "inconsistent"):
            return "partial"
        if totals and not totals.ended:
            return "partial" if totals.skipped else "info"
        return "success" if totals or self.closing or self.exit_code == 0 else "unknown"


class Rename(Model):
    """Two names of what is perhaps one test."""

    before: str
    """In the baseline, and not in the run."""
    now: str
    """In the run, and not in the baseline."""


class Delta(Model):
    """The run (several runs taken together) against the baseline: tests by class, each in at
    most one. Not failing any more is not cleared: a cleared test ran and passed. The law is
    written down with `ledger.evidence.compare.compare`."""

    new_failures: tuple[str, ...] = ()
    """Failing now, and not in the baseline."""
    still_failing: tuple[str, ...] = ()
    """Failing in both."""
    cleared: tuple[str, ...] = ()
    """Failing in the baseline, ran and passed now."""
    not_run: tuple[str, ...] = ()
    """Failing in the baseline, no outcome now."""
    newly_skipped: tuple[str, ...] = ()
    """Skipped now, and not in the baseline."""
    new_tests: tuple[str, ...] = ()
    """Not in the baseline."""
    gone: tuple[str, ...] = ()
    """Not failing in the baseline, no outcome now."""
    flaky: tuple[str, ...] = ()
    """Tries disagree, the last did not fail."""
    renamed: tuple[Rename, ...] = ()
    """No class but a hint: each name is also in the class that it is in."""


def recount(tests: Iterable[TestResult]) -> Totals:
    """Count tests by the outcome of their last try."""
    known = list(tests)
    outcomes = Counter("errors" if t.outcome == "error" else t.outcome for t in known)
    collected = sum(not test.at_collection for test in known)
    return Totals(collected=collected, rerun=sum(test.tries - 1 for test in known), **outcomes)


def identity_of(node_id: str) -> str:
    """`tests/test_x.py::TestY::test_z[cpu]` as `tests.test_x.TestY::test_z[cpu]`.

    pytest writes JUnit XML with dots for slashes and colons, and from dots alone a path
    cannot be distinguished from a class. So the identity is what both forms can give: class name,
    `::`, test name. A module stands by its dotted path alone.
    """
    head, bracket, parameters = node_id.partition("[")
    names = head.split("::")
    module = names[0].replace("\\", "/").replace("/", ".")
    names[0] = module.removesuffix(".py")
    names[-1] += bracket + parameters
    class_name = ".".join(names[:-1])
    return f"{class_name}::{names[-1]}" if class_name else names[-1]
