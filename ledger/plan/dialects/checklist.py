"""Tasks with boxes below headings: ``- [ ] task``, ``- [x] task``, or rows of a table.

Every task is an item; boxes nested in it are its actions. A heading says of the tasks below it
that they have a status or a priority, or that they are none: ``## Phase 1 — Triage [done]``,
``## Blocked``, ``## Priority 2: Endpoints``, ``## Legend``.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, NamedTuple

from ledger.plan import parts, patterns, words
from ledger.plan.blocks import LISTS
from ledger.plan.dialect import Contents, Sign
from ledger.plan.dialects import list_edits, task_tables
from ledger.plan.dialects.task_tables import Row
from ledger.plan.document import LITERAL, Block, Document, Section
from ledger.plan.model import (
    FINISHED,
    Action,
    ActionState,
    Attempt,
    Criterion,
    Field,
    Heading,
    Item,
    ItemStatus,
    Unread,
)
from ledger.plan.words import Vocabulary

_LONGEST_HEADING = 300  # characters of a heading that are looked at
_NUMBERING = re.compile(r"(?:[\W_]|\d{1,3}[.)](?=\s)){0,12}")
_THINGS = "items?|tasks?|work|to-?dos?|things?|steps?|entries|issues?|phases?"
# e.g. "Recently completed"
_ALONE = re.compile(
    r"(?:(?:recently|currently|already|all)[ \t]+)?"
    r"(?P<said>[a-z]+(?:[ _-](?:progress|do|hold|planning))?)"
    rf"(?:[ \t]+(?:{_THINGS}))?[ \t]*(?:\([^()\n]{{0,80}}\)[ \t]*)?"
    r"(?::|[\u2013\u2014-][^\n]{0,80})?\Z",
    re.IGNORECASE,
)
_OPEN_BOX = re.compile("[\u2b1c\u2610\U0001f532]")  # signs for an empty box
_TICKS = ("\u2705", "\u2714", "\u2611")
# e.g. "Medium priority"
_LEVEL = re.compile(
    r"\b(?P<word>blocker|critical|urgent|highest|high|medium|normal|moderate|low|lowest)"
    r"[ \t-]+(?:priority|prio)\b|\A(?P<alone>critical|urgent|high|medium|low)\Z",
    re.IGNORECASE,
)
# e.g. "Priority: 2"
_HEADING_PRIORITY = re.compile(
    r"\bprio(?:rity)?+[ \t]*(?P<joint>[:#-])?[ \t]*"
    r"(?:(?P<number>\d{1,3})\b|(?P<word>(?(joint)|(?=high|low|medium|critical))[A-Za-z]{3,10}|[Pp]\d)\b)"
    r"|\bP(?P<p>\d)\b",
    re.IGNORECASE,
)
# e.g. "Nice to have"
_OPTIONAL = re.compile(
    r"(?:optional|future|someday|nice[ -]to[ -]haves?|stretch|icebox)\b", re.IGNORECASE
)
_CRITERIA = re.compile(r"\b(?:criteria|criterion|definition of done)\b", re.IGNORECASE)
_EXPLAINED = re.compile(rb"`\[[^\]\n]{1,4}\]`|\[[^\]\n]{1,4}\][ \t]*=")
# e.g. "- `[-]` in progress", "[>] = blocked"
_EXPLANATION = re.compile(
    r"[ \t]*[-*+]?[ \t]*(?P<tick>`?)(?P<box>\[[^\s\w\]`]\])(?P=tick)[ \t]*"
    r"(?(tick)[=:\u2013\u2014-]?|=)[ \t]*(?P<meaning>[A-Za-z][A-Za-z -]{2,40})\W*\Z"
)
_LEGEND = re.compile(r"(?:\w{1,20} )?(?:legend|key|notation)s?:?\Z", re.IGNORECASE)
# e.g. "**PARSE-001** Read large files"
_ID = re.compile(
    r"(?P<open>\*\*|`)?(?P<bracket>\[)?"
    r"(?P<name>[A-Z][A-Za-z0-9]{0,15}(?:[-_.\u2010\u2011][A-Za-z0-9]{1,20}){0,8}"
    r"|\d{1,4}(?:\.\d{1,4}){1,5})"
    r"(?(bracket)\])(?P<before>:)?(?P<close>\*\*|`)?(?P<colon>:)?(?=[ \t])[ \t]*"
)
# An ID that nothing marks off as one: S01, PARSE-001, 1.2.
# e.g. "PARSE-001"
_BARE = re.compile(
    r"(?:[A-Z]{1,5}-?\d{1,4}[a-z]?|[A-Z][A-Z0-9]{0,15}(?:-[A-Z0-9]{1,16}){0,6}-\d{1,6}|[\d.]+)\Z"
)
_MARKS_OFF = re.compile(r"[\u2013\u2014]|--? |`?\[[A-Za-z]")
_LEADING_DASH = re.compile(r"\A(?:[\u2013\u2014]|--?|:)[ \t]+")
_TAG = re.compile(r"`?\[(?P<tag>[A-Za-z][\w +/.-]{0,30})\]`?(?!\()[ \t]*")
_PRIORITY = re.compile(r"P\d\Z")
_DATE = re.compile(r"(?<![\w-])\d{4}[-\u2010\u2011]?\d\d[-\u2010\u2011]?\d\d")
# e.g. "**Owner:** Anna"
_LABELLED = re.compile(
    r"\*\*(?P<bold>[^*:\n]{1,60})(?::\*\*|\*\*[ \t]*:)[ \t]*|(?P<plain>[A-Z][\w ]{0,30}):[ \t]+"
)
_STATE_OF_PART = re.compile(r"[\[(]|[ \t](?:[\u2013\u2014]|--?)[ \t]")  # Phase 1 — Triage [done]
_LONGEST_PART: Final = 24  # characters of a heading in a name
_NEAR: Final = 40  # sections before and behind one
_LONGEST_COLUMN: Final = 30  # characters of the heading of a board's column
_AS_OFTEN_AS_A_TAG: Final = 3  # tasks with one and the same name in brackets


class Checklist(list_edits.ListDialect):
    """Tasks with boxes."""

    name = "checklist"
    place = list_edits.TASK
    has_boxes = True

    def sign(self, document: Document, section: Section) -> Sign | None:
        """Tasks with a box, outside of code and quotations."""
        is_index = document.vocabulary.name(document.title(section)).lower().startswith("index")
        tables = (block for block in section.blocks if block.kind == "table" and not is_index)
        rows = (row for table in tables for row in task_tables.rows(document, table))
        lines = [row.line for row in rows if isinstance(row, Row)]
        if parts.may_have_box(document, section.start, section.end):
            lines += _boxed(document, section)
        if not lines and _is_board(document, section):
            # Where nothing else is reported.
            text = "headings that are states, with lists below them"
            return Sign(dialect=self.name, line=section.start + 1, count=0, reason=text)
        if not lines:
            return None
        return Sign(
            dialect=self.name, line=min(lines) + 1, count=len(lines), reason="a task with a box"
        )

    def may_own(self, document: Document, section: Section) -> bool:
        """A tick in a heading, and a column of a board, hang on what else is in the file."""
        if document.title(section)[:1] in words.MARKS or _column(document, section):
            return True
        return super().may_own(document, section)

    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """What these sections hold."""
        return _Reading(document).contents(frozenset(section.start for section in sections))


def _boxed(document: Document, section: Section) -> list[int]:
    """The lines of the section's tasks: with a box, and those with a sign where a list has one
    before each entry, or one is an empty box."""
    if _heading_box(document, section):
        return [section.start]
    places: list[int] = []
    signed: list[int] = []
    is_signed = False
    is_legend = bool(_LEGEND.match(document.title(section)))
    for block in section.blocks if not is_legend else ():
        lines = [parts.entry_text(document, entry) for entry in block.children]
        if block.kind == "bullet_list" and all(map(parts.sign_box, lines)):
            is_signed = is_signed or len(lines) > 1
    for entry in _entries(section.blocks):
        line = parts.entry_text(document, entry)
        if parts.any_box(line):
            places.append(entry.start)
        elif not line[:1].isascii() and (sign := parts.sign_box(line)):
            signed.append(entry.start)
            is_signed = is_signed or bool(_OPEN_BOX.match(sign.text))
    return sorted([*places, *(signed if is_signed else ())])


def _is_board(document: Document, section: Section) -> bool:
    """Whether it is a column of a board: a list below ``To Do``, beside another below ``Done``."""
    own = _column(document, section)
    return own is not None and any(
        _column(document, sibling) not in (None, own) for sibling in _beside(document, section)
    )


def _beside(document: Document, section: Section) -> Iterator[Section]:
    """The sections of its level among the nearest: a file may have thousands."""
    at = bisect_left(document.sections, section.start, key=attrgetter("start"))
    near = document.sections[max(0, at - _NEAR) : at + _NEAR]
    return (sibling for sibling in near if sibling.level == section.level)


def _column(document: Document, section: Section) -> ItemStatus | None:
    """The status that the heading is, and nothing else, if a list is below it."""
    title = document.title(section)
    if len(title) > _LONGEST_COLUMN or not any(block.kind in LISTS for block in section.blocks):
        return None
    heading = read_heading(title, document.vocabulary)
    return heading.status if heading.lists_tasks else None


def _heading_box(document: Document, section: Section) -> parts.Box | None:
    """The box of a heading that is a task itself: ``### ☐ 0.1 Set up``; a tick is one beside an
    open box, else it says of the tasks below that they are done."""
    title = document.title(section)
    box = parts.any_box(title)  # [ ] Set up, [WIP] Set up; [DONE] alone heads a list
    if box and (title[box.length :] or parts.is_box(box.text)):
        return box
    sign = None if title[:1].isascii() else parts.sign_box(title)
    if sign and any(_OPEN_BOX.match(document.title(s)) for s in _beside(document, section)):
        return sign
    return None


# What a heading says


class HeadingStatus(NamedTuple):
    """What a heading says; ``lists_tasks`` where it is a status, so plain bullets are tasks."""

    status: ItemStatus | None = None
    status_text: str = ""
    priority: str | None = None
    priority_text: str = ""
    lists_tasks: bool = False
    is_criteria: bool = False
    is_legend: bool = False


NOTHING: Final = HeadingStatus()


def read_heading(title: str, vocabulary: Vocabulary) -> HeadingStatus:
    """Read the words of a heading."""
    if not title:
        return NOTHING
    plain = words.plain(title[:_LONGEST_HEADING])
    numbering = _NUMBERING.match(plain)
    body = plain[numbering.end() :] if numbering else plain
    is_criteria = bool(_CRITERIA.search(body))
    status, text, is_alone = _heading_status(plain, body, vocabulary)
    priority, priority_text = _heading_priority(body)
    return HeadingStatus(
        status=status,
        status_text=text,
        priority=priority,
        priority_text=priority_text,
        lists_tasks=is_alone and not is_criteria,
        is_criteria=is_criteria,
        is_legend=bool(_LEGEND.match(body)),
    )


def _heading_status(
    title: str, body: str, vocabulary: Vocabulary
) -> tuple[ItemStatus | None, str, bool]:
    """What a heading says: it is a status itself, or ends with one."""
    alone = _ALONE.match(body)
    if alone and (known := vocabulary.heading_status(alone["said"])):
        return known, body.rstrip(": \t"), True
    text, _ = patterns.title_status(title, vocabulary)
    if not text:
        _, colon, behind = title.rpartition(": ")  # Milestone 1: done
        text = behind if colon and vocabulary.heading_status(behind) else ""
    if tick := next((mark for mark in _TICKS if mark in title), None) if not text else None:
        text = tick
    if text in words.MARKS:
        return status_of(words.MARKS[text]), text, False
    known = vocabulary.heading_status(text) if text else None
    return known, text if known else "", False


def _heading_priority(body: str) -> tuple[str | None, str]:
    level = _LEVEL.search(body)
    if level:
        return (level["word"] or level["alone"]).lower(), level.group()
    for match in _HEADING_PRIORITY.finditer(body):
        number = match["number"] or match["p"]
        if number:
            return str(int(number)), match.group()
        if match["word"]:
            return match["word"].lower(), match.group()
    optional = _OPTIONAL.match(body)
    return ("optional", optional.group()) if optional else (None, "")


# What a task opens with


class Opening(NamedTuple):
    """What a task opens with: its ID or None; ``is_sure``, it is marked off as one by brackets, a
    colon, a dash or a tag; its tags; the ``rest`` of its first line, and all of it."""

    name: str | None
    is_sure: bool
    is_bracketed: bool
    tags: tuple[str, ...]
    rest: str
    whole: str


def status_of(state: ActionState) -> ItemStatus:
    """An item's status for a state."""
    return words.STATUSES.get(state, "pending")


def opening(text: str) -> Opening:
    """Read what a task opens with, its box cut off."""
    text = patterns.struck_out(text) or text
    match = _ID.match(text)
    if match and not (any(c.isdigit() for c in match["name"]) and _may_be_id(text, match)):
        match = None
    name, rest, is_sure = None, text, False
    if match:
        name = patterns.plain_id(match["name"])
        rest = text[match.end() :]
        is_sure = bool(
            match["bracket"] or match["before"] or match["colon"] or _MARKS_OFF.match(rest)
        )
        if match["open"] and not match["close"]:  # **S01 Title**, **S01 — Title**
            rest = match["open"] + _LEADING_DASH.sub("", rest)
    tags, at = [], 0
    while tag := _TAG.match(rest, at):
        tags.append(tag["tag"])
        at = tag.end()
    return Opening(
        name=name,
        is_sure=is_sure,
        is_bracketed=bool(match and match["bracket"]),
        tags=tuple(tags),
        rest=_LEADING_DASH.sub("", rest.strip()) if match else rest.strip(),
        whole=text,
    )


def _may_be_id(text: str, match: re.Match[str]) -> bool:
    if match["bracket"]:
        return not _PRIORITY.match(match["name"])
    if match["before"] or match["colon"]:
        return True
    return bool(_BARE.match(match["name"]) or _MARKS_OFF.match(text, match.end()))


def kin(name: str) -> str:
    """What IDs of one kind have in common: the letters that they begin with."""
    return name.rstrip("0123456789.abcdefghijklmnopqrstuvwxyz-")


# Reading


class _Task(NamedTuple):
    """A task: its entry of a list, row of a table or section, its opening, what the headings above
    say, and the title of the nearest."""

    entry: Block
    box: parts.Box | None
    opening: Opening
    above: tuple[HeadingStatus, ...]
    heading: str = ""
    row: Row | None = None


def _entries(blocks: Iterable[Block]) -> Iterator[Block]:
    """The entries of all lists, but for those in quotations."""
    for block in blocks:
        if block.kind in LISTS:
            for entry in block.children:
                yield entry
                yield from _entries(entry.children)


def _legend(document: Document) -> dict[str, ActionState]:
    """What boxes mean that the file explains itself: ``- `[-]` in progress``, ``[>] = blocked``."""
    if not _EXPLAINED.search(document.data):
        return {}
    legend: dict[str, ActionState] = {}
    for line in document.texts:
        match = _EXPLANATION.match(line)
        state = document.vocabulary.status(match["meaning"]) if match else "unknown"
        if match and state in list_edits.STATES:
            legend[match["box"]] = list_edits.STATES[state]
    return legend


class _Reading:
    """What was read so far. ``settled`` are lines that need no second look."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.vocabulary = document.vocabulary
        self.tasks: list[_Task] = []
        self.loose: list[Attempt] = []
        self.headings: list[Heading] = []
        self.unread: list[Unread] = []
        self.settled: set[int] = set()
        self.legend = _legend(document)
        self.title = ""  # of the section that is read
        self.signed: frozenset[int] = frozenset()  # lines of tasks with a sign for a box

    def contents(self, mine: frozenset[int]) -> Contents:
        """The sections that start at the lines ``mine``."""
        above: list[tuple[int, HeadingStatus]] = []
        status, last = patterns.field_label(self.vocabulary, "Status"), ""
        for section in self.document.sections:
            while above and above[-1][0] >= section.level:
                above.pop()
            title = self.document.title(section)
            heading = read_heading(title, self.vocabulary)
            if section.heading:
                above.append((section.level, heading))
            if status.match(title):  # `### Status: done` is a field of the heading above
                title = last
            last = title
            if section.start in mine:
                self.section(section, title, tuple(heading for _, heading in above))
                self.find_unread(section)
        return Contents(
            items=self.items(), loose=self.loose, unread=self.unread, headings=self.headings
        )

    # Sections

    def section(self, section: Section, title: str, above: tuple[HeadingStatus, ...]) -> None:
        """A heading and what is below it up to the next."""
        heading = above[-1] if above else NOTHING
        fields: list[Field] = []
        criteria: list[Criterion] = []
        self.settled.add(section.start)
        self.title = title
        if box := _heading_box(self.document, section):
            self.tasks.append(_of_heading(section, box, title, above[:-1]))
            self.settled.update(range(section.start, section.end))
            return
        is_legend = heading.is_legend and self._explains(section)
        is_plain = all(map(str.isascii, self.document.lines(section.start, section.end)))
        self.signed = frozenset(() if is_plain else _boxed(self.document, section))
        prose: list[tuple[int, int]] = []
        is_criteria = any(heading.is_criteria for heading in above)
        for block in section.blocks:
            if is_legend or block.kind in LITERAL:
                self.settled.update(range(block.start, block.end))
                continue
            rows = self._table(block) if block.kind == "table" else []
            if rows and is_criteria:
                criteria += [self._row_criterion(row) for row in rows]
            elif rows:
                self.tasks += [_of_row(row, above, title) for row in rows]
            elif block.kind in LISTS and not is_criteria:
                prose += self._list(block, above, lists_tasks=heading.lists_tasks)
            else:
                prose.append((block.start, block.end))
                fields += self._labelled(block)
                criteria += self._criteria(block) if block.kind in LISTS else ()
        updated = parts.updated_label(self.vocabulary)
        lines = [line for start, end in prose for line in self.document.lines(start, end)]
        text = [title, *(line for line in lines if not updated.match(line))]
        whens = (patterns.when(date)[0] for date in _DATE.findall("\n".join(text)))
        dates = tuple(dict.fromkeys(date for date in whens if date))
        if section.heading or dates or fields:
            self.headings.append(
                Heading(
                    title=title,
                    level=section.level,
                    dialect=Checklist.name,
                    priority=heading.priority,
                    status=heading.status,
                    status_text=heading.status_text,
                    dates=dates,
                    fields=tuple(fields),
                    criteria=tuple(criteria),
                    span=parts.trimmed_span(self.document, section.start, section.end),
                )
            )

    def _explains(self, section: Section) -> bool:
        """Whether the boxes below a heading such as ``Key`` are explained, and no tasks."""
        lines = (parts.entry_text(self.document, block) for block in _entries(section.blocks))
        boxed = [line[box.length :] for line in lines if (box := self._box(line))]
        explained = [
            text[:1] == "="
            or (len(words.phrase(text).split()) <= 2 and self.vocabulary.is_status(text))
            for text in boxed
        ]
        return 2 * sum(explained) >= len(boxed)

    def _box(self, line: str, start: int = -1) -> parts.Box | None:
        """The box of an entry, or its sign where line ``start`` is that of a task with one."""
        box = parts.any_box(line)
        if box and box.text in self.legend:
            return box._replace(state=self.legend[box.text])
        return box or (parts.sign_box(line) if start in self.signed else None)

    def _labelled(self, block: Block) -> Iterator[Field]:
        """``**Result**: text``, a paragraph."""
        line = self.document.line(block.start)
        label = _LABELLED.match(line) if block.kind == "paragraph" else None
        if label and not parts.updated_label(self.vocabulary).match(line):
            name = (label["bold"] or label["plain"]).strip()
            yield parts.field_at(self.document, name, block.start, block.end, label.end())

    def _criteria(self, block: Block) -> Iterator[Criterion]:
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            yield parts.criterion(self.document, line, entry.start, entry.end)
        self.settled.update(range(block.start, block.end))

    def _table(self, block: Block) -> list[Row]:
        """The tasks of a table, its other rows told."""
        rows = list(task_tables.rows(self.document, block))
        self.settled.update(range(block.start, block.end) if rows else ())
        self.unread += [row for row in rows if isinstance(row, Unread)]
        return [row for row in rows if isinstance(row, Row)]

    def _row_criterion(self, row: Row) -> Criterion:
        tick = "x" if row.state == "complete" else " "
        return parts.criterion(self.document, f"[{tick}] {row.title}", row.line, row.line + 1)

    def _list(
        self, block: Block, above: tuple[HeadingStatus, ...], *, lists_tasks: bool
    ) -> Iterator[tuple[int, int]]:
        """Keep the tasks and the dated entries; what else there is are lines ``[start, end)``."""
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            box = self._box(line, entry.start)
            lead = patterns.attempt(line)
            if lead and (lead.is_certain or not box):
                self.loose.append(parts.attempt(self.document, lead, None, entry.start, entry.end))
                self.settled.update(range(entry.start, entry.end))
            elif box or (lists_tasks and not (parts.looks_like_box(line) or parts.is_none(line))):
                opened = opening(line[box.length :] if box else line)
                self.tasks.append(_Task(entry, box, opened, above, self.title))
                self.settled.update(range(entry.start, entry.end))
            else:
                if parts.is_word_box(line) and any(
                    self._box(parts.entry_text(self.document, other), other.start)
                    for other in block.children
                ):
                    why = "the word in its brackets says no state"
                    self.unread.append(parts.unread(self.document, "item", entry.start, why))
                yield from self._prose_entry(entry, line, above)

    def _prose_entry(
        self, entry: Block, line: str, above: tuple[HeadingStatus, ...]
    ) -> Iterator[tuple[int, int]]:
        """An entry that is no task; there may be tasks in it."""
        if patterns.looks_like_item(line):
            why = "an entry with an ID among tasks with boxes"
            self.unread.append(parts.unread(self.document, "item", entry.start, why))
        end = entry.end
        for child in entry.children:
            if child.kind in LISTS:
                end = min(end, child.start)
                yield from self._list(child, above, lists_tasks=False)
            elif child.kind in LITERAL:
                self.settled.update(range(child.start, child.end))
        yield entry.start, end

    def find_unread(self, section: Section) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        for number in range(section.start, section.end):
            if number in self.settled:
                continue
            line = self.document.line(number)
            if parts.looks_like_box(line):
                why = parts.why_no_box(line)
                self.unread.append(parts.unread(self.document, "item", number, why))
            elif parts.looks_like_row(line):
                why = "a row with a box, of no table that has a column of them"
                self.unread.append(parts.unread(self.document, "item", number, why))
            elif patterns.looks_like_attempt(
                line, self.document.line(number - 1) if number else ""
            ):
                why = patterns.why_unread(line)
                self.unread.append(parts.unread(self.document, "attempt", number, why))

    # Tasks

    def items(self) -> list[Item]:
        """Every task as an item, in the order of the file, without those of an overview: of two of
        one ID the one that holds less, or is below fewer headings, or comes first. Other words
        than those below the same heading are another task's."""
        full: dict[str, Item] = {}
        tasks: dict[int, _Task] = {}
        every = []
        for task, (name, is_named) in zip(self.tasks, _names(self.tasks), strict=True):
            item = self._item(task, name, is_named=is_named)
            tasks[item.span.start_line] = task
            every.append(item)
            other = full.setdefault(name, item) if is_named else item
            if other is item:
                continue

            def holds(item: Item) -> tuple[bool, int, int, int]:
                line = item.span.start_line
                length = len(re.findall(r"\w", item.title))
                return not parts.is_bare(item), len(tasks[line].above), length, line

            less, more = sorted((other, item), key=holds)
            is_above = holds(less)[:2] < holds(more)[:2]
            headings = {tasks[item.span.start_line].heading for item in (less, more)}
            is_one = len(headings) == 2 or less.title == more.title
            if is_one and parts.is_overview(less, more, is_above=is_above):
                every.remove(less)
                full[name] = more
        return every

    def _item(self, task: _Task, name: str, *, is_named: bool) -> Item:
        entry, opened, is_struck = task.entry, task.opening, False
        draft = parts.Draft(self.document, name)
        if task.row:
            title, draft.fields = task.row.title, [*task.row.fields]
        else:
            title = self._text(entry, task.box.length if task.box else 0)
            if entry.kind == "section":
                title = opened.whole
            is_struck = patterns.struck_out(title) is not None
            title = opening(title).rest if is_named and opened.name else opening(title).whole
        for child in entry.children[1:]:
            self._nested(child, draft)
        status, status_text = self._status(task, title, draft.value("status"))
        if is_struck and status not in FINISHED:
            status, status_text = "archived", "~~"
        heading = next((heading for heading in reversed(task.above) if heading.priority), NOTHING)
        priority, priority_text = heading.priority, heading.priority_text
        tags = opened.tags if is_named or not opened.name else (opened.name, *opened.tags)
        if tag := next((tag for tag in tags if _PRIORITY.match(tag)), None):
            priority, priority_text = tag[1:], tag
        if field := draft.value("priority"):
            priority, priority_text = words.priority(field) or priority, field
        return Item(
            id=name,
            title=title.replace("**", ""),
            priority=priority,
            priority_text=priority_text,
            status=status,
            status_text=status_text,
            fields=tuple(draft.fields),
            attempts=tuple(draft.attempts),
            actions=parts.counted(draft.actions),
            span=parts.trimmed_span(self.document, entry.start, entry.end),
            dialect=Checklist.name,
            is_named=is_named,
        )

    def _text(self, entry: Block, skipped: int) -> str:
        """The entry's first paragraph as one line, without its box."""
        first = entry.children[0] if entry.children else None
        end = first.end if first and first.kind == "paragraph" else entry.start + 1
        head = parts.entry_text(self.document, entry)[skipped:]
        rest = self.document.lines(entry.start + 1, end)
        return " ".join(part for line in (head, *rest) if (part := line.strip()))

    def _nested(self, block: Block, draft: parts.Draft) -> None:
        """What is below a task."""
        if block.kind not in LISTS:
            return
        for entry in block.children:
            line = parts.entry_text(self.document, entry)
            box = self._box(line, entry.start)
            lead = patterns.attempt(line)
            if lead and (lead.is_certain or not box):
                new = parts.attempt(self.document, lead, draft.id, entry.start, entry.end)
                draft.attempts.append(new)
                continue
            if box:
                number = int(entry.info) if block.kind == "ordered_list" else None
                draft.actions.append(self._action(entry, box, number))
            elif field := parts.field(self.document, entry):
                draft.fields.append(field)
            for child in entry.children:
                self._nested(child, draft)

    def _action(self, entry: Block, box: parts.Box, number: int | None) -> Action:
        width = len(self.document.line(entry.start)) - len(parts.entry_text(self.document, entry))
        text = self._text(entry, box.length)
        state = box.state
        if state == "pending":
            lead = patterns.state(text, self.vocabulary)
            worded = self.vocabulary.state(lead.word) if lead.word else "pending"
            state = worded if worded in ("in_progress", "blocked", "deferred") else "pending"
            state = "rejected" if patterns.struck_out(text) else state
        return Action(
            number=number,
            state=state,
            state_text=box.text,
            attempt=patterns.completed_by(text) if state == "complete" else None,
            stamp=None,
            text=text,
            span=parts.trimmed_span(self.document, entry.start, entry.end),
            state_span=parts.span_in_line(self.document, entry.start, width, width + len(box.text)),
        )

    def _status(self, task: _Task, title: str, field: str) -> tuple[ItemStatus, str]:
        heading = next((heading for heading in reversed(task.above) if heading.status), None)
        if task.row:
            return status_of(task.row.state), field
        if task.box is None:
            assert heading  # plain bullets are tasks below one with a status only
            return heading.status or "unknown", heading.status_text
        if task.box.state != "pending":
            return status_of(task.box.state), task.box.text
        lead = patterns.state(title, self.vocabulary)
        behind = patterns.title_status(title, self.vocabulary)[0]  # Read it (in progress)
        for status, text in (
            (status_of(self.vocabulary.state(lead.word)) if lead.word else None, lead.text),
            (self.vocabulary.status(behind) if behind else None, behind),
            (self.vocabulary.status(field) if field else None, field),
            (heading.status, heading.status_text) if heading else (None, ""),
        ):
            if status in ("in_progress", "blocked"):
                return status, text.strip()
        return "pending", task.box.text


def _of_row(row: Row, above: tuple[HeadingStatus, ...], title: str) -> _Task:
    opened = Opening(
        row.name, is_sure=True, is_bracketed=False, tags=(), rest=row.title, whole=row.title
    )
    return _Task(Block("row", row.line, row.line + 1, "", ()), None, opened, above, title, row=row)


def _of_heading(
    section: Section, box: parts.Box, title: str, above: tuple[HeadingStatus, ...]
) -> _Task:
    """The task that a heading and all below it are."""
    first = Block("paragraph", section.start, section.start + 1, "", ())
    entry = Block("section", section.start, section.end, "", (first, *section.blocks))
    return _Task(entry, box, opening(title[box.length :]), above, title)


def _part(task: _Task) -> str:
    """What the name of a task begins with: words of its heading, if it says more than a state or a
    priority, which change while the task stays what it is."""
    above = task.above[-1] if task.above else NOTHING
    is_alone = task.entry.kind == "section" or not task.heading
    if is_alone or above.lists_tasks or task.heading == above.priority_text:
        return ""
    part = patterns.slug(_STATE_OF_PART.split(task.heading, maxsplit=1)[0], "part")
    if len(part) > _LONGEST_PART:
        part = part[: _LONGEST_PART + 1].rpartition("-")[0] or part[:_LONGEST_PART]
    return f"{part}-"


def _names(tasks: Sequence[_Task]) -> list[tuple[str, bool]]:
    """Each task's ID and whether the file gives it: one that is not marked off as an ID is one
    where another task's looks like it. All else get one made from the words of their heading and
    their own, so that it stays when something is added elsewhere."""
    openings = [task.opening for task in tasks]
    alike = Counter(kin(opened.name) for opened in openings if opened.name)
    often = Counter(opened.name for opened in openings if opened.is_bracketed)
    every = Counter(opened.name for opened in openings if opened.name)
    ranks = any(count > 1 for name, count in every.items() if _PRIORITY.match(name))
    given = [
        opened.name
        if opened.name
        and not (ranks and _PRIORITY.match(opened.name))
        and (opened.is_sure or alike[kin(opened.name)] > 1)
        and often[opened.name] < _AS_OFTEN_AS_A_TAG
        else None
        for opened in openings
    ]
    taken = {name.upper() for name in given if name}
    counts: Counter[str] = Counter()
    names = []
    for task, name in zip(tasks, given, strict=True):
        if name:
            names.append((name, True))
            continue
        words_of = _part(task) + patterns.slug(task.opening.whole, "task")
        unique = words_of
        while unique.upper() in taken:
            counts[words_of] += 1
            unique = f"{words_of}-{counts[words_of] + 1}"
        taken.add(unique.upper())
        names.append((unique, False))
    return names
