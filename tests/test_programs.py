"""No program that a repository names is run, whatever command is called in it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger import hook
from ledger.cli import COMMANDS
from ledger.errors import LedgerError
from ledger.integrations import tools
from tests.support import programs
from tests.support.commands import call, captured, process
from tests.support.places import DATA
from tests.support.programs import Planted

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
BRIEF = (DATA / "small_brief.md").as_posix()

# Each command in as many ways as lead to other questions to git.
CALLS: dict[str, list[str]] = {
    "next": ["", "--intro", "--since HEAD~1"],
    "status": ["", "--json", "--archived"],
    "show": ["PARSE-SPEED-001", "PARSE-SPEED-001#2", "--json PARSE-SPEED-001"],
    "append": [f"DOCS-TOUR-002 {RUN}", f"DOCS-TOUR-002 {RUN} --again --dry-run"],
    "run": ["DOCS-TOUR-002 -- true", "DOCS-TOUR-002 --rounds 2 --collect new.md -- true"],
    "add": ["Another"],
    "edit": ["DOCS-TOUR-002 --priority High"],
    "action": ["DOCS-TOUR-002 add Something"],
    "criterion": ["DOCS-TOUR-002 add Something"],
    "note": ["DOCS-TOUR-002 Something"],
    "close": ["DOCS-TOUR-002 --because x"],
    "claim": ["PARSE-SPEED-001 --as anna"],
    "release": ["PARSE-SPEED-001 --as anna"],
    "validate": ["", "--base HEAD~1", "--base HEAD~1 --format comment", "--base HEAD~1 --head HEAD", "--base HEAD~1 --staged"],
    "verify": ["", "--all", "--rev HEAD", f"--run {RUN} --text docs/fix_plan.md"],
    "gate": ["PARSE-SPEED-001", f"PARSE-SPEED-001 --run {RUN}"],
    "links": ["", "--all", "--json"],
    "report": ["", "--since HEAD~1"],
    "explain": ["LED101"],
    "evidence": [RUN, f"{RUN} --baseline {RUN}"],
    "rounds": [RUN],
    "tests": [""],
    "init": ["--dry-run", "--hook", "--merge-driver", "--ci github", "--agents", "--claude", "--codex"],
    "doctor": ["", "--fix", "--yes"],
    "archive": ["--keep 1", "--restore"],
    "apply": [BRIEF],
    "history": ["", "--removed", "PARSE-SPEED-001", "--restore PARSE-SPEED-001#1"],
    "merge-driver": ["", "--install"],
    "export": [""],
    "schema": ["status"],
    "completion": ["bash", "bash -- ledger show ''", "zsh -- ledger run ''"],
    "mcp": [""],
}  # fmt: skip


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    return programs.plant(tmp_path_factory.mktemp("planted") / "repo")


def test_every_command_is_called() -> None:
    assert set(CALLS) == set(COMMANDS)


def test_there_are_enough_programs_and_git_would_run_them(planted: Planted) -> None:
    """Shows that the traps work: git itself runs some of them."""
    assert len({name for name in planted.names if not name.startswith("submodule ")}) >= 30
    for command in ("status", "log -1", "diff", "blame docs/fix_plan.md"):
        subprocess.run(
            ["git", *command.split()], cwd=planted.repo.path, capture_output=True, check=False
        )
    assert {"core.fsmonitor", "gpg.program", "filter.planted.clean", "diff.planted.textconv"} <= {
        *planted.sprung()
    }


@pytest.mark.parametrize("name", [name for name in CALLS if name != "mcp"])
def test_no_command_runs_any(planted: Planted, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", planted.program("GIT_EXTERNAL_DIFF"))
    index = planted.repo.path / ".git" / "index"
    before = index.read_bytes(), index.stat().st_mtime_ns
    for given in CALLS[name]:
        done = call(planted.repo.path, name, *given.split())
        assert planted.sprung() == [], (given, done)
        assert done.code in (0, 1, 2), (given, done)
        assert "defect of ledger" not in done.err, (given, done)
        assert " failed: " not in done.err, (given, done)
        assert (index.read_bytes(), index.stat().st_mtime_ns) == before, given


@pytest.mark.parametrize("folder", ["docs", "vendor/bare", "part"])
def test_none_is_run_from_below(planted: Planted, folder: str) -> None:
    for given in (["status"], ["links"], ["history"], ["verify"], ["doctor"]):
        done = call(planted.repo.path / folder, *given)
        assert planted.sprung() == [], (given, done)


def test_the_programs_that_git_calls_run_none(planted: Planted) -> None:
    """In a process of their own, as git starts them: nothing is imported from the folder."""
    root = planted.repo.path
    done = captured(root, lambda: hook.main(["docs/fix_plan.md"]))
    assert (planted.sprung(), done.err) == ([], "")
    names = ["base.md", "ours.md", "theirs.md"]
    for name in names:
        (root / name).write_bytes(planted.repo.ledger.read_bytes())
    done = call(root, "merge-driver", *names, "7", "docs/fix_plan.md")
    assert (planted.sprung(), done.code) == ([], 0)
    for arguments in (["status"], ["mcp"]):
        done = process(root, *arguments, env={"PYTHONSAFEPATH": "1"})
        assert planted.sprung() == [], done


def test_python_m_imports_nothing_from_the_folder(planted: Planted, tmp_path: Path) -> None:
    for name in ("typer.py", "rich.py", "pydantic.py", "git.py"):
        (tmp_path / name).write_text(f"import os; os.system({planted.program('-m ' + name)!r})")
    command = [sys.executable, "-m", "ledger", "explain", "LED101"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert (planted.sprung(), done.returncode) == ([], 0), done


TOOL_CALLS: dict[str, dict[str, object]] = {
    "next": {"since": "HEAD~1"},
    "show": {"name": "PARSE-SPEED-001", "full": True},
    "record": {"item": "DOCS-TOUR-002", "summary": "Read it.", "runs": [RUN]},
    "edit": {"change": "add", "text": "Another"},
    "check": {"item": "PARSE-SPEED-001", "full": True},
}


def test_no_tool_of_an_agent_runs_any(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(planted.repo.path)
    assert set(TOOL_CALLS) == set(tools.TOOLS)
    for name, given in TOOL_CALLS.items():
        with contextlib.suppress(LedgerError):
            tools.TOOLS[name](**given)
        assert planted.sprung() == [], name


@pytest.mark.parametrize(
    "url", ["ext::{}", "file://{}/../inner", "helped::x", "ssh://h/x", "git://h/x"]
)
def test_a_partial_clone_fetches_nothing(planted: Planted, tmp_path: Path, url: str) -> None:
    source = planted.repo.path.parent / "inner"
    subprocess.run(["git", "-C", source, "config", "uploadpack.allowFilter", "true"], check=True)
    clone = programs.Planted(programs.Repository(tmp_path / "clone"), planted.ran)
    command = ["git", "clone", "-q", "--filter=blob:none", f"file://{source}", clone.repo.path]
    subprocess.run(command, check=True, capture_output=True)
    told = os.fspath(planted.program("remote"))
    clone.repo.git("config", "remote.origin.url", url.format(told))
    clone.repo.git("config", "remote.origin.uploadpack", told)
    clone.repo.git("config", "core.sshCommand", told)
    clone.repo.git("config", "core.gitProxy", told)
    clone.repo.git("config", "protocol.allow", "always")
    clone.repo.git("config", "protocol.ext.allow", "always")
    clone.repo.git("update-index", "--skip-worktree", "docs/fix_plan.md", check=False)
    for given in (["history"], ["links"], ["validate", "--base", "HEAD~1"], ["doctor"], ["status"]):
        done = call(clone.repo.path, *given)
        assert planted.sprung() == [], (given, done)


def test_settings_that_stop_git_stop_nothing(repo: programs.Repository) -> None:
    plan = repo.ledger.read_bytes().replace(
        b"/2025-11-01\n", b"/2025-11-01; anna until 23:59Z\n", 1
    )
    repo.ledger.write_bytes(plan)
    repo.commit("A lease")
    commands = (
        ["status", "--json"],
        ["history"],
        ["verify"],
        ["append", "DOCS-TOUR-002", RUN, "--dry-run"],
    )
    before = [call(repo.path, *command) for command in commands]
    ignored = repo.write("../ignored", repo.git("rev-parse", "HEAD").encode())
    for key, value in {
        "diff.orderFile": "/no/such/file",
        "blame.ignoreRevsFile": os.fspath(ignored),
        "log.follow": "true",
        "diff.noprefix": "true",
        "diff.mnemonicPrefix": "true",
    }.items():
        repo.git("config", key, value)
    assert [call(repo.path, *command) for command in commands] == before
