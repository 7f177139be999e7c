"""Completion: the table is that of the commands, answers are right, and real shells take them."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shutil
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args

import pytest

from ledger.cli import COMMANDS
from ledger.commands import action, criterion
from ledger.commands.schema import MODELS
from ledger.integrations import completion
from ledger.plan.model import ItemStatus, Result
from tests.support import usages
from tests.support.commands import SCRIPT, call, process
from tests.support.repository import Repository

PLAN = "PARSE-SPEED-001", "DOCS-TOUR-002"


def test_the_table_is_that_of_the_commands() -> None:
    assert usages.FILE.read_text("utf-8") == usages.table(), "run: python -m tests.support.usages"


def test_the_words_are_those_that_are_read() -> None:
    assert completion.WORDS["--status"].split() == [*get_args(ItemStatus)][:-1]
    assert completion.WORDS["--result"].split() == [*get_args(Result)][:-1]
    assert completion.WORDS["action STEP"].split() == [*action.STEPS]
    assert completion.WORDS["criterion STEP"].split() == [*criterion.STEPS]


def offered(repo: Repository, words: list[str], asking: str = "fish") -> list[str]:
    """What stands before the description in each line of the answer."""
    done = call(repo.path, "completion", asking, "--", *words)
    assert done.err == ""
    assert done.code == 0
    return [line.partition("\t")[0] for line in done.out.splitlines()]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], [*COMMANDS]),
        ([""], [*COMMANDS]),
        (["val"], ["validate"]),
        (["-"], ["--color", "--help", "--version"]),
        (["--color", "show", "par"], ["PARSE-SPEED-001"]),
        (["nonsense", ""], []),
        (["show", ""], [*PLAN]),
        (["show", "par"], ["PARSE-SPEED-001"]),
        (["show", "x"], []),
        (["show", "PARSE-SPEED-001#"], ["PARSE-SPEED-001#1", "PARSE-SPEED-001#2"]),
        (["show", "parse-speed-001#2"], ["PARSE-SPEED-001#2"]),
        (["verify", "DOCS-TOUR-002", "p"], ["PARSE-SPEED-001"]),
        (["append", "PARSE-SPEED-001", ""], []),  # files
        (["append", "PARSE-SPEED-001", "--complete", ""], ["2"]),
        (["append", "--complete", ""], []),
        (["append", "--summary", "--x", "parse-speed-001", "--complete", ""], ["2"]),
        (["append", "PARSE-SPEED-001", "--summary", ""], []),
        (["append", "PARSE-SPEED-001", "--re"], ["--result"]),
        (["append", "PARSE-SPEED-001", "--result", "x", "--re"], []),
        (["append", "PARSE-SPEED-001", "--complete=1", "--comp"], ["--complete"]),
        (["append", "PARSE-SPEED-001", "--status=do"], ["--status=done"]),
        (["append", "PARSE-SPEED-001", "--status", "do"], ["done"]),
        (["run", ""], [*PLAN]),
        (["run", "PARSE-SPEED-001", "--time"], ["--timeout"]),
        (["run", "PARSE-SPEED-001", "--", "pyt"], []),
        (["gate", ""], [*PLAN]),
        (["action", "PARSE-SPEED-001", "co"], ["complete"]),
        (["action", "PARSE-SPEED-001", "complete", ""], ["2"]),
        (["action", "PARSE-SPEED-001", "move", "2", "--before", ""], ["2"]),
        (["criterion", "PARSE-SPEED-001", "attest", ""], ["1"]),
        (["edit", "DOCS-TOUR-002", "--depends-on", "par"], ["PARSE-SPEED-001"]),
        (["show", "--actions", ""], ["open", "all"]),
        (["rounds", "--retries", ""], ["extra", "all"]),
        (["schema", "ver"], ["verify"]),
        (["schema", ""], [*MODELS]),
        (["explain", "LED101"], ["LED101"]),
        (["completion", ""], [*completion.SCRIPTS]),
        (["export", ""], ["--ledger", "--json", "--color", "--help"]),
        (["show", "--ledger", "docs/fix_plan.md", "d"], ["DOCS-TOUR-002"]),
    ],
)
def test_what_is_offered(repo: Repository, words: list[str], expected: list[str]) -> None:
    assert offered(repo, words) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["append", "--status", "=", "do"], ["done"]),
        (["append", "--status", "="], completion.WORDS["--status"].split()),
        (["append", "--status", "=", "done", "par"], ["PARSE-SPEED-001"]),
        (["show", '"par'], ["PARSE-SPEED-001"]),
        (["show", "--ledger", '"docs/fix_plan.md"', "d"], ["DOCS-TOUR-002"]),
    ],
)
def test_words_of_bash(repo: Repository, words: list[str], expected: list[str]) -> None:
    assert offered(repo, words, "bash") == expected


def test_titles_stand_beside_ids_and_do_no_harm(repo: Repository) -> None:
    title = "A: tour \x1b[31m" + "é" * 90
    repo.ledger.write_text(repo.ledger.read_text().replace("A tour for newcomers", title))
    fish = call(repo.path, "completion", "fish", "--", "show", "d").out
    zsh = call(repo.path, "completion", "zsh", "--", "show", "d").out
    said = f"A: tour [31m{'é' * 47}…"
    assert fish == f"DOCS-TOUR-002\t{said}\n"
    assert zsh == f"DOCS-TOUR-002:{said}\n"


def test_nothing_slow_is_loaded(repo: Repository) -> None:
    for words, slow in ((["app"], "pydantic typer rich git"), (["show", "par"], "typer rich git")):
        code = (
            "import sys; from ledger.cli import main; main(sys.argv[1:]);"
            f"print([one for one in {slow.split()} if one in sys.modules])"
        )
        command = [sys.executable, "-c", code, "completion", "bash", "--", *words]
        done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=True)
        assert done.stdout.endswith("\n[]\n"), words


def test_what_fails_fails_as_any_command(repo: Repository, tmp_path: Path) -> None:
    assert call(tmp_path, "completion", "bash", "--", "show", "").code == 2
    done = call(repo.path, "completion", "tcsh")
    assert (done.code, done.out) == (2, "")
    assert done.err == "ledger: no shell 'tcsh'; there are bash, zsh, fish\n"


def test_what_is_odd_about_the_plan_is_a_note(repo: Repository) -> None:
    repo.ledger.write_bytes(b"<<<<<<< ours\n" + repo.ledger.read_bytes())
    done = process(repo.path, "completion", "bash", "--", "show", "par")
    assert (done.code, done.out) == (0, "PARSE-SPEED-001\n")
    assert done.err.startswith("ledger: note: docs/fix_plan.md:1: a merge conflict")
    assert done.err.count("\n") == 1


# In a shell

_BASH = """\
PS1='READY> '
eval "$(ledger completion bash)"
"""
_ZSH = """\
PROMPT='READY> '
autoload -Uz compinit && compinit -u -d "$HOME/dump"
eval "$(ledger completion zsh)"
"""
_FISH = """\
function fish_prompt; printf 'READY> '; end
set -g fish_greeting
ledger completion fish | source
"""
STARTS = {"bash": ("bashrc", _BASH), "zsh": (".zshrc", _ZSH), "fish": ("fish/config.fish", _FISH)}


class Terminal:
    """A shell on a terminal, with a `ledger` that prints what it is given, but completes."""

    PROMPT = "READY> "

    def __init__(self, shell: str, repo: Repository, home: Path) -> None:
        name, lines = STARTS[shell]
        rc = home / name
        rc.parent.mkdir(parents=True, exist_ok=True)
        rc.write_text(lines)
        # else fish reads all manual pages in the background
        (home / "fish" / "generated_completions").mkdir(parents=True)
        self.log = home / "answered"
        tool = home / "bin" / "ledger"
        tool.parent.mkdir()
        tool.write_text(
            f'#!/bin/sh\nif [ "$1" = completion ]; then\n  {sys.executable} -c "{SCRIPT}" "$@"\n'
            f"  echo >>{self.log}\nelse\n  printf 'GOT'; printf '<%s>' \"$@\"; echo\nfi\n"
        )
        tool.chmod(0o755)
        options = ["--noprofile", "--rcfile", str(rc), "-i"] if shell == "bash" else ["-i"]
        ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [shell, *options],
            cwd=repo.path,
            env={
                **os.environ,
                "HOME": str(home),
                "ZDOTDIR": str(home),
                "XDG_CONFIG_HOME": str(home),
                "XDG_DATA_HOME": str(home),
                "PATH": f"{tool.parent}{os.pathsep}{os.environ['PATH']}",
                "TERM": "xterm",
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - fish asks for its own
        )
        os.close(theirs)
        self.screen, self.shown = ours, ""
        self.wait_for(self.PROMPT)

    def wait_for(self, text: str, *, since: int = 0) -> None:
        self._until(lambda: text in self.shown[since:], f"{text!r} on the screen")

    def type(self, keys: str) -> None:
        """Type a line and TAB, and wait for what the shell asks and what it makes of the answer."""
        os.write(self.screen, keys.encode())
        self.wait_for(keys[-3:].strip())
        before = self._answers()
        os.write(self.screen, b"\t")
        self._until(lambda: self._answers() > before, "an answer")
        self._read(0.3)

    def entered(self, keys: str) -> str:
        """What `ledger` is given when Enter is pressed behind `keys` and TAB."""
        since = len(self.shown)
        self.type(keys)
        os.write(self.screen, b"\r")
        self.wait_for("GOT<", since=since)
        self._read(0.3)
        return self.shown[since:].rpartition("GOT")[2].splitlines()[0].rstrip()

    def close(self) -> None:
        os.close(self.screen)
        self.process.kill()
        self.process.wait()

    def _answers(self) -> int:
        return len(self.log.read_text()) if self.log.exists() else 0

    def _until(self, is_there: Callable[[], bool], what: str) -> None:
        end = time.monotonic() + 60
        while not is_there():
            assert time.monotonic() < end, f"expected {what}, found {self.shown!r}"
            self._read(0.05)

    def _read(self, wait_s: float) -> None:
        """Read until nothing came for so long."""
        while select.select([self.screen], [], [], wait_s)[0]:
            self.shown += os.read(self.screen, 65536).decode("utf-8", "replace")


@pytest.fixture(params=STARTS)
def shell(request: pytest.FixtureRequest, repo: Repository, tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not installed (apt-get install {request.param})")
    terminal = Terminal(request.param, repo, tmp_path / "home")
    try:
        yield terminal
    finally:
        terminal.close()


def test_a_real_shell_completes(shell: Terminal) -> None:
    for typed, given in {
        "ledger valid": "<validate>",
        "ledger show par": "<show><PARSE-SPEED-001>",
        "ledger append PARSE-SPEED-001 --complete ": "<append><PARSE-SPEED-001><--complete><2>",
        "ledger append DOCS-TOUR-002 --status=bl": "<append><DOCS-TOUR-002><--status=blocked>",
        "ledger evidence reports/pars": "<evidence><reports/parser-speed/>",
        "ledger show 'par": "<show><PARSE-SPEED-001>",
    }.items():
        # zsh takes the slash behind a folder away again
        assert shell.entered(typed).replace("/>", ">") == given.replace("/>", ">")


def test_a_real_shell_lists_what_may_follow(shell: Terminal) -> None:
    since = len(shell.shown)
    shell.type("ledger show ")
    if "PARSE-SPEED-001" not in shell.shown[since:]:
        os.write(shell.screen, b"\t")  # bash lists at the second
    for item in PLAN:
        shell.wait_for(item, since=since)
