"""Lays outputs of a run into folders of a repository and asks the tool about each."""

from __future__ import annotations

from pathlib import Path
from random import Random

from tests.campaigns.runners.model import EXIT, JUNIT, LOG, Difference, Run, judge
from tests.support import commands
from tests.support.repository import Repository

ITEM = "DOCS-TOUR-002"


def forms(run: Run, rng: Random) -> list[tuple[str, ...]]:
    """Which outputs lie together: each alone, the usual three, all, and three more by chance."""
    have = list(run.outputs)
    readable = [name for name in have if name != EXIT]
    usual = tuple(name for name in (JUNIT, LOG, EXIT) if name in have)
    if EXIT not in have:
        return [(name,) for name in readable]
    found = [(name,) for name in readable] + [usual, tuple(have), tuple(readable)]
    found += [(name, EXIT) for name in rng.sample(readable, min(2, len(readable)))]
    if len(readable) > 2:
        found.append((*rng.sample(readable, 2), EXIT))
    return list(dict.fromkeys(each for each in found if each))


def ask(repository: Repository, run: Run, number: int, rng: Random) -> list[Difference]:
    """Every difference of one run, in every form."""
    found = []
    for form in forms(run, rng):
        folder = f"runs/{number:04}/{'+'.join(form)}"
        for name in form:
            repository.write(f"{folder}/{name}", run.outputs[name])
        # One output is read as a file and as a folder by turns.
        place = f"{folder}/{form[0]}" if len(form) == 1 and number % 2 else folder
        found += answer(repository.path, place, run, "+".join(form))
    return found


def answer(root: Path, place: str, run: Run, form: str) -> list[Difference]:
    """What `evidence` says, and which result `append` would write."""
    told = commands.call(root, "evidence", place, "--json")
    if told.code not in {0, 1} or "Traceback" in told.err:
        # An output that holds nothing of a run may be refused, with one line that says so.
        empty = not any(run.outputs[name].strip() for name in form.split("+"))
        if told.code == 2 and "Traceback" not in told.err and (empty or not run.truth.cases):
            return []
        return [Difference("refused", (told.out + told.err)[:300], run, form)]
    written = commands.call(root, "append", ITEM, place, "--dry-run", "--again", "--json")
    result = written.data["result"] if written.code == 0 else None
    found = judge(told.data["runs"][0], result, run, form)
    if written.code == 2 or "Traceback" in written.err:
        found.append(Difference("append fails", (written.out + written.err)[:300], run, form))
    selected = run.truth.selected
    if selected and result and LOG in form:
        part, metrics = f"{selected[0]} of {selected[1]} selected", written.data["metrics"]
        if part not in metrics and (not run.truth.nothing or " selected" in metrics):
            found.append(Difference("deselected and not told", metrics, run, form))
    return found
