"""What prose claims, and what the evidence says to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ledger.plan.model import Model
from ledger.plan.statements.model import RunName, Statement

ClaimKind = Literal[
    "count", "rate", "sum", "duration", "margin", "exit_code", "memory", "cpu", "delta",
    "test", "artifact", "commit", "reference", "stamp", "date", "result", "done", "rounds",
]  # fmt: skip
Verdict = Literal["supported", "contradicted", "unverifiable"]

# Whose figure it is: the attempt's own run's, another run's that is named, or one that is meant
# for something else or not exactly (a limit, an expectation, "about").
Whose = Literal["own", "other", "loose"]

ARITHMETIC = "arithmetic"  # what stands for a file where a statement's own numbers decide
_ASIDE = 2  # words between a number and what it counts: `13 unit tests passed`


class Claim(Model):
    """One checkable statement."""

    item: str | None
    """The item's ID; null outside every item's section."""
    attempt: int | None
    """The attempt; null for a completed action without one."""
    kind: ClaimKind
    """What kind of statement it is."""
    text: str
    """The passage as written, on one line."""
    claimed: str
    """The value that it claims."""
    line: int = Field(ge=1)
    """The line that the passage begins on."""
    measure: str = Field(default="", exclude=True)
    """What is measured: a field of ``Totals``, ``duration_s``, ``elapsed_s``, ``exit_code``,
    ``peak_rss_bytes``, ``cpu_percent``, or for a test the outcome."""
    whose: Whose = Field(default="own", exclude=True)
    """Whose figure it is."""
    runs: tuple[RunName, ...] = Field(default=(), exclude=True)
    """The runs that are named."""
    against: tuple[RunName, ...] = Field(default=(), exclude=True)
    """The runs that are compared with."""
    name: str = Field(default="", exclude=True)
    """The path, commit, test, item or stamp that is claimed to be there."""
    statement: Statement | None = Field(default=None, exclude=True)
    """What is said, where words say it."""
    is_firm: bool = Field(default=False, exclude=True)
    """Whether the wording leaves no doubt that this run's result is reported."""

    @property
    def wording(self) -> str:
        """The passage, and the value behind it where the passage is another wording."""
        words, value = self.text.split(), self.claimed.split()
        is_it = words[:1] == value[:1] and words[-1:] == value[-1:]
        is_there = self.claimed in self.text or (is_it and len(words) <= len(value) + _ASIDE)
        return self.text if is_there else f"{self.text} {self.claimed}"

    def supported(self, observed: str, evidence: str) -> JudgedClaim:
        """The claim where ``evidence`` agrees with it."""
        return self._judged(verdict="supported", observed=observed, evidence=evidence)

    def contradicted(self, observed: str, evidence: str | None, reason: str) -> JudgedClaim:
        """The claim where ``evidence`` has another value."""
        return self._judged(
            verdict="contradicted", observed=observed, evidence=evidence, reason=reason
        )

    def unverifiable(self, reason: str) -> JudgedClaim:
        """The claim where nothing can be said of it."""
        return self._judged(verdict="unverifiable", reason=reason)

    def _judged(self, **judgement: str | None) -> JudgedClaim:
        nothing = {"observed": None, "evidence": None, "reason": ""}
        return JudgedClaim.model_validate({**self.__dict__, **nothing, **judgement})


class JudgedClaim(Claim):
    """One checkable statement, and what the evidence says to it."""

    observed: str | None
    """The value that the evidence has; null where none."""
    verdict: Verdict
    """`unverifiable` is neither yes nor no."""
    evidence: str | None
    """The file or folder that has the value, relative to the repository's top; `git`, or
    `arithmetic` where the statement's own numbers decide; null where there is none."""
    reason: str
    """Why the verdict is so; empty for what is supported."""
    is_insisted: bool = False
    """Whether it would be contradicted if its author did not give a reason for it."""

    @property
    def correction(self) -> str:
        """What is so instead of what is claimed, where, and why that counts."""
        return f"it is {self.observation}; {self.reason}"

    @property
    def observation(self) -> str:
        """What the evidence has, and where: `2.72s in FILE`; empty where it has nothing. A file
        that is claimed is its own place."""
        is_told = not self.evidence or self.evidence == ARITHMETIC or self.kind == "artifact"
        return f"{self.observed or ''}{'' if is_told else f' in {self.evidence}'}"
