"""``ledger evidence``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
from ledger.errors import UnreadableInput
from ledger.evidence.access import WorkTree
from ledger.evidence.bundle import read_run, read_runs
from ledger.evidence.compare import compare
from ledger.evidence.rates import rates
from ledger.links import blobs
from ledger.reports import evidence as report


def command(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN...", help="Folders or files that hold a run's outputs."),
    ],
    baseline: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="RUN", help="Compare with this earlier run."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show what the outputs of runs say.

    A run is a folder with everything below it, or one file. Read are JUnit XML, exit-code
    files, reports of `/usr/bin/time -v`, logs of pytest and crashes in them.
    """
    root = _root([*runs, *([baseline] if baseline else [])])
    tree = WorkTree(root)
    paths = [_within(root, run) for run in runs]
    found = [read_run(tree, path) for path in paths]
    delta, before = None, ""
    if baseline is not None:
        before = _within(root, baseline)
        together = found[0] if len(found) == 1 else read_runs(tree, paths)
        delta = compare(together, read_run(tree, before))
    if as_json:
        from ledger import contract

        told = [{**asdict(one), "rates": rates(one.totals) if one.totals else ()} for one in found]
        output.document(contract.document("evidence", {"runs": told, "delta": delta}))
        return 0
    lines = [line for one in found for line in report.run(one)]
    lines += report.comparison(delta, before) if delta else []
    output.lines(lines)
    return 0


def _root(given: Sequence[Path]) -> Path:
    """The repository around the current folder; for a run that lies elsewhere, the folder that
    holds all runs. Nothing outside of it is read, whatever links lead there."""
    try:
        places = [os.path.realpath(path) for path in given]
    except ValueError as error:
        raise UnreadableInput("run-unreadable", f"expected a path: {error}") from error
    top = blobs.discover(Path.cwd())
    if top and all(Path(place).is_relative_to(top) for place in places):
        return top
    return Path(os.path.commonpath([Path(place).parent for place in places]))


def _within(root: Path, run: Path) -> str:
    return Path(os.path.realpath(run)).relative_to(root).as_posix()
