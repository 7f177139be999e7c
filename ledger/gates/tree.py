"""The folders of a brief's artifact bundle: which one a run is for, and what is to lie in it."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ledger.errors import UsageError
from ledger.evidence import execution
from ledger.gates.model import Brief, Task

# e.g. "reports/x/phase_n/<STAMP>" of a file in the bundle
_STAMPED: Final = re.compile(r".{0,400}?(?:<STAMP>|\$\{?STAMP\b\}?)", re.IGNORECASE)
_TASK: Final = re.compile(r"(?:task[ \t]+)?(?P<number>\d+(?:\.\d+)+[a-z]?)", re.IGNORECASE)
_DASH: Final = re.compile(r"[ \t]+[-\u2013\u2014][ \t]+|:[ \t]+")
_NOT_WORD: Final = re.compile(r"[\W_]+")


class Folder(NamedTuple):
    """A folder of the bundle."""

    top: str
    """The one of the stamp, with placeholders."""
    below: str
    """Its path from there; empty for that one itself."""
    names: tuple[str, ...]
    """The files that have to lie in it."""


def folders(brief: Brief) -> list[Folder]:
    """The folders that the bundle of a brief has files in, in its order."""
    names: dict[tuple[str, str], list[str]] = {}
    for entry in brief.bundle:
        top = _STAMPED.match(entry.path)
        if top and not entry.path.endswith("/") and not entry.optional:
            below, _, name = entry.path[top.end() :].lstrip("/").rpartition("/")
            names.setdefault((top[0], below), []).append(name)
    return [Folder(*place, tuple(files)) for place, files in names.items()]


def captured(brief: Brief) -> list[str]:
    """The folders that the bundle has for outputs of a command: those with its exit code."""
    places = (entry.path.rpartition("/") for entry in brief.bundle)
    return [folder for folder, _, name in places if execution.is_exit_code(name, b"")]


def of_sprint(path: str, number: str) -> bool:
    """Whether a path lies in a folder that is called after a sprint."""
    return bool(re.search(rf"/sprint[ _-]?{re.escape(number)}(?=/|\Z)", path, re.IGNORECASE))


def find_folder(brief: Brief, path: str, name: str) -> Folder | None:
    """The folder that ``name`` means: its path, the last part of that, or a task by its number or
    title; None for none. Raises UsageError for a task of the brief, which lies at ``path``, that
    no folder is known for."""
    every = folders(brief)
    wanted = name.strip("/")
    same = [folder for folder in every if folder.below == wanted]
    same = same or [folder for folder in every if folder.below.rpartition("/")[2] == wanted]
    if len(same) == 1:
        return same[0]
    task, sprint = next(_matching_tasks(brief, wanted), (None, ""))
    if task is None:
        return None
    inside = [folder for folder in every if of_sprint(f"/{folder.below}", sprint)]
    fitting = [_shared(folder, task) for folder in inside]
    best = [folder for folder, fit in zip(inside, fitting, strict=True) if fit == max(fitting)]
    if len(best) == 1 and (max(fitting) or len(inside) == 1):
        return best[0]
    known = ", ".join(folder.below for folder in every if folder.below) or "no folder"
    message = f"--into {name[:80]}: the bundle of {path} has no folder that is clearly this task's"
    raise UsageError("no-folder", message, f"it has {known}")


def _matching_tasks(brief: Brief, name: str) -> Iterator[tuple[Task, str]]:
    """The tasks of that number or title, or a part of it between dashes, with their sprints'."""
    numbered, squeezed = _TASK.fullmatch(name), _squeezed(name)
    for sprint in brief.sprints:
        for task in sprint.tasks:
            titles = {_squeezed(title) for title in (task.title, *_DASH.split(task.title))}
            if (numbered and task.number == numbered["number"]) or squeezed in titles - {""}:
                yield task, task.number.partition(".")[0]


def _shared(folder: Folder, task: Task) -> int:
    """How many words of a folder's name a task's title has."""
    title = _squeezed(task.title)
    return sum(word in title for word in _NOT_WORD.split(folder.below.rpartition("/")[2].lower()))


def _squeezed(words: str) -> str:
    return _NOT_WORD.sub("", words.lower())
