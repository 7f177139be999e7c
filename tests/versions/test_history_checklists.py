"""The campaign of checklists' histories in short: what holds today, and whether it can fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns import checklist_history
from tests.campaigns.checklist_history import Commit

PLAN = b"# Plan\n\n## Engine\n\n- [ ] Draw the kabolur border\n- [ ] Sort the zotipel table\n"
TICKED = PLAN.replace(b"[ ] Draw", b"[x] Draw")
LESS = PLAN.replace(b"- [ ] Draw the kabolur border\n", b"")


def commit(data: bytes, *lost: str) -> Commit:
    return Commit(("made",), data, frozenset(lost))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize(
    ("made", "faults"),
    [
        ([commit(PLAN), commit(TICKED)], []),
        ([commit(PLAN), commit(LESS, "kabolur")], []),
        (
            [commit(PLAN), commit(LESS)],
            ["1 made: false kabolur", "1 made: false in the hook kabolur"],
        ),
        (
            [commit(PLAN), commit(TICKED, "kabolur")],
            ["1 made: missed kabolur", "1 made: missed in the hook kabolur"],
        ),
    ],
)
def test_what_is_gone_is_told(made: list[Commit], faults: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "repository"
    folder.mkdir()
    assert checklist_history.judge(made, folder)[0] == faults


def test_a_history_is_the_same_each_time() -> None:
    assert checklist_history.commits(1, 3, 20) == checklist_history.commits(1, 3, 20)
    assert len(checklist_history.commits(1, 3, 20)) == 21


@pytest.mark.parametrize("number", [1, 2])
def test_edits_of_a_checklist_are_losses_only_where_something_is_gone(
    number: int, tmp_path: Path
) -> None:
    """In short; both the history and the hook."""
    folder = tmp_path / "repository"
    folder.mkdir()
    made = checklist_history.commits(2, number, 20)
    assert any(commit.lost for commit in made)
    assert checklist_history.judge(made, folder)[0] == []
