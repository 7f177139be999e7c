"""`add`, `edit`, `action` and `criterion` as people call them; generated changes of every dialect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.campaigns import verbs
from tests.edits.test_fields import CHECKLIST, LOGBOOK, ROADMAP
from tests.support.commands import SCRIPT, call
from tests.support.repository import Repository

JUNIT = '<testsuite tests="{0}" failures="{1}"><testcase classname="a" name="t">{2}</testcase></testsuite>'
PASSED = JUNIT.format(1, 0, "")
FAILED = JUNIT.format(1, 1, '<failure message="no"/>')
ONE_ATTEMPT = """# Plan

## [A-1] Read
- Next Actions:
  1. ✅ COMPLETE (Attempt #1) — One.
  2. ✅ COMPLETE (Attempt #1) — Two.
  3. Three.
"""


def test_generated_changes_do_what_is_meant_and_nothing_else() -> None:
    outcome = verbs.run(120, seed=3)
    assert outcome.faults == []
    assert outcome.made.total() > 60


def test_hostile_texts_leave_the_structure_alone() -> None:
    outcome = verbs.run(80, seed=4, hostile=True)
    assert outcome.faults == []
    assert outcome.made.total() > 30


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    """A repository with a plan of one item."""
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    assert call(repo.path, "init", "First thing").code == 0
    return repo


def done(repo: Repository, *arguments: str) -> None:
    """Run a command that has to succeed."""
    said = call(repo.path, *arguments)
    assert said.code == 0, said.err


def lines(repo: Repository, item: str) -> list[str]:
    """The section of an item."""
    text = repo.ledger.read_text("utf-8")
    return text.partition(f"\n## [{item}]")[2].partition("\n## ")[0].strip().split("\n")


def test_a_plan_is_kept_without_an_editor(empty: Repository) -> None:
    name = "READ-LARGE-001"
    done(empty, "add", "Read large | files", "--priority", "High", "--owner", "anna",
         "--depends-on", "first-thing-001", "--criterion", "Users asked", "--action", "Rewrite it",
         "--action", "Measure")  # fmt: skip
    done(empty, "action", name, "add", "Write the page.")
    done(empty, "action", name, "block", "2", "--on", "ben (today)")
    done(empty, "action", name, "defer", "3")
    done(empty, "action", name, "move", "3", "--before", "1")
    done(empty, "action", name, "complete", "1")
    done(empty, "action", name, "edit", "2", "Measure 50 MB")
    done(empty, "criterion", name, "attest", "1", "--because", "by Anna")
    done(empty, "criterion", name, "add", "No leak")
    done(empty, "edit", name, "--title", "Read huge files", "--status", "in_progress",
         "--field", "Spec=docs/a.md")  # fmt: skip
    assert lines(empty, name) == [
        "Read huge files",
        "- Priority: High",
        "- Status: in_progress",
        "- Owner: anna",
        "- Spec: docs/a.md",
        "- Depends on: [FIRST-THING-001]",
        "- Next Actions:",
        "  3. 🟡 DEFERRED — Write the page.",
        "  1. ✅ COMPLETE — Rewrite it",
        "  2. 🟡 BLOCKED — Measure 50 MB (waits for ben [today])",
        "- Exit Criteria:",
        "  - [x] Users asked (attested: by Anna)",
        "  - [ ] No leak",
    ]
    row = f"| [{name}](#read-large-001-read-huge-files) | Read huge files | High | in_progress |"
    assert row in empty.ledger.read_text("utf-8")
    assert call(empty.path, "validate", "--json").code == 0


def test_the_first_item_of_an_empty_plan(empty: Repository) -> None:
    for text in (
        b"",
        b"# Fix Plan\n",
        b"# P\n\n## Index\n\n| ID | Title | Status |\n|---|---|---|\n",
    ):
        empty.ledger.write_bytes(text)
        done(empty, "add", "Read it")
        assert lines(empty, "READ-001") == ["Read it", "- Status: pending"]
        assert (
            b"| [READ-001](#read-001-read-it) | Read it | pending |" in empty.ledger.read_bytes()
        ) == (b"Index" in text)


def test_a_name_in_the_style_of_the_plan(empty: Repository) -> None:
    empty.ledger.write_bytes(b"# P\n\n- [ ] S01 Set up\n- [x] S02 Write tests\n- [ ] S09 Ship it\n")
    done(empty, "add", "Read it")
    done(empty, "add", "[S33] Write it")
    text = empty.ledger.read_text("utf-8")
    assert text.endswith("- [ ] S10: Read it\n- [ ] S33: Write it\n")


def test_a_criterion_and_its_check_are_reworded(empty: Repository) -> None:
    name = "FIRST-THING-001"
    done(empty, "criterion", name, "add", "It is quick `check: runtime < 5min`")
    for wrong, why in (
        ("Quick `check: runtme < 5min`", "no metric 'runtme'"),
        ("", "a criterion has no words"),
    ):
        refused = call(empty.path, "criterion", name, "edit", "2", wrong)
        assert refused.code == 2
        assert why in refused.err
    said = call(empty.path, "criterion", name, "edit", "2", "Somebody looked at it")
    assert "none speaks of 'Somebody', 'looked'" in said.err  # nothing will show it
    assert lines(empty, name)[-1] == "  - [ ] Somebody looked at it"
    done(empty, "criterion", name, "attest", "2", "--because", "by Anna")
    refused = call(empty.path, "criterion", name, "edit", "2", "Nobody looked at it")
    assert "has a tick, which is for its words as they are" in refused.err
    assert lines(empty, name)[-1] == "  - [x] Somebody looked at it (attested: by Anna)"


def test_blanks_behind_a_criterion_are_no_words(empty: Repository) -> None:
    with empty.ledger.open("a", encoding="utf-8") as file:
        file.write("  - [ ] Users asked  \n")
    done(empty, "criterion", "FIRST-THING-001", "edit", "2", "Ten users asked")
    assert empty.ledger.read_text("utf-8").endswith("  - [ ] Ten users asked  \n")


def test_a_sprint_is_complete_where_its_criteria_are_attested(empty: Repository) -> None:
    """As `show` says of the same sprint."""
    empty.write(
        "docs/brief.md",
        b"# Brief\n\n## Sprint 1: Ask\n\n**Exit Criteria:**\n- [x] Users asked (attested: by Anna)\n\n"
        b"## Sprint 2: Build\n\n**Exit Criteria:**\n- [ ] Sprint 1 complete\n",
    )
    gate = call(empty.path, "gate", "docs/brief.md")
    assert "met: Sprint 1 complete: all 1 criteria of sprint 1 are met" in gate.out
    assert gate.code == 0


@pytest.mark.parametrize(
    ("criterion", "row", "verdict"),
    [
        ("[x] Users asked (attested: by Anna)", "unknown (attested): Users asked", "met"),
        ("[x] Users asked", "unknown (ticked): Users asked", "unknown"),
        # A run shows it: nobody's word is needed.
        ("[x] All tests pass (attested: by Anna)", "met: All tests pass", "met"),
        ("[x] At least 9 tests pass (attested: by Anna)", "unmet (ticked): At least 9", "unmet"),
    ],
)
def test_what_is_attested_stands_in_nobodys_way(
    empty: Repository, criterion: str, row: str, verdict: str
) -> None:
    """`gate` agrees with `close`: a reason stands in for what is unknown, never for what is
    unmet."""
    empty.write("runs/b/junit.xml", PASSED.encode())
    done(empty, "append", "FIRST-THING-001", "runs/b")
    with empty.ledger.open("a", encoding="utf-8") as file:
        file.write(f"  - {criterion}\n")
    gate = call(empty.path, "gate", "FIRST-THING-001")
    assert row in gate.out
    assert f"docs/fix_plan.md: {verdict}: " in gate.out
    assert gate.code == (verdict != "met")


def test_done_needs_evidence(empty: Repository) -> None:
    """Law 8: what is unmet cannot be done nor attested; what is met gets its tick."""
    name = "FIRST-THING-001"
    empty.write("runs/a/junit.xml", FAILED.encode())
    done(empty, "append", name, "runs/a")
    before = empty.ledger.read_bytes()
    refused = call(empty.path, "edit", name, "--status", "done")
    assert refused.code == 1
    assert "LED605" in refused.err
    assert "--because" not in refused.err  # no reason stands in for what is not met
    refused = call(empty.path, "criterion", name, "attest", "1", "--because", "I say so")
    assert refused.code == 1
    assert "is not met" in refused.err
    assert empty.ledger.read_bytes() == before
    empty.write("runs/b/junit.xml", PASSED.encode())
    done(empty, "append", name, "runs/b")
    done(empty, "edit", name, "--status", "done")
    assert "- Status: done" in lines(empty, name)
    assert any(line.startswith("  - [x] All tests pass") for line in lines(empty, name))


def test_a_focus_gets_a_title_with_marks(empty: Repository) -> None:
    empty.ledger.write_text(LOGBOOK, "utf-8")
    for title in ("Compare a_b*c with <d>", "Use `a`b", "_Read_ **it*s* all"):
        done(empty, "edit", "PARSE-001", "--title", title)
        assert f"\nPARSE-001 — {title}\n" in empty.ledger.read_text("utf-8")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ("[ ] Users asked", "Users asked"),
        ("[ ] Users asked", " Users\nasked."),
        ("Users asked", "Users asked"),
        ("[x] Users asked (attested: by Anna)", "Users asked"),
        ("[ ] Users asked `check: exists(a.md)`", "Users asked"),
        ("[ ] Users asked `check: exists(a.md)`", "Users asked `check: exists(a.md)`"),
    ],
)
def test_a_criterion_is_added_once(empty: Repository, there: str, said: str) -> None:
    plan = f"# Plan\n\n## [A-1] Ask\n- Status: pending\n- Exit Criteria:\n  - {there}\n"
    empty.ledger.write_text(plan, "utf-8")
    refused = call(empty.path, "criterion", "A-1", "add", said)
    assert (refused.code, refused.out) == (1, "")
    assert "A-1 has that criterion already (line 6)" in refused.err
    assert empty.ledger.read_text("utf-8") == plan
    for other in ("Users asked twice", "users asked `check: exists(b.md)`"):
        done(empty, "criterion", "A-1", "add", other)


def test_an_item_without_a_run_is_told_how_to_get_one(empty: Repository) -> None:
    done(empty, "action", "FIRST-THING-001", "complete", "1")
    for given in (["edit", "FIRST-THING-001", "--status", "done"], ["close", "FIRST-THING-001"]):
        refused = call(empty.path, *given)
        assert "there is no run to judge it by; record a run that shows it (`ledger " in refused.err
        assert refused.err.endswith("attest 1 --because TEXT`; nothing was written\n")
    judged = call(empty.path, "gate", "FIRST-THING-001")
    assert judged.out.endswith("1 unknown; name a run with --run\n")


def test_a_priority_is_spelled_as_in_the_plan(empty: Repository) -> None:
    done(empty, "edit", "FIRST-THING-001", "--priority", "High")
    done(empty, "add", "Read it", "--priority", "high")
    assert "- Priority: High" in lines(empty, "READ-001")
    done(empty, "edit", "READ-001", "--priority", "low")
    done(empty, "edit", "READ-001", "--priority", "HIGH")
    assert "- Priority: High" in lines(empty, "READ-001")


def test_a_priority_that_has_no_order_is_told(empty: Repository) -> None:
    for arguments in (
        ["edit", "FIRST-THING-001", "--priority", "nonsense"],
        ["edit", "FIRST-THING-001", "--field", "Priority=nonsense"],
        ["add", "Read it", "--priority", "nonsense"],
    ):
        said = call(empty.path, *arguments)
        assert (said.code, said.err.count("\n")) == (0, 1)
        assert "'nonsense' is no known priority" in said.err
    for known in ("High", "P1", "2", "low (for now)"):
        said = call(empty.path, "edit", "FIRST-THING-001", "--field", f"Spec={known}", "--priority",
                    known.split()[0])  # fmt: skip
        assert (said.code, said.err) == (0, "")


def test_an_action_of_a_logbook_keeps_its_step(empty: Repository) -> None:
    plan = LOGBOOK + "\n## TODOs\n- [ ] S2: Look again\n- [ ] S3: Ask\n"
    empty.ledger.write_text(plan, "utf-8")
    done(empty, "action", "PARSE-001", "edit", "2", "Look: twice")
    done(empty, "action", "PARSE-001", "edit", "3", "S3: Ask ben")
    assert empty.ledger.read_text("utf-8").endswith("- [ ] S2: Look: twice\n- [ ] S3: Ask ben\n")


def test_long_text_comes_from_standard_input(empty: Repository) -> None:
    said = "Read\n## [EVIL-001] it\n- Status: done\n"
    command = [sys.executable, "-c", SCRIPT, "action", "FIRST-THING-001", "add", "-"]
    subprocess.run(command, cwd=empty.path, input=said.encode(), check=True, capture_output=True)
    assert (
        lines(empty, "FIRST-THING-001")[6]
        == "  2. 🟡 PENDING — Read ## [EVIL-001] it - Status\\: done"
    )


def test_a_new_task_is_open_where_it_stands(empty: Repository) -> None:
    empty.ledger.write_text("## Todo\n\n- [ ] Read\n\n## Blocked\n\n- [ ] Ask\n", "utf-8")
    done(empty, "add", "Write")
    wanted = "## Todo\n\n- [ ] Read\n- [ ] Write\n\n## Blocked\n\n- [ ] Ask\n"
    assert empty.ledger.read_text("utf-8") == wanted


def test_the_second_task_of_a_title_is_alone_when_the_first_has_another(empty: Repository) -> None:
    empty.ledger.write_text("- [ ] Read it\n- [ ] Read it\n", "utf-8")
    told = call(empty.path, "edit", "read-it", "--title", "Write it")
    assert "read-it-2 is called read-it now" in told.err
    assert empty.ledger.read_text("utf-8") == "- [ ] Write it\n- [ ] Read it\n"


def test_a_row_of_a_table_has_no_room_for_more(empty: Repository) -> None:
    empty.ledger.write_text(
        "| ID | Task | Status |\n| - | - | - |\n| A1 | Read | done |\n", "utf-8"
    )
    for given, what in (
        (["action", "A1", "add", "Ask"], "A1 is a row of a table (line 3): it has no room for an"),
        (["note", "A1", "Looked"], "A1 is a row of a table (line 3): it has no room for an"),
        (["add", "Ask"], "the tasks are rows of a table (line 3)"),
    ):
        refused = call(empty.path, *given)
        assert (refused.code, what in refused.err) == (1, True), refused.err


@pytest.mark.parametrize(
    ("old", "arguments", "new"),
    [
        ("### ☐ 0.1 Read", ["edit", "0.1", "--status", "done"], "### ☑ 0.1 Read"),
        ("### ☐ 0.1 Read", ["edit", "0.1", "--status", "in_progress"], "### 🚧 0.1 Read"),
        ("### ☑ 0.1 Read", ["edit", "0.1", "--status", "pending"], "### ☐ 0.1 Read"),
        ("### ✅ 0.1 Read", ["edit", "0.1", "--status", "pending"], "### ⬜ 0.1 Read"),
        ("### ☐ 0.1 Read\n### ⛔ 0.2 Ask\n### 🔄 0.3 Say", ["edit", "0.1", "--status", "wip"],
         "### 🔄 0.1 Read\n### ⛔ 0.2 Ask\n### 🔄 0.3 Say"),
        ("## [A-1] ✅ Read", ["edit", "A-1", "--status", "blocked"], "## [A-1] ⛔ Read"),
        ("## [A-1] Read (TODO)", ["edit", "A-1", "--status", "in_progress"],
         "## [A-1] Read (IN PROGRESS)"),
        ("## [A-1] Read — done\n## [A-2] Ask — open", ["edit", "A-1", "--status", "pending"],
         "## [A-1] Read — open\n## [A-2] Ask — open"),
        ("### [WIP] Read", ["edit", "read", "--status", "done"], "### [DONE] Read"),
        ("### [todo] Read", ["edit", "read", "--status", "blocked"], "### [blocked] Read"),
        ("- ⬜ Read\n- ✅ Ask", ["edit", "plan-read", "--status", "in_progress"],
         "- 🚧 Read\n- ✅ Ask"),
        ("- [SKIP] Read\n- [ ] Ask", ["edit", "plan-read", "--status", "pending"],
         "- [TODO] Read\n- [ ] Ask"),
        ("- [x] Read\n- [~] Ask", ["edit", "plan-read", "--status", "in_progress"],
         "- [~] Read\n- [~] Ask"),
        ("- [x] Read\n- [X] Ask", ["edit", "plan-read", "--status", "pending"],
         "- [ ] Read\n- [X] Ask"),
        ("- [⏳] Read\n- [x] Ask", ["edit", "plan-read", "--status", "done"],
         "- [x] Read\n- [x] Ask"),
        ("### 0.1 Read ✅ COMPLETE", ["edit", "0.1", "--status", "blocked"],
         "### 0.1 Read ⛔ BLOCKED"),
        ("### A-1: Read — DONE 2026-03-01\n### A-2: Ask — open",
         ["edit", "A-2", "--status", "done"],
         "### A-1: Read — DONE 2026-03-01\n### A-2: Ask — done"),
        ("### A-1: Read — DONE 2026-03-01\n### A-2: Ask — DONE 2026-03-09",
         ["edit", "A-1", "--status", "done"],
         "### A-1: Read — DONE 2026-03-01\n### A-2: Ask — DONE 2026-03-09"),
        ("### A-1: Read\n- Status: Not Started", ["edit", "A-1", "--status", "in_progress"],
         "### A-1: Read\n- Status: In Progress"),
        ("### A-1: Read\n- Status: [IN PROGRESS]", ["edit", "A-1", "--status", "blocked"],
         "### A-1: Read\n- Status: [BLOCKED]"),
        ("### A-1: Read\n- Status: Done", ["edit", "A-1", "--status", "done"],
         "### A-1: Read\n- Status: Done"),
        ("### A-1: Read\n- **Status:** open", ["action", "A-1", "add", "Ask"],
         "### A-1: Read\n- **Status:** open\n- **Next Actions:**\n  1. Ask"),
        ("### Ticket A-1 — Read ✅\n### Ticket A-2 — Ask\n- **Status:** Not Started",
         ["add", "Ask anna"],
         ("### Ticket A-1 — Read ✅\n### Ticket A-2 — Ask\n- **Status:** Not Started\n\n"
         "### Ticket A-3 — Ask anna\n- **Status:** Pending")),
        ("## 1. Read — DONE\n\n## 2. Ask — DONE", ["add", "Say it"],
         "## 1. Read — DONE\n\n## 2. Ask — DONE\n\n## 3. Say it\n- Status: pending"),
        ("- [x] **[1.1]** Read\n- [ ] **[2.1]** Ask", ["add", "Say it"],
         "- [x] **[1.1]** Read\n- [ ] **[2.1]** Ask\n- [ ] **[2.2]** Say it"),
        ("- [x] **RU-1 — Read.**\n- [>] **RU-2 — Ask.**", ["add", "Say it"],
         "- [x] **RU-1 — Read.**\n- [>] **RU-2 — Ask.**\n- [ ] **RU-3 — Say it**"),
        ("| ID | Task | Status |\n| - | - | - |\n| A1 | Read | 🟡 paused |\n| A2 | Ask | ✅ done |",
         ["edit", "A1", "--status", "in_progress"],
         "| ID | Task | Status |\n| - | - | - |\n| A1 | Read | in progress |\n| A2 | Ask | ✅ done |"),
        ("| ID | Task | State |\n| - | - | - |\n| A1 | Read | [ ] |",
         ["edit", "A1", "--status", "in_progress"],
         "| ID | Task | State |\n| - | - | - |\n| A1 | Read | [P] |"),
        ("Legend: \n- `[-]` in progress\n\n## A\n- [-] Read", ["edit", "a-read", "--status", "done"],
         "Legend: \n- `[-]` in progress\n\n## A\n- [x] Read"),
        ("### A-1: Read\n- Blocks: A-2\n\n**Acceptance Criteria:**\n- Fast\n\n**Status:** open",
         ["action", "A-1", "add", "Ask"],
         ("### A-1: Read\n- Blocks: A-2\n\n- Next Actions:\n  1. Ask\n\n"
         "**Acceptance Criteria:**\n- Fast\n\n**Status:** open")),
        ("1. [done] Read\n2. [todo] Ask", ["add", "Say it"],
         "1. [done] Read\n2. [todo] Ask\n3. [todo] Say it"),
        ("### ☐ 0.1 Read\n- ⬜ one", ["action", "0.1", "complete", "1"],
         "### ☐ 0.1 Read\n- ✅ one"),
        ("- ⬜ Read\n  - ✅ one\n- ⬜ Ask", ["action", "plan-read", "open", "1"],
         "- ⬜ Read\n  - ⬜ one\n- ⬜ Ask"),
        ("- [WIP] Read\n  - [WIP] one", ["action", "plan-read", "complete", "1"],
         "- [WIP] Read\n  - [DONE] one"),
        ("- [WIP] Read\n  - [WIP] one", ["action", "plan-read", "add", "two"],
         "- [WIP] Read\n  - [WIP] one\n  - [TODO] two"),
    ],
)  # fmt: skip
def test_a_state_is_written_as_the_file_writes_it(
    empty: Repository, old: str, arguments: list[str], new: str
) -> None:
    empty.ledger.write_text(f"# Plan\n\n{old}\n", "utf-8")
    done = call(empty.path, *arguments)
    assert done.code == 0, done.err
    assert empty.ledger.read_text("utf-8") == f"# Plan\n\n{new}\n"


@pytest.mark.parametrize(
    ("plan", "arguments", "said"),
    [
        (LOGBOOK, ["add", "Read it"], "a logbook has one focus at a time"),
        (LOGBOOK, ["criterion", "PARSE-001", "add", "x"], "has no section `Exit Criteria`"),
        (
            LOGBOOK + "\n## Completed Items\n- [x] S2: Look\n\n## TODOs\n- [ ] S3: Ask\n",
            ["action", "PARSE-001", "move", "3", "--before", "2"],
            "are not in one list",
        ),
        (CHECKLIST, ["criterion", "S01", "add", "x"], "is a task"),
        (CHECKLIST, ["edit", "S01", "--status", "blocked"], "a box can say done, not blocked"),
        (ROADMAP, ["action", "READ-001", "move", "1", "--before", "7"], "has no action 7"),
        (
            "# Plan\n\n## In Progress\n\n### Parser\n\n- [ ] Read\n\n## Done\n\n- [x] Ask\n",
            ["add", "Write"],
            "every task is below a heading that says in_progress",
        ),
        (
            ONE_ATTEMPT,
            ["action", "A-1", "move", "1", "--before", "3"],
            "several actions of A-1 mention one attempt",
        ),
    ],
)  # fmt: skip
def test_where_there_is_no_place_one_line_says_so(
    empty: Repository, plan: str, arguments: list[str], said: str
) -> None:
    empty.ledger.write_text(plan, "utf-8")
    refused = call(empty.path, *arguments)
    assert refused.code == (2 if "has no action" in said else 1)
    assert said in refused.err
    assert refused.err.count("\n") == 1
    assert empty.ledger.read_text("utf-8") == plan


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["action", "FIRST-THING-001", "nonsense", "1"], "no step 'nonsense'"),
        (["action", "FIRST-THING-001", "complete"], "expected the number of an action"),
        (["action", "FIRST-THING-001", "complete", "one"], "expected a number, found 'one'"),
        (["action", "FIRST-THING-001", "move", "1"], "give --before M"),
        (["action", "FIRST-THING-001", "block", "1"], "give --on TEXT"),
        (["edit", "FIRST-THING-001"], "expected something to change"),
        (["edit", "FIRST-THING-001", "--field", "Spec"], "expected NAME=VALUE"),
        (["edit", "FIRST-THING-001", "--depends-on", "NOBODY-1"], "no item NOBODY-1"),
    ],
)
def test_wrong_usage_is_told(empty: Repository, arguments: list[str], said: str) -> None:
    refused = call(empty.path, *arguments)
    assert refused.code == 2
    assert said in refused.err


def test_signs_and_words_that_stand_for_boxes_are_ticked_to_the_last(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    plan = "# Plan\n\n## Signs\n- ⬜ Read once\n- ✅ Read twice\n\n## Words\n- [WIP] T1 Look\n- [x] T2 See\n"
    repo.write("docs/fix_plan.md", plan.encode())
    repo.commit("start")
    for item in ("read-once", "T1"):
        done = call(repo.path, "edit", item, "--status", "done")
        assert done.code == 0, done.err
    assert repo.ledger.read_text("utf-8") == plan.replace("⬜", "✅").replace("[WIP]", "[DONE]")
    items = call(repo.path, "export").data["items"]
    assert [one["status"] for one in items] == ["done"] * 4
