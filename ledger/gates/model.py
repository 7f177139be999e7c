"""What a gate says: a verdict on each criterion, with the reason and the evidence."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from ledger.gates.brief import Condition, Damage

Verdict = Literal["met", "unmet", "unknown"]
ReferenceState = Literal["found", "tracked", "missing", "outside", "placeholder"]


class Judgement(NamedTuple):
    """``reason`` says why in one sentence; ``evidence`` are the files that tell, each with its
    line where it has one (``docs/plan.md:12``), relative to the repository's top."""

    verdict: Verdict
    reason: str
    evidence: tuple[str, ...] = ()


def together(judged: Sequence[Judgement]) -> Judgement:
    """Several as one: unmet if one is unmet, else unknown if one is unknown. Those that decide
    tell why, each reason once."""
    if len(judged) == 1:
        return judged[0]
    evidence = tuple(dict.fromkeys(place for one in judged for place in one.evidence))
    verdicts = {one.verdict for one in judged}
    verdict: Verdict = next((one for one in ("unmet", "unknown") if one in verdicts), "met")
    reasons = dict.fromkeys(one.reason for one in judged if one.verdict == verdict)
    return Judgement(verdict, "; ".join(reasons), evidence)


class Judged(NamedTuple):
    """One criterion with its verdict. ``check`` is what was judged, in code form; empty where
    nothing could be."""

    condition: Condition
    check: str
    verdict: Verdict
    reason: str
    evidence: tuple[str, ...]

    @property
    def is_false_claim(self) -> bool:
        """Whether a tick claims what is not met."""
        return self.condition.claimed is True and self.verdict != "met"


class ReferenceLink(NamedTuple):
    """Where a cross-reference leads. ``tracked``: git has it, the work tree has not."""

    label: str
    path: str
    state: ReferenceState
    line: int


class Gate(NamedTuple):
    """All criteria of a brief or item. ``verdict`` is met only where every criterion that is not
    optional is met; unmet where one is unmet; else unknown."""

    path: str
    item: str | None
    sprint: str | None
    stamp: str | None
    run: str | None
    baseline: str | None
    verdict: Verdict
    criteria: tuple[Judged, ...]
    references: tuple[ReferenceLink, ...]
    damage: tuple[Damage, ...]
