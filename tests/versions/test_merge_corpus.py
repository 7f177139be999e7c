"""The 14 two-sided merges of a real ledger, made again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.plan import reader
from ledger.versions.merge import merge
from tests.campaigns import real_merges
from tests.campaigns.real_merges import Case
from tests.support.repository import DATA

MERGES = DATA / "real_plan" / "merges.md"
ROW = re.compile(r"^\| `([0-9a-f]{8})` \| (\d+) \| (\d+) \| (yes|no) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def cases(real_repo: Callable[[str], Path]) -> list[Case]:
    return real_merges.cases(real_repo("8b8c48d0"))


def test_the_real_merges(cases: list[Case]) -> None:
    """One test, so that processes that run tests side by side make each merge once."""
    outcomes = [real_merges.judge(case) for case in cases]
    rows = [
        (
            one.commit[:8],
            str(one.by_git),
            str(len(one.clashes)),
            "yes" if one.is_committed else "no",
        )
        for one in outcomes
    ]
    assert ROW.findall(MERGES.read_text("utf-8")) == rows
    assert len(outcomes) == 14
    assert sum(one.by_git > 0 for one in outcomes) == 7
    assert sum(bool(one.clashes) for one in outcomes) == 2
    assert [one.lost for one in outcomes if one.lost] == []
    mark = re.compile(rb"<{7} ours\n(.*?)={7}\n(.*?)>{7} theirs\n", re.DOTALL)
    for case, one in zip(cases, outcomes, strict=True):
        known = doubled(case.ours) | doubled(case.theirs)
        assert doubled(one.data) <= known  # no number is given twice that no side has twice
        other = merge(case.base, case.theirs, case.ours).data
        assert mark.sub(rb"<<<<<<< ours\n\2=======\n\1>>>>>>> theirs\n", other) == one.data


def test_a_lost_attempt_would_be_seen(cases: list[Case]) -> None:
    case = next(case for case in cases if case.commit.startswith("56c46b27"))
    attempt = reader.read(case.ours).items[0].attempts[0]
    assert attempt.text.encode()[:80] in case.committed
    cut = case.committed.replace(attempt.text.encode()[:80], b"gone")
    assert len(real_merges._lost(case, cut)) == 1


def doubled(data: bytes) -> set[tuple[str, int | None]]:
    numbers = Counter(
        (item.id, attempt.number)
        for item in reader.read(data).items
        for attempt in item.attempts
        if attempt.number is not None
    )
    return {name for name, count in numbers.items() if count > 1}
