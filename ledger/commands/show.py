"""One item, one attempt whole, or one brief with where its work stands."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pydantic import Field as Described

from ledger import config
from ledger.claims.entries import place_of
from ledger.commands import read
from ledger.commands.closings import sprint_states
from ledger.commands.gate import handed_over, no_such_document
from ledger.commands.history import Progress
from ledger.commands.item_page import ItemPage
from ledger.commands.links import Pointers, link
from ledger.commands.read import About
from ledger.config import Config
from ledger.errors import UsageError
from ledger.gates.facts import Request
from ledger.gates.model import BriefState, PlanState, SprintState
from ledger.gates.state import brief_state
from ledger.gates.tasks import plan_files, states, texts_of
from ledger.git.files import WorkTree
from ledger.plan import selectors
from ledger.plan.model import ArchivedPart, Attempt, Item, Ledger, Model
from ledger.plan.standing import standing_for


class Shown(Model):
    """One item, one attempt, or one brief. Lists, because a ledger can hold two items or attempts
    by the same name."""

    ledger: About | None
    """The file itself; null for a brief that no ledger lies around."""
    items: tuple[Item | ItemPage, ...]
    """For `ITEM`: its sections, each on one page, or with `--full` whole. Empty for `ITEM#N`."""
    attempts: tuple[Attempt, ...]
    """For `ITEM#N`: the attempts with this number."""
    links: Pointers
    """What the attempts point at; for `ITEM` with `--full` only, and without commits."""
    cited: dict[str, int]
    """How many artifacts the attempts cite, by state."""
    archive: str
    """The file that parts of the ledger are moved to, relative to the top of its repository."""
    archived: tuple[ArchivedPart, ...]
    """For `ITEM`: what of it lies there."""
    sprints: tuple[SprintState, ...] = ()
    """For `ITEM`: where the sprints of a brief stand that it, or one of its unfinished actions,
    stands for."""
    plans: tuple[PlanState, ...] = ()
    """For `ITEM`: the plan files that its fields and actions cite, with the tasks named there."""
    brief: BriefState | None = None
    """For `BRIEF`: what it says, and where its work stands."""
    plan: Ledger | None = Described(default=None, exclude=True, repr=False)
    """The plan that holds it; not printed."""


def show(
    name: str,
    *,
    sprint: str | None = None,
    run: Path | None = None,
    ledger: Path | None = None,
    progress: Progress | None = None,
) -> Shown:
    """The item that ``name`` means (``PARSE-001``, whatever its case), or one of its attempts
    (``PARSE-001#3``), with what it cites. Where only the archive has it, the archive is read. A
    ``name`` that is a file is a brief, shown with where its work stands, or with ``sprint`` one of
    its sprints; ``run`` is the run to judge that by (default: that of the newest attempt of the
    brief's item that cites one).

    ``ledger`` is the plan; by default the one that holds in the current folder. ``progress`` is
    called with how many of how many versions of the plan have been read.

    Raises UsageError for a name that is none or that the plan does not have and for a sprint that
    the brief does not have, UnreadableInput for a plan or brief that cannot be read.
    """
    if os.path.isfile(name):  # noqa: PTH113 - False also for what no path can be
        return _brief(Path(name), Request(sprint=sprint, run=run), ledger)
    if sprint is not None or run is not None:
        message = f"{name} is no file: only briefs have sprints and are judged by runs"
        raise UsageError("no-such-brief", message, "give a brief, or leave --sprint and --run out")
    try:
        wanted = selectors.parse(name)
        opened = read.holding(config.find(Path.cwd(), ledger), wanted)
        plan, settings = opened.ledger, opened.config
        items = selectors.find(plan, wanted.item)
    except UsageError as error:
        raise no_such_document(name, error) from error
    attempts = selectors.attempts(plan, wanted)
    is_item = wanted.number is None
    ids = {item.id for item in items}
    parts = read.archived_parts(settings, plan) if is_item else []
    links = link(settings, plan, attempts, None, progress, artifacts_only=is_item)
    return Shown(
        ledger=read.about(plan, opened.path),
        items=tuple(items) if is_item else (),
        attempts=() if is_item else tuple(attempts),
        links=links,
        cited=dict(Counter(artifact_link.state for artifact_link in links.artifacts)),
        archive=settings.partner,
        archived=tuple(part for part in parts if part.item in ids),
        sprints=_sprints(settings, items) if is_item else (),
        plans=_plans(settings, items[0]) if is_item else (),
        plan=plan,
    )


def _sprints(settings: Config, items: Sequence[Item]) -> tuple[SprintState, ...]:
    tied = [item for item in items if any(standing_for(item))]
    if not tied:
        return ()
    with place_of(settings) as place:
        return tuple(state for item in tied for state in sprint_states(settings, item, place))


def _plans(settings: Config, item: Item) -> tuple[PlanState, ...]:
    files = tuple(plan_files(settings, WorkTree(settings.root), texts_of(item)))
    done = {action.text for action in item.actions if action.state == "complete"}
    return states(files, (text for text in texts_of(item) if text not in done))


def _brief(file: Path, request: Request, ledger: Path | None) -> Shown:
    handed = handed_over(file, request, ledger)
    return Shown(
        ledger=read.about(handed.plan, handed.config.ledger_path),
        items=(),
        attempts=(),
        links=Pointers(artifacts=(), commits=()),
        cited={},
        archive=handed.config.partner,
        archived=(),
        brief=brief_state(handed.facts),
    )
