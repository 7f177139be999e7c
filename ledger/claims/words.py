"""What an entry says of its run in words, held against the run and the one before it.

A statement is supported where one of the runs that may be meant has what is said, and contradicted
where each of them has another value. What the outputs do not tell, or what is said of a part that
they do not name, is unverifiable, and so is a figure in a sentence that is not wholly understood:
unless another figure beside it is the run's, for one breath speaks of one run.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, product
from math import inf, log
from typing import Any, Final, NamedTuple

from ledger.claims.model import ARITHMETIC, Claim, ClaimKind, JudgedClaim
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
    denominators,
    options,
    untold,
)
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
    "portion": "rate", "margin": "margin", "cpu": "cpu", "sum": "sum",
}  # fmt: skip
_REASONS: Final[dict[ClaimKind, str]] = {
    "count": "the run counts otherwise", "duration": "the run took another time",
}  # fmt: skip
# Where a run has it as a figure of its own.
_FIGURES: Final[dict[str, tuple[str, ...]]] = {
    "duration": ("duration_s", "elapsed_s"),
    "memory": ("peak_rss_bytes",),
    "exit_code": ("exit_code",),
    "cpu": ("cpu_percent",),
    "margin": ("duration_s", "elapsed_s"),
}
_COUNTED: Final = frozenset(Totals.model_fields) - {"rerun"} | {"executed"}
_COMPARED: Final = frozenset(("new", "cleared", "still", "change", "unchanged"))
# What JUnit XML may call tests that were expected to fail.
_IN_JUNIT: Final = {"xfailed": {"skipped", "xfailed"}, "xpassed": {"passed", "xpassed"}}
_TIMEOUT: Final = re.compile(r"time[- ]?d? ?out", re.IGNORECASE)
_REPORTS = (".xml", ".json", ".jsonl")
# What a last line counts and reports do not know, or count in another way.
_LAST_LINE: Final = re.compile(r"\b(?:\d rerun|xpassed|subtests? passed)\b")
_NEAR_S = 2.0  # seconds, or a tenth, that a time may be off: people round, and measure other things
_NEAR = 0.1
_LATER = 2.0  # seconds, or half the time, that pytest needs after the tests that a report times
_LATER_SHARE = 0.5
_EARLIER = 0.15
_PRECISE = 0.3  # seconds: a time with decimals
_SMALL = 3  # a lesser count fits many runs
_RUNTIME: Final = re.compile(r"(?:total )?(?:run[ _]?time|duration|elapsed|in )", re.IGNORECASE)
_PARTS: Final[tuple[Quantity, ...]] = (
    "passed",
    "failed",
    "errors",
    "skipped",
    "xfailed",
    "xpassed",
)
_MOST = 300  # statements of one entry
_DOUBLED = "its own numbers give another percentage"
_OTHER_BASELINE = "the run compared with may be another one"


class Found(NamedTuple):
    """What a run has of a quantity: the values that may be meant, how the plain one reads, and
    the file that has it; of changes also those between ``others``, which were counted or measured
    in different ways."""

    values: tuple[float, ...]
    shown: str
    file: str
    others: tuple[float, ...] = ()


def words_claimed(context: Context) -> list[Claim]:
    """What an entry says of its run in words."""
    text = context.prose.text
    found: list[Claim] = []
    every = statements(text)[:_MOST]
    for said in (*every, *_sums(every)):
        kind = _KINDS.get(said.quantity, "count")
        more: dict[str, Any] = {
            "runs": () if any(map(context.own.has, said.named)) else said.named,
            "against": said.against,
        }
        if said.quantity != "outcome":
            passage = text[said.start : said.end]
            start = said.end - len(passage.removeprefix("in ").lstrip())
            found.append(context.claim(kind, (start, said.end), statement=said, **more))
            continue
        at = said.start
        for name in said.names:  # each test by itself
            at = max(at, text.find(name, at, said.end))
            span, outcome = (at, at + len(name)), said.outcome.replace("errors", "failed")
            one = said._replace(names=(name,)) if outcome not in ("passed", "failed") else None
            more |= {"measure": outcome, "name": name, "statement": one}
            found.append(context.claim(kind, span, outcome, **more))
    return found


def _sums(every: Sequence[Statement]) -> Iterator[Statement]:
    """``692 collected / 540 passed / 8 failed``: the parts, and the sum that they have to fit.
    ``collected`` leaves out modules skipped at collection, which are among the skipped."""
    whole = [one for one in every if one.low == one.high and not (one.subject or one.named)]
    for _, breath in groupby(whole, key=lambda one: one.breath):
        counts = {one.quantity: one for one in reversed(list(breath)) if one.quantity in _COUNTED}
        total = counts.pop("collected", None)
        parts = [counts[name] for name in _PARTS if name in counts]
        if total and "passed" in counts and len(parts) > 1:
            most = total.low + (counts["skipped"].low if "skipped" in counts else 0)
            start = min(one.start for one in (total, *parts))
            end = max(one.end for one in (total, *parts))
            low = sum(part.low for part in parts)
            yield Statement(start, end, "sum", low, low, of=(total.low, most), breath=total.breath)


def _judge_sum(
    claim: Claim, said: Statement, beside: Sequence[Statement], runs: Sequence[Run]
) -> JudgedClaim:
    total, most = said.of or (0.0, 0.0)
    observed = f"{said.low:.0f}"
    if said.low == total:
        return claim.supported(observed, ARITHMETIC)
    for run in runs:
        for session in _sessions(beside, run):
            return claim.supported(observed, session.file)
    if said.low > most:
        return claim.contradicted(observed, ARITHMETIC, "the parts are more than the sum")
    return claim.unverifiable(
        "what is missing may not be named, or be modules skipped at collection"
    )


def is_compared(claim: Claim) -> bool:
    """Whether a statement speaks of the run before, too."""
    return claim.statement is not None and _is_of_before(claim.statement)


def judge_words(
    claim: Claim, entry: Sequence[Claim], runs: Sequence[Run], before: Sequence[Run], line: str = ""
) -> JudgedClaim:
    """A statement, held against the ``runs`` that it is of and those ``before`` that they are
    compared with. ``entry`` is all that is claimed, and ``line`` is where it stands, for what
    pytest's last line counts in its own way."""
    said = claim.statement
    assert said is not None
    entry = [one for one in entry if one is not claim]
    if said.quantity == "sum":
        return _judge_sum(claim, said, _beside(claim, entry), runs)
    slip = _slip(said)
    if slip:
        return claim.contradicted(slip, ARITHMETIC, _DOUBLED)
    if said.quantity == "portion" and said.percent:
        return claim.supported(f"{said.percent[0]:.2f}%", ARITHMETIC)
    claim, runs = _of_run(claim, runs)
    said = claim.statement or said
    found = [list(_found(_of_project(said, run), run, before)) for run in runs]
    is_so = _support(said, found)
    if is_so is None and len(said.subject) > 1 and not said.is_outside:  # each of several parts
        parts = [said._replace(subject=(part,)) for part in said.subject]
        each = [_support(one, [list(_found(one, r, before)) for r in runs]) for one in parts]
        is_so = each[0] if all(each) else None
    if is_so is not None:
        return claim.supported(is_so.shown, is_so.file)
    reason = _doubt_beside(claim, entry, runs, before, found)
    if not reason and said.quantity in _COUNTED | {"rerun", "flaky"}:
        is_reported = all(one.file.endswith(_REPORTS) for run in runs for one in run.every)
        if is_reported and _LAST_LINE.search(line):
            reason = "pytest's log may count it so, and it is not there"
    if reason:
        return claim.unverifiable(reason)
    first = found[0][0]
    reason = _REASONS.get(claim.kind, "the run says otherwise")
    return claim.contradicted(first.shown, first.file, reason)


def _of_run(claim: Claim, runs: Sequence[Run]) -> tuple[Claim, Sequence[Run]]:
    """What is said ``in RUN/``: of the whole of that run."""
    said = claim.statement
    for run in runs if said else ():
        *above, name = run.path.split("/")
        if said and name in said.subject and {name, *above}.issuperset(said.subject):
            whole = said._replace(subject=())
            return claim.model_copy(update={"statement": whole}), [run]
    return claim, runs


def _support(said: Statement, found: Sequence[Sequence[Found]]) -> Found | None:
    """What agrees with a statement."""
    return next((one for one in chain(*found) if any(map(said.holds, one.values))), None)


def agreed(judged: Sequence[JudgedClaim]) -> list[JudgedClaim]:
    """The verdicts, where a phase may have had more runs than the plan still tells of: what
    contradicts a change against one counts only if another change agrees."""
    found = {one.against for one in judged if one.verdict == "supported"}
    return [
        one.unverifiable(_OTHER_BASELINE)
        if one.verdict == "contradicted"
        and one.evidence != ARITHMETIC
        and one.statement
        and one.statement.quantity == "change"
        and one.against not in found
        and (not one.statement.is_sure or any(name.kind == "phase" for name in one.against))
        else one
        for one in judged
    ]


def _slip(said: Statement) -> str:
    """What percentage the numbers of a change give, where that is not the one beside them."""
    if said.quantity == "portion" and said.percent:
        return "" if said.holds(said.percent[0]) else f"{said.percent[0]:.2f}%"
    if said.percent is None or said.of is None or said.of[0] <= 0:
        return ""
    shares = [100.0 * by / of for by in (said.low, said.high) for of in said.of]
    shares = [*shares, *(-share for share in shares)]  # many write a decrease without a sign
    low, high = said.percent
    if any(low - 1e-9 <= share <= high + 1e-9 for share in shares):
        return ""
    return f"{shares[0]:+.2f}%"


def _beside(claim: Claim, entry: Sequence[Claim]) -> list[Statement]:
    """What else is said in the same breath of the same run."""
    said = claim.statement
    return [
        one.statement
        for one in entry
        if one.statement
        and said
        and one.runs == claim.runs
        and one.statement.breath == said.breath
        and one.statement.subject == said.subject
    ]


def _is_anchored(said: Statement, beside: Sequence[Statement], run: Run) -> bool:
    """Whether what is said beside a figure is surely of the run: small counts fit many runs, a
    time with hundredths fits one; a time is of the counts beside it."""
    weight = 0.0
    for one in beside if run.single or _session(beside, run) else ():
        is_count = one.quantity in _COUNTED and one.low > 0
        if said.quantity == "portion" and (one.quantity, one.low) == (
            said.outcome,
            (said.of or [0])[0],
        ):
            continue  # its own count
        is_time = one.quantity == "duration" and _is_precise(one)
        values = (value for found in _found(one, run, ()) for value in found.values)
        if (is_count or is_time) and any(map(one.holds, values)):
            weight += 0.5 if is_count and one.low < _SMALL else 1.0
    return weight >= (0.5 if said.quantity == "duration" else 1.0)


def _session(beside: Sequence[Statement], run: Run) -> Session | None:
    """The one of several sessions that has all counts of a breath, of which there are several."""
    fitting = {session.key: session for session in _sessions(beside, run)}
    return next(iter(fitting.values())) if len(fitting) == 1 else None


def _sessions(beside: Sequence[Statement], run: Run) -> Iterator[Session]:
    """The sessions that have all counts of a breath, of which there are several."""
    counts = [one for one in beside if one.quantity in _COUNTED and one.low > 0]
    for session in run.every if len(counts) > 1 else ():
        values = [next(_counted(one, session, run)).values for one in counts]
        if all(any(map(one.holds, of)) for one, of in zip(counts, values, strict=True)):
            yield session


def _doubt_change(said: Statement, before: Sequence[Run], found: Sequence[Sequence[Found]]) -> str:
    """Why a change may be one of other runs; empty for no reason."""
    told = [run for run in before if run.every or run.figures["elapsed_s"]]
    if said.against and not (len(told) == 1 and told[0].single):
        return SEVERAL_SESSIONS
    others = (value for one in chain(*found) for value in one.others)
    is_other = any(map(said.holds, others))
    return "it is so only if the two runs are counted in different ways" if is_other else ""


def _another_time(claim: Claim, entry: Sequence[Claim], runs: Sequence[Run]) -> str:
    """Why a time may be another one: no word says that it is the run's, nor do counts, and one that
    is told elsewhere in the entry fits the run."""
    if _RUNTIME.match(claim.text) or not (claim.statement and _is_precise(claim.statement)):
        return ""
    times = [one.statement for one in entry if one.runs == claim.runs]
    values = [
        figure.value
        for run in runs
        for name in _FIGURES["duration"]
        for figure in run.figures[name]
    ]
    is_other = any(
        one.holds(value)
        for one in times
        if one and one.quantity == "duration" and _is_precise(one)
        for value in values
    )
    return "another time of the entry fits the run" if is_other else ""


def _agrees(said: Statement, beside: Sequence[Statement]) -> bool:
    """Whether a rate is what the counts beside it give."""
    counts = {one.quantity: one.low for one in beside if one.quantity in _COUNTED}
    above = counts.get("passed") if said.quantity == "pass_rate" else None
    if said.quantity == "portion" and said.of:
        above = said.of[0]
    parts = [counts.get(name, 0.0) for name in _PARTS]
    wholes = [counts.get("collected", 0.0), *(sum(parts[:end]) for end in (2, 3, len(parts)))]
    return above is not None and any(said.holds(100.0 * above / whole) for whole in wholes if whole)


def _is_precise(said: Statement) -> bool:
    return said.high - said.low < _PRECISE


def _doubt_beside(
    claim: Claim,
    entry: Sequence[Claim],
    runs: Sequence[Run],
    before: Sequence[Run],
    found: Sequence[Sequence[Found]],
) -> str:
    """Why what no run has is no contradiction, by what else is said; empty where it is one."""
    said = claim.statement
    assert said is not None
    beside = _beside(claim, entry)
    reason = _doubt(claim, beside, runs, found)
    if not reason and said.quantity == "duration":
        reason = _another_time(claim, entry, runs)
    if not reason and _agrees(said, beside):
        reason = "it agrees with the counts beside it, which are not verified"
    if not reason and said.quantity == "change":
        reason = _doubt_change(said, before, found)
    return reason


def _doubt(
    claim: Claim,
    beside: Sequence[Statement],
    runs: Sequence[Run],
    found: Sequence[Sequence[Found]],
) -> str:
    """Why what no run has is no contradiction; empty where it is one."""
    said = claim.statement
    assert said is not None
    if not runs or claim.runs:
        return OF_ANOTHER if claim.runs else "no run is cited"
    if not all(found):
        is_part = said.subject and not said.or_whole
        return OF_NO_PART if is_part else untold(runs, "the outputs do not tell")
    is_compared = said.quantity == "change" and said.against
    is_sure = (
        said.is_sure or is_compared or (len(runs) == 1 and _is_anchored(said, beside, runs[0]))
    )
    if not is_sure:
        return OF_NO_PART if said.subject else OF_A_PART
    if not _are_own(said.runs, runs):
        return OF_ANOTHER
    if said.or_whole and said.quantity in _FIGURES:
        return OF_A_PART
    if said.quantity == "executed" and said.high == 0:
        return "the attempt may have run none of what it cites"
    return _doubt_figure(said, beside, runs, found)


def _are_own(named: Sequence[str], runs: Sequence[Run]) -> bool:
    """Whether the runs that a sentence names are the attempt's own."""
    own = [f"{run.path}/" for run in runs]
    paths = [path.strip("/") for path in named if "/" in path.strip("/")]
    return all(any(path in run or run in f"{path}/" for run in own) for path in paths)


def _doubt_figure(
    said: Statement,
    beside: Sequence[Statement],
    runs: Sequence[Run],
    found: Sequence[Sequence[Found]],
) -> str:
    """Why a value may be another session's, or a time another one; empty for no reason."""
    if said.quantity in ("finished", "exit_code") and len(runs) == 1:
        return ""
    if said.quantity in ("memory", "cpu"):
        is_one = len({one.values for one in chain(*found)}) == 1
    else:
        is_one = all(run.single or _session(beside, run) for run in runs)
    if not is_one:
        return SEVERAL_SESSIONS
    if said.quantity not in ("duration", "memory"):
        return ""
    if any(one.is_empty and one.totals.collected for one in runs[0].every[:1]):
        return "the run only collected tests"
    values = [value for one in chain(*found) for value in one.values]
    return _doubt_time(said, beside, runs, values) if said.quantity == "duration" else ""


def _doubt_time(
    said: Statement, beside: Sequence[Statement], runs: Sequence[Run], values: Sequence[float]
) -> str:
    """Why a time may be another one, or a rounded one; empty for no reason."""
    exact = {round(one.value, 2) for one in runs[0].figures["duration_s"] if one.is_exact}
    if len(runs) > 1 or len(exact) > 1:
        return SEVERAL_SESSIONS
    if _is_precise(said):
        tests = chain(*(one.tests.values() for one in runs[0].every))
        if any(said.holds(test.duration_s or 0.0) for test in tests):
            return "one of the tests took that long"
        later = max(_LATER, (_NEAR if said.is_sure else _LATER_SHARE) * said.high)
        is_near = any(said.low - later <= value <= said.high + _EARLIER for value in values)
        is_told = bool(exact) or not is_near
        return "" if is_told else "a report's time is close to it, and pytest's own is not there"
    times = (one for one in beside if one.quantity == "duration" and one.end <= said.start)
    if any(said.start - one.end <= 2 and any(map(one.holds, values)) for one in times):
        return ""  # "1653.41 s (27 min 33 s)": the same time once more
    is_whole = bool(exact) and said.high - said.low <= _NEAR_S  # seconds, which nobody rounds
    near = max(_NEAR_S, 0.0 if is_whole else _NEAR * max(values))
    is_exact = said.low > 0 and said.high < inf
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
        yield from _figures(said, run) if said.or_whole or _is_of_whole(said, run) else ()
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


def _figures(said: Statement, run: Run) -> Iterator[Found]:
    """What a run has as figures of its own; of a margin what they leave of its limit."""
    for figure in chain(*(run.figures[name] for name in _FIGURES[said.quantity])):
        if said.quantity == "margin" and said.of:
            value, is_share = said.of[0] - figure.value, said.outcome == "percent" and said.of[0]
            value = 100.0 * value / said.of[0] if is_share else value
            yield Found((value,), f"{value:.2f}{'%' if is_share else 's'}", figure.file)
        else:
            text = shown(said.quantity, figure.value)
            yield Found(_scaled(said.quantity, figure.value), text, figure.file)


def _is_of_whole(said: Statement, run: Run) -> bool:
    """Whether what is meant is all that the run has."""
    parts = _parts(run.whole, said) if run.whole else []
    return not said.subject or any(run.whole and one.totals == run.whole.totals for one in parts)


def _scaled(quantity: str, value: float) -> tuple[float, ...]:
    """What a figure may be written as: a GB is 1024 to the third, 1000 to the third, and what
    dividing by one after the other gives."""
    powers = int(log(max(value, 1.0), 1000)) if quantity == "memory" else 0
    return tuple(value * 1.024**power for power in range(powers + 1))


def shown(quantity: str, value: float) -> str:
    """A figure as a verdict gives it."""
    if quantity == "exit_code":
        return str(int(value))
    if quantity == "cpu":
        return f"{value:.0f}%"
    if quantity == "memory":
        return f"{value / 1024:.0f} kbytes"
    return f"{value:.3f}".rstrip("0").rstrip(".") + "s"


def _value(quantity: str, value: float) -> str:
    return shown(quantity, value) if quantity in _FIGURES else f"{value:g}"


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
    wholes = (*_wholes(session, run), *denominators(session))
    return tuple(100.0 * count / whole if whole > 0 else 0.0 for whole in wholes)


def _portion(said: Statement, session: Session, run: Run) -> Iterator[Found]:
    """The percentage of an outcome, where the count before it is the session's."""
    counts = [count for count in options(session, said.outcome, frozenset()) if _is_in(said, count)]
    wholes = {*_wholes(session, run), *denominators(session)}
    values = [100.0 * count / whole for whole in wholes if whole > 0 for count in counts]
    if values:
        whole = session.totals.collected or max(wholes)
        yield Found(tuple(values), f"{100.0 * counts[0] / whole:.2f}%", session.file)


def _is_in(said: Statement, count: int) -> bool:
    return said.of is None or said.of[0] <= count <= said.of[1]


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
    what = said.outcome.removesuffix(" %")
    sides: list[tuple[float, ...]] = []
    for session, run in (old, now):
        if what in _FIGURES:
            figures = (run.figures[name][:1] for name in _FIGURES[what])
            ways = (_scaled(what, figure.value) for figure in chain(*figures))
            sides.append(tuple(chain(*ways)))
        elif said.outcome in ("pass_rate", "fail_rate"):
            sides.append(_rates(said.outcome, session, run))
        elif said.outcome in _COUNTED:
            sides.append(tuple(map(float, options(session, said.outcome, frozenset()))))
    if all(sides) and sides:
        first, second = sides
        alike = _differences(said, zip(first, second, strict=False))
        others = _differences(said, product(first, second))
        if what != said.outcome:  # a tenth faster: of the old time, or of the new one
            pairs = list(zip(first, second, strict=False))
            alike = tuple(100 * (b - a) / whole for a, b in pairs for whole in (a, b) if whole)
        old_value, value = (_value(what, side[0]) for side in sides)
        yield Found(alike, f"{old_value} before, {value} now", now[0].file, others)


def _differences(said: Statement, pairs: Iterable[tuple[float, float]]) -> tuple[float, ...]:
    """By how much the pairs differ that begin with what is said, and differ by its percentage."""
    low, high = said.of or (-inf, inf)
    least, most = said.percent or (-inf, inf)
    return tuple(
        b - a
        for a, b in pairs
        if low - 1e-9 <= a <= high + 1e-9
        and (a <= 0 or any(least <= 100.0 * by / a <= most for by in (b - a, a - b)))
    )


_READERS: Final[dict[Quantity, Callable[[Statement, Session, Run], Iterator[Found]]]] = {
    "all_passed": _all_passed, "failing": _failing, "not_passed": _not_passed,
    "not_run": _not_run, "timeouts": _timeouts, "deselected": _deselected, "pass_rate": _rate,
    "fail_rate": _rate, "rerun": _repeated, "flaky": _repeated, "outcome": _outcomes,
    "only_failing": _only, "cause": _caused, "portion": _portion,
}  # fmt: skip
