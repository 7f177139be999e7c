"""Hostile plans: no exception and no long wait, here with small monsters of every kind."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.plan import reader
from tests.campaigns import hostile
from tests.support import generators
from tests.support.plans import Plan, written

SMALL = 2_000
MONSTERS = dict(hostile.monsters(SMALL, 300))


@given(generators.plans(), st.integers(0, 2**32))
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_a_spoiled_plan_is_read_checked_and_appended_to(plan: Plan, chance: int) -> None:
    base = written(plan).data
    hostile.judge(hostile.Outcome(), "a plan", hostile.spoiled(base, random.Random(chance)), base)


@given(st.binary(max_size=300) | st.lists(st.sampled_from(hostile.SPOILS)).map(b"".join))
@settings(max_examples=60)
def test_any_bytes_are_read_checked_and_appended_to(data: bytes) -> None:
    hostile.judge(hostile.Outcome(), "a plan", data, b"")


def test_small_monsters_of_every_kind_are_survived() -> None:
    outcome = hostile.Outcome()
    for name, data in MONSTERS.items():
        hostile.judge_monster(outcome, name, data)
    assert outcome.faults == []
    assert outcome.texts == len(MONSTERS)


def test_some_monsters_are_survived_by_the_commands(tmp_path: Path) -> None:
    outcome = hostile.Outcome()
    for name in sorted(MONSTERS)[::60]:
        hostile.judge_commands(outcome, name, MONSTERS[name], tmp_path)
    assert outcome.faults == []
    assert outcome.commands


@pytest.mark.parametrize("depth", [100, 100_000])
@pytest.mark.parametrize("mark", ["> ", "- ", "1. ", "[", "("])
def test_what_is_nested_too_deep_hides_no_item(mark: str, depth: int) -> None:
    plan = f"## [A-001] One\n- Status: done\n\n{mark * depth}x\n\n## [B-002] Two\n- Status: new\n"
    assert [item.id for item in reader.read(plan.encode()).items] == ["A-001", "B-002"]


def test_an_attempt_below_what_is_nested_too_deep_is_at_least_unread() -> None:
    plan = "## [A-001] One\n" + "- " * 300 + "x\n- [2025-11-01] Attempt #1 — Result: success\n"
    ledger = reader.read(plan.encode())
    [item] = ledger.items
    assert len(item.attempts) + len(ledger.unread) == 1
