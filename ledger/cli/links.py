"""``ledger links``."""

from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, Names, flag, option
from ledger.commands.links import links as find_links
from ledger.reports import show as report

_MOST = 100  # paths of a whole plan that are listed
EXAMPLE = "ledger links PARSE-SPEED-001#2"


def command(
    names: Names = None,
    rev: Annotated[
        str | None, option("--rev", "REV", "Look at this commit, not the work tree.")
    ] = None,
    is_missing: Annotated[
        bool, flag("--missing", "Only what another clone does not have.")
    ] = False,
    full: Annotated[bool, flag("--full", "List all of a plan, however much that is.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Show what attempts point at: the artifacts that they cite, and commits.

    Of an artifact: where it is, whether git has it, its size, the commit that added it. Of an
    attempt: the commits that it names, the one that introduced it, and those since the previous
    attempt that touched files it names.
    """
    with output.progress("reading versions") as tell:
        links = find_links(names or (), rev=rev, ledger=ledger, progress=tell)
    listed = links.lacking if is_missing else links
    is_short = not (names or full) and len(links.artifacts) > _MOST
    lines = report.lacking(links) if is_missing or is_short else report.links(links)
    output.result("links", listed, lines, as_json=as_json)
    if is_short and not (is_missing or as_json):
        output.note("only what another clone does not have is listed; --full lists all")
    return 0
