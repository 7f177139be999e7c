"""What a log tells of one test, verdict by verdict."""

from __future__ import annotations

from ledger.evidence.model import FAILING, Outcome, TestResult, identity_of
from ledger.evidence.part import shorten


class Tries:
    """The verdicts of one test so far. ``outcome`` is None before the first and after RERUN.

    A try whose call and whose teardown both fail prints RERUN twice, so of a test that is run
    again for that the tries are counted too high; JUnit XML counts them right.
    """

    def __init__(self) -> None:
        self.outcome: Outcome | None = None
        self.reruns = 0
        self.repeats = 0
        self.flaky = False
        self.message: str | None = None

    def verdict(self, outcome: Outcome | None) -> None:
        """The next verdict; None for RERUN. An error after another verdict is a teardown's."""
        if outcome is None:
            self.reruns += 1
        elif self.outcome is not None and outcome != "error":
            self.repeats += 1
            self.flaky = self.flaky or (outcome in FAILING) != (self.outcome in FAILING)
        self.outcome = outcome

    def result(self, node_id: str, failed_subtest: bool) -> TestResult | None:
        """The result, None where no try came to an end. A test fails with its subtests,
        whatever its own verdict."""
        outcome = self.outcome
        if outcome is None:
            return None
        if failed_subtest and outcome not in FAILING:
            outcome = "failed"
        return TestResult(
            identity=identity_of(node_id),
            outcome=outcome,
            duration_s=None,
            message=None if self.message is None else shorten(self.message),
            tries=1 + self.reruns + self.repeats,
            flaky=self.flaky or (self.reruns > 0 and outcome not in FAILING),
            at_collection="::" not in node_id,
        )
