"""Makes the runs and holds the tool to them."""

from __future__ import annotations

import argparse
import math
import re
import shutil
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

from tests.campaigns.runners import (
    environments,
    pytest_projects,
    pytest_runs,
    pytest_sessions,
    script_projects,
    script_runs,
    unittest_runs,
)
from tests.campaigns.runners.folders import ask
from tests.campaigns.runners.model import Difference, Run
from tests.campaigns.tally import HALVES
from tests.support.repository import Repository

# Differences that are known: the kind, what its line of the table matches, and the reason. An
# entry that no longer occurs makes a campaign of `EVERY` runs of each part fail, so that it is
# taken out.
KNOWN: tuple[tuple[str, str, str], ...] = (
    (
        "success, and only an unread log tells",
        r"^(?:jest|node)",
        "jest-junit writes nothing of a file not loaded, nor node of a failed hook; logs are not read yet",
    ),
)


def known(each: Difference) -> int | None:
    """Which entry of `KNOWN` it is."""
    for number, (kind, pattern, _) in enumerate(KNOWN):
        if each.kind == kind and re.search(pattern, line(each)):
            return number
    return None


def line(each: Difference) -> str:
    return f"{each.run.label} [{each.form}]: {each.detail}"


Made = Iterator[Run]


def kinds(seed: int, count: int, place: Path) -> Made:
    """Each kind of test alone, at six settings, by the versions in turn."""
    settings = ("-v", "plain", "-q", "-q -rN", "-qq", "-rA")
    each = [(kind, setting) for kind in pytest_projects.KINDS for setting in settings]
    Random(f"kinds {seed}").shuffle(each)
    for number, (kind, setting) in enumerate(each[:count]):
        major = list(environments.PYTESTS)[number % 3]
        python, version = environments.pytest_python(major), environments.PYTESTS[major]
        files = pytest_projects.single(kind)
        yield pytest_runs.run(python, version, files, setting, Random(1), place / "k", kind, 0)


def projects(seed: int, count: int, place: Path) -> Made:
    """Projects from one seed, each run at several settings by the three versions in turn."""
    settings = list(pytest_runs.SETTINGS)
    Random(f"settings {seed}").shuffle(settings)
    for made in range(count):
        number = made // 6
        major = list(environments.PYTESTS)[number % 3]
        python, version = environments.pytest_python(major), environments.PYTESTS[major]
        rng = Random(f"pytest {seed} {number}")
        files = pytest_projects.project(rng)
        setting = settings[made % len(settings)]
        label = f"project {seed}/{number}"
        yield pytest_runs.run(python, version, files, setting, rng, place / "p", label, number)


def script_kinds(runner: str) -> Callable[[int, int, Path], Made]:
    """Each kind of test alone, by the runner's settings in turn."""

    def make(seed: int, count: int, place: Path) -> Made:
        settings = [name for name in script_runs.SETTINGS if name.startswith(runner)]
        for number, kind in enumerate(script_projects.KINDS[:count]):
            setting = settings[(number + seed) % len(settings)]
            files = script_projects.single(kind, runner)
            yield script_runs.run(files, setting, place / "s", kind, 0)

    return make


def scripts(runner: str) -> Callable[[int, int, Path], Made]:
    """Projects from one seed, each run at two settings."""

    def make(seed: int, count: int, place: Path) -> Made:
        settings = [name for name in script_runs.SETTINGS if name.startswith(runner)]
        for made in range(count):
            number = made // 2
            files = script_projects.project(Random(f"{runner} {seed} {number}"), runner)
            setting = settings[(made + seed) % len(settings)]
            label = f"project {seed}/{number}"
            yield script_runs.run(files, setting, place / "s", label, number)

    return make


PARTS: dict[str, Callable[[int, int, Path], Made]] = {
    "kinds": kinds,
    "projects": projects,
    "ends": lambda _, count, place: pytest_sessions.ends(count, place),
    "sessions": lambda _, count, place: pytest_sessions.several(count, place),
    "unittest": unittest_runs.runs,
    **{f"{name} kinds": script_kinds(name) for name in ("jest", "vitest", "mocha", "node")},
    **{name: scripts(name) for name in ("jest", "vitest", "mocha", "node")},
}


def main(arguments: list[str] | None = None) -> int:
    """Print how many runs agreed, and what differs by kind."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaigns.runners")
    parser.add_argument("--count", type=int, default=40, help="runs of each part, at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", action="append", choices=list(PARTS), help="only this part")
    parser.add_argument("--show", type=int, default=3, help="examples of each kind")
    parser.add_argument("--found", type=Path, help="copy the smallest run of each kind here")
    parser.add_argument("--minutes", type=float, default=math.inf, help="stop then, and tell")
    options = parser.parse_args(arguments)
    end = time.monotonic() + 60 * options.minutes
    found: list[Difference] = []
    runs: dict[str, Counter[str]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        repository = Repository.create(place / "repository")
        try:
            for part in options.part or PARTS:
                runs[part] = Counter()
                made = PARTS[part](options.seed, options.count, place)
                for number, run in enumerate(made):
                    if time.monotonic() > end:
                        break
                    differing = ask(repository, run, number, Random(f"{options.seed} {number}"))
                    found += differing
                    runs[part][f"{HALVES[run.seed % 2]} {judged(differing)}"] += 1
        except environments.Missing as error:
            print(f"runners: {error}", file=sys.stderr)
            return 2
    table(found, options.show)
    for part, counts in [*runs.items(), ("all", sum(runs.values(), Counter()))]:
        print(f"{part:12} {counts.total():4} runs", *(
            f"{half}: {counts[f'{half} agreed']:4} agreed, {counts[f'{half} known']:3} known,"
            f" {counts[f'{half} differing']:3} differing"
            for half in HALVES
        ), sep="  ")  # fmt: skip
    if options.found:
        save(found, options.found)
    seen = {known(each) for each in found}
    # Fewer runs do not have every kind of test at every setting.
    every = not options.part and options.count >= EVERY and time.monotonic() < end
    gone = [] if not every else [kind for n, (kind, *_) in enumerate(KNOWN) if n not in seen]
    for kind in gone:
        print(f"no longer differs: take {kind!r} out of KNOWN")
    return int(bool(gone or None in seen))


EVERY = 180


def judged(differing: list[Difference]) -> str:
    if not differing:
        return "agreed"
    return "differing" if None in map(known, differing) else "known"


def save(found: list[Difference], place: Path) -> None:
    """Write the smallest outputs that show each kind of difference, of the even half."""
    smallest: dict[str, Difference] = {}
    for each in found:
        last = smallest.get(each.kind)
        if each.run.seed % 2 == 0 and (last is None or size(each) < size(last)):
            smallest[each.kind] = each
    for kind, each in smallest.items():
        folder = place / re.sub(r"[^a-z0-9]+", "-", kind.lower()).strip("-")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name in each.form.split("+"):
            (folder / name).write_bytes(each.run.outputs[name])
        told = f"{each.run.label}\n{kind}: {each.detail}\n{each.run.truth}\n"
        (folder / "difference.md").write_text(told, encoding="utf-8")


def size(each: Difference) -> int:
    return sum(len(each.run.outputs[name]) for name in each.form.split("+"))


def table(found: list[Difference], show: int) -> None:
    """Kinds, how often, and examples of the even half: the odd one is for the figure alone."""
    kinds: dict[str, list[Difference]] = defaultdict(list)
    for each in found:
        kinds[each.kind].append(each)
    for kind, those in sorted(kinds.items(), key=lambda pair: -len(pair[1])):
        runs = len({each.run.label for each in those})
        told = len([each for each in those if known(each) is not None])
        print(f"{len(those):5} in {runs:4} runs  {kind}", f"({told} known)" if told else "")
        for each in [each for each in those if each.run.seed % 2 == 0][:show]:
            print(f"        {line(each)}")
