"""Checks of a run: counts, rates, times and tests, checked against the run and its baseline."""

import operator
import re
from collections.abc import Callable, Sequence
from typing import Final

from ledger.evidence.compare import compare
from ledger.evidence.model import FAILING, Evidence
from ledger.gates.checks import UNITS, Call, Compare
from ledger.gates.facts import Facts
from ledger.gates.model import Judgement, met, unknown, unmet
from ledger.plan.text import counted

_OPS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_AGAINST_BASELINE: Final = frozenset({"cleared", "new_failures", "not_run", "newly_skipped"})
_OF_ALL: Final = frozenset({
    "failures", "failed", "errors", "new_failures", "not_run", "not_passed", "newly_skipped",
    "more_failures", "fewer_failures", "more_errors", "fewer_errors",
})  # fmt: skip
# e.g. "faster", "more_passed": how far the run is from the baseline
_CHANGE: Final = re.compile(r"(?P<way>faster|slower|more|fewer)(?:_(?P<of>[a-z]+))?")
_LATE: Final = re.compile(r"time[ -]?d?[ -]?out|time limit|deadline exceeded", re.IGNORECASE)
_SOURCES: Final = {"runtime": "duration_s", "exit_code": "exit_code", "memory": "peak_rss_bytes"}
_MOST_NAMED: Final = 4
_COUNTED: Final = re.compile(r"([^:]+):(\d{1,6})")  # e.g. "VEC-001:2"
NO_RUN: Final = unknown("there is no run to judge it by")
NO_BASELINE: Final = unknown("there is no baseline to compare with: give one with --baseline")


def judge(term: Compare | Call, facts: Facts) -> Judgement:
    """A comparison, or one of ``CALLS``, by the run."""
    if isinstance(term, Call) and term.name == "cleared" and facts.baseline is None:
        return NO_BASELINE
    if facts.run is None:
        return NO_RUN
    if isinstance(term, Call):
        return CALLS[term.name](term, facts.run, facts)
    if term.metric == "flaky":
        return _flaky(term, facts.run)
    is_rate = term.metric.endswith("rate") or "/" in term.metric
    judgement = _rate(term, facts.run) if is_rate else _metric(term, facts.run, facts.baseline)
    if judgement.verdict == "met" and (is_rate or term.metric in _OF_ALL):
        return of_whole(judgement, facts.run)
    return judgement


def of_whole(judgement: Judgement, run: Evidence) -> Judgement:
    """What is met only if every test had its say: by a run that came to its end, and that shows how
    it failed where it did."""
    shows = run.totals is not None and run.totals.failing > 0
    if run.completeness == "complete" or (run.completeness == "failed" and shows):
        return judgement
    why = f"the run is {run.completeness}: {run.reason}".rstrip(": ")
    return unknown(f"{judgement.reason}; but {why}", *judgement.evidence)


def _untold(run: Evidence, what: str) -> Judgement:
    why = f": {run.reason}" if run.totals is None and run.reason else ""
    return unknown(f"{run.path} does not tell {what}{why}", run.path)


def _metric(term: Compare, run: Evidence, baseline: Evidence | None) -> Judgement:
    """A metric of the run against its bound."""
    is_compared = term.metric in _AGAINST_BASELINE or _CHANGE.fullmatch(term.metric)
    if is_compared and baseline is None:
        return NO_BASELINE
    measured = _measured(term, run, baseline)
    if measured is None:
        is_count = term.metric not in {*_SOURCES, "margin"}
        what = "its counts of tests" if is_count else f"its {term.metric.replace('_', ' ')}"
        return _untold(run, what)
    value, phrase = measured
    source = run.sources.get(_SOURCES.get(term.metric, "tests"))
    where = f"{run.path}/{source}" if source and run.files and source in run.files else run.path
    reason = f"{phrase}, wanted {term.op} {term.value:g}{term.unit}"
    holds = _OPS[term.op](value, term.value * UNITS[term.unit])
    return met(reason, where) if holds else unmet(reason, where)


def _measured(term: Compare, run: Evidence, baseline: Evidence | None) -> tuple[float, str] | None:
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
    if (change := _CHANGE.fullmatch(term.metric)) and baseline is not None:
        return _changed(change, term.unit, run, baseline)
    if term.metric == "timeouts":
        return _timeouts(run)
    value, phrase = run.exit_code, "its exit code is {}"
    if term.metric == "memory":
        value, phrase = run.peak_rss_bytes, "its peak was {} bytes"
    elif term.metric != "exit_code":
        value, noun = count(term.metric, run, baseline), term.metric.replace("_", " ")
        phrase = f"{{}} {noun.removesuffix('s') if value == 1 else noun}"
    return None if value is None else (value, phrase.format(value))


def _changed(
    change: re.Match[str], unit: str, run: Evidence, baseline: Evidence
) -> tuple[float, str] | None:
    """How far the run is from the baseline: seconds, percent of them, or tests."""
    if change["of"]:
        now, before = (count(change["of"], evidence, None) for evidence in (run, baseline))
        noun = change["of"]
        if now is None or before is None:
            return None
        value = float(now - before if change["way"] == "more" else before - now)
        return value, f"{now} {noun}, {before} in the baseline"
    took = [e.duration_s if e.duration_s is not None else e.elapsed_s for e in (run, baseline)]
    seconds, earlier = took
    if seconds is None or not earlier:
        return None
    value = earlier - seconds if change["way"] == "faster" else seconds - earlier
    value = 100 * value / earlier if unit == "%" else value
    return round(value, 6), f"it took {seconds:g}s, the baseline {earlier:g}s"


def _timeouts(run: Evidence) -> tuple[float, str] | None:
    """How many tests ran out of time, or 1 where the run did; None where failures may be that."""
    if run.completeness == "timeout":
        return 1.0, f"the run itself timed out: {run.reason}".rstrip(": ")
    if run.totals is None:
        return None
    bad = [test for test in run.tests.values() if test.outcome in FAILING]
    late = sum(bool(_LATE.search(test.message or "")) for test in bad)
    if late or not run.totals.failing:
        return float(late), counted(late, "timeout")
    return None


def _flaky(term: Compare, run: Evidence) -> Judgement:
    """Tests that needed more than one try. That none did in one run does not show that none is
    flaky."""
    if run.totals is None:
        return _untold(run, "which tests were tried again")
    again = run.totals.rerun
    if not _OPS[term.op](again, term.value):
        return unmet(f"{counted(again, 'try')} beyond the first".replace("trys", "tries"), run.path)
    why = "one run does not show which tests are flaky: `ledger run --rounds N` repeats it"
    return unknown(f"{again} tries beyond the first; but {why}", run.path)


def count(metric: str, run: Evidence, baseline: Evidence | None) -> int | None:
    """A count of the run, or of how it differs from the baseline; None where it is not told."""
    totals = run.totals
    if totals is None:
        return None
    if metric in _AGAINST_BASELINE and baseline is not None:
        return len(getattr(compare(run, baseline), metric))
    if metric == "failures":
        return totals.failing
    cases = len(run.tests) or totals.collected
    if metric in ("cases", "not_passed"):
        return cases - totals.passed * (metric == "not_passed")
    return int(getattr(totals, metric))


def _rate(term: Compare, run: Evidence) -> Judgement:
    """A pass or failure rate; where its denominator is not named, every one has to decide alike."""
    totals = run.totals
    if totals is None:
        return _untold(run, "how many tests passed")
    is_of_failures = term.metric.startswith("failure")
    part, verb = (totals.failing, "failed") if is_of_failures else (totals.passed, "passed")
    name = term.metric.partition("/")[2]
    shares: dict[int, str] = {}  # of one size the first name counts
    for noun in ("collected", "cases", "executed"):
        of = count(noun, run, None)
        if of and noun == (name or noun):
            shares.setdefault(of, noun)
    if not shares:
        return unknown(f"{run.path} has no tests to take a rate of", run.path)
    percent = {of: 100 * part / of for of in shares}
    holds = {of: _OPS[term.op](percent[of], term.value) for of in shares}
    rates = ", ".join(
        f"{percent[of]:.2f} % of {of} {noun} {'holds' if holds[of] else 'does not'}"
        for of, noun in shares.items()
    )
    bound = f"{term.op} {term.value:g} %"
    if len({*holds.values()}) > 1:
        reason = f"its denominator decides whether {part} {verb} are {bound}: {rates}"
        return unknown(reason, run.path)
    reason = f"{part} {verb}, wanted {bound}: {rates}"
    return met(reason, run.path) if all(holds.values()) else unmet(reason, run.path)


# Tests and clusters


def _passing(call: Call, run: Evidence, facts: Facts) -> Judgement:
    """Each test that is named ran and passed; to be ``cleared``, it failed in the baseline, too."""
    if run.totals is None:
        return _untold(run, "which tests passed")
    tests, sources, why = _identities(call, facts)
    if not call.args:
        why = f"{call.name}() names nothing"
    good = {name for name, test in run.tests.items() if test.outcome == "passed"}
    if call.name == "cleared" and facts.baseline:
        good = {*compare(run, facts.baseline).cleared}
    bad = [name for name in tests if name not in good]
    evidence = (run.path, *sources)
    if bad:
        shown = "; ".join(f"{_short(name)} {_outcome(name, run)}" for name in bad[:_MOST_NAMED])
        more = f"; and {len(bad) - _MOST_NAMED} more" if len(bad) > _MOST_NAMED else ""
        count = f"{len(tests) - len(bad)} of {len(tests)} {call.name}"
        return unmet(f"{count}: {shown}{more}", *evidence)
    if why:
        return unknown(why, *evidence)
    return met(f"{len(tests)} of {len(tests)} {call.name}", *evidence)


def _remaining(call: Call, run: Evidence, facts: Facts) -> Judgement:
    """No other tests fail than those named, and no more of them than are said to."""
    if run.totals is None:
        return _untold(run, "what failed")
    failing = [name for name, test in run.tests.items() if test.outcome in FAILING]
    count = run.totals.failing
    allowed = int(call.option("count") or len(failing))
    tests, sources, why = _identities(Call("remaining", call.args), facts)
    others = [name for name in failing if call.args and name not in tests]
    evidence = (run.path, *sources)
    left = f"{counted(count, 'failure')} remaining"
    if count > allowed or (others and not why):
        expected = f", expected {allowed}" if call.option("count") else ""
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        shown = f"; not named: {_listed(others)}{more}" if others else ""
        return unmet(f"{left}{expected}{shown}", *evidence)
    if why:
        return unknown(f"{left}; {why}", *evidence)
    if run.completeness not in {"complete", "failed"}:
        return unknown(f"{left}, but the run is {run.completeness}", *evidence)
    return met(f"{left}: {_listed(failing)}" if failing else left, *evidence)


def _finished(_: Call, run: Evidence, __: Facts) -> Judgement:
    """The run came to its end, whatever its outcome."""
    text = f"the run is {run.completeness}: {run.reason}".rstrip(": ")
    if run.completeness in ("complete", "failed"):
        return met(text, run.path)
    return (unknown if run.completeness == "inconsistent" else unmet)(text, run.path)


def _green(call: Call, run: Evidence, facts: Facts) -> Judgement:
    """Tests of each file that is named ran, and none of them failed."""
    if run.totals is None:
        return _untold(run, "which tests passed")
    of_files = _of_files(call.args, run, facts)
    ran = [name for name in of_files if run.tests[name].outcome == "passed"]
    bad = [name for name in of_files if run.tests[name].outcome in FAILING]
    if bad:
        return unmet(
            f"{len(bad)} of {counted(len(of_files), 'test')} failed: {_listed(bad)}", run.path
        )
    if not ran:
        return unknown(f"{run.path} does not mention tests in {', '.join(call.args)}", run.path)
    judgement = met(f"{len(ran)} of {counted(len(of_files), 'test')} passed, none failed", run.path)
    return of_whole(judgement, run)


def _of_files(files: Sequence[str], run: Evidence, facts: Facts) -> list[str]:
    """The tests of each file; none where a file has none, or its bare name is that of two."""
    of_files: list[str] = []
    for file in files:
        own = facts.tests_in(run, facts.selectors([file]))
        if not own and "/" not in file:
            stem = re.escape(file.partition(".py")[0])
            module = re.compile(rf"(?:.+[./])?{stem}(?=::|\.)")
            homes = {name: at[0] for name in run.tests if (at := module.match(name))}
            own = [*homes] if len({*homes.values()}) == 1 else []
        if not own:
            return []
        of_files += own
    return of_files


CALLS: Final[dict[str, Callable[[Call, Evidence, Facts], Judgement]]] = {
    "finished": _finished,
    "green": _green,
    "cleared": _passing,
    "passing": _passing,
    "remaining": _remaining,
}


def _identities(call: Call, facts: Facts) -> tuple[list[str], tuple[str, ...], str]:
    """The identities that the arguments mean, where that is reported, and why some are not known.
    ``NAME:2`` says that a cluster has two tests, ``count=`` how many there are in all."""
    identities: dict[str, None] = {}
    sources: dict[str, None] = {}
    doubts: list[str] = []
    baseline = facts.baseline if call.name == "cleared" and call.args == ("all",) else None
    if baseline:
        identities = {
            name: None for name, test in baseline.tests.items() if test.outcome in FAILING
        }
        if not baseline.totals or len(identities) != baseline.totals.failing:
            doubts.append(f"{baseline.path} does not name all that failed")
    for arg in () if baseline else call.args:
        counted_name = _COUNTED.fullmatch(arg)
        name, times = counted_name.groups() if counted_name else (arg, "")
        tests = facts.tests(name, failed=call.name == "cleared")
        lost = f"; no run has {_listed([*tests.lost])}" if tests.lost else ""
        if not tests.identities:
            doubts.append(f"nothing tells which tests {name} has{lost}")
            continue
        identities |= dict.fromkeys(tests.identities)
        if tests.source:
            sources[tests.source] = None
        expected, known = int(times) if times else tests.expected, len(tests.identities)
        if expected != known and (expected is not None or tests.lost):
            shown = f"{known} are known: {_listed([*tests.identities])}{lost}"
            wanted = f"{name} should have {expected} tests" if expected is not None else name
            doubts.append(f"{wanted}, {shown}")
    total = call.option("count")
    if total is not None and int(total) != len(identities):
        doubts.append(f"{total} tests are said, those named are {len(identities)}")
    return list(identities), tuple(sources), next(iter(doubts), "")


def _listed(identities: list[str]) -> str:
    return ", ".join(map(_short, identities[:_MOST_NAMED]))


def _short(identity: str) -> str:
    return identity.rpartition("::")[2]


def _outcome(identity: str, run: Evidence) -> str:
    test = run.tests.get(identity)
    if test is None:
        return "did not run"
    if test.outcome == "passed":
        return "passed, and did not fail in the baseline"
    return {"failed": "failed", "error": "had an error"}.get(test.outcome, test.outcome)
