"""What the files in a work tree differ in from its commit: a checkout of that commit with the
patch applied is the tree again."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.git.changes import MAX_FILE_BYTES, Changes, changed_lines, changes
from tests.git.test_repository import ODD_NAMES
from tests.support.commands import call
from tests.support.repository import Repository


def _replace_by_folder(repo: Repository) -> None:
    (repo.path / "a.txt").unlink()
    repo.write("a.txt/inner", b"x\n")


def _in_conflict(repo: Repository) -> None:
    repo.git("switch", "-q", "-c", "side")
    repo.write("a.txt", b"side\n")
    repo.commit("side")
    repo.git("switch", "-q", "-")
    repo.write("a.txt", b"main\n")
    repo.commit("main")
    repo.git("merge", "-q", "side", check=False)


def _pass_over(flag: str) -> Callable[[Repository], object]:
    def state(repo: Repository) -> None:
        repo.git("update-index", flag, "a.txt")
        repo.write("a.txt", b"changed behind git's back\n")

    return state


def _odd_names(repo: Repository) -> None:
    for number, name in enumerate(ODD_NAMES):
        repo.write(f"odd/{name}", b"%d\n" % number)


STATES: dict[str, Callable[[Repository], object]] = {
    "modified": lambda repo: repo.write("a.txt", b"1\n2\n3\n"),
    "new": lambda repo: repo.write("new/x.py", b"x = 1\n"),
    "new, empty": lambda repo: repo.write("empty", b""),
    "new, binary": lambda repo: repo.write("x.bin", bytes(range(256))),
    "new, without a last newline": lambda repo: repo.write("x.txt", b"end"),
    "new, odd names": _odd_names,
    "new, executable": lambda repo: repo.write("x.sh", b"#!/bin/sh\n").chmod(0o755),
    "new, a link": lambda repo: (repo.path / "link").symlink_to("a.txt"),
    "new, a link that leads nowhere": lambda repo: (repo.path / "link").symlink_to("/no/where"),
    "meant to be added": lambda repo: repo.git("add", "-N", repo.write("x", b"1\n").name),
    "staged, then changed": lambda repo: (
        repo.git("add", repo.write("x", b"1\n").name),
        repo.write("x", b"2\n"),
    ),
    "removed": lambda repo: (repo.path / "a.txt").unlink(),
    "removed from the index alone": lambda repo: repo.git("rm", "-q", "--cached", "a.txt"),
    "renamed": lambda repo: repo.git("mv", "a.txt", "b.txt"),
    "made executable": lambda repo: (repo.path / "a.txt").chmod(0o755),
    "a folder where a file was": _replace_by_folder,
    "in conflict": _in_conflict,
    "taken as unchanged": _pass_over("--assume-unchanged"),
    "not to be looked at": _pass_over("--skip-worktree"),
}


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file: whether it is a link or executable, and what it holds."""
    found = {}
    for place in sorted(root.rglob("*")):
        if ".git" in place.relative_to(root).parts or (place.is_dir() and not place.is_symlink()):
            continue
        is_link = place.is_symlink()
        content = os.fsencode(place.readlink()) if is_link else place.read_bytes()
        kind = 2 if is_link else place.stat().st_mode >> 6 & 1
        found[os.fspath(place.relative_to(root))] = (kind, content)
    return found


@pytest.fixture
def made(repo: Repository) -> Repository:
    repo.write("a.txt", b"1\n2\n")
    repo.write(".gitignore", b"*.tmp\n")
    repo.commit("files")
    return repo


@pytest.mark.parametrize("state", STATES)
def test_the_patch_gives_the_tree(made: Repository, tmp_path: Path, state: str) -> None:
    STATES[state](made)
    made.write("cache.tmp", b"ignored")
    index = (made.path / ".git" / "index").read_bytes()
    objects = sorted((made.path / ".git" / "objects").rglob("*"))
    told = changes(made.path, patch=tmp_path / "patch")
    assert (made.path / ".git" / "index").read_bytes() == index
    assert sorted((made.path / ".git" / "objects").rglob("*")) == objects
    assert told.paths
    assert not told.left_out
    made.git("worktree", "add", "-q", "--detach", "../again", "HEAD")
    again = Repository(tmp_path / "again")
    again.git("apply", "--allow-empty", os.fspath(tmp_path / "patch"))
    (made.path / "cache.tmp").unlink()
    assert tree(again.path) == tree(made.path)


def test_what_does_not_count(made: Repository, tmp_path: Path) -> None:
    made.write("docs/fix_plan.md", b"changed")
    made.write("reports/x/20251015T201831Z/junit.xml", b"<x/>")
    made.write("reports/x/2025-10-15T201831Z/sub/a.log", b"x")
    made.write("reports/parser-speed/phase_b/20251102T091500Z/pytest.log", b"changed")
    made.write("reports/by hand/run.json", b"{}")
    made.write("reports/by hand/rounds/1/a.log", b"x")
    made.write("cache.tmp", b"ignored")
    told = changes(made.path, ["docs/fix_plan.md"], patch=tmp_path / "patch")
    assert told == Changes(made.git("rev-parse", "HEAD"), (), {})
    assert (tmp_path / "patch").read_bytes() == b""


def test_what_a_patch_cannot_hold_is_named(made: Repository, tmp_path: Path) -> None:
    made.write("large.bin", bytes(MAX_FILE_BYTES + 1))
    inner = Repository.create(made.path / "vendored")
    inner.write("x", b"x")
    told = changes(made.path, patch=tmp_path / "patch")
    assert told.left_out == {
        "large.bin": "1,048,577 bytes",
        "vendored/": "a repository of its own",
    }
    assert (tmp_path / "patch").read_bytes() == b""


def _a_hook(repo: Repository, program: str) -> None:
    hook = repo.path / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{program}\n", encoding="utf-8")
    hook.chmod(0o755)


def _a_filter(repo: Repository, program: str) -> None:
    repo.write(".gitattributes", b"*.txt filter=own\n")
    repo.git("config", "filter.own.clean", f"{program}; cat")
    os.utime(repo.path / "a.txt", (1, 1))


def _a_filter_of_a_submodule(repo: Repository, program: str) -> None:
    inner = Repository.create(repo.path / "inner")
    inner.write(".gitattributes", b"*.txt filter=own\n")
    inner.write("a.txt", b"x\n")
    inner.commit("inner")
    repo.git("-c", "advice.addEmbeddedRepo=false", "add", "inner")
    repo.commit("with a repository in it")
    _a_filter(inner, program)


def _a_split_index(repo: Repository, program: str) -> None:
    repo.git("config", "core.splitIndex", "true")
    repo.git("config", "splitIndex.maxPercentChange", "0")
    repo.git("add", "--renormalize", ".")


@pytest.mark.parametrize("make", [_a_hook, _a_filter, _a_filter_of_a_submodule, _a_split_index])
def test_nothing_is_run_or_left_behind(
    made: Repository, tmp_path: Path, make: Callable[[Repository, str], None]
) -> None:
    """What the repository names is no program to be run, and its git folder stays as it is."""
    make(made, f"touch {tmp_path}/was-run")
    made.write("new.txt", b"x\n")
    (tmp_path / "was-run").unlink(missing_ok=True)
    before = sorted((made.path / ".git").rglob("*"))
    assert "new.txt" in changes(made.path, patch=tmp_path / "patch").paths
    assert sorted((made.path / ".git").rglob("*")) == before
    assert not (tmp_path / "was-run").exists()


def test_before_the_first_commit(tmp_path: Path) -> None:
    fresh = Repository(tmp_path / "fresh")
    fresh.write("f.md", b"new\n")
    fresh.git("init", "-q")
    assert changes(fresh.path, patch=tmp_path / "patch") == Changes(None, ("f.md",), {})
    again = Repository(tmp_path / "again")
    again.path.mkdir()
    again.git("init", "-q")
    again.git("apply", os.fspath(tmp_path / "patch"))
    assert tree(again.path) == tree(fresh.path)


def test_changed_lines(made: Repository, tmp_path: Path) -> None:
    made.write("long.txt", b"".join(b"%d\n" % n for n in range(1, 101)))
    made.write("-- a/sly", b"++ b/x\n-- a/y\n@@ -1 +1 @@\n")
    made.commit("more")
    lines = [b"%d\n" % n for n in range(1, 101)]
    lines[4:7] = [b"five\n", b"six\n", b"seven\n"]
    lines[19:20] = []
    lines += [b"101\n"]
    made.write("long.txt", b"".join(lines))
    made.write("-- a/sly", b"-- a/y\n++ b/z\n")
    made.write("tab\té", b"x\ny\n")
    made.write("x.bin", bytes(3))
    changes(made.path, patch=tmp_path / "patch")
    assert changed_lines(tmp_path / "patch") == {
        "-- a/sly": "1-2",
        "long.txt": "5-7, 19, 100",
        "tab\té": "1-2",
    }


def test_run_and_append_say_what_ran(made: Repository) -> None:
    """The commit is that of the run's beginning, dirty for a file that nobody has committed;
    what the command itself leaves, and earlier runs, make it no other."""
    item = "PARSE-SPEED-001"
    made.write("new.py", b"x = 1\n")
    script = "touch left_by_it; git add new.py; git commit -qm later new.py"
    first = made.git("rev-parse", "HEAD")
    stamp = ("--stamp", "20251102T100000Z")
    assert call(made.path, "run", item, *stamp, "--", "sh", "-c", script).code == 0
    [folder] = (made.path / "reports").rglob("20251102T100000Z")
    assert f"`{first[:8]}` (dirty)" in made.ledger.read_text()
    summary = (folder / "summary.md").read_text()
    assert f"- Commit: {first}; 1 file differed (`git_diff.patch`)\n" in summary
    assert "- Changed: `new.py` 1\n" in summary
    (made.path / "left_by_it").unlink()
    later = made.git("rev-parse", "HEAD")
    for run in ("out/run-1", "out/run-2"):
        made.write(f"{run}/junit.xml", b'<testsuite tests="1"><testcase name="a"/></testsuite>')
        done = call(made.path, "append", item, run, "--result", "success", "--json")
        assert done.code == 0, done.err
        [added] = re.findall(r"^\+.*Commit: (.*)$", done.data["diff"], re.MULTILINE)
        assert added == f"`{later[:8]}`"
