"""One focus at a time, and a history of dated entries under headings of their own.

The item is the focus. Each entry of the attempts history is an attempt: of the focus, or of the
initiative that its heading names, which is an item, too, known by its entries alone. Checkboxes
are actions.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ledger.errors import Refused
from ledger.plan import document, parts, patterns, places, styles, text, words
from ledger.plan.dialect import Contents, Dialect, Sign, Text
from ledger.plan.dialects import field_edits, list_edits, logbook_entries
from ledger.plan.dialects.list_edits import checked_status
from ledger.plan.dialects.logbook_entries import Entry, Focus, Kind
from ledger.plan.document import Block, Document, Edit, Section, entries, literal_lines, walk
from ledger.plan.model import (
    Action,
    ActionState,
    Attempt,
    Change,
    Criterion,
    Field,
    Item,
    Ledger,
    NewAttempt,
    Unread,
)

_LOOKED_AT: Final = 200  # sections of a file, for one that no other dialect has
# e.g. "**Parser** — read once"
_TAG = re.compile(r"\*{0,2}(?P<tag>[^\W_][\w.-]{0,59})\*{0,2}(?=:|[ \t]+[\u2013\u2014-][ \t])")
_STEP = re.compile(r"[A-Z]{1,3}(?P<number>\d{1,6})\Z")
_PART = re.compile(r"\.[A-Z]{1,3}\d{1,4}\Z")
_NAME = re.compile(r"[\w.-]{1,200}")
_WRAPPED = re.compile(r"(?P<mark>`|\*{1,2}|_{1,2})(?P<inner>[^`*]+)(?P=mark)")
# What a bullet without a box is in the sections that hold tasks.
_UNBOXED: Final[dict[Kind, ActionState]] = {"done": "complete", "todo": "pending"}


class Logbook(Dialect):
    """A focus and a history."""

    name = "logbook"
    is_numbered = False
    shares_history = True

    def sign(self, document: Document, section: Section) -> Sign | None:
        """A heading of such a section, in a file with two of focus, history and dated entries."""
        title = document.title(section)
        is_entry = logbook_entries.entry(title) is not None
        is_named = logbook_entries.kind(title, document.vocabulary) != "other"
        if not (is_entry or is_named) or not _is_logbook(document):
            return None
        reason = "a heading that begins with a date" if is_entry else f"the heading `{title}`"
        return Sign(
            dialect=self.name,
            line=section.start + 1,
            count=section.end - section.start,
            reason=reason,
            owns=True,  # what is below, such as checkboxes, is the logbook's
        )

    def may_own(self, document: Document, section: Section) -> bool:
        """The heading of a focus or of an entry: one of these is in every logbook."""
        title = document.title(section)
        kind = logbook_entries.kind(title, document.vocabulary)
        return kind == "focus" or logbook_entries.entry(title) is not None

    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """What these sections hold."""
        return _Reading(document, sections).contents()

    def append(self, plan: Text, item: Item, change: Change) -> list[Edit]:
        """An entry beside the latest, boxes ticked, tasks added, and the status of the focus."""
        ledger = plan.ledger
        edits = [logbook_entries.new_entry(ledger, item, change.attempt)]
        edits += [_tick(self.open_action(item, number)) for number in change.complete]
        if change.next:
            edits += self.actions(plan, item, change.next)
        if change.status:
            edits += self.status(plan, item, change.status)
        return edits

    def status(self, plan: Text, item: Item, status: str) -> list[Edit]:
        """The words below the heading `Status`."""
        return [_status(plan.ledger, item, status)]

    def actions(self, plan: Text, item: Item, new: Sequence[str]) -> list[Edit]:
        """Boxes at the end of the last list of tasks."""
        return [_next(plan, item, tuple(new))]

    def criterion(self, plan: Text, item: Item, line: str) -> list[Edit]:
        """A bullet of the section `Exit Criteria`."""
        home = logbook_entries.field_of(item, "criteria")
        if not home:
            message = f"{item.id} has no section `Exit Criteria`"
            raise Refused("no-place", message, "write its heading first")
        ledger = plan.ledger
        if beside := list_edits.beside_criterion(ledger, item, line):
            return [beside]
        return [places.behind(ledger, home.span.end_byte, ["", f"- [ ] {line}"])]

    def new_item(self, plan: Text, name: str, title: str) -> list[Edit]:  # noqa: ARG002
        """There is none: a logbook has one focus at a time."""
        message = "a logbook has one focus at a time, and no list of items"
        raise Refused("no-place", message, "write the next one below `Current Focus`")

    def restated(
        self,
        plan: Text,
        item: Item,
        action: Action,
        state: ActionState,
        by: NewAttempt | None = None,
    ) -> Edit:
        """A box."""
        if not action.state_text and state == "complete":
            return _tick(action)
        if not action.state_text:
            message = f"an action without a box cannot be {state}"
            raise Refused("no-place", f"{message} (line {action.span.start_line})", "give it a box")
        return super().restated(plan, item, action, state, by)

    def field(self, plan: Text, item: Item, name: str, value: str) -> list[Edit]:
        """A bullet of the section that has the focus."""
        return field_edits.with_value(plan, item, name, value, _new_field)

    def candidates(self, item: Item, number: int) -> Sequence[Action]:
        """Steps are listed again when they are done: then the open one is meant."""
        actions = super().candidates(item, number)
        return [action for action in actions if action.state != "complete"] or actions[:1]


def _is_logbook(document: Document) -> bool:
    """Whether two of these have headings outside of the items of other dialects."""
    kinds: set[str] = set()
    item = 0  # the level of the item that the section is in
    for section in document.sections[:_LOOKED_AT]:
        if not section.heading or (item and section.level > item):
            continue
        title = document.title(section)
        item = section.level if patterns.ids(document.vocabulary).item.match(title) else 0
        kind = logbook_entries.kind(title, document.vocabulary)
        if kind in ("focus", "attempts"):
            kinds.add(kind)
        elif logbook_entries.entry(title):
            kinds.add("entry")
        if len(kinds) > 1:
            return True
    return False


# Reading


class _EntrySection(NamedTuple):
    """A section with all below an entry's deeper headings; ``entry`` where it is an attempt."""

    kind: Kind
    title: str
    level: int
    start: int
    end: int
    blocks: tuple[Block, ...]
    entry: Entry | None


def _entry_sections(document: Document, sections: Sequence[Section]) -> Iterator[_EntrySection]:
    """The sections of a logbook, each entry whole."""
    place = 0
    while place < len(sections):
        section = sections[place]
        place += 1
        if not section.heading:
            continue
        title = document.title(section)
        kind, entry = logbook_entries.kind(title, document.vocabulary), logbook_entries.entry(title)
        blocks, end = section.blocks, section.end
        if entry:
            while place < len(sections) and sections[place].level > section.level:
                if sections[place].start != end:
                    break
                blocks += sections[place].blocks
                end = sections[place].end
                place += 1
        yield _EntrySection(
            kind=kind,
            title=title,
            level=section.level,
            start=section.start,
            end=end,
            blocks=blocks,
            entry=entry,
        )


class _Reading:
    """Sections whose parts are given to the items that they belong to."""

    def __init__(self, document: Document, sections: Sequence[Section]) -> None:
        self.document, self.vocabulary = document, document.vocabulary
        self.parts = entry_sections = list(_entry_sections(document, sections))
        focus = next((section for section in entry_sections if section.kind == "focus"), None)
        self.home = focus
        self.focus = logbook_entries.focus(self._lines(focus), self.vocabulary) if focus else None
        self.names = self._names()
        self.steps = {
            step: name
            for section in entry_sections
            if section.entry and (name := self._of_entry(section.entry))
            for step in logbook_entries.steps(section.entry.rest)
        }
        self.falls = logbook_entries.newest_first([s.entry for s in entry_sections if s.entry])
        self.unread: list[Unread] = []

    def contents(self) -> Contents:
        """All that was found."""
        attempts: dict[str | None, list[Attempt]] = {}
        actions: dict[str | None, list[Action]] = {}
        for section in self.parts:
            if section.entry:
                attempt = self._attempt(section, section.entry)
                attempts.setdefault(attempt.item, []).append(attempt)
            for action in self._actions(section):
                owner = self._of_entry(section.entry) if section.entry else self.owner(action.text)
                actions.setdefault(owner, []).append(action)
        self.unread += [
            parts.unread(self.document, "action", action.span.start_line - 1, "there is no focus")
            for action in actions.get(None, ())
        ]
        self._find_unread()
        items = []
        if self.focus and self.home:
            own = attempts.get(self.focus.id, ()), actions.get(self.focus.id, ())
            items.append(self._item(self.focus, self.home, *own))
        others = [name for name in self.names if not (self.focus and self.focus.id == name)]
        items += [self._logged(name, attempts[name], actions.get(name, ())) for name in others]
        items.sort(key=lambda item: item.span.start_byte)
        return Contents(items=items, loose=attempts.get(None, ()), unread=self.unread)

    # Items

    def _names(self) -> list[str]:
        """The initiatives that entries name, in the order of the file."""
        names = [logbook_entries.initiative(s.entry.rest) for s in self.parts if s.entry]
        known = list(dict.fromkeys(_PART.sub("", name) for name in names if name))
        self.known = {name.lower(): name for name in known}
        if self.focus and self.focus.is_named:
            self.known[self.focus.id.lower()] = self.focus.id
        used = [self._of_entry(section.entry) for section in self.parts if section.entry]
        return [name for name in dict.fromkeys(used) if name]

    def _of_entry(self, entry: Entry) -> str | None:
        """The item that an entry's heading begins with (``PARSE-001.A1``), else the focus."""
        match = _NAME.match(patterns.plain_id(entry.rest.lstrip("*[`")))
        line = match.group().lower() if match else ""
        while line:
            known = self.known.get(line.rstrip("._-"))
            if known:
                return known
            line = line.rpartition(".")[0]
        return self.focus.id if self.focus else None

    def _item(
        self,
        focus: Focus,
        home: _EntrySection,
        attempts: Sequence[Attempt],
        actions: Sequence[Action],
    ) -> Item:
        fields = tuple(self._fields(home))
        status = next((field.value for field in fields if field.name.lower() == "status"), "")
        return Item(
            id=focus.id,
            title=focus.title,
            status=self.vocabulary.status(status),
            status_text=status,
            fields=fields,
            attempts=tuple(attempts),
            actions=tuple(actions),
            criteria=tuple(self._criteria()),
            span=parts.trimmed_span(self.document, home.start, home.end),
            dialect="logbook",
            is_named=focus.is_named,
        )

    def _logged(self, name: str, attempts: Sequence[Attempt], actions: Sequence[Action]) -> Item:
        """An initiative that the file knows by its entries alone, and that stands where the first
        of them in time does: its place is that of others to come, too."""
        first = attempts[-1 if self.falls else 0]
        return Item(
            id=name,
            title="",
            status="unknown",
            status_text="",
            attempts=tuple(attempts),
            actions=tuple(actions),
            span=first.span,
            dialect="logbook",
        )

    def _fields(self, home: _EntrySection) -> Iterator[Field]:
        """The sections that are no entries, and the labelled bullets below the focus."""
        for place, part in enumerate(self.parts):
            if part.entry or part.level == 1:
                continue
            yield self._section_field(part, place)
            if part is home:
                for entry in entries(block for block in part.blocks if block.kind == "bullet_list"):
                    field = parts.field(self.document, entry)
                    if field:
                        yield field

    def _section_field(self, part: _EntrySection, place: int) -> Field:
        name = self.vocabulary.name(words.plain(part.title).rstrip(" :"))
        if part.kind == "status":
            name = "Status"
        end = part.end
        if part.kind == "attempts":  # with its entries, which are sections of their own
            behind = itertools.islice(self.parts, place + 1, None)
            inner = itertools.takewhile(lambda other: other.level > part.level, behind)
            end = max([end, *(other.end for other in inner)])
        value, where = "", parts.span(self.document, part.start, part.start)
        if part.blocks and part.blocks[0].kind == "paragraph":
            first = part.blocks[0].start
            line = self.document.line(first)
            wrapped = _WRAPPED.fullmatch(line.strip()) if part.kind == "status" else None
            value = wrapped["inner"] if wrapped else line.strip()
            at = line.find(value)
            where = parts.span_in_line(self.document, first, at, at + len(value))
        span = parts.trimmed_span(self.document, part.start, end)
        return Field(name=name, value=value, span=span, value_span=where)

    def _criteria(self) -> Iterator[Criterion]:
        for part in self.parts:
            if part.kind == "criteria":
                for block in walk(part.blocks):
                    if block.kind == "list_item":
                        value = parts.entry_text(self.document, block)
                        yield parts.criterion(self.document, value, block.start, block.end)

    # Attempts

    def _attempt(self, part: _EntrySection, entry: Entry) -> Attempt:
        end = parts.before_rules(part.blocks, part.end)
        span = parts.trimmed_span(self.document, part.start, end)
        whole = "\n".join(self.document.lines(part.start, span.end_line)).lstrip("# \t")
        result, result_text = logbook_entries.result(entry.note, self._lines(part), self.vocabulary)
        return Attempt(
            item=self._of_entry(entry),
            number=None,
            date=entry.date,
            stamp=entry.stamp or patterns.labelled_stamp(whole) or patterns.artifacts_stamp(whole),
            result=result,
            result_text=result_text,
            text=whole,
            source="history",
            span=span,
        )

    def _lines(self, part: _EntrySection) -> list[str]:
        """The lines below its heading that are no code."""
        literal = set(literal_lines(part.blocks))
        return [
            self.document.line(line)
            for line in range(part.start + 1, part.end)
            if line not in literal
        ]

    # Actions

    def _actions(self, part: _EntrySection) -> Iterator[Action]:
        """Checkboxes anywhere, and every bullet of a section that holds tasks."""
        if part.kind == "criteria":
            return
        tops = {id(entry) for entry in entries(part.blocks)}
        for block in walk(part.blocks):
            if block.kind != "list_item":
                continue
            line = self.document.line(block.start)
            unbulleted = patterns.unbulleted(line)[1]
            box = parts.plain_box(unbulleted)
            state = box.state if box else None
            if not box and not part.entry and id(block) in tops:
                state = _UNBOXED.get(part.kind)
            if state is None:
                continue
            number = patterns.numbered(line)
            if number is None:
                number = _step(unbulleted[box.length :] if box else unbulleted)
            yield parts.boxed_action(self.document, block, number, state, box)

    def owner(self, text: str) -> str | None:
        """The item whose name or step the words of an action begin with, else the focus."""
        tag = _TAG.match(text)
        if tag:
            known = self.known.get(patterns.plain_id(tag["tag"]).lower())
            if known or tag["tag"] in self.steps:
                return known or self.steps[tag["tag"]]
        return self.focus.id if self.focus else None

    # What is not read

    def _find_unread(self) -> None:
        """Headings among the entries that open none."""
        above: _EntrySection | None = None
        for part in self.parts:
            if above and part.level > above.level:
                if not part.entry:
                    reason = "its heading does not begin with a date"
                    self.unread.append(parts.unread(self.document, "attempt", part.start, reason))
            else:
                above = part if part.kind == "attempts" else None


def _step(text: str) -> int | None:
    """The digits of the step that the words of an action begin with."""
    tag = _TAG.match(text)
    step = _STEP.match(tag["tag"]) if tag else None
    return int(step["number"]) if step else None


# Actions and status, as edits


def _tick(action: Action) -> Edit:
    span = action.state_span
    if not action.state_text:
        return Edit(span.start_byte, span.start_byte, b"[x] ")
    return Edit(span.start_byte, span.end_byte, b"[x]")


def _next(plan: Text, item: Item, new: tuple[str, ...]) -> Edit:
    """New tasks at the end of the last list; named where the words would be another's."""
    ledger, starts = plan.ledger, plan.document.starts
    book = _Reading(plan.document, plan.sections)
    lines = [styles.defused(text, words.of(ledger)) for text in new]
    tasks = [
        f"[ ] {line if book.owner(line) == item.id else f'{item.id}: {line}'}" for line in lines
    ]
    todos = [part for part in book.parts if part.kind == "todo" and not part.entry]
    if not todos:
        marks = logbook_entries.marks_of(places.first_line(ledger, item.span.start_byte))
        title = f"{marks} {words.of(ledger).written('TODOs')}"
        added = ["", title, *(f"- {task}" for task in tasks)]
        return places.insertion(ledger.text, len(ledger.text), added)
    there = list(document.entries(todos[-1].blocks))
    if not there:
        added = ["", *(f"- {task}" for task in tasks)]
        return places.insertion(ledger.text, starts[todos[-1].start + 1], added)
    line = plan.document.line(there[-1].start)
    prefix = re.sub(r"\d{1,9}[.)]", "-", line[: patterns.unbulleted(line)[0]])
    return places.insertion(
        ledger.text, starts[there[-1].end], [f"{prefix}{task}" for task in tasks]
    )


def _new_field(plan: Text, item: Item, line: str) -> Edit:
    """A bullet behind those of the section with the focus."""
    start = item.span.start_line - 1
    home = next((section for section in plan.sections if section.start == start), None)
    if home is None or logbook_entries.entry(plan.document.title(home)):
        message = f"{item.id} is known by its entries alone (line {start + 1})"
        raise Refused("no-place", message, "make it the current focus first")
    there = list(entries(block for block in home.blocks if block.kind == "bullet_list"))
    if there:
        beside = plan.document.line(there[-1].start)
        prefix = beside[: patterns.unbulleted(beside)[0]]
        at = plan.document.starts[there[-1].end]
        return places.insertion(plan.ledger.text, at, [prefix + places.as_field(line, beside)])
    return places.behind(plan.ledger, item.span.end_byte, ["", f"- {line}"])


def _status(ledger: Ledger, item: Item, status: str) -> Edit:
    new = checked_status(ledger, status, r"[^`]+", "in_progress")
    field = logbook_entries.field_of(item, "status")
    if not field or not field.value:
        message = f"{item.id} has no status of its own (line {item.span.start_line})"
        raise Refused("no-status", message, "the section `Status` is about the current focus")
    marks = len(field.value) - len(field.value.lstrip("`*_"))
    phrase = words.phrase(field.value[marks:]).rstrip("`*_")
    start = field.value_span.start_byte + marks
    return Edit(start, start + len(text.encode(phrase)), text.encode(new))
