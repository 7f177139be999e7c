"""Exit criteria: what they ask for in code form, and whether it is so. No I/O."""

from __future__ import annotations

from ledger.gates.criteria.judge import judge

__all__ = ["judge"]
