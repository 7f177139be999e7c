"""A repository of made runs, and a plan whose attempts say things about them.

Each sentence is an item of its own: an attempt that cites a run, and mostly an earlier one that cites
the run before. What `ledger verify` says is sorted by the lines of the sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from tests.campaigns.said_messages import TOPICS
from tests.campaigns.said_runs import Run, facts_of, make_run, values_of
from tests.campaigns.wordings import Unfit, Wording, filled, others
from tests.support import commands
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"


@dataclass(frozen=True)
class Said:
    """Something said of a run."""

    text: str
    run: Run
    wording: Wording


class Pool:
    """Runs to speak of. A wording that fits none of them gets one more."""

    def __init__(self, rng: Random, size: int) -> None:
        self.rng = rng
        self.runs: list[Run] = []
        self.facts: list[set[str]] = []
        for _ in range(size):
            self.draw()

    def draw(self) -> None:
        """One more run."""
        self.runs.append(make_run(self.rng, len(self.runs) + 1))
        self.facts.append(facts_of(self.runs[-1]))

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
    named = {f"{scope}/{file}.py" for _, scope, *_ in TOPICS for file in ("api", "core")}
    named |= {f"docs/{scope}.md" for _, scope, *_ in TOPICS}
    for run in runs:
        named |= {name.split("::")[0] for name in run.tests}
        for one in (run, run.earlier):
            for name, text in one.files.items() if one else ():
                repo.write(f"{one.folder}/{name}", text.encode())
    for name in named:
        repo.write(name, b"# made\n")
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


def entry(number: int, one: Said, rng: Random) -> tuple[list[str], range]:
    """The item of a sentence, and which of its lines are the sentence's."""
    run = one.run
    lines = [f"## [SAID-{number:04}] {run.folder.split('/')[1].replace('-', ' ')}"]
    lines += ["- Priority: Medium", "- Status: in_progress", "- Attempts History:"]
    if run.earlier and ("compare" in one.wording.kind or rng.random() < 0.4):
        lines += attempt(1, run.earlier, [], rng)[0]
    told, own = attempt(2, run, one.text.splitlines(), rng)
    return [*lines, *told, ""], range(len(lines) + own.start, len(lines) + own.stop)


def section(number: int, one: Said, rng: Random) -> tuple[list[str], range]:
    """Likewise as a section of a logbook, behind that of the run before."""
    lines: list[str] = []
    for place, run in enumerate(
        (one.run.earlier, one.run) if "compare" in one.wording.kind else (one.run,)
    ):
        assert run is not None
        lines += [
            f"### {run.date}T{number % 24:02}:{place:02}Z — {run.folder.split('/')[1].replace('-', ' ')}"
        ]
        lines += ["**Action:** Ran the suite.", ""]
        told = one.text.splitlines() if run is one.run else []
        label = rng.choice(["**Note:**", "**Metrics:**", "**Observations:**"])
        if len(told) == 1:
            lines += [f"{label} {told[0]}", ""]
        elif told:
            lines += [label, *told, ""]
        own = range(len(lines) - 1 - len(told), len(lines) - 1)
        lines += ["**Artifacts:**", *(f"- `{run.folder}/{name}`" for name in sorted(run.files)), ""]
    return lines, own


LOGBOOK = "# Fix Plan\n\n## Status\n`in_progress`\n\n## Current Focus\n**SAID — What is said of runs**\n\n## Attempts History\n"  # fmt: skip


def plan_of(
    said: Sequence[Said], rng: Random, is_logbook: bool = False
) -> tuple[str, list[tuple[range, range]]]:
    """The plan, and the lines (from 1) of each sentence and of all that stands around it."""
    lines = [*LOGBOOK.splitlines(), ""] if is_logbook else ["# Fix Plan Ledger", ""]
    write, places = section if is_logbook else entry, []
    for number, one in enumerate(said, 1):
        told, own = write(number, one, rng)
        first = len(lines) + 1
        lines += told
        places.append((range(first + own.start, first + own.stop), range(first, len(lines) + 1)))
    return "\n".join(lines) + "\n", places


def verified(
    repo: Repository, said: Sequence[Said], rng: Random, is_logbook: bool = False
) -> Iterator[tuple[Said, range, list[dict[str, Any]]]]:
    """Each sentence with its lines in the plan, and the claims that `ledger verify` finds in its entry."""
    text, places = plan_of(said, rng, is_logbook)
    repo.write(PLAN, text.encode())
    repo.commit("Write what was tried")
    done = commands.call(repo.path, "verify", "--full", "--json")
    assert done.code in (0, 1), done.err
    claims = done.data["claims"]
    for one, (own, whole) in zip(said, places, strict=True):
        yield one, own, [claim for claim in claims if claim["line"] in whole]
