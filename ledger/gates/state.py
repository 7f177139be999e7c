"""Where the work stands that a brief hands over: its sprints, decisions and blockers, and whether
the run that it starts from says what it tells of it."""

import re
from collections.abc import Sequence
from typing import Final

from ledger.errors import LedgerError
from ledger.gates.checks import Call
from ledger.gates.facts import Facts
from ledger.gates.gate import judged, judged_sprint, judged_term, sprint_named
from ledger.gates.judge import judge_decision
from ledger.gates.model import (
    BriefState,
    Decision,
    JudgedCriterion,
    Judgement,
    Option,
    Sprint,
    SprintState,
    met,
    unknown,
    unmet,
    worst,
)

# e.g. "A: UTF-8 only", "Option 2", of a table's row
_KEY: Final = re.compile(r"(?:option )?([A-Z]|\d{1,2})\b(?! ?[a-z])", re.IGNORECASE)
_OPTION: Final = re.compile(r"\boption ([A-Z]|\d{1,2})\b", re.IGNORECASE)
_SLACK: Final = 0.01  # of a runtime, which people round


def brief_state(facts: Facts) -> BriefState:
    """All of the brief of ``facts``, or the sprint that is asked about. Raises UsageError for a
    sprint that the brief does not have."""
    brief = facts.brief
    assert brief is not None
    only = sprint_named(brief, facts.path, facts.request.sprint)
    return BriefState(
        path=facts.path,
        sprint=only.name if only else None,
        brief=brief,
        baseline=_baseline(facts),
        blockers=tuple(judged_term(facts, Call("cleared", one.clusters)) for one in brief.blockers),
        decisions=tuple(decision_state(facts, one) for one in brief.decisions),
        sprints=tuple(sprint_state(facts, one) for one in brief.sprints if only in (None, one)),
        criteria=judged(facts, only),
    )


def sprint_state(facts: Facts, sprint: Sprint, action: int | None = None) -> SprintState:
    """Where a sprint of the brief of ``facts`` stands, which an item's ``action`` stands for."""
    every = judged_sprint(facts, sprint)
    before, wanted = every[: len(sprint.prerequisites)], every[len(sprint.prerequisites) :]
    wanted = tuple(one for one in wanted if not one.optional)
    is_blocked = any(one.verdict == "unmet" for one in before)
    verdict = worst([one.verdict for one in wanted]) if wanted else "unknown"
    return SprintState(
        brief=facts.path,
        sprint=sprint.name,
        title=sprint.title,
        action=action,
        state="deferred" if sprint.is_deferred else "blocked" if is_blocked else verdict,
        met=sum(one.verdict == "met" for one in wanted),
        criteria=len(wanted),
        waits_for=tuple(_awaited(facts, one) for one in before if one.verdict != "met"),
        line=sprint.line,
    )


def _awaited(facts: Facts, prerequisite: JudgedCriterion) -> str:
    """A prerequisite in short: ``decision B or C (galph)``."""
    options = list(dict.fromkeys(key.upper() for key in _OPTION.findall(prerequisite.text)))
    if "decision" not in prerequisite.text.lower() or not options:
        return prerequisite.text or prerequisite.check
    decisions = facts.brief.decisions if facts.brief else ()
    deciders = (one.decider for one in decisions if {*options} <= {*option_keys(one)})
    decider = next(filter(None, deciders), "")
    return f"decision {' or '.join(options)}" + (f" ({decider})" if decider else "")


def decision_state(facts: Facts, decision: Decision) -> Judgement:
    """Whether the plan says which of a decision's options was decided for."""
    keys = [f"option {key}" for key in option_keys(decision)]
    return judge_decision(" ".join(keys) or decision.title, facts)


def option_keys(decision: Decision) -> Sequence[str]:
    """The letters or numbers that the options are known by."""
    return tuple(filter(None, map(option_key, decision.options)))


def option_key(option: Option) -> str:
    """The letter or number that an option is known by; empty for none."""
    key = _KEY.match(option.name)
    return key[1].upper() if key else ""


def _baseline(facts: Facts) -> Judgement | None:
    """Whether the run that the brief starts from has the counts that the brief tells of it."""
    totals = facts.brief.totals if facts.brief else None
    if totals is None:
        return None
    try:
        run = facts.baseline
    except LedgerError as error:
        return unknown(error.message)
    if run is None:
        return unknown("the run that it starts from was not found: give it with --baseline")
    told = (totals.collected, totals.passed, totals.failed, totals.skipped)
    counts = run.totals
    if counts is None:
        return unknown(f"{run.path} has no counts", run.path)
    names = ("collected", "passed", "failed", "skipped")
    found = (counts.collected, counts.passed, counts.failed, counts.skipped)
    others = [
        f"{said} {name}, the run has {has}"
        for name, said, has in zip(names, told, found, strict=True)
        if None not in (said, has) and said != has
    ]
    took, said = run.duration_s, totals.runtime_s
    if took and said and abs(took - said) > max(1, _SLACK * took):
        others.append(f"{said:g} s, the run took {took:g} s")
    return unmet("; ".join(others), run.path) if others else met("as the run says", run.path)
