"""``run.json``: what a bundle claims of itself.

It is written when the run starts, with the state ``running``, and replaced as a whole when all
else is written. So a bundle whose run was killed, or met a full disk, says that it has no end.
"""

from __future__ import annotations

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "run.json"
VERSION = 1
UNENDED = "it was started, and its end was never written"


def started(at: float) -> str:
    """A time in seconds since 1970 as a claim has it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(at))


def begin(folder: str, at: float, is_pytest: bool, planned: int) -> None:
    """The first claim: no more than a reader needs of a run without an end, since the command
    waits for it. Raises OSError."""
    _put(
        folder,
        f"""{{
  "ledger_run": {VERSION},
  "state": "running",
  "reason": "{UNENDED}",
  "started": "{started(at)}",
  "is_pytest": {"true" if is_pytest else "false"},
  "rounds": {{"planned": {planned}, "run": 0, "passes": 0, "first_try_passes": 0, "retried": []}}
}}
""",
        is_end=False,
    )


def write(folder: str, said: dict[str, Any]) -> None:
    """Replace the claim; a reader finds the old one or the new one. Raises OSError."""
    import json  # while the command runs

    text = json.dumps({"ledger_run": VERSION, **said}, indent=2, ensure_ascii=True) + "\n"
    _put(folder, text, is_end=said["state"] != "running")


def _put(folder: str, text: str, *, is_end: bool) -> None:
    temporary = os.path.join(folder, f".{NAME}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    file = os.open(temporary, flags, 0o666)
    try:
        try:
            left = memoryview(text.encode())
            while left:
                left = left[os.write(file, left) :]
            if is_end:
                os.fsync(file)
        finally:
            os.close(file)
        os.replace(temporary, os.path.join(folder, NAME))
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass  # what went wrong first is what counts
        raise
