"""The tests of several outputs of one run: which mention the same session, and their sum."""

import posixpath
from collections import Counter
from collections.abc import KeysView, Mapping, Sequence

from ledger.evidence.compare import shortened
from ledger.evidence.junit import order
from ledger.evidence.model import FAILING, WORST_FIRST, TestResult, Totals, recount
from ledger.evidence.part import Part, names_apart
from ledger.plan.text import counted

_SHOWN = 3
# Readers of tests, those that say most of a test first. JUnit XML is before all: it is what
# others judge a run by.
RANK = {"junit": 0, "pytest-report-log": 1, "pytest-json-report": 2, "pytest-log": 3,
        "jest-json": 1, "trx": 2, "ctrf": 3, "tap": 4, "node-log": 5, "go-test": 5,
        "unittest-log": 5,
        "closing-lines": 6}  # fmt: skip
_PYTEST = frozenset({"pytest-report-log", "pytest-json-report", "pytest-log"})


class Merged:
    """What the outputs of a run that mention tests say together. ``covered`` are the places (in
    the list of parts) of logs that another output makes good; ``sessions`` the wall times that
    files tell, in seconds; ``disagreements`` are between two outputs of one session."""

    def __init__(self) -> None:
        self.tests: dict[str, TestResult] = {}
        self.totals: Totals | None = None
        self.printed: Totals | None = None
        self.partial = self.read = self.is_pytest = self.collected_only = False
        self.duration_s: float | None = None
        self.started: str | None = None
        self.sessions: dict[str, float] = {}
        self.covered: set[int] = set()
        self.sources: dict[str, str] = {}
        self.disagreements: list[str] = []
        self.warnings: list[str] = []


def merge(parts: Sequence[Part]) -> Merged:
    """JUnit files add up, then sessions of reports and logs that none of them mentions; the
    others are checked against the file that mentions the same session."""
    merged = Merged()
    known = [at for at, part in enumerate(parts) if part.reader in RANK and part.totals is not None]
    only_collected = [at for at in known if _only_collects(parts[at])]
    known = [at for at in known if at not in only_collected]
    known.sort(key=lambda at: RANK[parts[at].reader])
    kept: list[Part] = []
    pairs: list[tuple[Part, Part]] = []  # logs and the files that mention the same sessions
    renamed: dict[int, Part] = {}
    for at in known:
        above = [part for part in renamed.values() if RANK[part.reader] < RANK[parts[at].reader]]
        renamed[at] = _with_names_of(parts[at], above, merged)
    for at, part in renamed.items():
        above = [report for report in kept if _may_tell_of(report, part)]
        siblings = [renamed[n] for n in known if n != at and renamed[n].file == part.file]
        # Another session of its log may have the file; two that name nothing are not one.
        if part.partial or not part.tests:
            had = [id(partner) for other, partner in pairs if other.file == part.file]
            above = [report for report in above if id(report) not in had]
        partner, log = _partner(part, siblings, above)
        if partner is None:
            kept.append(log)
        else:
            _hold_against(at, log, partner, above, merged)
            pairs.append((log, partner))
    _find_overwritten(kept, pairs, merged)
    if only_collected and not any(_has_results(part) for part in kept):
        most = max(
            (parts[at] for at in only_collected),
            key=lambda part: part.totals.collected if part.totals else 0,
        )
        kept = [parts[at] for at in only_collected if parts[at].file == most.file]
        merged.collected_only = True
    _add_up(kept, merged)
    _add_uncounted(parts, merged)
    for log, report in pairs:
        merged.tests |= _known_better(log, report, merged.tests)
    merged.read = bool(kept)
    merged.is_pytest = any(part.wall for part in kept)
    _totals(kept, pairs, merged)
    counts_more = merged.totals is not None and merged.totals.cases > len(merged.tests)
    merged.partial = merged.partial or counts_more or any(part.partial for part in kept)
    printed = {id(partner): log.printed for log, partner in pairs if log.printed}
    lines = [printed.get(id(part)) or part.printed for part in kept]
    if any(lines):
        every = zip(lines, kept, strict=True)
        merged.printed = sum((line or part.totals or Totals() for line, part in every), Totals())
    for part in (parts[at] for at in known):
        if part.wall and part.duration_s is not None:
            merged.sessions[part.file] = merged.sessions.get(part.file, 0.0) + part.duration_s
    return merged


def _may_tell_of(report: Part, log: Part) -> bool:
    """Whether a file may mention the same session as one that says less of a test."""
    if RANK[report.reader] >= RANK[log.reader]:
        return False
    if log.reader in _PYTEST:
        return report.reader in _PYTEST or report.reader == "junit"
    is_other = report.runner and log.runner and report.runner != log.runner
    return not (report.wall or is_other)


def _same_run(log: Part, above: Sequence[Part]) -> tuple[Part | None, Part]:
    """The file of the same run of another runner than pytest: beside the log, and the one with the
    same counts, else all of them together. And the log, without names that only it has."""
    folder = posixpath.dirname(log.file)
    near = [part for part in above if posixpath.dirname(part.file) == folder]
    near = near or (list(above) if len(above) == 1 else [])
    if not near:
        return None, log
    alike = [part for part in near if _counts(part) == _counts(log)]
    report = alike[0] if alike else near[0]
    if len(near) > 1 and not alike:
        report = report._replace(
            file=" and ".join(part.file for part in near[:_SHOWN]),
            tests={name: test for part in near for name, test in part.tests.items()},
            totals=sum((part.totals or Totals() for part in near), Totals()),
        )
    if not log.tests.keys() & report.tests.keys():
        log = log._replace(tests={}, partial=True)
    return report, log


def _only_collects(log: Part) -> bool:
    return log.reader in _PYTEST and log.completeness is None and not _has_results(log)


def _has_results(part: Part) -> bool:
    """Of tests, or of modules that could not be collected; one that was skipped is none."""
    tests = part.tests.values()
    is_failed = part.completeness not in (None, "complete")
    return is_failed or any(t.outcome in FAILING or not t.at_collection for t in tests)


def _partner(
    log: Part, siblings: Sequence[Part], above: Sequence[Part]
) -> tuple[Part | None, Part]:
    """The output of the same session as a log, and the log, with the names that are in both."""
    if log.reader not in _PYTEST:
        return _same_run(log, above)
    return _same_session(log, siblings, above), log


def _same_session(log: Part, siblings: Sequence[Part], above: Sequence[Part]) -> Part | None:
    """The output of the same session: the one whose tests are most alike, else (a quiet log that
    names none) one in the same folder or the only one. Where the file holds other sessions
    (``siblings``), no other of them may be more alike, and a quiet one counts the same."""
    names = log.tests.keys()
    if not names or (siblings and log.partial):
        folder = log.file.rpartition("/")[0]
        near = [part for part in above if part.file.rpartition("/")[0] == folder]
        candidates = near or (above if len(above) == 1 else [])
        if siblings:
            candidates = [part for part in candidates if _counts(part) == _counts(log)]
        return next(iter(candidates), None)
    best = max(above, key=lambda part: _likeness(names, part.tests.keys()), default=None)
    likeness = _likeness(names, best.tests.keys()) if best else 0.0
    if best is None or not likeness:
        return None
    rival = max((_likeness(s.tests.keys(), best.tests.keys()) for s in siblings), default=0.0)
    return best if likeness > rival or _is_covered_by(log, best) else None


def _counts(part: Part) -> tuple[int, int] | None:
    return (part.totals.cases, part.totals.failing) if part.totals else None


def _is_covered_by(log: Part, report: Part) -> bool:
    """Whether a file has all tests of a log, with the same results."""
    return all(
        identity in report.tests and _kind(test) == _kind(report.tests[identity])
        for identity, test in log.tests.items()
    )


def _with_names_of(log: Part, above: Sequence[Part], merged: Merged) -> Part:
    """The log with its tests named as in a file above it, where its names are those cut short."""
    if not log.tests or any(log.tests.keys() & report.tests.keys() for report in above):
        return log
    for report in above:
        names = shortened(log.tests, report.tests)
        if names:
            merged.warnings.append(
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


def _known_better(
    log: Part, report: Part, tests: Mapping[str, TestResult]
) -> dict[str, TestResult]:
    """The tests whose outcome the log knows better: pytest's JUnit XML writes an unexpected pass as
    a pass, that of pytest-rerunfailures before 16.6 the last try alone, and a JSON report does not
    say whether a subtest failed."""
    better = {}
    for identity in log.tests.keys() & tests.keys():
        test, before = log.tests[identity], tests[identity]
        is_failure = test.outcome in FAILING and identity in report.untold
        if (is_failure and before.outcome not in FAILING) or (
            test.outcome == "xpassed" and before.outcome == "passed"
        ):
            update = {"outcome": test.outcome, "message": test.message}
            better[identity] = before.model_copy(update=update)
        elif test.tries > before.tries == 1 and test.outcome == before.outcome:
            better[identity] = before.model_copy(update={"tries": test.tries, "flaky": test.flaky})
    return better


def _hold_against(
    at: int, log: Part, report: Part, reports: Sequence[Part], merged: Merged
) -> None:
    """Say where a log and the files above it differ. A log that was cut short is made good by
    whole ones that have its tests; one that ended by itself and not well is not."""
    known = {name: test for other in reports for name, test in other.tests.items()}
    if report.untold:  # a JSON report: what it counts are the tests that it names
        tests = {**report.tests, **_known_better(log, report, report.tests)}
        report = report._replace(tests=tests, totals=recount(tests.values()))
    known.update(report.tests)
    is_cut = log.duration_s is None and log.completeness not in ("complete", "failed")
    is_cut = is_cut and bool(log.tests)
    made_good = report.completeness != "incomplete" and log.tests.keys() <= known.keys()
    if log.completeness == "complete" or (is_cut and made_good):
        merged.covered.add(at)
        if is_cut:
            better = "JUnit files have" if report.reader == "junit" else f"{report.file} has"
            merged.warnings.append(f"{log.file}: {log.reason}; {better} its tests")
    differ = [
        identity
        for identity, test in log.tests.items()
        if identity not in log.untold
        and (identity not in known or _kind(test) != _kind(known[identity]))
    ]
    failing = sum(test.outcome in FAILING for test in log.tests.values())
    names_failures = log.totals is not None and log.totals.failing == failing
    if log.completeness == "complete":
        differ += [
            identity
            for identity, test in report.tests.items()
            if identity not in log.tests
            and not test.at_collection
            and (not log.partial or (names_failures and test.outcome in FAILING))
        ]
    if differ:
        shown = ", ".join(differ[:_SHOWN]) + (", ..." if len(differ) > _SHOWN else "")
        merged.disagreements.append(
            f"{log.file} and {report.file} disagree on {counted(len(differ), 'test')}: {shown}"
        )
    elif log.totals and report.totals and not log.untold:
        # What pytest prints of tries depends on where they failed. Where it names no failures, a
        # test and its teardown's error cannot be distinguished.
        names_errors = names_failures or not log.totals.errors
        is_exact = log.completeness == "complete" and log.duration_s is not None and names_errors
        is_rough = not (log.partial and is_exact) or log.totals.rerun > 0 or log.is_rough
        if log.reader not in _PYTEST:
            is_rough = log.completeness != "complete"
        counts, has = (
            _figures(part, is_rough=is_rough, is_pytest=log.reader in _PYTEST)
            for part in (log, report)
        )
        if counts != has:
            merged.disagreements.append(f"{log.file} counts {counts}, {report.file} {has}")


def _figures(part: Part, *, is_rough: bool, is_pytest: bool) -> str:
    """The counts that two files of one session share: JUnit XML of pytest knows no xpassed. Other
    runners have several words for a test that was left out, and for one expected to fail."""
    totals = part.totals or Totals()
    if is_rough:
        return "failing tests" if totals.failing else "no failing test"
    passed = totals.passed + totals.xpassed
    if not is_pytest:
        return f"{totals.failing} failed, {passed + totals.xfailed} passed"
    others = f"{totals.skipped} skipped, {totals.xfailed} xfailed"
    return f"{totals.failing} failed, {passed} passed, {others}"


def _find_overwritten(
    kept: Sequence[Part], pairs: Sequence[tuple[Part, Part]], merged: Merged
) -> None:
    """Logs with failures beside pytest's JUnit file that is of another session, or of none."""
    for log in kept:
        failures = log.totals.failing if log.totals and log.reader == "pytest-log" else 0
        failing = [name for name, test in log.tests.items() if test.outcome in FAILING]
        example = f", such as {failing[0][:200]}" if failing else ""
        for report in kept if failures else ():
            partners = {other.file for other, partner in pairs if partner is report}
            is_near = posixpath.dirname(report.file) == posixpath.dirname(log.file)
            if report.reader == "junit" and report.wall and partners <= {log.file} and is_near:
                merged.disagreements.append(
                    f"{log.file} mentions {counted(failures, 'failure')} that {report.file} "
                    f"lacks{example}: a later pytest may have overwritten it"
                )
                break


def _kind(test: TestResult) -> str:
    """What a log and a JUnit file must agree on. JUnit XML of pytest has no word for xpassed,
    and a teardown error after a failure may be either."""
    if test.outcome in FAILING:
        return "failing"
    return "passed" if test.outcome == "xpassed" else test.outcome


def _add_up(kept: Sequence[Part], merged: Merged) -> None:
    if not kept:
        return
    starts = [part.started for part in kept if part.started is not None]
    merged.started = min(starts, key=order, default=None)
    homes: dict[str, list[Part]] = {}
    for part in kept:
        for identity in part.tests:
            homes.setdefault(identity, []).append(part)
    twice: Counter[str] = Counter()
    for identity, parts in homes.items():
        tests = [part.tests[identity] for part in parts]
        if len(parts) == 1:
            merged.tests[identity] = tests[0]
        elif all(part.wall for part in parts):
            files = list(dict.fromkeys(part.file for part in parts))
            twice[" and ".join(files) if len(files) > 1 else f"sessions of {files[0]}"] += 1
            merged.tests[identity] = _worst(tests)
        else:  # no file of pytest's: a name may stand for several tests
            names, _ = names_apart(identity, [[part.file] for part in parts], homes.keys())
            for name, test in zip(names, tests, strict=True):
                merged.tests[name] = test.model_copy(update={"identity": name})
    for places, count in list(twice.items())[:10]:
        merged.warnings.append(f"{counted(count, 'test')} in {places}: the worst result counts")
    durations = [part.duration_s for part in kept if part.duration_s is not None]
    if durations:
        merged.duration_s = round(sum(durations), 6)
        merged.sources["duration_s"] = kept[0].file
    merged.sources |= {"totals": kept[0].file, "tests": kept[0].file}


def _add_uncounted(parts: Sequence[Part], merged: Merged) -> None:
    """Failures that a runner names that counts no tests."""
    for part in parts:
        if part.totals is None and part.tests:
            merged.tests = {**part.tests, **merged.tests}
            merged.partial = True


def _worst(tests: Sequence[TestResult]) -> TestResult:
    """The result of a test that pytest ran in several sessions."""
    flaky = len({test.outcome in FAILING for test in tests}) > 1 or any(t.flaky for t in tests)
    worst = min(tests, key=lambda test: WORST_FIRST.index(test.outcome))
    return worst.model_copy(update={"tries": sum(test.tries for test in tests), "flaky": flaky})


def _totals(kept: Sequence[Part], pairs: Sequence[tuple[Part, Part]], merged: Merged) -> None:
    """Recounted from the tests, plus what outputs count and do not name: modules skipped at
    collection, failures that only a suite counts, passes of a quiet log, its xpassed."""
    if not kept:
        return
    counts = recount(merged.tests.values()).model_dump()
    for part in kept:
        if part.totals is not None:
            totals = recount(part.tests.values())
            for name in counts:
                counts[name] += max(0, getattr(part.totals, name) - getattr(totals, name))
    for log, report in pairs:
        tests = [merged.tests[name].outcome for name in report.tests if name in merged.tests]
        unnamed = (log.totals.xpassed if log.totals else 0) - tests.count("xpassed")
        if report.reader == "junit" and report.wall and 0 < unnamed <= counts["passed"]:
            counts["passed"] -= unnamed
            counts["xpassed"] += unnamed
    merged.totals = Totals(**counts)
