"""Done means met, in the shapes that people give it: other words, other places, other moments."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.support.commands import call
from tests.support.repository import Repository
from tests.support.truth import (
    DONE,
    ENDS,
    EVERY,
    ITEM,
    PLAN,
    QUICK,
    RUN,
    attempt,
    by_judge,
    cases,
    command,
    edit,
    holds,
    hook,
    lay,
    lay_run,
    misnamed,
    record,
    start,
    written,
)

MET = "No test fails `check: failures == 0 and passed >= 12`"
UNMET = "Many tests pass `check: passed >= 99`"
UNKNOWN = "Everybody is content"
GREEN = "✅ success. 12 passed."
RED = "❌ failed. 1 failed, 11 passed."
OLDER = "reports/task/20251102T080000Z"
KNOWN: dict[str, str] = {}


table = partial(cases, KNOWN)


def plan(*criteria: str, label: str = "- Exit Criteria:") -> str:
    """The plan, its item having these criteria with their boxes or bullets."""
    if not criteria:
        return PLAN
    return f"{PLAN}{label}\n" + "".join(f"  {line}\n" for line in criteria)


def closed(path: Path, text: str, kind: str = "green") -> Repository:
    """A plan whose item somebody closed by hand with a new attempt, not committed."""
    repo = start(path, text)
    lay_run(repo, kind)
    edit(repo, attempt(GREEN if kind == "green" else RED), *DONE)
    return repo


# ---- words that close, and words that do not

WORDS = {
    "plain": ("done", "error"),
    "capital": ("Done", "error"),
    "mark-behind": ("DONE ✅", "error"),
    "mark-before": ("✅ done (2025-11-03)", "error"),
    "bold": ("**done**", "error"),
    "complete": ("complete", "error"),
    "closed": ("closed", "error"),
    "resolved": ("resolved", "error"),
    "fixed": ("fixed", "error"),
    "with-a-but": ("done, but for the docs", "error"),
    "not-done": ("not done", "passes"),
    "almost": ("almost done", "passes"),
    "reopened": ("reopened", "passes"),
    "blocked": ("blocked", "passes"),
    "superseded": ("superseded", "passes"),
    "of-the-project": ("fertig", "error"),
}


@pytest.mark.parametrize(
    ("judge", "word", "wanted"),
    table(*by_judge(QUICK, WORDS)),
)
def test_words_that_close(tmp_path: Path, judge: str, word: str, wanted: str) -> None:
    settings = '[tool.ledger.words.status]\n"fertig" = "done"'
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"), settings)
    lay_run(repo, "green")
    text = WORDS[word][0]
    edit(repo, attempt(GREEN), ("- Status: in_progress", f"- Status: {text}"))
    edit(repo, ("High | in_progress", f"High | {text.replace('**', '')}"))
    holds(EVERY[judge](repo), wanted)


SPOKEN = {
    "complete": ("complete", "refused"),
    "closed": ("closed", "refused"),
    "marked": ("✅ done", "refused"),
    "superseded": ("superseded", "written"),
    "blocked": ("blocked", "written"),
}


@pytest.mark.parametrize(
    ("writer", "word", "wanted"), table(*(("append", word, row[1]) for word, row in SPOKEN.items()))
)
def test_words_that_close_in_a_command(tmp_path: Path, writer: str, word: str, wanted: str) -> None:
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    told = command(repo, writer, ITEM, lay_run(repo, "green"), "--status", SPOKEN[word][0])
    written(told, wanted)


# ---- forms of criteria

FORMS = {
    "no-box-unmet": (plan(f"- {UNMET}"), "error"),
    "no-box-met": (plan(f"- {MET}"), "passes"),
    "star-box": (plan(f"* [x] {UNMET}"), "error"),
    "numbered": (plan(f"1. [x] {UNMET}"), "error"),
    "tick-emoji-unmet": (plan(f"- ✅ {UNMET}"), "error"),
    "tick-emoji-met": (plan(f"- ✅ {MET}"), "passes"),
    "cross-emoji-met": (plan(f"- ❌ {MET}"), "passes"),  # the run decides, not the mark
    "second-unmet": (plan(f"- [x] {MET}", f"- [x] {UNMET}"), "error"),
    "optional-unmet": (plan(f"- [x] {MET}", f"- [ ] Optional: {UNMET}"), "passes"),
    "success-criteria": (plan(f"- [x] {UNMET}", label="- Success Criteria:"), "error"),
    "bold-label": (plan(f"- [x] {UNMET}", label="- **Exit Criteria:**"), "error"),
    "own-heading": (f"{PLAN}\n### Exit Criteria\n- [x] {UNMET}\n", "error"),
    "in-one-line": (f"{PLAN}- Exit Criteria: {UNMET}\n", "error"),
    "exists-no": (plan("- [x] Notes `check: exists(docs/notes.md)`"), "error"),
    "exists-yes": (plan("- [ ] The plan `check: exists(docs/fix_plan.md)`"), "passes"),
    "prose-unmet": (plan("- [x] At most 2 errors and runtime under 1 s"), "told"),
    "prose-met": (plan("- [ ] All tests pass"), "passes"),
    "prose-bound": (plan("- [x] Runtime under 3 s"), "error"),
    "unreadable": (plan("- [x] Many `check: pased > 99`"), "warning"),
    "words-found": (plan('- [ ] Look `check: logged("A first look")`'), "passes"),
    "words-missing": (plan("- [x] Root cause `check: logged(elephants)`"), "told"),
    "struck": (plan(f"- [x] ~~{UNMET}~~"), "told"),
}


@pytest.mark.parametrize(
    ("judge", "form", "wanted"),
    table(*by_judge(QUICK, FORMS)),
)
def test_forms_of_criteria(tmp_path: Path, judge: str, form: str, wanted: str) -> None:
    repo = closed(tmp_path / "repo", FORMS[form][0])
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(
    ("writer", "form", "wanted"),
    table(
        *(
            (
                "append",
                form,
                {"error": "refused", "passes": "written", "warning": "refused"}[row[1]],
            )
            for form, row in FORMS.items()
            if row[1] != "told"
        )
    ),
)
def test_forms_of_criteria_in_a_command(
    tmp_path: Path, writer: str, form: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo", FORMS[form][0])
    told = command(repo, writer, ITEM, lay_run(repo, "green"), "--status", "done")
    written(told, wanted)


# ---- runs that failed otherwise than by a test, and runs that are somebody else's


@pytest.mark.parametrize(
    ("judge", "run", "wanted"),
    table(*by_judge(QUICK, ENDS)),
)
def test_runs_that_failed(tmp_path: Path, judge: str, run: str, wanted: str) -> None:
    repo = start(tmp_path / "repo")
    lay(repo, ENDS[run][0])
    cited = f"    Artifacts: `{RUN}/`"
    text = f"  * [2025-11-03] Attempt #2 — Result: ⚠️ partial. Rewritten.\n{cited}\n- Next Actions:"
    edit(repo, ("- Next Actions:", text), *DONE)
    holds(EVERY[judge](repo), wanted)


def entry(number: int, text: str) -> str:
    """An attempt as it stands in the plan."""
    return f"  * [2025-11-03] Attempt #{number} — Result: {text}\n"


NEWEST = {
    # name: the attempts as they stand, what is right; RUN is red, OLDER is green
    "red-then-green": (
        entry(2, f"failed. Artifacts: `{RUN}/`") + entry(3, f"success. Artifacts: `{OLDER}/`"),
        "passes",
    ),
    "green-then-red": (
        entry(2, f"success. Artifacts: `{OLDER}/`") + entry(3, f"failed. Artifacts: `{RUN}/`"),
        "error",
    ),
    "newest-first": (
        entry(3, f"failed. Artifacts: `{RUN}/`") + entry(2, f"success. Artifacts: `{OLDER}/`"),
        "error",
    ),
    "then-no-run": (
        entry(2, f"failed. Artifacts: `{RUN}/`") + entry(3, "partial. Thought about it."),
        "error",
    ),
    "baseline-red": (entry(2, f"success. Artifacts: `{OLDER}/`. Baseline: `{RUN}/`"), "passes"),
    "compared-with-red": (
        entry(2, f"success. Artifacts: `{OLDER}/`; compared with `{RUN}/pytest.log`"),
        "passes",
    ),
    "see-red": (
        entry(2, f"success. Artifacts: `{OLDER}/`")
        + entry(3, f"info. See `{RUN}/pytest.log` for the failure."),
        "passes",
    ),
    "both-own": (entry(2, f"partial. Artifacts: `{OLDER}/`, `{RUN}/`"), "error"),
    "one-run-twice": (
        entry(2, f"failed. Artifacts: `{RUN}/`") + entry(3, f"partial. Artifacts: `{RUN}/`"),
        "error",
    ),
    "cites-a-file": (entry(2, f"failed. Log: `{RUN}/pytest.log`"), "error"),
}


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(QUICK, NEWEST)),
)
def test_the_newest_attempt_that_cites_a_run(
    tmp_path: Path, judge: str, name: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    lay_run(repo, "red")
    lay_run(repo, "green", OLDER)
    edit(repo, ("- Next Actions:", f"{NEWEST[name][0]}- Next Actions:"))
    if name == "newest-first":
        first = "  * [2025-11-01] Attempt #1 — Result: ⚠️ partial. A first look.\n"
        edit(repo, (first, ""), ("- Next Actions:", f"{first}- Next Actions:"))
    repo.commit("Recorded")
    edit(repo, *DONE)
    holds(EVERY[judge](repo), wanted)


# ---- moments and places


def born_done(repo: Repository) -> None:
    """A new item that is done from the start."""
    new = f"\n## [TASK-002] Ship\n- Status: done\n- Exit Criteria:\n  - [x] {NOTES}\n"
    repo.ledger.write_text(repo.ledger.read_text("utf-8") + new, encoding="utf-8")


NOTES = "Notes `check: exists(docs/no_such_notes.md)`"


def renamed(repo: Repository) -> None:
    """The item gets another ID, and is done."""
    text = (
        repo.ledger.read_text("utf-8")
        .replace("TASK-001", "TASK-009")
        .replace("task-001", "task-009")
    )
    repo.ledger.write_text(text, encoding="utf-8")
    edit(repo, *DONE)


def retitled(repo: Repository) -> None:
    """The item gets another title, and is done."""
    edit(repo, ("[TASK-001] Read large files", "[TASK-001] Read files of any size"), *DONE)


def criterion_added(repo: Repository) -> None:
    """The criterion comes with the change that closes."""
    edit(repo, (f"- [x] {UNMET}\n", f"- [x] {UNMET}\n  - [x] {NOTES}\n"), *DONE)


def criterion_dropped(repo: Repository) -> None:
    """What is unmet is taken out by the change that closes."""
    edit(repo, (f"- Exit Criteria:\n  - [x] {UNMET}\n", ""), *DONE)


def criterion_weakened(repo: Repository) -> None:
    """What is unmet is made easier by the change that closes."""
    edit(repo, ("passed >= 99", "passed >= 2"), *DONE)


def criterion_made_optional(repo: Repository) -> None:
    """What is unmet becomes optional by the change that closes."""
    edit(repo, (f"[x] {UNMET}", f"[x] Optional: {UNMET}"), *DONE)


def criterion_in_code(repo: Repository) -> None:
    """What is unmet becomes an example by the change that closes."""
    edit(repo, (f"  - [x] {UNMET}\n", f"  ```\n  - [x] {UNMET}\n  ```\n"), *DONE)


def criterion_in_comment(repo: Repository) -> None:
    """What is unmet becomes a comment by the change that closes."""
    edit(repo, (f"  - [x] {UNMET}\n", f"  <!-- - [x] {UNMET} -->\n"), *DONE)


def moved_file(repo: Repository) -> None:
    """The fix plan gets another name, and the item is done."""
    edit(repo, *DONE)
    repo.git("add", "--all")
    repo.git("mv", "docs/fix_plan.md", "fix_plan.md")


def archived_by_hand(repo: Repository) -> None:
    """The section goes to the archive as done."""
    edit(repo, *DONE)
    text = repo.ledger.read_text("utf-8")
    head, section = text.split("## [TASK-001]")
    head = head.replace(
        "| [TASK-001](#task-001-read-large-files) | Read large files | High | done |\n", ""
    )
    repo.ledger.write_text(head, encoding="utf-8")
    repo.write("docs/fix_plan_archive.md", f"# Archive\n\n## [TASK-001]{section}".encode())


def archived_by_command(repo: Repository) -> None:
    """Closed by hand and archived before anything is committed."""
    edit(repo, *DONE)
    done = call(repo.path, "archive", ITEM)
    assert done.code in {0, 1}, done.err


def to_done_list(repo: Repository) -> None:
    """The section becomes a line of the finished ones."""
    text = repo.ledger.read_text("utf-8")
    head, section = text.split("## [TASK-001]")
    history = section[section.index("- Attempts History:") : section.index("- Next Actions:")]
    head = head.replace("High | in_progress", "High | done")
    repo.ledger.write_text(
        f"{head}## Completed Items\n\n### [TASK-001] Read large files\n- Status: done\n{history}",
        encoding="utf-8",
    )


def closed_in_both_places(repo: Repository) -> None:
    """Section and index, as it should be."""
    edit(repo, *DONE)


def closed_with_other_edits(repo: Repository) -> None:
    """Wrapped otherwise, moved down, other line ends."""
    edit(repo, *DONE, ("## Index", "## Notes\n\nMore to come.\n\n## Index"))
    repo.ledger.write_bytes(repo.ledger.read_bytes().replace(b"\n", b"\r\n"))


def two_items(repo: Repository) -> None:
    """Another item is closed as it should be, this one is not."""
    new = "\n## [TASK-002] Ship\n- Status: done\n"
    repo.ledger.write_text(repo.ledger.read_text("utf-8") + new, encoding="utf-8")
    edit(repo, *DONE)


MOMENTS: dict[str, tuple[Callable[[Repository], None], str]] = {
    "born-done": (born_done, "error"),
    "renamed": (renamed, "error"),
    "retitled": (retitled, "error"),
    "criterion-added": (criterion_added, "error"),
    # To take a criterion out is a decision that somebody may take; not one to be missed.
    "criterion-dropped": (criterion_dropped, "told"),
    "criterion-weakened": (criterion_weakened, "told"),
    "criterion-made-optional": (criterion_made_optional, "told"),
    "criterion-in-code": (criterion_in_code, "told"),
    "criterion-in-comment": (criterion_in_comment, "told"),
    "archived-by-hand": (archived_by_hand, "error"),
    "archived-by-command": (archived_by_command, "error"),
    "to-done-list": (to_done_list, "told"),
    "both-places": (closed_in_both_places, "error"),
    "with-other-edits": (closed_with_other_edits, "error"),
    "two-items": (two_items, "error"),
}


@pytest.mark.parametrize(
    ("judge", "moment", "wanted"),
    table(*by_judge(QUICK, MOMENTS)),
)
def test_moments_and_places(tmp_path: Path, judge: str, moment: str, wanted: str) -> None:
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    lay_run(repo, "green")
    edit(repo, attempt(GREEN))
    repo.commit("Recorded")
    MOMENTS[moment][0](repo)
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(("what", "wanted"), table(("one-moved", ITEM)))
def test_a_plan_that_moves_is_held_against_its_old_name(
    tmp_path: Path, what: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    lay_run(repo, "green")
    edit(repo, attempt(GREEN))
    repo.commit("Recorded")
    moved_file(repo)
    done = call(repo.path, "validate", "--staged", "--json")
    assert [one["item"] for one in done.data["findings"] if one["severity"] == "error"] == [wanted]


@pytest.mark.parametrize(("what", "wanted"), table(("one-named", ITEM)))
def test_only_the_item_that_is_not_met_is_named(tmp_path: Path, what: str, wanted: str) -> None:
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    lay_run(repo, "green")
    edit(repo, attempt(GREEN))
    repo.commit("Recorded")
    two_items(repo)
    done = call(repo.path, "validate", "--base", "HEAD", "--json")
    assert {one["item"] for one in done.data["findings"] if one["severity"] == "error"} == {wanted}


@pytest.mark.parametrize(
    ("what", "commits", "wanted"),
    table(
        ("range", "run-then-close", "error"),
        ("range", "close-then-other", "error"),
        ("range", "close-then-reopen", "passes"),
        ("range", "done-reopened-done", "error"),
        ("range", "done-before", "passes"),
    ),
)
def test_commits_of_a_range(tmp_path: Path, what: str, commits: str, wanted: str) -> None:
    """What the last of them leaves counts."""
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    back = tuple((new, old) for old, new in DONE)
    lay_run(repo, "green")
    steps: list[tuple[tuple[str, str], ...]] = {
        "run-then-close": [(attempt(GREEN),), DONE],
        "close-then-other": [
            (attempt(GREEN), *DONE),
            (("- Priority: High", "- Priority: High\n- Owner: ben"),),
        ],
        "close-then-reopen": [(attempt(GREEN), *DONE), back],
        "done-reopened-done": [(attempt(GREEN), *DONE), back, DONE],
        "done-before": [
            (attempt(GREEN), *DONE),
            (("- Priority: High", "- Priority: High\n- Owner: ben"),),
        ],
    }[commits]
    first = {"done-reopened-done": 2, "done-before": 1}.get(commits, 0)
    base = repo.git("rev-parse", "HEAD")
    for number, changes in enumerate(steps, 1):
        edit(repo, *changes)
        sha = repo.commit(f"Step {number}")
        base = sha if number == first else base
    done = call(repo.path, "validate", "--base", base, "--head", "HEAD")
    assert done.code == (1 if wanted == "error" else 0), done.out


# ---- the hook judges what is staged


@pytest.mark.parametrize(
    ("what", "staged", "wanted"),
    table(
        ("index", "red-then-green", "error"),
        ("index", "green-then-red", "passes"),
    ),
)
def test_the_hook_reads_the_run_that_is_staged(
    tmp_path: Path, what: str, staged: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    first, then = staged.split("-then-")
    lay_run(repo, first)
    edit(repo, attempt("⚠️ partial. Rewritten."), *DONE)
    repo.git("add", "--all")
    lay_run(repo, then)
    done = call(repo.path, "validate", "--staged")
    assert done.code == (1 if wanted == "error" else 0), done.out


def test_the_hook_does_not_read_what_is_not_staged(tmp_path: Path) -> None:
    """A change that is in the work tree only concerns no commit."""
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    edit(repo, ("- Priority: High", "- Priority: High\n- Owner: ben"))
    told = hook(repo)
    assert told.code == 0, told.text
    edit(repo, *DONE)
    assert call(repo.path, "validate", "--staged").code == 0


# ---- what a command writes


@pytest.mark.parametrize(
    ("what", "end", "wanted"),
    table(("ticks", "unix", "\n"), ("ticks", "dos", "\r\n")),
)
def test_the_tick_is_one_byte(tmp_path: Path, what: str, end: str, wanted: str) -> None:
    text = plan(f"* [ ] {MET}", "* [ ] The plan `check: exists(docs/fix_plan.md)`")
    repo = start(tmp_path / "repo", text.replace("\n", wanted))
    told = command(repo, "append", ITEM, lay_run(repo, "green"), "--status", "done")
    assert told.code == 0, told.text
    new = repo.ledger.read_bytes().decode()
    assert f"  * [x] {MET}{wanted}  * [x] The plan `check: exists(docs/fix_plan.md)`{wanted}" in new


@pytest.mark.parametrize(
    ("what", "option", "wanted"), table(("dry-run", "refused", 1), ("dry-run", "written", 0))
)
def test_a_dry_run_says_what_would_be(tmp_path: Path, what: str, option: str, wanted: int) -> None:
    criterion = UNMET if wanted else MET
    repo = start(tmp_path / "repo", plan(f"- [ ] {criterion}"))
    told = command(repo, "append", ITEM, lay_run(repo, "green"), "--status", "done", "--dry-run")
    assert (told.code, told.changed) == (wanted, False), told.text
    if not wanted:
        assert f"+  - [x] {MET}" in told.text


@pytest.mark.parametrize(
    ("writer", "kind", "wanted"),
    table(("done-before", "red", 0), ("done-before", "green", 0)),
)
def test_an_attempt_at_what_is_done_is_recorded(
    tmp_path: Path, writer: str, kind: str, wanted: int
) -> None:
    """A failure that is found later has to be recorded; the item stays as it was."""
    repo = start(tmp_path / "repo", plan(f"- [x] {UNMET}"))
    edit(repo, *DONE)
    repo.commit("Done")
    told = command(repo, "append", ITEM, lay_run(repo, kind))
    assert (told.code, told.changed) == (wanted, True), told.text


@pytest.mark.parametrize(("what", "wanted"), table(("one-older", ITEM)))
def test_an_older_run_that_met_it_does_not_close_over_a_new_one(
    tmp_path: Path, what: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo", plan(f"- [x] {MET}"))
    lay_run(repo, "green", OLDER)
    edit(repo, attempt(GREEN, OLDER))
    repo.commit("Met once")
    told = command(repo, "append", wanted, lay_run(repo, "red"), "--status", "done")
    assert (told.code, told.changed) == (1, False), told.text


# ---- sprints of a brief

BRIEF = """# Hand-off of phase M
**STAMP:** 20251101T080000Z
**Initiative:** [TASK-001]

## Sprint 1: Read (1 hour)

### Task 1.1: Rewrite the splitter
**File:** `reader.py`

**Sprint 1 Exit Criteria:**
- ✅ CRITERION

## Decision: the example

| Option | Effort |
| --- | --- |
| Option A | 1 hour |
| Option B | 2 hours |

**Recommendation:** Option A
"""
FIELD = "- Brief: `docs/brief.md`"
PENDING = "2. 🟡 PENDING — Sprint 1: Read."
WAITS = "2. 🟡 BLOCKED — Sprint 1: Read (waits for the decision: Option A or Option B)."
SPRINTS = {
    # criterion, action, what else the item says, command, judge
    "met": (MET, PENDING, "", "written", "passes"),
    "unmet": (UNMET, PENDING, "", "refused", "error"),
    "unknown": (UNKNOWN, PENDING, "", "refused", "warning"),
    "undecided": (MET, WAITS, "", "refused", "error"),
    "decided": (MET, WAITS, "Decided: Option A, by anna.", "written", "passes"),
}
TIES = {
    "in-code": FIELD,
    "plain": "- Brief: docs/brief.md",
    "linked": "- Brief: [the brief](brief.md)",
    "linked-from-the-top": "- Brief: [the brief](docs/brief.md)",
}


def with_sprint(path: Path, name: str, field: str = FIELD) -> Repository:
    """A repository with a brief, one sprint of which an action of the item stands for."""
    criterion, action, says, *_ = SPRINTS[name]
    text = PLAN.replace("- Priority: High\n", f"- Priority: High\n{field}\n")
    text = text.replace("the splitter.\n", f"the splitter.\n  {action}\n")
    repo = start(path, text.replace("A first look.", f"A first look. {says}".strip()))
    repo.write("docs/brief.md", BRIEF.replace("CRITERION", criterion).encode())
    repo.commit("A brief")
    return repo


@pytest.mark.parametrize(
    ("writer", "name", "reason", "wanted"),
    table(
        *(
            (f"sprint-{writer}", name, reason, row[3 if writer in {"append", "run"} else 4])
            for writer in ("append", "run", "staged", "pushed")
            for name, row in SPRINTS.items()
            for reason in ("plain",)
        ),
        # A reason stands in for what is unknown, and for nothing else.
        ("sprint-append", "unmet", "reason", "refused"),
        ("sprint-append", "unknown", "reason", "written"),
        ("sprint-append", "undecided", "reason", "refused"),
    ),
)
def test_a_sprint_is_complete_by_its_criteria(
    tmp_path: Path, writer: str, name: str, reason: str, wanted: str
) -> None:
    repo = with_sprint(tmp_path / "repo", name)
    writer = writer.removeprefix("sprint-")
    options = ["--complete", "2", *(["--because", "anna saw it"] if reason == "reason" else [])]
    if writer in QUICK:
        lay_run(repo, "green")
        action = SPRINTS[name][1]
        done = f"2. ✅ COMPLETE (Attempt #2, STAMP 20251103T080000Z) — {action.split(' — ')[1]}"
        edit(repo, attempt(GREEN), (action, done))
        holds(EVERY[writer](repo), wanted)
        return
    written(record(repo, writer, "green", *options), wanted)


@pytest.mark.parametrize(
    ("what", "tie", "wanted"), table(*(("tie", tie, "refused") for tie in TIES))
)
def test_an_item_names_its_brief(tmp_path: Path, what: str, tie: str, wanted: str) -> None:
    repo = with_sprint(tmp_path / "repo", "unmet", TIES[tie])
    told = command(repo, "append", ITEM, lay_run(repo, "green"), "--complete", "2")
    written(told, wanted)


def test_each_cell_has_a_name_of_its_own() -> None:
    assert not misnamed(KNOWN, globals())
