"""The registry of rules, and ``check``, which runs them. A rule's docstring is its documentation:
``ledger explain`` and the reference page print it."""

from ledger.rules import (
    actions,
    artifacts,
    attempts,
    dependencies,
    guard,
    index,
    numbers,
    structure,
)
from ledger.rules.registry import (
    RULES,
    WEAKENED,
    Facts,
    check,
    compares,
    guards,
    made_worse,
    without_noise,
)

__all__ = [
    "RULES", "WEAKENED", "Facts", "check", "compares", "guards", "made_worse", "without_noise",
]  # fmt: skip

# Importing a theme registers its rules.
THEMES = (structure, numbers, index, attempts, artifacts, guard, actions, dependencies)
