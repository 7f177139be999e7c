"""A check to a verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ledger.gates.criteria import judging_files, judging_plan, judging_runs
from ledger.gates.criteria.facts import Facts
from ledger.gates.criteria.language import Call, Check, Compare, Term
from ledger.gates.model import Judgement, together


def judge(check: Check, facts: Facts) -> Judgement:
    """Whether all terms hold. One that does not makes the check unmet, else one that cannot be
    judged makes it unknown."""
    return together([_term(term, facts) for term in check.terms])


def _term(term: Term, facts: Facts) -> Judgement:
    if isinstance(term, Compare):
        return judging_runs.against_run(term, facts)
    return _CALLS[term.name](term, facts)


def _recorded(call: Call, facts: Facts) -> Judgement:
    judged = judging_files.each(call, judging_plan.recorded, facts)
    if judged.verdict == "met":
        return judging_plan.without_artifacts(facts) or judged
    return judged


def _complete(call: Call, facts: Facts) -> Judgement:
    return judging_files.each(call, lambda sprint, known: known.complete(sprint), facts)


_CALLS: Final[dict[str, Callable[[Call, Facts], Judgement]]] = {
    "cleared": judging_runs.cleared,
    "passing": judging_runs.passing,
    "remaining": judging_runs.remaining,
    "passes": lambda call, facts: judging_files.each(call, judging_files.passes, facts),
    "captured": lambda call, facts: judging_files.each(call, judging_files.captured, facts),
    "exists": lambda call, facts: judging_files.each(call, judging_files.exists, facts),
    "says": judging_files.says,
    "contains": judging_files.contains,
    "logged": judging_plan.logged,
    "recorded": _recorded,
    "decided": judging_plan.decided,
    "complete": _complete,
}
