"""Generated appends to generated fix plans, each held against what was meant.

``python -m tests.campaigns.edits --count 10000 --seed 1`` has Hypothesis make as many plans and
changes. For each, bytes outside the declared edits must be as they were, edits must lie where
the change is about something, and the plan read again must be the old one with the change and
nothing else. What was meant is known from the plan that the bytes were written from; the
package's own check runs as well, and must agree.

Then every item of some versions of the real ledger is appended to, where the corpus is. There
the independent count (``tests/support/oracle.py``) must find what it found before and one attempt more.

The exit code is 1 if one did not hold; the smallest example is printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ledger.edits import append
from ledger.plan import document, reader
from ledger.plan.document import Edit
from ledger.plan.model import Change, Ledger, NewAttempt
from ledger.rules.registry import sections
from tests.campaigns import versions
from tests.support import corpus, generators, laws, oracle
from tests.support.plans import Entry, Plan, Written, written

Case = tuple[Plan, Entry, Change]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A plan, one of its items, and a change of it."""
    plan = draw(generators.plans())
    entry, change = draw(generators.changes(plan))
    return plan, entry, change


def judge(case: Case) -> None:
    """Append, and raise AssertionError or Refused unless all came out as meant."""
    plan, entry, change = case
    text = written(plan)
    before = reader.read(text.data)
    edits = append.append(before, change)
    after = document.apply(text.data, edits)
    assert after == spliced(text.data, edits)
    laws.assert_touches_only(plan, entry, change, text, edits)
    ledger = reader.read(after)
    assert laws.found(ledger) == laws.said(generators.changed(plan, entry, change))
    _assert_the_rest_is_kept(text, entry, change, ledger)
    append.check(before, ledger, change)


def _assert_the_rest_is_kept(text: Written, entry: Entry, change: Change, ledger: Ledger) -> None:
    """Every attempt but the new one holds, to the character, what it held."""
    texts = {
        (item.id, attempt.number): attempt.text
        for item in ledger.items
        for attempt in item.attempts
        if attempt.source == "history"
    }
    new = texts.pop((entry.plain_id, change.attempt.number))
    assert texts == {(i.replace("\u2011", "-"), n): said for (i, n), said in text.texts.items()}
    for artifact in change.attempt.artifacts:
        assert artifact in new


def judge_real(data: bytes) -> tuple[int, list[str]]:
    """Append to each item that has a section, in turn and always to the same bytes: how many
    there are, and what went wrong."""
    before = reader.read(data)
    counted = Counter(_seen(data))
    names = sorted({item.id for item in sections(before)})
    faults = []
    for name in names:
        try:
            change = _real_change(before, name)
            edits = append.append(before, change)
            after = document.apply(data, edits)
            assert after == spliced(data, edits)
            append.check(before, reader.read(after), change)
            new = Counter(_seen(after))
            assert not counted - new, f"gone: {counted - new}"
            # A task's name that is made from its words stands nowhere in the file.
            is_named = append.section_of(before, name).is_named
            number, date = change.attempt.number, change.attempt.date
            wanted = (name if is_named else None, number, date, oracle.HISTORY)
            assert list((new - counted).elements()) == [wanted], f"new: {new - counted}"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
            faults.append(f"{name}: {type(error).__name__}: {error}")
    return len(names), faults


def _seen(data: bytes) -> list[tuple[str | None, int | None, str | None, str]]:
    return [(seen.item, seen.number, seen.date, seen.source) for seen in oracle.attempts(data)]


def _real_change(ledger: Ledger, name: str) -> Change:
    item = append.section_of(ledger, name)
    stamp = "20251103T101112Z"
    new = NewAttempt(
        number=append.next_number(ledger, name), date="2025-11-03", stamp=stamp, result="failed", words="failed (see the log)",
        summary="Run again: `make test`", metrics="12 collected, 11 passed, 1 failed",
        artifacts=(f"reports/x/{stamp}/{{a.md,logs/{{b.log,c.xml}}}}",), commit="`1a2b3c4d` (dirty)",
    )  # fmt: skip
    numbers = Counter(action.number for action in item.actions)
    todo = [
        action.number
        for action in item.actions
        if action.number is not None and numbers[action.number] == 1 and action.state != "complete"
    ]
    has_status = any(field.name.lower() == "status" for field in item.fields)
    return Change(
        item=name, attempt=new, complete=tuple(todo[:2]), next=("**Look** again", "Then rest"),
        status="blocked" if has_status else None, today="2025-11-03",
    )  # fmt: skip


def real(limit: int) -> Iterator[tuple[str, int, list[str]]]:
    """Judge some versions of the real ledger, evenly spaced. Needs the corpus."""
    with tempfile.TemporaryDirectory() as folder:
        repo = corpus.lay_out(Path(folder, "repo"))
        wanted = versions.spaced(versions.history(repo), limit)
        for version, data in versions.contents(repo, wanted):
            yield version.commit[:8], *judge_real(data)


def spliced(data: bytes, edits: list[Edit]) -> bytes:
    """The edits applied one after the other, the last one first."""
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end))[::-1]:
        data = data[: edit.start] + edit.new + data[edit.end :]
    return data


def run(judged: Callable[[Case], None], count: int, number: int) -> None:
    """Have Hypothesis make ``count`` cases from the seed ``number``."""
    chosen = settings(
        max_examples=count,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        report_multiple_bugs=False,
    )
    seed(number)(chosen(given(cases())(judged)))()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=int, default=12, help="versions of the real ledger")
    options = parser.parse_args()
    met: Counter[str] = Counter()
    last: list[Case] = []

    def counted(case: Case) -> None:
        last[:] = [case]
        judge(case)
        plan, entry, change = case
        met["appends"] += 1
        met["of them to an empty history"] += not entry.attempts
        met["with actions completed"] += bool(change.complete)
        met["with actions added"] += bool(change.next)
        met["with a new status"] += bool(change.status)
        met["in a plan of mixed newlines"] += len(set(plan.newlines)) > 1

    started = time.monotonic()
    failure: Exception | None = None
    try:
        run(counted, options.count, options.seed)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        failure = error
    print("; ".join(f"{number} {what}" for what, number in met.items()))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")
    if failure is not None:
        print(f"{type(failure).__name__}: {failure}")
        if last:
            print(written(last[0][0]).data.decode(), last[0][2], sep="\n")
        return 1
    if options.real and not corpus.exists():
        print(f"not run on real ledgers: {corpus.MISSING}")
        options.real = 0
    faults = 0
    for commit, count, wrong in real(options.real) if options.real else ():
        print(f"{commit}: {count} items appended to", *wrong, sep="\n")
        faults += len(wrong)
    print("each changed what was meant and nothing else" if not faults else f"{faults} did not")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
