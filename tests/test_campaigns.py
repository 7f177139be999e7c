"""The run of all campaigns: each has a row, the time is shared out, and what is found is told."""

from __future__ import annotations

import io
import sys

import pytest

from tests.campaigns import __main__ as campaigns
from tests.support.places import ROOT

FOLDER = ROOT / "tests" / "campaigns"
ASIDE = {
    "growth": "measures for an hour",
    "history_speed": "prints times for people",
    "junit_speed": "prints times for people",
    "lines": "is what others run and kill",
    "links_sample": "picks citations to be judged by hand",
    "run_speed": "prints times for people",
    "speed": "prints times for people",
}


def test_each_campaign_has_its_row() -> None:
    single = {
        file.stem for file in FOLDER.glob("*.py") if "\ndef main" in file.read_text("utf-8")
    } - {"__main__"}
    there = single | {file.parent.name for file in FOLDER.glob("*/__main__.py")}
    assert campaigns.CAMPAIGNS.keys() | ASIDE.keys() == there
    assert not campaigns.CAMPAIGNS.keys() & ASIDE.keys()


@pytest.mark.parametrize(
    ("row", "seconds", "said", "code"),
    [
        (("--processes 1 --changes {count}", 1), 30, "0", 0),
        (("--processes 1 --changes {count} --command false", 1), 30, "some", 1),
        (("--nonsense {seed}", 1), 30, "BROKE (2)", 1),
        (("--processes 1 --changes 1000000", 1), 0.5, "stopped", 0),
    ],
)
def test_what_a_campaign_comes_to(
    row: tuple[str, int], seconds: float, said: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "CAMPAIGNS", {"crowd": row})
    monkeypatch.setattr(sys, "argv", ["campaigns", "--all", "--minutes", str(seconds / 60)])
    printed = io.StringIO()
    monkeypatch.setattr(sys, "stdout", printed)
    assert campaigns.main() == code
    row_printed = printed.getvalue().splitlines()[1]
    assert row_printed.split("  python")[0][27:38].strip() == said
