"""Hand-off briefs whose truth is known: the short form of ``python -m tests.campaigns.briefs_made``."""

from __future__ import annotations

from pathlib import Path

from tests.campaigns.briefs_made import KNOWN, judge, key_of

BRIEFS = 24


def test_criteria_are_judged_as_they_are_or_said_to_be_unknown(tmp_path: Path) -> None:
    wrong, seen = [], set()
    for own, _, _, found in judge(BRIEFS, 1000, tmp_path):
        for kind, difference, text in found:
            key = key_of(kind, difference)
            seen.add(key)
            if key not in KNOWN:
                wrong.append(f"{own}: {kind}, {difference}{'' if own % 2 else ': ' + text}")
    assert not wrong, "\n".join(wrong)
    assert len(seen) >= min(3, len(KNOWN)), "take what is mended out of KNOWN"
