"""What agents are told: one block, renewed in its place; a skill; hooks put into settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.cli import COMMANDS
from ledger.commands import agents
from tests.commands.test_init import files
from tests.support.commands import call
from tests.support.repository import Repository

PATH = "docs/fix_plan.md"
SETTINGS = ".claude/settings.json"
SKILL = ".claude/skills/fix-plan/SKILL.md"
OLD = b"<!-- ledger:begin (from an earlier version) -->\nold words\n<!-- ledger:end -->"


def changed(name: str, old: bytes) -> bytes | None:
    change = agents.change(name, PATH)
    assert change
    return change(old)


def block(newline: bytes = b"\n") -> bytes:
    return (changed("AGENTS.md", b"") or b"").rstrip(b"\n").replace(b"\n", newline)


# The block


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"", b"%s\n"),
        (b"# Rules\n", b"# Rules\n\n%s\n"),
        (b"# Rules", b"# Rules\n\n%s\n"),
        (b"# Rules\r\n\r\nBe kind.\r\n", b"# Rules\r\n\r\nBe kind.\r\n\r\n%s\r\n"),
        (OLD, b"%s"),
        (b"before\n" + OLD + b"\nafter\n", b"before\n%s\nafter\n"),
        (b"before\n\n\n" + OLD + b" \nafter", b"before\n\n\n%s \nafter"),
        (b"a\r\n" + OLD.replace(b"\n", b"\r\n") + b"\r\nb\r\n", b"a\r\n%s\r\nb\r\n"),
        (b"Quoted: `<!-- ledger:begin -->`\n", b"Quoted: `<!-- ledger:begin -->`\n\n%s\n"),
        (b"\xff\xfe no UTF-8\n", b"\xff\xfe no UTF-8\n\n%s\n"),
    ],
)
def test_the_block_stands_once_and_all_else_as_it_was(old: bytes, new: bytes) -> None:
    expected = new.replace(b"%s", block(b"\r\n" if b"\r\n" in old else b"\n"))
    assert changed("AGENTS.md", old) == expected
    assert changed("AGENTS.md", expected) == expected


@given(st.text(), st.text())
def test_whatever_stands_around_it_is_kept(before: str, after: str) -> None:
    start = before.encode("utf-8", "replace") + b"\n"
    end = b"\n" + after.encode("utf-8", "replace")
    for middle in (OLD, block()):
        new = changed("AGENTS.md", start + middle + end)
        if b"ledger:begin" not in start + end:
            assert new
            assert (new[: len(start)], new[len(new) - len(end) :]) == (start, end)
            assert changed("AGENTS.md", new) == new


@pytest.mark.parametrize(
    "old",
    [
        b"<!-- ledger:begin 1 -->\nno end\n",
        b"<!-- ledger:begin 1 -->\nno end\n" + OLD,  # what stands between the two may be somebody's
    ],
)
def test_a_block_without_an_end_is_left(repo: Repository, old: bytes) -> None:
    repo.write("AGENTS.md", old)
    done = call(repo.path, "init", "--agents")
    assert done.code == 1
    assert "AGENTS.md: left as it is" in done.out
    assert "add <!-- ledger:end --> behind its block" in done.out
    assert (repo.path / "AGENTS.md").read_bytes() == old


def test_a_newer_block_stays(repo: Repository) -> None:
    old = OLD.replace(b"begin (", b"begin 99 (")
    repo.write("AGENTS.md", old)
    assert call(repo.path, "init", "--agents").code == 0
    assert (repo.path / "AGENTS.md").read_bytes() == old


def test_each_file_that_has_a_block_gets_the_new_one(repo: Repository) -> None:
    for name in ("AGENTS.md", "CLAUDE.md"):
        repo.write(name, b"# Mine\n" + OLD + b"\n")
    done = call(repo.path, "init", "--agents")
    assert done.out.count("the block for agents (added)") == 2
    for name in ("AGENTS.md", "CLAUDE.md"):
        assert (repo.path / name).read_bytes() == b"# Mine\n" + block() + b"\n"


def test_no_command_is_named_that_there_is_not() -> None:
    texts = [block(), changed(SKILL, b"") or b"", "\n".join(agents.HOOKS.values()).encode()]
    said = b"\n".join(texts).decode()
    named = {*re.findall(r"\bledger ([a-z][a-z-]*)", said)}
    assert named <= {*COMMANDS}
    assert {"show", "run", "append", "validate", "explain"} <= named
    for text in texts:
        assert len(text) < 1500


# The skill and the hooks


def hooks_of(said: str) -> dict[str, list[str]]:
    """The commands for each event."""
    return {
        event: [hook["command"] for entry in entries for hook in entry["hooks"]]
        for event, entries in json.loads(said)["hooks"].items()
    }


@pytest.mark.parametrize("agent", agents.AGENTS)
def test_an_agent_gets_a_skill_and_hooks_once(repo: Repository, agent: str) -> None:
    before = files(repo.path)
    about = agents.AGENTS[agent]
    assert call(repo.path, "init", f"--{agent}").code == 0
    after = files(repo.path)
    assert {*after} - {*before} == {about.skill, about.settings}
    assert hooks_of(after[about.settings].decode()) == {
        event: [command] for event, command in agents.HOOKS.items()
    }
    assert after[about.skill].startswith(b"---\nname: fix-plan\ndescription: ")
    assert call(repo.path, "init", f"--{agent}").code == 0
    assert files(repo.path) == after


SOME = """{
\t"model": "x", "permissions": {"allow": ["Bash(ls:*)", "é\\u00e9"]},
\t"hooks": {
\t\t"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": "a"}]}],
\t\t"Stop": [
\t\t\t{"hooks": [{"type": "command", "command": "mine"}]}
\t\t]
\t}
}
"""


def test_settings_keep_what_they_have_byte_for_byte(repo: Repository) -> None:
    repo.write(SETTINGS, SOME.encode())
    assert call(repo.path, "init", "--claude").code == 0
    new = (repo.path / SETTINGS).read_text("utf-8")
    assert hooks_of(new) == {
        "PreToolUse": ["a"],
        "Stop": [agents.HOOKS["Stop"], "mine"],
        "SessionStart": [agents.HOOKS["SessionStart"]],
    }
    lines = new.splitlines()
    assert all(line in lines for line in SOME.splitlines())
    assert '\n\t\t\t{\n\t\t\t\t"hooks": [\n' in new  # indented as the file is


@pytest.mark.parametrize("command", ["uv run {}", "cd x && {} --ledger y", ".venv/bin/{}"])
def test_a_hook_that_runs_it_in_another_way_is_one(command: str) -> None:
    said = {
        "hooks": {
            event: [{"hooks": [{"type": "command", "command": command.format(own)}]}]
            for event, own in agents.HOOKS.items()
        }
    }
    old = json.dumps(said).encode()
    assert changed(SETTINGS, old) == old


@pytest.mark.parametrize(
    "old",
    [
        b"[]",
        b"// comment\n{}",
        b'{"hooks": []}',
        b'{"hooks": null}',
        b'{"hooks": {"Stop": {}}}',
        b'{"hooks": {"Stop": []}',
        b"\xff{}",
        b"[" * 100_000,
    ],
)
def test_settings_without_a_place_are_left(repo: Repository, old: bytes) -> None:
    repo.write(SETTINGS, old)
    done = call(repo.path, "init", "--claude")
    assert done.code == 1
    assert f"{SETTINGS}: left as it is" in done.out
    assert '"command": "ledger verify --stop-hook"' in done.out  # to be put there by hand
    assert (repo.path / SETTINGS).read_bytes() == old


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_ENTRIES = st.lists(st.dictionaries(st.text(), _VALUES, max_size=2), max_size=2)
_HOOKS = st.dictionaries(st.sampled_from([*agents.HOOKS, "Other"]), _ENTRIES, max_size=3)
_SETTINGS = st.builds(
    lambda rest, hooks, is_last: {**rest, **hooks} if is_last else {**hooks, **rest, **hooks},
    st.dictionaries(st.text(), _VALUES, max_size=3),
    st.just({}) | st.builds(lambda hooks: {"hooks": hooks}, _HOOKS),
    st.booleans(),
)


@given(_SETTINGS, st.sampled_from([None, 1, 4, "\t"]), st.booleans())
def test_any_settings_get_the_hooks_and_lose_nothing(
    settings: dict[str, Any], indent: int | str | None, is_ascii: bool
) -> None:
    if not isinstance(settings.get("hooks", {}), dict):
        return
    old = json.dumps(settings, indent=indent, ensure_ascii=is_ascii).encode("utf-8", "replace")
    settings = json.loads(old)
    new = changed(SETTINGS, old)
    assert new
    hooks = settings.get("hooks", {})
    expected = {
        **settings,
        "hooks": {
            **hooks,
            **{
                event: [{"hooks": [{"type": "command", "command": command}]}, *hooks.get(event, [])]
                for event, command in agents.HOOKS.items()
            },
        },
    }
    assert json.loads(new) == expected
    assert changed(SETTINGS, new) == new


def test_agents_are_offered_where_they_are_used(repo: Repository) -> None:
    assert "--claude" not in call(repo.path, "init").out
    (repo.path / ".claude").mkdir()
    said = call(repo.path, "init").out
    assert "  ledger init --claude " in said
    assert "--codex" not in said


def test_a_link_that_leads_out_is_not_followed(repo: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (repo.path / ".claude").symlink_to(outside)
    assert call(repo.path, "init", "--claude").code == 2
    assert [*outside.iterdir()] == []
