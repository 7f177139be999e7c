"""Appends by many processes at once all land; without the lock they do not."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest

from tests.campaigns import appends, crowd


@pytest.mark.parametrize(
    ("lock", "is_whole"),
    [(nullcontext, True), (appends.without_lock, False)],
    ids=["locked", "broken lock"],
)
def test_every_append_of_a_crowd_lands_once(
    tmp_path: Path, lock: type[AbstractContextManager[None]], is_whole: bool
) -> None:
    repo = appends.prepare(tmp_path / "repo")
    with lock():
        outcome = crowd.crowd(repo.ledger, appends.record, processes=8, changes=4)
    assert outcome.failed == 0
    assert (appends.faults(repo.ledger, 8, 4) == []) is is_whole


@pytest.mark.parametrize(
    ("lock", "is_whole"),
    [(nullcontext, True), (appends.without_lock, False)],
    ids=["locked", "broken lock"],
)
def test_every_change_of_a_crowd_lands_once(
    tmp_path: Path, lock: type[AbstractContextManager[None]], is_whole: bool
) -> None:
    """By all verbs: attempts, notes, actions, criteria, fields, items, leases and closings."""
    repo = appends.prepare_mixed(tmp_path / "repo", 6)
    with lock():
        outcome = crowd.crowd(repo.ledger, appends.mixed, processes=6, changes=8)
    assert outcome.failed == 0 or not is_whole
    assert (appends.mixed_faults(repo.ledger, 6, 8) == []) is is_whole
