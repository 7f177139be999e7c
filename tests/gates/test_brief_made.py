"""Hand-off briefs whose truth is known: the short form of ``python -m tests.campaigns.briefs_made``."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.briefs_made import judge

BRIEFS = 24


def test_criteria_are_judged_as_they_are_or_said_to_be_unknown(tmp_path: Path) -> None:
    wrong = [
        f"{own}: {kind}, {difference}{'' if own % 2 else ': ' + text}"
        for own, _, _, found in judge(BRIEFS, 1000, tmp_path)
        for kind, difference, text in found
    ]
    assert not wrong, "\n".join(wrong)
