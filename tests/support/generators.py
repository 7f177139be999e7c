"""Hypothesis strategies for fix plans and for what is asked to be appended to them.

The tables below say what words mean; they come from the format's description, not from the
package. Words whose meaning the description leaves open are not among them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import strategies as st

from ledger.plan.model import Change, NewAttempt
from tests.support.plans import Entry, Plan, Row, Task, Try

RESULTS = [
    ("success", "✅ success"),
    ("success", "success"),
    ("success", "✅ **SUCCESS**"),
    ("success", "passed"),
    ("partial", "⚠️ partial"),
    ("partial", "partial"),
    ("failed", "❌ failed"),
    ("failed", "failed"),
    ("failed", "regression"),
    ("failed", "reopened"),
    ("blocked", "blocked"),
    ("blocked", "🟡 blocked"),
    ("info", "📝 supervisor audit"),
    ("info", "planning"),
    ("unknown", "🤷 hard to say"),
]
STATUSES = [
    ("in_progress", "in_progress"),
    ("in_progress", "in_progress (phase B; see notes)"),
    ("pending", "in_planning"),
    ("pending", "pending"),
    ("pending", "new"),
    ("pending", "queued (after the other)"),
    ("blocked", "blocked"),
    ("blocked", "paused — awaiting anna"),
    ("done", "done"),
    ("done", "done (closed 2025-10-01)"),
    ("archived", "archived"),
]
PLAIN_STATUSES = [("in_progress", "in_progress"), ("pending", "pending"), ("done", "done"),
                  ("blocked", "blocked"), ("archived", "archived")]  # fmt: skip
COMPLETED = [
    "✅ COMPLETE",
    "✅ COMPLETED",
    "✅ DONE",
    "COMPLETE",
    "✅ **COMPLETE**",
    "✅ **[COMPLETE]**",
]
STATES = [
    ("pending", "🟡 PENDING"),
    ("pending", "🟡 READY"),
    ("pending", "PENDING"),
    ("pending", "⬜️ TODO"),
    ("pending", ""),
    ("blocked", "🟡 BLOCKED"),
    ("deferred", "🟡 DEFERRED"),
    ("partial", "⚠️ PARTIAL"),
    ("rejected", "❌ REJECTED"),
]
PRIORITIES = ["Critical", "High", "Medium", "Low"]
SENTENCES = [
    "The splitter reads the file twice.",
    "See Attempt #3 and `src/splitter.py:12`.",
    "12 passed in 3.40s | 1 skipped.",
    "Nothing new — waiting for anna.",
    "78.0 % (was 77.9 %), Δ +0.1 %.",
    "Two  blanks, a\ttab, ✅ and 日本語.",
    "Forged in code: `* [2025-01-01] Attempt #99 — Result: failed`.",
    "<b>bold</b> &amp; https://example.org/x#y",
    "Commit 1a2b3c4 reverted; (a) first, (b) second!",
    "*Emphasis*, **strong** and [a link](docs/a.md).",
    "ends with a backslash \\",
    "non\u2011breaking\u202fhyphens\u00a0and blanks",
    "form\x0cfeed and line\u2028separator",
]
TASKS = [
    *SENTENCES,
    "Rewrite the splitter.",
    "**Measure** 50 MB files",
    "`pytest -q` again",
    "Complete the docs",
]
LOOSE = [
    ("A paragraph that belongs to nobody.",),
    ("---",),
    ("<!-- * [2025-01-01] Attempt #77 — Result: success -->",),
    ("<!--", "## [FAKE-002] commented out", "", "- Status: done", "-->"),
    (
        "```md",
        "## [FAKE-001] in a fence",
        "* [2025-01-01] Attempt #99 — Result: ✅ success",
        "- Status: done",
        "1. ✅ COMPLETE (Attempt #98) — no",
        "```",
    ),
    ("~~~", "# comment", "```", "~~~"),
    ("> * quoted", "> # quoted heading"),
    ("| a | b |", "| --- | --- |", "| 1 | 2 |"),
]
FIELDS = [
    ("- Spec/AT: docs/spec.md §3",),
    ("- Owner/Date: anna/2025-11-01",),
    ("- Artifacts Root: `reports/parser-speed/phase_b/<STAMP>/`",),
    ("- Reproduction (C & Python):", "  * C: `make bench`", "  * Python: `pytest -q`"),
    (
        "- Reproduction:",
        "  ```sh",
        "  # comment in a fence",
        "  * [2025-01-01] Attempt #99",
        "  ```",
    ),
    ("- First Divergence (if known): line 12", ""),
    ("- a bullet without a name",),
]
BODIES = [
    ("Metrics: 12 passed in 3.40s.",),
    ("**Metrics:** 12 passed",),
    ("Observations/Hypotheses: the reader is quadratic",),
    ("- Metrics: 12 passed", "- Artifacts: `reports/x/a.md`"),
    ("* **Metrics:** 12 passed", "  * nested deeper"),
    ("Next Actions: look again",),
    ("```", "## [FAKE-003] in a fence", "- Status: done", "1. ✅ COMPLETE (Attempt #97)", "```"),
    ("", "#### A heading within", "", "More text."),
    ("1. first", "2. second"),
]

_number = st.integers(1, 300)
_day = st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)).map(str)
_clock = st.sampled_from(["000000", "091500", "201831", "235959"])
_sentences = st.lists(st.sampled_from(SENTENCES), max_size=2).map(" ".join)
_often = st.sampled_from([True, True, True, False])
_seldom = st.sampled_from([False, False, False, True])


@st.composite
def attempts(draw: st.DrawFn, number: int, *, form: str, has_home: bool) -> Try:
    """One attempt, in any of the written styles."""
    date, clock = draw(_day), draw(_clock)
    stamp = f"{date.replace('-', '')}T{clock}Z"
    result, words = draw(st.sampled_from(RESULTS))
    has_artifacts = draw(st.booleans())
    if form == "headings":
        lines = [f"Attempt #{number} — {draw(st.sampled_from(['First part', 'The splitter']))}", ""]
        if draw(st.booleans()):
            lines[0] += f" ({date})"
        else:
            lines.append(f"**Date:** {date}  ")
        lines += [f"**Result:** {words}", "", draw(_sentences) or "Text."]
        return Try(number, date, None, result, tuple(lines))
    opening, has_stamp, label = draw(_openings(number, date, stamp, has_home=has_home))
    # Without a label of its own, an attempt has the result that it quotes.
    body = draw(st.lists(st.sampled_from(BODIES if label else BODIES[:4]), max_size=2))
    said = draw(_sentences if label else st.sampled_from(SENTENCES[:6]))
    note = draw(st.sampled_from([" (first part, phase A).", ".", ". **Scope:** all."]))
    first = f"{opening}{words}{note} {said}".rstrip(" ")
    lines = [first, *(line for part in body for line in part)]
    if has_artifacts:
        at = 1 if draw(st.booleans()) else len(lines)
        cited = f"Artifacts: `reports/x/phase_a/{stamp}/{{a.md,b/{{c.txt,d.xml}}}}`"
        if at > 1 and lines[-1][:1] not in ("", "*"):
            cited = f"- {cited}"
        lines.insert(at, cited)
    lazy = len(lines) > 1 and all(line[:1].isalpha() for line in lines[1:]) and draw(st.booleans())
    has_stamp = has_stamp or has_artifacts
    return Try(number, date, stamp if has_stamp else None, result, tuple(lines), lazy)


@st.composite
def _openings(
    draw: st.DrawFn, number: int, date: str, stamp: str, *, has_home: bool
) -> tuple[str, bool, str]:
    """What stands before the result's words, whether it gives the stamp, and the label."""
    when, has_stamp = draw(
        st.sampled_from(
            [
                (date, False),
                (date, False),
                (date.replace("-", "\u2011"), False),
                (f"{date} 12:30 UTC", False),
                (stamp, True),
                (f"{date}T{stamp[9:]}", True),
            ]
        )
    )
    blank = draw(st.sampled_from([" ", " ", "\u202f"]))
    note = draw(st.sampled_from(["", "", " (ralph loop i=510, Mode: Docs)"]))
    label = draw(st.sampled_from(["Result: ", "Result: ", "Status: ", "**Result:** ", ""]))
    dash = draw(st.sampled_from([" — ", " - ", " – "]))
    forms = [
        f"[{when}] Attempt{blank}#{number}{note}{dash}{label}",
        f"[{when}] **Attempt{blank}#{number}{note}**{dash}{label}",
        f"**[{when}] Attempt{blank}#{number}**{note}{dash}{label}",
        f"[{when}]{blank}Attempt #{number}: {label}",
    ]
    if has_home and not has_stamp:
        forms += [
            f"**Attempt #{number} ({date} loop)**: {label}",
            f"Attempt #{number} ({date}){dash}{label}",
        ]
    return draw(st.sampled_from(forms)), has_stamp, label


@st.composite
def tasks(draw: st.DrawFn, number: int | None) -> Task:
    """One next action."""
    below = [(), (), ("and more of it",), ("- a detail",), ("- a detail", "- another")]
    lines = [draw(st.sampled_from(TASKS)), *draw(st.sampled_from(below))]
    if draw(st.booleans()):
        state, words = draw(st.sampled_from(STATES))
        return Task(number, state, words, None, None, tuple(lines))
    words = draw(st.sampled_from(COMPLETED))
    attempt, stamp = draw(_number), None
    if draw(st.booleans()):
        stamp = f"{draw(_day).replace('-', '')}T{draw(_clock)}Z"
    named = f" (Attempt #{attempt}, STAMP {stamp})" if stamp else f" (Attempt #{attempt})"
    return Task(number, "complete", words + named, attempt, stamp, tuple(lines))


@st.composite
def items(draw: st.DrawFn, place: int) -> Entry:
    """One item; its ID is made unique by its place."""
    hyphen = draw(st.sampled_from(["-", "-", "-", "\u2011"]))
    name = draw(st.sampled_from(["PARSE-SPEED", "DOCS_TOUR", "CLI", "AT-PARALLEL-012a"]))
    status, status_text = draw(st.sampled_from(STATUSES))
    form = draw(st.sampled_from(["bullets", "bullets", "bullets", "headings"]))
    level = 2 if form == "headings" else draw(st.sampled_from([2, 2, 3]))
    has_home = form == "bullets" and draw(_often)
    bullet = draw(st.sampled_from(["  * ", "  * ", "  - ", "    * ", "* ", "- ", "  + "]))
    if not has_home:
        bullet = "- "
    numbers = sorted(draw(st.sets(_number, max_size=4)))
    if draw(_seldom):
        numbers.reverse()
    history = tuple(draw(attempts(n, form=form, has_home=has_home)) for n in numbers)
    tasks_form = draw(st.sampled_from(["nested", "shifting", "column", "bullets"]))
    start = draw(st.sampled_from([1, 1, 0, 8, 9]))
    count = draw(st.integers(0, 4))
    todo = [draw(tasks(None if tasks_form == "bullets" else start + n)) for n in range(count)]
    fields = draw(st.lists(st.sampled_from(FIELDS), max_size=3))
    return Entry(
        id=f"{name}-{place:03}".replace("-", hyphen),
        title=draw(st.sampled_from(["Read large files", "`a.md` upkeep — part 2", "Übersicht #2"])),
        priority=draw(st.sampled_from([*PRIORITIES, "High (Sprint 1.2)"])),
        status=status,
        status_text=status_text,
        attempts=history,
        tasks=tuple(todo),
        criteria=tuple(draw(st.lists(_criteria, max_size=3))),
        level=level,
        form=form,
        bullet=bullet,
        has_home=has_home,
        is_spaced=draw(_seldom),
        has_template=form == "bullets" and has_home and draw(_seldom),
        tasks_first=draw(_seldom),
        tasks_form=tasks_form,
        gaps=draw(st.frozensets(st.integers(0, 4), max_size=2)),
        fields=tuple(line for part in fields for line in part),
        loose=draw(st.sampled_from([(), *LOOSE])),
    )


_criteria = st.tuples(
    st.sampled_from(["50 MB in ten times the time of 5 MB", "pass rate ≥79%", "docs: built"]),
    st.sampled_from([None, True, False]),
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A whole fix plan."""
    entries = tuple(draw(items(place)) for place in range(draw(st.integers(1, 3))))
    rows = []
    for entry in entries:
        if draw(_often):
            status, status_text = draw(
                st.sampled_from([(entry.status, entry.status_text), *STATUSES])
            )
            rows.append(Row(entry.id, entry.title, entry.priority, status, status_text))
    if draw(_seldom):
        rows.append(Row("GONE-001", "moved to the archive", "Low", "done", "done"))
    newline = st.sampled_from([b"\n", b"\r\n", b"\r"])
    return Plan(
        items=entries,
        rows=tuple(rows),
        index_form=draw(st.sampled_from(["table", "table", "bullets", "none"])),
        updated=draw(st.sampled_from([None, "2025-11-02", "2025-11-02 (parser speed)"])),
        focus=draw(
            st.sampled_from(
                [
                    ("**Active Focus:** reading large files.",),
                    ("**Active Focus:**", "- CRITICAL: `[PARSE-SPEED-001]` — one (Attempt #21).", "- two"),
                ]
            )
        ),
        newlines=tuple(draw(st.one_of(st.lists(newline, min_size=1, max_size=1),
                                      st.lists(newline, min_size=2, max_size=5)))),
        trails=tuple(draw(st.sampled_from([("",), ("", "", " ", "", "\t", "", "  ")]))),
        has_bom=draw(_seldom),
        has_final_newline=draw(_often),
    )  # fmt: skip


@st.composite
def changes(draw: st.DrawFn, plan: Plan) -> tuple[Entry, Change]:
    """An item of ``plan`` and something to append to it."""
    entry = draw(st.sampled_from(plan.items))
    date, clock = draw(_day), draw(_clock)
    stamp = f"{date.replace('-', '')}T{clock}Z" if draw(_often) else None
    result, words = draw(st.sampled_from(RESULTS))
    run = f"reports/x/phase_b/{stamp or 'run'}"
    new = NewAttempt(
        number=entry.last_number + 1,
        date=date,
        stamp=stamp,
        result=result,  # type: ignore[arg-type]
        words=words,
        summary=draw(_sentences),
        metrics=draw(st.sampled_from(["", "12 collected, 12 passed (100.0 % of collected)"])),
        artifacts=(f"{run}/{{exit_code.txt,logs/{{a.log,b.xml}}}}",)
        if stamp or draw(_often)
        else (),
        commit=draw(st.sampled_from(["", "`1a2b3c4d5e6f` (dirty)"])),
    )
    open_tasks = [task.number for task in entry.tasks if task.number and task.state != "complete"]
    todo = (
        draw(st.lists(st.sampled_from(open_tasks), unique=True, max_size=2)) if open_tasks else []
    )
    following = draw(
        st.lists(
            st.sampled_from([said for said in TASKS if said[0] != "<" and "Result:" not in said]),
            max_size=2,
        )
    )
    status = draw(st.none() | st.sampled_from(PLAIN_STATUSES).map(lambda pair: pair[1]))
    change = Change(
        item=entry.plain_id,
        attempt=new,
        complete=tuple(todo),
        next=tuple(following),
        status=status,
        today=draw(_day),
    )
    return entry, change


def changed(plan: Plan, entry: Entry, change: Change) -> Plan:
    """What ``plan`` says after ``change``. Layouts of what was added are not told."""
    new = change.attempt
    added = Try(new.number, new.date, new.stamp, new.result, ())
    history = (added, *entry.attempts) if entry.is_newest_first else (*entry.attempts, added)
    todo = [
        replace(task, state="complete", attempt=new.number, stamp=new.stamp)
        if task.number is not None and task.number in change.complete
        else task
        for task in entry.tasks
    ]
    numbers = [task.number for task in entry.tasks if task.number is not None]
    first = None if entry.tasks and not numbers else max(numbers, default=0) + 1
    todo += [
        Task(
            None if first is None else first + at,
            "pending",
            "",
            None,
            None,
            (" ".join(said.split()),),
        )
        for at, said in enumerate(change.next)
    ]
    status = change.status or entry.status
    after = replace(entry, attempts=history, tasks=tuple(todo), status=status)
    rows = [
        replace(row, status=change.status) if change.status and row.id == entry.id else row
        for row in plan.rows
    ]
    updated = plan.updated
    if updated is not None:
        note = f" ({change.item} Attempt #{new.number})" if "(" in updated else ""
        updated = change.today + note
    items = tuple(after if item is entry else item for item in plan.items)
    return replace(plan, items=items, rows=tuple(rows), updated=updated)


def plain_change(item: str, number: int | None) -> Change:
    """One attempt and one action, with nothing in them that is hard to write."""
    new = NewAttempt(
        number=number,
        date="2025-11-03",
        stamp=None,
        result="success",
        words="success",
        summary="Text",
        metrics="1 passed",
        artifacts=(),
        commit="",
    )
    return Change(item=item, attempt=new, next=("More",), today="2025-11-03")
