"""What is said in one breath, and the sessions that it is held against.

A claim is supported if any of the attempt's own runs says so. It is contradicted only if it
is surely about the attempt's own run, that run is one folder with one value of the kind, and
the value is another one. Everything else is unverifiable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from ledger.claims.model import Claim
from ledger.claims.runs import Run, Session
from ledger.evidence.model import Totals, recount

ROUNDED = "it is cut off, or rounded twice"
OF_ANOTHER = "it is said of another run"
OF_A_PART = "it is said of a part of the run"
LOOSE = "its wording may mean another run, a limit or a guess"
SEVERAL_RUNS = "several runs are cited"
SEVERAL_SESSIONS = "the run's outputs hold several sessions"
SURE = 1.0
SMALL = 3  # a lesser number fits many sessions


class Seen(NamedTuple):
    """A session that a group of claims may speak of, and the file to name for it."""

    session: Session
    file: str


def candidates(run: Run, subject: str) -> list[Seen]:
    """The whole run, each of its sessions and, for a subject, the part of each that it names."""
    found = [Seen(session, run.place(session.file)) for session in run.every]
    parts = [Seen(part, seen.file) for seen in found if (part := about(seen.session, subject))]
    return [*parts, *found]


def about(session: Session, subject: str) -> Session | None:
    """The tests of a session that ``subject`` (a module, class, node id or test) names; None for
    none."""
    # tests/test_x.py::TestY::test_z is test_x, TestY and test_z.
    head, *rest = subject.partition("[")[0].split("::")
    module = head.rpartition("/")[2].removesuffix(".py")
    names = [name for name in (module, *rest) if name]
    tests = {
        identity: test
        for identity, test in session.tests.items()
        if names and names[-1] in identity and _pieces(identity).issuperset(names)
    }
    if not tests:
        return None
    durations = tuple(t.duration_s for t in tests.values() if t.duration_s is not None)
    return Session(
        file=session.file,
        totals=recount(tests.values()),
        tests=tests,
        durations=durations if len(tests) == 1 else (),
    )


def _pieces(identity: str) -> set[str]:
    return set(identity.partition("[")[0].replace("::", ".").split("."))


def options(session: Session, measure: str, claimed: frozenset[str]) -> list[int]:
    """What ``measure`` may mean in a session, the plain meaning first; each place in the list is
    one way of counting. ``claimed`` are the measures that the same group names: what has a word
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
    found = [value]
    if measure == "skipped" and "xfailed" not in claimed:
        found += [value + totals.xfailed, value - max(0, cases - totals.collected)]
    if measure == "failed" and "errors" not in claimed:
        found.append(value + totals.errors)
    if measure == "passed" and "xpassed" not in claimed:
        found.append(value + totals.xpassed)
    if measure == "errors":
        found.append(sum(test.outcome == "error" for test in session.tests.values()))
    if session.printed is not None:
        found.append(getattr(session.printed, measure))
    return found


def _ran(totals: Totals) -> tuple[int, int]:
    """The tests that ended as they should or not, and those whose failure was expected."""
    ran = totals.passed + totals.failed + totals.errors
    return ran, totals.xfailed + totals.xpassed


def readings(session: Session, measure: str, claimed: frozenset[str]) -> list[int]:
    """The different values of ``options``."""
    return list(dict.fromkeys(options(session, measure, claimed)))


def holds_count(session: Session, claim: Claim, claimed: frozenset[str] = frozenset()) -> bool:
    """Whether a session has what a count claims."""
    assert claim.amount is not None
    return any(claim.amount.holds(value) for value in options(session, claim.measure, claimed))


def denominators(session: Session) -> list[int]:
    """What a rate of this session may be of; each place in the list is one kind."""
    totals = session.totals
    cases = sum(session.key)
    ran, expected = _ran(totals)
    collected = totals.collected
    return [collected, cases, ran, ran + expected, cases - expected, collected - totals.skipped]


def shares(session: Session, claim: Claim) -> list[float]:
    """What a rate of ``claim.measure`` is in a session, in percent, by every denominator."""
    count, of = claim.of or (None, None)
    above: list[float] = []
    if count is not None:
        above = [count.middle]
    elif claim.measure:
        above = [*readings(session, claim.measure, frozenset())]
    below: list[float] = [*dict.fromkeys(denominators(session)), *([of.middle] if of else [])]
    return [100.0 * a / b for b in below for a in above if b > 0]


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

    def runs_of(self, claim: Claim) -> Sequence[Run]:
        """The runs that a claim may be about."""
        return self.runs if claim.whose == "own" else self.elsewhere

    def holds(self, session: Session, claim: Claim) -> bool:
        """Whether a session has what a count of the group claims."""
        return holds_count(session, claim, self.claimed)

    @cached_property
    def best(self) -> Seen | None:
        """The session of the entry's own runs that agrees with most of the group."""
        own = [claim for claim in self.counts if claim.whose == "own"]
        if not own:
            return None
        subject = self.counts[0].subject
        seen = [found for run in self.runs for found in candidates(run, subject)]
        return max(seen, key=lambda found: self._agreement(found.session, own), default=None)

    @property
    def single(self) -> Session | None:
        """The only session of the only run."""
        return self.only.single if self.only else None

    def meant(self, claim: Claim) -> Seen:
        """The only session, or the part of it that the claim names."""
        assert self.only is not None
        single = self.single
        assert single is not None
        return Seen(about(single, claim.subject) or single, self.only.place(single.file))

    def times_of(self, session: Session) -> int:
        """How many of the times that are said with the counts a session took."""
        amounts = [c.amount for c in self.claims if c.kind == "duration" and c.whose == "own"]
        return sum(a is not None and any(map(a.holds, session.durations)) for a in amounts)

    def _agreement(self, session: Session, counts: Iterable[Claim]) -> float:
        """How much of ``counts``, and of the times said with them, a session has."""
        fitting = [claim for claim in counts if self.holds(session, claim)]
        return self.times_of(session) + sum(SURE if is_counted(c) else 0.1 for c in fitting)

    def anchor(self, session: Session, claim: Claim) -> float:
        """How surely something else in the group speaks of this session: small numbers fit many
        sessions, a time with hundredths fits one."""
        others = [c for c in self.counts if c is not claim and is_counted(c)]
        best = 0.0
        for part in (session, about(session, claim.subject)):
            if part is None:
                continue
            here = SURE if self.times_of(part) else 0.0
            for other in others:
                if other.amount and self.holds(part, other):
                    here += 0.5 if other.amount.high < SMALL else SURE
            best = max(best, here)
        return best

    def is_whole(self, subject: str) -> bool:
        """Whether a subject is all that the only session of the only run has."""
        single = self.runs[0].single if len(self.runs) == 1 else None
        part = about(single, subject) if single else None
        return single is not None and part is not None and len(part.tests) == len(single.tests)
