"""``ledger doctor``."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from ledger import diagnosing
from ledger.cli import output
from ledger.cli.options import AsJson, LedgerPath

_IN_A_PIPE: Final = 80
_CODES: Final = {"in order": 0, "to mend": 1, "unreadable": 2}


def command(ledger: LedgerPath = None, as_json: AsJson = False) -> int:
    """Say whether a fix plan and all that it needs are in order, and what to do where not.

    Looks at the file, the findings in it, its settings, git, the hook, the merge driver, the
    archive and what attempts cite. The exit code is 1 where something is to be mended.
    """
    found = diagnosing.diagnose(Path.cwd(), ledger)
    if as_json:
        from ledger import contract

        output.document(contract.document("doctor", found))
    else:
        from ledger.reports import doctor

        width = shutil.get_terminal_size().columns if output.is_terminal() else _IN_A_PIPE
        output.write("".join(f"{line}\n" for line in doctor.lines(found, width)))
    return _CODES[found.verdict]
