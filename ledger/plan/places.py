"""Where things are in an item, and lines put in at such a place."""

import re
import textwrap
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from ledger.plan import parts, patterns, text, words
from ledger.plan.document import Block, Document, Edit, walk
from ledger.plan.model import Attempt, Field, Item, Ledger, Pointer

_RULE = re.compile(r"[ \t]*\|?[ \t:|-]*-[ \t:|-]*")  # | --- | --- |
_TAB: Final = 4
_LINE_END = re.compile(rb"[\r\n]|\Z")


def field(item: Item, *names: str) -> Field | None:
    """The item's first field whose name starts with one of ``names``, the first of them first."""
    return next(
        (field for name in names for field in item.fields if field.name.lower().startswith(name)),
        None,
    )


HOMES: Final = {
    "Attempts History": ("attempts history", "attempts", "attempt history"),
    "Next Actions": ("next actions", "next action"),
    "Exit Criteria": words.CRITERIA,
}
"""What the fields are called that hold an item's attempts, its actions and its criteria."""


def history(item: Item) -> list[Attempt]:
    """The attempts of the item's history: those in the field that is their home, if any are."""
    every = [attempt for attempt in item.attempts if attempt.source == "history"]
    home = field(item, *HOMES["Attempts History"])
    begin, end = (home.span.start_byte, home.span.end_byte) if home else (0, 0)
    return [attempt for attempt in every if begin <= attempt.span.start_byte < end] or every


def shared_history(ledger: Ledger) -> list[Attempt]:
    """The attempts of the history that the items of a logbook share, in the order of the file."""
    every = [a for item in ledger.items if item.dialect == "logbook" for a in item.attempts]
    every += [attempt for attempt in ledger.loose if attempt.number is None]
    return sorted(every, key=lambda attempt: attempt.span.start_byte)


def in_field(ledger: Ledger, item: Item, name: str, lines: Sequence[str], at: int = -1) -> Edit:
    """``lines`` at the end of the item's field ``name``, one of ``HOMES``, or below one that is
    made at byte ``at``, by default before the fields that look ahead."""
    home = field(item, *HOMES[name])
    like = home or (item.fields[0] if item.fields else None)
    start = first_line(ledger, like.span.start_byte) if like else "- "
    bullet = start[: patterns.unbulleted(start)[0]]
    lines = _below(bullet, lines)
    if home:
        return insertion(ledger.text, home.span.end_byte, lines)
    if not bullet.strip():  # **Status:** done, a paragraph
        mark = "**" if start.startswith("**") else ""
        lines = [f"{mark}{words.of(ledger).written(name)}:{mark}", "", *lines]
        at = at if at >= 0 else end_of_fields(item)
        is_parted = ledger.text.endswith((b"\n\n", b"\n\r\n", b"\r\r"), 0, at)
        return behind(ledger, at, lines if is_parted else ["", *lines])
    lines = [f"{bullet}{as_field(f'{words.of(ledger).written(name)}:', start)}", *lines]
    if at >= 0 or item.fields:
        at = at if at >= 0 else end_of_fields(item)
        following = first_line(ledger, at) if at < len(ledger.text) else ""
        if following.startswith("**"):  # a paragraph would go on with the list
            lines = [*lines, ""]
        return insertion(ledger.text, at, lines)
    return insertion(ledger.text, item.span.end_byte, ["", *lines])


def as_field(line: str, neighbour: str) -> str:
    """``Name: value`` with the bold name of ``neighbour``, a line, where that has one."""
    if not re.match(r"[ \t]*(?:[-*+][ \t]+)?\*\*[^*]+:\*\*", neighbour):
        return line
    name, _, value = line.partition(":")
    return f"**{name}:**{value}"


def _below(bullet: str, lines: Sequence[str]) -> Sequence[str]:
    """``lines`` as the list below what ``bullet`` opens: an indent that is none of Markdown's for
    such a list, for it was copied from elsewhere, becomes one."""
    width, first = (len(line.expandtabs(_TAB)) for line in (bullet, lines[0]))
    indent = first - len(lines[0].lstrip().expandtabs(_TAB))
    if bullet and width <= indent < width + _TAB:
        return lines
    plain = textwrap.dedent("\n".join(lines))
    return textwrap.indent(plain, " " * width).split("\n")


def end_of_fields(item: Item) -> int:
    """Before the fields that look ahead (actions, risks, exit criteria), else after all."""
    ahead = ("next action", "required action", "risk", *words.CRITERIA)
    for field in item.fields:
        if field.name.lower().startswith(ahead):
            return field.span.start_byte
    return item.fields[-1].span.end_byte if item.fields else item.span.end_byte


def insertion(data: bytes, at: int, lines: Sequence[str]) -> Edit:
    """Whole lines at the start of a line, in the newline style of the place."""
    newline = text.newline_of(data, at)
    body = newline.join(text.encode(line) for line in lines)
    if at and data[at - 1 : at] not in (b"\n", b"\r"):
        return Edit(at, at, newline + body)  # the file's last line has no newline, nor has ours
    return Edit(at, at, body + newline)


def lines(ledger: Ledger, attempt: Attempt) -> list[str]:
    """The attempt's lines as written, newlines cut off."""
    raw = ledger.text[attempt.span.start_byte : attempt.span.end_byte].removeprefix(text.BOM)
    return re.split(r"\r\n|\n|\r", text.decode(raw))


def columns(ledger: Ledger, attempt: Attempt) -> list[str]:
    """What the columns are called of the table that the attempt is a row of; empty for none."""
    if not attempt.text.startswith("|"):
        return []
    above = re.split(r"\r\n|\n|\r", text.decode(ledger.text[: attempt.span.start_byte]))
    at = next((n for n in range(len(above) - 1, 0, -1) if _RULE.fullmatch(above[n])), 0)
    return [cell for _, _, cell in parts.cells(above[at - 1])] if at else []


def first_line(ledger: Ledger, start: int) -> str:
    """The line that begins at byte ``start``."""
    end = _LINE_END.search(ledger.text, start)
    assert end
    return text.decode(ledger.text[start : end.start()].removeprefix(text.BOM))


def newest_first(group: Sequence[Attempt], archived: Sequence[Pointer] = ()) -> bool:
    """Whether the numbers of ``group`` fall, those that were ``archived`` from it among them; where
    it has none, whether its first date is later than its last."""
    if group and all(attempt.number is None for attempt in group):
        times = [(attempt.date or "", attempt.stamp or "") for attempt in group]
        return times[0] > times[-1]
    known = [(a.span.start_byte, a.number, a.number) for a in group if a.number is not None]
    for pointer in archived:
        if pointer.ranges and not pointer.is_item:
            ends = pointer.ranges[0][0], max(last for _, last in pointer.ranges)
            known.append((pointer.span.start_byte, *ends))
    known.sort()
    return len(known) > 1 and all(a[1] > b[2] for a, b in pairwise(known))


def is_spaced(ledger: Ledger, group: Sequence[Attempt], archived: Sequence[Pointer] = ()) -> bool:
    """Whether a blank line parts the last two of ``group``, or the last from ``archived``."""
    spans = [attempt.span for attempt in group]
    for pointer in archived:
        if not pointer.is_item:
            begin, end = pointer.span.start_byte, pointer.span.end_byte
            newline = text.NEWLINE.match(ledger.text, end)
            end = newline.end() if newline else end
            spans.append(pointer.span.model_copy(update={"start_byte": begin, "end_byte": end}))
    spans.sort(key=lambda span: span.start_byte)
    if len(spans) < 2:
        return False
    gap = ledger.text[spans[-2].end_byte : spans[-1].start_byte]
    return bool(gap) and not gap.strip()


def between(ledger: Ledger, entries: Sequence[Attempt]) -> list[str]:
    """What parts the last two ``entries`` below headings: a blank line, or a rule in blanks."""
    gap = (
        ledger.text[entries[-2].span.end_byte : entries[-1].span.start_byte] if entries[1:] else b""
    )
    rule = text.decode(gap).strip()
    return ["", rule, ""] if re.fullmatch(r"[-*_]{3,10}", rule) else [""]


def behind(ledger: Ledger, at: int, lines: list[str]) -> Edit:
    """Lines behind others, and a blank one where text follows."""
    following = first_line(ledger, at)
    return insertion(ledger.text, at, [*lines, ""] if following.strip() else lines)


def entry_of(document: Document, item: Item) -> Block | None:
    """The entry of the list that ``item`` is, in the document that it was read from."""
    at = item.span.start_line - 1
    sections = (section for section in document.sections if section.start <= at < section.end)
    blocks = (block for section in sections for block in walk(section.blocks))
    return next((b for b in blocks if b.kind == "list_item" and b.start == at), None)


def name(attempt: Attempt) -> str:
    """What a message calls ``attempt``."""
    if attempt.number is not None:
        called = f"attempt #{attempt.number}"
    else:
        called = f"an attempt ({attempt.date})" if attempt.date else "an attempt"
    return f"{called} of {attempt.item}" if attempt.item else called
