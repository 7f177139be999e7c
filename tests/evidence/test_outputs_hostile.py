"""Hostile, broken and spoiled run outputs, in short form: the long one is a campaign."""

from __future__ import annotations

import builtins
import errno
import os
from pathlib import Path

import pytest

from tests.campaigns import outputs
from tests.support.commands import call
from tests.support.repository import Repository

SEEDS = outputs.seeds()
LOG = b"===== 12 passed in 3.40s =====\n"
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


# A file and a folder of a run that the system does not show, by the call that fails.
HIDDEN = [("stat", "pytest.log"), ("open", "pytest.log"), ("listdir", "more"), ("stat", "more")]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ESTALE])
@pytest.mark.parametrize(("name", "lost"), HIDDEN)
def test_what_is_there_and_cannot_be_read_is_told_and_never_recorded(
    name: str, lost: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repository.create(tmp_path / "repo")
    for file, data in (("exit_code.txt", b"0\n"), ("pytest.log", LOG), ("more/junit.xml", b"<x/>")):
        repo.write(f"reports/r/{file}", data)
    plan = repo.ledger.read_bytes()
    place = builtins if name == "open" else os
    real = getattr(place, name)

    def hides(path: object, *rest: object, **named: object) -> object:
        if str(path).endswith(f"reports/r/{lost}"):
            raise OSError(number, os.strerror(number))
        return real(path, *rest, **named)

    monkeypatch.setattr(place, name, hides)
    why = f"{lost}: {os.strerror(number).lower()}"
    (run,) = call(repo.path, "evidence", "reports/r", "--json").data["runs"]
    assert (run["completeness"], why in run["reason"]) == ("incomplete", True)
    done = call(repo.path, "append", "DOCS-TOUR-002", "reports/r", "--result", "success")
    assert (done.code, why in done.err, repo.ledger.read_bytes() == plan) == (2, True, True)
