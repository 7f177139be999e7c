"""Two people at one fix plan: what each does to the model, and what both have done together.

Nothing here knows the package. ``together`` follows the rules that docs/how-to/merge.md states,
in terms of the model; what a rule leaves to a person is told, not merged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.support import generators
from tests.support.plans import Entry, Plan, Row, Task, Try

STATE_RANKS = {"pending": 0, "in_progress": 1, "blocked": 1, "deferred": 1, "partial": 2, "complete": 3, "rejected": 3}  # fmt: skip
STATUS_RANKS = {"pending": 0, "in_progress": 1, "blocked": 1, "done": 2, "archived": 3}
STATES = [("blocked", "🟡 BLOCKED"), ("deferred", "🟡 DEFERRED"), ("partial", "⚠️ PARTIAL"), ("rejected", "❌ REJECTED"), ("in_progress", "IN_PROGRESS")]  # fmt: skip


@dataclass(frozen=True)
class Scene:
    """A plan and what each of two people made of it."""

    base: Plan
    ours: Plan
    theirs: Plan


@dataclass(frozen=True)
class Together:
    """The plan that both have; None where ``rivals`` (IDs, "" for the head) are for a person to
    decide. ``dropped`` are marks of text that one of both did away with."""

    plan: Plan | None
    rivals: frozenset[str]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A plan and two lists of deeds."""
    plan = draw(generators.plans())
    # Whether attempts are parted by blank lines can be seen from two of them.
    items = tuple(
        replace(
            item,
            has_template=False,
            is_spaced=item.is_spaced and len(item.attempts) > 1,
            gaps=frozenset(gap for gap in item.gaps if gap < len(item.tasks)),
        )
        for item in plan.items
    )
    # Without rows the model has no index; one that nobody archives keeps it.
    kept = Row("KEPT-009", "in the archive", "Low", "done", "done")
    rows = (*plan.rows, kept) if plan.rows and plan.index_form != "none" else ()
    base = replace(plan, items=items, rows=rows, trails=("",), newlines=plan.newlines[:1])
    sides = []
    for name in ("o", "t"):
        side = base
        for at in range(draw(st.integers(1, 4))):
            deed = draw(st.sampled_from(DEEDS))
            side = deed(draw, side, f"{name}{at}")
        sides.append(side)
    return Scene(base, *sides)


# Deeds. Each leaves its mark (``mark-o1``), by which its text is known.


def _append(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    """Record an attempt, which may complete an action and name the attempt before."""
    at, item = _item(draw, plan)
    number = item.last_number + 1
    new = draw(generators.attempts(number, form=item.form, has_home=item.has_home))
    first, *rest = new.lines
    named = f" After Attempt #{number - 1}." if draw(st.booleans()) else ""
    new = replace(new, lines=(f"{first} (mark-{mark}){named}", *rest), lazy=False)
    history = (new, *item.attempts) if item.is_newest_first else (*item.attempts, new)
    item = replace(item, attempts=history)
    todo = [place for place, task in enumerate(item.tasks) if task.state == "pending"]
    if todo and draw(st.booleans()):
        done = item.tasks[draw(st.sampled_from(todo))]
        words = f"✅ COMPLETE (Attempt #{number})"
        item = _with_task(item, done, replace(done, state="complete", words=words, attempt=number))
    return _with(plan, at, item)


def _plan_next(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    numbers = [task.number for task in item.tasks if task.number is not None]
    number = None if item.tasks_form == "bullets" else max(numbers, default=0) + 1
    return _with(plan, at, replace(item, tasks=(*item.tasks, Task(number, "pending", "🟡 PENDING", None, None, (f"Do mark-{mark}",)))))  # fmt: skip


def _set_state(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    if not item.tasks:
        return plan
    task = draw(st.sampled_from(item.tasks))
    state, words = draw(st.sampled_from(STATES))
    return _with(plan, at, _with_task(item, task, replace(task, state=state, words=words, attempt=None, stamp=None)))  # fmt: skip


def _set_status(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    status, words = draw(st.sampled_from(generators.PLAIN_STATUSES))
    rows = [replace(row, status=status, status_text=words) if row.id == item.id else row for row in plan.rows]  # fmt: skip
    return replace(_with(plan, at, replace(item, status=status, status_text=words)), rows=tuple(rows))  # fmt: skip


def _edit_attempt(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    if not item.attempts:
        return plan
    old = draw(st.sampled_from(item.attempts))
    new = replace(old, lines=(f"{old.lines[0]} (mark-{mark})", *old.lines[1:]))
    return _with(plan, at, replace(item, attempts=tuple(new if a is old else a for a in item.attempts)))  # fmt: skip


def _reword_task(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    if not item.tasks:
        return plan
    old = draw(st.sampled_from(item.tasks))
    new = replace(old, lines=(f"{old.lines[0]} (mark-{mark})", *old.lines[1:]))
    return _with(plan, at, _with_task(item, old, new))


def _add_field(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    at, item = _item(draw, plan)
    if not item.has_home:
        return plan  # its attempts stand among the fields
    return _with(plan, at, replace(item, fields=(*item.fields, f"- Note {mark}: mark-{mark}")))


def _add_text(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    return replace(plan, focus=(*plan.focus, f"**Head {mark}:** mark-{mark}"))


def _archive(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    """Move an item out of the file; the archive is another file."""
    at, item = _item(draw, plan)
    rows = tuple(row for row in plan.rows if row.id != item.id)
    if len(plan.items) == 1:
        return plan
    return replace(plan, items=(*plan.items[:at], *plan.items[at + 1 :]), rows=rows)


def _add_item(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    name = f"NEW-{mark.upper()}"
    item = Entry(name, f"mark-{mark}", "Low", "pending", "new", fields=("- Spec: none",))
    row = Row(name, f"mark-{mark}", "Low", "pending", "new")
    return replace(plan, items=(*plan.items, item), rows=(*plan.rows, row) if plan.rows else ())


def _update(draw: st.DrawFn, plan: Plan, mark: str) -> Plan:
    if plan.updated is None:
        return plan
    return replace(plan, updated=f"2026-01-0{draw(st.integers(1, 3))} (mark-{mark})")


Deed = Callable[[st.DrawFn, Plan, str], Plan]
DEEDS: list[Deed] = [
    _append, _append, _append, _plan_next, _set_state, _set_status, _edit_attempt, _reword_task,
    _add_field, _add_text, _archive, _add_item, _update,
]  # fmt: skip


def _item(draw: st.DrawFn, plan: Plan) -> tuple[int, Entry]:
    at = draw(st.integers(0, len(plan.items) - 1))
    return at, plan.items[at]


def _with(plan: Plan, at: int, item: Entry) -> Plan:
    return replace(plan, items=(*plan.items[:at], item, *plan.items[at + 1 :]))


def _with_task(item: Entry, old: Task, new: Task) -> Entry:
    return replace(item, tasks=tuple(new if task is old else task for task in item.tasks))


# Both together


def together(scene: Scene, *, is_ours_first: bool) -> Together:
    """What both have done. ``is_ours_first``: of what has no order of its own, ours stands
    first."""
    base, ours, theirs = scene.base, scene.ours, scene.theirs
    rivals: set[str] = set()
    items = []
    for was in base.items:
        mine, other = _named(ours.items, was.id), _named(theirs.items, was.id)
        if mine and other:
            items.append(_both(was, mine, other, rivals, is_ours_first=is_ours_first))
        elif (mine or other or was) != was:
            rivals.add(was.id)
    new = [item for side in (ours, theirs) for item in side.items if not _named(base.items, item.id)]  # fmt: skip
    items += sorted(new, key=lambda item: item.id)
    rows = []
    for row in base.rows:
        left, right = _row(ours.rows, row), _row(theirs.rows, row)
        if left and right:
            status = _later((row.status, row.status_text), (left.status, left.status_text), (right.status, right.status_text), STATUS_RANKS)  # fmt: skip
            if status is None:
                rivals.add("")
            else:
                rows.append(replace(row, status=status[0], status_text=status[1]))
        elif (left or right or row) != row:
            rivals.add("")
    sides = (ours, theirs) if is_ours_first else (theirs, ours)
    rows += [row for side in sides for row in side.rows if not _row(base.rows, row)]
    focus = list(base.focus)
    focus += [line for side in sides for line in side.focus if line not in base.focus]
    plan = replace(
        base,
        items=tuple(items),
        rows=tuple(rows),
        focus=tuple(focus),
        updated=_updated(base.updated, ours.updated, theirs.updated),
    )
    return Together(None if rivals else plan, frozenset(rivals))


def _named(items: Sequence[Entry], name: str) -> Entry | None:
    return next((item for item in items if item.id == name), None)


def _row(rows: Sequence[Row], like: Row) -> Row | None:
    return next((row for row in rows if row.id == like.id), None)


def _both(was: Entry, mine: Entry, other: Entry, rivals: set[str], *, is_ours_first: bool) -> Entry:
    """One item as both have changed it."""
    known = {attempt.number for attempt in was.attempts}
    added = [[a for a in side.attempts if a.number not in known] for side in (mine, other)]
    # What decides which action comes first is what each side wrote, not what a merge made of it.
    said = [_said(side.tasks[len(was.tasks)]) if side.tasks[len(was.tasks) :] else "" for side in (mine, other)]  # fmt: skip
    # Whoever was first keeps the numbers. The other's go behind all that there are.
    given = [{attempt.number for attempt in side} for side in added]
    if given[0] & given[1]:
        least = min(given[0] & given[1])
        late = 1 if _first(added[0], least) <= _first(added[1], least) else 0
        going = sorted(number for number in given[late] if number >= least)
        top = max({was.last_number} | given[1 - late] | (given[late] - {*going}))
        moves = {number: top + at for at, number in enumerate(going, 1)}
        added[late] = [_moved(attempt, moves) for attempt in added[late]]
        side = _numbered_tasks((mine, other)[late], moves)
        mine, other = (mine, side) if late else (side, other)
    tasks = [[*side.tasks[len(was.tasks) :]] for side in (mine, other)]
    numbered = all(task.number is not None for side in tasks for task in side)
    if tasks[0] and tasks[1]:
        late = 1 if (said[0] <= said[1] if numbered else is_ours_first) else 0
        if numbered:
            by = len(tasks[1 - late])
            tasks[late] = [replace(t, number=(t.number or 0) + by) for t in tasks[late]]
        tasks = [tasks[1 - late], tasks[late]]
    attempts = []
    for old in was.attempts:
        edits = [next(a for a in side.attempts if a.number == old.number) for side in (mine, other)]
        attempts.append(_picked(old, *edits, rivals, was.id))
    new = sorted((a for side in added for a in side), key=lambda a: a.number)
    if was.is_newest_first or any(side.is_newest_first for side in (mine, other)):
        attempts = [*reversed(new), *attempts]
    else:
        attempts += new
    todo = [
        _task(old, left, right, rivals, was.id)
        for old, left, right in zip(was.tasks, mine.tasks, other.tasks, strict=False)
    ]
    status = _later((was.status, was.status_text), (mine.status, mine.status_text), (other.status, other.status_text), STATUS_RANKS)  # fmt: skip
    if status is None:
        rivals.add(was.id)
        status = was.status, was.status_text
    sides = (mine, other) if is_ours_first else (other, mine)
    fields = [*was.fields, *(line for side in sides for line in side.fields[len(was.fields) :])]
    return replace(
        was,
        attempts=tuple(attempts),
        tasks=(*todo, *tasks[0], *tasks[1]),
        status=status[0],
        status_text=status[1],
        fields=tuple(fields),
    )


def _first(added: Sequence[Try], number: int) -> tuple[str, str]:
    """Who was first: by date and stamp, then by the text, in bytes as the file has them."""
    one = next(attempt for attempt in added if attempt.number == number)
    when = (one.stamp or one.date or "~").replace("-", "")
    return when, re.sub(rf"(Attempt.?#){one.number}", r"\1#", one.lines[0], count=1)


def _moved(attempt: Try, moves: dict[int, int]) -> Try:
    first = _followed(attempt.lines[0], moves)
    number = moves.get(attempt.number, attempt.number)
    return replace(attempt, number=number, lines=(first, *attempt.lines[1:]))


def _followed(text: str, moves: dict[int, int]) -> str:
    """The text with the numbers that attempts have now."""
    return re.sub(
        r"(Attempt[ \u202f]#)(\d+)",
        lambda found: f"{found[1]}{moves.get(int(found[2]), found[2])}",
        text,
    )


def _numbered_tasks(item: Entry, moves: dict[int, int]) -> Entry:
    tasks = [
        replace(task, words=_followed(task.words, moves), attempt=moves[task.attempt])
        if task.attempt in moves
        else task
        for task in item.tasks
    ]
    return replace(item, tasks=tuple(tasks))


def _said(task: Task) -> str:
    return task.first


def _picked(was: Try, left: Try, right: Try, rivals: set[str], name: str) -> Try:
    if left in (was, right):
        return right
    if right != was:
        rivals.add(name)
    return left


def _task(was: Task, left: Task, right: Task, rivals: set[str], name: str) -> Task:
    """One action: its state and its words are merged apart."""
    lines = right.lines if left.lines in (was.lines, right.lines) else left.lines
    if left.lines != was.lines != right.lines and left.lines != right.lines:
        rivals.add(name)
    states = [(task.state, task.words) for task in (was, left, right)]
    if states[1] != states[2] and left.state == right.state == "complete" != was.state:
        chosen = max(left, right, key=lambda task: task.attempt or 0)  # both have entries
        return replace(chosen, lines=lines)
    found = _later(states[0], states[1], states[2], STATE_RANKS)
    if found is None:
        rivals.add(name)
        return was
    chosen = next(task for task in (left, right) if (task.state, task.words) == found)
    return replace(chosen, lines=lines)


def _later(
    was: tuple[str, str], left: tuple[str, str], right: tuple[str, str], ranks: dict[str, int]
) -> tuple[str, str] | None:
    """Which of two states stays, None if that is for a person to say."""
    if left in (was, right):
        return right
    if right == was:
        return left
    if left[0] == right[0]:
        return next((a for a, b in ((left, right), (right, left)) if b[1] in a[1]), None)
    if was[0] in (left[0], right[0]):
        return right if left[0] == was[0] else left
    if ranks[left[0]] == ranks[right[0]]:
        return None
    return max(left, right, key=lambda state: ranks[state[0]])


def _updated(was: str | None, left: str | None, right: str | None) -> str | None:
    if left in (was, right):
        return right
    if right == was or left is None or right is None:
        return left
    if left[:10] != right[:10]:
        return max(left, right)
    notes = sorted({left[12:-1], right[12:-1]})
    return f"{left[:10]} ({'; '.join(notes)})"
