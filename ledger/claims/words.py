"""What an entry says of its run in words, held against the run and the one before it.

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
from ledger.claims.observations import COUNTED, Observation, is_of_before, observations
from ledger.claims.prose import Context
from ledger.claims.runs import Run, Session
from ledger.plan.statements.model import ENDINGS, Quantity, Statement
from ledger.plan.statements.reader import statements

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
_REPORTS = (".xml", ".json", ".jsonl")
# What a last line counts and reports do not know, or count in another way.
_LAST_LINE: Final = re.compile(r"\b(?:\d rerun|xpassed|subtests? passed)\b")
_MOST = 2000  # statements of one entry
_DOUBLED = "its own numbers give another percentage"
_OTHER_BASELINE = "the run compared with may be another one"


def words_claimed(context: Context) -> list[Claim]:
    """What an entry says of its run in words."""
    text = context.prose.text
    found: list[Claim] = []
    every = statements(text)
    if len(every) > _MOST:
        every = [*every[:_MOST], every[_MOST]._replace(quantity="unread")]
    for said in (*every, *_sums(every)):
        kind = _KINDS.get(said.quantity, "count")
        more: dict[str, Any] = {
            "runs": () if any(map(context.own.has, said.named)) else said.named,
            "against": said.against,
        }
        if said.quantity != "outcome":
            start = said.start + (len("in ") if said.outcome == "in" else 0)
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
    ``collected`` leaves out modules skipped or broken at collection, which are among the skipped
    and the errors; an error may also be the second one of a test, in its teardown."""
    whole = [one for one in every if one.low == one.high and not (one.subject or one.named)]
    for _, breath in groupby(whole, key=lambda one: one.breath):
        counts = {one.quantity: one for one in reversed(list(breath)) if one.quantity in COUNTED}
        total = counts.pop("collected", None)
        parts = [counts[name] for name in ENDINGS if name in counts]
        if total and "passed" in counts and len(parts) > 1:
            others = (counts[name].low for name in ("skipped", "errors") if name in counts)
            most = total.low + sum(others)
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
        for session in doubts.sessions(beside, run):
            return claim.supported(observed, session.file)
    if said.low > most:
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
    """A statement, held against the ``runs`` that it is of and those ``before`` that they are
    compared with. ``entry`` is all that is claimed, and ``line`` is where it stands, for what
    pytest's last line counts in its own way."""
    said = claim.statement
    assert said is not None
    entry = [one for one in entry if one is not claim]
    beside = doubts.beside(claim, entry)
    if said.quantity == "unread":
        return claim.unverifiable("the text is too long: nothing is read from here on")
    if said.quantity == "sum":
        return _judge_sum(claim, said, beside, runs)
    slip = _slip(said)
    if slip:
        return claim.contradicted(slip, ARITHMETIC, _DOUBLED)
    if said.quantity == "portion" and said.percent:
        return claim.supported(f"{said.percent[0]:.2f}%", ARITHMETIC)
    said, runs = _of_run(said, runs)
    said = said._replace(beside=frozenset(one.quantity for one in beside))
    found = [list(observations(_of_project(said, run), run, before)) for run in runs]
    is_so = _support(said, found)
    if doubts.is_of_all(said) and not any(any(doubts.sessions(beside, run)) for run in runs):
        is_so = _support(said, [one[:1] for one in found])  # by the whole, not by a session
    if is_so is None and len(said.subject) > 1 and not said.is_outside:  # each of several parts
        parts = [said._replace(subject=(part,)) for part in said.subject]
        each = [_support(one, [list(observations(one, r, before)) for r in runs]) for one in parts]
        is_so = each[0] if all(each) else None
    if is_so is not None:
        return claim.supported(is_so.shown, is_so.file)
    reason = doubts.doubt(Case(claim, said, beside, entry, runs=runs, before=before, found=found))
    if not reason and said.quantity in COUNTED | {"rerun", "flaky"}:
        is_reported = all(one.file.endswith(_REPORTS) for run in runs for one in run.every)
        if is_reported and _LAST_LINE.search(line):
            reason = "pytest's log may count it so, and it is not there"
    if reason:
        return claim.unverifiable(reason)
    first = found[0][0]
    reason = _REASONS.get(claim.kind, "the run says otherwise")
    return claim.contradicted(first.shown, first.file, reason)


def _of_project(said: Statement, run: Run) -> Statement:
    """What is said of the project is said of the whole run."""
    is_whole = run.projects.issuperset(part.lower() for part in said.subject)
    return said._replace(subject=()) if said.subject and is_whole else said


def _of_run(said: Statement, runs: Sequence[Run]) -> tuple[Statement, Sequence[Run]]:
    """What is said ``in RUN/``: of the whole of that run; what is said of ``integration`` where a
    run of several outputs has an ``integration.log``, or ``in `integration.log```: of that one."""
    files = (name for name in said.runs if not name.endswith("/"))
    names = {part.removesuffix(" run") for part in said.subject} or {*map(_name_of, files)}
    for run in runs:
        *above, name = run.path.split("/")
        if name in said.subject and {name, *above}.issuperset(said.subject):
            return said._replace(subject=()), [run]
        outputs = [one for one in run.sessions if one.file != run.path]
        called = [one for one in outputs if (names == {_name_of(one.file)}) != said.is_outside]
        if names and len(called) == 1 and len({one.file for one in outputs}) > 1:
            whole = said._replace(subject=(), is_outside=False, is_sure=True)
            return whole, [_only(run, called[0])]
    if any(part.endswith(" run") for part in said.subject):  # "the targeted run"
        return said._replace(subject=(), is_sure=False), runs
    return said, runs


def _name_of(file: str) -> str:
    """What an output is called: ``integration`` of ``integration.log``."""
    return file.rpartition("/")[2].partition(".")[0]


def _only(run: Run, session: Session) -> Run:
    """A run with one of its outputs."""
    figures = {
        name: tuple(figure for figure in figures if figure.file == session.file)
        for name, figures in run.figures.items()
    }
    return run._replace(whole=session, sessions=(), figures=figures)


def _support(said: Statement, found: Sequence[Sequence[Observation]]) -> Observation | None:
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
