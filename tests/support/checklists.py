"""Checklists from what they say, and strategies that make them.

``written`` turns a ``List`` into bytes. What a reader must find is known from the list itself
(``said``); nothing here knows the package's reader. The forms are those of the format's
description and of the samples: headings as phases or priorities, boxes, IDs and tags, wrapped
lines, nested notes, boxes and attempts, dated bullets that are no boxes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from ledger.plan.model import Change, Ledger, NewAttempt

BOM = b"\xef\xbb\xbf"
# Heading, what it says of empty boxes below it, and the priority that it gives.
HEADINGS: list[tuple[str, str, str | None]] = [
    ("Phase 1 — Triage [done]", "pending", None),  # an empty box is open, whatever is above it
    ("Phase 2: Setup", "pending", None),
    ("High Priority", "pending", "high"),
    ("Low Priority", "pending", "low"),
    ("Priority 3: Endpoints", "pending", "3"),
    ("Optional", "pending", "optional"),
    ("Blocked", "blocked", None),
    ("In Progress", "in_progress", None),
    ("Completed", "pending", None),
    ("Anything else", "pending", None),
    ("TODOs", "pending", None),
]
BOXES = [
    ("[ ]", ""),
    ("[ ]", ""),
    ("[x]", "done"),
    ("[X]", "done"),
    ("[~]", "in_progress"),
    ("[!]", "blocked"),
]
WORDS = [
    "Set up basic project structure", "Commit.", "Write tests for `author` endpoints",
    "Add filtering (by author, price range)", "Übersicht anlegen — Typen und Stubs",
    "Fix #12 and **ship** it", "Re-run audit: 17 entries", "日本語の作業", "See [2026-01-29] for more",
    "Handle `[x]` in code", "Attempt to go faster",
]  # fmt: skip
NOTES = [
    "- Note of one line",
    "- [2026-01-29] Talked to anna",
    "- `a | b`: OK",
    "1. first",
]
DATED = ["[2026-01-29] Started over", "[2026-02-01] Paused"]
RESULTS = [("success", "success"), ("failed", "failed"), ("partial", "⚠️ partial")]


@dataclass(frozen=True)
class Try:
    """An attempt, nested in a task."""

    number: int
    date: str
    result: str
    words: str


@dataclass(frozen=True)
class Box:
    """A box nested in a task, in a numbered list where it has a number."""

    is_ticked: bool
    words: str
    number: int | None = None


@dataclass(frozen=True)
class Task:
    """A task. ``name`` is its ID with what is behind it (``S01 [SETUP] ``), or empty."""

    bullet: str
    box: str
    status: str  # what the box says, empty for nothing
    id: str
    name: str
    words: str
    wrapped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    tries: tuple[Try, ...] = ()


@dataclass(frozen=True)
class Part:
    """A heading and the tasks below it; ``dated`` are bullets that are none."""

    heading: str
    status: str
    priority: str | None
    tasks: tuple[Task, ...]
    dated: tuple[str, ...] = ()


@dataclass(frozen=True)
class List:
    """A whole checklist."""

    parts: tuple[Part, ...]
    newline: str = "\n"
    has_bom: bool = False
    ends: bool = True
    nested_tab: bool = False

    @property
    def tasks(self) -> list[tuple[Part, Task]]:
        """Every task and where it stands."""
        return [(part, task) for part in self.parts for task in part.tasks]


@dataclass(frozen=True)
class Written:
    """The bytes, and for each task its first line and the line behind it, from 0."""

    data: bytes
    places: tuple[tuple[int, int], ...]


def written(plan: List) -> Written:
    """The checklist as a file."""
    lines = ["# Fix plan", ""]
    places = []
    for part in plan.parts:
        lines += [f"## {part.heading}", ""]
        for task in part.tasks:
            start = len(lines)
            lines += _task(task, plan.nested_tab)
            places.append((start, len(lines)))
        for dated in part.dated:
            lines.append(f"- {dated}")
        lines += ["", "A paragraph between.", ""]
    while not lines[-1]:
        lines.pop()
    data = plan.newline.join(lines) + (plan.newline if plan.ends else "")
    return Written((BOM if plan.has_bom else b"") + data.encode(), tuple(places))


def _task(task: Task, tab: bool) -> list[str]:
    indent = "\t" if tab else " " * len(task.bullet)
    lines = [f"{task.bullet}{task.box} {task.name}{task.words}"]
    lines += [f"{indent}{line}" for line in task.wrapped]
    lines += [f"{indent}{line}" for line in task.notes]
    for box in task.boxes:
        mark = "- " if box.number is None else f"{box.number}. "
        lines.append(f"{indent}{mark}{'[x]' if box.is_ticked else '[ ]'} {box.words}")
    for attempt in task.tries:
        lines.append(
            f"{indent}- [{attempt.date}] Attempt #{attempt.number} — Result: {attempt.words}. Text."
        )
    return lines


def said(plan: List) -> list[tuple[object, ...]]:
    """What a reader must find: ID where one is given, status, priority, title, boxes, attempts."""
    found: list[tuple[object, ...]] = []
    for part, task in plan.tasks:
        title = " ".join([f"{task.name}{task.words}", *task.wrapped]).replace("**", "")
        if task.id:
            for form in (f"{task.id}: ", f"[{task.id}] ", f"{task.id} "):
                title = title.removeprefix(form)
        found.append(
            (
                task.id or None,
                task.status or part.status,
                part.priority,
                " ".join(title.split()),
                tuple(
                    (b.number, "complete" if b.is_ticked else "pending", b.words)
                    for b in task.boxes
                ),
                tuple((a.number, a.date, a.result) for a in task.tries),
            )
        )
    return found


def found(ledger: Ledger) -> list[tuple[object, ...]]:
    """The same facts of a ledger as read. Dated notes are attempts without a number, which are
    told apart here."""
    return [
        (
            item.id if item.is_named else None,
            item.status,
            item.priority,
            item.title,
            tuple((a.number, a.state, a.text) for a in item.actions),
            tuple((a.number, a.date, a.result) for a in item.attempts if a.number is not None),
        )
        for item in ledger.items
    ]


# Strategies


@st.composite
def tasks(draw: st.DrawFn, place: int) -> Task:
    """One task; its ID, where it has one, is made from its ``place``."""
    bullet = draw(st.sampled_from(["- ", "- ", "* ", "+ ", "-   "]))
    box, status = draw(st.sampled_from(BOXES))
    kind = draw(st.sampled_from(["", "", "colon", "tag", "bracket"]))
    name = {
        "": "",
        "colon": f"T{place:03}: ",
        "tag": f"S{place:02} [SETUP] ",
        "bracket": f"[BUG-{place}] ",
    }[kind]
    own = {"": "", "colon": f"T{place:03}", "tag": f"S{place:02}", "bracket": f"BUG-{place}"}[kind]
    tries = draw(st.integers(0, 3))
    numbered = draw(st.booleans())
    return Task(
        bullet,
        box,
        status,
        own,
        name,
        draw(st.sampled_from(WORDS)),
        tuple(draw(st.lists(st.sampled_from(["and more of it", "over `two` lines"]), max_size=2))),
        tuple(draw(st.lists(st.sampled_from(NOTES), max_size=2))),
        tuple(
            Box(draw(st.booleans()), draw(st.sampled_from(WORDS[:4])), n if numbered else None)
            for n in range(1, draw(st.integers(0, 3)) + 1)
        ),
        tuple(
            Try(n, f"2026-02-{n:02}", *draw(st.sampled_from(RESULTS))) for n in range(1, tries + 1)
        ),
    )


@st.composite
def lists(draw: st.DrawFn) -> List:
    """A whole checklist."""
    parts = []
    place = 0
    for heading, status, priority in draw(
        st.lists(st.sampled_from(HEADINGS), min_size=1, max_size=4, unique=True)
    ):
        made = []
        for _ in range(draw(st.integers(1, 4))):
            place += 1
            made.append(draw(tasks(place)))
        dated = draw(st.lists(st.sampled_from(DATED), max_size=1))
        parts.append(Part(heading, status, priority, tuple(made), tuple(dated)))
    return List(
        tuple(parts),
        draw(st.sampled_from(["\n", "\n", "\r\n"])),
        draw(st.booleans()),
        draw(st.booleans()),
    )


@st.composite
def changes(draw: st.DrawFn, plan: List, name_of: list[str]) -> tuple[int, Change]:
    """The place of a task and a change of it; ``name_of`` are the tasks' IDs as read."""
    place = draw(st.integers(0, len(plan.tasks) - 1))
    part, task = plan.tasks[place]
    result, words = draw(st.sampled_from(RESULTS))
    number = max((one.number for one in task.tries), default=0) + 1
    stamp = "20260301T101112Z" if draw(st.booleans()) else None
    run = f"reports/x/{stamp or 'run'}"
    new = NewAttempt(
        number=number, date="2026-03-01", stamp=stamp, result=result, words=words,
        summary=draw(st.sampled_from(["", "Ran it again", "- [ ] not a task", "## no heading"])),
        metrics=draw(st.sampled_from(["", "12 collected, 12 passed"])),
        artifacts=(f"{run}/{{a.md,b.txt}}",), commit=draw(st.sampled_from(["", "`1a2b3c4d`"])),
    )  # fmt: skip
    unticked = [n for n, box in enumerate(task.boxes, 1) if not box.is_ticked]
    complete = (
        tuple(draw(st.lists(st.sampled_from(unticked), max_size=2, unique=True)))
        if unticked
        else ()
    )
    is_done = (task.status or part.status) == "done"
    status = draw(st.sampled_from([None, None if is_done else "done"]))
    added = tuple(
        draw(st.lists(st.sampled_from(["Write docs", "Measure `x`", "Ünïcode"]), max_size=2))
    )
    return place, Change(
        item=name_of[place],
        attempt=new,
        complete=complete,
        next=added,
        status=status,
        today="2026-03-01",
    )


def changed(plan: List, place: int, change: Change) -> List:
    """The list as the change means it to be; what is compared is what it says."""
    count = -1
    parts = []
    for part in plan.parts:
        made = []
        for task in part.tasks:
            count += 1
            made.append(_changed(task, change) if count == place else task)
        parts.append(replace(part, tasks=tuple(made)))
    return replace(plan, parts=tuple(parts))


def _changed(task: Task, change: Change) -> Task:
    assert change.attempt.number is not None
    new = Try(
        change.attempt.number, change.attempt.date, change.attempt.result, change.attempt.words
    )
    boxes = [
        replace(box, is_ticked=box.is_ticked or n in change.complete)
        for n, box in enumerate(task.boxes, 1)
    ]
    last = task.boxes[-1].number if task.boxes else None
    for at, words in enumerate(change.next, 1):
        boxes.append(Box(False, words, None if last is None else last + at))
    is_done = change.status == "done"
    return replace(
        task,
        tries=(*task.tries, new),
        boxes=tuple(boxes),
        box="[x]" if is_done else task.box,
        status="done" if is_done else task.status,
    )
