"""What a check reports."""

from typing import Literal, NamedTuple

from ledger.plan import text

Severity = Literal["error", "warning"]


class Contradiction(NamedTuple):
    """Something that the plan says and its evidence contradicts.

    ``text`` is the passage on ``line``, ``said`` the same with the value that it claims,
    ``correction`` what is so instead, and where. ``about`` tells it from others of its attempt.
    """

    item: str | None
    attempt: int | None
    line: int
    text: str
    said: str
    correction: str
    about: str


class Finding(NamedTuple):
    """One fault. ``line`` and ``column`` count from 1. ``fix`` says what would mend it.

    ``key`` names the fault apart from its place, so that a fault which was there before a
    change is known again after it, although its line moved. ``commit`` is the full name of the
    one that brought it in, where commits were looked at one by one.
    """

    code: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    item: str | None
    attempt: int | None
    fix: str | None
    key: str
    commit: str | None = None

    @property
    def told(self) -> str:
        """What is wrong, since which commit, and what to do."""
        by = f" (by {self.commit[:8]})" if self.commit else ""
        return f"{self.message}{by}{f'; {self.fix}' if self.fix else ''}"

    def __str__(self) -> str:
        """``path:line:column: severity CODE message; fix``, safe for a terminal."""
        where = f"{self.path}:{self.line}:{self.column}"
        return text.visible(f"{where}: {self.severity} {self.code} {self.told}")
