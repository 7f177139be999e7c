"""What the checks of statements share."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from ledger.evidence.rounds_model import ClaimVerdict, Earlier, RetryCount, RoundsReport, Share

_ABOUT_POINTS: Final = 2.5
"""What "about" allows a percentage."""
ABSENT: Final = "the report does not hold these rounds, or not all"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one statement."""

    verdict: ClaimVerdict
    observed: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What a statement is held against."""

    report: RoundsReport
    retries: RetryCount
    against: Earlier | None
    drop: float


def is_share(said: Share, percent: float) -> bool:
    """Whether a percentage is written so: rounded, or cut off, to as many decimals."""
    return is_written(said.percent, said.decimals, percent, _ABOUT_POINTS if said.about else 0.0)


def is_written(said: float, decimals: int, value: float, tolerance: float = 0.0) -> bool:
    """Whether ``value`` rounded or cut off to so many decimals is ``said``."""
    unit = 10.0**-decimals
    if abs(said - value) <= max(unit / 2, tolerance) + 1e-9:
        return True
    return abs(math.trunc(value / unit + 1e-9) * unit - said) < 1e-9
