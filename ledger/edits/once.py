"""What two branches both archived, kept once.

No I/O. Git merges a plan and its archive each for itself, so that after a merge two lines of one
item may point to parts that hold the same attempts. A part goes, with its line, where the item's
other parts have every line of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ledger.edits import chunks
from ledger.edits.archive import Moved, bring_back
from ledger.edits.chunks import Chunk
from ledger.errors import Refused
from ledger.plan import text
from ledger.plan.document import Edit
from ledger.plan.model import Item, Ledger, Pointer


class Twice(NamedTuple):
    """A line of ``item`` and its part of the archive; ``said`` counts the lines of all that
    comes back by it."""

    item: Item
    pointer: Pointer
    chunk: Chunk
    said: Counter[bytes]


def find(ledger: Ledger, archive: bytes) -> list[Twice]:
    """What is elsewhere, too, item by item."""
    known: dict[str, list[Chunk]] = {}
    for chunk in chunks.find(archive):
        known.setdefault(chunk.key, []).append(chunk)
    found: list[Twice] = []
    for item in ledger.items:
        if len(item.archived) > 1:
            found += _of_item(list(_parts(item, archive, known)))
    return found


def _parts(item: Item, archive: bytes, known: dict[str, list[Chunk]]) -> Iterator[Twice]:
    keys = Counter(one.key for one in item.archived)
    for pointer in item.archived:
        if keys[pointer.key] > 1 or len(known.get(pointer.key, ())) != 1:
            continue  # which of them is meant cannot be told
        try:
            back = bring_back(archive, [pointer], deep=True)
        except Refused:
            continue  # edited, or lost: nothing is taken for it
        said = Counter(line for edit in back.ledger for line in _lines(edit.new))
        yield Twice(item, pointer, known[pointer.key][0], said)


def _of_item(parts: Sequence[Twice]) -> list[Twice]:
    gone: list[Twice] = []
    # The longest first: what two short ones have together need not stand in a third.
    for one in sorted(parts, key=lambda part: -part.said.total()):
        others = [part for part in parts if part is not one and part not in gone]
        if one.pointer.is_item:  # says the status, too: only for one that does
            others = [part for part in others if part.pointer.is_item]
        if one.said and one.said <= sum((part.said for part in others), Counter[bytes]()):
            gone.append(one)
    return gone


def once(ledger: Ledger, found: Iterable[Twice]) -> Moved:
    """The edits that take ``found`` out of both files."""
    found = list(found)
    edits = []
    for one in found:
        start, end = one.pointer.span.start_byte, one.pointer.span.end_byte
        behind = ledger.text[end : end + 2]
        size = 2 if behind == b"\r\n" else len(behind[:1])
        if not size:  # the last line, which has no newline: that before it goes
            start -= len(chunks.newline_before(ledger.text, start))
        edits.append(Edit(start, end + size, b""))
    return Moved(edits, chunks.removed([one.chunk for one in found]))


def _lines(data: bytes) -> Iterator[bytes]:
    starts = text.line_starts(data)
    for start, end in pairwise(starts):
        said = data[start:end].strip()
        if said:
            yield said
