"""What must hold of every fix plan that is read, and of everything that is appended to one.

The judges know the plan that the bytes were written from. None of them asks the package's own
check (``ledger.edits.append.check``) what to think.
"""

from __future__ import annotations

from ledger.plan.document import Edit
from ledger.plan.model import Change, Ledger
from tests.support.plans import Entry, Plan, Try, Written

Facts = dict[str, object]


def said(plan: Plan) -> Facts:
    """What a reader must find in the plan, places and layout aside."""
    facts: Facts = {
        "updated": plan.updated,
        "index": [] if plan.index_form == "none" else [(_plain(r.id), r.status) for r in plan.rows],
        "unread": sum(item.has_template for item in plan.items),
        "loose": 0,
    }
    for item in plan.items:
        known = {attempt.number for attempt in item.attempts}
        from_tasks = {}
        for task in item.tasks:
            if task.state == "complete" and task.attempt is not None and task.attempt not in known:
                from_tasks.setdefault(task.attempt, _date(task.stamp))
        facts[item.plain_id] = {
            "title": item.title,
            "priority": item.priority,
            "status": item.status,
            "attempts": [(a.number, a.date, a.stamp, a.result) for a in item.attempts],
            "from actions": list(from_tasks.items()),
            "actions": [(t.number, t.state, t.attempt, t.stamp, t.lines[0]) for t in item.tasks],
            "criteria": [(text, ticked) for text, ticked in item.criteria],
        }
    return facts


def found(ledger: Ledger) -> Facts:
    """The same facts of a ledger as read."""
    facts: Facts = {
        "updated": ledger.last_updated.value if ledger.last_updated else None,
        "index": [(row.id, row.status) for row in ledger.index],
        "unread": len(ledger.unread),
        "loose": len(ledger.loose),
    }
    for item in ledger.items:
        assert item.id not in facts, f"{item.id} is read twice"
        facts[item.id] = {
            "title": item.title,
            "priority": item.priority_text,
            "status": item.status,
            "attempts": [
                (a.number, a.date, a.stamp, a.result) for a in item.attempts if a.source == "history"
            ],
            "from actions": [(a.number, a.date) for a in item.attempts if a.source == "action"],
            "actions": [
                (a.number, a.state, a.attempt if a.state == "complete" else None, a.stamp,
                 a.text.partition("\n")[0].rstrip())
                for a in item.actions
            ],
            "criteria": [(_unboxed(c.text), c.ticked) for c in item.criteria],
        }  # fmt: skip
    return facts


def assert_reads_as_written(plan: Plan, text: Written, ledger: Ledger) -> None:
    """The ledger says what the plan says, and each entry is found whole where it was put."""
    assert found(ledger) == said(plan)
    assert ledger.text == text.data
    items = {item.id: item for item in ledger.items}
    for item in plan.items:
        read = items[item.plain_id]
        assert read.span.start_line - 1 == text.places["item", item.id]
        history = {a.number: a for a in read.attempts if a.source == "history"}
        for attempt in item.attempts:
            entry = history[attempt.number]
            assert entry.span.start_line - 1 == text.places["attempt", item.id, attempt.number]
            assert entry.text == text.texts[item.id, attempt.number]
        for at, action in enumerate(read.actions):
            assert action.span.start_line - 1 == text.places["task", item.id, at]


def assert_touches_only(
    plan: Plan, entry: Entry, change: Change, text: Written, edits: list[Edit]
) -> None:
    """Edits insert whole lines, or lie within the lines that the change is about: at most one
    insertion of an attempt, one of actions."""
    keys = {
        ("task", entry.id, at) for at, t in enumerate(entry.tasks) if t.number in change.complete
    }
    if change.status:
        keys.add(("status", entry.id))
        keys |= {("row", at) for at, row in enumerate(plan.rows) if row.id == entry.id}
    keys.add(("updated",))
    spans = [_line_span(text.data, text.places[key]) for key in keys if key in text.places]
    inserted = 0
    for edit in edits:
        if any(start <= edit.start and edit.end <= end for start, end in spans):
            assert b"\n" not in edit.new
            assert b"\r" not in edit.new
            continue
        assert edit.start == edit.end
        assert edit.start == len(text.data) or text.data[edit.start - 1 : edit.start] in (
            b"\n",
            b"\r",
        )
        inserted += 1
    assert inserted == 1 + bool(change.next)


def _line_span(data: bytes, number: int) -> tuple[int, int]:
    """Where line ``number`` begins and its text ends."""
    at = 0
    for _ in range(number):
        cut = min(end for end in (data.find(b"\n", at), data.find(b"\r", at)) if end >= 0)
        at = cut + (2 if data[cut : cut + 2] == b"\r\n" else 1)
    ends = [end for end in (data.find(b"\n", at), data.find(b"\r", at)) if end >= 0]
    return at, min(ends, default=len(data))


def assert_kept(before: Ledger, after: Ledger, entry: Entry, added: Try | int) -> None:
    """Every attempt but the new one holds, to the character, what it held."""

    def texts(ledger: Ledger) -> list[tuple[str, int | None, str, str]]:
        return [
            (item.id, a.number, a.source, a.text)
            for item in ledger.items
            for a in item.attempts
            if (item.id, a.number) != (entry.plain_id, added)
        ]

    assert texts(after) == texts(before)


def _plain(name: str) -> str:
    return name.replace("\u2011", "-")


def _date(stamp: str | None) -> str | None:
    return f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}" if stamp else None


def _unboxed(text: str) -> str:
    return text[4:].rstrip() if text.startswith("[") else text.rstrip()
