"""The dialect ``logbook``: what a person finds there is read, and written in its own style."""

from __future__ import annotations

import contextlib
import difflib
import re
import time
from pathlib import Path

import pytest

from ledger import hook
from ledger.plan import reader
from ledger.plan.model import Item, Ledger
from tests.support import corpus
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

SAMPLES = corpus.PLACE / "ledgers"
PLAN = (ROOT / "tests/data/logbook.md").read_text("utf-8")


def read(text: str) -> Ledger:
    return reader.read(text.encode())


def item(ledger: Ledger, name: str) -> Item:
    (found,) = [item for item in ledger.items if item.id == name]
    return found


# What is read. The oracle knows nothing of Markdown: a sample's lines say what they are.

ENTRY = re.compile(r"### (?P<date>\d{4}-\d\d-\d\d)T\d\d:\d\dZ — (?P<name>[^\s.]+)")
BOX = re.compile(r"- \[(?P<box>.)\] (?P<text>.*)")
VERDICT = re.compile(r"\*\*Test:\*\* .* — (?P<verdict>.*)")


@pytest.mark.parametrize("name", ["logbook-small.md", "logbook.md"])
def test_all_that_a_person_finds_in_a_sample_is_read(name: str) -> None:
    if not (SAMPLES / name).is_file():
        pytest.skip(corpus.MISSING)
    data = (SAMPLES / name).read_bytes()
    ledger = reader.read(data)
    lines = data.decode().split("\n")
    attempts = {one.span.start_line: one for each in ledger.items for one in each.attempts}
    actions = {one.span.start_line: one for each in ledger.items for one in each.actions}
    entry = 0
    found = [0, 0]
    for number, line in enumerate(lines, 1):
        if opened := ENTRY.match(line):
            entry = number
            found[0] += 1
            one = attempts[number]
            assert (one.item, one.date, one.number) == (opened["name"], opened["date"], None)
        elif line.startswith("## "):
            entry = 0
        elif box := BOX.match(line):
            found[1] += 1
            state = "complete" if box["box"] == "x" else "pending"
            assert (actions[number].state, actions[number].text) == (state, box["text"])
        elif (verdict := VERDICT.match(line)) and entry:
            passed = "PASSED" in verdict["verdict"] or "passed" in verdict["verdict"]
            assert attempts[entry].result == ("success" if passed else "failed")
    assert found == [len(attempts), len(actions)]
    assert (ledger.dialect, ledger.unread, ledger.loose) == ("logbook", (), ())
    focus = lines[lines.index("## Current Focus") + 1].strip("*").partition(" — ")[0]
    assert item(ledger, focus).status_text == lines[lines.index("## Status") + 1].strip("`")


def test_what_each_attempt_of_the_plan_says() -> None:
    ledger = read(PLAN)
    assert [(one.id, one.title, one.status, len(one.attempts)) for one in ledger.items] == [
        ("LEXER-7", "Read large files in linear time", "in_progress", 2),
        ("intake", "", "unknown", 2),
    ]
    first, second = item(ledger, "intake").attempts
    assert (first.result, first.result_text) == ("failed", "FAILED (1 failed, 11 passed)")
    assert (second.result, second.result_text, second.summary) == (
        "success",
        "shipped",
        "Answered both requests.",
    )
    first, second = item(ledger, "LEXER-7").attempts
    assert (first.result, first.result_text) == ("unknown", "")
    assert (second.result, second.metrics) == ("success", "12 files; 3.4 s")
    assert [one.raw for one in second.artifacts] == ["runs/lexer/20260203T101500Z/"]
    assert second.stamp == "20260203T101500Z"
    assert [(one.state, one.number) for one in item(ledger, "intake").actions] == [
        ("complete", 1),
        ("complete", 2),
    ]
    assert [(one.state, one.number, one.text) for one in item(ledger, "LEXER-7").actions] == [
        ("in_progress", None, "Measure 50 MB files"),
        ("pending", 3, "A3: Write the report"),
    ]


@pytest.mark.parametrize(
    ("heading", "body", "result"),
    [
        ("(blocked)", "**Test:** `make` — PASSED", "blocked"),
        ("(initial)", "**Test:** `make test-failed` — PASSED (0 failed)", "success"),
        ("(initial)", "**Tests:**\n- `a` — PASSED\n- `b` — FAILED", "failed"),
        ("(initial)", "**Test:** `a` — 3 passed, 1 failed", "failed"),
        ("(initial)", "**Result:** partial\n\n**Test:** `a` — PASSED", "partial"),
        ("(blueprint)", "**Action:** It passed before.", "info"),
        ("", "**Action:** Everything failed or passed.", "unknown"),
        ("(first look)", "```\n**Test:** `a` — PASSED\n```", "unknown"),
    ],
)
def test_the_result_is_what_something_says_and_nothing_else(
    heading: str, body: str, result: str
) -> None:
    plan = f"## Current Focus\nA-1 — B\n\n## Attempts History\n\n### 2026-02-01 — A-1 {heading}\n{body}\n"
    (attempt,) = item(read(plan), "A-1").attempts
    assert attempt.result == result


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("**LEXER-7 — Read it**", ("LEXER-7", "Read it", True)),
        ("intake — Requests", ("intake", "Requests", True)),
        ("- [LEXER-7] Read it", ("LEXER-7", "Read it", True)),
        ("LEXER-7: Read it", ("LEXER-7", "Read it", True)),
        ("Read large files: all of them", ("read-large-files-all-of-them", None, False)),
        ("None.", None),
        ("_(none)_", None),
    ],
)
def test_the_focus(line: str, found: tuple[str, str | None, bool] | None) -> None:
    plan = f"## Current Focus\n\n{line}\n\n## Attempts History\n\n## TODOs\n"
    items = [(one.id, one.title, one.is_named) for one in read(plan).items]
    wanted = [(found[0], found[1] or line, found[2])] if found else []
    assert items == wanted


def test_an_entry_without_a_label_has_no_summary_of_marks() -> None:
    plan = PLAN.replace("**Action:** Answered both requests.\n", "")
    assert [one.summary for one in item(read(plan), "intake").attempts] == [
        "Answered the first request.",
        "",
    ]


def test_headings_among_the_entries_that_are_none_are_counted() -> None:
    plan = PLAN.replace("### 2026-02-01T08:10Z — intake", "### Last week — intake")
    ledger = read(plan)
    assert [(one.kind, one.reason) for one in ledger.unread] == [
        ("attempt", "its heading does not begin with a date")
    ]
    assert len([one for each in ledger.items for one in each.attempts]) == 3


@pytest.mark.parametrize(
    "plan",
    [
        "# Plan\n\n## Current Focus\nThe parser.\n\n## [PARSE-001] Read\n- Status: done\n",
        "# Changes\n\n## 2026-01-02 — one\n\n## 2026-01-01 — two\n",
        "# Plan\n\n## Status\nGood\n\n## TODOs\n- [ ] one\n",
    ],
)
def test_what_is_no_logbook(plan: str) -> None:
    assert read(plan).dialect != "logbook"


def test_its_page_shows_the_plan_of_these_tests() -> None:
    page = Path(ROOT, "docs/reference/dialect-logbook.md").read_text("utf-8")
    assert f"```markdown\n{PLAN}```" in page


def test_reading_takes_time_that_is_linear_in_the_length() -> None:
    """Four times the entries, each with a name and a box of its own, take four times the time,
    not sixteen times."""
    took = []
    for count in (1000, 4000):
        entries = (f"### 2026-01-01 — N-{n} S{n} (x)\n- [ ] N-{n}: y\n\n" for n in range(count))
        data = f"## Current Focus\nA-1 — B\n\n## Attempts History\n\n{''.join(entries)}".encode()
        tries = []
        for _ in range(3):  # other work on the machine makes one try of them slow
            started = time.process_time()
            assert len(reader.read(data).items) == count + 1
            tries.append(time.process_time() - started)
        took.append(min(tries))
    assert took[1] < 9 * max(took[0], 0.05)


def added(tmp_path: Path, plan: str, run: str, *arguments: str) -> str:
    """The lines that an append adds to a plan that is in no repository."""
    (tmp_path / "docs").mkdir()
    ledger = tmp_path / "docs/fix_plan.md"
    ledger.write_text(plan, "utf-8")
    (tmp_path / run).mkdir(parents=True)
    (tmp_path / run / "exit_code.txt").write_text("0\n")
    (tmp_path / run / "pytest.log").write_text("===== 12 passed in 3.40s =====\n")
    done = call(tmp_path, "append", arguments[0], run, *arguments[1:])
    assert done.code == 0, done.err
    lines = ledger.read_text("utf-8").splitlines(keepends=True)
    return "".join(
        line[2:] for line in difflib.ndiff(plan.splitlines(True), lines) if line[:2] == "+ "
    )


def test_its_page_shows_what_is_written(tmp_path: Path) -> None:
    run = "runs/lexer/20260204T110000Z"
    lines = added(tmp_path, PLAN, run, "LEXER-7", "--summary", "Measured 50 MB files.")
    page = Path(ROOT, "docs/reference/dialect-logbook.md").read_text("utf-8")
    assert f"```markdown\n{lines.strip()}\n```" in page


def test_the_guard_knows_entries_by_what_they_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = Repository(tmp_path / "repo")
    repo.path.mkdir()
    repo.git("init", "--quiet")
    repo.write("docs/fix_plan.md", PLAN.encode())
    repo.commit("Start")
    start, end = PLAN.index("### 2026-02-01T16:30Z"), PLAN.index("### 2026-02-02")
    gone = PLAN[:start] + PLAN[end:]
    for changed, codes in [
        (gone, ["LED501"]),
        (PLAN[:start] + PLAN[end:].replace("## TODOs", PLAN[start:end] + "## TODOs"), []),  # moved
        (PLAN.replace("Answered the first request", "Answered no request"), ["LED502"]),
        (PLAN.replace("Keep an index", "Keep no index"), []),  # the latest one may change
        (PLAN.replace("**LEXER-7 — Read", "**PARSE-8 — Read"), []),  # another focus
    ]:
        assert changed != PLAN
        repo.write("docs/fix_plan.md", changed.encode())
        found = call(repo.path, "validate", "--base", "HEAD", "--json").data["findings"]
        assert [one["code"] for one in found if one["code"].startswith("LED5")] == codes
    repo.write("docs/fix_plan.md", gone.encode())
    repo.git("add", "--all")
    with contextlib.chdir(repo.path):
        assert hook.main([]) == 1
    assert "LED501 an attempt (2026-02-01) of intake is gone" in capsys.readouterr().out
    repo.commit("Lose it")
    removed = call(repo.path, "history", "--json").data["removed"]
    assert [(one["item"], one["number"], one["date"]) for one in removed] == [
        ("intake", None, "2026-02-01")
    ]


def test_a_range_of_steps_in_other_digits_is_read() -> None:
    text = (
        "## Current Focus\nPARSE\n\n## Attempts History\n\n### 2025-10-15 — PARSE S\u0661-\u0662\n"
    )
    (attempt,) = reader.read(text.encode()).attempts
    assert attempt.date == "2025-10-15"
