"""JUnit files of known outcomes, as known writers write them, against what `ledger evidence` says of them.

``python -m tests.campaigns.junit_made --count 2000 --seed 1`` makes files of same-named cases, retries,
suites that could not load, wrong counts and more (`tests/junit_writers.py`). What must hold of each:

- *vanished*: failed and errors are at least what failed, a failure that a suite only counts included;
- *silent*: a file with a failure is never a complete run in which nothing failed;
- *twice*: no retry, and no count of an outer suite, is one more failure;
- *passed*, *skipped*: both are what the writer meant;
- *sums*: the outcomes add up to the recorded cases, and so do the tests by name (*names*);
- *complete*: a run is not complete where a suite could not load or a failure has no case;
- *alarm*: a run that nothing speaks against is complete;
- *refused*: the file is read.

The table has one row for each writer. Odd files are held back: they are counted, and only even ones are shown.
The exit code is 1 for any difference.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from tests import commands
from tests.junit_writers import Made, disguised, files, lay_out

OUTCOMES = ("passed", "failed", "errors", "skipped", "xfailed", "xpassed", "todo")


def differences(right: Made, done: commands.Done) -> list[str]:
    """What `ledger evidence` says otherwise than the file's maker knows."""
    if done.code == 2:
        return [] if right.refusable else ["refused"]
    run = done.data["runs"][0]
    totals = run["totals"]
    complete = run["completeness"] == "complete"
    failing = totals["failed"] + totals["errors"]
    skipped = totals["skipped"] + totals["xfailed"] + totals.get("todo", 0)
    if right.refusable and not complete:
        return []
    told = {
        "vanished": failing < right.failing,
        "silent": right.failing > 0 and failing == 0 and complete,
        "counted and silent": (right.most or 0) > 0 and failing == 0 and complete,
        "twice": failing > max(right.failing, right.most or 0) + right.beside,
        "passed": not right.passed - right.beside - right.shared
        <= totals["passed"]
        <= right.passed,
        "skipped": not right.skipped - right.modules <= skipped <= right.skipped + right.todo,
        "sums": not _adds_up(right, totals),
        "names": not _named(right, run["tests"]),
        "complete": right.whole is False and complete,
        "alarm": right.whole is True and not complete,
    }
    return [kind for kind, differs in told.items() if differs]


def _most(right: Made) -> int:
    """How many outcomes there can be at most."""
    tries = max(0, (right.most or 0) - right.failing)
    return right.tests + right.unnamed + right.beside + tries


def _adds_up(right: Made, totals: Mapping[str, int]) -> bool:
    """Whether the outcomes are those of the recorded cases, and `collected` is as many."""
    found = sum(totals.get(outcome, 0) for outcome in OUTCOMES)
    least = right.tests - right.modules - right.todo - right.shared
    beyond = found - totals["collected"]
    uncollected = right.modules + right.broken + right.unnamed + right.beside
    return least <= found <= _most(right) and 0 <= beyond <= uncollected


def _named(right: Made, tests: Mapping[str, Any]) -> bool:
    """Whether each recorded case has a name of its own, and those that failed are told by name."""
    failing = sum(test["outcome"] in ("failed", "error") for test in tests.values())
    return (
        right.tests - right.shared <= len(tests) <= _most(right)
        and failing >= right.failing - right.unnamed
    )


def judge(count: int, seed: int, folder: Path) -> Iterator[tuple[int, str, Made, list[str]]]:
    """Each file's seed, its writer, the file, and how the tool's answer differs."""
    for own, writer, right in files(count, seed):
        rng = Random(own + 1)
        plain = rng.random() < 0.7 or right.refusable
        name = lay_out(folder, right, None if plain else disguised(rng, right.xml))
        yield (
            own,
            writer,
            right,
            differences(right, commands.call(folder, "evidence", name, "--json")),
        )


def table(rows: Mapping[str, Counter[str]]) -> str:
    """One row for each writer: its files, those that differ in both halves, and how."""
    lines = [f"{'writer':20} {'files':>6} {'even':>5} {'odd':>5}  differences (files)"]
    for writer, found in sorted(rows.items()):
        kinds = ", ".join(f"{k} {n}" for k, n in found.most_common() if k[0] != "#")
        lines.append(
            f"{writer:20} {found['#files']:6} {found['#even']:5} {found['#odd']:5}  {kinds}"
        )
    every = sum(rows.values(), Counter[str]())
    lines.append(f"{'all':20} {every['#files']:6} {every['#even']:5} {every['#odd']:5}")
    return "\n".join(lines)


def main() -> int:
    """Make the files, ask the tool, print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", type=Path, help="write the smallest even file of each kind here")
    options = parser.parse_args()
    rows: dict[str, Counter[str]] = defaultdict(Counter)
    smallest: dict[str, tuple[int, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for own, writer, right, found in judge(options.count, options.seed, Path(folder)):
            half = "#odd" if own % 2 else "#even"
            rows[writer].update(["#files", *found, *([half] if found else [])])
            for kind in found if half == "#even" else ():
                name = f"{writer}-{kind}".replace(" ", "-")
                smallest[name] = min(
                    smallest.get(name, (sys.maxsize, "")), (len(right.xml), right.xml)
                )
    print(table(rows))
    if options.save:
        options.save.mkdir(parents=True, exist_ok=True)
        for name, (_, xml) in smallest.items():
            (options.save / f"{name}.xml").write_text(xml, encoding="utf-8")
    return int(any(found["#even"] or found["#odd"] for found in rows.values()))


if __name__ == "__main__":
    sys.exit(main())
