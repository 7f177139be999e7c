"""How long do the hook and the everyday commands take, against ``mdformat --check`` of the same
file? The budgets are those of docs/explanation/design.md.

usage: python -m tests.campaigns.speed [--runs N]

Lays out a real repository with a 397 KB ledger, stages one new attempt, and runs the commands
as whole processes in turn with what they are compared with, N times after one warm-up. A ratio is the median of
the ratios of neighbouring runs, so that a machine that gets slower half-way harms it little;
processor time (children included) is shown beside it, which other work disturbs less.
Nothing is asserted: the figures are for people.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.support import corpus

REVISION = "5913a199"
RUN = "reports/2026-01-test-suite-refresh/phase_g/20251015T163131Z"
ITEM = "TEST-SUITE-TRIAGE-002"
BIN = Path(sys.executable).parent


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    if not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        repository = corpus.lay_out(Path(folder, "repository"), REVISION)
        plan = repository / "docs/fix_plan.md"
        before = plan.read_bytes()
        append = ["ledger", "append", ITEM, RUN, "--again", "--summary", "benchmark"]
        _run(append, repository)
        subprocess.run(["git", "add", "docs/fix_plan.md"], cwd=repository, check=True)
        staged = plan.read_bytes()
        print(f"{len(staged):,} bytes, {runs} runs each, medians; one attempt is staged")
        mdformat = ["mdformat", "--check", "docs/fix_plan.md"]
        for command, prepare, target in (
            (["ledger-hook", "docs/fix_plan.md"], None, 0.5),
            (["ledger", "status"], None, 0.5),
            (append, lambda: plan.write_bytes(before), 1.5),
            (["ledger", "verify"], None, 1.5),
            (["ledger", "validate"], None, 1.5),
            (["ledger", "show", ITEM], None, 1.5),
            (["ledger", "doctor"], None, 1.5),
        ):
            _compare(command, mdformat, prepare, target, repository, runs)
            plan.write_bytes(staged)
    return 0


def _compare(
    command: list[str],
    against: list[str],
    prepare: Callable[[], object] | None,
    target: float,
    repository: Path,
    runs: int,
) -> None:
    pairs: list[tuple[Times, Times]] = []
    for _ in range(runs + 1):
        other = _run(against, repository)
        if prepare:
            prepare()
        pairs.append((_run(command, repository), other))
    del pairs[0]  # the warm-up
    wall = statistics.median(own.wall / other.wall for own, other in pairs)
    processor = statistics.median(own.processor / other.processor for own, other in pairs)
    name, reference = (" ".join(one[:2][one[0] == "ledger" :]) for one in (command, against))
    print(
        f"{name.split()[0]:11} {statistics.median(own.wall for own, _ in pairs):.3f} s,"
        f" {reference.split()[0]} {statistics.median(other.wall for _, other in pairs):.3f} s,"
        f" ratio {wall:.2f}, of processor time {processor:.2f} (aim: at most {target})"
    )


class Times(NamedTuple):
    """Seconds of one process."""

    wall: float
    processor: float


def _run(command: list[str], repository: Path) -> Times:
    """Run it; findings (exit code 1) are what mdformat and verify are expected to have."""
    program = shutil.which(command[0], path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    assert program, command[0]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    done = subprocess.run([program, *command[1:]], cwd=repository, capture_output=True, check=False)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stderr.decode()}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Times(wall, processor)


if __name__ == "__main__":
    sys.exit(main())
