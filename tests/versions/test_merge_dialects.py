"""Merges of a logbook and of a roadmap: what either side added is there, whatever it stood beside."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.plan import reader
from ledger.versions.merge import merge
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository
from tests.test_merge_driver import program  # noqa: F401 - a fixture

LOGBOOK = (ROOT / "tests/data/logbook.md").read_text("utf-8")
ROADMAP = (ROOT / "tests/data/roadmap.md").read_text("utf-8")
LAST = "- `runs/lexer/20260203T101500Z/`\n"
OURS = f"{LAST}\n### 2026-02-05T08:00Z — LEXER-7 (failed)\n**Action:** Ours.\n"
THEIRS = f"{LAST}\n### 2026-02-04T08:00Z — LEXER-7 (success)\n**Action:** Theirs.\n"
BOX = "- [ ] A3: Write the report"
FIRST = "    - [2026-02-01] Attempt #1 — Result: failed. Pages are read twice.\n"


def changed(text: str, *pairs: tuple[str, str]) -> bytes:
    for old, new in pairs:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return text.encode()


def both_ways(base: str, ours: bytes, theirs: bytes) -> tuple[str, int]:
    """The merge, which must not depend on who is who, and how many conflicts it has."""
    one, other = merge(base.encode(), ours, theirs), merge(base.encode(), theirs, ours)
    assert len(one.clashes) == len(other.clashes)
    if not one.clashes:
        assert one.data == other.data
    return one.data.decode(), len(one.clashes)


def test_an_entry_that_either_side_appended_is_kept() -> None:
    text, clashes = both_ways(
        LOGBOOK, changed(LOGBOOK, (LAST, OURS)), changed(LOGBOOK, (LAST, THEIRS))
    )
    assert clashes == 0
    ours, theirs = OURS.removeprefix(LAST), THEIRS.removeprefix(LAST)
    assert text == LOGBOOK.replace(LAST, LAST + theirs + ours)


def test_states_of_a_logbook_merge_by_their_meaning() -> None:
    text, clashes = both_ways(
        LOGBOOK,
        changed(
            LOGBOOK, (BOX, BOX.replace("[ ]", "[x]")), (LAST, OURS), ("`in_progress`", "`blocked`")
        ),
        changed(LOGBOOK, (BOX, BOX.replace("[ ]", "[~]")), ("`in_progress`", "`done`")),
    )
    assert clashes == 0
    assert "- [x] A3: Write the report" in text
    assert "`done` (second week)" in text
    assert "Ours." in text


def test_tasks_that_both_sides_added_are_kept() -> None:
    ours, theirs = f"{BOX}\n- [ ] A4: Ours", f"{BOX}\n- [ ] A5: Theirs"
    text, clashes = both_ways(
        LOGBOOK, changed(LOGBOOK, (BOX, ours)), changed(LOGBOOK, (BOX, theirs))
    )
    assert clashes == 0
    assert {"- [ ] A4: Ours", "- [ ] A5: Theirs"} <= {*text.split("\n")}


def test_an_entry_that_both_sides_changed_is_a_conflict() -> None:
    line = "**Action:** Answered both requests."
    text, clashes = both_ways(
        LOGBOOK, changed(LOGBOOK, (line, f"{line} A.")), changed(LOGBOOK, (line, f"{line} B."))
    )
    assert clashes == 1
    assert "A." in text
    assert "B." in text


def test_attempts_below_one_item_of_a_roadmap_are_numbered_on() -> None:
    ours = "    - [2026-02-05] Attempt #2 — Result: success. Ours.\n"
    theirs = "    - [2026-02-04] Attempt #2 — Result: failed. Theirs.\n"
    text, clashes = both_ways(
        ROADMAP,
        changed(ROADMAP, (FIRST, FIRST + ours), ("**partial**", "**done**")),
        changed(ROADMAP, (FIRST, FIRST + theirs), ("— **pending**", "— **blocked**")),
    )
    assert clashes == 0
    flow, maps, tour, _ = reader.read(text.encode()).items
    assert [(one.number, one.date) for one in maps.attempts if one.number] == [
        (1, "2026-02-01"),
        (2, "2026-02-04"),
        (3, "2026-02-05"),
    ]
    assert (flow.status_text, tour.status_text) == ("done", "blocked")


def test_items_of_a_tier_have_numbers_of_their_own() -> None:
    made = "  - **Attempts:**\n    - [2026-02-05] Attempt #1 — Result: success. {}.\n"
    place = "  - **Dependencies:** none\n"
    tour = "  - [ ] Write it\n"
    text, clashes = both_ways(
        ROADMAP,
        changed(ROADMAP, (place, place + made.format("Ours"))),
        changed(ROADMAP, (tour, tour + made.format("Theirs"))),
    )
    assert clashes == 0
    assert text.count("Attempt #1") == 3
    assert [len(item.attempts) for item in reader.read(text.encode()).items] == [2, 2, 1, 0]


@pytest.mark.usefixtures("program")
def test_two_branches_that_append_to_a_logbook_merge_with_git(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", LOGBOOK.encode())
    for day in ("04", "05"):
        repo.write(f"runs/202602{day}T080000Z/exit_code.txt", b"0\n")
        repo.write(f"runs/202602{day}T080000Z/pytest.log", b"===== 12 passed in 3.40s =====\n")
    repo.commit("Start")
    assert call(repo.path, "merge-driver", "--install").code == 0
    repo.commit("Merge by attempts")
    for branch, day in (("theirs", "04"), ("ours", "05")):
        repo.git("checkout", "--quiet", "-b", branch, "HEAD" if branch == "theirs" else "HEAD~1")
        assert call(repo.path, "append", "LEXER-7", f"runs/202602{day}T080000Z").code == 0
        repo.commit(branch)
    repo.git("merge", "--quiet", "theirs")
    ledger = reader.read(repo.ledger.read_bytes())
    assert [one.date for one in ledger.items[0].attempts][-2:] == ["2026-02-04", "2026-02-05"]
    told = call(repo.path, "validate", "--base", "HEAD^1", "--json").data["findings"]
    assert [one["code"] for one in told] == ["LED409"], "the merged run has a log, and no JUnit XML"
