"""The simplest use of the store: append one numbered line to a file.

``python -m tests.campaigns.lines FILE`` appends ``line N``, N being one more than the lines
that the file has. What it writes depends on the file only, so a campaign can tell by its
bytes whether a call took effect.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ledger import store
from ledger.errors import LedgerError


def append_next(file: Path) -> None:
    store.update(file, lambda old: old + b"line %d\n" % (old.count(b"\n") + 1))


def append(file: Path, process: int, number: int) -> None:
    """Append a line that no other call of a crowd appends."""
    store.update(file, lambda old: old + b"%d/%d\n" % (process, number), wait_s=300)


def main() -> int:
    try:
        append_next(Path(sys.argv[1]))
    except LedgerError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
