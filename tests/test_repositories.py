"""Odd repositories: commands work in them, or say in one line what to do.

``tests.campaigns.repositories`` has 190 of them, each with every command; here are some.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from ledger.hook import main as hook
from tests.campaigns import repositories
from tests.support.commands import Done, call, captured
from tests.support.repository import Repository

# Dates of a commit as its object has them, and the date that is shown.
DATES = {
    "1762174800 +0000": "2025-11-03",
    "1762174800 +1400": "2025-11-04",
    "1762218300 -0800": "2025-11-03",
    "1762174800 +0199": "2025-11-03",  # 159 minutes
    "0 +0000": "1970-01-01",
    "4070908800 +0000": "2099-01-01",
    "1312735823 +051800": "2011-08-07",  # no clock has this zone: UTC
    "1312735823 -7580": "2011-08-07",
    "1762174800 +2400": "2025-11-03",
    "253402300800 +0000": "no date",  # in the year 10000
    "-86400 +0000": "no date",
    "1762174800": "no date",
    "1762174800 PST": "no date",
    "x": "no date",
    "": "no date",
}


def dated(repo: Repository, date: str) -> None:
    """Commit the plan at this date, which git itself need not accept."""
    repo.git("add", "--all")
    by = f"V <v@example.org> {date}"
    text = (
        f"tree {repo.git('write-tree')}\nparent {repo.git('rev-parse', 'HEAD')}\n"
        f"author {by}\ncommitter {by}\n\nplan\n"
    )
    file = repo.write(".git/commit", text.encode())
    made = repo.git("hash-object", "-t", "commit", "-w", "--literally", str(file))
    repo.git("update-ref", "HEAD", made)


@pytest.mark.parametrize("date", DATES)
def test_the_date_of_a_commit(repo: Repository, date: str) -> None:
    plan = repo.ledger.read_bytes()
    repo.ledger.write_bytes(plan.replace(b"anna", b"hanna").replace(b" tests pass", b" tests fine"))
    dated(repo, date)
    shown = call(repo.path, "history", "PARSE-SPEED-001#2")
    assert (shown.code, shown.err) == (0, "")
    assert re.search(rf" +{DATES[date]} +V: plan", shown.out)
    for command in ("history", "links", "show PARSE-SPEED-001#2", "verify"):
        done = call(repo.path, *command.split())
        # What is wrong with the clock of a committer contradicts no attempt.
        assert (done.code, done.err) == (0, ""), command


# The zone of whoever commits, the date, and the attempt's date that is no later.
EVENINGS = {
    "the stamp is in UTC": ("2025-11-03T17:05:00-0800", "2025-11-04"),
    "the stamp is in local time, the commit in UTC": ("2025-11-03T21:05:00+0000", "2025-11-04"),
    "the clock goes back": ("2025-11-02T01:10:00-0500", "2025-11-02"),
    "where the day begins first": ("2025-11-04T00:05:00+1400", "2025-11-04"),
}


@pytest.mark.parametrize("name", EVENINGS)
def test_an_evening_is_not_later_than_its_commit(repo: Repository, name: str) -> None:
    committed, written = EVENINGS[name]
    plan = repo.ledger.read_bytes()
    repo.ledger.write_bytes(plan.replace(b"2025-11-02", written.encode()))
    repo.git("commit", "-qam", "late", "--allow-empty", "--date", committed)
    seconds = repo.git("log", "-1", "--date=raw", "--format=%ad")
    repo.git("reset", "-q", "--soft", "HEAD~1")
    dated(repo, seconds)
    assert "later than" not in call(repo.path, "history").out
    assert "later than" not in call(repo.path, "verify").out
    repo.ledger.write_bytes(plan.replace(b"2025-11-02", b"2025-11-06"))
    dated(repo, seconds)
    assert "later than the commit: 1 version" in call(repo.path, "history").out


# How the plan is gone from the disk, and what brings it back.
GONE = {
    "deleted": ("rm docs/fix_plan.md", "git restore docs/fix_plan.md"),
    "its folder too": ("rm -r docs", "git restore docs/fix_plan.md"),
    "removed from the index": (
        "git rm -q docs/fix_plan.md", "git restore --staged --worktree docs/fix_plan.md",
    ),
    "never checked out": (
        "rm -r docs .git/index", "git restore --staged --worktree docs/fix_plan.md",
    ),
    "only staged": (
        "git rm -q --cached docs/fix_plan.md; git commit -qm x; git add docs; rm -r docs",
        "git restore docs/fix_plan.md",
    ),
    "sparse": ("git sparse-checkout set reports", "git sparse-checkout add docs"),
    "sparse by patterns": (
        "git sparse-checkout set --no-cone /reports", "git sparse-checkout add /docs/fix_plan.md",
    ),
    "skipped": (
        "git update-index --skip-worktree docs/fix_plan.md; rm docs/fix_plan.md",
        "git update-index --no-skip-worktree docs/fix_plan.md && git restore docs/fix_plan.md",
    ),
    "configured": (
        "mkdir 'a b'; git mv docs/fix_plan.md 'a b/p.md'; printf '[tool.ledger]\\npath=\"a b/p.md\"' > pyproject.toml; git add -A; git commit -qm x; rm 'a b/p.md'",
        "git restore 'a b/p.md'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GONE)
def test_a_plan_that_git_has_is_not_begun_again(repo: Repository, name: str) -> None:
    script, command = GONE[name]
    subprocess.run(["bash", "-ec", script], cwd=repo.path, check=True)
    before = repo.git("status", "--porcelain")
    for asked in ("status", "init --hook", "append X reports"):
        done = call(repo.path, *asked.split())
        assert (done.code, done.out) == (2, ""), asked
        assert done.err.endswith(f"; `{command}` brings it back\n"), asked
        assert " is in git and not on the disk" in done.err
        assert done.err.count("\n") == 1
    assert command in " ".join(call(repo.path, "doctor").out.split())
    assert repo.git("status", "--porcelain") == before
    subprocess.run(["bash", "-ec", command], cwd=repo.path, check=True)
    assert call(repo.path, "show", "PARSE-SPEED-001").code == 0


def test_a_plan_that_is_gone_and_named(repo: Repository) -> None:
    repo.ledger.unlink()
    for command in ("status", "init"):
        done = call(repo.path / "reports", command, "--ledger", "../docs/fix_plan.md")
        assert done.code == 2
        assert "`git restore ../docs/fix_plan.md` brings it back" in done.err
    # A plan that is not in git may be begun.
    assert call(repo.path, "init", "--ledger", "docs/other.md").code == 0


def test_a_work_tree_names_how_its_moved_repository_is_found(
    repo: Repository, tmp_path: Path
) -> None:
    tree, moved = tmp_path / "tree", tmp_path / "moved"
    repo.git("worktree", "add", "--quiet", str(tree), "-b", "side")
    repo.path.rename(moved)
    command = f"git worktree repair {tree}"
    for done in (call(tree, "validate", "--base", "HEAD"), call(tree, "history"), hooked(tree)):
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert f"`{command}`" in done.err
    subprocess.run(command.split(), cwd=moved, capture_output=True, check=False)
    assert call(tree, "validate", "--base", "HEAD").code == 0


def assert_stopped(repo: Repository, said: str) -> None:
    """Whatever compares with the last commit stops with one line."""
    for done in (
        call(repo.path, "validate", "--base", "HEAD"),
        call(repo.path, "validate", "--staged"),
        call(repo.path, "history"),
        hooked(repo.path),
    ):
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert said in done.err


@pytest.mark.parametrize("content", [b"garbage\n", b"", b"0123456789\n"])
def test_a_damaged_branch_is_not_one_without_commits(repo: Repository, content: bytes) -> None:
    """The guard would have nothing to compare with, and say nothing."""
    [branch] = (repo.path / ".git/refs/heads").iterdir()
    whole = branch.read_bytes()
    branch.write_bytes(content)
    assert_stopped(repo, f"refs/heads/{branch.name} names no commit")
    last = (repo.path / ".git/logs/HEAD").read_bytes().splitlines()[-1].split()[1]
    branch.write_bytes(last + b"\n")  # as the message says
    assert branch.read_bytes() == whole
    assert call(repo.path, "validate", "--base", "HEAD").code == 0


@pytest.mark.parametrize("first", ["", "pack-refs --all", "checkout -q --detach"])
def test_a_branch_whose_commit_is_lost_is_not_one_without_commits(
    repo: Repository, first: str
) -> None:
    if first:
        repo.git(*first.split())
    head = repo.git("rev-parse", "HEAD")
    (repo.path / ".git/objects" / head[:2] / head[2:]).unlink()
    assert_stopped(repo, f"{head[:8]}, which git cannot read")


# What git itself is like, and what each command that asks it for files has to say.
GITS = {
    "says no": ("echo You have not agreed to the licence >&2; exit 69", "failed: You have not agreed to the licence"),
    "is killed": ("kill -9 $$", "failed: killed by signal 9"),
    "says nothing": ("exit 3", "failed: exit code 3"),
}  # fmt: skip


@pytest.mark.parametrize("name", GITS)
def test_a_git_that_does_not_work(
    repo: Repository, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, said = GITS[name]
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    before = {*repo.path.rglob("*")}
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    assert call(repo.path, "status").code == 0
    commands = (
        "validate",
        "links",
        "append PARSE-SPEED-001 reports",
        "run PARSE-SPEED-001 -- true",
    )
    for done in (*(call(repo.path, *one.split()) for one in commands), hooked(repo.path)):
        assert (done.code, done.err.count("\n")) == (2, 1), done
        assert said in done.err
    assert {*repo.path.rglob("*")} == before


def hooked(folder: Path) -> Done:
    """What the hook says in a folder."""
    return captured(folder, lambda: hook([]))


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one clone has read of a history is known to all."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with three versions of the plan, which hands out parts of itself."""
    repo = Repository.create(tmp_path_factory.mktemp("versions") / "repo")
    for number in ("51", "52"):
        repo.ledger.write_bytes(
            re.sub(rb"\d+ MB files", number.encode() + b" MB files", repo.ledger.read_bytes())
        )
        repo.commit(f"Measure {number} MB")
    repo.git("config", "uploadpack.allowFilter", "true")
    return repo


def cloned(versions: Repository, place: Path, *options: str) -> Repository:
    versions.git("clone", "--quiet", *options, f"file://{versions.path}", str(place))
    return Repository(place)


def objects(repo: Repository) -> str:
    return repo.git("count-objects", "-v")


@pytest.mark.parametrize("kind", ["blob:none", "blob:limit=1k", "tree:0"])
def test_a_partial_clone(versions: Repository, tmp_path: Path, kind: str) -> None:
    repo = cloned(versions, tmp_path / "clone", f"--filter={kind}")
    before = objects(repo)
    for command in ("status", "validate", "verify", "validate --base HEAD"):
        assert call(repo.path, *command.split()).code == 0, command
    remedy = "`git fetch --refetch --no-filter` gets what it lacks"
    for command in ("history", "links", "show PARSE-SPEED-001#2"):
        done = call(repo.path, *command.split())
        if kind == "tree:0":  # which commit changed the plan is told by trees
            assert (done.code, done.err.count("\n")) == (2, 1)
            assert remedy in done.err
        else:
            assert (done.code, done.err) == (0, ""), command
    done = call(repo.path, "validate", "--base", "HEAD~1", "--head", "HEAD")
    assert (done.code, remedy in done.err) == (2, True)
    assert "git fetch --refetch --no-filter" in call(repo.path, "doctor").out
    assert objects(repo) == before
    if kind != "tree:0":
        assert "2 versions skipped" in call(repo.path, "history").out
    repo.git("fetch", "--quiet", "--refetch", "--no-filter")
    assert "3 versions by 3 commits" in call(repo.path, "history").out


def test_a_shallow_clone(versions: Repository, tmp_path: Path) -> None:
    repo = cloned(versions, tmp_path / "clone", "--depth=1")
    done = call(repo.path, "validate", "--base", "HEAD~1", "--head", "HEAD")
    assert (done.code, "`git fetch --unshallow` gets what came before" in done.err) == (2, True)


# What is wrong with the repository, and what each command that asks git has to say in one line.
BROKEN = {
    "HEAD is lost": ("printf '1%.0s' {1..40} > .git/HEAD", "HEAD is 11111111, which git cannot read; `git fsck` says"),
    "no commit": ("git checkout -q --orphan new", "the repository has no commit yet"),
    "a later format": ("git config core.repositoryFormatVersion 99", "Expected git repo version <= 1, found 99"),
    "a later extension": (
        "git config core.repositoryFormatVersion 1; git config extensions.refStorage reftable",
        "fatal: unknown repository extension found: refstorage",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_git_cannot_read_the_repository(repo: Repository, name: str) -> None:
    script, reason = BROKEN[name]
    subprocess.run(["bash", "-ec", script], cwd=repo.path, check=True)
    assert call(repo.path, "status").code == 0
    for command in ("history", "validate --base HEAD"):
        done = call(repo.path, *command.split())
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert reason in done.err, command


def test_another_owner(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    done = call(repo.path, "history")
    assert (done.code, done.err.count("\n")) == (2, 1)
    remedy = f"`git config --global --add safe.directory {repo.path}` if you trust it\n"
    assert "dubious ownership" in done.err
    assert done.err.endswith(remedy)


# Scripts below a folder of hooks that `core.hooksPath` names: where it is, the script (None for
# none), how it is made runnable, and what `init --hook` says of it.
_HUSKY = {
    ".husky/_/h": "sh -e .husky/$(basename $0)",
    ".husky/_/pre-commit": '#!/bin/sh\n. "$(dirname "$0")/h"',
}
HOOKED = {
    "husky": (".husky/_", ".husky/pre-commit", "touch ran\n", _HUSKY, "it calls the hook (added)"),
    "husky without the script": (".husky/_", ".husky/pre-commit", None, _HUSKY, "it calls the hook (added)"),
    "husky before 9": (".husky", ".husky/pre-commit", "#!/usr/bin/env sh\ntouch ran\n", {}, "it calls the hook (added)"),
    "a script that ends early": ("hooks", "hooks/pre-commit", "#!/bin/bash\ntouch ran\nexit 0\n", {}, "it calls the hook (added)"),
    "no script": ("hooks", "hooks/pre-commit", None, {}, "it calls the hook (added)"),
    "another language": ("hooks", "hooks/pre-commit", "#!/usr/bin/env python3\n", {}, "left as it is: it is no shell script"),
    "not runnable": ("hooks", "hooks/pre-commit", "#!/bin/sh\n", {}, "left as it is: git passes it over: it is not executable"),
    "outside": ("../hooks", "../hooks/pre-commit", "#!/bin/sh\n", {}, "left as it is: core.hooksPath leads out of the repository"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOOKED)
def test_the_hooks_of_somebody_else(
    repo: Repository, name: str, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, script, text, others, said = HOOKED[name]
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    repo.git("config", "core.hooksPath", folder)
    for file, content in {**others, **({script: text} if text else {})}.items():
        repo.write(file, content.encode()).chmod(0o644 if name == "not runnable" else 0o755)
    before = (repo.path / script).read_bytes() if text else b""
    assert "> ledger init --hook" in call(repo.path, "doctor").out
    done = call(repo.path, "init", "--hook")
    assert f"{script}: {said}" in done.out
    assert repo.git("config", "core.hooksPath") == folder
    assert not (repo.path / ".pre-commit-config.yaml").exists()
    if "(added)" not in said:
        assert (done.code, (repo.path / script).read_bytes()) == (1, before)
        return
    after = (repo.path / script).read_bytes()
    assert f"{script}: it calls the hook (there already)" in call(repo.path, "init", "--hook").out
    assert (repo.path / script).read_bytes() == after
    assert "runs it" in call(repo.path, "doctor").out
    repo.commit("A good one")
    assert (repo.path / "ran").exists() == bool(text)
    repo.ledger.write_bytes(repo.ledger.read_bytes().replace(b"Attempt #1", b"Attempt #2"))
    repo.git("commit", "--quiet", "--all", "--message", "A bad one", check=False)
    assert repo.git("log", "-1", "--format=%s") == "A good one"


SOME = {
    "commit in no encoding": "history",
    "git folder is a link": "status history append",
    "replaced commit": "history",
    "branch and tag of one name": "history base",
    "in a rebase with a conflict elsewhere": "status append",
    "work tree moved by hand": "history append",
    "repository that is not UTF-8": "status append",
    "repository with dollars": "init",
    "GIT_DIR of another": "history",
    "GIT_LITERAL_PATHSPECS": "history",
    "GIT_ICASE_PATHSPECS": "run",
    "index.lock": "append",
    "umask 077": "run",
    "current folder deleted": "status",
    "standard input closed": "run",
}


@pytest.mark.parametrize("name", SOME)
def test_some_of_the_campaign(name: str) -> None:
    [state] = [each for each in repositories.STATES if each.name == name]
    assert [*repositories.look(state, SOME[name].split())] == []
