"""Many workers claim the same items at once, from several work trees of one clone.

``python -m tests.campaigns.claims`` starts 32 processes in 3 work trees; each tries to claim each
of 100 items, in an order of its own, 20 times over. Some processes are killed on the way and start
again under their name. Afterwards each item has exactly one winner; the plan of the winner's work
tree has its lease, no other plan has another one, and whoever lost was told who had won. Then the
leases end, and the items are there for others.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from ledger.commands import leases
from ledger.commands.claim import claim
from ledger.errors import LedgerError
from ledger.plan.leases import leases_of
from ledger.plan.reader import read

PLAN = "docs/fix_plan.md"
HOUR = timedelta(hours=1)


def lay_out(top: Path, items: int, trees: int) -> list[Path]:
    """A clone with that many items in its plan, and its work trees."""
    places = [top / f"tree{number}" for number in range(trees)]
    plan = places[0] / PLAN
    plan.parent.mkdir(parents=True)
    sections = (f"## [A-{n:03}] Item {n}\n- Status: pending\n\n" for n in range(items))
    plan.write_text("# Plan\n\n" + "".join(sections), "utf-8")
    _git(places[0], "init", "--quiet")
    _git(places[0], "add", "--all")
    _git(places[0], "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "-m", "x")
    for place in places[1:]:
        _git(places[0], "worktree", "add", "--quiet", "--detach", str(place))
    return places


def work(place: Path, owner: str, items: Sequence[str], log: Path) -> None:
    """Try to claim each item; ``log`` gets a line for each that was won or lost."""
    with log.open("a", encoding="utf-8") as lines:
        for item in items:
            try:
                claim(item, owner=owner, duration="1h", ledger=place / PLAN)
                lines.write(f"won {item}\n")
            except LedgerError as error:
                lines.write(f"{error.code} {item} {error.message}\n")
            lines.flush()


def scramble(places: Sequence[Path], *, processes: int, claims: int, kills: int, seed: int) -> Path:
    """Let all of them try at once; the folder of their logs."""
    chance = random.Random(seed)
    logs = places[0].parent / "logs"
    logs.mkdir()
    context = multiprocessing.get_context("fork")

    def start(number: int) -> multiprocessing.process.BaseProcess:
        items = [f"A-{n:03}" for n in range(claims)]
        random.Random(f"{seed}/{number}").shuffle(items)
        given = (places[number % len(places)], f"w{number}", items, logs / f"w{number}")
        worker = context.Process(target=work, args=given)
        worker.start()
        return worker

    workers = [start(number) for number in range(processes)]
    for _ in range(kills):
        time.sleep(chance.random() * 0.3)
        victim = chance.randrange(processes)
        if workers[victim].is_alive() and (pid := workers[victim].pid):
            os.kill(pid, signal.SIGKILL)
            workers[victim].join()
            workers[victim] = start(victim)
    for worker in workers:
        worker.join()
    return logs


def faults(places: Sequence[Path], logs: Path, claims: int) -> Iterator[str]:
    """What is not as it must be."""
    winners: dict[str, set[str]] = defaultdict(set)
    lost: list[tuple[str, str, str]] = []
    for log in logs.iterdir():
        for line in log.read_text("utf-8").splitlines():
            what, item, *rest = line.split(" ", 2)
            if what == "won":
                winners[item].add(log.name)
            elif what == "taken":
                lost.append((log.name, item, rest[0]))
            else:
                yield f"{log.name}: {line}"
    for number in range(claims):
        item = f"A-{number:03}"
        if len(winners[item]) != 1:
            yield f"{item} has {len(winners[item])} winners: {sorted(winners[item])}"
    for loser, item, said in lost:
        [winner] = winners[item] if len(winners[item]) == 1 else [""]
        if winner and f" {winner} has it until " not in said:
            yield f"{loser} was told {said!r}, {winner} won"
    for at, place in enumerate(places):
        for one in read((place / PLAN).read_bytes()).items:
            told = {lease.owner for lease in leases_of(one)}
            mine = {name for name in winners[one.id] if int(name[1:]) % len(places) == at}
            if told != mine:
                yield f"{place.name}: {one.id} is leased to {sorted(told)}, won by {sorted(mine)}"


def run(top: Path, *, processes: int, claims: int, trees: int, kills: int, seed: int) -> list[str]:
    """One run, and what is wrong after it."""
    places = lay_out(top, claims, trees)
    logs = scramble(places, processes=processes, claims=claims, kills=kills, seed=seed)
    found = list(faults(places, logs, claims))
    there = leases.now
    leases.now = lambda: there() + HOUR + timedelta(minutes=2)  # type: ignore[assignment]
    try:
        for number in range(min(claims, 5)):
            claim(f"A-{number:03}", owner="later", ledger=places[-1] / PLAN)
    except LedgerError as error:
        found.append(f"after the leases ended: {error.message}")
    finally:
        leases.now = there  # type: ignore[assignment]
    return found


def _git(place: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=place, check=True, capture_output=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--processes", type=int, default=32)
    parser.add_argument("--claims", type=int, default=100)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--trees", type=int, default=3)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bad = 0
    for number in range(options.runs):
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            found = run(
                Path(folder),
                processes=options.processes,
                claims=options.claims,
                trees=options.trees,
                kills=options.kills,
                seed=options.seed + number,
            )
        bad += bool(found)
        seconds = time.monotonic() - started
        print(f"run {number + 1}: {options.claims} items, {len(found)} faults, {seconds:.0f} s")
        for fault in found[:10]:
            print(f"  {fault}")
    print(f"{options.runs - bad} of {options.runs} runs gave each item exactly one winner")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
