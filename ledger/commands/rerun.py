"""``ledger run --rerun``: what a brief's gated rerun executes, once its prerequisites allow it."""

import re
import shlex
from pathlib import Path
from typing import Final

from ledger.commands.gate import handed_over
from ledger.errors import Refused, UnreadableInput, UsageError
from ledger.gates import tree
from ledger.gates.decisions import decisions
from ledger.gates.facts import Facts, Request
from ledger.gates.gate import judged_conditions
from ledger.gates.model import Brief, Command, JudgedCriterion
from ledger.plan import selectors
from ledger.plan.model import Model
from ledger.plan.text import counted

# "timeout 1.5h pytest tests"
_TIMEOUT: Final = re.compile(r"timeout[ \t]+(\d{1,9}(?:\.\d{1,9})?)([smhd]?)[ \t]+(?=[^\s-])")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SHELL: Final = re.compile(r"[|&;<>$`*?(){}\[\]\\!~\n]")
_NAME: Final = re.compile(r"[^a-z0-9]+")


class RerunCommand(Model):
    """One command of a rerun."""

    words: tuple[str, ...]
    """The program and its arguments, behind ``env`` with what is set for it."""
    timeout_s: float | None = None
    """Seconds that it may take."""
    into: str = ""
    """The folder for it in the one of the stamp; empty for that one."""


class Rerun(Model):
    """A brief's rerun as it would be executed."""

    folder: str
    """The folder for its runs, with placeholders; empty for the item's."""
    commands: tuple[RerunCommand, ...]
    """In the order of the brief."""
    prerequisites: tuple[JudgedCriterion, ...]
    """What the brief asks for before, none of it unmet."""


def rerun(item: str, brief: Path, *, option: str = "", ledger: Path | None = None) -> Rerun:
    """What the rerun of ``brief`` executes for ``item``; ``option`` is the one that was decided for
    where the commands depend on it, by default the one that the plan says was.

    Raises UsageError for a brief about another item and for an option that is missing or none,
    UnreadableInput for a brief without commands or with one that needs a shell, and Refused where
    a prerequisite is unmet or another option was decided for.
    """
    handed = handed_over(brief, Request(), ledger)
    facts, about = handed.facts, handed.item
    read = facts.brief
    assert read is not None
    if about is None or selectors.parse(item).item.upper() != about.id.upper():
        its = read.initiative or "no item"
        message = f"{facts.path} is about {its}, not about {item}"
        if its == item:
            message = f"{facts.path} is about {item}, and {facts.ledger} has no such item"
        raise UsageError("other-item", message, "give the item that its **Initiative:** names")
    chosen = _chosen(read, facts, option)
    commands = tuple(_command(command, facts.path, len(chosen) > 1) for command in chosen)
    prerequisites = judged_conditions(facts, read.prerequisites)
    unmet = [c for c in prerequisites if c.verdict == "unmet" and not c.optional]
    if unmet:
        first = f"{facts.path}:{unmet[0].line}: {unmet[0].text}: {unmet[0].reason}"
        message = f"{counted(len(unmet), 'prerequisite')} of the rerun unmet: {first}"
        raise Refused("prerequisites-unmet", message, f"`ledger gate {facts.path}` judges all")
    folder = next((folder.top for folder in tree.folders(read)), "")
    return Rerun(folder=folder, commands=commands, prerequisites=prerequisites)


def _chosen(brief: Brief, facts: Facts, option: str) -> list[Command]:
    """The commands of an option, with those that depend on none."""
    path = facts.path
    if not brief.rerun:
        message = f"{path}: expected commands of a rerun, found none"
        raise UnreadableInput("no-rerun", message, "write them in a fence below a Rerun heading")
    options = list(dict.fromkeys(command.option for command in brief.rerun if command.option))
    wanted = option.upper().removeprefix("OPTION").strip()
    logged = {key for key, _ in decisions(facts, options)} if options else set()
    if wanted in options and logged and wanted not in logged:
        message = f"{path}: {facts.ledger} says that option {', '.join(logged)} was decided for"
        raise Refused("other-option", message, "give that one, or log the other decision")
    if not wanted and len(logged) == 1:
        [wanted] = logged
    if wanted not in (options or [""]):
        known = f"its options are {', '.join(options)}" if options else "it has no options"
        text = f"--option {option[:40]}" if option else "which option was decided for is not said"
        raise UsageError("which-option", f"{path}: {text}; {known}", "give one of them, or none")
    return [command for command in brief.rerun if command.option in ("", wanted)]


def _command(command: Command, path: str, has_own_folder: bool) -> RerunCommand:
    timeout = _TIMEOUT.match(command.text)
    line = command.text[timeout.end() :] if timeout else command.text
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if not words or _SHELL.search(line + "".join(value for _, value in command.environment)):
        message = f"{path}:{command.line}: expected a plain command, found {command.text[:80]!r}"
        hint = "it needs a shell or names what is open: give it to `ledger run ITEM -- COMMAND`"
        raise UnreadableInput("no-rerun", message, hint)
    variables = [f"{name}={value}" for name, value in command.environment]
    name = _NAME.sub("_", command.note.lower()).strip("_")[:40] or f"line_{command.line}"
    return RerunCommand(
        words=(*(["env", *variables] if variables else []), *words),
        timeout_s=float(timeout[1]) * _SECONDS[timeout[2]] if timeout else None,
        into=name if has_own_folder else "",
    )
