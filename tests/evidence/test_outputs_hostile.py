"""Hostile, broken and spoiled run outputs, in short form: the long one is a campaign."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.campaigns import outputs

SEEDS = outputs.seeds()
QUICK = [
    ("XML bomb", "junit.xml"), ("200 MB", "log.jsonl"), ("deep nesting", "report.json"),
    ("cut short", "pytest.log"), ("not JSON", "env.json"), ("frames", "lldb.bt"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "name"), QUICK)
def test_a_monster_is_one_error_or_no_complete_run(tmp_path: Path, what: str, name: str) -> None:
    (content,) = [data for kind, file, data in outputs.monsters() if (kind, file) == (what, name)]
    line, faults = outputs.judge_monster(tmp_path, name, content)
    # How long it takes on a machine that does other things besides is for the campaign to say.
    assert [fault for fault in faults if not fault.endswith(" ms")] == []
    assert line


@pytest.mark.parametrize("name", SEEDS)
def test_a_part_of_an_output_never_passes_for_the_whole(tmp_path: Path, name: str) -> None:
    assert outputs.cuts(name, SEEDS[name], 15, tmp_path) == []


@pytest.mark.parametrize("name", SEEDS)
def test_a_spoiled_output_is_read_or_refused(tmp_path: Path, name: str) -> None:
    assert outputs.fuzz(name, SEEDS[name], 5, 7, tmp_path) == []


def test_every_reader_has_outputs_to_spoil(tmp_path: Path) -> None:
    from ledger.evidence.outputs import READERS

    matched = {
        reader.name
        for reader in READERS
        for name, data in SEEDS.items()
        if reader.matches(name, data)
    }
    assert matched == {reader.name for reader in READERS}


def test_a_part_that_passed_for_the_whole_would_be_a_fault(tmp_path: Path) -> None:
    """The check can fail: a log whose last line is doubled ends twice."""
    log = SEEDS["pytest_verbose.log"]
    last = log.rstrip().rsplit(b"\n", 1)[1]
    assert outputs.cuts("pytest_verbose.log", log + last + b"\n" + b"more\n" * 9, 30, tmp_path)
