"""The dialect of a plan, and of each part of it, is recognised; checklists are read and kept."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.edits import append, restore
from ledger.errors import Refused
from ledger.gates import updates
from ledger.gates.model import Update
from ledger.gates.updates import ReadUpdate
from ledger.plan import document, reader
from ledger.plan.dialects import DIALECTS
from ledger.plan.model import Change, Conventions, Item, Ledger, NewAttempt
from tests.campaigns import checklists, dialects, injection
from tests.support import corpus, golden, mixtures
from tests.support.commands import call
from tests.support.places import ROOT
from tests.support.repository import Repository

SAMPLES = sorted((corpus.PLACE / "ledgers").glob("*.md")) if corpus.exists() else []
LISTS = [file for file in SAMPLES if "logbook" not in file.name]
# What a person takes for a task, its state, and a state or date of a heading.
TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)]) \[(?P<mark>[ xX])\] (?P<words>\S.*)$")
MARKED = re.compile(r"^#+ (?P<title>.*) \[(?P<state>\w+)\]$")
DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@pytest.mark.parametrize("number", range(1, 41))
def test_a_mixture_is_recognised_and_read_section_by_section(number: int) -> None:
    assert list(dialects.faults(mixtures.made(number))) == []


@pytest.mark.skipif(not corpus.exists(), reason=corpus.MISSING)
def test_the_samples_are_what_their_names_say() -> None:
    found = list(dialects.samples())
    assert len(found) >= 8
    assert [one for one in found if one[1] != one[2]] == []


def test_the_real_ledger_was_never_in_another_dialect(real_repo: Callable[[str], Path]) -> None:
    found = list(dialects.real(real_repo("8b8c48d0"), 25))
    assert {dialect for _, dialect in found} == {"attempts"}


def told(ledger: Ledger) -> Counter[tuple[str, str]]:
    """The words of every task and box, and whether it is ticked."""
    found: Counter[tuple[str, str]] = Counter()
    for item in ledger.items:
        found[_words(item.title), "x" if item.status == "done" else " "] += 1
        for action in item.actions:
            found[_words(action.text), "x" if action.state == "complete" else " "] += 1
    return found


def _words(said: str) -> str:
    return re.sub(r"\W+", " ", said)[:30].strip()


@pytest.mark.skipif(not corpus.exists(), reason=corpus.MISSING)
@pytest.mark.parametrize("file", LISTS, ids=lambda file: file.name)
def test_all_that_a_person_finds_in_a_sample_is_read(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    ledger = reader.read(file.read_bytes())
    seen: Counter[tuple[str, str]] = Counter()
    for line in lines:
        task = TASK.match(line)
        if task:
            words = re.sub(r"^[A-Z]{1,3}\d{2} ", "", task["words"])
            seen[_words(words), task["mark"].lower()] += 1
    assert sum(seen.values()) > 10
    assert Counter({(w[:20], m): n for (w, m), n in told(ledger).items()}) == Counter(
        {(w[:20], m): n for (w, m), n in seen.items()}
    )
    states = {m["title"]: m["state"] for line in lines if (m := MARKED.match(line))}
    headings = {h.title.rpartition(" [")[0]: h.status_text for h in ledger.headings if h.status}
    assert states == {title: headings.get(title) for title in states}
    dates = {date for line in lines for date in DATE.findall(line)}
    exported = json.dumps([h.dates for h in ledger.headings]) + str(told(ledger))
    assert {date for date in dates if date not in exported} == set()
    assert not ledger.unread
    assert not ledger.loose


def test_a_dated_bullet_is_no_box() -> None:
    ledger = reader.read(b"# Plan\n- [ ] Task\n- [2026-01-29] Met anna\n- [20260129] Met bert\n")
    assert [item.title for item in ledger.items] == ["Task"]
    assert [attempt.date for attempt in ledger.loose] == ["2026-01-29", "2026-01-29"]


@given(checklists.cases())
@settings(max_examples=30, suppress_health_check=list(HealthCheck), deadline=None)
def test_a_generated_append_to_a_checklist_changes_what_was_meant(case: checklists.Case) -> None:
    checklists.judge(case)


@given(st.sampled_from(checklists.TARGETS), injection.CASES)
@settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
def test_hostile_text_below_a_task_is_one_attempt_more(name: str, case: injection.Case) -> None:
    checklists.judge_hostile(name, case)


@pytest.mark.parametrize("said", injection.FORGED)
@pytest.mark.parametrize("name", checklists.TARGETS)
def test_forged_structure_below_a_task_is_text(said: str, name: str) -> None:
    case = injection.Case(0, said, "success", (said,), has_stamp=True, metrics=said)
    checklists.judge_hostile(name, case)


MIXED = b"# Plan\n\n## [A-001] Item\n- Status: pending\n\n## TODO\n- [ ] One\n- [x] Two\n"


def test_the_reasons_name_lines() -> None:
    known = reader.recognise(MIXED)
    assert known.is_mixed
    assert known.reasons == (
        "checklist (line 7: a task with a box)",
        "attempts (line 3: a heading with the ID [A-001])",
    )
    assert reader.recognise(b"# Plan\n\nprose\n").reasons == ("attempts (no line shows any)",)


def test_a_pinned_dialect_reads_the_whole_file() -> None:
    plain = reader.read(MIXED, conventions=Conventions(dialect="attempts"))
    assert (plain.dialect, [item.id for item in plain.items]) == ("attempts", ["A-001"])
    tasks = reader.read(MIXED, conventions=Conventions(dialect="checklist"))
    assert (tasks.dialect, [item.id for item in tasks.items]) == ("checklist", ["one", "two"])
    assert reader.recognise(MIXED, Conventions(dialect="checklist")).is_pinned


def test_the_configuration_pins_it(repo: Repository) -> None:
    (repo.path / "docs/fix_plan.md").write_bytes(MIXED)
    (repo.path / "pyproject.toml").write_text('[tool.ledger]\ndialect = "attempts"\n')
    data = json.loads(call(repo.path, "export").out)["data"]
    assert data["ledger"]["dialect"] == "attempts"
    known = data["recognition"]
    assert (known["dialect"], known["is_pinned"], known["signs"]) == ("attempts", True, [])
    assert set(known["sections"]) == {"attempts"}
    (repo.path / "pyproject.toml").write_text('[tool.ledger]\ndialect = "prose"\n')
    done = call(repo.path, "status")
    assert done.code == 2
    assert "expected dialect of [tool.ledger] to be one of attempts, " in done.err


def test_an_item_in_two_versions_of_a_mixture_keeps_its_dialect() -> None:
    before = reader.read(MIXED)
    after = reader.read(MIXED.replace(b"- [ ] One", b"- [x] One"))

    def kinds(items: tuple[Item, ...]) -> list[tuple[str, str]]:
        return [(item.id, item.dialect) for item in items]

    assert kinds(before.items) == kinds(after.items)
    assert [item.status for item in after.items] == ["pending", "done", "done"]


# The pages

PAGE = (ROOT / "docs/reference/dialect-checklist.md").read_text("utf-8")
READS = """\
item 4-7: S01 | [SETUP] Set up the parser and its tests | high: High Priority | pending: [ ]
  action 6: - | complete | Empty files
  action 7: - | pending | Files of 50 MB
item 8: write-the-documentation | Write the documentation | high: High Priority | pending: [ ]
item 11-14: phase-2-rewrite-the-splitter | Rewrite the splitter | - | done: [x]
  history 12: #1 | 2026-02-01 | failed: failed
  history 13-14: #2 | 2026-02-02 | success: success
item 19: ship-it | Ship it | - | blocked: Blocked
item 20: the-licence-of-the-old-parser | The licence of the old parser | - | blocked: Blocked
"""


def test_the_page_of_the_checklist_is_read_and_written_as_it_says() -> None:
    plan, _, shown = (
        block.encode() for block in re.findall(r"```markdown\n(.*?)```", PAGE, re.DOTALL)
    )
    ledger = reader.read(plan)
    assert golden.described(ledger) == READS
    done = next(one for one in ledger.headings if one.title.startswith("Done criteria"))
    assert (done.status, done.dates, len(done.criteria)) == ("done", ("2026-02-03",), 1)
    new = NewAttempt(
        number=1, date="2026-02-04", stamp="20260204T110000Z", result="success", words="success", summary="One page",
        metrics="12 collected, 12 passed (100.0 % of collected), 0 failed",
        artifacts=("reports/docs/20260204T110000Z/pytest.log",), commit="`1a2b3c4d`",
    )  # fmt: skip
    change = Change(item="write-the-documentation", attempt=new, today="2026-02-04")
    assert shown in document.apply(plan, append.append(ledger, change))


def test_the_page_of_the_dialects_prints_what_it_says() -> None:
    page = (ROOT / "docs/reference/dialects.md").read_text("utf-8")
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    said = re.findall(r"```text\n(.*?)```", page, re.DOTALL)[0]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout == said
    for name in DIALECTS:
        assert f"[`{name}`](dialect-{name}.md)" in page


def test_what_has_no_place_in_a_checklist_is_refused() -> None:
    ledger = reader.read(b"- [ ] One\n- [ ] Two\n  - [2026-02-01] Attempt #2 - Result: failed\n")
    lost = (
        ledger.items[1]
        .attempts[0]
        .model_copy(update={"number": 1, "text": "[2026-02-01] Attempt #1 - x"})
    )
    lines = ["- [2026-02-01] Attempt #1 - Result: failed. First."]
    with pytest.raises(Refused, match="no attempt beside which"):
        restore.restore(ledger, "one", lost, lines)
    [edit] = restore.restore(ledger, "two", lost, lines)
    after = document.apply(ledger.text, [edit])
    assert [a.number for a in reader.read(after).items[1].attempts] == [1, 2]
    update = ReadUpdate(
        Update(kind="add", item="one", number=1, text="1. More", line=1), None, None, None
    )
    with pytest.raises(Refused, match="dialect checklist"):
        updates.edits(ledger, "one", [update])
