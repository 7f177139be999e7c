"""Sprints with their tasks, and criteria as people write them: a tick or box, ``Optional:``, the
text, a check of its own."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from ledger.gates.model import Condition, Sprint, Task, TaskFile
from ledger.gates.outline import Group, Node, Part, Row, plain, walk

SPRINT: Final = re.compile(r"sprint[ \t]+(?P<number>\d+(?:\.\d+)?[a-z]?)\b", re.IGNORECASE)
_TASK: Final = re.compile(r"task[ \t]+(?P<number>\d+(?:\.\d+)*[a-z]?)\b", re.IGNORECASE)
_DEFERRED: Final = re.compile(r"deferred\b", re.IGNORECASE)
# e.g. "Sprint 1 — Title": what stands before the title
_SEPARATOR: Final = re.compile(r"[ \t]*(?:[:\u2013\u2014]|-(?=[ \t]))[ \t]*")
# e.g. "Title (2 hours, unblocks 4 failures)"
_NOTE: Final = re.compile(r"[ \t]*\((?P<note>[^()]{0,300})\):?[ \t]*\Z")
_UNBLOCKS: Final = re.compile(r"unblocks (\d{1,6}) (?:failure|test)", re.IGNORECASE)
_EFFORT: Final = re.compile(
    r"\d[\d.,]*[ \t]*(?:minutes?|hours?|days?|weeks?|min|h|d)\b", re.IGNORECASE
)
# e.g. "defer until Sprint 1-3 complete and the budget approved"
_UNTIL: Final = re.compile(
    r"\b(?:defer\w*|postponed?|wait\w*|blocked) until (?P<what>[^.;\n]+)", re.IGNORECASE
)
_AND: Final = re.compile(r" and (?!\d)")
_MINUTES: Final = {"m": 1, "h": 60, "d": 8 * 60, "w": 5 * 8 * 60}
# e.g. "1.5 hours", "4-6 h", "30 minutes"
_SPAN: Final = re.compile(
    r"(?P<low>\d{1,6}(?:\.\d{1,3})?)(?:[ \t]*(?:-|\u2013|to)[ \t]*(?P<high>\d{1,6}(?:\.\d{1,3})?))?"
    r"[ \t]*(?P<unit>m|h|d|w)(?:in|inutes?|ours?|rs?|ays?|eeks?)?\b",
    re.IGNORECASE,
)
# e.g. "async def name", "class Name"
_DEFINED: Final = re.compile(r"[ \t]*(?:async )?(?:def|class)[ \t]+(\w+)")
_CODE: Final = re.compile(r"`([^`]+)`")
# e.g. "✅ criterion", "**[x] criterion"
_TICK: Final = re.compile(
    r"\*{0,2}(?:\[(?P<box>[ xX])\]|"
    r"(?P<mark>[\u2610\u2705\u2713\u2611\u2714\u274c\u2b1c])\ufe0f?)[ \t]*"
)
_TICKED: Final = "xX\u2705\u2713\u2611\u2714"
_EXIT_LABELS: Final = ("exit criteria", "acceptance criteria", "definition of done", "done when")
# The columns of a table of criteria: "# | Criterion | Target | Status"
_NUMBERS: Final = ("", "#", "no", "no.", "nr", "id")
_CRITERION: Final = ("criteri", "condition", "requirement")
_BOUND: Final = ("target", "threshold", "bound", "limit", "check")
_STATE: Final = ("status", "state", "done", "met", "\u2713", "\u2705")
_DONE: Final = re.compile(r"(?:done|met|yes|complete[d]?|passed)", re.IGNORECASE)
_OPTIONAL: Final = re.compile(r"\(?optional\b[):,]{0,2}[ \t]*", re.IGNORECASE)
# e.g. "criterion — `check: failures <= 1`"
_CHECK: Final = re.compile(r"[ \t]*(?:[-\u2013\u2014][ \t]*)?`check:[ \t]*([^`]*)`", re.IGNORECASE)


def is_sprint(part: Part) -> bool:
    """Whether a heading opens a sprint, or work that is put off."""
    opens = SPRINT.match(part.title) or _DEFERRED.match(part.title)
    return bool(opens) and not is_exit_label(part.title)


def sprint(part: Part, below: Sequence[Part]) -> Sprint:
    """The sprint that ``part`` opens, with the parts below its heading."""
    numbered = SPRINT.match(part.title)
    lead = numbered or _DEFERRED.match(part.title)
    number = numbered["number"] if numbered else ""
    title, note = titled(part.title[lead.end() if lead else 0 :])
    inside = (part, *below)
    effort = _EFFORT.search(note)
    unblocks = _UNBLOCKS.search(note)
    return Sprint(
        number=number,
        title=title,
        effort=_value(inside, "estimated effort", "effort")
        or (note.partition(", unblocks")[0].strip() if effort else ""),
        unblocks=int(unblocks[1]) if unblocks else None,
        target=part.value("target", "goal"),
        prerequisites=tuple(
            condition(text, f"{part.title.partition(':')[0]} prerequisite", line, number)
            for text, line in (*_prerequisites(part), *(() if numbered else _until(inside)))
        ),
        tasks=tuple(_task(part) for part in below if _TASK.match(part.title)),
        criteria=tuple(
            criterion
            for part in inside
            for group in part.groups
            if is_exit_label(group.name or part.title)
            for criterion in conditions(group, _section(part, group, number), number)
        ),
        rationale=part.value("rationale"),
        priority=_value(inside, "priority"),
        owner=_value(inside, "owner"),
        is_deferred=not numbered,
        line=part.line,
        end_line=inside[-1].end,
    )


def conditions(group: Group, section: str, sprint: str = "") -> tuple[Condition, ...]:
    """The criteria that lists and tables hold, each item or row one."""
    texts = [(node.text, node.line) for node in group.nodes]
    texts += [(_criterion_of(row), row.line) for row in group.rows]
    return tuple(condition(text, section, line, sprint) for text, line in texts if text)


def _criterion_of(row: Row) -> str:
    """A row of a table as an item of a list: its mark, then its criterion."""
    cells = {plain(name): cell.strip() for name, cell in row.cells}
    others = [name for name in cells if name not in _NUMBERS and not name.startswith(_STATE)]
    about = next((name for name in cells if name.startswith(_CRITERION)), next(iter(others), ""))
    bounds = [cell for name, cell in cells.items() if name.startswith(_BOUND) and name != about]
    state = next((cell for name, cell in cells.items() if name.startswith(_STATE)), "")
    mark = state if _TICK.match(state) else "\u2705" if _DONE.fullmatch(state) else ""
    return " ".join(filter(None, (mark, cells.get(about, ""), *bounds)))


def condition(text: str, section: str, line: int, sprint: str = "") -> Condition:
    """One criterion from its text."""
    tick = _TICK.match(text)
    text = text[tick.end() :] if tick else text
    check = _CHECK.search(text)
    text = text[: check.start()] + text[check.end() :] if check else text
    optional = _OPTIONAL.match(text)
    text = text[optional.end() :] if optional else text
    return Condition(
        section=section,
        text=text.strip(),
        claimed=(tick["box"] or tick["mark"]) in _TICKED if tick else None,
        optional=bool(optional),
        check=check[1].strip() if check else "",
        line=line,
        sprint=sprint,
    )


def find(sprints: Sequence[Sprint], name: str) -> Sprint | None:
    """The sprint of a number, ``deferred`` work, or the deferred work whose tasks have the number:
    ``4`` where its tasks are 4.1 and 4.2. None for none."""
    wanted = name.lower()
    for each in sprints:
        if each.name.lower() == wanted:
            return each
    for sprint in sprints:
        if sprint.is_deferred and any(task.number.startswith(f"{name}.") for task in sprint.tasks):
            return sprint
    return None


def minutes(effort: str) -> tuple[float, float] | None:
    """The least and the most that an effort may come to: of ``2 hours OR 5 minutes`` 5 and 120. A
    day has eight hours. None where it tells no time."""
    every = [
        float(value) * _MINUTES[match["unit"].lower()]
        for match in _SPAN.finditer(effort)
        for value in (match["low"], match["high"])
        if value
    ]
    return (min(every), max(every)) if every else None


def titled(title: str) -> tuple[str, str]:
    """A title without the mark before it, and what it says in parentheses at its end."""
    separator = _SEPARATOR.match(title)
    title = title[separator.end() :] if separator else title.strip()
    note = _NOTE.search(title)
    return (title[: note.start()], note["note"]) if note else (title.strip().rstrip(":"), "")


def is_exit_label(name: str) -> bool:
    """Whether a label or title is one of exit criteria."""
    text = plain(name)
    return any(words in text for words in _EXIT_LABELS)


def _section(part: Part, group: Group, number: str) -> str:
    name = (group.name or part.title).rstrip(":")
    return name if SPRINT.search(name) or not number else f"Sprint {number} {name}"


def _value(inside: Sequence[Part], *names: str) -> str:
    """What the sprint says under a label that is its own, not one of its first tasks."""
    values = (part.value(*names) for part in (inside[0], *inside[:0:-1]))
    return next(filter(None, values), "")


def _prerequisites(part: Part) -> Iterator[tuple[str, int]]:
    for group in part.groups:
        if plain(group.name).startswith(("prerequisite", "depends")):
            if group.value:
                yield group.value, group.line
            yield from ((node.text, node.line) for node in group.nodes)


def _until(inside: Sequence[Part]) -> Iterator[tuple[str, int]]:
    """What work is put off for."""
    groups = (group for part in inside for group in part.groups)
    for group in (g for g in groups if plain(g.name).startswith(("priority", "rationale"))):
        for match in _UNTIL.finditer(group.value):
            yield from ((part.strip(), group.line) for part in _AND.split(match["what"]))


def _task(part: Part) -> Task:
    lead = _TASK.match(part.title)
    title, note = titled(part.title[lead.end() if lead else 0 :])
    if note.lower().startswith("if "):
        title, note = note, ""
    nodes = [node for group in part.groups if not is_exit_label(group.name) for node in group.nodes]
    files, changes = _work(nodes)
    validation = _value_of(nodes, "validation")
    return Task(
        number=lead["number"] if lead else "",
        title=title,
        effort=note.partition(",")[0].strip(),
        files=files,
        changes=changes,
        validation=validation,
        commands=tuple(_CODE.findall(validation)),
        expected=_value_of(nodes, "expected result"),
        optional="optional" in note.lower(),
        line=part.line,
    )


def _work(nodes: Iterable[Node]) -> tuple[tuple[TaskFile, ...], tuple[str, ...]]:
    """The files of a task with their changes, and the changes that belong to no file."""
    files: list[TaskFile] = []
    changes: list[str] = []
    for node in nodes:
        label = plain(node.name)
        inner = tuple(child.text for child in node.children)
        if label in {"file", "files"}:
            paths = _CODE.findall(node.value) or [node.value]
            note = node.value.rpartition("`")[2].strip(" ()")
            files += [TaskFile(path=path, note=note, changes=inner) for path in paths]
        elif label.startswith("change"):
            inner = inner or ((node.value,) if node.value else ())
            if files:
                last = files[-1]
                defined = tuple(dict.fromkeys(last.defines + _defined(node)))
                known = last.changes + inner
                files[-1] = last.model_copy(update={"changes": known, "defines": defined})
            else:
                changes += inner
        elif label not in {"validation", "expected result", "expected results"}:
            changes += [node.text, *inner]
    return tuple(files), tuple(changes)


def _defined(node: Node) -> tuple[str, ...]:
    """What code in a list's item, and in those inside it, defines."""
    code = (fence for each in walk((node,)) for fence in each.fences)
    lines = (line for fence in code for line in fence.lines)
    return tuple(match[1] for line in lines if (match := _DEFINED.match(line)))


def _value_of(nodes: Sequence[Node], name: str) -> str:
    return next((node.value for node in nodes if plain(node.name).startswith(name)), "")
