"""Fix plans are read as they were meant: golden cases, and plans made from what they say."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from ledger.plan import reader
from tests import generators, golden, laws
from tests.plans import Plan, written

CASES = list(golden.cases("reading"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.place} {case.title}")
def test_a_plan_reads_as_the_case_says(case: golden.Case) -> None:
    data = case.data("plan")
    ledger = reader.read(data)
    assert golden.described(ledger) == case.blocks["reads"]
    assert ledger.text == data


@given(generators.plans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_plan_is_read_as_it_was_meant(plan: Plan) -> None:
    text = written(plan)
    laws.assert_reads_as_written(plan, text, reader.read(text.data))
