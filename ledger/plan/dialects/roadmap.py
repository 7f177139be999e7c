"""Tiers as headings; an item is a bullet, its status a bold word, its last attempt a dated note.

    - [READ-001] (Read large files) — **partial** (2025-12-08T050000Z i=153: too slow)

A bullet that opens with an ID, or with a title and a bold status, is an item; bullets nested in it
are its fields, of which some hold criteria, actions and attempts. The dated note behind the status
is an attempt without a number.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ledger.plan import parts, patterns, text, words
from ledger.plan.dialect import Contents, Sign
from ledger.plan.dialects import list_edits
from ledger.plan.document import Block, Document, Section, entries, walk
from ledger.plan.model import Attempt, Field, Item, Span, Unread
from ledger.plan.words import Vocabulary

_CONTEXTS: Final[tuple[tuple[str, parts.Context], ...]] = (
    ("attempt", "attempts"),
    *((name, "actions") for name in ("next action", "next step", "todo", "task")),
    *((name, "criteria") for name in words.CRITERIA),
)
_DASH = r"(?:[\u2013\u2014\u2192]|-{1,2}>?|=>|:)"
# e.g. " — **in progress**"
_BOLD = re.compile(
    rf"(?:\A|[ \t\r\n]){_DASH}[ \t\r\n]{{1,4}}(?P<mark>\*\*|`)(?P<word>[^*`\r\n]{{1,60}})(?P=mark)"
)
# e.g. " — done (2026-02-01)"
_PLAIN = re.compile(
    rf"(?:\A|[ \t]){_DASH}[ \t]{{1,4}}(?P<word>[^\W\d_][\w '\u2019-]{{1,30}}?)"
    r"(?=[ \t]*(?:[(.;:\r\n]|\Z))"
)
_OPEN = re.compile(r"[ \t]*(?:\r\n|\r|\n)?[ \t]*\(")
_DATED = re.compile(r"[*`\[]{0,3}\d{4}[-\u2010\u2011]?\d\d")
# What was meant as a date, if it is none: `2026-13-31 i=153`
_NOTE_DATE = re.compile(r"[*`\[]{0,3}\d{4}[-\u2010\u2011]\d\d[-\u2010\u2011]\d\d(?!\d)")
_RESULT = re.compile(r"\bResult:\*{0,2}[ \t]*(?P<said>[^.;\r\n]{1,120})")
# e.g. "Priority 2: Endpoints"
_TIER = re.compile(
    r"\b(?:tier|level|wave|stage|priority|prio|p)[ \t#:-]{0,3}(?P<number>\d{1,3})\b", re.IGNORECASE
)
# e.g. "High priority"
_RANKED = re.compile(
    r"\b(?P<word>critical|urgent|high|medium|low)\b[ \t-]*(?:priority|prio)?", re.IGNORECASE
)


class Roadmap(list_edits.ListDialect):
    """Tiers of bullets."""

    name = "roadmap"
    place = list_edits.ENTRY
    has_notes = True

    def sign(self, document: Document, section: Section) -> Sign | None:
        """A bullet with an ID and a bold status, or with one that is not in brackets."""
        opened = [(entry, _opened(document, entry)) for entry in entries(section.blocks)]
        named_openings = [(entry, o) for entry, o in opened if o.id and (o.is_bold or o.is_told)]
        if not named_openings:
            return None
        is_bold = any(o.is_bold and not o.is_told for _, o in named_openings)
        return Sign(
            dialect=self.name,
            line=named_openings[0][0].start + 1,
            count=section.end - section.start,
            reason=f"a bullet with an ID and a {'bold ' if is_bold else ''}status",
            is_beside=not is_bold,
        )

    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """What these sections hold."""
        return _Reading(document).contents(sections)


# How an item opens


class Opening(NamedTuple):
    """What an entry's first paragraph says; places are characters of it, from its bullet on.

    ``status`` and ``note`` are start and end, None where there is none; ``note`` is what is in
    the parentheses, where that begins with a date."""

    id: str | None
    title: str
    is_bold: bool
    status: tuple[int, int] | None
    note: tuple[int, int] | None
    date: str | None
    stamp: str | None
    is_told: bool = False


def opening(line: str, vocabulary: Vocabulary, *, is_told: bool = False) -> Opening:
    """Read the first paragraph of a list's entry, its bullet cut off. ``is_told``: a status is
    reported below it, so that it may be an item whose ID is not in brackets, or in bold ones."""
    match = patterns.ids(vocabulary).item.match(line)
    start = match.start("title") if match else 0
    name = patterns.plain_id(patterns.id_of(match)) if match else None
    shaped = None if match and not line.startswith("*") else patterns.shaped(line, vocabulary)
    bold = next((m for m in _BOLD.finditer(line, start) if _is_status(m, vocabulary)), None)
    lead = bold or _plain(line, start, vocabulary)
    if shaped and shaped.id and (lead or is_told):
        name, start, is_told = shaped.id, len(line) - len(shaped.rest), True
    else:
        is_marked = line.startswith("**") or (lead and line.startswith("**", start + 1))
        is_told = match is not None and (
            is_told or (bool(is_marked) and parts.opens_listed(line, vocabulary))
        )
    status = lead.span("word") if lead else None
    end = lead.start() if lead else len(line)
    title = line[start:end]
    if line.startswith("**") and (shaped or match):  # **[LEX-001] Read** — in one pass
        title = words.plain(title.lstrip("* ").partition("**")[0])
    title = " ".join(title.replace("**", "").split()).strip(" *:\u2013\u2014-")
    if title.startswith("(") and title.endswith(")"):
        title = title[1:-1].strip()
    note = _note(line, lead.end() if lead else start)
    date, stamp = patterns.when(line[note[0] : note[1]][:40]) if note else (None, None)
    return Opening(
        id=name,
        title=title,
        is_bold=bold is not None,
        status=status,
        note=note if note and (date or _NOTE_DATE.match(line, note[0])) else None,
        date=date,
        stamp=stamp,
        is_told=is_told,
    )


def _opened(document: Document, entry: Block) -> Opening:
    """The opening of an entry, as what is nested in it says more of it."""
    nested = (parts.entry_text(document, block) for block in entries(entry.children))
    label = patterns.field_label(document.vocabulary, "Status", "State")
    is_told = any(label.match(line) for line in nested)
    return opening(_first(document, entry)[2], document.vocabulary, is_told=is_told)


def _is_status(bold: re.Match[str], vocabulary: Vocabulary) -> bool:
    """Whatever is bold is meant for one; what is in code may be a name."""
    return bold["mark"] == "**" or vocabulary.is_status(bold["word"])


def _plain(line: str, start: int, vocabulary: Vocabulary) -> re.Match[str] | None:
    """A status that is not marked: a word that is one."""
    for match in _PLAIN.finditer(line, start, start + 400):
        if vocabulary.is_status(match["word"]):
            return match
    return None


def _note(line: str, at: int) -> tuple[int, int] | None:
    """The parenthesis at ``at`` if it begins with a date; to the end where it is not closed."""
    match = _OPEN.match(line, at)
    if not match or not _DATED.match(line, match.end()):
        return None
    depth = 1
    for place in range(match.end(), len(line)):
        if line[place] == "(":
            depth += 1
        elif line[place] == ")":
            depth -= 1
            if not depth:
                return match.end(), place
    return match.end(), len(line.rstrip())


def tier_priority(title: str) -> str | None:
    """What a tier's heading means as a priority: its number, or its word."""
    match = _TIER.search(title)
    if match:
        return str(int(match["number"]))
    word = _RANKED.search(title)
    return word["word"].lower() if word else None


# Reading


class _Reading:
    """What was read so far, and the tiers that are open: level, title."""

    def __init__(self, document: Document) -> None:
        self.document, self.vocabulary = document, document.vocabulary
        self.items: list[Item] = []
        self.loose: list[Attempt] = []
        self.unread: list[Unread] = []
        self.tiers: list[tuple[int, str]] = []
        self.names: dict[str, int] = {}

    def contents(self, sections: Sequence[Section]) -> Contents:
        """All that was found."""
        for section in sections:
            if section.heading:
                while self.tiers and self.tiers[-1][0] >= section.level:
                    self.tiers.pop()
                self.tiers.append((section.level, self.document.title(section)))
            for entry in entries(section.blocks):
                self._entry(entry, is_nested=False)
        return Contents(items=self.items, loose=self.loose, unread=self.unread)

    def _entry(self, entry: Block, *, is_nested: bool) -> None:
        """An item; what is no item may be an attempt that is outside of any."""
        start, width, words = _first(self.document, entry)
        opened = _opened(self.document, entry)
        status = words[slice(*opened.status)] if opened.status else ""
        is_told = opened.is_bold and self.vocabulary.is_status(status)
        line = self.document.line(entry.start)
        is_odd = not opened.id and patterns.looks_like_item(line[width:])
        is_tag = not (opened.is_told or status or parts.opens_listed(words, self.vocabulary))
        if (opened.id and (is_told or not (is_nested or is_tag))) or (
            is_told and not is_nested and not is_odd
        ):
            self._item(entry, start, words, opened)
            return
        lead = patterns.attempt(line[width:])
        if lead and lead.is_certain and not is_nested:
            end = entry.end
            self.loose.append(parts.attempt(self.document, lead, None, entry.start, end))
        elif is_odd and not is_nested:
            reason = "its ID is not one"
            self.unread.append(parts.unread(self.document, "item", entry.start, reason))
        if not is_nested:
            self._stray(entry)

    def _stray(self, entry: Block) -> None:
        """The attempts in an entry that is no item: nobody shall lose them."""
        for block in walk(entry.children):
            lead = patterns.attempt(parts.entry_text(self.document, block))
            if block.kind == "list_item" and lead and lead.is_certain and lead.number is not None:
                attempt = parts.attempt(self.document, lead, None, block.start, block.end)
                self.loose.append(attempt)

    def _item(self, entry: Block, start: int, line: str, opened: Opening) -> None:
        name = opened.id or self._unique_name(opened.title)
        draft = _Draft(self.document, name)
        for block in entries(entry.children):
            draft.bullet(block)
        status = line[slice(*opened.status)].strip() if opened.status else draft.value("status")
        if opened.status:
            span = self._span(start, line, opened.status)
            draft.fields.insert(0, Field(name="Status", value=status, span=span, value_span=span))
        if opened.note:
            draft.attempts.insert(0, self._note(name, start, line, opened, bool(draft.attempts)))
        priority, priority_text = self._priority(draft.value("priority"))
        self.items.append(
            Item(
                id=name,
                title=opened.title,
                priority=priority,
                priority_text=priority_text,
                status=self.vocabulary.status(status),
                status_text=status,
                fields=tuple(draft.fields),
                attempts=tuple(draft.attempts),
                actions=parts.counted(draft.actions),
                criteria=tuple(draft.criteria),
                span=parts.trimmed_span(self.document, entry.start, entry.end),
                dialect=Roadmap.name,
                is_named=opened.id is not None,
            )
        )
        for block in draft.others:
            self._entry(block, is_nested=True)

    def _priority(self, own: str) -> tuple[str | None, str]:
        """What the item says of it, else the nearest tier above that says anything."""
        if own:
            return words.priority(own), own
        for _, title in reversed(self.tiers):
            tier = tier_priority(title)
            if tier:
                return tier, title
        return None, ""

    def _unique_name(self, title: str) -> str:
        """A name made of a title's words, which no other item of the file has."""
        slug = patterns.slug(title, "item")
        self.names[slug] = count = self.names.get(slug, 0) + 1
        return slug if count == 1 else f"{slug}-{count}"

    def _note(self, name: str, start: int, line: str, opened: Opening, has_later: bool) -> Attempt:
        """The attempt that the note mentions; its result is the status, unless others follow."""
        assert opened.note
        note = line[slice(*opened.note)]
        labelled = _RESULT.search(note)
        shown = labelled["said"].strip() if labelled else ""
        if not shown and opened.status and not has_later:
            status = line[slice(*opened.status)].strip()
            shown = status if self.vocabulary.result(status) != "unknown" else ""
        plain = "\n".join(re.split(r"\r\n|\r|\n", note))
        return Attempt(
            item=name,
            number=None,
            date=opened.date,
            stamp=opened.stamp or patterns.labelled_stamp(plain) or patterns.artifacts_stamp(plain),
            result=self.vocabulary.result(shown) if shown else "unknown",
            result_text=shown,
            text=plain,
            source="history",
            span=self._span(start, line, opened.note),
        )

    def _span(self, start: int, line: str, place: tuple[int, int]) -> Span:
        """Characters of a paragraph that begins at byte ``start`` as a span."""
        begin = start + len(text.encode(line[: place[0]]))
        end = start + len(text.encode(line[: place[1]]))
        starts = self.document.starts
        first = _line_of(starts, begin)
        last = _line_of(starts, max(begin, end - 1))
        return Span(start_line=first + 1, end_line=last + 1, start_byte=begin, end_byte=end)


class _Draft(parts.Draft):
    """What is nested in an item."""

    def __init__(self, document: Document, name: str) -> None:
        super().__init__(document, name)
        self.others: list[Block] = []  # what may be items of their own

    def bullet(self, entry: Block) -> None:
        """A nested bullet: a field with what it holds, a box, or an attempt."""
        if self._part(entry, ""):
            return
        field = parts.field(self.document, entry)
        context = self.add_field(entry, field, _CONTEXTS) if field else ""
        if not field:
            self.others.append(entry)
        for block in entries(entry.children):
            if not self._part(block, context):
                self._boxes(block.children)

    def _part(self, entry: Block, context: parts.Context) -> bool:
        """An attempt, action or criterion."""
        line = parts.entry_text(self.document, entry)
        lead = patterns.attempt(line)
        if lead and ((lead.is_certain and lead.number is not None) or context == "attempts"):
            new = parts.attempt(self.document, lead, self.id, entry.start, entry.end)
            self.attempts.append(new)
        elif context == "criteria":
            self.add_criterion(line, entry.start, entry.end)
        elif box := parts.plain_box(line):
            self._box(entry, box)
        elif context == "actions":
            number = patterns.numbered(self.document.line(entry.start))
            self.actions.append(parts.action(self.document, entry, number))
        else:
            return False
        return True

    def _boxes(self, blocks: Iterable[Block]) -> None:
        for block in walk(blocks):
            if block.kind == "list_item":
                box = parts.plain_box(parts.entry_text(self.document, block))
                if box:
                    self._box(block, box)

    def _box(self, entry: Block, box: parts.Box) -> None:
        number = patterns.numbered(self.document.line(entry.start))
        self.actions.append(parts.boxed_action(self.document, entry, number, box.state, box))


def _first(document: Document, entry: Block) -> tuple[int, int, str]:
    """Where the text of an entry's first paragraph begins, in bytes of the file and in characters
    of its line, and that text as it is there, newlines and all."""
    width, _ = patterns.unbulleted(document.line(entry.start))
    start = parts.span_in_line(document, entry.start, width, width).start_byte
    end = entry.start + 1
    if entry.children and entry.children[0].kind == "paragraph":
        end = max(end, entry.children[0].end)
    line = text.decode(document.data[start : document.starts[end]])
    return start, width, line.rstrip("\r\n")


def _line_of(starts: list[int], at: int) -> int:
    return max(0, min(bisect_right(starts, at), len(starts) - 1) - 1)
