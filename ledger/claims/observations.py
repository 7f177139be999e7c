"""What a run has of what is said: the values that a statement may mean, each with its file."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, product
from math import inf, log
from typing import Final, NamedTuple

from ledger.claims.names import matching_tests
from ledger.claims.runs import Run, Session, about, denominators, options
from ledger.evidence.model import FAILING, TestResult, Totals, recount
from ledger.plan.statements.causes import tells
from ledger.plan.statements.model import NOT_SO, SO, Quantity, Statement
from ledger.plan.text import one_line

FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "duration": ("duration_s", "elapsed_s"),
    "memory": ("peak_rss_bytes",),
    "exit_code": ("exit_code",),
    "cpu": ("cpu_percent",),
    "margin": ("duration_s", "elapsed_s"),
}
"""What a run has as figures of its own, by quantity."""
COUNTED: Final = frozenset(Totals.model_fields) - {"rerun"} | {"executed"}
"""The quantities that count tests by outcome."""
OF_EACH: Final = COUNTED | {"all_passed", "failing", "not_passed", "pass_rate", "fail_rate"}
"""What each of several sessions has."""
_OF_FAILING: Final = frozenset(("failed", "errors", "failing", "all_passed"))
_COMPARED: Final = frozenset(("new", "cleared", "still", "change", "unchanged"))
# What JUnit XML may call tests that were expected to fail.
_IN_JUNIT: Final = {"xfailed": {"skipped", "xfailed"}, "xpassed": {"passed", "xpassed"}}
_ENDING: Final = re.compile(r"(?<=\w{3})(?:at)?(?:ions?|ings?|ers?|ors?|als?|ed|es?|s)\Z")
_SHORT: Final = 4  # letters of a word that no longer one stands for


class Observation(NamedTuple):
    """What a run has of a quantity: the values that may be meant, how the plain one reads, and
    the file that has it; of changes also those between ``others``, which were counted or measured
    in different ways."""

    values: tuple[float, ...]
    shown: str
    file: str
    others: tuple[float, ...] = ()


def observations(statement: Statement, run: Run, before: Sequence[Run]) -> Iterator[Observation]:
    """What a run has of what is said; of counts what each of its sessions has, too."""
    if statement.quantity in FIGURES:
        yield from (
            _figures(statement, run) if statement.or_whole or _is_of_whole(statement, run) else ()
        )
        return
    if statement.quantity == "finished":
        if run.finished is not None:
            ended = "finished" if run.finished else "cut short"
            yield Observation((float(run.finished),), ended, run.path)
        return
    sessions = run.every if statement.quantity in OF_EACH else run.every[:1]
    if (
        statement.quantity in ("xfailed", "xpassed") and not statement.subject
    ):  # JUnit XML knows neither
        sessions = tuple(s for s in sessions if not s.file.endswith(".xml")) or sessions
    for session in sessions:
        for part in parts_of(session, statement):
            if is_of_before(statement):
                yield from _observed_before(statement, (part, run), before)
            elif statement.quantity == "share":
                yield from _share(statement, part, session)
            else:
                yield from _READERS.get(statement.quantity, counted)(statement, part, run)


def _figures(statement: Statement, run: Run) -> Iterator[Observation]:
    """What a run has as figures of its own; of a margin what they leave of its limit."""
    for figure in chain(*(run.figures[name] for name in FIGURES[statement.quantity])):
        if statement.quantity == "margin" and statement.of:
            value, is_share = (
                statement.of[0] - figure.value,
                statement.outcome == "percent" and statement.of[0],
            )
            value = 100.0 * value / statement.of[0] if is_share else value
            yield Observation((value,), f"{value:.2f}{'%' if is_share else 's'}", figure.file)
        else:
            text = _written(statement.quantity, figure.value)
            yield Observation(_scaled(statement.quantity, figure.value), text, figure.file)


def _is_of_whole(statement: Statement, run: Run) -> bool:
    """Whether what is meant is all that the run has."""
    parts = parts_of(run.whole, statement) if run.whole else []
    return not statement.subject or any(run.whole and s.totals == run.whole.totals for s in parts)


def _scaled(quantity: str, value: float) -> tuple[float, ...]:
    """What a figure may be written as: a GB is 1024 to the third, 1000 to the third, and what
    dividing by one after the other gives."""
    powers = int(log(max(value, 1.0), 1000)) if quantity == "memory" else 0
    return tuple(value * 1.024**power for power in range(powers + 1))


def _written(quantity: str, value: float) -> str:
    """A figure as a verdict gives it."""
    if quantity == "exit_code":
        return str(int(value))
    if quantity == "cpu":
        return f"{value:.0f}%"
    if quantity == "memory":
        return f"{value / 1024:.0f} kbytes"
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


def _value(quantity: str, value: float) -> str:
    return _written(quantity, value) if quantity in FIGURES else f"{value:g}"


def is_of_before(statement: Statement) -> bool:
    """Whether a statement speaks of the run before, too."""
    return statement.quantity in _COMPARED or statement.outcome.startswith("was ")


def _observed_before(
    statement: Statement, now: tuple[Session, Run], before: Sequence[Run]
) -> Iterator[Observation]:
    """What is said of the run before, or compares with it."""
    run = next((run for run in before if run.every), None)
    olds = parts_of(run.every[0], statement) if run else []
    if run is None or not olds:
        failing = float(now[0].totals.failing)
        if statement.quantity in ("new", "still") and statement.low > failing:
            yield Observation((failing,), f"{failing:.0f} failing", now[0].file)
        return
    old = olds[0]
    if statement.outcome.startswith("was "):
        yield from _outcomes(statement, old, run)
    elif statement.quantity == "change":
        yield from _changed(statement, now, (old, run))
    else:
        yield from _compared(statement, now[0], old)


def parts_of(session: Session, statement: Statement) -> list[Session]:
    """The tests that may be meant; none where the outputs do not name them."""
    if not statement.subject:
        return [session]
    if len(session.tests) < session.totals.cases:
        # Most logs name what failed, and nothing else.
        failing = {name: test for name, test in session.tests.items() if test.outcome in FAILING}
        what = statement.outcome if statement.quantity == "some" else statement.quantity
        is_told = len(failing) == session.totals.failing and what in _OF_FAILING
        if not is_told:
            return []
        session = session._replace(tests=failing)
    sessions: list[Session] = []
    subjects = [
        _tests_about(session, subject)
        if statement.quantity == "some"
        else _tests_of(session, subject)
        for subject in statement.subject
    ]
    is_ran = statement.outcome == "ran" or (statement.quantity, statement.low) == ("all_passed", SO)
    if not all(subjects) and (statement.quantity == "skipped" or is_ran):
        skipped = [_skipped_for(session, subject) for subject in statement.subject]
        subjects = [[tests] if tests else [] for tests in skipped]
    for tests in zip(*subjects, strict=True) if all(subjects) else ():
        inside = {name: test for some in tests for name, test in some.items()}
        if statement.is_outside:
            inside = {name: test for name, test in session.tests.items() if name not in inside}
        sessions.append(Session(session.file, recount(inside.values()), inside))
    is_file = all(part.endswith(".py") for part in statement.subject)
    is_file = is_file and not statement.is_outside
    if not sessions and is_file and statement.quantity in ("failed", "errors", "failing"):
        sessions = [Session(session.file, Totals(), {})]  # all that fail are named
    if not sessions and session.totals.cases and not session.totals.passed and is_ran:
        sessions = [session]  # no part has passed
    return [*sessions, session] if sessions and statement.or_whole else sessions


def _tests_of(session: Session, subject: str) -> list[Mapping[str, TestResult]]:
    """The tests that a file, class or test is named for, or words of its name; and all that have
    these words in their names, which may be meant, too."""
    part = about(session, subject)
    word = subject.lower().replace(" ", "_")
    wide = _tests_about(session, subject)[0]
    if part is not None:
        return [part.tests, part.tests if "/" in subject or "." in subject else wide or part.tests]
    inner = {name: test for name, test in session.tests.items() if word in _pieces(name)}
    if not inner and wide and subject.endswith(" test"):  # some test of this name
        failing = {name: test for name, test in wide.items() if test.outcome in FAILING}
        return [failing or wide, {n: t for n, t in wide.items() if n not in failing} or wide]
    if not inner:  # "the calibration tests" are in test_calibrate.py
        stem = _stem(word)
        inner = {n: t for n, t in session.tests.items() if stem in map(_stem, _pieces(n))}
    if not inner:
        return [wide, wide] if " " in subject and wide else []
    return [inner, wide or inner]


def _skipped_for(session: Session, subject: str) -> Mapping[str, TestResult]:
    """The tests that were skipped for what a word names: ``the GPU tests``."""
    stems = _stems_in(subject)
    return {
        name: test
        for name, test in session.tests.items()
        if test.outcome == "skipped" and stems <= _stems_in(test.message or "")
    }


def _tests_about(session: Session, phrase: str) -> list[Mapping[str, TestResult]]:
    return [{name: test for name, test in session.tests.items() if _is_about(name, phrase)}]


@lru_cache(maxsize=100_000)  # a plan says the same of the tests of many runs
def _is_about(name: str, phrase: str) -> bool:
    """Whether a test's name has each word of a phrase, in one form or another."""
    own = _stems_in(name)

    def is_in(word: str) -> bool:
        stem = _stem(word)
        return stem in own or any(
            len(min(stem, other, key=len)) >= _SHORT
            and (other.startswith(stem) or (stem.startswith(other) and len(stem) < len(other) + 3))
            for other in own
        )

    return all(
        is_in(word.replace("-", "")) or all(map(is_in, re.findall(r"[^\W_]{3,}", word)))
        for word in phrase.lower().replace("::", "_").split()
    )


@lru_cache(maxsize=10_000)  # the runs of a project have the same tests
def _stems_in(name: str) -> frozenset[str]:
    return frozenset(map(_stem, re.split(r"[^a-z0-9]+", name.lower())))


@lru_cache(maxsize=10_000)  # their names have the same words
def _stem(word: str) -> str:
    """``renewal`` and ``renewed`` as ``renew``, ``tripping`` as ``trip``."""
    stem = _ENDING.sub("", word)
    return stem[:-1] if stem != word and stem[-2:-1] == stem[-1:] not in "ls" else stem


@lru_cache(maxsize=10_000)
def _pieces(name: str) -> frozenset[str]:
    """The parts of a test's name, but for its own: ``x`` and ``y`` of ``test_x`` and ``TestY``."""
    pieces = name.lower().partition("::")[0].split(".")
    plain = {piece.removeprefix("test").removeprefix("_") for piece in pieces}
    return frozenset(plain | {piece.removesuffix("s") for piece in plain})  # "all font tests"


def is_beyond(run: Run, parts: Iterable[str], statement: Statement) -> bool:
    """Whether a label names modules of the run (``http`` for ``test_http.py``), and more is counted
    than all of the run has: less may be of another run of these tests alone."""
    if run.single is None or statement.quantity not in COUNTED:
        return False
    pieces = {piece for name in run.single.tests for piece in _pieces(name)}
    most = max(options(run.single, statement.quantity))
    return pieces.issuperset(parts) and statement.low > most


def _in_short(session: Session) -> str:
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


def _is_of(statement: Statement, session: Session, run: Run) -> bool:
    """Whether the whole that is said may be the session's."""
    return statement.of is None or any(
        statement.of[0] - 1e-9 <= whole <= statement.of[1] + 1e-9 for whole in _wholes(session, run)
    )


def counted(statement: Statement, session: Session, run: Run) -> Iterator[Observation]:
    """A count of tests by outcome."""
    # Where failed ones are reported as well, or the word is wider, errors may be among them.
    is_wide = statement.outcome == "failing" or statement.quantity in statement.beside
    claimed = statement.beside - {"errors"} if is_wide else statement.beside
    values: list[float] = [*options(session, statement.quantity, claimed)]
    what = "ran" if statement.quantity == "executed" else statement.quantity
    shown = f"{values[0]:.0f} {what}"
    if statement.quantity in ("collected", "executed"):
        # Zero is no count of a session that told none, unless no module could be collected.
        is_none = not session.totals.ended
        wholes = (*values, *_wholes(session, run))
        values = [value for value in wholes if value or is_none] or [0.0]
    if statement.quantity == "executed" and run.finished is False:  # what was left did not run
        values = [value for value in values if value <= session.totals.cases] or [0.0]
    if statement.outcome in ("collection", "setup"):
        values = _errors_when(session, is_at_collection=statement.outcome == "collection")
    if statement.outcome == "ran":
        broken = _errors_when(session, is_at_collection=True)
        values = [session.totals.executed - count for count in broken]
    if not _is_of(statement, session, run):
        values = [inf]
    yield Observation(tuple(values), shown, session.file)


def _errors_when(session: Session, *, is_at_collection: bool) -> list[float]:
    """How many errors were at the collection, or at the setup of a test; each that may be where the
    outputs do not name all."""
    errors = [test for test in session.tests.values() if test.outcome == "error"]
    if len(errors) < session.totals.errors:
        return [*map(float, range(session.totals.errors + 1))]
    return [float(sum(test.at_collection == is_at_collection for test in errors))]


def _share(statement: Statement, part: Session, whole: Session) -> Iterator[Observation]:
    """Which share of an outcome a part has."""
    have, of = (
        options(s, statement.outcome)[0] if statement.outcome != "failing" else s.totals.failing
        for s in (part, whole)
    )
    yield Observation((100.0 * have / of if of else -1.0,), f"{have} of {of}", part.file)


def _all_passed(statement: Statement, session: Session, run: Run) -> Iterator[Observation]:
    totals = session.totals
    is_so = not totals.failing and totals.passed > 0 and _is_of(statement, session, run)
    values = (
        (SO, NOT_SO) if is_so and run.failure and not statement.subject else (float(not is_so),)
    )
    yield Observation(values, _in_short(session), session.file)


def _some(statement: Statement, session: Session, _: Run) -> Iterator[Observation]:
    """Whether some of the tests ended so; nothing where none is meant."""
    count = getattr(session.totals, statement.outcome)
    if session.tests:
        yield Observation((SO if count else NOT_SO,), _in_short(session), session.file)


def _failing(_: Statement, session: Session, __: Run) -> Iterator[Observation]:
    totals = session.totals
    yield Observation(
        (float(totals.failing), float(totals.failed)), _in_short(session), session.file
    )


def _failing_files(_: Statement, session: Session, __: Run) -> Iterator[Observation]:
    failing = [name for name, test in session.tests.items() if test.outcome in FAILING]
    if len(failing) == session.totals.failing:
        count = len({name.partition("::")[0] for name in failing})
        yield Observation((float(count),), f"{count} files fail", session.file)


def _slowest(_: Statement, session: Session, __: Run) -> Iterator[Observation]:
    times = [t.duration_s for t in session.tests.values() if t.duration_s is not None]
    if times and len(times) == session.totals.cases:
        yield Observation((max(times),), _written("duration", max(times)), session.file)


def _not_passed(_: Statement, session: Session, __: Run) -> Iterator[Observation]:
    totals = session.totals
    counts = totals.failing, totals.failed, totals.failing + totals.skipped
    values = (*counts, totals.cases - totals.passed)
    yield Observation(tuple(map(float, values)), _in_short(session), session.file)


def _not_run(_: Statement, session: Session, run: Run) -> Iterator[Observation]:
    collected = max(session.totals.collected for session in run.every)
    left = max(0, collected - session.totals.cases)
    ends = product((0, session.totals.skipped), (0, session.totals.errors))
    yield Observation(
        tuple(float(left + sum(more)) for more in ends), f"{left} did not run", session.file
    )


def _timeouts(_: Statement, session: Session, __: Run) -> Iterator[Observation]:
    failing = [test for test in session.tests.values() if test.outcome in FAILING]
    if len(failing) == session.totals.failing and all(test.message for test in failing):
        messages = [test.message or "" for test in failing]
        count = sum(bool(tells(message, "timeout", is_reason=False)) for message in messages)
        yield Observation((float(count),), f"{count} timed out", session.file)


def _deselected(_: Statement, session: Session, run: Run) -> Iterator[Observation]:
    if run.deselected is not None:
        yield Observation((float(run.deselected),), f"{run.deselected} deselected", session.file)


def _rate(statement: Statement, session: Session, run: Run) -> Iterator[Observation]:
    rates = _rates(statement.quantity, session, run)
    yield Observation(rates, f"{rates[0]:.2f}%", session.file)


def _rates(quantity: str, session: Session, run: Run) -> tuple[float, ...]:
    """Shares of passed, or of failing, tests, by every whole."""
    totals = session.totals
    count = totals.passed if quantity == "pass_rate" else totals.failing
    wholes = (*_wholes(session, run), *denominators(session))
    return tuple(100.0 * count / whole if whole > 0 else 0.0 for whole in wholes)


def _portion(statement: Statement, session: Session, run: Run) -> Iterator[Observation]:
    """The percentage of an outcome, where the count before it is the session's."""
    counts = [
        count
        for count in options(session, statement.outcome, statement.beside)
        if _is_in(statement, count)
    ]
    wholes = {*_wholes(session, run), *denominators(session)}
    if statement.outcome == "executed":
        counts = [session.totals.executed]
        wholes = {float(max(session.totals.collected for session in run.every))}
    values = [100.0 * count / whole for whole in wholes if whole > 0 for count in counts]
    if values:
        whole = session.totals.collected or max(wholes)
        yield Observation(tuple(values), f"{100.0 * counts[0] / whole:.2f}%", session.file)


def _is_in(statement: Statement, count: int) -> bool:
    return statement.of is None or statement.of[0] <= count <= statement.of[1]


def _repeated(statement: Statement, session: Session, run: Run) -> Iterator[Observation]:
    """Tries beyond the first, or the tests that needed them: a last line counts the tries alone."""
    every = max(run.every, key=lambda session: session.totals.rerun)
    tests = [test for test in every.tests.values() if test.tries > 1]
    tries = every.totals.rerun
    if statement.subject:
        if tests or not tries:
            own = every.tests.keys() & session.tests.keys()
            more = [every.tests[name].tries - 1 for name in own if every.tests[name].tries > 1]
            is_of_tests = statement.outcome == "tests" or statement.quantity == "flaky"
            values = (sum(more), len(more) if is_of_tests else sum(more))
            yield Observation(tuple(map(float, values)), f"{sum(more)} rerun", every.file)
    elif statement.quantity == "rerun" or not tries:
        counts = (tries, len(tests) or tries) if statement.outcome == "tests" else (tries,)
        yield Observation(tuple(map(float, counts)), f"{tries} rerun", every.file)
    elif tests:
        yield Observation((float(len(tests)),), f"{len(tests)} rerun", every.file)
    elif statement.low > tries or statement.high < 1:
        yield Observation((float(tries),), f"{tries} rerun", every.file)


def _outcomes(statement: Statement, session: Session, _: Run) -> Iterator[Observation]:
    """Whether the named test ended so."""
    outcome = statement.outcome.removeprefix("was ")
    totals = recount(session.tests.values())
    tests = [test for name in statement.names for test in matching_tests(session, name)]
    outcomes: set[str] = {test.outcome for test in tests}
    surely_not = outcomes.isdisjoint(_IN_JUNIT.get(outcome, outcomes))
    if outcomes and (outcome not in _IN_JUNIT or totals == session.totals or surely_not):
        is_so = _ended(outcome.removeprefix("not "), outcomes) != outcome.startswith("not ")
        yield Observation((SO if is_so else NOT_SO,), min(outcomes), session.file)


def _caused(statement: Statement, session: Session, _: Run) -> Iterator[Observation]:
    """Whether the messages of the tests that are meant have the cause: all of them, or none."""
    outcomes = (
        FAILING
        if statement.outcome == "failing"
        else {statement.outcome.replace("errors", "error")}
    )
    own_tests = [test for name in statement.names for test in matching_tests(session, name)]
    tests = [
        t
        for t in (own_tests if statement.names else session.tests.values())
        if t.outcome in outcomes
    ]
    is_reason = statement.outcome == "skipped"
    answers = {tells(test.message or "", statement.cause, is_reason=is_reason) for test in tests}
    if answers in ({True}, {False}):
        yield Observation(
            (SO if True in answers else NOT_SO,), one_line(tests[0].message or ""), session.file
        )


def _ended(outcome: str, outcomes: set[str]) -> bool:
    if outcome == "passed":
        return outcomes <= {"passed", "xpassed"}
    return bool(outcomes & FAILING) if outcome in ("failed", "errors") else outcome in outcomes


def _only(statement: Statement, session: Session, _: Run) -> Iterator[Observation]:
    """Whether no other tests than the named ones fail, and some do."""
    failing = {name: t.outcome for name, t in session.tests.items() if t.outcome in FAILING}
    if len(failing) != session.totals.failing:
        return
    names: set[str] = set()
    for name in statement.names:
        part = about(session, name)
        if part is None:
            return
        names.update(part.tests)
    failed = {name for name, outcome in failing.items() if outcome == "failed"}
    is_so = bool(failing) and (failing.keys() <= names or (bool(failed) and failed <= names))
    yield Observation((float(not is_so),), _in_short(session), session.file)


def _compared(statement: Statement, now: Session, old: Session) -> Iterator[Observation]:
    """How the failing tests of two runs differ."""
    failing, failed = (
        {name for name, test in s.tests.items() if test.outcome in FAILING} for s in (now, old)
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
    yield Observation((float(counts[statement.quantity]),), shown, now.file)


def _changed(
    statement: Statement, now: tuple[Session, Run], old: tuple[Session, Run]
) -> Iterator[Observation]:
    """By how much a figure of two runs differs; of changes from a figure, where it is the old."""
    what = statement.outcome.removesuffix(" %")
    sides: list[tuple[float, ...]] = []
    for session, run in (old, now):
        if what in FIGURES:
            figures = (run.figures[name][:1] for name in FIGURES[what])
            ways = (_scaled(what, figure.value) for figure in chain(*figures))
            sides.append(tuple(chain(*ways)))
        elif statement.outcome in ("pass_rate", "fail_rate"):
            sides.append(_rates(statement.outcome, session, run))
        elif statement.outcome in COUNTED:
            sides.append(tuple(map(float, options(session, statement.outcome, statement.beside))))
    if all(sides) and sides:
        first, second = sides
        alike = _differences(statement, zip(first, second, strict=False))
        others = _differences(statement, product(first, second))
        if what != statement.outcome:  # a tenth faster: of the old time, or of the new one
            pairs = list(zip(first, second, strict=False))
            alike = tuple(100 * (b - a) / whole for a, b in pairs for whole in (a, b) if whole)
        old_value, value = (_value(what, side[0]) for side in sides)
        yield Observation(alike, f"{old_value} before, {value} now", now[0].file, others)


def _differences(statement: Statement, pairs: Iterable[tuple[float, float]]) -> tuple[float, ...]:
    """By how much the pairs differ that begin with what is said, and differ by its percentage."""
    low, high = statement.of or (-inf, inf)
    least, most = statement.percent or (-inf, inf)
    return tuple(
        b - a
        for a, b in pairs
        if low - 1e-9 <= a <= high + 1e-9
        and (a <= 0 or any(least <= 100.0 * by / a <= most for by in (b - a, a - b)))
    )


_READERS: Final[dict[Quantity, Callable[[Statement, Session, Run], Iterator[Observation]]]] = {
    "all_passed": _all_passed, "failing": _failing, "not_passed": _not_passed,
    "not_run": _not_run, "timeouts": _timeouts, "deselected": _deselected, "pass_rate": _rate,
    "fail_rate": _rate, "rerun": _repeated, "flaky": _repeated, "outcome": _outcomes,
    "only_failing": _only, "cause": _caused, "portion": _portion, "some": _some,
    "slowest": _slowest, "failing_files": _failing_files,
}  # fmt: skip
