"""The tests of several outputs of one run."""

from __future__ import annotations

from collections import Counter
from collections.abc import KeysView

from ledger.evidence.folding import order
from ledger.evidence.model import FAILING, WORST_FIRST, TestResult, Totals, recount
from ledger.evidence.part import Part
from ledger.evidence.renames import shortened
from ledger.plan.text import counted

_SHOWN = 3
# Readers of tests, those that say most of a test first. JUnit XML stands before all: it is what
# others judge a run by.
RANK = {"junit": 0, "pytest-json-report": 1, "pytest-report-log": 2, "pytest-log": 3}


class Merged:
    """What the JUnit files and logs of a run say together. ``covered`` are logs whose tests a
    JUnit file has; ``sessions`` the wall times that files tell, in seconds."""

    def __init__(self) -> None:
        self.tests: dict[str, TestResult] = {}
        self.totals: Totals | None = None
        self.partial = self.read = self.is_pytest = self.collected_only = False
        self.duration_s: float | None = None
        self.started: str | None = None
        self.sessions: dict[str, float] = {}
        self.covered: set[str] = set()
        self.sources: dict[str, str] = {}
        self.warnings: list[str] = []


def merge(parts: list[Part]) -> Merged:
    """JUnit files add up, then reports and logs whose tests none of them has; the others are
    held against the file that they share most tests with."""
    result = Merged()
    known = [part for part in parts if part.reader in RANK and part.totals is not None]
    only_collected = [log for log in known if _only_collects(log)]
    known = [part for part in known if not _only_collects(part)]
    reports = [part for part in known if part.reader == "junit"]
    logs = sorted((p for p in known if p.reader != "junit"), key=lambda part: RANK[part.reader])
    kept = list(reports)
    named: list[Part] = []
    for output in logs:
        above = [part for part in kept if RANK[part.reader] < RANK[output.reader]]
        log = _named_alike(output, above, result)
        named.append(log)
        partner = _partner(log, above)
        if partner is None:
            kept.append(log)
        else:
            _hold_against(log, partner, above, result)
    if not kept and only_collected:
        kept = only_collected[:1]
        result.collected_only = True
    _add_up(kept, result)
    for log in named:
        _refine(log, result)
    result.read = bool(kept)
    result.is_pytest = any(part.wall for part in kept)
    result.partial = any(part.partial for part in kept)
    _totals(kept, result)
    result.sessions = {
        part.file: part.duration_s
        for part in (*reports, *logs)
        if part.wall and part.duration_s is not None
    }
    return result


def _only_collects(log: Part) -> bool:
    return log.reader == "pytest-log" and log.completeness is None and not log.tests


def _partner(log: Part, reports: list[Part]) -> Part | None:
    """The JUnit file of the same session: the one whose tests are most alike, else (a quiet
    log that names none) one in the same folder or the only one."""
    if not reports:
        return None
    names = log.tests.keys()
    if names:
        best = max(reports, key=lambda report: _likeness(names, report.tests.keys()))
        return best if names & best.tests.keys() else None
    folder = log.file.rpartition("/")[0]
    beside = [report for report in reports if report.file.rpartition("/")[0] == folder]
    if beside:
        return beside[0]
    return reports[0] if len(reports) == 1 else None


def _named_alike(log: Part, above: list[Part], result: Merged) -> Part:
    """The log with its tests called as a file above it calls them, where it shares no name with
    any but its names are those of that file cut short."""
    if not log.tests or any(log.tests.keys() & report.tests.keys() for report in above):
        return log
    for report in above:
        names = shortened(log.tests, report.tests)
        if names:
            result.warnings.append(
                f"{log.file} tells other folders of its tests than {report.file}: taken as the same"
            )
            return log._replace(tests={
                names[identity]: test.model_copy(update={"identity": names[identity]})
                for identity, test in log.tests.items()
            })  # fmt: skip
    return log


def _likeness(first: KeysView[str], second: KeysView[str]) -> float:
    shared = len(first & second)
    return shared / (len(first) + len(second) - shared) if shared else 0.0


def _hold_against(log: Part, report: Part, reports: list[Part], result: Merged) -> None:
    """Say where a log and the files above it differ. A log that was cut short is made good by
    whole ones that have its tests; one that ended by itself and not well is not."""
    known = {name: test for other in reports for name, test in other.tests.items()}
    known.update(report.tests)
    cut = log.duration_s is None and bool(log.tests)
    made_good = report.completeness != "incomplete" and log.tests.keys() <= known.keys()
    if log.completeness == "complete" or (cut and made_good):
        result.covered.add(log.file)
        if cut:
            better = "JUnit files have" if report.reader == "junit" else f"{report.file} has"
            result.warnings.append(f"{log.file}: {log.reason}; {better} its tests")
    differ = [
        identity
        for identity, test in log.tests.items()
        if identity not in known or _kind(test) != _kind(known[identity])
    ]
    if log.completeness == "complete":
        differ += [
            identity
            for identity, test in report.tests.items()
            if identity not in log.tests
            and not test.at_collection
            and (not log.partial or test.outcome in FAILING)
        ]
    if differ:
        shown = ", ".join(differ[:_SHOWN]) + (", ..." if len(differ) > _SHOWN else "")
        result.warnings.append(
            f"{log.file} and {report.file} disagree on {counted(len(differ), 'test')}: {shown}"
        )


def _kind(test: TestResult) -> str:
    """What a log and a JUnit file must agree on. JUnit XML of pytest has no word for xpassed,
    and a teardown error after a failure may be either."""
    if test.outcome in FAILING:
        return "failing"
    return "passed" if test.outcome == "xpassed" else test.outcome


def _refine(log: Part, result: Merged) -> None:
    """JUnit XML of pytest writes an unexpected pass as a pass; the log knows."""
    for identity, test in log.tests.items():
        known = result.tests.get(identity)
        if test.outcome == "xpassed" and known is not None and known.outcome == "passed":
            result.tests[identity] = known.model_copy(update={"outcome": "xpassed"})


def _add_up(kept: list[Part], result: Merged) -> None:
    dated = all(part.started is not None for part in kept)
    if dated:
        kept = sorted(kept, key=lambda part: order(part.started or ""))
        result.started = kept[0].started if kept else None
    else:
        starts = [part.started for part in kept if part.started is not None]
        result.started = min(starts, key=order, default=None)
    home: dict[str, str] = {}
    twice: Counter[tuple[str, str]] = Counter()
    for part in kept:
        for identity, test in part.tests.items():
            before = result.tests.get(identity)
            if before is None:
                result.tests[identity] = test
            else:
                twice[home[identity], part.file] += 1
                result.tests[identity] = _again(before, test, dated)
            home[identity] = part.file
    which = "the later" if dated else "the worse"
    for (first, second), count in list(twice.items())[:10]:
        result.warnings.append(
            f"{counted(count, 'test')} in both {first} and {second}; {which} result counts"
        )
    durations = [part.duration_s for part in kept if part.duration_s is not None]
    if durations:
        result.duration_s = round(sum(durations), 6)
        result.sources["duration_s"] = kept[0].file
    if kept:
        result.sources["totals"] = kept[0].file
        result.sources["tests"] = kept[0].file


def _again(before: TestResult, after: TestResult, dated: bool) -> TestResult:
    """The same test in a second file."""
    worse = min(before, after, key=lambda test: WORST_FIRST.index(test.outcome))
    flaky = (before.outcome in FAILING) != (after.outcome in FAILING)
    return (after if dated else worse).model_copy(
        update={
            "tries": before.tries + after.tries,
            "flaky": before.flaky or after.flaky or flaky,
        }
    )


def _totals(kept: list[Part], result: Merged) -> None:
    """Recounted from the tests. Logs count more than they name: modules that were skipped at
    collection, and where they are quiet all that passed."""
    totals = recount(result.tests.values())
    extra = [part.totals for part in kept if part.reader != "junit" and part.totals]
    if not extra:
        result.totals = totals if kept else None
        return
    counts = {name: getattr(totals, name) for name in Totals.model_fields}
    for part in kept:
        if part.reader != "junit" and part.totals is not None:
            named = recount(part.tests.values())
            for name in counts:
                counts[name] += max(0, getattr(part.totals, name) - getattr(named, name))
    result.totals = Totals(**counts)
