"""How long does ``ledger history`` take, against ``git log -p`` of the same file?

usage: python -m tests.campaigns.history_speed [--runs N]

Lays out a real repository with 1,039 versions of its ledger and runs, N times in turn after one
warm-up, as whole processes: ``git log -p``, ``ledger history`` without a cache, and again with
the one that it just wrote. A ratio is the median of the ratios of neighbouring runs. Memory is
that of the largest process. Nothing is asserted: the figures are for people.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

from tests.support import corpus

REVISION = "8b8c48d0"
PLAN = "docs/fix_plan.md"
BIN = Path(sys.executable).parent


class Run(NamedTuple):
    """Seconds and megabytes of one process and its children."""

    wall: float
    memory: float


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    if not corpus.exists():
        print(corpus.MISSING)
        return 2
    rounds: list[tuple[Run, Run, Run]] = []
    with tempfile.TemporaryDirectory() as folder:
        repository = corpus.lay_out(Path(folder, "repository"), REVISION)
        cache = Path(folder, "cache")
        program = shutil.which("ledger", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
        assert program
        for _ in range(runs + 1):
            shutil.rmtree(cache, ignore_errors=True)
            log = _run(["git", "--no-pager", "log", "-p", "--", PLAN], repository, cache)
            cold = _run([program, "history"], repository, cache)
            rounds.append((log, cold, _run([program, "history"], repository, cache)))
    del rounds[0]  # the warm-up
    median = statistics.median
    print(f"{runs} runs each, medians; git log -p: {median(log.wall for log, *_ in rounds):.2f} s")
    for name, place, aim in (("cold", 1, 4.0), ("cached", 2, 0.5)):
        ratio = median(one[place].wall / one[0].wall for one in rounds)
        print(
            f"{name:7} {median(one[place].wall for one in rounds):.2f} s, ratio {ratio:.2f} "
            f"(aim: at most {aim}), {max(one[place].memory for one in rounds):.0f} MB "
            "(aim: under 400)"
        )
    return 0


def _run(command: list[str], repository: Path, cache: Path) -> Run:
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=repository,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak))
    watcher.start()
    _, said = process.communicate()
    wall = time.perf_counter() - started
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)}: exit code {process.returncode}\n{said.decode()}")
    return Run(wall, peak[0])


def _watch(process: subprocess.Popen[bytes], peak: list[float]) -> None:
    """The most memory that the process and its children hold at once, pages that they share
    counted once for each; nothing where there is no /proc."""
    while process.poll() is None:
        peak[0] = max(peak[0], _resident(process.pid))
        time.sleep(0.05)


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    except OSError:
        return 0.0
    own = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return sum(int(size) for size in own) / 1000 + sum(_resident(int(one)) for one in below)


if __name__ == "__main__":
    sys.exit(main())
