"""Archiving on real plans, and in any order with all else that is done to a plan: the campaigns,
short."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.edits import archive as moving
from ledger.errors import LedgerError
from ledger.plan import pointers
from tests.campaigns import archive, machine
from tests.support.commands import call


def test_versions_of_a_real_plan_come_back(real_repo: Callable[[str], Path]) -> None:
    for way, outcome in archive.run(real_repo("8b8c48d0"), 4, seed=3).items():
        assert outcome.faults == [], way
        assert outcome.moved or way == f"{archive.LIMIT} lines"


@pytest.mark.parametrize(
    ("revision", "limit", "code"),
    [("8b8c48d0", 1000, 0), ("8b8c48d0", 800, 0), ("b401d45f", 1000, 0), ("b401d45f", 300, 1)],
)
def test_a_long_plan_gets_under_its_limit(
    real_repo_copy: Callable[[str], Path], revision: str, limit: int, code: int
) -> None:
    repo = real_repo_copy(revision)
    plan = repo / "docs/fix_plan.md"
    old, held = plan.read_bytes(), (repo / "docs/fix_plan_archive.md").read_bytes()
    done = call(repo, "archive", "--to-lines", str(limit))
    assert done.code == code
    if code:
        assert plan.read_bytes() == old
        assert "would be left" in done.err
        return
    assert plan.read_bytes().count(b"\n") <= limit
    if old.count(b"\n") > limit:
        assert call(repo, "archive", "--restore").code == 0
    assert plan.read_bytes() == old
    assert (repo / "docs/fix_plan_archive.md").read_bytes() == held


def test_plans_and_their_shadows() -> None:
    events = machine.run(6, 12)
    assert events["archived"] + events["merged"] > 0


def test_the_machine_sees_what_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that loses a byte of what it is given."""
    added = pointers.added

    def losing(data: bytes, parts: Any) -> Any:
        return added(data, [(item, frame, body[:-1]) for item, frame, body in parts])

    monkeypatch.setattr(pointers, "added", losing)
    monkeypatch.setattr(moving, "check_move", lambda *_: None)
    with pytest.raises((AssertionError, LedgerError)):
        machine.run(12, 15)
