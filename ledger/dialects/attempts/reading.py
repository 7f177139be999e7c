"""A document in the ``attempts`` dialect to a ``Ledger``.

Headings with an ID open items; bullets of the top level are fields; the field that stands
last says how to take the lists after it, for people number actions at column 0, too. What
looks like an attempt and was not read as one is listed as unread, never dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from ledger import text
from ledger.dialects import words
from ledger.dialects.attempts import index, leads
from ledger.document import Block, Document, Section, walk
from ledger.models.ledger import (
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

Context = Literal["", "attempts", "actions", "criteria"]

_CONTEXTS: tuple[tuple[str, Context], ...] = (
    ("attempts", "attempts"),
    ("attempt history", "attempts"),
    ("next action", "actions"),
    ("required action", "actions"),
    ("exit criteria", "criteria"),
    ("success criteria", "criteria"),
)
_UPDATED = re.compile(r"\*{0,2}Last Updated:?\*{0,2}:?[ \t]*", re.I)
_LISTED = re.compile(rf"\[{leads.ID}\](?:,? ?(?:and )?\[{leads.ID}\])*", re.A)
_ONE_ID = re.compile(rf"\[({leads.ID})\]")
_DASH = re.compile(r" [\u2013\u2014-]{1,2} ")
_TICK = re.compile(r"[*]{0,2}(?:\[(?P<box>[ xX])\]|(?P<yes>[\u2705\u2713\u2611\u2714])|(?P<no>[\u274c\u2b1c]))")
_LONGEST_NAME = 90


def read(document: Document) -> Ledger:
    """Read the whole document."""
    return _Reading(document).ledger()


@dataclass(slots=True)
class _Draft:
    """An item whose section is still being read."""

    id: str
    title: str
    level: int
    start: int
    end: int
    fields: list[Field] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)

    def value(self, name: str) -> str:
        return next((f.value for f in self.fields if f.name.lower() == name), "")

    def item(self, span: Span) -> Item:
        status = self.value("status")
        return Item(
            self.id,
            self.title,
            words.priority(self.value("priority")),
            self.value("priority"),
            words.status(status),
            status,
            tuple(self.fields),
            tuple([*self.attempts, *self._attempts_of_actions()]),
            tuple(self.actions),
            tuple(self.criteria),
            span,
        )

    def _attempts_of_actions(self) -> Iterator[Attempt]:
        """Attempts that a completed action names and the history does not have."""
        known = {attempt.number for attempt in self.attempts}
        for action in self.actions:
            if action.state != "complete" or action.attempt is None or action.attempt in known:
                continue
            known.add(action.attempt)
            date, _ = leads.when(action.stamp or "")
            yield Attempt(
                self.id,
                action.attempt,
                date,
                action.stamp,
                words.result(action.state_text),
                action.state_text,
                action.text,
                "action",
                action.span,
            )


class _Reading:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.items: list[Item] = []
        self.listed: list[Item] = []
        self.loose: list[Attempt] = []
        self.rows: list[IndexRow] = []
        self.unread: list[Unread] = []
        self.draft: _Draft | None = None
        self.context: Context = ""
        self.index_level = 0
        self.attempt_lines: set[int] = set()
        self.literal_lines: set[int] = set()

    def ledger(self) -> Ledger:
        for section in self.document.sections:
            self._section(section)
        self._close()
        self._find_unread()
        own = {item.id for item in self.items}
        self.items += [item for item in self.listed if item.id not in own]
        return Ledger(
            "attempts",
            self.document.data,
            self._last_updated(),
            tuple(self.rows),
            tuple(self.items),
            tuple(self.loose),
            tuple(sorted(self.unread, key=lambda unread: unread.line)),
        )

    # Sections

    def _section(self, section: Section) -> None:
        self.context = ""
        attempt_heading = self._heading(section) if section.heading else None
        if attempt_heading:
            assert section.heading
            self._keep(attempt_heading, section.heading.start, section.end)
            self.literal_lines.update(_literal_lines(section.blocks))
            return
        if self.draft:
            self.draft.end = section.end
        is_index = bool(self.index_level) and not self.draft
        for block in section.blocks:
            if is_index and block.kind == "table":
                self.rows += index.table_rows(self.document, block)
            elif is_index and block.kind == "bullet_list":
                self.rows += index.bullet_rows(self.document, block)
            elif block.kind == "bullet_list":
                for entry in block.children:
                    self._bullet(entry)
            elif block.kind == "ordered_list":
                self._numbered(block)
            else:
                self._others((block,))

    def _heading(self, section: Section) -> leads.AttemptLead | None:
        """Open or close items; the lead of an attempt where the heading opens one."""
        assert section.heading
        title = self.document.line(section.heading.start).strip().strip("#").strip()
        item = leads.ITEM.match(title)
        rest = item["title"].strip() if item else title
        lead = leads.attempt(rest)
        is_attempt = lead is not None and lead.number is not None
        if self.index_level and section.level <= self.index_level:
            self.index_level = 0
        draft = self.draft
        if draft and section.level <= draft.level and not (is_attempt and not item):
            self._close()
            draft = None
        if item:
            self.index_level = 0
            name = leads.plain_id(item["id"])
            if not is_attempt and not (draft and draft.id == name):
                self._close()
                self.draft = _Draft(
                    name, rest, section.level, section.heading.start, section.end
                )
        elif not is_attempt and not draft and title.lower().startswith("index"):
            self.index_level = section.level
        if not is_attempt:
            return None
        if not lead.date:
            date, stamp = leads.when(rest)
            lead = replace(lead, date=date, stamp=stamp)
        if not lead.date:
            lead = replace(lead, date=self._dated_below(section))
        return replace(lead, is_certain=True)

    def _dated_below(self, section: Section) -> str | None:
        """The date that a line ``**Date:** 2025-10-15`` below a heading gives."""
        assert section.heading
        for line in self.document.lines(section.heading.end, min(section.heading.end + 8, section.end)):
            if words.plain(line).lower().startswith("date:"):
                return leads.when(line)[0]
        return None

    def _close(self) -> None:
        if self.draft:
            end = self.draft.end
            while end > self.draft.start + 1 and not self.document.line(end - 1).strip():
                end -= 1
            self.items.append(self.draft.item(self._span(self.draft.start, end)))
        self.draft = None

    # Lists

    def _bullet(self, entry: Block) -> None:
        """A bullet of the top level: a field, an attempt, or an entry of an archive."""
        line = self._entry_text(entry)
        lead = leads.attempt(line)
        if lead and (lead.is_certain or (self.context == "attempts" and self.draft)):
            self._attempt(lead, entry)
            return
        if not self.draft:
            if _LISTED.match(line):
                self._listed_items(entry, line)
            self._others(entry.children)
            return
        found = self._field(entry)
        if found:
            self.draft.fields.append(found)
            name = found.name.lower()
            self.context = next((c for start, c in _CONTEXTS if name.startswith(start)), "")
            if self.context == "criteria" and found.value:
                self.draft.criteria.append(self._criterion(found.value, entry.start, entry.start + 1))
        nested = entry.children
        if not found or not self.context:
            self._others(nested)
            return
        for block in nested:
            if block.kind == "ordered_list" and self.context == "actions":
                self._numbered(block)
            elif block.kind == "bullet_list":
                for child in block.children:
                    self._nested(child)
            else:
                self._others((block,))

    def _nested(self, entry: Block) -> None:
        """A bullet below a field that holds attempts, actions or criteria."""
        line = self._entry_text(entry)
        lead = leads.attempt(line)
        if lead and (lead.is_certain or self.context == "attempts"):
            self._attempt(lead, entry)
            return
        assert self.draft
        if self.context == "actions":
            self.draft.actions.append(self._action(entry, None))
        elif self.context == "criteria":
            self.draft.criteria.append(self._criterion(line, entry.start, entry.end))
        self._others(entry.children)

    def _numbered(self, block: Block) -> None:
        for entry in block.children:
            if self.draft and self.context == "actions":
                self.draft.actions.append(self._action(entry, int(entry.info)))
            elif leads.state(self._entry_text(entry)).word:
                reason = "a numbered action outside an item's next actions"
                self.unread.append(
                    Unread("action", entry.start + 1, self.document.line(entry.start)[:200], reason)
                )
            self._others(entry.children)

    def _others(self, blocks: Iterable[Block]) -> None:
        """Attempts that stand where nobody would look for them; literal text is left alone."""
        for block in blocks:
            if block.kind == "list_item":
                lead = leads.attempt(self._entry_text(block))
                if lead and lead.is_certain and lead.number is not None:
                    self._attempt(lead, block)
                    continue
            if block.kind in ("fence", "html"):
                self.literal_lines.update(range(block.start, block.end))
            self._others(block.children)

    def _listed_items(self, entry: Block, line: str) -> None:
        """``- [ID] Title — DONE (note)``: an item without a section, kept for reference."""
        named = _LISTED.match(line)
        assert named
        rest = line[named.end() :]
        title, _, status = rest.strip().partition(" \u2014 ")
        if not status:
            found = _DASH.search(rest)
            title, status = (rest[: found.start()], rest[found.end() :]) if found else (rest, "")
        head = words.phrase(status)
        for name in _ONE_ID.findall(named.group()):
            self.listed.append(
                Item(
                    leads.plain_id(name), title.strip(), None, "", words.status(head), head,
                    (), (), (), (), self._span(entry.start, entry.end),
                )
            )  # fmt: skip

    # Parts

    def _attempt(self, lead: leads.AttemptLead, entry: Block) -> None:
        """Keep the attempt, and those that stand indented below it by mistake."""
        inner = [
            (found, block)
            for block in walk(entry.children)
            if block.kind == "list_item"
            and (found := leads.attempt(self._entry_text(block)))
            and found.is_certain
            and found.number is not None
        ]
        self.literal_lines.update(_literal_lines(entry.children))
        self._keep(lead, entry.start, inner[0][1].start if inner else entry.end)
        for place, (found, block) in enumerate(inner):
            end = inner[place + 1][1].start if place + 1 < len(inner) else block.end
            self._keep(found, block.start, min(end, block.end) if end > block.start else block.end)

    def _keep(self, lead: leads.AttemptLead, start: int, end: int) -> None:
        while end > start + 1 and not self.document.line(end - 1).strip():
            end -= 1
        whole = "\n".join(self.document.lines(start, end))
        whole = whole[leads.unbulleted(whole[:80])[0] :].lstrip("# ")
        result = leads.result_text(whole)
        stamp = lead.stamp or _labelled_stamp(whole)
        attempt = Attempt(
            self.draft.id if self.draft else None,
            lead.number,
            lead.date,
            stamp,
            words.result(result) if result else "unknown",
            result,
            whole,
            "history",
            self._span(start, end),
        )
        (self.draft.attempts if self.draft else self.loose).append(attempt)
        self.attempt_lines.add(start)

    def _action(self, entry: Block, number: int | None) -> Action:
        raw = self.document.line(entry.start)
        width, first = leads.unbulleted(raw)
        lead = leads.state(first)
        base = self.document.starts[entry.start]
        if entry.start == 0 and self.document.data.startswith(text.BOM):
            base += len(text.BOM)
        shift = lead.length - len(lead.text)
        begin = base + len(text.encode(raw[: width + shift]))
        end = base + len(text.encode(raw[: width + lead.length]))
        rest = "\n".join([first[lead.length :], *self.document.lines(entry.start + 1, entry.end)])
        return Action(
            number,
            words.state(lead.word, lead.mark),
            lead.text.strip(),
            lead.attempt,
            lead.stamp,
            rest.lstrip(" \t\u2013\u2014:-*").rstrip(),
            self._span(entry.start, entry.end),
            Span(entry.start + 1, entry.start + 1, begin, end),
        )

    def _criterion(self, value: str, start: int, end: int) -> Criterion:
        tick = _TICK.match(value)
        ticked = None
        if tick:
            ticked = bool(tick["yes"]) or (tick["box"] or " ") in "xX"
        return Criterion(value, ticked, self._span(start, end))

    def _field(self, entry: Block) -> Field | None:
        raw = self.document.line(entry.start)
        width, line = leads.unbulleted(raw)
        colon = line.find(":", 0, _LONGEST_NAME)
        if colon < 1 or line[colon + 1 : colon + 2] not in ("", " ", "\t", "*"):
            return None
        name = words.plain(line[:colon])
        if not name[:1].isalpha() or "[" in name or name.count("(") != name.count(")"):
            return None
        rest = line[colon + 1 :]
        value = rest.lstrip("* \t").rstrip()
        at = len(raw) - len(rest) + (len(rest) - len(rest.lstrip("* \t")))
        base = self.document.starts[entry.start]
        begin = base + len(text.encode(raw[:at]))
        return Field(
            name,
            value,
            self._span(entry.start, entry.end),
            Span(entry.start + 1, entry.start + 1, begin, begin + len(text.encode(value))),
        )

    def _last_updated(self) -> Field | None:
        first_item = min((item.span.start_line for item in self.items), default=None)
        last = (first_item or len(self.document.starts)) - 1
        for number in range(min(last, len(self.document.starts) - 1, 60)):
            line = self.document.line(number)
            match = _UPDATED.match(line)
            if match:
                at = self.document.starts[number]
                if number == 0 and self.document.data.startswith(text.BOM):
                    at += len(text.BOM)
                begin = at + len(text.encode(line[: match.end()]))
                value = line[match.end() :].rstrip()
                span = Span(number + 1, number + 1, begin, begin + len(text.encode(value)))
                return Field("Last Updated", value, self._span(number, number + 1), span)
        return None

    def _find_unread(self) -> None:
        """The safety net: every line is looked at once more, by its looks alone."""
        for number in range(len(self.document.starts) - 1):
            start = self.document.starts[number]
            if b"ttempt" not in self.document.data[start : start + 160]:
                continue
            if number in self.attempt_lines or number in self.literal_lines:
                continue
            line = self.document.line(number)
            if not leads.looks_like_attempt(line):
                continue
            if leads.is_template(leads.unbulleted(line)[1]):
                reason = "an unfilled template"
            else:
                reason = "its date or number is not one"
            self.unread.append(Unread("attempt", number + 1, line[:200], reason))

    # Places

    def _entry_text(self, entry: Block) -> str:
        return leads.unbulleted(self.document.line(entry.start))[1]

    def _span(self, start: int, end: int) -> Span:
        return Span(start + 1, end, self.document.starts[start], self.document.starts[end])


def _literal_lines(blocks: Iterable[Block]) -> Iterator[int]:
    for block in walk(blocks):
        if block.kind in ("fence", "html"):
            yield from range(block.start, block.end)


def _labelled_stamp(whole: str) -> str | None:
    """The stamp after the word STAMP near the entry's start, else that of its first artifact."""
    head = whole[:600]
    at = head.find("STAMP")
    if at >= 0:
        found = leads.STAMP.search(head, at, at + 40)
        if found:
            return found.group()
    at = whole.find("Artifacts:")
    found = leads.STAMP.search(whole, at, at + 400) if at >= 0 else None
    return found.group() if found else None

