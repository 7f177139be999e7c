"""``ledger archive`` as its users run it."""

from __future__ import annotations

import errno
import io
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ledger import store
from ledger.store import Pair
from tests.edits.test_archive import PLAN
from tests.support.commands import call
from tests.support.repository import Repository
from tests.test_store_both import dies_between

ARCHIVE = "docs/fix_plan_archive.md"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    (tmp_path / "repo").mkdir()
    repo = Repository(tmp_path / "repo")
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", PLAN.encode())
    repo.commit("A plan")
    return repo


def held(repo: Repository) -> bytes:
    return (repo.path / ARCHIVE).read_bytes()


def test_a_dry_run_writes_nothing_and_git_takes_its_diff(repo: Repository) -> None:
    diff = call(repo.path, "archive", "--dry-run", "--diff").out
    assert repo.git("status", "--porcelain") == ""
    (repo.path / "d.patch").write_text(diff)
    repo.git("apply", "d.patch")
    patched = repo.ledger.read_bytes(), held(repo)
    repo.git("checkout", "--", "docs/fix_plan.md")
    (repo.path / ARCHIVE).unlink()
    assert call(repo.path, "archive").code == 0
    assert (repo.ledger.read_bytes(), held(repo)) == patched
    (repo.path / "d.patch").write_text(
        call(repo.path, "archive", "--restore", "--dry-run", "--diff").out
    )
    repo.git("apply", "d.patch")
    assert repo.ledger.read_bytes() == PLAN.encode()


def test_a_dry_run_that_moves_nothing_says_so(repo: Repository) -> None:
    call(repo.path, "archive")
    again = call(repo.path, "archive", "--dry-run")
    assert (again.code, again.err) == (0, "")
    assert "nothing to move" in again.out
    again = call(repo.path, "archive", "--dry-run", "--diff")
    assert (again.code, again.out) == (0, "")  # no diff
    assert "nothing to move" in again.err


def test_a_dry_run_is_summed_up(repo: Repository) -> None:
    wanted = call(repo.path, "archive", "--dry-run")
    assert repo.git("status", "--porcelain") == ""
    done = call(repo.path, "archive")
    first, *_, lines, _ = wanted.out.splitlines()
    assert first.startswith("docs/fix_plan.md:")
    assert lines == done.out.splitlines()[-2].replace("became", "would become")
    assert wanted.out.endswith("\nnothing was written; --diff shows the change\n")


def test_the_document_of_an_archive_has_the_diff_when_asked(repo: Repository) -> None:
    short = call(repo.path, "archive", "--dry-run", "--json").data
    full = call(repo.path, "archive", "--dry-run", "--diff", "--json").data
    assert short["diff"] == ""
    assert full["diff"] == call(repo.path, "archive", "--dry-run", "--diff").out
    assert {**short, "diff": ""} == {**full, "diff": ""}
    assert call(repo.path, "archive", "--diff").code == 2


def test_what_is_archived_is_found(repo: Repository) -> None:
    said = call(repo.path, "show", "DONE-001#2").out
    call(repo.path, "archive", "DONE-001", "--keep", "1")
    call(repo.path, "archive", "OPEN-001", "--keep", "1")
    call(repo.path, "archive")
    parts = call(repo.path, "status", "--json").data["archived"]
    assert [(one["item"], one["is_item"], one["numbers"]) for one in parts] == [
        ("DONE-001", True, [[1, 3]]),
        ("OPEN-001", False, [[1, 1]]),
        ("OPEN-001", False, [[3, 4]]),
    ]
    lines = held(repo).decode().split("\n")
    for part, text in zip(parts, ("- Priority: High", "Attempt #1", "Attempt #3"), strict=True):
        assert text in lines[part["archive_line"] - 1]
    assert len(call(repo.path, "status", "--archived").out.splitlines()) == 4
    found = call(repo.path, "show", "DONE-001#2")
    assert found.out.split("\n")[2:] == said.split("\n")[2:]
    assert "fix_plan_archive.md" in found.out
    for number in (1, 2, 3):
        assert call(repo.path, "links", f"DONE-001#{number}").code == 0
        assert call(repo.path, "verify", f"DONE-001#{number}").code == 0
    assert "Archived (3)" in call(repo.path, "show", "DONE-001").out


def test_the_history_tells_of_a_move(repo: Repository) -> None:
    for arguments in (["--keep", "1"], [], ["--restore"]):
        call(repo.path, "archive", *arguments)
        repo.commit("Moved")
    data = call(repo.path, "history", "--json").data
    assert (data["removed"], data["others"]) == ([], [])
    events = [
        (one["kind"], one["item"], one["number"])
        for one in data["events"]
        if one["kind"] in ("removed", "archived", "restored")
    ]
    assert ("archived", "DONE-001", 1) in events
    assert ("archived", "OPEN-001", 3) in events
    assert ("restored", "DONE-001", 2) in events
    assert "removed" not in {kind for kind, *_ in events}
    shown = call(repo.path, "show", "DONE-001#1").out
    assert "A plan" in shown, "the commit that introduced it"


def test_a_lost_archive_is_told(repo: Repository) -> None:
    call(repo.path, "archive")
    (repo.path / ARCHIVE).unlink()
    assert "not found" in call(repo.path, "status", "--archived").out
    assert "the archive does not hold it" in call(repo.path, "show", "DONE-001#2").err
    done = call(repo.path, "archive", "--restore", "DONE-001")
    assert (done.code, "does not hold archived-" in done.err) == (1, True)


def test_an_append_goes_on_behind_what_is_archived(repo: Repository) -> None:
    repo.write("reports/x/20251102T091500Z/exit_code.txt", b"0\n")
    run = "reports/x/20251102T091500Z"
    call(repo.path, "archive", "OPEN-001", "--keep", "1")
    (repo.path / ARCHIVE).unlink()
    done = call(repo.path, "append", "OPEN-001", run, "--json")
    assert done.data["number"] == 6


REFUSED = {
    "unfinished": (["OPEN-001"], 1, "OPEN-001 stays: it is in progress"),
    "unknown": (["NOBODY-001"], 2, "no item NOBODY-001"),
    "nothing there": (["--restore", "OPEN-001"], 2, "OPEN-001 has nothing in the archive"),
    "nothing at all": (["--restore"], 2, "nothing in the archive"),
    "too long": (["--to-lines", "5"], 1, "5 lines cannot be reached"),
    "no day": (["--before", "yesterday"], 2, "expected a day"),
    "both ways": (["--restore", "--keep", "3"], 2, "--restore takes items"),
    "the archive": (["--ledger", ARCHIVE], 2, "is the archive of docs/fix_plan.md"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_done_is_said_and_nothing_written(repo: Repository, case: str) -> None:
    arguments, code, said = REFUSED[case]
    repo.write(ARCHIVE, b"# Archive\n")
    done = call(repo.path, "archive", *arguments)
    assert (done.code, said in done.out + done.err) == (code, True), done
    assert repo.ledger.read_bytes() == PLAN.encode()
    assert held(repo) == b"# Archive\n"


CHECKLIST = "# Plan\n\n## Work\n" + "".join(f"- [x] Mend lexer {n}\n" for n in range(3))


def test_a_checklist_says_why_none_of_it_can_go(tmp_path: Path) -> None:
    (tmp_path / "fix_plan.md").write_text(CHECKLIST)
    done = call(tmp_path, "archive")
    assert (done.code, done.out.count("stays: nothing of it can go")) == (0, 3)
    assert "nothing to move; it has 6 lines" in done.out
    (tmp_path / "fix_plan.md").write_text(CHECKLIST + "- [X] Draw\n" * 40)
    done = call(tmp_path, "archive")
    assert (done.out.count("\n"), "and 42 more stay:" in done.out) == (2, True)


def test_a_plan_in_conflict_is_not_archived(repo: Repository) -> None:
    data = PLAN.replace(
        "- Status: done (all of it)\n",
        "<<<<<<< a\n- Status: done\n=======\n- Status: new\n>>>>>>> b\n",
    )
    repo.write("docs/fix_plan.md", data.encode())
    done = call(repo.path, "archive")
    assert (done.code, done.err.count("\n")) == (1, 1), done
    assert "a merge conflict is not resolved" in done.err
    assert repo.ledger.read_bytes() == data.encode()
    assert not (repo.path / ARCHIVE).exists()


def test_an_archive_of_nothing_is_no_fault(repo: Repository) -> None:
    assert call(repo.path, "archive").code == 0
    assert "not committed" in call(repo.path, "doctor").out
    assert call(repo.path, "archive", "--restore").code == 0
    assert "fix_plan_archive.md is not committed" not in call(repo.path, "doctor").out


def test_the_nearest_size_is_named_where_lines_cannot_be_reached(repo: Repository) -> None:
    done = call(repo.path, "archive", "--to-lines", "5")
    assert done.code == 1
    [nearest] = re.findall(r"--to-lines (\d+) moves these", done.err)
    assert call(repo.path, "archive", "--to-lines", nearest, "--json").data["after"] == int(nearest)
    assert call(repo.path, "archive", "--to-lines", "500").out.endswith("it has 28 lines\n")


CHOSEN = {
    "a word as written": (["--status", "done"], ["DONE-001"]),
    "another status": (["--status", "blocked"], []),
    "with attempts": (["--status", "in_progress", "--keep", "1"], ["OPEN-001", "OPEN-001"]),
    "before": (["--before", "2025-10-03"], ["DONE-001"]),
    "not before": (["--before", "2025-10-02"], []),
    "attempts before": (["--before", "2025-10-05", "--keep", "1"], ["DONE-001", "OPEN-001"]),
    "by name": (["done-001"], ["DONE-001"]),
}


@pytest.mark.parametrize("case", CHOSEN)
def test_what_is_chosen(repo: Repository, case: str) -> None:
    data = PLAN.replace("#3, STAMP 20251003T090000Z", "#2").encode()
    repo.write("docs/fix_plan.md", data)
    arguments, items = CHOSEN[case]
    done = call(repo.path, "archive", *arguments, "--json")
    assert [one["item"] for one in done.data["parts"]] == items


def test_an_archive_outside_is_not_written(repo: Repository, tmp_path: Path) -> None:
    (repo.path / ARCHIVE).symlink_to(tmp_path / "outside.md")
    assert call(repo.path, "archive").code == 2
    assert not (tmp_path / "outside.md").exists()
    assert repo.ledger.read_bytes() == PLAN.encode()


def test_another_archive(repo: Repository) -> None:
    repo.write("pyproject.toml", b'[tool.ledger]\narchive = "old/plan.md"\n')
    assert call(repo.path, "archive").code == 0
    assert "(../old/plan.md#archived-" in repo.ledger.read_text("utf-8")
    assert "Attempt #2" in (repo.path / "old/plan.md").read_text("utf-8")
    assert call(repo.path, "archive", "--restore").code == 0
    assert repo.ledger.read_bytes() == PLAN.encode()


def test_readers_see_the_old_plan_where_a_move_was_cut_short(repo: Repository) -> None:
    """Between the two files: the archive has what the plan still has."""
    before = [call(repo.path, *args).out for args in (["status"], ["show", "DONE-001#1"])]
    pair = Pair(repo.ledger, repo.path / ARCHIVE)
    moved = call(repo.path, "archive", "--dry-run", "--json")
    assert moved.data["parts"]
    dies_between(pair, "archive", (b"# New\n", b"# Archive\n\n" + PLAN.encode()))
    after = [call(repo.path, *args).out for args in (["status"], ["show", "DONE-001#1"])]
    assert after == before
    assert "was cut short" in " ".join(call(repo.path, "doctor").out.split())
    assert call(repo.path, "validate", "--base", "HEAD").code == 0
    repo.git("add", "docs")
    assert call(repo.path, "validate", "--staged").code == 0
    mend = ["archive", "--to-lines", "1000000"]
    assert call(repo.path, *mend).code == 0
    assert not (repo.path / ARCHIVE).exists()
    assert repo.ledger.read_bytes() == PLAN.encode()
    assert "was cut short" not in " ".join(call(repo.path, "doctor").out.split())


def test_a_journal_from_elsewhere_is_told(repo: Repository) -> None:
    store.journal_of(repo.ledger).write_bytes(b"ledger journal 1\n")
    done = call(repo.path, "archive")
    assert done.code == 2
    assert "delete it" in done.err
    assert repo.ledger.read_bytes() == PLAN.encode()


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
@pytest.mark.parametrize(("command", "code"), [("status", 2), ("show DONE-001", 2), ("doctor", 1)])
def test_an_archive_that_cannot_be_read_is_not_one_that_is_missing(
    repo: Repository, command: str, code: int, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(repo.path, "archive", "DONE-001").code == 0
    real = io.open

    def hides(path: object, *rest: Any, **named: Any) -> Any:
        if str(path).endswith("_archive.md"):
            raise OSError(number, os.strerror(number))
        return real(path, *rest, **named)

    monkeypatch.setattr(io, "open", hides)
    done = call(repo.path, *command.split())
    assert (done.code, os.strerror(number).lower() in done.err + done.out) == (code, True), done
