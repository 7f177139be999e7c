"""How many items and attempts a plan has: every command that says it says the same."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import corpus, golden
from tests.support.commands import call
from tests.support.repository import DATA, Repository

PLAN = "docs/fix_plan.md"
# Attempts below no item, one told only by a completed action, an item that is only listed, an
# item in two sections, a number used twice.
MIXED = """\
# Fix Plan

* [2025-11-01] Attempt #7 — Result: success. Below no item.

## [SCAN-001] Scan
- Status: in_progress
- Attempts History:
  * [2025-11-01] Attempt #1 — Result: failed. It was slow.
  * [2025-11-02] Attempt #1 — Result: success. The number again.
- Next Actions:
  1. ✅ COMPLETE (Attempt #3) — told by an action only

## [READ-002] Read
- Status: pending

## [SCAN-001] Scan, once more
- Status: done
- Attempts History:
  * [2025-11-03] Attempt #2 — Result: success. In the second section.

## Archive
- [OLD-003] Old — done
* [2025-11-03] Attempt #9 — Result: info. Behind all items.
"""
LEDGERS = sorted((corpus.PLACE / "ledgers").glob("*.md")) if corpus.exists() else []
CASES = sorted((corpus.PLACE / "cases" / "plans").glob("*.md")) if corpus.exists() else []


def told(repo: Path) -> dict[str, tuple[int, int]]:
    """Items and attempts, as each command says."""
    totals = call(repo, "status", "--json").data["totals"]
    exported = call(repo, "export").data
    read = sum(len(item["attempts"]) for item in exported["items"]) + len(exported["loose"])
    doctor = re.search(r"([\d,]+) items?,\s+([\d,]+) attempts?", call(repo, "doctor").out)
    assert doctor
    facts = call(repo, "history", "--rev", "HEAD", "--json").data["facts"][-1]
    return {
        "status": (totals["items"], totals["attempts"]),
        "export": (len(exported["items"]), read),
        "doctor": (int(doctor[1].replace(",", "")), int(doctor[2].replace(",", ""))),
        "history": (facts["items"], facts["attempts"]),
    }


def one_answer(repo: Path) -> tuple[int, int]:
    answers = told(repo)
    assert len(set(answers.values())) == 1, answers
    return answers["status"]


def committed(place: Path, data: bytes) -> Repository:
    repo = Repository.create(place)
    repo.write(PLAN, data)
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "The plan")
    return repo


def test_what_is_counted(tmp_path: Path) -> None:
    repo = committed(tmp_path / "repo", MIXED.encode())
    assert one_answer(repo.path) == (4, 6)
    totals = call(repo.path, "status", "--json").data["totals"]
    assert totals["loose"] == 2


@pytest.mark.parametrize("name", ["small_plan.md", "logbook.md", "roadmap.md"])
def test_samples(tmp_path: Path, name: str) -> None:
    items, attempts = one_answer(committed(tmp_path / "repo", (DATA / name).read_bytes()).path)
    assert items
    assert attempts


@pytest.mark.skipif(not LEDGERS, reason=corpus.MISSING)
@pytest.mark.parametrize("plan", [*LEDGERS, *CASES[::8]], ids=lambda plan: plan.name)
def test_plans_of_others(tmp_path: Path, plan: Path) -> None:
    one_answer(committed(tmp_path / "repo", plan.read_bytes()).path)


def test_golden_plans(tmp_path: Path) -> None:
    """All of them, one version after the other of one file."""
    repo = Repository.create(tmp_path / "repo")
    blobs = {}
    for place, case in enumerate(golden.cases("reading")):
        repo.write(PLAN, case.data("plan"))
        status = call(repo.path, "status", "--json").data["totals"]
        repo.git("commit", "--quiet", "--allow-empty", "--all", "--message", f"{place}")
        blob = repo.git("rev-parse", f"HEAD:{PLAN}")
        blobs[blob] = (case.place, status["items"], status["attempts"])
    facts = {one["blob"]: one for one in call(repo.path, "history", "--json").data["facts"]}
    assert len(blobs) > 20
    assert {blob: (place, facts[blob]["items"], facts[blob]["attempts"])
            for blob, (place, _, _) in blobs.items()} == blobs  # fmt: skip


@pytest.mark.parametrize("revision", ["fad967ec", "8b8c48d0"])
def test_versions_of_a_real_plan(
    real_repo: Callable[[str], Path], tmp_path: Path, revision: str
) -> None:
    content = subprocess.run(
        ["git", "show", f"{revision}:{PLAN}"],
        cwd=real_repo("8b8c48d0"),
        capture_output=True,
        check=True,
    ).stdout
    one_answer(committed(tmp_path / "repo", content).path)
