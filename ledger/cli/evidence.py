"""``ledger evidence``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, argument, option
from ledger.commands.evidence import evidence
from ledger.reports import evidence as report

EXAMPLE = "ledger evidence reports/parser-speed/phase_b/20251102T091500Z"


def command(
    runs: Annotated[list[Path], argument("RUN...", "Folders or files that hold a run's outputs.")],
    baseline: Annotated[
        list[Path] | None,
        option(
            "--baseline",
            "RUN",
            "Compare with this earlier run; given several times, with all of them together.",
        ),
    ] = None,
    slowest: Annotated[int, option("--slowest", "N", "List that many of the slowest.", min=0)] = 5,
    as_json: AsJson = False,
) -> int:
    """Show what the outputs of runs say.

    A run is a folder with everything below it, or one file. Several runs, such as the chunks of
    one, are also shown together. Read are JUnit XML, reports and logs of test runners, exit-code
    files, reports of `/usr/bin/time -v`, crash reports and what is safe of dumps of the
    environment.
    """
    read = evidence(runs, baseline=baseline or [])
    output.result("evidence", read, report.report(read, slowest), as_json=as_json)
    return 0
