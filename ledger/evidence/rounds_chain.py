"""All rounds of one item: its reports one after the other, with what each of them says of those
before it."""

from collections.abc import Iterator, Mapping, Sequence

from ledger.evidence.rounds import judge
from ledger.evidence.rounds_claims import check
from ledger.evidence.rounds_model import Claim, Earlier, Judgement, Round, RoundsReport, Statement
from ledger.evidence.stats import SMALLEST_DROP


def judge_chain(
    reports: Sequence[RoundsReport],
    name: str,
    against: Earlier | None = None,
    drop: float = SMALLEST_DROP,
) -> Judgement:
    """Judge the rounds of all ``reports``, the oldest first, as those of ``name``; each report is a
    batch. What a report claims is held against its own rounds; a streak that may have begun before
    them, against all rounds up to its end; a total of all rounds ever, against the last one."""
    whole = _joined(reports, name)
    claims = [claim for at in range(len(reports)) for claim in _claims(reports[: at + 1])]
    warnings = (f"{one.path}: {text}" for one in reports for text in one.warnings)
    judged = judge(whole._replace(warnings=tuple(warnings)), against, "extra", drop)
    return judged.model_copy(update={"claims": tuple(claims)})


def _joined(reports: Sequence[RoundsReport], name: str) -> RoundsReport:
    units: Mapping[str, str] = {key: unit for one in reports for key, unit in one.units.items()}
    return RoundsReport(
        name,
        tuple(found for one in reports for found in _rounds(one)),
        command=reports[-1].command,
        units=units,
        crashes=tuple(group for one in reports for group in one.crashes),
        is_ordered=all(one.is_ordered for one in reports),
    )


def _rounds(report: RoundsReport) -> Iterator[Round]:
    """Its rounds, with retries that count the extra tries."""
    first = 1 if report.retry_count == "all" else 0
    for found in report.rounds:
        retries = found.retries - first if found.retries else found.retries
        yield found.model_copy(update={"retries": retries, "batch": report.path})


def _claims(reports: Sequence[RoundsReport]) -> Iterator[Claim]:
    """What the last report says."""
    *before, last = reports
    earlier = _total(before[-1]) if before else None
    ordered = sorted(last.statements, key=lambda said: said.line)
    claims = check(last, last.retry_count)
    for said, claim in zip(ordered, claims, strict=True):
        told = claim
        if said.kind == "sum" and said.sure and claim.verdict == "supported" and earlier:
            told = _counted_on(claim, said, int(earlier.low), before[-1].path)
        elif said.kind == "streak" and claim.verdict == "unverifiable" and before:
            together = _joined(reports, last.path)._replace(statements=(said,))
            [told] = check(together, "extra")
        yield told.model_copy(update={"path": last.path})


def _total(report: RoundsReport) -> Statement | None:
    """How many rounds there were ever, as a report has it."""
    sums = [said for said in report.statements if said.kind == "sum" and said.sure]
    return sums[-1] if sums else None


def _counted_on(claim: Claim, said: Statement, earlier: int, path: str) -> Claim:
    """A total that goes on from the one that the report before has."""
    if said.parts[0] == earlier:
        return claim.model_copy(update={"reason": f"{earlier} in {path}"})
    reason = "the report before ends with another total"
    wrong = {"verdict": "contradicted", "observed": f"{earlier} in {path}", "reason": reason}
    return claim.model_copy(update=wrong)
