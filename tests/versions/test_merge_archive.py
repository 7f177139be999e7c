"""Two branches that both archive, merged by real git with the driver: every attempt is there once,
in the plan or in its archive, and comes back."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.commands import merge_driver as driver
from tests.support.commands import call
from tests.support.repository import Repository

ITEMS = {1: "done", 2: "done", 3: "in_progress", 4: "pending"}
TRIES = 6
_WORDS = re.compile(r"Item (\d) try (\w+)\.")
Deed = Callable[[Repository], None]


def plan() -> str:
    rows = [f"| [ITEM-00{n}](#x) | Title {n} | High | {status} |" for n, status in ITEMS.items()]
    head = [
        "# Fix Plan",
        "",
        "## Index",
        "",
        "| ID | Title | Priority | Status |",
        "| --- " * 4 + "|",
    ]
    lines = [*head, *rows, ""]
    for n, status in ITEMS.items():
        lines += [
            f"## [ITEM-00{n}] Title {n}",
            "- Priority: High",
            f"- Status: {status}",
            "- Attempts History:",
        ]
        for at in range(1, TRIES + 1):
            lines += [
                f"  * [2025-10-0{at}] Attempt #{at} — Result: failed. Item {n} try {at}.",
                f"    Metrics: {n}{at} passed",
            ]
        state = "✅ COMPLETE" if status == "done" else "🟡 PENDING"
        lines += ["- Next Actions:", f"  1. {state} — act on {n}", ""]
    return "\n".join(lines)


@pytest.fixture
def forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """The plan, committed, with the driver in place."""
    tool = tmp_path / "bin" / driver.PROGRAM
    tool.parent.mkdir()
    run = "import sys; from ledger.merge_driver import main; sys.exit(main())"
    tool.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{run}" "$@"\n')
    tool.chmod(0o755)
    git = Path(shutil.which("git") or "git").parent
    monkeypatch.setenv("PATH", os.pathsep.join(map(str, (tool.parent, git, "/usr/bin", "/bin"))))
    repo = Repository.create(tmp_path / "archives")
    repo.write("docs/fix_plan.md", plan().encode())
    assert call(repo.path, "merge-driver", "--install").code == 0
    repo.commit("The plan")
    return repo


def archive(*arguments: str) -> Deed:
    def deed(repo: Repository) -> None:
        done = call(repo.path, "archive", *arguments)
        assert done.code == 0, done

    return deed


def append(item: int, number: int, word: str) -> Deed:
    """An attempt behind the item's others."""
    line = f"  * [2025-10-1{number}] Attempt #{number} — Result: failed. Item {item} try {word}.\n"

    def deed(repo: Repository) -> None:
        said = repo.ledger.read_text("utf-8")
        head, mark, tail = said.partition(f"## [ITEM-00{item}]")
        own, then, rest = tail.partition("- Next Actions:")
        repo.ledger.write_text(head + mark + own + line + then + rest, "utf-8")

    return deed


def fork(repo: Repository, ours: tuple[Deed, ...], theirs: tuple[Deed, ...]) -> None:
    """Do ``theirs`` on a branch of that name and ``ours`` on the one that is checked out after."""
    repo.git("checkout", "--quiet", "-b", "theirs")
    for name, deeds in (("theirs", theirs), ("ours", ours)):
        if name == "ours":
            repo.git("checkout", "--quiet", "-")
        for deed in deeds:
            deed(repo)
        repo.commit(name)


def told(repo: Repository) -> Counter[str]:
    """Every attempt of both files, as often as it is there."""
    both = [repo.ledger, repo.ledger.with_name("fix_plan_archive.md")]
    said = "".join(file.read_text("utf-8") for file in both if file.exists())
    return Counter("-".join(found) for found in _WORDS.findall(said))


def every(*more: str) -> Counter[str]:
    return Counter([*(f"{n}-{at}" for n in ITEMS for at in range(1, TRIES + 1)), *more])


ALONE = {
    "the same item": ((archive("ITEM-001"),), (archive("ITEM-001"),)),
    "other items": ((archive("ITEM-001"),), (archive("ITEM-002"),)),
    "one of two": ((archive(),), (archive("ITEM-002"),)),
    "older attempts of other items": ((archive("ITEM-003", "--keep", "2"),), (archive("ITEM-004", "--keep", "1"),)),
    "an item here, older attempts there": ((archive("ITEM-001"),), (archive("--keep", "5", "ITEM-004"),)),
    "the same attempts": ((archive("ITEM-003", "--keep", "2"),), (archive("ITEM-003", "--keep", "2"),)),
    "one side brings some back": ((archive(), archive("--restore", "ITEM-001")), (archive("ITEM-003", "--keep", "2"),)),
}  # fmt: skip


@pytest.mark.parametrize("name", ALONE)
@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_both_sides_archive(forked: Repository, name: str, how: str) -> None:
    fork(forked, *ALONE[name])
    if how == "merge":
        forked.git("merge", "--quiet", "--message", "Both", "theirs")
    else:
        forked.git("rebase", "--quiet", "theirs")
    assert forked.git("status", "--porcelain") == ""
    assert told(forked) == every()
    assert "not found" not in call(forked.path, "status", "--archived").out
    assert call(forked.path, "archive", "--restore").code == 0
    assert forked.ledger.read_text("utf-8") == plan()


def test_parts_of_the_archive_that_are_there_already(forked: Repository) -> None:
    archive("ITEM-001")(forked)
    forked.commit("Archived before")
    fork(forked, (archive("ITEM-002"),), (archive("--restore", "ITEM-001"),))
    forked.git("merge", "--quiet", "--message", "Both", "theirs")
    assert told(forked) == every()
    assert call(forked.path, "archive", "--restore").code == 0
    assert forked.ledger.read_text("utf-8") == plan()


def test_text_of_an_archive_that_people_wrote_is_merged_too(forked: Repository) -> None:
    file = forked.ledger.with_name("fix_plan_archive.md")
    archive("ITEM-001")(forked)
    file.write_text("# Old things\n\nWritten by hand.\n\n" + file.read_text("utf-8"), "utf-8")
    forked.commit("An archive")

    def behind(repo: Repository) -> None:
        file.write_text(file.read_text("utf-8") + "\nSaid behind.\n", "utf-8")

    fork(forked, (behind,), (archive("ITEM-002"),))
    forked.git("merge", "--quiet", "--message", "Both", "theirs")
    said = file.read_text("utf-8")
    assert told(forked) == every()
    assert said.startswith("# Old things\n\nWritten by hand.\n\n# Fix plan archive\n")
    assert said.count("Said behind.") == 1
    assert call(forked.path, "archive", "--restore").code == 0
    assert forked.ledger.read_text("utf-8") == plan()


def test_a_number_that_is_in_the_archive_is_not_given_again(forked: Repository) -> None:
    ours = (append(3, 7, "7"), append(3, 8, "8"), archive("ITEM-003", "--keep", "1"))
    fork(forked, ours, (append(3, 7, "new"),))
    said = forked.git("merge", "--message", "Both", "theirs")
    assert "CONFLICT" not in said
    assert told(forked) == every("3-7", "3-8", "3-new")
    held = (
        forked.ledger.read_text("utf-8").partition("## [ITEM-003]")[2].partition("## [ITEM-004]")[0]
    )
    lines = [line for line in held.splitlines() if line.startswith("  * ")]
    assert [re.sub(r".*(Archived|Attempt #\d).*", r"\1", line) for line in lines] == [
        "Archived",
        "Attempt #8",
        "Attempt #9",
    ]
    assert "Attempt #9 — Result: failed. Item 3 try new." in held


def test_an_item_that_is_archived_here_and_taken_up_there_is_left_to_a_person(
    forked: Repository,
) -> None:
    def taken_up(repo: Repository) -> None:
        said = repo.ledger.read_text("utf-8")
        repo.ledger.write_text(said.replace("Status: done", "Status: in_progress", 1), "utf-8")

    fork(forked, (archive("ITEM-001"),), (taken_up, append(1, 7, "7")))
    forked.git("merge", "--message", "Both", "theirs", check=False)
    assert forked.git("status", "--porcelain", "docs/fix_plan.md").startswith("UU")
    assert told(forked) == every("1-7")
    said = forked.ledger.read_text("utf-8")
    assert said.count("<<<<<<<") == 1
    assert "\n- Status: done — archived whole: 6 attempts" in said
    assert "\n- Status: in_progress\n>>>>>>>" in said


OVERLAPPING = {
    "more on one side": ((archive("ITEM-003", "--keep", "3"),), (append(3, 7, "7"), archive("ITEM-003", "--keep", "1")), ["3-7"]),
    "the whole on one side": ((archive("ITEM-001"),), (archive("ITEM-001", "--keep", "2"),), []),
    "twice on one side": ((archive("ITEM-003", "--keep", "4"), archive("ITEM-003", "--keep", "2")), (archive("ITEM-003", "--keep", "3"),), []),
}  # fmt: skip


@pytest.mark.parametrize("name", OVERLAPPING)
def test_what_both_archived_in_part_is_all_there_and_told(forked: Repository, name: str) -> None:
    ours, theirs, more = OVERLAPPING[name]
    fork(forked, ours, theirs)
    forked.git("merge", "--quiet", "--message", "Both", "theirs")
    assert set(told(forked)) == set(every(*more))
    assert told(forked) != every(*more)
    assert "not found" not in call(forked.path, "status", "--archived").out
    assert "twice in the archive" in call(forked.path, "doctor").out


def test_a_part_that_nothing_points_to_is_told(forked: Repository) -> None:
    archive("ITEM-001")(forked)
    said = forked.ledger.read_text("utf-8").splitlines(True)
    forked.ledger.write_text("".join(line for line in said if "#archived-" not in line), "utf-8")
    assert "nothing points to 1 part of it, on line" in " ".join(
        call(forked.path, "doctor").out.split()
    )
