"""The files of a repository: the work tree, the index and a commit give the same answers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.errors import UnreadableInput, UsageError
from ledger.git.blobs import Blobs
from ledger.git.files import Commit, File, Files, Index, Listing, Staged, WorkTree
from tests.support.repository import Repository

Views = dict[str, Files]


def _linked(tmp_path: Path) -> Repository:
    """A repository with links of every kind in it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"secret")
    repo = Repository.create(tmp_path / "repo")
    repo.write("runs/1/junit.xml", b"<testsuite/>")
    repo.write("runs/1/logs/a.log", b"a")
    repo.write("runs/1/logs.txt", b"logs")
    repo.write("runs/1/Ω \udcff.txt", b"odd")
    top = repo.path
    for link, target in {
        "latest": "runs/1",
        "runs/1/again.xml": "junit.xml",
        "runs/1/up": "../..",
        "runs/2": "1",
        "absolute": os.fspath(top / "runs/1"),
        "out": "../outside",
        "secret": "../outside/secret",
        "system": "/etc",
        "loop": "pool",
        "pool": "loop",
        "nothing": "no/such",
        "back": "runs/../runs/1/junit.xml",
        "own": ".git/config",
    }.items():
        (top / link).symlink_to(target)
    repo.commit("Links")
    return repo


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """One to change."""
    return _linked(tmp_path)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """One to look at."""
    return _linked(tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def views(shared: Repository) -> Iterator[Views]:
    with Blobs(shared.path) as contents:
        yield {
            "work tree": WorkTree(shared.path),
            "index": Index(contents),
            "commit": Commit(contents, "HEAD"),
        }


KINDS = [
    ("", "folder"),
    (".", "folder"),
    ("runs", "folder"),
    ("runs/", "folder"),
    ("./runs//1", "folder"),
    ("runs/1/junit.xml", "file"),
    ("latest", "folder"),
    ("latest/junit.xml", "file"),
    ("latest/again.xml", "file"),
    ("latest/up/latest/logs/a.log", "file"),
    ("absolute/logs/a.log", "file"),
    ("runs/2/junit.xml", "file"),
    ("runs/1/Ω \udcff.txt", "file"),
    ("out", None),
    ("out/secret", None),
    ("secret", None),
    ("system", None),
    ("system/passwd", None),
    ("loop", None),
    ("nothing", None),
    ("no", None),
    ("runs/1/junit.xml/x", None),
    ("own", None),
    (".git", None),
    (".git/config", None),
    ("../repo/runs", None),
    ("runs/../runs", None),
    ("runs\\..\\runs", None),
    ("/etc/passwd", None),
    ("C:/x", None),
    ("a\0b", None),
    ("x" * 5000, None),
    ("\ud800", None),
]


@pytest.mark.parametrize(("path", "kind"), KINDS)
def test_what_a_path_is(views: Views, path: str, kind: str | None) -> None:
    assert {name: view.kind(path) for name, view in views.items()} == dict.fromkeys(views, kind)


@pytest.mark.parametrize("path", [path for path, kind in KINDS if kind == "file"])
def test_a_file_is_read_and_measured(views: Views, shared: Repository, path: str) -> None:
    expected = (shared.path / path).read_bytes()
    for view in views.values():
        assert view.read(path, 1000) == expected
        assert view.size(path) == len(expected)
        assert list(view.below(path)) == [File("", len(expected))]
        assert view.names(path) == []


@pytest.mark.parametrize("path", [path for path, kind in KINDS if kind != "file"])
def test_what_is_no_file_is_not_read(views: Views, path: str) -> None:
    for view in views.values():
        assert view.size(path) is None
        with pytest.raises(UnreadableInput, match="no such file"):
            view.read(path, 1000)


@pytest.mark.parametrize("path", [path for path, kind in KINDS if kind is None])
def test_nothing_lies_below_what_is_not_there(views: Views, path: str) -> None:
    for view in views.values():
        assert view.names(path) == []
        with pytest.raises(UnreadableInput, match="no such file or folder"):
            list(view.below(path))


@pytest.mark.parametrize("path", [path for path, kind in KINDS if kind == "folder"])
def test_folders_list_the_same_in_every_view(views: Views, path: str) -> None:
    assert len({tuple(view.names(path)) for view in views.values()}) == 1
    assert len({tuple(view.below(path)) for view in views.values()}) == 1


def test_below_goes_name_by_name_and_follows_a_link_once(views: Views) -> None:
    paths = [file.path for file in views["commit"].below("runs")]
    assert paths[:6] == [
        "1/again.xml", "1/junit.xml", "1/logs/a.log", "1/logs.txt",
        "1/up/back", "1/up/docs/fix_plan.md",
    ]  # fmt: skip
    assert len(paths) == len(set(paths))
    assert not any("secret" in path or "etc" in path for path in paths)


def test_a_link_to_a_folder_above_ends(repo: Repository) -> None:
    for number in range(30):
        (repo.path / f"runs/1/l{number}").symlink_to("../..")
        (repo.path / f"runs/1/m{number}").symlink_to("..")
    assert sum(1 for _ in WorkTree(repo.path).below("runs")) < 100


def test_a_file_may_not_be_longer_than_the_limit(views: Views) -> None:
    for view in views.values():
        with pytest.raises(UnreadableInput, match="at most 5 bytes"):
            view.read("runs/1/junit.xml", 5)


@pytest.mark.skipif(sys.platform == "win32", reason="no pipes there")
def test_a_pipe_is_nothing(repo: Repository) -> None:
    os.mkfifo(repo.path / "runs/pipe")
    tree = WorkTree(repo.path)
    assert tree.kind("runs/pipe") is None
    assert not [file for file in tree.below("runs") if "pipe" in file.path]


def test_the_index_has_what_is_staged(repo: Repository) -> None:
    repo.write("runs/3/a.log", b"staged")
    repo.git("add", "runs/3")
    repo.write("runs/3/a.log", b"not staged")
    with Blobs(repo.path) as contents:
        assert Index(contents).read("runs/3/a.log", 100) == b"staged"
        assert Commit(contents, "HEAD").kind("runs/3/a.log") is None
    assert WorkTree(repo.path).read("runs/3/a.log", 100) == b"not staged"


def test_what_is_staged_is_read_when_asked_for(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("runs/1/logs.txt", "runs/1/logs/a.log", "runs/1/junit.xml"):
        repo.write(name, b"not staged")
    asked: list[str] = []
    staged = Blobs.staged

    def counted(self: Blobs, path: str) -> bytes | None:
        asked.append(path)
        return staged(self, path)

    monkeypatch.setattr(Blobs, "staged", counted)
    with Blobs(repo.path) as contents:
        view = Staged(contents)
        assert view.kind("runs/1/logs.txt") == "file"
        assert not asked
        assert view.read("runs/1/logs.txt", 100) == b"logs"
    assert set(asked) == {"runs/1/logs.txt"}


def test_what_is_in_conflict_is_listed_and_not_read(repo: Repository) -> None:
    for branch in ("left", "right"):
        repo.git("checkout", "--quiet", "-B", branch, "HEAD" if branch == "left" else "left~1")
        repo.write("clash", branch.encode())
        repo.commit(branch)
    repo.git("merge", "left", check=False)
    with Blobs(repo.path) as contents:
        index = Index(contents)
        assert index.kind("clash") == "file"
        assert index.listing.has("clash")
        with pytest.raises(UnreadableInput, match="not at hand"):
            index.read("clash", 100)
        assert b"<<<<<<<" in Staged(contents).read("clash", 1000)


def test_no_such_commit(repo: Repository) -> None:
    with Blobs(repo.path) as contents, pytest.raises(UsageError, match="git knows no such commit"):
        Commit(contents, "no-such-branch")


def test_a_listing_answers_where_a_file_may_lie() -> None:
    listing = Listing(["a/20250101T000000Z/x.log", "a/20250102T000000Z/x.log", "a/b/y.log", "z"])
    assert listing.has("a/b")
    assert not listing.has("b")
    assert listing.inside("a/b") == ["a/b/y.log"]
    assert listing.ending("b/y.log") == ["a/b/y.log"]
    assert listing.ending("x.log") == ["a/20250101T000000Z/x.log", "a/20250102T000000Z/x.log"]
