"""Changes of an item that is written as lists, as edits: a section of bullets, an entry of a
roadmap, a task of a checklist.

A new attempt is beside the item's latest, in the style of its neighbours. Where an item has
none yet, in a roadmap below a nested bullet, in a checklist in the task itself:

    - [READ-001] (Read large files) — **partial** (2025-11-01: too slow)
      - **Attempts:**
        - [2025-11-02] Attempt #1 — Result: success. All tests pass.
          Metrics: 12 passed in 3.40 s

    - [ ] Rewrite the splitter
      - [2025-11-02] Attempt #1 — Result: success. All tests pass.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import ClassVar, Final, NamedTuple

from ledger.errors import Refused, UsageError
from ledger.plan import parts, patterns, places, styles, text, words
from ledger.plan.dialect import Dialect, Text
from ledger.plan.dialects import field_edits, task_tables
from ledger.plan.document import Block, Edit, entries
from ledger.plan.model import (
    FINISHED,
    Action,
    ActionState,
    Attempt,
    Change,
    Criterion,
    Field,
    Item,
    ItemStatus,
    Ledger,
    NewAttempt,
    Span,
)
from ledger.plan.words import Vocabulary

# e.g. "  2. "
_BULLET = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+]|(?P<number>\d{1,9})[.)])(?P<blanks>[ \t]*)")
_TAB: Final = 4
# What an open box is below a heading that says so.
_NOT_PENDING: Final = ("in_progress", "blocked")
_DEEPEST: Final = 6
# What a task's box says of an item.
STATES: Final[dict[ItemStatus, ActionState]] = {"done": "complete", "archived": "rejected",
    "pending": "pending", "in_progress": "in_progress", "blocked": "blocked"}  # fmt: skip
_FIRST_NUMBER: Final = re.compile(r"\d{1,9}")
# The letters of boxes in a table.
_LETTERS: Final[dict[ItemStatus, str]] = {"pending": " ", "in_progress": "P", "blocked": "B",
    "archived": "S"}  # fmt: skip
_HEADING: Final = re.compile(r"#{1,6}[ \t]+")


def beside(ledger: Ledger, item: Item, group: Sequence[Attempt], new: NewAttempt) -> Edit:
    """The attempt at the end of ``group`` where the latest is, in its neighbour's style."""
    is_first = places.newest_first(group, item.archived)
    neighbour = group[0] if is_first else group[-1]
    vocabulary = words.of(ledger)
    if columns := places.columns(ledger, neighbour):
        at = neighbour.span.start_byte if is_first else neighbour.span.end_byte
        return places.insertion(ledger.text, at, [styles.row(new, columns, vocabulary)])
    style = styles.style_of(places.lines(ledger, neighbour), vocabulary)
    if style.layout == "line" and _is_note(neighbour):
        style = _laid_out(ledger, group, style)
    old = _prefix_of(places.first_line(ledger, neighbour.span.start_byte))
    if not is_first and old.lstrip()[:1].isdigit():  # 1. [2026-02-01] ...
        prefix = _counted(ledger, neighbour.span) + style.prefix[len(old) :]
        style = replace(style, prefix=prefix)
    lines = styles.attempt(new, style, vocabulary)
    if style.layout == "heading" or places.is_spaced(ledger, group, item.archived):
        lines = [*lines, ""] if is_first else ["", *lines]
    at = neighbour.span.start_byte if is_first else neighbour.span.end_byte
    return places.insertion(ledger.text, at, lines)


def _is_note(attempt: Attempt) -> bool:
    return attempt.result == "info" and not (attempt.artifacts or attempt.metrics)


def _laid_out(ledger: Ledger, group: Sequence[Attempt], style: styles.Style) -> styles.Style:
    """The ``style`` of a note, which shows no layout, with that of an attempt that has a run."""
    others = [attempt for attempt in group if attempt.artifacts]
    inner = style.prefix[: -len(style.prefix.lstrip())] + " " * len(style.prefix.lstrip())
    layout = styles.Style(layout="labels", inner=inner)
    if others:
        layout = styles.style_of(places.lines(ledger, others[-1]), words.of(ledger))
    if layout.layout == "heading":
        return style
    return replace(style, layout=layout.layout, inner=layout.inner, bold_labels=layout.bold_labels)


# A section of bullets


def _section_attempt(plan: Text, item: Item, new: NewAttempt) -> Edit:
    ledger = plan.ledger
    if history := places.history(item):
        return beside(ledger, item, history, new)
    lines = styles.attempt(new, _style_elsewhere(ledger, item), words.of(ledger))
    return places.in_field(ledger, item, "Attempts History", lines)


def _style_elsewhere(ledger: Ledger, item: Item) -> styles.Style:
    """The style of the nearest attempt before the item, else of any after it. Notes show no
    layout and are asked last."""
    others = [
        attempt
        for other in ledger.items
        for attempt in other.attempts
        if attempt.source == "history" and attempt.number is not None
    ]
    others = [attempt for attempt in others if not _is_note(attempt)] or others
    before = [a for a in others if a.span.start_byte < item.span.start_byte]
    near = before[-1:] or others[:1]
    if not near:
        return styles.Style(layout="labels")
    style = styles.style_of(places.lines(ledger, near[0]), words.of(ledger))
    return styles.Style(layout="labels") if style.layout == "heading" else style


def _section_actions(plan: Text, item: Item, new: Sequence[str]) -> Edit:
    ledger = plan.ledger
    bullets = [
        attempt.span.end_byte
        for attempt in item.attempts
        if attempt.source == "history" and not ledger.text.startswith(b"#", attempt.span.start_byte)
    ]
    at = max([places.end_of_fields(item), *bullets])
    spans = (field.span for field in item.fields)  # no field is torn apart
    torn = (span.end_byte for span in spans if span.start_byte < at < span.end_byte)
    lines = _first_actions(ledger, item, new, "  1. ")
    return places.in_field(ledger, item, "Next Actions", lines, next(torn, at))


def _section_status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """The item's own status and its index rows, so that the two cannot part."""
    new = checked_status(ledger, status, r"[^|]+", "in_progress")
    field = places.field(item, "status")
    rows = [row.status_span for row in ledger.index if row.id == item.id]
    if field:
        return [_reworded(ledger, span, new) for span in (field.value_span, *rows)]
    if words.of(ledger).status(new) == item.status:
        return [_reworded(ledger, row, new) for row in rows]
    line, shown = places.first_line(ledger, item.span.start_byte), item.status_text
    at = line.find(shown) if styles.is_sign(shown) else line.rfind(shown)
    if not shown or at < 0:
        message = f"{item.id} has no `Status:` line (line {item.span.start_line})"
        raise Refused("no-status", message, "write one below its heading: `- Status: pending`")
    alike = _alike(ledger, shown, words.of(ledger).status(new))
    if not alike:
        alike = styles.spelled(new, shown)
    sign = re.search(rf"[{''.join(words.MARKS)}]\ufe0f?(?=[ \t]+\Z)", line[:at])
    if sign:  # Read fast ✅ COMPLETE
        marked = _alike(ledger, sign.group(), words.of(ledger).status(new))
        at, shown, alike = sign.start(), line[sign.start() : at] + shown, f"{marked} {alike}"
    return [
        _in_line(ledger, item, at, shown, alike),
        *(_reworded(ledger, row, new) for row in rows),
    ]


def _in_line(ledger: Ledger, item: Item, at: int, old: str, new: str) -> Edit:
    """``new`` in the place of ``old``, at character ``at`` of the item's first line."""
    start = item.span.start_byte
    if not start and ledger.text.startswith(text.BOM):
        start += len(text.BOM)
    line = places.first_line(ledger, item.span.start_byte)
    start += len(text.encode(line[:at]))
    return Edit(start, start + len(text.encode(old)), text.encode(new))


def _alike(ledger: Ledger, wording: str, status: ItemStatus) -> str:
    """The ``status`` in the manner of ``wording``: see ``styles.box``."""
    others = [
        (STATES[item.status], item.status_text)
        for item in ledger.items
        if item.status in STATES and not re.search(r"\d", item.status_text)
    ]
    return styles.box(STATES[status], wording, others)


def _reworded(ledger: Ledger, span: Span, new: str) -> Edit:
    """The phrase that stands first in ``span`` becomes ``new``, spelled in its way."""
    old = words.phrase(text.decode(ledger.text[span.start_byte : span.end_byte]))
    new = styles.spelled(new, old)
    return Edit(span.start_byte, span.start_byte + len(text.encode(old)), text.encode(new))


def _section_criterion(plan: Text, item: Item, line: str) -> Edit:
    ledger = plan.ledger
    if beside := beside_criterion(ledger, item, line):
        return beside
    home = places.field(item, *places.HOMES["Exit Criteria"])
    prefix = _inside(places.first_line(ledger, home.span.start_byte)) if home else "  - "
    ends = [field.span.end_byte for field in item.fields] + [a.span.end_byte for a in item.actions]
    lines = [_criterion(prefix, line, None)]
    return places.in_field(ledger, item, "Exit Criteria", lines, max(ends, default=-1))


def beside_criterion(ledger: Ledger, item: Item, line: str) -> Edit | None:
    """Behind the last criterion; None where there is none, or where it is the field's own value."""
    last = item.criteria[-1] if item.criteria else None
    if last is None or any(last.span.start_line == field.span.start_line for field in item.fields):
        return None
    prefix = _counted(ledger, last.span)
    return places.insertion(ledger.text, last.span.end_byte, [_criterion(prefix, line, last)])


def _criterion(prefix: str, line: str, like: Criterion | None) -> str:
    """The line of a criterion: without a box where the one before has none and the words cannot
    pass for a tick or an attempt."""
    is_plain = like is not None and like.ticked is None
    if is_plain and line[0].isalnum() and not patterns.attempt(line):
        return f"{prefix}{styles.inert(line)}"
    return f"{prefix}[ ] {line}"


def _counted(ledger: Ledger, last: Span) -> str:
    """Indent and bullet of the entry behind the ``last`` of a list: its number is one more, but
    where the one above has the same: ``1. 1. 1.``."""
    prefix = _prefix_of(places.first_line(ledger, last.start_byte))
    before = text.decode(ledger.text[: last.start_byte]).replace("\r\n", "\n")
    above = before.rpartition("\n\n")[2]
    if f"\n{prefix}" in f"\n{above}":
        return prefix
    return re.sub(r"\d{1,9}", lambda match: str(int(match.group()) + 1), prefix, count=1)


def _neighbour(plan: Text) -> Item:
    """The last open item of those at the top, else the last one: others go behind it. An item
    below a heading that says another status than pending is the last choice."""
    lines = {block.start + 1 for section in plan.sections for block in entries(section.blocks)}
    lines |= {section.start + 1 for section in plan.sections if section.heading}
    every = [item for item in plan.ledger.items if item.span.start_line in lines]
    if not every and plan.ledger.items:
        message = f"the tasks are rows of a table (line {plan.ledger.items[-1].span.start_line})"
        raise Refused("no-place", message, "add a row by hand")
    if not every:
        raise Refused("no-place", "there is no item to put another one beside", "add it by hand")
    free = [item for item in every if _heading_status(plan.ledger, item) in (None, "pending")]
    return _last_open(free or every)


def _heading_status(ledger: Ledger, item: Item) -> ItemStatus | None:
    """The status that the nearest heading above ``item`` says which says one."""
    level = _DEEPEST + 1
    for heading in reversed(ledger.headings):
        if heading.span.start_byte < item.span.start_byte and heading.level < level:
            level = heading.level
            if heading.status:
                return heading.status
    return None


def _last_open(every: Sequence[Item]) -> Item:
    return ([item for item in every if item.status not in FINISHED] or every)[-1]


def _section_item(plan: Text, name: str, title: str) -> Edit:
    ledger, vocabulary = plan.ledger, words.of(plan.ledger)
    pending, label = vocabulary.written_status("pending"), vocabulary.written("Status")
    status = f"{label}: {pending}"
    starts = {section.start + 1 for section in plan.sections if section.heading}
    every = [item for item in ledger.items if item.span.start_line in starts]
    if not every:
        lines = [f"## [{name}] {title}", f"- {status}"]
        is_blank = not ledger.text.removeprefix(text.BOM).strip()
        lines = ["# Fix Plan", "", *lines] if is_blank else ["", *lines]
        return places.insertion(ledger.text, len(ledger.text), lines)
    like = _last_open(every)
    heading = re.match(r"#{1,6}", places.first_line(ledger, like.span.start_byte))
    field = places.field(like, "status")
    beside = places.first_line(ledger, field.span.start_byte) if field else "- Status:"
    if field:
        status = f"{label}: {styles.spelled(pending, words.phrase(field.value))}"
    bullet = f"{_prefix_of(beside)}{places.as_field(status, beside)}"
    below = plan.document.lines(like.span.start_line, like.span.start_line + 1)
    gap = [""] if below and not below[0].strip() else []
    line = styles.opened(name, title, places.first_line(ledger, like.span.start_byte), like)
    if not name and line:
        numbers = (places.first_line(ledger, item.span.start_byte) for item in every)
        last = max(int(number[0]) for n in numbers if (number := _FIRST_NUMBER.search(n)))
        line = _FIRST_NUMBER.sub(str(last + 1), line, count=1)
    line = line or f"{heading.group() if heading else '##'} [{name}] {title}"
    lines = ["", line, *gap, bullet]
    return places.behind(ledger, like.span.end_byte, lines)


# An entry of a roadmap


def _entry_attempt(plan: Text, item: Item, new: NewAttempt) -> Edit:
    listed = [attempt for attempt in item.attempts if attempt.number is not None]
    if listed:
        return beside(plan.ledger, item, listed, new)
    home, vocabulary = places.field(item, "attempt"), words.of(plan.ledger)
    prefix = _field_prefix(plan, item, home)
    lines = styles.attempt(new, _nested_style(_inside(prefix)), vocabulary)
    name = vocabulary.written("Attempts History")
    name = "Attempts" if name == "Attempts History" else name
    return _below_label(plan.ledger, item, home, f"{prefix}**{name}:**", lines)


def _entry_actions(plan: Text, item: Item, new: Sequence[str]) -> Edit:
    home, vocabulary = places.field(item, "next action"), words.of(plan.ledger)
    prefix = _field_prefix(plan, item, home)
    lines = _first_actions(plan.ledger, item, new, _inside(prefix, "1."))
    label = f"{prefix}**{vocabulary.written('Next Actions')}:**"
    return _below_label(plan.ledger, item, home, label, lines)


def _below_label(
    ledger: Ledger, item: Item, home: Field | None, label: str, lines: list[str]
) -> Edit:
    if home:
        return places.insertion(ledger.text, home.span.end_byte, lines)
    return places.insertion(ledger.text, item.span.end_byte, [label, *lines])


def _entry_status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """The status word; the note behind it stays as it is."""
    new = checked_status(ledger, status, r"[^*`()|:;]{1,60}", "partial")
    field = places.field(item, "status")
    if not field or not field.value:
        message = f"{item.id} has no status (line {item.span.start_line})"
        raise Refused("no-status", message, "write it behind the title: ` — **pending**`")
    return [_reworded(ledger, field.value_span, new)]


def _entry_criterion(plan: Text, item: Item, line: str) -> Edit:
    if beside := beside_criterion(plan.ledger, item, line):
        return beside
    home = places.field(item, *places.HOMES["Exit Criteria"])
    prefix = _field_prefix(plan, item, home)
    label = f"{prefix}**{words.of(plan.ledger).written('Exit Criteria')}:**"
    return _below_label(plan.ledger, item, home, label, [_criterion(_inside(prefix), line, None)])


def _entry_item(plan: Text, name: str, title: str) -> Edit:
    like = _neighbour(plan)
    line = places.first_line(plan.ledger, like.span.start_byte)
    shown = f"({title})" if "] (" in line else title
    pending = words.of(plan.ledger).written_status("pending")
    new = f"{_prefix_of(line)}[{name}] {shown} — **{pending}**"
    return places.insertion(plan.ledger.text, like.span.end_byte, [new])


def _entry_field(plan: Text, item: Item, line: str) -> Edit:
    """A nested bullet before the lists that the entry holds, else behind all that is nested."""
    prefix = _nested_prefix(plan, item)
    fields = [field for field in item.fields if field.span != field.value_span]
    like = places.first_line(plan.ledger, fields[0].span.start_byte) if fields else "- **A:**"
    at = places.end_of_fields(item) if fields else item.span.end_byte
    return places.insertion(plan.ledger.text, at, [f"{prefix}{places.as_field(line, like)}"])


# A task of a checklist


def _task_attempt(plan: Text, item: Item, new: NewAttempt) -> Edit:
    hint = f"append to the item of the fix plan that it is part of, with --task {item.id}"
    _refuse_row(item, "an attempt", hint)
    if item.attempts:
        return beside(plan.ledger, item, item.attempts, new)
    style = _nested_style(_nested_prefix(plan, item))
    return _below(plan, item, styles.attempt(new, style, words.of(plan.ledger)))


def _refuse_row(item: Item, what: str, hint: str) -> None:
    if _cell(item):
        at = f"{item.id} is a row of a table (line {item.span.start_line})"
        raise Refused("no-place", f"{at}: it has no room for {what}", hint)


def _below(plan: Text, item: Item, lines: list[str]) -> Edit:
    """Lines behind all that the task has. HTML goes on up to a blank line."""
    last = _entry_of(plan, item)
    while last.children:
        last = last.children[-1]
    if last.kind == "html":
        lines = ["", *lines]
    return places.insertion(plan.ledger.text, item.span.end_byte, lines)


def _tick(ledger: Ledger, start: int, name: str) -> Edit:
    """The mark in the box that begins at byte ``start`` becomes an x."""
    end = ledger.text.find(b"]", start)
    mark = text.decode(ledger.text[start + 1 : end])
    if parts.BOX_STATES.get(mark) in (None, "complete", "rejected"):
        raise Refused("no-box", f"{name} cannot be ticked: [{mark[:20]}]", "tick it by hand")
    return Edit(start + 1, end, b"x")


def _task_field(plan: Text, item: Item, line: str) -> Edit:
    _refuse_row(item, "a field", "change the row by hand")
    return _below(plan, item, [f"{_nested_prefix(plan, item)}{line}"])


def _task_criterion(plan: Text, item: Item, line: str) -> Edit:  # noqa: ARG001
    message = f"{item.id} is a task (line {item.span.start_line}): it has no exit criteria"
    raise Refused("no-place", message, "give it a box: `ledger action ... add`")


def _task_item(plan: Text, name: str, title: str) -> Edit:
    like = _neighbour(plan)
    if (above := _heading_status(plan.ledger, like)) in _NOT_PENDING:
        message = f"every task is below a heading that says {above}, and a new one is pending"
        raise Refused("no-place", message, "add a heading for open tasks, and one task, by hand")
    line = places.first_line(plan.ledger, like.span.start_byte)
    prefix = _counted(plan.ledger, like.span)
    # e.g. "[ ] **S01**: Parse", "[x] [S01] Parse"
    opening = re.match(r"(?:\[.\] )?(?P<marks>[*`\[]*)", line[len(_prefix_of(line)) :])
    marks = opening["marks"] if opening and like.is_named else ""
    behind = {"[": "] ", "**": "**: ", "`": "`: ", "**[": "]** "}.get(marks, ": ")
    opened = f"{marks if behind != ': ' else ''}{name}{behind}" if name else ""
    action_words = styles.action_words(title, "[ ]", words.of(plan.ledger))
    rest = line[len(_prefix_of(line)) :]
    shown = parts.any_box(rest) or parts.sign_box(rest)
    is_worded = shown is not None and not parts.is_box(shown.text)
    box = _alike(plan.ledger, shown.text, "pending") if shown and is_worded else ""
    task = styles.opened(name, action_words, rest[shown.length :] if shown else rest, like)
    is_plain = not name or task == f"{name} {action_words}"  # may be words: 1.2 Read
    task = f"{opened}{action_words}" if is_plain or not task else task
    return places.insertion(
        plan.ledger.text, like.span.end_byte, [f"{prefix}{box or '[ ]'} {task}"]
    )


def _task_boxes(plan: Text, item: Item, new: Sequence[str]) -> Edit:
    _refuse_row(item, "an action", "change the row by hand")
    prefix, vocabulary = _nested_prefix(plan, item), words.of(plan.ledger)
    return _below(plan, item, [_box(prefix, text, vocabulary) for text in new])


def _cell(item: Item) -> Field | None:
    """The cell that says the state of a task which is a row of a table; None for another one."""
    cells = (field for field in item.fields if field.span == item.span)
    return next((cell for cell in cells if cell.name == "Status"), None)


def _marked(ledger: Ledger, cell: Field, status: ItemStatus) -> Edit:
    """The cell as the last row has it whose task has the ``status``, else with a box's letter, a
    tick or the word."""
    others = filter(None, (_cell(item) for item in ledger.items if item.status == status))
    marks = [field.value for field in others][::-1]
    start, end = cell.value_span.start_byte, cell.value_span.end_byte
    box = task_tables.BOX.fullmatch(cell.value)
    if not box:
        usual = "\u2705" if status == "done" else styles.spelled(status, cell.value)
        return Edit(start, end, text.encode(next(iter(marks), usual)))
    boxes = filter(None, map(task_tables.BOX.fullmatch, marks))
    mark = next((match["mark"] for match in boxes), _LETTERS.get(status, "D"))
    start += box.start("mark")
    return Edit(start, start + len(text.encode(box["mark"])), text.encode(mark))


def _task_status(ledger: Ledger, item: Item, status: str) -> list[Edit]:
    """A box says that a task is done, or that it is not: it can be ticked."""
    new = text.one_line(status)
    meaning = words.of(ledger).status(new)
    if meaning == "unknown":
        message = f"{new!r} is no status"
        raise UsageError("unknown-status", message, "`done` ticks the box of a task")
    if meaning == item.status:
        return []
    if cell := _cell(item):
        return [_marked(ledger, cell, meaning)]
    line = places.first_line(ledger, item.span.start_byte)
    heading = _HEADING.match(line)
    width = heading.end() if heading else len(_prefix_of(line))
    at, hint = f"(line {item.span.start_line})", "move it below another heading by hand"
    box = parts.any_box(line[width:]) or parts.sign_box(line[width:])
    if box is None:
        problem = f"{item.id} has no box {at}: the heading above says {item.status_text}"
        raise Refused("no-box", problem, hint)
    if meaning == "done" and parts.is_box(box.text):
        if item.status != "archived":  # whatever its mark means in this file
            return [_in_line(ledger, item, width + 1, box.text[1:-1], "x")]
        edit = _in_line(ledger, item, width, "", "")
        return [_tick(ledger, edit.start, item.id)]
    alike = _alike(ledger, box.text, meaning)
    if alike in ("", box.text):
        was = item.status_text or item.status
        raise Refused("no-status", f"{item.id} is {was} {at}: a box can say done, not {new}", hint)
    return [_in_line(ledger, item, width, box.text, alike)]


# All of them


class Place(NamedTuple):
    """Where an item's parts stand: the edit for an attempt, that for its first actions, those for
    its status, that for the line of a new field, that for a criterion, that for another item, and
    what its field of actions is called."""

    attempt: Callable[[Text, Item, NewAttempt], Edit]
    actions: Callable[[Text, Item, Sequence[str]], Edit]
    status: Callable[[Ledger, Item, str], list[Edit]]
    new_field: Callable[[Text, Item, str], Edit]
    criterion: Callable[[Text, Item, str], Edit]
    new_item: Callable[[Text, str, str], Edit]
    home: tuple[str, ...] = ()


SECTION: Final = Place(
    attempt=_section_attempt,
    actions=_section_actions,
    status=_section_status,
    new_field=field_edits.behind_heading,
    criterion=_section_criterion,
    new_item=_section_item,
    home=places.HOMES["Next Actions"],
)
ENTRY: Final = Place(
    attempt=_entry_attempt,
    actions=_entry_actions,
    status=_entry_status,
    new_field=_entry_field,
    criterion=_entry_criterion,
    new_item=_entry_item,
)
TASK: Final = Place(
    attempt=_task_attempt,
    actions=_task_boxes,
    status=_task_status,
    new_field=_task_field,
    criterion=_task_criterion,
    new_item=_task_item,
)


class ListDialect(Dialect):
    """A dialect whose items are written as lists."""

    place: ClassVar[Place]
    """Where their parts are."""

    def append(self, plan: Text, item: Item, change: Change) -> list[Edit]:
        """The attempt, actions completed and added, and the status."""
        place = self.place
        edits = [place.attempt(plan, item, change.attempt)]
        edits += [
            self._completed(
                plan, item, self.open_action(item, number, by_attempt=True), change.attempt
            )
            for number in change.complete
        ]
        # Where both go to one place, actions go on with those before it; a list of actions that is
        # new is behind the attempts.
        if change.next:
            is_new = not item.actions and not places.field(item, *place.home)
            edits[is_new:is_new] = self.actions(plan, item, change.next)
        return edits + (self.status(plan, item, change.status) if change.status else [])

    def _completed(self, plan: Text, item: Item, action: Action, by: NewAttempt) -> Edit:
        """The state of an action, with the attempt that completes it, or its box."""
        if parts.is_box(action.state_text):
            span = action.state_span
            name = f"a box of {item.id} (line {span.start_line})"
            return _tick(plan.ledger, span.start_byte, name)
        return self.restated(plan, item, action, "complete", by)

    def status(self, plan: Text, item: Item, status: str) -> list[Edit]:
        """The words or the box that say it."""
        return self.place.status(plan.ledger, item, status)

    def actions(self, plan: Text, item: Item, new: Sequence[str]) -> list[Edit]:
        """Behind the last one, or in a list of their own."""
        if item.actions:
            return [_behind_last_action(plan.ledger, item, new)]
        return [self.place.actions(plan, item, new)]

    def criterion(self, plan: Text, item: Item, line: str) -> list[Edit]:
        """Behind the last one, or in a list of their own."""
        return [self.place.criterion(plan, item, line)]

    def new_item(self, plan: Text, name: str, title: str) -> list[Edit]:
        """Behind the last one that is open."""
        return [self.place.new_item(plan, name, title)]

    def field(self, plan: Text, item: Item, name: str, value: str) -> list[Edit]:
        """A bullet, or the value of one."""
        return field_edits.with_value(plan, item, name, value, self.place.new_field)


def _behind_last_action(ledger: Ledger, item: Item, new: Sequence[str]) -> Edit:
    """New actions behind the last one, in its style; a box where it has one."""
    last = item.actions[-1]
    like = places.first_line(ledger, last.span.start_byte)
    numbers = [action.number for action in item.actions if action.number is not None]
    vocabulary = words.of(ledger)
    lines = []
    written = patterns.numbered(like)
    is_same = len(numbers) > 1 and written != last.number  # 1. 1. 1.
    box = "[ ]" if parts.is_box(last.state_text) else ""
    if styles.manner(last.state_text) in ("sign", "brackets") and last.number is None:
        box = styles.box(
            "pending", last.state_text, [(a.state, a.state_text) for a in item.actions]
        )
    for count, added in enumerate(new, max(numbers, default=0) + 1):
        number = written if is_same and written is not None else count
        if not box:
            next_number = number if numbers else None
            lines.append(styles.next_action(next_number, added, last, like, vocabulary))
            continue
        prefix = _prefix_of(like)
        if last.number is not None:
            prefix = re.sub(r"\d{1,9}", str(number), prefix, count=1)
        lines.append(_box(prefix, added, vocabulary, box))
    return places.insertion(ledger.text, last.span.end_byte, lines)


def _box(prefix: str, new: str, vocabulary: Vocabulary, box: str = "[ ]") -> str:
    """The line of a new box, whose words shall not pass for a state or for another box."""
    return f"{prefix}{box} {styles.action_words(new, '[ ]', vocabulary)}"


def _first_actions(ledger: Ledger, item: Item, new: Sequence[str], like: str) -> list[str]:
    """The lines of an item's first actions, numbered like ``like``, in the style of another's."""
    others = (a for n in ledger.items if n.dialect == item.dialect for a in n.actions)
    worded = (a for a in others if a.state == "pending" and any(map(str.isalpha, a.state_text)))
    other, vocabulary = next(worded, None), words.of(ledger)
    return [
        styles.next_action(number, text, other, like, vocabulary)
        for number, text in enumerate(new, 1)
    ]


def checked_status(ledger: Ledger, status: str, form: str, example: str) -> str:
    """The new status of an item as one line. Raises UsageError where it is no status, has a note
    or is not of the ``form``, a pattern, that its place asks for."""
    new = text.one_line(status)
    is_plain = re.fullmatch(form, new) is not None and new == words.phrase(new)
    if not is_plain or words.of(ledger).status(new) == "unknown":
        known = "pending, in_progress, blocked, done, archived"
        if example == "partial":
            known = "pending, in_progress, partial, blocked, done"
        raise UsageError("unknown-status", f"{new!r} is no status", f"use one such as {known}")
    return new


def _entry_of(plan: Text, item: Item) -> Block:
    entry = places.entry_of(plan.document, item)
    assert entry  # the item was read from it
    return entry


def _field_prefix(plan: Text, item: Item, field: Field | None) -> str:
    """Indent and bullet of a field of an entry, or those for a new one."""
    if not field:
        return _nested_prefix(plan, item)
    return _prefix_of(plan.document.line(field.span.start_line - 1))


def _prefix_of(line: str) -> str:
    """The line's indent and bullet."""
    return line[: patterns.unbulleted(line)[0]]


def _nested_prefix(plan: Text, item: Item) -> str:
    """Indent and bullet for a new nested entry: as its siblings have them, else ``_inside``."""
    entry = _entry_of(plan, item)
    for block in entry.children:
        if block.kind == "bullet_list":
            return _prefix_of(plan.document.line(block.children[-1].start))
        if block.kind == "ordered_list":
            line = plan.document.line(block.children[-1].start)
            return f"{_indent(line)}- "
    return _inside(plan.document.line(entry.start))


def _inside(line: str, bullet: str = "") -> str:
    """The indent of the text of ``line``, and a bullet of the same kind, or ``bullet``."""
    match = _BULLET.match(line)
    assert match
    column = _width(line[: match.end("mark")])
    blanks = _width(line[: match.end()]) - column
    inner = column + (blanks if 1 <= blanks <= _TAB else 1)
    indent = match["indent"]
    mark = bullet or ("-" if match["number"] else match["mark"])
    return f"{indent}{' ' * (inner - _width(indent))}{mark} "


def _nested_style(prefix: str) -> styles.Style:
    """The style of the first attempt in an entry of a list."""
    inner = f"{_indent(prefix)}  " if "\t" in prefix else " " * _width(prefix)
    return styles.Style(prefix=prefix, has_mark=False, layout="labels", inner=inner)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _width(line: str) -> int:
    """Columns that ``line`` takes."""
    return len(line.expandtabs(_TAB))
