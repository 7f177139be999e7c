"""The tasks of plan files that a brief, an item or an action names, and how far they are."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from itertools import islice
from typing import Final, NamedTuple

from ledger.config import Config
from ledger.errors import LedgerError
from ledger.gates import sprints
from ledger.gates.documents import documents
from ledger.gates.model import (
    JudgedCriterion,
    Judgement,
    PlanState,
    TaskState,
    met,
    together,
    unknown,
    unmet,
)
from ledger.git.files import Files
from ledger.plan import dialects, named_tasks, reader
from ledger.plan.model import FINISHED, Conventions, Criterion, Item, Ledger
from ledger.plan.named_tasks import TaskName

_LARGEST: Final = 4_000_000  # bytes of a plan file
_MOST: Final = 20  # documents that are looked into
_MOST_MATCHING: Final = 1_000  # files that the settings name
_BOX: Final = re.compile(rb"\[[ xXDPB]\]")
_WILD: Final = re.compile(r"[^/]*[*?\[].*")


class PlanFile(NamedTuple):
    """A document that has tasks."""

    path: str
    plan: Ledger

    @property
    def tasks(self) -> Sequence[Item]:
        """Those that have an ID."""
        return [item for item in self.plan.items if item.is_named]


class Task(NamedTuple):
    """A task in a plan file."""

    path: str
    item: Item

    @property
    def place(self) -> str:
        """Where it is."""
        return f"{self.path}:{self.item.span.start_line}"


def plan_files(config: Config, view: Files, texts: Iterable[str]) -> Iterator[PlanFile]:
    """The documents with tasks: those that the settings name, else those that ``texts`` names."""
    if config.settings.plans is None:
        places = (place for words in texts for place in documents(view, words, config.ledger_path))
        others = {config.ledger_path, config.partner}
        known = (path for path in dict.fromkeys(places) if path not in others)
        paths = islice((path for path in known if view.kind(path) == "file"), _MOST)
    else:
        paths = islice(_matching(view, config.settings.plans), _MOST_MATCHING)
    for path in paths:
        try:
            data = view.read(path, _LARGEST)
        except LedgerError:
            continue
        if file := plan_file(config, path, data):
            yield file


def plan_file(config: Config, path: str, data: bytes) -> PlanFile | None:
    """The document at ``path`` as a plan file; None where it has no task with an ID."""
    plan = _read(data, conventions(config)) if _BOX.search(data) else None
    return PlanFile(path, plan) if plan and any(item.is_named for item in plan.items) else None


def citing(
    config: Config, view: Files, path: str, ledger: Ledger
) -> tuple[Item | None, PlanFile] | None:
    """The plan file at ``path`` with the item that cites it, or that the settings name; None where
    the document is no plan file."""
    name = path.rpartition("/")[2]
    about: list[Item | None] = [
        item for item in ledger.items if any(name in text for text in texts_of(item))
    ]
    for item in about or [None]:
        for file in plan_files(config, view, texts_of(item)):
            if file.path == path:
                return item, file
    return None


def done_in(config: Config, data: bytes) -> list[Item]:
    """The tasks that the bytes of a plan file call done."""
    plan = _read(data, conventions(config)) if _BOX.search(data) else None
    return [item for item in plan.items if item.status == "done"] if plan else []


def _matching(view: Files, patterns: Sequence[str]) -> Iterator[str]:
    for pattern in patterns:
        folder = _WILD.sub("", pattern).rstrip("/")
        paths = (f"{folder}/{file.path}".strip("/") for file in view.below(folder))
        yield from (path for path in paths if fnmatchcase(path, pattern))


def conventions(config: Config) -> Conventions | None:
    """How a plan file is read: as the fix plan is, but for the dialect that this is pinned to."""
    return config.own.model_copy(update={"dialect": None}) if config.own else None


@lru_cache(maxsize=16)  # several actions of an item name tasks of one file
def _read(data: bytes, own: Conventions | None) -> Ledger | None:
    plan = reader.read(data, own)
    has_boxes = (item for item in plan.items if dialects.of(item).has_boxes)
    return plan.model_copy(update={"items": tuple(has_boxes)})


def texts_of(item: Item | None) -> Iterator[str]:
    """Where an item may name its plan files: in its fields and actions."""
    yield from (field.value for field in item.fields) if item else ()
    yield from (action.text for action in item.actions) if item else ()


class CitedTask(NamedTuple):
    """What prose says of a task: every task that may be meant, and whether it is called done."""

    every: Sequence[Task]
    is_done: bool


def cited_tasks(files: Sequence[PlanFile], names: Iterable[TaskName]) -> dict[str, CitedTask]:
    """The tasks that ``names`` mean, by their ID."""
    items: dict[str, CitedTask] = {}
    for name in names:
        tasks: dict[str, list[Task]] = {}
        for file in files:
            for item in named_tasks.tasks_of(name, file.plan):
                tasks.setdefault(item.id, []).append(Task(file.path, item))
        for task, every in tasks.items():
            was = items.get(task)
            items[task] = CitedTask(every, name.is_done or bool(was and was.is_done))
    return items


def done(task: str, every: Sequence[Task]) -> Judgement:
    """Whether a task is done; of several that may be meant one has to be."""
    finished = [task for task in every if task.item.status in FINISHED]
    if finished:
        return met(f"{task} is {finished[0].item.status_text}", finished[0].place)
    return unmet(f"{task} is {every[0].item.status_text}", *(task.place for task in every))


def called_done(
    config: Config, view: Files, item: Item, words: str
) -> Iterator[tuple[str, tuple[JudgedCriterion, ...]]]:
    """The tasks that a complete action of ``item`` stands for, or calls done in its ``words``, and
    that are not done: by the plan file that may hold them, each as a criterion that is unmet."""
    leading = (name._replace(is_done=True) for name in named_tasks.leading(words))
    names = [name for name in (*leading, *named_tasks.names_in(words)) if name.is_done]
    files = list(plan_files(config, view, texts_of(item))) if names else []
    criteria: dict[str, list[JudgedCriterion]] = {}
    for task, cited in cited_tasks(files, names).items():
        judgement = done(task, cited.every)
        if judgement.verdict == "unmet":
            asked = sprints.condition(
                f"task {task} is done", "Tasks", cited.every[0].item.span.start_line
            )
            judged = JudgedCriterion(**{**dict(asked), **dict(judgement)})
            criteria.setdefault(cited.every[0].path, []).append(judged)
    yield from ((path, tuple(every)) for path, every in criteria.items())


def with_checks(task: Item) -> Item:
    """A task with the checks in its cells as its criteria."""
    own = (
        Criterion(text=cell.value, ticked=None, span=cell.span)
        for cell in task.fields
        if sprints.condition(cell.value, "", 1).check
    )
    return task.model_copy(update={"criteria": (*task.criteria, *own)})


def judge(names: Sequence[str], files: Sequence[PlanFile]) -> Judgement:
    """Whether the tasks of these names, ranges or phases are done."""
    judgements: list[Judgement] = []
    for name in names:
        items = cited_tasks(files, named_tasks.written(name))
        judgements += [done(task, cited.every) for task, cited in items.items()]
        if not items:
            where = ", ".join(file.path for file in files) or "no plan file with tasks is cited"
            judgements.append(unknown(f"there is no task {name} ({where})"))
    return together(judgements)


def states(files: Sequence[PlanFile], words: Iterable[str]) -> tuple[PlanState, ...]:
    """How far the plan files are, with the tasks that ``words`` name."""
    both = ((*named_tasks.leading(word), *named_tasks.names_in(word)) for word in words)
    names = [name for every in both for name in every]
    tasks = [task for cited in cited_tasks(files, names).values() for task in cited.every]
    tasks.sort(key=lambda task: task.item.span.start_line)
    return tuple(
        PlanState(
            path=file.path,
            tasks=len(file.tasks),
            done=sum(cited.status in FINISHED for cited in file.tasks),
            named=tuple(_state(task.item) for task in tasks if task.path == file.path),
        )
        for file in files
    )


def _state(task: Item) -> TaskState:
    return TaskState(
        task=task.id,
        title=task.title,
        state=task.status,
        state_text=task.status_text,
        line=task.span.start_line,
    )
