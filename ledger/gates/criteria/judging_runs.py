"""Counts, rates, times and tests, held against a run and its baseline."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Final

from ledger.evidence.compare import compare
from ledger.evidence.model import FAILING, Evidence
from ledger.gates.criteria.facts import Facts, Tests
from ledger.gates.criteria.language import UNITS, Call, Compare
from ledger.gates.model import Judgement, Verdict, met, unknown, unmet

_OPS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_AGAINST_BASELINE: Final = frozenset({"cleared", "new_failures", "not_run"})
_MOST_NAMED: Final = 4
NO_RUN: Final = unknown("there is no run to judge it by: give one with --run")
NO_BASELINE: Final = unknown("there is no baseline to compare with: give one with --baseline")


def against_run(term: Compare, facts: Facts) -> Judgement:
    """A metric of the run against its bound."""
    run = facts.run
    if run is None:
        return NO_RUN
    if term.metric == "rate" or term.metric.startswith("passed/"):
        return _with_early(_rate(term, run), facts)
    if term.metric in _AGAINST_BASELINE and facts.baseline is None:
        return NO_BASELINE
    found = _value(term, run, facts)
    if found is None:
        return unknown(f"{run.path} does not tell its {term.metric}", run.path)
    value, said = found
    holds = _OPS[term.op](value, term.value * UNITS[term.unit])
    bound = f"{term.op} {term.value:g}{term.unit}"
    source = run.sources.get(_SOURCES.get(term.metric, "tests"))
    where = f"{run.path}/{source}" if source and run.files and source in run.files else run.path
    reason = f"{said}, wanted {bound}"
    return _with_early(
        Judgement(verdict="met" if holds else "unmet", reason=reason, evidence=(where,)), facts
    )


_SOURCES: Final = {"runtime": "duration_s", "exit_code": "exit_code", "memory": "peak_rss_bytes"}


def _with_early(judged: Judgement, facts: Facts) -> Judgement:
    """What an early run shows cannot be the outcome of work that came after it."""
    if judged.verdict == "met" and facts.early:
        return unknown(f"{judged.reason}; but {facts.early}", *judged.evidence)
    return judged


def _value(term: Compare, run: Evidence, facts: Facts) -> tuple[float, str] | None:
    """The metric's value and how to say it; None where the run does not tell it."""
    if term.metric in {"runtime", "margin"}:
        seconds = run.duration_s if run.duration_s is not None else run.elapsed_s
        if seconds is None:
            return None
        if term.metric == "runtime":
            return seconds, f"it took {seconds:g}s"
        of = term.of or 0.0
        left = 100 * (of - seconds) / of if of else 0.0
        return left, f"{seconds:g}s leave {left:.2f}% of {of:g}s"
    if term.metric == "memory":
        peak = run.peak_rss_bytes
        return None if peak is None else (peak, f"its peak was {peak} bytes")
    if term.metric == "exit_code":
        code = run.exit_code
        return None if code is None else (code, f"its exit code is {code}")
    if run.totals is None:
        return None
    count = _count(term.metric, run, facts)
    return count, f"{count} {_noun(term.metric, count)}"


def _noun(metric: str, count: int) -> str:
    """``1 new failure``, ``2 new failures``, ``1 failed``."""
    said = metric.replace("_", " ")
    return said.removesuffix("s") if count == 1 else said


def _count(metric: str, run: Evidence, facts: Facts) -> int:
    totals = run.totals
    assert totals
    if metric in _AGAINST_BASELINE and facts.baseline is not None:
        return len(getattr(compare(run, facts.baseline), metric))
    if metric == "failures":
        return totals.failed + totals.errors
    if metric == "cases":
        return len(run.tests) or totals.collected
    if metric == "executed":
        return totals.executed
    return int(getattr(totals, metric))


def _rate(term: Compare, run: Evidence) -> Judgement:
    """A pass rate; where its denominator is not named, every one has to decide alike."""
    totals = run.totals
    if totals is None:
        return unknown(f"{run.path} does not tell how many tests passed", run.path)
    every = {
        "collected": totals.collected,
        "cases": len(run.tests) or totals.collected,
        "executed": totals.executed,
    }
    name = term.metric.partition("/")[2]
    wanted = {name: every[name]} if name else every
    shares = {of: (name, 100 * totals.passed / of) for name, of in reversed(wanted.items()) if of}
    if not shares:
        return unknown(f"{run.path} has no tests to take a rate of", run.path)
    holding = {of: _OPS[term.op](share, term.value) for of, (_, share) in shares.items()}
    said = ", ".join(
        f"{share:.2f} % of {of} {name} {'holds' if holding[of] else 'does not'}"
        for of, (name, share) in reversed(shares.items())
    )
    bound = f"{term.op} {term.value:g} %"
    if len({*holding.values()}) > 1:
        reason = f"its denominator decides whether {totals.passed} passed are {bound}: {said}"
        return unknown(reason, run.path)
    verdict: Verdict = "met" if all(holding.values()) else "unmet"
    return Judgement(
        verdict=verdict,
        reason=f"{totals.passed} passed, wanted {bound}: {said}",
        evidence=(run.path,),
    )


# Tests and clusters


def cleared(call: Call, facts: Facts) -> Judgement:
    """Each test that is named failed in the baseline, ran and passed."""
    if facts.baseline is None:
        return NO_BASELINE
    return _passing(call, facts, {*compare(facts.run, facts.baseline).cleared} if facts.run else ())


def passing(call: Call, facts: Facts) -> Judgement:
    """Each test that is named ran and passed."""
    run = facts.run
    ran = run.tests.items() if run else ()
    return _passing(call, facts, {name for name, test in ran if test.outcome == "passed"})


def _passing(call: Call, facts: Facts, good: Iterable[str]) -> Judgement:
    run = facts.run
    if run is None:
        return NO_RUN
    named, sources, why = _named(call, facts)
    if not call.args:
        why = f"{call.name}() names nothing"
    good = {*good}
    bad = [name for name in named if name not in good]
    evidence = (run.path, *sources)
    if bad:
        said = "; ".join(f"{_short(name)} {_outcome(name, run)}" for name in bad[:_MOST_NAMED]) + (
            f"; and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
        )
        count = len(named) - len(bad)
        return unmet(f"{count} of {len(named)} {call.name}: {said}", *evidence)
    if why:
        return unknown(why, *evidence)
    judged = met(f"{len(named)} of {len(named)} {call.name}", *evidence)
    return _with_early(judged, facts)


def remaining(call: Call, facts: Facts) -> Judgement:
    """No other tests fail than those named, and no more of them than are said to."""
    run = facts.run
    if run is None:
        return NO_RUN
    if run.totals is None:
        return unknown(f"{run.path} does not tell what failed", run.path)
    failing = [name for name, test in run.tests.items() if test.outcome in FAILING]
    count = run.totals.failed + run.totals.errors
    allowed = int(call.option("count") or len(failing))
    named, sources, why = _named(Call("remaining", call.args), facts)
    others = [name for name in failing if call.args and name not in named]
    evidence = (run.path, *sources)
    said = f"{count} failure{'' if count == 1 else 's'} remaining"
    if count > allowed or (others and not why):
        more = ", ".join(map(_short, others[:_MOST_NAMED]))
        rest = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        expected = f", expected {allowed}" if call.option("count") else ""
        reason = f"{said}{expected}" + (f"; not named: {more}{rest}" if others else "")
        return unmet(reason, *evidence)
    if why:
        return unknown(f"{said}; {why}", *evidence)
    if run.completeness not in {"complete", "failed"}:
        return unknown(f"{said}, but the run is {run.completeness}", *evidence)
    listed = f": {', '.join(map(_short, failing[:_MOST_NAMED]))}" if failing else ""
    return _with_early(met(f"{said}{listed}", *evidence), facts)


def _named(call: Call, facts: Facts) -> tuple[list[str], tuple[str, ...], str]:
    """The identities that the arguments mean, where that is told, and why some are not known.
    ``NAME:2`` says that a cluster has two tests, ``count=`` how many there are in all."""
    found: dict[str, None] = {}
    sources: dict[str, None] = {}
    why = ""
    for arg in call.args:
        name, _, times = (
            arg.rpartition(":") if arg[-2:-1] == ":" and arg[-1:].isdigit() else (arg, "", "")
        )
        tests = facts.tests_of(name)
        if tests is None or not tests.identities:
            why = why or f"nothing tells which tests {name} has"
            continue
        found.update(dict.fromkeys(tests.identities))
        if tests.source:
            sources[tests.source] = None
        if (wanted := _expected(tests, times)) is not None and wanted != len(tests.identities):
            why = why or f"{name} should have {wanted} tests, {len(tests.identities)} are known"
    total = call.option("count")
    if total is not None and not why and int(total) != len(found):
        why = f"{total} tests are said, those named are {len(found)}"
    return list(found), tuple(sources), why


def _expected(tests: Tests, times: str) -> int | None:
    return int(times) if times else tests.count


def _short(identity: str) -> str:
    return identity.rpartition("::")[2]


def _outcome(identity: str, run: Evidence) -> str:
    test = run.tests.get(identity)
    if test is None:
        return "did not run"
    if test.outcome == "passed":
        return "passed, and did not fail in the baseline"
    return {"failed": "failed", "error": "had an error"}.get(test.outcome, test.outcome)
