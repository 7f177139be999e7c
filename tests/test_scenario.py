"""The real scenario: a real run of a real project, appended to its real ledger."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import call

ITEM = "TEST-SUITE-TRIAGE-002"
REPORTS = "reports/2026-01-test-suite-refresh"
RUN = f"{REPORTS}/phase_l/20251015T190350Z"
BASELINE = f"{REPORTS}/phase_g/20251015T163131Z"


def git(place: Path, *arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(place), *arguments], check=True, capture_output=True
    ).stdout


def put_run(place: Path) -> None:
    """The run's folder as revision a32a26dd has it; its environment dumps are not to be had."""
    for name in git(place, "ls-tree", "-r", "--name-only", "a32a26dd", "--", RUN).decode().split():
        if "/env/" not in name:
            target = place / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(git(place, "show", f"a32a26dd:{name}"))


@pytest.fixture
def place(real_repo_copy: Callable[[str], Path]) -> Path:
    where = real_repo_copy("5913a199")
    put_run(where)
    return where


def test_the_real_run_becomes_attempt_20_and_nothing_else_changes(place: Path) -> None:
    before = (place / "docs/fix_plan.md").read_bytes().split(b"\n")
    done = call(place, "append", ITEM, RUN, "--baseline", BASELINE, "--json")
    assert done.code == 0, done.err
    data = json.loads(done.out)["data"]
    assert (data["number"], data["result"]) == (20, "failed")
    for figure in (
        *("692 collected", "540 passed", "8 failed", "143 skipped", "2 xfailed", "1661.37 s"),
        *("exit code 1", "0 new failures", "8 still failing", "0 cleared"),
    ):
        assert figure in data["metrics"]
    after = (place / "docs/fix_plan.md").read_bytes().split(b"\n")
    [updated] = [line for line in before if line.startswith(b"**Last Updated:**")]
    kept = iter(after)
    assert all(line in kept for line in before if line != updated)
    assert len(after) == len(before) + 1
    attempt = json.loads(call(place, "show", f"{ITEM}#20", "--json").out)["data"]["attempts"][0]
    assert (attempt["date"], attempt["stamp"]) == ("2025-10-15", "20251015T190350Z")


def test_the_check_tells_what_the_run_lacks_and_no_more(place: Path) -> None:
    call(place, "append", ITEM, RUN, "--baseline", BASELINE)
    git(place, "add", RUN)
    found = json.loads(call(place, "validate", "--base", "HEAD", "--json").out)["data"]
    assert {finding["code"] for finding in found["findings"]} == {"LED409"}
    messages = " ".join(finding["message"] for finding in found["findings"])
    assert "measured `true`" in messages
    assert "no pytest log" in messages
    assert len(found["findings"]) == 2


def test_a_run_that_an_action_records_is_refused_with_its_place(
    real_repo_copy: Callable[[str], Path],
) -> None:
    place = real_repo_copy("40115778")
    before = (place / "docs/fix_plan.md").read_bytes()
    done = call(place, "append", ITEM, RUN)
    assert done.code == 1
    assert "recorded as attempt #20 in action 19" in done.err
    assert (place / "docs/fix_plan.md").read_bytes() == before
