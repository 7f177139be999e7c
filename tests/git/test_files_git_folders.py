"""No file of ours lies in a folder of git's, by whatever name or link."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import config
from ledger.errors import UsageError
from ledger.git.files import WorkTree, confine
from tests.support.commands import call
from tests.support.repository import Repository

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
SAID = "git's own folder"

# What a file system of Linux, macOS or Windows may take for `.git`, and what none does.
GITS = [
    *".git .GIT .gIt .git. .git.. GIT~1 git~2 .git::$INDEX_ALLOCATION .git:x docs/.git".split(),
    *("docs\\.git", ".git ", ".git . ", ".g\u200cit", "\ufeff.git", ".GI\u202eT"),
]
NOT_GITS = ".gitignore .github .git2 git gits x.git git~ git~x .gitx/.x a.git~1x ._git".split()


@pytest.mark.parametrize("name", GITS)
def test_what_may_stand_for_git_s_folder_is_refused(tmp_path: Path, name: str) -> None:
    for path in (name, f"{name}/config", f"a/{name}/hooks/pre-commit"):
        with pytest.raises(UsageError, match=SAID):
            confine(tmp_path, path)
    (tmp_path / "a").mkdir()
    place = tmp_path / "a" / name
    if "\\" not in name and "/" not in name:
        place.mkdir()
        (place / "x").write_text("x")
        assert WorkTree(tmp_path).names("a") == []
        assert WorkTree(tmp_path).kind(f"a/{name}/x") is None


@pytest.mark.parametrize("name", NOT_GITS)
def test_what_only_looks_like_it_is_not(tmp_path: Path, name: str) -> None:
    assert confine(tmp_path, f"{name}/x.md") == tmp_path.resolve() / name / "x.md"


# Ways to name a folder of git's, each from the top


def plain(_: Repository) -> str:
    return ".git"


def linked(repo: Repository) -> str:
    (repo.path / "tools").symlink_to(".git")
    return "tools"


def linked_twice(repo: Repository) -> str:
    (repo.path / "first").symlink_to(".git/hooks/..")
    (repo.path / "second").symlink_to("first")
    return "second"


def apart(repo: Repository) -> str:
    """The repository's own folder, in the work tree under another name."""
    shutil.move(repo.path / ".git", repo.path / "store")
    (repo.path / ".git").write_text("gitdir: store\n")
    return "store"


def bare(repo: Repository) -> str:
    """A repository that came with a commit."""
    repo.git("init", "--quiet", "--bare", "vendor/parser")
    (repo.path / "vendor/parser/refs/heads/x").mkdir()  # git keeps no empty folder
    (repo.path / "vendor/parser/refs/heads/x/y").touch()
    return "vendor/parser"


def of_a_submodule(repo: Repository) -> str:
    repo.git("init", "--quiet", "sub")
    return "sub/.git"


PLACES = [plain, linked, linked_twice, apart, bare, of_a_submodule]


def settings(repo: Repository, line: str) -> None:
    repo.write("pyproject.toml", f"[tool.ledger]\n{line}\n".encode())


def by_path(repo: Repository, place: str) -> list[list[str]]:
    settings(repo, f'path = "{place}/fix_plan.md"')
    shutil.copy(repo.ledger, repo.path / place / "fix_plan.md")
    return [["status"], ["append", "DOCS-TOUR-002", RUN], ["doctor"]]


def by_archive(repo: Repository, place: str) -> list[list[str]]:
    settings(repo, f'archive = "{place}/config"')
    return [["archive", "--keep", "1"], ["status"], ["archive", "--restore"]]


def by_new_archive(repo: Repository, place: str) -> list[list[str]]:
    settings(repo, f'archive = "{place}/hooks/post-index-change"')
    return [["archive", "--keep", "1"]]


def by_runs(repo: Repository, place: str) -> list[list[str]]:
    settings(repo, f'runs = "{place}/hooks/<STAMP>"')
    return [["run", "DOCS-TOUR-002", "--", "true"]]


def by_root(repo: Repository, place: str) -> list[list[str]]:
    plan = repo.ledger.read_text("utf-8")
    repo.ledger.write_text(
        plan.replace("`reports/parser-speed/phase_b/", f"`{place}/hooks/"), "utf-8"
    )
    return [["run", "PARSE-SPEED-001", "--", "true"]]


def by_option(repo: Repository, place: str) -> list[list[str]]:
    shutil.copy(repo.ledger, repo.path / place / "fix_plan.md")
    shutil.copytree(repo.path / RUN, repo.path / place / "run")
    return [
        ["status", "--ledger", f"{place}/fix_plan.md"],
        ["init", "--ledger", f"{place}/new.md"],
        ["validate", f"{place}/fix_plan.md"],
        ["append", "DOCS-TOUR-002", f"{place}/run"],
        ["append", "DOCS-TOUR-002", RUN, "--baseline", f"{place}/run"],
        ["close", "DOCS-TOUR-002", "--run", f"{place}/run", "--because", "x"],
        ["verify", "--run", f"{place}/run", "--text", "docs/fix_plan.md"],
        ["gate", "--run", f"{place}/run", "PARSE-SPEED-001"],
    ]


@pytest.mark.parametrize(
    "named", [by_path, by_archive, by_new_archive, by_runs, by_root, by_option]
)
@pytest.mark.parametrize("place", PLACES)
def test_nothing_of_ours_lies_in_it(
    repo: Repository,
    place: Callable[[Repository], str],
    named: Callable[[Repository, str], list[list[str]]],
) -> None:
    folder = place(repo)
    commands = named(repo, folder)
    before = contents(repo.path / folder)
    for command in commands:
        done = call(repo.path, *command)
        assert done.code in (1, 2), command
        assert SAID in done.err + done.out, (command, done)
        assert contents(repo.path / folder) == before, command


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(place for place in folder.resolve().rglob("*") if place.is_file())
    return {str(place): place.read_bytes() for place in files}


@pytest.mark.parametrize(
    ("link", "target", "options"),
    [
        (".github", ".git", ["--ci", "github"]),
        (".github/workflows", "../.git/hooks", ["--ci", "github"]),
        (".claude", ".git", ["--claude"]),
        (".pre-commit-config.yaml", ".git/config", ["--hook"]),
        (".gitattributes", ".git/info/attributes", ["--merge-driver"]),
    ],
)
def test_init_writes_nothing_there(
    repo: Repository, link: str, target: str, options: list[str]
) -> None:
    (repo.path / link).parent.mkdir(exist_ok=True)
    (repo.path / link).symlink_to(target)
    before = contents(repo.path / ".git")
    done = call(repo.path, "init", *options)
    assert (done.code, SAID in done.err) == (2, True), done
    assert contents(repo.path / ".git") == before


def test_a_folder_of_git_s_is_no_place_to_begin_in(repo: Repository) -> None:
    with pytest.raises(UsageError, match=SAID):
        config.find(repo.path / ".git" / "hooks")


@pytest.mark.parametrize("target", [".git/config", "../secret.txt"])
def test_a_link_brings_nothing_into_a_run(repo: Repository, target: str) -> None:
    (repo.path.parent / "secret.txt").write_text("")
    (repo.path / "out").mkdir()
    (repo.path / "out" / "log.txt").symlink_to(f"../{target}")
    command = ["sh", "-c", f"echo '# x' >> {target}; echo y > out/own.txt"]
    done = call(repo.path, "run", "PARSE-SPEED-001", "--collect", "out/*", "--", *command)
    [made] = [folder for folder in (repo.path / RUN).parent.iterdir() if folder.name > RUN[-16:]]
    assert (made / "own.txt").read_text() == "y\n"
    assert not (made / "log.txt").exists()
    assert "not collected: out/log.txt leads" in done.err + done.out


@pytest.mark.parametrize(
    "data", [b"[core]\n\tbare = false\n", b"# Read me\n\nA parser.\n", b"import os\n", b"{}"]
)
def test_what_is_no_archive_is_not_written_to(repo: Repository, data: bytes) -> None:
    settings(repo, 'archive = "other"')
    place = repo.write("other", data)
    done = call(repo.path, "archive", "--keep", "1")
    assert (done.code, place.read_bytes()) == (1, data), done
    assert "other: expected an archive of the fix plan" in done.err


@pytest.mark.parametrize(
    "data", [b"", b"\n \n", b"# Fix plan archive\n", b"# Old work (archive)\n\nNothing yet.\n"]
)
def test_an_archive_without_entries_is_one(repo: Repository, data: bytes) -> None:
    repo.write("docs/fix_plan_archive.md", data)
    done = call(repo.path, "archive", "--keep", "1")
    assert (done.code, done.err) == (0, "")
