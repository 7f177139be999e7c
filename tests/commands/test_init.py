"""``ledger init``: a valid start, everything that is there untouched, the README's own commands."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ledger.commands import installation, pre_commit
from ledger.commands import templates as plan
from ledger.errors import UsageError
from ledger.plan.reader import read
from ledger.rules import Facts, made_worse
from tests.support.commands import SCRIPT, call
from tests.support.places import ROOT
from tests.support.repository import Repository

EVERY = ("--hook", "--merge-driver", "--ci", "github", "--agents", "--claude", "--codex")
HOOK = ".pre-commit-config.yaml"
BIN = Path(sys.executable).parent


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installed programs on the PATH, pre-commit's files in a place of their own."""
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    """A repository without a commit."""
    place = tmp_path / "empty"
    place.mkdir()
    repo = Repository(place)
    repo.git("init", "--quiet")
    return repo


def files(place: Path) -> dict[str, bytes]:
    """Every file of a work tree, and git's own settings and hooks."""
    return {
        str(file.relative_to(place)): file.read_bytes()
        for file in place.rglob("*")
        if file.is_file() and file.relative_to(place).parts[:2] != (".git", "index")
    }


def test_a_start_is_small_and_valid(empty: Repository) -> None:
    before = files(empty.path)
    done = call(empty.path, "init", "Read large files")
    assert done.code == 0, done.err
    assert {*files(empty.path)} - {*before} == {"docs/fix_plan.md"}
    assert call(empty.path, "validate").out == "docs/fix_plan.md: no findings\n"
    status = call(empty.path, "status", "--json").data
    assert [(item["id"], item["title"]) for item in status["items"]] == [
        ("READ-LARGE-001", "Read large files")
    ]
    shown = [line.removeprefix("  + ") for line in done.out.split("\n") if line.startswith("  +")]
    written = empty.ledger.read_text("utf-8").split("\n")
    assert [line.rstrip(" +") for line in shown] == [line.rstrip() for line in written[:-1]]
    for option in ("--hook", "--merge-driver", "--ci github", "--agents"):
        assert f"  ledger init {option} " in done.out


def test_a_second_time_changes_nothing(empty: Repository) -> None:
    assert call(empty.path, "init", *EVERY).code == 0
    before = files(empty.path)
    again = call(empty.path, "init", *EVERY)
    assert (again.code, files(empty.path)) == (0, before)
    assert "(added)" not in again.out
    assert again.out.count("there already") == 10


def test_a_dry_run_writes_nothing(empty: Repository) -> None:
    before = files(empty.path)
    done = call(empty.path, "init", *EVERY, "--dry-run")
    assert (done.code, files(empty.path)) == (0, before)
    assert "would be added" in done.out


CONFIGS = {
    "two spaces": "repos:\n  - repo: https://example.invalid/a\n    rev: v1\n    hooks:\n      - id: a\n",
    "no indent": "# ours\nfail_fast: true\nrepos:\n- repo: local\n  hooks:\n  - id: a\n    name: a\n    entry: a\n    language: system\n",
    "four spaces": "repos:\n    - repo: meta\n      hooks:\n          - id: identity\n",
    "no newline at the end": "repos:\n  - repo: meta\n    hooks:\n      - id: identity",
    "comments": "repos: # all of them\n  # the first\n  - repo: meta\n    hooks:\n      - id: identity\n# the end\n",
    "carriage returns": "repos:\r\n  - repo: meta\r\n    hooks:\r\n      - id: identity\r\n",
    "empty": "",
}


@pytest.mark.parametrize("name", CONFIGS)
def test_the_hook_is_put_behind_others(empty: Repository, name: str) -> None:
    """Held against a YAML reader: the list has what it had, and ours."""
    old = CONFIGS[name].encode()
    empty.write(HOOK, old)
    assert call(empty.path, "init", "--hook").code == 0
    new = (empty.path / HOOK).read_bytes()
    assert new.startswith(old)
    had, has = yaml.safe_load(old) or {"repos": []}, yaml.safe_load(new)
    assert has["repos"][:-1] == had["repos"]
    [ours] = has["repos"][-1]["hooks"]
    assert ours["entry"] == "ledger-hook"
    assert (ours["always_run"], ours["pass_filenames"]) == (True, False)
    assert not {"files", "exclude", "types"} & {*ours}
    assert {**has, "repos": 0, "default_install_hook_types": 0} == {
        **had, "repos": 0, "default_install_hook_types": 0
    }  # fmt: skip
    assert (b"\r\n" in new) == (b"\r\n" in old)
    assert new.count(b"\n") == new.count(b"\r\n") or b"\r" not in old


_META = "repo: meta\n    hooks:\n      - id: identity\n"
FORMS = {
    "a key behind": f"repos:\n  - {_META}\n# which files\nexclude: x\n",
    "a key before": f"minimum_pre_commit_version: 3.0.0\nrepos:\n  - {_META}",
    "nothing in it": "repos: []  # none yet\nexclude: x\n",
    "nothing in it, no newline": "repos: []",
    "nothing": "repos:  # none yet\nexclude: x\n",
    "comments alone": "# none yet\n\n# at all",
    "a comment behind": f"repos:\n  - {_META}  # - repo: old\nci:\n  skip: []\n",
    "braces": "repos: [{repo: meta, hooks: [{id: identity}]}]\nexclude: x\n",
    "braces in lines": "repos: [\n  {repo: meta, hooks: []},  # a, b ]\n]\n",
    "JSON": '{\n  "exclude": "x",\n  "repos": [\n    {"repo": "meta", "hooks": []}\n  ]\n}\n',
    "JSON with nothing in it": '{"repos": []}\n',
    "anchors": "x: &x {id: identity}\nrepos: &all\n  - repo: meta\n    hooks:\n      - *x\n",
    "merged keys": "repos:\n  - repo: meta\n    hooks:\n      - &h\n        id: identity\n      - <<: *h\n        name: x\n",
    "a document's start and end": f"---\nrepos:\n  - {_META}...\n",
    "a directive": f"%YAML 1.2\n---\nrepos:\n  - {_META}",
    "a key in quotes": f'"repos":\n  - {_META}',
    "a block at the end": "repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: |\n          sh\n          # no comment\n\n",
    "a kept block": "repos:\n  - repo: local\n    hooks:\n      - id: x\n        entry: |+\n          sh\n\n\nexclude: x\n",
    "a dash on its own": f"repos:\n  -\n    {_META}",
    "all indented": "  repos:\n    - repo: meta\n      hooks: []\n  exclude: x\n",
    "a byte order mark": f"\ufeffrepos:\n  - {_META}",
}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("name", FORMS)
def test_any_form_of_a_configuration(name: str, newline: str) -> None:
    """Held against a YAML reader: the list has what it had, and ours; every line stays."""
    old = FORMS[name].replace("\n", newline)
    new = plan.hook(old)
    assert new is not None
    had, has = yaml.safe_load(old) or {"default_install_hook_types": 0}, yaml.safe_load(new)
    assert has["repos"][:-1] == (had.get("repos") or [])
    assert has["repos"][-1]["hooks"][0]["entry"] == "ledger-hook"
    assert {*has} == {*had, "repos"}
    assert {**had, "repos": 0, "default_install_hook_types": 0} == {
        **has, "repos": 0, "default_install_hook_types": 0
    }  # fmt: skip
    assert new.count("\n") == new.count("\r\n") or newline == "\n" or "\r" not in old
    at = iter(new)
    assert all(one in at for one in old if one not in "[] \r\n")  # nothing is gone or moved
    assert pre_commit.has_hook(new)


@pytest.mark.parametrize(
    "config",
    ["nothing: 1\n", "repos:\n\t- repo: meta\n", "repos: []\n---\nrepos: []\n"],
)
def test_a_configuration_of_another_form_is_left_and_said(empty: Repository, config: str) -> None:
    empty.write(HOOK, config.encode())
    done = call(empty.path, "init", "--hook")
    assert done.code == 1
    assert (empty.path / HOOK).read_text() == config
    assert "- repo: local" in done.out
    assert "left as it is" in done.out


@pytest.mark.parametrize(
    "config",
    [
        "repos:\n  - repo: https://example.invalid/ledger\n    rev: v0.1.0\n    hooks:\n      - id: ledger\n",
        "repos:\n- repo: local\n  hooks: [{id: plan, name: p, entry: ledger-hook, language: system}]\n",
    ],
)
def test_a_hook_that_is_there_is_known(empty: Repository, config: str) -> None:
    empty.write(HOOK, config.encode())
    done = call(empty.path, "init", "--hook", "--dry-run")
    assert f"{HOOK}: the hook (there already)" in done.out


@pytest.mark.parametrize(
    "project",
    [
        b'[project]\nname = "x"\n',
        b'[project]\nname = "x"',
        b"[tool.ruff]\r\nline-length = 100\r\n",
        b"# nothing yet\n",
        b"",
    ],
)  # fmt: skip
def test_the_table_is_put_behind_other_settings(empty: Repository, project: bytes) -> None:
    empty.write("pyproject.toml", project)
    assert call(empty.path, "init").code == 0
    new = (empty.path / "pyproject.toml").read_bytes()
    assert new.startswith(project)
    had, has = tomllib.loads(project.decode()), tomllib.loads(new.decode())
    assert has.pop("tool") == {**had.pop("tool", {}), "ledger": {"path": "docs/fix_plan.md"}}
    assert has == had


@pytest.mark.parametrize(
    "project",
    [
        b"tool = { ruff = { line-length = 100 } }\n",
        b'[project]\n<<<<<<< HEAD\nversion = "1"\n',
        b"a = " + b"[" * 5000 + b"\n",
    ],
)  # fmt: skip
def test_settings_that_take_no_table_are_left(empty: Repository, project: bytes) -> None:
    empty.write("pyproject.toml", project)
    done = call(empty.path, "init")
    assert done.code == 1
    assert (empty.path / "pyproject.toml").read_bytes() == project
    assert "[tool.ledger]" in done.out


def test_a_file_of_settings_that_cannot_be_read_stops_it(empty: Repository) -> None:
    empty.write("pyproject.toml", b"[tool.ledger\n")
    done = call(empty.path, "init", *EVERY)
    assert done.code == 2
    assert {*files(empty.path)} & {"docs/fix_plan.md", HOOK} == set()


def test_another_place_is_found_again(empty: Repository) -> None:
    assert call(empty.path, "init", "--ledger", "notes/the plan.md").code == 0
    assert "notes/the plan.md" in call(empty.path, "status").out
    before = files(empty.path)
    again = call(empty.path, "init", "--ledger", "notes/the plan.md")
    assert (again.code, files(empty.path)) == (0, before)


def test_a_plan_that_is_there_is_taken_up(repo: Repository) -> None:
    before = repo.ledger.read_bytes()
    done = call(repo.path, "init")
    assert done.code == 0
    assert repo.ledger.read_bytes() == before
    assert (
        "docs/fix_plan.md: there already: 2 items, 2 attempts; dialect: attempts (line " in done.out
    )
    assert "`ledger doctor`" in done.out


def test_a_title_is_not_dropped_where_there_is_a_plan(repo: Repository) -> None:
    before = repo.ledger.read_bytes()
    done = call(repo.path, "init", "It's another")
    assert (done.code, repo.ledger.read_bytes()) == (1, before)
    [command] = [line.strip() for line in done.out.splitlines() if "ledger add" in line]
    assert (
        subprocess.run(
            ["sh", "-c", f"set -- {command}; echo $3"], capture_output=True, check=True
        ).stdout
        == b"It's another\n"
    )


def test_the_block_goes_to_the_instructions_that_are_there(empty: Repository) -> None:
    empty.write("CLAUDE.md", b"# How we work\n\nBe kind.\n")
    assert call(empty.path, "init", "--agents").code == 0
    said = (empty.path / "CLAUDE.md").read_text("utf-8")
    assert said.startswith("# How we work\n\nBe kind.\n\n<!-- ledger:begin")
    assert said.endswith("<!-- ledger:end -->\n")
    assert not (empty.path / "AGENTS.md").exists()


def test_a_link_that_leads_out_is_not_followed(empty: Repository, tmp_path: Path) -> None:
    outside = tmp_path / "outside.md"
    outside.write_text("mine\n")
    (empty.path / "AGENTS.md").symlink_to(outside)
    assert call(empty.path, "init", "--agents").code == 2
    assert outside.read_text() == "mine\n"
    assert not empty.ledger.exists()


def _folder(place: Path) -> None:
    place.mkdir(parents=True)


def _text(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"mine\n")


def _dangling(place: Path) -> None:
    place.parent.mkdir(parents=True)
    place.symlink_to("nowhere.md")


IN_THE_WAY: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "docs is a file": ("docs", _text, "docs: expected a folder, found something else; move it away"),
    "the plan is a folder": ("docs/fix_plan.md", _folder, "expected a file, found something else; move it away"),
    "the plan is a link to nothing": ("docs/fix_plan.md", _dangling, "expected a file, found a link to nothing; remove the link"),
    "the configuration is a folder": (HOOK, _folder, f"{HOOK}: expected a file, found something else; move it away"),
    "the block's file is a folder": ("AGENTS.md", _folder, "AGENTS.md: expected a file, found something else; move it away"),
    "attributes are a folder": (".gitattributes", _folder, ".gitattributes: expected a file, found something else; move it away"),
    "workflows is a file": (".github/workflows", _text, ".github/workflows: expected a folder, found something else; move it away"),
    "the settings are a pipe": ("AGENTS.md", os.mkfifo, "AGENTS.md: expected a file, found something else; move it away"),
}  # fmt: skip


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_is_said_before_anything_is_written(
    empty: Repository, name: str
) -> None:
    path, put, said = IN_THE_WAY[name]
    put(empty.path / path)
    before = files(empty.path)
    for more in ((), ("--dry-run",)):
        done = call(empty.path, "init", "Read empty files", *EVERY, *more)
        assert (done.code, said in done.err, done.err.count("\n")) == (2, True, 1), done
        assert "Traceback" not in done.err
        assert files(empty.path) == before


def test_what_was_written_before_a_failure_is_told(empty: Repository) -> None:
    (empty.path / ".AGENTS.md.lock").mkdir()
    done = call(empty.path, "init", "Read empty files", *EVERY)
    assert (done.code, done.err.count("\n")) == (2, 1), done
    written = "docs/fix_plan.md, .pre-commit-config.yaml, .github/workflows/fix-plan.yml"
    assert "AGENTS.md: cannot lock the file" in done.err
    assert f"; written before that: {written}" in done.err
    (empty.path / ".AGENTS.md.lock").rmdir()
    assert call(empty.path, "init", *EVERY).code == 0
    assert (empty.path / "AGENTS.md").exists()


@pytest.mark.parametrize("config", [b"repos:\n\t- repo: local\n", b"repos:\n  - repo: 'x\n"])
def test_a_configuration_that_pre_commit_cannot_read_is_told(
    empty: Repository, config: bytes
) -> None:
    empty.write(HOOK, config)
    for _ in range(2):
        done = call(empty.path, "init", "--hook")
        assert done.code == 1
        assert f"{HOOK}: left as it is: pre-commit cannot read it" in done.out


def test_a_hook_that_has_to_be_added_by_hand_is_not_installed_before(empty: Repository) -> None:
    empty.write(HOOK, b"fail_fast: true\n")
    done = call(empty.path, "init", "--hook")
    assert (
        "the configuration lacks the hook\n  add the lines, then: pre-commit install\n" in done.out
    )


def test_a_plan_that_is_a_pipe_is_not_waited_for(empty: Repository) -> None:
    (empty.path / "docs").mkdir()
    os.mkfifo(empty.path / "docs/fix_plan.md")
    for command in ("init", "doctor"):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, command],
            cwd=empty.path, capture_output=True, timeout=30, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 2, done


def test_a_bare_repository_gets_no_plan(tmp_path: Path) -> None:
    Repository(tmp_path).git("init", "--quiet", "--bare", "bare.git")
    done = call(tmp_path / "bare.git", "init")
    assert done.code == 2
    assert "a bare repository, which has no work tree; run it in a clone" in done.err
    assert not (tmp_path / "bare.git/docs").exists()


@pytest.mark.parametrize("source", [None, "fix-plan-ledger @ git+https://host.example/o/n@abc"])
def test_the_workflow_is_the_one_of_the_page_on_ci(
    empty: Repository, monkeypatch: pytest.MonkeyPatch, source: str | None
) -> None:
    monkeypatch.setattr(installation, "source", lambda: source)
    done = call(empty.path, "init", "--ci", "github")
    assert (done.code, "LEDGER_SOURCE" in done.err) == (0, source is None)
    written = (empty.path / ".github/workflows/fix-plan.yml").read_text("utf-8")
    variable = "${{ vars.LEDGER_SOURCE }}"
    as_on_the_page = written.replace(f'"{source}"', variable)
    assert f"```yaml\n{as_on_the_page}```\n" in (ROOT / "docs/how-to/ci.md").read_text("utf-8")
    job = yaml.safe_load(written)["jobs"]["ledger"]
    assert [step.get("env", {}).get("LEDGER") for step in job["steps"][2:3]] == [source or variable]


def test_without_git_there_is_a_plan_and_no_hook(tmp_path: Path) -> None:
    place = tmp_path / "bare"
    place.mkdir()
    done = call(place, "init", "--hook", "--merge-driver")
    assert done.code == 1
    assert (place / "docs/fix_plan.md").is_file()
    assert done.out.count("git init") == 2
    assert call(place, "run", "TESTS-001", "--", "true").code == 0
    assert "Attempt #1" in (place / "docs/fix_plan.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Read large files", "READ-LARGE-001"),
        ("All tests pass", "TESTS-001"),
        ("[PERF-7] 50 MB in 9 s | or less", "PERF-7"),
        ("Make the parser fast", "PARSER-FAST-001"),
        ("Fix #123", "FIX-001"),
        ("Größe begrenzen", "GROE-BEGRENZEN-001"),
        ("速い", "WORK-001"),
        ("42", "WORK-001"),
    ],
)
def test_the_item_is_named_by_its_title(empty: Repository, title: str, name: str) -> None:
    assert call(empty.path, "init", title).code == 0
    [item] = call(empty.path, "export").data["items"]
    assert item["id"] == name
    assert title.endswith(item["title"].replace("\\|", "|"))


@given(st.text(max_size=80))
def test_any_title_gives_a_valid_plan_or_none(title: str) -> None:
    try:
        name, said = plan.first(title, "2025-11-01")
    except UsageError:
        return
    ledger = read(said.encode() + b"\n")
    assert [item.id for item in ledger.items] == [name]
    assert [
        f for f in made_worse(ledger, Facts("plan.md", "2025-11-01")) if f.severity == "error"
    ] == []


def test_on_a_terminal_it_asks_before_it_writes(empty: Repository) -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "init"],
        cwd=empty.path, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "dumb"},
    )  # fmt: skip
    os.close(theirs)
    os.write(ours, b"Read empty files\ny\nn\nn\n")
    said = b""
    while b"or the like?" not in said:
        said += os.read(ours, 65536)
    assert not empty.ledger.exists()
    os.write(ours, b"n\n")
    try:
        while part := os.read(ours, 65536):
            said += part
    except OSError:
        pass
    os.close(ours)
    assert child.wait(timeout=60) == 0, said.decode()
    assert "[READ-EMPTY-001]" in empty.ledger.read_text("utf-8")
    assert (empty.path / HOOK).exists()
    assert not (empty.path / ".gitattributes").exists()


def commands(page: Path, heading: str) -> list[str]:
    """The commands of the first `sh` block below a heading."""
    section = page.read_text("utf-8").partition(f"\n## {heading}\n")[2]
    block = re.search(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert block
    return block[1].replace("\\\n", " ").splitlines()


def test_the_readme_takes_a_newcomer_to_a_checked_attempt(empty: Repository) -> None:
    """Its own commands, with real pre-commit, in a repository that has a test and nothing else."""
    empty.write("test_it.py", b"def test_it():\n    assert True\n")
    steps = commands(ROOT / "README.md", "Your first attempt")
    assert len(steps) <= 5
    said = ""
    for command in steps:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=empty.path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        said = done.stdout.decode()
        assert done.returncode == 0, f"$ {command}\n{said}"
    assert re.search(r"^ledger\.+Passed$", said, re.MULTILINE)  # of the commit
    committed = read(
        subprocess.check_output(["git", "show", "HEAD:docs/fix_plan.md"], cwd=empty.path)
    )
    [attempt] = committed.items[0].attempts
    assert (attempt.number, attempt.result) == (1, "success")
    for artifact in attempt.artifacts:
        assert empty.git("ls-files", "--", *artifact.paths).count("\n") + 1 == len(artifact.paths)
    # And the hook is in force: who drops the attempt does not get it committed.
    kept = [
        line for line in empty.ledger.read_text("utf-8").split("\n") if "Attempt #1" not in line
    ]
    empty.ledger.write_text("\n".join(kept), encoding="utf-8")
    done = subprocess.run(
        ["git", "commit", "--all", "--message", "Tidy"],
        cwd=empty.path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"LED501" in done.stdout + done.stderr
