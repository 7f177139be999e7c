"""``tests`` for people: what wants work first, each test with its strip."""

from collections.abc import Iterator, Sequence

from ledger.commands.tests import CitedRun, TrackRecord, TrackRecords
from ledger.evidence.track_record import VERDICTS
from ledger.plan.text import counted, one_line
from ledger.reports import Line, name_of

_MOST_RUNS = 40  # of a strip that fits on a line with all that is beside it
_MOST_TESTS = 20  # of one verdict
_MOST_NOTES = 5
_QUIET = ("steady", "not_run")
_LEGEND = (
    "P passed, F failed, R and X: so in the end, its tries disagree; S skipped, . not in the run",
    "small letters are of runs of few tests",
)


def report(records: TrackRecords, *, is_all: bool = False) -> Iterator[Line]:
    """Counts, then the tests by verdict; those that ask for nothing only where ``is_all``."""
    runs = [run for run in records.runs if run.date]
    days = " to ".join(dict.fromkeys(str(run.date) for run in (*runs[:1], *runs[-1:])))
    span = f", {days}" if days else ""
    tests, every = counted(len(records.tests), "test"), counted(len(records.runs), "run")
    yield Line(f"{tests} in {every}{span}", "heading")
    counts = (f"{count} {_counted(verdict, count)}" for verdict, count in records.verdicts.items())
    yield Line(f"  {', '.join(counts)}", "hung", hang=2)
    yield from (Line(f"  {line}", "hung", hang=2) for line in _LEGEND)
    for verdict in VERDICTS:
        if records.verdicts.get(verdict) and (is_all or verdict not in _QUIET):
            yield from _of_verdict(records, verdict)
    yield from _notes(records)


def _of_verdict(records: TrackRecords, verdict: str) -> Iterator[Line]:
    tests = [test for test in records.tests if test.verdict == verdict]
    yield Line("")
    yield Line(_words(verdict), "heading")
    for test in tests[:_MOST_TESTS]:
        # A name is never cut: it is what one runs next.
        yield Line(f"  {one_line(test.identity)}")
        yield Line(f"    {_strip(test.strip)}")
        yield Line(f"    {'; '.join(_facts(test, records.runs))}", "hung", hang=6)
    if len(tests) > _MOST_TESTS:
        yield Line(f"  and {len(tests) - _MOST_TESTS} more: give a part of their names, or --json")


def _strip(strip: str) -> str:
    seen = strip.replace(".", "") if len(strip) > _MOST_RUNS else strip
    return f"…{seen[1 - _MOST_RUNS :]}" if len(seen) > _MOST_RUNS else seen


def _facts(test: TrackRecord, runs: Sequence[CitedRun]) -> Iterator[str]:
    if test.verdict == "passes_alone":
        whole, alone = filter(str.isupper, test.strip), filter(str.islower, test.strip)
        for where, letters in (("whole", "".join(whole)), ("alone", "".join(alone).upper())):
            failed, passed = (sum(map(letters.count, kinds)) for kinds in ("FX", "PR"))
            yield f"{where}: failed in {failed} of {counted(failed + passed, 'run')}"
    else:
        yield f"failed in {test.failed} of {counted(test.ran, 'run')}"
    if test.retried:
        yield f"tries disagree in {test.retried}"
    first = test.failing_since
    if first is None:
        return
    days = "" if first.days is None else f", {counted(first.days, 'day')}"
    yield f"fails since {_attempt(runs[first.run])} ({counted(first.runs, 'run')}{days})"
    if first.last_pass is not None:
        yield f"passed last in {_attempt(runs[first.last_pass])}"
    if first.commit_count is not None:
        ends = " to ".join(
            dict.fromkeys(sha[:8] for sha in (*first.commits[:1], *first.commits[-1:]))
        )
        yield f"{counted(first.commit_count, 'commit')} between{f' ({ends})' if ends else ''}"


def _attempt(run: CitedRun) -> str:
    return one_line(name_of(run.item, run.attempt))


def _notes(records: TrackRecords) -> Iterator[Line]:
    notes = [one_line(note) for note in records.warnings[:_MOST_NOTES]]
    if len(records.warnings) > _MOST_NOTES:
        notes.append(f"{len(records.warnings) - _MOST_NOTES} more notes: --json has them all")
    if records.without_tests:
        notes.append(f"{counted(records.without_tests, 'cited run')} without named tests")
    if notes:
        yield Line("")
    yield from (Line(f"  note: {note}", "hung", hang=4) for note in notes)


def _words(verdict: str) -> str:
    return "passes alone, fails among others" if verdict == "passes_alone" else _plain(verdict)


def _counted(verdict: str, count: int) -> str:
    """``7 pass alone``, ``2 new failures``, ``3 broken``."""
    if verdict == "passes_alone":
        return "passes alone" if count == 1 else "pass alone"
    return f"{_plain(verdict)}s" if verdict == "new_failure" and count != 1 else _plain(verdict)


def _plain(verdict: str) -> str:
    return verdict.replace("_", " ")
