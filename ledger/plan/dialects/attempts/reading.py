"""A document in the ``attempts`` dialect to a ``Ledger``.

Headings with an ID open items; bullets of the top level are fields; the field that stands
last says how to take the lists after it, for people number actions at column 0, too. What
looks like an attempt and was not read as one is listed as unread, never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from ledger.plan import parts, patterns, words
from ledger.plan.dialects.attempts import index
from ledger.plan.dialects.attempts.unchanged import Unchanged
from ledger.plan.document import Block, Document, Section, walk
from ledger.plan.model import (
    Action,
    Attempt,
    Criterion,
    Field,
    IndexRow,
    Item,
    Ledger,
    Span,
    Unread,
)

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

Context = Literal["", "attempts", "actions", "criteria"]

_CONTEXTS: tuple[tuple[str, Context], ...] = (
    ("attempts", "attempts"),
    ("attempt history", "attempts"),
    ("next action", "actions"),
    ("required action", "actions"),
    ("exit criteria", "criteria"),
    ("success criteria", "criteria"),
)
_LITERAL = ("fence", "html")
# Below a heading that is an attempt, lines that may hold its date.
_DATED_WITHIN = 8


def read(
    document: Document,
    sections: Sequence[Section] | None = None,
    own: Conventions | None = None,
    like: Ledger | None = None,
) -> Ledger:
    """Read the document, or these of its sections. ``like`` is another version of it, read with
    the same ``own`` words: items that have not changed are taken from there."""
    is_part = sections is not None and len(sections) < len(document.sections)
    mine = frozenset(section.start for section in sections or ()) if is_part else None
    return Reading(document, own, mine).ledger(Unchanged(like) if like else None)


class Draft:
    """An item whose section is still being read."""

    def __init__(self, name: str, title: str, level: int, start: int, end: int) -> None:
        self.id, self.title, self.level, self.start, self.end = name, title, level, start, end
        self.fields: list[Field] = []
        self.attempts: list[Attempt] = []
        self.actions: list[Action] = []
        self.criteria: list[Criterion] = []

    def item(self, span: Span, own: Conventions | None = None) -> Item:
        """The item, once its section is read."""
        status, priority = self._value("status"), self._value("priority")
        known = {attempt.number for attempt in self.attempts}
        return Item(
            id=self.id,
            title=self.title,
            priority=words.priority(priority),
            priority_text=priority,
            status=words.status(status, own),
            status_text=status,
            fields=tuple(self.fields),
            attempts=(
                *self.attempts,
                *parts.attempts_of_actions(self.id, self.actions, known, own),
            ),
            actions=tuple(self.actions),
            criteria=tuple(self.criteria),
            span=span,
        )

    def _value(self, name: str) -> str:
        return next((f.value for f in self.fields if f.name.lower() == name), "")


class Reading:
    """What was read so far, and the state that the next section is read in: the item that is
    open, and how lists are to be taken. ``mine`` are the lines where the sections start that
    are to be read, None for all."""

    def __init__(
        self,
        document: Document,
        own: Conventions | None = None,
        mine: frozenset[int] | None = None,
    ) -> None:
        self.document = document
        self.mine = mine
        self.own = own
        self.items: list[Item] = []
        self.listed: list[Item] = []
        self.loose: list[Attempt] = []
        self.rows: list[IndexRow] = []
        self.unread: list[Unread] = []
        self.draft: Draft | None = None
        self.context: Context = ""
        self.index_level = 0
        self.settled: set[int] = set()  # lines that need no second look

    def ledger(self, unchanged: Unchanged | None = None) -> Ledger:
        """The whole document, but for the items that are ``unchanged``."""
        sections = self.document.sections
        at = 0
        while at < len(sections):
            known = unchanged.at(self.document, sections, at) if unchanged else None
            if known and not (self.draft and self.draft.id == known[0].id):
                self.close()
                self.index_level = 0
                item, behind = known
                self.items.append(item)
                self.settled.update(range(item.span.start_line - 1, item.span.end_line))
                at = behind
                continue
            if self.mine is None or sections[at].start in self.mine:
                self.section(sections[at])
            else:
                self.pass_over(sections[at])
            at += 1
        self.close()
        self.find_unread()
        own = {item.id for item in self.items}
        self.items += [item for item in self.listed if item.id not in own]
        first = min((item.span.start_line for item in self.items), default=1 << 60) - 1
        return Ledger(
            dialect="attempts",
            text=self.document.data,
            last_updated=parts.last_updated(self.document, first, self.own),
            index=tuple(self.rows),
            items=tuple(self.items),
            loose=tuple(self.loose),
            unread=tuple(sorted(self.unread, key=lambda unread: unread.line)),
            conventions=self.own,
        )

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
            self.settled.update(_literal_lines(section.blocks))
            return
        if self.draft:
            self.draft.end = section.end
        self.body(section.blocks)

    def body(self, blocks: Iterable[Block]) -> None:
        """Blocks of the top level, read in the state that those before them left."""
        is_index = bool(self.index_level) and not self.draft
        for block in blocks:
            if is_index and block.kind == "table":
                for row in index.table_rows(self.document, block, self.own):
                    self.unread.append(row) if isinstance(row, Unread) else self.rows.append(row)
            elif is_index and block.kind == "bullet_list":
                self.rows += index.bullet_rows(self.document, block, self.own)
            elif block.kind == "bullet_list":
                for entry in block.children:
                    self._bullet(entry)
            elif block.kind == "ordered_list":
                self._numbered(block)
            else:
                self._others((block,))

    def heading(self, section: Section, heading: Block) -> bool:
        """Open or close items. True where the whole section is an attempt, which is kept."""
        title = self.document.title(section)
        named = patterns.ids(self.own).item.match(title)
        name = patterns.plain_id(patterns.id_of(named)) if named else None
        rest = named["title"].strip() if named else title
        lead = patterns.attempt(rest)
        is_attempt = lead is not None and lead.number is not None
        if section.level <= self.index_level:
            self.index_level = 0
        if self.draft and section.level <= self.draft.level and (name or not is_attempt):
            self.close()
        if lead and is_attempt:
            if not lead.date:
                date, stamp = patterns.when(rest)
                lead = lead._replace(date=date or self._dated_below(section), stamp=stamp)
            self._keep(lead, heading.start, _before_rules(section), name)
            if self.draft and name in (None, self.draft.id):
                self.draft.end = section.end
            return True
        if name:
            self.index_level = 0
            if not (self.draft and self.draft.id == name):
                self.close()
                self.draft = Draft(name, rest, section.level, heading.start, section.end)
        elif not self.draft and words.name(title, self.own).lower().startswith("index"):
            self.index_level = section.level
        elif patterns.looks_like_item(title):
            self._unread("item", heading.start, "its ID is not one")
        return False

    def _dated_below(self, section: Section) -> str | None:
        """The date that a line ``**Date:** 2025-10-15`` below a heading gives."""
        start = section.start + 1
        for line in self.document.lines(start, min(start + _DATED_WITHIN, section.end)):
            if words.name(words.plain(line), self.own).lower().startswith("date:"):
                return patterns.when(line)[0]
        return None

    def close(self) -> None:
        """Close the item that is open, if one is."""
        if self.draft:
            end = parts.trimmed(self.document, self.draft.start, self.draft.end)
            span = parts.span(self.document, self.draft.start, end)
            self.items.append(self.draft.item(span, self.own))
        self.draft = None

    # Lists

    def _bullet(self, entry: Block) -> None:
        """A bullet of the top level: a field, an attempt, or an entry of an archive."""
        lead = patterns.attempt(parts.entry_text(self.document, entry))
        if lead and (lead.is_certain or (self.context == "attempts" and self.draft)):
            self._attempt(lead, entry)
            return
        if not self.draft:
            self.listed += parts.listed_items(self.document, entry, self.own)
            self._others(entry.children)
            return
        found = parts.field(self.document, entry, self.own)
        if not found:
            self._others(entry.children)
            return
        self.draft.fields.append(found)
        name = found.name.lower()
        self.context = next((c for start, c in _CONTEXTS if name.startswith(start)), "")
        if self.context == "criteria" and found.value:
            start = entry.start
            self.draft.criteria.append(
                parts.criterion(self.document, found.value, start, start + 1)
            )
        is_actions = self.context == "actions"
        for block in parts.with_run_on(self.document, entry) if is_actions else entry.children:
            if block.kind == "ordered_list" and is_actions:
                self._numbered(block)
            elif block.kind == "bullet_list" and self.context:
                for child in block.children:
                    self._nested(child, self.draft)
            else:
                self._others((block,))

    def _nested(self, entry: Block, draft: Draft) -> None:
        """A bullet below a field that holds attempts, actions or criteria."""
        line = parts.entry_text(self.document, entry)
        lead = patterns.attempt(line)
        if lead and (lead.is_certain or self.context == "attempts"):
            self._attempt(lead, entry)
            return
        if self.context == "actions":
            draft.actions.append(parts.action(self.document, entry, None, self.own))
        elif self.context == "criteria":
            draft.criteria.append(parts.criterion(self.document, line, entry.start, entry.end))
        self._others(entry.children)

    def _numbered(self, block: Block) -> None:
        for entry in block.children:
            if self.draft and self.context == "actions":
                number = int(entry.info)
                self.draft.actions.append(parts.action(self.document, entry, number, self.own))
            self._others(entry.children)
        if not (self.draft and self.context == "actions"):
            self._stray_actions(block)

    def _stray_actions(self, block: Block) -> None:
        for entry in block.children:
            if patterns.state(parts.entry_text(self.document, entry), self.own).word:
                self._unread(
                    "action", entry.start, "a numbered action outside an item's next actions"
                )

    def _others(self, blocks: Iterable[Block]) -> None:
        """Attempts that stand where nobody would look for them; literal text is left alone."""
        for block in blocks:
            if block.kind == "list_item":
                lead = patterns.attempt(parts.entry_text(self.document, block))
                if lead and lead.is_certain and lead.number is not None:
                    self._attempt(lead, block)
                    continue
            elif block.kind == "paragraph":
                line = self.document.line(block.start)
                lead = patterns.attempt(line) if line.startswith("**Attempt") else None
                if lead:
                    self._keep(lead, block.start, block.end)
            elif block.kind == "ordered_list":
                self._stray_actions(block)
            elif block.kind in _LITERAL:
                self.settled.update(range(block.start, block.end))
            self._others(block.children)

    # Attempts

    def _attempt(self, lead: patterns.AttemptLead, entry: Block) -> None:
        """Keep the attempt, and those that stand indented below it by mistake."""
        inner = [
            (found, block)
            for block in walk(entry.children)
            if block.kind == "list_item"
            and (found := patterns.attempt(parts.entry_text(self.document, block)))
            and found.is_certain
            and found.number is not None
        ]
        self.settled.update(_literal_lines(entry.children))
        self._keep(lead, entry.start, inner[0][1].start if inner else entry.end)
        for place, (found, block) in enumerate(inner):
            following = inner[place + 1][1].start if place + 1 < len(inner) else block.end
            self._keep(found, block.start, min(following, block.end))

    def _keep(
        self, lead: patterns.AttemptLead, start: int, end: int, named: str | None = None
    ) -> None:
        """Add an attempt to the item that is open, or to the loose ones. ``named`` is the item
        that its own heading names."""
        draft = self.draft
        if named and draft and draft.id != named:
            draft = None
        item = draft.id if draft else named
        kept = parts.attempt(self.document, lead, item, start, end, self.own)
        (draft.attempts if draft else self.loose).append(kept)
        self.settled.add(start)

    def find_unread(self) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        data, starts = self.document.data, self.document.starts
        for number in range(len(starts) - 1):
            if (
                data.find(b"ttempt", starts[number], min(starts[number] + 160, starts[number + 1]))
                < 0
            ):
                continue
            if number in self.settled:
                continue
            line = self.document.line(number)
            if not patterns.looks_like_attempt(line):
                continue
            self._unread(
                "attempt", number, patterns.why_unread(patterns.unbulleted(line)[1].lstrip("# "))
            )

    def _unread(self, kind: Literal["attempt", "item", "action"], number: int, reason: str) -> None:
        line = self.document.line(number)[:200]
        self.unread.append(Unread(kind=kind, line=number + 1, text=line, reason=reason))


def _before_rules(section: Section) -> int:
    """The section's end without the rules before it, which part it from the next."""
    end = section.end
    for block in reversed(section.blocks):
        if block.kind != "rule":
            break
        end = block.start
    return end


def _literal_lines(blocks: Iterable[Block]) -> Iterator[int]:
    for block in walk(blocks):
        if block.kind in _LITERAL:
            yield from range(block.start, block.end)
