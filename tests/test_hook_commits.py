"""Real commits through pre-commit, with what the shipped manifest says about the hook."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.places import ROOT
from tests.support.repository import Repository
from tests.test_hook import FIRST, PLAN, adding, attempt, plan

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
Commit = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory, isolation: None) -> Path:
    """What `pre-commit install` puts into a repository, the same in each."""
    place = Repository.create(tmp_path_factory.mktemp("installed") / "repo").path
    command = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    return place / ".git/hooks/pre-commit"


@pytest.fixture
def commit(
    repo: Repository, script: Path, programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Commit:
    """Commit in a repository where pre-commit runs the hook: the exit code, and what was said.

    The hook is the shipped one in all but how it is installed, which would need a network.
    """
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    entry = programs / "ledger-hook"
    shipped = MANIFEST.read_text("utf-8")
    assert "entry: ledger-hook" in shipped
    hook = shipped.replace("entry: ledger-hook", f"entry: {entry}").replace("python", "system", 1)
    assert "language: system" in hook
    lines = "".join(f"      {line}\n" for line in hook.splitlines() if "minimum_pre" not in line)
    repo.write(
        ".pre-commit-config.yaml",
        f"repos:\n  - repo: local\n    hooks:\n{lines}".encode(),
    )
    repo.commit("Run the hook")
    shutil.copy(script, repo.path / ".git/hooks")

    def commit(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            ["git", "commit", "--no-edit", "--message", "A change", *arguments],
            cwd=repo.path,
            env=os.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
        return done.returncode, done.stdout.decode()

    return commit


def log(repo: Repository) -> int:
    return int(repo.git("rev-list", "--count", "HEAD"))


def test_a_good_commit_passes_and_a_bad_one_is_not_made(repo: Repository, commit: Commit) -> None:
    plan(repo, adding(attempt(3)))
    code, said = commit()
    assert (code, "Passed" in said) == (0, True), said
    before = log(repo)
    plan(repo, (attempt(3), attempt(3) * 2))
    code, said = commit()
    assert code == 1
    assert f"{PLAN}:27:5: error LED106 PARSE-SPEED-001 has attempt #3 twice" in said
    assert log(repo) == before


def test_commit_all_is_judged_by_what_it_is_going_to_commit(
    repo: Repository, commit: Commit
) -> None:
    # git lays the index for `commit -a` and `commit FILE` beside the real one.
    plan(repo, adding(attempt(2)), stage=False)
    for how in (["--all"], [PLAN]):
        code, said = commit(*how)
        assert (code, "LED106" in said) == (1, True), said
    assert repo.git("diff", "--cached", "--name-only") == ""
    plan(repo, adding(attempt(3)), stage=False)
    assert commit("--all")[0] == 0


def test_what_is_not_staged_neither_harms_nor_heals(repo: Repository, commit: Commit) -> None:
    plan(repo, adding(attempt(3)))
    plan(repo, adding(attempt(3)), (FIRST, ""), stage=False)
    worked_on = repo.ledger.read_bytes()
    code, said = commit()
    assert code == 0, said
    assert repo.ledger.read_bytes() == worked_on
    repo.git("add", PLAN)
    repo.git("show", f"HEAD:{PLAN}")
    plan(repo, stage=False)
    code, said = commit()
    assert (code, "LED501" in said) == (1, True), said


def test_what_is_in_the_same_commit_may_be_cited(repo: Repository, commit: Commit) -> None:
    plan(repo, adding(attempt(3, "Log: `reports/new/run.txt`")))
    repo.write("reports/new/run.txt", b"12 passed\n")
    checked = [sys.executable, "-m", "pre_commit", "run", "--verbose"]
    # A warning does not block, and pre-commit does not show it unless it is asked to.
    done = subprocess.run(checked, cwd=repo.path, check=True, capture_output=True, text=True)
    assert "warning LED405" in done.stdout
    repo.git("add", "--all")
    done = subprocess.run(checked, cwd=repo.path, check=True, capture_output=True, text=True)
    assert "LED" not in done.stdout
    assert commit()[0] == 0


def test_amending_compares_with_the_commit_that_is_replaced(
    repo: Repository, commit: Commit
) -> None:
    plan(repo, adding(attempt(3)))
    assert commit()[0] == 0
    plan(repo, (attempt(3), ""))
    code, said = commit("--amend")
    assert (code, "LED501" in said) == (1, True), said


def test_a_merge_is_judged_against_both_sides(repo: Repository, commit: Commit) -> None:
    ours = repo.git("branch", "--show-current")
    repo.git("checkout", "-q", "-b", "side")
    plan(repo, adding(attempt(3, "Theirs.")))
    assert commit()[0] == 0
    repo.git("checkout", "-q", ours)
    plan(repo, adding(attempt(3, "Ours.")))
    assert commit()[0] == 0
    repo.git("merge", "side", check=False)
    assert "<<<<<<<" in repo.ledger.read_text("utf-8")

    repo.git("add", PLAN)  # the markers are still there
    code, said = commit()
    assert (code, "LED101" in said) == (1, True), said
    assert said.count(PLAN) == 1  # the rest can wait

    plan(repo)  # ours, and nothing of theirs
    code, said = commit()
    assert (code, "LED501" in said, "Theirs." in said) == (1, True, True), said

    plan(repo, (attempt(3, "Ours."), attempt(3, "Ours.") + attempt(4, "Theirs.")))
    code, said = commit()
    assert code == 0, said
    assert len(repo.git("show", "--no-patch", "--format=%P").split()) == 2


def test_a_deleted_ledger_is_seen(repo: Repository, commit: Commit) -> None:
    repo.git("rm", "-q", PLAN)
    code, said = commit()
    assert (code, "LED504" in said) == (1, True), said


CONFIG = ".pre-commit-config.yaml"


@pytest.mark.parametrize("line", ["exclude: ^docs/", "files: \\.py$"])
def test_no_pattern_of_all_hooks_hides_the_plan(
    repo: Repository, commit: Commit, line: str
) -> None:
    config = (repo.path / CONFIG).read_bytes()
    repo.write(CONFIG, line.encode() + b"\n" + config)
    repo.git("add", CONFIG)
    assert commit()[0] == 0
    plan(repo, (FIRST, ""))
    code, said = commit()
    assert (code, "LED501" in said) == (1, True), said


def test_a_plan_in_another_folder_is_seen(repo: Repository, commit: Commit) -> None:
    repo.write("sub/docs/fix_plan.md", repo.ledger.read_bytes().split(b"    Artifacts")[0])
    repo.git("add", "--all")
    assert commit()[0] == 0
    place = repo.path / "sub/docs/fix_plan.md"
    place.write_bytes(place.read_bytes().replace(FIRST.encode(), b""))
    repo.git("add", "--all")
    code, said = commit()
    assert (code, "sub/docs/fix_plan.md" in said, "LED501" in said) == (1, True, True), said
    repo.git("checkout", "-q", "HEAD", "--", ".")
    repo.git("rm", "-q", PLAN)
    assert commit("--no-verify")[0] == 0
    repo.write("x.txt", b"")
    repo.git("add", "--all")
    assert commit()[0] == 0, "there is a plan, and nobody touches it"


@pytest.mark.parametrize(
    ("arguments", "lost", "code"),
    [
        (("--all-files",), 1, 1),
        (("--all-files",), 2, 0),  # as far as the commit before
        (("--from-ref", "HEAD~2", "--to-ref", "HEAD"), 2, 1),
        (("--from-ref", "HEAD~1", "--to-ref", "HEAD"), 2, 0),
        (("--from-ref", "start", "--to-ref", "HEAD", "--hook-stage", "manual"), 2, 1),
        (("--files", "README.md"), 1, 1),
    ],
)
def test_what_pre_commit_is_asked_about_in_ci(
    repo: Repository, commit: Commit, arguments: tuple[str, ...], lost: int, code: int
) -> None:
    """The last commit but `lost` lost an attempt, and no hook saw it."""
    repo.git("branch", "start")
    for number in (2, 1):
        if number == lost:
            plan(repo, (FIRST, ""))
        repo.write("x.txt", b"x" * number)
        repo.git("add", "--all")
        assert commit("--no-verify")[0] == 0
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", *arguments],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (done.returncode, "LED501" in done.stdout) == (code, code == 1), done.stdout


def test_a_push_is_held_against_what_the_branch_was(
    repo: Repository, commit: Commit, tmp_path: Path
) -> None:
    server = tmp_path / "server.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", repo.path, server], check=True)
    repo.git("remote", "add", "origin", str(server))
    pushed = ["-m", "pre_commit", "install", "--hook-type", "pre-push"]
    subprocess.run([sys.executable, *pushed], cwd=repo.path, check=True, capture_output=True)
    repo.git("fetch", "-q", "origin")
    plan(repo, (FIRST, ""))
    assert commit("--no-verify")[0] == 0
    repo.write("x.txt", b"")
    repo.git("add", "--all")
    assert commit("--no-verify")[0] == 0
    done = subprocess.run(
        ["git", "push", "origin", "HEAD"],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, "LED501" in done.stdout + done.stderr) == (1, True), done.stderr
