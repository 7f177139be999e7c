"""Generated appends to generated checklists, each held against what was meant.

``python -m tests.campaigns.checklists --count 2000 --seed 1`` has Hypothesis make as many
checklists and changes: an attempt, boxes ticked, boxes added, the task itself ticked. For each,

- the list is read as it was meant, task for task;
- bytes outside the declared edits are as they were, edits lie within the task's own lines, and
  what ticks a box is one byte;
- the list read again is the old one with the change and nothing else, and the package's own
  check agrees.

Then as many hostile texts, those of ``tests.campaigns.injection``, are appended to one list: each
is one attempt more and no task, box or heading more than was asked for.

The exit code is 1 if one did not hold; the smallest example is printed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.edits import append
from ledger.plan import document, reader, text
from ledger.plan.model import Change, Ledger, NewAttempt
from tests.campaigns import injection
from tests.campaigns.edits import spliced
from tests.support import checklists

HOSTILE = b"""# Plan

## High Priority
- [ ] S01 [SETUP] First task
  more of it
  - [ ] a box
  - [x] another
- [ ] Second task
  - [2026-02-01] Attempt #1 \xe2\x80\x94 Result: failed. Text.
    Metrics: 1 passed
  1. [ ] one
  2. [ ] two
* [x] Third

Last words."""
TARGETS = ("S01", "second-task", "third")


@dataclass(frozen=True)
class Case:
    """A checklist, the place of one of its tasks, and a change of it."""

    plan: checklists.List
    place: int
    change: Change | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A checklist and a change of one task."""
    plan = draw(checklists.lists())
    names = [item.id for item in reader.read(checklists.written(plan).data).items]
    if len(names) != len(plan.tasks):
        return Case(plan, -1, None)  # which is judged below
    place, change = draw(checklists.changes(plan, names))
    return Case(plan, place, change)


def judge(case: Case) -> None:
    """Append, and raise AssertionError or Refused unless all came out as meant."""
    source = checklists.written(case.plan)
    before = reader.read(source.data)
    assert before.dialect == "checklist"
    assert checklists.found(before) == checklists.said(case.plan)
    assert not before.unread
    assert len(before.loose) == sum(len(part.dated) for part in case.plan.parts)
    assert case.change
    edits = append.append(before, case.change)
    after = document.apply(source.data, edits)
    assert after == spliced(source.data, edits)
    _assert_touches_only_the_task(source, case.place, edits)
    ledger = reader.read(after)
    meant = checklists.changed(case.plan, case.place, case.change)
    assert checklists.found(ledger) == checklists.said(meant)
    append.check(before, ledger, case.change)


def _assert_touches_only_the_task(
    source: checklists.Written, place: int, edits: list[document.Edit]
) -> None:
    starts = text.line_starts(source.data)
    first, behind = source.places[place]
    for edit in edits:
        assert starts[first] <= edit.start <= edit.end <= starts[behind]
        if edit.end > edit.start:
            assert (edit.end - edit.start, edit.new) == (1, b"x")
            assert source.data[edit.start - 1 : edit.start] == b"["
        else:
            assert edit.start in starts or edit.start == len(source.data)


def judge_hostile(name: str, case: injection.Case) -> None:
    """Append hostile text to one task of a fixed list."""
    before = reader.read(HOSTILE)
    number = append.next_number(before, name)
    meant = case.change.attempt
    new = NewAttempt(
        number=number, date=meant.date, stamp=meant.stamp, result=meant.result, words=meant.words, summary=meant.summary, metrics=meant.metrics,
        artifacts=meant.artifacts, commit=meant.commit,
    )  # fmt: skip
    change = Change(item=name, attempt=new, next=case.next, today="2026-03-01")
    edits = append.append(before, change)
    after = reader.read(document.apply(HOSTILE, edits))
    append.check(before, after, change)
    assert _counts(after) == _counts(before) + Counter(attempts=1, actions=len(case.next))
    assert [h.title for h in after.headings] == [h.title for h in before.headings]
    assert [i.title for i in after.items] == [i.title for i in before.items]
    assert not after.unread
    injection.assert_text_is_safe(b"".join(edit.new for edit in edits))


def _counts(ledger: Ledger) -> Counter[str]:
    found = Counter(items=len(ledger.items), loose=len(ledger.loose), headings=len(ledger.headings))
    for item in ledger.items:
        found["attempts"] += len(item.attempts)
        found["actions"] += len(item.actions)
        found["fields"] += len(item.fields)
    return found


def run(
    judged: Callable[..., None], count: int, number: int, *made: st.SearchStrategy[object]
) -> None:
    """Have Hypothesis make ``count`` cases from the seed ``number``."""
    chosen = settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )
    seed(number)(chosen(given(*made)(judged)))()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    met: Counter[str] = Counter()
    last: list[object] = []

    def counted(case: Case) -> None:
        last[:] = [checklists.written(case.plan).data.decode(), case.change]
        judge(case)
        met["appends"] += 1
        met["to a task without attempts"] += not case.plan.tasks[case.place][1].tries
        assert case.change
        met["with boxes ticked"] += bool(case.change.complete)
        met["with boxes added"] += bool(case.change.next)
        met["with the task ticked"] += bool(case.change.status)
        met["with CRLF"] += case.plan.newline == "\r\n"

    def hostile(name: str, case: injection.Case) -> None:
        last[:] = [name, case]
        judge_hostile(name, case)
        met["hostile texts"] += 1

    started = time.monotonic()
    failure: Exception | None = None
    try:
        run(counted, options.count, options.seed, cases())
        run(hostile, options.count, options.seed, st.sampled_from(TARGETS), injection.CASES)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        failure = error
    print("; ".join(f"{number} {what}" for what, number in met.items()))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    if failure is not None:
        print(f"{type(failure).__name__}: {failure}", *last, sep="\n")
        return 1
    print("each changed what was meant and nothing else")
    return 0


if __name__ == "__main__":
    sys.exit(main())
