"""Many processes append attempts to one ledger at once, and appends are killed.

``python -m tests.campaigns.appends`` lets 32 processes record 50 attempts each through
``ledger.commands.append``, the whole way from the run folder to the file. Every attempt must be there
once, under a number of its own. ``--broken-lock`` takes the lock away: the same check must then
find losses, or it is no check. ``--mixed`` lets each process use all verbs that change a plan, by
turns: what each has written must be there once, in its place, and no rule may find anything.
``--kills N`` also kills ``ledger append`` N times at random
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import ledger
from ledger import store
from ledger.commands.append import append
from ledger.plan import reader
from ledger.plan.model import Item
from tests.campaigns import crowd
from tests.support.repository import Repository

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


# By turns: what each verb writes, with a mark of its own.


def _note(file: Path, mark: str, _: str) -> None:
    ledger.note(ITEM, f"{mark}.", ledger=file)


def _action(file: Path, mark: str, _: str) -> None:
    ledger.action(ITEM, "add", text=f"{mark}.", ledger=file)


def _criterion(file: Path, mark: str, _: str) -> None:
    ledger.criterion(ITEM, "add", text=f"{mark}.", ledger=file)


def _field(file: Path, mark: str, _: str) -> None:
    ledger.edit(ITEM, fields={f"Remark {mark}": f"{mark}."}, ledger=file)


def _item(file: Path, mark: str, _: str) -> None:
    ledger.add(f"Item {mark}", name=f"{mark.upper()}-001", actions=[f"{mark}."], ledger=file)


def _append(file: Path, mark: str, _: str) -> None:
    append(ITEM, [file.parent.parent / RUN], summary=f"{mark}.", again=True, ledger=file)


def _lease(file: Path, _: str, own: str) -> None:
    ledger.claim(f"{own.upper()}-001", owner=own, ledger=file)


def _close(file: Path, _: str, own: str) -> None:
    """Give the process's own item back, and close it."""
    ledger.release(f"{own.upper()}-001", owner=own, ledger=file)
    ledger.close(f"{own.upper()}-001", because="its turn came", ledger=file)


MARKING = (_append, _note, _action, _criterion, _field, _item)


def _turn(process: int, number: int) -> Callable[[Path, str, str], None]:
    """Each process begins with another verb; its own item is leased, and then closed, once."""
    return {3: _lease, 7: _close}.get(number, MARKING[(process + number) % len(MARKING)])


OWN = """
## [{0}-001] Of one process
- Priority: High
- Status: pending
- Attempts History:
- Next Actions:
  1. Go on.
"""


def prepare_mixed(place: Path, processes: int) -> Repository:
    """The same with an item for each process, in the index, too."""
    repo = prepare(place)
    rows = [f"| [P{p}-001](#x) | Of one process | High | pending |\n" for p in range(processes)]
    head, tail = PLAN.split(f"\n## [{ITEM}]")
    text = f"{head}{''.join(rows)}\n## [{ITEM}]{tail}"
    text += "".join(OWN.format(f"P{p}") for p in range(processes))
    repo.write("docs/fix_plan.md", text.encode())
    repo.commit("An item for each")
    return repo


def mixed(file: Path, process: int, number: int) -> None:
    """One change by the verb whose turn it is."""
    _turn(process, number)(file, f"p{process}n{number}", f"p{process}")


def mixed_faults(file: Path, processes: int, changes: int) -> list[str]:
    """What of the changes is not there once, in its place; and what the rules find."""
    plan = reader.read(file.read_bytes())
    items = {item.id: item for item in plan.items}
    crowded = items[ITEM]
    found = [] if len(items) == len(plan.items) else ["two items of one ID"]
    for process in range(processes):
        for number in range(changes):
            mark, verb = f"p{process}n{number}", _turn(process, number).__name__
            times = _times(verb, crowded, items, mark, own=f"P{process}-001")
            if times != 1:
                found.append(f"{verb} {mark}: {times} times")
    numbers = [one.number for one in crowded.attempts]
    found += [] if numbers == [*range(1, len(numbers) + 1)] else [f"attempts {numbers}"]
    actions = [one.number for one in crowded.actions]
    found += [] if actions == [*range(1, len(actions) + 1)] else [f"actions {actions}"]
    told = ledger.validate(file).findings
    return found + [one.message for one in told if one.severity == "error"]


def _times(verb: str, crowded: Item, items: dict[str, Item], mark: str, *, own: str) -> int:
    """How often what a verb wrote is there."""
    if verb in ("_append", "_note"):
        result = "success" if verb == "_append" else "info"
        texts = [one.text for one in crowded.attempts if one.result == result]
        return sum(f" {mark}." in text for text in texts)
    if verb == "_action":
        return sum(f"{mark}." in one.text for one in crowded.actions)
    if verb == "_criterion":
        return sum(f"{mark}." in one.text for one in crowded.criteria)
    if verb == "_field":
        return sum(one.name == f"Remark {mark}" for one in crowded.fields)
    if verb == "_item":
        added = items.get(f"{mark.upper()}-001")
        return sum(f"{mark}." in one.text for one in added.actions) if added else 0
    if verb == "_close":
        return int(items[own].status == "done")
    return 1  # a lease, which its process may have given back


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
    parser.add_argument("--mixed", action="store_true", help="all verbs by turns")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place, size = Path(folder, "repo"), (options.processes, options.changes)
        repo = prepare_mixed(place, options.processes) if options.mixed else prepare(place)
        started = time.monotonic()
        with without_lock() if options.broken_lock else nullcontext():
            outcome = crowd.crowd(repo.ledger, mixed if options.mixed else record, *size)
        found = (mixed_faults if options.mixed else faults)(repo.ledger, *size)
        print(
            f"{outcome.done} changes done, {outcome.failed} failed, {len(found)} faults,"
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
