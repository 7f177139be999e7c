"""What runs, files and exit criteria say of a plan. To read them takes longer than a hook has."""

import contextlib
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from ledger.claims.entries import work_tree
from ledger.claims.judge import contradicted_since
from ledger.claims.model import JudgedClaim
from ledger.config import Config
from ledger.errors import LedgerError, Refused
from ledger.evidence.outputs import read_run
from ledger.gates.gate import judged_criteria
from ledger.git.blobs import Blobs
from ledger.git.files import WorkTree
from ledger.plan.model import Item, Ledger
from ledger.rules import Facts
from ledger.rules.model import Contradiction


def with_evidence(known: Facts, config: Config) -> Facts:
    """``known``, and what runs and exit criteria say: reading them takes longer than a hook has."""
    return known._replace(
        run_notes=partial(run_notes, config.root),
        contradicted=partial(contradictions, config),
        unmet=partial(unmet, config),
    )


def run_notes(root: Path, folder: str) -> Sequence[str]:
    """What the outputs of the run in ``folder`` lack or contradict; nothing where it is no run."""
    try:
        evidence = read_run(WorkTree(root), folder)
    except LedgerError:
        return ()
    cut = evidence.completeness not in ("complete", "failed")
    return [
        *([f"it is {evidence.completeness}: {evidence.reason}"] if cut else []),
        *evidence.warnings,
    ]


def contradicted(config: Config, ledger: Ledger, base: Ledger | None) -> Sequence[JudgedClaim]:
    """The claims of ``ledger`` that the work tree contradicts, in attempts and completed actions
    that ``base`` does not have, word for word."""
    with Blobs(config.root) if config.is_git else contextlib.nullcontext() as contents:
        place = work_tree(config.root, contents, is_committed=False)
        return contradicted_since(ledger, config.ledger_path, place, base)


def refuse(claims: Sequence[JudgedClaim], aside: Collection[str], hint: str) -> None:
    """Raise Refused where what is new says something else than its run does. ``aside`` are kinds
    of claims that other rules judge, and ``hint`` says what to do."""
    for claim in claims:
        if claim.kind not in aside:
            raise Refused(
                "contradicted",
                f'it would say "{claim.said}": {claim.correction}',
                f"{hint}; nothing was written",
            )


def contradictions(config: Config, ledger: Ledger, base: Ledger | None) -> list[Contradiction]:
    """What the rules take of ``contradicted``. That a date lies ahead and that a file or commit is
    missing is told by rules of its own, which need no run: LED301 on, LED403 on, LED408."""
    return [
        Contradiction(
            item=claim.item,
            attempt=claim.attempt,
            line=claim.line,
            text=claim.text,
            said=claim.said,
            correction=claim.correction,
            about=f"{claim.kind} {claim.text} {claim.claimed}",
        )
        for claim in contradicted(config, ledger, base)
        if claim.kind not in ("date", "artifact", "commit")
    ]


def unmet(config: Config, item: Item) -> Sequence[tuple[int, str]]:
    """The exit criteria of ``item`` that the work tree shows to be unmet: line and reason."""
    return [
        (one.line, one.reason)
        for one in judged_criteria(config, item)
        if one.verdict == "unmet" and not one.optional
    ]
