"""One focus at a time, and a history of dated entries under headings of their own.

A new entry is put in beside the latest, in the style of its neighbours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from ledger.errors import Refused
from ledger.plan import document, patterns, places, styles, text, words
from ledger.plan.dialect import Contents, Dialect, Sign, Text
from ledger.plan.dialects import logbook_entries
from ledger.plan.dialects.list_edits import checked_status
from ledger.plan.dialects.logbook_sections import Reading
from ledger.plan.document import Document, Edit, Section
from ledger.plan.model import Action, Attempt, Change, Field, Item, Ledger, NewAttempt
from ledger.plan.words import Vocabulary

_HEADING = re.compile(r"(?P<marks>[ ]{0,3}#{1,6})[ \t]+")
_SUMMARIES: Final = ("action", "actions", "summary", "work", "what", "done", "goal")
_DASH = re.compile(r"[ \t](?P<dash>[\u2013\u2014:]|-{1,2})[ \t]")
_LONGEST_NOTE: Final = 60
_LONGEST_STYLE: Final = 60  # lines of a neighbour that are looked at
_LOOKED_AT: Final = 200  # sections of a file, for one that no other dialect has
_Time = Literal["day", "minute", "second", "compact"]


@dataclass(frozen=True, slots=True)
class Style:
    """How entries look: their heading's level, how its time is written, and their labels.

    ``summary`` and ``metrics`` are the names of labels; ``is_listed`` puts metrics and artifacts in
    a list below their label, ``is_spaced`` a blank line between labels."""

    marks: str = "###"
    time: _Time = "minute"
    dash: str = "\u2014"
    summary: str = "Action"
    metrics: str = "Metrics"
    bold: str = "**"
    is_listed: bool = True
    is_spaced: bool = True


class Logbook(Dialect):
    """A focus and a history."""

    name = "logbook"
    is_numbered = False
    shares_history = True

    def sign(self, document: Document, section: Section) -> Sign | None:
        """In a file that has a focus, a history and dated entries, or two of these: a heading of
        such a section."""
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
            owns=True,  # what stands below, such as checkboxes, is the logbook's
        )

    def may_own(self, document: Document, section: Section) -> bool:
        """The heading of a focus or of an entry: one of these is in every logbook."""
        title = document.title(section)
        kind = logbook_entries.kind(title, document.vocabulary)
        return kind == "focus" or logbook_entries.entry(title) is not None

    def read(self, document: Document, sections: Sequence[Section]) -> Contents:
        """What these sections hold."""
        return Reading(document, sections).contents()

    def append(self, plan: Text, item: Item, change: Change) -> list[Edit]:
        """An entry beside the latest of the history, boxes ticked, tasks added, and the status of
        the focus."""
        ledger = plan.ledger
        edits = [_entry(ledger, item, change.attempt)]
        edits += [_tick(self.open_action(item, number)) for number in change.complete]
        if change.next:
            edits.append(_next(plan, item, change.next))
        if change.status:
            edits.append(_status(ledger, item, change.status))
        return edits

    def candidates(self, item: Item, number: int) -> Sequence[Action]:
        """Steps are listed again when they are done: then the open one is meant."""
        actions = super().candidates(item, number)
        return [action for action in actions if action.state != "complete"] or actions[:1]


def _is_logbook(document: Document) -> bool:
    """Whether two of these have headings outside of the items of other dialects."""
    found: set[str] = set()
    item = 0  # the level of the item that the section stands in
    for section in document.sections[:_LOOKED_AT]:
        if not section.heading or (item and section.level > item):
            continue
        title = document.title(section)
        item = section.level if patterns.ids(document.vocabulary).item.match(title) else 0
        kind = logbook_entries.kind(title, document.vocabulary)
        if kind in ("focus", "attempts"):
            found.add(kind)
        elif logbook_entries.entry(title):
            found.add("entry")
        if len(found) > 1:
            return True
    return False


# The entry


def _entry(ledger: Ledger, item: Item, new: NewAttempt) -> Edit:
    entries = places.shared_history(ledger)
    if entries:
        every = (logbook_entries.entry(_title(ledger, each)) for each in entries)
        is_first = logbook_entries.newest_first([one for one in every if one])
        own = [one for one in entries if one.item == item.id]
        style = _style(ledger, (own or entries)[0 if is_first else -1])
        lines = _rendered(item, new, style, words.of(ledger))
        if is_first:
            return places.insertion(ledger.text, entries[0].span.start_byte, [*lines, ""])
        return places.behind(
            ledger, entries[-1].span.end_byte, [*places.between(ledger, entries), *lines]
        )
    home, todo = _field(item, "attempts"), _field(item, "todo")
    marks = _marks(places.first_line(ledger, (home or item).span.start_byte))
    lines = _rendered(item, new, Style(marks=f"#{marks}"[:6]), words.of(ledger))
    if home:
        return places.behind(ledger, home.span.end_byte, ["", *lines])
    title = f"{marks} {words.of(ledger).written('Attempts History')}"
    if todo:
        return places.insertion(ledger.text, todo.span.start_byte, [title, "", *lines, ""])
    return places.insertion(ledger.text, len(ledger.text), ["", title, "", *lines])


def _title(ledger: Ledger, entry: Attempt) -> str:
    return places.first_line(ledger, entry.span.start_byte).strip().strip("#").strip()


def _marks(line: str) -> str:
    found = _HEADING.match(line)
    return found["marks"].strip() if found else "##"


def _style(ledger: Ledger, like: Attempt) -> Style:
    """The style of an entry."""
    lines = places.lines(ledger, like)[:_LONGEST_STYLE]
    title = _title(ledger, like)
    opened = logbook_entries.entry(title)
    dash = _DASH.search(title)
    found: dict[str, tuple[int, str]] = {}
    bold = "**"
    for at, line in enumerate(lines):
        label = logbook_entries.LABEL.match(line)
        if label:
            bold = "**" if label["bold"] else bold
            found.setdefault(label["name"].strip(), (at, label["value"].strip()))
    summaries = [name for name in found if name.lower() in _SUMMARIES]
    listed = [name for name in found if name.lower().startswith(("metrics", "artifacts"))]
    firsts = [at for at, _ in found.values()]
    return Style(
        marks=_marks(lines[0]),
        time=_time(opened.when) if opened else "minute",
        dash=dash["dash"] if dash else "\u2014",
        summary=summaries[0] if summaries else "Action",
        metrics=next((name for name in listed if name.lower().startswith("metrics")), "Metrics"),
        bold=bold,
        is_listed=not listed or not found[listed[0]][1],
        is_spaced=not firsts[1:] or any(not lines[at - 1].strip() for at in firsts[1:]),
    )


def _time(when: str) -> _Time:
    if patterns.STAMP.search(when):
        return "compact"
    digits = len(re.sub(r"\D", "", when))
    return "day" if digits <= 8 else "minute" if digits <= 12 else "second"


def _rendered(item: Item, new: NewAttempt, style: Style, vocabulary: Vocabulary) -> list[str]:
    """The entry's lines, without newlines."""
    said = styles.defused(new.words, vocabulary)
    note = said if _fits(said, new, vocabulary) else ""
    name = f" {style.dash} {item.id}" if item.is_named else ""
    # The run's stamp is read from the first folder that is cited, if it stands there.
    is_cited = not new.stamp or new.stamp in "".join(new.artifacts[:1])
    time = style.time if is_cited else "second"
    lines = [f"{style.marks} {_when(new, time)}{name}" + (f" ({note})" if note else "")]
    blocks: list[list[str]] = []
    for label, values in (
        (style.summary, [styles.defused(new.summary, vocabulary)]),
        (vocabulary.written("Result"), [] if note else [said]),
        (style.metrics, styles.defused(new.metrics, vocabulary).split("; ")),
        ("Because", [styles.defused(new.because, vocabulary)]),
        ("Artifacts", [f"`{path}`" for path in new.artifacts]),
        ("Commit", [new.commit]),
    ):
        opened = f"{style.bold}{label}:{style.bold}"
        kept = [value for value in values if value]
        if kept and style.is_listed and label in (style.metrics, "Artifacts"):
            blocks.append([opened, *(f"- {styles.inert(value)}" for value in kept)])
        elif kept:
            blocks.append([f"{opened} {'; '.join(kept)}"])
    for place, block in enumerate(blocks):
        if place and style.is_spaced:
            lines.append("")
        lines += block
    return lines


def _fits(said: str, new: NewAttempt, vocabulary: Vocabulary) -> bool:
    """Whether the result can stand as the note of a heading and means the same there."""
    plain = not set(said) & set("()[]#`*<>\\") and len(said) <= _LONGEST_NOTE
    return plain and logbook_entries.of_note(said, vocabulary) == new.result


def _when(new: NewAttempt, time: _Time) -> str:
    stamp = new.stamp
    if time == "day" or not stamp:
        return new.date
    if time == "compact":
        return stamp
    hour, minute, second = stamp[9:11], stamp[11:13], stamp[13:15]
    return f"{new.date}T{hour}:{minute}" + (f":{second}Z" if time == "second" else "Z")


# Actions


def _tick(action: Action) -> Edit:
    span = action.state_span
    if not action.state_text:
        return Edit(span.start_byte, span.start_byte, b"[x] ")
    return Edit(span.start_byte, span.end_byte, b"[x]")


def _next(plan: Text, item: Item, new: tuple[str, ...]) -> Edit:
    """New tasks at the end of the last section of tasks. The item's name stands before words that
    would be taken for another's."""
    ledger, starts = plan.ledger, plan.document.starts
    book = Reading(plan.document, plan.sections)
    lines = [styles.defused(one, words.of(ledger)) for one in new]
    tasks = [
        f"[ ] {line if book.owner(line) == item.id else f'{item.id}: {line}'}" for line in lines
    ]
    todos = [one for one in book.found if one.kind == "todo" and not one.entry]
    if not todos:
        marks = _marks(places.first_line(ledger, item.span.start_byte))
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


# Status


def _status(ledger: Ledger, item: Item, status: str) -> Edit:
    new = checked_status(ledger, status, r"[^`]+", "in_progress")
    field = _field(item, "status")
    if not field or not field.value:
        raise Refused(
            "no-status",
            f"{item.id} has no status of its own (line {item.span.start_line})",
            "the section `Status` tells of the current focus",
        )
    marks = len(field.value) - len(field.value.lstrip("`*_"))
    phrase = words.phrase(field.value[marks:]).rstrip("`*_")
    start = field.value_span.start_byte + marks
    return Edit(start, start + len(text.encode(phrase)), text.encode(new))


def _field(item: Item, kind: logbook_entries.Kind) -> Field | None:
    kinds = ((logbook_entries.kind(one.name, words.USUAL), one) for one in item.fields)
    return next((one for found, one in kinds if found == kind), None)
