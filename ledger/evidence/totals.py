"""Counts over tests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ledger.evidence.model import TestResult, Totals


def recount(tests: Iterable[TestResult]) -> Totals:
    """Count tests by the outcome of their last try.

    The rule is pytest's own. ``collected`` counts tests, so a module skipped or failed at
    collection is not in it, yet it is one of ``skipped`` or ``errors``: 692 collected may end
    as 540 passed, 8 failed, 143 skipped and 2 xfailed, which is 693. pytest counts a test
    that passes and then fails in teardown twice; here it is one test, an error.
    ``rerun`` counts the tries beyond the first.
    """
    known = list(tests)
    outcomes = Counter([test.outcome for test in known])
    collected = len(known) - sum([test.at_collection for test in known])
    rerun = sum([test.tries for test in known]) - len(known)
    return Totals(
        collected=collected,
        passed=outcomes["passed"],
        failed=outcomes["failed"],
        errors=outcomes["error"],
        skipped=outcomes["skipped"],
        xfailed=outcomes["xfailed"],
        xpassed=outcomes["xpassed"],
        rerun=rerun,
    )
