"""What an entry says of its run in words, held against the run and the one before it.

A statement is supported where one of the runs that may be meant has what is said, and contradicted
where each of them has another value. What the outputs do not tell, or what is said of a part that
they do not name, is unverifiable.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from math import inf
from typing import Final, NamedTuple

from ledger.claims.model import Claim, ClaimKind, JudgedClaim
from ledger.claims.names import tests_named
from ledger.claims.prose import Context
from ledger.claims.runs import (
    OF_A_PART,
    OF_ANOTHER,
    ROUNDED,
    SEVERAL_SESSIONS,
    Run,
    Session,
    about,
    options,
)
from ledger.claims.times import shown
from ledger.evidence.model import FAILING, TestResult, Totals, recount
from ledger.plan.statements.causes import tells
from ledger.plan.statements.model import NOT_SO, SO, Quantity, Statement
from ledger.plan.statements.reader import statements
from ledger.plan.text import one_line

OF_NO_PART = "it is said of a part, or of something else, that the outputs do not name"
_KINDS: Final[dict[Quantity, ClaimKind]] = {
    "cause": "result", "outcome": "test", "only_failing": "test", "new": "delta",
    "cleared": "delta", "still": "delta", "change": "delta", "unchanged": "delta",
    "duration": "duration", "memory": "memory", "exit_code": "exit_code", "pass_rate": "rate",
    "fail_rate": "rate", "all_passed": "result", "not_run": "result", "finished": "result",
}  # fmt: skip
_REASONS: Final[dict[ClaimKind, str]] = {
    "count": "the run counts otherwise", "duration": "the run took another time",
}  # fmt: skip
# Where a run has it as a figure of its own.
_FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "duration": ("duration_s", "elapsed_s"),
    "memory": ("peak_rss_bytes",),
    "exit_code": ("exit_code",),
}
_COUNTED: Final = frozenset(Totals.model_fields) - {"rerun"} | {"executed"}
_COMPARED: Final = frozenset(("new", "cleared", "still", "change", "unchanged"))
# What JUnit XML may call tests that were expected to fail.
_IN_JUNIT: Final = {"xfailed": {"skipped", "xfailed"}, "xpassed": {"passed", "xpassed"}}
_TIMEOUT: Final = re.compile(r"time[- ]?d? ?out", re.IGNORECASE)
_REPORTS = (".xml", ".json", ".jsonl")
# What a last line counts and reports do not know, or count in another way.
_LAST_LINE: Final = re.compile(r"\b(?:rerun|xpassed|subtests? passed)\b")
_NEAR_S = 2.0  # seconds, or a tenth, that a time may be off: people round, and measure other things
_NEAR = 0.1
_MOST = 300  # statements of one entry


class Found(NamedTuple):
    """What a run has of a quantity: the values that may be meant, how the plain one reads, and
    the file that has it."""

    values: tuple[float, ...]
    shown: str
    file: str


def words_claimed(context: Context) -> list[Claim]:
    """What an entry says of its run in words."""
    text = context.prose.text
    found: list[Claim] = []
    for said in statements(text)[:_MOST]:
        kind = _KINDS.get(said.quantity, "count")
        if said.quantity != "outcome":
            found.append(context.claim(kind, (said.start, said.end), statement=said))
            continue
        at = said.start
        for name in said.names:  # each test by itself
            at = max(at, text.find(name, at, said.end))
            span, outcome = (at, at + len(name)), said.outcome.replace("errors", "failed")
            one = said._replace(names=(name,)) if outcome not in ("passed", "failed") else None
            found.append(
                context.claim(kind, span, outcome, statement=one, measure=outcome, name=name)
            )
    return found


def is_elsewhere(claim: Claim) -> bool:
    """Whether a passage is said of something else than the run, whatever its figures are."""
    return claim.statement is not None and claim.statement.quantity == "elsewhere"


def is_compared(claim: Claim) -> bool:
    """Whether a statement speaks of the run before, too."""
    return claim.statement is not None and _is_of_before(claim.statement)


def judge_words(
    claim: Claim, runs: Sequence[Run], before: Sequence[Run], line: str = ""
) -> JudgedClaim:
    """A statement, held against the attempt's own ``runs`` and those of the attempt ``before``.
    ``line`` is where it stands, for what pytest's last line counts in its own way."""
    said = claim.statement
    assert said is not None
    for run in runs:
        *above, name = run.path.split("/")
        if name in said.subject and {name, *above}.issuperset(said.subject):  # "in RUN/"
            said, runs = said._replace(subject=()), [run]
    found = [list(_found(_of_project(said, run), run, before)) for run in runs]
    is_so = _support(said, found)
    if is_so is None and len(said.subject) > 1 and not said.is_outside:  # each of several parts
        parts = [said._replace(subject=(part,)) for part in said.subject]
        each = [_support(one, [list(_found(one, r, before)) for r in runs]) for one in parts]
        is_so = each[0] if all(each) else None
    if is_so is not None:
        return claim.supported(is_so.shown, is_so.file)
    reason = _doubt(said, runs, found)
    if not reason and said.quantity in _COUNTED | {"rerun", "flaky"}:
        is_reported = all(one.file.endswith(_REPORTS) for run in runs for one in run.every)
        if is_reported and _LAST_LINE.search(line):
            reason = "pytest's log may count it so, and it is not there"
    if reason:
        return claim.unverifiable(reason)
    first = found[0][0]
    reason = _REASONS.get(claim.kind, "the run says otherwise")
    return claim.contradicted(first.shown, first.file, reason)


def _support(said: Statement, found: Sequence[Sequence[Found]]) -> Found | None:
    """What agrees with a statement."""
    return next((one for one in chain(*found) if any(map(said.holds, one.values))), None)


def _doubt(said: Statement, runs: Sequence[Run], found: Sequence[Sequence[Found]]) -> str:
    """Why what no run has is no contradiction; empty where it is one."""
    if not runs:
        return "no run is cited"
    if not all(found):
        return OF_NO_PART if said.subject and not said.or_whole else "the outputs do not tell"
    sizes = (part.totals.cases for run in runs for one in run.every for part in _parts(one, said))
    if not said.is_sure and said.low <= max(sizes, default=0):
        return OF_NO_PART
    if not _are_own(said.runs, runs):
        return OF_ANOTHER
    if said.or_whole and said.quantity in _FIGURES:
        return OF_A_PART
    if said.quantity == "executed" and said.high == 0:
        return "the attempt may have run none of what it cites"
    return _doubt_figure(said, runs, found)


def _are_own(named: Sequence[str], runs: Sequence[Run]) -> bool:
    """Whether the runs that a sentence names are the attempt's own."""
    own = [f"{run.path}/" for run in runs]
    paths = [path.strip("/") for path in named if "/" in path.strip("/")]
    return all(any(path in run or run in f"{path}/" for run in own) for path in paths)


def _doubt_figure(said: Statement, runs: Sequence[Run], found: Sequence[Sequence[Found]]) -> str:
    """Why a value may be another session's, or a time another one; empty for no reason."""
    if said.quantity in ("finished", "exit_code") and len(runs) == 1:
        return ""
    if any(run.single is None for run in runs):
        return SEVERAL_SESSIONS
    if said.quantity not in ("duration", "memory"):
        return ""
    whole = runs[0].every[:1]
    if any(one.is_empty and one.totals.collected for one in whole):
        return "the run only collected tests"
    values = [value for one in chain(*found) for value in one.values]
    if len(runs) > 1 or len({round(value, 1) for value in values}) > 2:
        return SEVERAL_SESSIONS
    near = max(_NEAR_S if said.quantity == "duration" else 0.0, _NEAR * max(values))
    is_exact = said.low > 0 and said.high < inf and said.quantity == "duration"
    if is_exact and any(said.low - near <= value <= said.high + near for value in values):
        return ROUNDED
    return ""


def _of_project(said: Statement, run: Run) -> Statement:
    """What is said of the project is said of the whole run."""
    is_whole = run.projects.issuperset(part.lower() for part in said.subject)
    return said._replace(subject=()) if said.subject and is_whole else said


def _found(said: Statement, run: Run, before: Sequence[Run]) -> Iterator[Found]:
    """What a run has of what is said; of counts what each of its sessions has, too."""
    if said.quantity in _FIGURES:
        if not said.subject or said.or_whole:
            for name in _FIGURES[said.quantity]:
                for figure in run.figures[name]:
                    text = shown(said.quantity, figure.value)
                    yield Found((figure.value,), text, figure.file)
        return
    if said.quantity == "finished":
        if run.finished is not None:
            ended = "finished" if run.finished else "cut short"
            yield Found((float(run.finished),), ended, run.path)
        return
    sessions = run.every if said.quantity in _COUNTED else run.every[:1]
    if said.quantity in ("xfailed", "xpassed") and not said.subject:  # JUnit XML knows neither
        sessions = tuple(one for one in sessions if not one.file.endswith(".xml")) or sessions
    for session in sessions:
        for part in _parts(session, said):
            if _is_of_before(said):
                yield from _held_before(said, (part, run), before)
            elif said.quantity == "share":
                yield from _share(said, part, session)
            else:
                yield from _READERS.get(said.quantity, _counted)(said, part, run)


def _is_of_before(said: Statement) -> bool:
    return said.quantity in _COMPARED or said.outcome.startswith("was ")


def _held_before(
    said: Statement, now: tuple[Session, Run], before: Sequence[Run]
) -> Iterator[Found]:
    """What is said of the run before, or compares with it."""
    run = next((run for run in before if run.every), None)
    olds = _parts(run.every[0], said) if run else []
    if run is None or not olds:
        return
    old = olds[0]
    if said.outcome.startswith("was "):
        yield from _outcomes(said, old, run)
    elif said.quantity == "change":
        yield from _changed(said, now, (old, run))
    else:
        yield from _compared(said, now[0], old)


def _parts(session: Session, said: Statement) -> list[Session]:
    """The tests that may be meant; none where the outputs do not name them."""
    if not said.subject:
        return [session]
    if len(session.tests) < session.totals.cases:
        return []
    found: list[Session] = []
    meant = [_tests_of(session, subject) for subject in said.subject]
    for tests in zip(*meant, strict=True) if all(meant) else ():
        inside = {name: test for some in tests for name, test in some.items()}
        if said.is_outside:
            inside = {name: test for name, test in session.tests.items() if name not in inside}
        found.append(Session(session.file, recount(inside.values()), inside))
    return [*found, session] if found and said.or_whole else found


def _tests_of(session: Session, subject: str) -> list[Mapping[str, TestResult]]:
    """The tests that a file, class or test is named for, or words of its name; and all that have
    these words in their names, which may be meant, too."""
    part = about(session, subject)
    words = set(re.split(r"[^a-z0-9]+", subject.lower()))
    word = subject.lower().replace(" ", "_")
    wide = {
        name: test
        for name, test in session.tests.items()
        if words <= set(re.split(r"[^a-z0-9]+", name.lower()))
    }
    if part is not None:
        return [part.tests, part.tests if "/" in subject or "." in subject else wide or part.tests]
    inner = {
        name: test
        for name, test in session.tests.items()
        if word in {piece.removeprefix("test").removeprefix("_") for piece in _pieces(name)}
    }
    if not inner:
        return [wide, wide] if " " in subject and wide else []
    return [inner, wide or inner]


def _pieces(name: str) -> list[str]:
    """The parts of a test's name, but for its own: ``tests``, ``test_x``, ``TestY``."""
    return name.lower().partition("::")[0].split(".")


def _shown(session: Session) -> str:
    totals = session.totals
    return f"{totals.passed} passed, {totals.failing} failing"


def _wholes(session: Session, run: Run) -> tuple[float, ...]:
    """What all tests may mean, the collected ones first."""
    totals = session.totals
    counts = [totals.collected, totals.cases, totals.executed, totals.ended]
    counts.append(totals.passed + totals.failed)
    if run.deselected and run.whole and totals == run.whole.totals:
        counts += [totals.collected + run.deselected, totals.collected - run.deselected]
    return tuple(float(count) for count in dict.fromkeys(counts) if count) or (0.0,)


def _is_of(said: Statement, session: Session, run: Run) -> bool:
    """Whether the whole that is said may be the session's."""
    return said.of is None or any(
        said.of[0] - 1e-9 <= whole <= said.of[1] + 1e-9 for whole in _wholes(session, run)
    )


def _counted(said: Statement, session: Session, run: Run) -> Iterator[Found]:
    """A count of tests by outcome."""
    values: list[float] = [*options(session, said.quantity, frozenset())]
    what = "ran" if said.quantity == "executed" else said.quantity
    shown = f"{values[0]:.0f} {what}"
    if said.quantity in ("collected", "executed"):
        values = [value for value in (*values, *_wholes(session, run)) if value] or [0.0]
    if not _is_of(said, session, run):
        values = [inf]
    yield Found(tuple(values), shown, session.file)


def _share(said: Statement, part: Session, whole: Session) -> Iterator[Found]:
    """Which share of an outcome a part has."""
    have, of = (
        options(one, said.outcome, frozenset())[0]
        if said.outcome != "failing"
        else one.totals.failing
        for one in (part, whole)
    )
    yield Found((100.0 * have / of if of else -1.0,), f"{have} of {of}", part.file)


def _all_passed(said: Statement, session: Session, run: Run) -> Iterator[Found]:
    totals = session.totals
    is_so = not totals.failing and totals.passed > 0 and _is_of(said, session, run)
    yield Found((float(not is_so),), _shown(session), session.file)


def _failing(_: Statement, session: Session, __: Run) -> Iterator[Found]:
    totals = session.totals
    yield Found((float(totals.failing), float(totals.failed)), _shown(session), session.file)


def _not_passed(_: Statement, session: Session, __: Run) -> Iterator[Found]:
    totals = session.totals
    counts = totals.failing, totals.failed, totals.failing + totals.skipped
    values = (*counts, totals.cases - totals.passed)
    yield Found(tuple(map(float, values)), _shown(session), session.file)


def _not_run(_: Statement, session: Session, run: Run) -> Iterator[Found]:
    collected = max(one.totals.collected for one in run.every)
    left = max(0, collected - session.totals.cases)
    yield Found((float(left),), f"{left} did not run", session.file)


def _timeouts(_: Statement, session: Session, __: Run) -> Iterator[Found]:
    failing = [test for test in session.tests.values() if test.outcome in FAILING]
    if len(failing) == session.totals.failing and all(test.message for test in failing):
        count = sum(bool(_TIMEOUT.search(test.message or "")) for test in failing)
        yield Found((float(count),), f"{count} timed out", session.file)


def _deselected(_: Statement, session: Session, run: Run) -> Iterator[Found]:
    if run.deselected is not None:
        yield Found((float(run.deselected),), f"{run.deselected} deselected", session.file)


def _rate(said: Statement, session: Session, run: Run) -> Iterator[Found]:
    rates = _rates(said.quantity, session, run)
    yield Found(rates, f"{rates[0]:.2f}%", session.file)


def _rates(quantity: str, session: Session, run: Run) -> tuple[float, ...]:
    """Shares of passed, or of failing, tests, by every whole."""
    totals = session.totals
    count = totals.passed if quantity == "pass_rate" else totals.failing
    return tuple(100.0 * count / whole if whole else 0.0 for whole in _wholes(session, run))


def _repeated(said: Statement, session: Session, run: Run) -> Iterator[Found]:
    """Tries beyond the first, or the tests that needed them: a last line counts the tries alone."""
    told = max(run.every, key=lambda one: one.totals.rerun)
    tests = [test for test in told.tests.values() if test.tries > 1]
    tries = told.totals.rerun
    if said.subject:
        if tests or not tries:
            count = sum(test.tries - 1 for test in session.tests.values())
            yield Found((float(count),), f"{count} rerun", told.file)
    elif said.quantity == "rerun" or not tries:
        yield Found((float(tries),), f"{tries} rerun", told.file)
    elif tests:
        yield Found((float(len(tests)),), f"{len(tests)} rerun", told.file)
    elif said.low > tries or said.high < 1:
        yield Found((float(tries),), f"{tries} rerun", told.file)


def _outcomes(said: Statement, session: Session, _: Run) -> Iterator[Found]:
    """Whether the named test ended so."""
    outcome = said.outcome.removeprefix("was ")
    told = recount(session.tests.values())
    tests = [test for name in said.names for test in tests_named(session, name)]
    outcomes: set[str] = {test.outcome for test in tests}
    surely_not = outcomes.isdisjoint(_IN_JUNIT.get(outcome, outcomes))
    if outcomes and (outcome not in _IN_JUNIT or told == session.totals or surely_not):
        is_so = _ended(outcome.removeprefix("not "), outcomes) != outcome.startswith("not ")
        yield Found((SO if is_so else NOT_SO,), min(outcomes), session.file)


def _caused(said: Statement, session: Session, _: Run) -> Iterator[Found]:
    """Whether the messages of the tests that are meant have the cause: all of them, or none."""
    meant = FAILING if said.outcome == "failing" else {said.outcome.replace("errors", "error")}
    named = [test for name in said.names for test in tests_named(session, name)]
    tests = [t for t in (named if said.names else session.tests.values()) if t.outcome in meant]
    is_reason = said.outcome == "skipped"
    told = {tells(test.message or "", said.cause, is_reason=is_reason) for test in tests}
    if told in ({True}, {False}):
        yield Found(
            (SO if True in told else NOT_SO,), one_line(tests[0].message or ""), session.file
        )


def _ended(outcome: str, outcomes: set[str]) -> bool:
    if outcome == "passed":
        return outcomes <= {"passed", "xpassed"}
    return bool(outcomes & FAILING) if outcome in ("failed", "errors") else outcome in outcomes


def _only(said: Statement, session: Session, _: Run) -> Iterator[Found]:
    """Whether no other tests than the named ones fail, and some do."""
    failing = {name: t.outcome for name, t in session.tests.items() if t.outcome in FAILING}
    if len(failing) != session.totals.failing:
        return
    named: set[str] = set()
    for name in said.names:
        part = about(session, name)
        if part is None:
            return
        named.update(part.tests)
    failed = {name for name, outcome in failing.items() if outcome == "failed"}
    is_so = bool(failing) and (failing.keys() <= named or (bool(failed) and failed <= named))
    yield Found((float(not is_so),), _shown(session), session.file)


def _compared(said: Statement, now: Session, old: Session) -> Iterator[Found]:
    """How the failing tests of two runs differ."""
    failing, failed = (
        {name for name, test in one.tests.items() if test.outcome in FAILING} for one in (now, old)
    )
    if len(failing) != now.totals.failing or len(failed) != old.totals.failing:
        return
    counts = {
        "new": len(failing - failed),
        "cleared": len(failed - failing),
        "still": len(failing & failed),
        "unchanged": len(failing ^ failed),
    }
    shown = f"{counts['new']} new, {counts['cleared']} cleared, {counts['still']} still failing"
    yield Found((float(counts[said.quantity]),), shown, now.file)


def _changed(
    said: Statement, now: tuple[Session, Run], old: tuple[Session, Run]
) -> Iterator[Found]:
    """By how much a figure of two runs differs; of changes from a figure, where it is the old."""
    pairs: list[tuple[float, float]] = []
    what = said.outcome.removesuffix(" %")
    if what in _FIGURES:
        for name in _FIGURES[what]:
            first, second = (run.figures[name][:1] for run in (old[1], now[1]))
            pairs += [(a.value, b.value) for a, b in zip(first, second, strict=False)]
    elif said.outcome in ("pass_rate", "fail_rate"):
        rates = [_rates(said.outcome, session, run) for session, run in (old, now)]
        pairs = list(zip(*rates, strict=False))
    elif said.outcome in _COUNTED:
        counts = [options(session, said.outcome, frozenset()) for session, _ in (old, now)]
        pairs = [(float(a), float(b)) for a, b in zip(*counts, strict=False)]
    if pairs:
        of = said.of or (-inf, inf)
        values = [b - a for a, b in pairs if of[0] - 1e-9 <= a <= of[1] + 1e-9]
        if what != said.outcome:  # a tenth faster: of the old time, or of the new one
            values = [100 * (b - a) / whole for a, b in pairs for whole in (a, b) if whole]
        yield Found(tuple(values), f"{pairs[0][0]:g} -> {pairs[0][1]:g}", now[0].file)


_READERS: Final[dict[Quantity, Callable[[Statement, Session, Run], Iterator[Found]]]] = {
    "all_passed": _all_passed, "failing": _failing, "not_passed": _not_passed,
    "not_run": _not_run, "timeouts": _timeouts, "deselected": _deselected, "pass_rate": _rate,
    "fail_rate": _rate, "rerun": _repeated, "flaky": _repeated, "outcome": _outcomes,
    "only_failing": _only, "cause": _caused,
}  # fmt: skip
