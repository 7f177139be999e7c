"""The command line as its users meet it: what is printed, where, and with which exit code."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ledger import reports
from ledger.cli import COMMANDS, application, main
from ledger.commands import read
from ledger.commands.item_page import shorten
from ledger.commands.show import show
from ledger.reports import show as report
from tests.support.commands import SCRIPT, call, process, terminal, unstyled
from tests.support.repository import DATA, Repository

# Finding the ledger


@pytest.mark.parametrize("folder", [".", "docs", "reports/parser-speed/phase_b"])
def test_the_ledger_is_found_from_any_folder(repo: Repository, folder: str) -> None:
    done = call(repo.path / folder, "status")
    assert done.code == 0
    assert "\ndocs/fix_plan.md, updated 2025-11-02" in done.out
    assert "\n2 items (1 in progress, 1 pending), 2 attempts\n" in done.out


def test_the_configured_path_counts(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\npath = "plans/plan.md"\n')
    repo.write("plans/plan.md", b"## [OTHER-001] Other\n- Status: pending\n")
    assert call(repo.path, "status", "--json").data["items"][0]["id"] == "OTHER-001"
    given = call(repo.path, "status", "--json", "--ledger", "docs/fix_plan.md")
    assert given.data["ledger"]["path"] == "docs/fix_plan.md"


def test_a_ledger_outside_any_repository_is_read(tmp_path: Path) -> None:
    (tmp_path / "fix_plan.md").write_bytes(b"## [A-001] A\n- Status: pending\n")
    assert "A-001" in call(tmp_path, "status").out
    assert "A-001" in call(Path("/"), "status", "--ledger", str(tmp_path / "fix_plan.md")).out


# Failures


def only_in_git(repo: Repository) -> None:
    repo.ledger.unlink()


def no_ledger(repo: Repository) -> None:
    repo.git("rm", "--quiet", "docs/fix_plan.md")
    repo.git("commit", "--quiet", "--message", "no plan any more")


def a_folder(repo: Repository) -> None:
    repo.ledger.unlink()
    repo.ledger.mkdir()


def a_pipe(repo: Repository) -> None:
    repo.ledger.unlink()
    os.mkfifo(repo.ledger)


def bad_toml(repo: Repository) -> None:
    repo.write("pyproject.toml", b"[tool.ledger\npath = 1")


def unchanged(repo: Repository) -> None:
    """Nothing is wrong but the arguments."""


FAILURES: list[tuple[Any, list[str], str]] = [
    (no_ledger, ["status"], "no-ledger"),
    (only_in_git, ["status"], "not-on-disk"),
    (a_folder, ["status", "--ledger", "docs/fix_plan.md"], "cannot-read"),
    (a_pipe, ["status", "--ledger", "docs/fix_plan.md"], "cannot-read"),
    (bad_toml, ["status"], "bad-config"),
    (unchanged, ["status", "--ledger", "missing.md"], "no-such-file"),
    (unchanged, ["status", "--ledger", "a\0b"], "usage"),
    (unchanged, ["status", "--ledger", "x" * 10_000], "cannot-read"),
    (unchanged, ["show", "NOBODY-001"], "no-such-item"),
    (unchanged, ["show", "PARSE-SPEED-001#99"], "no-such-attempt"),
    (unchanged, ["show", "DOCS-TOUR-002#1"], "no-such-attempt"),
    (unchanged, ["show", "#1"], "bad-name"),
    (unchanged, ["show", "x" * 10_000], "bad-name"),
    (unchanged, ["show"], "usage"),
    (unchanged, ["show", "A", "B"], "usage"),
    (unchanged, ["explain", "LED999"], "no-such-rule"),
    (unchanged, ["schema", "nonsense"], "no-such-schema"),
    (unchanged, ["status", "--nonsense"], "usage"),
    (unchanged, ["statu"], "usage"),
]


@pytest.mark.parametrize(("spoil", "arguments", "code"), FAILURES)
def test_a_failure_is_one_line_and_a_code(
    repo: Repository, spoil: Any, arguments: list[str], code: str
) -> None:
    spoil(repo)
    done = call(repo.path, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("ledger: ")
    assert done.err.count("\n") == 1
    assert len(done.err) < 1000 + sum(map(len, arguments))
    document = call(repo.path, *arguments, "--json")
    assert (document.code, document.err) == (2, "")
    said = json.loads(document.out)
    assert (said["schema_version"], said["kind"]) == (1, "error")
    assert said["error"]["code"] == code
    assert said["error"]["message"]
    assert said["error"]["message"] in done.err


def test_what_stands_after_two_dashes_asks_for_nothing(repo: Repository) -> None:
    done = call(repo.path, "show", "--", "--json")
    assert (done.code, done.out) == (2, "")


def test_near_misses_are_named(repo: Repository) -> None:
    assert "did you mean PARSE-SPEED-001?" in call(repo.path, "show", "parse-sped-001").err
    assert "did you mean DOCS-TOUR-002?" in call(repo.path, "show", "tour").err
    named = call(repo.path, "explain", "LED5O1").err.partition("did you mean ")[2]
    assert "LED501" in re.findall(r"LED\d{3}", named)
    assert "it has #1-#2" in call(repo.path, "show", "PARSE-SPEED-001#3").err


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        *(("list", "status"), ("ls", "status"), ("statsu", "status"), ("Show", "show")),
        *(("check", "validate"), ("fix", "doctor"), ("merge-drivr", "merge-driver")),
    ],
)
def test_an_unknown_command_names_the_one_that_is_meant(
    repo: Repository, given: str, meant: str
) -> None:
    done = call(repo.path, given, "--json")
    assert (done.code, json.loads(done.out)["error"]["hint"]) == (
        2,
        f"did you mean `ledger {meant}`?",
    )


def test_an_unknown_command_like_no_other_is_sent_to_the_list(repo: Repository) -> None:
    done = call(repo.path, "\x1b[31mxyzzy")
    assert done.err == "ledger: no command '[31mxyzzy'; `ledger --help` lists the commands\n"


def test_every_other_word_means_a_command_that_may_come() -> None:
    coming = {"add", "edit", "next", "close", "claim", "note"}
    assert {*application.OTHER_WORDS.values()} <= {*COMMANDS} | coming
    assert not {*application.OTHER_WORDS} & {*COMMANDS}


def test_without_a_command_the_day_is_shown(repo: Repository) -> None:
    done = call(repo.path)
    assert done.code == 0
    day, _, commands = done.out.partition("\n\n")
    assert day.splitlines() == [
        "next: PARSE-SPEED-001, action 2: Measure 50 MB files.",
        "docs/fix_plan.md: 1 in progress, 1 pending",
        "in progress: PARSE-SPEED-001",
        "no findings in the text",
    ]
    for name in COMMANDS:
        assert f"\n  {name} " in commands


def test_without_a_command_and_a_plan_the_way_to_begin_is_shown(tmp_path: Path) -> None:
    done = call(tmp_path)
    assert done.code == 0
    first, _, _ = done.out.partition("\n")
    assert first.endswith("; `ledger init` starts one")
    assert "\n  status  " in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_ends_with_an_example_that_works(repo: Repository, name: str) -> None:
    *_, head, example = call(repo.path, name, "--help").out.rstrip().split("\n")
    assert head == "Example:"
    program, *arguments = shlex.split(example)
    assert (program, arguments[0]) == ("ledger", name)
    repo.write("docs/hand_off.md", (DATA / "small_brief.md").read_bytes())
    if name == "tests":  # the small plan's run names none
        said = b'<testsuite tests="1"><testcase classname="test_parser" name="test_a"/></testsuite>'
        repo.write("reports/parser-speed/phase_b/20251102T091500Z/junit.xml", said)
    if name == "mcp":
        return  # it waits for an agent: tests/integrations/test_mcp_server.py has some
    done = call(repo.path, *arguments)
    assert done.code == 0 or (done.code == 1 and done.out), done.err


def test_an_unexpected_error_is_one_line_with_a_way_to_see_more(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x\x1b[2J\nsecond line")

    monkeypatch.setattr("ledger.commands.read.open_ledger", broken)
    done = call(repo.path, "status")
    assert done.code == 2
    assert done.err.startswith("ledger: this is a defect of ledger: KeyError: ")
    assert done.err.count("\n") == 1
    assert "\x1b" not in done.err
    assert json.loads(call(repo.path, "status", "--json").out)["error"]["code"] == "internal"
    monkeypatch.setenv("LEDGER_TRACEBACK", "1")
    assert "Traceback" in call(repo.path, "status").err


@pytest.mark.parametrize(
    "place", ["ledger.commands.read.open_ledger", "ledger.cli.application.import_module"]
)
def test_an_interrupt_ends_with_130(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(place, interrupted)
    done = call(repo.path, "status")
    assert (done.code, done.out, done.err) == (130, "", "")


def test_a_real_interrupt_ends_with_130_and_says_nothing(repo: Repository) -> None:
    waiting = (
        # A shell ignores SIGINT for what it runs in the background.
        "import signal, time, ledger.plan.reader;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        "ledger.plan.reader.read = lambda data, **_: (print('started', flush=True), time.sleep(30));"
        + SCRIPT
    )
    child = subprocess.Popen(
        [sys.executable, "-c", waiting, "status"],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stdout.readline() == b"started\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out, err) == (130, b"", b"")


def test_a_reader_that_goes_away_is_no_failure(repo: Repository) -> None:
    plan = b"".join(b"## [ITEM-%d] Title\n- Status: pending\n" % n for n in range(3_000))
    repo.ledger.write_bytes(plan)
    ours, theirs = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, "status"],
        cwd=repo.path,
        # Unbuffered output would not notice: Python forgets the rest of a write cut short.
        env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        stdout=theirs,
        stderr=subprocess.PIPE,
    )
    os.close(theirs)
    os.read(ours, 100)
    os.close(ours)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, b"")


RUN = "reports/parser-speed/phase_b/20251102T091500Z"
RECORDED = ["append", "DOCS-TOUR-002", RUN]
TITLE = ["edit", "DOCS-TOUR-002", "--title", "A longer tour"]
# What is called, the exit code where nothing can be printed, and whether a file is written.
UNPRINTED: list[tuple[list[str], int, bool]] = [
    (RECORDED, 0, True),
    ([*RECORDED, "--json"], 0, True),
    (["--color", *RECORDED], 0, True),
    ([*RECORDED, "--dry-run"], 2, False),
    ([*RECORDED, "--result", "greenish", "--json"], 2, False),
    (["append", "PARSE-SPEED-001", RUN, "--json"], 1, False),
    (["run", "DOCS-TOUR-002", "--", "true"], 0, True),
    (["run", "DOCS-TOUR-002", "--json", "--", "false"], 1, True),
    (["run", "DOCS-TOUR-002", "--no-append", "--", "true"], 0, True),
    (TITLE, 0, True),
    (["archive", "PARSE-SPEED-001", "--keep", "1"], 0, True),
    (["claim", "DOCS-TOUR-002"], 0, True),
    (["merge-driver", "--install"], 0, True),
    (["validate"], 2, False),
    (["validate", "--json"], 2, False),
    (["validate", "--format", "sarif"], 2, False),
    (["--color", "show", "PARSE-SPEED-001"], 2, False),
    (["export"], 2, False),
    (["--help"], 2, False),
    (["append", "--help"], 2, False),
    (["--version"], 2, False),
]


class Lost(io.RawIOBase):
    """An output that takes nothing, for the reason ``number``."""

    def __init__(self, number: int) -> None:
        self.number = number

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        if self.number:
            raise OSError(self.number, os.strerror(self.number))
        return len(data)


def unprinted(cwd: Path, arguments: list[str], number: int) -> tuple[int, str]:
    """The exit code, and what is said, where standard output fails with ``number``."""
    err = io.StringIO()
    raw = Lost(number)
    out = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8")
    with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    raw.number = 0  # what is still in its buffers goes nowhere
    return code, err.getvalue()


@pytest.mark.parametrize(("arguments", "code", "is_written"), UNPRINTED)
def test_the_exit_code_says_what_was_done_also_where_nothing_can_be_printed(
    repo: Repository, arguments: list[str], code: int, is_written: bool
) -> None:
    found, err = unprinted(repo.path, arguments, errno.ENOSPC)
    said = [line for line in err.splitlines() if not line.startswith("ledger: note: ")]
    assert found == code, err
    assert "Traceback" not in err
    told = "ledger: cannot write to standard output: no space left on device"
    done = "; what was to be written is written" if is_written else ""
    assert said[-1] == told + done
    assert bool(repo.git("status", "--porcelain")) == is_written


@pytest.mark.parametrize(("arguments", "code", "is_written"), UNPRINTED[:7] + UNPRINTED[-3:])
def test_a_reader_that_has_gone_is_told_of_only_where_something_is_written(
    repo: Repository, arguments: list[str], code: int, is_written: bool
) -> None:
    found, err = unprinted(repo.path, arguments, errno.EPIPE)
    said = [line for line in err.splitlines() if not line.startswith("ledger: note: ")]
    is_refused = "--result" in arguments or arguments[:2] == ["append", "PARSE-SPEED-001"]
    assert found == (code if is_written or is_refused else 0), err
    assert len(said) == int(is_written)


def test_a_full_disk_behind_the_output_is_one_line(repo: Repository) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        done = process(repo.path, "status", stdout=full)
    assert done.code == 2
    assert done.err == "ledger: cannot write to standard output: no space left on device\n"


@pytest.mark.parametrize("command", ["status", f"append DOCS-TOUR-002 {RUN}"])
def test_a_closed_output_is_no_defect(repo: Repository, command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" -c "$1" {command} >&- <&-', sys.executable, SCRIPT],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    told = (
        b"ledger: cannot write to standard output: it is closed; what was to be written is written"
    )
    lines = done.stderr.splitlines()
    assert done.returncode == 0
    assert [line for line in lines if b"note: " not in line] == [told] * (command != "status")


# What is printed


WILD = (
    "## [WILD-001] Title [bold]x[/bold] :smile: \x1b[31m\u202e 日本語 ✅\n"
    "- Priority: High\n"
    "- Status: in_progress (waiting on [red]\x1b]0;title\x07)\n"
    "- Note: \x1b[2Jcleared \x9b5m\n"
    "- Attempts History:\n"
    "  * [2025-01-01] Attempt #1 — Result: success. [link=x]text[/link] \x1b[1m `a/b.txt`\n"
    "    More [/] \x1b[0m text \udc80.\n"
    "- Next Actions:\n"
    "  1. PENDING — [bold]do[/bold] \x1b[31m it\n"
    "- Exit Criteria:\n"
    "  - [ ] \x1b[31m criterion [x]\n"
).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "--all"],
        ["show", "WILD-001"],
        ["show", "WILD-001#1"],
        ["show", "\x1b["],
        ["status", "--ledger", "\x1b[31m.md"],
    ],
)
def test_no_text_of_a_file_steers_the_terminal(repo: Repository, arguments: list[str]) -> None:
    repo.ledger.write_bytes(WILD)
    done = process(repo.path, *arguments)
    assert not {*(done.out + done.err)} & {"\x1b", "\x07", "\x9b", "\u202e"}
    _, shown = terminal(repo.path, 60, arguments, env={"NO_COLOR": "1"})
    said = shown.decode()
    assert not {*said} & {"\x07", "\x9b", "\u202e"}
    # Without colours rich still says bold and dim, and nothing else.
    assert {*re.findall("\x1b[^m]{0,9}m?", said)} <= {"\x1b[0m", "\x1b[1m", "\x1b[2m"}


def test_no_text_of_a_file_is_markup(repo: Repository) -> None:
    repo.ledger.write_bytes(WILD)
    for arguments in (["status"], ["show", "WILD-001"]):
        _, shown = terminal(repo.path, 200, arguments)
        text = "\n".join(unstyled(shown))
        assert "[bold]do[/bold]" in text
        assert ":smile:" in text


def test_status_on_a_terminal_keeps_to_its_width(repo: Repository) -> None:
    from rich.cells import cell_len

    repo.ledger.write_bytes(repo.ledger.read_bytes() + b"\n" + WILD.replace(b"do", b"do it " * 99))
    for width in (40, 80, 160):
        code, shown = terminal(repo.path, width, ["status"])
        assert code == 0
        lines = unstyled(shown)
        assert max(map(cell_len, lines)) <= width
        assert any(line.startswith("In progress (2)") for line in lines)
        assert any(line.endswith("…") for line in lines)


def test_a_title_has_room_at_80_columns(repo: Repository) -> None:
    plan = repo.ledger.read_bytes().replace(b"PARSE-SPEED-001", b"TEST-SUITE-TRIAGE-002")
    repo.ledger.write_bytes(plan)
    _, shown = terminal(repo.path, 80, ["status"])
    assert "#2 2025-11-02 success  Read large files in" in "\n".join(unstyled(shown))


def test_an_explanation_keeps_to_the_terminal(repo: Repository) -> None:
    for width in (60, 80):
        _, shown = terminal(repo.path, width, ["explain", "LED604"])
        prose = [line for line in unstyled(shown) if not line.startswith("    ")]
        assert max(map(len, prose)) <= width


def test_piped_status_does_not_depend_on_the_terminal(repo: Repository) -> None:
    narrow = process(repo.path, "status", env={"COLUMNS": "20"})
    wide = process(repo.path, "status", env={"COLUMNS": "300"})
    assert narrow == wide
    assert "\x1b" not in narrow.out


@pytest.mark.parametrize("arguments", [["status"], ["show", "P-003"], ["validate"], ["verify"], []])
def test_a_pipe_gets_what_a_terminal_of_80_columns_shows(
    repo: Repository, arguments: list[str]
) -> None:
    item = (
        "## [P-{n:03}] {long}\n- Priority: Low\n- Status: in_progress\n- Attempts History:\n"
        "  * [2025-01-01] Attempt #1 — Result: success. {long}\n- Next Actions:\n  1. {long}\n"
    )
    plan = "".join(item.format(n=n, long=f"long {n} " * 40) for n in range(9))
    repo.ledger.write_text(plan, "utf-8")
    piped = call(repo.path, *arguments).out
    _, shown = terminal(repo.path, 80, arguments)
    assert " ".join(piped.split()) == " ".join("\n".join(unstyled(shown)).split())


def test_colours_are_for_terminals_and_can_be_turned_off(repo: Repository) -> None:
    _, coloured = terminal(repo.path, 80, ["status"])
    assert b"\x1b[" in coloured
    _, plain = terminal(repo.path, 80, ["status"], env={"NO_COLOR": "1"})
    assert b"\x1b[3" not in plain
    assert unstyled(plain) == unstyled(coloured)


@pytest.mark.parametrize("forced", [{"FORCE_COLOR": "1"}, "--color", "first", "dumb"])
def test_colours_can_be_had_in_a_log(repo: Repository, forced: Any) -> None:
    """A workflow's log is no terminal, and shows colours all the same."""
    repo.write("docs/fix_plan.md", repo.ledger.read_bytes().replace(b"| pending |", b"| done |"))
    plain = process(repo.path, "validate")
    assert ": error LED201 " in plain.out
    calls: dict[str, Any] = {
        "--color": (("validate", "--color"), {}),
        "first": (("--color", "validate"), {}),
        "dumb": (("validate", "--color"), {"TERM": "dumb", "NO_COLOR": "1"}),
    }
    arguments, env = calls[forced] if isinstance(forced, str) else (("validate",), forced)
    shown = process(repo.path, *arguments, env={"COLUMNS": "20", **env})
    assert "\x1b[1;31merror\x1b[0m" in shown.out
    assert unstyled(shown.out.encode()) == plain.out.splitlines()
    assert shown.code == plain.code


def test_forced_colours_are_for_one_call(repo: Repository) -> None:
    assert "\x1b[" in call(repo.path, "gate", "PARSE-SPEED-001", "--color").out
    assert "\x1b[" not in call(repo.path, "gate", "PARSE-SPEED-001").out
    assert "\x1b[" not in call(repo.path, "status", "--json", "--color").out


def test_output_survives_a_locale_without_unicode(repo: Repository) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = process(repo.path, "show", "PARSE-SPEED-001#2", env=ascii_only)
    assert done.code == 0
    assert "\\u2014 Result: \\u2705 success" in done.out
    exported = process(repo.path, "export", env=ascii_only)
    assert "✅" in exported.out
    assert exported.data["items"][0]["attempts"][1]["result"] == "success"


def test_status_lists_finished_items_when_asked(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8").replace("Status: in_progress", "Status: done")
    repo.ledger.write_text(plan, "utf-8")
    short, full = call(repo.path, "status"), call(repo.path, "status", "--all")
    assert "PARSE-SPEED-001" not in short.out
    assert "1 done or archived: `ledger status --all` lists them" in short.out
    assert "Done (1)\nhigh  PARSE-SPEED-001  #2 2025-11-02 success" in full.out
    _, shown = terminal(repo.path, 80, ["status"])
    assert "PARSE-SPEED-001" not in "\n".join(unstyled(shown))
    _, shown = terminal(repo.path, 80, ["status", "--all"])
    assert "Done (1)" in unstyled(shown)


def test_many_pending_items_are_a_list_of_names(repo: Repository) -> None:
    plan = "".join(f"## [P-{n:03}] Title\n- Priority: Low\n- Status: pending\n" for n in range(9))
    repo.ledger.write_text(plan, "utf-8")
    _, shown = terminal(repo.path, 40, ["status"])
    lines = unstyled(shown)
    start = lines.index("Pending (9)")
    assert lines[start + 1 : start + 4] == [
        "low  P-000, P-001, P-002, P-003, P-004,",
        "     P-005, P-006, P-007, P-008",
        "",
    ]


# show


@pytest.mark.parametrize(
    "given",
    ["PARSE-SPEED-001", "parse-speed-001", "[PARSE-SPEED-001]", "PARSE\u2011SPEED\u2011001"],
)
def test_an_item_is_known_however_it_is_typed(repo: Repository, given: str) -> None:
    [item] = call(repo.path, "show", given, "--json").data["items"]
    assert item["id"] == "PARSE-SPEED-001"


def test_an_id_with_small_letters_is_known_too(repo: Repository) -> None:
    repo.ledger.write_bytes(b"## [AT-7b] A\n- Status: pending\n")
    for given in ("AT-7b", "at-7B"):
        [item] = call(repo.path, "show", given, "--json").data["items"]
        assert item["id"] == "AT-7b"


def test_show_prints_each_part_of_an_item(repo: Repository) -> None:
    lines = call(repo.path, "show", "PARSE-SPEED-001").out.splitlines()
    for line in (
        "docs/fix_plan.md:14",
        "- Owner/Date: anna/2025-11-01",
        "Attempts (2)",
        "  #2  2025-11-02  success  Splitter rewritten, all tests pass.",
        "Next actions (1 open, 1 complete)",
        "  2. pending: Measure 50 MB files.",
        "Exit criteria (1)",
        "  [ ] 50 MB in under ten times the time of 5 MB",
    ):
        assert line in lines
    assert not any("Rewrite the splitter" in line for line in lines)


def test_on_a_terminal_the_list_of_attempts_is_cut_and_what_is_to_do_is_not(
    repo: Repository,
) -> None:
    from rich.cells import cell_len

    long = "word " * 30
    plan = repo.ledger.read_text("utf-8").replace("all tests pass", long)
    repo.ledger.write_text(plan.replace("Measure 50 MB files", long), "utf-8")
    _, shown = terminal(repo.path, 60, ["show", "PARSE-SPEED-001"])
    lines = unstyled(shown)
    [attempt] = [line for line in lines if line.startswith("  #2")]
    assert attempt.endswith("…")
    assert cell_len(attempt) <= 60
    [start] = [n for n, line in enumerate(lines) if line.startswith("  2. pending: ")]
    assert "\n".join(lines[start : start + 4]).count("word") == 30
    assert max(map(len, lines[start : start + 4])) <= 60


ITEM = (
    "## [BIG-001] Big\n- Status: in_progress\n- Reproduction:\n  - `pytest -q`\n    twice\n"
    "- Attempts History:\n"
    + "".join(f"  * [2025-01-{n:02}] Attempt #{n} — Result: success. {'w ' * 400}\n" for n in range(1, 21))
    + "- Next Actions:\n"
    + "".join(f"  {n}. {'✅ COMPLETE' if n < 4 else '🟡 PENDING'} — Do {n}. {'w ' * 400}\n" for n in range(1, 31))
    + "- Exit Criteria:\n"
    + "".join(f"  - [ ] Criterion {n} {'w ' * 400}\n" for n in range(1, 21))
)  # fmt: skip


def test_show_is_one_page_and_its_json_has_what_the_text_has(repo: Repository) -> None:
    repo.ledger.write_text(ITEM, "utf-8")
    said, document = (
        call(repo.path, "show", "BIG-001"),
        call(repo.path, "show", "BIG-001", "--json"),
    )
    assert len(said.out.encode()) <= 3_072
    assert len(document.out.encode()) <= 6_144
    [item] = document.data["items"]
    assert (item["attempt_count"], item["criterion_count"]) == (20, 20)
    assert item["action_counts"]["open"] == 27
    for one in item["attempts"]:
        assert f"\n  #{one['number']} " in said.out
    assert item["attempts"][-1]["number"] == 20
    for one in item["actions"]:
        assert f"\n  {one['number']}. {one['state']}: {one['text']}\n" in said.out
    assert item["actions"][0]["number"] == 4
    for one in item["criteria"]:
        assert f"\n  {one['text']}\n" in said.out
    for part, count in (("attempts", 20), ("actions", 27), ("criteria", 20)):
        assert f"  and {count - len(item[part])} more (`ledger show " in said.out


def test_more_of_an_item_is_shown_when_asked(repo: Repository) -> None:
    repo.ledger.write_text(ITEM, "utf-8")
    last = call(repo.path, "show", "BIG-001", "--last", "12", "--json").data["items"][0]
    assert [one["number"] for one in last["attempts"]] == [*range(9, 21)]
    every = call(repo.path, "show", "BIG-001", "--actions", "all", "--json").data["items"][0]
    assert [one["number"] for one in every["actions"]] == [*range(1, 31)]
    full = call(repo.path, "show", "BIG-001", "--full").out
    assert full.count("w " * 300) == 20 + 30  # lines of attempts are cut
    assert "- Reproduction:\n  - `pytest -q`\n    twice\n" in full
    assert "more (`" not in full
    [item] = call(repo.path, "show", "BIG-001", "--full", "--json").data["items"]
    assert len(item["attempts"][0]["text"]) > 800
    wrong = call(repo.path, "show", "BIG-001", "--actions", "some")
    assert wrong.err == "ledger: --actions some: expected open or all\n"


def test_the_newest_attempts_are_shown_where_they_stand_first(repo: Repository) -> None:
    attempts = "".join(
        f"  * [2025-01-{n:02}] Attempt #{n} — Result: success. x\n" for n in range(20, 0, -1)
    )
    plan = f"## [A-001] A\n- Status: pending\n- Attempts History:\n{attempts}"
    repo.ledger.write_text(plan, "utf-8")
    [item] = call(repo.path, "show", "A-001", "--json").data["items"]
    assert [one["number"] for one in item["attempts"]] == [20, 19, 18, 17, 16]


@pytest.mark.filterwarnings("ignore::ledger.errors.PlanWarning")
@pytest.mark.parametrize("revision", ["8b8c48d0", "b401d45f"])
def test_no_item_of_the_real_plan_takes_more_than_a_page(real_repo: Any, revision: str) -> None:
    place = real_repo(revision)
    with contextlib.chdir(place):
        plan = read.open_ledger(None).ledger
        largest = sorted(plan.items, key=lambda item: item.span.end_byte - item.span.start_byte)
        for item in largest[-6:]:
            shown = shorten(show(item.id))
            said = sum(len(line.text.encode()) + 1 for line in report.lines(shown))
            document = reports.dumps(reports.document("show", shown))
            assert (said <= 3_072, len(document.encode()) <= 6_144) == (True, True), item.id


def test_show_prints_an_attempt_whole(repo: Repository) -> None:
    out = call(repo.path, "show", "[parse-speed-001]#2").out
    for part in ("Metrics: 12 passed in 3.40s.", "/20251102T091500Z/exit_code.txt (2 bytes"):
        assert part in out
    [attempt] = call(repo.path, "show", "PARSE-SPEED-001#2", "--json").data["attempts"]
    assert (attempt["number"], attempt["span"]["start_line"]) == (2, 23)


def test_two_attempts_with_one_number_are_both_shown(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8").replace("Attempt #1", "Attempt #2", 1)
    repo.ledger.write_text(plan, "utf-8")
    done = call(repo.path, "show", "PARSE-SPEED-001#2")
    assert "Quadratic part" in done.out
    assert "Splitter rewritten" in done.out


def test_an_attempt_told_by_an_action_only_is_shown(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8").replace("(Attempt #2, STAMP", "(Attempt #3, STAMP")
    repo.ledger.write_text(plan, "utf-8")
    done = call(repo.path, "show", "PARSE-SPEED-001#3")
    assert "(told by a completed action only)" in done.out
    assert "#3 2025-11-02 success" in done.out


# The rest


def test_explain_lists_and_explains_rules(repo: Repository) -> None:
    listed = call(repo.path, "explain").out.splitlines()
    assert listed == sorted(listed)
    codes = [line.split()[0] for line in listed]
    for code in codes:
        said = call(repo.path, "explain", code.lower()).out
        assert said.startswith(code)
        for part in ("\nWhy: ", "\nExample:\n\n    ", "\nMend: "):
            assert part in said
    name = listed[0].split()[2]
    assert call(repo.path, "explain", name).out.startswith(codes[0])


def test_the_help_lists_every_command_in_its_group(repo: Repository) -> None:
    done = call(repo.path, "--help")
    assert done.code == 0
    assert "..." not in done.out.partition("Every day:")[2]
    at = [done.out.index(f"\n  {name} ") for name in COMMANDS]
    assert len(at) == len(COMMANDS)
    groups = list(dict.fromkeys(panel for _, panel in COMMANDS.values()))
    assert [done.out.index(f"\n{group}:\n") for group in groups] == sorted(
        done.out.index(f"\n{group}:\n") for group in groups
    )
    for name in COMMANDS:
        shown = call(repo.path, name, "-h")
        assert shown.code == 0
        assert shown.out.startswith(f"Usage: ledger {name} ")
        [usage] = re.findall(r"\AUsage: (.*)\n", shown.out)
        assert not re.search(r"[{}]|\.{4}|\[\[", usage)
        assert not re.search(r" <(?:str|list)", shown.out)
    assert call(repo.path, "append", "-h").out.startswith(
        "Usage: ledger append [OPTIONS] ITEM [RUN...]\n"
    )
    assert call(repo.path, "explain", "-h").out.startswith(
        "Usage: ledger explain [OPTIONS] [CODE]\n"
    )


def loaded_by(cwd: Path, *arguments: str) -> set[str]:
    """The modules that are loaded after a command that succeeds."""
    code = (
        "import sys\nfrom ledger.cli import main\n"
        f"assert main({list(arguments)!r}) == 0\n"
        "print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    )
    return {*done.stderr.split()}


def test_status_loads_only_what_it_uses(repo: Repository) -> None:
    loaded = loaded_by(repo.path, "status")
    assert "typer" in loaded
    assert not loaded & {"rich", "git"}
    others = {module for name, (module, _) in COMMANDS.items() if name != "status"}
    assert not loaded & others


def test_a_command_never_changes_what_it_reads(repo: Repository) -> None:
    def state() -> dict[str, tuple[bytes, int]]:
        return {
            str(path): (path.read_bytes(), path.stat().st_mtime_ns)
            for path in repo.path.rglob("*")
            if path.is_file()
        }

    time.sleep(0.01)
    before = state()
    for arguments in (["status"], ["show", "PARSE-SPEED-001"], ["export"], ["explain"]):
        assert call(repo.path, *arguments).code == 0
    assert state() == before


def test_a_command_that_is_run_stands_behind_two_dashes(tmp_path: Path) -> None:
    done = call(tmp_path, "run", "A-1", "pytest", "-k", "slug")
    assert done.code == 2
    assert "put -- before the command" in done.err
