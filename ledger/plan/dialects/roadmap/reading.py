"""A document in the ``roadmap`` dialect to a ``Ledger``.

A bullet that opens with an ID, or with a title and a bold status, is an item; bullets nested in it
are its fields, of which some hold criteria, actions and attempts. The dated note behind the status
is an attempt without a number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, Literal

from ledger.plan import parts, patterns, text, words
from ledger.plan.dialects import boxes
from ledger.plan.dialects.roadmap import leads
from ledger.plan.document import Block, Document, Section, entries, walk
from ledger.plan.model import Action, Attempt, Criterion, Field, Item, Ledger, Span, Unread
from ledger.plan.recognition import Sign

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

NAME: Final = "roadmap"
Context = Literal["", "attempts", "actions", "criteria"]
_CONTEXTS: Final[tuple[tuple[str, Context], ...]] = (
    ("attempt", "attempts"),
    ("next action", "actions"),
    ("next step", "actions"),
    ("todo", "actions"),
    ("task", "actions"),
    ("exit criteria", "criteria"),
    ("success criteria", "criteria"),
    ("done criteria", "criteria"),
)


def sign(document: Document, section: Section, own: Conventions | None) -> Sign | None:
    """A bullet with an ID and a bold status."""
    for entry in entries(section.blocks):
        opening = leads.opening(_first(document, entry)[2], own)
        if opening.id and opening.is_bold:
            lines = section.end - section.start
            return Sign(
                dialect=NAME,
                line=entry.start + 1,
                count=lines,
                reason="a bullet with an ID and a bold status",
            )
    return None


def read(document: Document, sections: Sequence[Section], own: Conventions | None = None) -> Ledger:
    """Read these sections of the document. Never fails."""
    return _Reading(document, own).ledger(sections)


class _Reading:
    """What was read so far, and the tiers that are open: level, title."""

    def __init__(self, document: Document, own: Conventions | None) -> None:
        self.document, self.own = document, own
        self.items: list[Item] = []
        self.loose: list[Attempt] = []
        self.unread: list[Unread] = []
        self.tiers: list[tuple[int, str]] = []
        self.names: dict[str, int] = {}

    def ledger(self, sections: Sequence[Section]) -> Ledger:
        """All that was found."""
        for section in sections:
            if section.heading:
                while self.tiers and self.tiers[-1][0] >= section.level:
                    self.tiers.pop()
                self.tiers.append((section.level, self.document.title(section)))
            for entry in entries(section.blocks):
                self._entry(entry, is_nested=False)
        first = min((item.span.start_line for item in self.items), default=1 << 60) - 1
        return Ledger(
            dialect=NAME,
            text=self.document.data,
            last_updated=parts.last_updated(self.document, first, self.own),
            index=(),
            items=tuple(self.items),
            loose=tuple(self.loose),
            unread=tuple(sorted(self.unread, key=lambda unread: unread.line)),
            conventions=self.own,
        )

    def _entry(self, entry: Block, *, is_nested: bool) -> None:
        """An item; what is no item may be an attempt that stands outside of any."""
        start, width, said = _first(self.document, entry)
        opening = leads.opening(said, self.own)
        is_told = bool(
            opening.is_bold and opening.status and _is_status(said, opening.status, self.own)
        )
        line = self.document.line(entry.start)
        is_odd = not opening.id and patterns.looks_like_item(line[width:])
        if (opening.id and (is_told or not is_nested)) or (
            is_told and not is_nested and not is_odd
        ):
            self._item(entry, start, said, opening)
            return
        lead = patterns.attempt(line[width:])
        if lead and lead.is_certain and not is_nested:
            end = entry.end
            self.loose.append(parts.attempt(self.document, lead, None, entry.start, end, self.own))
        elif is_odd and not is_nested:
            reason = "its ID is not one"
            self.unread.append(
                Unread(kind="item", line=entry.start + 1, text=line[:200], reason=reason)
            )

    def _item(self, entry: Block, start: int, said: str, opening: leads.Opening) -> None:
        name = opening.id or self._named(opening.title)
        held = _Held(name, self.document, self.own)
        for block in entries(entry.children):
            held.field(block)
        status = said[slice(*opening.status)].strip() if opening.status else held.value("status")
        if opening.status:
            span = self._span(start, said, opening.status)
            held.fields.insert(0, Field(name="Status", value=status, span=span, value_span=span))
        if opening.note:
            held.attempts.insert(0, self._note(name, start, said, opening, bool(held.attempts)))
        end = parts.trimmed(self.document, entry.start, entry.end)
        priority, priority_text = self._priority(held.value("priority"))
        self.items.append(
            Item(
                id=name,
                title=opening.title,
                priority=priority,
                priority_text=priority_text,
                status=words.status(status, self.own),
                status_text=status,
                fields=tuple(held.fields),
                attempts=tuple(held.attempts),
                actions=tuple(held.actions),
                criteria=tuple(held.criteria),
                span=parts.span(self.document, entry.start, end),
                dialect=NAME,
                is_named=opening.id is not None,
            )
        )
        for block in held.others:
            self._entry(block, is_nested=True)

    def _priority(self, own: str) -> tuple[str | None, str]:
        """What the item says of it, else the nearest tier above that says anything."""
        if own:
            return words.priority(own), own
        for _, title in reversed(self.tiers):
            found = leads.priority(title)
            if found:
                return found, title
        return None, ""

    def _named(self, title: str) -> str:
        """A name made of a title's words, which no other item of the file has."""
        found = "-".join(re.findall(r"[^\W_]+", title.lower()))[:40].rstrip("-") or "item"
        self.names[found] = count = self.names.get(found, 0) + 1
        return found if count == 1 else f"{found}-{count}"

    def _note(
        self, name: str, start: int, said: str, opening: leads.Opening, has_later: bool
    ) -> Attempt:
        """The attempt that the note behind the status tells of. Its result is the status, unless
        later attempts are listed."""
        assert opening.note
        note = said[slice(*opening.note)]
        shown = leads.result(note)
        if not shown and opening.status and not has_later:
            status = said[slice(*opening.status)].strip()
            shown = status if words.result(status, self.own) != "unknown" else ""
        plain = "\n".join(re.split(r"\r\n|\r|\n", note))
        return Attempt(
            item=name,
            number=None,
            date=opening.date,
            stamp=opening.stamp
            or patterns.labelled_stamp(plain)
            or patterns.artifacts_stamp(plain),
            result=words.result(shown, self.own) if shown else "unknown",
            result_text=shown,
            text=plain,
            source="history",
            span=self._span(start, said, opening.note),
        )

    def _span(self, start: int, said: str, place: tuple[int, int]) -> Span:
        """Characters of a paragraph that begins at byte ``start`` as a span."""
        begin = start + len(text.encode(said[: place[0]]))
        end = start + len(text.encode(said[: place[1]]))
        starts = self.document.starts
        first = _line_of(starts, begin)
        return Span(
            start_line=first + 1,
            end_line=_line_of(starts, max(begin, end - 1)) + 1,
            start_byte=begin,
            end_byte=end,
        )


class _Held:
    """What is nested in an item."""

    def __init__(self, name: str, document: Document, own: Conventions | None) -> None:
        self.name, self.document, self.own = name, document, own
        self.fields: list[Field] = []
        self.attempts: list[Attempt] = []
        self.actions: list[Action] = []
        self.criteria: list[Criterion] = []
        self.others: list[Block] = []  # what may be items of their own

    def value(self, name: str) -> str:
        """What the field ``name`` says."""
        return next((f.value for f in self.fields if f.name.lower() == name), "")

    def field(self, entry: Block) -> None:
        """A nested bullet: a field with what it holds, a box, or an attempt."""
        if self._part(entry, ""):
            return
        found = parts.field(self.document, entry, self.own)
        context: Context = ""
        if not found:
            self.others.append(entry)
        else:
            self.fields.append(found)
            name = found.name.lower()
            context = next((c for start, c in _CONTEXTS if name.startswith(start)), "")
            if context == "criteria" and found.value:
                start = entry.start
                one = parts.criterion(self.document, found.value, start, start + 1)
                self.criteria.append(one)
        for block in entries(entry.children):
            if not self._part(block, context):
                self._boxes(block.children)

    def _part(self, entry: Block, context: Context) -> bool:
        """An attempt, action or criterion."""
        line = parts.entry_text(self.document, entry)
        lead = patterns.attempt(line)
        if lead and ((lead.is_certain and lead.number is not None) or context == "attempts"):
            self.attempts.append(
                parts.attempt(self.document, lead, self.name, entry.start, entry.end, self.own)
            )
        elif context == "criteria":
            one = parts.criterion(self.document, line, entry.start, entry.end)
            self.criteria.append(one)
        elif box := boxes.plain(line):
            self._box(entry, box)
        elif context == "actions":
            number = patterns.numbered(self.document.line(entry.start))
            self.actions.append(parts.action(self.document, entry, number, self.own))
        else:
            return False
        return True

    def _boxes(self, blocks: Iterable[Block]) -> None:
        for block in walk(blocks):
            if block.kind == "list_item":
                box = boxes.plain(parts.entry_text(self.document, block))
                if box:
                    self._box(block, box)

    def _box(self, entry: Block, box: boxes.Box) -> None:
        number = patterns.numbered(self.document.line(entry.start))
        self.actions.append(boxes.action(self.document, entry, number, box.state, box))


def _is_status(said: str, place: tuple[int, int], own: Conventions | None) -> bool:
    return words.status(said[slice(*place)], own) != "unknown"


def _first(document: Document, entry: Block) -> tuple[int, int, str]:
    """Where the text of an entry's first paragraph begins, in bytes of the file and in characters
    of its line, and that text as it stands there, newlines and all."""
    width, _ = patterns.unbulleted(document.line(entry.start))
    start = parts.span_in_line(document, entry.start, width, width).start_byte
    end = entry.start + 1
    if entry.children and entry.children[0].kind == "paragraph":
        end = max(end, entry.children[0].end)
    said = text.decode(document.data[start : document.starts[end]])
    return start, width, said.rstrip("\r\n")


def _line_of(starts: list[int], at: int) -> int:
    return max(0, min(bisect_right(starts, at), len(starts) - 1) - 1)
