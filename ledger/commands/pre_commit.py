"""The pre-commit hook in a clone: its configuration, which is committed, and what git runs once
``pre-commit install`` was called there."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final, NamedTuple

from ledger.git import files, repository
from ledger.plan import text

PROGRAM: Final = "ledger-hook"
_LARGEST: Final = 1_000_000  # bytes of a configuration or a hook
CONFIG: Final = ".pre-commit-config.yaml"
_HOOKED: Final = re.compile(
    r"^[ \t-]*id:[ \t]*[\"']?ledger[\"']?[ \t]*(?:#.*)?$|^[^#\n]*\bledger-hook\b(?!.*--commit-msg)",
    re.MULTILINE,
)
_REPOSITORY: Final = re.compile(r"^(?= *- repo:)", re.MULTILINE)
_REV: Final = re.compile(r"^ *rev:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
_NEXT: Final = re.compile(r"^[ \t]*- ", re.MULTILINE)
_FILES: Final = re.compile(r"^[ \t]*files:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
# Such as `ledger init --hook` writes: names one beside the other. No other pattern is looked into.
_NAMES: Final = re.compile(
    r"'\^\(((?:\\.|''|[^\\()\[\]*+?{}^$.'\n])+)(?P<documents>\|\.\*\\\.md)?\)\$'"
)
_OF_THE_MANIFEST: Final = re.compile(r"(?:^|/)fix_plan(?:_archive)?\.md\Z")


class Hook(NamedTuple):
    """The hook of a clone."""

    is_named: bool
    """The configuration of pre-commit names it."""
    rev: str | None
    """Which version is named, where it is taken from a repository."""
    runs: str | None
    """What git runs at a commit: pre-commit, the hook itself, something else, or nothing."""
    runs_at_merges: bool
    """Whether git runs anything at a merge."""
    place: str
    """Where git looks for the hook."""
    program: str | None
    """Where the PATH has it."""
    is_elsewhere: bool
    """Git was told to look for hooks in another folder than its own, where pre-commit installs
    none."""


def look(root: Path) -> Hook:
    """The hook of the repository whose top is ``root``."""
    named = [one for one in _REPOSITORY.split(read(root, CONFIG) or "") if is_named(one)]
    rev = _REV.search(named[0]) if named else None
    place = repository.hook_place(root, "pre-commit")
    return Hook(
        is_named=bool(named),
        rev=rev.group(1) if rev else None,
        runs=_runs(place),
        runs_at_merges=_runs(place.with_name("pre-merge-commit")) is not None,
        place=place.as_posix(),
        program=shutil.which(PROGRAM),
        is_elsewhere=bool(repository.setting(root, "core.hooksPath")),
    )


def is_named(config: str) -> bool:
    """Whether the configuration of pre-commit names the hook."""
    return _HOOKED.search(config) is not None


def misses(config: str, path: str) -> bool:
    """Whether the hook that the configuration of pre-commit names passes over the fix plan
    ``path``; False where its pattern is one that nothing but pre-commit could try."""
    found = _HOOKED.search(config)
    if found is None:
        return False
    end = _NEXT.search(config, found.end())
    entry = config[found.start() : end.start() if end else len(config)]
    files = _FILES.search(entry)
    if files is None:
        own = "ledger-hook" in entry  # a local hook without a pattern is given every file
        return not own and _OF_THE_MANIFEST.search(path) is None
    names = _NAMES.fullmatch(files[1])
    if names is None:
        return False
    if names["documents"] and path.endswith(".md"):
        return False
    listed = re.split(r"(?<!\\)\|", names[1].replace("''", "'"))
    return path not in {re.sub(r"\\(.)", r"\1", name) for name in listed}


def install(root: Path) -> str:
    """Have pre-commit install its hook; what keeps it from that, empty for nothing."""
    if shutil.which("pre-commit") is None:
        return "pre-commit is not installed"
    return _pre_commit(root, "install")


def unreadable(root: Path) -> str:
    """What keeps pre-commit, if it is there, from reading its configuration; empty for nothing."""
    if shutil.which("pre-commit") is None or read(root, CONFIG) is None:
        return ""
    return _pre_commit(root, "validate-config", CONFIG)


def _pre_commit(root: Path, *arguments: str) -> str:
    """What pre-commit says where it fails; else empty."""
    code, said = _output(root, shutil.which("pre-commit") or "pre-commit", *arguments)
    return said.replace("=====> ", "")[-200:] if code else ""


def version_of(program: str) -> str:
    """Which version of the hook a program is; empty where it does not say."""
    code, said = _output(Path.cwd(), program, "--version")
    return "" if code else said.removeprefix(f"{PROGRAM} ")


def _output(root: Path, program: str, *arguments: str) -> tuple[int, str]:
    """The exit code of a program, and what it says in one line; why it could not be run."""
    try:
        done = subprocess.run(  # noqa: S603 - pre-commit, or the hook that commits run
            [program, *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, f"{Path(program).name} could not be run: {text.one_line(str(error))[:200]}"
    return done.returncode, text.one_line((done.stdout + done.stderr).decode("utf-8", "replace"))


def read(root: Path, name: str) -> str | None:
    """A file of the repository as text with LF; None for none. Raises UsageError outside."""
    place = files.confine(root, name)
    if not place.is_file():  # a pipe would have us wait for somebody who writes into it
        return None
    try:
        with place.open("rb") as file:
            return text.decode(file.read(_LARGEST)).replace("\r\n", "\n")
    except OSError:
        return None


def _runs(place: Path) -> str | None:
    if not os.access(place, os.X_OK) or not place.is_file():
        return None
    try:
        with place.open("rb") as file:
            said = file.read(_LARGEST)
    except OSError:
        return "something else"
    if PROGRAM.encode() in said:
        return PROGRAM
    return "pre-commit" if b"pre-commit" in said or b"pre_commit" in said else "something else"
