"""Where the ledger is found, and what the settings may say."""

from __future__ import annotations

import errno
import io
import os
from pathlib import Path

import pytest

from ledger import config
from ledger.errors import LedgerError, UnreadableInput, UsageError
from tests.support.repository import Repository

DEFAULT = "docs/fix_plan.md"


def settings(repo: Repository, text: str | bytes, folder: str = ".") -> None:
    data = text.encode() if isinstance(text, str) else text
    repo.write(f"{folder}/pyproject.toml", data)


def found(start: Path, explicit: str | Path | None = None) -> tuple[Path, bool, str]:
    settled = config.find(start, Path(explicit) if explicit else None)
    assert settled.ledger == settled.root / settled.ledger_path
    return settled.root, settled.is_git, settled.ledger_path


# Where


@pytest.mark.parametrize("start", [".", "docs", "reports/parser-speed/phase_b", "docs/../docs"])
def test_from_every_folder_of_the_repository(repo: Repository, start: str) -> None:
    assert found(repo.path / start) == (repo.path.resolve(), True, DEFAULT)


def test_a_plan_at_the_top_is_second(repo: Repository) -> None:
    repo.write("fix_plan.md", b"# Plan\n")
    assert found(repo.path / "docs")[2] == DEFAULT
    repo.ledger.unlink()
    assert found(repo.path / "docs")[2] == "fix_plan.md"
    repo.ledger.mkdir()
    assert found(repo.path)[2] == "fix_plan.md", "a folder is no ledger"


def test_the_setting_comes_before_the_defaults(repo: Repository) -> None:
    settings(repo, '[tool.ledger]\npath = "plans/plan.md"\n')
    assert found(repo.path / "docs") == (repo.path.resolve(), True, "plans/plan.md")


def test_the_option_comes_before_the_setting(repo: Repository) -> None:
    settings(repo, '[tool.ledger]\npath = "plans/plan.md"\nappend_only = "strict"\n')
    repo.write("other/plan.md", b"# Plan\n")
    for start, given in [("docs", "../other/plan.md"), (".", "other/plan.md")]:
        assert found(repo.path / start, given) == (repo.path.resolve(), True, "other/plan.md")
    assert found(Path("/"), repo.path / "other/plan.md")[2] == "other/plan.md"
    assert config.find(Path("/"), repo.path / "other/plan.md").append_only == "strict"


def test_the_option_s_own_repository_counts(repo: Repository, tmp_path: Path) -> None:
    another = Repository.create(tmp_path / "another")
    settings(repo, '[tool.ledger]\nappend_only = "strict"\n')
    settled = config.find(repo.path, Path("../another/docs/fix_plan.md"))
    assert (settled.root, settled.append_only) == (another.path.resolve(), "latest")


def test_the_nearest_table_counts_and_its_path_is_relative_to_it(repo: Repository) -> None:
    settings(repo, '[tool.ledger]\npath = "plans/plan.md"\nmax_lines = 5\n')
    settings(repo, '[project]\nname = "ledger"\n', "parts/plain")
    settings(repo, '[tool.ledger]\npath = "log/plan.md"\n', "parts/own")
    settings(repo, "[tool.ledger]\nmax_lines = 7\n", "parts/other")
    repo.write("parts/other/fix_plan.md", b"# Plan\n")
    assert found(repo.path / "parts/plain")[2] == "plans/plan.md"
    assert found(repo.path / "parts/own")[2] == "parts/own/log/plan.md"
    assert found(repo.path / "parts/other")[2] == "parts/other/fix_plan.md"
    assert config.find(repo.path / "parts/other").max_lines == 7
    (repo.path / "parts/other/fix_plan.md").unlink()
    assert found(repo.path / "parts/other")[2] == DEFAULT


def test_a_table_above_the_repository_is_not_ours(repo: Repository) -> None:
    Repository(repo.path.parent).write("pyproject.toml", b"[tool.ledger]\nnonsense = 1\n")
    assert found(repo.path)[2] == DEFAULT


def test_without_git(tmp_path: Path) -> None:
    place = Repository(tmp_path.resolve() / "project")
    place.write("deep/er/x", b"")
    place.write("docs/fix_plan.md", b"# Plan\n")
    for start in ("deep/er", "docs", "."):
        assert found(place.path / start) == (place.path, False, DEFAULT)
    settings(place, '[tool.ledger]\npath = "plan.md"\n', "deep")
    assert found(place.path / "deep/er") == (place.path / "deep", False, "plan.md")
    assert found(Path("/"), place.ledger)[2] == DEFAULT


def test_nothing_there(repo: Repository, tmp_path: Path) -> None:
    repo.ledger.unlink()
    repo.commit("No plan")
    for start in (repo.path, tmp_path):
        with pytest.raises(UsageError) as caught:
            config.find(start)
        assert caught.value.code == "no-ledger"
        assert "docs/fix_plan.md" in caught.value.message
        assert "--ledger" in caught.value.hint


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("missing.md", "no-such-file"),
        ("docs/fix_plan.md/x", "no-such-file"),
        ("dangling.md", "no-such-file"),
        ("loop.md", "cannot-read"),
        ("a\0b", "no-such-file"),
        ("x" * 10_000, "cannot-read"),
        ("--help", "no-such-file"),
        ("\ud800", "no-such-file"),
    ],
    ids=lambda value: ascii(value[:20]),
)
def test_an_option_that_names_nothing(repo: Repository, given: str, code: str) -> None:
    (repo.path / "dangling.md").symlink_to("nothing")
    (repo.path / "loop.md").symlink_to("loop.md")
    with pytest.raises(UnreadableInput) as caught:
        found(repo.path, given)
    assert caught.value.code == code


# Links


def test_a_linked_ledger_is_known_by_the_name_that_git_has_its_contents_by(
    repo: Repository,
) -> None:
    repo.git("mv", "docs/fix_plan.md", "plan.md")
    repo.ledger.symlink_to("../plan.md")
    assert found(repo.path) == (repo.path.resolve(), True, "plan.md")
    assert found(repo.path, DEFAULT) == (repo.path.resolve(), True, "plan.md")


def test_a_repository_reached_through_a_link(repo: Repository, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(repo.path)
    assert found(tmp_path / "alias" / "docs") == (repo.path.resolve(), True, DEFAULT)
    assert found(tmp_path, "alias/docs/fix_plan.md") == (repo.path.resolve(), True, DEFAULT)


OUTSIDE = [
    "../secret.md",
    "docs/../../secret.md",
    "/etc/hostname",
    "up/secret.md",
    "linked.md",
    "neighbour/x.md",
    "..",
    "docs/../..",
]


@pytest.mark.parametrize("path", OUTSIDE)
def test_no_setting_leads_out_of_the_repository(repo: Repository, path: str) -> None:
    top = repo.path.parent
    (top / "secret.md").write_text("secret")
    (top / "repository").mkdir()
    for name, target in [
        ("up", ".."),
        ("linked.md", "../secret.md"),
        ("neighbour", "../repository"),
    ]:
        (repo.path / name).symlink_to(target)
    settings(repo, f'[tool.ledger]\npath = "{path}"\n')
    with pytest.raises(UsageError) as caught:
        config.find(repo.path)
    assert caught.value.code == "outside"


def test_no_default_leads_out_of_the_repository(repo: Repository) -> None:
    (repo.path.parent / "secret.md").write_text("secret")
    repo.ledger.unlink()
    repo.ledger.symlink_to("../../secret.md")
    with pytest.raises(UsageError) as caught:
        config.find(repo.path)
    assert caught.value.code == "outside"


def test_the_option_may_name_any_file(repo: Repository) -> None:
    elsewhere = repo.path.parent / "notes" / "plan.md"
    elsewhere.parent.mkdir()
    elsewhere.write_text("# Plan\n")
    (repo.path / "plan.md").symlink_to(elsewhere)
    for given in ("plan.md", "../notes/plan.md"):
        assert found(repo.path, given) == (elsewhere.parent.resolve(), False, "plan.md")


# What


@pytest.mark.parametrize(
    "text",
    [
        "[tool.ledger]\nmax_lines = 7\n",
        "[ tool . ledger ]\nmax_lines = 7\n",
        '["tool"."ledger"]\nmax_lines = 7\n',
        "[tool]\nledger.max_lines = 7\n",
        "[tool]\nledger = {max_lines = 7}\n",
        "\r\n[tool.ledger] # ours\r\nmax_lines = 7\r\n",
    ],
)
def test_every_way_to_write_the_table(repo: Repository, text: str) -> None:
    settings(repo, text)
    assert config.find(repo.path).max_lines == 7


def test_every_setting(repo: Repository) -> None:
    settings(
        repo,
        '[tool.ledger]\npath = "p.md"\nappend_only = "off"\n'
        'ignore = ["LED101"]\nmax_lines = 1000\narchive = "old/a.md"\n',
    )
    root = repo.path.resolve()
    found = config.find(repo.path)
    assert (found.root, found.is_git, found.ledger_path) == (root, True, "p.md")
    assert (found.append_only, found.ignore, found.max_lines) == ("off", ("LED101",), 1000)
    assert found.partner == "old/a.md"
    settings(repo, "[tool.ledger]\n")
    found = config.find(repo.path)
    assert (found.root, found.is_git, found.ledger_path) == (root, True, DEFAULT)
    assert (found.append_only, found.ignore, found.max_lines) == ("latest", (), 0)
    assert found.partner == "docs/fix_plan_archive.md"


def test_an_archive_knows_its_ledger(repo: Repository) -> None:
    place = repo.write("docs/fix_plan_archive.md", b"# Archive\n")
    found = config.find(repo.path, place)
    assert (found.is_archive, found.partner) == (True, DEFAULT)
    settings(repo, '[tool.ledger]\npath = "p.md"\narchive = "old/a.md"\n')
    found = config.find(repo.path, repo.write("old/a.md", b""))
    assert (found.is_archive, found.partner) == (True, "p.md")
    assert not config.find(repo.path, place).is_archive
    settings(repo, '[tool.ledger]\narchive = "../a.md"\n')
    with pytest.raises(UsageError):
        config.find(repo.path)


@pytest.mark.parametrize("name", ["x" * 10_000, "a/" * 2_100 + "b", "é" * 5_000])
def test_names_that_no_file_can_have_are_refused(
    repo: Repository, tmp_path: Path, name: str
) -> None:
    for start, given in (
        (repo.path, Path(name)),
        (tmp_path / name, None),
    ):
        with pytest.raises((UnreadableInput, UsageError)) as refused:
            config.find(start, given)
        assert len(str(refused.value)) < 3000


REFUSED: list[tuple[str, str]] = [
    ("nonsense = 1", "unknown key 'nonsense' in [tool.ledger]; known are path, archive"),
    ("Path = 'x'", "unknown key 'Path'"),
    ("rules = {}", "unknown key 'rules'"),
    ('"a\\nb\\u001b[2J" = 1', r"unknown key 'a\nb\x1b[2J'"),
    ('"\\u202e" = 1', r"unknown key '\u202e'"),
    (f"{'x' * 10_000} = 1", "unknown key 'xxxx"),
    ("path = 1", "expected path of [tool.ledger] to be the path of a file, found '1'"),
    ("path = ['x']", "expected path of [tool.ledger] to be the path of a file"),
    ("path = ''", "expected path of [tool.ledger] to be the path of a file, found ''"),
    ("path = '  '", "expected path of [tool.ledger] to be the path of a file, found '  '"),
    ('path = "a\\u0000b"', r"to be the path of a file, found 'a\x00b'"),
    ("runs = ''", "expected runs of [tool.ledger] to be the path of a folder, found ''"),
    ("append_only = true", "expected append_only of [tool.ledger] to be one of strict, latest, "),
    ("append_only = 'never'", "to be one of strict, latest, off, found 'never'"),
    ("ignore = 'LED101'", "expected ignore of [tool.ledger] to be a list of rule codes, found "),
    ("ignore = [101]", "expected ignore of [tool.ledger] to be a list of rule codes, found "),
    (
        "not_secret = ['hunter2']",
        "expected not_secret of [tool.ledger] to be a list of fingerprints, as LED701",
    ),
    ("max_lines = '9'", "expected max_lines of [tool.ledger] to be a number, 0 (any size) or more"),
    ("max_lines = 1.5", "to be a number, 0 (any size) or more, found '1.5'"),
    ("max_lines = true", "expected max_lines of [tool.ledger] to be a number"),
    ("max_lines = -1", "expected max_lines of [tool.ledger] to be a number, 0 (any size) or more"),
    ("dialect = 'prose'", "expected dialect of [tool.ledger] to be one of attempts, "),
]


@pytest.mark.parametrize(("line", "fault"), REFUSED, ids=[line[:30] for line, _ in REFUSED])
def test_a_wrong_setting_is_refused_and_named(repo: Repository, line: str, fault: str) -> None:
    settings(repo, f"[tool.ledger]\n{line}\n")
    with pytest.raises(UsageError) as caught:
        config.find(repo.path / "docs")
    assert caught.value.code == "bad-config"
    assert fault in str(caught.value)
    assert str(caught.value).startswith(str(repo.path.resolve() / "pyproject.toml"))
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 600


UNREADABLE: list[tuple[str, bytes]] = [
    ("no TOML", b"[tool.ledger\npath = 1"),
    ("no value", b"[tool.ledger]\npath =\n"),
    ("twice", b"[tool.ledger]\n[tool.ledger]\n"),
    ("not UTF-8", b"[tool.ledger]\npath = '\xff'\n"),
    ("UTF-16", "[tool.ledger]\n".encode("utf-16") + b"[tool.ledger]"),
    ("NUL", b"[tool.ledger]\n\0\n"),
    ("BOM", b"\xef\xbb\xbf[tool.ledger]\n"),
    ("deep", b"[tool.ledger]\npath = " + b"[" * 100_000),
    ("large", b"[tool.ledger]\n" + b"#" * 2_000_000),
    ("a number", b"[tool]\nledger = 7\n"),
    ("a list", b"[[tool.ledger]]\npath = 'x'\n"),
]


@pytest.mark.parametrize("data", [data for _, data in UNREADABLE], ids=[n for n, _ in UNREADABLE])
def test_an_unreadable_file_is_one_line(repo: Repository, data: bytes) -> None:
    settings(repo, data)
    with pytest.raises(LedgerError) as caught:
        config.find(repo.path)
    assert caught.value.code == "bad-config"
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "data", [b"", b"[tool.other]\nledger = 1\n", b"nonsense [", b"\xff\0", b"x = '[tool.led'\n"]
)
def test_a_file_that_does_not_mention_us_is_not_judged(repo: Repository, data: bytes) -> None:
    settings(repo, data)
    assert found(repo.path)[2] == DEFAULT


def test_what_is_no_file_is_passed_over(repo: Repository) -> None:
    os.mkfifo(repo.path / "docs" / "pyproject.toml")
    (repo.path / "pyproject.toml").mkdir()
    assert found(repo.path / "docs")[2] == DEFAULT


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
@pytest.mark.parametrize(
    ("place", "call", "name", "code"),
    [
        (os, "lstat", ".git/HEAD", "cannot-read"),
        (io, "open", "linked/.git", "cannot-read"),
        (os, "stat", "pyproject.toml", "bad-config"),
    ],
)
def test_what_cannot_be_looked_at_is_not_taken_for_missing(
    repo: Repository,
    monkeypatch: pytest.MonkeyPatch,
    place: object,
    call: str,
    name: str,
    code: str,
    number: int,
) -> None:
    """Else a failing disk turns off git, or the settings, without a word."""
    settings(repo, '[tool.ledger]\nrequire = ["LED301"]\n')
    repo.git("worktree", "add", "--quiet", "linked")
    real = getattr(place, call)

    def hides(path: object, *rest: object, **named: object) -> object:
        if str(path).endswith(name):
            raise OSError(number, os.strerror(number))
        return real(path, *rest, **named)

    monkeypatch.setattr(place, call, hides)
    with pytest.raises(UnreadableInput, match=os.strerror(number).lower()) as raised:
        config.find(repo.path / os.path.dirname(name).replace(".git", ""))  # noqa: PTH120
    assert raised.value.code == code
