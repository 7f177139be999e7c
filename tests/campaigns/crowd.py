"""Many processes change one file at once.

``python -m tests.campaigns.crowd`` starts 32 processes; each appends 50 lines through the
store, one call a line. ``--command`` puts another writer in its place: a command line in which
``{file}``, ``{process}`` and ``{number}`` are replaced, run once for each change.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.campaigns import lines

Writer = Callable[[Path, int, int], None]


@dataclass(frozen=True)
class Outcome:
    """How many changes were reported as done, and how many ended in an error."""

    done: int
    failed: int


def crowd(file: Path, writer: Writer, processes: int, changes: int) -> Outcome:
    """Let ``processes`` processes at once call ``writer(file, process, number)``, ``changes``
    times each. A call that raises counts as failed, and its process goes on."""
    context = multiprocessing.get_context("fork")
    gate = context.Barrier(processes)
    reports = context.SimpleQueue()

    def work(process: int) -> None:
        done = 0
        gate.wait()
        for number in range(changes):
            try:
                writer(file, process, number)
                done += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                print(f"{process}/{number}: {error}", file=sys.stderr)
        reports.put(done)

    workers = [context.Process(target=work, args=(number,)) for number in range(processes)]
    for worker in workers:
        worker.start()
    done = sum(reports.get() for _ in workers)
    for worker in workers:
        worker.join()
    return Outcome(done, processes * changes - done)


def by_command(template: str) -> Writer:
    """A writer that runs a command line, and fails when the command does."""

    def run(file: Path, process: int, number: int) -> None:
        words = [
            word.format(file=file, process=process, number=number) for word in shlex.split(template)
        ]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    return run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--file", type=Path, help="default: an empty temporary file")
    parser.add_argument("--command", help="default: append a line through the store")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = options.file or Path(folder, "lines.txt")
        if options.file is None:
            file.touch()
        writer = by_command(options.command) if options.command else lines.append
        started = time.monotonic()
        outcome = crowd(file, writer, options.processes, options.changes)
        seconds = time.monotonic() - started
        print(f"{outcome.done} changes done, {outcome.failed} failed, {seconds:.1f} s")
        if not options.command:
            written = file.read_bytes().splitlines()
            print(f"{len(written)} lines, {len(set(written))} different")
            return int(len(set(written)) != len(written) or len(written) != outcome.done)
    return int(outcome.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
