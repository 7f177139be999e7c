"""What `ledger init` writes: a fix plan, the hook's configuration, a CI check, settings. Each is
lines to put behind those of a file."""

import json
import re
import textwrap
import tomllib
from typing import Final

from ledger.commands.yaml_lists import with_entry
from ledger.edits.items import from_words
from ledger.errors import UsageError
from ledger.plan import document, patterns, reader, styles, text

DEFAULT_TITLE: Final = "All tests pass"
_DEFAULT_ID: Final = "TESTS-001"
# e.g. "[PARSE-001] Read large files"
_TITLED: Final = re.compile(rf"\[(?P<id>{patterns.ID})\][ \t]*(?P<title>.*)", re.DOTALL)
_LONGEST_TITLE: Final = 200
_PLAN: Final = """\
# Fix Plan

**Last Updated:** {today}

## Index

| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [{name}](#{anchor}) | {cell} | High | in_progress |

## [{name}] {title}
- Priority: High
- Status: in_progress
- Attempts History:
- Next Actions:
  1. 🟡 PENDING — Run the tests and record how it stands.
- Exit Criteria:
  - [ ] All tests pass `check: failures == 0 and passed > 0`"""

CI_FILE: Final = ".github/workflows/fix-plan.yml"
SETTINGS_FILE: Final = "pyproject.toml"

_HOOK: Final = """\
  - repo: local
    hooks:
      - id: ledger
        name: ledger
        entry: ledger-hook
        language: system
        always_run: true
        pass_filenames: false
        stages: [pre-commit, pre-merge-commit, pre-push, manual]
        require_serial: true
        verbose: true"""
_NEW_HOOK: Final = """\
default_install_hook_types: [pre-commit, pre-merge-commit]
repos:
"""

# The version of an action is behind its commit: a tag can be moved.
CI: Final = """\
name: fix plan
on:
  pull_request:
  push:
    branches: [{branch}]
permissions:
  contents: read
concurrency: # of a pull request the newest state counts, of pushes each one
  group: ${{{{ github.workflow }}}}-${{{{ github.event.pull_request.number || github.run_id }}}}
  cancel-in-progress: true
jobs:
  ledger:
    name: ledger
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          fetch-depth: 0 # with a shallow clone git cannot tell where a branch began
          persist-credentials: false
      - uses: actions/setup-python@a309ff8b426b58ec0e2a45f0f869d46889d02405 # v6.2.0
        with:
          python-version: "3.13"
      - run: pip install "${{LEDGER:?set the variable {variable} of this repository}}"
        env:
          LEDGER: {source}
      - if: github.event_name == 'pull_request'
        run: ledger validate --base "$BASE" --head "$HEAD" --format github
        env:
          BASE: ${{{{ github.event.pull_request.base.sha }}}}
          HEAD: ${{{{ github.event.pull_request.head.sha }}}}
      - if: github.event_name == 'push' && !github.event.created
        run: |
          token='!f() {{ echo username=x-access-token; echo "password=$TOKEN"; }}; f'
          git cat-file -e "$BEFORE" || git -c credential.helper="$token" fetch origin "$BEFORE"
          ledger validate --base "$BEFORE" --head "$AFTER" --replaces --format github
        env:
          BEFORE: ${{{{ github.event.before }}}}
          AFTER: ${{{{ github.event.after }}}}
          TOKEN: ${{{{ github.token }}}}"""
SOURCE_VARIABLE: Final = "LEDGER_SOURCE"
"""What the workflow installs where nothing tells `ledger init` what it was installed from."""


# The fix plan


def first(title: str, today: str) -> tuple[str, str]:
    """The ID of the first item, and the plan's lines. ``title`` may have the ID in front:
    ``[PARSE-001] Read large files``. Raises UsageError where the two cannot be read back."""
    defused = styles.defused(title)
    match = _TITLED.match(defused)
    name = (
        match["id"] if match else _DEFAULT_ID if defused == DEFAULT_TITLE else from_words(defused)
    )
    defused = match["title"] if match else defused
    plan = _PLAN.format(
        today=today,
        name=name,
        title=defused,
        cell=defused.replace("|", "\\|"),
        anchor=document.anchor(f"[{name}] {defused}"),
    )
    read = reader.read(text.encode(plan + "\n"))
    if (
        len(defused) > _LONGEST_TITLE
        or [(item.id, item.title, len(item.actions)) for item in read.items] != [(name, defused, 1)]
        or [row.id for row in read.index] != [name]
        or not defused
    ):
        message = f"{title[:60]!r}: expected the title of the first item, in one line of words"
        raise UsageError("bad-title", message, 'for instance: ledger init "Read large files"')
    return name, plan


# What goes with it


def hook(config: str | None) -> str | None:
    """The configuration of pre-commit with the hook; None where there is no place for it."""
    if config is None or all(line[:1] in ("", "#") for line in config.splitlines()):
        newline = "\r\n" if "\r\n" in (config or "") else "\n"
        before = newline if config and not config.endswith("\n") else ""
        return f"{config or ''}{before}" + f"{_NEW_HOOK}{_HOOK}\n".replace("\n", newline)
    return with_entry(config, "repos", textwrap.dedent(_HOOK))


def ci(branch: str, source: str | None) -> str:
    """A workflow that checks pull requests, and pushes to ``branch``. ``source`` is what pip
    installs; None for what a variable of the repository says."""
    return CI.format(
        branch=json.dumps(branch) if not branch.isalnum() else branch,
        source=json.dumps(source) if source else f"${{{{ vars.{SOURCE_VARIABLE} }}}}",
        variable=SOURCE_VARIABLE,
    )


def settings(project: str | None, path: str) -> str | None:
    """The table for a ``pyproject.toml``; None where adding it would change other settings."""
    table = f"[tool.ledger]\npath = {json.dumps(path, ensure_ascii=False)}"
    words = f"\n{table}" if project and project.strip() else table
    newline = "" if not project or project.endswith("\n") else "\n"
    try:
        before = tomllib.loads(project or "")
        after = tomllib.loads(f"{project or ''}{newline}{words}\n")
    except (tomllib.TOMLDecodeError, RecursionError):
        return None
    tool = after.get("tool", {})
    if not isinstance(tool, dict) or tool.pop("ledger", None) != {"path": path}:
        return None
    if "tool" not in before and not tool:
        after.pop("tool")
    return words if after == before else None
