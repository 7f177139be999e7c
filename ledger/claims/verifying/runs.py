"""The runs that entries cite and name, each read at most once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ledger.claims.entries import Entry, stamp_of
from ledger.claims.model import RunName
from ledger.claims.observed import Run, from_parts
from ledger.claims.verifying.outputs import parts_of
from ledger.claims.verifying.place import Place
from ledger.errors import UnreadableInput
from ledger.evidence.fold import fold
from ledger.evidence.part import Part


class Runs:
    """The runs of all entries: what their names stand for, and each read at most once."""

    def __init__(self, entries: Callable[[str | None], Iterable[Entry]], place: Place) -> None:
        """``entries`` gives all entries of an item."""
        self._entries = entries
        self._place = place
        self._brief: set[str] = set()
        self._parts: dict[tuple[str, bool], list[Part]] = {}
        self._read: dict[tuple[str, str, bool], Run | None] = {}
        self._cited_by: dict[str | None, dict[tuple[str, str], dict[str, None]]] = {}

    def meant(self, entry: Entry, name: RunName) -> tuple[str, ...]:
        """The folders that a name stands for where ``entry`` uses it."""
        item = name.item or entry.item
        if name.kind == "stamp":
            return self._place.listing.stamped(name.value)
        if name.kind in ("attempt", "phase"):
            if item not in self._cited_by:
                self._cited_by[item] = self._cited(item)
            return tuple(self._cited_by[item].get((name.kind, name.value), ()))
        return ()

    def _cited(self, item: str | None) -> dict[tuple[str, str], dict[str, None]]:
        """The runs that each attempt of an item cites, by its number, and those of each phase."""
        found: dict[tuple[str, str], dict[str, None]] = {}
        for entry in self._entries(item):
            for run in entry.runs:
                if entry.attempt is not None:
                    found.setdefault(("attempt", str(entry.attempt)), {})[run] = None
                for part in run.lower().split("/"):
                    if part.startswith("phase_"):
                        found.setdefault(("phase", part[len("phase_") :]), {})[run] = None
        return found

    def read(self, folders: Sequence[str], within: Sequence[str], *, names: bool) -> list[Run]:
        """The runs of ``folders``. Where a folder holds several sessions and only a part of it
        is cited, the run is that part. ``names`` asks for the names and times of single tests."""
        found = []
        for folder, part in zip(folders, within, strict=True):
            run = self._whole(folder, names=names)
            if run is not None and run.single is None and part != folder:
                run = self._part(folder, part, names=names) or run
            if run is not None:
                found.append(run)
        return found

    def is_brief(self, folders: Sequence[str]) -> bool:
        """Whether the names of tests are left out of any of these runs where nobody asks."""
        return not self._brief.isdisjoint(folders)

    def _whole(self, folder: str, *, names: bool) -> Run | None:
        key = (folder, folder, names)
        if key not in self._read:
            parts = self._parts_of(folder, names=names)
            self._read[key] = None if parts is None else _run(folder, parts)
        return self._read[key]

    def _parts_of(self, folder: str, *, names: bool) -> list[Part] | None:
        """What an entry is told does not depend on what another one has asked for."""
        if (folder, names) not in self._parts:
            try:
                brief, whole = parts_of(self._place.access, folder, names=names)
            except UnreadableInput:
                return None
            if brief is not None:
                self._brief.add(folder)
                self._parts[folder, False] = brief
            elif whole is not None:
                self._parts[folder, False] = whole
            if whole is not None:
                self._parts[folder, True] = whole
        return self._parts[folder, names]

    def _part(self, folder: str, within: str, *, names: bool) -> Run | None:
        key = (folder, within, names)
        if key not in self._read:
            below = within[len(folder) + 1 :] + "/"
            told = self._parts.get((folder, names), ())
            parts = [part for part in told if part.file.startswith(below)]
            self._read[key] = _run(folder, parts) if parts else None
        return self._read[key]


def _run(folder: str, parts: list[Part]) -> Run:
    evidence = fold(folder, parts, (), single=False)
    return from_parts(evidence.model_copy(update={"stamp": stamp_of(folder)}), parts)
