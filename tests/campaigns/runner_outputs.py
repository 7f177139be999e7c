"""Spoiled outputs of every runner: nothing is raised, the laws hold, and time grows with size.

``python -m tests.campaigns.runner_outputs --count 2000 --seed 1`` spoils the outputs under ``data/runners``:
it cuts them at a byte, takes out a line, repeats or exchanges lines, splices two of them, makes them
huge, and puts bytes of any kind in. Of each it holds:

- it is read or refused with ``UnreadableInput``, within a second for 200 KB;
- the outcomes add up to the recorded cases, and no more tests ended than were collected without the
  run being inconsistent;
- a failing test that has a name is counted;
- a failed run that lost one line is no success; one that lost its end is no success either, unless what
  is left is the whole output of the first of several programs.

It also doubles the outputs ten times and tells where the time grows faster than the size. The exit
code is 1 for any fault.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable

from ledger.errors import UnreadableInput
from ledger.evidence.fold import fold
from ledger.evidence.model import FAILING, Evidence, recount
from ledger.evidence.outputs import parts_of
from tests.support.places import DATA

RUNS = DATA / "runners"
LARGEST = 200_000
LONGEST_S = 1.0
# Outputs of several programs one after another: cut between two of them they are whole.
# One line tells of its run: without it, what is left is the other output that it was joined with.
ALONE = "mocha/broken.log"
SEVERAL = ("cargo/", "go/", "unittest/", "tox/", "nox/")


def outputs() -> dict[str, bytes]:
    """Every output, by its name."""
    rows = (RUNS / "expected.tsv").read_text("utf-8").splitlines()[1:]
    return {name: (RUNS / name).read_bytes() for name in (row.split("\t")[0] for row in rows)}


def read(name: str, data: bytes) -> Evidence | None:
    """What an output says as the only one of a folder; None where it is refused."""
    try:
        return fold("run", parts_of(data, name), single=False)
    except UnreadableInput:
        return None


def lose_a_line(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        del lines[chance.randrange(len(lines))]
    return b"".join(lines)


def lose_the_end(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def repeat(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    at, end = sorted((chance.randrange(len(lines) + 1), chance.randrange(len(lines) + 1)))
    return b"".join([*lines[:end], *(lines[at:end] * chance.choice((1, 2, 50))), *lines[end:]])


def exchange(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    chance.shuffle(lines)
    return b"".join(lines)


def spoil_bytes(data: bytes, chance: random.Random) -> bytes:
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 10, 100)) if data else 0):
        at = chance.randrange(len(spoiled))
        spoiled[at : at + chance.choice((0, 1))] = bytes([chance.choice((0, 13, 27, 255, 0xE2))])
    return bytes(spoiled)


def enlarge(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.5:  # one endless line
        return data.replace(b"\n", b" ") * (LARGEST // (len(data) + 1))
    return data * (LARGEST // (len(data) + 1))


def lengthen(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True) or [b""]
    at = chance.randrange(len(lines))
    lines[at] = lines[at].rstrip(b"\n") * chance.choice((20, 2000)) + b"\n"
    return b"".join(lines)[:LARGEST]


SPOILT: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    lose_a_line, lose_the_end, repeat, exchange, spoil_bytes, enlarge, lengthen,
)  # fmt: skip


def faults_of(found: Evidence) -> list[str]:
    """Where what was read breaks a law by itself."""
    faults = []
    totals = found.totals
    failing = [name for name, test in found.tests.items() if test.outcome in FAILING]
    if failing and found.result == "success":
        faults.append(f"a success with {failing[0]} failing")
    if totals:
        named = recount(found.tests.values())
        if any(
            getattr(named, key) > getattr(totals, key) for key in ("passed", "failed", "errors")
        ):
            faults.append("names that the totals do not count")
        if totals.ended > totals.collected and found.completeness == "complete":
            faults.append("more ended than were collected")
    return faults


def judge(name: str, data: bytes, spoil: Callable[[bytes, random.Random], bytes],
          chance: random.Random, second: bytes = b"") -> list[str]:  # fmt: skip
    """The faults of one spoiled output, or of two of them, one behind the other."""
    first, data = data, data + second
    worse = spoil(data, chance)
    began = time.process_time()
    try:
        found = read(name, worse)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        return [f"{type(error).__name__}: {error}"]
    took = time.process_time() - began
    faults = faults_of(found) if found else []
    if took > LONGEST_S:
        faults.append(f"{took:.2f} s for {len(worse) >> 10} KB")
    # Who loses the end of two may lose all of the second.
    whole = read(name, first if spoil is lose_the_end else data)
    is_red = whole is not None and whole.result == "failed"
    may_be_whole = spoil is lose_the_end and name.startswith(SEVERAL)
    is_cut = spoil in (lose_a_line, lose_the_end) and not may_be_whole
    if is_cut and is_red and found is not None and found.result == "success":
        faults.append("a failed run became a success")
    return faults


def growth(name: str, data: bytes) -> list[str]:
    """A fault where ten times the size takes more than thirty times as long."""
    small = data * max(1, LARGEST // (10 * (len(data) + 1)))
    times = []
    for size in (small, small * 10):
        began = time.process_time()
        read(name, size)
        times.append(time.process_time() - began)
    return [f"{times[0]:.3f} s, ten times of it {times[1]:.3f} s"] * (
        times[1] > 0.3 + 30 * times[0]
    )


def main(arguments: list[str] | None = None) -> int:
    """Print the faults."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    every = outputs()
    names = sorted(every)
    faults: list[str] = []
    for number in range(options.count):
        chance = random.Random(f"{options.seed} {number}")
        name = names[number % len(names)]
        spoil = chance.choice(SPOILT)
        other = chance.choice(names)
        is_joined = chance.random() < 0.15 and ALONE not in (name, other)
        second = every[other] if is_joined else b""
        faults += [
            f"{name}, {number}, {spoil.__name__}: {fault}"
            for fault in judge(name, every[name], spoil, chance, second)
        ]
    for name in names if options.count >= 1000 else ():
        faults += [f"{name}: {fault}" for fault in growth(name, every[name])]
    print(f"{options.count} spoiled outputs of {len(names)}, seed {options.seed}")
    print(f"{len(faults)} faults", *faults[:60], sep="\n")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
