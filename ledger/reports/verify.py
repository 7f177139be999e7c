"""Claims and their verdicts, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ledger.claims.model import Judged
from ledger.plan import text
from ledger.reports.lines import Line, accented


def claims(judged: Sequence[Judged], path: str, *, every: bool) -> Iterator[Line]:
    """A line for each contradicted claim, or with ``every`` for each claim at all, and one that
    counts them: ``path:line: contradicted duration 2.71s of ITEM#6: 2.72s in FILE; why``."""
    for one in judged:
        if every or one.verdict == "contradicted":
            yield _line(one, path)
    counts = Counter(one.verdict for one in judged)
    said = ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in ("supported", "contradicted", "unverifiable")
    )
    yield Line(text.visible(f"{path}: {said}"))


def _line(one: Judged, path: str) -> Line:
    claim = one.claim
    number = "" if claim.attempt is None else f"#{claim.attempt}"
    of = f" of {claim.item or ''}{number}" if claim.item or number else ""
    said = text.one_line(claim.said)
    found = f": {one.observed}" if one.observed else ""
    where = f" in {one.evidence}" if one.evidence else ""
    why = f"; {one.reason}" if one.reason else ""
    told = f" {claim.kind} {said}{of}{found}{where}{why}"
    return accented(text.visible(f"{path}:{claim.line}: "), one.verdict, text.visible(told))
