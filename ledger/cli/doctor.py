"""``ledger doctor``."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger import config
from ledger.cli import output, progress
from ledger.cli.options import AsJson, LedgerPath
from ledger.commands import doctor as diagnosing
from ledger.commands import repairing
from ledger.commands.repairing import Repaired
from ledger.errors import UsageError
from ledger.plan import text
from ledger.rules.fixes import CODES
from ledger.rules.model import MadeFix

_IN_A_PIPE: Final = 80
_CODES: Final = {"in order": 0, "to mend": 1, "unreadable": 2}
_MARKS: Final = "LED114"


def command(
    fix: Annotated[
        bool, typer.Option("--fix", help="Make the safe fixes of rules, as one change.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="With --fix: mend damaged characters without asking.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --fix: print a diff; write nothing.")
    ] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Say whether a fix plan and all that it needs are in order, and what to do where not.

    Looks at the file, the findings in it, its settings, git, the hook, the merge driver, the
    archive and what attempts cite. The exit code is 1 where something is to be mended.
    """
    if (yes or dry_run) and not fix:
        raise UsageError("usage", "--yes and --dry-run go with --fix", "see --help")
    repaired = _repaired(ledger, yes=yes, dry_run=dry_run, as_json=as_json) if fix else None
    found = diagnosing.diagnose(Path.cwd(), ledger)._replace(repair=repaired)
    if as_json:
        from ledger.reports import documents

        output.document(documents.document("doctor", found))
        return _CODES[found.verdict]
    if repaired:
        for line in _told(repaired, dry_run=dry_run):
            (output.diagnostic if dry_run else _print)(text.visible(line))
    if repaired and dry_run:
        output.write("".join(f"{text.visible(line)}\n" for line in repaired.diff.split("\n")[:-1]))
        return 0
    from ledger.reports import doctor

    width = shutil.get_terminal_size().columns if output.is_terminal() else _IN_A_PIPE
    output.write("".join(f"{line}\n" for line in doctor.lines(found, width)))
    return _CODES[found.verdict]


def _repaired(ledger: Path | None, *, yes: bool, dry_run: bool, as_json: bool) -> Repaired:
    """The safe fixes, made. Damaged characters are mended once somebody has seen the lines."""
    settings = config.find(Path.cwd(), ledger)
    codes = frozenset(CODES)
    if not yes and not dry_run:
        marks = repairing.repair(settings, frozenset({_MARKS}), dry_run=True).fixes
        if marks and not (not as_json and _is_agreed(marks)):
            codes -= {_MARKS}
    with progress.shown("reading versions") as tell:
        return repairing.repair(settings, codes, tell, dry_run=dry_run)


def _is_agreed(marks: tuple[MadeFix, ...]) -> bool:
    for one in marks:
        was, _, mended = one.said.partition("\n")
        output.write(text.visible(f"line {one.line}: {was}") + "\n")
        output.write(text.visible(f"  meant to be: {mended}") + "\n")
    if sys.stdin is None or not sys.stdin.isatty() or not output.is_terminal():
        output.write("these lines are left as they are: nobody is asked here; --yes writes them\n")
        return False
    return typer.confirm(f"Write {len(marks)} lines as they were meant?")


def _told(done: Repaired, *, dry_run: bool) -> Iterator[str]:
    for fix in done.fixes:
        said = fix.said.partition("\n")[2] or fix.said
        yield f"{done.path}:{fix.line}: {fix.code} {said}"
    for left in done.left:
        yield f"{done.path}:{left.line}: {left.code} left: {left.said}"
    mended = "would be mended" if dry_run else "mended"
    counts = f"{len(done.fixes)} {mended}, {len(done.left)} left to you"
    yield counts if done.fixes or done.left else "no safe fixes to make"


def _print(line: str) -> None:
    output.write(f"{line}\n")
