"""SIGKILL at random moments of a command that changes one file.

``python -m tests.campaigns.kill --count 200 --seed 1`` kills a call of the store; ``--command``
with ``--file`` puts another command in its place, a command line in which ``{file}`` is
replaced. The command must do the same whenever the file holds the same bytes.

After each kill the file must be the old one or the new one, whole. The command is then run
again, unaided, and must do what it does without a kill before it: the same bytes, the same
exit code, and no file in the folder that was not there before.

Half of the kills fall anywhere in the life of the process, half at a random moment while it
holds the lock, which is a small part of that life and the one that matters.
"""

from __future__ import annotations

import argparse
import random
import shlex
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.places import ROOT

PROJECT = ROOT


@dataclass
class Outcome:
    """What the kills met (``old``, ``new``, and ``leftovers`` beside the file), and what went
    wrong; ``faults`` is empty when all is well."""

    kills: int = 0
    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Run:
    """One run to its end: exit code, the bytes it left, seconds in all and under the lock."""

    code: int
    left: bytes
    seconds: float
    locked: float


class Campaign:
    """``command`` changes ``file`` when it is run in ``cwd``."""

    def __init__(self, command: list[str], file: Path, cwd: Path) -> None:
        self.command = command
        self.file = file
        self.cwd = cwd
        self.lock = file.with_name(f".{file.name}.lock")

    def run(self, count: int, seed: int) -> Outcome:
        """Kill ``count`` times. The file holds its first bytes again afterwards."""
        chance = random.Random(seed)
        outcome = Outcome()
        old = self.file.read_bytes()
        beside = self._beside()
        first = self._whole_run()
        second = self._whole_run()
        expected = {old: first, first.left: second}
        if first.code != 0 or first.left == old:
            outcome.faults.append(f"without a kill the command exits with {first.code}")
            count = 0
        for number in range(count):
            self.file.write_bytes(old)
            self._kill(chance, first, while_locked=bool(number % 2))
            outcome.kills += 1
            met = self.file.read_bytes()
            outcome.met["old" if met == old else "new"] += 1
            outcome.met["leftovers"] += self._beside() != beside
            if met not in expected:
                outcome.faults.append(f"kill {number}: the file is neither old nor new")
                continue
            again = self._whole_run()
            if (again.code, again.left) != (expected[met].code, expected[met].left):
                outcome.faults.append(f"kill {number}: the next run differs ({again.code})")
            if self._beside() != beside:
                outcome.faults.append(f"kill {number}: left {self._beside() - beside}")
        self.file.write_bytes(old)
        return outcome

    def _beside(self) -> set[str]:
        return {entry.name for entry in self.file.parent.iterdir()}

    def _start(self) -> subprocess.Popen[bytes]:
        quiet = subprocess.DEVNULL
        return subprocess.Popen(self.command, cwd=self.cwd, stdout=quiet, stderr=quiet)

    def _whole_run(self) -> Run:
        started = time.monotonic()
        process = self._start()
        self._await_lock(process)
        locked = time.monotonic()
        self._await_lock(process, there=False)
        released = time.monotonic()
        code = process.wait()
        seconds = time.monotonic() - started
        return Run(code, self.file.read_bytes(), seconds, released - locked)

    def _kill(self, chance: random.Random, usual: Run, *, while_locked: bool) -> None:
        process = self._start()
        if while_locked:
            self._await_lock(process)
        time.sleep(chance.uniform(0, usual.locked if while_locked else usual.seconds))
        process.kill()
        process.wait()

    def _await_lock(self, process: subprocess.Popen[bytes], *, there: bool = True) -> None:
        while process.poll() is None and self.lock.exists() is not there:
            time.sleep(0.0001)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", type=Path, help="default: a temporary file of 400 KB")
    parser.add_argument("--command", help="default: append a line through the store")
    parser.add_argument("--cwd", type=Path, default=PROJECT)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = options.file or Path(folder, "lines.txt")
        if options.file is None:
            file.write_bytes(b"a line of some length, to give the writer work\n" * 8_500)
        template = options.command or f"{sys.executable} -m tests.campaigns.lines {{file}}"
        command = [word.format(file=file) for word in shlex.split(template)]
        outcome = Campaign(command, file, options.cwd).run(options.count, options.seed)
    met = ", ".join(f"{count} x {what}" for what, count in sorted(outcome.met.items()))
    print(f"{outcome.kills} kills met: {met}; {len(outcome.faults)} faults")
    for fault in outcome.faults:
        print(fault)
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
