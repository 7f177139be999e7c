"""How git is run: at the top of a work tree, hardened, without changes of the repository. ``blobs``
starts its one long process, and GitPython git for ``repository``."""

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

from ledger.errors import LedgerError, UnreadableInput, is_missing, why

_HARDENED: Final = {
    "GIT_OPTIONAL_LOCKS": "0",  # do not refresh the index on the side
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_NO_LAZY_FETCH": "1",  # a partial clone must not fetch what it lacks,
    "GIT_ALLOW_PROTOCOL": "none",  # nor in a git that does not know the line above
    "GIT_PAGER": "cat",
    "GIT_LITERAL_PATHSPECS": "0",  # ours begin with `:(top,literal)`
    "GIT_GLOB_PATHSPECS": "0",
    "GIT_NOGLOB_PATHSPECS": "0",
    "GIT_ICASE_PATHSPECS": "0",
    "LC_ALL": "C",
}
# Some of these name programs, and come from the repository that is being read; with others it
# could have git write what nobody here can read, or give up. (An external diff has to be left out
# by `--no-ext-diff`: an empty setting is taken for a program.)
_SETTINGS: Final = (
    ("core.fsmonitor", ""),
    ("log.showSignature", "false"),
    ("log.showRoot", "true"),
    ("log.diffMerges", "separate"),
    ("log.mailmap", "false"),
    ("log.follow", "false"),
    ("diff.orderFile", os.devnull),
    ("safe.bareRepository", "explicit"),  # none that came with a commit
    ("i18n.logOutputEncoding", "UTF-8"),
)
# These look into files of the work tree, and would put them through the filters of the
# configuration, which are programs.
_LOOKING: Final = frozenset({"blame", "diff-files", "diff-index", "status", "update-index"})
_PROGRAMS: Final = ("config", "--name-only", "-z", "--get-regexp", r"^(filter|hook)\.")
_UNNAMED: Final = {
    "filter": (("clean", ""), ("process", ""), ("required", "false")),
    "hook": (("enabled", "false"),),
}
if os.name == "nt":  # else Windows starts a `git.exe` that lies in the repository
    os.environ.setdefault("NoDefaultCurrentDirectoryInExePath", "1")
# `fatal: unknown repository extension found:`, a line end, a TAB and `refstorage`
_FATAL: Final = re.compile(r"^(?:fatal|error): .*(?:(?<=:)\n\t.*)?", re.MULTILINE)
# `fatal: bad object HEAD`, `fatal: unable to read tree 3ac03837`, `error: Could not read 4f023ffb`
_LOST: Final = re.compile(r"object|unable to read|Could not read")
_REMEDY: Final = re.compile(r"^\t(git config .*)", re.MULTILINE)  # what to do, on a line of its own
# Of the names that `git rev-parse --local-env-vars` prints, those that say where things are.
PLACES: Final = tuple(
    "GIT_DIR GIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_OBJECT_DIRECTORY "
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX".split()
)


def run(
    root: Path,
    *arguments: str,
    given: bytes = b"",
    output: BinaryIO | None = None,
    index: Path | None = None,
    settings: Sequence[tuple[str, str]] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Exit code and output of git at ``root``, with ``given`` on its input; ``output`` may be a
    file to write to, and ``index`` a copy of the repository's to work on; ``settings`` of git hold
    for this call, by default those ``without_programs`` where it needs them. The caller has checked
    every revision and path among ``arguments``. Raises LedgerError (``no-git``) where git cannot
    be started."""
    if settings is None:
        settings = without_programs(root) if arguments[0] in _LOOKING else ()
    try:
        return subprocess.run(  # noqa: S603 - see above
            ["git", *arguments],
            cwd=root,
            env=environment(root, settings) | ({"GIT_INDEX_FILE": str(index)} if index else {}),
            input=given,
            stdout=output or subprocess.PIPE,
            stderr=subprocess.PIPE,
            check=False,
        )
    except OSError as error:
        raise not_started(root, error) from error


def ask(root: Path, *arguments: str, given: bytes = b"", answers: tuple[int, ...] = ()) -> bytes:
    """The output of git. Raises LedgerError (``git-failed``) for an unexpected exit code."""
    done = run(root, *arguments, given=given)
    if done.returncode and done.returncode not in answers:
        command = next(word for word in arguments if not word.startswith("-") and "=" not in word)
        raise failed(root, f"git {command}", done.stderr, done.returncode)
    return done.stdout


def without_programs(root: Path) -> list[tuple[str, str]]:
    """The settings that keep git from running the filters and hooks that the configuration at
    ``root`` names."""
    settings = os.fsdecode(run(root, *_PROGRAMS).stdout).split("\0")
    sections = dict.fromkeys(name.rpartition(".")[0] for name in settings if name.count(".") > 1)
    return [
        (f"{section}.{key}", value)
        for section in sections
        for key, value in _UNNAMED[section.partition(".")[0]]
    ]


def merge_files(
    ours: Path, base: Path, theirs: Path, *, size: int, labels: tuple[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """What git makes of three files without a driver, on its output; the exit code is the number
    of conflicts, or above 127 where it fails. The files need not be in a repository."""
    first, last = labels
    options = [f"--marker-size={size}", "-L", first, "-L", "base", "-L", last]
    return subprocess.run(  # noqa: S603 - a fixed command; the names are git's temporary files
        ["git", "merge-file", "-p", "-q", *options, "--", ours, base, theirs],
        env=os.environ | _HARDENED,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def start_repository(folder: Path) -> None:
    """Make a new folder a work tree, whatever repository this process was started in."""
    folder.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if name not in PLACES}
    command = ["git", "init", "--quiet", "--template="]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)  # noqa: S603 - a fixed command


def failed(root: Path, command: str, reason: bytes, code: int) -> LedgerError:
    """What to raise where git gives up: its own reason, or how it ended, and the remedy that it
    names if any."""
    ended = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
    text = reason.decode("utf-8", "replace").strip() or ended
    fatal = _FATAL.search(text)
    line = fatal[0].replace("\n\t", " ") if fatal else text.partition("\n")[0]
    remedy = _REMEDY.search(text)
    is_lost = _LOST.search(text)
    hint = f"`{remedy[1]}` if you trust it" if remedy else lacks(root) if is_lost else ""
    return LedgerError("git-failed", f"{root}: {command} failed: {line}", hint)


def lacks(
    root: Path, whole: str = "`git fsck` says what is missing; fetch it, or clone anew"
) -> str:
    """What to do where git does not find an object or commit; ``whole`` where it should be here."""
    if is_partial(root):
        return "the clone is partial: `git fetch --refetch --no-filter` gets what it lacks"
    if is_shallow(root):
        return "the clone is shallow: `git fetch --unshallow` gets what came before"
    return whole


def is_shallow(root: Path) -> bool:
    """Whether the clone lacks older commits."""
    return run(root, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"


def is_partial(root: Path) -> bool:
    """Whether the clone leaves objects where it came from, until somebody asks for them."""
    asked = ("config", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$")
    return bool(run(root, *asked).stdout)


def not_started(root: Path, error: OSError) -> LedgerError:
    """Why git did not start."""
    if isinstance(error, FileNotFoundError) and root.is_dir():
        return LedgerError("no-git", "git was not found", "install git, or put it on the PATH")
    return LedgerError("git-failed", f"{root}: git could not be started: {error.strerror}")


def top_of(start: Path) -> Path | None:
    """The top of the work tree that ``start`` (a file or folder) lies in, links resolved; None
    outside of one. Linked work trees and submodules have their own. Raises ``UnreadableInput`` for
    what cannot be a path."""
    try:
        place = Path(os.path.realpath(start))
    except ValueError as error:
        raise UnreadableInput("bad-path", f"{os.fspath(start)[:100]!a}: {error}") from error
    given = os.environ.get("GIT_WORK_TREE")
    if given and os.environ.get("GIT_DIR"):
        top = Path(os.path.realpath(given))
        if place.is_relative_to(top):
            return top
    return next((folder for folder in (place, *place.parents) if _own_git_dir(folder)), None)


def repair(start: Path) -> str:
    """What mends the work tree around ``start`` whose repository is not where its file `.git` says;
    empty where there is no such file."""
    for folder in (start, *start.parents):
        if place := _pointed_to(folder / ".git"):
            return f"its .git names {place}; if that moved, `git worktree repair {folder}` there"
    return ""


def git_dir(root: Path) -> Path:
    """The folder that holds HEAD and the index of the work tree whose top is ``root``. Raises
    ``UnreadableInput`` where there is none."""
    place = _own_git_dir(root)
    if not place and os.environ.get("GIT_DIR"):
        place = Path.cwd() / os.environ["GIT_DIR"]
    if not place:
        raise UnreadableInput("no-repository", f"{root}: expected the top of a git work tree")
    return place


def common_dir(root: Path) -> Path:
    """The git folder that all work trees of the clone around ``root`` share. Raises as
    ``git_dir``."""
    own = git_dir(root)
    try:
        with Path(own, "commondir").open("rb") as file:
            name = os.fsdecode(file.read(10_000).rstrip(b"\r\n"))
    except OSError:  # the first work tree's is the common one
        return own
    return Path(os.path.normpath(own / name))


def environment(root: Path, settings: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """The environment that git is run with at ``root``. A hook's index is kept, for it holds what
    will be committed; places of another repository are taken out."""
    own = git_dir(root)
    passed = {**os.environ, **_HARDENED, **_settings(os.environ, [*_SETTINGS, *settings])}
    passed.pop("GIT_EXTERNAL_DIFF", None)
    # Where git does not take what is at the top for a repository, the one around it is another.
    passed["GIT_CEILING_DIRECTORIES"] = os.fspath(root.parent)
    if _of_another(passed, own):
        return {name: value for name, value in passed.items() if name not in PLACES}
    for name in ("GIT_DIR", "GIT_WORK_TREE"):
        # Relative to the folder of this process, while git is going to run in ``root``.
        if passed.get(name):
            passed[name] = os.fspath(Path.cwd() / passed[name])
    return passed


def _settings(
    environment: Mapping[str, str], settings: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Our settings for git, behind those that the environment has already."""
    given = environment.get("GIT_CONFIG_COUNT", "")
    first = int(given) if given.isdecimal() else 0
    passed = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings, first):
        passed |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return passed


def _of_another(passed: Mapping[str, str], own: Path) -> bool:
    if passed.get("GIT_DIR"):
        path = Path(passed["GIT_DIR"])
    else:
        # A hook is given `.git/index`, or of a lock file in the git folder of its repository.
        index = Path(passed.get("GIT_INDEX_FILE") or ".git/index")
        path = index.parent if index.is_absolute() and _has_head(index.parent) else own
    return os.path.realpath(path) != os.path.realpath(own)


def _own_git_dir(top: Path) -> Path | None:
    place = _pointed_to(top / ".git") or top / ".git"
    try:
        os.lstat(place / "HEAD")
    except OSError as error:
        if is_missing(error):
            return None
        raise UnreadableInput("cannot-read", f"{place}: {why(error)}") from error
    return place


def _has_head(folder: Path) -> bool:
    return os.path.lexists(folder / "HEAD")


def is_repository(folder: Path) -> bool:
    """Whether git would take the folder for a repository without a work tree."""
    return _has_head(folder) and all((folder / name).is_dir() for name in ("objects", "refs"))


def _pointed_to(entry: Path) -> Path | None:
    """The target of a ``.git`` file: ``gitdir: ../.git/worktrees/x``."""
    try:
        with entry.open("rb") as file:
            line = os.fsdecode(file.read(10_000).partition(b"\n")[0].rstrip(b"\r"))
    except (IsADirectoryError, ValueError):
        return None
    except OSError as error:
        if is_missing(error) or entry.is_dir():  # Windows says "permission denied" of a folder
            return None
        raise UnreadableInput("cannot-read", f"{entry}: {why(error)}") from error
    if not line.startswith("gitdir: ") or "\0" in line:
        return None
    return Path(os.path.normpath(entry.parent / line.removeprefix("gitdir: ")))
