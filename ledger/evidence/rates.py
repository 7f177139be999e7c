"""Rates that name their denominator."""

from __future__ import annotations

from ledger.models.evidence import Rate, Totals


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
