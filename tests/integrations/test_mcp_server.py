"""``ledger mcp``, called by the SDK's own client over standard input and output."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest

from ledger.cli import main
from ledger.integrations import tools
from ledger.plan import reader
from tests.support.commands import SCRIPT, call
from tests.support.repository import Repository

pytest.importorskip("mcp", reason="the extra is not installed (pip install 'fix-plan-ledger[mcp]')")

import anyio
import mcp_types as types
from mcp import Client, StdioServerParameters

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
MODES = ("auto", "legacy")  # the protocol of 2026-07-28, and those before it


@asynccontextmanager
async def client(
    start: Path, *roots: Path, mode: str = "auto", env: dict[str, str] | None = None
) -> AsyncIterator[Client]:
    """A client of a server that was started in a folder."""

    async def told(_context: object) -> types.ListRootsResult:
        return types.ListRootsResult(roots=[types.Root(uri=root.as_uri()) for root in roots])

    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", SCRIPT, "mcp"],
        cwd=start,
        env={**os.environ, **(env or {})},
    )
    async with Client(server, mode=mode, list_roots_callback=told if roots else None) as one:
        yield one


async def answer(one: Client, tool: str, /, **arguments: Any) -> tuple[bool, str]:
    """Whether it is an error, and what is said."""
    result = await one.call_tool(tool, arguments)
    (content,) = result.content
    assert isinstance(content, types.TextContent)
    assert result.structured_content is None
    return result.is_error, content.text


def within(start: Path, talk: Callable[[Client], Awaitable[None]], **how: Any) -> None:
    async def run() -> None:
        with anyio.fail_after(120):
            async with client(start, *how.pop("roots", ()), **how) as one:
                await talk(one)

    anyio.run(run)


def test_the_list_of_tools_is_small(repo: Repository) -> None:
    async def talk(one: Client) -> None:
        listed = (await one.list_tools()).model_dump(by_alias=True, exclude_none=True, mode="json")
        assert len(json.dumps(listed["tools"], separators=(",", ":")).encode()) <= 2500
        assert [tool["name"] for tool in listed["tools"]] == [*TOOLS]
        for tool in listed["tools"]:
            assert tool["description"]
            assert "outputSchema" not in tool
            is_reading = tool["name"] not in ("record", "edit")
            assert tool["annotations"]["readOnlyHint"] is is_reading
            assert tool["annotations"].get("destructiveHint", False) is False

    within(repo.path, talk)


TOOLS = ("next", "show", "record", "edit", "check")


@pytest.mark.parametrize("mode", MODES)
def test_every_tool_answers(repo: Repository, mode: str) -> None:
    async def talk(one: Client) -> None:
        is_error, said = await answer(one, "next")
        assert (is_error, "do 2: Measure 50 MB files." in said) == (False, True), said
        is_error, said = await answer(one, "show", name="docs-tour-002")
        assert (is_error, "A tour for newcomers" in said) == (False, True)
        is_error, said = await answer(
            one, "record", item="DOCS-TOUR-002", runs=[RUN], summary="Tried it", next=["Go on"]
        )
        assert not is_error, said
        assert "DOCS-TOUR-002 attempt #1, success" in said
        is_error, said = await answer(one, "check", item="DOCS-TOUR-002")
        assert (is_error, "no findings" in said) == (False, True), said
        is_error, said = await answer(one, "check", item="PARSE-SPEED-001")
        assert (is_error, "50 MB in under ten times" in said) == (False, True), said

    within(repo.path, talk, mode=mode)
    item = reader.read(repo.ledger.read_bytes()).items[1]
    assert [(one.number, one.result) for one in item.attempts] == [(1, "success")]
    assert item.actions[-1].text == "Go on"


ITEM = {"item": "EOF-003"}
EDITS: list[tuple[dict[str, Any], str]] = [
    ({"change": "add", **ITEM, "text": "Read the end", "priority": "High", "depends_on": ["DOCS-TOUR-002"]}, "added"),
    ({"change": "set", **ITEM, "text": "Read to the end", "owner": "anna", "status": "in_progress"}, "title is Read to the end"),
    ({"change": "action_add", **ITEM, "text": "Write a test."}, "action 1 added"),
    ({"change": "action_edit", **ITEM, "number": 1, "text": "Write two tests."}, "action 1"),
    ({"change": "action_block", **ITEM, "number": 1, "text": "a file"}, "action 1 is blocked"),
    ({"change": "action_open", **ITEM, "number": 1}, "action 1 is pending"),
    ({"change": "action_defer", **ITEM, "number": 1}, "action 1 is deferred"),
    ({"change": "action_complete", **ITEM, "number": 1}, "action 1 is complete"),
    ({"change": "criterion_add", **ITEM, "text": "Anna is content"}, "criterion 1 added"),
    ({"change": "claim", **ITEM, "owner": "w1"}, "until"),
    ({"change": "release", **ITEM, "owner": "w1"}, "EOF-003"),
    ({"change": "criterion_attest", **ITEM, "number": 1, "because": "she says so"}, "attested"),
    ({"change": "close", **ITEM}, "done"),
]  # fmt: skip


def test_every_change_of_a_plan_can_be_made(repo: Repository) -> None:
    assert [one["change"] for one, _ in EDITS] == [
        *dict.fromkeys(one["change"] for one, _ in EDITS)
    ]
    assert {one["change"] for one, _ in EDITS} == {*get_args(tools.Change)}

    async def talk(one: Client) -> None:
        for arguments, expected in EDITS:
            is_error, said = await answer(one, "edit", **arguments)
            assert not is_error, (arguments, said)
            assert expected in said
        is_error, said = await answer(one, "record", item="DOCS-TOUR-002", summary="Two asked.")
        assert not is_error, said

    within(repo.path, talk)
    plan = {item.id: item for item in reader.read(repo.ledger.read_bytes()).items}
    item = plan["EOF-003"]
    assert (item.title, item.status, item.priority) == ("Read to the end", "done", "high")
    assert [(one.text, one.state) for one in item.actions] == [("Write two tests.", "complete")]
    assert [(one.result, one.summary) for one in plan["DOCS-TOUR-002"].attempts] == [
        ("info", "Two asked.")
    ]


ERRORS: list[tuple[str, dict[str, Any], str]] = [
    ("show", {"name": "NOPE-1"}, "no item NOPE-1 in this ledger; `ledger status --all` lists all items"),
    ("show", {}, "name: Missing required argument; see the tool show"),
    ("show", {"name": "X-1", "more": 1}, "more: Unexpected keyword argument; see the tool show"),
    ("show", {"name": ["a"]}, "name: Input should be a valid string; see the tool show"),
    ("record", {"item": "DOCS-TOUR-002", "summary": "x", "runs": ["nowhere"]}, "nowhere: no such file or folder"),
    ("edit", {"change": "remove"}, "change: Input should be 'add', 'set', 'close'"),
    ("edit", {"change": "close", "item": "PARSE-SPEED-001"}, "PARSE-SPEED-001 has 1 open action"),
    ("delete", {}, "no tool 'delete'; there are"),
]  # fmt: skip


def test_an_error_is_one_line(repo: Repository) -> None:
    async def talk(one: Client) -> None:
        for name, arguments, expected in ERRORS:
            is_error, said = await answer(one, name, **arguments)
            assert is_error
            assert "\n" not in said
            assert expected in said

    before = repo.ledger.read_bytes()
    within(repo.path, talk)
    assert repo.ledger.read_bytes() == before


def test_answers_are_small_unless_all_is_asked_for(repo: Repository) -> None:
    text = repo.ledger.read_text("utf-8").replace("Splitter rewritten", "é" * 9000)
    repo.ledger.write_text(
        text.replace("[PARSE-SPEED-001] Read", "[PARSE-SPEED-001] " + "Read " * 99)
    )

    async def talk(one: Client) -> None:
        for name, arguments in (
            ("show", {"name": "PARSE-SPEED-001#2"}),
            ("show", {"name": "PARSE-SPEED-001"}),
            ("check", {"item": "PARSE-SPEED-001"}),
            ("next", {}),
        ):
            _, said = await answer(one, name, **arguments)
            assert len(said.encode()) <= 2000
        _, said = await answer(one, "show", name="PARSE-SPEED-001#2")
        assert said.endswith(" more bytes: ask with full=true)")
        _, said = await answer(one, "show", name="PARSE-SPEED-001#2", full=True)
        assert "é" * 9000 in said

    within(repo.path, talk)


@pytest.mark.parametrize("mode", MODES)
def test_the_work_tree_is_that_of_the_roots(repo: Repository, tmp_path: Path, mode: str) -> None:
    """A server that was started elsewhere changes the plan where its client works."""
    other = tmp_path / "a worktree"
    repo.git("worktree", "add", "--quiet", str(other), "-b", "other")
    before = repo.ledger.read_bytes()

    async def talk(one: Client) -> None:
        is_error, said = await answer(
            one, "record", item="DOCS-TOUR-002", runs=[RUN], summary="Tried"
        )
        assert not is_error, said

    within(repo.path, talk, roots=(tmp_path, other), mode=mode)
    assert repo.ledger.read_bytes() == before
    assert b"DOCS-TOUR-002" in (other / "docs/fix_plan.md").read_bytes()
    assert (other / "docs/fix_plan.md").read_bytes() != before


def test_no_plan_in_the_roots_is_an_error(repo: Repository, tmp_path: Path) -> None:
    async def talk(one: Client) -> None:
        is_error, said = await answer(one, "show", name="DOCS-TOUR-002")
        assert (is_error, said) == (
            True,
            f"no fix plan in {tmp_path}; `ledger init` there starts one",
        )

    within(repo.path, talk, roots=(tmp_path,))


def test_many_clients_at_once_lose_nothing(repo: Repository) -> None:
    count = 16
    for n in range(count):
        repo.write(f"runs/{n}/exit_code.txt", b"0\n")

    async def record(n: int) -> None:
        async with client(repo.path) as one:
            is_error, said = await answer(
                one, "record", item="DOCS-TOUR-002", runs=[f"runs/{n}"], summary=f"Try {n}."
            )
            assert not is_error, said

    async def run() -> None:
        with anyio.fail_after(300):
            async with anyio.create_task_group() as group:
                for n in range(count):
                    group.start_soon(record, n)

    anyio.run(run)
    item = reader.read(repo.ledger.read_bytes()).items[1]
    assert sorted(one.number or 0 for one in item.attempts) == [*range(1, count + 1)]
    assert {f"Try {n}." for n in range(count)} == {one.summary for one in item.attempts}


def test_it_is_ready_within_two_seconds(repo: Repository) -> None:
    """Of the processor's time: how fast a shared machine is at this moment is no promise of ours."""
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    }  # fmt: skip
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, "mcp"],
        cwd=repo.path,
        input=json.dumps(hello) + "\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert '"serverInfo":{"name":"ledger"' in done.stdout
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2


def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ledger.integrations.mcp_server", None)
    done = call(tmp_path, "mcp")
    assert done.code == 2
    assert done.err == ("ledger: the package mcp is not installed; pip install 'mcp>=2.3,<3'\n")
    assert callable(main)
