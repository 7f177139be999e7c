"""Plant lies into plans, and ask `ledger verify` whether each is contradicted.

``python -m tests.campaigns.planted --count 3000 --seed 1`` plants as many lies: numbers changed in place,
false sentences, false results, invented attempts and swapped runs, in made plans of four dialects and,
where the corpus is, in versions of the real one, whose runs are read without the tool. The table has a
line for each kind, for the half of the wordings that builders read and for the other, and beside it what
fifty lines of regular expressions find. ``--half even`` plants only the half that is read; ``--list``
shows the lies of that half that were missed.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.campaigns.planted import baseline, gates, made, made_lies, real, real_lies
from tests.campaigns.planted.gates import PLAN
from tests.campaigns.planted.plants import Plant, Planted, planted
from tests.campaigns.planted.wordings import HALVES
from tests.support import commands, corpus

# Twelve versions over the life of the real plan, from the first whose attempts cite runs.
VERSIONS = (
    "997752cf", "c45fc9f3", "05615da6", "2428df78", "f4c96aff", "1a3c41af",
    "f33c4074", "35b96f01", "9c460ae1", "40115778", "61e7f7a9", "8b8c48d0",
)  # fmt: skip
GUARDS = ("append", "validate")
"""The same lies, held by the commands that guard a plan."""
GROUPS = ("number", "sentence", "result", "invented", "swapped")
# Whether a cited file is in the tree says nothing of what was claimed of the run.
NO_FIGURE = {"artifact", "stamp", "commit", "date", "reference"}
FOUND, MISSED = "found", "missed"
Claim = tuple[int, str, str, str]


@dataclass
class Table:
    """What was planted and found, by group, kind and half."""

    numbers: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    missed: list[tuple[str, Plant, int]] = field(default_factory=list)
    accused: list[str] = field(default_factory=list)
    used: Counter[str] = field(default_factory=Counter)
    """How often each false sentence was planted, so that they take turns."""
    used_true: Counter[str] = field(default_factory=Counter)
    totals: Counter[str] = field(default_factory=Counter)

    def add(self, where: str, plant: Plant, line: int, found: bool, regular: bool = False) -> None:
        """Count a lie."""
        keys = [(plant.group, plant.kind), (plant.group, "all"), ("all", "all")]
        if plant.group in GUARDS:
            keys = [(plant.group, "all")]
        else:
            keys.append(("plans", where.partition("(")[2].rstrip(")") or "real"))
        for key in keys:
            self.numbers[key].update(
                {
                    plant.half: 1,
                    f"{plant.half} found": int(found),
                    "regular": int(regular),
                    "lies": 1,
                }
            )
        self.totals["planted"] += plant.group in GROUPS
        if not found and plant.half == HALVES[0]:
            self.missed.append((where, plant, line))

    def __str__(self) -> str:
        """A line for each kind, the sums last."""
        head = f"{'group':9} {'kind':18}" + "".join(f"{f'{half} half':>22}" for half in HALVES)
        lines = [head + f"{'regular expressions':>22}"]
        order = [*GROUPS, "all", *GUARDS, "plans"]
        for group, kind in sorted(
            self.numbers, key=lambda key: (order.index(key[0]), key[1] == "all", key[1])
        ):
            row = self.numbers[group, kind]
            parts = [_share(row[f"{half} found"], row[half]) for half in HALVES]
            lines.append(
                f"{group:9} {kind:18}" + "".join(parts) + _share(row["regular"], row["lies"])
            )
        return "\n".join(lines)

    def summary(self) -> str:
        """What was accused beside the lies, and the precision of both on made plans."""
        totals = self.totals
        false = totals["false"] + totals["true accused"]
        regular = totals["regular false"] + totals["true regular"]
        rows = (
            ("accused in made plans before planting", totals["false"], totals["regular false"]),
            (
                f"accused of {totals['true']} true sentences put in",
                totals["true accused"],
                totals["true regular"],
            ),
            (
                "precision on made plans",
                _precision(totals["made found"], false),
                _precision(totals["made regular"], regular),
            ),
            ("newly accused on other lines than the lie's", totals["collateral"], "-"),
        )
        return "\n".join(
            f"{name}: {ours} (regular expressions: {theirs})" for name, ours, theirs in rows
        )


def _share(part: int, whole: int) -> str:
    return f"{f'{part} of {whole} {100 * part / whole:4.0f} %' if whole else '-':>22}"


def _precision(true: int, false: int) -> str:
    return f"{100 * true / (true + false):.1f} %" if true + false else "-"


def contradicted(repo: Path) -> Counter[Claim]:
    """The figures and words that `verify` contradicts, by line."""
    done = commands.call(repo, "verify", "--full", "--json")
    return Counter(
        (claim["line"], claim["kind"], claim["text"], claim["claimed"])
        for claim in done.data["claims"]
        if claim["verdict"] == "contradicted" and claim["kind"] not in NO_FIGURE
    )


def hold(
    table: Table, where: str, repo: Path, lines: list[str], known: Known, plants: list[Plant]
) -> None:
    """Plant these lies at once, and count those that are newly accused."""
    if not plants:
        return
    new = planted(lines, plants)
    fresh, regular = newly_accused(repo, new, known)
    accused, own = {line for line, *_ in fresh}, set()
    for plant, told in new.lies:
        own |= told
        found, by_regular = bool(told & accused), bool(told & regular)
        table.add(where, plant, min(told), found, by_regular)
        if where.startswith("made"):
            table.totals.update({"made found": found, "made regular": by_regular})
    table.totals["collateral"] += sum(n for (line, *_), n in fresh.items() if line not in own)


def hold_true(
    table: Table, where: str, repo: Path, lines: list[str], known: Known, plants: list[Plant]
) -> None:
    """Put true sentences into a plan, and count those that are accused."""
    new = planted(lines, plants)
    fresh, regular = newly_accused(repo, new, known)
    for plant, told in new.lies:
        accused = [claim for claim in fresh if claim[0] in told]
        table.totals.update(
            {"true": 1, "true accused": bool(accused), "true regular": bool(told & regular)}
        )
        if accused and plant.half == HALVES[0]:
            text = f"{where}:{min(told)} ACCUSED {plant.kind}: {plant.lie} {accused[0][1:]}"
            table.accused.append(f"{text}\n    {plant.truth}")


def newly_accused(repo: Path, new: Planted, known: Known) -> tuple[Counter[Claim], set[int]]:
    """What `verify` contradicts now, and the lines that the regular expressions do."""
    (repo / PLAN).write_text("\n".join(new.lines), encoding="utf-8")
    moved = Counter({(new.moved[line], *rest): n for (line, *rest), n in known.tool.items()})
    regular = baseline.accused(repo, new.lines) - {
        (new.moved[line], words) for line, words in known.regular
    }
    return contradicted(repo) - moved, {line for line, _ in regular}


@dataclass(frozen=True)
class Known:
    """What is accused before anything is planted."""

    tool: Counter[Claim]
    regular: set[tuple[int, str]]


def before(repo: Path, lines: list[str]) -> Known:
    """What is accused of the plan as it is."""
    (repo / PLAN).parent.mkdir(exist_ok=True)
    (repo / PLAN).write_text("\n".join(lines), encoding="utf-8")
    return Known(contradicted(repo), baseline.accused(repo, lines))


def made_plan(table: Table, seed: int, half: str | None) -> None:
    """Each group of lies in the made plan of this seed."""
    rng = random.Random(f"lies {seed}")
    with tempfile.TemporaryDirectory() as folder:
        repo = Path(folder)
        subprocess.run(["git", "init", "--quiet"], cwd=repo, check=True)
        dialect, lines, attempts = made.plan(seed, repo)
        where = f"made {seed} ({dialect})"
        known = before(repo, lines)
        table.totals.update({"false": known.tool.total(), "regular false": len(known.regular)})
        for claim in known.tool:
            text = lines[claim[0] - 1].strip()
            table.accused.append(f"{where}:{claim[0]} ACCUSED {claim[1:]}\n    {text}")
        mixed = _disjoint(
            [
                *made_lies.invented(dialect, lines, attempts, rng),
                *made_lies.results(lines, attempts, rng),
            ],
            rng,
        )
        for plants in (
            made_lies.numbers(lines, attempts, rng),
            made_lies.sentences(lines, attempts, rng, table.used, half),
            mixed,
            made_lies.swapped(lines, attempts, rng) if seed % 8 < 4 else (),
        ):
            kept = [plant for plant in plants if half in {None, plant.half}]
            hold(table, where, repo, lines, known, kept)
        twins = made_lies.twins(lines, attempts, rng, table.used_true, half)
        hold_true(table, where, repo, lines, known, list(twins))
        before(repo, lines)
        for plant, line, found in gates.appended(repo, attempts, rng, half):
            table.add(where, plant, line, found)
        kept = [plant for plant in mixed if half in {None, plant.half}]
        for plant, line, found in gates.validated(repo, lines, kept) if kept else ():
            table.add(where, replace(plant, group="validate"), line, found)


def real_plan(table: Table, version: str, seed: int, half: str | None) -> None:
    """Each group of lies in this version of the real plan."""
    rng = random.Random(f"lies {version} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        repo = corpus.lay_out(Path(folder, "repo"), version)
        lines = (repo / PLAN).read_text(encoding="utf-8").split("\n")
        units = real.units(repo, lines)
        known = before(repo, lines)
        several = [
            *real_lies.swapped(repo, lines, units, rng),
            *real_lies.invented(lines, units, rng),
            *real_lies.results(lines, units, rng),
        ]
        for plants in (
            real_lies.numbers(lines, units, rng),
            real_lies.sentences(lines, units, rng, table.used, half),
            real_lies.sentences(lines, units, rng, table.used, half),
            _disjoint(several, rng),
        ):
            kept = [plant for plant in plants if half in {None, plant.half}]
            hold(table, f"real {version}", repo, lines, known, kept)


def _disjoint(plants: list[Plant], rng: random.Random) -> list[Plant]:
    """As many of them as do not stand in one place."""
    rng.shuffle(plants)
    taken: set[int] = set()
    kept = []
    for plant in plants:
        own = set(range(plant.start, plant.end))
        if not own & taken:
            taken |= own
            kept.append(plant)
    return kept


def campaign(
    count: int, seed: int, half: str | None = None, versions: int = len(VERSIONS)
) -> Table:
    """Plant `count` lies or a few more: in real versions first, then in made plans."""
    table = Table()
    for version in _spaced(versions) if corpus.exists() else ():
        if table.totals["planted"] < count:
            real_plan(table, version, seed, half)
    for number in _made_seeds(seed):
        if table.totals["planted"] >= count:
            return table
        made_plan(table, number, half)
    return table


def _spaced(versions: int) -> list[str]:
    return [VERSIONS[-1 - at * len(VERSIONS) // versions] for at in range(versions)]


def _made_seeds(seed: int) -> Iterator[int]:
    yield from range(1000 * seed, 1000 * seed + 1000)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--versions", type=int, default=len(VERSIONS), help="of the real plan")
    parser.add_argument("--list", action="store_true", help="show what was missed of the even half")
    options = parser.parse_args()
    started = time.monotonic()
    table = campaign(options.count, options.seed, options.half, options.versions)
    if options.list:
        for where, plant, line in table.missed:
            lie = plant.lie.replace("\n", " / ")
            print(f"{where}:{line} {plant.group}, {plant.kind}: {lie}\n    {plant.truth}")
        print(*table.accused, sep="\n")
    print(table)
    print(table.summary())
    print(f"{time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
