"""The runs that an item's attempts cite, one after the other."""

from collections.abc import Iterable
from typing import NamedTuple

from ledger.claims.entries import Entry, Place, own_runs
from ledger.errors import LedgerError
from ledger.evidence.compare import compare
from ledger.evidence.model import Completeness, Evidence, Totals
from ledger.evidence.outputs import read_runs
from ledger.evidence.rounds_model import Interval
from ledger.evidence.stats import wilson
from ledger.plan.model import Attempt, Item, Model, newest_first


class Changes(Model):
    """A run against what was last known of each test from the item's attempts before it, some of
    which ran other tests: how many tests are in which class of `ledger evidence --baseline`."""

    new_failures: int
    """Failing now, and not before."""
    still_failing: int
    """Failing in both."""
    cleared: int
    """Failing before, ran and passed now."""
    not_run: int
    """Failing before, no outcome now."""


class AttemptRun(Model):
    """What the runs say that one attempt cites as its own."""

    attempt: int | None
    """The attempt's number."""
    line: int
    """The line that the attempt begins on."""
    date: str | None
    """The attempt's date."""
    runs: tuple[str, ...]
    """The runs, relative to the repository's top; empty where it cites none."""
    completeness: Completeness | None
    """Whether they came to their end; null where nothing was read."""
    missing: str
    """Why there are no counts; empty where there are."""
    totals: Totals | None
    """Tests by outcome."""
    interval: Interval | None
    """95 % interval of the rate of passed among executed tests, from 0 to 1."""
    seconds: float | None
    """How long the tests took."""
    changes: Changes | None
    """Against the attempts before that have counts; null for the first one."""


class ItemRuns(Model):
    """The runs of an item's attempts, the oldest first."""

    attempts: tuple[AttemptRun, ...]
    """One for each attempt."""

    @property
    def counted(self) -> tuple[AttemptRun, ...]:
        """The attempts whose runs have counts."""
        return tuple(run for run in self.attempts if run.totals is not None)


class _Read(NamedTuple):
    evidence: Evidence | None
    missing: str


def item_runs(item: Item, entries: Iterable[Entry], place: Place) -> ItemRuns:
    """The runs of the attempts of ``item``; ``entries`` are those of the plan that are of it."""
    by_line = {entry.line: entry for entry in entries}
    attempt_runs: list[AttemptRun] = []
    known: Evidence | None = None
    for attempt in newest_first(item.attempts)[::-1]:
        entry = by_line.get(attempt.span.start_line)
        runs = own_runs(entry, place) if entry else ()
        read = _read(runs, place)
        attempt_runs.append(_attempt_run(attempt, runs, read, known))
        if read.evidence and read.evidence.totals:
            known = _known(read.evidence, known)
    return ItemRuns(attempts=tuple(attempt_runs))


def _attempt_run(
    attempt: Attempt, runs: tuple[str, ...], read: _Read, known: Evidence | None
) -> AttemptRun:
    evidence = read.evidence
    totals = evidence.totals if evidence else None
    has_rate = totals is not None and totals.executed > 0
    return AttemptRun(
        attempt=attempt.number,
        line=attempt.span.start_line,
        date=attempt.date,
        runs=runs,
        completeness=evidence.completeness if evidence else None,
        missing=read.missing,
        totals=totals,
        interval=wilson(totals.passed, totals.executed) if totals and has_rate else None,
        seconds=evidence.duration_s if evidence else None,
        changes=_changes(evidence, known) if evidence and totals and known else None,
    )


def _known(run: Evidence, before: Evidence | None) -> Evidence:
    """What is known after a run: of each test its newest outcome."""
    return run.model_copy(update={"tests": {**before.tests, **run.tests}}) if before else run


def _read(runs: tuple[str, ...], place: Place) -> _Read:
    if not runs or place.files is None:
        return _Read(None, "it cites no run")
    try:
        evidence = read_runs(place.files, runs)
    except LedgerError as error:
        return _Read(None, error.message)
    if evidence.totals is None:
        return _Read(evidence, evidence.reason or "no output counts tests")
    return _Read(evidence, "")


def _changes(run: Evidence, before: Evidence) -> Changes:
    delta = compare(run, before)
    return Changes(**{name: len(getattr(delta, name)) for name in Changes.model_fields})
