"""What runs, files, briefs and exit criteria say of a plan."""

from collections.abc import Callable, Collection, Sequence
from typing import Final

from ledger.claims.entries import Place, place_of
from ledger.claims.judge import contradicted_since
from ledger.claims.model import JudgedClaim
from ledger.config import Config
from ledger.errors import LedgerError, Refused
from ledger.evidence.outputs import NOT_UNDERSTOOD, read_run
from ledger.plan.model import Ledger
from ledger.rules.model import Contradiction

_NO_RUN: Final = frozenset({"no-such-run", "run-unknown"})


def run_notes(place: Callable[[], Place], folder: str) -> Sequence[str]:
    """What the outputs of the run in ``folder`` lack or contradict; nothing where it is no run, and
    nothing of files that no reader knows where others say how it ended: traces, mostly."""
    try:
        files = place().files
        assert files is not None
        evidence = read_run(files, folder)
    except LedgerError as error:
        return () if error.code in _NO_RUN else (error.message,)
    cut = evidence.completeness not in ("complete", "failed")
    return [
        *([f"it is {evidence.completeness}: {evidence.reason}"] if cut else []),
        *(w for w in evidence.warnings if cut or not w.startswith(NOT_UNDERSTOOD)),
    ]


def contradicted(config: Config, ledger: Ledger, base: Ledger) -> Sequence[JudgedClaim]:
    """The claims that evidence contradicts in entries that ``base`` does not have."""
    with place_of(config) as place:
        return contradicted_since(ledger, config.ledger_path, place, base)


def refuse(claims: Sequence[JudgedClaim], aside: Collection[str], hint: str) -> None:
    """Raise Refused where what is new says something else than its run does. ``aside`` are kinds
    of claims that other rules judge, and ``hint`` says what to do."""
    for claim in claims:
        if claim.verdict == "contradicted" and claim.kind not in aside:
            may_insist = claim.kind == "result" and claim.statement is None
            raise Refused(
                "contradicted",
                f'it would say "{claim.wording}": {claim.correction}',
                f"{INSIST if may_insist else hint}; nothing was written",
            )


INSIST: Final = "say what the run says, or give a reason with --because"


def contradictions(
    config: Config, place: Callable[[], Place], ledger: Ledger, base: Ledger | None
) -> list[Contradiction]:
    """The contradicted claims that rules take. A date ahead and a missing file or commit have rules
    of their own, which need no run: LED301, LED403 on, LED408."""
    return [
        Contradiction(
            item=claim.item,
            attempt=claim.attempt,
            line=claim.line,
            text=claim.text,
            wording=claim.wording,
            correction=claim.reason if claim.is_insisted else claim.correction,
            about=f"{claim.kind} {claim.text} {claim.claimed}{' because' * claim.is_insisted}",
            is_insisted=claim.is_insisted,
        )
        for claim in contradicted_since(ledger, config.ledger_path, place(), base)
        if claim.kind not in ("date", "artifact", "commit")
    ]
