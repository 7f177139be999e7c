"""``ledger verify``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, Names, flag, option
from ledger.commands.verify import verify
from ledger.reports import verdicts


def command(
    names: Names = None,
    rev: Annotated[
        str | None, option("--rev", "REV", "Take the evidence from this commit's tree.")
    ] = None,
    every: Annotated[
        bool, flag("--all", "List every claim, not only the contradicted ones.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Hold what attempts and completed actions claim against the evidence that they cite.

    Counts, rates, times, exit codes, memory, changes, tests, files, commits and dates are
    supported, contradicted or unverifiable. The exit code is 1 if a claim is contradicted.
    """
    done = verify(names or (), rev=rev, ledger=ledger)
    output.result(
        "verify", done, verdicts.claims(done.claims, done.ledger, every=every), as_json=as_json
    )
    return int(any(claim.verdict == "contradicted" for claim in done.claims))
