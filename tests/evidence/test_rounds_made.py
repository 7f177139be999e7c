"""Reports of repeated runs: the short form of ``python -m tests.campaigns.rounds_made``."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.campaigns.rounds_made import KINDS, KNOWN, differences
from tests.support import commands

REPORTS = 15


def test_every_known_difference_is_of_a_kind() -> None:
    assert {kind for kind, _ in KNOWN} <= set(KINDS)


def _found(kind: str, folder: Path, count: int) -> dict[str, str]:
    """How the counts of such reports differ, each with a report that shows it."""
    found: dict[str, str] = {}
    for seed in range(count):
        made = KINDS[kind](Random(f"{kind} {seed}"))
        (folder / "rounds.md").write_text(made.text, encoding="utf-8")
        done = commands.call(folder, "rounds", "rounds.md", "--json")
        found |= dict.fromkeys(differences(made, done), made.text)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_rounds_are_counted_as_they_were_or_refused(kind: str, tmp_path: Path) -> None:
    known = {difference for of, difference in KNOWN if of == kind}
    wrong = _found(kind, tmp_path, REPORTS)
    assert set(wrong) <= known, "\n".join(wrong.values())


def test_every_known_difference_is_still_there(tmp_path: Path) -> None:
    for kind, difference in KNOWN:
        assert difference in _found(kind, tmp_path, 4 * REPORTS), "take what is mended out of KNOWN"
