"""SIGKILL at every step of ``ledger archive`` and ``ledger archive --restore``.

``python -m tests.campaigns.archive_kills --count 200`` dies before each call of the system that the
store makes, one after the other, from the first to the last and from the start again. Each time no
attempt may be in neither file; and after the next command, which is by turns the same one again and
``ledger append``, both files must be what that command makes of the two old ones, or of the two new
ones, and nothing may lie beside them that was not there before.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ledger.cli import main as command
from ledger.plan import reader
from tests.support.commands import call
from tests.support.repository import Repository

STEPS = ("open", "write", "fsync", "chmod", "link", "replace", "unlink", "close")
RUN = "reports/crowd/20251102T091500Z"
PLAN = """\
# Plan

## [DONE-001] Finished
- Status: done
- Attempts History:
  * [2025-10-01] Attempt #1 — Result: failed. The first of three.
    Metrics: 1 passed in 1.00s.
  * [2025-10-02] Attempt #2 — Result: success. The second of three.

## [OPEN-001] In hand
- Status: in_progress
- Attempts History:
  * [2025-10-03] Attempt #1 — Result: partial. The third of three.
"""
ARCHIVE = ("archive",)
RESTORE = ("archive", "--restore")
APPEND = ("append", "OPEN-001", RUN, "--again")
Files = tuple[bytes | None, bytes | None]


@dataclass
class Outcome:
    """``met`` counts the states that the kills left; ``faults`` is empty when all is well."""

    kills: int = 0
    steps: int = 0
    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def dying(at: int) -> Callable[[], int]:
    """Has this process killed before its call number ``at`` of one of ``STEPS``; 0 for none.
    Returns what tells how many there were."""
    count = 0

    def watched(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **kwargs)

        return counted

    for name in STEPS:
        setattr(os, name, watched(getattr(os, name)))
    return lambda: count


class Place:
    """A repository with a plan, and the states that its two files can have."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repository.create(folder)
        self.repo.write(f"{RUN}/exit_code.txt", b"0\n")
        self.repo.write("docs/fix_plan.md", PLAN.encode())
        self.repo.commit("A plan")
        self.files = (self.repo.ledger, self.repo.ledger.with_name("fix_plan_archive.md"))
        self.beside = self._beside()
        for arguments in (ARCHIVE, APPEND):  # what they import is loaded before the first fork
            call(self.repo.path, *arguments, "--dry-run")

    def state(self) -> Files:
        ledger, archive = (file.read_bytes() if file.exists() else None for file in self.files)
        return ledger, archive

    def put(self, state: Files) -> None:
        for file, data in zip(self.files, state, strict=True):
            file.unlink(missing_ok=True)
            if data is not None:
                file.write_bytes(data)

    def run(self, arguments: tuple[str, ...], die_at: int = 0) -> tuple[int, int]:
        """The command in a process of its own: its exit code (negative: the signal), and how
        many steps it took."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.chdir(self.repo.path)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            steps = dying(die_at)
            code = command(list(arguments))
            told = str(steps()).encode()
            os.write(writing, told)
            os._exit(code)
        os.close(writing)
        said = os.read(reading, 100)
        os.close(reading)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(said or 0)

    def after(self, start: Files, arguments: tuple[str, ...]) -> Files:
        """What the command makes of the two files."""
        self.put(start)
        self.run(arguments)
        return self.state()

    def leftovers(self) -> set[str]:
        return self._beside() - self.beside - {"fix_plan_archive.md"}

    def _beside(self) -> set[str]:
        return {entry.name for entry in self.repo.ledger.parent.iterdir()}


def campaign(folder: Path, count: int, stride: int = 1) -> Outcome:
    """Kill ``count`` times, at each step or at one of ``stride``."""
    place = Place(folder)
    outcome = Outcome()
    start: Files = PLAN.encode(), None
    moved = place.after(start, ARCHIVE)
    if moved == start or moved[1] is None:
        outcome.faults.append("without a kill nothing is moved")
        return outcome
    back = place.after(moved, RESTORE)
    ways = {ARCHIVE: (start, moved), RESTORE: (moved, back)}
    expected = {
        (state, following): place.after(state, following)
        for states in ways.values()
        for state in states
        for following in (ARCHIVE, RESTORE, APPEND)
    }
    while outcome.kills < count:
        for arguments, (old, new) in ways.items():
            place.put(old)
            _, steps = place.run(arguments)
            outcome.steps = max(outcome.steps, steps)
            for at in range(1, steps + 1, stride):
                if outcome.kills == count:
                    return outcome
                following = APPEND if (at + outcome.kills) % 2 else arguments
                place.put(old)
                code, _ = place.run(arguments, at)
                outcome.kills += 1
                name = f"{' '.join(arguments)}, step {at} of {steps}"
                if code != -signal.SIGKILL:
                    outcome.faults.append(f"{name}: it was not killed ({code})")
                _judge(place, outcome, name, (old, new))
                place.run(following)
                made = place.state()
                if made not in (expected[old, following], expected[new, following]):
                    outcome.faults.append(f"{name}: after {' '.join(following)} neither")
                if place.leftovers():
                    outcome.faults.append(f"{name}: left {place.leftovers()}")
    return outcome


def _judge(place: Place, outcome: Outcome, name: str, ways: tuple[Files, Files]) -> None:
    state = place.state()
    whole = state in ways
    outcome.met["old" if state == ways[0] else "new" if whole else "between"] += 1
    if not whole and any(one not in {way[at] for way in ways} for at, one in enumerate(state)):
        outcome.faults.append(f"{name}: a file is neither old nor new")
    said = [
        attempt.text
        for data in state
        for item in reader.read(data or b"").items
        for attempt in item.attempts
    ]
    for words in ("The first of", "The second of", "The third of"):
        if not any(words in text for text in said):
            outcome.faults.append(f"{name}: {words} is in neither file")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = campaign(Path(folder, "repo"), options.count)
    met = ", ".join(f"{count} x {what}" for what, count in sorted(outcome.met.items()))
    print(f"{outcome.kills} kills at up to {outcome.steps} steps met: {met}")
    print(f"{len(outcome.faults)} faults", *outcome.faults[:20], sep="\n")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    sys.exit(main())
