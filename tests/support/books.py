"""Logbooks and roadmaps made by Hypothesis, with what they say: for the campaigns.

Nothing here asks the package what a line means: the writer knows what it writes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import strategies as st

from ledger.plan.model import ActionState, ItemStatus, Result

# What is written for a result, and where: in the heading's note, or on a line of the entry.
NOTES: list[tuple[str, Result]] = [
    ("shipped", "success"), ("blocked by review", "blocked"), ("first look", "unknown"),
    ("failed again", "failed"), ("blueprint", "info"), ("", "unknown"),
]  # fmt: skip
TESTS: list[tuple[str, Result]] = [
    ("`pytest a::b -q` — PASSED (3 passed)", "success"), ("`make` — FAILED (0 passed)", "failed"),
    ("`pytest --failed-first` — 12 passed in 3.4s", "success"),
    ("`make` — 2 failed, 3 passed", "failed"), ("`make` — 0 failed, 3 passed", "success"),
]  # fmt: skip
BOXES: list[tuple[str, ActionState]] = [
    ("[ ]", "pending"), ("[x]", "complete"), ("[X]", "complete"), ("[~]", "in_progress"), ("[-]", "rejected"),
]  # fmt: skip
STATUSES: list[tuple[str, ItemStatus]] = [
    ("in_progress", "in_progress"), ("pending", "pending"), ("blocked", "blocked"), ("done", "done"),
    ("partial", "in_progress"),
]  # fmt: skip
BODIES = [
    [], ["Text with 2026-01-01 in it, and PASSED."], ["```", "### 2026-01-01 — seed (failed)", "- [ ] no box", "```"],
    ["> ### quoted", "> - [x] no"], ["#### Below", "text"], ["| a | b |", "|---|---|", "| [ ] | x |"],
    ["1. one", "   - two"], ["    indented code", "    # heading"], ["<div>", "### 2026-01-01 — x", "</div>"],
]  # fmt: skip
WORDS = st.sampled_from(
    ["Rewrite the splitter", "Ask ben: again?", "Größe messen ✅", "Read `a/b.md` (2 pages)"]
)
Said = dict[str, object]


@dataclass(frozen=True)
class Try:
    """An entry of a logbook, or an attempt that a roadmap lists."""

    item: str
    when: str
    note: str
    test: str
    body: tuple[str, ...] = ()
    number: int | None = None

    @property
    def result(self) -> Result:
        noted = dict(NOTES)[self.note]
        if noted not in ("unknown", "info") or not self.test:
            return noted
        return dict(TESTS)[self.test]


@dataclass(frozen=True)
class Task:
    box: str
    tag: str
    words: str

    @property
    def said(self) -> tuple[ActionState, str]:
        return dict(BOXES)[self.box], f"{self.tag}: {self.words}" if self.tag else self.words


@dataclass(frozen=True)
class Plan:
    """A whole file. ``focus`` is a name and a title; ``style`` is how it is written down."""

    dialect: str
    newline: str = "\n"
    has_bom: bool = False
    is_ended: bool = True
    focus: tuple[str, str] = ("", "")
    status: str = "pending"
    is_ticked: bool = False
    newest_first: bool = False
    tasks_first: bool = False
    rule: bool = False
    tries: tuple[Try, ...] = ()
    done: tuple[Task, ...] = ()
    todo: tuple[Task, ...] = ()
    items: tuple[Bullet, ...] = ()


@dataclass(frozen=True)
class Bullet:
    """An item of a roadmap. ``tier`` is the number of its heading."""

    id: str
    title: str
    tier: int
    status: str
    mark: str
    note: str
    bullet: str
    fields: tuple[str, ...] = ()
    tries: tuple[Try, ...] = ()
    tasks: tuple[Task, ...] = ()
    steps: tuple[str, ...] = field(default=())


# Making


TIMES = {"minute": "{}T0{}:15Z", "day": "{}", "second": "{}T0{}:15:30Z", "blank": "{} 0{}:15 UTC"}


@st.composite
def logbooks(draw: st.DrawFn) -> Plan:
    """A logbook with a focus."""
    named = draw(st.booleans())
    focus = (
        draw(st.sampled_from(["LEXER-7", "DOSE-LINES-001", "B7"])) if named else "read-all-files"
    )
    title = "Read all files"
    form = TIMES[draw(st.sampled_from(sorted(TIMES)))]
    names = st.sampled_from([focus, "seed", "PARSE-12"])
    count = draw(st.integers(0, 4))
    tries = []
    for place in range(count):
        item = draw(names)
        when = form.format(f"2026-01-{10 + place}", draw(st.integers(0, 9)))
        note = draw(st.sampled_from([note for note, _ in NOTES]))
        test = draw(st.sampled_from(["", *[test for test, _ in TESTS]]))
        body = tuple(draw(st.sampled_from(BODIES)))
        tries.append(Try(item, when, note, test, body))
    tags = st.sampled_from(["", "", "T1", "T2", "T31"])
    boxes = st.sampled_from([box for box, _ in BOXES])
    tasks = st.lists(st.builds(Task, boxes, tags, WORDS), max_size=3).map(tuple)
    newest_first = draw(st.booleans()) and count > 1
    return Plan(
        "logbook",
        draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        draw(st.booleans()),
        draw(st.booleans()),
        (focus, title if named else ""),
        draw(st.sampled_from([word for word, _ in STATUSES])),
        draw(st.booleans()),
        newest_first,
        draw(st.booleans()),
        draw(st.booleans()),
        tuple(tries[::-1] if newest_first else tries),
        draw(tasks),
        draw(tasks),
    )


@st.composite
def roadmaps(draw: st.DrawFn) -> Plan:
    """A roadmap of one to four items in tiers."""
    items = []
    for place in range(draw(st.integers(1, 4))):
        name = draw(st.sampled_from(["READ-FLOW", "A", "DOCS-TOUR-B"])) + f"-{place}"
        note = draw(
            st.sampled_from(
                ["", "2026-01-02: x (y) z", "2026-01-02T101500Z i=3: Result: failed. Text"]
            )
        )
        first = draw(st.integers(1, 5))
        tries = tuple(
            Try(
                name,
                f"2026-01-0{n}",
                draw(st.sampled_from(["success", "failed"])),
                "",
                (),
                first + n,
            )
            for n in range(1, 1 + draw(st.integers(0, 2)))
        )
        items.append(
            Bullet(
                name,
                draw(st.sampled_from(["(Read it)", "Read it", "(Read (all) of it)"])),
                place // 2 + 1,
                draw(st.sampled_from([word for word, _ in STATUSES])),
                draw(st.sampled_from(["**", "`"])) if place else "**",
                note,
                draw(st.sampled_from(["- ", "* ", "-   "])),
                tuple(
                    draw(
                        st.lists(
                            st.sampled_from(
                                ["**Governed by:** docs/spec.md", "**Dependencies:** none"]
                            ),
                            max_size=2,
                            unique=True,
                        )
                    )
                ),
                tries,
                tuple(
                    draw(
                        st.lists(
                            st.builds(
                                Task, st.sampled_from([b for b, _ in BOXES]), st.just(""), WORDS
                            ),
                            max_size=2,
                        )
                    )
                ),
                tuple(
                    draw(st.lists(st.sampled_from(["Measure", "Write"]), max_size=2, unique=True))
                ),
            )
        )
    return Plan(
        "roadmap",
        draw(st.sampled_from(["\n", "\n", "\r\n", "\r"])),
        draw(st.booleans()),
        draw(st.booleans()),
        items=tuple(items),
    )


# Writing


def written(plan: Plan) -> bytes:
    lines = _logbook(plan) if plan.dialect == "logbook" else _roadmap(plan)
    text = plan.newline.join(lines) + (plan.newline if plan.is_ended else "")
    return (b"\xef\xbb\xbf" if plan.has_bom else b"") + text.encode()


def _logbook(plan: Plan) -> list[str]:
    name, title = plan.focus
    status = f"`{plan.status}`" if plan.is_ticked else plan.status
    lines = ["# Plan", "", "## Status", status, "", "## Current Focus"]
    lines += [f"**{name} — {title}**" if title else "Read all files", ""]
    lines += ["## Completed Items", *[_box(task) for task in plan.done], ""]
    tasks = ["## TODOs", *[_box(task) for task in plan.todo], ""]
    lines += tasks if plan.tasks_first else []
    lines += ["## Attempts History", ""]
    for place, one in enumerate(plan.tries):
        if place and plan.rule:
            lines += ["---", ""]
        name = "" if one.item == "read-all-files" else f" — {one.item}"
        lines.append(f"### {one.when}{name}" + (f" ({one.note})" if one.note else ""))
        lines += ["**Action:** Did it.", "", *([f"**Test:** {one.test}", ""] if one.test else [])]
        lines += [*one.body, ""] if one.body else []
    lines += [] if plan.tasks_first else tasks
    while not lines[-1]:
        lines.pop()
    return lines


def _box(task: Task) -> str:
    return f"- {task.box} {task.tag + ': ' if task.tag else ''}{task.words}"


def _roadmap(plan: Plan) -> list[str]:
    lines, tier = ["# Roadmap", ""], 0
    for item in plan.items:
        if item.tier != tier:
            tier = item.tier
            lines += ["", f"## Tier {tier} — Things", ""]
        note = f" ({item.note})" if item.note else ""
        lines.append(
            f"{item.bullet}[{item.id}] {item.title} — {item.mark}{item.status}{item.mark}{note}"
        )
        nested = " " * len(item.bullet) + item.bullet
        inner = " " * len(nested) + item.bullet
        lines += [f"{nested}{said}" for said in item.fields]
        lines += [f"{nested}{task.box} {task.words}" for task in item.tasks]
        if item.steps:
            lines.append(f"{nested}**Next Actions:**")
            lines += [f"{' ' * len(nested)}{n}. {said}" for n, said in enumerate(item.steps, 1)]
        if item.tries:
            lines.append(f"{nested}**Attempts:**")
            lines += [
                f"{inner}[{one.when}] Attempt #{one.number} — Result: {one.note}. Text."
                for one in item.tries
            ]
    return lines


# What it says


def said(plan: Plan) -> dict[str, Said]:
    """By item: status, attempts (number, date, result) and actions (state, words)."""
    if plan.dialect == "roadmap":
        return {item.id: _said_bullet(item) for item in plan.items}
    focus = plan.focus[0]
    names = [focus, *dict.fromkeys(one.item for one in plan.tries if one.item != focus)]
    found: dict[str, Said] = {}
    tasks = [*plan.done, *plan.todo]
    if plan.tasks_first:
        tasks = [*plan.done, *plan.todo]
    for name in names:
        found[name] = {
            "status": dict(STATUSES)[plan.status] if name == focus else "unknown",
            "attempts": [
                (None, one.when[:10], one.result) for one in plan.tries if one.item == name
            ],
            "actions": [task.said for task in tasks] if name == focus else [],
        }
    return found


def _said_bullet(item: Bullet) -> Said:
    tries: list[tuple[int | None, str, str]] = []
    if item.note:
        known = {"blocked": "blocked", "done": "success", "partial": "partial"}
        result = "failed" if "Result:" in item.note else known.get(item.status, "unknown")
        tries.append(
            (
                None,
                item.note[:10],
                "unknown" if item.tries and "Result:" not in item.note else result,
            )
        )
    tries += [(one.number, one.when, one.note) for one in item.tries]
    return {
        "status": dict(STATUSES)[item.status],
        "attempts": tries,
        "actions": [task.said for task in item.tasks] + [("pending", step) for step in item.steps],
    }


def with_status(plan: Plan, item: str, status: str) -> Plan:
    """The same with another status."""
    if plan.dialect == "logbook":
        return replace(plan, status=status)
    items = tuple(replace(one, status=status) if one.id == item else one for one in plan.items)
    return replace(plan, items=items)
