"""The registry of rules, and ``check``, which runs them.

A rule is one function from a ledger and a few facts to faults. Its docstring says what it
means, why, an example and how to mend it: ``ledger explain`` and the reference page print it.
"""

from ledger.rules import actions, artifacts, attempts, guard, index, numbers, structure
from ledger.rules.model import Explanation, Finding
from ledger.rules.registry import (
    RULES,
    ArtifactState,
    Facts,
    Rule,
    check,
    compares,
    guards,
    made_worse,
    without_noise,
)

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
THEMES = (structure, numbers, index, attempts, artifacts, guard, actions)
