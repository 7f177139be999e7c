"""A brief's updates reach the ledger once, whole, and nothing else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.plan import reader
from ledger.plan.model import Ledger
from tests.support.commands import Done, call
from tests.support.repository import DATA, Repository

SMALL = (DATA / "small_brief.md").read_text("utf-8")
BRIEF = "docs/next_steps.md"


@pytest.fixture
def repo(repo: Repository) -> Repository:
    """With a brief."""
    repo.write(BRIEF, SMALL.encode())
    return repo


def apply(repo: Repository, *options: str) -> Done:
    return call(repo.path, "apply", BRIEF, *options)


def changed(repo: Repository) -> list[str]:
    said = repo.git("diff", "-U0", "docs/fix_plan.md").split("\n")
    return [line for line in said if line[:1] in "+-" and line[:3] not in ("+++", "---")]


WRITTEN = [
    "+  * [2025-11-02] Attempt #3 — Result: ✅ success (hand-off written).",
    "+    Three failures in two clusters.",
    "-  2. 🟡 PENDING — Measure 50 MB files.",
    "+  2. ✅ COMPLETE (Attempt #3) — Hand-off written.",
    "+  3. 🟡 PENDING — Sprint 1: the splitter.",
]


def test_the_updates_are_written_and_nothing_else(repo: Repository) -> None:
    done = apply(repo)
    assert done.code == 0
    assert done.out.split("\n") == [
        "docs/fix_plan.md:26: PARSE-SPEED-001 attempt #3 added",
        "docs/fix_plan.md:30: PARSE-SPEED-001 action 2 rewritten",
        "docs/fix_plan.md:31: PARSE-SPEED-001 action 3 added",
        "",
    ]
    assert changed(repo) == WRITTEN


def test_a_second_time_changes_nothing(repo: Repository) -> None:
    apply(repo)
    before = repo.ledger.read_bytes(), repo.ledger.stat().st_mtime_ns
    shown = apply(repo, "--dry-run")
    assert shown.out == ""
    assert "note: docs/fix_plan.md:26: PARSE-SPEED-001 attempt #3 is there already" in shown.err
    done = apply(repo, "--json")
    assert {one["outcome"] for one in done.data["updates"]} == {"held"}
    assert done.data["diff"] == ""
    assert (repo.ledger.read_bytes(), repo.ledger.stat().st_mtime_ns) == before


def test_a_dry_run_prints_what_git_can_apply(repo: Repository) -> None:
    before = repo.ledger.read_bytes()
    diff = apply(repo, "--dry-run").out
    assert repo.ledger.read_bytes() == before
    repo.write("change.diff", diff.encode())
    repo.git("apply", "change.diff")
    assert changed(repo) == WRITTEN


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_the_file_s_newlines_are_kept(repo: Repository, newline: str) -> None:
    data = repo.ledger.read_bytes().replace(b"\n", newline.encode())
    repo.ledger.write_bytes(data)
    assert apply(repo).code == 0
    after = repo.ledger.read_bytes()
    assert after.count(newline.encode()) == data.count(newline.encode()) + 3
    assert after.replace(newline.encode(), b"").count(b"\n") == 0


def test_what_people_wrote_in_other_words_is_known_again(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8")
    action = (
        "  2. ✅ COMPLETE (Attempt #3, STAMP 20251102T091500Z) — The hand-off is in next_steps.md.\n"
        "  3. 🟡 PENDING — Sprint 1: the splitter (2 h).\n"
    )
    plan = plan.replace("  2. 🟡 PENDING — Measure 50 MB files.\n", action)
    repo.ledger.write_text(plan, "utf-8")
    done = apply(repo, "--json")
    assert [one["outcome"] for one in done.data["updates"]] == ["held"] * 3


REFUSED = [
    ("Attempt #3 —", "Attempt #2 —", "another attempt #2"),
    ("   3. 🟡 PENDING — Sprint 1: the splitter.", "   1. 🟡 PENDING — Other.", "another action 1"),
    ("   2. ✅ COMPLETE (Attempt #3) — Hand-off", "   1. ✅ COMPLETE (Attempt #3) — X", "complete otherwise"),
    ("   2. ✅ COMPLETE", "   9. ✅ COMPLETE", "has no action 9"),
    ("§[PARSE-SPEED-001]:**", "§[NO-SUCH-1]:**", "no item NO-SUCH-1"),
    ("Three failures", "\u0101\u00e2\u0152 \u00e2\u0153\u2026 Three", "damaged characters"),
    ("     Three failures in two clusters.", "   ## [FORGED-1] An item", "does not read as"),
    ("Three failures in two", "Metrics: 13 passed. Two", "would say"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), REFUSED)
def test_what_does_harm_is_refused(repo: Repository, old: str, new: str, said: str) -> None:
    if said == "would say":
        old = "     Three failures in two clusters."
        new = "     Metrics: 13 passed in 3.40s\n     Artifacts: `reports/parser-speed/phase_b/20251102T091500Z/{pytest.log,exit_code.txt}`"
    assert old in SMALL
    repo.write(BRIEF, SMALL.replace(old, new).encode())
    before = repo.ledger.read_bytes()
    done = apply(repo)
    assert done.code in {1, 2}
    assert said in done.err
    assert repo.ledger.read_bytes() == before


def test_misuse_is_one_clear_line(repo: Repository) -> None:
    repo.write(BRIEF, b"# Nothing to apply\n")
    for arguments, said in (
        (("apply", BRIEF), "found none"),
        (("apply", "gone.md"), "no such file"),
    ):
        done = call(repo.path, *arguments)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
        assert said in done.err


def shape(ledger: Ledger) -> list[object]:
    """All of a ledger but its places, by item."""
    return [
        (
            item.id,
            [(a.number, a.source, a.text) for a in item.attempts],
            [(a.number, a.state, a.attempt, a.text) for a in item.actions],
            [(f.name, f.value) for f in item.fields],
        )
        for item in ledger.items
    ]


def test_the_real_brief_on_the_state_that_it_was_written_from(
    corpus: Path, real_repo_copy: Callable[[str], Path], real_repo: Callable[[str], Path]
) -> None:
    seed = str(corpus / "seeds" / "next_steps_brief.md")
    place = real_repo_copy("40115778")
    plan = place / "docs" / "fix_plan.md"
    before = reader.read(plan.read_bytes())
    assert call(place, "apply", seed).code == 0
    written = plan.read_bytes()
    after = reader.read(written)
    [was] = [item for item in before.items if item.id == "TEST-SUITE-TRIAGE-002"]
    [now] = [item for item in after.items if item.id == "TEST-SUITE-TRIAGE-002"]
    new = [a for a in now.attempts if a.number == 21]
    assert [(a.source, a.result, a.date) for a in new] == [("history", "success", "2025-10-15")]
    assert [a.text for a in now.attempts if a.number != 21] == [a.text for a in was.attempts]
    assert [(a.number, a.state, a.attempt) for a in now.actions[-5:]] == [
        (20, "complete", 21),
        (21, "pending", None),
        (22, "pending", None),
        (23, "blocked", None),
        (24, "deferred", None),
    ]
    assert [a.text for a in now.actions[:19]] == [a.text for a in was.actions[:19]]
    others = [[one for one in shape(x) if one[0] != now.id] for x in (before, after)]  # type: ignore[index]
    assert others[0] == others[1]
    assert after.last_updated == before.last_updated
    assert call(place, "apply", seed).code == 0
    assert plan.read_bytes() == written

    # What the project's people did by hand is recognised.
    done = call(real_repo("61e7f7a9"), "apply", seed, "--dry-run", "--json")
    assert {one["outcome"] for one in done.data["updates"]} == {"held"}
