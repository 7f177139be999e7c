"""``ledger doctor``."""

import shutil
import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from ledger.cli import output
from ledger.cli.application import AsJson, LedgerPath, flag
from ledger.commands.doctor import doctor, repair
from ledger.errors import UsageError
from ledger.reports import care as report
from ledger.reports import diff
from ledger.rules.fixes import MARKS

_IN_A_PIPE: Final = 80
_CODES: Final = {"in order": 0, "to mend": 1, "unreadable": 2}

EXAMPLE = "ledger doctor --fix --dry-run"


def command(
    fix: Annotated[bool, flag("--fix", "Make the safe fixes of rules, as one change.")] = False,
    yes: Annotated[
        bool, flag("--yes", "With --fix: mend damaged characters without asking.")
    ] = False,
    dry_run: Annotated[bool, flag("--dry-run", "With --fix: print a diff; write nothing.")] = False,
    ledger: LedgerPath = None,
    as_json: AsJson = False,
) -> int:
    """Say whether a fix plan and all that it needs are in order, and what to do where not.

    Looks at the file, the findings in it, its settings, git, the hook, the merge driver, the
    archive and what attempts cite. The exit code is 1 where something is to be mended.
    """
    if (yes or dry_run) and not fix:
        raise UsageError("usage", "--yes and --dry-run go with --fix", "see --help")
    asks = fix and not yes and not dry_run
    leave = () if not asks or _is_agreed(ledger, as_json=as_json) else (MARKS,)
    with output.progress("reading versions") as tell:
        diagnosis = doctor(ledger=ledger, fix=fix, leave=leave, dry_run=dry_run, progress=tell)
    code = _CODES[diagnosis.verdict]
    if diagnosis.repair and diagnosis.repair.diff and not dry_run:
        code = min(code, 1)  # the fixes are written, whatever cannot be read since
    if as_json:
        output.document("doctor", diagnosis)
        return code
    if diagnosis.repair and dry_run:
        for line in report.repaired(diagnosis.repair, dry_run=True):
            output.diagnostic(line)
        output.lines(diff(diagnosis.repair.diff))
        return 0
    if diagnosis.repair:
        output.lines(report.repaired(diagnosis.repair, dry_run=False))
    width = shutil.get_terminal_size().columns if output.is_terminal() else _IN_A_PIPE
    output.lines(report.diagnosis(diagnosis, width))
    return code


def _is_agreed(ledger: Path | None, *, as_json: bool) -> bool:
    """Whether damaged characters may be mended: somebody has to have seen the lines."""
    marks = repair([MARKS], ledger=ledger, dry_run=True).fixes
    if not marks:
        return True
    if as_json:
        return False
    output.lines(report.marks(marks))
    if sys.stdin is None or not sys.stdin.isatty() or not output.is_terminal():
        output.write("these lines are left as they are: nobody is asked here; --yes writes them\n")
        return False
    return typer.confirm(f"Write {len(marks)} lines as they were meant?")
