"""All claims of an entry, and the verdict on each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ledger.claims.entries import Entry
from ledger.claims.extract import figures_claimed
from ledger.claims.judging import LOOSE, Group, judge_plain
from ledger.claims.judging_counts import judge_count, judge_sum
from ledger.claims.judging_deltas import judge_deltas
from ledger.claims.judging_names import (
    Known,
    judge_artifact,
    judge_commit,
    judge_date,
    judge_reference,
    judge_stamp,
    judge_test,
)
from ledger.claims.judging_rates import judge_rate
from ledger.claims.judging_times import judge_duration, judge_margin
from ledger.claims.model import Claim, JudgedClaim, RunName
from ledger.claims.names import names_claimed
from ledger.claims.observed import Run, from_evidence
from ledger.claims.prose import Prose
from ledger.claims.scope import own_of
from ledger.evidence.model import Evidence
from ledger.plan.model import Attempt

# What only a run can tell.
OF_RUNS = frozenset(
    {"count", "rate", "duration", "margin", "exit_code", "memory", "cpu", "delta", "test", "sum"}
)
_RECORDED = "recorded"  # a run that is given by its path needs no stamp to be meant
_FIGURES: Final[dict[str, Callable[[Group, Claim], JudgedClaim]]] = {
    "count": judge_count,
    "sum": judge_sum,
    "rate": judge_rate,
    "duration": judge_duration,
    "margin": judge_margin,
    "exit_code": judge_plain,
    "memory": judge_plain,
    "cpu": judge_plain,
}


def claims_of(entry: Entry) -> list[Claim]:
    """The claims that an entry's text makes, but for the paths it cites and its date."""
    prose = Prose(entry.text, entry.line)
    own = own_of(entry.attempt, entry.item, entry.stamp, entry.runs)
    return [
        *figures_claimed(prose, entry.item, entry.attempt, own),
        *names_claimed(prose, entry.item, entry.attempt, own),
    ]


def needs_runs(claims: Sequence[Claim]) -> bool:
    """Whether any claim can only be judged by what a run says."""
    return any(
        claim.kind == "delta" or (claim.kind in OF_RUNS and claim.whose == "own")
        for claim in claims
    )


def judge(
    entry: Entry,
    claims: Sequence[Claim],
    runs: Sequence[Run],
    named: Mapping[RunName, Sequence[Run]],
    known: Known,
    path: str = "",
) -> list[JudgedClaim]:
    """Every claim of ``entry`` with its verdict, in the order of the text. ``runs`` are its own,
    ``named`` those that other names stand for, ``path`` the fix plan."""
    found: list[JudgedClaim] = []
    judged_groups: set[int] = set()
    for claim in claims:
        if claim.kind == "delta":
            continue
        if claim.kind == "test":
            found.append(judge_test(claim, runs))
        elif claim.kind == "commit":
            found.append(judge_commit(claim, known))
        elif claim.kind == "reference":
            found.append(judge_reference(claim, known, path))
        elif claim.kind == "stamp":
            found.append(judge_stamp(claim, entry, known))
        elif claim.group not in judged_groups:
            judged_groups.add(claim.group)
            together = [c for c in claims if c.group == claim.group and c.kind in _FIGURES]
            elsewhere = _named(tuple(name for c in together for name in c.runs), named)
            group = Group(together, runs, claims, elsewhere)
            found += [_figure(group, one) for one in together]
    found += judge_deltas(
        [claim for claim in claims if claim.kind == "delta"],
        runs,
        lambda claim: _named(claim.against or claim.runs, named),
    )
    found += [judged for cited in entry.cited if (judged := judge_artifact(cited, entry, known))]
    dated = judge_date(entry, known)
    if dated:
        found.append(dated)
    return sorted(found, key=lambda judged: judged.line)


def _figure(group: Group, claim: Claim) -> JudgedClaim:
    if claim.whose == "loose":
        return claim.unverifiable(LOOSE)
    return _FIGURES[claim.kind](group, claim)


def _named(names: Sequence[RunName], named: Mapping[RunName, Sequence[Run]]) -> list[Run]:
    """The runs that names stand for. Several names in a row (``Phase B Attempt #5``) narrow it
    down: what all of them mean, where there is such a run."""
    found: dict[str, Run] = {}
    narrowed: set[str] | None = None
    for name in names:
        runs = named.get(name, ())
        if not runs:
            continue
        here = {run.path for run in runs}
        narrowed = here if narrowed is None else (narrowed & here or narrowed)
        found.update((run.path, run) for run in runs)
    return [run for path, run in found.items() if narrowed is None or path in narrowed]


def contradictions(said: str, attempt: Attempt, evidence: Sequence[Evidence]) -> list[JudgedClaim]:
    """What an author says of the runs that ``attempt`` records, and they contradict. ``evidence``
    are these runs; nothing else is looked at, so paths, commits and other runs are not judged.

    Whoever says beside a run that so many passed speaks of that run. Of what failed or was skipped
    that is less sure: it may be what was mended.
    """
    runs = [from_evidence(run)._replace(stamp=run.stamp or _RECORDED) for run in evidence]
    paths = tuple(run.path for run in runs)
    entry = Entry(
        attempt.item, attempt.number, attempt.date, attempt.stamp, said, attempt.span.start_line,
        (), paths, paths, (),
    )  # fmt: skip
    claims = [
        claim.model_copy(update={"is_firm": claim.is_firm or claim.measure == "passed"})
        for claim in claims_of(entry)
    ]
    judged = judge(entry, claims, runs, {}, Known())
    return [one for one in judged if one.verdict == "contradicted" and one.kind in OF_RUNS]
