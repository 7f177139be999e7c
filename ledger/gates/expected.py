"""Expected results, ``8 → 1 (-7, 0.14%)``: what they say of the baseline and of the run."""

import re
from collections.abc import Iterator
from typing import Final

from ledger.evidence.model import Evidence
from ledger.gates import judge_runs
from ledger.gates.checks import UNITS, Call, Compare
from ledger.gates.facts import Facts
from ledger.gates.model import Expected, Judgement, met, together, unknown, unmet
from ledger.gates.outline import plain

_METRICS: Final = {
    "collected": "collected", "passed": "passed", "passing": "passed", "failed": "failed",
    "failing": "failed", "failures": "failures", "errors": "errors", "skipped": "skipped",
    "xfailed": "xfailed", "xpassed": "xpassed", "runtime": "runtime", "duration": "runtime",
    "exit code": "exit_code", "new failures": "new_failures", "regressions": "new_failures",
}  # fmt: skip
# e.g. "547", "~1660s", "<= 3", "27:40"
_VALUE: Final = re.compile(
    r"\*{0,2}(?P<about>~|\u2248|about |around )?(?P<op><=|>=|[<>\u2264\u2265])?[ \t]*"
    r"(?:(?P<minutes>\d{1,4}):(?P<seconds>\d\d)|(?P<value>\d{1,12}(?:\.\d{1,6})?))"
    r"[ \t]?(?P<unit>ms|s|min|h)?\*{0,2}(?:[ \t]+tests?)?(?:[ \t]*\((?P<note>[^()]{0,300})\))?[.]?",
    re.IGNORECASE,
)
_DELTA: Final = re.compile(r"([+\u00b1-]|\u2212)(\d{1,9})")
_PERCENT: Final = re.compile(r"~?(\d{1,3}(?:\.(\d{1,6}))?)[ \t]?%")
# e.g. "only CLUSTER-VEC-001"
_ONLY: Final = re.compile(r"(?:only )?((?:CLUSTER-)?[A-Z][A-Z0-9]{0,30}-\d{1,6})(?: only)?")
_SLACK: Final = 0.01  # of a time, which people round


def judge(expected: Expected, facts: Facts) -> Judgement:
    """Whether the baseline and the run are as the expected result says."""
    name = plain(expected.name).removesuffix(" tests").rstrip(":")
    metric = _METRICS.get(name)
    after = _VALUE.fullmatch(expected.after.strip())
    before = _VALUE.fullmatch(expected.before.strip()) if expected.before else None
    if metric is None or after is None or (expected.before and before is None):
        return unknown("no output shows it")
    if facts.run is None:
        return judge_runs.NO_RUN
    judged = [_of_run(metric, after, facts)]
    if before:
        judged.append(_of_baseline(metric, before, facts))
    judged += _noted(metric, before, after, facts)
    return together(judged)


def _of_run(metric: str, after: re.Match[str], facts: Facts) -> Judgement:
    """Whether the run has the value."""
    assert facts.run is not None
    if metric == "runtime":
        judgement = _time(after, facts.run)
    else:
        op = {"\u2264": "<=", "\u2265": ">="}.get(after["op"] or "", after["op"] or "==")
        judgement = judge_runs.judge(Compare(metric, op, _number(after)), facts)
    if judgement.verdict == "unmet" and after["about"]:
        return unknown(f"{judgement.reason}; how near is near is not said", *judgement.evidence)
    if judgement.verdict == "met" and facts.early:
        return unknown(f"{judgement.reason}; but {facts.early}", *judgement.evidence)
    return judge_runs.of_whole(judgement, facts.run) if judgement.verdict == "met" else judgement


def _time(match: re.Match[str], run: Evidence) -> Judgement:
    """Whether a run took a time, which people round."""
    took, wanted = run.duration_s, _number(match)
    if took is None:
        return unknown(f"{run.path} does not tell its runtime", run.path)
    reason = f"it took {took:g}s, expected {match[0].strip()}"
    if match["op"]:
        holds = took < wanted if match["op"] in "<\u2264<=" else took > wanted
        return met(reason, run.path) if holds else unmet(reason, run.path)
    near = abs(took - wanted) <= max(1, _SLACK * wanted)
    return met(reason, run.path) if near else unmet(reason, run.path)


def _of_baseline(metric: str, before: re.Match[str], facts: Facts) -> Judgement:
    """Whether the baseline had the value."""
    baseline = facts.baseline
    if baseline is None:
        return judge_runs.NO_BASELINE
    if metric == "runtime":
        judgement = _time(before, baseline)
        return judgement.model_copy(update={"reason": f"the baseline: {judgement.reason}"})
    count = judge_runs.count(metric, baseline, None) if metric != "new_failures" else None
    if count is None:
        return unknown(f"{baseline.path} does not tell its {metric}", baseline.path)
    reason = f"the baseline has {count} {metric.replace('_', ' ')}, not {before[0].strip()}"
    if count == _number(before):
        return met(f"{count} before", baseline.path)
    return unknown(reason, baseline.path) if before["about"] else unmet(reason, baseline.path)


def _noted(
    metric: str, before: re.Match[str] | None, after: re.Match[str], facts: Facts
) -> Iterator[Judgement]:
    """What the note says: the difference, the share of all tests, which failures are left."""
    assert facts.run is not None
    for part in re.split(r"[,;]", after["note"] or ""):
        words = part.strip()
        if delta := _DELTA.fullmatch(words):
            change = int(delta[2]) * (-1 if delta[1] in "-\u2212" else 1)
            if before and _number(after) - _number(before) != change:
                yield unmet(f"from {before[0].strip()} it is not {words}")
        elif (percent := _PERCENT.fullmatch(words)) and metric in _COUNTS:
            yield _share(_number(after), percent, facts.run)
        elif (only := _ONLY.fullmatch(words)) and metric in {"failed", "failures"}:
            name = only[1].removeprefix("CLUSTER-")
            yield judge_runs.judge(Call("remaining", (name,)), facts)


_COUNTS: Final = ("passed", "failed", "failures", "errors", "skipped")


def _share(value: float, percent: re.Match[str], run: Evidence) -> Judgement:
    """Whether a count has the share that is said, rounded or cut off, of one of the things that it
    may be of."""
    unit = 10.0 ** -len(percent[2] or "")
    notes = []
    for noun in ("collected", "cases", "executed"):
        if size := judge_runs.count(noun, run, None):
            share = 100 * value / size
            if -unit / 2 <= share - float(percent[1]) < unit:
                return met(f"{value:g} are {share:.4g} % of {size} {noun}", run.path)
            notes.append(f"{share:.4g} % of {size} {noun}")
    if not notes:
        return unknown(f"{run.path} does not tell how many tests there are", run.path)
    return unmet(f"{value:g} are {', '.join(notes)}, expected {percent[0].strip()}", run.path)


def _number(match: re.Match[str]) -> float:
    """The value, of a time in seconds."""
    if match["minutes"]:
        return 60.0 * int(match["minutes"]) + int(match["seconds"])
    return float(match["value"]) * UNITS[(match["unit"] or "").lower()]
