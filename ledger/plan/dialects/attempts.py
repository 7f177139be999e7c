"""The main dialect: ``## [ID] Title`` sections, fields as bullets, an attempts history.

Headings with an ID open items; bullets of the top level are fields; the field that stands
last says how to take the lists after it, for people number actions at column 0, too. What
looks like an attempt and was not read as one is listed as unread, never dropped.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise, zip_longest
from operator import attrgetter
from typing import NamedTuple

from ledger.plan import parts, patterns, words
from ledger.plan.blocks import LISTS
from ledger.plan.dialect import Contents, Sign
from ledger.plan.dialects import list_edits
from ledger.plan.document import (
    LITERAL,
    Block,
    Document,
    Section,
    entries,
    literal_lines,
    walk,
)
from ledger.plan.model import Attempt, IndexRow, Item, Ledger, Unread, UnreadKind

_CONTEXTS: tuple[tuple[str, parts.Context], ...] = (
    ("attempts", "attempts"),
    *((name, "attempts") for name in ("attempt history", "attempt log", "tries")),
    ("next action", "actions"),
    ("required action", "actions"),
    *((name, "criteria") for name in words.CRITERIA),
)
# Fields that may be a line of a paragraph, a quotation or a heading.
_LABELS = ("Status", "State", "Priority", "Owner", "Depends on")
_LITERAL = ("fence", "html")
# Headings of one form that have a status, of which another one is told that has none.
_FEW_ALIKE = 3
# Below a heading that is an attempt, lines that may hold its date.
_DATED_WITHIN = 8

_FIELD = re.compile(r"\*{0,2}[A-Za-z][^:\[\n]{0,60}:")
# Names of fields that are the dialect's own.
# e.g. "Exit criteria (all):"
_KNOWN = re.compile(
    r"(?:Status|Priority|Exit criteria|Reproduction|Owner/Date|Plan Reference|First Divergence"
    r"|Artifacts(?: Root)?|Attempts History|Next Actions|Metrics|Spec/AT)(?=[^\n:]{0,40}:)",
    re.IGNORECASE,
)
_RANK = re.compile(r"[Pp]\d")
_PART = re.compile(r"\W{0,4}(?:phase|step|part)\b", re.IGNORECASE)
# `Try 1 (2025-03-01): failed`
_TRY = re.compile(r"\W{0,4}(?:try|run|attempt)\b[^\n]{0,24}\d{4}-\d\d-\d\d", re.IGNORECASE)
_ROW_STATUS = re.compile(r"\bStatus:\s*")
_ROW_PRIORITY = re.compile(r"\bPriority:\s*([^,\u2014]{1,60})")


class Attempts(list_edits.ListDialect):
    """``## [ID] Title`` with bullets below it."""

    name = "attempts"
    place = list_edits.SECTION
    has_sections = True

    def sign(self, document: Document, section: Section) -> Sign | None:
        """An item or attempt in the heading decides, else rows, IDs and attempts are counted."""
        title = document.title(section)
        opened = _opening(document, section)
        lead, name = opened.lead, opened.name
        if lead or (name and (opened.is_told or _is_item(document, section))):
            text = "a heading that is an attempt" if lead else f"a heading with the ID [{name}]"
            if not opened.is_named:
                text = "a heading with a status"
            return Sign(dialect=self.name, line=section.start + 1, count=1, reason=text, owns=True)
        is_index = document.vocabulary.name(title).lower().startswith("index")
        signs = list(_signs(document, section, is_index=is_index))
        count = sum(lines for _, lines, _ in signs)
        if not count:
            return None
        return Sign(dialect=self.name, line=signs[0][0], count=count, reason=signs[0][2])

    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """What these sections hold."""
        return _Reading(document, frozenset(section.start for section in sections)).contents()

    def is_listed(self, ledger: Ledger, item: Item) -> bool:
        """An item without a section begins with a bullet."""
        start = item.span.start_byte
        return ledger.text[start : start + 8].lstrip()[:1] in (b"-", b"*", b"+")


def _context(name: str) -> parts.Context:
    """What a list holds below a field or a heading called ``name``."""
    none: parts.Context = ""
    return next((context for start, context in _CONTEXTS if name.lower().startswith(start)), none)


# What is written like this


class _Opening(NamedTuple):
    """What a heading opens with: the ``name`` of an item, None for none, and whether it is an ID
    that is there; its title; the numbered attempt that this is; ``is_told``: it is an item
    only because its status is reported below it, or in it; the ``status`` that it says itself, and
    the title ``without`` it."""

    name: str | None
    title: str
    lead: patterns.AttemptLead | None = None
    is_named: bool = True
    is_told: bool = False
    status: str = ""
    without: str = ""


def _opening(document: Document, section: Section) -> _Opening:
    title, vocabulary = document.title(section), document.vocabulary
    match = patterns.ids(vocabulary).item.match(title)
    if match and parts.any_box(title):  # [WIP] Read
        match = None
    rest = match["title"].strip() if match else title
    lead = patterns.attempt(rest)
    if match or (lead and lead.number is not None):
        name = patterns.plain_id(patterns.id_of(match)) if match else None
        is_attempt = lead is not None and lead.number is not None
        status, without = patterns.title_status("" if is_attempt else rest, vocabulary)
        return _Opening(name, rest, lead if is_attempt else None, status=status, without=without)
    # A heading of the first level is the title of a whole file.
    shaped = patterns.shaped(title, vocabulary) if section.level > 1 else None
    status, rest = patterns.title_status(shaped.title if shaped else "", vocabulary)
    sign = title[0] if title[:1] in words.MARKS else ""
    if not shaped:
        return _Opening(None, title)
    # `## Phase 2: Read ✅` is a task where none are below it; so are `## P0: Urgent (done)` and
    # `### 1.2 Read ✅`.
    is_part = _PART.match(title) is not None or _RANK.fullmatch(shaped.id) is not None
    is_behind = status in words.MARKS and not shaped.title.startswith(status)
    is_number = not any(map(str.isalpha, shaped.id))
    may_head = is_part or (is_number and (is_behind or (not shaped.id and (status or sign))))
    if may_head and _heads_tasks(document, section):
        return _Opening(None, title)
    status = status or sign
    if not (status or _tells_status(document, section)):
        return _Opening(None, title)
    title = rest if status else shaped.title
    name = shaped.id or patterns.slug(title, "item")
    is_named = bool(shaped.id)
    return _Opening(name, title, is_named=is_named, is_told=True, status=status, without=rest)


def _heads_tasks(document: Document, section: Section) -> bool:
    """Whether boxes or tables are below a heading, or below those below it."""
    at = bisect_left(document.sections, section.start, key=attrgetter("start"))
    for later in islice(document.sections, at, None):
        if later.start > section.start and later.level <= section.level:
            return False
        is_table = any(block.kind == "table" for block in later.blocks)
        if is_table or parts.may_have_box(document, later.start + 1, later.end):
            return True
    return False


def _tells_status(document: Document, section: Section) -> bool:
    """Whether one of the lines below a heading, up to the next, says a status."""
    label = patterns.field_label(document.vocabulary, "Status", "State")
    within = range(section.start + 1, section.end)
    lines = [line for line in within if label.match(document.line(line))]
    return bool(lines) and not set(lines) <= set(literal_lines(section.blocks, LITERAL))


def _is_item(document: Document, section: Section) -> bool:
    """Whether it has a field, or at least no tasks: ``## [SETUP] Phase 1`` can head a checklist."""
    has_boxes = False
    for entry in entries(section.blocks):
        body = patterns.unbulleted(document.line(entry.start))[1]
        if _FIELD.match(body):
            return True
        has_boxes = has_boxes or parts.is_task(body)
    return not has_boxes or _tells_status(document, section)


def _signs(
    document: Document, section: Section, *, is_index: bool
) -> Iterator[tuple[int, int, str]]:
    """What shows in the blocks of a section: the line, how many lines do, and what it is."""
    for block in section.blocks:
        if block.kind == "table" and is_index:
            yield block.start + 1, block.end - block.start - 2, "an index of items"
    fields: list[tuple[str, int]] = []
    for entry in entries(section.blocks):
        body = patterns.unbulleted(document.line(entry.start))[1]
        if parts.is_task(body):
            continue
        for below in entries(entry.children):
            field = _KNOWN.match(patterns.unbulleted(document.line(below.start))[1])
            if field:
                fields.append((field.group().lower(), below.start + 1))
        lead = patterns.attempt(body)
        if lead and lead.is_certain:
            yield entry.start + 1, 1, "a bullet that is an attempt"
        elif parts.opens_listed(body, document.vocabulary):
            yield entry.start + 1, 1, "a bullet that opens with an ID"
    names = sorted({name for name, _ in fields})
    if len(names) > 1:
        yield fields[0][1], len(fields), "fields of an item: " + ", ".join(names)


# Reading


class _Draft(parts.Draft):
    """An item whose section is still being read."""

    def __init__(self, document: Document, name: str, opened: _Opening, section: Section) -> None:
        super().__init__(document, name)
        self.opened, self.level = opened, section.level
        self.start, self.end = section.start, section.end

    def item(self) -> Item:
        """The item, once its section is read."""
        status_text, priority = self.value("status"), self.value("priority")
        status = status_text or self.opened.status
        vocabulary = self.document.vocabulary
        known = {attempt.number for attempt in self.attempts}
        return Item(
            id=self.id,
            title=(self.opened.title if status_text or not status else self.opened.without)
            or self.value("title"),
            priority=words.priority(priority),
            priority_text=priority,
            status=vocabulary.status(status),
            status_text=status,
            fields=tuple(self.fields),
            attempts=(
                *self.attempts,
                *parts.attempts_of_actions(self.id, self.actions, known, vocabulary),
            ),
            actions=tuple(self.actions),
            criteria=tuple(self.criteria),
            span=parts.trimmed_span(self.document, self.start, self.end),
            is_named=self.opened.is_named,
        )


class _Reading:
    """What was read so far, and the state that the next section is read in: the item that is
    open, and how lists are to be taken. ``mine`` are the lines where the sections start that
    are to be read."""

    def __init__(self, document: Document, mine: frozenset[int]) -> None:
        self.document = document
        self.vocabulary = document.vocabulary
        self.mine = mine
        self.items: list[Item] = []
        self.listed: list[Item] = []
        self.loose: list[Attempt] = []
        self.rows: list[IndexRow] = []
        self.unread: list[Unread] = []
        self.draft: _Draft | None = None
        self.context: parts.Context = ""
        self.index_level = 0
        self.made: Counter[str] = Counter()  # names of items without an ID
        # By their form: how many headings are items by a status, and the lines of those without.
        self.forms: Counter[tuple[int, str]] = Counter()
        self.plain: dict[int, tuple[int, str]] = {}
        self.html: set[int] = set()  # lines of comments and the like
        self.settled: set[int] = set()  # lines that need no second look

    def contents(self) -> Contents:
        """What they hold."""
        for section in self.document.sections:
            if section.start in self.mine:
                self.section(section)
            else:
                self.pass_over(section)
        self.close()
        for line, form in self.plain.items():
            if self.forms[form] >= _FEW_ALIKE:
                self._unread("item", line, "headings of its form have a status, and it has none")
        self.find_unread()
        own = {item.id for item in self.items}
        self.items += [item for item in self.listed if item.id not in own]
        return Contents(items=self.items, loose=self.loose, unread=self.unread, index=self.rows)

    # Sections

    def pass_over(self, section: Section) -> None:
        """A section that another dialect reads."""
        self.close()
        if section.level <= self.index_level:
            self.index_level = 0
        self.settled.update(range(section.start, section.end))

    def section(self, section: Section) -> None:
        """A heading, where there is one, and what is below it."""
        self.context = ""
        if section.heading and self.heading(section, section.heading):
            for block in walk(section.blocks):
                self._settle(block)
            return
        if self.draft:
            self.draft.end = section.end
        self.body(section.blocks)

    def body(self, blocks: Iterable[Block]) -> None:
        """Blocks of the top level, read in the state that those before them left."""
        is_index = bool(self.index_level) and not self.draft
        is_criteria = self.context == "criteria"
        every = tuple(blocks)
        for block, after in zip_longest(every, every[1:]):
            if is_index and block.kind in ("table", "bullet_list"):
                self._index(block)
            elif is_criteria and block.kind in LISTS:
                self._criteria(block)
            elif block.kind in LISTS or block.kind == "table":
                self._list(block)
            else:
                has_list = after is not None and after.kind in (*LISTS, "table")
                self._labelled(block, after.end if after and has_list else block.end)
                is_criteria = self.context == "criteria"
                self._others((block,))

    def _criteria(self, block: Block) -> None:
        for entry in block.children:
            self._nested(entry, self.draft) if self.draft else self._bullet(entry)

    def _list(self, block: Block) -> None:
        """Bullets, numbered entries, or a table."""
        if block.kind == "ordered_list":
            self._numbered(block)
        elif block.kind == "table" and self.draft and self.context == "attempts":
            self.draft.attempts += parts.attempt_rows(self.document, block, self.draft.id)
        elif block.kind == "table":
            self._others((block,))
        else:
            for entry in block.children:
                self._bullet(entry)

    def _labelled(self, block: Block, following: int) -> None:
        """Fields of the open item that are no bullets: lines of a paragraph or a quotation, or what
        the list says that ends before line ``following``."""
        if not self.draft or block.kind not in ("paragraph", "blockquote"):
            return
        label = patterns.field_label(self.vocabulary, *_LABELS)
        for line in range(block.start, block.end):
            for begun, part in parts.labelled(self.document.line(line)):
                match = label.match(part)
                name = self.vocabulary.name(match["name"].capitalize()) if match else ""
                name = "Status" if name == "State" else name
                if match and not self.draft.value(name.lower()):
                    at, until = begun + match.end(), begun + len(part)
                    field = parts.field_at(self.document, name, line, line + 1, at, until=until)
                    self.draft.fields.append(field)
        text = self.vocabulary.name(words.plain(self.document.line(block.start)))
        context = _context(text) if block.end == block.start + 1 and text.endswith(":") else ""
        if context:  # **Next Actions:**, and a list below it
            at = len(self.document.line(block.start))
            field = parts.field_at(self.document, text[:-1], block.start, following, at)
            self.draft.fields.append(field)
            self.context = context

    def _index(self, block: Block) -> None:
        """Keep the rows of a table or a list of bullets."""
        read_rows = _table_rows if block.kind == "table" else _bullet_rows
        for row in read_rows(self.document, block):
            self.unread.append(row) if isinstance(row, Unread) else self.rows.append(row)

    def heading(self, section: Section, heading: Block) -> bool:
        """Open or close items. True where the whole section is an attempt, which is kept."""
        title = self.document.title(section)
        opened = _opening(self.document, section)
        name, rest, lead = opened.name, opened.title, opened.lead
        if opened.is_told and self.draft and section.level > self.draft.level:
            name = name if self.draft.opened.is_told else None  # a part of the item
        if section.level <= self.index_level:
            self.index_level = 0
        if self.draft and section.level <= self.draft.level and (name or not lead):
            self.close()
        if lead:
            if not lead.date:
                date, stamp = patterns.when(rest)
                lead = lead._replace(date=date or self._dated_below(section), stamp=stamp)
            self._keep(lead, heading.start, parts.before_rules(section.blocks, section.end), name)
            if self.draft and name in (None, self.draft.id):
                self.draft.end = section.end
            return True
        self._note_form(section, opened, is_item=name is not None or lead is not None)
        if name:
            self.index_level = 0
            if not (self.draft and self.draft.id == name):
                self.close()
                self.draft = _Draft(self.document, self._unique(name, opened), opened, section)
        elif not self.draft and self.vocabulary.name(title).lower().startswith("index"):
            self.index_level = section.level
        elif patterns.looks_like_item(title):
            self._unread("item", heading.start, "its ID is not one")
        elif self.draft:
            self._labelled(heading._replace(kind="paragraph"), heading.end)
            self.context = _context(self.vocabulary.name(words.plain(title)))
        return False

    def _note_form(self, section: Section, opened: _Opening, *, is_item: bool) -> None:
        """Count the heading by its form, or keep it as one that says no status."""
        title = self.document.title(section)
        shaped = patterns.shaped(title, self.vocabulary) if section.level > 1 else None
        if not shaped:
            return
        # The letters before the number: LEX of `LEX-1: Read`, issue of `Issue 3: Read`.
        opening = title[: len(title) - len(shaped.rest)]
        form = (section.level, "".join(re.findall(r"[^\W\d_]+", opening)).lower())
        if is_item:
            self.forms[form] += opened.is_told
        elif not _heads_tasks(self.document, section):
            self.plain[section.start] = form

    def _unique(self, name: str, opened: _Opening) -> str:
        """``name``, with a number where it was made and another item's was made the same."""
        if not opened.is_named:
            self.made[name] += 1
            name += f"-{self.made[name]}" if self.made[name] > 1 else ""
        return name

    def _dated_below(self, section: Section) -> str | None:
        """The date that a line ``**Date:** 2025-10-15`` below a heading gives."""
        start = section.start + 1
        for line in self.document.lines(start, min(start + _DATED_WITHIN, section.end)):
            if self.vocabulary.name(words.plain(line)).lower().startswith("date:"):
                return patterns.when(line)[0]
        return None

    def close(self) -> None:
        """Close the item that is open, if one is."""
        if self.draft:
            self.items.append(self.draft.item())
        self.draft = None

    # Lists

    def _bullet(self, entry: Block) -> None:
        """A bullet of the top level: a field, an attempt, or an entry of an archive."""
        lead = patterns.attempt(parts.entry_text(self.document, entry))
        if lead and (lead.is_certain or (self.context == "attempts" and self.draft)):
            self._attempt(lead, entry)
            return
        if not self.draft:
            self.listed += parts.listed_items(self.document, entry)
            self._others(entry.children)
            return
        line = parts.entry_text(self.document, entry)
        box = parts.any_box(line) or parts.sign_box(line)
        if self.draft.opened.is_told and box:
            self.draft.actions.append(
                parts.boxed_action(self.document, entry, None, box.state, box)
            )
            return
        if self.context == "attempts" and _TRY.match(line):
            self._unread("attempt", entry.start, "write it as `[2025-03-01] Attempt #1 — ...`")
            return
        field = parts.field(self.document, entry)
        if not field:
            if not self._is_doubled(entry, line):
                self._others(entry.children)
            return
        self.context = self.draft.add_field(entry, field, _CONTEXTS)
        is_actions = self.context == "actions"
        lists = LISTS if self.context == "criteria" else ("bullet_list",) if self.context else ()
        for block in parts.with_run_on(self.document, entry) if is_actions else entry.children:
            if block.kind == "ordered_list" and self.context in ("actions", "attempts"):
                self._numbered(block)
            elif block.kind in lists:
                for child in block.children:
                    self._nested(child, self.draft)
            elif not self._boxes_of_field(block):
                self._others((block,))

    def _boxes_of_field(self, block: Block) -> bool:
        """Whether a list below a field is all boxes, which are actions where those of the section
        are: see ``_bullet``."""
        is_told = self.draft is not None and self.draft.opened.is_told
        entries_of = block.children if is_told and block.kind == "bullet_list" else ()
        boxes = [parts.any_box(parts.entry_text(self.document, entry)) for entry in entries_of]
        if not boxes or not self.draft:
            return False
        for entry, box in zip(entries_of, boxes, strict=True):
            if box is None:
                return False
            new = parts.boxed_action(self.document, entry, None, box.state, box)
            self.draft.actions.append(new)
        return True

    def _nested(self, entry: Block, draft: _Draft) -> None:
        """A bullet below a field that holds attempts, actions or criteria."""
        line = parts.entry_text(self.document, entry)
        lead = patterns.attempt(line)
        if lead and (lead.is_certain or self.context == "attempts"):
            self._attempt(lead, entry)
            return
        if self.context == "actions":
            draft.actions.append(parts.action(self.document, entry, None))
        elif self.context == "criteria":
            draft.add_criterion(line, entry.start, entry.end)
        elif self._is_doubled(entry, line):
            return
        self._others(entry.children)

    def _is_doubled(self, entry: Block, line: str) -> bool:
        """Whether an attempt has two bullets, ``- - 2025-03-01: failed``, which is reported."""
        width, rest = patterns.unbulleted(line)
        is_doubled = bool(self.context == "attempts" and width and patterns.attempt(rest))
        if is_doubled:
            self._unread("attempt", entry.start, "it has two bullets: take one away")
        return is_doubled

    def _numbered(self, block: Block) -> None:
        if self.draft and self.context == "actions":
            self.draft.actions += parts.counted(
                [parts.action(self.document, entry, int(entry.info)) for entry in block.children]
            )
        elif self.draft and self.context == "attempts":
            for number, entry in enumerate(block.children, int(block.children[0].info)):
                self._tried(entry, number)
            return
        else:
            self._stray_actions(block)
        for entry in block.children:
            self._others(entry.children)

    def _tried(self, entry: Block, number: int) -> None:
        """An entry below `Attempts:` with a date, whose number is that of the list: ``1. 2025-03-01
        - failed``; one without is reported."""
        lead = patterns.attempt(parts.entry_text(self.document, entry))
        if lead:
            self._attempt(lead._replace(number=lead.number or number), entry)
        else:
            self._unread("attempt", entry.start, "it does not begin with its date")
            self._others(entry.children)

    def _stray_actions(self, block: Block) -> None:
        for entry in block.children:
            if patterns.state(parts.entry_text(self.document, entry), self.vocabulary).word:
                self._unread(
                    "action", entry.start, "a numbered action outside an item's next actions"
                )

    def _others(self, blocks: Iterable[Block]) -> None:
        """Attempts that stand where nobody would look for them; literal text is left alone."""
        for block in blocks:
            line = self.document.line(block.start)
            if block.kind == "list_item" and (lead := self._numbered_attempt(block)):
                self._attempt(lead, block)
                continue
            if block.kind == "paragraph" and line.startswith("**Attempt"):
                lead = patterns.attempt(line)
                if lead:
                    self._keep(lead, block.start, block.end)
            if block.kind == "ordered_list":
                self._stray_actions(block)
            self._settle(block)
            self._others(block.children)

    def _settle(self, block: Block) -> None:
        """Literal text needs no second look; what HTML hides is reported where it is an attempt."""
        if block.kind in _LITERAL:
            lines = range(block.start, block.end)
            (self.html if block.kind == "html" else self.settled).update(lines)

    # Attempts

    def _numbered_attempt(self, entry: Block) -> patterns.AttemptLead | None:
        """What an entry opens with that is an attempt wherever it stands."""
        if "ttempt" not in (line := self.document.line(entry.start)).lower():
            return None
        lead = patterns.attempt(patterns.unbulleted(line)[1])
        return lead if lead and lead.is_certain and lead.number is not None else None

    def _attempt(self, lead: patterns.AttemptLead, entry: Block) -> None:
        """Keep the attempt, and those that stand indented below it by mistake."""
        inner = []
        for block in walk(entry.children):
            self._settle(block)
            if block.kind == "list_item" and (attempt_lead := self._numbered_attempt(block)):
                inner.append((attempt_lead, block))
        starts = [*(block.start for _, block in inner), entry.end]
        self._keep(lead, entry.start, starts[0])
        for (attempt_lead, block), following in zip(inner, starts[1:], strict=True):
            self._keep(attempt_lead, block.start, min(following, block.end))

    def _keep(
        self, lead: patterns.AttemptLead, start: int, end: int, item_name: str | None = None
    ) -> None:
        """Add an attempt to the item that its heading names, the open item, or the loose ones."""
        draft = self.draft
        if item_name and draft and draft.id != item_name:
            draft = None
        item = draft.id if draft else item_name
        kept = parts.attempt(self.document, lead, item, start, end)
        (draft.attempts if draft else self.loose).append(kept)
        self.settled.add(start)

    def find_unread(self) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        texts = self.document.texts
        headings = {section.start for section in self.document.sections if section.heading}
        known = self.settled | self.html | headings
        for number, (above, line) in enumerate(pairwise(["", *texts])):
            if patterns.looks_like_heading(line) and number not in known:
                self._unread("item", number, "it is no heading: put `## ` at the start of its line")
            if number in self.settled or not patterns.looks_like_attempt(line, above):
                continue
            if number not in self.html:
                self._unread("attempt", number, patterns.why_unread(line))
            elif patterns.attempt(patterns.unbulleted(line)[1]):  # no template
                self._unread("attempt", number, "it is in a comment or in HTML")

    def _unread(self, kind: UnreadKind, number: int, reason: str) -> None:
        self.unread.append(parts.unread(self.document, kind, number, reason))


# The index


def _table_rows(document: Document, table: Block) -> Iterator[IndexRow | Unread]:
    """The rows of a table that has a column ID and a column Status."""
    titles = [words.plain(cell[2]) for cell in parts.cells(document.line(table.start))]
    header = [document.vocabulary.name(title).lower() for title in titles]
    if "id" not in header or "status" not in header:
        return
    for number in range(table.start + 2, table.end):
        line = document.line(number)
        row = dict(zip(header, parts.cells(line), strict=False))
        match = patterns.ids(document.vocabulary).cell.match(row["id"][2]) if "id" in row else None
        if not match or "status" not in row:
            reason = "it has no status" if match else "its ID is not one"
            yield parts.unread(document, "index", number, reason)
            continue
        start, end, status = row["status"]
        yield IndexRow(
            id=patterns.plain_id(match.group(1)),
            title=row["title"][2] if "title" in row else "",
            priority_text=row["priority"][2] if "priority" in row else "",
            status=document.vocabulary.status(status),
            status_text=status,
            span=parts.span(document, number, number + 1),
            status_span=parts.span_in_line(document, number, start, end),
        )


def _bullet_rows(document: Document, bullets: Block) -> Iterator[IndexRow | Unread]:
    """``- [ID] Title — Priority: High, Status: pending (note)`` or ``- [ID] Title — done``."""
    for entry in bullets.children:
        width, body = patterns.unbulleted(document.line(entry.start))
        match = patterns.ids(document.vocabulary).row.match(body)
        if not match:
            continue
        title, dash, note = body[match.end() :].partition(" \u2014 ")
        priority = _ROW_PRIORITY.search(note)
        status = _ROW_STATUS.search(note)
        at = status.end() if status else 0
        phrase = words.phrase(note[at:])
        start = width + match.end() + len(title) + len(dash) + at
        yield IndexRow(
            id=patterns.plain_id(match.group(1)),
            title=title.strip(),
            priority_text=priority.group(1).strip() if priority else "",
            status=document.vocabulary.status(phrase),
            status_text=phrase,
            span=parts.span(document, entry.start, entry.start + 1),
            status_span=parts.span_in_line(document, entry.start, start, start + len(phrase)),
        )
