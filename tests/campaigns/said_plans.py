"""A repository of made runs, and a plan whose attempts say things about them.

Each sentence is an item of its own: an attempt that cites a run, and mostly an earlier one that cites
the run before. What `ledger verify` says is sorted by the lines of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests import commands
from tests.campaigns.said_runs import Run, facts_of, make_run, values_of
from tests.campaigns.wordings import Unfit, Wording, filled, others
from tests.repository import Repository

PLAN = "docs/fix_plan.md"


@dataclass(frozen=True)
class Said:
    """Something said of a run."""

    text: str
    run: Run
    wording: Wording
    planted: str | None = None
    """The sentence of the text that is untrue; None where all is true."""
    more: dict[str, str] = field(default_factory=dict)


class Pool:
    """Runs to speak of. A wording that fits none of them gets one more."""

    def __init__(self, rng: Random, size: int) -> None:
        self.rng = rng
        self.runs = [make_run(rng, number) for number in range(1, size + 1)]
        self.facts = [facts_of(run) for run in self.runs]

    def say(self, wording: Wording, facts: frozenset[str]) -> tuple[Run, str, dict[str, object]]:
        """The wording about a run of which these facts are true, and the values it was filled with."""
        for number in self.rng.sample(range(len(self.runs)), len(self.runs)):
            if said := self._filled(wording, facts, self.runs[number], self.facts[number]):
                return said
        for _ in range(300):
            run = make_run(self.rng, len(self.runs) + 1)
            if said := self._filled(wording, facts, run, facts_of(run)):
                self.runs.append(run)
                self.facts.append(facts_of(run))
                return said
        raise Unfit(f"no run fits: {wording.kind}, {' '.join(sorted(facts))}")

    def _filled(
        self, wording: Wording, wanted: frozenset[str], run: Run, facts: set[str]
    ) -> tuple[Run, str, dict[str, object]] | None:
        if not wanted <= facts:
            return None
        values = values_of(run, self.rng) | others(self.rng, len(run.tests))
        try:
            return run, filled(wording.text, values), values
        except Unfit:
            return None


def lay_out(folder: Path, runs: Iterable[Run]) -> Repository:
    """A repository with the outputs of these runs and of those before them, and no plan yet."""
    folder.mkdir(parents=True)
    repo = Repository(folder)
    repo.git("init", "--quiet")
    for run in runs:
        for one in (run, run.earlier):
            for name, text in one.files.items() if one else ():
                repo.write(f"{one.folder}/{name}", text.encode())
    return repo


def artifacts(run: Run, rng: Random) -> list[str]:
    """How an attempt cites its run: braces, the folder, or a list."""
    names = sorted(run.files)
    form = rng.randrange(4)
    if form == 0 and len(names) > 1:
        return [f"Artifacts: `{run.folder}/{{{','.join(names)}}}`"]
    if form == 1:
        return [f"Artifacts: `{run.folder}/`"]
    if form == 2:
        return ["Artifacts:", *(f"  - `{run.folder}/{name}`" for name in names)]
    return ["Artifacts: " + ", ".join(f"`{run.folder}/{name}`" for name in names)]


def result_of(run: Run, rng: Random) -> str:
    """A result that the run bears out."""
    return rng.choice(
        ["❌ failed", "failed", "⚠️ partial"] if run.exit_code else ["✅ success", "success"]
    )


def attempt(number: int, run: Run, lines: Sequence[str], rng: Random) -> tuple[list[str], range]:
    """An attempt that says these lines, and which of its lines they are."""
    head = f"  * [{run.date}] Attempt #{number} — Result: {result_of(run, rng)}."
    place = rng.choice(["head", "Metrics: ", "Observations/Hypotheses: ", "- "])
    if not lines:
        told, own = [head], range(0)
    elif len(lines) > 1:
        told = [head, "    Observations/Hypotheses:", *(f"    {line}".rstrip() for line in lines)]
        own = range(2, 2 + len(lines))
    elif place == "head":
        told, own = [f"{head} {lines[0]}"], range(1)
    else:
        told, own = [head, f"    {place}{lines[0]}"], range(1, 2)
    return [*told, *(f"    {line}" for line in artifacts(run, rng))], own


def plan_of(said: Sequence[Said], rng: Random) -> tuple[str, list[range]]:
    """The plan, and the lines (from 1) of each sentence in it."""
    lines, places = ["# Fix Plan Ledger", ""], []
    for number, one in enumerate(said, 1):
        lines += [f"## [SAID-{number:04}] {one.run.folder.split('/')[1].replace('-', ' ')}"]
        lines += ["- Priority: Medium", "- Status: in_progress", "- Attempts History:"]
        if one.run.earlier and ("compare" in one.wording.kind or rng.random() < 0.4):
            lines += attempt(1, one.run.earlier, [], rng)[0]
        told, own = attempt(2, one.run, one.text.splitlines(), rng)
        places.append(range(len(lines) + 1 + own.start, len(lines) + 1 + own.stop))
        lines += [*told, ""]
    return "\n".join(lines) + "\n", places


def verified(
    repo: Repository, said: Sequence[Said], rng: Random
) -> Iterator[tuple[Said, range, list[dict[str, Any]]]]:
    """Each sentence with its lines in the plan, and the claims that `ledger verify` finds in its item."""
    text, places = plan_of(said, rng)
    repo.write(PLAN, text.encode())
    repo.commit("Write what was tried")
    done = commands.call(repo.path, "verify", "--json")
    assert done.code in (0, 1), done.err
    claims: dict[str, list[dict[str, Any]]] = {}
    for claim in done.data["claims"]:
        claims.setdefault(claim["item"], []).append(claim)
    for number, (one, place) in enumerate(zip(said, places, strict=True), 1):
        yield one, place, claims.get(f"SAID-{number:04}", [])
