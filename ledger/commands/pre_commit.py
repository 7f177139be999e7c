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
CALL: Final = f"{PROGRAM} || exit 1"
_SHELL: Final = re.compile(rb"\b(?:ba|da|z|k)?sh\b")  # `#!/usr/bin/env sh`
# e.g. "- id: ledger"
_HOOKED: Final = re.compile(
    r"^[ \t-]*id:[ \t]*[\"']?ledger[\"']?[ \t]*(?:#.*)?$|^[^#\n]*\bledger-hook\b(?!.*--commit-msg)",
    re.MULTILINE,
)
_REPOSITORY: Final = re.compile(r"^(?= *- repo:)", re.MULTILINE)
_REV: Final = re.compile(r"^ *rev:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)
# What keeps files from a hook: of the hook itself, and at the top of the configuration.
_FILTER: Final = re.compile(r"(?:^|[\s{,-])(?:files|exclude|types|types_or|exclude_types):")
_FILTER_OF_ALL: Final = re.compile(r"^(?:files|exclude):", re.MULTILINE)
_ALWAYS: Final = re.compile(r"\balways_run\"?:[ \t]*(?:true|yes|on)\b", re.IGNORECASE)


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
    """The file that people write for git to run."""
    program: str | None
    """Where the PATH has it."""
    is_elsewhere: bool
    """Git was told to look for hooks in another folder than its own (``core.hooksPath``), where
    pre-commit installs none."""


def look(root: Path) -> Hook:
    """The hook of the repository whose top is ``root``."""
    repositories = [b for b in _REPOSITORY.split(read(root, CONFIG) or "") if has_hook(b)]
    rev = _REV.search(repositories[0]) if repositories else None
    run, place = _places(repository.hook_place(root, "pre-commit"))
    return Hook(
        is_named=bool(repositories),
        rev=rev.group(1) if rev else None,
        runs=_runs(run, place),
        runs_at_merges=_runs(*_places(run.with_name("pre-merge-commit"))) is not None,
        place=place.as_posix(),
        program=shutil.which(PROGRAM),
        is_elsewhere=bool(repository.setting(root, "core.hooksPath")),
    )


def has_hook(config: str) -> bool:
    """Whether the configuration of pre-commit names the hook."""
    return _HOOKED.search(config) is not None


def misses(config: str) -> bool:
    """Whether the hook that the configuration of pre-commit names runs for some files only: those
    that ``files`` and ``exclude`` leave. The one of the manifest always runs."""
    entry = _entry(config)
    if "ledger-hook" not in entry or _ALWAYS.search(entry):
        return False
    return bool(_FILTER.search(entry) or _FILTER_OF_ALL.search(config))


def _entry(config: str) -> str:
    """The lines of the hook; empty where there is none."""
    match = _HOOKED.search(config)
    if match is None:
        return ""
    before = config[: match.start()].splitlines()
    lines = config[match.start() :].splitlines()
    indent = _indent(lines[0])
    while before and not lines[0].lstrip().startswith("-") and _indent(before[-1]) >= indent - 2:
        lines.insert(0, before.pop())
    dash = len(lines[0]) - len(lines[0].lstrip())
    end = (at for at, line in enumerate(lines) if at and line.strip() and _indent(line) <= dash)
    return "\n".join(lines[: next(end, len(lines))])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


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
    code, words = _output(root, shutil.which("pre-commit") or "pre-commit", *arguments)
    return words.replace("=====> ", "")[-200:] if code else ""


def version_of(program: str) -> str:
    """Which version of the hook a program is; empty where it does not say."""
    code, words = _output(Path.cwd(), program, "--version")
    return "" if code else words.removeprefix(f"{PROGRAM} ")


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


def call_first(script: bytes) -> bytes | None:
    """A shell script with a call of the hook before all else; None for what is no shell script."""
    first, _, rest = script.partition(b"\n")
    call = CALL.encode()
    if not first.startswith(b"#!"):
        return b"\n".join([*([] if script else [b"#!/bin/sh"]), call, script])
    return b"\n".join([first, call, rest]) if _SHELL.search(first) else None


def _places(hook: Path) -> tuple[Path, Path]:
    """What git runs, and the file that it comes from: husky has git run ``.husky/_/pre-commit``,
    which calls ``.husky/pre-commit``."""
    own = hook.parent.parent / hook.name
    return hook, own if hook.parent.name == "_" and (hook.parent / "h").is_file() else hook


def _runs(run: Path, place: Path) -> str | None:
    if not os.access(run, os.X_OK) or not place.is_file():
        return None
    try:
        with place.open("rb") as file:
            content = file.read(_LARGEST)
    except OSError:
        return "something else"
    if PROGRAM.encode() in content:
        return PROGRAM
    return (
        "pre-commit" if b"pre-commit" in content or b"pre_commit" in content else "something else"
    )
