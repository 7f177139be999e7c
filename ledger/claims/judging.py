"""Figures that were named in one breath, and the run that they are held against.

A claim is supported if any of the attempt's own runs says so. It is contradicted only if it
is surely about the attempt's own run, that run is one folder with one value of the kind, and
the value is another one. Everything else is unverifiable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ledger.claims import results
from ledger.claims.amounts import is_nearly
from ledger.claims.model import Claim, JudgedClaim
from ledger.claims.observed import Figure, Run, Session
from ledger.claims.results import Seen

ROUNDED = "it is cut off, or rounded twice"
OF_ANOTHER = "it is said of another run"
OF_A_PART = "it is said of a part of the run"
LOOSE = "its wording may mean another run, a limit or a guess"
SEVERAL_RUNS = "several runs are cited"
SEVERAL_SESSIONS = "the run's outputs hold several sessions"
SURE = 1.0
SMALL = 3


def place(run: Run, file: str) -> str:
    """A file of a run, relative to the repository's top."""
    return run.path if not file or file == run.path else f"{run.path}/{file}"


def is_counted(claim: Claim) -> bool:
    """Whether a claim is a count that says something: a zero fits almost any run."""
    return claim.kind == "count" and claim.amount is not None and claim.amount.high > 0


class Group:
    """Claims of one breath. ``runs`` are those of the entry, ``elsewhere`` those that the
    claims name, ``entry`` is all that the entry claims."""

    def __init__(
        self,
        claims: Sequence[Claim],
        runs: Sequence[Run],
        entry: Sequence[Claim],
        elsewhere: Sequence[Run],
    ) -> None:
        self.claims = claims
        self.runs = runs
        self.entry = entry
        self.elsewhere = elsewhere
        self.counts = [c for c in claims if c.kind == "count" and c.whose != "loose"]
        self.claimed = frozenset(claim.measure for claim in self.counts)
        with_results = [run for run in runs if run.every]
        self.only = with_results[0] if len(with_results) == 1 else None
        self._candidates: dict[tuple[int, str], list[Seen]] = {}
        self._best: list[Seen | None] = []

    def runs_of(self, claim: Claim) -> Sequence[Run]:
        """The runs that a claim may be about."""
        return self.runs if claim.whose == "own" else self.elsewhere

    def candidates(self, run: Run, subject: str) -> list[Seen]:
        """See ``results.candidates``."""
        key = (id(run), subject)
        if key not in self._candidates:
            self._candidates[key] = results.candidates(run, subject)
        return self._candidates[key]

    @property
    def best(self) -> Seen | None:
        """The session of the entry's own runs that agrees with most of the group."""
        if not self._best:
            own = [claim for claim in self.counts if claim.whose == "own"]
            subject = self.counts[0].subject if self.counts else ""
            seen = [found for run in self.runs for found in self.candidates(run, subject)]
            # A log and a JUnit file of one session say the same; one look is enough.
            unlike = {
                (s.key, s.totals.collected, s.durations): found
                for found in reversed(seen)
                for s in (found.session,)
            }
            kept = {id(found) for found in unlike.values()}
            ranked = [found for found in seen if id(found) in kept] if own else []
            self._best.append(
                max(ranked, key=lambda found: self.agreement(found.session, own), default=None)
            )
        return self._best[0]

    @property
    def single(self) -> Session | None:
        """The only session of the only run."""
        return self.only.single if self.only else None

    def meant(self, claim: Claim) -> Seen:
        """The only session, or the part of it that the claim names."""
        assert self.only is not None
        single = self.single
        assert single is not None
        part = results.about(single, claim.subject) if claim.subject else None
        return Seen(part or single, place(self.only, single.file))

    def agreement(self, session: Session, claims: Iterable[Claim]) -> float:
        """How much of ``claims``, and of the times said with them, a session has."""
        found = 0.0
        for claim in claims:
            if results.holds_count(session, claim, self.claimed):
                found += SURE if is_counted(claim) else 0.1
        for claim in self.claims:
            if claim.kind == "duration" and claim.amount and claim.whose == "own":
                found += any(claim.amount.holds(value) for value in session.durations)
        return found

    def anchor(self, session: Session, claim: Claim) -> float:
        """How surely something else in the group speaks of this session: small numbers fit many
        sessions, a time with hundredths fits one."""
        part = results.about(session, claim.subject) if claim.subject else None
        others = [c for c in self.counts if c is not claim and is_counted(c)]
        best = 0.0
        for found in (session, part):
            if found is None:
                continue
            here = SURE if self.agreement(found, ()) else 0.0
            for c in others:
                if c.amount and results.holds_count(found, c, self.claimed):
                    here += 0.5 if c.amount.high < SMALL else SURE
            best = max(best, here)
        return best

    def is_whole(self, subject: str, runs: Sequence[Run]) -> bool:
        """Whether a subject is all that the only session of the only run has."""
        single = runs[0].single if len(runs) == 1 else None
        part = results.about(single, subject) if single else None
        return single is not None and part is not None and len(part.tests) == len(single.tests)


def judge_plain(group: Group, claim: Claim) -> JudgedClaim:
    """Exit code, memory, CPU: figures that a file gives as they are."""
    runs = group.runs_of(claim)
    values = [(run, figure) for run in runs for figure in _figures(run, claim.kind)]
    if not values:
        return claim.unverifiable("no output tells it")
    amounts = [a for a in claim.of if a is not None] or [a for a in (claim.amount,) if a]
    for run, figure in values:
        if any(amount.holds(figure.value) for amount in amounts):
            return agrees(claim, run, figure)
    reason = ""
    if claim.whose != "own":
        reason = OF_ANOTHER
    elif any(is_nearly(amount, figure.value) for amount in amounts for _, figure in values):
        reason = ROUNDED
    elif claim.subject and not group.is_whole(claim.subject, runs):
        reason = OF_A_PART
    elif len(runs) > 1:
        reason = SEVERAL_RUNS
    elif len({figure.value for _, figure in values}) > 1:
        reason = "the run's outputs hold several values"
    elif _is_one_of_many(group, claim, values[0][1]):
        reason = "the entry speaks of several commands"
    if reason:
        return claim.unverifiable(reason)
    return differs(claim, *values[0], "the run's output says otherwise")


def _figures(run: Run, kind: str) -> tuple[Figure, ...]:
    if kind == "exit_code":
        return run.exit_codes
    return run.memory if kind == "memory" else run.cpu


def _is_one_of_many(group: Group, claim: Claim, figure: Figure) -> bool:
    """Whether another exit code of the entry is the run's."""
    others = [
        c.amount
        for c in group.entry
        if c.kind == claim.kind and c.whose == "own" and c.claimed != claim.claimed
    ]
    return any(amount is not None and amount.holds(figure.value) for amount in others)


def agrees(claim: Claim, run: Run, figure: Figure) -> JudgedClaim:
    """The claim where a figure of a run supports it."""
    return claim.supported(_shown(claim.kind, figure.value), place(run, figure.file))


def differs(claim: Claim, run: Run, figure: Figure, reason: str) -> JudgedClaim:
    """The claim where a figure of a run contradicts it."""
    return claim.contradicted(_shown(claim.kind, figure.value), place(run, figure.file), reason)


def _shown(kind: str, value: float) -> str:
    if kind == "exit_code":
        return str(int(value))
    if kind == "cpu":
        return f"{value:.0f}%"
    if kind == "memory":
        return f"{value / 1024:.0f} kbytes"
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"
