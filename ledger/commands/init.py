"""A fix plan, and what belongs to it, put into a repository. What is there already stays as it is;
every step says what it wrote."""

import difflib
import json
import os
import re
import shlex
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, Literal

from ledger import config, rules, store
from ledger.commands import agents, installation, pre_commit, read, runner, templates
from ledger.commands import merge_driver as driver
from ledger.config import Config
from ledger.errors import LedgerError, Refused, UnreadableInput, UsageError
from ledger.git import files, process, repository
from ledger.plan import reader, text
from ledger.plan.model import FINISHED, Ledger, Model
from ledger.run.bundle import DEFAULT_FOLDER

Offer = Literal["hook", "merge-driver", "ci", "agents", "claude", "codex"]
State = Literal["added", "there", "offered", "left"]
About = Literal["plan", "configuration"] | Offer
OFFERS: Final[dict[Offer, tuple[str, str]]] = {
    "hook": ("--hook", "checks each commit, with pre-commit"),
    "merge-driver": ("--merge-driver", "merges branches by item and attempt"),
    "ci": ("--ci github", "checks pull requests"),
    "agents": ("--agents", "tells agents how the plan is kept"),
    "claude": ("--claude", "gives Claude Code a skill, and hooks at start and stop"),
    "codex": ("--codex", "gives Codex the same"),
}
"""What `ledger init` offers besides a plan: the option, and what for."""
_OUTPUTS: Final = ("pytest.log", "output.log", "junit.xml", "exit_code.txt")  # of a run
_MOST_NAMED: Final = 3  # other plans that are named
_MOST_READ: Final = 20  # files that are looked into
_LARGEST: Final = 20_000_000  # bytes of one
_LONGEST: Final = 60  # characters of a title that was not used
# docs/fix_plan.md, FIX-PLAN.md, @fix_plan.md, implementation_plan_2.markdown
# e.g. "docs/fix_plan.md"
_PLAN_NAME: Final = re.compile(
    r"(?:^|/)(?:[@_.]?fix[ _-]?plan|implementation[ _-]?plan)[^/]*\.(?:md|markdown)$", re.IGNORECASE
)


class StartStep(Model):
    """One part of a start."""

    about: About
    """The fix plan, its configuration, or one of the offers."""
    state: State
    """`added` now, `there` already, `offered` and not asked for, or `left` undone although it
    was."""
    place: str = ""
    """The file, or git's settings; empty where nothing was done."""
    said: str
    """What it is, or why it was left."""
    text: str = ""
    """The lines that were put into the file; empty for none."""
    hint: str = ""
    """What to do where it was left; empty for nothing."""


class Start(Model):
    """What there is after a start."""

    path: str
    """The fix plan, relative to the top of its repository."""
    is_new: bool
    """Whether this run wrote it."""
    dialect: str
    """How it is written."""
    why: tuple[str, ...]
    """What shows that, one line for each dialect in it."""
    items: int
    """How many it has."""
    attempts: int
    """How many it records."""
    unread: int
    """Lines that look like entries and could not be read."""
    item: str | None
    """An unfinished item, the first; null for none."""
    command: str
    """What runs the tests of the project, by its files; empty where none of them tells."""
    steps: tuple[StartStep, ...]
    """In the order in which they were made."""
    notes: tuple[str, ...] = ()
    """What is left for you to do, each in one line: outputs of runs that git ignores, a variable
    that the workflow needs."""


def init(
    title: str | None = None,
    *,
    offers: Collection[Offer] = (),
    ledger: Path | None = None,
    dry_run: bool = False,
) -> Start:
    """Start a fix plan, or take up the one that is there: write the plan, its configuration and
    what is wanted of ``OFFERS``. What is there already stays as it is.

    ``title`` is that of the first item of a new plan; ``[ID] TITLE`` gives it this ID. In a plan
    that is there it is left, for ``add``. With ``dry_run`` nothing is written.

    Raises ``UsageError`` for a title that cannot be one, a ``ledger`` outside of the repository,
    and where another file looks like a fix plan; ``UnreadableInput`` where something is in
    the way of a file.
    """
    project = _find(Path.cwd(), ledger)
    plan, plan_step = _plan(project, title or templates.DEFAULT_TITLE)
    parts = [plan_step, *_settings(project)]
    if title and plan_step.state == "there":
        message = f"there is a plan, and this item is not in it: {text.one_line(title)[:_LONGEST]}"
        adding = f"ledger add {shlex.quote(text.one_line(title))}"
        parts.append(_step("plan", "left", project.ledger_path, message, hint=adding))
    for offer, (_, message) in OFFERS.items():
        steps = list(_looked(project, offer))
        if offer in offers or all(step.state == "there" for step in steps):
            parts += steps
        elif offer not in agents.AGENTS or agents.is_used(project.root, offer):
            parts.append(_step(offer, "offered", "", message))
    for step in parts:  # what is in the way is reported before anything is written
        if step.state == "added":
            _require(files.confine(project.root, step.place))
    if not dry_run:
        parts = _written(project, parts)
    if "hook" in offers:
        parts += _installed(project, dry_run=dry_run)
    unfinished = (item for item in plan.items if item.status not in ("done", "archived"))
    return Start(
        path=project.ledger_path,
        is_new=plan_step.state == "added",
        dialect=plan.dialect,
        why=reader.recognise(plan.text, project.own).reasons,
        items=len(plan.items),
        attempts=len(plan.attempts),
        unread=len(plan.unread),
        item=next((item.id for item in unfinished), None),
        command=runner.proposal(project.root),
        steps=tuple(parts),
        notes=(*_ignored_runs(project, plan), *_unset(parts)),
    )


def _ignored_runs(project: Config, plan: Ledger) -> Iterator[str]:
    """That git ignores what runs will leave, and what to do about it."""
    folders = {item.runs_folder for item in plan.items if item.status not in FINISHED}
    for template in sorted(folders | {""}) if project.is_git else ():
        folder = re.sub(r"<[^<>]*>", "x", template or project.runs or DEFAULT_FOLDER).rstrip("/")
        rules = repository.ignored(project.root, [f"{folder}/{name}" for name in _OUTPUTS])
        for rule in dict.fromkeys(rules.values()):
            message = f"git ignores outputs of runs ({rule})"
            yield f"{message}: take the rule out, or add each run with `git add --force`"
            return


def _unset(parts: Iterable[StartStep]) -> Iterator[str]:
    """What the workflow that was written needs to install the package."""
    for step in parts:
        if step.about == "ci" and f"vars.{templates.SOURCE_VARIABLE} " in step.text:
            address = "git+https://HOST/OWNER/NAME@COMMIT"
            message = (
                f"nothing tells where this ledger was installed from, which {step.place} needs"
            )
            variable = f'{templates.SOURCE_VARIABLE} of this repository to "{installation.PACKAGE}'
            yield f'{message}: set the variable {variable} @ {address}"'


def _plan(project: Config, title: str) -> tuple[Ledger, StartStep]:
    path = project.ledger_path
    if os.path.lexists(project.ledger):
        _require(project.ledger)
        return read.opened(project).ledger, _step("plan", "there", path, "a fix plan")
    today = datetime.now(UTC).date().isoformat()
    name, words = templates.first(title, today)
    ledger = reader.read(text.encode(words) + b"\n")
    for finding in rules.made_worse(ledger, rules.Facts(path, today)):
        if finding.severity == "error":
            raise Refused("would-not-validate", f"{finding}", "nothing was written")
    return ledger, _step("plan", "added", path, f"a fix plan with one item, {name}", words)


def _written(project: Config, parts: list[StartStep]) -> list[StartStep]:
    """The steps, once what they add is written."""
    done: list[StartStep] = []
    for start_step in parts:
        if start_step.about == "merge-driver" and start_step.state == "added":
            for step in driver.install(project).steps:
                state: State = "added" if step.is_new else "there"
                done.append(_step(start_step.about, state, step.place, start_step.said, step.text))
        else:
            done.append(start_step)
    written: list[str] = []
    for made in done:
        if made.state == "added" and made.about != "merge-driver":
            try:
                _write(project, made)
            except LedgerError as error:
                if written:
                    error.hint += f"; written before that: {', '.join(written)}"
                raise
            written.append(made.place)
    return done


def _write(project: Config, step: StartStep) -> None:
    """Put what a step adds into its file. Raises as the store does."""
    place = files.confine(project.root, step.place)
    is_hook = step.about == "hook"
    is_script = is_hook and step.place != pre_commit.CONFIG
    change = agents.change(step.place, project.ledger_path)
    if is_hook:
        change = pre_commit.call_first if is_script else _configured
    is_new = not place.exists()
    if change is None:
        store.add_lines(place, step.text)
    else:
        store.make(place, lambda old: change(old) or old)
    if is_script and is_new:
        place.chmod(place.stat().st_mode | 0o111)


def _configured(old: bytes) -> bytes | None:
    """The configuration of pre-commit with the hook."""
    new = templates.hook(text.decode(old))
    return None if new is None else text.encode(new)


def _step(
    about: About, state: State, place: str, words: str, text: str = "", *, hint: str = ""
) -> StartStep:
    return StartStep(about=about, state=state, place=place, said=words, text=text, hint=hint)


# The parts: there already, to be added, or left undone


def _settings(start: Config) -> Iterator[StartStep]:
    """The table that names the plan: written where there is a file for it, or a need."""
    name, path = templates.SETTINGS_FILE, start.ledger_path
    table = config.table(start)
    if table:
        file, settings = table
        place = Path(os.path.relpath(file, start.root)).as_posix()
        target = os.path.realpath(file.parent / settings.path) if settings.path else None
        if target == os.path.realpath(start.ledger) or (not target and path in config.DEFAULTS):
            yield _step("configuration", "there", place, "[tool.ledger]")
        else:
            words = "its [tool.ledger] names another fix plan"
            yield _step("configuration", "left", place, words, hint=f"path = {json.dumps(path)}")
        return
    project = pre_commit.read(start.root, name)
    if project is None and path in config.DEFAULTS:
        return
    lines = templates.settings(project, path)
    if lines is None:
        yield _by_hand("configuration", name, templates.settings(None, path))
    else:
        yield _step("configuration", "added", name, "[tool.ledger]", lines)


def _looked(project: Config, offer: Offer) -> Iterable[StartStep]:
    """What is there of an offer, or is to be added."""
    if offer == "agents":
        return _agents(project)
    if offer in agents.AGENTS:
        return _agent(project, offer)
    return [{"hook": _hook, "merge-driver": _merge_driver, "ci": _ci}[offer](project)]


def _hook(project: Config) -> StartStep:
    """The hook in the configuration of pre-commit."""
    if not project.is_git:
        return _without_git("hook")
    seen = pre_commit.look(project.root)
    if seen.is_elsewhere and seen.runs != "pre-commit":
        return _script(project, seen)
    written = pre_commit.read(project.root, pre_commit.CONFIG)
    if written is not None and pre_commit.has_hook(written):
        if not pre_commit.misses(written):
            return _step("hook", "there", pre_commit.CONFIG, "the hook")
        hint, written = (
            "always_run: true, pass_filenames: false",
            "its hook runs for some files only",
        )
        return _step("hook", "left", pre_commit.CONFIG, written, hint=hint)
    new = templates.hook(written)
    if new is None:
        by_hand = (templates.hook("repos:\n") or "").partition("\n")[2].rstrip()
        return _by_hand("hook", pre_commit.CONFIG, by_hand)
    lines = "\n".join(_added(text.encode(written or ""), text.encode(new)))
    return _step("hook", "added", pre_commit.CONFIG, "the hook", lines)


def _script(project: Config, seen: pre_commit.Hook) -> StartStep:
    """A call of the hook in the script of somebody else that git runs, such as husky's."""
    place = Path(os.path.relpath(seen.place, project.root)).as_posix()
    if seen.runs == pre_commit.PROGRAM:
        return _step("hook", "there", place, "it calls the hook")
    left = partial(_step, "hook", "left", place)
    try:
        old = pre_commit.read(project.root, place)
    except UsageError:
        words = "core.hooksPath leads out of the repository"
        return left(words, hint=f"{pre_commit.CALL} # a line for it")
    if old is not None and seen.runs is None:
        hint = f"chmod +x {shlex.quote(place)} && ledger init --hook"
        return left("git passes it over: it is not executable", hint=hint)
    if pre_commit.call_first(text.encode(old or "")) is None:
        return left("it is no shell script", hint=f"have it run {pre_commit.PROGRAM}")
    return _step("hook", "added", place, "it calls the hook", pre_commit.CALL)


def _installed(project: Config, *, dry_run: bool) -> Iterator[StartStep]:
    """What ``pre-commit install`` does, once its configuration names the hook."""
    if not project.is_git:
        return
    seen = pre_commit.look(project.root)
    place = "git"
    if not seen.is_elsewhere or seen.runs == "pre-commit":  # else see _script
        yield from _at_each_commit(project, seen, place, dry_run=dry_run)
    fault = "" if dry_run else pre_commit.unreadable(project.root)
    if fault:
        message = f"pre-commit cannot read it, and fails at each commit: {fault}"
        yield _step("hook", "left", pre_commit.CONFIG, message, hint="mend the file")
    if seen.program is None:
        message = f"{pre_commit.PROGRAM} is not on the PATH"
        yield _step("hook", "left", place, message, hint="activate the environment it is in")


def _at_each_commit(
    project: Config, seen: pre_commit.Hook, place: str, *, dry_run: bool
) -> Iterator[StartStep]:
    if seen.runs in ("pre-commit", pre_commit.PROGRAM):
        yield _step("hook", "there", place, f"{seen.runs} runs at each commit")
    elif not seen.is_named and not dry_run:
        words = "nothing runs at a commit: the configuration lacks the hook"
        yield _step("hook", "left", place, words, hint="add the lines, then: pre-commit install")
    elif not dry_run and (why := pre_commit.install(project.root)):
        hint = "pip install pre-commit && pre-commit install"
        yield _step("hook", "left", place, f"nothing runs at a commit: {why}", hint=hint)
    elif not dry_run:
        yield _step("hook", "added", place, "`pre-commit install`: it runs at each commit")


def _merge_driver(project: Config) -> StartStep:
    """Git's configuration and attributes."""
    if not project.is_git:
        return _without_git("merge-driver")
    state: State = "there" if driver.is_installed(project) else "added"
    return _step("merge-driver", state, ".gitattributes", "the merge driver")


def _ci(project: Config) -> StartStep:
    """A workflow that checks pull requests, in a file of its own."""
    folder = project.root / Path(templates.CI_FILE).parent
    files = sorted(folder.glob("*.y*ml")) if folder.is_dir() else []
    for file in files:
        name = file.relative_to(project.root).as_posix()
        if "ledger validate" in (pre_commit.read(project.root, name) or ""):
            return _step("ci", "there", name, "the check in CI")
    branch = (repository.branch(project.root) if project.is_git else None) or "main"
    workflow = templates.ci(branch, installation.source())
    if os.path.lexists(project.root / templates.CI_FILE):
        return _by_hand("ci", templates.CI_FILE, workflow)
    return _step("ci", "added", templates.CI_FILE, "the check in CI", workflow)


def _agents(project: Config) -> Iterator[StartStep]:
    """What agents are to read, in each file of instructions that has it, else in the first."""
    known = {name: pre_commit.read(project.root, name) for name in agents.INSTRUCTIONS}
    contents = {name: text.encode(words) for name, words in known.items() if words is not None}
    marked = [name for name, content in contents.items() if agents.is_marked(content)]
    for name in marked or [*contents][:1] or agents.INSTRUCTIONS[:1]:
        yield _agent_file(project, "agents", name, "the block for agents")


def _agent(project: Config, about: Offer) -> Iterator[StartStep]:
    """The skill and the hooks of one coding agent."""
    agent = agents.AGENTS[about]
    yield _agent_file(project, about, agent.skill, f"the skill for {agent.name}")
    yield _agent_file(project, about, agent.settings, f"{agent.name}'s hooks at start and stop")


def _agent_file(project: Config, about: Offer, name: str, words: str) -> StartStep:
    old = text.encode(pre_commit.read(project.root, name) or "")
    change = agents.change(name, project.ledger_path)
    assert change
    new = change(old)
    if new is None:
        return _step(about, "left", name, "its form leaves no place", hint=agents.by_hand(name))
    state: State = "there" if new == old else "added"
    return _step(about, state, name, words, "\n".join(_added(old, new)))


def _added(old: bytes, new: bytes) -> Iterator[str]:
    """The lines that ``new`` has and ``old`` has not."""
    before, after = (text.decode(content).splitlines() for content in (old, new))
    compared = difflib.ndiff(before, after)
    return (line[2:] for line in compared if line.startswith("+ "))


def _by_hand(about: Literal["configuration"] | Offer, place: str, written: str | None) -> StartStep:
    return _step(
        about, "left", place, "its form leaves no place for more lines", hint=written or ""
    )


def _without_git(about: Offer) -> StartStep:
    return _step(about, "left", "git", "there is no repository", hint="git init")


# Where the plan is, or is to be


def _find(here: Path, given: Path | None) -> Config:
    """The configuration of the fix plan that is there, or of the one to write. Raises UsageError
    for ``given`` outside of the repository, a wrong setting, or a plan that lies elsewhere."""
    try:
        if given is None or os.path.lexists(here / given):
            return config.find(here, given)
    except UsageError as error:
        if error.code != "no-ledger":
            raise
        others = likely_plans(here)
        if others:
            names = ", ".join(others[:_MOST_NAMED])
            verb = "look" if len(others) > 1 else "looks"
            raise UsageError(
                "plan-elsewhere",
                f"{names} {verb} like a fix plan",
                f"`ledger init --ledger {shlex.quote(others[0])}` takes it up, "
                f"`ledger init --ledger {config.DEFAULTS[0]}` starts a new one",
            ) from None
    place = Path(os.path.realpath(here / given)) if given else None
    folder = place.parent if place else Path(os.path.realpath(here))
    folder = next(above for above in (folder, *folder.parents) if above.is_dir())
    top = process.top_of(folder)
    if top is None and all((folder / name).exists() for name in ("HEAD", "objects", "refs")):
        message = f"{folder}: a bare repository, which has no work tree"
        raise UsageError("bare", message, "run it in a clone")
    root = top or Path(os.path.realpath(here))
    path = config.DEFAULTS[0]
    if place:
        if not place.is_relative_to(root):
            raise UsageError("outside", f"{place}: lies outside {root}", "name a file inside")
        path = place.relative_to(root).as_posix()
    if top:
        config.require_here(root, path, here)
    return Config(
        root=root, is_git=top is not None, ledger_path=path, partner=config.partner_of(path)
    )


def _require(file: Path) -> None:
    """Raise UnreadableInput where something is in the way of ``file``."""
    if file.is_symlink() and not file.exists():
        message = f"{file}: expected a file, found a link to nothing"
        hint = "remove the link, or make the file that it leads to"
        raise UnreadableInput("not-a-file", message, hint)
    above = next(place for place in (file, *file.parents) if os.path.lexists(place))
    wanted, is_right = ("file", file.is_file()) if above == file else ("folder", above.is_dir())
    if not is_right:
        message = f"{above}: expected a {wanted}, found something else"
        raise UnreadableInput(f"not-a-{wanted}", message, "move it away; nothing was written")


def likely_plans(here: Path) -> list[str]:
    """Their names, relative to ``here``: those that are called so and have an item. What git
    ignores is not looked at; without git only the folder itself is."""
    top = process.top_of(here)
    root = top or here
    try:
        names = repository.listed(root) if top else [file.name for file in root.iterdir()]
    except (OSError, LedgerError):
        return []
    likely = [name for name in sorted(names) if _PLAN_NAME.search(name)][:_MOST_READ]
    tree = files.WorkTree(root)
    plans = [name for name in likely if _is_plan(tree, name)]
    return [Path(os.path.relpath(root / name, here)).as_posix() for name in plans]


def _is_plan(tree: files.WorkTree, name: str) -> bool:
    try:
        return bool(reader.read(tree.read(name, _LARGEST)).items)
    except LedgerError:
        return False
