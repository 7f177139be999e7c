"""What an entry says of its run in words, checked against the run and the one before it.

A statement is supported where one of the runs that may be meant has what is said, and contradicted
where each of them has another value. What the outputs do not tell, or what is said of a part that
they do not name, is unverifiable, and so is a figure in a sentence that is not wholly understood:
unless another figure beside it is the run's, for one breath speaks of one run.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any, Final

from ledger.claims import doubts
from ledger.claims.doubts import Case
from ledger.claims.model import ARITHMETIC, Claim, ClaimKind, JudgedClaim
from ledger.claims.observations import (
    COUNTED,
    Observation,
    is_beyond,
    is_of_before,
    observations,
)
from ledger.claims.prose import Context
from ledger.claims.runs import Run, Session
from ledger.plan.statements.model import ENDINGS, Quantity, Statement
from ledger.plan.statements.reader import statements

_KINDS: Final[dict[Quantity, ClaimKind]] = {
    "cause": "result", "outcome": "test", "some": "test", "only_failing": "test", "new": "delta",
    "cleared": "delta", "still": "delta", "change": "delta", "unchanged": "delta",
    "duration": "duration", "memory": "memory", "exit_code": "exit_code", "pass_rate": "rate",
    "fail_rate": "rate", "all_passed": "result", "not_run": "result", "finished": "result",
    "portion": "rate", "slowest": "duration", "margin": "margin", "cpu": "cpu", "sum": "sum",
}  # fmt: skip
_REASONS: Final[dict[ClaimKind, str]] = {
    "count": "the run has another count", "duration": "the run took another time",
}  # fmt: skip
_REPORTS = (".xml", ".json", ".jsonl")
# What a last line counts and reports do not know, or count in another way.
_LAST_LINE: Final = re.compile(r"\b(?:\d rerun|xpassed|subtests? passed)\b")
_MOST = 2000  # statements of one entry
_DOUBLED = "its own numbers give another percentage"
_OTHER_BASELINE = "the run compared with may be another one"


def words_claimed(context: Context) -> list[Claim]:
    """What an entry says of its run in words."""
    text = context.prose.text
    claims: list[Claim] = []
    every = statements(text)
    if len(every) > _MOST:
        every = [*every[:_MOST], every[_MOST]._replace(quantity="unread")]
    for statement in (*every, *_sums(every)):
        kind = _KINDS.get(statement.quantity, "count")
        more: dict[str, Any] = {
            "runs": () if any(map(context.own.has, statement.run_names)) else statement.run_names,
            "against": statement.against,
        }
        if statement.quantity != "outcome":
            start = statement.start + (len("in ") if statement.outcome == "in" else 0)
            claims.append(context.claim(kind, (start, statement.end), statement=statement, **more))
            continue
        at = statement.start
        for name in statement.names:  # each test by itself
            at = max(at, text.find(name, at, statement.end))
            span, outcome = (at, at + len(name)), statement.outcome.replace("errors", "failed")
            narrowed = (
                statement._replace(names=(name,)) if outcome not in ("passed", "failed") else None
            )
            more |= {"measure": outcome, "name": name, "statement": narrowed}
            claims.append(context.claim(kind, span, outcome, **more))
    return claims


def _sums(every: Sequence[Statement]) -> Iterator[Statement]:
    """``692 collected / 540 passed / 8 failed``: the parts, and the sum that they have to fit.
    ``collected`` leaves out modules skipped or broken at collection, which are among the skipped
    and the errors; an error may also be the second one of a test, in its teardown."""
    whole = [s for s in every if s.low == s.high and not (s.subject or s.run_names)]
    for _, breath in groupby(whole, key=lambda statement: statement.breath):
        counts = {s.quantity: s for s in reversed(list(breath)) if s.quantity in COUNTED}
        total = counts.pop("collected", None)
        parts = [counts[name] for name in ENDINGS if name in counts]
        if total and "passed" in counts and len(parts) > 1:
            others = (counts[name].low for name in ("skipped", "errors") if name in counts)
            most = total.low + sum(others)
            start = min(statement.start for statement in (total, *parts))
            end = max(statement.end for statement in (total, *parts))
            low = sum(part.low for part in parts)
            yield Statement(start, end, "sum", low, low, of=(total.low, most), breath=total.breath)


def _judge_sum(
    claim: Claim, statement: Statement, beside: Sequence[Statement], runs: Sequence[Run]
) -> JudgedClaim:
    total, most = statement.of or (0.0, 0.0)
    observed = f"{statement.low:.0f}"
    if statement.low == total:
        return claim.supported(observed, ARITHMETIC)
    for run in runs:
        for session in doubts.sessions(beside, run):
            return claim.supported(observed, session.file)
    if statement.low > most:
        return claim.contradicted(observed, ARITHMETIC, "the parts are more than the sum")
    return claim.unverifiable(
        "what is missing may not be named, or be modules skipped at collection"
    )


def is_compared(claim: Claim) -> bool:
    """Whether a statement speaks of the run before, too."""
    return claim.statement is not None and is_of_before(claim.statement)


def judge_words(
    claim: Claim, entry: Sequence[Claim], runs: Sequence[Run], before: Sequence[Run], line: str = ""
) -> JudgedClaim:
    """A statement, checked against the ``runs`` that it is of and those ``before`` that they are
    compared with. ``entry`` is all that is claimed, and ``line`` is where it is, for what
    pytest's last line counts in its own way."""
    statement = claim.statement
    assert statement is not None
    entry = [other for other in entry if other is not claim]
    beside = doubts.beside(claim, entry)
    if statement.quantity == "unread":
        return claim.unverifiable("the text is too long: nothing is read from here on")
    if statement.quantity == "sum":
        return _judge_sum(claim, statement, beside, runs)
    slip = _slip(statement)
    if slip:
        return claim.contradicted(slip, ARITHMETIC, _DOUBLED)
    if statement.quantity == "portion" and statement.percent:
        return claim.supported(f"{statement.percent[0]:.2f}%", ARITHMETIC)
    statement, runs = _of_run(statement, runs)
    statement = statement._replace(beside=frozenset(statement.quantity for statement in beside))
    observed = [list(observations(statement, run, before)) for run in runs]
    is_so = _support(statement, observed)
    if doubts.is_of_all(statement) and not any(any(doubts.sessions(beside, run)) for run in runs):
        is_so = _support(statement, [e[:1] for e in observed])  # by the whole, not by a session
    if (
        is_so is None and len(statement.subject) > 1 and not statement.is_outside
    ):  # each of several parts
        parts = [statement._replace(subject=(part,)) for part in statement.subject]
        each = [_support(s, [list(observations(s, r, before)) for r in runs]) for s in parts]
        is_so = each[0] if all(each) else None
    if is_so is not None:
        return claim.supported(is_so.shown, is_so.file)
    reason = doubts.doubt(
        Case(claim, statement, beside, entry, runs=runs, before=before, observations=observed)
    )
    if not reason and statement.quantity in COUNTED | {"rerun", "flaky"}:
        is_reported = all(session.file.endswith(_REPORTS) for run in runs for session in run.every)
        if is_reported and _LAST_LINE.search(line):
            reason = "pytest's log may count it so, and it is not there"
    if reason:
        return claim.unverifiable(reason)
    first = observed[0][0]
    reason = _REASONS.get(claim.kind, "the run says otherwise")
    return claim.contradicted(first.shown, first.file, reason)


def _of_run(statement: Statement, runs: Sequence[Run]) -> tuple[Statement, Sequence[Run]]:
    """What is said ``in RUN/``, or of the project: of the whole of that run; what is said of
    ``integration`` where a run of several outputs has an ``integration.log``, or
    ``in `integration.log```: of that one."""
    parts = {part.lower() for part in statement.subject}
    if parts and runs and all(run.projects.issuperset(parts) for run in runs):
        statement = statement._replace(
            subject=(), is_sure=statement.is_sure or statement.is_label, is_label=False
        )
    if statement.is_label and len(runs) == 1 and is_beyond(runs[0], parts, statement):
        statement = statement._replace(is_sure=True, is_label=False, or_whole=True)
    if statement.is_label and statement.quantity == "rerun":  # "wire: 5 rerun" may be of all
        statement = statement._replace(or_whole=True)
    files = (name for name in statement.runs if not name.endswith("/"))
    names = {part.removesuffix(" run") for part in statement.subject} or {*map(_name_of, files)}
    for run in runs:
        *above, name = run.path.split("/")
        if name in statement.subject and {name, *above}.issuperset(statement.subject):
            return statement._replace(subject=()), [run]
        outputs = [session for session in run.sessions if session.file != run.path]
        called = [s for s in outputs if (names == {_name_of(s.file)}) != statement.is_outside]
        is_one = len({_name_of(session.file) for session in called}) == 1
        if names and is_one and len(called) < len(outputs):
            whole = statement._replace(subject=(), is_outside=False, is_sure=True)
            return whole, [_only(run, called)]
    if any(part.endswith(" run") for part in statement.subject):  # "the targeted run"
        return statement._replace(subject=(), is_sure=False), runs
    return statement, runs


def _name_of(file: str) -> str:
    """What an output is called: ``integration`` of ``integration.log``."""
    return file.rpartition("/")[2].partition(".")[0]


def _only(run: Run, sessions: Sequence[Session]) -> Run:
    """A run with some of its outputs."""
    files = {session.file for session in sessions}
    figures = {
        name: tuple(figure for figure in figures if figure.file in files)
        for name, figures in run.figures.items()
    }
    return run._replace(whole=None, sessions=tuple(sessions), figures=figures)


def _support(statement: Statement, observed: Sequence[Sequence[Observation]]) -> Observation | None:
    """What agrees with a statement."""
    return next((o for o in chain(*observed) if any(map(statement.holds, o.values))), None)


def agreed(judged: Sequence[JudgedClaim]) -> list[JudgedClaim]:
    """The verdicts, where a phase may have had more runs than the plan still mentions: what
    contradicts a change against one counts only if another change agrees."""
    compared = {claim.against for claim in judged if claim.verdict == "supported"}
    return [
        claim.unverifiable(_OTHER_BASELINE)
        if claim.verdict == "contradicted"
        and claim.evidence != ARITHMETIC
        and claim.statement
        and claim.statement.quantity == "change"
        and claim.against not in compared
        and (not claim.statement.is_sure or any(name.kind == "phase" for name in claim.against))
        else claim
        for claim in judged
    ]


def _slip(statement: Statement) -> str:
    """What percentage the numbers of a change give, where that is not the one beside them."""
    if statement.quantity == "portion" and statement.percent:
        return "" if statement.holds(statement.percent[0]) else f"{statement.percent[0]:.2f}%"
    if statement.percent is None or statement.of is None or statement.of[0] <= 0:
        return ""
    shares = [100.0 * by / of for by in (statement.low, statement.high) for of in statement.of]
    shares = [*shares, *(-share for share in shares)]  # many write a decrease without a sign
    low, high = statement.percent
    if any(low - 1e-9 <= share <= high + 1e-9 for share in shares):
        return ""
    return f"{shares[0]:+.2f}%"
