"""`ledger run` with real commands: the right bundle, the right attempt, and nothing left behind."""

from __future__ import annotations

import json
import math
import os
import random
import re
import resource
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ledger.commands.run import run as library_run
from ledger.errors import UsageError
from ledger.evidence.model import Evidence
from ledger.evidence.outputs import read_run
from ledger.git.files import WorkTree
from ledger.run import bundle as bundles
from ledger.run import command as commands
from ledger.run import process as processes
from tests.support.commands import SCRIPT, Done, call, process, terminal
from tests.support.repository import Repository

ITEM = "PARSE-SPEED-001"
STAMP = "20251103T080000Z"
FOLDER = f"reports/parser-speed/phase_b/{STAMP}"
MARK = "LEDGER_TEST_MARK"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="finds processes through /proc")


@pytest.fixture
def mark(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What every process of a run has in its environment; none may be left."""
    value = uuid.uuid4().hex
    monkeypatch.setenv(MARK, value)
    yield value
    monkeypatch.delenv(MARK)
    deadline = time.monotonic() + 3
    while found := marked(value):
        assert time.monotonic() < deadline, f"left behind: {found}"
        time.sleep(0.02)


def marked(value: str) -> list[str]:
    """The command lines of all other processes that bear the mark."""
    wanted = f"{MARK}={value}".encode()
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if int(place.name) != os.getpid() and wanted in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_bytes().decode())
        except OSError:
            continue
    return found


def run(repo: Repository, *arguments: str, script: str = "", **options: Any) -> Done:
    """`ledger run` of a shell script in a process of its own."""
    words = ["sh", "-c", script] if script else []
    given = ["run", ITEM, "--stamp", STAMP, *arguments]
    return process(repo.path, *given, *(["--", *words] if words else []), **options)


def bundle(repo: Repository, folder: str = FOLDER) -> Evidence:
    return read_run(WorkTree(repo.path), folder)


def claim(repo: Repository) -> Any:
    return json.loads((repo.path / FOLDER / "run.json").read_bytes())


def attempts(repo: Repository) -> list[Any]:
    items = call(repo.path, "export").data["items"]
    found: list[Any] = next(item for item in items if item["id"] == ITEM)["attempts"]
    return found[2:]  # the plan has two


# What a command may do

SEGV_TWICE = "n=$(cat n || echo 0); echo $((n + 1)) > n; test $n -ge 2 || kill -SEGV $$; echo ok"
DAEMON = (
    f"{sys.executable} -c 'import os, time\n"
    "if os.fork(): os._exit(0)\n"
    "os.setsid()\n"
    "if os.fork(): os._exit(0)\n"
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "time.sleep(600)'; sleep 0.3; echo done"
)
COMMANDS: list[tuple[str, list[str], str, int, str, str, str, str]] = [
    # what, options, script, exit code, in exit_code.txt, completeness, result, in the metrics
    ("passes", [], "echo fine", 0, "0", "complete", "success", "exit code 0"),
    ("fails", [], "echo no; exit 3", 1, "3", "failed", "failed", "exit code 3"),
    ("segfaults twice", ["--retries", "3", "--retry-on", "SIGSEGV"], SEGV_TWICE, 0, "0", "complete", "success", "2 retries (SIGSEGV ×2)"),
    ("segfaults", ["--retries", "1"], "kill -SEGV $$", 1, "139", "crashed", "failed", "1 retry (SIGSEGV)"),
    ("fails otherwise", ["--retries", "3", "--retry-on", "SIGSEGV"], "exit 1", 1, "1", "failed", "failed", "exit code 1"),
    ("hangs", ["--timeout", "0.5"], "sleep 600", 1, "124", "timeout", "failed", "run timeout"),
    ("hangs and ignores", ["--timeout", "0.5"], "trap '' TERM INT; sleep 600 & wait; sleep 600", 1, "124", "timeout", "failed", "run timeout"),
    ("hangs in the background", ["--timeout", "0.5"], "sleep 600 & sleep 600 & wait", 1, "124", "timeout", "failed", "run timeout"),
    ("says 124", [], "exit 124", 1, "124", "timeout", "failed", "exit code 124"),
    ("leaves a child", [], "sleep 600 & echo gone", 0, "0", "complete", "success", "exit code 0"),
    ("forks a daemon", [], DAEMON, 0, "0", "complete", "success", "exit code 0"),
    ("writes binary", [], "head -c 100000 /dev/urandom", 0, "0", "complete", "success", "exit code 0"),
    ("is killed", [], "kill -KILL $$", 1, "137", "crashed", "failed", "exit code 137"),
    ("closes its output", [], "exec >&- 2>&-; sleep 0.2; exit 4", 1, "4", "failed", "failed", "exit code 4"),
    ("reads its input", [], "cat; exit 0", 0, "0", "complete", "success", "exit code 0"),
]  # fmt: skip


@LINUX
@pytest.mark.parametrize(
    ("options", "script", "code", "told", "completeness", "result", "metric"),
    [row[1:] for row in COMMANDS],
    ids=[row[0] for row in COMMANDS],
)
def test_a_command_leaves_its_bundle_and_its_attempt(  # noqa: PLR0917 - a row of the table
    repo: Repository,
    mark: str,
    options: list[str],
    script: str,
    code: int,
    told: str,
    completeness: str,
    result: str,
    metric: str,
) -> None:
    done = call(repo.path, "run", ITEM, "--stamp", STAMP, *options, "--", "sh", "-c", script)
    assert (done.code, done.err) == (code, "")
    assert (repo.path / FOLDER / "exit_code.txt").read_text() == f"{told}\n"
    found = bundle(repo)
    assert (found.completeness, found.exit_code) == (completeness, int(told))
    assert found.warnings == ()
    [attempt] = attempts(repo)
    assert (attempt["number"], attempt["result"]) == (3, result)
    assert metric in attempt["metrics"]
    assert f"{FOLDER}/run.json" in [p for a in attempt["artifacts"] for p in a["paths"]]
    assert call(repo.path, "verify", f"{ITEM}#3").code == 0


def test_the_files_say_what_happened(repo: Repository) -> None:
    repo.write("docs/notes.md", b"old\n")
    repo.commit("Notes")
    repo.write("docs/notes.md", b"new\n")
    repo.git("config", "diff.noprefix", "true")
    done = run(
        repo,
        script=f'echo out; echo err >&2; exec {sys.executable} -c "b = bytearray(60 << 20); '
        'import time; time.sleep(0.3)" --api-key=hidden',
        env={"TZ": "UTC", "SECRET_TOKEN": "hidden"},
    )
    assert done.code == 0
    folder = repo.path / FOLDER
    assert (folder / "output.log").read_text() == "out\nerr\n"
    patch = (folder / "git_diff.patch").read_text()
    assert "-old\n+new\n" in patch
    assert (
        subprocess.run(
            ["git", "apply", "--check", "-R", folder / "git_diff.patch"],
            cwd=repo.path,
            check=False,
        ).returncode
        == 0
    )
    found = bundle(repo)
    assert found.environment["TZ"] == "UTC"
    assert found.started is not None
    assert found.started.startswith("20")
    assert found.elapsed_s is not None
    assert 0.3 <= found.elapsed_s < 20
    assert found.peak_rss_bytes is not None
    assert 60 << 20 <= found.peak_rss_bytes < 110 << 20
    assert claim(repo)["commit"] == repo.git("rev-parse", "HEAD")
    for file in folder.iterdir():
        assert b"hidden" not in file.read_bytes(), file


def test_small_memory_is_not_told(repo: Repository) -> None:
    """What a forked Python needs before it becomes `true` is not what `true` needs."""
    run(repo, script="exec true")
    assert bundle(repo).peak_rss_bytes is None
    assert bundle(repo).warnings == ()


def test_a_flood_is_kept_in_part(repo: Repository) -> None:
    size = 40_000_000
    script = f"echo first; head -c {size} /dev/zero | tr '\\0' x; echo; echo last"
    done = run(repo, "--no-append", script=script)
    assert done.code == 0
    log = (repo.path / FOLDER / "output.log").read_bytes()
    assert log.startswith(b"first\nxxx")
    assert log.endswith(b"xxx\nlast\n")
    assert len(log) < processes.HEAD_BYTES + processes.TAIL_BYTES + 100
    total = size + len("first\n\nlast\n")
    left_out = total - processes.HEAD_BYTES - processes.TAIL_BYTES
    assert f"[ledger: {left_out} bytes left out]".encode() in log
    assert claim(repo)["log_bytes"] == total


# What may happen to `ledger`


# A shell ignores SIGINT for what it runs in the background, nohup ignores SIGHUP, and what is
# ignored stays so.
_NOTICED = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "signal.signal(signal.SIGHUP, signal.SIG_DFL);"
)


def started(
    repo: Repository, *arguments: str, script: str, first: str = _NOTICED, **options: Any
) -> subprocess.Popen[bytes]:
    """A run whose command has begun: it made the file `begun`."""
    child = subprocess.Popen(
        [sys.executable, "-c", f"{first}{SCRIPT}", "run", ITEM, "--stamp", STAMP, *arguments, "--",
         "sh", "-c", f": > begun; {script}"],
        cwd=repo.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (repo.path / "begun").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return child


@LINUX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("options", [[], ["--rounds", "3"]])
def test_an_interrupt_leaves_an_incomplete_bundle(
    repo: Repository, mark: str, number: signal.Signals, options: list[str]
) -> None:
    before = repo.ledger.read_bytes()
    child = started(repo, *options, script="setsid sleep 600 & sleep 600; exit 0")
    child.send_signal(number)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, err) == (130, b"")
    assert b"marked incomplete" in out
    assert repo.ledger.read_bytes() == before
    found = bundle(repo)
    assert found.completeness == "incomplete"
    assert number.name in found.reason
    assert not (repo.path / FOLDER / "exit_code.txt").exists()


@LINUX
def test_a_second_interrupt_kills(repo: Repository, mark: str) -> None:
    child = started(repo, script="trap '' INT TERM; sleep 600 & wait; sleep 600")
    begun = time.monotonic()
    child.send_signal(signal.SIGINT)
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=30)
    assert time.monotonic() - begun < 4  # not the five seconds after one
    assert bundle(repo).completeness == "incomplete"


@LINUX
def test_a_killed_ledger_takes_its_command_with_it_and_leaves_what_was_captured(
    repo: Repository, mark: str
) -> None:
    child = started(repo, script="echo so far; trap '' TERM HUP INT; exec sleep 600")
    log = repo.path / FOLDER / "output.log"
    deadline = time.monotonic() + 30
    while not log.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.kill()
    child.communicate(timeout=30)
    assert log.read_text() == "so far\n"
    found = bundle(repo)
    assert found.completeness == "incomplete"
    assert "its end was never written" in found.reason


CRASH = """\
Process:             App [123]
Identifier:          org.example.app
Code Type:           ARM-64
Report Version:      104

Exception Type:  SIGSEGV
Crashed Thread:  0

Thread 0 Crashed:
0   LibA                                 0x00000001cad70ff0 0x1cacb4000 + 774128
"""
DUMP = """\
           PID: 77 (app)
        Signal: 11 (SEGV)
       Message: Process 77 (app) of user 1000 dumped core.

                Stack trace of thread 77:
                #0  0x00007f2a00000001 raise (libc.so.6 + 0x3d5)
                #1  0x00007f2a00000002 n/a (libgpu.so + 0x88)
                #2  0x00007f2a00000003 main (app + 0x10)
"""


def test_rounds_have_metrics_numbers_batches_and_a_preflight(repo: Repository) -> None:
    (repo.path / "crashes").mkdir()
    (repo.path / "crashes" / "old.crash").write_text(CRASH)
    (repo.path / "crash.txt").write_text(CRASH)
    script = (
        "n=$(cat n 2>/dev/null || echo 1); echo $((n+1)) > n; echo load: 1; echo load: 14.$n%\n"
        "test $n != 3 || { cp crash.txt crashes/App-3.crash; echo '|'; kill -SEGV $$; }"
    )
    done = run(
        repo, "--rounds", "5", "--first", "1620", "--batch", "2", "--crashes", "crashes",
        "--metric", "Load=load: ([0-9.]+%)", "--metric", "Odd=[|]", "--metric", "Gone=gone: (.)",
        "--preflight", "sh -c 'echo Device: M4; echo; echo count: 1'", script=script,
    )  # fmt: skip
    assert "4 of 5 rounds passed" in done.out, done
    assert "--metric Gone: its pattern matches nothing that any round printed" in done.err
    assert "--metric Odd" not in done.err
    report = (repo.path / FOLDER / "rounds.md").read_text()
    assert "# Rounds 1620-1624 of" in report
    assert "**Preflight**: `Device: M4`, `count: 1`" in report
    assert re.findall(r"\| (162\d) \|.*?\| (\S+) \| (\S+) \| - \| \d", report) == [
        ("1620", "14.1%", "-"), ("1621", "14.2%", "-"), ("1622", "14.3%", "/"),
        ("1623", "14.4%", "-"), ("1624", "14.5%", "-"),
    ]  # fmt: skip
    assert "- Batch 2 (1622-1623): 1/2 (50.0%)" in report
    assert "**Average Load**: 14.30 %" in report
    told = call(repo.path, "rounds", f"{FOLDER}/rounds.md", "--json").data
    assert {claim["verdict"] for claim in told["claims"]} <= {"supported", "unverifiable"}
    [crash] = call(repo.path, "rounds", FOLDER, "--json").data["crashes"]
    assert (crash["signature"], crash["rounds"]) == ("SIGSEGV in LibA + 774128", ["1622"])


@LINUX
def test_a_dump_of_a_round_that_died_is_kept(repo: Repository) -> None:
    tools = repo.path / "tools"
    tools.mkdir()
    (tools / "dump.txt").write_text(DUMP)
    (tools / "coredumpctl").write_text(f"#!/bin/sh\ncat {tools}/dump.txt\n")
    (tools / "coredumpctl").chmod(0o755)
    path = f"{tools}:{os.environ['PATH']}"
    done = run(repo, "--rounds", "2", script="kill -SEGV $$", env={**os.environ, "PATH": path})
    assert "0 of 2 rounds passed" in done.out, done
    [crash] = call(repo.path, "rounds", FOLDER, "--json").data["crashes"]
    assert (crash["signature"], crash["rounds"]) == ("SIGSEGV in libgpu.so + 0x88", ["1", "2"])


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (["--preflight", "sh -c 'echo no device; exit 3'"], 1, "exit code 3: no device; nothing was"),
        (["--preflight", "no-such-program"], 2, "no-such-program: no such file"),
        (["--preflight", "'"], 2, "--preflight ': No closing quotation"),
        (["--first", "7"], 2, "--first: expected rounds to report"),
        (["--against", "9/10"], 2, "--against: expected rounds to report"),
        (["--no-append", "--because", "It is."], 2, "--because does nothing without an attempt"),
        (["--no-append", "--result", "success"], 2, "--result does nothing without an attempt"),
        (["--no-append", "--summary", "Once."], 2, "--summary does nothing without an attempt"),
        (["--no-append", "--task", "M1"], 2, "--task does nothing without an attempt"),
        (["--rounds", "2", "--metric", "Load"], 2, "--metric Load: expected a name, = and a pattern"),
        (["--rounds", "2", "--metric", "Load=("], 2, "--metric Load=(: expected a pattern"),
        (["--crashes", "nowhere"], 2, "--crashes nowhere: expected a folder, found none"),
    ],
)  # fmt: skip
def test_what_keeps_rounds_from_being_run(
    repo: Repository, options: list[str], code: int, told: str
) -> None:
    done = call(repo.path, "run", ITEM, *options, "--", "touch", "begun")
    assert done.code == code
    assert told in done.err
    assert not (repo.path / "begun").exists()
    assert not (repo.path / FOLDER).exists()


@LINUX
def test_a_ledger_killed_between_rounds_leaves_those_that_ended(
    repo: Repository, mark: str
) -> None:
    child = started(
        repo, "--rounds", "3", script="test -e again && echo now && exec sleep 600; : > again"
    )
    log = repo.path / FOLDER / "rounds/2/output.log"
    deadline = time.monotonic() + 30
    while not log.exists() or not log.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    child.kill()
    child.communicate(timeout=30)
    assert claim(repo)["rounds"]["run"] == 1
    assert bundle(repo).completeness == "incomplete"


def test_a_pattern_that_takes_for_ever_can_be_interrupted(repo: Repository) -> None:
    before = repo.ledger.read_bytes()
    child = started(
        repo, "--retries", "1", "--retry-on", "(a|a)*c",
        script="printf %060d 0 | tr 0 a; exit 1",
    )  # fmt: skip
    deadline = time.monotonic() + 30
    while not (repo.path / FOLDER / "exit_code.txt").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    time.sleep(0.3)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=30)
    assert child.returncode == 130
    assert claim(repo)["state"] == "interrupted"
    assert repo.ledger.read_bytes() == before


@LINUX
def test_other_children_of_a_program_are_left_alone(
    repo: Repository, mark: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a function of the library, in a thread: what the command leaves is ended, no more."""
    monkeypatch.chdir(repo.path)
    words = ["sh", "-c", "setsid sleep 600 & echo hi"]
    with subprocess.Popen(["sleep", "600"], env={}) as other:
        ended = subprocess.Popen(["true"])
        with ThreadPoolExecutor() as pool:
            outcome = pool.submit(library_run, ITEM, words, stamp=STAMP, record=False).result()
        assert outcome.passed
        assert claim(repo)["left_behind"] == 1
        assert other.poll() is None
        assert ended.wait() == 0
        other.kill()


def test_an_ignored_hangup_stays_ignored(repo: Repository) -> None:
    """As under nohup."""
    child = started(
        repo,
        script="sleep 1; echo on",
        first="import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN);",
    )
    child.send_signal(signal.SIGHUP)
    child.communicate(timeout=30)
    assert child.returncode == 0
    assert (repo.path / FOLDER / "output.log").read_text() == "on\n"


@LINUX
def test_a_disk_that_takes_no_more_leaves_an_incomplete_bundle(repo: Repository, mark: str) -> None:
    before = repo.ledger.read_bytes()
    child = started(
        repo, script="while :; do echo 0123456789; done",
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20)),
    )  # fmt: skip
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (2, b"")
    assert err.count(b"\n") == 1
    assert b"could not be written: file too large" in err
    assert repo.ledger.read_bytes() == before
    assert bundle(repo).completeness == "incomplete"


FAULTS = [
    (["nonesuch-program"], "no-such-command"),
    (["./docs"], "no-such-command"),
]


@pytest.mark.parametrize(("words", "code"), FAULTS)
def test_what_cannot_be_started_leaves_nothing(
    repo: Repository, words: list[str], code: str
) -> None:
    done = process(repo.path, "run", ITEM, "--stamp", STAMP, "--json", "--", *words)
    assert done.code == 2
    error = json.loads(done.out)["error"]
    assert (error["code"], "PATH" in error["hint"]) == (code, True)
    assert not (repo.path / FOLDER).exists()
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "NOBODY-001", "--", "touch", "ran"], "no-such-item"),
        (["run", ITEM, "--stamp", "yesterday", "--", "touch", "ran"], "bad-stamp"),
        (["run", ITEM, "--stamp", "20251102T091500Z", "--", "touch", "ran"], "run-exists"),
        (["run", ITEM, "--retry-on", "SIGNOTHING", "--", "touch", "ran"], "usage"),
        (["run", ITEM, "--retry-on", "(", "--", "touch", "ran"], "usage"),
        (["run", ITEM, "--rounds", "0", "--", "touch", "ran"], "usage"),
        (["run", ITEM, "--timeout", "never", "--", "touch", "ran"], "usage"),
        (["run", ITEM, "--phase", "../x", "--", "touch", "ran"], "bad-name"),
        (["run", ITEM, "--into", "../x", "--", "touch", "ran"], "bad-name"),
        (["run", ITEM, "--into", "/x", "--", "touch", "ran"], "bad-name"),
        (["run", ITEM, "--into", "a/./b", "--", "touch", "ran"], "bad-name"),
        (["run", ITEM, "--sprint", "2", "--", "touch", "ran"], "fills-nothing"),
        (["run", ITEM, "--phase", "b", "--", "touch", "ran"], "fills-nothing"),
        (
            ["run", ITEM, "--rounds", "2", "--against", "90%", "--", "touch", "ran"],
            "baseline-without-rounds",
        ),
        (["run", ITEM], "usage"),
    ],
)
def test_nothing_runs_where_the_order_is_wrong(
    repo: Repository, arguments: list[str], code: str
) -> None:
    done = call(repo.path, *arguments[:2], "--json", *arguments[2:])
    assert (done.code, json.loads(done.out)["error"]["code"]) == (2, code)
    assert repo.git("status", "--porcelain") == ""


@pytest.mark.parametrize(
    "words", [["a\nb 'x' \\ \t é"], ["\x1b[3m\udcff", "it's\n"], ["a b", "$x", "", "`y`", "\r"]]
)
def test_the_command_as_written_runs_again(words: list[str]) -> None:
    line = commands.shell_line(["printf", "%s|", *words])
    assert "\n" not in line
    done = subprocess.run(["bash", "-c", os.fsencode(line)], capture_output=True, check=True)
    assert done.stdout == b"".join(os.fsencode(word) + b"|" for word in words)


# pytest


def test_pytest_leaves_its_results(repo: Repository) -> None:
    repo.write("test_few.py", b"import pytest\ndef test_good(): pass\ndef test_bad(): assert 0\n"
               b"@pytest.mark.skip\ndef test_skipped(): pass\n")  # fmt: skip
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "test_few.py"]
    done = process(repo.path, "run", ITEM, "--stamp", STAMP, "--", *words)
    assert done.code == 1
    names = {file.name for file in (repo.path / FOLDER).iterdir()}
    assert {"junit.xml", "pytest.log"} <= names
    found = bundle(repo)
    assert found.completeness == "complete"
    assert found.totals is not None
    assert (found.totals.passed, found.totals.failed, found.totals.skipped) == (1, 1, 1)
    assert (
        "3 collected, 1 passed (33.3 % of collected), 1 failed, 1 skipped"
        in attempts(repo)[0]["metrics"]
    )


def test_a_pytest_that_crashes_names_its_test(repo: Repository) -> None:
    repo.write(
        "test_few.py",
        b"import os\ndef test_good(): pass\ndef test_bad(): os.kill(os.getpid(), 11)\n",
    )
    words = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "test_few.py"]
    assert process(repo.path, "run", ITEM, "--stamp", STAMP, "--", *words).code == 1
    found = bundle(repo)
    assert (found.completeness, found.exit_code) == ("crashed", 139)
    assert "test_bad" in found.crashes[0].signature


@pytest.mark.parametrize(
    ("command", "at"),
    [
        ("pytest tests", 0),
        ("/venv/bin/pytest -x", 0),
        ("python -m pytest", 2),
        ("python3.12 -X dev -W error -m pytest -q", 6),
        ("env A=1 B=2 timeout 60 nice -n 5 pytest", 8),
        ("timeout -k 5 60s py.test", 4),
        ("uv run --with x pytest", 4),
        ("poetry run pytest", 2),
        ("coverage run -m pytest", 3),
        ("python tests/pytest", None),
        ("python -c pytest", None),
        ("grep pytest log", None),
        ("sh -c pytest", None),
        ("uv pip install pytest", None),
        ("python -m unittest pytest", None),
        ("", None),
    ],
)
def test_pytest_is_found_where_it_is_run(command: str, at: int | None) -> None:
    words = command.split()
    assert commands.pytest_index(words) == at
    assert commands.pytest_index(tuple(words)) == at
    if at is not None:
        made = commands.with_results(words, at, Path("x"))
        assert made[: at + 1] == words[: at + 1]
        assert made[at + 1] == "--junitxml=x/junit.xml"
        assert made[len(made) - len(words) + at + 1 :] == words[at + 1 :]


@pytest.mark.parametrize(
    ("words", "variable", "wanted"),
    [
        ("bin/python -m pytest", "", True),
        ("bin/python -m pytest", "1", False),
        ("env PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 bin/pytest", "", False),
        ("bin/pytest --disable-plugin-autoload", "", False),
        ("bin/pytest -p no:reportlog", "", False),
        ("bin/pytest -pno:pytest_reportlog", "", False),
        ("bin/pytest -p no:cacheprovider tests/reportlog", "", True),
    ],
)
def test_a_report_log_is_asked_for_where_pytest_loads_its_plugin(
    words: str, variable: str, wanted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (
        "bin/python",
        "bin/pytest",
        "lib/python3.12/site-packages/pytest_reportlog/__init__.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", variable)
    command = words.split()
    at = commands.pytest_index(command)
    assert at is not None
    made = commands.with_results(command, at, Path("x"))
    assert ("--report-log=x/report.jsonl" in made) is wanted


# Rounds

FLAKY = """\
import os, random, sys
number = int(open("n").read()) if os.path.exists("n") else 0
open("n", "w").write(str(number + 1))
fate = random.Random(f"{sys.argv[1]}:{number}").random()
if fate < 0.35:
    os.kill(os.getpid(), 11)
sys.exit(7 if fate < 0.45 else 0)
"""


def fates(seed: int, rounds: int, retries: int) -> list[tuple[bool, list[str]]]:
    """What the rounds must come to: passed, and how the tries before the last ended."""
    number, found = 0, []
    for _ in range(rounds):
        retried: list[str] = []
        while True:
            fate = random.Random(f"{seed}:{number}").random()
            number += 1
            if fate < 0.35 and len(retried) < retries:
                retried.append("SIGSEGV")
                continue
            found.append((fate >= 0.45, retried))
            break
    return found


def wilson(passes: int, total: int) -> tuple[float, float]:
    z, p = 1.959963984540054, passes / total
    middle = (p + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(p * (1 - p) / total + z * z / (4 * total * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def longest(passed: list[bool]) -> int:
    return max(len(part) for part in "".join("x" if one else " " for one in passed).split(" "))


@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_rounds_equal_what_was_drawn(repo: Repository, seed: int) -> None:
    repo.write("flaky.py", FLAKY.encode())
    done = process(
        repo.path, "run", ITEM, "--stamp", STAMP, "--rounds", "20", "--retries", "1", "--retry-on",
        "SIGSEGV", "--against", "18/20", "--", sys.executable, "-S", "flaky.py", str(seed),
    )  # fmt: skip
    expected = fates(seed, 20, 1)
    passed = [is_passed for is_passed, _ in expected]
    assert 5 < sum(passed) < 19  # else this tests little
    assert done.code == 1
    first = sum(is_passed and not retried for is_passed, retried in expected)
    report = call(repo.path, "rounds", f"{FOLDER}/rounds.md", "--json").data
    folder = call(repo.path, "rounds", f"{FOLDER}/rounds", "--json").data
    for told in (report, folder):
        assert [one["result"] == "pass" for one in told["rounds"]] == passed
        assert [one["name"] for one in told["rounds"]] == [str(n) for n in range(1, 21)]
        assert [one["retries"] for one in told["rounds"]] == [len(r) for _, r in expected]
        assert (told["passes"], told["total"]) == (sum(passed), 20)
        assert told["first_try_passes"] == first
        assert told["longest_streak"] == longest(passed)
        assert told["interval"] == pytest.approx(wilson(sum(passed), 20))
    halves = [(b["first"], b["last"], b["passes"], b["total"]) for b in report["batches"]]
    assert halves == [("1", "10", sum(passed[:10]), 10), ("11", "20", sum(passed[10:]), 10)]
    # The report says of itself what its own rounds bear out.
    verdicts = {one["verdict"] for one in report["claims"]}
    assert verdicts <= {"supported", "unverifiable"}
    assert sum(one["verdict"] == "supported" for one in report["claims"]) >= 6
    text = (repo.path / FOLDER / "rounds.md").read_text()
    assert f"**Pass Rate**: {sum(passed)}/20 ({5 * sum(passed):.1f}%)" in text
    [attempt] = attempts(repo)
    assert attempt["result"] == "partial"
    assert (
        f"{sum(passed)} of 20 rounds passed ({5 * sum(passed):.1f} %), {first} at the first try"
        in attempt["metrics"]
    )
    assert call(repo.path, "verify", f"{ITEM}#3").code == 0
    again = bundle(repo).repeats
    assert again is not None
    assert again.retried == tuple(word for _, retried in expected for word in retried)


PIPE = "cat pytest.txt"  # exit code 0, whatever pytest's own was
FAILED = "exit code 0 although 1 test failed"
CUT_SHORT = (
    "collected 3 items\n\n.. [66%]\n!!! session-timeout: 1.0 sec exceeded !!!\n2 passed in 31.09s\n"
)
LOGS = [
    # what pytest wrote, what is printed, the attempt's result, whether that is a pass
    (".F [100%]\n1 failed, 1 passed in 0.10s\n", f"failed: {FAILED}", "failed", False),
    ("ss [100%]\n2 skipped in 0.10s\n", "partial: no test ran", "partial", False),
    (CUT_SHORT, "partial: output.log: pytest: session-timeout: 1.0", "partial", False),
    ("ERROR: not found: x\n\nno tests ran in 0.01s\n", "failed: ", "failed", False),
    ("test_a.py: 2\n\n2 tests collected in 0.01s\n", "info: no test ran", "info", True),
    (".. [100%]\n2 passed in 0.10s\n", "passed", "success", True),
]  # fmt: skip


@pytest.mark.parametrize(("log", "printed", "result", "is_pass"), LOGS)
def test_what_is_printed_is_what_is_recorded(
    repo: Repository, log: str, printed: str, result: str, is_pass: bool
) -> None:
    repo.write("pytest.txt", log.encode())
    done = run(repo, script=PIPE)
    assert done.out.startswith(f"{FOLDER}: {printed}"), done
    assert done.code == (0 if is_pass else 1)
    assert [one["result"] for one in attempts(repo)] == [result]


@pytest.mark.parametrize(("log", "result"), [(log, result) for log, _, result, _ in LOGS])
def test_a_round_passes_by_its_outputs(repo: Repository, log: str, result: str) -> None:
    repo.write("pytest.txt", log.encode())
    done = run(repo, "--rounds", "2", "--retries", "1", script=PIPE)
    passes = 2 * (result == "success")
    assert f"{FOLDER}: {passes} of 2 rounds passed" in done.out
    assert done.code == (0 if passes else 1)
    for place in ("", "rounds", "rounds.md"):
        told = call(repo.path, "rounds", f"{FOLDER}/{place}", "--json").data
        assert (told["passes"], told["total"]) == (passes, 2)
    assert [one["result"] for one in attempts(repo)] == ["success" if passes else "failed"]
    assert (repo.path / FOLDER / "rounds" / "1" / "retried" / "1").is_dir() == (not passes)


def test_retried_outputs_are_no_part_of_the_run(repo: Repository) -> None:
    script = "test -e n && exit 0; : > n; printf 'Fatal %s error: Segmentation fault' Python; kill -SEGV $$"
    run(repo, "--retries", "1", script=script)
    assert "Fatal" in (repo.path / FOLDER / "retried/1/output.log").read_text()
    found = bundle(repo)
    assert (found.completeness, found.crashes) == ("complete", ())
    assert not any(name.startswith("retried") for name in found.files)
    (repo.path / FOLDER / "run.json").unlink()  # without the claim they are outputs like others
    assert bundle(repo).crashes != ()


# Parts

GIVEN = {"phase": "b", "sprint": "2"}


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("reports/a/<STAMP>/", "reports/a/S"),
        ("reports/a", "reports/a/S"),
        ("reports/<item>/phase_<phase>/<STAMP>", "reports/x-1/phase_b/S"),
        ("reports/sprint_<sprint>/<stamp>/run", "reports/sprint_2/S/run"),
        ("reports/$STAMP", "reports/S"),
        ("reports/<initiative>/<STAMP>", None),
        ("reports/chunk_*/<STAMP>", None),
    ],
)
def test_a_layout_is_filled_or_refused(template: str, path: str | None) -> None:
    given = {name: value for name, value in GIVEN.items() if f"<{name}>" in template}
    values = {"item": "x-1", **given, "stamp": "S"}
    if path is not None:
        assert bundles.folder_of(template, values) == path
        return
    with pytest.raises(UsageError) as refused:
        bundles.folder_of(template, values)
    assert refused.value.code == "layout-open"


@pytest.mark.parametrize("name", GIVEN)
def test_an_option_that_fills_nothing_is_refused(name: str) -> None:
    for template in ("reports/a", "reports/<item>/<STAMP>", f"reports/<not_{name}>/<STAMP>"):
        with pytest.raises(UsageError, match=f"has no <{name}>") as refused:
            bundles.folder_of(template, {"item": "x", "stamp": "S", name: GIVEN[name]})
        assert refused.value.code == "fills-nothing"


def test_a_run_goes_into_a_folder_of_the_stamp(repo: Repository) -> None:
    """The bundles of a phase's sprints lie under one stamp."""
    for into in ("sprint1/gap1_cwd_validation", "sprint1/cluster_tools/", "sprint2"):
        options = ("--stamp", STAMP, "--into", into, "--no-append")
        done = call(repo.path, "run", ITEM, *options, "--", "true")
        assert done.out.startswith(f"{FOLDER}/{into.rstrip('/')}: passed")
        assert call(repo.path, "run", ITEM, *options, "--json", "--", "true").code == 2
    done = call(repo.path, "run", ITEM, "--stamp", STAMP, "--into", "sprint3", "--", "false")
    assert f"{FOLDER}/sprint3" in (repo.path / "docs/fix_plan.md").read_text(encoding="utf-8")
    assert done.code == 1


def test_an_open_phase_is_asked_for() -> None:
    with pytest.raises(UsageError, match="give --phase"):
        bundles.folder_of("reports/<phase>/<STAMP>", {"phase": "", "stamp": "S"})


def test_the_item_s_root_stands_over_the_configured_one(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\nruns = "kept/<item>/<sprint>/<STAMP>"\n')
    stamp = ("--stamp", STAMP, "--no-append")
    assert call(repo.path, "run", ITEM, *stamp, "--", "true").out.startswith(f"{FOLDER}: passed")
    done = call(repo.path, "run", "docs-tour-002", *stamp, "--sprint", "3", "--", "true")
    assert done.out.startswith(f"kept/docs-tour-002/3/{STAMP}: passed")


def test_no_layout_leads_out_of_the_repository(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\nruns = "../out/<STAMP>"\n')
    done = call(repo.path, "run", "DOCS-TOUR-002", "--json", "--", "true")
    assert json.loads(done.out)["error"]["code"] == "outside"


@pytest.mark.parametrize(
    ("given", "code", "output", "wanted"),
    [
        ([], 1, b"", True),
        (["SIGSEGV"], 139, b"", True),
        (["SIGSEGV"], 1, b"", False),
        (["3", "SIGABRT"], 134, b"", True),
        (["3"], 3, b"", True),
        (["out of [a-z]+"], 1, b"GPU out of memory", True),
        (["out of [a-z]+"], 1, b"fine", False),
        (["SIGSEGV", "lost"], 1, b"connection lost", True),
    ],
)
def test_what_is_tried_again(
    tmp_path: Path, given: list[str], code: int, output: bytes, wanted: bool
) -> None:
    place = tmp_path / "log"
    place.write_bytes(output)
    assert commands.RetryOn.parse(given).wants(code, place) == wanted


def test_a_terminal_shows_the_output_without_control_characters(repo: Repository) -> None:
    words = ["sh", "-c", r"printf 'one \033[31m\000 two\n'"]
    code, said = terminal(repo.path, 80, ["run", ITEM, "--no-append", "--", *words])
    assert code == 0
    assert b"one  two\n" in said
    code, said = terminal(
        repo.path, 80, ["run", ITEM, "--rounds", "2", "--no-append", "--", "echo", "hidden"]
    )
    assert b"round 2/2: passed" in said
    assert b"hidden" not in said


def test_a_pipe_gets_the_end_only(repo: Repository) -> None:
    done = run(repo, script="echo hidden")
    assert done.err == ""
    first, second = done.out.splitlines()
    assert first.startswith(f"{FOLDER}: passed (")
    assert second.startswith(f"docs/fix_plan.md:26: {ITEM} attempt #3, success: runtime ")


def test_runs_of_one_second_have_folders_of_their_own(repo: Repository) -> None:
    """Four at once, and none waits for a free second or writes into another's folder."""
    words = [sys.executable, "-m", "ledger", "run", ITEM, "--no-append", "--", "sh", "-c"]
    started = [
        subprocess.Popen([*words, f"echo {n}"], cwd=repo.path, stdout=subprocess.PIPE)
        for n in range(4)
    ]
    said = [process.communicate()[0].decode() for process in started]
    assert [process.returncode for process in started] == [0] * 4, said
    places = {line.partition(":")[0] for line in said}
    assert len(places) == 4
    logs_of = {(repo.path / place / "output.log").read_text() for place in places}
    assert logs_of == {f"{n}\n" for n in range(4)}


# What a command does to its surroundings; {out} lies outside of the repository.
UNLUCKY = {
    "the plan edited": ("printf '\\nBy hand.\\n' >> {plan}", 0, ""),
    "the plan deleted": ("rm {plan}", 2, "`ledger append"),
    "the plan in conflict": ("printf '<<<<<<< a\\n=======\\n>>>>>>> b\\n' >> {plan}", 1, "`ledger append"),
    "the plan a link": ("ln -sf {out}/plan.md {plan}", 2, "leads out of it through a link"),
    "the run's folder gone": ('rm -rf "$LEDGER_RUN_DIR"', 2, "could not be written"),
    "the run's folder a link": ('rm -rf "$LEDGER_RUN_DIR"; ln -s {out} "$LEDGER_RUN_DIR"', 2,
                                "put a link in the place"),
    "another branch": ("git checkout --quiet other", 2, "the run is in"),
    "a commit": ("git commit --quiet --allow-empty --message x", 0, ""),
}  # fmt: skip


@pytest.mark.parametrize(("script", "code", "message"), UNLUCKY.values(), ids=UNLUCKY)
def test_what_a_command_does_to_its_surroundings(
    repo: Repository, tmp_path: Path, script: str, code: int, message: str
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "plan.md").write_bytes(repo.ledger.read_bytes())
    repo.git("checkout", "--quiet", "-b", "other")
    repo.git("rm", "--quiet", "docs/fix_plan.md")
    repo.commit("No plan here")
    repo.git("checkout", "--quiet", "main")
    old = repo.ledger.read_bytes()
    words = script.format(plan="docs/fix_plan.md", out=out)
    done = call(repo.path, "run", ITEM, "--", "sh", "-c", words)
    assert (done.code, message in done.err) == (code, True), done.err
    assert [file.name for file in out.iterdir()] == ["plan.md"]
    assert (out / "plan.md").read_bytes() == old
    if code == 0:
        commit = repo.git("rev-list", "--max-parents=0", "HEAD")
        text = repo.ledger.read_text("utf-8")
        assert f"Commit: `{commit[:8]}`" in text
        assert ("By hand." in text) == ("By hand." in script)
