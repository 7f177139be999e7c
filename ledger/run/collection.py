"""Files that a command writes elsewhere and that are collected into its bundle."""

import glob
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ledger.git import files

_MAX_BYTES: Final = 64 * 1024 * 1024
_MOST: Final = 1000  # files of one pattern


class Collection:
    """The files that ``wanted`` names: paths from the current folder, with ``*`` for any characters
    and ``**`` for any folders. What was there before, unchanged, is none of the command's, nor is
    what lies in git's own folder or, by a link, outside of the repository at ``root``."""

    def __init__(self, root: Path, wanted: Sequence[str]) -> None:
        self._top = Path(os.path.realpath(root))
        self.wanted = tuple(dict.fromkeys(map(os.path.normpath, wanted)))
        self._before = {place: _state(place) for p in self.wanted for place in _files(p)}

    def copy(self, to: Path) -> Iterator[str]:
        """Copy those that the command wrote into ``to``; yield what is missing, a line each."""
        for pattern in self.wanted:
            paths = list(_files(pattern))
            written = [place for place in paths if self._before.get(place) != _state(place)]
            if not written:
                why = "is older than the run" if paths else "was not written"
                yield f"not collected: {pattern} {why}"
            for place in written[:_MOST]:
                if to not in place.absolute().parents:  # else it is there already
                    yield from self._copy(place, to)
            if len(written) > _MOST:
                left = len(written) - _MOST
                yield f"not collected: {left} of the {len(written)} files of {pattern}"

    def _copy(self, place: Path, to: Path) -> Iterator[str]:
        path, real = (Path(of(place)) for of in (os.path.abspath, os.path.realpath))
        fault = files.astray(self._top, real)
        if fault and (real.is_relative_to(self._top) or path.is_relative_to(self._top)):
            yield f"not collected: {place} {fault}"
            return
        size = place.stat().st_size
        if size > _MAX_BYTES:
            yield f"not collected: {place} has {size >> 20} MB, more than {_MAX_BYTES >> 20} MB"
            return
        name = place.name
        if os.path.lexists(to / name):
            name = "-".join(part for part in place.parts if part not in ("..", os.sep))
        if os.path.lexists(to / name):
            yield f"not collected: {place}, since the run has a {name} already"
            return
        shutil.copyfile(place, to / name)
        self._before[place] = _state(place)  # a second try has to write it anew


def _files(pattern: str) -> Iterator[Path]:
    """The files that a pattern names now, in the order of their names."""
    # pathlib takes no pattern that begins at the root or with `..`
    names = [pattern] if os.path.lexists(pattern) else glob.glob(pattern, recursive=True)  # noqa: PTH207
    for place in map(Path, sorted(names)):
        inside = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in inside if file.is_file())


def _state(place: Path) -> tuple[int, int, int]:
    status = place.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino
