"""Claims and their verdicts, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from ledger.claims.model import JudgedClaim, Verdict
from ledger.commands.verify import Verification
from ledger.plan import text
from ledger.reports.lines import Line, accented


def claims(done: Verification, *, every: bool) -> Iterator[Line]:
    """A line for each contradicted claim, or with ``every`` for each claim at all, and one that
    counts them: ``path:line: contradicted duration 2.71s of ITEM#6: 2.72s in FILE; why``."""
    for claim in done.claims:
        if every or claim.verdict == "contradicted":
            yield _line(claim, done.ledger)
    counts = Counter(claim.verdict for claim in done.claims)
    totals = ", ".join(f"{counts[verdict]} {verdict}" for verdict in get_args(Verdict))
    yield Line(text.visible(f"{done.ledger}: {totals}"))


def _line(claim: JudgedClaim, path: str) -> Line:
    number = "" if claim.attempt is None else f"#{claim.attempt}"
    of = f" of {claim.item or ''}{number}" if claim.item or number else ""
    observed = f": {claim.observed}" if claim.observed else ""
    where = f" in {claim.evidence}" if claim.evidence else ""
    why = f"; {claim.reason}" if claim.reason else ""
    rest = f" {claim.kind} {text.one_line(claim.said)}{of}{observed}{where}{why}"
    return accented(text.visible(f"{path}:{claim.line}: "), claim.verdict, text.visible(rest))
