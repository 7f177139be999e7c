"""A tick that a change adds before a criterion of a brief is a claim: the hook and CI judge it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.commands import closings
from ledger.hook import main as ledger_hook
from tests.support.commands import Done, call, captured
from tests.support.repository import Repository
from tests.support.truth import ITEM, OUTPUTS, PLAN, RUN, attempt, edit, start

BRIEF = f"{RUN}/next_steps.md"
TEXT = f"""# Hand-off

**Initiative:** [{ITEM}]

## Sprint 1: Splitter

**Sprint 1 Exit Criteria:**
- [ ] All pass `check: failures == 0`
- [ ] Many pass `check: passed >= 99`
- [ ] Everybody is content
- ✅ Most pass `check: passed >= 50`

## Success Criteria
- Very many pass `check: passed >= 999`
"""
JUDGES: dict[str, Callable[[Repository], Done]] = {
    "hook": lambda repo: captured(repo.path, lambda: ledger_hook([])),
    "hook-plan": lambda repo: captured(repo.path, lambda: ledger_hook(["docs/fix_plan.md"])),
    "hook-brief": lambda repo: captured(repo.path, lambda: ledger_hook(["README.md", BRIEF])),
    "based": lambda repo: call(repo.path, "validate", "--base", "HEAD"),
    "pushed": lambda repo: (
        repo.git("commit", "-qm", "By hand"),
        call(repo.path, "validate", "--base", "HEAD~1", "--head", "HEAD"),
    )[1],
}
# What a change of the brief does, and what is told of it: severity and line, or nothing.
CHANGES = {
    "met": (("[ ] All", "[x] All"), None),
    "unmet": (("[ ] Many", "[x] Many"), ("error", 9)),
    "unmet-by-a-mark": (("[ ] Many", "✅ Many"), ("error", 9)),
    "unmet-with-a-reason": (
        ("[ ] Many pass", "[x] Many pass, attested: by anna"),
        ("error", 9),
    ),
    "unmet-success": (("- Very", "- ✅ Very"), ("error", 14)),
    "unknown": (("[ ] Every", "[x] Every"), ("warning", 10)),
    "unknown-attested": (("[ ] Everybody is content", "[x] Everybody is content (attested: by anna)"), None),
    "new": (("- ✅ Most", "- ✅ Half pass `check: passed >= 60`\n- ✅ Most"), ("warning", 11)),
    "no-tick": (("[ ] Many", "❌ Many"), None),
    "ticked-before": (("✅ Most", "[x] Most"), None),
    "another-line": (("# Hand-off", "# Hand-over"), None),
}  # fmt: skip


def tied(place: Path, *, settings: str = "", text: str = TEXT) -> Repository:
    """A project whose plan cites a run with 12 passed tests, and the brief in its folder."""
    before, cited = attempt(f"✅ success. 12 passed. See `{BRIEF}`.")
    files = {f"{RUN}/{name}": said for name, said in OUTPUTS["green"].items()}
    files |= {BRIEF: text} if text else {}
    return start(place, PLAN.replace(before, cited, 1), settings, files)


def changed(repo: Repository, change: tuple[str, str]) -> Repository:
    place = repo.path / BRIEF
    text = place.read_text("utf-8")
    assert change[0] in text
    place.write_text(text.replace(*change), "utf-8")
    repo.git("add", BRIEF)
    return repo


def holds(done: Done, wanted: tuple[str, int] | None) -> None:
    assert done.code == (1 if wanted and wanted[0] == "error" else 0), done.out + done.err
    found = [line for line in done.out.splitlines() if "LED605" in line]
    assert len(found) == bool(wanted), done.out
    if wanted:
        assert found[0].startswith(f"{BRIEF}:{wanted[1]}:1: {wanted[0]} LED605 "), found


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", CHANGES)
def test_a_tick_that_a_change_adds(tmp_path: Path, judge: str, name: str) -> None:
    change, wanted = CHANGES[name]
    holds(JUDGES[judge](changed(tied(tmp_path / "repo"), change)), wanted)


@pytest.mark.parametrize("judge", JUDGES)
def test_strictly_what_nothing_shows_is_an_error(tmp_path: Path, judge: str) -> None:
    repo = tied(tmp_path / "repo", settings='done = "strict"')
    holds(JUDGES[judge](changed(repo, ("[ ] Every", "[x] Every"))), ("error", 10))


@pytest.mark.parametrize("judge", JUDGES)
def test_ticks_of_a_new_brief_are_told_once(tmp_path: Path, judge: str) -> None:
    """There they are often bullets."""
    repo = tied(tmp_path / "repo", text="")
    repo.write(BRIEF, TEXT.replace("- [ ]", "- ✅").replace("- Very", "- ✅ Very").encode())
    repo.git("add", BRIEF)
    done = JUDGES[judge](repo)
    holds(done, ("warning", 9))
    assert '"Many pass" and 2 more came with a tick, not met' in done.out


@pytest.mark.parametrize(
    ("briefs", "is_judged"),
    [
        ("[]", False),
        ('["docs/*.md"]', False),
        ('["reports/*/next_steps.md"]', True),
        (f'["{BRIEF}"]', True),
    ],
)
def test_the_settings_say_what_a_brief_is(tmp_path: Path, briefs: str, is_judged: bool) -> None:
    repo = changed(tied(tmp_path / "repo", settings=f"briefs = {briefs}"), CHANGES["unmet"][0])
    holds(JUDGES["hook"](repo), ("error", 9) if is_judged else None)


@pytest.mark.parametrize(
    ("plan", "is_judged"),
    [
        (("A first look", "A second look"), False),
        (("- Priority: High", f"- Brief: `{BRIEF}`\n- Priority: High"), True),
    ],
)
def test_a_brief_is_what_an_item_cites(
    tmp_path: Path, plan: tuple[str, str], is_judged: bool
) -> None:
    repo = tied(tmp_path / "repo", text=TEXT.replace(ITEM, "OTHER-001"))
    edit(repo, plan)
    repo.commit("Another citation")
    done = JUDGES["hook"](changed(repo, CHANGES["unmet"][0]))
    holds(done, ("error", 9) if is_judged else None)


def test_what_is_staged_is_judged(tmp_path: Path) -> None:
    repo = changed(tied(tmp_path / "repo"), CHANGES["unmet"][0])
    (repo.path / BRIEF).write_text(TEXT, "utf-8")
    holds(JUDGES["hook"](repo), ("error", 9))
    repo.git("reset", "--quiet")
    changed_file = repo.path / BRIEF
    changed_file.write_text(TEXT.replace("[ ] Many", "[x] Many"), "utf-8")
    holds(JUDGES["hook"](repo), None)


def test_a_brief_whose_time_alone_differs_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a copied work tree git takes every file for changed; to judge them all takes minutes."""
    repo = tied(tmp_path / "repo")
    os.utime(repo.path / BRIEF, (1, 1))
    assert BRIEF in repo.git("diff-index", "--name-only", "HEAD").splitlines()
    monkeypatch.setattr(closings, "read_brief", lambda _: pytest.fail("judged"))
    holds(JUDGES["based"](repo), None)


def test_a_merge_adds_no_tick_that_a_side_had(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    repo.git("checkout", "--quiet", "-b", "side")
    changed(repo, CHANGES["unmet"][0]).git("commit", "-qm", "Past the hook")
    repo.git("checkout", "--quiet", "-")
    repo.write("README.md", b"x\n")
    repo.commit("Ours")
    repo.git("merge", "--quiet", "--no-commit", "--no-ff", "side")
    holds(JUDGES["hook"](repo), None)


def test_a_brief_that_goes_is_no_fault(tmp_path: Path) -> None:
    repo = tied(tmp_path / "repo")
    repo.git("rm", "--quiet", BRIEF)
    holds(JUDGES["hook"](repo), None)
