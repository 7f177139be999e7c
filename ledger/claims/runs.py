"""What a run says, laid out so that claims can be held against it, and which runs names stand for.

A folder may hold the outputs of several sessions, and prose may speak of any of them. So every
output is a ``Session`` of its own beside the folded whole, and every figure keeps its file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from ledger.claims.entries import Entry, Place, stamp_of
from ledger.claims.model import Claim, JudgedClaim, RunName
from ledger.errors import UnreadableInput
from ledger.evidence.model import Evidence, TestResult, Totals
from ledger.evidence.outputs import Outputs, outputs_of
from ledger.evidence.part import Part

_UNCERTAIN = frozenset({"incomplete", "timeout", "crashed", "inconsistent"})


class Session(NamedTuple):
    """One set of results: ``file`` has them, below the run's folder. ``is_partial`` says that some
    tests have no name, or were not reached. ``printed`` are the counts of pytest's own last
    line, where it counts in another way."""

    file: str
    totals: Totals
    tests: Mapping[str, TestResult]
    is_partial: bool = False
    durations: tuple[float, ...] = ()
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
        counted = [session for session in self.every if not session.is_empty] or list(self.every)
        return counted[0] if len({session.key for session in counted}) == 1 else None

    def place(self, file: str) -> str:
        """A file of the run, relative to the repository's top."""
        return self.path if file in ("", self.path) else f"{self.path}/{file}"

    def supports(self, claim: Claim, figure: Figure) -> JudgedClaim:
        """A claim that a figure of the run agrees with."""
        return claim.supported(_shown(claim.kind, figure.value), self.place(figure.file))

    def contradicts(self, claim: Claim, figure: Figure, reason: str) -> JudgedClaim:
        """A claim that a figure of the run does not agree with."""
        shown = _shown(claim.kind, figure.value)
        return claim.contradicted(shown, self.place(figure.file), reason)


def _shown(kind: str, value: float) -> str:
    if kind == "exit_code":
        return str(int(value))
    if kind == "cpu":
        return f"{value:.0f}%"
    if kind == "memory":
        return f"{value / 1024:.0f} kbytes"
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


def run_of(evidence: Evidence, parts: Sequence[Part] = ()) -> Run:
    """A run as its evidence has it, with what each of its outputs says where they are at hand. A
    report of ``time`` that measured something else than the run still says what it says of that."""
    sources = evidence.sources
    sessions = [
        Session(
            file=part.file,
            totals=part.totals,
            tests=part.tests,
            printed=part.printed,
            is_partial=part.partial,
            durations=() if part.duration_s is None else (part.duration_s,),
        )
        for part in parts
        if part.totals is not None
    ]
    for reader in ("junit", "pytest-log"):
        counted = [part.totals for part in parts if part.reader == reader and part.totals]
        if len(counted) > 1:
            # Outputs added up as people do it: a test that stands in two of them counts twice.
            sessions.append(Session("", sum(counted, Totals()), {}, is_partial=True))
    whole = None
    if evidence.totals is not None:
        whole = Session(
            file=_file_of(evidence, sessions),
            totals=evidence.totals,
            tests=evidence.tests,
            printed=evidence.printed,
            is_partial=evidence.tests_partial or evidence.completeness in _UNCERTAIN,
            durations=() if evidence.duration_s is None else (evidence.duration_s,),
        )

    def figures(name: str) -> tuple[Figure, ...]:
        """Each value of each file once, exact ones first."""
        found: dict[tuple[float, str], Figure] = {}
        value = getattr(evidence, name)
        if value is not None:
            file = sources.get(name, evidence.path)
            found[value, file] = Figure(float(value), file, is_exact=not file.endswith(".xml"))
        for part in parts:
            value = getattr(part, name)
            if value is not None:
                is_exact = name != "duration_s" or part.reader == "pytest-log"
                found.setdefault((value, part.file), Figure(float(value), part.file, is_exact))
        return tuple(sorted(found.values(), key=lambda figure: not figure.is_exact))

    return Run(
        path=evidence.path,
        stamp=evidence.stamp,
        sessions=tuple(sessions),
        whole=whole,
        durations=figures("duration_s"),
        elapsed=figures("elapsed_s"),
        exit_codes=figures("exit_code"),
        memory=figures("peak_rss_bytes"),
        cpu=figures("cpu_percent"),
    )


def _file_of(evidence: Evidence, sessions: Sequence[Session]) -> str:
    """The file that has the totals. What several outputs add up to stands in none of them: there
    it is none, for the folder has it."""
    if len(sessions) < 2:
        return evidence.sources.get("totals", evidence.path)
    return next((one.file for one in sessions if one.totals == evidence.totals), "")


class Runs:
    """The runs that entries cite and name, each read at most once."""

    def __init__(self, place: Place, entries: Iterable[Entry]) -> None:
        self._place = place
        self._read: dict[str, Outputs | None] = {}
        self._runs: dict[tuple[str, str], Run | None] = {}
        # The runs that each attempt of an item cites, and those of each phase of an item.
        self._cited: dict[tuple[str | None, str, str], dict[str, None]] = {}
        for entry in entries:
            for run in entry.runs:
                phases = [part[6:] for part in run.lower().split("/") if part.startswith("phase_")]
                for name in (("attempt", str(entry.attempt)), *(("phase", p) for p in phases)):
                    self._cited.setdefault((entry.item, *name), {})[run] = None

    def meant(self, entry: Entry, name: RunName) -> Sequence[str]:
        """The folders that a name stands for where ``entry`` uses it."""
        if name.kind == "stamp":
            return self._place.stamped(name.value)
        return tuple(self._cited.get((name.item or entry.item, name.kind, name.value), ()))

    def read(self, folders: Sequence[str], within: Sequence[str] = ()) -> list[Run]:
        """The runs of ``folders``, but for those that cannot be read. Where a folder holds several
        sessions and only a part of it is cited (``within``), the run is that part."""
        found = []
        for folder, part in zip_longest(folders, within, fillvalue=""):
            run = self._run(folder)
            if run is not None and run.single is None and part not in ("", folder):
                run = self._run(folder, part.removeprefix(f"{folder}/")) or run
            if run is not None:
                found.append(run)
        return found

    def _run(self, folder: str, below: str = "") -> Run | None:
        """The run of a folder, or of what lies ``below`` in it; None where nothing can be read."""
        key = (folder, below)
        if key not in self._runs:
            outputs = self._outputs(folder)
            if outputs is not None and below:
                outputs = outputs.within(below)
            self._runs[key] = None
            if outputs is not None and (outputs.parts or not below):
                run = run_of(outputs.evidence(), outputs.parts)
                self._runs[key] = run._replace(stamp=stamp_of(folder))
        return self._runs[key]

    def _outputs(self, folder: str) -> Outputs | None:
        if folder not in self._read:
            self._read[folder] = None
            if self._place.files is not None:
                with contextlib.suppress(UnreadableInput):
                    self._read[folder] = outputs_of(self._place.files, folder)
        return self._read[folder]
