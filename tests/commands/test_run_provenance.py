"""Where a run came from: the short form of ``python -m tests.campaigns.provenance``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaigns.provenance import differences
from tests.support.work_trees import (
    DIFFERING,
    SAME,
    SETUP,
    State,
    base,
    make,
    modified,
    no_commit,
    untracked,
)

CHANGES = (*DIFFERING, *SAME, *SETUP, no_commit)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base(tmp_path_factory.mktemp("provenance") / "template")


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_commit_and_diff_give_the_tree_that_ran(
    change: Callable[[State], None], template: Path, tmp_path: Path
) -> None:
    changes = (modified, untracked, change) if change in SETUP else (change,)
    state = make(template, tmp_path, 4, changes)
    assert differences(state, "run", tmp_path) == []


@pytest.mark.parametrize(
    "change",
    [
        untracked,
        modified,
        *SAME[:3],
    ],
    ids=lambda change: change.__name__,
)
def test_an_attempt_of_a_run_made_otherwise_is_dirty_likewise(
    change: Callable[[State], None], template: Path, tmp_path: Path
) -> None:
    assert differences(make(template, tmp_path, 4, (change,)), "append", tmp_path) == []
