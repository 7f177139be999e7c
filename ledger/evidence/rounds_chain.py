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
    batch. What a report claims is checked against its own rounds; a streak that may have begun
    before them, against all rounds up to its end; a total of all rounds ever, against the last
    one."""
    whole = _joined(reports, name)
    claims = [claim for at in range(len(reports)) for claim in _claims(reports[: at + 1])]
    warnings = (f"{report.path}: {text}" for report in reports for text in report.warnings)
    judged = judge(whole._replace(warnings=tuple(warnings)), against, "extra", drop)
    return judged.model_copy(update={"claims": tuple(claims)})


def _joined(reports: Sequence[RoundsReport], name: str) -> RoundsReport:
    units: Mapping[str, str] = {key: unit for r in reports for key, unit in r.units.items()}
    return RoundsReport(
        name,
        tuple(round_ for report in reports for round_ in _rounds(report)),
        command=reports[-1].command,
        units=units,
        crashes=tuple(group for report in reports for group in report.crashes),
        is_ordered=all(report.is_ordered for report in reports),
    )


def _rounds(report: RoundsReport) -> Iterator[Round]:
    """Its rounds, with retries that count the extra tries."""
    first = 1 if report.retry_count == "all" else 0
    for round_ in report.rounds:
        retries = round_.retries - first if round_.retries else round_.retries
        yield round_.model_copy(update={"retries": retries, "batch": report.path})


def _claims(reports: Sequence[RoundsReport]) -> Iterator[Claim]:
    """What the last report says."""
    *before, last = reports
    earlier = [s for s in before[-1].statements if _is_total(s)] if before else []
    ordered = sorted(last.statements, key=lambda statement: statement.line)
    for statement, judged in zip(ordered, check(last, last.retry_count), strict=True):
        claim, position = judged, {"path": last.path}
        if _is_total(statement) and claim.verdict == "supported" and earlier:
            position["reason"] = f"{earlier[-1].low:.0f} in {before[-1].path}"
            if statement.parts[0] != earlier[-1].low:
                reason = "the report before ends with another total"
                position |= {
                    "verdict": "contradicted",
                    "observed": position["reason"],
                    "reason": reason,
                }
        elif statement.kind == "streak" and claim.verdict == "unverifiable" and before:
            together = _joined(reports, last.path)._replace(statements=(statement,))
            claim = check(together, "extra")[0]
        yield claim.model_copy(update=position)


def _is_total(statement: Statement) -> bool:
    """Whether it says how many rounds there were ever."""
    return statement.kind == "sum" and statement.sure
