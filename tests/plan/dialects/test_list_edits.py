"""Attempts without numbers, on real git: put back where they stood, and withdrawn by their date."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
BOOK = (ROOT / "tests/data/logbook.md").read_text("utf-8")
ROADMAP = (ROOT / "tests/data/roadmap.md").read_text("utf-8")
LISTED = (
    "# Plan\n\n## [SCAN-001] Scan\n- Status: pending\n- Attempts History:\n"
    "  * [2025-11-01] Result: failed. Too slow by far for anybody.\n"
    "  * [2025-11-02] Result: partial. A little faster than that.\n"
    "  * [2025-11-03] Result: success. As fast as anybody wants.\n"
)


@pytest.fixture
def story(tmp_path: Path) -> Repository:
    repo = Repository(tmp_path / "story")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    return repo


def commits(story: Repository, *versions: str) -> None:
    for version in versions:
        story.write(PLAN, version.encode())
        story.commit("A version")


def without(plan: str, start: str, count: int = 1) -> str:
    """The plan without so many entries of a logbook from that which ``start`` is in."""
    entries = re.split(r"(?m)^(?=### |## (?!A))", plan)
    at = next(n for n, one in enumerate(entries) if start in one)
    return "".join(entries[:at] + entries[at + count :])


def backwards(plan: str) -> str:
    """The entries of a logbook the newest first."""
    head, *entries, tail = re.split(r"(?m)^(?=### |## TODOs)", plan)
    return "".join([head, *reversed(entries), tail])


ENTRIES = [
    ("intake", "2026-02-01T08:10Z"),
    ("intake", "2026-02-01T16:30Z"),
    ("LEXER-7", "2026-02-02T09:00Z"),
    ("LEXER-7", "2026-02-03T10:15Z"),
]
BOOKS = {
    "as on its page": BOOK,
    "the newest first": backwards(BOOK),
    "CRLF": BOOK.replace("\n", "\r\n"),
    "with a box in it": BOOK.replace("\n**Next Actions:**", "\n- [ ] Ask again\n\n**Next Actions:**"),
    "rules between": BOOK.replace("\n\n### ", "\n\n---\n\n### ").replace(
        "History\n\n---\n", "History\n"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("item", "when"), ENTRIES)
@pytest.mark.parametrize("book", BOOKS)
def test_an_entry_of_a_logbook_goes_back_to_its_place(
    story: Repository, book: str, item: str, when: str
) -> None:
    plan = BOOKS[book]
    if "\r" in plan:
        gone = without(plan.replace("\r\n", "\n"), when).replace("\n", "\r\n")
    else:
        gone = without(plan, when)
    if book == "rules between":
        gone = gone.replace("\n\n---\n\n## TODOs", "\n\n## TODOs")
    commits(story, plan, gone)
    name = f"{item}#{when}"
    assert f"ledger history --restore '{name}'" in call(story.path, "history", "--removed").out
    done = call(story.path, "history", "--restore", name)
    assert (done.code, done.err) == (0, "")
    assert f"{item} attempt of {when[:10]} is back" in done.out
    assert (story.path / PLAN).read_bytes().decode() == plan
    again = call(story.path, "history", "--restore", name)
    assert (again.code, "says the same" in again.err) == (1, True)


def test_an_initiative_of_which_nothing_is_left_comes_back(story: Repository) -> None:
    commits(story, BOOK, without(BOOK, "2026-02-01T08:10Z", 2))  # S1 and S2 are the focus's now
    for when in ("16:30Z", "08:10Z"):
        done = call(story.path, "history", "--restore", f"intake#2026-02-01T{when}")
        assert (done.code, done.err) == (0, "")
    assert (story.path / PLAN).read_text("utf-8") == BOOK


def test_an_initiative_may_stand_elsewhere_with_its_first_entry(story: Repository) -> None:
    first = "### 2026-01-30T09:00Z — HERE-2 (x)\n\n"
    late = "\n### 2026-02-04T09:00Z — HERE-2 (more)\n**Action:** Went on.\n\n## TODOs"
    plan = BOOK.replace("### 2026-02-01T08:10Z", f"{first}### 2026-02-01T08:10Z")
    plan = plan.replace("\n## TODOs", late)
    commits(story, plan, plan.replace(first, ""))
    done = call(story.path, "history", "--restore", "HERE-2#2026-01-30")
    assert (done.code, done.err) == (0, "")
    assert (story.path / PLAN).read_text("utf-8") == plan


def test_the_only_entry_goes_back_below_its_heading(story: Repository) -> None:
    plan = without(without(BOOK, "2026-02-01T08:10Z", 2), "2026-02-03T10:15Z")
    commits(story, plan, without(plan, "2026-02-02T09:00Z"))
    done = call(story.path, "history", "--restore", "LEXER-7#2026-02-02")
    assert (done.code, done.err) == (0, "")
    assert (story.path / PLAN).read_text("utf-8") == plan


@pytest.mark.parametrize(
    ("name", "code", "says"),
    [
        ("LEXER-7#2026-02", 2, "expected ITEM"),
        ("LEXER-7", 2, "expected ITEM#N"),
        ("LEXER-7#2026-02-02", 0, "is back"),
        ("intake#2026-02-01", 2, "say more"),
        ("intake#2026-02-01T16", 0, "is back"),
        ("intake#2026-02-03", 2, "no commit removed attempt that begins with 2026-02-03"),
        ("NOBODY#2026-02-01", 2, "no commit removed"),
    ],
)
def test_an_attempt_is_named_by_what_it_begins_with(
    story: Repository, name: str, code: int, says: str
) -> None:
    gone = without(BOOK, "2026-02-01T08:10Z", 3)
    commits(story, BOOK, gone)
    done = call(story.path, "history", "--restore", name, "--dry-run")
    assert done.code == code
    assert says in done.err or (code == 0 and "+### 2026-02-0" in done.out)
    assert (story.path / PLAN).read_text("utf-8") == gone


@pytest.mark.parametrize("day", ["2025-11-01", "2025-11-02", "2025-11-03"])
def test_a_dated_entry_of_a_list_goes_back_to_its_place(story: Repository, day: str) -> None:
    gone = "".join(line for line in LISTED.splitlines(keepends=True) if day not in line)
    commits(story, LISTED, gone)
    done = call(story.path, "history", "--restore", f"SCAN-001#{day}", "--json")
    assert done.code == 0
    restored = done.data["restored"]
    assert (restored["number"], restored["date"]) == (None, day)
    assert (story.path / PLAN).read_text("utf-8") == LISTED
    assert day in LISTED.splitlines()[restored["line"] - 1]


NOTE = " (2026-02-04: waits for READ-FLOW-001)"


def test_the_note_of_a_roadmap_goes_back_behind_the_status(story: Repository) -> None:
    commits(story, ROADMAP, ROADMAP.replace(NOTE, ""))
    done = call(story.path, "history", "--restore", "READ-MAP-002#2026-02-04")
    assert (done.code, done.err) == (0, "")
    assert (story.path / PLAN).read_text("utf-8") == ROADMAP


def test_a_note_is_not_put_beside_another_one(story: Repository) -> None:
    now = ROADMAP.replace(NOTE, " (2026-02-09: goes on without it, for nobody answers)")
    commits(story, ROADMAP, now)
    done = call(story.path, "history", "--restore", "READ-MAP-002#2026-02-04")
    assert (done.code, "has another note" in done.err) == (1, True)
    assert (story.path / PLAN).read_text("utf-8") == now


# Withdrawals


def lost(story: Repository) -> list[tuple[str, str]]:
    """What the guard says of what is not committed yet."""
    found = call(story.path, "validate", "--base", "HEAD", "--json").data["findings"]
    return [(one["code"], one["item"]) for one in found if one["code"].startswith("LED5")]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("- Withdrawn: 2026-02-02T09:00Z — it ran on the wrong branch", []),
        ("- Withdrawn: [LEXER-7] 2026-02-02 (it ran on the wrong branch)", []),
        ("- Withdrawn: 2026-02-01T08:10Z, 2026-02-02T09:00Z — both are wrong", []),
        ("- Withdrawn: 2026-02-02T09:00Z", ["LED501"]),
        ("- Withdrawn: 2026-02-03T10:15Z — another one", ["LED501"]),
        ("- Withdrawn: [intake] 2026-02-02 — another item's", ["LED501"]),
        ("- Withdrawn: #2026 — a number", ["LED501"]),
    ],
)
def test_an_entry_is_withdrawn_by_its_date(story: Repository, line: str, codes: list[str]) -> None:
    commits(story, BOOK)
    gone = without(BOOK, "2026-02-02T09:00Z")
    told = gone.replace("- Working Plan", f"{line}\n- Working Plan")
    story.write(PLAN, told.encode())
    assert lost(story) == [(code, "LEXER-7") for code in codes]
    if not codes:
        story.commit("Withdraw")
        story.write(PLAN, gone.encode())
        assert [code for code, _ in lost(story)] == ["LED505"]
        story.write(PLAN, without(told, "2026-02-03T10:15Z").encode())
        assert lost(story) == [("LED501", "LEXER-7")]


def test_a_note_is_withdrawn_by_its_date(story: Repository) -> None:
    commits(story, ROADMAP)
    line = "  - Withdrawn: 2026-02-04 — names a customer\n"
    gone = ROADMAP.replace(NOTE, "").replace("  - **Governed by:** docs/spec.md §4\n", line)
    story.write(PLAN, gone.encode())
    assert lost(story) == []
    story.write(PLAN, gone.replace("2026-02-04 — names", "2026-02-05 — names").encode())
    assert lost(story) == [("LED501", "READ-MAP-002")]
