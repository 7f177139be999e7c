"""The end of a process."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process with exit code ``code``, once what it has said is out.

    It is not taken down object by object: the system frees a process that ends all at once,
    and for commands this short that saves a tenth of their time.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            pass  # closed, or nobody listens
    os._exit(code)
