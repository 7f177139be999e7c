"""``ledger rounds``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli import output
from ledger.cli.options import AsJson
from ledger.errors import UsageError
from ledger.evidence.rounds import SMALLEST_DROP, earlier_of, judge
from ledger.evidence.rounds_folder import read_rounds
from ledger.evidence.rounds_model import Earlier, RetryCount
from ledger.reports import rounds as report

_RETRIES: Final[dict[str, RetryCount]] = {"extra": "extra", "all": "all"}
_COUNTS = re.compile(r"(\d{1,6})/(\d{1,6})")
_RATE = re.compile(r"\d{1,3}(?:\.\d{1,6})?[ \t]?%?|0?\.\d{1,6}")


def command(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A report in Markdown, or a folder of run folders."),
    ],
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="K/N|FILE",
            help="Compare with an earlier batch: K of N rounds passed, or its report.",
        ),
    ] = None,
    retries: Annotated[
        str | None,
        typer.Option(
            "--retries",
            metavar="extra|all",
            help="What retries count: tries beyond the first, or all. Default: as the column is "
            "called; Tries and Attempts count all, Retries and others the extra ones.",
        ),
    ] = None,
    drop: Annotated[
        float,
        typer.Option(
            "--drop",
            metavar="POINTS",
            min=1,
            max=100,
            help="The smallest drop of the pass rate that matters, in percentage points.",
        ),
    ] = 100 * SMALLEST_DROP,
    as_json: AsJson = False,
) -> int:
    """Judge repeated rounds of one command.

    Shows the pass rate with its 95 % interval, rounds that passed at first try, streaks,
    batches, crashes and measured values; checks what the report says against its own rounds;
    and compares with an earlier batch. Exit code 1 for a regression or a contradicted claim.
    """
    counted = _RETRIES.get(retries or "")
    if retries and counted is None:
        raise UsageError("usage", f"--retries {retries}: expected extra or all")
    read = read_rounds(file, str(file))
    earlier = earlier_batch(against) if against is not None else None
    judged = judge(read, earlier, counted, drop / 100)
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("rounds", judged))
    else:
        output.lines(report.report(judged))
    is_worse = judged.comparison is not None and judged.comparison.verdict == "regression"
    return int(is_worse or any(claim.verdict == "contradicted" for claim in judged.claims))


def earlier_batch(given: str) -> Earlier:
    """The batch to compare with. A rate alone is refused: 90 % of 10 rounds and of 1,000 are
    not the same evidence."""
    counts = _COUNTS.fullmatch(given)
    if counts:
        passes, total = int(counts[1]), int(counts[2])
        if not total or passes > total:
            raise UsageError(
                "bad-baseline",
                f"--against {given}: expected K of N rounds, 0 <= K <= N and N at least 1",
                "such as --against 18/20",
            )
        return Earlier(passes, total, given)
    place = Path(given)
    if _RATE.fullmatch(given.strip()) and not place.exists():
        raise UsageError(
            "baseline-without-rounds",
            f"--against {given}: expected K/N or a report, found a rate without its number of "
            "rounds, with which nothing can be compared",
            "give the counts, such as --against 18/20",
        )
    if not given or not place.exists():
        raise UsageError(
            "no-baseline",
            f"--against {given}: expected K/N, or a report or folder of rounds, found neither",
            "such as --against 18/20",
        )
    return earlier_of(read_rounds(place, given), given)
