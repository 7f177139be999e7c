"""What runs say, laid out so that claims can be checked against it.

A folder may hold the outputs of several sessions, and prose may speak of any of them. So every
output is a ``Session`` of its own beside the folded whole, and every figure keeps its file.
"""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

from ledger.claims.entries import Entry, Place, stamp_of
from ledger.errors import UnreadableInput
from ledger.evidence.model import Evidence, TestResult, Totals, recount
from ledger.evidence.outputs import Outputs, outputs_of
from ledger.evidence.part import Part
from ledger.plan.statements.model import RunName

ROUNDED = "it is cut off, or rounded twice"
OF_ANOTHER = "it is said of another run"
LOOSE = "its wording may mean another run, a limit or a guess"
OF_A_PART = "it is said of a part of the run"
SEVERAL_SESSIONS = "the run's outputs hold several sessions"
_MEASURES = ("duration_s", "elapsed_s", "exit_code", "peak_rss_bytes", "cpu_percent")
_UNCERTAIN = frozenset({"incomplete", "timeout", "crashed", "inconsistent"})


class Session(NamedTuple):
    """One set of results: ``file`` has them, as a path from the repository's top. ``is_partial``
    says that some tests have no name, or were not reached. ``printed`` are the counts of pytest's
    own last line, where it counts in another way."""

    file: str
    totals: Totals
    tests: Mapping[str, TestResult]
    is_partial: bool = False
    printed: Totals | None = None

    @property
    def is_empty(self) -> bool:
        """Whether tests were collected and none was run."""
        return not any(self.key)

    @property
    def key(self) -> tuple[int, ...]:
        """What tells sessions apart: their counts."""
        t = self.totals
        return t.passed, t.failed, t.errors, t.skipped, t.xfailed, t.xpassed


class Figure(NamedTuple):
    """A value and the file that has it, as a path from the repository's top. ``is_exact`` where the
    file gives the very figure that people copy: pytest's last line, time's report, an exit code."""

    value: float
    file: str
    is_exact: bool = True


class Run(NamedTuple):
    """One run: ``path`` is its folder or file, ``failure`` says how it failed, empty where it
    did not, ``unread`` why its outputs mention no tests; ``figures`` are the values of each of
    ``_MEASURES``: times in seconds, memory in bytes."""

    path: str
    stamp: str | None
    sessions: tuple[Session, ...]
    whole: Session | None
    failure: str
    unread: str
    figures: Mapping[str, tuple[Figure, ...]]
    finished: bool | None = None
    deselected: int | None = None
    projects: frozenset[str] = frozenset()
    is_disputed: bool = False
    """Whether its outputs disagree about it."""

    @property
    def every(self) -> tuple[Session, ...]:
        """The whole, then each session."""
        return (self.whole, *self.sessions) if self.whole else self.sessions

    @property
    def single(self) -> Session | None:
        """The only session, where all outputs that count tests count the same; JUnit XML knows no
        expected failures and no unexpected passes."""
        counted = [session for session in self.every if not session.is_empty] or list(self.every)
        kinds = {
            (passed + xpassed, failed, errors, skipped + xfailed)
            for passed, failed, errors, skipped, xfailed, xpassed in (s.key for s in counted)
        }
        return counted[0] if len(kinds) == 1 else None


def run_of(evidence: Evidence, parts: Sequence[Part] = ()) -> Run:
    """A run as its evidence has it, with what each of its outputs says where they are at hand. A
    report of ``time`` that measured something else than the run still says what it says of that."""
    path = evidence.path

    def place(file: str) -> str:
        return path if file in ("", path) else f"{path}/{file}"

    sessions = [
        _session(part, place(part.file), part.totals, is_partial=part.partial)
        for part in parts
        if part.totals is not None
    ]
    for reader in ("junit", "pytest-log"):
        counted = [part.totals for part in parts if part.reader == reader and part.totals]
        if len(counted) > 1:
            # Outputs added up as people do it: a test that is in two of them counts twice.
            sessions.append(Session(path, sum(counted, Totals()), {}, is_partial=True))
    whole = None
    if (totals := evidence.totals) is not None:
        file = place(evidence.sources.get("totals", path))
        if len(sessions) > 1:  # what several outputs add up to may be in none of them
            file = next((session.file for session in sessions if session.totals == totals), path)
        is_partial = evidence.tests_partial or evidence.completeness in _UNCERTAIN
        whole = _session(evidence, file, totals, is_partial=is_partial)

    def figures(name: str) -> tuple[Figure, ...]:
        """Each value of each file once, exact ones first."""
        by_value: dict[tuple[float, str], Figure] = {}
        if (value := getattr(evidence, name)) is not None:
            file = place(evidence.sources.get(name, path))
            is_exact = name != "duration_s" or not file.endswith((".xml", ".json", ".jsonl"))
            by_value[value, file] = Figure(float(value), file, is_exact)
        for part in parts:
            if (value := getattr(part, name)) is not None:
                file = place(part.file)
                is_exact = name != "duration_s" or part.reader == "pytest-log"
                by_value.setdefault((value, file), Figure(float(value), file, is_exact))
        return tuple(sorted(by_value.values(), key=lambda figure: not figure.is_exact))

    return Run(
        path=path,
        stamp=evidence.stamp,
        sessions=tuple(sessions),
        whole=whole,
        failure=evidence.failure,
        unread=evidence.reason if evidence.totals is None else "",
        figures={name: figures(name) for name in _MEASURES},
        finished=_has_finished(evidence),
        is_disputed=evidence.completeness == "inconsistent",
        projects=frozenset(part.project.lower() for part in parts if part.project),
        deselected=evidence.deselected
        if evidence.deselected is not None
        else 0
        if any(part.reader == "pytest-log" for part in parts)
        else None,
    )


def _has_finished(evidence: Evidence) -> bool | None:
    """Whether a run came to its end; None where that is not known."""
    if evidence.completeness in ("timeout", "crashed", "incomplete"):
        return False
    return True if evidence.exit_code in (0, 1) and evidence.totals else None


def _session(of: Evidence | Part, file: str, totals: Totals, *, is_partial: bool) -> Session:
    return Session(
        file=file,
        totals=totals,
        tests=of.tests,
        is_partial=is_partial,
        printed=of.printed,
    )


class Runs:
    """The runs that entries cite and name, each read at most once. ``entries`` gives all those of
    the plan; few claims name another entry's run, and then they are asked for."""

    def __init__(self, place: Place, entries: Callable[[], Sequence[Entry]]) -> None:
        self._place = place
        self._entries = entries
        self._run = cache(self._read_run)
        self._outputs = cache(self._read_outputs)

    @cached_property
    def _cited(self) -> Mapping[tuple[str | None, str, str], dict[str, None]]:
        """The runs that each attempt of an item cites, and those of each phase of an item."""
        cited: dict[tuple[str | None, str, str], dict[str, None]] = {}
        for entry in self._entries():
            for run in entry.runs:
                phases = [part[6:] for part in run.lower().split("/") if part.startswith("phase_")]
                for name in (("attempt", str(entry.attempt)), *(("phase", p) for p in phases)):
                    cited.setdefault((entry.item, *name), {})[run] = None
        return cited

    @cached_property
    def _earlier(self) -> Mapping[tuple[str | None, int | None], Mapping[str, str]]:
        """The runs of the attempt before each attempt of an item."""
        last: dict[str | None, Mapping[str, str]] = {}
        earlier: dict[tuple[str | None, int | None], Mapping[str, str]] = {}
        for entry in self._entries():
            if entry.runs and (entry.item, entry.attempt) not in earlier:
                earlier[entry.item, entry.attempt] = last.get(entry.item, {})
                last[entry.item] = entry.runs
        return earlier

    def before(self, entry: Entry) -> list[Run]:
        """The runs of the attempt of the item that comes before, of those that cite any. A text of
        no item stands for the attempt that cites its runs, where only one item has such."""
        if entry.item is None:
            owners = [e for e in self._entries() if e.runs.keys() & entry.runs.keys()]
            entry = owners[0] if len({earlier.item for earlier in owners}) == 1 else entry
        return self.read(self._earlier.get((entry.item, entry.attempt), {}))

    def runs_of(self, entry: Entry, name: RunName) -> list[Run]:
        """The runs that a name stands for where ``entry`` uses it."""
        if name.kind == "stamp":
            return self.read(dict.fromkeys(self._place.stamped(name.value), ""))
        folders = self._cited.get((name.item or entry.item, name.kind, name.value), {})
        return self.read(dict.fromkeys(folders, ""))

    def read(self, folders: Mapping[str, str]) -> list[Run]:
        """The runs of folders, but for those that cannot be read. Where a folder holds several
        sessions and only a part of it is cited, which is beside it, the run is that part."""
        runs = []
        for whole, part in folders.items():
            is_inner = part not in ("", whole) and self._is_inner(whole, part)
            folder = part if is_inner else whole
            run = self._run(folder)
            if run is not None and run.single is None and part not in ("", folder):
                run = self._run(folder, part.removeprefix(f"{folder}/")) or run
            if run is not None:
                runs.append(run)
        return runs

    def _is_inner(self, folder: str, part: str) -> bool:
        """Whether a part of a folder is a run by itself: none of its files are the folder's, or it
        has an exit code and other parts have another one, as runs under one stamp do."""
        outputs, below = self._outputs(folder), part.removeprefix(f"{folder}/")
        if outputs is None:
            return False

        def is_inside(name: str) -> bool:
            return f"{name}/".startswith(f"{below}/")

        ends = [is_inside(part.file) for part in outputs.parts if part.exit_code is not None]
        is_one_of_several = any(ends) and not all(ends)
        is_own = any(map(is_inside, outputs.files)) and not is_one_of_several
        return not is_own and self._outputs(part) is not None

    def _read_run(self, folder: str, below: str = "") -> Run | None:
        """The run of a folder, or of what lies ``below`` in it; None where nothing can be read."""
        outputs = self._outputs(folder)
        if outputs is not None and below:
            outputs = outputs.within(below)
        if outputs is None or (below and not outputs.parts):
            return None
        return run_of(outputs.evidence(), outputs.parts)._replace(stamp=stamp_of(folder))

    def _read_outputs(self, folder: str) -> Outputs | None:
        with contextlib.suppress(UnreadableInput):
            return outputs_of(self._place.files, folder) if self._place.files else None
        return None


def untold(runs: Iterable[Run], what: str) -> str:
    """``what`` the runs do not tell, with the reason where their outputs could not be read."""
    return next((f"{what}: {run.unread}" for run in runs if run.unread), what)


def about(session: Session, subject: str) -> Session | None:
    """The tests of a session that ``subject`` (a module, class, node id or test) names; None for
    none."""
    # tests/test_x.py::TestY::test_z is test_x, TestY and test_z.
    head, *rest = subject.partition("[")[0].split("::")
    module = head.rpartition("/")[2].removesuffix(".py")
    names = [name for name in (module, *rest) if name]
    if not names:
        return None
    tests = {
        identity: test
        for identity, test in session.tests.items()
        if names[-1] in identity and _pieces(identity).issuperset(names)
    }
    if not tests:
        return None

    totals = recount(tests.values())
    return Session(session.file, totals, tests)


def _pieces(identity: str) -> set[str]:
    return set(identity.partition("[")[0].replace("::", ".").split("."))


def options(session: Session, measure: str, claimed: frozenset[str] = frozenset()) -> list[int]:
    """What ``measure`` may mean in a session, the plain meaning first; each place in the list is
    one way of counting. ``claimed`` are the measures that are reported beside it: what has a word
    of its own there is not part of another.

    JUnit XML counts expected failures as skipped, and modules skipped at collection as tests.
    """
    totals = session.totals
    cases = sum(session.key)
    if measure == "collected":
        return [totals.collected, cases, len(session.tests)]
    if measure == "executed":
        ran, expected = _ran(totals)
        return [ran + expected, ran, totals.collected, cases, len(session.tests)]
    value: int = getattr(totals, measure)
    values = [value]
    if measure == "skipped" and "xfailed" not in claimed:
        values += [value + totals.xfailed, value - max(0, cases - totals.collected)]
    if measure == "failed" and "errors" not in claimed:
        values.append(value + totals.errors)
    if measure == "passed" and "xpassed" not in claimed:
        values.append(value + totals.xpassed)
    if measure == "errors":
        values.append(sum(test.outcome == "error" for test in session.tests.values()))
    if session.printed is not None:
        values.append(getattr(session.printed, measure))
    return values


def _ran(totals: Totals) -> tuple[int, int]:
    """The tests that ended as they should or not, and those whose failure was expected."""
    ran = totals.passed + totals.failed + totals.errors
    return ran, totals.xfailed + totals.xpassed


def denominators(session: Session) -> list[int]:
    """What a rate of this session may be of; each place in the list is one kind."""
    totals = session.totals
    cases = sum(session.key)
    ran, expected = _ran(totals)
    collected = totals.collected
    return [collected, cases, ran, ran + expected, cases - expected, collected - totals.skipped]
