"""Why a value that no run has is no contradiction yet: it may be of another run or of a part, of
another session, another time, or rounded.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from math import inf
from typing import Final, NamedTuple

from ledger.claims.model import Claim
from ledger.claims.observations import (
    COUNTED,
    FIGURES,
    OF_EACH,
    Observation,
    counted,
    observations,
    parts_of,
)
from ledger.claims.runs import (
    OF_A_PART,
    OF_ANOTHER,
    ROUNDED,
    SEVERAL_SESSIONS,
    Run,
    Session,
    untold,
)
from ledger.plan.statements.model import ENDINGS, SO, Statement

OF_NO_PART: Final = "it is said of a part, or of something else, that the outputs do not name"
_NEAR_S = 2.0  # seconds, or a tenth, that a time may be off: people round, and measure other things
_NEAR = 0.1
_LATER = 2.0  # seconds, or half the time, that pytest needs after the tests that a report times
_LATER_SHARE = 0.5
_EARLIER = 0.15
_PRECISE = 0.3  # seconds: a time with decimals
_MOST_SUMS = 20_000  # of what some of several sessions have together
_MANY = 10  # so many of one whole fit no other run by chance
_SMALL = 3  # a lesser count fits many runs
_RUNTIME: Final = re.compile(r"(?:total )?(?:run[ _]?time|duration|elapsed)", re.IGNORECASE)


class Case(NamedTuple):
    """A ``statement`` of a claim, what is said ``beside`` it in the same breath and in the
    whole ``entry``, the ``runs`` that it is checked against with those ``before`` them, and what
    each of the runs has."""

    claim: Claim
    statement: Statement
    beside: Sequence[Statement]
    entry: Sequence[Claim]
    runs: Sequence[Run]
    before: Sequence[Run]
    observations: Sequence[Sequence[Observation]]

    @property
    def values(self) -> Iterator[float]:
        """All values that the runs have."""
        return (value for observation in chain(*self.observations) for value in observation.values)


def doubt(case: Case) -> str:
    """Why what no run has is no contradiction; empty where it is one."""
    statement = case.statement
    reason = _doubt_subject(case) or _doubt_figure(case)
    if not reason and statement.quantity == "duration":
        reason = _another_time(case)
    if not reason and _agrees(statement, case.beside):
        reason = "it agrees with the counts beside it, which are not verified"
    if not reason and statement.quantity == "change":
        reason = _doubt_change(case)
    return reason


def beside(claim: Claim, entry: Sequence[Claim]) -> list[Statement]:
    """What else is said in the same breath of the same run."""
    statement = claim.statement
    return [
        other.statement
        for other in entry
        if other.statement
        and statement
        and other.runs == claim.runs
        and other.statement.breath == statement.breath
        and other.statement.subject == statement.subject
    ]


def sessions(beside: Sequence[Statement], run: Run) -> Iterator[Session]:
    """The sessions that have all counts of a breath, of which there are several."""
    counts = [s for s in beside if s.quantity in COUNTED and s.low > 0]
    for session in run.every if len(counts) > 1 else ():
        values = [next(counted(statement, session, run)).values for statement in counts]
        if all(any(map(statement.holds, of)) for statement, of in zip(counts, values, strict=True)):
            yield session


def _session(beside: Sequence[Statement], run: Run) -> Session | None:
    """The one of several sessions that has all counts of a breath."""
    fitting = {session.key: session for session in sessions(beside, run)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _doubt_subject(case: Case) -> str:
    """Why it may not be of the runs, or of all their tests."""
    statement, runs = case.statement, case.runs
    if not runs or case.claim.runs:
        return OF_ANOTHER if case.claim.runs else "no run is cited"
    if not all(case.observations):
        is_part = statement.subject and not statement.or_whole
        return OF_NO_PART if is_part else untold(runs, "the outputs do not tell")
    is_compared = statement.quantity == "change" and statement.against
    is_anchored = len(runs) == 1 and _is_anchored(statement, case.beside, runs[0])
    is_whole = len(runs) == 1 and (
        _is_of_all_tests(statement, runs[0])
        or (statement.is_label and _is_whole(statement, case.beside, runs[0]))
    )
    if not (statement.is_sure or is_compared or is_anchored or is_whole):
        return OF_NO_PART if statement.subject else OF_A_PART
    if not _are_own(statement.runs, runs):
        return OF_ANOTHER
    if statement.or_whole and statement.quantity in FIGURES:
        return OF_A_PART
    if statement.quantity == "executed" and statement.high == 0 and not statement.subject:
        return "the attempt may have run none of what it cites"
    return ""


def _is_anchored(statement: Statement, beside: Sequence[Statement], run: Run) -> bool:
    """Whether what is said beside a figure is surely of the run: small counts fit many runs, a
    time with hundredths fits one; a time is of the counts beside it."""
    weight = 0.0
    own = (statement.outcome, (statement.of or [0])[0]) if statement.quantity == "portion" else None
    for other in beside if run.single or _session(beside, run) else ():
        is_count = other.quantity in COUNTED and other.low > 0
        is_time = other.quantity == "duration" and _is_precise(other)
        if not (is_count or is_time) or (other.quantity, other.low) == own:
            continue
        values = (value for o in observations(other, run, ()) for value in o.values)
        if any(map(other.holds, values)):
            weight += 0.5 if is_count and other.low < _SMALL else 1.0
    return weight >= (0.5 if statement.quantity == "duration" else 1.0)


def _is_whole(statement: Statement, beside: Sequence[Statement], run: Run) -> bool:
    """Whether a part has as many tests as are reported of it: ``graph: 118 passed, 2 failed``."""
    lows = [s.low for s in (statement, *beside) if s.quantity in ENDINGS]
    counts = {statement.of[0] if statement.of else sum(lows)}
    cases = {part.totals.cases for part in (parts_of(run.single, statement) if run.single else ())}
    return counts == cases and max(counts) >= _SMALL


def _is_of_all_tests(statement: Statement, run: Run) -> bool:
    """Whether a fraction is of as many tests as the run has: ``47/48``."""
    whole = statement.of[0] if statement.of else 0.0
    counts = {run.single.totals.collected, run.single.totals.cases} if run.single else set()
    return (
        statement.quantity in ENDINGS
        and not statement.subject
        and whole in counts
        and whole >= _MANY
    )


def _are_own(names: Sequence[str], runs: Sequence[Run]) -> bool:
    """Whether the runs that a sentence names are the attempt's own."""
    own = [f"{run.path}/" for run in runs]
    paths = [path.strip("/") for path in names if "/" in path.strip("/")]
    return all(any(path in run or run in f"{path}/" for run in own) for path in paths)


def _doubt_figure(case: Case) -> str:
    """Why a value may be another session's, or a time another one."""
    statement, runs = case.statement, case.runs
    if statement.quantity in ("finished", "exit_code") and len(runs) == 1:
        return ""
    if statement.quantity in ("memory", "cpu"):
        is_one = len({observation.values for observation in chain(*case.observations)}) == 1
    else:
        is_one = all(run.single or not run.every or _session(case.beside, run) for run in runs)
    if not is_one and (statement.quantity not in OF_EACH or _may_be_some(case)):
        return SEVERAL_SESSIONS
    if statement.quantity not in ("duration", "memory"):
        return ""
    if any(session.is_empty and session.totals.collected for session in runs[0].every[:1]):
        return "the run only collected tests"
    return _doubt_time(case) if statement.quantity == "duration" else ""


def is_of_all(statement: Statement) -> bool:
    """Whether one failure in any session is against it: ``all tests pass``, ``0 failed``."""
    is_none = statement.quantity in (*ENDINGS, "failing") and statement.high <= 0
    return not statement.subject and (
        is_none or (statement.quantity, statement.low) == ("all_passed", SO)
    )


def _may_be_some(case: Case) -> bool:
    """Whether it may be said of some of a run's sessions. Of a run that failed nobody says that all
    is well."""
    if any(map(case.statement.holds, case.values)):
        codes = [figure.value for run in case.runs for figure in run.figures["exit_code"]]
        is_disputed = any(run.is_disputed for run in case.runs)
        has_failed = bool(codes) and all(codes) and not is_disputed
        return not (has_failed and is_of_all(case.statement))
    return any(_may_add_up(case.statement, run) for run in case.runs)


def _may_add_up(statement: Statement, run: Run) -> bool:
    """Whether some of the sessions together may have what is said."""
    parts = [session for session in run.sessions if session.file != run.path]
    if statement.quantity == "all_passed":
        return False
    if statement.quantity not in COUNTED:
        return len(parts) > 2
    sums: set[float] = set()
    for session in parts:
        seen = observations(statement, run._replace(whole=session, sessions=()), ())
        values = {value for observation in seen for value in observation.values}
        if statement.subject and not values:
            return True  # a log names what failed: in this session the part may have passed
        sums |= values | {least + value for least in sums for value in values}
        if len(sums) > _MOST_SUMS:
            return True
    return any(map(statement.holds, sums))


def _doubt_time(case: Case) -> str:
    """Why a time may be another one, or a rounded one."""
    statement, run, values = case.statement, case.runs[0], [*case.values]
    exact = {round(figure.value, 2) for figure in run.figures["duration_s"] if figure.is_exact}
    if len(exact) > 1:
        exact -= {round(figure.value, 2) for figure in run.figures["elapsed_s"]}
    if len(case.runs) > 1 or len(exact) > 1:
        return SEVERAL_SESSIONS
    if _is_precise(statement):
        tests = chain(*(session.tests.values() for session in run.every))
        if any(statement.holds(test.duration_s or 0.0) for test in tests):
            return "one of the tests took that long"
        later = max(_LATER, (_NEAR if statement.is_sure else _LATER_SHARE) * statement.high)
        is_near = any(
            statement.low - later <= value <= statement.high + _EARLIER for value in values
        )
        is_told = bool(exact) or not is_near
        return "" if is_told else "a report's time is close to it, and pytest's own is not there"
    times = (o for o in case.beside if o.quantity == "duration" and o.end <= statement.start)
    if any(statement.start - time.end <= 2 and any(map(time.holds, values)) for time in times):
        return ""  # "1653.41 s (27 min 33 s)": the same time once more
    is_whole = (
        bool(exact) and statement.high - statement.low <= _NEAR_S
    )  # seconds, which nobody rounds
    near = max(_NEAR_S, 0.0 if is_whole else _NEAR * max(values))
    is_exact = statement.low > 0 and statement.high < inf
    if is_exact and any(statement.low - near <= value <= statement.high + near for value in values):
        return ROUNDED
    return ""


def _another_time(case: Case) -> str:
    """Why a time may be another one: no word says that it is the run's, nor do counts, and one that
    is reported elsewhere in the entry fits the run."""
    is_named = case.statement.outcome == "in" or _RUNTIME.match(case.claim.text)
    if is_named or not _is_precise(case.statement):
        return ""
    times = (claim.statement for claim in case.entry if claim.runs == case.claim.runs)
    values = [*case.values]
    is_other = any(
        any(map(statement.holds, values))
        for statement in times
        if statement and statement.quantity == "duration" and _is_precise(statement)
    )
    return "another time of the entry fits the run" if is_other else ""


def _is_precise(statement: Statement) -> bool:
    return statement.high - statement.low < _PRECISE


def _agrees(statement: Statement, beside: Sequence[Statement]) -> bool:
    """Whether a rate is what the counts beside it give."""
    counts = {s.quantity: s.low for s in beside if s.quantity in COUNTED}
    above = counts.get("passed") if statement.quantity == "pass_rate" else None
    if statement.quantity == "portion" and statement.of:
        above = statement.of[0]
    parts = [counts.get(name, 0.0) for name in ENDINGS]
    wholes = [counts.get("collected", 0.0), *(sum(parts[:end]) for end in (2, 3, len(parts)))]
    return above is not None and any(
        statement.holds(100.0 * above / whole) for whole in wholes if whole
    )


def _doubt_change(case: Case) -> str:
    """Why a change may be one of other runs."""
    runs = [run for run in case.before if run.every or run.figures["elapsed_s"]]
    if case.statement.against and not (len(runs) == 1 and runs[0].single):
        return SEVERAL_SESSIONS
    others = (value for observation in chain(*case.observations) for value in observation.others)
    is_other = any(map(case.statement.holds, others))
    return "it is so only if the two runs are counted in different ways" if is_other else ""
