"""The gate: the criteria of a brief or an item, each with its verdict."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.gates import checks, expected, prose, sprints, tasks, tree
from ledger.gates.decisions import judge_decision
from ledger.gates.facts import Facts, Request
from ledger.gates.judge import judge
from ledger.gates.model import (
    TASKS,
    Brief,
    Condition,
    Gate,
    JudgedCriterion,
    JudgedExpected,
    Judgement,
    Sprint,
    met,
    overall,
    unknown,
    unmet,
)
from ledger.gates.success import without_reason
from ledger.git.files import Files
from ledger.plan import named_tasks, text
from ledger.plan.model import Item

BUNDLE: Final = "Artifact bundle"  # the section of its files
_LONGEST: Final = 200  # characters of a line that is shown
_NOT_KNOWN: Final = "no output shows"
_OWN_CHECK: Final = "give it a check of its own"
_DECISION: Final = re.compile(r"\b(?:decisions?|decides?|decided|policy choice)\b", re.IGNORECASE)


def gate_brief(facts: Facts) -> Gate:
    """Judge every criterion of the brief of ``facts``, or of one sprint and its bundle.

    Raises UsageError for a sprint that the brief does not have, UnreadableInput for a brief without
    criteria and for a run that cannot be read.
    """
    brief, path = facts.brief, facts.path
    assert brief is not None
    sprint = chosen_sprint(brief, path, facts.request.sprint)
    whose = f"{sprint.name} sprint of {path}" if sprint else path
    missing = UnreadableInput(
        "no-criteria",
        f"{whose}: expected exit or success criteria, found none",
        "write them as a list under a heading or bold label such as **Exit Criteria:**",
    )
    return _gate(brief.initiative, _every(facts, sprint), facts, missing)


def chosen_sprint(brief: Brief, path: str, name: str | None) -> Sprint | None:
    """The sprint that ``name`` means, None for all. Raises UsageError for one that the brief, which
    lies at ``path``, does not have."""
    if name is None:
        return None
    sprint = sprints.find(brief.sprints, name)
    if sprint is None:
        known = ", ".join(sprint.name for sprint in brief.sprints) or "none"
        raise UsageError("no-such-sprint", f"{path} has no sprint {name}", f"it has {known}")
    return sprint


def gate_item(config: Config, item: Item, request: Request, view: Files | None = None) -> Gate:
    """Judge an item's exit criteria by the files of ``view`` (default: the work tree's). Raises
    UnreadableInput for an item without any."""
    facts = Facts(config, config.ledger_path, request=request, item=item, view=view)
    missing = UnreadableInput(
        "no-criteria",
        f"{item.id} has no exit criteria (line {item.span.start_line})",
        "add a list under `- Exit Criteria:`",
    )
    return _gate(item.id, _item_conditions(item), facts, missing)


def judged_criteria(facts: Facts, item: Item) -> tuple[JudgedCriterion, ...]:
    """An item's exit criteria as ``gate_item`` judges them; none for none."""
    return judged_conditions(facts, _item_conditions(item))


def judged(facts: Facts, only: Sprint | None) -> tuple[JudgedCriterion, ...]:
    """The criteria of the brief of ``facts``, or of one sprint and its part of the bundle."""
    return judged_conditions(facts, _every(facts, only))


def judged_conditions(facts: Facts, wanted: Iterable[Condition]) -> tuple[JudgedCriterion, ...]:
    """Some criteria of the document of ``facts``."""
    return tuple(map(_Judging(facts).judged, wanted))


def judged_term(facts: Facts, term: checks.Term) -> Judgement:
    """The verdict on one term that no criterion has."""
    return judge(checks.Check((term,)), facts, early=facts.early, complete=_Judging(facts).complete)


def undecided(facts: Facts, words: str) -> str:
    """What says that the decision which ``words`` wait for is not logged; empty where it is, and
    where they wait for none."""
    if not _DECISION.search(words):
        return ""
    judgement = judge_decision(words, facts)
    return judgement.reason if judgement.verdict == "unmet" else ""


def check_fault(criterion: str) -> str:
    """Why the check of a criterion, as written, cannot be read, and what would be right; empty
    where it can, and where there is none."""
    if "check:" not in criterion:
        return ""
    written = sprints.condition(criterion, "", 1).check
    try:
        checks.parse(written)
    except UsageError as error:
        return f"{error.message}; {error.hint}"
    return ""


def why_unread(criterion: str) -> str:
    """Why nothing can show a criterion, as written, that has no check; empty where something
    can."""
    condition = sprints.condition(criterion, "", 1)
    if condition.check or prose.read(condition, None, ""):
        return ""
    return f"{_NOT_KNOWN} it: {prose.why_unread(condition.text)}{_OWN_CHECK}"


def _every(facts: Facts, only: Sprint | None) -> Iterator[Condition]:
    """The criteria of the brief of ``facts``; of the whole brief also each other line that says of
    a task that it is done, and the plan file does not."""
    assert facts.brief is not None
    known = list(conditions(facts.brief, only))
    yield from known
    lines = {condition.line for condition in known}
    for number, line in facts.own_lines if only is None and facts.plan_files else ():
        names = [] if number in lines else [n for n in named_tasks.names_in(line) if n.is_done]
        for task, cited in tasks.cited_tasks(facts.plan_files, names).items():
            if tasks.done(task, cited.every).verdict == "unmet":
                check = checks.Check((checks.Call("tasks", (task,)),))
                yield Condition(
                    section=TASKS,
                    text=text.one_line(line)[:_LONGEST],
                    claimed=True,
                    optional=False,
                    check=str(check),
                    line=number,
                    sprint="",
                )


def _item_conditions(item: Item) -> Iterator[Condition]:
    """An item's exit criteria, ticks and checks told apart from the text."""
    for criterion in item.criteria:
        condition = sprints.condition(criterion.text, "Exit Criteria", criterion.span.start_line)
        if condition.text or condition.check:
            yield condition


def conditions(brief: Brief, only: Sprint | None = None) -> Iterator[Condition]:
    """The criteria in the order of the brief, files of the bundle last. What deferred work waits
    for is no criterion of the whole."""
    for sprint in brief.sprints if only is None else (only,):
        is_left_out = sprint.is_deferred and only is None
        yield from sprint.criteria if is_left_out else sprint.conditions
    if only is None:
        yield from (*brief.prerequisites, *brief.success, *brief.criteria)
    for entry in brief.bundle:
        is_file = not entry.path.endswith("/")
        if is_file and (only is None or (only.number and tree.of_sprint(entry.path, only.number))):
            yield Condition(
                section=BUNDLE,
                text=entry.path,
                claimed=None,
                optional=entry.optional,
                check=str(checks.Check((checks.Call("exists", (entry.path,)),))),
                line=entry.line,
                sprint="",
            )


def _gate(
    item: str | None, conditions: Iterable[Condition], facts: Facts, missing: UnreadableInput
) -> Gate:
    judged = judged_conditions(facts, conditions)
    if not judged:
        raise missing
    return Gate(
        path=facts.path,
        item=item,
        sprint=facts.request.sprint,
        stamp=facts.stamp,
        run=facts.run.path if facts.run else None,
        baseline=facts.baseline.path if facts.baseline else None,
        environment=facts.environment,
        verdict=overall(judged),
        criteria=judged,
        expected=tuple(
            JudgedExpected(**dict(row), **dict(expected.judge(row, facts)))
            for row in (facts.brief.expected if facts.brief and not facts.request.sprint else ())
        ),
        references=tuple(facts.references),
        misfits=facts.brief.misfits if facts.brief else (),
        damage=facts.brief.damage if facts.brief else (),
    )


class _Judging:
    """The criteria of one document while they are judged. One may ask for those of a sprint."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        # The phase that ends with the brief came before these.
        self._ends = frozenset(facts.brief.criteria if facts.brief else ())
        self._sprints: dict[str, Judgement] = {}

    def judged(self, condition: Condition) -> JudgedCriterion:
        """The verdict on one criterion. On whose word it is attested asks for nothing."""
        bare = condition.model_copy(update={"text": without_reason(condition.text)})
        early = "" if condition in self._ends else self._facts.early
        check, judgement = self._judgement(bare, early)
        criterion = JudgedCriterion(**{**dict(condition), **dict(judgement), "check": check})
        if not criterion.is_attested:
            return criterion
        reason = f"on somebody's word: {judgement.reason.removesuffix(_OWN_CHECK).rstrip(': ;')}"
        return criterion.model_copy(update={"reason": reason})

    def _judgement(self, condition: Condition, early: str) -> tuple[str, Judgement]:
        """What was judged in code form, and the verdict; ``early`` as in ``judge``."""
        facts, brief = self._facts, self._facts.brief
        try:
            own = checks.parse(condition.check) if condition.check else None
        except UsageError as error:
            return condition.check, unknown(error.message)
        reading = None if own else prose.read(condition, brief, facts.path)
        check = reading.check if reading else own
        if check is None:
            why = prose.why_unread(condition.text)
            return "", unknown(f"{_NOT_KNOWN} it: {why}{_OWN_CHECK}")
        judgement = judge(check, facts, early=early, complete=self.complete)
        part = facts.part_of_tests
        but = ""
        if reading and reading.unread and (reading.is_eased or judgement.verdict == "met"):
            parts = " and ".join(f"{line!r}" for line in reading.unread)
            but = f"{_NOT_KNOWN} {parts}: {_OWN_CHECK}"
        elif judgement.verdict == "met" and part and prose.is_of_all(condition.text):
            but = f"only a part of the tests ran: {part}"
        if but:
            why = f"{judgement.reason}; but {but}" if check.terms else but
            return str(check), unknown(why, *judgement.evidence)
        return str(check), judgement

    def complete(self, number: str) -> Judgement:
        """Whether all criteria of a sprint are met."""
        if number not in self._sprints:
            self._sprints[number] = unknown(f"sprint {number} waits for itself")
            self._sprints[number] = self._sprint(number)
        return self._sprints[number]

    def _sprint(self, number: str) -> Judgement:
        brief, path = self._facts.brief, self._facts.path
        sprints = brief.sprints if brief else ()
        sprint = next((sprint for sprint in sprints if sprint.number == number), None)
        if sprint is None:
            return unknown(f"there is no sprint {number}")
        judged = [self.judged(c) for c in sprint.conditions if not c.optional]
        if not judged:
            return unknown(f"sprint {number} has no exit criteria")
        still = [c for c in judged if c.verdict != "met" and not c.is_attested]
        where = [f"{path}:{criterion.line}" for criterion in still or judged]
        if not still:
            return met(f"all {len(judged)} criteria of sprint {number} are met", *where)
        reason = f"{len(still)} of {len(judged)} criteria of sprint {number} are not met"
        is_unmet = any(criterion.verdict == "unmet" for criterion in still)
        return unmet(reason, *where) if is_unmet else unknown(reason, *where)
