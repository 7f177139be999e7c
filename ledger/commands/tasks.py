"""Tasks of a plan file that an attempt completes: where they are, and what objects to it."""

from collections.abc import Iterator, Sequence
from itertools import islice

from ledger.commands import closings
from ledger.commands.change import Plan
from ledger.commands.judgements import place_of
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import Refused, UsageError
from ledger.gates.done import Closing, objections
from ledger.gates.facts import LARGEST
from ledger.gates.tasks import PlanFile, plan_files, said_by
from ledger.gates.ties import briefs_of
from ledger.git.files import Files, WorkTree
from ledger.plan import text
from ledger.plan.model import Change, Item, Ledger

_MOST_BRIEFS = 3  # of an item, that may name its plan files
_SHOWN = 20  # tasks that a message names


def home(config: Config, item: Item, names: Sequence[str]) -> str:
    """The plan file that has the tasks ``names`` (``M1``, or ``plans/a.md#M1``). Raises UsageError
    for no such task or several files, Refused where it is not clear which is meant."""
    view = WorkTree(config.root)
    files = list(plan_files(config, view, _said(config, view, item)))
    places = {_home(files, item, name) for name in names}
    if len(places) > 1:
        told = " and ".join(sorted(places))
        raise UsageError(
            "several-plan-files", f"the tasks lie in {told}", "tick one file at a time"
        )
    return places.pop()


def _said(config: Config, view: Files, item: Item) -> Iterator[str]:
    yield from said_by(item)
    for tied in islice(briefs_of(view, config.ledger_path, item), _MOST_BRIEFS):
        yield text.decode(view.read(tied.path, LARGEST))


def _home(files: Sequence[PlanFile], item: Item, given: str) -> str:
    path, _, name = given.rpartition("#")
    asked = [one for one in files if path in ("", one.path)]
    found = [one.path for one in asked if any(_is(task, name) for task in one.tasks)]
    if not found:
        known = [task.id for one in asked for task in one.tasks][:_SHOWN]
        where = f"{', '.join(one.path for one in asked)} has {', '.join(known)}"
        message = f"no plan file of {item.id} has a task {text.one_line(given)!r}"
        hint = where if asked else "cite the plan file in a field of the item, or set `plans`"
        raise UsageError("no-such-task", message, hint)
    if len(found) > 1:
        hint = f"say which: --task {found[0]}#{name}"
        raise Refused("ambiguous-task", f"{name} is a task of {' and '.join(found)}", hint)
    return found[0]


def tick(plan: Plan, names: Sequence[str]) -> list[Item]:
    """Tick the tasks ``names`` of a plan file. Raises Refused where two have one name."""
    every = []
    for name in (given.rpartition("#")[2] for given in names):
        tasks = [one for one in plan.archive.items if one.is_named and _is(one, name)]
        if len(tasks) != 1:
            lines = " and ".join(str(one.span.start_line) for one in tasks) or "no line any more"
            raise Refused("ambiguous-task", f"{name} stands on {lines}", "give one another ID")
        every += tasks
    plan.propose_ticks(every)
    return every


def _is(task: Item, name: str) -> bool:
    return task.id.casefold() == name.casefold()


def refuse_undone(
    config: Config, new: Ledger, meant: Change, tasks: Sequence[Item], *, path: str
) -> None:
    """Raise Refused where the attempt does not allow one of ``tasks`` to be called done."""
    section = section_of(new, meant.item)
    with place_of(config) as place:
        for task in tasks:
            closing = Closing(
                section, reason=meant.attempt.because, line=task.span.start_line, task=task
            )
            grounds = next(closings.every_grounds(config, closing, place))
            for one in objections(closing, grounds, strict=True):
                if one.severity == "error":
                    message = f"{path}:{one.line}: {one.message}"
                    hint = f"{one.fix}; nothing was written" if one.fix else "nothing was written"
                    raise Refused("not-done", message, hint)
