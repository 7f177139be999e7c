"""A brief is shown with where its work stands; what the two seed documents give is kept whole
(``python -m tests.support.seeds`` writes that anew)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.gates import sprints
from ledger.gates.brief import read_brief
from tests.support.commands import call
from tests.support.repository import DATA, Repository
from tests.support.seeds import BRIEF, GOLDEN, REVISION, SAID, add_to


@pytest.fixture(scope="module")
def seeds(real_repo: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of the seed documents, with both of them."""
    place = tmp_path_factory.mktemp("seeds") / "project"
    shutil.copytree(real_repo(REVISION), place, symlinks=True)
    return add_to(place)


@pytest.mark.parametrize(("name", "arguments"), SAID)
def test_what_the_seed_documents_give(seeds: Path, name: str, arguments: list[str]) -> None:
    assert call(seeds, *arguments).out == (GOLDEN / f"{name}.txt").read_text("utf-8")


def test_a_brief_is_a_page(seeds: Path) -> None:
    said = call(seeds, "show", BRIEF).out
    assert len(said.encode()) <= 3072
    assert max(map(len, said.splitlines())) <= 80


# Those that somebody who takes the work over asks for.
WORDS = [
    "Raise Tolerance", "ralph", "2 h", "kernel fusion", "PERF-001", "NANOBRAGG", "547", "Option C",
]  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_the_page_says_what_only_the_brief_said(seeds: Path, word: str) -> None:
    assert word in call(seeds, "show", BRIEF).out


# Days of that work that go wrong


@pytest.fixture
def project(real_repo_copy: Callable[[str], Path]) -> Path:
    """The project with the brief's updates applied and committed."""
    place = add_to(real_repo_copy(REVISION))
    assert call(place, "apply", BRIEF).code == 0
    commit = ["-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "-qm", "Hand over"]
    for arguments in (["add", "docs", BRIEF], commit):
        subprocess.run(["git", *arguments], cwd=place, check=True, capture_output=True)
    return place


ITEM = "TEST-SUITE-TRIAGE-002"
RUN = "reports/2026-01-test-suite-refresh/phase_n/20251102T000000Z"


def lay_failed_run(project: Path) -> None:
    folder = project / RUN
    folder.mkdir(parents=True)
    (folder / "pytest.log").write_text("===== 8 failed, 540 passed in 1661.37s =====\n")
    (folder / "exit_code.txt").write_text("1\n")


def tie(project: Path) -> str:
    """Give the item its field; the plan as it is then."""
    plan = project / "docs" / "fix_plan.md"
    text = plan.read_text("utf-8")
    head, item, rest = text.partition(f"## [{ITEM}]")
    rest = rest.replace("- Priority:", f"- Brief: [hand-off](../{BRIEF})\n- Priority:", 1)
    plan.write_text(head + item + rest, "utf-8")
    return head + item + rest


@pytest.mark.parametrize("is_tied", [False, True])
def test_a_failing_run_closes_no_sprint_by_append(project: Path, is_tied: bool) -> None:
    lay_failed_run(project)
    if is_tied:
        tie(project)
    plan = project / "docs" / "fix_plan.md"
    before = plan.read_bytes()
    actions = [word for number in (21, 22, 23, 24) for word in ("--complete", str(number))]
    said = ["--summary", "Phase N complete, all three sprints closed."]
    done = call(project, "append", ITEM, RUN, "--status", "done", *actions, *said)
    assert (done.code, "LED605" in done.err) == (1, True)
    assert plan.read_bytes() == before


@pytest.mark.parametrize("number", [21, 22, 23, 24])
def test_a_failing_run_closes_no_sprint_by_hand(project: Path, number: int) -> None:
    lay_failed_run(project)
    text = tie(project)
    lines = text.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(f" {number}. "))
    state = lines[at].partition(". ")[2].partition(" \u2014")[0]
    lines[at] = lines[at].replace(state, "\u2705 COMPLETE (Attempt #22)", 1)
    first = next(n for n, line in enumerate(lines) if "Attempt #21" in line)
    entry = f"  * [2025-11-02] Attempt #22 \u2014 Result: info. Artifacts: `{RUN}/`"
    lines[first:first] = [entry]
    (project / "docs" / "fix_plan.md").write_text("\n".join(lines), "utf-8")
    done = call(project, "validate", "--base", "HEAD")
    told = [line for line in done.out.splitlines() if "LED605" in line and " error " in line]
    assert any(f"action {number}" in line for line in told), done.out


def test_a_section_that_the_plan_does_not_have_is_told(project: Path) -> None:
    place = project / BRIEF
    place.write_bytes(place.read_bytes().replace("§Phase M".encode(), "§Phase ZZZ".encode()))
    wanted = "test-suite-triage-phase-h.md has no section Phase ZZZ"
    assert wanted in call(project, "gate", BRIEF).out


# The order of sprints, and what is not there

NAMES = [("1", "1"), ("deferred", "deferred"), ("Deferred", "deferred"), ("9", None), ("", None)]


@pytest.mark.parametrize("command", ["show", "gate"])
@pytest.mark.parametrize(("name", "found"), NAMES)
def test_a_sprint_is_found_by_its_name(
    repo: Repository, command: str, name: str, found: str | None
) -> None:
    repo.write("brief.md", (DATA / "small_brief.md").read_bytes())
    done = call(repo.path, command, "brief.md", "--sprint", name)
    if found is None:
        assert done.code == 2
        assert f"brief.md has no sprint {name}; it has 1, deferred" in done.err
    elif command == "show":
        assert done.code == 0
        title = {"1": "Sprint 1: Splitter", "deferred": "Deferred: Encoding"}[found]
        assert done.out.startswith(title)
    else:
        # nothing says when deferred work is done, and that is told
        assert (done.code == 2) == (found == "deferred")
        assert ("deferred sprint of brief.md: expected exit" in done.err) == (found == "deferred")


def test_the_number_of_its_tasks_is_that_of_deferred_work() -> None:
    brief = read_brief(b"## Sprint 1: a\n### Task 1.1: b\n## Deferred: c\n### Task 4.1: d\n")
    found = {name: sprints.find(brief.sprints, name) for name in ("1", "4", "deferred", "2")}
    assert {name: one and one.title for name, one in found.items()} == {
        "1": "a", "4": "c", "deferred": "c", "2": None,
    }  # fmt: skip


EFFORTS = [
    ("1.5 hours total", (90, 90)),
    ("2 hours OR 5 minutes", (5, 120)),
    ("30 min", (30, 30)),
    ("4-6 h", (240, 360)),
    ("1 day", (480, 480)),
    ("small", None),
    ("", None),
]


@pytest.mark.parametrize(("effort", "minutes"), EFFORTS)
def test_an_effort_in_minutes(effort: str, minutes: tuple[float, float] | None) -> None:
    assert sprints.minutes(effort) == minutes


UNTIL = [
    ("**Priority:** P2 — defer until Sprint 1-3 complete and the budget approved.",
     ["Sprint 1-3 complete", "the budget approved"]),
    ("**Rationale:** deferred until Sprints 1 and 2 are complete; big.",
     ["Sprints 1 and 2 are complete"]),
    ("**Priority:** P2", []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "wanted"), UNTIL)
def test_what_deferred_work_is_deferred_for(line: str, wanted: list[str]) -> None:
    [sprint] = read_brief(f"# B\n## Deferred: x\n\n{line}\n".encode()).sprints
    assert [one.text for one in sprint.prerequisites] == wanted


@pytest.mark.parametrize("options", [["--sprint", "1"], ["--run", "reports"]])
def test_an_item_has_no_sprints(repo: Repository, options: list[str]) -> None:
    done = call(repo.path, "show", "PARSE-SPEED-001", *options)
    assert (done.code, "only briefs have sprints" in done.err) == (2, True)


def test_a_document_without_any_part_of_a_brief_says_so(repo: Repository) -> None:
    repo.write("notes.md", b"# Notes\n\nNothing here.\n")
    assert "none of the parts of a brief was found" in call(repo.path, "show", "notes.md").out


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b"# \x1b[31m\n- **Clusters:** (A, B)\n"])
def test_any_bytes_are_shown(repo: Repository, text: bytes) -> None:
    repo.write("brief.md", text)
    done = call(repo.path, "show", "brief.md")
    assert (done.code, "\x1b" in done.out) == (0, False)


def test_a_large_brief_is_a_page_all_the_same(repo: Repository) -> None:
    sprint = "### Sprint {n}: {words} (2 hours, unblocks 1 failure)\n\n**Target:** {words}\n\n"
    many = "".join(sprint.format(n=n, words="many words " * 40) for n in range(1, 200))
    repo.write("brief.md", f"# Brief\n\n{many}".encode())
    assert len(call(repo.path, "show", "brief.md").out.encode()) <= 3072


# The baseline against its run

COUNTS = [("14", "met"), ("15", "unmet")]


@pytest.mark.parametrize(("collected", "verdict"), COUNTS)
def test_the_baseline_is_held_against_its_run(
    repo: Repository, collected: str, verdict: str
) -> None:
    folder = "reports/p/20251102T091500Z"
    brief = (
        f"# B\n**Input:** run (STAMP 20251102T091500Z)\n\n- **{collected} collected** / 11 passed "
        f"/ 3 failed / 0 skipped\n\n## Cross-References\n- **Run:** {folder}/pytest.log\n"
    )
    repo.write("brief.md", brief.encode())
    repo.write(f"{folder}/pytest.log", b"collected 14 items\n= 3 failed, 11 passed in 3.40s =\n")
    state = call(repo.path, "show", "brief.md", "--json").data["brief"]
    assert state["baseline"]["verdict"] == verdict


# What real hand-off documents have

PARTS = """# Hand-off

**Timestamp:** 20251102T091500Z

## 1. Summary

Words.

## 2. Rerun

```bash
env A=1 pytest -v \\
  tests/test_a.py \\
  > log.txt 2>&1
pytest tests/test_b.py
```

## 8. Exit Criteria (Phase D)

### 8.1 Figures
- [ ] Pass rate >= 87%

### 8.2 Words
- [x] All documented in `notes.md`

## 9. Risks

| Risk | Odds |
| --- | --- |
| heat | low |

## 10. Empty

---
"""


def test_what_stands_below_the_heading_of_a_list_is_of_that_list() -> None:
    brief = read_brief(PARTS.encode())
    assert [(one.section, one.text) for one in brief.criteria] == [
        ("8.1 Figures", "Pass rate >= 87%"),
        ("8.2 Words", "All documented in `notes.md`"),
    ]


def test_a_command_over_several_lines_is_one() -> None:
    brief = read_brief(PARTS.encode())
    assert [(one.text, one.line) for one in brief.rerun] == [
        ("env A=1 pytest -v tests/test_a.py > log.txt 2>&1", 12),
        ("pytest tests/test_b.py", 15),
    ]


def test_the_time_of_a_brief_is_its_stamp() -> None:
    assert read_brief(PARTS.encode()).stamp == "20251102T091500Z"


def test_what_was_not_read_is_told(repo: Repository) -> None:
    repo.write("brief.md", PARTS.encode())
    assert "not read: 1. Summary (5), 9. Risks (26)" in call(repo.path, "show", "brief.md").out


@pytest.mark.parametrize("command", ["show", "gate"])
def test_a_file_that_is_not_there_is_no_item(repo: Repository, command: str) -> None:
    done = call(repo.path, command, "docs/lost.md")
    assert (done.code, "docs/lost.md: no such file" in done.err) == (2, True)
