"""Where the work is that a brief hands over: its sprints, decisions and blockers, and whether
the run that it starts from says what it says of it."""

from collections.abc import Iterator
from typing import Final

from ledger.errors import LedgerError
from ledger.gates import expected
from ledger.gates.checks import Call
from ledger.gates.decisions import decided, judge_decision, option_keys, options_in
from ledger.gates.facts import Facts
from ledger.gates.gate import chosen_sprint, judged, judged_conditions, judged_term
from ledger.gates.model import (
    BriefState,
    Decision,
    JudgedCriterion,
    Judgement,
    Sprint,
    SprintState,
    met,
    overall,
    unknown,
    unmet,
)
from ledger.gates.tasks import states

_SLACK: Final = 0.01  # of a runtime, which people round


def brief_state(facts: Facts) -> BriefState:
    """All of the brief of ``facts``, or the sprint that is asked about. Raises UsageError for a
    sprint that the brief does not have."""
    brief = facts.brief
    assert brief is not None
    only = chosen_sprint(brief, facts.path, facts.request.sprint)
    return BriefState(
        path=facts.path,
        sprint=only.name if only else None,
        brief=brief,
        baseline=_baseline(facts),
        blockers=tuple(judged_term(facts, Call("cleared", b.clusters)) for b in brief.blockers),
        decisions=tuple(decision_state(facts, decision) for decision in brief.decisions),
        sprints=tuple(sprint_state(facts, s) for s in brief.sprints if only in (None, s)),
        expected=() if only else tuple(expected.judge(row, facts) for row in brief.expected),
        criteria=judged(facts, only),
        plans=states(facts.plan_files, _lines_of(facts)),
    )


def _lines_of(facts: Facts) -> Iterator[str]:
    """What a brief says, with the sections of its cross-references as tasks of these: ``Phase M``
    of a plan file names what is below that heading."""
    yield from (line for _, line in facts.own_lines)
    for reference in facts.brief.references if facts.brief else ():
        yield from (f"{section} tasks" for section in reference.sections)


def sprint_state(facts: Facts, sprint: Sprint, action: int | None = None) -> SprintState:
    """Where a sprint of the brief of ``facts`` stands, which an item's ``action`` stands for."""
    before = judged_conditions(facts, sprint.prerequisites)
    wanted = judged_conditions(facts, (c for c in sprint.criteria if not c.optional))
    is_blocked = any(criterion.verdict == "unmet" for criterion in before)
    verdict = overall(wanted) if wanted else "unknown"
    return SprintState(
        brief=facts.path,
        sprint=sprint.name,
        title=sprint.title,
        action=action,
        state="deferred" if sprint.is_deferred else "blocked" if is_blocked else verdict,
        met=sum(criterion.verdict == "met" for criterion in wanted),
        criteria=len(wanted),
        waits_for=tuple(_awaited(facts, c) for c in before if c.verdict != "met"),
        line=sprint.line,
    )


def _awaited(facts: Facts, prerequisite: JudgedCriterion) -> str:
    """A prerequisite in short: ``decision B or C (galph)``."""
    options = options_in(prerequisite.text)
    if "decision" not in prerequisite.text.lower() or not options:
        return prerequisite.text or prerequisite.check
    decisions = facts.brief.decisions if facts.brief else ()
    deciders = (d.decider for d in decisions if {*options} <= {*option_keys(d)})
    decider = next(filter(None, deciders), "")
    return f"decision {' or '.join(options)}" + (f" ({decider})" if decider else "")


def decision_state(facts: Facts, decision: Decision) -> Judgement:
    """Whether the plan says which of a decision's options was decided for."""
    keys = option_keys(decision)
    return decided(keys, facts) if keys else judge_decision(decision.title, facts)


def _baseline(facts: Facts) -> Judgement | None:
    """Whether the run that the brief starts from has the counts that the brief gives for it."""
    totals = facts.brief.totals if facts.brief else None
    if totals is None:
        return None
    try:
        run = facts.baseline
    except LedgerError as error:
        return unknown(error.message)
    if run is None:
        return unknown("the run that it starts from was not found: give it with --baseline")
    collected = (totals.collected, totals.passed, totals.failed, totals.skipped)
    counts = run.totals
    if counts is None:
        return unknown(f"{run.path} has no counts", run.path)
    names = ("collected", "passed", "failed", "skipped")
    counted = (counts.collected, counts.passed, counts.failed, counts.skipped)
    others = [
        f"{written} {name}, the run has {has}"
        for name, written, has in zip(names, collected, counted, strict=True)
        if None not in (written, has) and written != has
    ]
    took, written = run.duration_s, totals.runtime_s
    if took and written and abs(took - written) > max(1, _SLACK * took):
        others.append(f"{written:g} s, the run took {took:g} s")
    return unmet("; ".join(others), run.path) if others else met("as the run says", run.path)
