"""``ledger validate``."""

from pathlib import Path
from typing import Annotated

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, argument, flag, option
from ledger.commands.validate import validate
from ledger.errors import UsageError
from ledger.reports import findings as report
from ledger.reports.findings import REPORTS

EXAMPLE = "ledger validate --base HEAD"
FORMS = "text, json, sarif, github (annotations), summary or comment (Markdown)."
_DETAILED = ("sarif", "summary", "comment")


def command(
    files: Annotated[
        list[Path] | None, argument("[FILE...]", "Fix plans; default: the configured one.")
    ] = None,
    staged: Annotated[bool, flag("--staged", "What is staged, against the last commit.")] = False,
    base: Annotated[
        str | None, option("--base", "REV", "The work tree, against where it left REV.")
    ] = None,
    head: Annotated[
        str | None,
        option("--head", "REV", "With --base: this commit and each since, not the work tree."),
    ] = None,
    replaces: Annotated[
        bool,
        flag("--replaces", "With --head: it takes the place of --base, as a forced push does."),
    ] = False,
    every: Annotated[bool, flag("--all", "With --staged or --base: old faults too.")] = False,
    errors: Annotated[bool, flag("--errors", "Only errors.")] = False,
    select: Annotated[
        list[str] | None, option("--select", "CODE", "Only this rule or group; repeatable.")
    ] = None,
    is_counted: Annotated[bool, flag("--statistics", "Count the findings by rule.")] = False,
    form: Annotated[str | None, option("--format", "NAME", FORMS)] = None,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Check fix plans against the rules.

    All faults of the file in the work tree are reported, and with --staged or --base only those
    that the change makes worse: errors first, by item and rule. The exit code is 1 if there is
    an error among them; warnings leave it 0. `ledger explain CODE` says more about each.
    """
    name = form or ("json" if as_json else "text")
    if is_counted and name != "text":
        raise UsageError("usage", "--statistics is for text", "count the findings of the document")
    if name not in REPORTS:
        raise UsageError("usage", f"no format {name!r}", f"there are {', '.join(REPORTS)}")
    if as_json and name != "json":
        raise UsageError("usage", f"--json and --format {name} ask for two forms", "give one")
    done = validate(
        *(files or ()),
        ledger=ledger,
        staged=staged,
        base=base,
        head=head,
        replaces=replaces,
        every=every,
        details=name in _DETAILED,
    )
    checked = done.only(select or (), errors=errors)
    for note in checked.notes:
        output.note(note)
    if name == "text":
        every = bool(select)
        output.lines(report.statistics(checked) if is_counted else report.lines(checked, every))
    else:
        output.write(REPORTS[name](checked), is_utf8=name != "github")
    return 1 if checked.counts.error else 0
