"""The end of a process."""

import os
import sys
from contextlib import suppress
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """End this process with exit code ``code``, once what it has said is out.

    It is not taken down object by object: the system frees a process that ends all at once,
    and for commands this short that saves a tenth of their time.
    """
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # closed, or nobody listens
            stream.flush()
    os._exit(code)
