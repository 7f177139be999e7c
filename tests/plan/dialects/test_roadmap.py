"""The dialect ``roadmap``: what a person finds there is read, and written in its own style."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.plan import reader
from ledger.plan.model import Ledger
from tests.plan.dialects.test_logbook import added
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

PLAN = (ROOT / "tests/data/roadmap.md").read_text("utf-8")


def read(text: str) -> Ledger:
    return reader.read(text.encode())


def test_what_the_plan_says() -> None:
    ledger = read(PLAN)
    assert (ledger.dialect, ledger.unread, ledger.loose) == ("roadmap", (), ())
    assert [
        (one.id, one.title, one.priority, one.status, one.status_text, one.is_named)
        for one in ledger.items
    ] == [
        ("READ-FLOW-001", "Read large files in linear time", "1", "in_progress", "partial", True),
        ("READ-MAP-002", "Memory maps", "1", "blocked", "blocked", True),
        ("DOCS-TOUR-003", "A tour for newcomers", "2", "pending", "pending", True),
        ("pictures-for-the-front-page", "Pictures for the front page", "2", "done", "done", False),
    ]
    flow, maps, tour, _ = ledger.items
    (note,) = flow.attempts
    assert (note.number, note.date, note.stamp) == (None, "2026-02-03", "20260203T101500Z")
    assert (note.result, note.result_text) == ("partial", "partial")
    assert [one.raw for one in note.artifacts] == ["runs/lexer/20260203T101500Z/"]
    assert note.text.endswith("(lexer only). Artifacts: `runs/lexer/20260203T101500Z/`")
    assert PLAN.encode()[note.span.start_byte : note.span.end_byte].decode() == note.text
    assert [(one.number, one.date, one.result) for one in maps.attempts] == [
        (None, "2026-02-04", "unknown"),
        (1, "2026-02-01", "failed"),
    ]
    assert [(one.name, one.value) for one in flow.fields] == [
        ("Status", "partial"),
        ("Governed by", "docs/spec.md §3"),
        ("Exit Criteria", ""),
        ("Dependencies", "none"),
    ]
    assert [one.ticked for one in flow.criteria] == [False, None]
    assert [(one.number, one.state, one.text) for one in (*maps.actions, *tour.actions)] == [
        (1, "pending", "Measure both ways"),
        (2, "complete", "Read the manual"),
        (None, "complete", "Choose the example"),
        (None, "pending", "Write it"),
    ]


@pytest.mark.parametrize(
    ("line", "title", "status", "note"),
    [
        (
            "[A-1] (A (b) c) — **done** (2026-01-02: x (y) z) more",
            "A (b) c",
            "done",
            "2026-01-02: x (y) z",
        ),
        ("[A-1] Title – **in progress**", "Title", "in progress", None),
        ("[A-1]: Title -- `blocked` (2026-01-02)", "Title", "blocked", "2026-01-02"),
        (
            "[A-1] Title — done (2026-01-02: never closed",
            "Title",
            "done",
            "2026-01-02: never closed",
        ),
        ("[A-1] Title — **partial** (since May)", "Title", "partial", None),
        ("[A-1] Title — a note, no status", "Title — a note, no status", "", None),
        ("**[A-1]** (Title)\n  — **done**\n  (2026-01-02: x)", "Title", "done", "2026-01-02: x"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_how_an_item_opens(
    line: str, title: str, status: str, note: str | None, newline: str
) -> None:
    plan = f"\ufeff## Tier 3\n- [B-2] B — **new**\n- {line}\n".replace("\n", newline)
    item = read(plan).items[1]
    assert (item.id, item.title, item.status_text) == ("A-1", title, status)
    assert [one.text for one in item.attempts] == ([note] if note else [])
    for span, said in [
        *[(field.value_span, field.value) for field in item.fields],
        *[(one.span, one.text) for one in item.attempts],
    ]:
        assert plan.encode()[span.start_byte : span.end_byte].decode() == said


@pytest.mark.parametrize(
    "plan",
    [
        "# Archive\n\n- [A-1] Title — DONE (2026-01-02: note)\n- [A-2] Title — done\n",
        "# Plan\n\n## Index\n- [A-1] Title — Priority: High, Status: pending (note)\n",
        "## [A-1] Title\n- Status: done\n- Attempts History:\n  * [2026-01-02] Attempt #1 — **done**\n",
    ],
)
def test_what_is_no_roadmap(plan: str) -> None:
    assert read(plan).dialect == "attempts"


def test_what_looks_like_an_item_is_counted() -> None:
    unread = read(PLAN.replace("[READ-MAP-002]", "[L\u00e4s-map-002]")).unread
    assert [(one.kind, one.line) for one in unread] == [("item", 14)]


def test_its_page_shows_the_plan_of_these_tests() -> None:
    page = Path(ROOT, "docs/reference/dialect-roadmap.md").read_text("utf-8")
    assert f"```markdown\n{PLAN}```" in page


def test_the_guard_tells_a_note_that_was_edited_from_one_that_is_gone(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", PLAN.encode())
    repo.commit("Start")
    for old, new, codes in [
        ("is in (lexer only)", "is in (lexer and parser)", []),
        ("2026-02-04: waits for READ-FLOW-001", "2026-02-04: waits for nobody", ["LED502"]),
        ("    - [2026-02-01] Attempt #1 — Result: failed. Pages are read twice.\n", "", ["LED501"]),
        (" (2026-02-04: waits for READ-FLOW-001)", "", ["LED501"]),
    ]:
        assert old in PLAN
        repo.write("docs/fix_plan.md", PLAN.replace(old, new).encode())
        found = call(repo.path, "validate", "--base", "HEAD", "--json").data["findings"]
        assert [one["code"] for one in found if one["code"].startswith("LED5")] == codes


def test_its_page_shows_what_is_written(tmp_path: Path) -> None:
    plan = PLAN.replace("  - [x] Choose the example\n  - [ ] Write it\n", "")
    run = "runs/tour/20260206T090000Z"
    lines = added(tmp_path, plan, run, "DOCS-TOUR-003", "--summary", "Wrote the tour.")
    page = Path(ROOT, "docs/reference/dialect-roadmap.md").read_text("utf-8")
    shown = "".join(line for line in lines.splitlines(keepends=True) if "Last Updated" not in line)
    item = "- [DOCS-TOUR-003] (A tour for newcomers) — **pending**\n"
    assert f"```markdown\n{item}{shown}```" in page
