"""``evidence`` for people: what a run says, and how it compares."""

from collections.abc import Iterator, Sequence

from ledger.commands.evidence import Runs
from ledger.edits.append import metrics_of
from ledger.evidence.crash_groups import groups
from ledger.evidence.model import FAILING, Delta, Evidence
from ledger.plan.text import counted, one_line
from ledger.reports import Line

_SHORTEST_S = 0.005  # no test below it is slow


def report(read: Runs, slowest: int = 5) -> Iterator[Line]:
    """Each run in short where there are several, all of them together, and the comparison."""
    if read.together:
        for evidence in read.runs:
            yield from _brief(evidence.path, evidence)
    yield from run(read.whole, slowest, len(read.runs))
    if read.delta:
        yield from comparison(read.delta, " + ".join(read.baseline))


def run(evidence: Evidence, slowest: int = 5, inputs: int = 1) -> Iterator[Line]:
    """One run: how it ended, its numbers, and what went wrong."""
    yield from _brief(evidence.path if inputs == 1 else f"{inputs} inputs together", evidence)
    for rate in evidence.rates:
        yield Line(f"  {rate.name}: {rate.count} of {rate.of}, {rate.percent:.2f} %")
    for label, value in (
        ("no tests are counted", evidence.closing if evidence.totals is None else ""),
        ("command", evidence.command),
        ("started", evidence.started),
        ("resources", _resources(evidence)),
        ("environment", ", ".join(f"{k}={v}" for k, v in sorted(evidence.environment.items()))),
    ):
        if value:
            yield Line(f"  {label}: {one_line(value)}")
    yield from _tests(evidence, slowest)
    for group in groups((crash.source, crash) for crash in evidence.crashes):
        places = ", ".join(dict.fromkeys(group.rounds))
        ways = "".join(f", through {way.frame}" for way in group.through)
        times = f"{len(group.rounds)} times, " if len(group.rounds) > 1 else ""
        yield Line(f"  crash: {one_line(f'{group.signature} ({times}{places}){ways}')}")
    for warning in evidence.warnings:
        yield Line(f"  note: {one_line(warning)}")


def _brief(name: str, evidence: Evidence) -> Iterator[Line]:
    """How it ended, and its numbers."""
    reason = f" ({evidence.reason})" if evidence.reason else ""
    yield Line(one_line(f"{name}: {evidence.completeness}{reason}"), "heading")
    metrics = metrics_of(evidence)
    if metrics:
        yield Line(f"  {one_line(metrics)}")


def _resources(evidence: Evidence) -> str:
    """What the whole command took, where that was measured."""
    figures = []
    if evidence.elapsed_s is not None:
        figures.append(f"{evidence.elapsed_s:.2f} s for the whole command")
    if evidence.cpu_percent is not None:
        figures.append(f"{evidence.cpu_percent} % of one processor")
    return ", ".join(figures)


def _tests(evidence: Evidence, slowest: int) -> Iterator[Line]:
    tests = evidence.tests.values()
    failing = [test for test in tests if test.outcome in FAILING]
    if failing:
        yield Line(f"  {counted(len(failing), 'failing test')}:")
    for test in failing:
        # A name is never cut: it is what one runs next.
        yield Line(f"    {one_line(test.identity)}")
        if test.message:
            yield Line(f"      {one_line(test.message)}", "cut")
    flaky = [test for test in tests if test.flaky]
    if flaky:
        yield Line(f"  {counted(len(flaky), 'flaky test')}:")
    for test in flaky:
        yield Line(f"    {one_line(f'{test.identity}: {test.tries} tries')}")
    timed = [test for test in tests if (test.duration_s or 0.0) >= _SHORTEST_S]
    timed.sort(key=lambda test: -(test.duration_s or 0.0))
    if timed[:slowest]:
        yield Line("  slowest:")
    for test in timed[:slowest]:
        yield Line(f"    {test.duration_s:.2f} s {one_line(test.identity)}")


def comparison(delta: Delta, baseline: str) -> Iterator[Line]:
    """A line that counts the classes, and the tests of each but those that still fail."""
    yield Line(one_line(f"against {baseline}"), "heading")
    yield Line(f"  {counts(delta)}")
    for name, tests in _classes(delta):
        for identity in tests if name != "still failing" else ():
            yield Line(f"  {name}: {one_line(identity)}")
    for pair in delta.renamed:
        yield Line(f"  perhaps renamed: {one_line(f'{pair.before} -> {pair.now}')}")


def counts(delta: Delta) -> str:
    """``1 new failure, 0 still failing, 2 cleared``, and what else there is."""
    always = 3
    return ", ".join(
        counted(len(tests), name) if name.startswith("new ") else f"{len(tests)} {name}"
        for place, (name, tests) in enumerate(_classes(delta))
        if tests or place < always
    )


def _classes(delta: Delta) -> tuple[tuple[str, Sequence[str]], ...]:
    return (
        ("new failure", delta.new_failures),
        ("still failing", delta.still_failing),
        ("cleared", delta.cleared),
        ("not run", delta.not_run),
        ("newly skipped", delta.newly_skipped),
        ("new test", delta.new_tests),
        ("gone", delta.gone),
        ("flaky", delta.flaky),
    )
