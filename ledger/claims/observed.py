"""What a run says, laid out so that claims can be held against it.

A folder may hold the outputs of several sessions, and prose may speak of any of them. So every
output is a ``Session`` of its own beside the folded whole, and every figure keeps its file.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from ledger.evidence.model import Evidence, TestResult, Totals
from ledger.evidence.part import Part

_counted = attrgetter("passed", "failed", "errors", "skipped", "xfailed", "xpassed")


class Session(NamedTuple):
    """One set of results: ``file`` has them. ``is_partial`` says that some tests have no name."""

    file: str
    totals: Totals
    tests: Mapping[str, TestResult]
    is_partial: bool
    durations: tuple[float, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether tests were collected and none was run."""
        return not any(_counted(self.totals))

    @property
    def key(self) -> tuple[int, ...]:
        """What tells sessions apart: their counts."""
        found: tuple[int, ...] = _counted(self.totals)
        return found


class Figure(NamedTuple):
    """A value and the file that has it. ``is_exact`` where the file gives the very figure that
    people copy: pytest's last line, time's report, an exit-code file."""

    value: float
    file: str
    is_exact: bool = True


class Run(NamedTuple):
    """One run: ``path`` is its folder or file. Times in seconds, memory in bytes."""

    path: str
    stamp: str | None = None
    sessions: tuple[Session, ...] = ()
    whole: Session | None = None
    durations: tuple[Figure, ...] = ()
    elapsed: tuple[Figure, ...] = ()
    exit_codes: tuple[Figure, ...] = ()
    memory: tuple[Figure, ...] = ()
    cpu: tuple[Figure, ...] = ()
    is_whole: bool = True
    files: frozenset[str] = frozenset()

    @property
    def every(self) -> tuple[Session, ...]:
        """The whole, then each session."""
        return (self.whole, *self.sessions) if self.whole else self.sessions

    @property
    def by_file(self) -> tuple[Session, ...]:
        """The sessions, then the whole: for a test, the file that names it comes first."""
        return (*self.sessions, self.whole) if self.whole else self.sessions

    @property
    def single(self) -> Session | None:
        """The only session, where all outputs that count tests count the same."""
        told = [session for session in self.every if not session.is_empty]
        if not told:
            told = list(self.every)
        return told[0] if told and len({session.key for session in told}) == 1 else None


def from_evidence(evidence: Evidence) -> Run:
    """A run of which only the folded evidence is at hand."""
    sources = evidence.sources
    whole = None
    if evidence.totals is not None:
        durations = () if evidence.duration_s is None else (evidence.duration_s,)
        whole = Session(
            sources.get("totals", evidence.path),
            evidence.totals,
            evidence.tests,
            evidence.tests_partial,
            durations,
        )

    def figure(name: str) -> tuple[Figure, ...]:
        value = getattr(evidence, name)
        file = sources.get(name, evidence.path)
        return () if value is None else (Figure(float(value), file, not file.endswith(".xml")),)

    return Run(
        evidence.path,
        evidence.stamp,
        (),
        whole,
        figure("duration_s"),
        figure("elapsed_s"),
        figure("exit_code"),
        figure("peak_rss_bytes"),
        figure("cpu_percent"),
        files=frozenset(evidence.files),
    )


def from_parts(evidence: Evidence, parts: Sequence[Part]) -> Run:
    """A run with what each of its outputs says. A report of ``time`` that measured something
    else than the run still says what it says of that."""
    whole = from_evidence(evidence)
    sessions = [
        Session(
            part.file,
            part.totals,
            part.tests,
            part.partial,
            () if part.duration_s is None else (part.duration_s,),
        )
        for part in parts
        if part.totals is not None
    ]
    for reader in ("junit", "pytest-log"):
        counted = [part.totals for part in parts if part.reader == reader and part.totals]
        if len(counted) > 1:
            sessions.append(Session("", _added(counted), {}, is_partial=True))
    return Run(
        evidence.path,
        evidence.stamp,
        tuple(sessions),
        # What several outputs add up to stands in none of them: the folder has it.
        whole.whole._replace(file="") if whole.whole and len(sessions) > 1 else whole.whole,
        _merged(
            whole.durations,
            (
                Figure(part.duration_s, part.file, part.reader == "pytest-log")
                for part in parts
                if part.duration_s is not None
            ),
        ),
        _merged(whole.elapsed, _named(parts, "elapsed_s")),
        _merged(whole.exit_codes, _named(parts, "exit_code")),
        _merged(whole.memory, _named(parts, "peak_rss_bytes")),
        _merged(whole.cpu, _named(parts, "cpu_percent")),
        files=frozenset(evidence.files),
    )


def _added(counted: Sequence[Totals]) -> Totals:
    """Outputs added up as people do it: a test that stands in two of them counts twice."""
    return sum(counted, Totals())


def _named(parts: Iterable[Part], name: str) -> Iterable[Figure]:
    for part in parts:
        value = getattr(part, name)
        if value is not None:
            yield Figure(float(value), part.file)


def _merged(first: Iterable[Figure], second: Iterable[Figure]) -> tuple[Figure, ...]:
    """Each value of each file once, the folded ones first."""
    found: dict[tuple[float, str], Figure] = {}
    for figure in (*first, *second):
        found.setdefault((figure.value, figure.file), figure)
    return tuple(found.values())
