"""``run.json``: what a bundle claims of itself.

It is written when the run starts, with the state ``running``, and replaced as a whole when all
else is written. So a bundle whose run was killed, or met a full disk, says that it has no end.
"""

import json
import os
from pathlib import Path
from typing import Any, Final

NAME: Final = "run.json"
VERSION: Final = 1
ASIDE: Final = ("retried", "rounds")
"""Folders beside a ``run.json`` whose files are not its own: earlier tries, single rounds."""


def write(folder: Path, said: dict[str, Any]) -> None:
    """Replace the claim; a reader finds the old one or the new one. Raises OSError."""
    temporary = folder / f".{NAME}.tmp"
    data = json.dumps({"ledger_run": VERSION, **said}, indent=2, ensure_ascii=True) + "\n"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(temporary, flags, 0o666)
    try:
        try:
            left = memoryview(data.encode())
            while left:
                left = left[os.write(file, left) :]
            if said["state"] != "running":
                os.fsync(file)
        finally:
            os.close(file)
        temporary.replace(folder / NAME)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
