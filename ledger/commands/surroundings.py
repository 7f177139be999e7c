"""Checks of what is around the file: settings, git, the hook, the merge driver."""

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Final, Literal

from pydantic import computed_field

from ledger import config, rules
from ledger.commands import merge_driver as driver
from ledger.commands import pre_commit, read, templates
from ledger.commands.facts import facts
from ledger.config import Config
from ledger.errors import UnreadableInput, UsageError
from ledger.git import process, repository
from ledger.git.blobs import Blobs
from ledger.plan import reader
from ledger.plan.model import Ledger, Model

Area = Literal[
    "ledger",
    "findings",
    "configuration",
    "git",
    "hook",
    "merge driver",
    "secrets",
    "archive",
    "artifacts",
]
State = Literal["ok", "problem", "offer"]


class Problem(Model):
    """One thing that is not in order."""

    said: str
    """What is the case."""
    means: str
    """What that means."""
    mend: str
    """The command that mends it, or a few words; empty for none."""
    is_bad: bool = True
    """False where it works without, and could work better."""


class Check(Model):
    """One area."""

    area: Area
    """What was looked at."""
    said: str = ""
    """What is the case; empty where a problem says it."""
    problems: tuple[Problem, ...] = ()
    """What is not in order."""

    @computed_field
    @property
    def state(self) -> State:
        """The worst of its problems."""
        if not self.problems:
            return "ok"
        return "problem" if any(problem.is_bad for problem in self.problems) else "offer"


def check(area: Area, text: str, *problems: Problem) -> Check:
    """A check of one area."""
    return Check(area=area, said=text, problems=problems)


_VERSION: Final = re.compile(r"v?(\d+(?:\.\d+)+\S*)")
# e.g. "gitleaks"
_SCANNER: Final = re.compile(
    r"gitleaks|detect-secrets|trufflehog|ggshield|gitguardian|talisman|ripsecrets|kingfisher"
)
# Where one may be named, beside the workflows, and what only one has.
_SCANNED: Final = (pre_commit.CONFIG, ".gitlab-ci.yml", "lefthook.yml", ".husky/pre-commit")
_OF_SCANNERS: Final = (".gitleaks.toml", ".secrets.baseline", ".gitguardian.yaml", ".talismanrc")
_OTHER_RULES: Final = "Commits are judged by other rules than `ledger validate` has."
_UNCHECKED: Final = "No commit in this clone is checked."


def configuration(project: Config) -> Check:
    """Where the settings stand, and whether each of them names something."""
    table = config.table(project)
    if table is None:
        return check("configuration", "none: the defaults apply")
    file, settings = table
    keys = [key for key in type(settings).model_fields if key in settings.model_fields_set]
    place = Path(os.path.relpath(file, project.root)).as_posix()
    message = f"[tool.ledger] of {place}: {', '.join(keys) or 'empty'}"
    unknown = [code for code in project.ignore if code not in rules.RULES]
    if not unknown:
        return check("configuration", message)
    problem = Problem(
        said=f"`ignore` names what is no rule: {', '.join(unknown)}",
        means="Nothing is left out by it.",
        mend="ledger explain # lists the rules",
    )
    return check("configuration", message, problem)


def git(project: Config) -> Check:
    """Whether there is a repository, whole, that has the fix plan in it."""
    root, path = project.root, project.ledger_path
    if not project.is_git:
        text = "there is no repository here"
        means = "Nothing brings back what is lost, and no commit can be checked."
        return check("git", "", Problem(said=text, means=means, mend="git init"))
    problems = []
    if process.is_shallow(root):
        means = "Older versions are out of reach: of `history`, and of commits that attempts name."
        mend = "git fetch --unshallow"
        problems.append(Problem(said="the clone is shallow", means=means, mend=mend))
    if process.is_partial(root):
        means = "It lacks older versions, which `history` leaves out. Nothing is fetched unasked."
        mend = "git fetch --refetch --no-filter"
        text = "the clone is partial"
        problems.append(Problem(said=text, means=means, mend=mend, is_bad=False))
    if repository.is_unmerged(root, path):
        means = "A merge is not finished, and nothing can be committed before."
        mend = f"git add {shlex.quote(path)} # once it is resolved"
        problems.append(Problem(said=f"{path} is in conflict", means=means, mend=mend))
    elif not repository.is_tracked(root, path):
        rule = repository.ignored(root, [path]).get(path)
        text = f"{path} is ignored, by {rule}" if rule else f"{path} is not committed"
        mend = f"git add {'--force ' if rule else ''}{shlex.quote(path)} # and commit it"
        problems.append(Problem(said=text, means="Nothing brings back what is lost.", mend=mend))
    text = "a repository without a commit"
    with Blobs(root) as contents, suppress(UsageError):
        text = f"a repository at {contents.known_commit('HEAD')[:8]}"
    return check("git", text, *problems)


def hook(project: Config) -> Check:
    """Whether commits are checked in this clone, and by which version."""
    if not project.is_git:
        return check("hook", "none without a repository")
    seen = pre_commit.look(project.root)
    place = seen.place.removeprefix(f"{project.root.as_posix()}/")
    if seen.runs == pre_commit.PROGRAM:
        return check("hook", f"{place} runs it", *_program(seen))
    if not seen.is_named:
        text, mend = "not installed (optional)", "ledger init --hook"
        return check("hook", "", Problem(said=text, means=_UNCHECKED, mend=mend, is_bad=False))
    if seen.runs != "pre-commit":
        runs = "git runs nothing" if seen.runs is None else f"{place} is another program's"
        text = f"{pre_commit.CONFIG} names it, and {runs}"
        mend = "pre-commit install"
        if seen.is_elsewhere:
            mend = f"ledger init --hook # has {place} call it"
        elif seen.runs:
            mend += " # keeps the other one, and both are run"
        return check("hook", "", Problem(said=text, means=_UNCHECKED, mend=mend))
    problems = list(_version(seen.rev) if seen.rev else _program(seen))
    if pre_commit.misses(pre_commit.read(project.root, pre_commit.CONFIG) or ""):
        text = f"{pre_commit.CONFIG} has it run for some files only"
        means = "A commit whose fix plan `files` or `exclude` pass over, or delete, is not checked."
        mend = "ledger init --hook # says what belongs there"
        problems.append(Problem(said=text, means=means, mend=mend))
    if not seen.runs_at_merges:
        means = "A merge without a conflict is not checked."
        mend = "pre-commit install --hook-type pre-merge-commit"
        text = "it is installed for commits and not for merges"
        problems.append(Problem(said=text, means=means, mend=mend, is_bad=False))
    by = f"{seen.rev} of its repository" if seen.rev else f"{pre_commit.PROGRAM} of the environment"
    return check("hook", f"installed through pre-commit, {by}", *problems)


def merge_driver(project: Config) -> Check:
    """Whether git merges the fix plan by attempts in this clone."""
    if not project.is_git:
        return check("merge driver", "none without a repository")
    mend = "ledger merge-driver --install"
    lacking = driver.lacks(project)
    if lacking:
        means = "Two attempts may come to bear one number, and appends conflict."
        return check("merge driver", "", Problem(said=lacking, means=means, mend=mend))
    if driver.is_installed(project):
        return check("merge driver", "installed")
    means = "Branches that both append will conflict."
    offer = Problem(said="not installed (optional)", means=means, mend=mend, is_bad=False)
    return check("merge driver", "", offer)


def secrets(project: Config, ledger: Ledger | None) -> Check:
    """Whether a scanner for secrets is beside the rules, and which answers to these are old."""
    problems = []
    answered = project.settings.not_secret if ledger else ()
    asked = _secrets(project, ledger) if ledger and answered else frozenset()
    unneeded = [name for name in answered if name not in asked]
    if unneeded:
        message = f"`not_secret` names what is not there any more: {', '.join(unneeded)}"
        means, mend = "Nothing is left out by it.", "take it out of [tool.ledger]"
        problems.append(Problem(said=message, means=means, mend=mend))
    folder = project.root / Path(templates.CI_FILE).parent
    names = [
        *_SCANNED,
        *(file.relative_to(project.root).as_posix() for file in folder.glob("*.y*ml")),
    ]
    texts = (pre_commit.read(project.root, name) or "" for name in names)
    scanner = next((match[0] for text in texts if (match := _SCANNER.search(text))), None)
    own = next((name for name in _OF_SCANNERS if (project.root / name).is_file()), None)
    if not (scanner or own):
        message = "no scanner for secrets is configured (optional)"
        means = "LED701 and LED702 know the common forms, not every one."
        mend = f"add gitleaks or detect-secrets to {pre_commit.CONFIG}"
        problems.append(Problem(said=message, means=means, mend=mend, is_bad=False))
    return check("secrets", f"{scanner or own} is configured" if scanner or own else "", *problems)


def _secrets(project: Config, ledger: Ledger) -> frozenset[str]:
    """The fingerprints of all that looks like a secret, whatever the settings answer."""
    known = facts(project)._replace(not_secret=frozenset(), every=True)
    data = b""
    with suppress(UnreadableInput):  # which the check of the archive says
        data = read.archive_bytes(project)
    archive = reader.read(data, project.own)
    return frozenset(
        finding.key.rsplit(" ", 1)[-1]
        for plan in (ledger, archive)
        for finding in rules.check(plan, known, rules.RULES.keys() - {"LED701", "LED702"})
    )


def _program(seen: pre_commit.Hook) -> Iterator[Problem]:
    """What is wrong with the program that the PATH has."""
    name, own = pre_commit.PROGRAM, metadata.version("fix-plan-ledger")
    if seen.program is None:
        means = "Each commit will fail, since the hook cannot be started."
        mend = "activate the environment that has it"
        yield Problem(said=f"{name} is not on the PATH", means=means, mend=mend)
        return
    version = pre_commit.version_of(seen.program)
    if version != own:
        message = f"{name} on the PATH is {version or 'another version'}, this is {own}"
        mend = "install the same version where the hook is"
        yield Problem(said=message, means=_OTHER_RULES, mend=mend)


def _version(rev: str) -> Iterator[Problem]:
    """What is wrong with the version that pre-commit takes from the repository."""
    match, own = _VERSION.fullmatch(rev), metadata.version("fix-plan-ledger")
    if match and match.group(1) != own:
        message = f"the hook is {rev}, this is {own}"
        yield Problem(said=message, means=_OTHER_RULES, mend="pre-commit autoupdate")
