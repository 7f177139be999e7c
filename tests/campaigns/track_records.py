"""Tests whose behaviour over many runs is known, against the verdicts of `ledger tests`.

``python -m tests.campaigns.track_records --count 2000 --seed 1`` lays out a project whose attempts cite runs of so many
tests, some of the whole suite and some of a few tests alone, and prints how often a test of each behaviour gets
each verdict. The verdict of a behaviour is what somebody who knows the test would say:

- a test that fails whenever it runs is *broken*, however often it is tried again, and whatever is skipped between;
- one whose result is a matter of chance is *flaky*, also where each failure was made good by a retry;
- one that passed, and has failed ever since, is a *new failure*; one that failed, and has passed ever since, is
  *cleared*; a skip, or a test that is gone, changes neither;
- one that fails in the whole suite and passes in runs of a few tests *passes alone*;
- one that never failed is *steady*, one that was only ever skipped was *not run*.

A test that fails by chance can look like any other one: the share that does may be as ``MOST_WRONG`` says. Any other
wrong verdict makes the exit code 1.
``--speed`` lays out a million outcomes instead, and prints how long they take.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from xml.sax.saxutils import quoteattr

from tests.campaigns.tally import parser_of
from tests.support import commands

PASS, FAIL, SKIP = "passed", "failed", "skipped"
RUNS = 20
NAMES = (
    "works",
    "adds[a|b]",
    "[x](http://a.b)",
    "`tick`",
    "<b>bold</b>",
    "ünïcode\u202e",
    "two  blanks",
    "a" * 300,
)


@dataclass(frozen=True)
class Run:
    """One run: its number from 0, and whether it is of the whole suite."""

    at: int
    is_whole: bool


Tries = tuple[str, ...]
"""How each try of a test ended; none where it was not in the run."""
Behaviour = Callable[[Random, Sequence[Run]], Iterator[Tries]]


def _fails(rng: Random) -> Tries:
    """A failure, tried again in vain or not at all."""
    return (FAIL,) * rng.choice((1, 1, 3))


def steady(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes whenever it runs, and is skipped or left out now and then."""
    share = rng.choice((0, 0, 0.3))
    for _ in runs:
        yield rng.choice(((SKIP,), ())) if rng.random() < share else (PASS,)


def broken(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails whenever it runs."""
    share = rng.choice((0, 0, 0.3))
    for _ in runs:
        yield rng.choice(((SKIP,), ())) if rng.random() < share else _fails(rng)


def regressed(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes, and from some run on fails."""
    since = rng.randint(2, len(runs) - 2)
    yield from (_fails(rng) if run.at >= since else (PASS,) for run in runs)


def mended(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails, and from some run on passes."""
    since = rng.randint(2, len(runs) - 2)
    yield from ((PASS,) if run.at >= since else _fails(rng) for run in runs)


def visited(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes, fails over at least four runs, and passes again."""
    first = rng.randint(3, len(runs) - 8)
    last = rng.randint(first + 4, len(runs) - 4)
    yield from (_fails(rng) if first <= run.at < last else (PASS,) for run in runs)


def brief(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes, fails in two or three runs in a row, and passes again."""
    first = rng.randint(3, len(runs) - 9)
    last = first + rng.choice((2, 3))
    yield from (_fails(rng) if first <= run.at < last else (PASS,) for run in runs)


def relapsed(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails, passes over at least four runs, and fails again."""
    first = rng.randint(3, len(runs) - 8)
    last = rng.randint(first + 4, len(runs) - 4)
    yield from ((PASS,) if first <= run.at < last else _fails(rng) for run in runs)


def muted(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes, fails, and is skipped from then on: nobody mended it."""
    first = rng.randint(3, len(runs) - 8)
    last = rng.randint(first + 2, len(runs) - 2)
    for run in runs:
        yield (PASS,) if run.at < first else _fails(rng) if run.at < last else (SKIP,)


def removed(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails, and is taken out of the suite."""
    last = rng.randint(2, len(runs) - 2)
    yield from (_fails(rng) if run.at < last else () for run in runs)


def chancy(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails by chance, and is not tried again."""
    rate = rng.uniform(0.2, 0.8)
    yield from ((FAIL,) if rng.random() < rate else (PASS,) for _ in runs)


def rare(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails by chance in one run of ten or so."""
    rate = rng.uniform(0.07, 0.15)
    yield from ((FAIL,) if rng.random() < rate else (PASS,) for _ in runs)


def retried(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails at first now and then, and passes when it is tried again: no run is red for it."""
    lucky = rng.randrange(len(runs))
    for run in runs:
        yield (FAIL, PASS) if run.at == lucky or rng.random() < 0.2 else (PASS,)


def calmed(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails by chance in the first few runs, more often than not, and never since."""
    yield from ((FAIL,) if run.at < 8 and rng.random() < 0.7 else (PASS,) for run in runs)


def crowded(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Fails in the whole suite and passes in runs of a few tests."""
    yield from (_fails(rng) if run.is_whole else (PASS,) for run in runs)


def crowded_since(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Passes everywhere, and from some run on only in runs of a few tests."""
    since = rng.randint(4, len(runs) - 8)
    yield from (_fails(rng) if run.is_whole and run.at >= since else (PASS,) for run in runs)


def skipped(rng: Random, runs: Sequence[Run]) -> Iterator[Tries]:
    """Never runs."""
    yield from (rng.choice(((SKIP,), ())) if run.at else (SKIP,) for run in runs)


TRUTH: Mapping[Behaviour, str] = {
    steady: "steady",
    broken: "broken",
    regressed: "new failure",
    mended: "cleared",
    visited: "cleared",
    brief: "cleared",
    relapsed: "new failure",
    muted: "new failure",
    removed: "broken",
    chancy: "flaky",
    rare: "flaky",
    retried: "flaky",
    calmed: "cleared",
    crowded: "passes alone",
    crowded_since: "passes alone",
    skipped: "not run",
}
CROWDED = (crowded, crowded_since)
MOST_WRONG = {chancy: 0.05, rare: 0.25, retried: 0.03, calmed: 0.25}
"""The share of wrong verdicts that chance may bring about; none of the other behaviours."""


def lay_out(root: Path, cells: Mapping[str, Sequence[Tries]], runs: Sequence[Run]) -> None:
    """A project whose plan has an attempt for each run, and the runs as pytest writes them."""
    attempts = []
    for run in runs:
        stamp = f"2026{1 + run.at // 28:02}{1 + run.at % 28:02}T120000Z"
        place = root / "docs/runs" / stamp
        place.mkdir(parents=True)
        ran = [(name, tries[run.at]) for name, tries in cells.items() if tries[run.at]]
        # pytest-rerunfailures writes an earlier try as a case without a verdict, and counts it as none.
        cases = [
            _case(name, one) for name, tries in ran for one in (*[""] * (len(tries) - 1), tries[-1])
        ]
        (place / "junit.xml").write_text(
            f'<testsuites><testsuite name="pytest" tests="{len(ran)}">{"".join(cases)}</testsuite></testsuites>',
            encoding="utf-8",
        )
        attempts.append(
            f"  * [{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}] Attempt #{run.at + 1} — Result: partial.\n"
            f"    Artifacts: `docs/runs/{stamp}/junit.xml`\n"
        )
    plan = "# Fix Plan Ledger\n\n## [SUITE-001] The suite\n- Status: in_progress\n- Attempts History:\n"
    (root / "docs/fix_plan.md").write_text(plan + "".join(attempts), encoding="utf-8")


def _case(name: str, outcome: str) -> str:
    """One test case, of one try."""
    inside = {"": "", PASS: "", FAIL: '<failure message="boom">boom</failure>', SKIP: "<skipped/>"}[
        outcome
    ]
    return f'<testcase classname="tests.test_made" name={quoteattr(name)} time="0.01">{inside}</testcase>\n'


def made(count: int, seed: int) -> tuple[dict[str, list[Tries]], dict[str, Behaviour], list[Run]]:
    """So many tests, their behaviours, and the runs that they were in. Only the crowded
    ones are in runs of few tests, too."""
    runs = [Run(at, at % 3 != 2) for at in range(RUNS + RUNS // 2)]
    behaviours = list(TRUTH)
    cells, of = {}, {}
    for number in range(count):
        behaviour = behaviours[number % len(behaviours)]
        rng = Random(f"{seed} {number}")
        name = f"test_{number}_{rng.choice(NAMES)}"
        of[name] = behaviour
        own = runs if behaviour in CROWDED else [Run(at, True) for at in range(RUNS)]
        tries = iter(list(behaviour(rng, own)))
        cells[name] = [next(tries) if run.is_whole or behaviour in CROWDED else () for run in runs]
    return cells, of, runs


def confusion(count: int, seed: int, folder: Path) -> Mapping[Behaviour, Counter[str]]:
    """How many tests of each behaviour got each verdict."""
    cells, of, runs = made(count, seed)
    lay_out(folder, cells, runs)
    found: dict[Behaviour, Counter[str]] = defaultdict(Counter)
    verdicts = {
        one["identity"]: one["verdict"]
        for one in commands.call(folder, "tests", "--json").data["tests"]
    }
    for name, behaviour in of.items():
        found[behaviour][verdicts.get(f"tests.test_made::{name}", "missing").replace("_", " ")] += 1
    return found


def wrong(behaviour: Behaviour, verdicts: Counter[str]) -> float:
    """The share of tests whose verdict is another one."""
    return 1 - verdicts[TRUTH[behaviour]] / verdicts.total()


def speed(folder: Path) -> float:
    """Seconds that a million outcomes take: 100 runs of 10,000 tests."""
    runs = [Run(at, True) for at in range(100)]
    rng = Random(1)
    kinds = (steady, steady, steady, regressed, chancy, retried)
    cells = {f"test_{number}": list(kinds[number % 6](rng, runs)) for number in range(10_000)}
    lay_out(folder, cells, runs)
    began = time.process_time()
    assert len(commands.call(folder, "tests", "--json").data["tests"]) == 10_000
    return time.process_time() - began


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = parser_of(__doc__, 2000)
    parser.add_argument("--speed", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if options.speed:
            print(f"1,000,000 outcomes: {speed(Path(folder)):.1f} s")
            return 0
        found = confusion(options.count, options.seed, Path(folder))
    bad = 0
    for behaviour, verdicts in found.items():
        share, most = wrong(behaviour, verdicts), MOST_WRONG.get(behaviour, 0.0)
        bad += share > most
        others = ", ".join(
            f"{count} {word}" for word, count in verdicts.items() if word != TRUTH[behaviour]
        )
        print(
            f"{behaviour.__name__:14} {TRUTH[behaviour]:13} {verdicts.total():5} {share:6.1%}  {others}"
        )
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
