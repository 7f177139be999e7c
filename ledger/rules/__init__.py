"""The registry of rules, and ``check``, which runs them.

A rule is one function from a ledger and a few facts to faults. Its docstring says what it
means, why, an example and how to mend it: ``ledger explain`` and the reference page print it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.plan.model import Ledger
from ledger.rules import (
    actions,
    artifacts,
    criteria,
    dates,
    evidence,
    guard,
    index,
    marks,
    numbers,
    runs,
    secrets,
    structure,
    tasks,
)
from ledger.rules.model import Finding
from ledger.rules.registry import RULES, ArtifactState, Explanation, Facts, Rule, findings

__all__ = ["RULES", "ArtifactState", "Explanation", "Facts", "Rule", "check", "compares", "guards"]

# Importing a theme registers its rules.
THEMES = (
    structure,
    marks,
    numbers,
    index,
    dates,
    evidence,
    artifacts,
    runs,
    guard,
    actions,
    criteria,
    secrets,
    tasks,
)


def check(ledger: Ledger, facts: Facts, ignore: Iterable[str] = ()) -> list[Finding]:
    """What every rule says about ``ledger``, but for the codes in ``ignore``, by place."""
    ignored = frozenset(ignore)
    return findings([known for known in RULES.values() if known.code not in ignored], ledger, facts)


def compares(code: str) -> bool:
    """Whether the rule compares two versions of the ledger; others judge one."""
    return code.startswith("LED5")


def guards(code: str) -> bool:
    """Whether the rule is asked of an archive as well: of what must not get lost, and of a merge
    that went wrong."""
    return compares(code) or code == "LED101"
