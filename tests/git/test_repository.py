"""What git is asked about a work tree, held against what git itself says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from ledger.errors import LedgerError, UnreadableInput
from ledger.git import process, repository
from ledger.git.blobs import Blobs
from ledger.git.changes import changes
from ledger.git.files import Index
from tests.support.places import ROOT
from tests.support.repository import Repository

ODD_NAMES = [
    "with space.md",
    "-n",
    "--help",
    ":(icase)x",
    ":/x",
    "!x",
    "#x",
    "a*b?[c].md",
    "ünï – code.md",
    "new\nline",
    "tab\t\\",
    '"quoted"',
    "\udcff no utf-8",
]


def tracked(root: Path, names: Iterable[str]) -> set[str]:
    """Those of ``names`` that the index has: files, and folders with a file in them."""
    listing = Index(Blobs(root)).listing
    return {name for name in names if listing.has(name.rstrip("/"))}


def is_dirty(root: Path, aside: Iterable[str] = ()) -> bool:
    """Whether files differ from the commit."""
    return bool(changes(root, aside).paths)


ASKS: dict[str, Callable[[Path], object]] = {
    "head_commit": repository.head_commit,
    "is_dirty": is_dirty,
    "tracked": lambda root: tracked(root, ["docs"]),
    "ignored": lambda root: repository.ignored(root, ["docs/x.log"]),
}


@pytest.fixture
def rules(repo: Repository) -> Repository:
    repo.write(".gitignore", b"logs/\n*.tmp\n!keep.tmp\n")
    repo.write("docs/.gitignore", b"secret*\n")
    repo.write("docs/keep.tmp", b"kept")
    repo.commit("rules")
    return repo


def test_head_commit(repo: Repository) -> None:
    assert repository.head_commit(repo.path) == repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "--detach")
    assert repository.head_commit(repo.path) == repo.git("rev-parse", "HEAD")


def test_before_the_first_commit(tmp_path: Path) -> None:
    fresh = Repository(tmp_path / "fresh")
    fresh.write("f.md", b"new")
    fresh.git("init", "-q")
    assert repository.head_commit(fresh.path) is None
    fresh.git("add", "f.md")
    assert tracked(fresh.path, ["f.md", "g.md"]) == {"f.md"}


@pytest.mark.parametrize(
    ("change", "aside", "dirty"),
    [
        ({}, [], False),
        ({"new.md": b"untracked"}, [], True),
        ({"new.md": b"untracked"}, ["new.md"], False),
        ({"docs/fix_plan.md": b"x"}, [], True),
        ({"docs/fix_plan.md": b"x"}, ["docs/fix_plan.md"], False),
        ({"docs/fix_plan.md": b"x"}, ["docs"], False),
        ({"docs/fix_plan.md": b"x"}, ["docs/"], False),
        ({"docs/fix_plan.md": b"x"}, ["doc", "docs/fix", "docs/*", "fix_plan.md"], True),
        ({"docs/fix_plan.md": b"x", "*": b"y"}, ["*"], True),
        ({"docs/fix_plan.md": b"x", ":(icase)x": b"y"}, ["docs/fix_plan.md", ":(icase)x"], False),
        ({"docs/fix_plan.md": b"x", "-n": b"y"}, ["docs/fix_plan.md", "-n", "not/there"], False),
    ],
)
@pytest.mark.parametrize("staged", [False, True])
def test_is_dirty(
    repo: Repository, change: dict[str, bytes], aside: list[str], dirty: bool, staged: bool
) -> None:
    for name in ("*", ":(icase)x", "-n"):
        repo.write(name, b"tracked")
    repo.commit("odd names")
    for name, content in change.items():
        repo.write(name, content)
    if staged:
        repo.git("add", "--update")
    assert is_dirty(repo.path, aside) is dirty


def test_removed_renamed_and_touched_files(repo: Repository) -> None:
    os.utime(repo.ledger, (1, 1))
    index = (repo.path / ".git" / "index").read_bytes()
    assert not is_dirty(repo.path), "touched, not changed"
    assert (repo.path / ".git" / "index").read_bytes() == index, "reading refreshed the index"
    repo.git("mv", "docs/fix_plan.md", "docs/plan.md")
    assert is_dirty(repo.path)
    assert is_dirty(repo.path, ["docs/plan.md"]), "one of its names is left"
    assert not is_dirty(repo.path, ["docs/plan.md", "docs/fix_plan.md"])


def test_tracked(repo: Repository) -> None:
    for name in ODD_NAMES:
        repo.write(f"odd/{name}", b"x")
    repo.commit("odd names")
    repo.write("docs/new.md", b"untracked")
    repo.write("staged/x.md", b"staged")
    repo.git("add", "staged")
    repo.ledger.unlink()
    there = ["docs", "docs/", "docs/fix_plan.md", "reports/parser-speed", "staged/x.md", "odd"]
    there += [f"odd/{name}" for name in ODD_NAMES]
    not_there = [
        "docs/new.md",
        "doc",
        "docs/fix",
        "docs/*",
        "/docs",
        "../docs",
        "",
        "x\0y",
        "odd/*",
    ]
    assert tracked(repo.path, [*there, *not_there]) == {*there}


def test_ignored_names_the_rule(rules: Repository) -> None:
    rules.write("logs/forced.log", b"tracked all the same")
    rules.git("add", "--force", "logs/forced.log")
    asked = {
        "logs/run.log": ".gitignore:1:logs/",
        "reports/x/logs/deep/run.log": ".gitignore:1:logs/",
        "x.tmp": ".gitignore:2:*.tmp",
        "docs/secret.md": "docs/.gitignore:1:secret*",
    }
    free = [
        "docs/keep.tmp",
        "keep.tmp",
        "docs/fix_plan.md",
        "secret.md",
        "logs/forced.log",
        "a",
        "",
    ]
    assert repository.ignored(rules.path, [*asked, *free]) == asked
    assert repository.ignored(rules.path, []) == {}


def test_ignored_takes_every_name_as_it_is(rules: Repository) -> None:
    names = [f"logs/{name}" for name in ODD_NAMES] + [f"{name}.tmp" for name in ODD_NAMES]
    assert set(repository.ignored(rules.path, [*names, *ODD_NAMES])) == set(names)
    many = [f"logs/{number}" for number in range(20_000)]
    assert set(repository.ignored(rules.path, many)) == set(many)


def test_one_bad_path_does_not_hide_the_others(rules: Repository, tmp_path: Path) -> None:
    (rules.path / "link").symlink_to("docs")
    inner = Repository.create(tmp_path / "inner")
    add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]
    rules.git(*add, os.fspath(inner.path), "sub")
    beyond = [f"{place}/{number}.tmp" for place in ("link", "sub/x") for number in range(5_000)]
    bad = [
        *beyond,
        "link/secret.md",
        "sub/x.tmp",
        "../x.tmp",
        "/etc/x.tmp",
        "x\0y.tmp",
        "y" * 10_000,
        f"{'y' * 10_000}/x",
        ":(x",
    ]
    good = ["x.tmp", "logs/a", "docs/secret", *(f"{number}.tmp" for number in range(20))]
    found = repository.ignored(rules.path, [*bad, *good])
    assert set(found) - {"/etc/x.tmp"} == set(good)


# Where


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_outside_of_a_work_tree(ask: Callable[[Path], object], tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput) as caught:
        ask(tmp_path)
    assert caught.value.code == "no-repository"


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_a_broken_repository_is_one_line(ask: Callable[[Path], object], repo: Repository) -> None:
    (repo.path / ".git" / "config").write_bytes(b"[core\n\xff")
    with pytest.raises(LedgerError) as caught:
        ask(repo.path)
    assert caught.value.code == "git-failed"
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
def test_without_git(
    ask: Callable[[Path], object], repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(repo.path))
    with pytest.raises(LedgerError) as caught:
        ask(repo.path)
    assert caught.value.code == "no-git"


def test_the_import_works_without_git(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import ledger.git.repository"],
        env={**os.environ, "PATH": os.fspath(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_linked_work_tree_is_its_own(repo: Repository, tmp_path: Path) -> None:
    repo.git("worktree", "add", "-q", "../linked", "-b", "side")
    linked = Repository(tmp_path / "linked")
    linked.write("new.md", b"x")
    side = linked.commit("side")
    linked.write("new.md", b"changed")
    assert repository.head_commit(linked.path) == side != repository.head_commit(repo.path)
    assert is_dirty(linked.path)
    assert not is_dirty(repo.path)
    assert tracked(linked.path, ["new.md"])
    assert not tracked(repo.path, ["new.md"])


def test_a_hook_of_one_repository_may_ask_about_another(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    another = Repository.create(tmp_path / "another")
    another.write("only.md", b"x")
    head = another.commit("another")
    given = {
        "GIT_DIR": os.fspath(repo.path / ".git"),
        "GIT_WORK_TREE": os.fspath(repo.path),
        "GIT_INDEX_FILE": os.fspath(repo.path / ".git" / "index"),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert repository.head_commit(another.path) == head
    assert tracked(another.path, ["only.md"])
    assert not tracked(repo.path, ["only.md"])
    assert not is_dirty(another.path)
    assert {name: os.environ[name] for name in given} == given


def test_a_program_named_by_the_repository_is_not_run(repo: Repository, tmp_path: Path) -> None:
    trap = repo.write("trap", b"#!/bin/sh\ntouch " + os.fsencode(tmp_path) + b"/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.askPass"):
        repo.git("config", key, os.fspath(trap))
    for ask in ASKS.values():
        ask(repo.path)
    assert not (tmp_path / "sprung").exists()


def test_a_diff_writes_no_index_and_runs_no_program(repo: Repository, tmp_path: Path) -> None:
    Repository.create(tmp_path / "part")
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part", "part")
    repo.commit("a submodule")
    inner = Repository(repo.path / "part")
    inner.write("docs/fix_plan.md", b"changed")
    trap = tmp_path / "hooks" / "post-index-change"
    trap.parent.mkdir()
    trap.write_bytes(b"#!/bin/sh\ntouch " + os.fsencode(tmp_path) + b"/sprung\n")
    trap.chmod(0o755)
    repo.git("config", "core.hooksPath", os.fspath(trap.parent))
    for one in (repo, inner):
        one.git("config", "diff.submodule", "diff")
        one.git("config", "diff.external", os.fspath(trap))
        one.git("config", "core.fsmonitor", os.fspath(trap))
    os.utime(repo.ledger, (1, 1))  # a time that the index does not have, and the same bytes
    before = (repo.path / ".git" / "index").read_bytes()
    told = changes(repo.path, patch=tmp_path / "git_diff.patch")
    assert not (tmp_path / "sprung").exists()
    assert (repo.path / ".git" / "index").read_bytes() == before
    assert told.left_out == {"part": "changed within the submodule"}
    assert "part" not in (tmp_path / "git_diff.patch").read_text()


def test_the_real_log_is_ignored(real_repo: Callable[[str], Path]) -> None:
    root = real_repo("40115778")
    run = "reports/2026-01-test-suite-refresh/phase_l/20251015T190350Z"
    log, exit_code = f"{run}/logs/pytest_full.log", f"{run}/artifacts/exit_code.txt"
    assert repository.ignored(root, [log, exit_code]) == {log: ".gitignore:109:logs/"}
    assert tracked(root, [log, exit_code, run]) == {exit_code, run}


def test_a_branch_that_git_cannot_read_for_once_has_its_commit(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a file that it cannot read git says the same as of a branch without commits."""
    commit = repo.git("rev-parse", "HEAD")
    monkeypatch.setattr(process, "ask", lambda *_, **__: b"")
    assert repository.head_commit(repo.path) == commit
    repo.git("checkout", "--quiet", "--detach")
    assert repository.head_commit(repo.path) == commit
    repo.git("checkout", "--quiet", "--orphan", "new")
    assert repository.head_commit(repo.path) is None
