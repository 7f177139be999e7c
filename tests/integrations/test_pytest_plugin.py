"""`pytest --ledger ITEM`: a session is recorded as `ledger run` would record it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from ledger.integrations import pytest_plugin, pytest_session
from ledger.run.process import FOLDER_VARIABLE
from tests.support.commands import Done, call, captured
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"
_IS_INSTALLED = any(one.name == "ledger" for one in entry_points(group="pytest11"))
PLUGIN = () if _IS_INSTALLED else ("-p", pytest_plugin.__name__)
QUIET = ("-q", "-p", "no:cacheprovider")
FEW = b"""
def test_good(): pass
def test_bad(): assert 0
"""
LATER = b"""
from pathlib import Path
def test_good(): assert 0
def test_bad(): pass
def test_chance():
    place = Path('seen')
    was_there = place.exists()
    place.touch()
    assert was_there
"""
PLAN_IS_GONE = b"""
from pathlib import Path
def test_it():
    Path('docs/fix_plan.md').write_text('# Fix Plan Ledger\\n')
    assert %d
"""


@pytest.fixture(autouse=True)
def _unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests may be recorded themselves."""
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)


def session(repo: Repository, *arguments: str, complete: tuple[int, ...] = ()) -> Done:
    given = [*QUIET, *arguments]
    is_coloured = "--color=yes" in arguments
    return captured(
        repo.path,
        lambda: pytest_session.record(given, ITEM, complete, is_coloured=is_coloured),
    )


def runs(repo: Repository) -> list[Path]:
    """The folders of runs, oldest first, but for the one that the repository begins with."""
    return sorted((repo.path / "reports/parser-speed/phase_b").iterdir())[1:]


def test_the_session_is_what_ledger_run_makes_of_it(repo: Repository) -> None:
    repo.write("test_few.py", FEW)
    repo.write(".gitignore", b"__pycache__/\n")
    repo.commit("Tests")
    given = [*PLUGIN, *QUIET, "test_few.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--ledger", ITEM, "--ledger-complete=2", *given],
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )
    diffs = [repo.git("diff")]
    repo.git("checkout", "--quiet", "docs/fix_plan.md")
    words = pytest_session.words(given)
    call(repo.path, "run", ITEM, "--complete", "2", "--", *words)
    diffs.append(repo.git("diff"))
    assert done.returncode == 1
    assert re.search(r"1 failed, 1 passed(, \d+ warnings?)? in", done.stdout), done.stdout
    assert f"{ITEM} attempt #3, failed: 2 collected, 1 passed" in done.stdout
    ours, theirs = (
        re.sub(
            rf"{run.name}|runtime \S+|index \w+\.\.\w+",
            "",
            f"{diff}\n{(run / 'commands.txt').read_text()}",
        )
        for run, diff in zip(runs(repo), diffs, strict=True)
    )
    assert "Attempt #3" in ours
    assert "(Attempt #3" in ours
    assert ours == theirs
    kinds = [{one.name for one in run.iterdir()} for run in runs(repo)]
    assert kinds[0] == kinds[1]


def test_the_summary_says_what_is_new(repo: Repository) -> None:
    repo.write("test_few.py", FEW)
    first = session(repo, "test_few.py")
    assert "against attempt #2: 1 new failure, 0 still failing, 0 cleared" in first.out
    repo.write("test_few.py", LATER)
    done = session(repo, "test_few.py", "--reruns", "1")
    assert done.code == 1
    said = done.out.partition(f" ledger: {ITEM} ")[2]
    assert "against attempt #3: 1 new failure, 0 still failing, 1 cleared, 1 flaky" in said
    assert "  new failure  test_few::test_good\n" in said
    assert "  cleared  test_few::test_bad\n" in said
    assert "  flaky  test_few::test_chance\n" in said
    assert "attempt #4, failed: 3 collected" in said


def test_colours_are_shown_where_they_are_asked_for(repo: Repository) -> None:
    repo.write("test_few.py", FEW)
    coloured = session(repo, "--color=yes", "test_few.py").out
    assert "\x1b[31mF\x1b[0m" in coloured
    assert "\x1b" not in session(repo, "test_few.py").out
    repo.write("test_few.py", LATER)
    later = session(repo, "--color=yes", "test_few.py").out.partition(f" ledger: {ITEM} ")
    title = later[0].rpartition("\n")[2]
    assert title.startswith("\x1b[31m=")
    assert later[2].partition("\n")[0].endswith("=\x1b[0m")
    assert "  \x1b[31mnew failure\x1b[0m  test_few::test_good\n" in later[2]
    assert "  \x1b[32mcleared\x1b[0m  test_few::test_bad\n" in later[2]


def test_a_colour_may_come_in_two_pieces(capsys: pytest.CaptureFixture[str]) -> None:
    echo = pytest_session._echo()
    for piece in (b"a \x1b", b"[3", b"1mred\x1b[0m \x1b]0;title\x07\x1b[8mhidden ", b"\x1b[2J"):
        echo(piece)
    assert capsys.readouterr().out == "a \x1b[31mred\x1b[0m ]0;title[8mhidden [2J"


@pytest.mark.parametrize("option", ["--pdb", "--trace"])
def test_a_session_in_which_a_person_debugs_is_refused(repo: Repository, option: str) -> None:
    given = [*PLUGIN, *QUIET, "--ledger", ITEM, option]
    done = subprocess.run([sys.executable, "-m", "pytest", *given],
                          cwd=repo.path, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "leave out --pdb" in done.stderr
    assert not runs(repo)


@pytest.mark.parametrize("passes", [0, 1])
def test_what_is_refused_is_told_and_no_success(repo: Repository, passes: int) -> None:
    repo.write("test_it.py", PLAN_IS_GONE % passes)
    done = session(repo, "test_it.py")
    [run] = runs(repo)
    assert done.code == (1 if not passes else 2)
    assert (run / "exit_code.txt").read_text() == f"{1 - passes}\n"
    assert f"{run.name}, and not recorded: no item {ITEM}" in done.out


@pytest.mark.parametrize(
    ("item", "complete", "said"),
    [("NOPE-1", (), "no item NOPE-1"), (ITEM, (7,), "has no action 7"), ("", (2,), "--ledger: ")],
)
def test_what_can_not_be_recorded_is_not_begun(
    repo: Repository,
    monkeypatch: pytest.MonkeyPatch,
    item: str,
    complete: tuple[int, ...],
    said: str,
) -> None:
    monkeypatch.chdir(repo.path)
    with pytest.raises(pytest.UsageError, match=said):
        pytest_session.record([], item, complete)
    assert not runs(repo)


WORDS: list[tuple[str, list[str], list[str], list[str]]] = [
    ("a script", ["/v/bin/python", "/v/bin/pytest"], ["-x", "tests"], ["/v/bin/pytest"]),
    ("a module", ["python", "-W", "error", "-m", "pytest"], ["tests"], ["python", "-W", "error", "-m", "pytest"]),
    ("under coverage", ["/v/bin/python", "/v/bin/coverage", "run", "-m", "pytest"], ["tests"], ["/v/bin/coverage", "run", "-m", "pytest"]),
    ("a program", ["python", "check.py"], ["tests"], [sys.executable, "-m", "pytest"]),
    ("a program with other words", ["python", "-m", "pytest", "a"], ["b", "c"], [sys.executable, "-m", "pytest"]),
    ("nothing given", ["/v/bin/python", "/v/bin/pytest"], [], ["/v/bin/pytest"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("start", "given", "wanted"), [row[1:] for row in WORDS], ids=[r[0] for r in WORDS]
)
def test_the_command_is_the_one_that_was_typed(
    monkeypatch: pytest.MonkeyPatch, start: list[str], given: list[str], wanted: list[str]
) -> None:
    orig = [*start, *(given if given != ["b", "c"] else [])]
    monkeypatch.setattr(sys, "orig_argv", orig)
    monkeypatch.setenv("PATH", "/nowhere")
    assert pytest_session.words(given) == [*wanted, *given]


@pytest.mark.parametrize(
    "given", [["--ledger", "A", "--ledger-complete=2"], ["--ledger=A", "--ledger-complete", "2"]]
)
def test_its_own_options_are_no_part_of_the_command(given: list[str]) -> None:
    assert pytest_session.words([*given, "-k", "x", "tests"])[-3:] == ["-k", "x", "tests"]


def test_nothing_is_imported_where_it_is_not_asked_for(tmp_path: Path) -> None:
    """Nor where the session is being recorded, with options that `addopts` has."""
    (tmp_path / "test_it.py").write_text(
        "import sys\ndef test_it(): assert not [name for name in sys.modules if name.startswith('ledger')]\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *PLUGIN, *QUIET],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_ADDOPTS": f"--ledger {ITEM}", FOLDER_VARIABLE: "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        "assert not ['ledger', 'ledger.integrations', 'ledger.integrations.pytest_plugin']\n"
        in done.stdout
    )
