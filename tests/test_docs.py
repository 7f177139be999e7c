"""The documentation is true: examples run, and nothing that exists is left out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.cli import COMMANDS, main
from ledger.commands import schema as schemas
from tests.support import json_page
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

PROJECT = ROOT / "tests" / "support" / "project_environment.py"
DOCS = ROOT / "docs"
COMMANDS_PAGE = DOCS / "reference" / "commands.md"

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_END = "\x1e"
# The tutorial makes real runs, now: what differs each time is not compared.
_VARYING = re.compile(
    r"\d{8}T\d{6}Z|\d{4}-\d\d-\d\d|\d+(?:\.\d+)? (?:s|MiB)\b|\d+\.\d+s\b|\bat [0-9a-f]{8}\b"
)
# Told of a command that needs more than ledger itself: what a small pytest needs is about as much.
_PERHAPS = re.compile(r"; peak memory [\d.]+ MiB")


def _settled(shown: str) -> str:
    """Without what is another at each run."""
    return _VARYING.sub("...", _PERHAPS.sub("", shown))


def pages() -> list[Path]:
    return [
        page
        for page in [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
        if "```console\n" in page.read_text("utf-8")
    ]


def examples(page: Path) -> Iterator[tuple[str, str]]:
    """The commands of a page's `console` blocks, and what each one prints."""
    for block in _BLOCK.findall(page.read_text("utf-8")):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, said = example.partition("\n")
            while command.endswith("\\"):
                more, _, said = said.partition("\n")
                command = f"{command}\n{more}"
            yield command, said


def run_all(commands: list[str], repo: Repository, bin_folder: Path, programs: Path) -> list[str]:
    """What the commands print, one after the other in one shell, errors among it."""
    bin_folder.mkdir()
    if "python3 -m venv .venv" in commands:
        tool = bin_folder / "python3"
        tool.write_text(f'#!/bin/sh\nexec {sys.executable} {PROJECT} "$@"\n')
        tool.chmod(0o755)
    # The exit code is handed on, so that `echo $?` says what it says to a reader.
    script = "".join(f"{one}\n__code=$?; printf '{_END}'; (exit $__code)\n" for one in commands)
    done = subprocess.run(
        ["bash", "--norc"],
        input=script.encode(),
        cwd=repo.path,
        env={
            **os.environ,
            "PATH": os.pathsep.join(
                map(str, (bin_folder, programs, Path(sys.executable).parent, os.environ["PATH"]))
            ),
            "PRE_COMMIT_HOME": str(bin_folder.parent / "pre-commit"),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=300,
    )
    return done.stdout.decode().split(_END)[:-1]


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_every_example_prints_what_the_page_says(
    page: Path, repo: Repository, tmp_path: Path, programs: Path
) -> None:
    shown = list(examples(page))
    if page.parent.name == "tutorial":  # starts from nothing
        repo = Repository(tmp_path / "new")
        repo.path.mkdir()
    printed = run_all([command for command, _ in shown], repo, tmp_path / "bin", programs)
    assert len(printed) == len(shown)
    for (command, expected), said in zip(shown, printed, strict=True):
        if page.parent.name == "tutorial":
            expected, said = _settled(expected), _settled(said)  # noqa: PLW2901
        assert said == expected, f"$ {command}"


@pytest.mark.parametrize("folder", ["how-to", "reference", "explanation"])
def test_an_index_leads_to_every_page_beside_it(folder: str) -> None:
    index = (DOCS / folder / "index.md").read_text("utf-8")
    pages_there = {page.name for page in (DOCS / folder).glob("*.md")} - {"index.md"}
    assert {*re.findall(r"\]\(([\w-]+\.md)\)", index)} == pages_there


def test_there_are_examples() -> None:
    assert COMMANDS_PAGE in pages()
    used = {
        word
        for page in pages()
        for command, _ in examples(page)
        for word in re.findall(r"\bledger (\S+)", command)
    }
    assert {*COMMANDS} <= used


def section(name: str) -> str:
    """The section of a command in the reference."""
    text = COMMANDS_PAGE.read_text("utf-8")
    parts = re.split(r"^## (?=`ledger )", text, flags=re.MULTILINE)
    [found] = [part for part in parts if part.startswith(f"`ledger {name}`\n")]
    return found


def documented(text: str) -> set[str]:
    """The options that the first cells of the text's tables name."""
    cells = re.findall(r"^\| (`--.*?) \| ", text, re.MULTILINE)
    return {option for cell in cells for option in re.findall(r"`(--[\w-]+)", cell)}


def common() -> set[str]:
    """The options that mean the same everywhere: their table stands before the first command."""
    return documented(COMMANDS_PAGE.read_text("utf-8").partition("\n## ")[0])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_reference(name: str, tmp_path: Path) -> None:
    said = call(tmp_path, name, "--help").out
    options = {*re.findall(r"^  (?:-\w, )?(--[\w-]+)", said, re.MULTILINE)} - {"--help"}
    assert options - common() == documented(section(name)) - common()
    assert "Exit code" in section(name)


def test_the_reference_has_no_other_commands() -> None:
    named = re.findall(r"^## `ledger (\S+)`$", COMMANDS_PAGE.read_text("utf-8"), re.MULTILINE)
    assert named == [*COMMANDS]


def test_the_page_on_json_is_made_from_the_schemas() -> None:
    made = json_page.page()
    assert json_page.PAGE.read_text("utf-8") == made, "run: python -m tests.support.json_page"
    for kind in schemas.MODELS:
        assert f"\n| `{kind}` | " in made


def test_the_module_runs_as_the_command_does(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ledger", "schema"], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.decode().split() == [*schemas.MODELS]
    assert callable(main)
