"""Many processes append attempts to one ledger at once, and appends are killed.

``python -m tests.campaigns.appends`` lets 32 processes record 50 attempts each through
``ledger.commands.append``, the whole way from the run folder to the file. Every attempt must be there
once, under a number of its own. ``--broken-lock`` takes the lock away: the same check must then
find losses, or it is no check. ``--kills N`` also kills ``ledger append`` N times at random
moments (see ``tests.campaigns.kill``).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from ledger import store
from ledger.commands.append import append
from ledger.plan import reader
from tests.campaigns import crowd
from tests.repository import Repository

ITEM = "CROWD-001"
RUN = "reports/crowd/20251102T091500Z"
PLAN = f"""# Fix plan

## Index
| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [{ITEM}](#x) | Many at once | High | in_progress |

## [{ITEM}] Many at once
- Priority: High
- Status: in_progress
- Attempts History:
- Next Actions:
  1. Go on.
"""


def prepare(place: Path) -> Repository:
    """A repository with an empty history and one run to record."""
    repo = Repository.create(place)
    repo.write("docs/fix_plan.md", PLAN.encode())
    repo.write(f"{RUN}/exit_code.txt", b"0\n")
    repo.write(f"{RUN}/pytest.log", b"===== 12 passed in 3.40s =====\n")
    repo.commit("A plan for a crowd")
    return repo


def record(file: Path, process: int, number: int) -> None:
    """Append one attempt whose summary says who wrote it."""
    run = file.parent.parent / RUN
    append(ITEM, [run], summary=f"p{process}n{number}.", again=True, ledger=file)


def faults(file: Path, processes: int, changes: int) -> list[str]:
    """What is wrong with the ledger after the crowd has gone."""
    item = reader.read(file.read_bytes()).items[0]
    numbers = Counter(attempt.number for attempt in item.attempts)
    written = Counter(
        attempt.text.partition("success. ")[2].partition(".")[0] for attempt in item.attempts
    )
    expected = {f"p{p}n{n}" for p in range(processes) for n in range(changes)}
    return [
        *(f"attempt number {number} stands {n} times" for number, n in numbers.items() if n > 1),
        *(f"{name} is missing" for name in sorted(expected - set(written))),
        *(f"{name} stands {n} times" for name, n in written.items() if n > 1),
        *(f"{name!r} was written by nobody" for name in sorted(set(written) - expected)),
    ]


@contextmanager
def without_lock() -> Iterator[None]:
    """The store as it would be if its lock let everybody in."""
    locked, checked = store.locked, store.identity
    store.locked = lambda *_: nullcontext()  # type: ignore[assignment]
    store.identity = lambda *_: ()  # type: ignore[assignment]
    temporary = store.temporary_of
    store.temporary_of = lambda real: real.with_name(f".{real.name}.{os.getpid()}.ledger-tmp")
    try:
        yield
    finally:
        store.locked, store.identity, store.temporary_of = locked, checked, temporary


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--changes", type=int, default=50)
    parser.add_argument("--broken-lock", action="store_true")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        repo = prepare(Path(folder, "repo"))
        started = time.monotonic()
        with without_lock() if options.broken_lock else nullcontext():
            outcome = crowd.crowd(repo.ledger, record, options.processes, options.changes)
        found = faults(repo.ledger, options.processes, options.changes)
        print(
            f"{outcome.done} appends done, {outcome.failed} failed, {len(found)} faults,"
            f" {time.monotonic() - started:.0f} s"
        )
        print(*found[:10], sep="\n")
    killed = _kill(options.kills, options.seed) if options.kills else 0
    return int(bool(found) != options.broken_lock or outcome.failed > 0 or killed > 0)


def _kill(count: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        repo = prepare(Path(folder, "repo"))
        append = [sys.executable, "-m", "ledger", "append", ITEM, RUN, "--again"]
        command = [
            *(sys.executable, "-m", "tests.campaigns.kill", "--count", str(count)),
            *("--seed", str(seed), "--file", str(repo.ledger), "--command"),
            f"env -C {repo.path} {' '.join(append)} --ledger {{file}}",
        ]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
