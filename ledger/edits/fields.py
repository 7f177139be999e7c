"""The fields, the status and the title of an item: each function returns the plan with one of them
changed, read again and found to say that and nothing else."""

import re
from typing import Any, Final

from ledger.edits import rows
from ledger.edits.append import section_of
from ledger.edits.outline import (
    Outline,
    bare,
    edited,
    expect_status,
    plain,
    refuse_difference,
    unexpected_change,
)
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, places, styles, text, words
from ledger.plan.document import Edit
from ledger.plan.model import Field, Item, Ledger

_TAGS: Final = re.compile(r"(?:\[[^\]\n]{1,30}\] )+")  # e.g. "[SETUP] [P] Write tests"
_LONGEST_TITLE: Final = 200
_MARKS: Final = rb"[*`]*"
_GAP: Final = rb"(?:[ \t]*[\r\n]+[ \t]*|[ \t]+)"  # between the words of a title


def set_field(ledger: Ledger, item_id: str, name: str, value: str) -> Ledger:
    """``ledger`` with ``value`` as that of the item's field ``name``; where it has none, with a
    new field in the style of its neighbours. A field that begins with the name will do
    (`Owner/Date` for `Owner`). Raises UsageError for no such item and a name or value that cannot
    be one, Refused where the item has no place for it."""
    item, place = placed(ledger, item_id)
    if name.lower() == "status":
        return set_status(ledger, item_id, value)
    edits = dialects.field(ledger, item, name, value)
    is_ranked = name.lower() == "priority"
    if is_ranked and any(row.id == item.id for row in ledger.index):
        value = text.one_line(value)
        if not rows.is_cell(value) or value != words.phrase(value):
            message = f"{value[:60]!r} is no priority"
            raise UsageError("bad-field", message, "use one word such as High or P1")
        edits += rows.reworded(ledger, item, "priority", value)
    new = edited(ledger, edits)
    expected, outline = Outline(ledger), Outline(new)
    if len(expected.items) == len(outline.items):
        _expect_field(expected.items[place], outline.items[place], name)
    for [row] in expected.rows if is_ranked else ():
        if row["id"] == item.id and row["priority_text"]:
            row["priority_text"] = value
    refuse_difference(expected, outline)
    return new


def spelled_priority(ledger: Ledger, word: str) -> str:
    """The priority ``word`` as the plan's items spell it: ``High`` for ``high``."""
    every = [words.phrase(item.priority_text) for item in ledger.items]
    same = [spelling for spelling in every if spelling.casefold() == word.strip().casefold()]
    return word if word in same else max(same, key=same.count, default=word)


def drop_field(ledger: Ledger, item_id: str, field: Field) -> Ledger:
    """``ledger`` without a field of the item. Raises UsageError for no such item, Refused where
    more than the field would go."""
    item, place = placed(ledger, item_id)
    start, end = field.span.start_byte, field.span.end_byte
    newline = text.newline_of(ledger.text, start)
    if ledger.text[:start].endswith(2 * newline) and ledger.text.startswith(newline, end):
        end += len(newline)  # it was between blank lines
    new = edited(ledger, [Edit(start, end, b"")])
    expected = Outline(ledger)
    at = item.fields.index(field)
    was = expected.items[place]["fields"]
    expected.items[place]["fields"] = (*was[:at], *was[at + 1 :])
    refuse_difference(expected, Outline(new))
    return new


def _expect_field(mine: dict[str, Any], theirs: dict[str, Any], name: str) -> None:
    """Expect of ``mine`` that one field is new, or has another value, as ``theirs`` has."""
    was, now = list(mine["fields"]), list(theirs["fields"])
    at = next((n for n, field in enumerate(now) if n >= len(was) or field != was[n]), None)
    if at is None:
        return
    rest, called = now[:at] + now[at + 1 :], now[at]["name"].lower()
    if not called.startswith(name.lower()) or rest not in (was, was[:at] + was[at + 1 :]):
        raise unexpected_change(f"the field {name}")
    mine["fields"] = theirs["fields"]
    if called == "priority":
        mine["priority_text"] = theirs["priority_text"]


def set_status(ledger: Ledger, item_id: str, status: str) -> Ledger:
    """``ledger`` with the item's new ``status``, in its own words and in the index. Raises
    UsageError for no such item or status, Refused where the item has no place for it."""
    item, place = placed(ledger, item_id)
    new = edited(ledger, dialects.status(ledger, item, status))
    expected, outline = Outline(ledger), Outline(new)
    known = words.of(ledger).status(plain(status))
    if len(expected.items) == len(outline.items):
        expect_status(expected, outline, place, plain(status))
        notes = zip(
            expected.items[place]["attempts"], outline.items[place]["attempts"], strict=False
        )
        for mine, theirs in notes:  # a roadmap's status is the result of its dated note
            if mine["number"] is None and mine["text"] == theirs["text"]:
                mine["result_text"] = theirs["result_text"]
        if new.items[place].status != known:
            was, now = item.status, new.items[place].status
            raise unexpected_change(f"the status of {item_id}: {was} became {now}")
    refuse_difference(expected, outline)
    return new


def set_title(ledger: Ledger, item_id: str, title: str) -> Ledger:
    """``ledger`` with another ``title`` of the item, also in the index, whose links lead to it. An
    item whose ID is made of its words gets another ID. Raises UsageError for what cannot be a
    title, Refused where the item's is not on one line."""
    item, place = placed(ledger, item_id)
    line = checked_title(ledger, title)
    tags = _TAGS.match(item.title) if dialects.of(item).has_boxes else None
    line = f"{tags.group()}{line}" if tags and not _TAGS.match(line) else line
    new = edited(ledger, [_titled(ledger, item, line), *rows.reworded(ledger, item, "title", line)])
    expected, outline = Outline(ledger), Outline(new)
    if len(expected.items) == len(outline.items):
        mine, theirs = expected.items[place], outline.items[place]
        if _unmarked(theirs["title"]) == _unmarked(line):
            mine["title"] = theirs["title"]
        values = (words.plain(field["value"]).replace(item.title, line) for field in mine["fields"])
        mine["fields"] = [  # the focus of a logbook is a field as well
            now if _unmarked(now["value"]) == _unmarked(value) else was
            for was, now, value in zip(mine["fields"], theirs["fields"], values, strict=False)
        ]
        theirs["fields"] = list(theirs["fields"])
        for other, was, now in zip(ledger.items, expected.items, outline.items, strict=True):
            # The second task of one title is `name-2`, and `name` when the first has another.
            if not other.is_named and _untold(other.id) == _untold(item.id):
                was["id"] = now["id"]
    for group, index_rows in zip(expected.rows, outline.rows, strict=False):
        if group[0]["id"] == item.id and index_rows[0]["title"].replace("\\|", "|") == line:
            group[0]["title"] = index_rows[0]["title"]
    refuse_difference(expected, outline, "word the title otherwise")
    return new


def _untold(name: str) -> str:
    """The name of a task without the count that tells it from others of the same title."""
    return re.sub(r"-\d{1,9}\Z", "", name)


def _unmarked(line: str) -> str:
    """The words alone: a focus is read without the marks in it."""
    return bare(words.plain(line))


def checked_title(ledger: Ledger, title: str) -> str:
    """``title`` as one line without structure. Raises UsageError for none, and for a long one."""
    defused = styles.defused(title, words.of(ledger))
    if not defused or len(defused) > _LONGEST_TITLE:
        problem = f"{len(defused)} characters" if defused else "nothing"
        message = f"expected a title of at most {_LONGEST_TITLE} characters, found {problem}"
        raise UsageError("bad-title", message, "put the rest into an action or a field")
    return defused


def _titled(ledger: Ledger, item: Item, title: str) -> Edit:
    """The title behind the ID, on one line or wrapped over several."""
    start, end = item.span.start_byte, item.span.end_byte
    if item.is_named:
        start += max(0, ledger.text[start:end].find(text.encode(item.id)))
    words_of = [re.escape(text.encode(word)) for word in item.title.split()]
    match = re.compile(_GAP.join(words_of)).search(ledger.text, start, end) if words_of else None
    if not match and words_of and item.title == words.plain(item.title):  # read without its marks
        spellings = (
            _MARKS.join(map(re.escape, map(text.encode, word))) for word in item.title.split()
        )
        pattern = rb"(?<![*`])" + _MARKS + (_MARKS + _GAP + _MARKS).join(spellings) + _MARKS
        match = re.compile(pattern).search(ledger.text, start, end)
    if match:
        return Edit(*match.span(), text.encode(title))
    if not words_of and dialects.is_sectioned(item):
        at = item.span.start_byte
        at += len(text.encode(places.first_line(ledger, at)))
        return Edit(at, at, text.encode(f" {title}"))
    message = f"the title of {item.id} is not told from the rest (line {item.span.start_line})"
    raise Refused("no-place", message, "change it by hand")


def placed(ledger: Ledger, item_id: str) -> tuple[Item, int]:
    """The item's section, as ``section_of`` has it, and its place among the items."""
    item = section_of(ledger, item_id)
    return item, next(at for at, other in enumerate(ledger.items) if other is item)
