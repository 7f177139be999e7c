"""The merge driver with real git: right, or visibly in conflict, whatever happens to it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ledger import merge_driver
from ledger.commands import merge_driver as driver
from ledger.plan import reader
from ledger.plan.model import Item
from tests.campaigns import merges
from tests.support.commands import call
from tests.support.repository import Repository

AT = b"- Next Actions:\n  1. \xe2\x9c\x85"
OURS = "  * [2025-11-03] Attempt #3 — Result: success. Ours.\n"
THEIRS = "  * [2025-11-04] Attempt #3 — Result: failed. Theirs.\n"
PLAN = "docs/fix_plan.md"


@pytest.fixture(autouse=True)
def program(tmp_path: Path, programs: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``ledger-merge-driver`` on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    tool = Path(shutil.copy(programs / driver.PROGRAM, folder))
    git = Path(shutil.which("git") or "git").parent
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (folder, git, "/usr/bin", "/bin"))))
    return tool


@pytest.fixture
def installed(repo: Repository) -> Repository:
    assert call(repo.path, "merge-driver", "--install").code == 0
    repo.commit("Merge by attempts")
    return repo


def append(repo: Repository, line: str) -> None:
    data = repo.ledger.read_bytes()
    assert data.count(AT) == 1
    repo.ledger.write_bytes(data.replace(AT, line.encode() + AT))


def fork(repo: Repository, ours: str = OURS, theirs: str = THEIRS) -> None:
    """Append on a branch ``theirs`` and on the branch that stays checked out."""
    repo.git("checkout", "--quiet", "-b", "theirs")
    append(repo, theirs)
    repo.commit("Theirs")
    repo.git("checkout", "--quiet", "-")
    append(repo, ours)
    repo.commit("Ours")


def item(repo: Repository) -> Item:
    return reader.read(repo.ledger.read_bytes()).items[0]


def numbers(repo: Repository) -> list[int | None]:
    return [attempt.number for attempt in item(repo).attempts]


def assert_merged(repo: Repository) -> None:
    assert repo.git("status", "--porcelain") == ""
    assert numbers(repo) == [1, 2, 3, 4]
    assert [attempt.date for attempt in item(repo).attempts][2:] == ["2025-11-03", "2025-11-04"]


def assert_in_conflict(repo: Repository) -> None:
    """Git and the file both say so, and the file has what both sides say."""
    assert repo.git("diff", "--name-only", "--diff-filter=U") == PLAN
    said = repo.ledger.read_text("utf-8")
    assert "<<<<<<< " in said
    assert "Ours." in said
    assert "Theirs." in said


def test_a_file_that_is_binary_to_git_is_told_as_such(installed: Repository) -> None:
    repo = installed
    repo.ledger.write_bytes(repo.ledger.read_bytes() + b"\0" * 10 + b"\n")
    repo.commit("A disk that was full")
    fork(repo)
    done = subprocess.run(
        ["git", "merge", "theirs"], cwd=repo.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert (
        "docs/fix_plan.md: git merge-file: it has NUL bytes, so it is binary to git" in done.stderr
    )


# Installation


def test_installing_shows_what_it_does_and_does_it_once(repo: Repository) -> None:
    first = call(repo.path, "merge-driver", "--install")
    assert first.out.count("(added)") == 4
    attributes = (repo.path / ".gitattributes").read_bytes()
    config = (repo.path / ".git" / "config").read_bytes()
    again = call(repo.path, "merge-driver", "--install")
    assert again.out == first.out.replace("(added)", "(there already)").partition("commit .")[0]
    assert (repo.path / ".gitattributes").read_bytes() == attributes
    assert (repo.path / ".git" / "config").read_bytes() == config


def test_other_attributes_stay(repo: Repository) -> None:
    repo.write(".gitattributes", b"*.png binary\r\n*.md text")
    assert call(repo.path, "merge-driver", "--install").code == 0
    after = (repo.path / ".gitattributes").read_bytes()
    own = b"/docs/fix_plan.md merge=ledger\r\n/docs/fix_plan_archive.md merge=ledger\r\n"
    assert after == b"*.png binary\r\n*.md text\r\n" + own


@pytest.mark.parametrize("name", ["a plan.md", "[x] plan*.md", 'say "plan".md', "plan.md"])
def test_odd_names_of_ledgers(repo: Repository, name: str) -> None:
    repo.write(name, repo.ledger.read_bytes())
    assert call(repo.path, "merge-driver", "--install", "--ledger", name).code == 0
    said = repo.git("check-attr", "-z", "merge", "--", name, "x plan.md").split("\0")
    assert (said[2], said[5]) == ("ledger", "unspecified")


def test_attributes_that_win_are_told(repo: Repository) -> None:
    repo.write("docs/.gitattributes", b"*.md merge=union\n")
    done = call(repo.path, "merge-driver", "--install")
    assert done.code == 2
    assert "'union'" in done.err
    assert done.err.count("\n") == 1


def test_no_repository_and_wrong_usage(tmp_path: Path, repo: Repository) -> None:
    plan = tmp_path / "fix_plan.md"
    plan.write_bytes(b"# Plan\n")
    assert call(tmp_path, "merge-driver", "--install", "--ledger", str(plan)).code == 2
    assert call(repo.path, "merge-driver").code == 2
    assert call(repo.path, "merge-driver", "a", "b", "c", "many").code == 2
    assert call(repo.path, "merge-driver", "a", "b", "c", "--json").code == 2
    assert call(repo.path, "merge-driver", "--install", "a").code == 2


def test_validate_tells_of_half_an_installation(installed: Repository, program: Path) -> None:
    assert call(installed.path, "validate").err == ""
    clone = installed.path.with_name("clone")
    installed.git("clone", "--quiet", ".", str(clone))
    assert "this clone merges it as text" in call(clone, "validate").err
    program.unlink()
    assert "not on the PATH" in call(installed.path, "validate").err
    installed.write(".gitattributes", b"")
    assert "no attribute" in call(installed.path, "validate").err


def test_validate_is_silent_where_nobody_installed_it(repo: Repository) -> None:
    assert call(repo.path, "validate").err == ""


# What git does with it


def test_merge(installed: Repository) -> None:
    fork(installed)
    installed.git("merge", "--quiet", "theirs")
    assert_merged(installed)


def test_rebase_of_several_commits(installed: Repository) -> None:
    fork(installed)
    append(installed, "  * [2025-11-05] Attempt #4 — Result: info. After Attempt #3.\n")
    installed.commit("More")
    installed.git("rebase", "--quiet", "theirs")
    assert numbers(installed) == [1, 2, 3, 4, 5]
    said = installed.ledger.read_text("utf-8")
    # The branch that moves is main.
    assert said.count("Attempt #3 — Result: success. Ours.") == 1
    assert said.count("Attempt #5 — Result: failed. Theirs.") == 1
    assert said.count("Attempt #4 — Result: info. After Attempt #3.") == 1


def test_rebase_ends_where_a_merge_does(installed: Repository) -> None:
    fork(installed)
    installed.git("checkout", "--quiet", "-b", "merged")
    installed.git("merge", "--quiet", "theirs")
    merged = installed.ledger.read_bytes()
    installed.git("checkout", "--quiet", "main")
    installed.git("rebase", "--quiet", "theirs")
    assert installed.ledger.read_bytes() == merged


@pytest.mark.parametrize(
    ("how", "mode", "branch"),
    [
        ("rebase", "strict", "main"),
        ("rebase", "off", "topic"),
        ("merge", "latest", "main"),
        ("merge", "strict", "topic"),
        ("merge into main", "strict", "main"),
        ("pull", "strict", "main"),
        ("pick", "strict", "main"),
    ],
)
def test_published_numbers_stay(
    installed: Repository, tmp_path: Path, how: str, mode: str, branch: str
) -> None:
    """Three commits of a branch meet two that others know, by the name of main or by a remote; what
    the driver makes of them passes the guard, whatever it is set to."""
    repo = installed
    repo.write("pyproject.toml", f'[tool.ledger]\nappend_only = "{mode}"\n'.encode())
    repo.commit("Settings")
    if branch == "topic" or how == "pull":  # then only the remote tells
        repo.git("branch", "--move", branch)
        server = tmp_path / "server.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", repo.path, server], check=True)
        repo.git("remote", "add", "origin", str(server))
    known = ("3: success. Known A.", "4: info. Known B, after Attempt #3.")
    new = ("3: success. New C.", "4: info. New D, after Attempt #3.", "5: info. New E.")

    def commits(lines: tuple[str, ...], day: int) -> None:
        for line in lines:
            number, said = line.split(": ", 1)
            append(repo, f"  * [2025-11-{day:02}] Attempt #{number} \u2014 Result: {said}\n")
            repo.commit(said)

    repo.git("checkout", "--quiet", "-b", "mine")
    commits(new, 3)  # they are older, and did not get out
    repo.git("checkout", "--quiet", branch)
    commits(known, 4)
    if repo.git("remote"):
        repo.git("push", "--quiet", "origin", branch)
    old = repo.git("rev-parse", "mine")
    if how == "merge into main":
        repo.git("merge", "--quiet", "--no-edit", "mine")
    else:
        repo.git("checkout", "--quiet", "mine")
        command = {
            "rebase": ["rebase", "--quiet", branch],
            "merge": ["merge", "--quiet", "--no-edit", branch],
            "pull": ["pull", "--quiet", "--rebase", "origin", branch],
            "pick": ["reset", "--quiet", "--hard", branch],
        }
        repo.git(*command[how])
        if how == "pick":
            repo.git("cherry-pick", f"{branch}~2..{old}")
    said = repo.ledger.read_text("utf-8")
    assert re.findall(r"Attempt #(\d) \S+ Result: \w+\. ((?:Known|New).*)", said) == [
        ("3", "Known A."),
        ("4", "Known B, after Attempt #3."),
        ("5", "New C."),
        ("6", "New D, after Attempt #5."),
        ("7", "New E."),
    ]
    bases = [f"{branch}~0" if how != "merge into main" else f"{branch}~1"]
    bases += [old] if "merge" in how else []
    for base in bases:
        done = call(repo.path, "validate", "--base", base, "--head", "HEAD", "--json")
        codes = {one["code"] for one in done.data["findings"]}
        assert not {code for code in codes if code.startswith(("LED1", "LED5"))}


def test_cherry_pick_and_then_merge(installed: Repository) -> None:
    fork(installed)
    installed.git("cherry-pick", "theirs")
    assert_merged(installed)
    installed.git("merge", "--quiet", "theirs")
    assert_merged(installed)


def test_revert_of_an_older_attempt(installed: Repository) -> None:
    append(installed, OURS)
    first = installed.commit("Ours")
    append(installed, THEIRS.replace("#3", "#4"))
    installed.commit("Theirs")
    installed.git("revert", "--no-edit", first)
    assert numbers(installed) == [1, 2, 4]


def test_stash(installed: Repository) -> None:
    append(installed, OURS)
    installed.git("stash", "--quiet")
    append(installed, THEIRS)
    installed.commit("Theirs")
    installed.git("stash", "pop", "--quiet")
    assert numbers(installed) == [1, 2, 3, 4]


def test_octopus_is_right_or_refused(installed: Repository) -> None:
    """Git merges more than two heads as text, without asking a driver."""
    fork(installed)
    installed.git("checkout", "--quiet", "-b", "third", "main~1")
    installed.write("other.txt", b"x\n")
    installed.commit("Third")
    installed.git("checkout", "--quiet", "main")
    done = installed.git("merge", "--quiet", "theirs", "third", check=False)
    assert "Theirs." not in installed.ledger.read_text("utf-8") or done == ""
    if installed.git("rev-parse", "--quiet", "--verify", "HEAD^3", check=False):
        assert_merged(installed)
    else:
        assert "Ours." in installed.ledger.read_text("utf-8")
        assert installed.git("log", "--oneline", "-1").endswith("Ours")


# What may go wrong


def test_without_its_program_the_text_merge_is_there(installed: Repository, program: Path) -> None:
    program.unlink()
    fork(installed)
    installed.git("merge", "--quiet", "theirs", check=False)
    assert_in_conflict(installed)


@pytest.mark.parametrize(
    "breaks", ["kill -9 $$", "exit 1", "exit 0 # done", "exit 42", "sleep 0.1; kill -9 $$"]
)
def test_a_driver_that_is_killed_or_broken(
    installed: Repository, program: Path, breaks: str
) -> None:
    """``exit 0`` without work is the one lie that it cannot see through: then git believes it."""
    program.write_text(f"#!/bin/sh\n{breaks}\n")
    fork(installed)
    installed.git("merge", "--quiet", "theirs", check=False)
    if breaks.startswith("exit 0"):
        assert "<<<<<<< " in installed.ledger.read_text("utf-8")
    else:
        assert_in_conflict(installed)
    assert not [*installed.path.glob(".merge_file*")]


@pytest.mark.parametrize("module", ["ledger.versions.merge", "ledger.store", "markdown_it"])
def test_a_broken_installation(installed: Repository, program: Path, module: str) -> None:
    run = f"import sys; sys.modules['{module}'] = None; from ledger.merge_driver import main; sys.exit(main())"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{run}" "$@"\n')
    fork(installed)
    installed.git("merge", "--quiet", "theirs", check=False)
    assert_in_conflict(installed)


def test_killed_at_any_moment(installed: Repository, program: Path) -> None:
    """Whatever it had done by then, the file is right or git says that it is not."""
    work = f'"{sys.executable}" -c "from ledger.merge_driver import run; run()" "$@"'
    fork(installed)
    ends: Counter[str] = Counter()
    for delay in (0.0, 0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5, 5.0):
        program.write_text(
            f"#!/bin/sh\n{work} & p=$!\n(sleep {delay}; kill -9 $p) 2>/dev/null & k=$!\n"
            "wait $p; s=$?; kill $k 2>/dev/null; exit $s\n"
        )
        installed.git("merge", "--quiet", "--no-commit", "theirs", check=False)
        is_unmerged = bool(installed.git("diff", "--name-only", "--diff-filter=U"))
        said = installed.ledger.read_text("utf-8")
        assert "Ours." in said
        assert "Theirs." in said
        if not is_unmerged:
            assert numbers(installed) == [1, 2, 3, 4]
        ends["conflict" if is_unmerged else "merged"] += 1
        installed.git("merge", "--abort")
        assert installed.git("status", "--porcelain", "--untracked-files=no") == ""
    assert ends["conflict"]
    assert ends["merged"]


def test_what_it_cannot_read_is_merged_as_text(installed: Repository) -> None:
    installed.write(PLAN, b"no items\n\nhere\n")
    installed.commit("Text")
    installed.git("checkout", "--quiet", "-b", "theirs")
    installed.write(PLAN, b"no items\n\nTheirs.\n")
    installed.commit("Theirs")
    installed.git("checkout", "--quiet", "-")
    installed.write(PLAN, b"no items\n\nOurs.\n")
    installed.commit("Ours")
    installed.git("merge", "--quiet", "theirs", check=False)
    assert_in_conflict(installed)


def test_without_the_shell_line_it_begins_with_the_text_merge_itself(tmp_path: Path) -> None:
    base, ours, theirs = (tmp_path / name for name in ("base", "ours", "theirs"))
    base.write_bytes(b"a\nb\nc\n")
    ours.write_bytes(b"a\nours\nc\n")
    theirs.write_bytes(b"a\ntheirs\nc\n")
    assert merge_driver.main([str(base), str(ours), str(theirs), "9", "plan.md"]) == 1
    assert ours.read_bytes() == (
        b"a\n<<<<<<<<< ours\nours\n=========\ntheirs\n>>>>>>>>> theirs\nc\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base", "bin", "ours", "theirs"]


def test_missing_files_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert merge_driver.main(["no", "such", "file"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert merge_driver.main(["--help"]) == 0
    assert capsys.readouterr().out == merge_driver.USAGE


def test_it_imports_nothing_slow() -> None:
    code = (
        "import sys; from ledger import merge_driver, store; from ledger.versions import merge as merging; "
        "print([m for m in ('typer', 'rich', 'git') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


# Many


def test_two_clones_append_at_once(installed: Repository, tmp_path: Path) -> None:
    """Rounds of pull --rebase and push through a bare remote."""
    installed.git("clone", "--quiet", "--bare", ".", str(tmp_path / "remote.git"))
    clones = []
    for name in ("a", "b"):
        installed.git("clone", "--quiet", str(tmp_path / "remote.git"), str(tmp_path / name))
        clones.append(Repository(tmp_path / name))
        assert call(clones[-1].path, "merge-driver", "--install").code == 0
    for turn in range(3):
        for clone in clones:
            last = max(number or 0 for number in numbers(clone))
            mark = f"round {turn} of {clone.path.name}"
            append(
                clone, f"  * [2025-11-{10 + turn}] Attempt #{last + 1} — Result: info. In {mark}.\n"
            )
            clone.commit(mark)
        for clone in clones if turn % 2 else clones[::-1]:
            clone.git("pull", "--quiet", "--rebase")
            clone.git("push", "--quiet")
    clones[0].git("pull", "--quiet", "--rebase")
    assert sorted(number or 0 for number in numbers(clones[0])) == list(range(1, 9))
    said = clones[0].ledger.read_text("utf-8")
    for turn in range(3):
        for name in ("a", "b"):
            assert said.count(f"In round {turn} of {name}.") == 1


def test_generated_merges_in_short() -> None:
    kinds = merges.run(60)
    assert kinds["clean"] > 30
    assert kinds["conflict"]
    assert not kinds["text"]
