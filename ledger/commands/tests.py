"""``ledger tests``: what became of each test over all runs that attempts cite."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from functools import cache, cached_property
from pathlib import Path, PurePosixPath
from typing import Final

from ledger import config as configuration
from ledger.claims.entries import Entry, Place, entries, place_of, runs_made, stamp_of
from ledger.commands import read
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.evidence.model import Evidence
from ledger.evidence.outputs import outputs_of, together
from ledger.evidence.track_record import (
    ABSENT,
    VERDICTS,
    Stretch,
    TestVerdict,
    after,
    failing,
    judge,
    letter,
    with_few,
)
from ledger.git import repository
from ledger.git.log import Touched, log_of
from ledger.plan import selectors
from ledger.plan.model import Day, Ledger, Model
from ledger.plan.text import one_line

_MOST_COMMITS: Final = 20
_CUT_SHORT: Final = frozenset({"crashed", "timeout", "incomplete"})


class CitedRun(Model):
    """A run of which outcomes are known, and the attempt that made it."""

    path: str
    """Its folder or file, relative to the top of the repository."""
    item: str | None
    """The item; null for an attempt of none."""
    attempt: int | None
    """The attempt's number."""
    date: Day | None
    """The day of the run: that of its stamp, else that of the attempt."""
    tests: int
    """How many tests it names."""
    is_cut: bool
    """Whether it names only some of its tests, or did not come to its end."""
    commit: str | None
    """The commit that it was made at, as its bundle says."""


class FirstFailure(Model):
    """Where the failures begin that a test ends with."""

    run: int
    """The run, by its place in `runs`."""
    item: str | None
    """The item of the attempt that made it."""
    attempt: int | None
    """That attempt's number."""
    runs: int
    """In how many runs it has failed since, this one included."""
    days: int | None
    """Days from that run to the newest of all runs."""
    last_pass: int | None
    """The run before in which it passed last; null where it never did."""
    commits: tuple[str, ...]
    """The commits between the two, oldest first, at most 20. A run stands for the commit that its
    bundle names, else for the one that added it."""
    commit_count: int | None
    """How many there are; null where git does not know both."""


class TrackRecord(Model):
    """One test."""

    identity: str
    """Class name, `::`, test name."""
    verdict: TestVerdict
    """What the outcomes say of it: `judge` in `ledger.evidence.track_record` has the rules."""
    strip: str
    """A letter for each of `runs`: `P` passed, `F` failed, `S` skipped or expected to fail, `.`
    not in the run; where its tries disagree `R` for a pass in the end and `X` for a failure. A
    small letter is of a run of few tests."""
    ran: int
    """In how many runs it passed or failed."""
    failed: int
    """In how many it failed."""
    retried: int
    """In how many its tries disagree."""
    failing_since: FirstFailure | None
    """Null where it does not end with failures that are no chance."""


class TrackRecords(Model):
    """The tests of all runs that attempts cite."""

    runs: tuple[CitedRun, ...]
    """The oldest first."""
    tests: tuple[TrackRecord, ...]
    """Those that want work first: by verdict, then by name."""
    verdicts: dict[TestVerdict, int]
    """How many tests have which verdict."""
    without_tests: int
    """How many runs that attempts cite name no test."""
    warnings: tuple[str, ...]
    """Runs that could not be read."""


def tests(
    pattern: str = "",  # noqa: PT028 - this is a command, and no test
    *,
    item: str = "",  # noqa: PT028 - likewise
    ledger: Path | None = None,  # noqa: PT028 - likewise
) -> TrackRecords:
    """Each test whose name has ``pattern`` in it, in any case, over all runs that attempts cite as
    their own, archived ones too, or those of one ``item``. A run that several cite is that of the
    attempt with its stamp, else of the first; each round of ``ledger run --rounds`` is a run.

    Raises ``UsageError`` where no attempt cites a run with tests, no test has the pattern or the
    plan has no such item."""
    config = configuration.find(Path.cwd(), ledger)
    plan = read.opened(config).ledger
    plans = [plan, read.read_archive(config, plan)] if read.pointers_of(plan) else [plan]
    ids = {each.id for each in selectors.items(plan, selectors.item_in(item))} if item else None
    with place_of(config) as place:
        return track_records(config, place, plans, pattern, ids)


def track_records(
    config: Config,
    place: Place,
    plans: Sequence[Ledger],
    pattern: str = "",
    ids: set[str] | None = None,
    *,
    keeps: bool = False,
) -> TrackRecords:
    """The tests of the runs that attempts of ``plans`` cite, or those of some items. ``keeps``: who
    asks has read most of the runs, and they are kept. Raises as ``tests`` does."""
    outcomes = _Outcomes(place, _owners(plans, ids, place), keeps=keeps)
    strips, commits = outcomes.strips(pattern), _Commits(config, place, outcomes.runs)
    records = [_record(name, strip, commits) for name, strip in strips.items()]
    if not outcomes.runs:
        hint = "; ".join(outcomes.warnings[:3]) or "`ledger run` records runs with their outputs"
        raise UsageError("no-runs", "expected attempts that cite runs of tests, found none", hint)
    if not records:
        message = f"no test has {one_line(pattern)!r} in its name"
        raise UsageError("no-such-test", message, "`ledger tests` lists those that want work")
    every = Counter(record.verdict for record in records)
    return TrackRecords(
        runs=tuple(outcomes.runs),
        tests=tuple(
            sorted(records, key=lambda record: (VERDICTS.index(record.verdict), record.identity))
        ),
        verdicts={verdict: every[verdict] for verdict in VERDICTS if every[verdict]},
        without_tests=outcomes.without_tests,
        warnings=tuple(outcomes.warnings),
    )


_Run = tuple[str, ...]
"""The folder of a run, or its files."""


def _owners(plans: Sequence[Ledger], ids: set[str] | None, place: Place) -> dict[_Run, Entry]:
    """The runs that attempts made, each with its attempt. Several attempts may cite files of one
    folder that has no stamp: then the files that an attempt cites are its run."""
    made: dict[str, dict[_Run, Entry]] = defaultdict(dict)
    for plan in plans:
        for entry in entries(plan, place, lambda item, *_: ids is None or item in ids):
            for path in runs_made(entry, place):
                stamp = stamp_of(path)
                cited = {cited.path for cited in entry.cited if cited.is_own and cited.is_found}
                own = sorted(each for each in cited if each and each.startswith(f"{path}/"))
                run = (path,) if stamp or not own else tuple(own)
                known = made[path].setdefault(run, entry)
                if entry.stamp and entry.stamp == stamp != known.stamp:
                    made[path][run] = entry
    owners: dict[_Run, Entry] = {}
    for path, runs in made.items():
        owners |= runs if len(runs) > 1 else {(path,): next(iter(runs.values()))}
    return owners


class _Outcomes:
    """The outcomes of all tests in the runs that ``owners`` names."""

    def __init__(self, place: Place, owners: Mapping[_Run, Entry], *, keeps: bool) -> None:
        self.warnings: list[str] = []
        self.without_tests = 0
        self._cells: dict[str, list[str]] = {}
        outcomes: list[tuple[str, CitedRun]] = []
        within: dict[str, set[str]] = defaultdict(set)
        paths = {path for run in owners for path in run}
        for path in paths:
            for above in paths & set(map(str, PurePosixPath(path).parents)):
                within[above].add(path.removeprefix(f"{above}/"))
        for run, entry in owners.items():
            try:
                every = list(_tries(place, run, frozenset(within[run[0]]), keeps=keeps))
            except UnreadableInput as error:
                self.warnings.append(error.message)
                continue
            self.without_tests += not every
            for tries in every:
                outcomes.append(_cited(entry, tries[-1]))
                self._add(len(outcomes) - 1, tries)
        # Stamps tell the order best; of a day alone the order of the plan has to do.
        self._order = sorted(range(len(outcomes)), key=lambda at: outcomes[at][0])
        self.runs = [outcomes[at][1] for at in self._order]

    def _add(self, at: int, tries: Sequence[Evidence]) -> None:
        """Add a run, of which the last of ``tries`` counts."""
        for number, evidence in enumerate(tries):
            for name, test in evidence.tests.items():
                cells = self._cells.setdefault(name, [])
                cells += ABSENT * (at + 1 - len(cells))
                cells[at] = after(cells[at], letter(test)) if number else letter(test)

    def strips(self, pattern: str) -> dict[str, str]:
        """The strip of each test with ``pattern`` in its name."""
        sizes = [0 if run.is_cut else run.tests for run in self.runs]
        strips = {}
        for name, known in self._cells.items():
            if pattern.casefold() in name.casefold():
                cells = [*known, *ABSENT * (len(self._order) - len(known))]
                strips[name] = with_few("".join(cells[at] for at in self._order), sizes)
        return strips


def _tries(
    place: Place, run: _Run, within: frozenset[str], *, keeps: bool
) -> Iterator[list[Evidence]]:
    """What each round of a run says, where it names tests, as all its tries say it. Runs that are
    cited by themselves lie ``within`` it."""
    files, path = place.files, run[0]
    assert files is not None

    def numbered(folder: str) -> list[str]:
        names = (name for name in files.names(f"{path}/{folder}") if name.isdecimal())
        return [f"{path}/{folder}/{name}" for name in sorted(names, key=lambda n: (len(n), n))]

    # Each is read once, and all of them together would fill the memory.
    read_outputs = outputs_of if keeps else outputs_of.__wrapped__
    aside = {"without": within} if within else {}  # as others ask for what is kept
    evidence = together([read_outputs(files, letter, **aside) for letter in run])
    repeats = evidence.repeats
    if repeats and repeats.planned > 1:
        for folder in numbered("rounds"):
            yield from _tries(place, (folder,), frozenset(), keeps=keeps)
        return
    earlier = numbered("retried") if repeats and repeats.retried else []
    every = [*(read_outputs(files, letter).evidence() for letter in earlier), evidence]
    if any(evidence.tests for evidence in every):
        yield every


def _cited(entry: Entry, evidence: Evidence) -> tuple[str, CitedRun]:
    """A run, and the digits of its time."""
    time = evidence.stamp or evidence.started or entry.stamp or entry.date or ""
    digits = "".join(re.findall(r"[0-9]", time))[:14]
    run = CitedRun(
        path=evidence.path,
        item=entry.item,
        attempt=entry.attempt,
        date=None,
        tests=len(evidence.tests),
        is_cut=evidence.completeness in _CUT_SHORT or evidence.tests_partial,
        commit=evidence.commit,
    )
    with suppress(ValueError):  # not told, or no such day
        day = date.fromisoformat(digits[:8]).isoformat()
        return digits, run.model_copy(update={"date": day})
    return digits, run


class _Commits:
    """The commits between ``runs``."""

    def __init__(self, config: Config, place: Place, runs: Sequence[CitedRun]) -> None:
        self.config, self.place, self.runs = config, place, runs
        self.between = cache(self._between)

    @cached_property
    def _touched(self) -> Touched | None:
        head = repository.head_commit(self.config.root) if self.config.is_git else None
        return log_of(self.config.root, head) if head else None

    def _between(self, first: int, last: int) -> tuple[str, ...] | None:
        """Those that the ``last`` run was made with and the ``first`` was not, oldest first; None
        where git does not know both."""
        touched = self._touched
        ends = [self._commit(run, touched) for run in (first, last)] if touched else [None]
        if touched is None or None in ends:
            return None
        return tuple(touched.between(*(sha or "" for sha in ends)))

    def _commit(self, run: int, touched: Touched) -> str | None:
        """The commit of a bundle, else the one that added the run."""
        commit, path = self.runs[run].commit, self.runs[run].path
        if commit in touched.commits:
            return commit
        return touched.first_in(self.place.listing.inside(path) or [path])


def _record(identity: str, strip: str, commits: _Commits) -> TrackRecord:
    plain, stretch = strip.upper(), failing(strip)
    return TrackRecord(
        identity=identity,
        verdict=judge(strip),
        strip=strip,
        ran=sum(map(plain.count, "PFXR")),
        failed=sum(map(plain.count, "FX")),
        retried=sum(map(plain.count, "XR")),
        failing_since=_first(stretch, commits) if stretch else None,
    )


def _first(stretch: Stretch, commits: _Commits) -> FirstFailure:
    between = None if stretch.before is None else commits.between(stretch.before, stretch.since)
    days = [commits.runs[at].date for at in (stretch.since, -1)]
    first, last = (date.fromisoformat(day) if day else None for day in days)
    return FirstFailure(
        run=stretch.since,
        item=commits.runs[stretch.since].item,
        attempt=commits.runs[stretch.since].attempt,
        runs=stretch.runs,
        days=(last - first).days if first and last else None,
        last_pass=stretch.before,
        commits=(between or ())[-_MOST_COMMITS:],
        commit_count=None if between is None else len(between),
    )
