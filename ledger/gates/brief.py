"""What a brief holds: the document by which one phase of work is handed over to the next.

Every part knows its line, from 1. ``None`` and empty stand for what the brief does not say.
"""

from typing import Literal, NamedTuple

from ledger.plan.model import Artifact

UpdateKind = Literal["attempt", "rewrite", "add"]


class Condition(NamedTuple):
    """One criterion. ``claimed``: a tick stands before it, or a box that is (not) ticked; None
    where the text claims nothing. ``check`` is its own check in code form, else empty.

    ``section`` is the title of what it belongs to, ``sprint`` that sprint's number.
    """

    section: str
    text: str
    claimed: bool | None
    optional: bool
    check: str
    line: int
    sprint: str = ""


class Totals(NamedTuple):
    """The run that the work starts from. ``margin_percent`` is what was left of ``timeout_s``."""

    collected: int | None = None
    passed: int | None = None
    failed: int | None = None
    skipped: int | None = None
    runtime_s: float | None = None
    timeout_s: float | None = None
    margin_percent: float | None = None
    line: int = 0


class Cluster(NamedTuple):
    """Tests that fail for one reason. ``tests`` are those that the brief names, whole or by a
    part of their name; there may be fewer than ``count``."""

    id: str
    count: int | None  # type: ignore[assignment]  # hides a method of tuples
    tests: tuple[str, ...]
    line: int


class Blocker(NamedTuple):
    """What has to be out of the way first."""

    number: str
    title: str
    clusters: tuple[str, ...]
    issue: str
    evidence: tuple[str, ...]
    remediation: tuple[str, ...]
    effort: str
    impact: str
    priority: str
    owner: str
    line: int


class Option(NamedTuple):
    """One row of a table of options."""

    name: str
    cells: tuple[tuple[str, str], ...]
    line: int


class Decision(NamedTuple):
    """A choice between options. ``decider`` is who decides; ``chosen`` the option that the brief
    says was decided for, empty while it is open."""

    title: str
    options: tuple[Option, ...]
    recommendation: str
    decider: str
    chosen: str
    line: int


class TaskFile(NamedTuple):
    """A file that a task changes, and how. ``defines`` are the functions and classes that the
    code of its changes defines."""

    path: str
    note: str
    changes: tuple[str, ...]
    defines: tuple[str, ...] = ()


class Task(NamedTuple):
    """One task of a sprint. ``validation`` is as written, ``commands`` the code in it."""

    number: str
    title: str
    effort: str
    files: tuple[TaskFile, ...]
    changes: tuple[str, ...]
    validation: str
    commands: tuple[str, ...]
    expected: str
    optional: bool
    line: int


class Sprint(NamedTuple):
    """One block of work. ``unblocks`` counts failures. A deferred one has no number."""

    number: str
    title: str
    effort: str
    unblocks: int | None
    target: str
    prerequisites: tuple[Condition, ...]
    tasks: tuple[Task, ...]
    criteria: tuple[Condition, ...]
    rationale: str
    priority: str
    owner: str
    is_deferred: bool
    line: int
    end_line: int


class Command(NamedTuple):
    """One command of the rerun, with the environment that is set for it. ``note`` is the comment
    above or behind it."""

    text: str
    environment: tuple[tuple[str, str], ...]
    note: str
    line: int


class Expected(NamedTuple):
    """What a rerun is expected to show: ``before`` is None where only the outcome is told."""

    name: str
    before: str | None
    after: str
    line: int


class BundleEntry(NamedTuple):
    """One file or folder of the bundle. ``path`` has its placeholders; a folder ends in ``/``."""

    path: str
    optional: bool
    line: int


class Reference(NamedTuple):
    """A cross-reference: what it is called, and where it leads."""

    label: str
    artifact: Artifact
    line: int


class Update(NamedTuple):
    """A change to the ledger, ready-made: an ``attempt`` to append, an action to ``rewrite`` or
    to ``add``. ``number`` is the attempt's or the action's, ``text`` the lines as written, without
    their common indent."""

    kind: UpdateKind
    item: str | None
    number: int | None
    text: str
    line: int


class Damage(NamedTuple):
    """A line whose characters were damaged. ``lost`` counts marks that cannot be told."""

    line: int
    text: str
    lost: int


class Brief(NamedTuple):
    """One brief. ``prerequisites`` and ``success`` hold for the whole; ``criteria`` are other
    exit criteria, such as those of the phase that it ends."""

    title: str
    stamp: str | None
    initiative: str | None
    phase: str
    input: str
    input_stamp: str | None
    status: str
    totals: Totals | None
    clusters: tuple[Cluster, ...]
    blockers: tuple[Blocker, ...]
    decisions: tuple[Decision, ...]
    sprints: tuple[Sprint, ...]
    prerequisites: tuple[Condition, ...]
    rerun: tuple[Command, ...]
    expected: tuple[Expected, ...]
    success: tuple[Condition, ...]
    criteria: tuple[Condition, ...]
    bundle: tuple[BundleEntry, ...]
    references: tuple[Reference, ...]
    updates: tuple[Update, ...]
    damage: tuple[Damage, ...]
