"""A run against an earlier one, test by test."""

from __future__ import annotations

from ledger.evidence.model import FAILING, Delta, Evidence, Rename, TestResult
from ledger.evidence.renames import renamed

_SILENT = frozenset({"skipped", "xfailed"})
_PASSING = frozenset({"passed", "xpassed"})


def compare(run: Evidence, baseline: Evidence) -> Delta:
    """Put every test of both runs into at most one class, in the order of the run, then of
    the baseline.

    In this order, the first that holds:

    - ``still_failing``: failing (failed or error) now and in the baseline;
    - ``new_failures``: failing now, and not in the baseline or not there at all;
    - ``flaky``: its tries disagree in this run and the last did not fail;
    - ``cleared``: failing in the baseline, ran and passed now;
    - ``newly_skipped``: skipped or expected to fail now, and not so in the baseline;
    - ``new_tests``: not in the baseline;
    - ``not_run``: failing in the baseline, no outcome now;
    - ``gone``: in the baseline, not failing there, no outcome now. Deleted, renamed or not
      selected: the outputs do not tell.

    A test in none of them is as it was. So every failing test of the run is in exactly one of
    ``new_failures`` and ``still_failing``, and every failing test of the baseline in exactly
    one of ``still_failing``, ``cleared``, ``flaky``, ``newly_skipped`` and ``not_run``: none
    is lost, and only one that ran and passed is cleared. Where a run names only some of its
    tests, nothing is ``gone`` (or, for such a baseline, new).

    ``renamed`` are tests that are not in the run and may be there under another name. That is a
    guess (``renames.renamed``), so it moves nothing: a failure whose name did not run is
    ``not_run``, whatever became of the test that may be the same.
    """
    classes: dict[str, list[str]] = {name: [] for name in Delta.model_fields if name != "renamed"}
    for identity, test in run.tests.items():
        found = _present(test, baseline.tests.get(identity), baseline.tests_partial)
        if found is not None:
            classes[found].append(identity)
    for identity, before in baseline.tests.items():
        if identity in run.tests:
            continue
        if before.outcome in FAILING:
            classes["not_run"].append(identity)
        elif not run.tests_partial:
            classes["gone"].append(identity)
    return Delta(
        **{name: tuple(identities) for name, identities in classes.items()},
        renamed=_renamed(run, baseline),
    )


def _renamed(run: Evidence, baseline: Evidence) -> tuple[Rename, ...]:
    if run.tests_partial or baseline.tests_partial:
        return ()
    gone = [identity for identity in baseline.tests if identity not in run.tests]
    new = [identity for identity in run.tests if identity not in baseline.tests]
    kept = run.tests.keys() & baseline.tests.keys() if gone and new else ()
    pairs = renamed(gone, new, kept)
    return tuple(Rename(before=before, now=pairs[before]) for before in gone if before in pairs)


def _present(test: TestResult, before: TestResult | None, partial: bool) -> str | None:
    """The class of a test that this run has."""
    failed_before = before is not None and before.outcome in FAILING
    if test.outcome in FAILING:
        return "still_failing" if failed_before else "new_failures"
    if test.flaky:
        return "flaky"
    if failed_before:
        return "cleared" if test.outcome in _PASSING else "newly_skipped"
    if before is None:
        return None if partial else "new_tests"
    if test.outcome in _SILENT and before.outcome not in _SILENT:
        return "newly_skipped"
    return None
