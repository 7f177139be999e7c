"""Contents out of git: the right ones, and nothing else asked of git."""

from __future__ import annotations

import errno
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import LedgerError, UnreadableInput, UsageError
from ledger.git import blobs, process, repository
from ledger.git.blobs import Blobs
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

NAMES = [
    "plain.md",
    "with space.md",
    " leading and trailing ",
    "-n",
    "--help",
    ":/message",
    "1:stage.md",
    ":0:x",
    "HEAD:x",
    "a*b?[c].md",
    "ünïcode – dash.md",
    "tab\there.md",
    'quote".md',
    "back\\slash.md",
    "x blob 5",
    "x missing",
    "deep/er/file.md",
    "~user",
    "@{u}",
    "\udcff not utf-8",
]
CONTENTS = [b"", b"\n", b"x", b"a\r\nb\rc", b"\x00\xff\n" * 1000, b"HEAD missing\n", b"y" * 300_000]


def ask(root: Path, request: str, path: str) -> bytes | None:
    with Blobs(root) as contents:
        return contents.staged(path) if request == ":" else contents.read(request, path)


def ask_broken(root: Path, request: str) -> str:
    """Why git gave up, or nothing where it could tell that it has no such file."""
    try:
        assert ask(root, request, "docs/fix_plan.md") is None
    except LedgerError as error:
        if error.code != "git-failed":
            raise
        return str(error)
    return ""


# Where a work tree starts


def test_discover_from_anywhere_inside(repo: Repository, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(repo.path / "docs")
    for start in (repo.path, repo.path / "docs", repo.ledger, repo.path / "not/there", link):
        assert process.top_of(start) == repo.path.resolve()


def test_discover_outside(tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", bare], check=True)
    no_git_dir = tmp_path / "empty" / ".git"
    no_git_dir.mkdir(parents=True)
    for start in (tmp_path, bare, bare / "refs", no_git_dir.parent, Path("/" + "x" * 10_000)):
        assert process.top_of(start) is None


def test_discover_skips_a_git_folder_that_is_none(repo: Repository) -> None:
    (repo.path / "docs" / ".git").mkdir()
    assert process.top_of(repo.ledger) == repo.path.resolve()


@pytest.mark.parametrize(
    "content", [b"", b"gitdir: nowhere\n", b"gitdir: \0\n", b"\xff\xfe", b"gitdir: " + b"x" * 9_000]
)
def test_a_git_file_that_leads_nowhere_is_no_work_tree(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".git").write_bytes(content)
    assert process.top_of(tmp_path) is None
    with pytest.raises(UnreadableInput, match="top of a git work tree"):
        ask(tmp_path, "HEAD", "f")


def test_discover_refuses_a_nul() -> None:
    with pytest.raises(UnreadableInput):
        process.top_of(Path("a\0b"))


def test_a_linked_work_tree_has_its_own_top_head_and_index(
    repo: Repository, tmp_path: Path
) -> None:
    repo.git("worktree", "add", "-q", "../linked", "-b", "side")
    linked = Repository(tmp_path / "linked")
    linked.write("docs/fix_plan.md", b"side")
    linked.commit("side")
    linked.write("docs/fix_plan.md", b"staged on the side")
    linked.git("add", "--all")
    assert process.top_of(linked.ledger) == linked.path.resolve()
    assert ask(linked.path, "HEAD", "docs/fix_plan.md") == b"side"
    assert ask(linked.path, ":", "docs/fix_plan.md") == b"staged on the side"
    assert ask(repo.path, ":", "docs/fix_plan.md") == repo.ledger.read_bytes()


def test_a_submodule_has_its_own_top(repo: Repository, tmp_path: Path) -> None:
    inner = Repository.create(tmp_path / "inner")
    add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add"]
    repo.git(*add, os.fspath(inner.path), "sub")
    repo.commit("submodule")
    sub = repo.path / "sub"
    assert process.top_of(sub / "docs") == sub.resolve()
    assert ask(sub, "HEAD", "docs/fix_plan.md") == inner.ledger.read_bytes()
    assert ask(repo.path, "HEAD", "sub") is None
    assert ask(repo.path, "HEAD", "sub/docs/fix_plan.md") is None


def test_a_work_tree_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As people keep their dotfiles: a repository elsewhere, a work tree without ``.git``."""
    tree = Repository(tmp_path / "home")
    tree.write("docs/fix_plan.md", b"mine")
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "away.git"], check=True)
    monkeypatch.chdir(tree.path / "docs")
    monkeypatch.setenv("GIT_DIR", "../../away.git")
    monkeypatch.setenv("GIT_WORK_TREE", "..")
    subprocess.run(["git", "add", "fix_plan.md"], check=True)
    root = process.top_of(tree.ledger)
    assert root == tree.path.resolve()
    assert ask(root, ":", "docs/fix_plan.md") == b"mine"
    assert process.top_of(tmp_path) is None


# Contents


def test_every_name_and_content_comes_back_as_it_was(repo: Repository) -> None:
    files = {name: CONTENTS[n % len(CONTENTS)] for n, name in enumerate(NAMES)}
    for name, content in files.items():
        repo.write(name, content)
    repo.git("config", "core.autocrlf", "false")
    repo.commit("names")
    for name in NAMES:
        repo.write(name, b"staged " + files[name])
    repo.git("add", "--all")
    for name in NAMES:
        repo.write(name, b"in the work tree only")
    with Blobs(repo.path) as contents:
        for name, content in files.items():
            assert contents.head(name) == content, name
            assert contents.read("HEAD", name) == content, name
            assert contents.read("HEAD~1", name) is None, name
            assert contents.staged(name) == b"staged " + content, name


def test_revisions_of_every_form(repo: Repository) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("tag", "-a", "v1.0", "-m", "tag")
    repo.git("branch", "topic/ünï-1")
    repo.write("docs/fix_plan.md", b"second")
    second = repo.commit("second")
    with Blobs(repo.path) as contents:
        for revision in ("v1.0", "topic/ünï-1", first, first[:7], "HEAD~1", "HEAD^", "main~01"):
            assert contents.commit(revision) == first
            assert contents.read(revision, "docs/fix_plan.md") != b"second"
        for revision in ("main", "HEAD", "refs/heads/main"):
            assert contents.commit(revision) == second
            assert contents.read(revision, "./docs//fix_plan.md") == b"second"
        for revision in ("0" * 40, "deadbeef", "nobranch", "HEAD~9", "HEAD^2", first + "00"):
            assert contents.commit(revision) is None
            assert contents.read(revision, "docs/fix_plan.md") is None


def test_what_is_no_file_is_none(repo: Repository) -> None:
    (repo.path / "link.md").symlink_to("docs/fix_plan.md")
    repo.commit("link")
    with Blobs(repo.path) as contents:
        for path in ("docs", "missing", "docs/fix_plan.md/x", "x" * 10_000):
            assert contents.head(path) is None
            assert contents.staged(path) is None
        assert contents.head("link.md") == b"docs/fix_plan.md"


def test_before_the_first_commit(tmp_path: Path) -> None:
    fresh = Repository(tmp_path / "fresh")
    fresh.write("f.md", b"new")
    fresh.git("init", "-q")
    fresh.git("add", "f.md")
    with Blobs(fresh.path) as contents:
        assert contents.commit("HEAD") is None
        assert contents.head("f.md") is None
        assert contents.staged("f.md") == b"new"
    assert repository.merge_parents(fresh.path) == ()


def test_a_merge_in_progress(repo: Repository) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.write("docs/fix_plan.md", b"side")
    side = repo.commit("side")
    repo.git("switch", "-q", "main")
    repo.write("docs/fix_plan.md", b"main")
    repo.commit("main")
    assert repository.merge_parents(repo.path) == ()
    repo.git("merge", "side", check=False)
    assert repository.merge_parents(repo.path) == (side,)
    assert ask(repo.path, ":", "docs/fix_plan.md") is None, "in conflict"
    assert ask(repo.path, side, "docs/fix_plan.md") == b"side"
    (repo.path / ".git" / "MERGE_HEAD").write_bytes(b"--help\n\xff\n" + side.encode() + b"\nrest")
    assert repository.merge_parents(repo.path) == (side,)


def test_reading_leaves_the_index_as_it_is(repo: Repository) -> None:
    os.utime(repo.ledger, (1, 1))  # git would like to refresh its entry
    index = repo.path / ".git" / "index"
    before = index.read_bytes(), index.stat().st_mtime_ns
    ask(repo.path, ":", "docs/fix_plan.md")
    ask(repo.path, "HEAD", "docs/fix_plan.md")
    assert (index.read_bytes(), index.stat().st_mtime_ns) == before
    assert not index.with_name("index.lock").exists()


# Hooks: git runs them with an index of their own


HOOK = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} -c '
import sys
from pathlib import Path
from ledger.git import blobs, process
with blobs.Blobs(process.top_of(Path("."))) as contents:
    Path(sys.argv[1]).write_bytes(contents.staged("docs/fix_plan.md") or b"")
' "$SEEN"
"""


@pytest.mark.parametrize("linked", [False, True], ids=["main tree", "linked tree"])
@pytest.mark.parametrize(
    "command",
    [
        ["commit", "-m", "x"],
        ["commit", "-a", "-m", "x"],
        ["commit", "-m", "x", "fix_plan.md"],
        ["commit", "-m", "x", "--only", "fix_plan.md"],
        ["commit", "-m", "x", "--include", "fix_plan.md"],
        ["commit", "-m", "x", "--amend", "-a"],
        ["--git-dir=../.git", "--work-tree=..", "commit", "-a", "-m", "x"],
    ],
    ids=" ".join,
)
def test_in_a_hook_staged_is_what_gets_committed(
    repo: Repository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    command: list[str],
    linked: bool,
) -> None:
    seen = tmp_path / "seen"
    monkeypatch.setenv("SEEN", os.fspath(seen))
    monkeypatch.setenv("PYTHONPATH", os.fspath(ROOT))
    hook = repo.write(".git/hooks/pre-commit", HOOK.encode())
    hook.chmod(0o755)
    tree = repo
    if linked:
        if command[0].startswith("--git-dir"):
            pytest.skip("names the main tree")
        repo.git("worktree", "add", "-q", "../linked", "-b", "side")
        tree = Repository(tmp_path / "linked")
    tree.write("docs/fix_plan.md", b"staged")
    tree.git("add", "--all")
    tree.write("docs/fix_plan.md", b"in the work tree")
    Repository(tree.path / "docs").git(*command)
    committed = tree.git("show", "HEAD:docs/fix_plan.md").encode()
    assert committed in (b"staged", b"in the work tree")
    assert seen.read_bytes() == committed


@pytest.mark.parametrize("other", ["linked", "plain"])
def test_a_hook_of_one_repository_may_ask_about_another(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    another = Repository.create(tmp_path / "another")
    another.write("docs/fix_plan.md", b"another")
    another.git("add", "--all")
    if other == "linked":
        monkeypatch.setenv("GIT_DIR", os.fspath(repo.path / ".git"))
        monkeypatch.setenv("GIT_WORK_TREE", os.fspath(repo.path))
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(repo.path / ".git" / "index"))
    monkeypatch.setenv("GIT_PREFIX", "docs/")
    assert ask(another.path, ":", "docs/fix_plan.md") == b"another"
    assert process.top_of(another.ledger) == another.path.resolve()


def test_an_index_of_one_s_own_is_asked(
    repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``GIT_INDEX_FILE`` outside of every repository, as scripts use it."""
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(tmp_path / "index"))
    repo.write("only.md", b"only here")
    repo.git("add", "only.md")
    assert ask(repo.path, ":", "only.md") == b"only here"
    assert ask(repo.path, ":", "docs/fix_plan.md") is None


# Hostile requests


HEX = "0123456789abcdef" * 4
GOOD_REVISIONS = [
    *(
        "HEAD",
        "HEAD~",
        "HEAD^",
        "HEAD~12^2~3",
        "HEAD^0",
        "main",
        "feature/spec-based-2",
        "v1.0-rc.1",
    ),
    *("refs/tags/v1", "origin/main", HEX[:7], HEX[:40], HEX, HEX[:8] + "~2", "ünï", "a@b", "x{y}"),
    *("ORIG_HEAD", "x.lockx", "lock", "a.b.c", "a" * 250),
]
BAD_REVISIONS = [
    *("", "-", "--help", "-n1", "--all", "--output=x", "--upload-pack=touch x", "@", "@{-1}"),
    *(
        "HEAD@{1}",
        "main@{upstream}",
        "HEAD:docs/fix_plan.md",
        ":docs/fix_plan.md",
        ":/text",
        ":0:x",
    ),
    *("main..HEAD", "main...HEAD", "..", "^main", "~", "HEAD^{commit}", "HEAD^{/text}", "HEAD~x"),
    *(
        "HEAD^-",
        "HEAD^@",
        "HEAD^!",
        "HEAD~99999999999999999999x",
        "a b",
        "a\tb",
        "a\nb",
        "HEAD\n:0:x",
    ),
    *(
        "HEAD\n",
        "\nHEAD",
        "HEAD\0",
        "a\x1b[2Jb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "a\udcffb",
    ),
    *("/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "a*", "a?", "a[b", "a\\b"),
    *(
        "a" * 251,
        "a/" * 5_000 + "a",
        "~" * 10_000,
        "HEAD" + "^" * 10_000,
        "-" * 10_000,
        "$(touch x)*",
    ),
]


@pytest.mark.parametrize("revision", GOOD_REVISIONS)
def test_good_revisions_pass(revision: str) -> None:
    assert blobs.check_revision(revision) == revision


@pytest.mark.parametrize("revision", BAD_REVISIONS, ids=lambda r: ascii(r[:30]))
def test_bad_revisions_never_reach_git(revision: str, tmp_path: Path) -> None:
    contents = Blobs(tmp_path)  # no repository: git would fail otherwise
    for ask_git in (blobs.check_revision, contents.commit, lambda r: contents.read(r, "f")):
        with pytest.raises(UsageError) as caught:
            ask_git(revision)
        assert caught.value.code == "bad-revision"
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 500


PIECES = ["lock", *"ab/.@{}~^:?*[\\ -\t\x7fü"]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=6).map("".join))
def test_names_are_judged_as_git_judges_them(name: str) -> None:
    judged = subprocess.run(["git", "check-ref-format", f"refs/heads/{name}"], check=False)
    by_git = judged.returncode == 0 and name != "@" and not name.startswith("-")
    try:
        blobs.check_revision(name)
    except UsageError:
        ours = False
    else:
        ours = not set(name) & set("~^")
    assert ours == by_git


BAD_PATHS = [
    *("", ".", "./", "..", "../x", "a/../../x", "a/..", "/etc/passwd", "//x", "/", "./../x"),
    *("a\nHEAD:secret", "a\0b", "a\r", "\n", "docs/../../../../etc/passwd", "a/./../b", "\ud800"),
    *("../" * 3_000 + "x", "x/.."),
]


@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda p: ascii(p[:30]))
def test_bad_paths_never_reach_git(path: str, tmp_path: Path) -> None:
    contents = Blobs(tmp_path)
    for ask_git in (contents.head, contents.staged, lambda p: contents.read("HEAD", p)):
        with pytest.raises(UsageError) as caught:
            ask_git(path)
        assert caught.value.code == "bad-path"
        assert str(caught.value).isprintable()


def test_a_program_named_by_the_repository_is_not_run(repo: Repository, tmp_path: Path) -> None:
    trap = repo.write("trap", b"#!/bin/sh\ntouch " + os.fsencode(tmp_path) + b"/sprung\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "diff.external", "core.sshCommand"):
        repo.git("config", key, os.fspath(trap))
    ask(repo.path, ":", "docs/fix_plan.md")
    ask(repo.path, "HEAD", "docs/fix_plan.md")
    assert not (tmp_path / "sprung").exists()


def test_a_partial_clone_fetches_nothing(repo: Repository, tmp_path: Path) -> None:
    repo.git("config", "uploadpack.allowFilter", "true")
    clone = ["clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repo.path}", "../part"]
    repo.git(*clone)
    part = Repository(tmp_path / "part")
    missing = ["rev-list", "--objects", "--all", "--missing=print"]
    before = part.git(*missing)
    assert "\n?" in before, "the clone holds every file: nothing is tested"
    with Blobs(part.path) as contents:
        for _ in range(2):
            with pytest.raises(UnreadableInput, match="git fetch --refetch --no-filter") as caught:
                contents.read("HEAD", "docs/fix_plan.md")
            assert caught.value.code == "lost-object"
            assert contents.commit("HEAD") == part.git("rev-parse", "HEAD")
    assert part.git(*missing) == before


# When git is not there, or gives up


def test_a_branch_that_nobody_can_read_is_no_branch_without_commits(repo: Repository) -> None:
    branch = repo.path / ".git" / repo.git("symbolic-ref", "HEAD")
    branch.unlink()
    branch.symlink_to(branch)  # root may read all else
    before = repo.ledger.read_bytes()
    done = call(
        repo.path, "append", "DOCS-TOUR-002", "reports/parser-speed/phase_b/20251102T091500Z"
    )
    assert (done.code, repo.ledger.read_bytes()) == (2, before)
    assert f"{branch}: too many levels of symbolic links" in done.err


def test_without_git(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repo.path))
    with pytest.raises(LedgerError) as caught:
        ask(repo.path, "HEAD", "docs/fix_plan.md")
    assert caught.value.code == "no-git"


def test_outside_of_a_work_tree(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "bare.git"], check=True)
    for root in (tmp_path, tmp_path / "bare.git", tmp_path / "missing"):
        with pytest.raises(UnreadableInput) as caught:
            ask(root, "HEAD", "f")
        assert caught.value.code == "no-repository"


@pytest.mark.parametrize("broken", ["config", "HEAD", "index", "objects"])
def test_a_broken_repository_is_one_line(repo: Repository, broken: str) -> None:
    place = repo.path / ".git" / broken
    if broken == "objects":
        for loose in place.glob("??/*"):
            loose.chmod(0o644)
            loose.write_bytes(b"garbage")
    else:
        place.write_bytes(b"\xffgarbage\n[")
    assert "\n" not in ask_broken(repo.path, ":")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_somebody_else_s_repository_is_refused_with_git_s_reason(repo: Repository) -> None:
    for place in (repo.path, repo.path / ".git"):
        os.chown(place, 12345, 12345)
    with pytest.raises(LedgerError, match="dubious ownership"):
        ask(repo.path, "HEAD", "docs/fix_plan.md")


def test_git_killed_between_two_questions(repo: Repository) -> None:
    with Blobs(repo.path) as contents:
        expected = contents.head("docs/fix_plan.md")
        assert contents._process
        contents._process.kill()
        contents._process.wait()
        with pytest.raises(LedgerError) as caught:
            contents.head("docs/fix_plan.md")
        assert caught.value.code == "git-failed"
        assert contents.head("docs/fix_plan.md") == expected


def test_closing_ends_the_process(repo: Repository) -> None:
    with Blobs(repo.path) as contents:
        contents.head("docs/fix_plan.md")
        process = contents._process
    assert process
    assert process.returncode == 0
    contents.close()


def test_imports_nothing_slow() -> None:
    slow = {"git", "typer", "rich"}
    code = "import sys, ledger.git.blobs; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert not slow & set(done.stdout.split())


def test_a_pipe_that_cannot_be_closed_lets_nobody_wait(repo: Repository) -> None:
    class Stuck:
        def close(self) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    contents = Blobs(repo.path)
    assert contents.head("docs/fix_plan.md")
    running = contents._process
    assert running is not None
    pipe, running.stdin = running.stdin, Stuck()  # type: ignore[assignment]
    contents.close()
    assert running.poll() is not None
    assert pipe is not None
    pipe.close()
