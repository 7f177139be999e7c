"""The shapes in which people write plans: a table, each row of which writes some items with a pen.

A shape is given the pen and the level of its headings. It writes what people write, and the pen
keeps what that means. `SHAPES` can be mixed in one file, `WHOLE` are files of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.campaigns import plan_pen, plan_words
from tests.campaigns.plan_pen import Item, Pen, Step, indented

Shape = Callable[[Pen, int], None]

BRACKETED = ("LEX-00#", "PARSE-SPEED-00#", "BUG-#", "CORE_IO-#", "FEAT-1#")
BARE = ("LEX-00#", "BUG-#", "US-1#", "FEAT-#")
LOWER = ("lex-00#", "seed#", "map-cache#", "bug-#")
DOTTED = ("A.1.#", "core.parse.#", "CORE.IO.#", "P2.#")
BOXES = {
    " ": plan_words.one_of("pending"),
    "x": plan_words.one_of("done"),
    "X": plan_words.one_of("done"),
    "~": plan_words.one_of("in_progress"),
    "/": plan_words.one_of("in_progress"),
    "!": plan_words.one_of("blocked"),
    "-": plan_words.one_of("archived"),
}
STEP_BOXES = {" ": plan_words.one_of("pending"), "x": plan_words.one_of("complete")}
# Headings that begin with a state's or another telling word, and say nothing of that kind.
NEUTRAL = ("Engine", "Parser", "Import and export", "Second half", "Phase 2: Speed", "Reading")
TELLING = ("API keys", "Blocked users", "Completed orders export", "Coverage to 80 % (current: 68 %)", "Key value store", "Done-list", "Legend of maps", "Active filters")  # fmt: skip


# Items below headings

LABELS = ("- Status: {}", "- **Status**: {}", "- **Status:** {}", "* Status: {}", "- status: {}")
PARAGRAPHS = ("**Status:** {}", "Status: {}", "**Status**: {}")
QUOTES = ("> Status: {}", "> **Status:** {}", "> **Status**: {}")


def _heading(pen: Pen, level: int, *, heads: tuple[str, ...], ids: tuple[str, ...] = BRACKETED,
             labels: tuple[str, ...] = LABELS) -> None:  # fmt: skip
    head = pen.rng.choice(heads)
    label = pen.rng.choice(labels)
    kind = pen.rng.choice(ids) if ids else ""
    for number in range(1, pen.rng.randint(2, 4) + 1):
        item = pen.item(pen.id(kind) if kind else None)
        pen.gap()
        pen.write(f"{'#' * level} " + head.format(id=item.id, title=item.title, n=number))
        if pen.chance(0.5) or label in QUOTES:
            pen.write("")
        _fields(pen, item, label, level)


def _fields(pen: Pen, item: Item, label: str, level: int) -> None:
    """The status, other fields, and what the item holds."""
    is_list = label in LABELS
    lines = [label.format(pen.status(item))]
    if pen.chance(0.4):
        lines.insert(
            pen.rng.randint(0, 1),
            label.replace("Status", "Priority")
            .replace("status", "priority")
            .format(pen.priority(item)),
        )
    pen.write(*lines)
    if is_list and pen.chance(0.3):
        pen.write(label.format("x").split("S")[0].split("s")[0].rstrip("*") + "Notes: Done is what the log says.")  # fmt: skip
    if not is_list:
        pen.write("")
        if pen.chance(0.4):
            pen.write("Blocked ports are a matter of the border, and done well enough.", "")
    names = pen.rng.choice(
        [
            ("Attempts History", "Next Actions", "Exit Criteria"),
            ("Attempts", "Next Actions", "Success Criteria"),
        ]
    )
    many = 12 if pen.chance(0.05) else 3
    parts = (
        (names[0], plan_pen.bullets(plan_pen.attempts(pen, item, pen.rng.randint(0, 3)), pen.rng.choice("-*"), 0)),
        (names[1], plan_pen.numbered(plan_pen.actions(pen, item, pen.rng.randint(0, many)), 0, is_lazy=pen.chance(0.2))),
        (names[2], [f"- {text}" for text in plan_pen.criteria(pen, item, pen.rng.randint(0, 2))]),
    )  # fmt: skip
    own_headings = not is_list and pen.chance(0.3)
    for name, lines in parts:
        if not lines:
            continue
        if is_list:
            pen.write(label.replace("status", "Status").replace("Status", name).format("").rstrip())
            pen.write(*indented(lines, 2))
        else:
            pen.gap()
            pen.write(f"{'#' * (level + 1)} {name}" if own_headings else f"**{name}:**", "", *lines)


def _status_behind(pen: Pen, level: int) -> None:
    head = pen.rng.choice(
        ["[{id}] {title} — {status}", "{id}: {title} — {status}", "{id}: {title} ({status})"]
    )
    kind = pen.rng.choice(BARE)
    for _ in range(pen.rng.randint(2, 4)):
        item = pen.item(pen.id(kind), statelike=False)
        status = pen.status(item, plan_words.short_status)
        pen.gap()
        pen.write(f"{'#' * level} " + head.format(id=item.id, title=item.title, status=status), "")
        pen.write("The border is a matter of taste.")


def _emoji_heading(pen: Pen, level: int) -> None:
    for number in range(1, pen.rng.randint(2, 5) + 1):
        item = pen.item(f"{pen.rng.randint(0, 1) or ''}0.{number}"[-3:], statelike=False)
        sign = pen.rng.choice([one for one in plan_words.SIGNS if one.text != "❌"])
        item.readings = sign.readings
        pen.gap()
        pen.write(f"{'#' * level} {sign.text} {item.id} {item.title}", "", "As the log says.")


def _indexed(pen: Pen, level: int) -> None:
    """Sections with an index before them, which is no second item."""
    first = len(pen.items)
    mark = len(pen.lines)
    _heading(pen, level, heads=("[{id}] {title}",), labels=("- Status: {}",))
    rows = [
        f"| [{item.id}] | {item.title} | {item.priority or 'Medium'} | {next(iter(item.readings or ()))} |"
        for item in pen.items[first:]
        if item.readings and len(item.readings) == 1
    ]
    if rows:
        table = ["| ID | Title | Priority | Status |", "| --- | --- | --- | --- |", *rows, ""]
        pen.lines[mark:mark] = [f"{'#' * level} Index", "", *table]


def _attempts_table(pen: Pen, level: int) -> None:
    for _ in range(pen.rng.randint(1, 2)):
        item = pen.item(pen.id("LEX-00#"))
        pen.gap()
        pen.write(f"{'#' * level} [{item.id}] {item.title}", f"- Status: {pen.status(item)}")
        pen.write("- Attempts History:", "")
        pen.write("| # | Date | Result | Notes |", "| --- | --- | --- | --- |")
        for number in range(1, pen.rng.randint(1, 3) + 1):
            phrase = plan_words.result(pen.rng, plain=True)
            date = plan_pen.DAY.format(2, number)
            one = plan_pen.Try(pen.token(), "", "", number, date, phrase.readings)
            item.tries.append(one)
            pen.write(f"| {number} | {date} | {phrase.text} | Looked at {one.token} |")


def _attempt_headings(pen: Pen, level: int) -> None:
    head = pen.rng.choice(
        ["[{d}] Attempt #{n} — Result: {r}", "Attempt #{n} ({d}) — {r}", "Attempt {n} — {d} — {r}"]
    )
    for _ in range(pen.rng.randint(1, 2)):
        item = pen.item(pen.id("LEX-00#"))
        pen.gap()
        pen.write(f"{'#' * level} [{item.id}] {item.title}", f"- Status: {pen.status(item)}")
        for number in range(1, pen.rng.randint(1, 3) + 1):
            phrase = plan_words.result(pen.rng, plain=True)
            date = plan_pen.DAY.format(2, number)
            one = plan_pen.Try(pen.token(), "", "", number, date, phrase.readings, head)
            item.tries.append(one)
            pen.write("", f"{'#' * (level + 1)} " + head.format(d=date, n=number, r=phrase.text))
            pen.write("", f"Looked at {one.token}, which took a while.")


def _hidden(pen: Pen, level: int) -> None:
    """Attempts in a quotation, a comment or `<details>`: read or told."""
    for _ in range(2):
        item = pen.item(pen.id("LEX-00#"))
        pen.gap()
        pen.write(f"{'#' * level} [{item.id}] {item.title}", f"- Status: {pen.status(item)}")
        pen.write("- Attempts History:")
        entries = plan_pen.attempts(pen, item, 2, "[{d}] Attempt #{n}" + plan_pen.FULL)
        pen.works += [plan_pen.Work(pen.shape, one.token) for one in item.tries]
        item.tries.clear()
        lines = plan_pen.bullets(entries, "*", 0)
        before, behind, start = pen.rng.choice(
            [
                ("<details>\n<summary>Older</summary>\n", "\n</details>", ""),
                ("<!--", "-->", ""),
                ("", "", "> "),
            ]
        )
        pen.write("", *before.splitlines(), *([""] if before.endswith("\n") else []))
        pen.write(*(start + line for line in lines), *behind.splitlines())


# Items that are bullets or numbered entries

BULLETS = {
    "bold-id-title": "- **[{id}] {title}** — {status}",
    "bold-id": "- **[{id}]** {title} — {status}",
    "id-bold-title": "- [{id}] **{title}** — {status}",
    "code-id": "- `[{id}]` {title} — {status}",
    "id-colon": "- {id}: {title} — {status}",
    "bold-id-colon": "- **{id}**: {title} — {status}",
}


def _bullet(pen: Pen, level: int, *, form: str) -> None:
    kind = pen.rng.choice(BARE)
    pen.gap()
    for _ in range(pen.rng.randint(2, 5)):
        item = pen.item(pen.id(kind), statelike="**[" in form)
        status = pen.status(item, plan_words.short_status)
        pen.write(form.format(id=item.id, title=item.title, status=status))


def _roadmap(pen: Pen, level: int) -> None:
    pen.gap()
    for _ in range(pen.rng.randint(2, 4)):
        item = pen.item(pen.id("READ-FLOW-00#"))
        pen.write(f"- [{item.id}] ({item.title}) — **{pen.status(item, plan_words.short_status)}**")
        if pen.chance(0.5):
            pen.write("  - **Governed by:** docs/spec.md §3")
        if steps := plan_pen.actions(pen, item, pen.rng.randint(0, 2)):
            pen.write("  - **Next Actions:**", *plan_pen.numbered(steps, 4, is_lazy=False))
        if bars := plan_pen.criteria(pen, item, pen.rng.randint(0, 2)):
            pen.write("  - **Exit Criteria:**", *(f"    - {text}" for text in bars))
        if tries := plan_pen.attempts(pen, item, pen.rng.randint(0, 2)):
            pen.write("  - **Attempts:**", *plan_pen.bullets(tries, "-", 4))


def _numbered_bold(pen: Pen, level: int) -> None:
    pen.gap()
    note = pen.rng.choice(["", " *(waits)*", " (queued in May)"])
    for number in range(1, pen.rng.randint(2, 4) + 1):
        item = pen.item(pen.id("LEX-00#"))
        pen.write(f"{number}. **{item.id} {item.title}**{note}", f"   - Status: {pen.status(item)}")
        if tries := plan_pen.attempts(pen, item, pen.rng.randint(0, 2)):
            pen.write("   - Attempts History:", *plan_pen.bullets(tries, "*", 5))


WORDS_IN_BRACKETS = {
    "SKIP": plan_words.one_of("archived"),
    "DONE": plan_words.one_of("done"),
    "BLOCKED": plan_words.one_of("blocked"),
    "WIP": plan_words.one_of("in_progress"),
    "N/A": plan_words.one_of("archived"),
    "TODO": plan_words.one_of("pending"),
    "IN PROGRESS": plan_words.one_of("in_progress"),
    " ": plan_words.one_of("pending"),
    "x": plan_words.one_of("done"),
}


def _bracket_words(pen: Pen, level: int) -> None:
    pen.gap()
    for at in range(pen.rng.randint(4, 8)):
        item = pen.item(pen.id("T00#"))
        word = " " if not at else pen.rng.choice([*WORDS_IN_BRACKETS])
        item.readings = WORDS_IN_BRACKETS[word]
        pen.write(f"- [{word}] {item.id} {item.title}")


def _odd_boxes(pen: Pen, level: int) -> None:
    """Boxes that no format knows: read as tasks in any state, or told."""
    pen.gap()
    _tasks(pen, 2)
    for box in pen.rng.sample(["[?]", "[o]", "[N/A]", "[ x ]", "[]", "[✓]", "[done]"], 3):
        pen.write(f"- {box} {pen.item().title}")


def _emoji_bullets(pen: Pen, level: int) -> None:
    pen.gap()
    for _ in range(pen.rng.randint(3, 6)):
        item = pen.item()
        sign = pen.rng.choice(plan_words.SIGNS)
        item.readings = sign.readings
        pen.write(f"- {sign.text} {item.title}")


# Tables


def _table(pen: Pen, level: int) -> None:
    pen.gap()
    kind = pen.rng.choice(["T#", "LEX-00#", "#"])
    names = pen.rng.choice(
        [("ID", "Task", "Status"), ("#", "Task", "Status"), ("ID", "Title", "State")]
    )
    pen.write(f"| {' | '.join(names)} |", "| --- | --- | --- |")
    for _ in range(pen.rng.randint(2, 5)):
        item = pen.item(pen.id(kind))
        status = pen.status(item, lambda rng: plan_words.status(rng, tail=False))
        pen.write(f"| {item.id} | {item.title} | {status} |")


def _table_without_ids(pen: Pen, level: int) -> None:
    pen.gap()
    names = pen.rng.choice(
        [("Task", "Owner", "Status"), ("Status", "Task", "Owner"), ("Feature", "Owner", "State")]
    )
    pen.write(f"| {' | '.join(names)} |", "| --- | --- | --- |")
    for _ in range(pen.rng.randint(2, 5)):
        item = pen.item()
        status = pen.status(item, lambda rng: plan_words.status(rng, tail=False))
        cells = {"Owner": "Ben", "Status": status, "State": status}
        pen.write(f"| {' | '.join(cells.get(name, item.title) for name in names)} |")


def _box_table(pen: Pen, level: int) -> None:
    pen.gap()
    marks = {"[D]": "done", "[P]": "in_progress", "[ ]": "pending", "[B]": "blocked", "[x]": "done"}
    pen.write("| ID | Task Description | State | How |", "| --- | --- | --- | --- |")
    for at in range(pen.rng.randint(2, 5)):
        item = pen.item(pen.id("M#"))
        mark = "[ ]" if not at else pen.rng.choice([*marks])
        item.readings = plan_words.one_of(marks[mark])
        pen.write(f"| {item.id} | {item.title} | {mark} | As before |")


# Checklists


def _tasks(pen: Pen, count: int, lead: str = "", kind: str = "", mark: str = "-") -> list[Item]:
    """Boxes, the first of them empty; ``lead`` is what stands between a box and its words."""
    is_loose = pen.chance(0.1)
    made = []
    for at in range(count):
        item = pen.item(pen.id(kind) if kind else None)
        box = " " if not at else pen.rng.choice([*" xX"] if kind else [*BOXES])
        item.readings = BOXES[box]
        text = lead.format(id=item.id) + item.title
        if not lead and pen.chance(0.15):
            text = pen.rng.choice(plan_words.BOLD_TASKS).format(item.token)
            item.title = text.replace("*", "")
        sign = f"{at + 1}." if mark == "1." else mark
        pen.write(f"{sign} [{box}] {text}")
        if pen.chance(0.1):
            pen.write(" " * (len(sign) + 1) + "and what belongs to it")
        if is_loose:
            pen.write("")
        made.append(item)
    return made


def _checklist(pen: Pen, level: int) -> None:
    for name in pen.rng.sample(NEUTRAL + TELLING, 2):
        pen.gap()
        pen.write(f"{'#' * level} {name}", "")
        _tasks(pen, pen.rng.randint(2, 4), mark=pen.rng.choice(["-", "-", "*", "+", "1."]))


def _checklist_ids(pen: Pen, level: int) -> None:
    pen.gap()
    kind, lead = pen.rng.choice(
        [("4.#", "**{id}** "), ("4.#", "{id} - "), ("T-#", "{id}: "), ("BUG-#", "[{id}] "), ("S0#", "{id} — "),
         ("S0#", "{id} [SETUP] "), ("T00#", "{id} [P] "), ("4.#", "{id} ")]
    )  # fmt: skip
    _tasks(pen, pen.rng.randint(3, 5), lead, kind)


def _checklist_nested(pen: Pen, level: int) -> None:
    pen.gap()
    for _ in range(pen.rng.randint(2, 3)):
        (item,) = _tasks(pen, 1)
        for _ in range(pen.rng.randint(0, 3)):
            box = pen.rng.choice(" x")
            step = Step(pen.token(), None, STEP_BOXES[box])
            item.steps.append(step)
            pen.write(f"  - [{box}] " + plan_words.task(pen.rng, step.token).capitalize())
        pen.write(*plan_pen.bullets(plan_pen.attempts(pen, item, pen.rng.randint(0, 2)), "-", 2))


def _checklist_status(pen: Pen, level: int) -> None:
    """Empty boxes with a line for their status, of which `blocked` and `in progress` count."""
    pen.gap()
    for _ in range(pen.rng.randint(2, 4)):
        (item,) = _tasks(pen, 1)
        phrase = pen.rng.choice(
            [one for one in plan_words.STATUSES + plan_words.NEGATED_STATUSES if one.readings & {*plan_words.OPEN, "blocked"}]
        )  # fmt: skip
        item.readings = phrase.readings if "blocked" in phrase.readings else plan_words.OPEN
        pen.write(f"  - **Status**: {phrase.text}")


def _steps(pen: Pen, level: int) -> None:
    """Tasks that are headings, and steps with the same words below each."""
    for number in range(pen.rng.randint(2, 3)):
        pen.gap()
        pen.write(f"{'#' * level} Task {number}: {pen.rng.choice(NEUTRAL)}", "")
        for at in range(1, pen.rng.randint(1, 3) + 1):
            item = pen.item(statelike=False)
            item.readings = BOXES[" "]
            pen.write(f"- [ ] **Step {at}: {item.title}**")


def _phases(pen: Pen, level: int) -> None:
    """As OpenSpec numbers tasks: `## 1. Name`, and `1.1` below it."""
    for number in range(1, pen.rng.randint(1, 3) + 1):
        pen.gap()
        pen.write(f"{'#' * level} {number}. {pen.rng.choice(NEUTRAL)}", "")
        _tasks(pen, pen.rng.randint(2, 4), "{id} ", f"{number}.#")


def _priorities(pen: Pen, level: int) -> None:
    names = pen.rng.choice(
        [
            {"High Priority": "high", "Medium Priority": "medium", "Low Priority": "low"},
            {"Part A - Priority P0": "p0", "Part B - Priority P1": "p1"},
            {"Story 1: Maps (Priority: P1)": "p1", "Story 2: Borders (Priority: P2)": "p2"},
        ]
    )
    for name, priority in names.items():
        pen.gap()
        pen.write(f"{'#' * level} {name}", "")
        for item in _tasks(pen, pen.rng.randint(1, 3), mark=pen.rng.choice(["-", "-", "*", "1."])):
            item.priority = priority


def _state_headings(pen: Pen, level: int) -> None:
    """Bullets without boxes below a heading that is nothing but a state, beside tasks with boxes."""
    pen.gap()
    pen.write(f"{'#' * level} Tasks", "")
    _tasks(pen, 2)
    for name, status in (("Blocked", "blocked"), ("Completed", "done")):
        pen.gap()
        pen.write(f"{'#' * level} {name}", "")
        for _ in range(2):
            item = pen.item(statelike=False)
            item.readings = plan_words.one_of(status)
            pen.write(f"- {item.title}")


def _kanban(pen: Pen, level: int) -> None:
    """Bullets below headings that are states, and no box anywhere."""
    for name, status in (("To Do", "pending"), ("In Progress", "in_progress"), ("Done", "done")):
        pen.gap()
        pen.write(f"{'#' * level} {name}", "")
        for _ in range(pen.rng.randint(1, 3)):
            item = pen.item(statelike=False)
            item.readings = plan_words.one_of(status)
            pen.write(f"- {item.title}")


def _overview(pen: Pen, level: int) -> None:
    """A list of what is next that repeats tasks of the lists below it."""
    pen.gap()
    mark = len(pen.lines)
    pen.write(f"{'#' * level} Phase 4", "")
    items = _tasks(pen, 3, "**{id}** ", "4.#")
    pen.lines[mark:mark] = ["Next:", "", f"- [ ] **{items[0].id} {items[0].title}.**", ""]


def _readme(pen: Pen, level: int) -> None:
    pen.gap()
    pen.write("A tool that reads maps. Done well, it is fast.", "")
    pen.write(f"{'#' * level} Install", "", "```sh", "pip install maps", "```", "")
    pen.write(f"{'#' * level} Roadmap", "")
    _tasks(pen, 4)


def _queue(pen: Pen, level: int) -> None:
    """A queue of numbered tasks without boxes, each with fields: read, or told."""
    pen.gap()
    pen.write(f"{'#' * level} Queue", "")
    for number in (1, 2, 3):
        pen.write(f"{number}. Lexer: {pen.work()}", "   - Spec: `specs/lexer.md`", "   - Done when:", "     - 50 MB in 5 s", "")  # fmt: skip


def _speckit(pen: Pen, level: int) -> None:
    up = "#" * level
    pen.gap()
    pen.write(f"{up} Format: `[ID] [P?] [Story] Description`", "")
    pen.write("- **[P]**: Can run in parallel (different files, no dependencies)")
    pen.write("- **[Story]**: Which user story this task belongs to (e.g., US1, US2, US3)", "")
    pen.write(f"{up} Phase 1: Setup (Shared Infrastructure)", "", "**Purpose**: What all need", "")
    _tasks(pen, 2, "{id} ", "T00#")
    for story in (1, 2):
        pen.write("", f"{up} Phase {story + 1}: User Story {story} - Maps (Priority: P{story})", "")
        pen.write("**Goal**: Maps for all", "")
        for item in _tasks(pen, pen.rng.randint(1, 3), "{id} [P] [US1] ", "T00#"):
            item.priority = f"p{story}"
        pen.write("", "**Checkpoint**: Story complete and independently testable", "")
    pen.write("---", "", f"{up} Dependencies & Execution Order", "")
    pen.write("- **Setup (Phase 1)**: No dependencies - can start immediately")
    pen.write("- **User Story 1**: Depends on Setup completion - BLOCKS all other stories", "")
    pen.write(f"{up} Notes", "", "- [P] tasks = different files, no dependencies")
    pen.write("- [US1] label maps a task to its story", "- Verify tests fail before implementing")


SHAPES: dict[str, Shape] = {
    "bracket-heading": partial(_heading, heads=("[{id}] {title}",)),
    "colon-heading": partial(_heading, heads=("{id}: {title}", "**{id}**: {title}"), ids=BARE),
    "dash-heading": partial(_heading, heads=("{id} - {title}", "{id} — {title}"), ids=BARE),
    "lower-heading": partial(_heading, heads=("[{id}] {title}",), ids=LOWER),
    "dotted-heading": partial(_heading, heads=("[{id}] {title}",), ids=DOTTED),
    "status-paragraph": partial(_heading, heads=("[{id}] {title}",), labels=PARAGRAPHS),
    "status-quoted": partial(_heading, heads=("[{id}] {title}", "{id}: {title}"), ids=BARE, labels=QUOTES),
    "bare-paragraph": partial(_heading, heads=("{id}: {title}",), ids=BARE, labels=PARAGRAPHS),
    "numbered-heading": partial(_heading, heads=("{n}. {title}",), ids=()),
    "status-behind": _status_behind,
    "emoji-heading": _emoji_heading,
    "indexed": _indexed,
    "attempts-table": _attempts_table,
    "attempt-headings": _attempt_headings,
    "attempts-hidden": _hidden,
    **{name: partial(_bullet, form=form) for name, form in BULLETS.items()},
    "roadmap": _roadmap,
    "numbered-bold": _numbered_bold,
    "bracket-words": _bracket_words,
    "odd-boxes": _odd_boxes,
    "emoji-bullets": _emoji_bullets,
    "table": _table,
    "table-without-ids": _table_without_ids,
    "box-table": _box_table,
    "checklist": _checklist,
    "checklist-ids": _checklist_ids,
    "checklist-nested": _checklist_nested,
    "checklist-status": _checklist_status,
    "steps": _steps,
    "phases": _phases,
    "priorities": _priorities,
    "state-headings": _state_headings,
    "kanban": _kanban,
    "overview": _overview,
    "readme": _readme,
    "queue": _queue,
    "speckit": _speckit,
}  # fmt: skip


# Files of their own


def _logbook(pen: Pen, level: int) -> None:
    item = pen.item(pen.id("LEX-#"), statelike=False)
    phrase = pen.rng.choice([one for one in plan_words.STATUSES if "archived" not in one.readings])
    item.readings = phrase.readings
    pen.write(
        "## Status",
        "",
        f"`{phrase.text}`",
        "",
        "## Current Focus",
        "",
        f"**{item.id} — {item.title}**",
        "",
    )
    pen.write("## Attempts History")
    for number in range(1, pen.rng.randint(2, 4)):
        result = pen.rng.choice([one for one in plan_words.RESULTS if one.text != "paused"])
        date = plan_pen.DAY.format(2, number)
        one = plan_pen.Try(pen.token(), "", "", None, date, result.readings)
        item.tries.append(one)
        pen.write(
            "", f"### {date}T10:15Z — {item.id} (look)", f"**Action:** Looked at {one.token}."
        )
        pen.write("", f"**Result:** {result.text}")


def _devlog(pen: Pen, level: int) -> None:
    for number in (3, 2, 1):
        pen.write("", f"## 2026-02-0{number} — Speed", "", f"- {pen.work()}", "- Result: success")


def _backlog(pen: Pen, level: int) -> None:
    """One file for each task, as Backlog.md has it."""
    title = pen.work()
    pen.lines.clear()
    pen.write(
        "---",
        "id: task-7",
        f"title: {title}",
        "status: To Do",
        "assignee: []",
        "priority: high",
        "---",
        "",
    )
    pen.write(
        "## Description", "", "The border is a matter of taste.", "", "## Acceptance Criteria", ""
    )
    for number in (1, 2):
        pen.write(f"- [{pen.rng.choice(' x')}] #{number} {pen.work()}")


def _spec(pen: Pen, level: int) -> None:
    """A specification with requirements and scenarios, as OpenSpec has it."""
    pen.write("## ADDED Requirements", "")
    for _ in (1, 2):
        pen.write(f"### Requirement: {pen.work()}", "", "The tool SHALL read maps.", "")
        pen.write(
            "#### Scenario: A map", "", "- **WHEN** a map is given", "- **THEN** it is read", ""
        )


def _plain_list(pen: Pen, level: int) -> None:
    """Bullets and no more, as an agent's loop keeps what is left to do."""
    form = pen.rng.choice(["- {}", "* {}", "- TODO: {}", "- TODO {}", "1. {}", "- {} (open)"])
    pen.write(
        "## Next",
        "",
        *(form.format(pen.work()) for _ in range(3)),
        "",
        "Later:",
        "",
        form.format(pen.work()),
    )


WHOLE: dict[str, Shape] = {
    "logbook": _logbook,
    "devlog": _devlog,
    "backlog": _backlog,
    "spec": _spec,
    "plain-list": _plain_list,
}


# What says nothing, though it looks as if it did

DECOYS = (
    ("## Notes", "", "- Done with the lexer, we turn to the parser.", "- Blocked users are a matter for support."),
    ("## Background", "", "Completed in 2025, the first lexer was slow. Pending is what nobody looked at.", "", "Failed logins are no matter of ours."),
    ("## Legend", "", "- ✅ done", "- ⏳ pending", "- `[x]` done"),
    ("## How to write", "", "```markdown", "## [OLD-001] An example", "- Status: done", "- [ ] no task", "```"),
    ("## Terms", "", "| Term | Meaning |", "| --- | --- |", "| done | all tests pass |", "| blocked | waits |"),
    ("## Voices", "", "> Blocked is what waits for somebody.", ">", "> Done is what the log says."),
)  # fmt: skip


def page(pen: Pen, names: tuple[str, ...]) -> plan_pen.Page:
    """Write a plan in these shapes, one below the other."""
    if pen.chance(0.05):
        pen.write("---", "title: Plan of maps", "---", "")
    pen.write("# Plan", "")
    if pen.chance(0.3):
        pen.write("**Last Updated:** 2025-10-29 (a look at the border)", "")
    for name in names:
        pen.shape = name
        if name in WHOLE:
            WHOLE[name](pen, 2)
            continue
        level = pen.rng.choice([2, 3])
        is_heading = SHAPES[name] in {_checklist, _steps, _phases, _priorities, _state_headings, _kanban, _speckit, _readme, _queue}  # fmt: skip
        if level == 3 or not is_heading:
            pen.gap()
            pen.write(f"## {pen.rng.choice(NEUTRAL)}", "")
        SHAPES[name](pen, level)
        if pen.chance(0.5):
            pen.gap()
            pen.write(*pen.rng.choice(DECOYS))
    return plan_pen.Page(names, "\n".join(pen.lines) + "\n", pen.items, pen.works)
