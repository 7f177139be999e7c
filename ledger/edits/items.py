"""A new item: a place for it, a name in the style of the plan, and its row of the index."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from ledger.edits import rows
from ledger.edits.fields import checked_title, placed
from ledger.edits.outline import Outline, bare, edited, refuse_difference, unexpected_change
from ledger.errors import Refused, UsageError
from ledger.plan import dialects, patterns, selectors, styles, words
from ledger.plan.model import Ledger

_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_SMALL: Final = frozenset(
    "a an and are as at be by can for from has have in into is it its of on or so that the their "
    "them then this to up was with all make get do does".split()
)
_MOST_WORDS: Final = 2
_LONGEST_WORD: Final = 14
_COUNTED: Final = re.compile(r"(?P<stem>.*?)(?P<number>\d{1,9})\Z", re.DOTALL)


def add_item(ledger: Ledger, title: str, name: str = "") -> tuple[Ledger, str]:
    """``ledger`` with one more open item, and its ID: ``name``, or one in the style of the plan.
    It has no row of the index yet. Raises UsageError for what can be no title or ID, Refused for
    an ID that is taken, and where the plan has no place for an item."""
    text = checked_title(ledger, title)
    name = _checked(ledger, name) if name else invented(ledger, text)
    new = edited(ledger, dialects.new_item(ledger, name, text))
    expected, outline = Outline(ledger), Outline(new)
    added = [at for at, entry in enumerate(outline.items) if entry not in expected.items]
    if len(outline.items) != len(expected.items) + 1 or len(added) != 1:
        raise unexpected_change("the title would not open one new item", "word the title otherwise")
    item = outline.items.pop(added[0])
    read = new.items[added[0]]
    is_as_meant = bare(read.title).endswith(bare(text)) and (not name or read.id == name)
    if not is_as_meant or read.status != "pending" or read.actions or read.attempts:
        raise unexpected_change(f"the title reads as {item['title'][:60]!r}", "word it otherwise")
    refuse_difference(expected, outline, "word the title otherwise")
    return new, read.id


def add_row(ledger: Ledger, item_id: str) -> Ledger:
    """``ledger`` with a row of the index for the item; as it is where it has no index. Raises
    Refused where a row in the form of the others cannot be made."""
    item, _ = placed(ledger, item_id)
    if not dialects.is_sectioned(item) or any(row.id == item_id for row in ledger.index):
        return ledger
    made = rows.new_row(ledger, item)
    if made is None:
        return ledger
    edit, row = made
    new = edited(ledger, [edit])
    expected, outline = Outline(ledger), Outline(new)
    at = next((n for n, [row] in enumerate(outline.rows) if row["id"] == item_id), None)
    if at is not None and outline.rows[at] == [row]:
        expected.rows.insert(at, [row])
    refuse_difference(expected, outline)
    return new


def _checked(ledger: Ledger, name: str) -> str:
    given = name.strip().strip("[]")
    match = patterns.ids(words.of(ledger)).item.fullmatch(f"[{given}]")
    if not match:
        hint = "use capitals, digits and hyphens, such as PARSE-001"
        raise UsageError("bad-id", f"{name[:60]!r} is no ID of this plan", hint)
    taken = next((i for i in ledger.items if selectors.folded(i.id) == given.upper()), None)
    if taken:
        message = f"{taken.id} is there already (line {taken.span.start_line})"
        raise Refused("id-taken", message, "choose another ID")
    return given


def invented(ledger: Ledger, title: str) -> str:
    """An ID for a new item: the next number where all IDs have one stem (`S07`), else one from the
    words of the title (`READ-LARGE-001`); empty where the plan's own items have none."""
    ids = [item.id for item in ledger.items if item.is_named]
    has_boxes = dialects.by_name(ledger.dialect).has_boxes
    if ledger.items and (not ids or (has_boxes and 2 * len(ids) < len(ledger.items))):
        return ""
    taken = {selectors.folded(name) for name in ids} | {row.id for row in ledger.index}
    counted = [match for name in ids if (match := _COUNTED.fullmatch(name))]
    stems = {match["stem"] for match in counted}
    by_words = from_words(title)
    fits = patterns.ids(words.of(ledger)).item.fullmatch(f"[{by_words}]") is not None
    is_dotted = len(counted) > 1 and not any(map(str.isalpha, "".join(ids)))  # 1.1, 1.2, 2.1
    if counted and ((len(stems) == 1 and len(counted) > 1) or is_dotted or not fits):
        stem = counted[-1]["stem"]
        own = [match["number"] for match in counted if match["stem"] == stem]
        return _free(stem, max(map(int, own)) + 1, len(own[-1]), taken)
    if not fits:
        raise UsageError("bad-id", "the plan's IDs have a form of their own", "give one with --id")
    return _free(by_words.removesuffix("001"), 1, 3, taken)


def _free(stem: str, number: int, width: int, taken: Iterable[str]) -> str:
    while f"{stem}{number:0{width}}".upper() in taken:
        number += 1
    return f"{stem}{number:0{width}}"


def from_words(title: str) -> str:
    """An ID from the words that tell most: ``READ-LARGE-001``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    words_of = [word for word in _WORD.findall(plain) if word.lower() not in _SMALL]
    telling = [word[:_LONGEST_WORD].upper() for word in words_of if not word[0].isdigit()]
    return "-".join([*(telling[:_MOST_WORDS] or ["WORK"]), "001"])


def split(ledger: Ledger, title: str) -> tuple[str, str]:
    """The ID in front of a title, as in ``[PARSE-001] Read large files``, and the rest; empty for
    none."""
    line = styles.defused(title, words.of(ledger))
    match = patterns.ids(words.of(ledger)).item.match(line) if line.startswith("[") else None
    return (patterns.id_of(match), match["title"].strip()) if match else ("", title)
