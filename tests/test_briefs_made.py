"""Hand-off briefs whose truth is known: the short form of ``python -m tests.campaigns.briefs_made``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.campaigns.briefs_made import KNOWN, judge
from tests.campaigns.tally import Key, key_of

BRIEFS = 24
# An even brief that shows each known difference.
SHOWN_BY: dict[Key, int] = {
    ("both", "met for unmet"): 1002,
    ("cleared", "unmet for met"): 1006,
    ("cleared", "unneeded"): 1010,
    ("decision", "met for unmet"): 1006,
    ("documents", "met for unmet"): 1148,
    ("extracted", "met for unmet"): 1208,
    ("green", "met for unmet"): 1068,
    ("named", "unmet for met"): 1208,
    ("remaining", "unneeded"): 1094,
    ("sprint", "met for unmet"): 1058,
    ("sprint", "judged"): 1230,
    ("sprint", "unmet for met"): 1230,
    ("targeted", "met for unmet"): 1032,
}


@pytest.fixture(scope="module")
def differences_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], set[Key]]:
    """How what is said of a brief differs, by its seed."""

    @cache
    def differences(seed: int) -> set[Key]:
        ((_, _, _, found),) = judge(1, seed, tmp_path_factory.mktemp("brief"))
        return {key_of(KNOWN, kind, difference) for kind, difference, _ in found}

    return differences


def test_criteria_are_judged_as_they_are_or_said_to_be_unknown(tmp_path: Path) -> None:
    wrong = [
        f"{own}: {kind}, {difference}{'' if own % 2 else ': ' + text}"
        for own, _, _, found in judge(BRIEFS, 1000, tmp_path)
        for kind, difference, text in found
        if key_of(KNOWN, kind, difference) not in KNOWN
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("known", KNOWN, ids="-".join)
def test_what_is_known_is_still_so(known: Key, differences_of: Callable[[int], set[Key]]) -> None:
    assert known in differences_of(SHOWN_BY[known]), "take what is mended out of KNOWN"
