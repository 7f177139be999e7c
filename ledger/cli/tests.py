"""``ledger tests``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, option
from ledger.commands.tests import tests
from ledger.reports import tests as report

EXAMPLE = "ledger tests parser --item PARSE-SPEED-001"


def command(
    pattern: Annotated[
        str, argument("[PATTERN]", "What the names of the tests have in them.")
    ] = "",
    item: Annotated[
        str, option("--item", "ITEM", "Only runs that attempts of this item cite.")
    ] = "",
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show what became of each test over all runs that attempts cite.

    A strip has a letter for each run, the oldest first: `P` passed, `F` failed, `R` passed after a
    failed try, `X` failed after a passed one, `S` skipped, `.` not in the run; small letters are of
    runs of few tests. The verdict says whether the test is broken, flaky, a new failure, cleared,
    steady, or passes alone and fails in the whole suite; for a failure also since when, and which
    commits lie between. Without PATTERN the steady ones are only counted.
    """
    records = tests(pattern, item=item, ledger=ledger)
    output.result("tests", records, report.report(records, is_all=bool(pattern)), as_json=as_json)
    return 0
