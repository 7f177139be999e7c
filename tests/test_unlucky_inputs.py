"""Inputs that people type by mistake: one clear line, the right exit code, and nothing is lost."""

from __future__ import annotations

import os
import pty
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.cli import output
from ledger.hook import main as hook
from tests.support.commands import call, captured
from tests.support.repository import Repository

RUN = "reports/parser-speed/phase_b/20251102T091500Z"
ITEM = "DOCS-TOUR-002"
# What is called, the exit code, and what is said of it.
CASES = [
    (("append", ITEM, "reports/empty"), 2, "reports/empty: expected outputs of a run, found none"),
    (("append", f"{ITEM}#1", RUN), 2, "expected an item, found one of its attempts; give"),
    (("run", f"{ITEM}#1", "--", "true"), 2, "expected an item, found one of its attempts; give"),
    (("rounds", "--item", f"{ITEM}#1"), 2, "expected an item, found one of its attempts; give"),
    (("append", ITEM, RUN, "--status", ""), 2, "--status: expected words, found none"),
    (("append", ITEM, RUN, "--status", " "), 2, "--status: expected words, found none"),
    (("append", ITEM, RUN, "--because", " "), 2, "--because: expected words, found none"),
    (("gate", ""), 2, "give a brief, or an item's ID"),
    (("show", ""), 2, "'': expected ITEM or ITEM#N"),
]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A plan, a run, and an empty folder."""
    repo = Repository.create(tmp_path / "repo")
    (repo.path / "reports/empty").mkdir()
    return repo


@pytest.mark.parametrize(("arguments", "code", "said"), CASES)
def test_a_slip_is_told_in_one_line(
    repo: Repository, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = call(repo.path, *arguments)
    assert (done.code, said in done.err, done.err.count("\n")) == (code, True, 1), done.err
    assert repo.git("status", "--porcelain") == ""


def test_a_plan_of_which_nothing_is_read_is_not_in_order(repo: Repository) -> None:
    repo.ledger.write_bytes("# Plan\n\n## [A-1] Read\n- Status: open\n".encode("utf-16"))
    done = call(repo.path, "validate")
    assert done.code == 1
    assert "1:1: error LED102 not UTF-8 but UTF-16, of which nothing is read" in done.out


@pytest.mark.parametrize(
    ("plan", "said", "wide"),
    [
        (
            "# Plan\n\n## [A-1] Read\n- Status: open\n",
            "it is UTF-16, of which nothing is read; save",
            "utf-16",
        ),
        (
            "# Ideas\n\n- one\n- two\n",
            "no item is read in this file: it has 2 bullets and 1 heading;",
            "",
        ),
        ("", 'there is no item in it yet; `ledger add "TITLE"` adds one', ""),
    ],
)
@pytest.mark.parametrize(
    "arguments", [("note", "A-1", "Seen."), ("show", "A-1"), ("next",), ("status",)]
)
def test_where_no_item_is_read_one_line_says_what_was_seen_and_what_to_do(
    repo: Repository, plan: str, said: str, wide: str, arguments: tuple[str, ...]
) -> None:
    data = plan.encode(wide or "utf-8")
    repo.ledger.write_bytes(data)
    found = call(repo.path, *arguments)
    is_read = not wide and arguments[0] in ("next", "status")
    assert found.code == (0 if is_read else 2)
    lines = [line for line in found.err.splitlines() if said in line]
    assert len(lines) == (1 if plan or found.code else 0), found
    assert repo.ledger.read_bytes() == data


def test_a_run_that_is_given_twice_counts_once(repo: Repository) -> None:
    once = call(repo.path, "append", ITEM, RUN, "--again", "--dry-run").out
    assert call(repo.path, "append", ITEM, RUN, f"{RUN}/", "--again", "--dry-run").out == once
    assert "12 collected" in once


def test_a_round_that_left_nothing_is_a_round(repo: Repository) -> None:
    for number in (1, 3):
        repo.write(f"rounds/round_{number}/exit_code.txt", b"0\n")
    (repo.path / "rounds/round_2").mkdir()
    (repo.path / "rounds/notes").mkdir()
    data = call(repo.path, "rounds", "rounds", "--json").data
    assert [one["result"] for one in data["rounds"]] == ["pass", "unknown", "pass"]
    assert (data["passes"], data["total"]) == (2, 3)


# What is no file, or more than one can read

KINDS: dict[str, Callable[[Path], object]] = {
    "pipe": os.mkfifo,
    "endless": lambda place: place.symlink_to("/dev/zero"),
    "circle": lambda place: place.symlink_to(place.name),
    "huge": lambda place: (place.touch(), os.truncate(place, 40 << 30)),
}
APPEND = f"append {ITEM} {RUN} --result partial"
ODD: dict[str, list[str]] = {
    "docs/fix_plan.md": ["status", "validate", APPEND, f"run {ITEM} -- true", "doctor", "links", "hook"],
    "docs/fix_plan_archive.md": ["validate", "doctor", "archive PARSE-SPEED-001 --keep 1", "history", "hook"],
    "pyproject.toml": ["status", "init", "hook"],
    "b.md": ["gate b.md", "apply b.md", f"run {ITEM} --brief b.md --rerun --yes", f"{APPEND} --baseline b.md", "rounds b.md"],
    f"{RUN}/junit.xml": [f"evidence {RUN}", f"evidence {RUN}/junit.xml", APPEND, "verify"],
    f"{RUN}/run.json": [f"evidence {RUN}", f"rounds {RUN}"],
    ".gitattributes": ["merge-driver --install", "doctor"],
    ".git/ledger-leases.json": [f"claim {ITEM}", "status"],
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", ODD)
def test_nothing_waits_for_what_is_no_file(repo: Repository, kind: str, place: str) -> None:
    odd = repo.path / place
    odd.unlink(missing_ok=True)
    KINDS[kind](odd)
    for line in ODD[place]:
        # What waits is ended by the signal's own action; the machine may be busy.
        signal.alarm(120)
        done = (
            captured(repo.path, lambda: hook([]))
            if line == "hook"
            else call(repo.path, *line.split())
        )
        signal.alarm(0)
        assert done.code in (0, 1, 2), line
        assert "defect of ledger" not in done.err, line


# What steers a terminal

STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
MARKS = "\x1b[31m\u202e\x85\x9b\u2028"
SHOWN = [
    "status --all", "status --json", "next", "show WILD-001", "show WILD-001 --json", "validate", "validate --json",
    "validate --format sarif", "validate --format github", "verify --all", "verify --all --json", "links", "links --json",
    "export", "history --json", "doctor", "evidence reports/x", "evidence reports/x --json", "gate b.md", "gate b.md --json",
    "append WILD-001 reports/x --result partial --dry-run", "append WILD-001 reports/x --result partial --json",
    f"note WILD-001 a{MARKS}", f"edit WILD-001 --status done{MARKS}", f"show {MARKS}",
]  # fmt: skip


def test_no_output_holds_what_steers_a_terminal(repo: Repository) -> None:
    plan = f"## [WILD-001] A{MARKS}\n- Status: pending {MARKS}\n- Attempts History:\n  * [2025-01-01] Attempt #1 — "
    plan += f"Result: success. 13 passed {MARKS} `reports/x/{MARKS}y.txt` `deadbeef1`\n- Next Actions:\n  1. Go {MARKS}\n"
    repo.ledger.write_text(plan, "utf-8", newline="")
    repo.write(f"reports/x/{MARKS}", b"x")
    repo.write(
        "reports/x/junit.xml",
        "<testsuite><testcase classname='a\u202e' name='t\x85'/></testsuite>".encode(),
    )
    repo.write(
        "b.md",
        f"# B {MARKS}\n\n## Exit Criteria\n- [ ] All {MARKS} tests pass\n- [ ] Hello {MARKS}\n".encode(),
    )
    for line in SHOWN:
        done = call(repo.path, *line.split(" "))
        assert not STEERS.findall(done.out + done.err), line
        assert "defect of ledger" not in done.err, line


def test_what_a_command_writes_is_shown_line_by_line_without_controls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        show = output.echo()
        assert show
        for part in (b"10 %\r", b"\n20 %\r30 %", b"\x1b[31m \xe2\x80", b"\xae\xc2\x9b\x07end\n"):
            show(part)
        shown = b""
        while b"end\r\n" not in shown:  # a terminal may hand out less than was written
            shown += os.read(ours, 1000)
    os.close(ours)
    assert shown.replace(b"\r\n", b"\n") == b"10 %\n20 %\n30 % end\n"
