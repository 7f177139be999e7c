"""The exception tree and its exit codes.

Every failure that a user can cause or meet is one of these. The boundaries (``cli`` and
``hook``) turn them into one line, or with ``--json`` into an error document.
"""

from __future__ import annotations

import os

_LONGEST = 1000  # characters of a path in a message


class LedgerError(Exception):
    """A failure to report: ``code`` (kebab-case, stable), ``message`` (what was expected,
    what was found, where) and ``hint`` (what to do)."""

    exit_code = 2

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class UsageError(LedgerError):
    """The command was asked for something that it does not offer, or that does not exist."""


class UnreadableInput(LedgerError):
    """A file could not be read, decoded, or written."""


class Refused(LedgerError):
    """The change is well formed and would do harm: nothing was written."""

    exit_code = 1


def shown(path: str | os.PathLike[str]) -> str:
    """A path for a message."""
    name = os.path.normpath(path)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."


def why(error: OSError) -> str:
    """What the system says of a failure."""
    return (error.strerror or str(error)).lower()
