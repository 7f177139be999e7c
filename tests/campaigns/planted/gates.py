"""False results and invented attempts, held by what guards a plan: `validate --base` and `append`."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.campaigns.planted import wordings
from tests.campaigns.planted.made import Made
from tests.campaigns.planted.plants import Plant, planted
from tests.support import commands

PLAN = "docs/fix_plan.md"
CONTRADICTED = "LED410"


def validated(
    repo: Path, lines: list[str], plants: list[Plant]
) -> Iterator[tuple[Plant, int, bool]]:
    """Each lie, its line, and whether `validate` refuses it in a change that adds its attempt."""
    new = planted(lines, plants)
    added = {line for _, told in new.lies for line in told}
    old = [line for at, line in enumerate(new.lines, 1) if at not in added]
    (repo / PLAN).write_text("\n".join(old), encoding="utf-8")
    _git(repo, "add", "--all")
    _git(repo, "commit", "--quiet", "--message", "Before the lies")
    (repo / PLAN).write_text("\n".join(new.lines), encoding="utf-8")
    done = commands.call(repo, "validate", "--base", "HEAD", "--json")
    refused = {
        finding["line"]
        for finding in done.data["findings"]
        if finding["code"] == CONTRADICTED and finding["severity"] == "error"
    }
    for plant, told in new.lies:
        yield plant, min(told), bool(told & refused)


def appended(
    repo: Path, made: list[Made], rng: random.Random, half: str | None
) -> Iterator[tuple[Plant, int, bool]]:
    """A few runs that failed, recorded with a word for success, and whether `append` refuses."""
    failing = [one for one in made if one.view.failed]
    for one in rng.sample(failing, min(4, len(failing))):
        row = rng.choice([row for row in wordings.rows("result") if half in {None, row.half}])
        if append(repo, one, "failed") != 0:
            raise AssertionError(f"append refuses {one.item} {one.folder}")
        plant = Plant(
            "append", row.kind, row.text, one.start, one.end, (), (), row.text, one.folder, row.half
        )
        yield plant, one.start, append(repo, one, row.text) == 1


def append(repo: Path, one: Made, result: str) -> int:
    """The exit code of `append` for the attempt's run with this result; nothing is written."""
    item = one.task or one.item
    arguments = ("append", item, one.folder, "--result", result, "--again", "--dry-run")
    return commands.call(repo, *arguments).code


def _git(repo: Path, *arguments: str) -> None:
    name = ("-c", "user.name=Test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *name, *arguments], cwd=repo, check=True, capture_output=True)
