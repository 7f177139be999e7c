"""Fix plans are read as they were meant: golden cases, and plans made from what they say."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.plan import citations, reader
from tests.support import generators, golden, laws
from tests.support.plans import Plan, written

CASES = list(golden.cases("reading"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.place} {case.title}")
def test_a_plan_reads_as_the_case_says(case: golden.Case) -> None:
    data = case.data("plan")
    ledger = reader.read(data)
    assert golden.described(ledger) == case.blocks["reads"]
    assert ledger.text == data


@given(generators.plans())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_is_read_as_it_was_meant(plan: Plan) -> None:
    text = written(plan)
    laws.assert_reads_as_written(plan, text, reader.read(text.data))


@pytest.mark.parametrize(
    ("entry", "summary", "metrics"),
    [
        ("Done, all tests pass.", "Done, all tests pass.", None),
        ("Done, all\n    tests pass.", "Done, all tests pass.", None),
        ("Done.\n    Metrics: 3 passed.", "Done.", "3 passed."),
        ("Done. Metrics: 3 passed. Artifacts: `a.log`.", "Done.", "3 passed."),
        ("Done, all\n    tests. Metrics: 3 passed\n    in 2 s. Artifacts:\n    `a.log`", "Done, all tests.", "3 passed in 2 s."),
        ("Done. **Metrics:** 3 passed **Artifacts:** `a.log`.", "Done.", "3 passed"),
        ("Done.\n    - One.\n    - Two.", "Done.", None),
        ("Done.\n    Reason: slow.\n    Metrics:\n    - 3 passed\n    - 2 s", "Done.", "3 passed; 2 s"),
        ("Artifacts: `a.log`.", "", None),
        ("Done: metrics agree. Plan: more.", "Done: metrics agree. Plan: more.", None),
    ],
)  # fmt: skip
def test_a_summary_ends_with_its_paragraph_or_at_a_label(
    entry: str, summary: str, metrics: str | None
) -> None:
    plan = f"## [A-1] Read\n- Attempts History:\n  * [2025-11-01] Attempt #1 — Result: success. {entry}\n"
    [attempt] = reader.read(plan.encode()).items[0].attempts
    assert (attempt.summary, attempt.metrics) == (summary, metrics)
    assert attempt.gist == (summary or metrics or attempt.text)


@pytest.mark.parametrize("odd", [" ", "\n ", ". ", "; \t", " **", "Metrics: ", "\n- "])
def test_a_passage_takes_linear_time(odd: str) -> None:
    said = f"success: {odd * 100_000}end"
    started = process_time()
    citations.passage(said, said.index(":") + 1)
    citations.labelled(said, "Metrics")
    assert process_time() - started < 1
