"""Generated appends to generated logbooks and roadmaps, each held against what was meant.

``python -m tests.campaigns.books --count 2000 --seed 1`` has Hypothesis make as many files of each
dialect and changes: an attempt, boxes ticked, tasks added, the status. For each,

- the file is read as it was meant, item for item, attempt for attempt, box for box;
- bytes outside the declared edits are as they were; edits only insert whole lines, but for boxes
  that are ticked and the status word; what is inserted has the file's newlines;
- the file read again is the old one with the change and nothing else, and the package's own check
  agrees.

A third of the texts are those of ``tests.campaigns.injection``: each is one attempt more and no
item, box or heading more than was asked for.

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
from ledger.plan.model import Action, Change, Item, Ledger, NewAttempt
from tests.campaigns import injection
from tests.campaigns.edits import spliced
from tests.support import books

STAMP = "20260301T101112Z"
RESULTS = st.sampled_from(["success", "partial", "failed", "blocked", "info"])
PLAIN = st.sampled_from(
    ["Run again", "Measured: 3.4 s", "T1: see `a/b.md`", "seed: ask", "Größe ✅"]
)
TEXTS = PLAIN | PLAIN | injection.SHORT.filter(text.one_line)


@dataclass(frozen=True)
class Case:
    """A file, and a change of one of its items."""

    plan: books.Plan
    change: Change


@st.composite
def cases(draw: st.DrawFn, dialect: str) -> Case:
    plan = draw(books.logbooks() if dialect == "logbook" else books.roadmaps())
    ledger = reader.read(books.written(plan))
    item = draw(st.sampled_from([item for item in ledger.items if item.id in books.said(plan)]))
    result = draw(RESULTS)
    stamp = draw(st.sampled_from([STAMP, None]))
    # Only a heading can tell the stamp of a run that is not cited.
    is_cited = draw(st.booleans()) or (dialect == "roadmap" and stamp is not None)
    new = NewAttempt(
        number=append.next_number(ledger, item.id), date="2026-03-01", stamp=stamp, result=result,
        words=draw(st.sampled_from([result, f"{result} (all of it)", f"{result}: see below"])),
        summary=draw(st.just("") | TEXTS), metrics=draw(st.sampled_from(["", "1 collected, 1 passed; exit code 0"])),
        artifacts=(f"runs/{stamp or 'x'}/{{a.md,b.txt}}",) if is_cited else (), commit=draw(st.sampled_from(["", "`1a2b3c4d`"])),
    )  # fmt: skip
    can = [one.number for one in _completable(item)]
    complete = draw(st.lists(st.sampled_from(can), max_size=1)) if can else []
    has_status = any(field.name == "Status" for field in item.fields)
    status = draw(st.sampled_from([None, "blocked", "done", "pending"])) if has_status else None
    more = tuple(draw(st.lists(TEXTS, max_size=2)))
    return Case(
        plan,
        Change(
            item=item.id,
            attempt=new,
            complete=tuple(complete),
            next=more,
            status=status,
            today="2026-03-01",
        ),
    )


def _completable(item: Item) -> list[Action]:
    counted = Counter(one.number for one in item.actions if one.state != "complete")
    return [
        one for one in item.actions
        if one.number is not None and one.state != "complete" and counted[one.number] == 1
    ]  # fmt: skip


def facts(ledger: Ledger) -> dict[str, books.Said]:
    """What ``books.said`` tells, as the package reads it."""
    return {
        item.id: {
            "status": item.status,
            "attempts": [(a.number, a.date, a.result) for a in item.attempts],
            "actions": [(a.state, a.text) for a in item.actions],
        }
        for item in ledger.items
    }


def judge(case: Case) -> None:
    """Append, and raise AssertionError or Refused unless all came out as meant."""
    plan, change = case.plan, case.change
    data = books.written(plan)
    before = reader.read(data)
    assert before.dialect == plan.dialect
    assert facts(before) == books.said(plan)
    assert not before.unread
    edits = append.append(before, change)
    after = document.apply(data, edits)
    assert after == spliced(data, edits)
    newlines = set(plan.newline)
    for edit in edits:
        assert not {*edit.new.decode()} & {"\r", "\n"} - newlines
        if edit.start == edit.end and b"\n" not in edit.new and b"\r" not in edit.new:
            assert change.complete  # the state of an action that had none
        elif edit.start != edit.end:
            old = data[edit.start : edit.end].decode()
            assert old in ("[ ]", "[~]", "[-]") or old in dict(books.STATUSES), old
    ledger = reader.read(after)
    append.check(before, ledger, change)
    _assert_meant(plan, change, facts(before), facts(ledger))
    assert len(ledger.unread) == 0
    assert len(document.parse(after).sections) - len(document.parse(data).sections) <= 3


def _assert_meant(
    plan: books.Plan, change: Change, was: dict[str, books.Said], now: dict[str, books.Said]
) -> None:
    meant = (
        books.said(books.with_status(plan, change.item, change.status)) if change.status else was
    )
    assert list(now) == list(was)
    for name, old in was.items():
        new = now[name]
        assert new["status"] == meant[name]["status"]
        if name != change.item:
            assert (old["attempts"], old["actions"]) == (new["attempts"], new["actions"])
    attempt = (change.attempt.number, change.attempt.date, change.attempt.result)
    tries = [*now[change.item]["attempts"]]  # type: ignore[misc]
    assert tries.count(attempt) == [*was[change.item]["attempts"]].count(attempt) + 1  # type: ignore[misc]
    tries.remove(attempt)
    dates = [one[:2] for one in was[change.item]["attempts"]]  # type: ignore[attr-defined]
    assert [one[:2] for one in tries] == dates
    states = Counter(state for state, _ in was[change.item]["actions"])  # type: ignore[misc, attr-defined]
    found = Counter(state for state, _ in now[change.item]["actions"])  # type: ignore[misc, attr-defined]
    assert sum(found.values()) == sum(states.values()) + len(change.next)
    assert found["complete"] == states["complete"] + len(change.complete)


def run(judged: Callable[[Case], None], dialect: str, count: int, number: int) -> None:
    """Have Hypothesis make ``count`` cases from the seed ``number``."""
    chosen = settings(
        max_examples=count, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )  # fmt: skip
    seed(number)(chosen(given(cases(dialect))(judged)))()


def _remembering(last: list[Case]) -> Callable[[Case], None]:
    def judged(case: Case) -> None:
        last[:] = [case]
        judge(case)

    return judged


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dialect", choices=["logbook", "roadmap"], action="append")
    options = parser.parse_args()
    for dialect in options.dialect or ["logbook", "roadmap"]:
        started = time.monotonic()
        last: list[Case] = []

        try:
            run(_remembering(last), dialect, options.count, options.seed)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            print(f"{dialect}: {type(error).__name__}: {error}")
            if last:
                print(books.written(last[0].plan).decode(), last[0].change, sep="\n")
            return 1
        print(f"{dialect}: {options.count} appends, each changed what was meant and nothing else;"
              f" seed {options.seed}, {time.monotonic() - started:.0f} s")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
