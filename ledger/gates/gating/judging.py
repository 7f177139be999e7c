"""One gate while it is judged: what the criteria may ask about, and what they are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ledger.config import Config
from ledger.errors import UsageError
from ledger.gates.criteria import judge, language, prose
from ledger.gates.criteria.facts import Facts
from ledger.gates.gating import telling
from ledger.gates.gating.named import Named
from ledger.gates.gating.places import Places
from ledger.gates.gating.runs import Runs
from ledger.gates.model import Brief, Condition, JudgedCriterion, Judgement, met, unknown, worst
from ledger.git import paths
from ledger.plan.model import Item


@dataclass(frozen=True, slots=True)
class Request:
    """What to judge by. ``run`` and ``baseline`` are places in the repository; without
    ``baseline`` it is the run that the brief starts from."""

    sprint: str | None = None
    run: Path | None = None
    baseline: Path | None = None
    stamp: str | None = None


class Judging:
    """A brief, or an item where there is none, and all that it is judged by."""

    def __init__(
        self, config: Config, path: str, request: Request, brief: Brief | None, item: Item | None
    ) -> None:
        run = paths.inside(config.root, request.run) if request.run else None
        self.request, self.brief, self._item = request, brief, item
        self.places = Places(config, path, brief, run, request.stamp)
        self._config = config
        self._sprints: dict[str, Judgement | None] = {}

    @cached_property
    def facts(self) -> Facts:
        """What the criteria may ask about. Raises what reading the runs raises."""
        runs = Runs(self._config, self.brief, self.places)
        run = runs.read(self.request.run) if self.request.run else None
        baseline = runs.baseline(self.request.baseline)
        known = [*(baseline.tests if baseline else ()), *(run.tests if run else ())]
        return Facts(
            run=run,
            baseline=baseline,
            early=runs.early(run),
            ledger=self._config.ledger_path,
            tests_of=Named(self.brief, self.places, known).tests,
            fill=self.places.fill,
            files=self.places.files,
            is_tracked=self.places.tree.is_tracked,
            read=self.places.text,
            outputs=runs.outputs,
            resolve=self.places.resolve,
            entries=tuple(telling.entries(self._item, self.brief)),
            lines=dict(telling.lines(self._item, self.brief)),
            complete=self._sprint,
        )

    def judged(self, condition: Condition) -> JudgedCriterion:
        """The verdict on one criterion."""
        try:
            if condition.check:
                check: language.Check | None = language.parse(condition.check)
            else:
                check = prose.check(condition, self.brief, self.places.path)
        except UsageError as error:
            return _with(condition, condition.check, unknown(error.message))
        if check is None:
            reason = "nothing is known that would show it: give it a check of its own"
            return _with(condition, "", unknown(reason))
        facts = self.facts
        if self.brief and condition in self.brief.criteria:
            facts = facts._replace(early="")  # the phase that ends with the brief came before it
        return _with(condition, str(check), judge(check, facts))

    def _sprint(self, number: str) -> Judgement:
        sprints = self.brief.sprints if self.brief else ()
        sprint = next((one for one in sprints if one.number == number), None)
        if sprint is None:
            return unknown(f"there is no sprint {number}")
        if number in self._sprints:
            return self._sprints[number] or unknown(f"sprint {number} waits for itself")
        self._sprints[number] = None
        wanted = [one for one in (*sprint.prerequisites, *sprint.criteria) if not one.optional]
        judged = [self.judged(one) for one in wanted]
        self._sprints[number] = found = _summed(number, judged, self.places.path)
        return found


def _with(condition: Condition, check: str, judgement: Judgement) -> JudgedCriterion:
    return JudgedCriterion(
        section=condition.section,
        text=condition.text,
        verdict=judgement.verdict,
        claimed=condition.claimed,
        optional=condition.optional,
        check=check,
        reason=judgement.reason,
        evidence=judgement.evidence,
        line=condition.line,
    )


def _summed(number: str, judged: Sequence[JudgedCriterion], path: str) -> Judgement:
    """One verdict on a sprint's criteria; its evidence are the lines that decide."""
    if not judged:
        return unknown(f"sprint {number} has no exit criteria")
    still = [one for one in judged if one.verdict != "met"]
    where = tuple(f"{path}:{one.line}" for one in still or judged)
    if not still:
        return met(f"all {len(judged)} criteria of sprint {number} are met", *where)
    said = f"{len(still)} of {len(judged)} criteria of sprint {number} are not met"
    return Judgement(verdict=worst([one.verdict for one in still]), reason=said, evidence=where)
