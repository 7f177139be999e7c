"""``ledger gate``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.gate import gate
from ledger.reports import verdicts as report

EXAMPLE = "ledger gate PARSE-SPEED-001"


def command(
    document: Annotated[
        str, argument("FILE|ITEM", "A brief, or an item of the fix plan by its ID.")
    ],
    sprint: Annotated[
        str | None,
        option(
            "--sprint", "N", "Only this sprint and its part of the bundle, or the `deferred` one."
        ),
    ] = None,
    run: Annotated[
        Path | None,
        option(
            "--run",
            "RUN",
            "Take counts, rates and times from this run; default: the item's newest one.",
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        option(
            "--baseline",
            "RUN",
            "Compare with this earlier run; default: the one that the brief starts from.",
        ),
    ] = None,
    stamp: Annotated[
        str | None, option("--stamp", "STAMP", "What <STAMP> stands for; default: that of the run.")
    ] = None,
    allow_unknown: Annotated[
        bool, flag("--allow-unknown", "Let criteria pass that nothing is known about.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Judge the exit criteria of a brief or of an item: met, unmet or unknown, with the evidence.

    A tick is a claim: one before a criterion that is not met is reported. A criterion may carry its
    own check, such as `check: failures <= 1`, next to its text. The exit code is 0 only if all
    criteria that are not optional are met.
    """
    judged = gate(document, sprint=sprint, run=run, baseline=baseline, stamp=stamp, ledger=ledger)
    output.result("gate", judged, report.gate(judged), as_json=as_json)
    passing = {"met", "unknown"} if allow_unknown else {"met"}
    return 0 if judged.verdict in passing else 1
