"""Statements about made runs, each labelled by a person, held against these runs by `ledger verify`.

The false ones that are contradicted may only become more, and nothing else is contradicted at all.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.commands import call
from tests.support.places import DATA
from tests.support.repository import Repository

FOUND_AT_LEAST = {"corpus": 278, "own": 648}
_PROSE = frozenset(("date", "artifact", "stamp", "reference"))
_FIELDS = "- Priority: Medium\n- Status: in_progress\n- Attempts History:"


class Labelled(NamedTuple):
    """A statement about a run: ``truth`` is false, true, or other, which is of something else."""

    truth: str
    run: str
    text: str


def own() -> Iterator[Labelled]:
    """The statements of this project."""
    for line in (DATA / "said" / "statements.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            truth, run, text = line.split(" ", 2)
            yield Labelled(truth, run, text.replace("\\n", "\n"))


def attempt(number: int, stamp: str, text: str) -> str:
    """An attempt that says something of its run."""
    day = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
    lines = text.split("\n") if text else []
    said = "".join(f"    {line}\n" if line else "\n" for line in lines)
    said += "\n" if len(lines) > 1 else ""
    head = f"  * [{day}] Attempt #{number} — Result: partial.\n"
    return f"{head}{said}    Artifacts: `reports/x/{stamp}/`\n"


def contradicted(
    place: Path, runs: dict[str, dict[str, Any]], statements: list[Labelled]
) -> set[int]:
    """The numbers of the statements that are contradicted; each is an attempt of its own item."""
    repo = Repository.begin(place)
    for run in runs.values():
        for name, text in run["files"].items():
            repo.write(f"reports/x/{run['stamp']}/{name}", text.encode())
    items = ["# Fix plan\n"]
    for number, one in enumerate(statements):
        run = runs[one.run]
        old = runs.get(run["baseline"] or "")
        before = attempt(1, old["stamp"], "") if old else ""
        items.append(
            f"## [SAID-{number:04}] A statement\n{_FIELDS}\n"
            f"{before}{attempt(2 if old else 1, run['stamp'], one.text)}"
        )
    repo.write("docs/fix_plan.md", "\n".join(items).encode())
    repo.commit("Say it")
    claims = call(repo.path, "verify", "--all", "--json").data["claims"]
    return {
        int(claim["item"].removeprefix("SAID-"))
        for claim in claims
        if claim["verdict"] == "contradicted" and claim["kind"] not in _PROSE
    }


@pytest.mark.parametrize("source", FOUND_AT_LEAST)
def test_statements_about_runs(corpus: Path, tmp_path: Path, source: str) -> None:
    runs = {run["id"]: run for run in json.loads((corpus / "statements/runs.json").read_bytes())}
    given = json.loads((corpus / "statements/statements.json").read_bytes())
    theirs = [Labelled(one["truth"], one["run"], one["text"]) for one in given]
    statements = theirs if source == "corpus" else [*own()]
    found = contradicted(tmp_path / "repository", runs, statements)
    by_truth = Counter(statements[number].truth for number in found)
    accused = [statements[number] for number in found if statements[number].truth != "false"]
    assert accused == []
    assert by_truth["false"] >= FOUND_AT_LEAST[source]
