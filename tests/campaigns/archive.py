"""Versions of a real fix plan, archived and brought back.

``python -m tests.campaigns.archive --count 200 --seed 1`` lays out the real repository of the
corpus, draws so many of the contents that ``docs/fix_plan.md`` ever had, and does three things to
each, from the plan as it was: all that is finished is archived; all but the newest two attempts of
each item are; as much as it takes to get to 1,000 lines is. In between every attempt that
``tests/support/oracle.py`` counts must be in one of the two files, with its item, number, date and words,
and both must hold every line that there was; where a size was asked for, the plan must be no
longer. Then all is brought back, and both files must have the bytes that they had.

``--peak`` also takes the longest version of all, 847 KB. The exit code is 1 where anything of that
is not so, 2 if there is no corpus.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ledger import config
from ledger.commands import archive as archiving
from ledger.errors import LedgerError
from ledger.plan import reader
from tests.campaigns.versions import contents, history
from tests.support import corpus, oracle

LIMIT = 1000
HELD = b"# Archive\n\n## 2025-09-30\n- **[OLD-001] Something** done long ago.\n"
WAYS = {
    "finished": {},
    "newest two": {"keep": 2},
    f"{LIMIT} lines": {"to_lines": LIMIT},
}
PEAK = "b401d45f"


@dataclass
class Outcome:
    """Figures of one way over all versions. ``faults`` is empty when all is well."""

    versions: int = 0
    attempts: int = 0
    moved: int = 0
    longer: int = 0
    longest: int = 0
    before: int = 0
    after: int = 0
    faults: list[str] = field(default_factory=list)


def judge(folder: Path, name: str, data: bytes, wanted: dict[str, int], outcome: Outcome) -> None:
    """Archive one version in ``folder``, look, bring it back, look."""
    place = config.find(folder)
    partner = place.root / place.partner
    place.ledger.write_bytes(data)
    partner.write_bytes(HELD)
    outcome.versions += 1
    outcome.attempts += len(oracle.attempts(data))
    lines = data.count(b"\n")
    outcome.longer += lines > LIMIT
    outcome.longest = max(outcome.longest, lines)
    try:
        done = archiving.archive(ledger=place.ledger, **wanted)
        ledger, archive = place.ledger.read_bytes(), partner.read_bytes()
        outcome.faults += (f"{name}: {fault}" for fault in _faults(data, ledger, archive))
        outcome.moved += sum(part.attempts for part in done.parts)
        outcome.before += lines
        outcome.after += ledger.count(b"\n")
        if ledger.count(b"\n") > wanted.get("to_lines", lines):
            outcome.faults.append(f"{name}: {ledger.count(bytes([10]))} lines are left")
        if done.parts:
            archiving.bring_back(ledger=place.ledger)
        if place.ledger.read_bytes() != data:
            outcome.faults.append(f"{name}: the plan has other bytes afterwards")
        if partner.read_bytes() != HELD:
            outcome.faults.append(f"{name}: the archive has other bytes afterwards")
    except LedgerError as error:
        outcome.faults.append(f"{name}: {error}")


def _faults(old: bytes, ledger: bytes, archive: bytes) -> Iterator[str]:
    """What is not in either file, and what could be found by nobody."""
    lost = _lines(old) + _lines(HELD) - _lines(ledger) - _lines(archive)
    yield from (f"a line is lost: {line[:80]!r}" for line in lost)
    there = _seen(ledger) + _seen(archive)
    for one in (_seen(old) - there).elements():
        yield f"an attempt is in neither file: {one}"
    plan, kept = reader.read(ledger), reader.read(archive)
    known = {(item.id, one.number) for item in (*plan.items, *kept.items) for one in item.attempts}
    for seen in oracle.attempts(old):
        if seen.item and seen.number is not None and (seen.item, seen.number) not in known:
            yield f"nobody finds {seen.item}#{seen.number}"
        ours = [item for item in plan.items if item.id == seen.item]
        if seen.item and max((item.highest for item in ours), default=0) < (seen.number or 0):
            yield f"{seen.item} could get another attempt #{seen.number}"


def _seen(data: bytes) -> Counter[tuple[object, ...]]:
    lines = oracle.NEWLINE.split(data.decode("utf-8", "replace"))
    return Counter(
        (one.item, one.number, one.date, lines[one.line - 1])
        for one in oracle.attempts(data)
        if one.source == oracle.HISTORY
    )


def _lines(data: bytes) -> Counter[bytes]:
    return Counter(data.split(b"\n"))


def run(repo: Path, count: int, seed: int, *, peak: bool = False) -> dict[str, Outcome]:
    """Judge ``count`` versions of the history in ``repo``, all ways."""
    every = history(repo)
    chosen = random.Random(seed).sample(every, min(count, len(every)))
    if peak:
        chosen += [one for one in every if one.commit.startswith(PEAK) and one not in chosen]
    outcomes = {way: Outcome() for way in WAYS}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        (folder / "docs/fix_plan.md").touch()
        for version, data in contents(repo, chosen):
            for way, wanted in WAYS.items():
                judge(folder, f"{version.commit[:8]}, {way}", data, wanted, outcomes[way])
    return outcomes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--peak", action="store_true")
    options = parser.parse_args()
    if not corpus.exists():
        print(corpus.MISSING)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        repo = corpus.lay_out(Path(folder, "repo"))
        started = time.monotonic()
        outcomes = run(repo, options.count, options.seed, peak=options.peak)
    for way, one in outcomes.items():
        print(
            f"{way}: {one.versions} versions, {one.longer} over {LIMIT} lines, the longest"
            f" {one.longest}; {one.moved} of {one.attempts} attempts moved,"
            f" {one.before} lines became {one.after}; {len(one.faults)} faults"
        )
        print(*one.faults[:20], sep="\n", end="\n" if one.faults else "")
    print(f"{time.monotonic() - started:.0f} s")
    return int(any(one.faults for one in outcomes.values()))


if __name__ == "__main__":
    sys.exit(main())
