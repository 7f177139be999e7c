"""The case study is what `ledger verify` says of the real fix plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import call
from tests.support.corpus import ROOT
from tests.support.repository import DATA

PAGE = ROOT / "docs" / "explanation" / "case-study.md"
JUDGED = DATA / "real_plan" / "claims.md"
REVISION = "8b8c48d0"
MOST_FALSE_ALARMS = 0.02
_KIND = re.compile(r"^\| \**(\w+)\** \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def claims(real_repo: Callable[[str], Path]) -> list[Any]:
    found: list[Any] = call(real_repo(REVISION), "verify", "--full", "--json").data["claims"]
    return found


def rows() -> list[tuple[int, str, str, str]]:
    """Line, attempt, claim and judgement of every row."""
    cells = [line[2:-2].split(" | ") for line in JUDGED.read_text("utf-8").splitlines()]
    return [(int(row[0]), row[1], row[2], row[-1]) for row in cells if row[0].isdigit()]


def test_every_contradicted_claim_is_judged(claims: list[Any]) -> None:
    said = [
        (one["line"], f"`{one['claimed']}`") for one in claims if one["verdict"] == "contradicted"
    ]
    listed = [(line, claim[claim.index("`") :]) for line, _, claim, _ in rows()]
    assert Counter(listed) == Counter(said)


@pytest.mark.parametrize("page", [PAGE, JUDGED], ids=lambda page: page.stem)
def test_the_counts(claims: list[Any], page: Path) -> None:
    found = Counter((one["kind"], one["verdict"]) for one in claims)
    every = Counter(one["verdict"] for one in claims)
    for kind, supported, contradicted, _, unverifiable in _KIND.findall(page.read_text("utf-8")):
        of = every if kind == "all" else {verdict: found[kind, verdict] for verdict in every}
        assert [int(supported), int(contradicted), int(unverifiable)] == [
            of["supported"], of["contradicted"], of["unverifiable"],
        ], kind  # fmt: skip
    total = ", ".join(f"{every[v]} {v}" for v in ("supported", "contradicted", "unverifiable"))
    assert f"docs/fix_plan.md: {total}\n" in page.read_text("utf-8")


def test_false_alarms_are_few_and_none_is_on_a_count() -> None:
    judged = rows()
    assert all(judgement.startswith(("true", "false alarm")) for *_, judgement in judged)
    false = [row for row in judged if row[3].startswith("false alarm")]
    assert len(false) <= MOST_FALSE_ALARMS * len(judged)
    assert not [row for row in false if row[2].startswith("count")]
