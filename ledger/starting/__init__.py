"""A fix plan, and what belongs to it, put into a repository.

What is there already stays as it is: files are made, or lines put behind theirs. Every step says
what was written, so that nothing happens unseen.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from ledger import adding, config, hooking, installing, locating, reader, text, validate
from ledger.config import Config
from ledger.errors import LedgerError, Refused, UnreadableInput, UsageError
from ledger.links import asking, paths, worktree
from ledger.models.ledger import Ledger
from ledger.starting import pieces, plan

Offer = Literal["hook", "merge-driver", "ci", "agents"]
State = Literal["added", "there", "offered", "left"]
OFFERS: Final[dict[Offer, tuple[str, str]]] = {
    "hook": ("--hook", "checks each commit, with pre-commit"),
    "merge-driver": ("--merge-driver", "merges branches by item and attempt"),
    "ci": ("--ci github", "checks pull requests"),
    "agents": ("--agents", "tells agents how the plan is kept"),
}


_MOST: Final = 3  # other plans that are named


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


class Start(NamedTuple):
    """The fix plan ``path`` of the repository: ``is_new``, or what was recognised in it, and
    ``why``. ``item`` is one to go on with."""

    path: str
    is_new: bool
    dialect: str
    why: tuple[str, ...]
    items: int
    attempts: int
    unread: int
    item: str | None
    steps: tuple[Step, ...]


def find(here: Path, given: Path | None) -> Config:
    """The configuration of the fix plan that is there, or of the one to write.

    Raises UsageError where ``given`` lies outside of the repository, a setting is wrong, or there
    is a file elsewhere that looks like a fix plan, which a new one would only stand beside.
    """
    try:
        if given is None or os.path.lexists(here / given):
            return config.find(here, given)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        others = locating.plans(here)
        if others:
            named = ", ".join(others[:_MOST])
            verb = "look" if len(others) > 1 else "looks"
            raise UsageError(
                "plan-elsewhere",
                f"{named} {verb} like a fix plan",
                f"`ledger init --ledger {shlex.quote(others[0])}` takes it up, "
                f"`ledger init --ledger {config.DEFAULTS[0]}` starts a new one",
            ) from None
    place = Path(os.path.realpath(here / given)) if given else None
    folder = os.fspath(_existing(place.parent)) if place else os.path.realpath(here)
    top = worktree.top_of(folder)
    if top is None and _is_bare(Path(folder)):
        raise UsageError(
            "bare", f"{folder}: a bare repository, which has no work tree", "run it in a clone"
        )
    root = top or os.path.realpath(here)
    path = config.DEFAULTS[0]
    if place:
        if not place.is_relative_to(root):
            raise UsageError("outside", f"{place}: lies outside {root}", "name a file inside")
        path = place.relative_to(root).as_posix()
    return config.Config(root, top is not None, path, partner=config.partner_of(path))


def start(found: Config, title: str, wanted: frozenset[Offer], *, dry_run: bool = False) -> Start:
    """Write what is missing: the plan, its configuration, and the offers that are ``wanted``.

    ``title`` is that of the first item of a new plan. With ``dry_run`` nothing is written.
    """
    if not dry_run:
        start(found, title, wanted, dry_run=True)  # says what is in the way, before all else
    ledger, step = _plan(found, title)
    steps = [step, *_configuration(found)]
    doers: dict[Offer, Callable[[Config], Iterator[Step]]] = {
        "hook": _hook,
        "ci": _ci,
        "agents": _agents,
    }
    for offer, (_, said) in OFFERS.items():
        if offer == "merge-driver":
            steps += _merge_driver(found, is_wanted=offer in wanted, dry_run=dry_run)
        elif offer in wanted or all(one.state == "there" for one in doers[offer](found)):
            steps += doers[offer](found)
        else:
            steps.append(Step(offer, "offered", "", said))
    written = [one.place for one in steps if one.state == "added"]
    for name in [*written, *([".gitattributes"] if "merge-driver" in wanted else ())]:
        _require_place(_confined(found, name))
    if not dry_run:
        _write(found, [one for one in steps if one.text and one.about != "merge-driver"])
    if "hook" in wanted:
        steps += _installed(found, dry_run=dry_run)
    unfinished = (item for item in ledger.items if item.status not in ("done", "archived"))
    return Start(
        found.ledger_path,
        step.state == "added",
        ledger.dialect,
        reader.recognise(ledger.text, found.own).reasons,
        len(ledger.items),
        sum(len(item.attempts) for item in ledger.items) + len(ledger.loose),
        len(ledger.unread),
        next((item.id for item in unfinished), None),
        tuple(steps),
    )


def _plan(found: Config, title: str) -> tuple[Ledger, Step]:
    path = found.ledger_path
    if os.path.lexists(found.ledger):
        _require_place(found.ledger)
        try:
            return reader.read(found.ledger.read_bytes(), own=found.own), Step(
                "plan", "there", path, "a fix plan"
            )
        except OSError as error:
            said = (error.strerror or str(error)).lower()
            raise UnreadableInput("cannot-read", f"{found.ledger}: {said}") from error
    today = datetime.now(UTC).date().isoformat()
    name, said = plan.first(title, today)
    ledger = reader.read(text.encode(said) + b"\n")
    for finding in validate.worse(ledger, None, path, today):
        if finding.severity == "error":
            raise Refused("would-not-validate", f"{finding}", "nothing was written")
    return ledger, Step("plan", "added", path, f"a fix plan with one item, {name}", said)


def _configuration(found: Config) -> Iterator[Step]:
    """The table that names the plan: written where there is a file for it, or a need."""
    name, path = pieces.SETTINGS_FILE, found.ledger_path
    table = config.table(found)
    if table:
        file, settings = table
        place = Path(os.path.relpath(file, found.root)).as_posix()
        named = os.path.realpath(file.parent / settings["path"]) if "path" in settings else None
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


def _hook(found: Config) -> Iterator[Step]:
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


def _installed(found: Config, *, dry_run: bool) -> Iterator[Step]:
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


def _merge_driver(found: Config, *, is_wanted: bool, dry_run: bool) -> Iterator[Step]:
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


def _ci(found: Config) -> Iterator[Step]:
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


def _agents(found: Config) -> Iterator[Step]:
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
        for name in ("refs/remotes/origin/HEAD", "HEAD"):
            try:
                done = asking.run(found.root, "symbolic-ref", "--quiet", name)
            except LedgerError:
                break
            said = done.stdout.decode("utf-8", "replace").strip()
            branch = said.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")
            if done.returncode == 0 and branch:
                return branch
    return "main"


def _by_hand(about: Literal["configuration"] | Offer, place: str, said: str | None) -> Step:
    return Step(about, "left", place, "its form leaves no place for more lines", hint=said or "")


def _without_git(about: Offer) -> Step:
    return Step(about, "left", "git", "there is no repository", hint="git init")


def _confined(found: Config, name: str) -> Path:
    return paths.confine(found.root, name)


def _write(found: Config, steps: list[Step]) -> None:
    written: list[str] = []
    for one in steps:
        if one.state == "added":
            try:
                adding.add(_confined(found, one.place), one.text)
            except LedgerError as error:
                if written:
                    error.hint += f"; written before that: {', '.join(written)}"
                raise
            written.append(one.place)


def _require_place(file: Path) -> None:
    """Raise UnreadableInput where something stands in the way of ``file``."""
    if file.is_symlink() and not file.exists():
        raise UnreadableInput(
            "not-a-file",
            f"{file}: expected a file, found a link to nothing",
            "remove the link, or make the file that it leads to",
        )
    above = next(place for place in (file, *file.parents) if os.path.lexists(place))
    wanted, is_right = ("file", file.is_file()) if above == file else ("folder", above.is_dir())
    if not is_right:
        raise UnreadableInput(
            f"not-a-{wanted}",
            f"{above}: expected a {wanted}, found something else",
            "move it away; nothing was written",
        )


def _is_bare(folder: Path) -> bool:
    return (folder / "HEAD").is_file() and all(
        (folder / name).is_dir() for name in ("objects", "refs")
    )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.is_dir())
