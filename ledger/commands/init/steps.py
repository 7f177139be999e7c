"""What belongs to a fix plan, part by part: there already, to be added, or left undone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ledger import config
from ledger.commands import hooking, installing
from ledger.commands.init import pieces
from ledger.config import Config
from ledger.errors import LedgerError
from ledger.git import repository

Offer = Literal["hook", "merge-driver", "ci", "agents"]
State = Literal["added", "there", "offered", "left"]
OFFERS: Final[dict[Offer, tuple[str, str]]] = {
    "hook": ("--hook", "checks each commit, with pre-commit"),
    "merge-driver": ("--merge-driver", "merges branches by item and attempt"),
    "ci": ("--ci github", "checks pull requests"),
    "agents": ("--agents", "tells agents how the plan is kept"),
}


class Step(NamedTuple):
    """One part of a start: the plan, its configuration or one of the offers.

    ``added`` just now (``text`` is what was put into the file ``place``), ``there`` already,
    ``offered`` and not asked for, or ``left`` undone although it was: ``said`` says why, ``hint``
    what to do.
    """

    about: Literal["plan", "configuration"] | Offer
    state: State
    place: str
    said: str
    text: str = ""
    hint: str = ""


def configuration(found: Config) -> Iterator[Step]:
    """The table that names the plan: written where there is a file for it, or a need."""
    name, path = pieces.SETTINGS_FILE, found.ledger_path
    table = config.table(found)
    if table:
        file, settings = table
        place = Path(os.path.relpath(file, found.root)).as_posix()
        named = os.path.realpath(file.parent / settings.path) if settings.path else None
        if named == os.path.realpath(found.ledger) or (not named and path in config.DEFAULTS):
            yield Step("configuration", "there", place, "[tool.ledger]")
        else:
            said = "its [tool.ledger] names another fix plan"
            yield Step("configuration", "left", place, said, hint=f"path = {json.dumps(path)}")
        return
    project = hooking.read(found.root, name)
    if project is None and path in config.DEFAULTS:
        return
    lines = pieces.settings(project, path)
    if lines is None:
        yield _by_hand("configuration", name, pieces.settings(None, path))
    else:
        yield Step("configuration", "added", name, "[tool.ledger]", lines)


def hook(found: Config) -> Iterator[Step]:
    """The hook in the configuration of pre-commit."""
    if not found.is_git:
        yield _without_git("hook")
        return
    said = hooking.read(found.root, hooking.CONFIG)
    files = (found.ledger_path, found.partner)
    if said is not None and hooking.is_named(said):
        if hooking.misses(said, found.ledger_path):
            hint = f"files: '{pieces.pattern(files)}'"
            yield Step("hook", "left", hooking.CONFIG, "its hook looks at other files", hint=hint)
        else:
            yield Step("hook", "there", hooking.CONFIG, "the hook")
        return
    lines = pieces.hook(said, files)
    if lines is None:
        yield _by_hand("hook", hooking.CONFIG, pieces.hook("repos:\n", files))
    else:
        yield Step("hook", "added", hooking.CONFIG, "the hook", lines)


def installed(found: Config, *, dry_run: bool) -> Iterator[Step]:
    """What ``pre-commit install`` does, once its configuration names the hook."""
    if not found.is_git:
        return
    seen = hooking.look(found.root)
    place = "git"
    if seen.runs in ("pre-commit", hooking.PROGRAM):
        yield Step("hook", "there", place, "pre-commit runs at each commit")
    elif not seen.is_named and not dry_run:
        said = "nothing runs at a commit: the configuration lacks the hook"
        yield Step("hook", "left", place, said, hint="add the lines, then: pre-commit install")
    elif not dry_run:
        fault = hooking.install(found.root)
        if fault:
            hint = "pip install pre-commit && pre-commit install"
            yield Step("hook", "left", place, f"nothing runs at a commit: {fault}", hint=hint)
        else:
            yield Step("hook", "added", place, "`pre-commit install`: it runs at each commit")
    fault = "" if dry_run else hooking.unreadable(found.root)
    if fault:
        said = f"pre-commit cannot read it, and fails at each commit: {fault}"
        yield Step("hook", "left", hooking.CONFIG, said, hint="mend the file")
    if seen.program is None:
        said = f"{hooking.PROGRAM} is not on the PATH"
        yield Step("hook", "left", place, said, hint="activate the environment it is in")


def merge_driver(found: Config, *, is_wanted: bool, dry_run: bool) -> Iterator[Step]:
    """Git's configuration and attributes; written at once unless ``dry_run``."""
    if found.is_git and installing.is_installed(found):
        yield Step("merge-driver", "there", ".gitattributes", "the merge driver")
    elif not is_wanted:
        yield Step("merge-driver", "offered", "", OFFERS["merge-driver"][1])
    elif not found.is_git:
        yield _without_git("merge-driver")
    elif dry_run:
        yield Step("merge-driver", "added", ".gitattributes", "the merge driver")
    else:
        for one in installing.install(found).steps:
            state: State = "added" if one.is_new else "there"
            yield Step("merge-driver", state, one.place, "the merge driver", one.text)


def ci(found: Config) -> Iterator[Step]:
    """A workflow that checks pull requests, in a file of its own."""
    folder = found.root / Path(pieces.CI_FILE).parent
    files = sorted(folder.glob("*.y*ml")) if folder.is_dir() else []
    for file in files:
        name = file.relative_to(found.root).as_posix()
        if "ledger validate" in (hooking.read(found.root, name) or ""):
            yield Step("ci", "there", name, "the check in CI")
            return
    said = pieces.ci(_branch(found))
    if os.path.lexists(found.root / pieces.CI_FILE):
        yield _by_hand("ci", pieces.CI_FILE, said)
    else:
        yield Step("ci", "added", pieces.CI_FILE, "the check in CI", said)


def agents(found: Config) -> Iterator[Step]:
    """What agents are told, in the file that they read."""
    known = [(name, hooking.read(found.root, name)) for name in pieces.AGENT_FILES]
    for name, said in known:
        if said is not None and pieces.has_block(said):
            yield Step("agents", "there", name, "the block for agents")
            return
    name, said = next((one for one in known if one[1] is not None), known[0])
    block = pieces.agents(said, found.ledger_path)
    yield Step("agents", "added", name, "the block for agents", block)


def _branch(found: Config) -> str:
    """The branch that counts: the remote's own, else the one that is checked out."""
    if found.is_git:
        with suppress(LedgerError):
            return repository.branch(found.root) or "main"
    return "main"


def _by_hand(about: Literal["configuration"] | Offer, place: str, said: str | None) -> Step:
    return Step(about, "left", place, "its form leaves no place for more lines", hint=said or "")


def _without_git(about: Offer) -> Step:
    return Step(about, "left", "git", "there is no repository", hint="git init")
