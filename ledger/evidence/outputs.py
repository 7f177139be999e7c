"""The outputs of a run, each by itself, over the one view of files.

This stands in for what the readers of evidence are about to be; its functions stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ledger.evidence import bundle
from ledger.evidence.access import Entry
from ledger.evidence.fold import fold
from ledger.evidence.model import Evidence
from ledger.evidence.part import MAX_BYTES, Part
from ledger.git.files import Files


class Outputs(NamedTuple):
    """What the files of one run say, each by itself."""

    path: str
    files: tuple[str, ...]
    parts: tuple[Part, ...]
    is_file: bool = False

    def evidence(self) -> Evidence:
        """All of them as one run."""
        return fold(self.path, list(self.parts), (), single=self.is_file)

    def within(self, folder: str) -> Outputs:
        """Those that lie in a folder of the run, under the same names."""
        parts = tuple(part for part in self.parts if part.file.startswith(f"{folder}/"))
        return self._replace(parts=parts)


class _Access(NamedTuple):
    view: Files

    def files(self, path: str) -> Iterator[Entry]:
        return (Entry(file.path, file.size) for file in self.view.below(path))

    def read(self, path: str) -> bytes:
        return self.view.read(path, MAX_BYTES)


def outputs_of(files: Files, path: str) -> Outputs:
    """What each file of a run says."""
    read = bundle._outputs(_Access(files), path)  # noqa: SLF001 - for some hours
    return Outputs(path, read.files, tuple(read.parts), read.is_file)
