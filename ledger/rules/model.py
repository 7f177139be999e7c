"""What rules report, and what they say of themselves."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from ledger.plan import text
from ledger.plan.model import Model

Severity = Literal["error", "warning"]
CODE = r"^LED\d{3}$"


class Contradiction(NamedTuple):
    """Something that the plan says and its evidence contradicts.

    ``text`` is the passage on ``line``, ``wording`` the same with the value that it claims,
    ``correction`` what is so instead, and where. ``about`` tells it from others of its attempt.
    ``is_insisted`` says that the author gives a reason for it.
    """

    item: str | None
    attempt: int | None
    line: int
    text: str
    wording: str
    correction: str
    about: str
    is_insisted: bool = False


class Objection(NamedTuple):
    """What speaks against calling something done. ``about`` tells it from others of its item."""

    item: str
    line: int
    message: str
    about: str
    severity: Severity
    fix: str | None = None
    document: str = ""
    """The brief or plan file that ``line`` is of; empty for the plan."""


class Finding(Model):
    """One fault."""

    code: str = Field(pattern=CODE)
    """The rule's stable code."""
    severity: Severity
    """An error makes the exit code 1, a warning does not."""
    message: str
    """What is wrong, on one line."""
    path: str
    """The file."""
    line: int = Field(ge=1)
    """The line, from 1."""
    column: int = Field(ge=1)
    """The column in characters, from 1."""
    item: str | None
    """The item that it is about."""
    attempt: int | None
    """The attempt that it is about."""
    fix: str | None
    """What would mend it."""
    beside: int | None = Field(default=None, ge=1)
    """Another line of the file that has to do with it: the first of two that are alike."""
    commit: str | None = Field(default=None, pattern=r"^[0-9a-f]{40,64}$")
    """With `--head`: the commit that brought it in."""
    key: str
    """What tells the fault from others, apart from its place: a fault that was there before a
    change has the same key after it, although its line moved."""

    @property
    def description(self) -> str:
        """What is wrong, since which commit, and what to do."""
        by = f" (by {self.commit[:8]})" if self.commit else ""
        return f"{self.message}{by}{f'; {self.fix}' if self.fix else ''}"

    def __str__(self) -> str:
        """``path:line:column: severity CODE message; fix``, safe for a terminal."""
        where = f"{self.path}:{self.line}:{self.column}"
        return text.visible(f"{where}: {self.severity} {self.code} {self.description}")


class FindingCounts(Model):
    """Findings by severity."""

    error: int = Field(default=0, ge=0)
    """Errors."""
    warning: int = Field(default=0, ge=0)
    """Warnings."""


def count(findings: Sequence[Finding]) -> FindingCounts:
    """How many findings there are of each severity."""
    errors = sum(finding.severity == "error" for finding in findings)
    return FindingCounts(error=errors, warning=len(findings) - errors)


class MadeFix(Model):
    """A safe fix, or a fault that has none."""

    code: str = Field(pattern=CODE)
    """The rule."""
    line: int = Field(ge=1)
    """Where it stood."""
    item: str | None
    """The item; null for none."""
    said: str
    """What became of it, or why it was left."""


class Explanation(Model):
    """One rule."""

    code: str = Field(pattern=CODE)
    """Its stable code."""
    name: str
    """The fault in a few words, in kebab case."""
    severity: Severity
    """`error` or `warning`."""
    means: str
    """What it reports."""
    why: str
    """Why that is a fault."""
    example: str
    """Markdown that has the fault."""
    mend: str
    """What to do about it."""
