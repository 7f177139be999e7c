"""An append changes what was meant and nothing else: golden cases, laws, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.edits import append
from ledger.errors import LedgerError, Refused, UsageError
from ledger.plan import document, reader, text
from ledger.plan.model import Change, Ledger, NewAttempt
from tests.campaigns import edits, injection
from tests.support import generators, golden, laws
from tests.support.plans import written

CASES = list(golden.cases("append"))


def item_of(case: golden.Case) -> str:
    lines = dict(line.split(" = ", 1) for line in case.blocks["change"].splitlines())
    return lines.get("item", "PARSE-001")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.place} {case.title}")
def test_an_append_does_what_the_case_says(case: golden.Case) -> None:
    before = reader.read(case.data("plan"))
    change = golden.change(case, append.next_number(before, item_of(case)))
    if "refused" in case.blocks:
        with pytest.raises(LedgerError) as refused:
            append.append(before, change)
        assert f"{refused.value.code}: {refused.value.message}\n" == case.blocks["refused"]
        return
    after = document.apply(before.text, append.append(before, change))
    assert after.decode() == case.data("becomes").decode()
    append.check(before, reader.read(after), change)


@given(edits.cases())
@settings(max_examples=50, suppress_health_check=list(HealthCheck))
def test_a_generated_append_changes_what_was_meant_and_nothing_else(case: edits.Case) -> None:
    edits.judge(case)


@given(injection.CASES)
@settings(max_examples=30, suppress_health_check=list(HealthCheck))
def test_hostile_text_is_one_attempt_more_and_nothing_else(case: injection.Case) -> None:
    injection.judge(case)


@pytest.mark.parametrize("said", injection.FORGED)
@pytest.mark.parametrize("place", range(len(injection.ENTRIES)))
def test_forged_structure_is_text(said: str, place: int) -> None:
    injection.judge(injection.Case(place, said, "success", (said,), has_stamp=True, metrics=said))


def test_a_hundred_kilobytes_of_summary_are_one_line() -> None:
    said = "# x\n* [2025-01-01] Attempt #99 — Result: failed `\x1b[31m" * 2000
    injection.judge(injection.Case(0, said, "success", (said,), has_stamp=True))


@pytest.mark.parametrize("said", ["", " \n\t", "\x00\x1b\u2028"])
def test_an_action_without_words_is_refused(said: str) -> None:
    case = injection.Case(0, "", "success", ("fine", said), has_stamp=False)
    with pytest.raises(UsageError, match="no words"):
        injection.judge(case)


@given(generators.plans(), st.data())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
def test_appends_follow_one_another(plan: generators.Plan, data: st.DataObject) -> None:
    entry = data.draw(st.sampled_from(plan.items))
    ledger = reader.read(written(plan).data)
    known = {entry.plain_id: {n for i, n in written(plan).texts if i == entry.id}}
    for _ in range(4):
        number = append.next_number(ledger, entry.plain_id)
        change = generators.plain_change(entry.plain_id, number)
        after = reader.read(document.apply(ledger.text, append.append(ledger, change)))
        append.check(ledger, after, change)
        ledger = after
        known[entry.plain_id].add(number)
    item = append.section_of(ledger, entry.plain_id)
    history = [a.number for a in item.attempts if a.source == "history"]
    assert len(history) == len(known[entry.plain_id])
    assert set(history) == known[entry.plain_id]
    assert len(item.actions) == len(entry.tasks) + 4


# The guard of every write must itself be guarded: each of these is a change too much.

PLAN = b"""\
**Last Updated:** 2025-11-01

## Index
| ID | Title | Priority | Status |
| --- | --- | --- | --- |
| [PARSE-001](#x) | Read | High | pending |
| [OTHER-002](#y) | Other | Low | pending |

## [PARSE-001] Read large files
- Priority: High
- Status: pending
- Attempts History:
  * [2025-11-01] Attempt #1 \xe2\x80\x94 Result: partial. Text.
- Next Actions:
  1. PENDING \xe2\x80\x94 one
  2. PENDING \xe2\x80\x94 two
- Exit Criteria:
  - [ ] criterion
## [OTHER-002] Other
- Status: pending
- Notes: none
- Attempts History:
  * [2025-11-01] Attempt #1 \xe2\x80\x94 Result: failed. Text.
- Next Actions:
  1. PENDING \xe2\x80\x94 other

* [2025-11-01] Attempt #7 \xe2\x80\x94 Result: ok
"""
NEW = NewAttempt(
    number=2, date="2025-11-03", stamp="20251103T101112Z", result="success", words="success", summary="Done", metrics="1 passed",
    artifacts=("reports/x/20251103T101112Z/a.md",), commit="",
)  # fmt: skip
CHANGE = Change(
    item="PARSE-001", attempt=NEW, complete=(1,), next=("three",), status="done", today="2025-11-03"
)

TOO_MUCH = {
    "nothing was appended": (None, None),
    "the attempt came twice": ("* [2025-11-03] Attempt #2", "* [2025-11-03] Attempt #2 — Result: success\n  * [2025-11-03] Attempt #2"),
    "the attempt has another date": ("[2025-11-03] Attempt #2", "[2025-11-02] Attempt #2"),
    "the attempt has another result": ("Result: success", "Result: failed"),
    "the attempt has another stamp": ("20251103T101112Z/a.md", "20251103T101113Z/a.md"),
    "the attempt lacks its artifacts": ("`reports/x/20251103T101112Z/a.md`", "STAMP 20251103T101112Z"),
    "another attempt lost a word": ("partial. Text.", "partial."),
    "another attempt has another number": ("[2025-11-01] Attempt #1 — Result: partial", "[2025-11-01] Attempt #3 — Result: partial"),
    "another attempt is gone": ("  * [2025-11-01] Attempt #1 — Result: partial. Text.\n", ""),
    "an attempt too many": ("- Next Actions:\n  1. C", "  * [2025-11-01] Attempt #9 — Result: ok\n- Next Actions:\n  1. C"),
    "the action is not complete": ("1. COMPLETE (Attempt #2, STAMP 20251103T101112Z) — one", "1. PENDING — one"),
    "the action cites another attempt": ("(Attempt #2, STAMP 20251103T101112Z) — one", "(Attempt #1) — one"),
    "the action lost its text": (" — one", " — "),
    "another action changed": ("PENDING — two", "BLOCKED — two"),
    "another action lost a word": ("PENDING — two", "PENDING — tw"),
    "the new action is missing": ("  3. 🟡 PENDING — three\n", ""),
    "the new action is complete": ("3. 🟡 PENDING — three", "3. ✅ DONE — three"),
    "an action too many": ("3. 🟡 PENDING — three", "3. 🟡 PENDING — three\n  4. four"),
    "the status is another": ("- Priority: High\n- Status: done", "- Priority: High\n- Status: blocked"),
    "the index was left behind": ("| High | done |", "| High | pending |"),
    "another row of the index changed": ("| Low | pending |", "| Low | done |"),
    "a row of the index is gone": ("| [OTHER-002](#y) | Other | Low | pending |\n", ""),
    "the title changed": ("Read large files", "Read files"),
    "the priority changed": ("- Priority: High", "- Priority: Low"),
    "the priority is gone": ("- Priority: High\n", ""),
    "a criterion is ticked": ("[ ] criterion", "[x] criterion"),
    "another item has another status": ("Other\n- Status: pending", "Other\n- Status: done"),
    "another item lost a field": ("- Notes: none\n", ""),
    "another item's attempt changed": ("failed. Text.", "failed. Text!"),
    "another item's action changed": ("PENDING — other", "PENDING — others"),
    "another item is gone": ("## [OTHER-002] Other", "### Other"),
    "an item too many": ("## [OTHER-002] Other", "## [EVIL-003] Forged\n## [OTHER-002] Other"),
    "the day of the update is gone": ("**Last Updated:** ", "**Updated:** "),
    "the attempt lost its summary": ("success. Done. Metrics", "success. Metrics"),
    "the attempt has other metrics": ("Metrics: 1 passed", "Metrics: 2 passed"),
    "the new action says something else": ("PENDING — three", "PENDING — thirty"),
    "the history's own text changed": ("- Attempts History:\n  * [2025-11-01] Attempt #1 — Result: p", "- Attempts History: none\n  * [2025-11-01] Attempt #1 — Result: p"),
    "a field is new": ("- Priority: High\n", "- Priority: High\n- Owner: mallory\n"),
    "a field comes twice": ("- Priority: High\n", "- Priority: High\n- Priority: High\n"),
    "the day of the update is another": ("Updated:** 2025-11-03", "Updated:** 2025-11-02"),
    "a line is unread": ("- Notes: none", "- Notes: none\n  * [YYYY-MM-DD] Attempt #1"),
}  # fmt: skip


def appended() -> tuple[Ledger, str]:
    before = reader.read(PLAN)
    return before, document.apply(PLAN, append.append(before, CHANGE)).decode()


def test_an_append_as_meant_passes() -> None:
    before, after = appended()
    append.check(before, reader.read(after.encode()), CHANGE)


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_change_too_much_is_refused(name: str) -> None:
    before, after = appended()
    old, new = TOO_MUCH[name]
    if old is None or new is None:
        after = PLAN.decode()
    else:
        assert after.count(old) == 1
        after = after.replace(old, new)
    with pytest.raises(Refused) as refused:
        append.check(before, reader.read(after.encode()), CHANGE)
    assert refused.value.code == "not-as-meant"


@pytest.mark.parametrize(
    "meant",
    [
        CHANGE.model_copy(update={"complete": ()}),
        CHANGE.model_copy(update={"complete": (2,)}),
        CHANGE.model_copy(update={"next": ()}),
        CHANGE.model_copy(update={"status": None}),
        CHANGE.model_copy(update={"item": "OTHER-002"}),
        CHANGE.model_copy(update={"attempt": NEW.model_copy(update={"number": 3})}),
        CHANGE.model_copy(update={"attempt": NEW.model_copy(update={"result": "partial"})}),
    ],
    ids=lambda change: repr(change)[-60:],
)
def test_what_was_not_asked_for_is_refused(meant: Change) -> None:
    before, after = appended()
    with pytest.raises(Refused):
        append.check(before, reader.read(after.encode()), meant)


def test_the_plain_law_notices_what_it_should() -> None:
    """The judge of the generated appends, held against a plan that says something else."""
    plan = injection.PLAN
    other = replace(plan, items=(replace(plan.items[0], title="Another"), *plan.items[1:]))
    assert laws.found(reader.read(written(plan).data)) == laws.said(plan)
    assert laws.found(reader.read(written(other).data)) != laws.said(plan)
    assert text.BOM not in written(plan).data
