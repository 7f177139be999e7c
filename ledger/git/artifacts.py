"""What git and the disk say about cited paths.

Two short git commands at most, however many paths are asked about, and no library for git:
the hook asks, too. Nothing here changes a repository, its index included.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from ledger.errors import UsageError
from ledger.git import asking, paths
from ledger.plan import citations

_LONGEST = 100_000  # bytes
_AT_ONCE = 500  # paths on one command line
State = Literal["tracked", "untracked", "ignored", "missing", "outside", "placeholder"]


class Artifacts:
    """The states of paths in the work tree at ``root``; each path is looked up once.

    ``tracked`` is what git's index has, so what is staged counts. A folder is tracked where one
    of its files is. ``ignored`` holds also for what does not exist: that is why it does not.
    Without git (``is_git`` False) what exists is tracked.
    """

    def __init__(self, root: Path, *, is_git: bool = True) -> None:
        self._top = Path(os.path.realpath(root))
        self._is_git = is_git
        self._states: dict[str, State] = {}
        self._places: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def states(self, asked: Sequence[str]) -> Mapping[str, State]:
        """The state of each path; those that were asked about before come along."""
        new: dict[str, list[str]] = {}
        for path in dict.fromkeys(asked):
            if path in self._states:
                continue
            kind = citations.kind(path)
            place = self._resolved(path) if kind == "path" else ""
            if place:
                new.setdefault(place, []).append(path)
            else:
                self._states[path] = kind if kind == "placeholder" else "outside"
        tracked = self._tracked([*new])
        # To a rule such as "logs/" what does not exist is a folder only if a slash says so.
        folders = {place + "/" for place, spelled in new.items() if spelled[0].endswith("/")}
        others = [f"{p}/" if f"{p}/" in folders else p for p in new if p not in tracked]
        ignored = {path.rstrip("/") for path in self._ignored(others)}
        for place, spelled in new.items():
            self._states.update(dict.fromkeys(spelled, self._state(place, tracked, ignored)))
        return self._states

    def content(self, path: str) -> bytes | None:
        """What the file in the work tree holds; None where there is none, or a longer one than
        is worth reading."""
        place = self._resolved(path) if citations.kind(path) == "path" else ""
        try:
            with (self._top / place).open("rb") as file:
                data = file.read(_LONGEST + 1)
        except OSError:
            return None
        return data if len(data) <= _LONGEST else None

    def _state(self, place: str, tracked: set[str], ignored: set[str]) -> State:
        if place in tracked:
            return "tracked"
        if place in ignored:
            return "ignored"
        if not (self._top / place).exists():
            return "missing"
        return "untracked" if self._is_git else "tracked"

    def _resolved(self, path: str) -> str:
        """Where ``path`` leads, from the top; empty where that is outside."""
        if path not in self._places:
            folder, _, name = os.path.normpath(path).rpartition("/")
            above = self._confined(folder) if name.isascii() and "\\" not in path else ""
            if above and name != ".." and not (self._top / above / name).is_symlink():
                self._places[path] = f"{above}/{name}"
            else:
                self._places[path] = self._confined(os.path.normpath(path))
        return self._places[path]

    def _confined(self, path: str) -> str:
        """As ``_resolved``, link by link; the folder of many paths is looked at once."""
        if path not in self._folders:
            try:
                inside = paths.confine(self._top, path)
                self._folders[path] = inside.relative_to(self._top).as_posix()
            except UsageError:
                self._folders[path] = ""
        return self._folders[path]

    def _tracked(self, places: list[str]) -> set[str]:
        """Those of ``places`` that are in the index, or are folders with a file in it."""
        wanted, found = {*places}, {"."}
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            for name in self._git(["--literal-pathspecs", "ls-files", "-z", "--", *some], ""):
                part = name
                while part and part not in found:
                    if part in wanted:
                        found.add(part)
                    part = part.rpartition("/")[0]
        return found

    def _ignored(self, places: list[str]) -> list[str]:
        if not places:
            return []
        return self._git(["check-ignore", "-z", "--stdin"], "".join(f"{p}\0" for p in places))

    def _git(self, arguments: list[str], given: str) -> list[str]:
        """The names that git prints. It fails for a path inside a submodule, whose files it
        does not know: nothing is said about them."""
        if not self._is_git:
            return []
        done = asking.run(self._top, *arguments, given=given.encode("utf-8", "surrogateescape"))
        return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]
