"""``ledger gate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger import config
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import read as opening
from ledger.config import Config
from ledger.errors import LedgerError, UsageError
from ledger.gates import gating
from ledger.gates.gating import Request
from ledger.gates.model import Gate
from ledger.plan import reader, selectors
from ledger.reports import gate as report


def command(
    document: Annotated[
        str, typer.Argument(metavar="FILE", help="A brief, or an item of the fix plan by its ID.")
    ],
    sprint: Annotated[
        str | None,
        typer.Option("--sprint", metavar="N", help="Only this sprint and its part of the bundle."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option("--run", metavar="RUN", help="Take counts, rates and times from this run."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="RUN",
            help="Compare with this earlier run; default: the one that the brief starts from.",
        ),
    ] = None,
    stamp: Annotated[
        str | None,
        typer.Option(
            "--stamp", metavar="STAMP", help="What <STAMP> stands for; default: that of the run."
        ),
    ] = None,
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Let criteria pass that nothing is known about."),
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Judge the exit criteria of a brief or of an item: met, unmet or unknown, with the evidence.

    A tick is a claim: one before a criterion that is not met is told. A criterion may carry its
    own check, such as `check: failures <= 1`, next to its text. The exit code is 0 only if all
    criteria that are not optional are met.
    """
    found = _gate(document, Request(sprint=sprint, run=run, baseline=baseline, stamp=stamp), ledger)
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("gate", found))
    else:
        output.lines(report.gate(found))
    passing = {"met", "unknown"} if allow_unknown else {"met"}
    return 0 if found.verdict in passing else 1


def _gate(document: str, request: Request, ledger: Path | None) -> Gate:
    file = Path(document)
    if not _is_file(file):
        opened = opening.open_ledger(ledger)
        try:
            sections = selectors.items(opened.ledger, document)
        except UsageError as error:
            looks_like_file = "/" in document or "." in document
            message = f"{document}: no such file" if looks_like_file else error.message
            raise UsageError("no-such-brief", message, "give a brief, or an item's ID") from error
        item = max(sections, key=lambda one: len(one.criteria))
        if request.sprint is not None:
            raise UsageError("no-such-sprint", f"{item.id} is an item: only briefs have sprints")
        return gating.gate_item(opened.config, item, request)
    settings = _settings(file, ledger)
    try:
        plan = reader.read(opening.read_bytes(settings.ledger), own=settings.own)
    except LedgerError:
        plan = None
    return gating.gate_brief(settings, file, plan, request)


def _settings(file: Path, ledger: Path | None) -> Config:
    """The configuration around the brief; around the current folder for a brief that was handed
    on from outside of any."""
    try:
        here = config.find(Path.cwd(), ledger)
    except UsageError:
        return config.find(file.resolve().parent)
    if ledger is not None or file.resolve().is_relative_to(here.root):
        return here
    try:
        return config.find(file.resolve().parent)
    except UsageError:
        return here


def _is_file(file: Path) -> bool:
    try:
        return file.exists()
    except (OSError, ValueError):
        return False
