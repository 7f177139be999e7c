"""Every campaign within the time given, and a table of what came of them.

``python -m tests.campaigns --all --minutes 60`` shares the time out. Each campaign is run small at first, and then, with
another seed, as large as its share of the time that is left allows; one that needs more is stopped. The seeds are
made from the date, and printed with each command.

The exit code is 1 if a campaign found a fault. One that could not run, for it needs the corpus, is no fault.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from tests.support.places import ROOT
from tests.support.repository import GIT_CONFIG

# What each takes besides the name of its module, and the smallest count that tells anything: 0 where there is none to
# give. Those that print times for people, and judge nothing, are not among them.
CAMPAIGNS = {
    "appends": ("--processes 8 --changes {count} --mixed", 2),
    "archive": ("--count {count} --seed {seed}", 5),
    "archive_kills": ("--count {count}", 10),
    "books": ("--count {count} --seed {seed}", 50),
    "briefs_made": ("--count {count} --seed {seed}", 5),
    "calibration": ("--draws {count} --seed {seed}", 500),
    "checklist_history": ("--count {count} --seed {seed}", 3),
    "checklists": ("--count {count} --seed {seed}", 50),
    "claims": ("--processes 8 --claims 20 --runs {count} --kills 2 --seed {seed}", 1),
    "crowd": ("--processes 8 --changes {count}", 5),
    "dialects": ("--count {count} --seed {seed} --versions {count}", 10),
    "doctor": ("--count {count} --seed {seed}", 5),
    "edits": ("--count {count} --seed {seed} --real 2", 50),
    "faults": ("--most {count} --seed {seed}", 1),
    "file_names": ("--count {count} --seed {seed}", 20),
    "hostile": ("--count {count} --seed {seed} --size 20000 --repeat 2000", 20),
    "injection": ("--count {count} --seed {seed}", 50),
    "junit_made": ("--count {count} --seed {seed}", 50),
    "kill": ("--count {count} --seed {seed}", 10),
    "lies": ("--count {count} --seed {seed}", 50),
    "machine": ("--count {count} --seed {seed}", 3),
    "merges": ("--count {count} --seed {seed}", 50),
    "next_sizes": ("--limit {count}", 5),
    "outputs": ("--count {count} --seed {seed}", 10),
    "page_parity": ("--versions {count} --seed {seed}", 1),
    "page_payloads": ("--count {count} --seed {seed}", 50),
    "planted": ("--count {count} --seed {seed} --versions 0", 50),
    "plans_made": ("--count {count} --seed {seed}", 50),
    "provenance": ("--count {count} --seed {seed}", 5),
    "real_merges": ("", 0),
    "repositories": ("", 0),
    "roundtrip": ("--limit {count}", 10),
    "rounds_made": ("--count {count} --seed {seed}", 5),
    "run_flood": ("--megabytes {count}", 50),
    "runner_outputs": ("--count {count} --seed {seed}", 50),
    "runners": ("--count {count} --seed {seed}", 1),
    "tasks": ("", 0),
    "texts": ("--count {count} --seed {seed}", 20),
    "track_records": ("--count {count} --seed {seed}", 100),
    "true_statements": ("--count {count} --seed {seed}", 20),
    "verbs": ("--count {count} --seed {seed} --real 2", 50),
    "versions": ("--limit {count}", 5),
}


@dataclass(frozen=True)
class Outcome:
    """A run of a campaign: ``code`` is None where it was stopped."""

    command: str
    count: int
    code: int | None
    seconds: float
    output: str

    @property
    def verdict(self) -> str:
        """In a word, or the number of what it found."""
        if self.code is None:
            return "stopped"
        if self.code == 2 and "usage:" not in self.output:
            return "not run"
        if self.code not in (0, 1):
            return f"BROKE ({self.code})"
        number = re.search(r"\b([1-9]\d*) (?:faults|differ|wrong)\b", self.output)
        return "0" if not self.code else number[1] if number else "some"

    @property
    def is_fault(self) -> bool:
        """Whether it found something, or broke."""
        return self.verdict not in ("0", "stopped", "not run")

    def __str__(self) -> str:
        return f"{self.count or '-':>8} {self.verdict:>10} {self.seconds:8.0f}  {self.command}"


def perform(name: str, count: int, seed: int, limit: float) -> Outcome:
    """Run a campaign, which gets ``limit`` seconds, with a configuration of git that is nobody's."""
    words = CAMPAIGNS[name][0].format(count=count, seed=seed).split()
    command = ["-m", f"tests.campaigns.{name}", *words]
    started = time.monotonic()
    code: int | None = None
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as config:
        config.write(GIT_CONFIG)
        config.flush()
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, start_new_session=True,
            env={**os.environ, "GIT_CONFIG_GLOBAL": config.name, "GIT_CONFIG_NOSYSTEM": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            said, _ = process.communicate(timeout=limit)
            code = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # and the processes that it started
            said, _ = process.communicate()
    seconds = time.monotonic() - started
    line = f"python {' '.join(command)}"
    return Outcome(line, count, code, seconds, said.decode("utf-8", "replace"))


def shared(names: Iterable[str], seconds: float, seed: int, out: IO[str]) -> list[Outcome]:
    """Run each within its share of the time, small and then large; those that count, in their order."""
    end, waiting, outcomes = time.monotonic() + seconds, list(names), []
    print(f"{'campaign':18}{'count':>8} {'faults':>10} {'seconds':>8}  command", file=out)
    while waiting:
        share = (end - time.monotonic()) / len(waiting)
        name = waiting.pop(0)
        small = CAMPAIGNS[name][1]
        outcome = perform(name, small, seed, max(share, 1))
        left = 0.8 * share - outcome.seconds
        if small and outcome.code == 0 and left > outcome.seconds:
            large = int(small * left / outcome.seconds)
            outcome = perform(name, large, seed + 1, share - outcome.seconds)
        outcomes.append(outcome)
        print(f"{name:18}{outcome}", file=out, flush=True)
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="these campaigns")
    parser.add_argument("--all", action="store_true", help="every campaign")
    parser.add_argument("--minutes", type=float, default=60, help="for all of them together")
    parser.add_argument("--seed", type=int, default=int(f"{datetime.now(UTC):%Y%m%d}"))
    options = parser.parse_args()
    names = list(CAMPAIGNS) if options.all else options.names
    if not names or not {*names} <= CAMPAIGNS.keys():
        parser.error(f"name campaigns, or --all: {', '.join(CAMPAIGNS)}")
    outcomes = shared(names, 60 * options.minutes, options.seed, sys.stdout)
    found = [one for one in outcomes if one.is_fault]
    for one in found:
        print(f"\n$ {one.command}", *one.output.splitlines()[-40:], sep="\n")
    print(f"\n{len(outcomes)} campaigns, {len(found)} with faults; seed {options.seed}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
