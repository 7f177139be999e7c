"""What an attempt settles besides its result: a decision, in words that people write and a sprint's
prerequisite finds; and tasks of a plan file, where they are and what objects to them."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from ledger.claims.entries import newest_run, place_of
from ledger.commands import closings
from ledger.commands.change import Plan
from ledger.config import Config
from ledger.edits.append import section_of
from ledger.errors import Refused, UsageError
from ledger.gates.decisions import decided, option_key, option_keys
from ledger.gates.done import Closing, objections
from ledger.gates.facts import LARGEST, Facts, Request
from ledger.gates.tasks import PlanFile, plan_files, texts_of
from ledger.gates.ties import Tied, briefs_of
from ledger.git.files import Files, WorkTree
from ledger.plan import text
from ledger.plan.model import Change, Item, Ledger

_LEAD: Final = re.compile(r"(?:option )?\w{1,2}[:.)\u2013\u2014 -]+", re.IGNORECASE)
_ASIDE: Final = re.compile(r"[ \t]*[()\[\]]+[ \t]*")
_MOST_BRIEFS = 3  # of an item, that may name its plan files
_SHOWN = 20  # tasks that a message names


def decision_words(config: Config, item: Item, given: str, because: str) -> str:
    """``Decision: Option C (isolate the slow test). Reason: ...``. Raises UsageError for an option
    that the item's brief does not have, and where no reason is given."""
    key = option_key(text.one_line(given))
    tied = _brief(config, item)
    keys = {option_key(o.name): o for o in tied.brief.decisions[0].options} if tied else {}
    option = keys.get(key)
    if not key or (keys and option is None):
        expected = ", ".join(key for key in keys if key) or "its letter or number"
        raise UsageError(
            "no-such-option", f"expected the option decided for, found {given!r}", f"say {expected}"
        )
    if not text.one_line(because):
        message = "a decision is logged with its reason, found none"
        raise UsageError("no-reason", message, "add --because TEXT")
    title = _ASIDE.sub(" ", _LEAD.sub("", option.name, count=1)).strip(" .:") if option else ""
    words = f"Option {key}" + (f" ({title})" if title else "")
    return f"Decision: {words}. Reason: {text.one_line(because).rstrip('.')}."


def _brief(config: Config, item: Item) -> Tied | None:
    with place_of(config) as place:
        assert place.files is not None
        every = briefs_of(place.files, config.ledger_path, item)
        return next((tied for tied in every if tied.brief.decisions), None)


def refuse_unread(config: Config, new: Ledger, name: str, words: str) -> None:
    """Raise Refused where ``new`` does not say what was decided by an item's ``words``."""
    item = section_of(new, name)
    tied = _brief(config, item)
    path, brief = (tied.path, tied.brief) if tied else (config.ledger_path, None)
    facts = Facts(config, path, request=Request(), brief=brief, item=item)
    judged = decided(option_keys(tied.brief.decisions[0]) if tied else (), facts)
    option = words.removeprefix("Decision: ").lower()
    if judged.verdict != "met" or not option.startswith(
        judged.reason.rpartition("decided for ")[2].lower()
    ):
        message = f"the decision would not be found: {judged.reason}"
        hint = "decide for one option, and name no other in the reason; nothing was written"
        raise Refused("not-as-meant", message, hint)


def home_of(config: Config, item: Item, names: Sequence[str]) -> str:
    """The plan file that has the tasks ``names`` (``M1``, or ``plans/a.md#M1``). Raises UsageError
    for no such task or several files, Refused where it is not clear which is meant."""
    view = WorkTree(config.root)
    files = list(plan_files(config, view, _texts(config, view, item)))
    places = {_home(files, item, name) for name in names}
    if len(places) > 1:
        words = " and ".join(sorted(places))
        message = f"the tasks lie in {words}"
        raise UsageError("several-plan-files", message, "tick one file at a time")
    return places.pop()


def _texts(config: Config, view: Files, item: Item) -> Iterator[str]:
    yield from texts_of(item)
    for tied in islice(briefs_of(view, config.ledger_path, item), _MOST_BRIEFS):
        yield text.decode(view.read(tied.path, LARGEST))


def _home(files: Sequence[PlanFile], item: Item, given: str) -> str:
    path, _, name = given.rpartition("#")
    asked = [file for file in files if path in ("", file.path)]
    paths = [file.path for file in asked if any(_is(task, name) for task in file.tasks)]
    if not paths:
        known = [task.id for file in asked for task in file.tasks][:_SHOWN]
        where = f"{', '.join(file.path for file in asked)} has {', '.join(known)}"
        message = f"no plan file of {item.id} has a task {text.one_line(given)!r}"
        hint = where if asked else "cite the plan file in a field of the item, or set `plans`"
        raise UsageError("no-such-task", message, hint)
    if len(paths) > 1:
        hint = f"say which: --task {paths[0]}#{name}"
        raise Refused("ambiguous-task", f"{name} is a task of {' and '.join(paths)}", hint)
    return paths[0]


def tick(plan: Plan, names: Sequence[str]) -> list[Item]:
    """Tick the tasks ``names`` of a plan file. Raises Refused where two have one name."""
    every = []
    for name in (given.rpartition("#")[2] for given in names):
        tasks = [item for item in plan.archive.items if item.is_named and _is(item, name)]
        if len(tasks) != 1:
            lines = " and ".join(str(item.span.start_line) for item in tasks) or "no line any more"
            raise Refused("ambiguous-task", f"{name} is on {lines}", "give one another ID")
        every += tasks
    plan.propose_ticks(every)
    return every


def _is(task: Item, name: str) -> bool:
    return task.id.casefold() == name.casefold()


def refuse_undone(
    config: Config, new: Ledger, change: Change, tasks: Sequence[Item], *, path: str
) -> None:
    """Raise Refused where the attempt does not allow one of ``tasks`` to be called done."""
    section = section_of(new, change.item)
    with place_of(config) as place:
        newest = newest_run(section, place)
        for task in tasks:
            closing = Closing(
                section, reason=change.attempt.because, line=task.span.start_line, task=task
            )
            grounds = next(closings.every_grounds(config, closing, place, newest))
            for objection in objections(closing, grounds, strict=True):
                if objection.severity == "error":
                    message = f"{path}:{objection.line}: {objection.message}"
                    hint = (
                        f"{objection.fix}; nothing was written"
                        if objection.fix
                        else "nothing was written"
                    )
                    raise Refused("not-done", message, hint)
