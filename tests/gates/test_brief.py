"""Briefs are read into one model: whole, whatever the document is, and through damage."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.gates.brief import read_brief
from ledger.gates.model import Brief, Condition
from ledger.plan import text as repair
from tests.support.repository import DATA

SMALL = (DATA / "small_brief.md").read_bytes()
ORIGINAL = "reports/2026-01-test-suite-refresh/phase_m/20251015T201831Z/analysis/next_steps.md"


def small() -> Brief:
    return read_brief(SMALL)


def test_the_head_and_the_run_that_it_starts_from() -> None:
    brief = small()
    assert brief.stamp == brief.input_stamp == "20251102T091500Z"
    assert brief.initiative == "PARSE-SPEED-001"
    assert brief.phase == "B — Parser speed"
    totals = brief.totals
    assert totals
    assert (totals.collected, totals.passed, totals.failed, totals.skipped) == (14, 11, 3, 0)
    assert (totals.runtime_s, totals.timeout_s, totals.margin_percent) == (3.4, 60.0, 94.3)


def test_clusters_have_the_counts_of_the_summary_and_the_tests_that_are_named() -> None:
    assert [(one.id, one.count, one.tests) for one in small().clusters] == [
        (
            "CLUSTER-SPLIT-001",
            2,
            ("tests/test_split.py::test_blank", "tests/test_split.py::test_tail"),
        ),
        ("CLUSTER-UTF-001", 1, ("test_reads_latin_1",)),
    ]


def test_a_blocker_and_its_decision() -> None:
    [blocker], [decision] = small().blockers, small().decisions
    assert blocker.clusters == ("CLUSTER-UTF-001",)
    assert (blocker.effort, blocker.owner) == ("1 hour", "anna (decision) → ben (work)")
    assert [option.name for option in decision.options] == ["A: UTF-8 only", "B: Guess"]
    assert decision.recommendation == "Option A — UTF-8 only"
    assert (decision.decider, decision.chosen) == ("anna", "")


def test_a_sprint_with_its_task_and_criteria() -> None:
    first, deferred = small().sprints
    assert (first.number, first.unblocks, first.effort) == ("1", 2, "2 hours total")
    assert (deferred.is_deferred, deferred.unblocks) == (True, 1)
    [task] = first.tasks
    assert [(one.path, one.changes) for one in task.files] == [
        ("src/splitter.py", ("Keep blank lines in `split_keeping_blanks`",))
    ]
    assert task.changes == ()
    assert task.expected == "2 failures → 0 failures"
    section = "Sprint 1 Exit Criteria"
    assert first.criteria == (
        Condition(
            section=section,
            text="2 failures cleared (SPLIT-001 x2)",
            claimed=True,
            optional=False,
            check="",
            line=46,
            sprint="1",
        ),
        Condition(
            section=section,
            text="Blank lines documented in fix_plan",
            claimed=False,
            optional=False,
            check="",
            line=47,
            sprint="1",
        ),
        Condition(
            section=section,
            text="No test fails any more",
            claimed=False,
            optional=False,
            check="failures <= 1",
            line=48,
            sprint="1",
        ),
        Condition(
            section=section,
            text="Artifacts captured under `reports/parser-speed/phase_c/<STAMP>/sprint1/`",
            claimed=True,
            optional=False,
            check="",
            line=49,
            sprint="1",
        ),
    )


def test_what_comes_after_the_sprints() -> None:
    brief = small()
    assert [one.text for one in brief.prerequisites] == ["Sprint 1 complete (SPLIT-001 cleared)"]
    assert [one.text for one in brief.success] == [
        "1 failure remaining (UTF-001)",
        "Pass rate ≥90%",
    ]
    [command] = brief.rerun
    assert (command.text, command.note) == ("timeout 60 pytest tests/", "full suite")
    assert command.environment == (("PYTEST_ADDOPTS", "--maxfail=5"),)
    assert [(one.name, one.before, one.after) for one in brief.expected] == [("Failed", "3", "1")]
    root = "reports/parser-speed/phase_c/<STAMP>/"
    assert [(one.path, one.optional) for one in brief.bundle] == [
        (root, False),
        (f"{root}sprint1/", False),
        (f"{root}sprint1/pytest.log", False),
        (f"{root}sprint1/notes.md", True),
        (f"{root}sprint1/exit_code.txt", False),
        (f"{root}summary.md", False),
    ]
    assert [(one.label, one.paths) for one in brief.references] == [
        ("Plan", ("docs/fix_plan.md",)),
        ("Notes", ("docs/lost_notes.md",)),
    ]
    assert [(one.kind, one.item, one.number) for one in brief.updates] == [
        ("attempt", "PARSE-SPEED-001", 3),
        ("rewrite", None, 2),
        ("add", None, 3),
    ]
    assert brief.updates[0].text.endswith("\n  Three failures in two clusters.")


def test_lines_are_those_of_the_document() -> None:
    lines = SMALL.decode().split("\n")
    brief = small()
    for one in (*brief.sprints[0].criteria, *brief.success, *brief.prerequisites):
        assert one.text.partition("`")[0].strip() in lines[one.line - 1]
    for entry in brief.bundle:
        assert entry.path.rstrip("/").rpartition("/")[2] in lines[entry.line - 1]
    for update in brief.updates:
        assert update.text.split("\n")[0] in lines[update.line - 1]


DAMAGED = [
    ("âœ… done", "✅ done", 0),
    ("a â€” b, 5 â‰¥ 4, Â§3", "a — b, 5 ≥ 4, §3", 0),
    ("ğŸŸ¡ PENDING", "🟡 PENDING", 0),
    ("â”œâ”€â”€ a.md", "├── a.md", 0),
    ("âŒ NOT RECOMMENDED", "\ufffd NOT RECOMMENDED", 1),
    ("Ã©tÃ©", "été", 0),
]
UNHARMED = [
    "✅ done — 5 ≥ 4, §3",
    "V = 24 Å³, été, Straße",
    "“quoted” … ’tis €5",
    "",
    "plain",
    "Ð Ñ ñ ð Þ",
]


@pytest.mark.parametrize(("line", "meant", "lost"), DAMAGED)
def test_damaged_lines_are_read_as_they_were_meant(line: str, meant: str, lost: int) -> None:
    assert repair.mend(line) == repair.Mended(meant, True, lost)


@pytest.mark.parametrize("line", UNHARMED)
def test_other_lines_are_left_alone(line: str) -> None:
    assert repair.mend(line) == repair.Mended(line, False, 0)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cn", "Co", "Cs"))))
@example("❌ 🟡 —")
def test_what_latin_1_did_to_a_line_can_be_undone(line: str) -> None:
    """Latin-1 has a character for every byte, so nothing is lost: where the damage is seen at
    all, all of it is undone."""
    mended = repair.mend(line.encode().decode("latin-1"))
    if mended.is_damaged:
        assert mended == repair.Mended(line, True, 0)
    else:
        assert all(ord(letter) < 0x800 for letter in line)


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_are_some_brief(data: bytes) -> None:
    read_brief(data)
    read_brief(SMALL[: len(data)] + data + SMALL[len(data) :])


def read_differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two models, dumped, differ."""
    if isinstance(one, dict):
        return [d for k in one for d in read_differences(one[k], other[k], f"{where}.{k}")]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [d for name, (a, b) in pairs for d in read_differences(a, b, f"{where}.{name}")]
    return [] if one == other else [f"{where}: {one!r} {other!r}"]


def test_the_real_brief_and_its_original_are_one_model(
    corpus: Path, real_repo: Callable[[str], Path]
) -> None:
    damaged = read_brief((corpus / "seeds" / "next_steps_brief.md").read_bytes())
    original = read_brief((real_repo("61e7f7a9") / ORIGINAL).read_bytes())
    but = {"damage"}
    differing = read_differences(damaged.model_dump(exclude=but), original.model_dump(exclude=but))
    # The three marks whose bytes the code page could not hold.
    assert [one.partition(":")[0] for one in differing] == [
        f".decisions.0.options.{row}.cells.2.1" for row in (0, 1, 3)
    ]
    assert all("\ufffd" in one for one in differing)
    assert original.damage == ()
    assert len(damaged.damage) == 97
    assert [one.line for one in damaged.damage if one.lost] == [75, 76, 78]


def test_the_real_brief_holds_what_a_person_counts(corpus: Path) -> None:
    brief = read_brief((corpus / "seeds" / "next_steps_brief.md").read_bytes())
    assert (brief.stamp, brief.input_stamp) == ("20251015T201831Z", "20251015T190350Z")
    assert brief.initiative == "TEST-SUITE-TRIAGE-002"
    assert [one.is_deferred for one in brief.sprints] == [False, False, False, True]
    assert [one.unblocks for one in brief.sprints] == [4, 2, 1, 1]
    assert [len(one.tasks) for one in brief.sprints] == [2, 2, 2, 2]
    assert [len(one.criteria) for one in brief.sprints] == [4, 4, 3, 0]
    assert len(brief.sprints[2].prerequisites) == 1
    assert [one.count for one in brief.clusters] == [1, 1, 1, 2, 1, 2]
    assert len(brief.blockers) == 2
    [decision] = brief.decisions
    assert (len(decision.options), decision.decider, decision.chosen) == (4, "galph", "")
    assert len(brief.prerequisites) == 5
    assert len(brief.success) == 4
    assert len(brief.criteria) == 4
    assert len(brief.references) == 8
    assert sum(not one.path.endswith("/") for one in brief.bundle) == 16
    assert [(one.kind, one.number) for one in brief.updates] == [
        ("attempt", 21),
        ("rewrite", 20),
        *(("add", number) for number in (21, 22, 23, 24)),
    ]


# Labels of exit criteria as people write them

LABELS = [
    "**Sprint 1 Exit Criteria:**", "**Exit Criteria**", "**Acceptance Criteria**", "*Exit criteria:*",
    "__Exit Criteria:__", "__Exit Criteria__", "Exit Criteria:", "**Sprint 1 — Exit Criteria**",
    "**Sprint 1 is done when:**", "**Definition of done (Sprint 1):**", "#### Sprint 1 Exit Criteria",
    "#### Definition of Done", "**Exit Criteria (all must hold):**", "**Exit criteria**:",
]  # fmt: skip


@pytest.mark.parametrize("label", LABELS)
def test_a_label_of_exit_criteria(label: str) -> None:
    text = f"# B\n\n### Sprint 1: Work\n\n#### Task 1.1: a\n- **File:** `a.py`\n\n{label}\n\n- [ ] One\n- ☐ Two\n\n### Sprint 2: More\n"
    sprints = read_brief(text.encode()).sprints
    assert [(one.number, [c.text for c in one.criteria]) for one in sprints] == [
        ("1", ["One", "Two"]),
        ("2", []),
    ]


def test_a_sprint_ends_where_another_begins_however_deep() -> None:
    text = "# B\n\n## Sprint 1: a\n\n#### Task 1.1: x\n\n### Sprint 2: b\n\n#### Task 2.1: y\n"
    sprints = read_brief(text.encode()).sprints
    assert [(one.number, [t.number for t in one.tasks]) for one in sprints] == [
        ("1", ["1.1"]),
        ("2", ["2.1"]),
    ]


DRAWINGS = [
    ("runs/<STAMP>/\n├── a.log\n└── b.txt  # why", ["runs/<STAMP>/", "runs/<STAMP>/a.log",
                                                   "runs/<STAMP>/b.txt"]),
    ("Whole:          In parts:\n┌──────┐       ┌──────┐\n│ all  │       │ part │\n└──────┘       └──────┘", []),
    ("| Flag | What |\n|------|------|\n| `--size N` | in parts of N rows |", []),
]  # fmt: skip


@pytest.mark.parametrize(("drawn", "paths"), DRAWINGS)
def test_a_bundle_is_a_tree_of_files(drawn: str, paths: list[str]) -> None:
    brief = read_brief(f"# B\n\n```\n{drawn}\n```\n".encode())
    assert [one.path for one in brief.bundle] == paths


TIMES = [
    ("Runtime:** 1430.60s, 53.8% margin below 3600s timeout", 1430.6, 53.8),
    ("Runtime:** 1430.60s, timeout 3600s", 1430.6, None),
    ("Runtime:** 1,430.60 s, timeout: 3,600 s", 1430.6, None),
    ("Runtime:** 27.5 min, margin 54.2 % below the 60 min timeout", 1650.0, 54.2),
    ("Runtime:** 0.5 h of a 1h limit", 1800.0, None),
    ("Timeout:** 3600s, runtime 27:41 (1661 s)", 1661.0, None),
]


@pytest.mark.parametrize(("said", "runtime", "margin"), TIMES)
def test_the_times_of_the_baseline(said: str, runtime: float, margin: float | None) -> None:
    text = f"# B\n\n- 1,010 collected / 1,009 passed / 1 failed\n- **{said}\n"
    totals = read_brief(text.encode()).totals
    assert totals is not None
    assert (totals.collected, totals.passed, totals.failed) == (1010, 1009, 1)
    assert (totals.runtime_s, totals.timeout_s) == (runtime, 3600.0)
    assert totals.margin_percent == margin


# What real hand-offs have instead of a head and cross-references of the usual form.
HANDED_OVER = """# Rerun Brief

## Context
- Initiative: PARSE-001 — Read large files
- Phase: Phase E

**Source Artifacts:**
- Summary: `reports/a/summary.md`

## Rerun
```bash
export STAMP=$(date -u +%Y)
export TZ=UTC  # as in CI
pytest tests
```

## 6. Normative References
### 6.1 Specifications
- `docs/strategy.md` §§1-2 — Guards, commands
- **Plan:** `plans/parser.md` §Phase M
"""


def test_a_hand_off_without_bold_labels_is_read() -> None:
    brief = read_brief(HANDED_OVER.encode())
    assert (brief.initiative, brief.phase) == ("PARSE-001", "Phase E")
    assert [(one.label, one.paths[0], one.sections) for one in brief.references] == [
        ("summary.md", "reports/a/summary.md", ()),
        ("strategy.md", "docs/strategy.md", ("1", "2")),
        ("Plan", "plans/parser.md", ("Phase M",)),
    ]
    assert [(one.text, one.environment) for one in brief.rerun] == [
        ("pytest tests", (("TZ", "UTC"),))
    ]
    assert brief.unread == ()


def test_a_title_may_name_the_item() -> None:
    assert read_brief(b"# PARSE-001 Phase D Handoff\n").initiative == "PARSE-001"
    assert read_brief(b"# Phase D-12 Handoff\n").initiative is None
