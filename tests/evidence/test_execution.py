"""The small files of a run: exit codes, what time measured, commands, dumps of a crash."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.evidence import execution
from ledger.evidence.crashes import find_crashes
from ledger.evidence.execution import meaning, program
from ledger.evidence.fold import fold
from ledger.evidence.model import identity_of


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0\n", 0),
        ("1", 1),
        ("124", 124),
        ("\n 2 \n", 2),
        ("-11\n", -11),
        ("+1", 1),
        ("exit code: 1\n", 1),
        ("EXIT_CODE=3\n", 3),
        ("Exit status: 0", 0),
        ("pytest exit code: 5", 5),
        ("rc=2", 2),
        ("0\n0\n", 0),
        ("\ufeff1\r\n", 1),
        ("", None),
        ("\n", None),
        ("EXIT_CODE=\n", None),
        ("0\n1\n", None),
        ("zero", None),
        ("1.5", None),
        ("0x10", None),
        ("9" * 400, None),
    ],
)
def test_exit_code_files(text: str, code: int | None) -> None:
    part = execution.read_exit_code(text.encode(), "exit_code.txt")[0]
    assert part.exit_code == code
    assert bool(part.warnings) == (code is None), "what cannot be read is said"


def test_an_empty_file_is_not_zero() -> None:
    part = execution.read_exit_code(b"\n", "exit_code.txt")[0]
    assert (part.exit_code, part.warnings) == (None, ("the exit-code file is empty",))


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("exit_code.txt", True),
        ("a/run_exit_code.txt", True),
        ("exit_code_part3b.txt", True),
        ("exit-status.log", True),
        ("exitcode", True),
        ("rc.txt", True),
        ("exit_code.py", False),
        ("exit_codes.md", False),
        ("code.txt", False),
        ("march.txt", False),
    ],
)
def test_which_files_hold_an_exit_code(name: str, matches: bool) -> None:
    assert execution.is_exit_code(name, b"1\n") is matches


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        (0, None, ""),
        (1, None, ""),
        (2, None, ""),
        (124, "timeout", "stopped by timeout"),
        (125, None, ""),
        (127, None, ""),
        (128, None, ""),
        (130, "incomplete", "SIGINT"),
        (134, "crashed", "SIGABRT"),
        (137, "crashed", "SIGKILL"),
        (139, "crashed", "SIGSEGV"),
        (-11, "crashed", "SIGSEGV"),
        (-2, "incomplete", "SIGINT"),
        (255, None, ""),
        (3221225477, "crashed", "0xC0000005"),
        (-1073741819, "crashed", "0xC0000005"),
        (-100, None, ""),
    ],
)
def test_what_codes_mean(code: int, state: str | None, reason: str) -> None:
    told, why = meaning(code)
    assert told == state
    assert reason in why


REPORT = """\
Command exited with non-zero status 1
\tCommand being timed: "timeout 60 env A=1 pytest -q tests: slow"
\tUser time (seconds): 9.50
\tPercent of CPU this job got: 347%
\tElapsed (wall clock) time (h:mm:ss or m:ss): 27:36.77
\tMaximum resident set size (kbytes): 58154780
\tSwaps: 0
\tExit status: 1
"""


def test_the_report_of_time() -> None:
    part = execution.read_time(REPORT.encode(), "time.txt")[0]
    assert part.command == "timeout 60 env A=1 pytest -q tests: slow"
    assert part.elapsed_s == 1656.77
    assert part.peak_rss_bytes == 58154780 * 1024
    assert (part.cpu_percent, part.exit_code, part.warnings) == (347, 1, ())


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [("0:00.00", 0.0), ("1:02.50", 62.5), ("1:02:03", 3723.0), ("x", None), ("", None)],
)
def test_elapsed(elapsed: str, seconds: float | None) -> None:
    text = REPORT.replace("27:36.77", elapsed)
    part = execution.read_time(text.encode(), "time.txt")[0]
    assert part.elapsed_s == seconds
    assert bool(part.warnings) == (seconds is None)


def test_the_report_at_the_end_of_a_log() -> None:
    log = ("1 passed in 1s\n" * 9000 + REPORT).encode()
    assert execution.is_time("pytest.log", log[-500:])
    assert execution.read_time(log, "pytest.log")[0].elapsed_s == 1656.77


def test_of_two_reports_the_last() -> None:
    log = REPORT.replace("27:36", "0:36") + "passed\n" * 60 + REPORT
    assert execution.read_time(log.encode(), "time.txt")[0].elapsed_s == 1656.77


def test_a_command_that_a_signal_ended() -> None:
    text = REPORT.replace("exited with non-zero status 1", "terminated by signal 11")
    assert execution.read_time(text.encode(), "time.txt")[0].exit_code == 139


@given(st.integers(0, len(REPORT)), st.binary(max_size=40))
def test_reports_cut_or_garbled_raise_nothing(at: int, noise: bytes) -> None:
    execution.read_time(REPORT.encode()[:at] + noise, "time.txt")[0]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("pytest -q\n", "pytest -q"),
        ("# run\n\nA=1 pytest tests \\\n  -v  | tee x.log\n", "A=1 pytest tests -v | tee x.log"),
        ("mkdir -p out\npytest -q\necho $? > exit_code.txt\n", "pytest -q"),
        ("pytest --collect-only -q\npytest -v a.py\npytest -v b.py\n", "pytest -v b.py"),
        ("pytest a.py\npytest --co -q\n", "pytest a.py"),
        ("python - <<'PY'\nimport pytest\npytest.main()\nPY\npytest -q\n", "pytest -q"),
        ("python - <<PY > out.txt\npytest\n  PY\nPY\nmake check\n", "make check"),
        ("pytest a.py\ngit log\n", "pytest a.py"),
        ("cd /x && pytest a.py\n", "cd /x && pytest a.py"),
        ("./run.sh --fast\n", "./run.sh --fast"),
        ("STAMP=20260101T000000Z\nexport A=1\n", None),
        ("# nothing was run\n", None),
        ("Timestamp: 2026\nWorkspace created for the check.\n", None),
        ("- reviewed the log\n", None),
        ("", None),
    ],
)
def test_command_logs(text: str, command: str | None) -> None:
    part = execution.read_commands(text.encode(), "commands.txt")[0]
    assert part.command == command
    assert bool(part.warnings) == (command is None)


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("pytest a.py\n", None),
        ("cd sub\npytest a.py\n", "sub"),
        ("cd 'two words' && pytest a.py\n", "two words"),
        ("cd sub\ncd ../other\npytest a.py\ncd later\n", "other"),
        ("cd $WORK\npytest a.py\n", None),
        ("cd sub\ncd -\npytest a.py\n", None),
        ("cd sub; pytest a.py\n", None),
    ],
)
def test_where_a_command_ran(text: str, folder: str | None) -> None:
    part = execution.read_commands(text.encode(), "commands.txt")[0]
    assert part.cwd == folder
    assert fold("run", [part], single=True).cwd == folder


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("API_KEY=Zx81qq0v pytest -q", "API_KEY=… pytest -q"),
        (
            "env HF_TOKEN='a b' pytest --password=hunter2 -q",
            "env HF_TOKEN=… pytest --password=… -q",
        ),
        ("OMP_NUM_THREADS=2 pytest -k monkey=1", "OMP_NUM_THREADS=2 pytest -k monkey=1"),
        ("pytest tests/test_token.py -k key", "pytest tests/test_token.py -k key"),
    ],
)
def test_a_command_is_told_without_its_secrets(command: str, told: str) -> None:
    assert execution.read_commands(command.encode(), "commands.txt")[0].command == told
    report = REPORT.replace("timeout 60 env A=1 pytest -q tests: slow", command)
    assert execution.read_time(report.encode(), "time.txt")[0].command == told


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pytest -q", "pytest"),
        ("timeout 3600 env A=1 B='x y' pytest -vv", "pytest"),
        ('env PYTEST_ADDOPTS="--maxfail=2 --timeout=9" true', "true"),
        ("/usr/bin/time -v -o t.txt timeout -k 5 60 /opt/bin/pytest", "pytest"),
        ("python3 -m pytest x", "pytest"),
        ("python3 run.py", "python3"),
        ("A=1", None),
        ("", None),
    ],
)
def test_the_program_of_a_command(command: str, expected: str | None) -> None:
    assert program(command) == expected


DUMP = """\
tests/a.py::test_x Fatal Python error: Segmentation fault

Thread 0x00007f1 (most recent call first):
  File "/lib/socket.py", line 294 in accept

Current thread 0x00007f2 [main] (most recent call first):
  File "/srv/native.py", line 2 in poke
  File "/srv/tests/a.py", line 9 in test_x

Extension modules: numpy.core (total: 1)
"""


def test_the_thread_that_died_is_the_one_told() -> None:
    (crash,) = find_crashes(DUMP, "pytest.log")
    assert crash.kind == "Segmentation fault"
    assert crash.frames == ("/srv/native.py:2 in poke", "/srv/tests/a.py:9 in test_x")
    assert crash.signature == "Segmentation fault in poke (native.py)"
    assert crash.source == "pytest.log"


def test_the_signature_does_not_change_with_the_line() -> None:
    moved = DUMP.replace("line 2", "line 200")
    assert find_crashes(moved, "x")[0].signature == find_crashes(DUMP, "x")[0].signature


@pytest.mark.parametrize("cut", range(0, len(DUMP), 13))
def test_a_dump_cut_short_is_still_a_crash(cut: int) -> None:
    found = find_crashes(DUMP[:cut], "x")
    assert len(found) == ("Fatal Python error: " in DUMP[:cut])


@pytest.mark.parametrize(
    ("node_id", "identity"),
    [
        ("tests/test_a.py::test_x", "tests.test_a::test_x"),
        ("tests/test_a.py::A::B::test_x[a/b.py::c]", "tests.test_a.A.B::test_x[a/b.py::c]"),
        ("tests/test_a.py", "tests.test_a"),
        ("README.md::README.md", "README.md::README.md"),
    ],
)  # fmt: skip
def test_node_ids_are_told_as_junit_tells_them(node_id: str, identity: str) -> None:
    assert identity_of(node_id) == identity
