"""An entry put into a logbook in the style of its neighbours, as edits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ledger.errors import Refused, UsageError
from ledger.plan import dialects, document, patterns, places, styles, text, words
from ledger.plan.dialects.logbook import headings, reading, results
from ledger.plan.document import Edit
from ledger.plan.model import Attempt, Change, Field, Item, Ledger, NewAttempt

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_HEADING = re.compile(r"(?P<marks>[ ]{0,3}#{1,6})[ \t]+")
_SUMMARIES: Final = ("action", "actions", "summary", "work", "what", "done", "goal")
_DASH = re.compile(r"[ \t](?P<dash>[\u2013\u2014:]|-{1,2})[ \t]")
_LONGEST_NOTE: Final = 60
_LONGEST_STYLE: Final = 60  # lines of a neighbour that are looked at
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


def append(ledger: Ledger, item: Item, change: Change) -> list[Edit]:
    """The entry, boxes ticked, tasks added, and the status of the focus."""
    edits = [_entry(ledger, item, change.attempt)]
    edits += [_tick(item, number) for number in change.complete]
    if change.next:
        edits.append(_next(ledger, item, change.next))
    if change.status:
        edits.append(_status(ledger, item, change.status))
    return edits


# The entry


def _entry(ledger: Ledger, item: Item, new: NewAttempt) -> Edit:
    entries = _entries(ledger)
    if entries:
        is_first = _newest_first(ledger, entries)
        own = [one for one in entries if one.item == item.id]
        style = _style(ledger, (own or entries)[0 if is_first else -1])
        lines = _rendered(item, new, style, ledger.conventions)
        if is_first:
            return places.insertion(ledger.text, entries[0].span.start_byte, [*lines, ""])
        return places.behind(
            ledger, entries[-1].span.end_byte, [*places.between(ledger, entries), *lines]
        )
    home = _field(item, "attempts")
    if home:
        marks = _marks(places.first_line(ledger, home.span.start_byte))
        lines = _rendered(item, new, Style(marks=f"#{marks}"[:6]), ledger.conventions)
        return places.behind(ledger, home.span.end_byte, ["", *lines])
    marks = _marks(places.first_line(ledger, item.span.start_byte))
    lines = _rendered(item, new, Style(marks=f"#{marks}"[:6]), ledger.conventions)
    todo = _field(item, "todo")
    title = f"{marks} {words.written('Attempts History', ledger.conventions)}"
    if todo:
        return places.insertion(ledger.text, todo.span.start_byte, [title, "", *lines, ""])
    return places.insertion(ledger.text, len(ledger.text), ["", title, "", *lines])


def _entries(ledger: Ledger) -> list[Attempt]:
    """All of the file, in its order."""
    every = [one for item in ledger.items if item.dialect == "logbook" for one in item.attempts]
    every += [one for one in ledger.loose if one.number is None]
    return sorted(every, key=lambda one: one.span.start_byte)


def _newest_first(ledger: Ledger, entries: list[Attempt]) -> bool:
    every = (headings.entry(_title(ledger, each)) for each in entries)
    return headings.newest_first([one for one in every if one])


def _title(ledger: Ledger, entry: Attempt) -> str:
    return places.first_line(ledger, entry.span.start_byte).strip().strip("#").strip()


def _marks(line: str) -> str:
    found = _HEADING.match(line)
    return found["marks"].strip() if found else "##"


def _style(ledger: Ledger, like: Attempt) -> Style:
    """The style of an entry."""
    lines = places.lines(ledger, like)[:_LONGEST_STYLE]
    title = _title(ledger, like)
    opened = headings.entry(title)
    dash = _DASH.search(title)
    found: dict[str, tuple[int, str]] = {}
    bold = "**"
    for at, line in enumerate(lines):
        label = results.LABEL.match(line)
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


def _rendered(item: Item, new: NewAttempt, style: Style, own: Conventions | None) -> list[str]:
    """The entry's lines, without newlines."""
    said = styles.defused(new.words, own)
    note = said if _fits(said, new, own) else ""
    name = f" {style.dash} {item.id}" if item.is_named else ""
    time = style.time if _is_cited(new) else "second"
    lines = [f"{style.marks} {_when(new, time)}{name}" + (f" ({note})" if note else "")]
    blocks: list[list[str]] = []
    for label, values in (
        (style.summary, [styles.defused(new.summary, own)]),
        (words.written("Result", own), [] if note else [said]),
        (style.metrics, styles.defused(new.metrics, own).split("; ")),
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


def _is_cited(new: NewAttempt) -> bool:
    """Whether the run's stamp can be read from the first folder that the entry cites."""
    return not new.stamp or (bool(new.artifacts) and new.stamp in new.artifacts[0])


def _fits(said: str, new: NewAttempt, own: Conventions | None) -> bool:
    """Whether the result can stand as the note of a heading and means the same there."""
    plain = not set(said) & set("()[]#`*<>\\") and len(said) <= _LONGEST_NOTE
    return plain and results.of_note(said, own) == new.result


def _when(new: NewAttempt, time: _Time) -> str:
    stamp = new.stamp
    if time == "day" or not stamp:
        return new.date
    if time == "compact":
        return stamp
    hour, minute, second = stamp[9:11], stamp[11:13], stamp[13:15]
    return f"{new.date}T{hour}:{minute}" + (f":{second}Z" if time == "second" else "Z")


# Actions


def _tick(item: Item, number: int) -> Edit:
    action = places.open_action(item, number)
    span = action.state_span
    if not action.state_text:
        return Edit(span.start_byte, span.start_byte, b"[x] ")
    return Edit(span.start_byte, span.end_byte, b"[x]")


def _next(ledger: Ledger, item: Item, said: tuple[str, ...]) -> Edit:
    lines = [_task_line(ledger, item, one) for one in said]
    sections = _task_sections(ledger)
    if sections:
        heading, last = sections[-1]
        if last is None:
            return places.insertion(ledger.text, heading, ["", *(f"- [ ] {one}" for one in lines)])
        line = places.first_line(ledger, last.start)
        prefix = line[: patterns.unbulleted(line)[0]]
        prefix = re.sub(r"\d{1,9}[.)]", "-", prefix)
        added = [f"{prefix}[ ] {one}" for one in lines]
        return places.insertion(ledger.text, last.end, added)
    marks = _marks(places.first_line(ledger, item.span.start_byte))
    title = f"{marks} {words.written('TODOs', ledger.conventions)}"
    return places.insertion(
        ledger.text, len(ledger.text), ["", title, *(f"- [ ] {one}" for one in lines)]
    )


def _book(ledger: Ledger) -> reading.Reading:
    whole = document.parse(ledger.text)
    sections = [
        section
        for section, dialect in zip(
            whole.sections, dialects.recognise(whole, ledger.conventions).sections, strict=True
        )
        if dialect == "logbook"
    ]
    return reading.Reading(
        whole, list(reading.held(whole, sections, ledger.conventions)), ledger.conventions
    )


def _task_line(ledger: Ledger, item: Item, said: str) -> str:
    """The words of a task, behind the item's name where they would be taken for another's."""
    line = styles.defused(said, ledger.conventions)
    return line if _book(ledger).owner(line) == item.id else f"{item.id}: {line}"


def _task_sections(ledger: Ledger) -> list[tuple[int, Edit | None]]:
    """The sections of open tasks: where the line behind the heading begins, and the bytes of its
    last task as an edit that changes nothing, None where it has none."""
    book = _book(ledger)
    starts = book.document.starts
    found: list[tuple[int, Edit | None]] = []
    for one in book.found:
        if one.kind != "todo" or one.entry:
            continue
        last = next(reversed([*document.entries(one.blocks)]), None)
        edit = Edit(starts[last.start], starts[last.end], b"") if last else None
        found.append((starts[one.start + 1], edit))
    return found


# Status


def _status(ledger: Ledger, item: Item, status: str) -> Edit:
    said = text.one_line(status)
    if (
        words.status(said, ledger.conventions) == "unknown"
        or said != words.phrase(said)
        or "`" in said
    ):
        raise UsageError(
            "unknown-status",
            f"{said!r} is no status",
            "use one such as pending, in_progress, blocked, done, archived",
        )
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
    return Edit(start, start + len(text.encode(phrase)), text.encode(said))


def _field(item: Item, kind: headings.Kind) -> Field | None:
    return next((field for field in item.fields if headings.kind(field.name, None) == kind), None)
