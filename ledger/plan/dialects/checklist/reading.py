"""A checklist to a ``Ledger``: each task with a box is an item, boxes nested in it its actions.

A task's status is what its box says. An empty box leaves room for words: the task's own, those
of its ``Status:``, then those of the nearest heading above that says something.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from ledger.plan import parts, patterns, words
from ledger.plan.dialects import boxes
from ledger.plan.dialects.checklist import headings, leads
from ledger.plan.dialects.checklist.headings import Said
from ledger.plan.document import Block, Document, Section
from ledger.plan.model import (
    Action,
    Attempt,
    Criterion,
    Field,
    Heading,
    Item,
    ItemStatus,
    Ledger,
    Unread,
)
from ledger.plan.recognition import Sign

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

NAME: Final = "checklist"
_LISTS: Final = ("bullet_list", "ordered_list")
_LITERAL: Final = ("fence", "html", "code")
_LABELLED = re.compile(
    r"\*\*(?P<bold>[^*:\n]{1,60})(?::\*\*|\*\*[ \t]*:)[ \t]*|(?P<plain>[A-Z][\w ]{0,30}):[ \t]+"
)


_AS_OFTEN_AS_A_TAG: Final = 3  # tasks with one and the same name in brackets


class _Task(NamedTuple):
    """A task and where it stands: its list's entry, what it opens with, the headings above."""

    entry: Block
    box: boxes.Box | None
    opening: leads.Opening
    above: tuple[Said, ...]


def sign(
    document: Document,
    section: Section,
    own: Conventions | None = None,  # noqa: ARG001 - part of the interface
) -> Sign | None:
    """Tasks with a box, outside of code and quotations."""
    found = [
        entry.start
        for entry in _entries(section.blocks)
        if boxes.any_of(parts.entry_text(document, entry))
    ]
    return (
        Sign(dialect=NAME, line=found[0] + 1, count=len(found), reason="a task with a box")
        if found
        else None
    )


def read(document: Document, sections: Sequence[Section], own: Conventions | None = None) -> Ledger:
    """These sections of the document."""
    return _Reading(document, own).ledger(frozenset(section.start for section in sections))


def _entries(blocks: Iterable[Block]) -> Iterator[Block]:
    """The entries of all lists, but for those in quotations."""
    for block in blocks:
        if block.kind in _LISTS:
            for entry in block.children:
                yield entry
                yield from _entries(entry.children)


class _Reading:
    """What was read so far. ``settled`` are lines that need no second look."""

    def __init__(self, document: Document, own: Conventions | None) -> None:
        self.document = document
        self.own = own
        self.tasks: list[_Task] = []
        self.loose: list[Attempt] = []
        self.headings: list[Heading] = []
        self.unread: list[Unread] = []
        self.settled: set[int] = set()

    def ledger(self, mine: frozenset[int]) -> Ledger:
        """The sections that start at the lines ``mine``."""
        above: list[tuple[int, Said]] = []
        for section in self.document.sections:
            while above and above[-1][0] >= section.level:
                above.pop()
            title = self.document.title(section)
            said = headings.read(title, self.own)
            if section.heading:
                above.append((section.level, said))
            if section.start in mine:
                self.section(section, title, tuple(one for _, one in above))
                self.find_unread(section)
        items = tuple(self.items())
        first = min((item.span.start_line for item in items), default=1 << 60) - 1
        return Ledger(
            dialect=NAME,
            text=self.document.data,
            last_updated=parts.last_updated(self.document, first, self.own),
            index=(),
            items=items,
            loose=tuple(self.loose),
            unread=tuple(sorted(self.unread, key=lambda unread: unread.line)),
            headings=tuple(self.headings),
            conventions=self.own,
        )

    # Sections

    def section(self, section: Section, title: str, above: tuple[Said, ...]) -> None:
        """A heading and what stands below it up to the next."""
        said = above[-1] if above else headings.NOTHING
        fields: list[Field] = []
        criteria: list[Criterion] = []
        self.settled.add(section.start)
        prose: list[tuple[int, int]] = []
        for block in section.blocks:
            if said.is_legend or block.kind in _LITERAL:
                self.settled.update(range(block.start, block.end))
            elif block.kind not in _LISTS:
                prose.append((block.start, block.end))
                fields += self._labelled(block)
            elif any(one.is_criteria for one in above):
                criteria += self._criteria(block)
                prose.append((block.start, block.end))
            else:
                prose += self._list(block, above, lists_tasks=said.lists_tasks)
        text = [title, *(line for start, end in prose for line in self.document.lines(start, end))]
        dates = tuple(dict.fromkeys(leads.dates("\n".join(text))))
        if section.heading or dates or fields:
            end = parts.trimmed(self.document, section.start, section.end)
            self.headings.append(
                Heading(
                    title=title,
                    level=section.level,
                    dialect=NAME,
                    priority=said.priority if section.heading else None,
                    status=said.status if section.heading else None,
                    status_text=said.status_text if section.heading else "",
                    dates=dates,
                    fields=tuple(fields),
                    criteria=tuple(criteria),
                    span=parts.span(self.document, section.start, end),
                )
            )

    def _labelled(self, block: Block) -> Iterator[Field]:
        """``**Result**: text``, a paragraph."""
        line = self.document.line(block.start)
        label = _LABELLED.match(line) if block.kind == "paragraph" else None
        if label:
            name, value = (label["bold"] or label["plain"]).strip(), line[label.end() :].rstrip()
            yield Field(
                name=words.name(name, self.own),
                value=value,
                span=parts.span(self.document, block.start, block.end),
                value_span=parts.span_in_line(
                    self.document, block.start, label.end(), label.end() + len(value)
                ),
            )

    def _criteria(self, block: Block) -> Iterator[Criterion]:
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            yield parts.criterion(self.document, line, entry.start, entry.end)
        self.settled.update(range(block.start, block.end))

    def _list(
        self, block: Block, above: tuple[Said, ...], *, lists_tasks: bool
    ) -> Iterator[tuple[int, int]]:
        """Keep the tasks and the dated entries; what else there is are lines ``[start, end)``."""
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            box = boxes.any_of(line)
            lead = None if box else patterns.attempt(line)
            if lead:
                self._loose(lead, entry)
            elif box or (lists_tasks and not leads.looks_like_box(line)):
                opening = leads.opening(line[box.length :] if box else line)
                self.tasks.append(_Task(entry, box, opening, above))
                self.settled.update(range(entry.start, entry.end))
            else:
                if patterns.looks_like_item(line):
                    why = "an entry with an ID among tasks with boxes"
                    shown = self.document.line(entry.start)[:200]
                    self.unread.append(
                        Unread(kind="item", line=entry.start + 1, text=shown, reason=why)
                    )
                end = entry.end
                for child in entry.children:
                    if child.kind in _LISTS:
                        end = min(end, child.start)
                        yield from self._list(child, above, lists_tasks=False)
                    elif child.kind in _LITERAL:
                        self.settled.update(range(child.start, child.end))
                yield entry.start, end

    def _loose(self, lead: patterns.AttemptLead, entry: Block) -> None:
        self.loose.append(
            parts.attempt(self.document, lead, None, entry.start, entry.end, self.own)
        )
        self.settled.update(range(entry.start, entry.end))

    def find_unread(self, section: Section) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        for number in range(section.start, section.end):
            if number in self.settled:
                continue
            line = self.document.line(number)
            if "[" not in line:
                continue
            if leads.looks_like_box(line):
                why = "its box is not one, or Markdown takes it for text"
                self.unread.append(
                    Unread(kind="item", line=number + 1, text=line[:200], reason=why)
                )
            elif patterns.looks_like_attempt(line):
                why = patterns.why_unread(patterns.unbulleted(line)[1].lstrip("# "))
                self.unread.append(
                    Unread(kind="attempt", line=number + 1, text=line[:200], reason=why)
                )

    # Tasks

    def items(self) -> Iterator[Item]:
        """Every task as an item, in the order of the file."""
        names = _names([task.opening for task in self.tasks])
        for task, (name, is_named) in zip(self.tasks, names, strict=True):
            yield self._item(task, name, is_named=is_named)

    def _item(self, task: _Task, name: str, *, is_named: bool) -> Item:
        entry, said = task.entry, task.opening
        title = self._text(entry, task.box.length if task.box else 0)
        if is_named and said.name:
            title = leads.opening(title).rest
        fields: list[Field] = []
        attempts: list[Attempt] = []
        actions: list[Action] = []
        for child in entry.children[1:] if entry.children else ():
            self._nested(child, name, (fields, attempts, actions))
        values = {field.name.lower(): field.value for field in reversed(fields)}
        status, status_text = self._status(task, title, values.get("status", ""))
        priority, priority_text = _priority(task.above)
        if tag := leads.priority(said.tags):
            priority, priority_text = tag[1:], tag
        if values.get("priority"):
            priority_text = values["priority"]
            priority = words.priority(priority_text) or priority
        return Item(
            id=name,
            title=title,
            priority=priority,
            priority_text=priority_text,
            status=status,
            status_text=status_text,
            fields=tuple(fields),
            attempts=tuple(attempts),
            actions=tuple(actions),
            criteria=(),
            span=parts.span(
                self.document, entry.start, parts.trimmed(self.document, entry.start, entry.end)
            ),
            dialect=NAME,
            is_named=is_named,
        )

    def _text(self, entry: Block, skipped: int) -> str:
        """The entry's first paragraph as one line, without its box."""
        first = entry.children[0] if entry.children else None
        end = first.end if first and first.kind == "paragraph" else entry.start + 1
        head = parts.entry_text(self.document, entry)[skipped:]
        rest = self.document.lines(entry.start + 1, end)
        return " ".join(part for line in (head, *rest) if (part := line.strip()))

    def _nested(
        self,
        block: Block,
        name: str,
        found: tuple[list[Field], list[Attempt], list[Action]],
    ) -> None:
        """What stands below a task."""
        fields, attempts, actions = found
        if block.kind not in _LISTS:
            return
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            box = boxes.any_of(line)
            lead = None if box else patterns.attempt(line)
            if lead:
                attempts.append(
                    parts.attempt(self.document, lead, name, entry.start, entry.end, self.own)
                )
                continue
            if box:
                number = int(entry.info) if block.kind == "ordered_list" else None
                actions.append(self._action(entry, box, number))
            elif field := parts.field(self.document, entry, self.own):
                fields.append(field)
            for child in entry.children:
                self._nested(child, name, found)

    def _action(self, entry: Block, box: boxes.Box, number: int | None) -> Action:
        width = len(self.document.line(entry.start)) - len(parts.entry_text(self.document, entry))
        said = self._text(entry, box.length)
        state = box.state
        if state == "pending":
            lead = patterns.state(said, self.own)
            worded = words.state(lead.word, own=self.own) if lead.word else "pending"
            state = worded if worded in ("in_progress", "blocked", "deferred") else "pending"
        return Action(
            number=number,
            state=state,
            state_text=f"[{box.mark}]",
            attempt=patterns.completed_by(said) if state == "complete" else None,
            stamp=None,
            text=said,
            span=parts.span(
                self.document, entry.start, parts.trimmed(self.document, entry.start, entry.end)
            ),
            state_span=parts.span_in_line(self.document, entry.start, width, width + 3),
        )

    def _status(self, task: _Task, title: str, field: str) -> tuple[ItemStatus, str]:
        heading = next((one for one in reversed(task.above) if one.status), None)
        if task.box is None:
            assert heading  # plain bullets are tasks below one with a status only
            return heading.status or "unknown", heading.status_text
        if task.box.state != "pending":
            return leads.status_of(task.box.state), f"[{task.box.mark}]"
        lead = patterns.state(title, self.own)
        for status, text in (
            (
                leads.status_of(words.state(lead.word, own=self.own)) if lead.word else None,
                lead.text,
            ),
            (words.status(field, self.own) if field else None, field),
            (heading.status, heading.status_text) if heading else (None, ""),
        ):
            if status in ("in_progress", "blocked"):
                return status, text.strip()
        return "pending", "[ ]"


def _priority(above: Sequence[Said]) -> tuple[str | None, str]:
    """That of the nearest heading that says one."""
    said = next((one for one in reversed(above) if one.priority), headings.NOTHING)
    return said.priority, said.priority_text


def _names(openings: Sequence[leads.Opening]) -> list[tuple[str, bool]]:
    """Each task's ID and whether the file gives it: one that is not marked off as an ID is one
    where another task's looks like it. All else get one made from their words, each its own."""
    alike = Counter(leads.kin(one.name) for one in openings if one.name)
    often = Counter(one.name for one in openings if one.is_bracketed)
    given = [
        one.name
        if one.name
        and (one.is_sure or alike[leads.kin(one.name)] > 1)
        and often[one.name] < _AS_OFTEN_AS_A_TAG
        else None
        for one in openings
    ]
    taken = {name.upper() for name in given if name}
    counts: Counter[str] = Counter()
    found = []
    for one, name in zip(openings, given, strict=True):
        if name:
            found.append((name, True))
            continue
        slug = unique = leads.slug(one.whole)
        while unique.upper() in taken:
            counts[slug] += 1
            unique = f"{slug}-{counts[slug] + 1}"
        taken.add(unique.upper())
        found.append((unique, False))
    return found
