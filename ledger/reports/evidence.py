"""``evidence`` for people: what a run says, and how it compares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.edits import wording
from ledger.evidence.rates import rates
from ledger.models.evidence import Delta, Evidence
from ledger.reports.lines import Line
from ledger.reports.words import counted, listed
from ledger.text import one_line


def run(evidence: Evidence) -> Iterator[Line]:
    """One run: how it ended, its numbers, and what went wrong."""
    reason = f" ({evidence.reason})" if evidence.reason else ""
    yield Line(one_line(f"{evidence.path}: {evidence.completeness}{reason}"), "heading")
    said = wording.metrics(evidence)
    if said:
        yield Line(f"  {one_line(said)}")
    for rate in rates(evidence.totals) if evidence.totals else ():
        yield Line(f"  {rate.name}: {rate.count} of {rate.of}, {rate.percent:.2f} %")
    for label, value in (("command", evidence.command), ("started", evidence.started)):
        if value:
            yield Line(f"  {label}: {one_line(value)}")
    if evidence.environment:
        known = ", ".join(f"{name}={value}" for name, value in sorted(evidence.environment.items()))
        yield Line(f"  environment: {one_line(known)}")
    failing = [
        (identity, test.message)
        for identity, test in evidence.tests.items()
        if test.outcome in ("failed", "error")
    ]
    if failing:
        yield Line(f"  {counted(len(failing), 'failing test')}:")
    for identity, message in failing:
        yield Line(f"    {one_line(f'{identity}: {message}' if message else identity)}", "cut")
    for crash in evidence.crashes:
        yield Line(f"  crash: {one_line(f'{crash.kind}: {crash.signature}')}")
    for warning in evidence.warnings:
        yield Line(f"  note: {one_line(warning)}")


def comparison(delta: Delta, baseline: str) -> Iterator[Line]:
    """A line that counts the classes, and the tests of each but those that still fail."""
    classes: tuple[tuple[str, Sequence[str]], ...] = (
        ("new failure", delta.new_failures),
        ("still failing", delta.still_failing),
        ("cleared", delta.cleared),
        ("not run", delta.not_run),
        ("newly skipped", delta.newly_skipped),
        ("new test", delta.new_tests),
        ("gone", delta.gone),
        ("flaky", delta.flaky),
    )
    yield Line(one_line(f"against {baseline}"), "heading")
    always = 3
    yield Line(
        "  "
        + listed(
            _count(name, tests)
            for place, (name, tests) in enumerate(classes)
            if tests or place < always
        )
    )
    for name, tests in classes:
        for identity in tests if name != "still failing" else ():
            yield Line(f"  {name}: {one_line(identity)}", "cut")
    for pair in delta.renamed:
        yield Line(f"  perhaps renamed: {one_line(f'{pair.before} -> {pair.now}')}", "cut")


def _count(name: str, tests: Sequence[str]) -> str:
    return counted(len(tests), name) if name.startswith("new ") else f"{len(tests)} {name}"
