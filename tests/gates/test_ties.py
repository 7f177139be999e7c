"""An item is tied to a brief by its field or by what its attempts cite; its actions stand for sprints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import call
from tests.support.repository import DATA, Repository

FOLDER = "reports/parser-speed/phase_b/20251102T091500Z"
BRIEF = f"{FOLDER}/next_steps.md"
OPEN = "  2. 🟡 PENDING — Measure 50 MB files."
ACTIONS = (
    "  2. 🟡 PENDING — Sprint 1: the splitter.\n"
    "  3. 🟡 DEFERRED — Sprint 4: the encoding.\n"
    "  4. 🟡 PENDING — Sprint 1-3 are to be reviewed.\n"
)
DEFERRED = "**Rationale for Deferral:** waits for the decision."
TASKS = "**Priority:** P2, defer until Sprint 1 complete.\n\n#### Task 4.1: Guess\n"

# What ties: the line of the item, what its attempt cites besides, and whether the brief is found.
FIELDS = [
    (f"- Brief: `{BRIEF}`", "", True),
    (f"- Brief: {BRIEF} (newest)", "", True),
    (f"- Brief: [hand-off](../{BRIEF})", "", True),
    (f"- Brief: ../{BRIEF}", "", True),
    (f"- **Brief:** `{BRIEF}`", "", True),
    (f"- Spec: see `{BRIEF}`", "", True),
    ("", f" Hand-off in `{BRIEF}`.", True),
    ("", " Hand-off in `" + FOLDER + "/{pytest.log,next_steps.md}`.", True),
    ("", f" Artifacts: `{FOLDER}/`.", True),
    ("", f" Artifacts: `{FOLDER}/analysis/`.", False),
    ("", "", False),
    ("- Brief: `docs/spec.md`", f" Hand-off in `{BRIEF}`.", False),
    ("- Brief: `../../outside.md`", "", False),
]


def tied(repo: Repository, field: str, cited: str, initiative: str = "PARSE-SPEED-001") -> None:
    """A plan whose actions stand for sprints, and the brief."""
    brief = (DATA / "small_brief.md").read_text("utf-8").replace(DEFERRED, TASKS)
    repo.write(BRIEF, brief.replace("[PARSE-SPEED-001]", f"[{initiative}]", 1).encode())
    repo.write("docs/spec.md", b"# Spec\n")
    text = repo.ledger.read_text("utf-8").replace(OPEN + "\n", ACTIONS)
    text = text.replace(
        "- Owner/Date: anna", f"{field}\n- Owner/Date: anna" if field else "- Owner/Date: anna", 1
    )
    text = text.replace(
        "Quadratic part found in the line splitter.", f"Quadratic part found.{cited}"
    )
    repo.ledger.write_text(text, "utf-8")


def sprints(repo: Repository, command: str) -> Any:
    if command == "show":
        return call(repo.path, "show", "PARSE-SPEED-001", "--json").data["sprints"]
    return call(repo.path, "status", "--json").data["items"][0]["sprints"]


@pytest.mark.parametrize("command", ["status", "show"])
@pytest.mark.parametrize(("field", "cited", "is_found"), FIELDS)
def test_what_ties_an_item_to_a_brief(
    repo: Repository, command: str, field: str, cited: str, is_found: bool
) -> None:
    tied(repo, field, cited)
    found = [
        (one["action"], one["sprint"], one["state"], one["brief"]) for one in sprints(repo, command)
    ]
    wanted = [(2, "1", "unmet", BRIEF), (3, "deferred", "deferred", BRIEF)]
    assert found == (wanted if is_found else [])


def test_later_attempts_do_not_hide_the_brief(repo: Repository) -> None:
    """Each cites a summary, and many are not there any more."""
    tied(repo, "", f" See `{BRIEF}`.")
    summaries = " ".join(f"`reports/r{n}/summary.md`" for n in range(60))
    for number in range(30):
        repo.write(
            f"reports/r{number}/summary.md", b"# Sprint notes of another\n**Initiative:** [X-1]\n"
        )
    text = repo.ledger.read_text("utf-8")
    text = text.replace("all tests pass.", f"all tests pass. See {summaries}.")
    repo.ledger.write_text(text, "utf-8")
    assert [one["brief"] for one in sprints(repo, "show")] == [BRIEF] * 2


def test_a_brief_lies_in_a_folder_of_the_run_that_is_cited(repo: Repository) -> None:
    tied(repo, "", f" Artifacts: `{FOLDER}/analysis/`.")
    (repo.path / FOLDER / "analysis").mkdir()
    (repo.path / BRIEF).rename(repo.path / FOLDER / "analysis" / "next_steps.md")
    assert [one["brief"] for one in sprints(repo, "show")] == [
        f"{FOLDER}/analysis/next_steps.md"
    ] * 2


@pytest.mark.parametrize(("field", "is_found"), [("", False), (f"- Brief: `{BRIEF}`", True)])
def test_a_brief_about_another_item_is_none_unless_the_field_names_it(
    repo: Repository, field: str, is_found: bool
) -> None:
    tied(repo, field, f" See `{BRIEF}`.", initiative="DOCS-TOUR-002")
    assert bool(sprints(repo, "show")) == is_found


def test_the_newest_attempt_cites_the_brief(repo: Repository, tmp_path: Path) -> None:
    tied(repo, "", f" See `{BRIEF}`.")
    other = "reports/other/brief.md"
    repo.write(other, b"# B\n**Initiative:** [PARSE-SPEED-001]\n\n## Sprint 1: other\n")
    text = repo.ledger.read_text("utf-8")
    repo.ledger.write_text(
        text.replace("all tests pass.", f"all tests pass. See `{other}`."), "utf-8"
    )
    assert [one["title"] for one in sprints(repo, "show")] == ["other", "Encoding"]


def test_what_a_sprint_waits_for_is_shown(repo: Repository) -> None:
    tied(repo, f"- Brief: `{BRIEF}`", "")
    wanted = "deferred, waits for Sprint 1 complete"
    status = call(repo.path, "status").out
    assert wanted in status
    assert "      sprint 1 unmet, 0 of 4 met" in status
    assert f"  3. {wanted}" in call(repo.path, "show", "PARSE-SPEED-001").out
    assert f"Sprints ({BRIEF})" in call(repo.path, "show", "PARSE-SPEED-001").out


def test_nothing_is_read_where_no_action_stands_for_a_sprint(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.commands.closings.place_of", None)
    assert call(repo.path, "status").code == 0


# Deferred work is done when what it was deferred for is


@pytest.mark.parametrize("number", ["2", "3"])
@pytest.mark.parametrize("field", ["", f"- Brief: [b](../{BRIEF})"])
def test_a_sprint_that_is_not_met_is_not_complete(
    repo: Repository, number: str, field: str
) -> None:
    tied(repo, field, "" if field else f" See `{BRIEF}`.")
    repo.write("reports/new/20251110T080000Z/pytest.log", b"= 3 failed, 11 passed in 3.40s =\n")
    repo.write("reports/new/20251110T080000Z/exit_code.txt", b"1\n")
    run = "reports/new/20251110T080000Z"
    done = call(repo.path, "append", "PARSE-SPEED-001", run, "--complete", number)
    assert (done.code, "LED605" in done.err) == (1, True), done.err


NAMED = f"- Brief: `{BRIEF}`"
DESIGN = b"# Design\n**Initiative:** [PARSE-SPEED-001]\n\n## Exit Criteria\n- [ ] `check: exists(no.md)`\n"
CITED = f" See `{BRIEF}`."


@pytest.mark.parametrize("writer", ["append", "ci"])
@pytest.mark.parametrize(
    ("field", "cited", "is_asked"),
    [
        (NAMED, "", True),
        ("", CITED, True),
        ("", "", False),
        (NAMED.replace(BRIEF, "docs/design.md"), "", True),
        ("", " See `docs/design.md`.", False),
    ],
)
def test_an_item_is_done_when_the_brief_that_it_is_tied_to_is_met(
    repo: Repository, writer: str, field: str, cited: str, is_asked: bool
) -> None:
    tied(repo, field, cited)
    repo.write("docs/design.md", DESIGN)
    text = repo.ledger.read_text("utf-8")
    text = text.replace("- Exit Criteria:\n  - [ ] 50 MB in under ten times the time of 5 MB\n", "")
    repo.ledger.write_text(text, "utf-8")
    repo.write("reports/new/20251110T080000Z/pytest.log", b"= 14 passed in 3.40s =\n")
    repo.write("reports/new/20251110T080000Z/exit_code.txt", b"0\n")
    repo.commit("Before")
    if writer == "append":
        run = "reports/new/20251110T080000Z"
        done = call(repo.path, "append", "PARSE-SPEED-001", run, "--status", "done")
        told, code = done.err, done.code
    else:
        closed = text.replace("- Status: in_progress", "- Status: done", 1)
        repo.ledger.write_text(closed.replace("High | in_progress", "High | done", 1), "utf-8")
        done = call(repo.path, "validate", "--base", "HEAD")
        told, code = done.out, done.code
    asked = "docs/design.md" if "design" in field else BRIEF
    lines = [line for line in told.splitlines() if "LED605" in line and f"{asked}:" in line]
    assert (bool(lines), code == 1) == (is_asked, is_asked), told


def test_verify_holds_a_done_item_against_the_brief_that_it_names(repo: Repository) -> None:
    tied(repo, NAMED, "")
    text = repo.ledger.read_text("utf-8").replace("- Status: in_progress", "- Status: done", 1)
    repo.ledger.write_text(text, "utf-8")
    claims = call(repo.path, "verify", "--json").data["claims"]
    [claim] = [one for one in claims if one["kind"] == "done" and one["text"].endswith("is done")]
    assert (claim["verdict"], claim["evidence"]) == ("contradicted", BRIEF)


LOST = [("2", "- Brief: `reports/lost.md`"), ("2", "- Brief: `docs/spec.md`"), ("5", NAMED)]


@pytest.mark.parametrize("because", [(), ("--because", "nobody kept it")])
@pytest.mark.parametrize(("number", "field"), LOST)
def test_a_sprint_that_its_brief_does_not_have_is_unknown(
    repo: Repository, number: str, field: str, because: tuple[str, ...]
) -> None:
    tied(repo, field, "")
    text = repo.ledger.read_text("utf-8")
    last = "  4. 🟡 PENDING — Sprint 1-3 are to be reviewed.\n"
    repo.ledger.write_text(
        text.replace(last, f"{last}  5. 🟡 PENDING — Sprint 9: more.\n"), "utf-8"
    )
    run = "reports/new/20251110T080000Z"
    repo.write(f"{run}/pytest.log", b"= 14 passed in 3.40s =\n")
    repo.write(f"{run}/exit_code.txt", b"0\n")
    done = call(repo.path, "append", "PARSE-SPEED-001", run, "--complete", number, *because)
    if because:
        assert done.code == 0, done.err
    else:
        sprint = {"2": "1", "5": "9"}[number]
        assert (done.code, f"no sprint {sprint} was found there" in done.err) == (1, True), done.err
