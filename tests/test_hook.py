"""The hook judges what is staged, against every parent, and blocks what a commit makes worse."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger import hook
from ledger.commands import facts, guard
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
SCRIPT = "from ledger.hook import run; run()"
LAST = "    Artifacts: `reports/parser-speed/phase_b/20251102T091500Z/{pytest.log,exit_code.txt}`\n"
FIRST = """\
  * [2025-11-01] Attempt #1 — Result: ⚠️ partial. Quadratic part found in the line splitter.
    Metrics: 12 passed in 41.20s.
"""


def attempt(number: int, text: str = "Measured again.") -> str:
    return f"  * [2025-11-03] Attempt #{number} — Result: ✅ success. {text}\n"


def plan(repo: Repository, *pairs: tuple[str, str], stage: bool = True) -> None:
    """Write the plan of the last commit with changes, and stage it."""
    text = repo.git("show", f"HEAD:{PLAN}") + "\n"
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    repo.write(PLAN, text.encode())
    if stage:
        repo.git("add", PLAN)


def adding(*entries: str) -> tuple[str, str]:
    return LAST, LAST + "".join(entries)


@pytest.fixture
def run(
    repo: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, list[str]]]:
    """Run the hook in the repository: its exit code, and the codes that it printed."""
    monkeypatch.chdir(repo.path)
    # Before the hook's own date everything that the plan tells of has happened.
    monkeypatch.setattr(facts, "today", lambda: "2025-12-31")

    def run(*names: str) -> tuple[int, list[str]]:
        code = hook.main(names)
        said = capsys.readouterr()
        if code == hook.LedgerError.exit_code:
            assert said.out == ""
            assert said.err.startswith("ledger-hook: ")
            assert said.err.count("\n") == 1
            return code, [said.err]
        return code, [line.split(" ")[2] for line in said.out.splitlines()]

    return run


def process(cwd: Path, *names: str, env: dict[str, str] | None = None, **more: object) -> object:
    return subprocess.run(  # type: ignore[call-overload]
        [sys.executable, "-c", SCRIPT, *names],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=False,
        timeout=60,
        **more,
    )


# What is compared with what


def test_a_new_attempt_passes_without_a_word(repo: Repository, run: Callable[..., object]) -> None:
    plan(repo, adding(attempt(3)))
    assert run(PLAN) == (0, [])
    assert run() == (0, [])


def test_a_number_taken_twice_blocks(
    repo: Repository, run: Callable[..., object], capsys: pytest.CaptureFixture[str]
) -> None:
    plan(repo, adding(attempt(2)))
    assert run(PLAN) == (1, ["LED106"])
    hook.main([PLAN])
    out, err = capsys.readouterr()
    assert out == (
        f"{PLAN}:26:5: error LED106 PARSE-SPEED-001 has attempt #2 twice: see line 23; "
        "the next free number is 3\n"
    )
    assert err == "ledger-hook: errors block the commit; `ledger explain LED106` says more\n"


def test_a_warning_is_told_and_does_not_block(repo: Repository, run: Callable[..., object]) -> None:
    plan(repo, adding(attempt(4)))
    assert run(PLAN) == (0, ["LED111"])


def test_only_what_is_staged_counts(repo: Repository, run: Callable[..., object]) -> None:
    plan(repo, adding(attempt(3)))
    plan(repo, adding(attempt(2)), stage=False)
    assert run(PLAN) == (0, [])
    plan(repo, adding(attempt(2)))
    plan(repo, adding(attempt(3)), stage=False)
    assert run(PLAN) == (1, ["LED106"])
    repo.ledger.unlink()
    assert run(PLAN) == (1, ["LED106"])
    assert run() == (1, ["LED106"])


def test_old_faults_do_not_block(repo: Repository, run: Callable[..., object]) -> None:
    plan(repo, adding(attempt(2)), ("| Low | pending |", "| Low | done |"))
    repo.commit("Two faults, past the hook")
    plan(
        repo,
        ("# Fix Plan Ledger", "# Our Fix Plan\n\nAll lines move."),
        ("Splitter", "The splitter"),
    )
    assert run(PLAN) == (0, [])


def test_nothing_is_read_where_nothing_changes(
    repo: Repository, run: Callable[..., object]
) -> None:
    plan(repo, adding(attempt(2)))
    repo.commit("A fault, past the hook")
    assert run(PLAN) == (0, [])


def test_removing_an_attempt_blocks_and_changing_the_latest_does_not(
    repo: Repository, run: Callable[..., object]
) -> None:
    plan(repo, (FIRST, ""))
    assert run(PLAN) == (1, ["LED501"])
    plan(repo, ("all tests pass", "all tests pass twice"))
    assert run(PLAN) == (0, [])
    plan(repo, ("41.20s", "14.20s"))
    assert run(PLAN) == (0, ["LED502"])


def test_the_settings_of_the_project_hold(repo: Repository, run: Callable[..., object]) -> None:
    """Those that are committed, or staged as long as they are about nothing that got lost."""
    for said, found in (
        (b'append_only = "off"\nignore = ["LED106"]', (0, [])),
        (b"max_lines = 40", (1, ["LED502", "LED106"])),
        (b"max_lines = 20", (1, ["LED502", "LED106"])),  # it was too long before
    ):
        repo.write("pyproject.toml", b"[tool.ledger]\n" + said + b"\n")
        repo.git("add", "pyproject.toml")
        repo.git("commit", "-qm", "Settings")
        plan(repo, ("41.20s", "14.20s"), adding(attempt(2)))
        assert run(PLAN) == found
        repo.git("checkout", "-q", "HEAD", PLAN)
    plan(repo, adding(attempt(2)))
    repo.write("pyproject.toml", b'[tool.ledger]\nignore = ["LED106"]\n')
    assert run(PLAN) == (1, ["LED106"])  # it is not staged
    repo.git("add", "--all")
    assert run(PLAN) == (0, ["LED509"])


ITEMS = [f"## [MOVED-00{n}] Moved\n- Status: pending\n- Next Actions:\n" for n in range(1, 4)]


@pytest.mark.parametrize(
    ("kept", "reads"), [(3, 0), (0, 1)], ids=["an attempt", "items are archived"]
)
def test_the_archive_is_read_once_and_only_for_what_is_gone(
    repo: Repository,
    run: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    kept: int,
    reads: int,
) -> None:
    items = "".join(f"\n{item}  1. 🟡 PENDING — Do it.\n" for item in ITEMS)
    repo.write(PLAN, repo.ledger.read_bytes() + items.encode())
    repo.write("docs/fix_plan_archive.md", b"# Archive\n")
    repo.git("add", "--all")
    repo.git("commit", "-qm", "Three more items")
    plan(repo, adding(attempt(3)), *([] if kept else [(items.rstrip(), "")]))
    archive = "# Archive\n" + ("" if kept else items)
    repo.write("docs/fix_plan_archive.md", archive.encode())
    repo.git("add", "--all")
    asked: list[bytes] = []
    read = guard.reader.read
    monkeypatch.setattr(guard.reader, "read", lambda data, *a: asked.append(data) or read(data, *a))
    assert run(PLAN) == (0, [])
    assert sum(data.startswith(b"# Archive") for data in asked) == reads


# Files that are new, gone, elsewhere, or none


def test_before_the_first_commit_everything_is_new(
    tmp_path: Path, repo: Repository, run: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    new = Repository(tmp_path / "new")
    new.path.mkdir()
    new.git("init", "-q")
    monkeypatch.chdir(new.path)
    good = repo.ledger.read_text("utf-8")
    told = (0, ["LED411", "LED409"])  # no run shows attempt #1, and that of #2 has no JUnit XML
    for text, expected in ((good, told), (good.replace("Attempt #2", "Attempt #1"), 1)):
        new.write(PLAN, text.encode())
        new.write("reports/parser-speed/phase_b/20251102T091500Z/exit_code.txt", b"0\n")
        log = b"===== 12 passed in 3.40s =====\n"
        new.write("reports/parser-speed/phase_b/20251102T091500Z/pytest.log", log)
        new.git("add", "--all")
        got = run(PLAN)
        assert got == expected or (isinstance(got, tuple) and got[0] == expected)


def test_the_ledger_is_deleted(repo: Repository, run: Callable[..., object]) -> None:
    repo.git("rm", "-q", PLAN)
    assert run() == (1, ["LED504"])
    assert run(PLAN) == (1, ["LED504"])


def test_the_ledger_is_emptied(repo: Repository, run: Callable[..., object]) -> None:
    repo.write(PLAN, b"")
    repo.git("add", PLAN)
    assert run(PLAN) == (1, ["LED504"])


def test_the_ledger_is_moved_and_loses_an_attempt(
    repo: Repository, run: Callable[..., object]
) -> None:
    repo.git("mv", PLAN, "fix_plan.md")
    assert run("fix_plan.md") == (0, [])
    assert run() == (0, [])
    moved = repo.path / "fix_plan.md"
    moved.write_bytes(moved.read_bytes().replace(FIRST.encode(), b""))
    repo.git("add", "--all")
    assert run("fix_plan.md") == (1, ["LED501"])


def test_the_plan_of_a_second_project_takes_nothing_from_the_first(
    repo: Repository, run: Callable[..., object]
) -> None:
    repo.write("sub/pyproject.toml", b'[tool.ledger]\npath = "docs/fix_plan.md"\n')
    repo.write("sub/docs/fix_plan.md", b"# Plan\n\n## [SUB-001] Begin\n- Status: pending\n")
    repo.git("add", "--all")
    assert run() == (0, [])
    assert run("sub/docs/fix_plan.md") == (0, [])


def test_a_file_that_is_not_added_is_none_of_the_commit(
    repo: Repository, run: Callable[..., object]
) -> None:
    repo.write("other/fix_plan.md", attempt(1).encode() * 2)
    assert run("other/fix_plan.md") == (0, [])
    repo.git("add", "other/fix_plan.md")
    assert run("other/fix_plan.md") == (0, ["LED104", "LED104"])


def test_other_files_are_passed_over_but_for_the_configured_one(
    repo: Repository, run: Callable[..., object]
) -> None:
    fault = (attempt(1) * 2).replace("  *", "*").encode()
    for name in ("README.md", "PLAN.md", "docs/fix_plan.md.orig"):
        repo.write(name, b"## [AB-1] Title\n- Status: pending\n- Attempts History:\n" + fault)
    repo.git("add", "--all")
    assert run("README.md", "PLAN.md", "docs/fix_plan.md.orig") == (0, [])
    repo.write("pyproject.toml", b'[tool.ledger]\npath = "PLAN.md"\n')
    repo.git("add", "--all")
    repo.git("commit", "-qm", "Settings", "pyproject.toml")
    assert run("README.md", "PLAN.md", "docs/fix_plan.md.orig") == (1, ["LED106"])
    assert run() == (1, ["LED106"])


def test_from_a_folder_inside_and_by_other_spellings(
    repo: Repository, run: Callable[..., object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plan(repo, adding(attempt(2)))
    monkeypatch.chdir(repo.path / "docs")
    for names in (
        ["fix_plan.md"],
        ["./fix_plan.md", "../docs/fix_plan.md"],
        [str(repo.ledger)],
        [],
    ):
        assert run(*names) == (1, ["LED106"])
    (tmp_path / "link").symlink_to(repo.path)
    monkeypatch.chdir(tmp_path / "link")
    assert run(PLAN) == (1, ["LED106"])


@pytest.mark.parametrize("data", [b"\0\xff\xfe" * 1000, b"\n", b"x" * 100_000, b"[" * 3000])
def test_a_file_that_is_no_plan(
    repo: Repository, run: Callable[..., tuple[int, list[str]]], data: bytes
) -> None:
    repo.write("new/fix_plan.md", data)
    repo.git("add", "--all")
    code, codes = run("new/fix_plan.md")
    assert (code, set(codes) - {"LED102"}) == (0, set())


# Merges


def branch(repo: Repository, *pairs: tuple[str, str]) -> None:
    """A branch ``side`` and the branch that is checked out both go on from here."""
    repo.git("branch", "side")
    plan(repo, *pairs)
    repo.commit("Ours")


def merge(repo: Repository, *pairs: tuple[str, str]) -> None:
    """Commit to ``side``, and merge it into the branch that is checked out, not committing."""
    ours = repo.git("branch", "--show-current")
    repo.git("checkout", "-q", "side")
    plan(repo, *pairs)
    repo.commit("Theirs")
    repo.git("checkout", "-q", ours)
    repo.git("merge", "--no-commit", "--no-ff", "side", check=False)


def test_a_merge_keeps_what_both_sides_added(repo: Repository, run: Callable[..., object]) -> None:
    branch(repo, adding(attempt(3, "Ours.")))
    merge(repo, adding(attempt(3, "Theirs.")))
    [refusal] = run(PLAN)[1]  # type: ignore[index]
    assert "holds it in conflict" in refusal
    plan(repo, (attempt(3, "Ours."), attempt(3, "Ours.") + attempt(3, "Theirs.")))
    assert run(PLAN) == (1, ["LED106"])
    plan(repo, (attempt(3, "Ours."), attempt(3, "Ours.") + attempt(4, "Theirs.")))
    assert run(PLAN) == (0, [])
    # To take one side's file is what loses attempts, and what git calls resolved.
    repo.git("checkout", "--ours", PLAN, check=False)
    plan(repo)
    assert run(PLAN) == (1, ["LED501"])
    assert run() == (1, ["LED501"])


def test_a_merge_is_not_to_blame_for_what_one_side_did(
    repo: Repository, run: Callable[..., object]
) -> None:
    repo.git("checkout", "-q", "-b", "ours")
    branch(repo, ("# Fix Plan Ledger", "# Our Fix Plan"))
    # Past the hook: a fault, an attempt removed, one changed.
    merge(repo, ("| Low | pending |", "| Low | done |"), (FIRST, ""), ("3.40s", "4.30s"))
    assert repo.git("diff", "--cached", "--name-only") == PLAN
    assert run(PLAN) == (0, [])


# Failures


def test_outside_of_a_repository(
    tmp_path: Path, run: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    monkeypatch.chdir(lonely)
    assert run()[0] == 2  # type: ignore[index]
    (lonely / "fix_plan.md").write_bytes(b"")
    assert run("fix_plan.md")[0] == 2  # type: ignore[index]
    assert run()[0] == 2  # type: ignore[index]


def test_wrong_usage_and_help(
    run: Callable[..., object], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--staged")[0] == 2  # type: ignore[index]
    assert hook.main(["--help"]) == 0
    assert capsys.readouterr().out.startswith("usage: ledger-hook")


def test_a_broken_configuration_is_told_in_a_line(
    repo: Repository, run: Callable[..., object]
) -> None:
    repo.write("pyproject.toml", b"[tool.ledger]\nignore = 3\n")
    assert run(PLAN)[0] == 2  # type: ignore[index]


def test_ctrl_c(
    repo: Repository, run: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(guard, "check_staged", interrupted)
    assert hook.main([PLAN]) == 130


def test_a_defect_is_told_in_a_line(
    repo: Repository,
    run: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(guard, "check_staged", lambda *_: 1 // 0)
    code, [line] = run(PLAN)  # type: ignore[misc]
    assert code == 2
    assert "this is a defect of ledger: ZeroDivisionError" in line
    monkeypatch.setenv("LEDGER_TRACEBACK", "1")
    assert hook.main([PLAN]) == 2
    shown = capsys.readouterr().err
    assert shown.startswith("Traceback")
    assert shown.endswith(line)


def test_nobody_reads_what_it_says(repo: Repository) -> None:
    plan(repo, adding(attempt(2)))
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, PLAN],
        cwd=repo.path,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        timeout=60,
    )
    os.close(writer)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"Exception ignored" not in done.stderr


def test_what_files_say_is_harmless_in_any_locale(repo: Repository) -> None:
    plan(repo, ("Status: pending", "Status: \x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}später ✅"))
    for env in ({"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}, {"LC_ALL": "C.UTF-8"}):
        done = process(repo.path, PLAN, env=env)
        assert done.returncode == 0  # type: ignore[attr-defined]
        [line] = done.stdout.splitlines()  # type: ignore[attr-defined]
        assert b"LED110" in line
        assert b"\x1b" not in line
        assert "\N{RIGHT-TO-LEFT OVERRIDE}".encode() not in line


def test_a_whole_run_loads_nothing_slow(repo: Repository) -> None:
    plan(repo, adding(attempt(2)))
    code = f"from ledger.hook import main; main(['{PLAN}']); import sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.path, capture_output=True, check=True, text=True
    )
    loaded = {*done.stdout.splitlines()[-1].split()}
    assert {"markdown_it", "ledger.claims.judge"} <= loaded
    assert not loaded & {"typer", "click", "rich", "git"}
    # only for an entry that has a report of rounds
    assert not loaded & {"ledger.claims.rounds", "ledger.evidence.rounds_report"}


def test_the_repository_is_left_as_it_is(repo: Repository, run: Callable[..., object]) -> None:
    plan(repo, adding(attempt(2, "Log: `reports/none.log`, commit 0badc0ffee1.")))
    index = (repo.path / ".git/index").read_bytes()
    before = repo.git("status", "--porcelain", "--untracked-files=all")
    (repo.path / "docs").touch()
    run(PLAN)
    assert (repo.path / ".git/index").read_bytes() == index
    assert repo.git("status", "--porcelain", "--untracked-files=all") == before
