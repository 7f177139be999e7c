"""The main dialect: ``## [ID] Title`` sections, fields as bullets, an attempts history.

Headings with an ID open items; bullets of the top level are fields; the field that stands
last says how to take the lists after it, for people number actions at column 0, too. What
looks like an attempt and was not read as one is listed as unread, never dropped.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from ledger.plan import parts, patterns, words
from ledger.plan.blocks import LISTS
from ledger.plan.dialect import Contents, Sign
from ledger.plan.dialects import list_edits
from ledger.plan.document import Block, Document, Section, entries, literal_lines, walk
from ledger.plan.model import Attempt, IndexRow, Item, Ledger, Unread, UnreadKind
from ledger.plan.words import Vocabulary

_CRITERIA = ("exit criteria", "success criteria")
_CONTEXTS: tuple[tuple[str, parts.Context], ...] = (
    ("attempts", "attempts"),
    ("attempt history", "attempts"),
    ("next action", "actions"),
    ("required action", "actions"),
    *((name, "criteria") for name in _CRITERIA),
)
_LITERAL = ("fence", "html")
# Below a heading that is an attempt, lines that may hold its date.
_DATED_WITHIN = 8

_FIELD = re.compile(r"\*{0,2}[A-Za-z][^:\[\n]{0,60}:")
# Names of fields that are the dialect's own.
_KNOWN = re.compile(
    r"(?:Status|Priority|Exit criteria|Reproduction|Owner/Date|Plan Reference|First Divergence"
    r"|Artifacts(?: Root)?|Attempts History|Next Actions|Metrics|Spec/AT)(?=[^\n:]{0,40}:)",
    re.IGNORECASE,
)
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
        name, _, lead = _opening(title, document.vocabulary)
        if lead or (name and _is_item(document, section)):
            said = "a heading that is an attempt" if lead else f"a heading with the ID [{name}]"
            return Sign(dialect=self.name, line=section.start + 1, count=1, reason=said, owns=True)
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


# What is written like this


def _opening(
    title: str, vocabulary: Vocabulary
) -> tuple[str | None, str, patterns.AttemptLead | None]:
    """The ID that a heading opens with, what follows it, and the numbered attempt that this is."""
    named = patterns.ids(vocabulary).item.match(title)
    rest = named["title"].strip() if named else title
    lead = patterns.attempt(rest)
    name = patterns.plain_id(patterns.id_of(named)) if named else None
    return name, rest, lead if lead and lead.number is not None else None


def _is_item(document: Document, section: Section) -> bool:
    """Whether it has a field, or at least no tasks: ``## [SETUP] Phase 1`` can head a checklist."""
    has_boxes = False
    for entry in entries(section.blocks):
        body = patterns.unbulleted(document.line(entry.start))[1]
        if _FIELD.match(body):
            return True
        has_boxes = has_boxes or parts.is_task(body)
    return not has_boxes


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
        elif patterns.ids(document.vocabulary).item.match(body):
            yield entry.start + 1, 1, "a bullet that opens with an ID"
    names = sorted({name for name, _ in fields})
    if len(names) > 1:
        yield fields[0][1], len(fields), "fields of an item: " + ", ".join(names)


# Reading


class _Draft(parts.Draft):
    """An item whose section is still being read."""

    def __init__(self, document: Document, name: str, title: str, section: Section) -> None:
        super().__init__(document, name)
        self.title, self.level = title, section.level
        self.start, self.end = section.start, section.end

    def item(self) -> Item:
        """The item, once its section is read."""
        status, priority = self.value("status"), self.value("priority")
        vocabulary = self.document.vocabulary
        known = {attempt.number for attempt in self.attempts}
        return Item(
            id=self.id,
            title=self.title,
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
        self.settled: set[int] = set()  # lines that need no second look

    def contents(self) -> Contents:
        """What they hold."""
        for section in self.document.sections:
            if section.start in self.mine:
                self.section(section)
            else:
                self.pass_over(section)
        self.close()
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
        """A heading, where there is one, and what stands below it."""
        self.context = ""
        if section.heading and self.heading(section, section.heading):
            self.settled.update(literal_lines(section.blocks, _LITERAL))
            return
        if self.draft:
            self.draft.end = section.end
        self.body(section.blocks)

    def body(self, blocks: Iterable[Block]) -> None:
        """Blocks of the top level, read in the state that those before them left."""
        is_index = bool(self.index_level) and not self.draft
        is_criteria = self.context == "criteria"
        for block in blocks:
            if is_index and block.kind in ("table", "bullet_list"):
                self._index(block)
            elif block.kind == "bullet_list" or (is_criteria and block.kind in LISTS):
                criteria = self.draft if is_criteria else None
                for entry in block.children:
                    self._nested(entry, criteria) if criteria else self._bullet(entry)
            elif block.kind == "ordered_list":
                self._numbered(block)
            else:
                self._others((block,))

    def _index(self, block: Block) -> None:
        """Keep the rows of a table or a list of bullets."""
        read_rows = _table_rows if block.kind == "table" else _bullet_rows
        for row in read_rows(self.document, block):
            self.unread.append(row) if isinstance(row, Unread) else self.rows.append(row)

    def heading(self, section: Section, heading: Block) -> bool:
        """Open or close items. True where the whole section is an attempt, which is kept."""
        title = self.document.title(section)
        name, rest, lead = _opening(title, self.vocabulary)
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
        if name:
            self.index_level = 0
            if not (self.draft and self.draft.id == name):
                self.close()
                self.draft = _Draft(self.document, name, rest, section)
        elif not self.draft and self.vocabulary.name(title).lower().startswith("index"):
            self.index_level = section.level
        elif patterns.looks_like_item(title):
            self._unread("item", heading.start, "its ID is not one")
        elif self.draft and self.vocabulary.name(title).lower().startswith(_CRITERIA):
            self.context = "criteria"
        return False

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
        found = parts.field(self.document, entry)
        if not found:
            self._others(entry.children)
            return
        self.context = self.draft.add_field(entry, found, _CONTEXTS)
        is_actions = self.context == "actions"
        lists = LISTS if self.context == "criteria" else ("bullet_list",) if self.context else ()
        for block in parts.with_run_on(self.document, entry) if is_actions else entry.children:
            if block.kind == "ordered_list" and is_actions:
                self._numbered(block)
            elif block.kind in lists:
                for child in block.children:
                    self._nested(child, self.draft)
            else:
                self._others((block,))

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
        self._others(entry.children)

    def _numbered(self, block: Block) -> None:
        if self.draft and self.context == "actions":
            self.draft.actions += [
                parts.action(self.document, entry, int(entry.info)) for entry in block.children
            ]
        else:
            self._stray_actions(block)
        for entry in block.children:
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
            if block.kind in _LITERAL:
                self.settled.update(range(block.start, block.end))
            self._others(block.children)

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
            if block.kind in _LITERAL:
                self.settled.update(range(block.start, block.end))
            elif block.kind == "list_item" and (found := self._numbered_attempt(block)):
                inner.append((found, block))
        starts = [*(block.start for _, block in inner), entry.end]
        self._keep(lead, entry.start, starts[0])
        for (found, block), following in zip(inner, starts[1:], strict=True):
            self._keep(found, block.start, min(following, block.end))

    def _keep(
        self, lead: patterns.AttemptLead, start: int, end: int, named: str | None = None
    ) -> None:
        """Add an attempt to the item that its heading names, the open item, or the loose ones."""
        draft = self.draft
        if named and draft and draft.id != named:
            draft = None
        item = draft.id if draft else named
        kept = parts.attempt(self.document, lead, item, start, end)
        (draft.attempts if draft else self.loose).append(kept)
        self.settled.add(start)

    def find_unread(self) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        for number, line in enumerate(self.document.texts):
            if number not in self.settled and patterns.looks_like_attempt(line):
                self._unread("attempt", number, patterns.why_unread(line))

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
        found = patterns.ids(document.vocabulary).cell.match(row["id"][2]) if "id" in row else None
        if not found or "status" not in row:
            reason = "it has no status" if found else "its ID is not one"
            yield parts.unread(document, "index", number, reason)
            continue
        start, end, status = row["status"]
        yield IndexRow(
            id=patterns.plain_id(found.group(1)),
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
        found = patterns.ids(document.vocabulary).row.match(body)
        if not found:
            continue
        title, dash, note = body[found.end() :].partition(" \u2014 ")
        priority = _ROW_PRIORITY.search(note)
        status = _ROW_STATUS.search(note)
        at = status.end() if status else 0
        phrase = words.phrase(note[at:])
        start = width + found.end() + len(title) + len(dash) + at
        yield IndexRow(
            id=patterns.plain_id(found.group(1)),
            title=title.strip(),
            priority_text=priority.group(1).strip() if priority else "",
            status=document.vocabulary.status(phrase),
            status_text=phrase,
            span=parts.span(document, entry.start, entry.start + 1),
            status_span=parts.span_in_line(document, entry.start, start, start + len(phrase)),
        )
