"""Rates that name their denominator."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.evidence.model import Totals


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its denominator named, e.g. ``passed/collected``."""

    name: str
    count: int
    of: int
    percent: float


def executed(totals: Totals) -> int:
    """Tests that ran: everything but the skipped. An expected failure ran."""
    return totals.passed + totals.failed + totals.errors + totals.xfailed + totals.xpassed


def rates(totals: Totals) -> tuple[Rate, ...]:
    """``passed/collected`` and ``passed/executed``, in percent to two decimals. A rate of
    nothing is left out: 0 of 0 is no rate."""
    found = []
    for name, of in (("passed/collected", totals.collected), ("passed/executed", executed(totals))):
        if of > 0:
            found.append(Rate(name, totals.passed, of, round(100 * totals.passed / of, 2)))
    return tuple(found)
