"""How long does `ledger run` take beyond the command that it runs?

usage: python -m tests.campaigns.run_speed [--runs N] [--seconds S]

Runs `sleep S` alone and by `ledger run`, by turns, N times after one warm-up, and shows the
median and the smallest of the differences of neighbouring runs, in milliseconds, and the time
of processors that `ledger` itself took. The rows:

- captured: `ledger run --no-append -- sleep S` in a small repository: a whole process, from its
  start to its end, with its bundle on disk;
- Python alone: `python -c pass`, which every such process costs on this machine;
- appended, small plan; appended, 397 KB: the same with the attempt recorded, which is
  what `ledger append` does;
- append alone, 397 KB: `ledger append` of such a bundle, for comparison.

Nothing is asserted: the figures are for people.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support import corpus
from tests.support.repository import Repository

LEDGER = str(Path(sys.executable).parent / "ledger")
SMALL, LARGE = "PARSE-SPEED-001", "TEST-SUITE-TRIAGE-002"
REVISION = "5913a199"


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=1.0)
    given = parser.parse_args()
    command = ["sleep", str(given.seconds)]
    with tempfile.TemporaryDirectory() as folder:
        small = Repository.create(Path(folder, "small")).path
        rows: list[tuple[str, list[str], Path, Sequence[str]]] = [
            ("captured", [*_run(SMALL, "--no-append"), *command], small, command),
            ("Python alone", [sys.executable, "-c", "pass"], small, ["true"]),
            ("appended, small plan", [*_run(SMALL), *command], small, command),
        ]
        if corpus.exists():
            large = corpus.lay_out(Path(folder, "large"), REVISION)
            stamp = "20251103T080000Z"
            _time([*_run(LARGE, "--phase", "x", "--stamp", stamp, "--no-append"), "true"], large)
            [bundle] = large.glob(f"reports/**/{stamp}")
            append = [LEDGER, "append", LARGE, str(bundle), "--again"]
            rows += [
                ("appended, 397 KB", [*_run(LARGE, "--phase", "x"), *command], large, command),
                ("append alone, 397 KB", append, large, ["true"]),
            ]
        print(f"sleep {given.seconds:g}, {given.runs} runs each, milliseconds beyond it")
        for name, words, place, bare in rows:
            _compare(name, words, place, bare, given.runs)
    return 0


def _run(item: str, *options: str) -> list[str]:
    return [LEDGER, "run", item, *options, "--"]


def _compare(name: str, words: list[str], place: Path, bare: Sequence[str], runs: int) -> None:
    beyond, processor = [], []
    for _ in range(runs + 1):
        alone = _time(bare, place)[0]
        wall, busy = _time(words, place)
        beyond.append(1000 * (wall - alone))
        processor.append(1000 * busy)
    print(
        f"{name:22} median {statistics.median(beyond[1:]):6.1f}, smallest {min(beyond[1:]):6.1f};"
        f" processor {statistics.median(processor[1:]):6.1f}"
    )


def _time(words: Sequence[str], place: Path) -> tuple[float, float]:
    """Seconds of a process: by the clock, and of processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run(words, cwd=place, capture_output=True, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{words}: exit code {done.returncode}\n{done.stderr.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
