"""Counts and rates against sessions."""

from operator import attrgetter
from typing import NamedTuple

from ledger.claims.model import Claim
from ledger.claims.observed import Run, Session
from ledger.evidence.model import recount

_parts = attrgetter("passed", "failed", "errors", "skipped", "xfailed", "xpassed")


class Seen(NamedTuple):
    """A session that a group of claims may speak of, and the file to name for it."""

    session: Session
    file: str


def candidates(run: Run, subject: str) -> list[Seen]:
    """The whole run, each of its sessions and, for a subject, the part of each that it names."""
    found = [
        Seen(
            session,
            f"{run.path}/{session.file}" if session.file not in ("", run.path) else run.path,
        )
        for session in run.every
    ]
    if subject:
        narrowed = [
            Seen(part, seen.file) for seen in found if (part := about(seen.session, subject))
        ]
        found = [*narrowed, *found]
    return found


def about(session: Session, subject: str) -> Session | None:
    """The tests of a session that ``subject`` (a module, class, node id or test) names."""
    names = subject_names(subject)
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
    durations = tuple(t.duration_s for t in tests.values() if t.duration_s is not None)
    return Session(session.file, totals, tests, False, durations if len(tests) == 1 else ())


def subject_names(subject: str) -> list[str]:
    """``tests/test_x.py::TestY::test_z`` as ``["test_x", "TestY", "test_z"]``."""
    head, *rest = subject.partition("[")[0].split("::")
    module = head.rpartition("/")[2].removesuffix(".py")
    return [name for name in (module, *rest) if name]


def _pieces(identity: str) -> set[str]:
    head = identity.partition("[")[0]
    return {*head.replace("::", ".").split(".")}


def options(session: Session, measure: str, claimed: frozenset[str]) -> list[int]:
    """What ``measure`` may mean in a session, the plain meaning first; each place in the list is
    one way of counting. ``claimed`` are the measures that the same group names: what has a word
    of its own there is not part of another.

    JUnit XML counts expected failures as skipped, and modules skipped at collection as tests.
    """
    totals = session.totals
    cases = sum(_parts(totals))
    if measure == "collected":
        return [totals.collected, cases, len(session.tests)]
    if measure == "executed":
        ran = totals.passed + totals.failed + totals.errors
        expected = totals.xfailed + totals.xpassed
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
    return found


def readings(session: Session, measure: str, claimed: frozenset[str]) -> list[int]:
    """The different values of ``options``."""
    return list(dict.fromkeys(options(session, measure, claimed)))


def holds_count(session: Session, claim: Claim, claimed: frozenset[str]) -> bool:
    """Whether a session has what a count claims."""
    assert claim.amount is not None
    return any(claim.amount.holds(value) for value in readings(session, claim.measure, claimed))


def every_denominator(session: Session) -> list[int]:
    """What a rate of this session may be of; each place in the list is one kind."""
    totals = session.totals
    cases = sum(_parts(totals))
    ran = totals.passed + totals.failed + totals.errors
    expected = totals.xfailed + totals.xpassed
    return [
        totals.collected,
        cases,
        ran,
        ran + expected,
        cases - expected,
        totals.collected - totals.skipped,
    ]


def denominators(session: Session) -> list[int]:
    """The different values of ``every_denominator``."""
    return list(dict.fromkeys(every_denominator(session)))


def shares(session: Session, claim: Claim) -> list[float]:
    """What a rate of ``claim.measure`` is in a session, in percent, by every denominator."""
    count = claim.of[0] if claim.of else None
    if count is not None:
        above: list[float] = [count.middle]
    else:
        above = [*readings(session, claim.measure, frozenset())] if claim.measure else []
    below: list[float] = [*denominators(session)]
    if claim.of and claim.of[1]:
        below.append(claim.of[1].middle)
    return [100.0 * a / b for b in below for a in above if b > 0]
