"""What git knows, by way of GitPython: this is its only user, for it takes 0.2 s to import.

The hook must not come here; it reads blobs through ``ledger.git.blobs``, which also resolves
cited commits. Nothing here changes a repository, its index included. Paths are relative to
``root``, the top of a work tree, with forward slashes, and stand for themselves: no pattern in
them has a meaning.

Raises throughout: ``UnreadableInput`` (``no-repository``) where ``root`` is not the top of a
work tree, ``LedgerError`` where git is missing (``no-git``) or gives up (``git-failed``).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

# Else the import itself fails where there is no git.
os.environ.setdefault("GIT_PYTHON_REFRESH", "quiet")

import git

from ledger.errors import LedgerError
from ledger.git import paths, worktree

_NOTHING_FOUND = 1  # the exit code of rev-parse --verify and of check-ignore


def tracked(root: Path, names: Iterable[str]) -> frozenset[str]:
    """Those of ``names`` that are in the index: files, and folders with a file in them."""
    known = set()
    for file in _names(_run(root, ["ls-files", "--cached", "-z"])[1]):
        while file and file not in known:
            known.add(file)
            file = file.rpartition("/")[0]  # noqa: PLW2901 - up to the top
    return frozenset(path for path in names if path.rstrip("/") in known)


def ignored(root: Path, names: Iterable[str]) -> dict[str, str]:
    """Those of ``names`` that git ignores, each with the rule (``.gitignore:3:logs/``). What is
    tracked is not ignored, whatever a rule says. They need not exist, and have no ``..``."""
    inside: dict[str, bool] = {"": True}
    wanted = [
        path
        for path in dict.fromkeys(names)
        if path and "\0" not in path and _is_inside(root, path.rpartition("/")[0], inside)
    ]
    return dict(_ignored(root, wanted)) if wanted else {}


def lay_out(folder: Path, ignore_files: Iterable[tuple[str, bytes]]) -> None:
    """Make the empty ``folder`` a work tree that has these ``.gitignore`` files and no more, so
    that ``ignored`` says what git would ignore with them."""
    git.Repo.init(folder)
    for name, data in ignore_files:
        place = paths.confine(folder, name)
        if ".git" not in place.relative_to(folder.resolve()).parts:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def _is_inside(root: Path, folder: str, known: dict[str, bool]) -> bool:
    """Whether ``folder`` belongs to this work tree: git answers nothing at all when it is
    asked about a path beyond a link or in a submodule among others."""
    open_folders = []
    while folder not in known:
        open_folders.append(folder)
        folder = folder.rpartition("/")[0]
    inside = known[folder]
    for below in reversed(open_folders):
        place = root / below
        # Path.is_symlink raises where a name is too long.
        is_link = os.path.islink(place)  # noqa: PTH114
        inside = inside and not is_link and not os.path.lexists(place / ".git")
        known[below] = inside
    return inside


def _ignored(root: Path, wanted: list[str]) -> Iterator[tuple[str, str]]:
    # "./" in front, else git reads ":(icase)x" as a pattern and refuses to take it literally.
    told = "".join(f"./{path}\0" for path in wanted)
    ask = ["check-ignore", "--stdin", "-v", "-z"]
    code, said = _run(root, ask, told, gives_up_quietly=True)
    if code <= _NOTHING_FOUND:
        fields = _names(said)
        for source, line, pattern, path in zip(*[iter(fields)] * 4, strict=False):
            if not pattern.startswith("!"):  # the rule that takes the path in again
                yield path[2:], f"{source}:{line}:{pattern}"
        return
    _run(root, ["rev-parse", "--git-dir"])  # raises where no path is to blame
    if len(wanted) > 1:
        middle = len(wanted) // 2
        yield from _ignored(root, wanted[:middle])
        yield from _ignored(root, wanted[middle:])


def _names(said: bytes) -> list[str]:
    return [os.fsdecode(name) for name in said.split(b"\0")]


def _run(
    root: Path, arguments: list[str], told: str = "", *, gives_up_quietly: bool = False
) -> tuple[int, bytes]:
    """Exit code and output of git, told ``told`` on its input."""
    try:
        with _environment(root) as environment:
            process = git.Git(root).execute(
                [*worktree.GIT, *arguments],
                env=environment,
                istream=subprocess.PIPE,
                as_process=True,
            )
            output, errors = process.communicate(os.fsencode(told))
    except (git.GitCommandNotFound, OSError) as error:
        raise LedgerError("no-git", "git could not be started", "put it on the PATH") from error
    code: int = process.returncode
    if code > _NOTHING_FOUND and not gives_up_quietly:
        reason = errors.decode("utf-8", "replace").strip().partition("\n")[0]
        raise LedgerError("git-failed", f"{root}: git gave up: {reason}")
    return code, output


@contextmanager
def _environment(root: Path) -> Iterator[dict[str, str]]:
    """The environment for git. GitPython adds the one of this process, so what must not be in
    it (see ``worktree.environment``) is out of that for as long."""
    wanted = worktree.environment(root)
    hidden = {name: os.environ.pop(name) for name in [*os.environ] if name not in wanted}
    try:
        yield wanted
    finally:
        os.environ.update(hidden)
