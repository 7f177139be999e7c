"""``ledger evidence``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
from ledger.errors import UnreadableInput
from ledger.evidence.access import WorkTree
from ledger.evidence.bundle import read_run, read_runs
from ledger.evidence.compare import compare
from ledger.evidence.model import Evidence
from ledger.evidence.rates import rates
from ledger.evidence.signature import came_through
from ledger.git import worktree
from ledger.reports import evidence as report


def command(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders or files that hold a run's outputs."),
    ],
    baseline: Annotated[
        list[Path] | None,
        typer.Option(
            "--baseline",
            metavar="RUN",
            help="Compare with this earlier run; given several times, with all of them together.",
        ),
    ] = None,
    slowest: Annotated[
        int,
        typer.Option("--slowest", metavar="N", min=0, help="List that many of the slowest."),
    ] = 5,
    as_json: AsJson = False,
) -> int:
    """Show what the outputs of runs say.

    A run is a folder with everything below it, or one file. Several runs, such as the chunks of
    one, are also shown together. Read are JUnit XML, reports and logs of pytest, exit-code files,
    reports of `/usr/bin/time -v`, crash reports and what is safe of dumps of the environment.
    """
    earlier = baseline or []
    root = _root([*runs, *earlier])
    tree = WorkTree(root)
    paths = [_within(root, run) for run in runs]
    found = [read_run(tree, path) for path in paths]
    whole = found[0] if len(found) == 1 else read_runs(tree, paths)
    before = [_within(root, run) for run in earlier]
    delta = compare(whole, read_runs(tree, before)) if before else None
    if as_json:
        from ledger.reports import documents

        together = _told(whole) if len(found) > 1 else None
        data = {"runs": [_told(one) for one in found], "together": together, "delta": delta}
        output.document(documents.document("evidence", data))
        return 0
    lines = [line for one in found for line in report.brief(one)] if len(found) > 1 else []
    lines += report.run(whole, slowest, len(found))
    lines += report.comparison(delta, " + ".join(before)) if delta else []
    output.lines(lines)
    return 0


def _told(run: Evidence) -> dict[str, object]:
    """One run as the document has it."""
    crashes = [{**crash._asdict(), "through": came_through(crash)} for crash in run.crashes]
    return {**run._asdict(), "rates": rates(run.totals) if run.totals else (), "crashes": crashes}


def _root(given: Sequence[Path]) -> Path:
    """The repository around the current folder; for a run that lies elsewhere, the folder that
    holds all runs. Nothing outside of it is read, whatever links lead there."""
    try:
        places = [os.path.realpath(path) for path in given]
    except ValueError as error:
        raise UnreadableInput("run-unreadable", f"expected a path: {error}") from error
    top = worktree.top_of(Path.cwd())
    if top and all(worktree.is_within(place, top) for place in places):
        return Path(top)
    return Path(os.path.commonpath([Path(place).parent for place in places]))


def _within(root: Path, run: Path) -> str:
    return Path(os.path.realpath(run)).relative_to(root).as_posix()
