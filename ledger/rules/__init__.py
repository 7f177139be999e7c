"""The registry of rules, and ``check``, which runs them.

A rule is one function from a ledger and a few facts to faults. Its docstring says what it
means, why, an example and how to mend it: ``ledger explain`` and the reference page print it.
"""

from __future__ import annotations

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
from ledger.rules.comparison import made_worse, without_noise
from ledger.rules.model import Explanation, Finding
from ledger.rules.registry import RULES, ArtifactState, Facts, Rule, check, compares, guards

__all__ = [
    "RULES",
    "ArtifactState",
    "Explanation",
    "Facts",
    "Finding",
    "Rule",
    "check",
    "compares",
    "guards",
    "made_worse",
    "without_noise",
]

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
