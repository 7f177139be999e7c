"""``ledger evidence``: what the outputs of runs say, and how they compare."""

import os
from collections.abc import Sequence
from pathlib import Path

from ledger.claims.entries import newest_run, place_of
from ledger.commands import read
from ledger.config import Config
from ledger.errors import UnreadableInput
from ledger.evidence.compare import compare
from ledger.evidence.model import Delta, Evidence
from ledger.evidence.outputs import read_run, read_runs
from ledger.git import process
from ledger.git.files import WorkTree
from ledger.plan import selectors
from ledger.plan.model import Attempt, Model, newest_first


class Runs(Model):
    """What was read of the runs, and how they compare."""

    runs: tuple[Evidence, ...]
    """In the order that they were given in."""
    together: Evidence | None = None
    """All of them as the parts of one run; null where only one was given."""
    baseline: tuple[str, ...] = ()
    """The runs that they are compared with."""
    delta: Delta | None = None
    """The comparison; null without a baseline."""

    @property
    def whole(self) -> Evidence:
        """All of them together, or the only one."""
        return self.together or self.runs[0]


def evidence(runs: Sequence[Path], *, baseline: Sequence[Path] = ()) -> Runs:
    """Read what the outputs of ``runs`` say: each a folder with everything below it, or one file.
    They are compared with the runs of ``baseline`` taken together. Raises ``UnreadableInput`` for a
    run that is not there or leads out of the repository."""
    root = _root([*runs, *baseline])
    files = WorkTree(root)
    paths = [_within(root, run) for run in runs]
    read = tuple(read_run(files, path) for path in paths)
    together = read_runs(files, tuple(paths)) if len(read) > 1 else None
    before = tuple(_within(root, run) for run in baseline)
    delta = compare(together or read[0], read_runs(files, tuple(before))) if before else None
    return Runs(runs=read, together=together, baseline=before, delta=delta)


def since_last(config: Config, item: str, run: str) -> tuple[Attempt, Delta] | None:
    """The newest attempt of ``item`` that cites a run other than ``run``, and how ``run`` compares
    with that; None where there is none. ``run`` is relative to the top of the repository."""
    section = selectors.items(read.opened(config).ledger, selectors.item_in(item))[0]
    with place_of(config) as place:
        for attempt in newest_first(section.attempts):
            part = section.model_copy(update={"attempts": (attempt,)})
            newest = newest_run(part, place)
            if newest and run not in newest.runs:
                files = WorkTree(config.root)
                return attempt, compare(read_run(files, run), read_runs(files, newest.runs))
    return None


def _root(runs: Sequence[Path]) -> Path:
    """The repository around the current folder; for a run that lies elsewhere, the folder that
    holds all runs. Nothing outside of it is read, whatever links lead there."""
    try:
        places = [Path(os.path.realpath(path)) for path in runs]
    except ValueError as error:
        raise UnreadableInput("run-unreadable", f"expected a path: {error}") from error
    top = process.top_of(Path.cwd())
    if top and all(place.is_relative_to(top) for place in places):
        return top
    return Path(os.path.commonpath([place.parent for place in places]))


def _within(root: Path, run: Path) -> str:
    return Path(os.path.realpath(run)).relative_to(root).as_posix()
