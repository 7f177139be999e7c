"""A brief, the document by which one phase of work is handed over to the next, and what a gate
says of its criteria. ``None`` and empty stand for what the brief does not say."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field, computed_field

from ledger.gates.success import reason_in
from ledger.plan.model import ItemStatus, Model

Line = Annotated[int, Field(ge=1)]
UpdateKind = Literal["attempt", "rewrite", "add"]
Verdict = Literal["met", "unmet", "unknown"]
ReferenceState = Literal["found", "tracked", "missing", "outside", "placeholder", "no-section"]
TASKS: Final = "Tasks"  # the section of what a brief says of them elsewhere


class Condition(Model):
    """One criterion of a brief or item, as it is written."""

    section: str
    """What it belongs to, as the document calls it."""
    text: str
    """As written, without its tick and its check."""
    claimed: bool | None
    """Whether a tick is before it; null where it claims nothing."""
    optional: bool
    """Whether it is left out of the verdict on the whole."""
    check: str
    """What is to be judged, in code form; empty where only the text says it."""
    line: Line
    """The line of the document that it is on."""
    sprint: str
    """The number of the sprint that it belongs to; empty for none."""


class Totals(Model):
    """The run that the work starts from."""

    collected: int | None = None
    """Tests collected."""
    passed: int | None = None
    """Tests passed."""
    failed: int | None = None
    """Tests failed."""
    skipped: int | None = None
    """Tests skipped."""
    runtime_s: float | None = None
    """Seconds that the run took."""
    timeout_s: float | None = None
    """Seconds after which it would have been stopped."""
    margin_percent: float | None = None
    """What was left of the timeout."""
    line: int
    """Where the counts stand, from 1."""


class Cluster(Model):
    """Tests that fail for one reason."""

    id: str
    """Its name, such as ``CLUSTER-UTF-001``."""
    count: int | None
    """How many tests it has."""
    tests: tuple[str, ...]
    """Those that the brief names, whole or by a part of their name; there may be fewer than
    ``count``."""
    line: int
    """Where the brief first names it, from 1."""


class Blocker(Model):
    """What has to be out of the way first."""

    number: str
    """Its number, as written."""
    title: str
    """Its heading without the number."""
    clusters: tuple[str, ...]
    """The clusters that wait for it."""
    issue: str
    """What is wrong."""
    evidence: tuple[str, ...]
    """What shows it, one entry for each bullet."""
    remediation: tuple[str, ...]
    """The way out, one entry for each step."""
    effort: str
    """As written, such as ``1 hour``."""
    impact: str
    """What it holds up."""
    priority: str
    """As written."""
    owner: str
    """Who is to do it."""
    line: int
    """The line of its heading, from 1."""


class Option(Model):
    """One row of a table of options."""

    name: str
    """The option's name, such as ``A: UTF-8 only``."""
    cells: tuple[tuple[str, str], ...]
    """The other columns: name and text."""
    line: int
    """The line of the row, from 1."""


class Decision(Model):
    """A choice between options."""

    title: str
    """What is to be decided."""
    options: tuple[Option, ...]
    """What there is to choose from."""
    recommendation: str
    """The option that the brief recommends."""
    decider: str
    """Who decides."""
    chosen: str
    """The option that the brief says was decided for; empty while it is open."""
    line: int
    """Where the options begin, from 1."""


class TaskFile(Model):
    """A file that a task changes, and how."""

    path: str
    """As written."""
    note: str
    """What is behind the path."""
    changes: tuple[str, ...]
    """The changes that are to be made to it."""
    defines: tuple[str, ...] = ()
    """The functions and classes that the code of its changes defines."""


class Task(Model):
    """One task of a sprint."""

    number: str
    """As written, such as ``1.2``."""
    title: str
    """Its heading without number and effort."""
    effort: str
    """As written, such as ``2 hours``."""
    files: tuple[TaskFile, ...]
    """The files that it changes."""
    changes: tuple[str, ...]
    """Changes that name no file."""
    validation: str
    """How its outcome is to be checked, as written."""
    commands: tuple[str, ...]
    """The code in ``validation``."""
    expected: str
    """The result that is expected."""
    optional: bool
    """Whether it may be left out."""
    line: int
    """The line of its heading, from 1."""


class Sprint(Model):
    """One block of work."""

    number: str
    """As written; empty for work that is deferred."""
    title: str
    """Its heading without the number."""
    effort: str
    """As written, such as ``2 hours total``."""
    unblocks: int | None
    """How many failures it clears."""
    target: str
    """What it is for."""
    prerequisites: tuple[Condition, ...]
    """What has to be met before it begins."""
    tasks: tuple[Task, ...]
    """In the order of the brief."""
    criteria: tuple[Condition, ...]
    """Its exit criteria."""
    rationale: str
    """Why it is deferred, or done so."""
    priority: str
    """As written."""
    owner: str
    """Who is to do it."""
    is_deferred: bool
    """Whether the work is put off."""
    line: int
    """The line of its heading, from 1."""
    end_line: int
    """Its last line."""

    @property
    def name(self) -> str:
        """What it is asked for by: its number, or ``deferred``."""
        return self.number or "deferred"

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What it asks for before it begins and when it ends."""
        return self.prerequisites + self.criteria


class Command(Model):
    """One command of the rerun."""

    text: str
    """The command."""
    environment: tuple[tuple[str, str], ...]
    """The variables that are set for it: name and value."""
    note: str
    """The comment above or behind it."""
    option: str = ""
    """The option of a decision that it is for, such as `C`; empty for all."""
    line: int
    """Its line, from 1."""


class Expected(Model):
    """What a rerun is expected to show."""

    name: str
    """The quantity, such as ``Failed``."""
    before: str | None
    """What it was; None where only the outcome is reported."""
    after: str
    """What it is to be."""
    line: int
    """Its line, from 1."""

    @property
    def text(self) -> str:
        """``Failed: 8 → 1``."""
        before = "" if self.before is None else f"{self.before} \u2192 "
        return f"{self.name}: {before}{self.after}"


class BundleEntry(Model):
    """One file or folder of the artifact bundle."""

    path: str
    """With its placeholders; a folder ends in ``/``."""
    optional: bool
    """Whether it may be missing."""
    line: int
    """Its line, from 1."""


class Reference(Model):
    """A cross-reference to another document."""

    label: str
    """What the brief calls it."""
    paths: tuple[str, ...]
    """The paths that it leads to, without the section behind them."""
    sections: tuple[str, ...] = ()
    """The sections that it names, such as ``Phase M`` or ``4.1``."""
    line: int
    """Its line, from 1."""


class Update(Model):
    """A ready-made change to the ledger."""

    kind: UpdateKind
    """An ``attempt`` to append, an action to ``rewrite`` or to ``add``."""
    item: str | None
    """The item that the words before it name."""
    number: int | None
    """The attempt's or the action's."""
    text: str
    """The lines as written, without their common indent."""
    line: int
    """Its first line, from 1."""


class Misfit(Model):
    """A figure that the brief's other figures do not give."""

    line: int
    """Its line, from 1."""
    text: str
    """As written."""
    reason: str
    """What it comes to."""


class Heading(Model):
    """A heading of a document."""

    title: str
    """As written."""
    line: int
    """Its line, from 1."""


class DamagedLine(Model):
    """A line whose characters were damaged; it was read as it was meant."""

    line: Line
    """The line."""
    text: str
    """The line as it stands."""
    lost: Annotated[int, Field(ge=0)]
    """How many marks cannot be known any more."""


class Brief(Model):
    """One brief."""

    title: str
    """Its first heading."""
    stamp: str | None
    """When it was written, such as ``20251015T201831Z``."""
    initiative: str | None
    """The item that it is about."""
    phase: str
    """The phase that it ends, as written."""
    input: str
    """The run that it starts from, as written."""
    input_stamp: str | None
    """That run's stamp."""
    status: str
    """As written."""
    totals: Totals | None
    """What that run counted."""
    clusters: tuple[Cluster, ...]
    """The failures by their reasons."""
    blockers: tuple[Blocker, ...]
    """What is in the way."""
    decisions: tuple[Decision, ...]
    """What is to be decided."""
    sprints: tuple[Sprint, ...]
    """The work, deferred work included."""
    prerequisites: tuple[Condition, ...]
    """What has to be met before the rerun."""
    rerun: tuple[Command, ...]
    """The commands of the gated rerun."""
    expected: tuple[Expected, ...]
    """What the rerun is expected to show."""
    success: tuple[Condition, ...]
    """The success criteria of the whole."""
    criteria: tuple[Condition, ...]
    """Other exit criteria, such as those of the phase that it ends."""
    bundle: tuple[BundleEntry, ...]
    """The files that the work is to leave behind."""
    references: tuple[Reference, ...]
    """Its cross-references."""
    updates: tuple[Update, ...]
    """Its ready-made changes to the ledger."""
    damage: tuple[DamagedLine, ...]
    """Its damaged lines."""
    misfits: tuple[Misfit, ...] = ()
    """Its sums, shares, hours and margins that do not come out as it says."""
    unread: tuple[Heading, ...] = ()
    """The headings below which no part of a brief was found."""


class Judgement(Model):
    """A verdict with its reason."""

    verdict: Verdict
    """`unknown` is neither yes nor no."""
    reason: str
    """Why the verdict is so."""
    evidence: tuple[str, ...]
    """The files that tell, relative to the repository's top, with a line behind a colon where they
    have one."""


def met(reason: str, *evidence: str) -> Judgement:
    """It is so."""
    return Judgement(verdict="met", reason=reason, evidence=evidence)


def unmet(reason: str, *evidence: str) -> Judgement:
    """It is not so."""
    return Judgement(verdict="unmet", reason=reason, evidence=evidence)


def unknown(reason: str, *evidence: str) -> Judgement:
    """Nothing tells whether it is so."""
    return Judgement(verdict="unknown", reason=reason, evidence=evidence)


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """Unmet if one is unmet, else unknown if one is unknown."""
    return "unmet" if "unmet" in verdicts else "unknown" if "unknown" in verdicts else "met"


def overall(criteria: Iterable["JudgedCriterion"]) -> Verdict:
    """The verdict on several criteria: those that are optional, and those that nothing shows and
    that are attested, do not count."""
    return worst([c.verdict for c in criteria if not (c.optional or c.is_attested)])


def together(judged: Sequence[Judgement]) -> Judgement:
    """Several as one. Those that decide tell why, each reason once."""
    verdict = worst([judgement.verdict for judgement in judged])
    reasons = dict.fromkeys(j.reason for j in judged if j.verdict == verdict)
    evidence = dict.fromkeys(place for judgement in judged for place in judgement.evidence)
    return Judgement(verdict=verdict, reason="; ".join(reasons), evidence=tuple(evidence))


class JudgedCriterion(Condition, Judgement):
    """One criterion and its verdict. Its check is what was judged; empty where nothing could be."""

    @property
    def is_false_claim(self) -> bool:
        """Whether a tick claims what is not met, and gives no reason where that is unknown."""
        return self.claimed is True and self.verdict != "met" and not self.is_attested

    @property
    def is_attested(self) -> bool:
        """Whether nothing shows it, and its tick says on whose word it is met."""
        is_unknown = self.verdict == "unknown"
        return is_unknown and self.claimed is True and bool(reason_in(self.text))


class JudgedExpected(Expected, Judgement):
    """An expected result, and whether the baseline and the run are as it says."""


class CrossReference(Model):
    """Where a cross-reference of the brief leads."""

    label: str
    """What the brief calls it."""
    path: str
    """The path as written, without the section behind it."""
    state: ReferenceState
    """`found`: the work tree has it; `tracked`: only git has; `no-section`: the document is there,
    and has no heading of the `section`."""
    section: str = ""
    """The section that is not there; empty for none."""
    line: Line
    """Its line."""


class ComparedVariable(Model):
    """A variable of the environment in two runs."""

    name: str
    """Its name, in capitals."""
    run: str | None
    """Its value in the run; null where nothing tells it."""
    baseline: str | None
    """Its value in the baseline; null where nothing tells it."""

    @computed_field
    @property
    def state(self) -> Literal["same", "differs", "unknown"]:
        """`unknown` where one of them is null."""
        if self.run is None or self.baseline is None:
            return "unknown"
        return "same" if self.run == self.baseline else "differs"


class Gate(Model):
    """The verdict on a brief, one of its sprints, or an item's exit criteria."""

    path: str
    """The brief, or the ledger, relative to the repository's top."""
    item: str | None
    """The item; null where the brief names none."""
    sprint: str | None
    """The sprint that was asked about; null for all."""
    stamp: str | None
    """What placeholders were filled with; null for nothing."""
    run: str | None
    """The run that counts, rates and times were taken from."""
    baseline: str | None
    """The run that it was compared with."""
    environment: tuple[ComparedVariable, ...]
    """The variables that the brief's rerun, the item's `Reproduction` or the settings name, where
    there are both runs. They do not count for the verdict."""
    verdict: Verdict
    """`unmet` where a criterion that is not optional is unmet, `unknown` where one is that nobody
    attests with a reason, else `met`."""
    criteria: tuple[JudgedCriterion, ...]
    """In the order of the document."""
    expected: tuple[JudgedExpected, ...]
    """The brief's expected results; none for a sprint. They do not count for the verdict."""
    references: tuple[CrossReference, ...]
    """The brief's cross-references."""
    misfits: tuple[Misfit, ...]
    """The brief's figures that do not add up. They do not count for the verdict."""
    damage: tuple[DamagedLine, ...]
    """The brief's damaged lines."""


class SprintState(Model):
    """Where a sprint of a brief stands."""

    brief: str
    """The brief, relative to the repository's top."""
    sprint: str
    """Its number, or `deferred`."""
    title: str
    """Its heading without the number."""
    action: int | None
    """The item's next action that stands for it; null for none, or one without a number."""
    state: Literal["met", "unmet", "unknown", "blocked", "deferred"]
    """`deferred` where it is put off, `blocked` where a prerequisite is unmet, else the verdict on
    its exit criteria."""
    met: int
    """How many of its exit criteria are met; optional ones are not counted."""
    criteria: int
    """How many it has."""
    waits_for: tuple[str, ...]
    """The prerequisites that are not met."""
    line: Line
    """The line of its heading."""


class TaskState(Model):
    """A task of a plan file."""

    task: str
    """Its ID."""
    title: str
    """What is to be done."""
    state: ItemStatus
    """Its state in one of six words."""
    state_text: str
    """The same as written: `[D]`, `[ ]`."""
    line: Line
    """Its line in the plan file."""


class PlanState(Model):
    """A plan file that an item or a brief cites."""

    path: str
    """The file, relative to the repository's top."""
    tasks: int
    """How many tasks with an ID it has."""
    done: int
    """How many of them are done or given up."""
    named: tuple[TaskState, ...]
    """Those that the brief, or a field or unfinished action of the item, names."""


class BriefState(Model):
    """A brief, and where the work that it hands over stands."""

    path: str
    """The brief, relative to the repository's top."""
    sprint: str | None
    """The sprint that was asked about; null for all."""
    brief: Brief
    """What it says."""
    baseline: Judgement | None
    """Whether the run that it starts from has the counts that it tells; null where it tells none.
    """
    blockers: tuple[Judgement, ...]
    """Whether the clusters that wait for a blocker are cleared, for each in the brief's order."""
    decisions: tuple[Judgement, ...]
    """Whether a decision is logged, for each in the brief's order."""
    sprints: tuple[SprintState, ...]
    """Where each sprint stands."""
    expected: tuple[Judgement, ...]
    """Whether the baseline and the run are as an expected result says, for each in the brief's
    order; none for a sprint."""
    criteria: tuple[JudgedCriterion, ...]
    """The criteria with their verdicts, as `ledger gate` gives them."""
    plans: tuple[PlanState, ...] = ()
    """The plan files that it cites."""
