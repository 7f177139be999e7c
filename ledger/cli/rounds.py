"""``ledger rounds``."""

from pathlib import Path
from typing import Annotated, Final

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, option
from ledger.commands.rounds import rounds
from ledger.errors import UsageError
from ledger.evidence.rounds_model import RetryCount
from ledger.evidence.stats import SMALLEST_DROP
from ledger.reports import rounds as report

_RETRIES: Final[dict[str, RetryCount]] = {"extra": "extra", "all": "all"}

EXAMPLE = "ledger rounds reports/parser-speed"


def command(
    file: Annotated[
        Path | None, argument("[FILE]", "A report in Markdown, or a folder of run folders.")
    ] = None,
    item: Annotated[
        str, option("--item", "ITEM", "Instead of FILE: all rounds that the item's attempts cite.")
    ] = "",
    against: Annotated[
        str | None,
        option(
            "--against",
            "K/N|FILE",
            "Compare with an earlier batch: K of N rounds passed, or its report.",
        ),
    ] = None,
    retries: Annotated[
        str | None,
        option(
            "--retries",
            "extra|all",
            "What retries count: tries beyond the first, or all. Default: as the column is "
            "called; Tries and Attempts count all, Retries and others the extra ones.",
        ),
    ] = None,
    drop: Annotated[
        float,
        option(
            "--drop",
            "POINTS",
            "The smallest drop of the pass rate that matters, in percentage points.",
            min=1,
            max=100,
        ),
    ] = 100 * SMALLEST_DROP,
    ledger: LedgerPath = None,
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
    judged = rounds(
        file, item=item, against=against, retries=counted, drop=drop / 100, ledger=ledger
    )
    output.result("rounds", judged, report.report(judged), as_json=as_json)
    is_worse = judged.comparison is not None and judged.comparison.verdict == "regression"
    return int(is_worse or any(claim.verdict == "contradicted" for claim in judged.claims))
