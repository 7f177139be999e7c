"""The runs that a gate judges by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ledger.config import Config
from ledger.errors import LedgerError
from ledger.evidence.access import Access
from ledger.evidence.access import Entry as File
from ledger.evidence.bundle import read_run
from ledger.evidence.model import Evidence
from ledger.gates.gating.places import Places
from ledger.gates.model import Brief
from ledger.git import paths


class Runs:
    """The runs of one gate, each read once."""

    def __init__(self, config: Config, brief: Brief | None, places: Places) -> None:
        self._root, self._brief, self._places = config.root, brief, places
        self._outputs: dict[str, Evidence | None] = {}

    def read(self, run: Path) -> Evidence:
        """The run without the commands that the bundle captures below it."""
        path = paths.inside(self._root, run)
        captured = [entry.path for entry in self._brief.bundle] if self._brief else []
        folders = {
            place.path
            for name in captured
            if "exit" in name.rpartition("/")[2]
            and (place := self._places.fill(name.rpartition("/")[0])).path
        }
        below = {
            one.removeprefix(f"{path}/") for one in folders if one and one.startswith(f"{path}/")
        }
        return read_run(
            _Without(self._places.access, path, tuple(f"{one}/" for one in below)), path
        )

    def baseline(self, given: Path | None) -> Evidence | None:
        """The run that was given, else the one that the brief starts from."""
        if given:
            return read_run(self._places.access, paths.inside(self._root, given))
        stamp = self._brief.input_stamp if self._brief else None
        if not stamp or not self._brief:
            return None
        cited = [path for one in self._brief.references for path in one.paths]
        folders = {
            path[: path.index(stamp) + len(stamp)] for path in cited if f"/{stamp}/" in f"/{path}"
        }
        if len(folders) != 1:
            return None
        return self.outputs(folders.pop())

    def early(self, run: Evidence | None) -> str:
        """Why the run cannot be one of after the brief; empty where it can."""
        stamp = self._brief.stamp if self._brief else None
        if run and stamp and run.stamp and run.stamp <= stamp:
            return f"the run ({run.stamp}) is not later than the brief ({stamp})"
        return ""

    def outputs(self, path: str) -> Evidence | None:
        """The outputs in a folder; None for none."""
        if path not in self._outputs:
            try:
                found = read_run(self._places.access, path)
                self._outputs[path] = found if found.files or found.tests else None
            except LedgerError:
                self._outputs[path] = None
        return self._outputs[path]


class _Without:
    """A run without some of its folders."""

    def __init__(self, access: Access, run: str, folders: tuple[str, ...]) -> None:
        self._access = access
        self._run = run
        self._folders = folders

    def files(self, path: str) -> Iterator[File]:
        """See ``Access.files``."""
        for entry in self._access.files(path):
            if path != self._run or not entry.path.startswith(self._folders or ("\0",)):
                yield entry

    def read(self, path: str) -> bytes:
        """See ``Access.read``."""
        return self._access.read(path)
