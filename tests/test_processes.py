"""A second process does a part of the work, and its failure is not noticed in what comes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.plan import processes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")


def _fails() -> None:
    raise ValueError("on purpose")


def _killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("work", "result"),
    [
        (os.getppid, os.getpid()),  # it is another process
        (lambda: "x" * 1_000_000, "x" * 1_000_000),  # more than a pipe holds
        (_fails, None),
        (_killed, None),
        (lambda: lambda: 0, None),  # that cannot be handed over
    ],
    ids=["another", "large", "fails", "killed", "no value"],
)
def test_a_result_or_none(work: Callable[[], object], result: object) -> None:
    with processes.aside(work) as told:
        said = told()
    assert said == result


@pytest.mark.parametrize("dies", [None, "at its work", "at its beginning"])
def test_parts_are_done_once_and_come_in_order(dies: str | None, tmp_path: Path) -> None:
    first = os.getpid()

    def work(part: int) -> tuple[int, bool]:
        is_second = os.getpid() != first
        if is_second and dies:
            _killed()
        with (tmp_path / "done").open("a") as file:
            file.write(f"{part}\n")
        # Neither is through before the other has had its turn.
        deadline = time.monotonic() + 0.2
        while part < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        return part * part, is_second

    parts = range(8)
    found = processes.shared(work, parts, (lambda: None) if dies != "at its beginning" else _killed)
    assert [square for square, _ in found] == [part * part for part in parts]
    assert sorted((tmp_path / "done").read_text().split()) == [str(part) for part in parts]
    assert any(is_second for _, is_second in found) == (dies is None)


def test_what_is_not_waited_for_is_ended() -> None:
    with processes.aside(signal.pause):
        pass
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@pytest.mark.skipif(processes.processors() < 2, reason="one processor")
def test_two_processes_say_what_one_says(real_repo: Callable[[str], Path]) -> None:
    command = [sys.executable, "-m", "ledger", "verify", "--json"]
    first = min(os.sched_getaffinity(0))
    alone = f"import os; os.sched_setaffinity(0, [{first}]); os.execv(*{(command[0], command)})"
    said = [
        subprocess.run(
            arguments, cwd=real_repo("8b8c48d0"), capture_output=True, check=False
        ).stdout
        for arguments in (command, [sys.executable, "-c", alone])
    ]
    assert said[0] == said[1] != b""
