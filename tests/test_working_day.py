"""A day of work: a person at the shell beside an agent that has the tools, and nobody opens an editor."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from ledger.plan import reader
from tests.support import repository
from tests.support.commands import Done, process
from tests.support.repository import Repository

pytest.importorskip("mcp", reason="the extra is not installed (pip install 'fix-plan-ledger[mcp]')")

import anyio
from anyio import to_thread

from tests.integrations.test_mcp_server import answer, client

PYTEST = ("--", sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
RED = b"def test_it():\n    assert sum([1, 2]) == 4\n"
GREEN = b"def test_it():\n    assert sum([1, 2]) == 3\n"
CRITERION = "All tests pass `check: failures == 0 and passed > 0`"


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """A repository with a test that fails, and no plan."""
    repo = Repository(tmp_path / "project")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("tests/test_it.py", RED)
    repo.write(".gitignore", b"__pycache__/\n")
    repo.commit("A test")
    return repo


@pytest.fixture(autouse=True)
def no_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever would open one fails. It is today: attempts are recorded and committed."""
    monkeypatch.setattr(repository, "COMMITTED", datetime.now(UTC).isoformat())
    for name in ("EDITOR", "VISUAL", "GIT_EDITOR"):
        monkeypatch.setenv(name, "false")
    # git starts the merge driver, which is installed beside python
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


class Day:
    """What is done between morning and evening."""

    def __init__(self, project: Repository, branch: Repository) -> None:
        self.project, self.branch = project, branch

    async def shell(self, *arguments: str, where: Repository | None = None, code: int = 0) -> Done:
        """What the person types."""
        folder = (where or self.project).path
        done = await to_thread.run_sync(partial(process, folder, *arguments))
        assert done.code == code, (arguments, done)
        return done

    async def morning(self) -> None:
        """The person starts the plan and two more items; the first tries fail."""
        shell = self.shell
        await shell("init", "[PARSE-001] Read large files", "--merge-driver", "--agents")
        await shell(
            *("add", "Count words", "--id", "WORDS-002", "--priority", "Low"),
            *("--depends-on", "PARSE-001", "--action", "Count them.", "--criterion", CRITERION),
        )
        await shell("add", "Say it in the docs", "--id", "DOCS-003", "--action", "Write a page.")
        await shell("criterion", "DOCS-003", "add", "Anna has read the page")
        self.project.commit("A plan")
        await shell("claim", "PARSE-001", "--as", "anna")
        await shell("run", "PARSE-001", "--summary", "As it stands", *PYTEST, code=1)
        await shell("note", "PARSE-001", "The sum is expected to be 4.")
        self.project.commit("Two attempts")

    async def beside_each_other(self) -> None:
        """The agent works on the docs while the person repairs the test."""
        async with anyio.create_task_group() as group:
            group.start_soon(self.agent)
            group.start_soon(self.person)
        self.project.commit("Side by side")

    async def agent(self) -> None:
        async with client(self.project.path) as tools:
            for tool, arguments, expected in (
                ("next", {"owner": "agent"}, "DOCS-003"),
                ("edit", {"change": "claim", "item": "DOCS-003", "owner": "agent"}, "until"),
                ("record", {"item": "DOCS-003", "summary": "Read the old page."}, "#1"),
                ("record", {"item": "DOCS-003", "summary": "Half of it is wrong."}, "#2"),
                (
                    "edit",
                    {"change": "action_complete", "item": "DOCS-003", "number": 1},
                    "complete",
                ),
                (
                    "edit",
                    {"change": "action_add", "item": "DOCS-003", "text": "Have it read."},
                    "2",
                ),
                ("check", {"item": "DOCS-003"}, "Anna has read the page"),
            ):
                is_error, said = await answer(tools, tool, **arguments)
                assert not is_error, said
                assert expected in said
            is_error, said = await answer(tools, "edit", change="close", item="DOCS-003")
            assert is_error, said

    async def person(self) -> None:
        self.project.write("tests/test_it.py", GREEN)
        summary = ("--summary", "Right now", "--complete", "1")
        await self.shell("run", "PARSE-001", *summary, *PYTEST)
        await self.shell("note", "PARSE-001", "It is fast, too.")
        await self.shell("action", "WORDS-002", "add", "Count lines.")

    async def on_a_branch(self) -> None:
        """The agent goes to a work tree of its own, the person stays; git merges the two plans."""
        self.project.git("worktree", "add", "--quiet", "-b", "words", str(self.branch.path))
        async with client(self.project.path, self.branch.path) as tools:
            for said in ("Words are split at blanks.", "And at line ends."):
                is_error, told = await answer(tools, "record", item="WORDS-002", summary=said)
                assert not is_error, told
        summary = ("--summary", "Counted", "--complete", "1")
        await self.shell("run", "WORDS-002", *summary, *PYTEST, where=self.branch)
        self.branch.commit("Words")
        await self.shell("note", "WORDS-002", "Somebody asked for lines.")
        await self.shell("note", "DOCS-003", "Anna has time this afternoon.")
        self.project.commit("Notes")
        self.project.git("merge", "--quiet", "--no-edit", "words")

    async def evening(self) -> None:
        """What is done is closed, and nothing else is."""
        shell = self.shell
        await shell("close", "PARSE-001")
        await shell("close", "WORDS-002", code=1)  # an action is open
        await shell("action", "WORDS-002", "defer", "2")
        await shell("run", "WORDS-002", "--summary", "Once more", *PYTEST)
        await shell("close", "WORDS-002")
        await shell("action", "DOCS-003", "complete", "2")
        await shell("close", "DOCS-003", code=1)  # nobody has said that the page was read
        await shell("criterion", "DOCS-003", "attest", "1", "--because", "Anna says so")
        await shell("close", "DOCS-003")
        self.project.commit("Done")
        await shell("validate", "--base", "HEAD~4")
        await shell("verify")
        assert "no commit removed an attempt" in (await shell("history", "--removed")).out


def test_a_day_without_an_editor(project: Repository, tmp_path: Path) -> None:
    day = Day(project, Repository(tmp_path / "branch"))

    async def whole() -> None:
        with anyio.fail_after(600):
            for part in (day.morning, day.beside_each_other, day.on_a_branch, day.evening):
                await part()

    anyio.run(whole)
    plan = reader.read(project.ledger.read_bytes())
    assert [item.status for item in plan.items] == ["done"] * 3
    assert {item.id: sorted(one.number or 0 for one in item.attempts) for item in plan.items} == {
        "PARSE-001": [1, 2, 3, 4],
        "WORDS-002": [1, 2, 3, 4, 5],
        "DOCS-003": [1, 2, 3],
    }
    results = [one.result for one in plan.items[0].attempts]
    assert results == ["failed", "info", "success", "info"]
