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
    earlier = [said for said in before[-1].statements if _is_total(said)] if before else []
    ordered = sorted(last.statements, key=lambda said: said.line)
    for said, judged in zip(ordered, check(last, last.retry_count), strict=True):
        claim, told = judged, {"path": last.path}
        if _is_total(said) and claim.verdict == "supported" and earlier:
            told["reason"] = f"{earlier[-1].low:.0f} in {before[-1].path}"
            if said.parts[0] != earlier[-1].low:
                reason = "the report before ends with another total"
                told |= {"verdict": "contradicted", "observed": told["reason"], "reason": reason}
        elif said.kind == "streak" and claim.verdict == "unverifiable" and before:
            together = _joined(reports, last.path)._replace(statements=(said,))
            claim = check(together, "extra")[0]
        yield claim.model_copy(update=told)


def _is_total(said: Statement) -> bool:
    """Whether it says how many rounds there were ever."""
    return said.kind == "sum" and said.sure
