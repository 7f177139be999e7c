"""Sprints with their tasks and exit criteria."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ledger.gates.briefs import conditions, outline
from ledger.gates.briefs.outline import Group, Node, Part, plain
from ledger.gates.model import Sprint, Task, TaskFile

SPRINT: Final = re.compile(r"sprint[ \t]+(?P<number>\d+(?:\.\d+)?[a-z]?)\b", re.IGNORECASE)
_TASK: Final = re.compile(r"task[ \t]+(?P<number>\d+(?:\.\d+)*[a-z]?)\b", re.IGNORECASE)
_DEFERRED: Final = re.compile(r"deferred\b", re.IGNORECASE)
_SEPARATOR: Final = re.compile(r"[ \t]*(?:[:\u2013\u2014]|-(?=[ \t]))[ \t]*")
_NOTE: Final = re.compile(r"[ \t]*\((?P<note>[^()]{0,300})\):?[ \t]*\Z")
_UNBLOCKS: Final = re.compile(r"unblocks (\d{1,6}) (?:failure|test)", re.IGNORECASE)
_EFFORT: Final = re.compile(
    r"\d[\d.,]*[ \t]*(?:minutes?|hours?|days?|weeks?|min|h|d)\b", re.IGNORECASE
)
_DEFINED: Final = re.compile(r"[ \t]*(?:async )?(?:def|class)[ \t]+(\w+)")
_CODE: Final = re.compile(r"`([^`]+)`")


def is_sprint(part: Part) -> bool:
    """Whether a heading opens a sprint, or work that is put off."""
    return bool(SPRINT.match(part.title) or (_DEFERRED.match(part.title)))


def read(part: Part, below: Sequence[Part]) -> Sprint:
    """The sprint that ``part`` opens, with the parts below its heading."""
    found = SPRINT.match(part.title)
    lead = found or _DEFERRED.match(part.title)
    number = found["number"] if found else ""
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
            conditions.condition(said, f"{part.title.partition(':')[0]} prerequisite", line, number)
            for said, line in _prerequisites(part)
        ),
        tasks=tuple(_task(one) for one in below if _TASK.match(one.title)),
        criteria=tuple(
            criterion
            for one in inside
            for group in one.groups
            if _is_exit(one, group)
            for criterion in conditions.read(group.nodes, _section(one, group, number), number)
        ),
        rationale=part.value("rationale"),
        priority=_value(inside, "priority"),
        owner=_value(inside, "owner"),
        is_deferred=not found,
        line=part.line,
        end_line=inside[-1].end,
    )


def titled(said: str) -> tuple[str, str]:
    """A title without the mark before it, and what it says in parentheses at its end."""
    separator = _SEPARATOR.match(said)
    said = said[separator.end() :] if separator else said.strip()
    note = _NOTE.search(said)
    return (said[: note.start()], note["note"]) if note else (said.strip().rstrip(":"), "")


def is_exit_label(name: str) -> bool:
    """Whether a label or title is one of exit criteria."""
    return "exit criteria" in plain(name) or "acceptance criteria" in plain(name)


def _is_exit(part: Part, group: Group) -> bool:
    return is_exit_label(group.name) or (not group.name and is_exit_label(part.title))


def _section(part: Part, group: Group, number: str) -> str:
    name = (group.name or part.title).rstrip(":")
    return name if SPRINT.search(name) or not number else f"Sprint {number} {name}"


def _value(inside: Sequence[Part], *names: str) -> str:
    """What the sprint says under a label that is its own, not one of its first tasks."""
    for part in (inside[0], *inside[:0:-1]):
        if said := part.value(*names):
            return said
    return ""


def _prerequisites(part: Part) -> Iterator[tuple[str, int]]:
    for group in part.groups:
        if plain(group.name).startswith(("prerequisite", "depends")):
            if group.value:
                yield group.value, group.line
            yield from ((node.said, node.line) for node in group.nodes)


def _task(part: Part) -> Task:
    lead = _TASK.match(part.title)
    title, note = titled(part.title[lead.end() if lead else 0 :])
    if note.lower().startswith("if "):
        title, note = note, ""
    files: list[TaskFile] = []
    changes: list[str] = []
    nodes = [node for group in part.groups if not is_exit_label(group.name) for node in group.nodes]
    for node in nodes:
        label = plain(node.name)
        if label in {"file", "files"}:
            paths = _CODE.findall(node.value) or [node.value]
            behind = node.value.rpartition("`")[2].strip(" ()")
            inner = tuple(child.said for child in node.children)
            files += [TaskFile(path=path, note=behind, changes=inner) for path in paths]
        elif label.startswith("change"):
            inner = tuple(child.said for child in node.children) or (
                (node.value,) * bool(node.value)
            )
            if files:
                last = files[-1]
                defined = tuple(dict.fromkeys(last.defines + _defined(node)))
                files[-1] = last.model_copy(
                    update={"changes": last.changes + inner, "defines": defined}
                )
            else:
                changes += inner
        elif label not in {"validation", "expected result", "expected results"}:
            changes += [node.said, *(child.said for child in node.children)]
    validation = _of(nodes, "validation")
    return Task(
        number=lead["number"] if lead else "",
        title=title,
        effort=note.partition(",")[0].strip(),
        files=tuple(files),
        changes=tuple(changes),
        validation=validation,
        commands=tuple(_CODE.findall(validation)),
        expected=_of(nodes, "expected result"),
        optional="optional" in note.lower(),
        line=part.line,
    )


def _defined(node: Node) -> tuple[str, ...]:
    """What code in a list's item, and in those inside it, defines."""
    code = (fence for one in outline.walk((node,)) for fence in one.fences)
    lines = (line for fence in code for line in fence.lines)
    return tuple(found[1] for line in lines if (found := _DEFINED.match(line)))


def _of(nodes: Sequence[Node], name: str) -> str:
    return next((node.value for node in nodes if plain(node.name).startswith(name)), "")
