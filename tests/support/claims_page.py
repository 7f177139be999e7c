"""Reads the tables of examples in docs/reference/claims.md and in tests/data/claims.md, which has the runs.

A row is what an attempt says, a claim that is read from it and the verdict with what the evidence
has, or with the reason. Rows that begin with an empty cell are further claims of the row above.
``python -m tests.support.claims_page`` prints the tables as they come out, for whoever changes them.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from ledger.claims.entries import work_tree
from ledger.claims.judge import judge_plan
from ledger.claims.model import JudgedClaim
from ledger.git.blobs import Blobs
from ledger.plan import reader
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "reference" / "claims.md"
CASES = ROOT / "tests" / "data" / "claims.md"
HEAD = "| an attempt says | claim | verdict |"
PLAN = "docs/fix_plan.md"
NONE = ("none", "")
OWN = 2  # the attempt that the examples stand in

_FILE = re.compile(r"^`(reports/[^`]+)`:\n\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PLAN = re.compile(r"^```text\n(## .*?)^```$", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """What an attempt says, and its claims: ``(claim, verdict)`` each."""

    text: str
    claims: tuple[tuple[str, str], ...]


def files(page: str) -> dict[str, str]:
    """The outputs of the runs, by path."""
    return dict(_FILE.findall(page))


def examples(page: str) -> Iterator[Example]:
    """The rows of the tables of examples."""
    for table in page.split(f"{HEAD}\n|---|---|---|\n")[1:]:
        text, claims = "", list[tuple[str, str]]()
        for line in table.partition("\n\n")[0].splitlines():
            said, claim, verdict = (cell.strip() for cell in line[1:-1].split("|"))
            if said and text:
                yield Example(text, tuple(claims))
                claims = []
            text = said or text
            claims += [(claim, verdict)] if claim else []
        yield Example(text, tuple(claims))


def lay_out(root: Path, page: str) -> None:
    """A repository with the files of the page."""
    for name, text in files(page).items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "Runs"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def judged(root: Path, page: str, text: str) -> list[JudgedClaim]:
    """The claims of the second attempt where it says ``text``, but for what it always says."""
    plan = _PLAN.findall(page)[0].replace("EXAMPLE", text)
    first = next(n for n, line in enumerate(plan.splitlines(), 1) if text in line)
    with Blobs(root) as contents:
        place = work_tree(root, contents, is_committed=False)
        found = judge_plan(reader.read(plan.encode()), PLAN, place)
    return [one for one in found if one.attempt == OWN and one.line == first]


def told(claim: JudgedClaim) -> tuple[str, str]:
    """A claim as the tables have it: ``(kind, passage and value, verdict with what is so)``."""
    why = claim.observed if claim.verdict == "contradicted" else claim.reason
    verdict = f"{claim.verdict}: {why}" if why else claim.verdict
    return f"{claim.kind} {claim.wording}", verdict


def main() -> None:
    cases = CASES.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        lay_out(root, cases)
        for example in (*examples(PAGE.read_text("utf-8")), *examples(cases)):
            claims = [told(one) for one in judged(root, cases, example.text)] or [NONE]
            for number, (claim, verdict) in enumerate(claims):
                print(
                    f"| {'' if number else example.text} | {claim} | {verdict} |".replace(
                        "|  |", "| |"
                    )
                )


if __name__ == "__main__":
    main()
