"""A result is a claim: who writes it, over which run, and what comes of it.

The tables say what is right. Where a cell fails today it stands in `KNOWN` with the reason, and
the test fails as soon as the cell begins to pass.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import call
from tests.support.repository import Repository
from tests.support.truth import (
    EVERY,
    ITEM,
    JUDGES,
    PLAN,
    QUICK,
    RUN,
    attempt,
    by_judge,
    cases,
    command,
    edit,
    exit_code,
    holds,
    lay_run,
    misnamed,
    record,
    start,
    written,
)

REASON = "the one failure is the known one of the clock"
KNOWN: dict[str, str] = {}


table = partial(cases, KNOWN)


# Which result may stand over which run. Success over a failure is contradicted; so it is where
# the exit code is 0 and an output names a failure, for the worst output decides. Outputs that
# only count differently name no failure: success is not shown, and not contradicted either.
# Who says less than the run shows has a reason that no run knows: "faster, but not enough".
RESULTS = [
    # result, run, commands, judges, verify
    ("success", "green", "written", "passes", "passes"),
    ("success", "red", "refused", "error", "contradicted"),
    ("success", "inconsistent", "refused", "error", "contradicted"),
    ("success", "counts", "written", "passes", "passes"),
    ("partial", "green", "written", "passes", "passes"),
    ("partial", "red", "written", "passes", "passes"),
    ("partial", "inconsistent", "written", "passes", "passes"),
    ("partial", "counts", "written", "passes", "passes"),
    ("failed", "green", "written", "passes", "passes"),
    ("failed", "red", "written", "passes", "passes"),
    ("failed", "inconsistent", "written", "passes", "passes"),
    ("failed", "counts", "written", "passes", "passes"),
    # Without a run a word is no more than that; a page that was written has no run.
    ("success", "no run", None, "passes", "passes"),
    ("partial", "no run", None, "passes", "passes"),
    ("failed", "no run", None, "passes", "passes"),
]
WORDS = {
    "success": "✅ success. The splitter is rewritten.",
    "partial": "⚠️ partial. The splitter is rewritten.",
    "failed": "❌ failed. The splitter is rewritten.",
}


@pytest.mark.parametrize(
    ("writer", "result", "kind", "wanted"),
    table(
        *(
            (writer, row[0], row[1], row[2])
            for writer in ("append", "run")
            for row in RESULTS
            if row[2] and (writer, row[1]) != ("run", "counts")
        )
    ),
)
def test_commands_record_a_result(
    tmp_path: Path, writer: str, result: str, kind: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    told = record(repo, writer, kind, "--result", result)
    if written(told, wanted, exit_code(writer, kind)):
        assert newest(repo)["result"] == result


def newest(repo: Repository) -> dict[str, Any]:
    """The newest attempt, as `export` has it."""
    attempts = call(repo.path, "export").data["items"][0]["attempts"]
    found: dict[str, Any] = max(attempts, key=lambda one: one["number"])
    return found


@pytest.mark.parametrize(
    ("writer", "kind", "wanted"),
    table(
        *(
            (f"{writer}-default", kind, wanted)
            for writer in ("append", "run")
            for kind, wanted in (
                ("green", {"success"}),
                ("red", {"failed", "partial"}),
                ("inconsistent", {"failed", "partial"}),
            )
        )
    ),
)
def test_commands_take_the_result_from_the_run(
    tmp_path: Path, writer: str, kind: str, wanted: set[str]
) -> None:
    repo = start(tmp_path / "repo")
    writer = writer.removesuffix("-default")
    told = record(repo, writer, kind)
    assert newest(repo)["number"] == 2, told.text
    assert newest(repo)["result"] in wanted
    assert told.code == exit_code(writer, kind), told.text


@pytest.mark.parametrize(
    ("judge", "result", "kind", "wanted"),
    table(*((judge, row[0], row[1], row[3]) for judge in JUDGES for row in RESULTS)),
)
def test_hands_record_a_result(
    tmp_path: Path, judge: str, result: str, kind: str, wanted: str
) -> None:
    repo = by_hand(tmp_path / "repo", WORDS[result], kind)
    holds(EVERY[judge](repo), wanted)


def by_hand(path: Path, result: str, kind: str) -> Repository:
    """A repository where somebody wrote an attempt by hand and did not commit it."""
    repo = start(path)
    edit(repo, attempt(result, None if kind == "no run" else RUN))
    if kind != "no run":
        lay_run(repo, kind)
    return repo


@pytest.mark.parametrize(
    ("what", "result", "kind", "wanted"),
    table(*(("verify", row[0], row[1], row[4]) for row in RESULTS)),
)
def test_verify_judges_a_result(
    tmp_path: Path, what: str, result: str, kind: str, wanted: str
) -> None:
    repo = by_hand(tmp_path / "repo", WORDS[result], kind)
    done = call(repo.path, "verify", f"{ITEM}#2", "--json")
    against = [claim for claim in done.data["claims"] if claim["verdict"] == "contradicted"]
    assert bool(against) == (wanted == "contradicted"), against
    assert done.code == (1 if against else 0)


# Whoever insists gives a reason.
INSISTS = [
    ("success", "red"),
    ("success", "inconsistent"),
]


@pytest.mark.parametrize(
    ("writer", "result", "kind", "wanted"),
    table(*((f"{w}-because", *row, "written") for w in ("append", "run") for row in INSISTS)),
)
def test_a_reason_is_written_into_the_attempt(
    tmp_path: Path, writer: str, result: str, kind: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    writer = writer.removesuffix("-because")
    told = record(repo, writer, kind, "--result", result, "--because", REASON)
    assert written(told, wanted, exit_code(writer, kind))
    found = newest(repo)
    assert found["result"] == result
    span = found["span"]
    text = repo.ledger.read_bytes()[span["start_byte"] : span["end_byte"]].decode()
    assert REASON in text


@pytest.mark.parametrize(
    ("judge", "result", "kind", "wanted"),
    table(
        *(
            (f"{judge}-because", result, kind, "warning")
            for judge in JUDGES
            for result, kind in INSISTS
        )
    ),
)
def test_a_reason_leaves_a_warning(
    tmp_path: Path, judge: str, result: str, kind: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    told = record(repo, "append", kind, "--result", result, "--because", REASON)
    assert told.changed, told.text
    holds(EVERY[judge.removesuffix("-because")](repo), wanted)


@pytest.mark.parametrize(
    ("what", "change", "wanted"),
    table(
        *(
            (f"{judge}-reason", change, "error")
            for judge in JUDGES
            for change in ("dropped", "emptied")
        )
    ),
)
def test_a_reason_that_goes_leaves_the_contradiction(
    tmp_path: Path, what: str, change: str, wanted: str
) -> None:
    """Also of an item's latest attempt, which may be edited else."""
    repo = start(tmp_path / "repo")
    told = record(repo, "append", "red", "--result", "success", "--because", REASON)
    assert told.changed, told.text
    repo.commit("With a reason")
    text = repo.ledger.read_text(encoding="utf-8")
    lines = text.splitlines(keepends=True)
    if change == "dropped" and any(line.strip().endswith(REASON) for line in lines):
        text = "".join(line for line in lines if REASON not in line or "Attempt #" in line)
    repo.ledger.write_text(text.replace(REASON, ""), encoding="utf-8")
    holds(EVERY[what.removesuffix("-reason")](repo), wanted)


@pytest.mark.parametrize(
    ("what", "setting", "wanted"),
    table(*((f"{judge}-reworded", "strict", "error") for judge in JUDGES)),
)
def test_a_reason_is_guarded_like_the_attempt(
    tmp_path: Path, what: str, setting: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo", PLAN, f'append_only = "{setting}"')
    told = record(repo, "append", "red", "--result", "success", "--because", REASON)
    assert told.changed, told.text
    repo.commit("With a reason")
    edit(repo, (REASON, "it does not matter"))
    holds(EVERY[what.removesuffix("-reworded")](repo), wanted)


@pytest.mark.parametrize(
    ("what", "reason", "wanted"),
    table(*(("empty", name, 2) for name in ("nothing", "blanks", "line-break-only"))),
)
def test_a_reason_has_words(tmp_path: Path, what: str, reason: str, wanted: int) -> None:
    text = {"nothing": "", "blanks": "  ", "line-break-only": "\n"}[reason]
    repo = start(tmp_path / "repo")
    told = record(repo, "append", "red", "--result", "success", "--because", text)
    assert told.code in {1, wanted}, told.text
    assert "no such option" not in told.text
    assert not told.changed


@pytest.mark.parametrize(
    ("what", "reason", "wanted"),
    table(
        ("structure", "lines", "x\n- Status: done\n## [TASK-002] y"),
        ("structure", "control", "red \x1b[31m text\x07"),
        ("structure", "code", "`x\n```\ny"),
    ),
)
def test_a_reason_is_no_structure(tmp_path: Path, what: str, reason: str, wanted: str) -> None:
    """Either it is refused, or it is one line of the attempt and nothing else."""
    repo = start(tmp_path / "repo")
    told = record(repo, "append", "red", "--result", "success", "--because", wanted)
    assert "no such option" not in told.text
    assert "\x1b" not in told.text
    if not told.changed:
        assert told.code in {1, 2}
        return
    assert b"\x1b" not in repo.ledger.read_bytes()
    items = call(repo.path, "export").data["items"]
    assert [(item["id"], item["status"]) for item in items] == [(ITEM, "in_progress")]
    assert [one["number"] for one in items[0]["attempts"]] == [1, 2]


# What somebody invents whole: found in the hook and in CI. What nothing cited can tell is a
# warning; what the cited run denies is an error.
INVENTED = {
    "figures-cite-nothing": ("✅ success. 12 passed in 3.40s.", None, None, "warning"),
    "failed-figures-cite-nothing": ("❌ failed. 2 failed, 10 passed.", None, None, "warning"),
    "words-cite-nothing": ("✅ success. All tests pass.", None, None, "warning"),
    "rate-cites-nothing": ("⚠️ partial. Pass rate 91.7 %.", None, None, "warning"),
    "figures-cite-a-missing-run": ("✅ success. 12 passed.", None, RUN, "warning"),
    "figures-over-red": ("✅ success. 12 passed.", "red", RUN, "error"),
    "all-pass-over-red": ("⚠️ partial. All tests pass.", "red", RUN, "error"),
    "result-only-over-red": ("✅ success", "red", RUN, "error"),
    "tick-only-over-red": ("✅", "red", RUN, "error"),
    "done-over-red": ("done. Rewritten.", "red", RUN, "error"),
    "verified-over-red": ("✅ verified. Rewritten.", "red", RUN, "error"),
    "not-successful-over-red": ("not successful. Rewritten.", "red", RUN, "passes"),
    "no-success-over-red": ("❌ no success yet. Rewritten.", "red", RUN, "passes"),
}


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(JUDGES, INVENTED)),
)
def test_what_is_invented_is_found(tmp_path: Path, judge: str, name: str, wanted: str) -> None:
    result, kind, run, _ = INVENTED[name]
    repo = start(tmp_path / "repo")
    edit(repo, attempt(result, run))
    if kind:
        lay_run(repo, kind)
    holds(EVERY[judge](repo), wanted)


# An attempt that is there is made to say something else.
FLIPS = {
    "cross-to-tick": ("❌ failed. Rewritten.", "❌ failed", "✅ success", "error"),
    "mark-alone": ("❌ failed. Rewritten.", "❌", "✅", "passes"),  # the word decides
    "mark-without-word": ("❌. Rewritten.", "❌", "✅", "error"),
    "word-alone": ("failed. Rewritten.", "failed", "success", "error"),
    "partial-to-success": ("⚠️ partial. Rewritten.", "⚠️ partial", "✅ success", "error"),
    "not-is-cut": ("not successful. Rewritten.", "not successful", "successful", "error"),
}


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*by_judge(QUICK, FLIPS)),
)
def test_a_flipped_result_is_found(tmp_path: Path, judge: str, name: str, wanted: str) -> None:
    result, old, new, _ = FLIPS[name]
    repo = start(tmp_path / "repo")
    lay_run(repo, "red")
    edit(repo, attempt(result))
    repo.commit("It failed")
    edit(repo, (f"Attempt #2 — Result: {old}", f"Attempt #2 — Result: {new}"))
    holds(EVERY[judge](repo), wanted)


@pytest.mark.parametrize(
    ("judge", "name", "wanted"),
    table(*((judge, "flip-cites-nothing", "warning") for judge in JUDGES)),
)
def test_a_flipped_result_without_a_run_is_told(
    tmp_path: Path, judge: str, name: str, wanted: str
) -> None:
    repo = start(tmp_path / "repo")
    edit(repo, attempt("❌ failed. Two tests still fail.", None))
    repo.commit("It failed")
    edit(repo, ("❌ failed", "✅ success"))
    holds(EVERY[judge](repo), wanted)


# A result line of its own, in the dialects that have one.
LOGBOOK = """# Fix plan

## Status
`in_progress` (second week)

## Current Focus
**TASK-001 — Read large files**

## Attempts History

### 2025-11-02T08:00Z — TASK-001 (look)
**Action:** A look at the splitter.
"""
ENTRY = """
### 2025-11-03T08:00Z — TASK-001NOTE
**Action:** The splitter.
LINE
**Artifacts:**
- `reports/task/20251103T080000Z/`
"""
ROADMAP = """# Roadmap

## Tier 1 — Reading

- [TASK-001] (Read large files) — **partial**
  - **Dependencies:** none
- [TASK-002] (Read empty files) — **pending**
  - **Dependencies:** none
"""
NOTE = "**WORD** (2025-11-03: the splitter. Artifacts: `reports/task/20251103T080000Z/`)"
ALSO = """  - **Attempts:**
    - [2025-11-03] Attempt #1 — Result: WORD. The splitter.
      Artifacts: `reports/task/20251103T080000Z/pytest.log`
"""
CHECKLIST = """# Fix plan

## High priority
- [ ] TASK-001: Read large files
- [ ] TASK-002: Read empty files
- [ ] TASK-003: Read no files
"""
TASK = """  - [2025-11-03] Attempt #1 — Result: WORD. The splitter.
    Artifacts: `reports/task/20251103T080000Z/pytest.log`
"""
DIALECTS = {
    "logbook-line": (
        LOGBOOK,
        "",
        ENTRY.replace("NOTE", "").replace("LINE", "\n**Result:** WORD\n"),
    ),
    "logbook-note": (LOGBOOK, "", ENTRY.replace("NOTE", " (WORD)").replace("LINE", "")),
    "roadmap-note": (ROADMAP, "**partial**", NOTE),
    "roadmap-attempt": (
        ROADMAP,
        "  - **Dependencies:** none\n",
        "  - **Dependencies:** none\n" + ALSO,
    ),
    "checklist": (CHECKLIST, "Read large files\n", "Read large files\n" + TASK),
}


@pytest.mark.parametrize(
    ("judge", "way", "word", "wanted"),
    table(
        *(
            (judge, way, word, wanted)
            for judge in ("staged", "based")
            for way in DIALECTS
            for word, wanted in (("success", "error"), ("failed", "passes"))
        )
    ),
)
def test_each_dialect_is_held_to_its_run(
    tmp_path: Path, judge: str, way: str, word: str, wanted: str
) -> None:
    plan, old, new = DIALECTS[way]
    repo = start(tmp_path / "repo", plan)
    new = new.replace("WORD", word)
    text = plan.replace(old, new, 1) if old else plan + new
    repo.ledger.write_text(text, encoding="utf-8")
    lay_run(repo, "red")
    holds(EVERY[judge](repo), wanted)


# An open action that a change takes away was neither done nor given up.
PENDING = PLAN.replace(
    "Look at the splitter.\n",
    "Look at the splitter.\n  2. 🟡 PENDING — Rewrite it.\n  3. 🟡 BLOCKED — Ship it (waits for ben).\n",
)


@pytest.mark.parametrize(
    ("judge", "setting", "change", "wanted"),
    table(
        *(
            (judge, setting, change, wanted)
            for judge in QUICK
            for setting, change, wanted in (
                ("latest", "pending-removed", "warning"),
                ("strict", "pending-removed", "error"),
                ("off", "pending-removed", "passes"),
                ("latest", "blocked-removed", "warning"),
                ("strict", "blocked-removed", "error"),
                ("latest", "all-removed", "warning"),
                ("latest", "renumbered", "passes"),
                ("strict", "renumbered", "passes"),
                ("latest", "reworded", "passes"),
                ("latest", "completed", "passes"),
                ("latest", "rejected", "passes"),
                ("latest", "moved-to-other-item", "passes"),
            )
        )
    ),
)
def test_a_pending_action_that_goes_is_told(
    tmp_path: Path, judge: str, setting: str, change: str, wanted: str
) -> None:
    other = (
        "\n## [TASK-002] Ship\n- Status: pending\n- Next Actions:\n  1. 🟡 PENDING — Tell anna.\n"
    )
    row = "| [TASK-002](#task-002-ship) | Ship | High | pending |\n"
    plan = PENDING.replace("High | in_progress |\n", f"High | in_progress |\n{row}") + other
    repo = start(tmp_path / "repo", plan, f'append_only = "{setting}"')
    pending = "  2. 🟡 PENDING — Rewrite it.\n"
    blocked = "  3. 🟡 BLOCKED — Ship it (waits for ben).\n"
    changes = {
        "pending-removed": [(pending, "")],
        "blocked-removed": [(blocked, "")],
        "all-removed": [(pending, ""), (blocked, "")],
        "renumbered": [
            (pending, ""),
            (
                blocked,
                "  2. 🟡 BLOCKED — Ship it (waits for ben).\n  3. 🟡 PENDING — Rewrite it.\n",
            ),
        ],
        "reworded": [("Rewrite it.", "Rewrite the splitter, and measure it.")],
        "completed": [("2. 🟡 PENDING", "2. ✅ COMPLETE (Attempt #1)")],
        "rejected": [("2. 🟡 PENDING", "2. ❌ REJECTED (it is fast enough)")],
        "moved-to-other-item": [
            (pending, ""),
            ("Tell anna.\n", "Tell anna.\n  2. 🟡 PENDING — Rewrite it.\n"),
        ],
    }
    edit(repo, *changes[change])
    holds(EVERY[judge](repo), wanted)


CHECKS = {
    "misspelt": ("pased > 0", "warning"),
    "unfinished": ("passed >", "warning"),
    "odd-unit": ("passed > 12 bananas", "warning"),
    "no-such-call": ("cleard(X-1)", "warning"),
    "odd-join": ("passed > 0 or failed < 2", "warning"),
    "empty": ("", "warning"),
    "readable": ("passed > 0 and failures == 0", "silent"),
}


@pytest.mark.parametrize(
    ("judge", "check", "wanted"),
    table(
        *(
            (judge, check, wanted)
            for judge in ("hook", *QUICK, "validate", "doctor")
            for check, (_, wanted) in CHECKS.items()
        )
    ),
)
def test_a_check_that_cannot_be_read_is_told(
    tmp_path: Path, judge: str, check: str, wanted: str
) -> None:
    criteria = f"- Exit Criteria:\n  - [ ] Tests pass `check: {CHECKS[check][0]}`\n"
    repo = start(tmp_path / "repo", PLAN if judge in EVERY else PLAN + criteria)
    if judge == "doctor":
        done = call(repo.path, "doctor")
        none = re.search(r"^ok +findings +none$", done.out, re.MULTILINE)
        assert bool(none) == (wanted == "silent"), done.out
        return
    if judge == "validate":
        told = command(repo, "validate")
    else:
        edit(repo, ("Look at the splitter.\n", f"Look at the splitter.\n{criteria}"))
        told = EVERY[judge](repo)
    named = [finding for finding in told.findings if "check" in finding[2]]
    assert bool(named) == (wanted == "warning"), told.text


def test_each_cell_has_a_name_of_its_own() -> None:
    assert not misnamed(KNOWN, globals())
