"""JUnit files of known outcomes, as known writers write them, against what `ledger evidence` says of them.

``python -m tests.campaigns.junit_made --count 2000 --seed 1`` makes files of same-named cases, retries,
suites that could not load, wrong counts and more (`tests/support/junit_writers.py`). What must hold of each:

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

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.tally import Tally, parser_of
from tests.support import commands
from tests.support.junit_writers import Made, disguised, files, lay_out

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


def main() -> int:
    """Make the files, ask the tool, print the table."""
    parser = parser_of(__doc__, 2000)
    parser.add_argument("--save", type=Path, help="write the smallest even file of each kind here")
    options = parser.parse_args()
    tally = Tally("writer", "files")
    with tempfile.TemporaryDirectory() as folder:
        for own, writer, right, found in judge(options.count, options.seed, Path(folder)):
            tally.add([writer], own, found, right.xml, files=1)
    print(tally)
    if options.save:
        tally.save(options.save, ".xml")
    return tally.exit_code()


if __name__ == "__main__":
    sys.exit(main())
