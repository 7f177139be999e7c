"""What is shown in a pull request: GitHub's annotations, summary and comment, and SARIF's fixes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ledger.commands.changes import ItemChange, Lacking, NewAttempt, PlanChange
from ledger.commands.doctor import repair
from ledger.commands.validate import Checked, validate
from ledger.gates.model import SprintState
from ledger.reports.findings import REPORTS
from ledger.rules import RULES
from ledger.rules.model import Finding
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

PLAN = "docs/fix_plan.md"
MARKDOWN = ("summary", "comment")
GFM = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def finding(number: int, severity: str, said: str = "is wrong", code: str = "LED201") -> Finding:
    return Finding.model_validate(
        {
            "code": code, "severity": severity, "message": said, "path": PLAN, "line": number,
            "column": 1, "item": "A-001", "attempt": None, "fix": None, "key": f"{number}",
        }
    )  # fmt: skip


def many(errors: int, warnings: int) -> Checked:
    """Warnings before errors, as they may stand in a file."""
    kinds = ["warning"] * warnings + ["error"] * errors
    found = tuple(finding(at, kind) for at, kind in enumerate(kinds, 1))
    return Checked(paths=(PLAN,), findings=found)


@pytest.mark.parametrize(
    ("errors", "warnings", "shown", "more"),
    [
        (0, 0, {}, ""),
        (3, 4, {"error": 3, "warning": 4}, ""),
        (10, 10, {"error": 10, "warning": 10}, ""),
        (11, 0, {"error": 10, "notice": 1}, "11 errors and 0 warnings in all; 1 are"),
        (1, 4999, {"error": 1, "warning": 10, "notice": 1}, "1 error and 4,999 warnings in all; 4,989 are"),
        (2500, 2500, {"error": 10, "warning": 10, "notice": 1}, "4,980 are not shown"),
    ],
)  # fmt: skip
def test_annotations_keep_to_what_the_platform_shows(
    errors: int, warnings: int, shown: dict[str, int], more: str
) -> None:
    lines = REPORTS["github"](many(errors, warnings)).splitlines()
    kinds = [line.split("::", 2)[1].split(" ")[0] for line in lines]
    assert Counter(kinds) == shown
    assert kinds == sorted(kinds, key=["error", "warning", "notice"].index)
    assert not more or more in lines[-1]


@pytest.mark.parametrize(("form", "most"), [("summary", 1 << 20), ("comment", 65_536)])
def test_what_does_not_fit_is_counted(form: str, most: int) -> None:
    long = "a passage that takes its room " * 30
    every = [
        *(finding(at, "error", f"{long} {at}") for at in range(1, 2001)),
        *(finding(at, "warning", f"{long} {at}") for at in range(1, 3001)),
        *(finding(at, "error", f"{long} {at}", "LED410") for at in range(1, 501)),
    ]
    said = REPORTS[form](Checked(paths=(PLAN,), findings=tuple(every)))
    assert len(said.encode()) <= most
    sections = re.split(r"^#### ", said, flags=re.MULTILINE)[1:]
    assert [one.split("\n")[0] for one in sections] == [
        "Contradicted by the evidence (500)", "Errors (2,000)", "Warnings (3,000)",
    ]  # fmt: skip
    for one, count in zip(sections, (500, 2000, 3000), strict=True):
        more = re.search(r"^- and ([\d,]+) more", one, re.MULTILINE)
        shown = len(re.findall(r"\*\*LED\d+\*\*", one))
        assert shown >= 20
        assert shown + (int(more[1].replace(",", "")) if more else 0) == count


PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</details><h1>x", "<!-- ledger: x -->",
    "--> <b>x", "[x](javascript:alert(1))", "![x](https://e.example/p.png)", "<https://e.example>",
    "https://e.example/x", "www.e.example", "HTTPS://E.EXAMPLE", "me@e.example", "@octocat", "hi @org/team",
    "#1", "o/r#12", "| a | b |", "a|b", "**x**", "__x__", "~~x~~", "`x`", "``` x", "\\", "\\[x](y)", "&lt;b&gt;",
    "&#60;b>", "* x", "- x", "1. x", "# x", "> x", "---", "===", "\n\n# x", "\r\n- x", "x\n<hr>", "\u2028# x",
    "$x$", "$$x$$", ":tada:", "[ ] x", "[^1]", "^[x]", "{{ x }}", "${{ secrets.X }}", "::error::x", "\x1b[31mx",
    "\u202ex", "\ud800", "```suggestion\nx\n```", "\N{ZERO WIDTH SPACE}@octocat",
)  # fmt: skip


def made(said: str) -> Checked:
    """A change in which every text of a plan is ``said``."""
    tried = NewAttempt(number=1, date="2026-11-30", result="failed", summary=said)
    sprint = SprintState(
        brief=said, sprint=said, title=said, action=None, state="blocked", met=0, criteria=2,
        waits_for=(said,), line=3,
    )  # fmt: skip
    item = ItemChange(
        item=said, title=said, was="pending", status="done", attempts=(tried,), completed=0,
        gate=Lacking(met=0, criteria=1, lacks=(said,)), sprints=(sprint,),
    )  # fmt: skip
    change = PlanChange(path=said, base="0" * 40, items=(item,))
    found = (finding(1, "error", said), finding(2, "warning", said, "LED410"))
    return Checked(paths=(said,), findings=found, change=change)


def structure(said: str) -> list[tuple[str, int]]:
    """Which blocks and spans Markdown sees, without their texts."""

    def every(tokens: list[Token]) -> list[Token]:
        return [one for token in tokens for one in (token, *every(token.children or []))]

    texts = ("text", "text_special", "softbreak")
    return [(one.type, one.level) for one in every(GFM.parse(said)) if one.type not in texts]


@pytest.mark.parametrize("form", MARKDOWN)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_words_of_a_plan_are_no_markup(form: str, payload: str) -> None:
    said = REPORTS[form](made(payload))
    assert structure(said) == structure(REPORTS[form](made("x")))
    body = said.partition("-->\n")[2] if form == "comment" else said
    assert not re.search(
        r"(?<!\\)[<>&|`\[\]]|@\w|#\d|://|www\.|\$\{|[\x00-\x09\x0b-\x1f\x7f]",
        body.replace("`00000000`", ""),
    )


@pytest.mark.parametrize("form", MARKDOWN)
@given(
    payload=st.text(
        st.characters() | st.sampled_from("<>[]()!`*_~#@|\\&-=+.\n\r\t :/$"), min_size=1
    )
)
def test_no_text_changes_the_structure(form: str, payload: str) -> None:
    said = REPORTS[form](made(f"a{payload}"))
    assert structure(said) == structure(REPORTS[form](made("a")))


@given(payload=st.text())
def test_no_text_is_a_workflow_command(payload: str) -> None:
    [first, second] = REPORTS["github"](made(payload)).split("\n")[:-1]
    assert first.startswith("::error file=")
    assert second.startswith("::warning file=")


def test_a_comment_can_be_found_again() -> None:
    first = REPORTS["comment"](made("docs/a -->\n<b>.md")).split("\n")[0]
    assert first == "<!-- ledger: docs/a%20--%3E%0A%3Cb%3E.md -->"


# What a change does


def test_a_comment_tells_what_the_change_does(repo: Repository) -> None:
    plan = repo.ledger.read_text("utf-8")
    old = call(repo.path, "status", "--json").data["items"]
    tried = call(repo.path, "note", "PARSE-SPEED-001", "Slower <b>")
    assert tried.code == 0
    added = call(repo.path, "add", "A new item", "--id", "NEW-001")
    assert added.code == 0
    done = call(repo.path, "validate", "--base", "HEAD", "--format", "comment")
    number = old[0]["attempts"] + 1
    assert "**PARSE\\-SPEED\\-001** " in done.out
    assert f"attempt \\#\N{WORD JOINER}{number} info" in done.out
    assert f"\\#\N{WORD JOINER}{number} (" in done.out
    assert "**info**: Slower \\<b\\>" in done.out
    assert "**NEW\\-001** A new item: new, pending" in done.out
    repo.ledger.write_text(plan.replace("Status: pending", "Status: done"), "utf-8")
    changed = validate(ledger=repo.ledger, base="HEAD", details=True).change
    assert changed is not None
    assert {(one.was, one.status) for one in changed.items} == {("pending", "done")}
    repo.ledger.write_text("# Fix Plan Ledger\n", "utf-8")
    gone = call(repo.path, "validate", "--base", "HEAD", "--format", "comment")
    assert f"{len(old)} items changed" in gone.out
    assert gone.out.count(": is gone") == len(old)


def test_what_git_cannot_give_stops_nobody_where_it_says_nothing(repo: Repository) -> None:
    """A partial clone lacks old versions of documents that the change only removes."""
    repo.write("NOTES.md", b"# Notes\n- [x] done\n")
    repo.commit("notes")
    blob = repo.git("rev-parse", "HEAD:NOTES.md").strip()
    (repo.path / "NOTES.md").unlink()
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()
    assert call(repo.path, "validate", "--base", "HEAD").code == 0


# SARIF


def test_fixes_do_what_doctor_does(repo: Repository) -> None:
    data = repo.ledger.read_bytes().replace(b"| Low | pending |", "| Löw | done |".encode())
    row = next(line for line in data.split(b"\n") if b"| done |" in line)
    data = data.replace(row, row + b"\n" + row)
    repo.ledger.write_bytes(data)
    [run] = json.loads(call(repo.path, "validate", "--format", "sarif").out)["runs"]
    beside = [one["relatedLocations"] for one in run["results"] if one["ruleId"] == "LED205"]
    [[place]] = beside
    assert place["physicalLocation"]["region"] == {"startLine": 12}
    found: dict[str, list[Any]] = {}
    for one in run["results"]:
        for fix in one.get("fixes", ()):
            [change] = fix["artifactChanges"]
            found.setdefault(one["ruleId"], []).extend(change["replacements"])
    assert {*found} >= {"LED201", "LED205"}
    for code, replacements in found.items():
        repo.ledger.write_bytes(data)
        assert repair([code], ledger=repo.ledger).fixes
        assert replaced(data.decode(), replacements) == repo.ledger.read_text("utf-8"), code


def replaced(text: str, replacements: list[Any]) -> str:
    """``text`` with its regions replaced, as the standard says: lines and columns from 1."""
    starts = [0, *(at + 1 for at, sign in enumerate(text) if sign == "\n")]
    for one in reversed(replacements):
        region = one["deletedRegion"]
        start = starts[region["startLine"] - 1] + region["startColumn"] - 1
        end = starts[region["endLine"] - 1] + region["endColumn"] - 1
        text = text[:start] + one["insertedContent"]["text"] + text[end:]
    return text


def test_help_is_markdown_that_ends(tmp_path: Path) -> None:
    """An example with fences of its own closes none of the help's."""
    for code in RULES:
        found = Checked(paths=(PLAN,), findings=(finding(1, "error", code=code),))
        [run] = json.loads(REPORTS["sarif"](found))["runs"]
        [rule] = run["tool"]["driver"]["rules"]
        kinds = [one.type for one in GFM.parse(rule["help"]["markdown"])]
        assert kinds.count("fence") == 1
        assert kinds[-1] == "fence"


# The action

ACTION = ROOT / ".github/actions/ledger/action.yml"
GH = """#!/bin/sh
printf '%s\\n' "$*" >>"$GH_CALLS"
case "$*" in *--paginate*) cat "$GH_FOUND" ;; esac
"""


def step(name: str, place: Path, temp: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    steps = yaml.safe_load(ACTION.read_text("utf-8"))["runs"]["steps"]
    [script] = [one["run"] for one in steps if one["name"] == name]
    environment = {
        **os.environ,
        "RUNNER_TEMP": str(temp),
        "REPLACES": "",
        "LEDGER": "",
        **variables,
    }
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The folder of a machine that has run the step `Install`."""
    temp = tmp_path / "runner's temp"
    (temp / "ledger/bin").mkdir(parents=True)
    for name, said in (
        ("ledger/bin/ledger", f'#!/bin/sh\nexec {sys.executable} -P -m ledger "$@"\n'),
        ("gh", GH),
    ):
        (temp / name).write_text(said, "utf-8")
        (temp / name).chmod(0o755)
    return temp


def test_the_action_checks_and_comments(repo: Repository, runner: Path) -> None:
    base = repo.git("rev-parse", "HEAD").strip()
    summary = runner / "summary.md"
    checked = {"BASE": base, "HEAD": "HEAD", "GITHUB_STEP_SUMMARY": str(summary)}
    data = repo.ledger.read_bytes()
    repo.ledger.write_bytes(data.replace(b"| Low | pending |", b"| Low | done |"))
    repo.commit("contradiction")
    done = step("Check", repo.path, runner, **checked)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=docs/fix_plan.md,")
    assert summary.read_text("utf-8").startswith("### docs")
    repo.ledger.write_bytes(data)
    repo.commit("back")
    assert step("Check", repo.path, runner, **checked, LEDGER=PLAN).returncode == 0
    assert step("Check", repo.path, runner, **checked | {"BASE": "0" * 40}).returncode == 0
    assert step("Check", repo.path, runner, **checked | {"BASE": "1" * 40}).returncode == 2
    calls, found = runner / "calls", runner / "found"
    for numbers, method in (
        ("", "--method POST c/7/comments "),
        ("3\n5\n", "--method PATCH c/comments/3 "),
    ):
        found.write_text(numbers, "utf-8")
        calls.write_text("", "utf-8")
        said = step(
            "Comment", repo.path, runner, COMMENTS="c", NUMBER="7", GH_CALLS=str(calls),
            GH_FOUND=str(found), PATH=f"{runner}:{os.environ['PATH']}",
        )  # fmt: skip
        assert said.returncode == 0, said.stderr
        assert method in calls.read_text("utf-8").splitlines()[1]
