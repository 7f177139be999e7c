"""Which work tree of git a file lies in, and how git is run there.

Every command begins here, ``ledger run`` even before its command starts: nothing is imported
but what Python has loaded anyway, and paths are text.
"""

from __future__ import annotations

import os

from ledger.errors import UnreadableInput

# `core.fsmonitor` may name a program, and comes from the repository that is being read.
GIT = ("git", "--no-pager", "-c", "core.fsmonitor=")
_HARDENED = {
    "GIT_OPTIONAL_LOCKS": "0",  # do not refresh the index on the side
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone must not fetch what it lacks,
    "GIT_ALLOW_PROTOCOL": "none",  # nor in a git that does not know the line above
    "LC_ALL": "C",
}
# Of the names that `git rev-parse --local-env-vars` prints, those that say where things are.
_PLACES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_PREFIX",
)


def top_of(start: str | os.PathLike[str]) -> str | None:
    """The top of the work tree that ``start`` (a file or folder) lies in; None outside of
    one. Links are resolved first. Linked work trees and submodules have their own top.

    Raises ``UnreadableInput`` where ``start`` cannot be a path.
    """
    try:
        place = os.path.realpath(start)
    except ValueError as error:
        raise UnreadableInput("bad-path", f"{os.fspath(start)[:100]!a}: {error}") from error
    given = os.environ.get("GIT_WORK_TREE")
    if given and os.environ.get("GIT_DIR"):
        top = os.path.realpath(given)
        if is_within(place, top):
            return top
    return next((folder for folder in upwards(place) if _own_git_dir(folder)), None)


def upwards(place: str) -> list[str]:
    """An absolute path, and every folder that it lies in, the nearest first."""
    found = [place]
    while (above := os.path.dirname(found[-1])) != found[-1]:
        found.append(above)
    return found


def is_within(place: str, folder: str) -> bool:
    """Whether an absolute path is that of a folder, or below it."""
    return place == folder or place.startswith(os.path.join(folder, ""))


def git_dir(root: str | os.PathLike[str]) -> str:
    """The folder that holds HEAD and the index of the work tree whose top is ``root``.

    Raises ``UnreadableInput`` where there is none.
    """
    found = _own_git_dir(os.fspath(root))
    if not found and os.environ.get("GIT_DIR"):
        found = os.path.join(os.getcwd(), os.environ["GIT_DIR"])
    if not found:
        raise UnreadableInput("no-repository", f"{root}: expected the top of a git work tree")
    return found


def head(root: str | os.PathLike[str]) -> str | None:
    """HEAD's commit, where one file says it: HEAD itself, or the branch that it names. None
    elsewhere; there ``git rev-parse`` has to be asked."""
    folder = git_dir(root)
    said = _first_line(os.path.join(folder, "HEAD"))
    if said.startswith("ref: refs/heads/") and ".." not in said:
        common = _first_line(os.path.join(folder, "commondir"))  # of a linked work tree
        said = _first_line(os.path.join(folder, common, said.removeprefix("ref: ")))
    is_name = len(said) in (40, 64) and not said.strip("0123456789abcdef")
    return said if is_name else None


def _first_line(file: str) -> str:
    try:
        with open(file, "rb") as stream:
            return os.fsdecode(stream.read(10_000).partition(b"\n")[0].rstrip(b"\r"))
    except (OSError, ValueError):
        return ""


def environment(root: str | os.PathLike[str]) -> dict[str, str]:
    """The environment that git is run with at ``root``, the top of a work tree.

    Where a hook runs, git says in it which index holds what will be committed; that is kept.
    Places of another repository (this process was started by its hook) are taken out.
    """
    own = git_dir(root)
    passed = {**os.environ, **_HARDENED}
    if _of_another(passed, own):
        return {name: value for name, value in passed.items() if name not in _PLACES}
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        # Relative to the folder of this process, while git is going to run in ``root``.
        if passed.get(name):
            passed[name] = os.path.join(os.getcwd(), passed[name])
    return passed


def _of_another(passed: dict[str, str], own: str) -> bool:
    if passed.get("GIT_DIR"):
        named = passed["GIT_DIR"]
    else:
        # A hook is told of `.git/index`, or of a lock file in the git folder of its repository.
        index = passed.get("GIT_INDEX_FILE") or ".git/index"
        folder = os.path.dirname(index)
        named = folder if os.path.isabs(index) and _has_head(folder) else own
    return os.path.realpath(named) != os.path.realpath(own)


def _own_git_dir(top: str) -> str | None:
    entry = os.path.join(top, ".git")
    pointed = _pointed_to(entry) or entry
    return pointed if _has_head(pointed) else None


def _has_head(folder: str) -> bool:
    return os.path.lexists(os.path.join(folder, "HEAD"))


def _pointed_to(entry: str) -> str | None:
    """Where a ``.git`` file (of a linked work tree or a submodule) points to."""
    line = _first_line(entry) if os.path.isfile(entry) else ""
    if not line.startswith("gitdir: ") or "\0" in line:
        return None
    return os.path.normpath(os.path.join(os.path.dirname(entry), line.removeprefix("gitdir: ")))
