"""What `ledger init` writes for coding agents: a block in their instructions, a skill, and hooks in
their settings. Of a file that is there every other byte stays as it is."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from ledger.plan import text

INSTRUCTIONS: Final = ("AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md")
"""The files of instructions; the first is made where there is none."""


class Agent(NamedTuple):
    """Where a coding agent looks for what it reads."""

    name: str
    skill: str
    settings: str


AGENTS: Final = {
    "claude": Agent("Claude Code", ".claude/skills/fix-plan/SKILL.md", ".claude/settings.json"),
    "codex": Agent("Codex", ".agents/skills/fix-plan/SKILL.md", ".codex/hooks.json"),
}
HOOKS: Final = {"SessionStart": "ledger next --intro", "Stop": "ledger verify --stop-hook"}
"""The command for each event. An agent reads what the first prints; the second answers it."""

VERSION: Final = 2
"""That of the texts below; greater with each change of them."""
# <!-- ledger:begin 2 (...) -->, and all down to <!-- ledger:end --> unless another begins before
# e.g. "<!-- ledger:begin 2 -->\nKeep the plan.\n<!-- ledger:end -->"
_BLOCK: Final = re.compile(
    rb"^<!-- ledger:begin(?: (?P<version>\d{1,9}))?[^\n]*\n"
    rb"(?:(?:(?!^<!-- ledger:begin).)*?^(?P<end><!-- ledger:end -->))?",
    re.MULTILINE | re.DOTALL,
)
_MARKED: Final = """\
<!-- ledger:begin {version} (`ledger init --agents` rewrites all down to ledger:end) -->
{text}
<!-- ledger:end -->"""
_INSTRUCTIONS: Final = """\
## Fix plan

What was tried, what came of it and what is next stands in `{path}`.

- Before you start: `ledger next` says what to do now, `ledger show ITEM` what was tried already.
- Record every try: `ledger run ITEM -- COMMAND` executes a command and records it,
  `ledger append ITEM RUN --summary TEXT` records a run that was made already.
- Change all else by `ledger add`, `edit`, `action`, `criterion`, `note` and `close`, not by hand.
- Leave recorded attempts as they are. Numbers, dates and commits come from the run and from git:
  do not type them.
- Before you commit: `ledger validate --base HEAD` says what your change makes worse,
  `ledger explain CODE` how to fix it."""
_SKILL_HEAD: Final = b"""\
---
name: fix-plan
description: >-
  Work on an item of this project's fix plan, record a test run in it, or close an item. Use it
  before you start on a task and whenever you have run tests.
---
"""
_SKILL: Final = """\
# Work on the fix plan

1. `ledger next` names the item, its action and how to reproduce it; `ledger show ITEM` tells
   what was tried, `ledger claim ITEM` keeps others from it. Do not try again what failed, unless
   something has changed.
2. Do the work. Run the tests with `ledger run ITEM --summary "what you did" -- COMMAND`: it
   records the outcome, also when they fail. `--complete N` marks an action as done with it.
3. `ledger gate ITEM` tells whether the exit criteria are met, `ledger close ITEM` closes it if so.
4. `ledger verify ITEM` holds what you wrote against the runs, `ledger validate --base HEAD` says
   what your change makes worse; commit when both are clean.

Change `{path}` by `ledger add`, `edit`, `action`, `criterion` and `note`, not by hand."""


def change(name: str, path: str) -> Callable[[bytes], bytes | None] | None:
    """What makes of the bytes of the file ``name`` those with what belongs there, where the plan
    is at ``path``; it returns None where the file has no place for it. None for other files."""
    if name in INSTRUCTIONS:
        return partial(_put, words=_INSTRUCTIONS.format(path=path))
    if any(name == agent.skill for agent in AGENTS.values()):
        return lambda old: _put(old or _SKILL_HEAD, _SKILL.format(path=path))
    if any(name == agent.settings for agent in AGENTS.values()):
        return _hooked
    return None


def is_used(root: Path, agent: str) -> bool:
    """Whether the repository has a folder of the agent's settings."""
    return (root / AGENTS[agent].settings).parent.is_dir()


def by_hand(name: str) -> str:
    """What to put into the file ``name`` where that cannot be done for you."""
    if name.endswith(".json"):
        return (_hooked(b"") or b"").decode().rstrip()
    return "add <!-- ledger:end --> behind its block, and run it again"


def is_marked(old: bytes) -> bool:
    """Whether a block is in the file."""
    return _BLOCK.search(old) is not None


def _put(old: bytes, words: str) -> bytes | None:
    """The bytes with the block in the place of an older one, else behind all others; None where an
    older one has no end."""
    marked = text.encode(_MARKED.format(version=VERSION, text=words))
    there = _BLOCK.search(old)
    newline = text.newline_of(old, there.start() if there else len(old)) if old else b"\n"
    marked = marked.replace(b"\n", newline)
    if there is None:
        ended = b"" if not old or old[-1:] in (b"\n", b"\r") else newline
        between = newline if old.strip() else b""
        return old + ended + between + marked + newline
    if int(there["version"] or 1) > VERSION:
        return old
    if there["end"] is None:
        return None
    return old[: there.start()] + marked + old[there.end("end") :]


# Settings: JSON, into which entries are put without touching the rest


def _hooked(old: bytes) -> bytes | None:
    """The settings with the hooks that they lack; None where they are no JSON with a place for
    these."""
    try:
        words = old.decode() or "{}\n"
        for event, command in reversed(HOOKS.items()):
            entry = {"hooks": [{"type": "command", "command": command}]}
            expected = _merged(json.loads(words), event, entry)
            if not any(command in string for string in _strings(expected["hooks"][event][1:])):
                words = _inserted(words, ["hooks", event], entry)
                if json.loads(words) != expected:
                    return None
    except (ValueError, RecursionError):
        return None
    return words.encode()


def _merged(settings: Any, event: str, entry: object) -> dict[str, Any]:
    """The settings as they are to be. Raises ValueError where something else is in the place."""
    table = settings if isinstance(settings, dict) else {"hooks": None}
    hooks: Any = table.get("hooks", {})
    entries = hooks.get(event, []) if isinstance(hooks, dict) else None
    if not isinstance(entries, list):
        raise ValueError(f"no list of hooks at {event}")
    return {**table, "hooks": {**hooks, event: [entry, *entries]}}


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for child in value.values() if isinstance(value, dict) else value:
            yield from _strings(child)


def _inserted(words: str, keys: Sequence[str], entry: object) -> str:
    """JSON with ``entry`` as the first of the list that the keys lead to; what is missing of these
    is made. All else stays, byte for byte."""
    at, depth, missing = words.index("{"), 1, list(keys)
    while missing and missing[0] in (members := dict(_members(words, at))):
        at, depth = members[missing.pop(0)], depth + 1
    value: object = [entry] if missing else entry
    for key in reversed(missing[1:]):
        value = {key: value}
    indented = re.search(r"\n([ \t]+)", words)
    unit = indented[1] if indented else "  "
    lines = json.dumps(value, indent=unit)
    if missing:
        lines = f"{json.dumps(missing[0])}: {lines}"
    lines = f"\n{lines}".replace("\n", f"\n{unit * depth}")
    rest = words[at + 1 :]
    is_first = rest.lstrip()[0] in "}]"
    behind = f"\n{unit * (depth - 1)}{rest.lstrip()}" if is_first else f",{rest}"
    return words[: at + 1] + lines + behind


def _members(words: str, at: int) -> Iterator[tuple[str, int]]:
    """The keys of the object at ``at``, each with where its value begins."""
    read = json.JSONDecoder().raw_decode
    while words[at] != "}":
        at = _begin(words, at + 1)  # behind "{" or ","
        if words[at] == "}":
            return
        key, at = read(words, at)
        at = _begin(words, _begin(words, at) + 1)  # behind ":"
        yield key, at
        at = _begin(words, read(words, at)[1])


def _begin(words: str, at: int) -> int:
    """Where what is no blank begins, from ``at`` on."""
    return len(words) - len(words[at:].lstrip(" \t\r\n"))
