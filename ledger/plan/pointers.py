"""The line that is left where a part of an item was moved to the archive, and that part there.

    - Status: done — archived whole: 12 attempts (#1-#12), 40 lines: [a.md](a.md#archived-KEY)
      * Archived: 38 attempts (#1-#38), 190 lines: [a.md](a.md#archived-KEY)

Its bullet, or the mark of its heading, is that of what stood there, whatever the dialect. Sixteen
digits, KEY, are all that ties it to a part of the archive. The numbers are in the line itself,
so that none is given twice even where the archive is missing. Where the line is in no item's
section, as in a history that items share, it names its item: ``Archived of ITEM: ...``.

Each part of the archive stands as it did in the ledger, below a line that names it:

    # <a id="archived-0123456789abcdef"></a> PARSE-001 <!-- 3 + 190 lines -->

    ## [PARSE-001] Read large files
    - Attempts History:
      * [2025-11-01] Attempt #1 ...

It is a heading, so that nothing above goes on into the part. The first lines, three here with the
blank one, are copies from the ledger that say how to read what follows; the others were moved. The
digits are a digest of all of them, so that a part which was edited since is known. They do not
depend on how lines end, which git may change.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.plan import parts, text
from ledger.plan.document import Document, Edit, literal_lines
from ledger.plan.model import Item, Ledger, Pointer

KEYED = b"#archived-"
"""What every pointer holds."""
OF = b"rchived of "
"""What a pointer holds that is in no section of its item."""
# What is before the words: indent, a bullet or the mark of a heading, a status.
# e.g. "- Status: done — archived whole: 6 attempts"
_OPENING = re.compile(
    r"(?i)[ \t]*(?:(?:[-*+]|#{1,6}|\d{1,9}[.)])[ \t]+)?(?:\[[^\]]{1,200}\][ \t]+)?"
    r"(?:[^:\n]{1,120}:\*{0,2}[ \t]+[^:\n]{1,200} — )?archived(?P<whole> whole)?"
    r"(?: of (?P<item>[^:\n]{1,200}))?: "
)
# e.g. "3 attempts (#1-#3), 1 action, 8 lines: "
_CONTENTS = re.compile(
    r"(?P<attempts>\d{1,6}) attempts?(?: \((?P<numbers>#[#\d, -]{1,20000})\))?, "
    r"(?:(?P<actions>\d{1,6}) actions?, )?(?P<lines>\d{1,7}) lines?: "
)
# e.g. "[a.md](a.md#archived-0123456789abcdef)"
_LINK = re.compile(r"\[[^\]]{1,1000}\]\([^()\s]{0,3000}#archived-(?P<key>[0-9a-f]{16})\)[ \t]*")
_RANGE = r"#(\d{1,6})(?:-#(\d{1,6}))?"
# e.g. "# <a id=\"archived-0123456789abcdef\"></a> PARSE-001 <!-- 2 + 1 lines -->"
_MARK = re.compile(
    rb'^# <a id="archived-([0-9a-f]{16})"></a> [^\n]{0,300}?<!-- (\d{1,4}) \+ (\d{1,7}) lines -->$',
    re.MULTILINE,
)
_NO_NAME = re.compile(r"[^\w. -]", re.ASCII)
HEAD = """\
# Fix plan archive

Finished and past work of the fix plan, moved here as it stood by `ledger archive`, which also
brings it back. The line above each part, and the part itself, should stay as they are.
"""


def find(plan: Document) -> list[Pointer]:
    """The pointers in ``plan``, in its order; one in fenced code is an example."""
    if KEYED not in plan.data:
        return []
    numbers = [number for number, line in enumerate(plan.texts) if KEYED.decode() in line]
    literal = set(literal_lines(block for section in plan.sections for block in section.blocks))
    every = (_read(plan, number) for number in numbers if number not in literal)
    return [pointer for pointer in every if pointer]


def _read(plan: Document, number: int) -> Pointer | None:
    line = plan.line(number)
    opening = _OPENING.match(line)
    match = _CONTENTS.match(line, opening.end()) if opening else None
    link = _LINK.fullmatch(line, match.end()) if match else None
    if not opening or not match or not link:
        return None
    ranges = re.findall(_RANGE, match["numbers"] or "")
    return Pointer(
        item=opening["item"],
        is_item=bool(opening["whole"]),
        attempts=int(match["attempts"]),
        ranges=tuple((int(a), max(int(a), int(b or a))) for a, b in ranges),
        lines=int(match["lines"]),
        key=link["key"],
        span=parts.span_in_line(plan, number, 0, len(line)),
    )


def note(ledger: Ledger, plan: Document) -> Ledger:
    """``ledger``, read from ``plan``, with each item's pointers. They are nothing else, no field,
    action or criterion; and an attempt that they name is not told by a completed action only."""
    pointers = find(plan)
    if not pointers:
        return ledger
    lines = {pointer.span.start_line for pointer in pointers}
    return ledger.model_copy(
        update={
            "items": tuple(_noted(item, pointers, lines) for item in ledger.items),
            "unread": tuple(unread for unread in ledger.unread if unread.line not in lines),
        }
    )


def _noted(item: Item, pointers: Sequence[Pointer], lines: set[int]) -> Item:
    start, end = item.span.start_byte, item.span.end_byte
    own = tuple(
        pointer
        for pointer in pointers
        if (pointer.item == item.id if pointer.item else start <= pointer.span.start_byte < end)
    )
    return item.model_copy(
        update={
            "archived": own,
            "attempts": tuple(
                attempt
                for attempt in item.attempts
                if attempt.source != "action" or not any(p.holds(attempt.number) for p in own)
            ),
            "fields": tuple(
                field
                for field in item.fields
                if field.span.start_line not in lines or field.name.lower() == "status"
            ),
            "actions": tuple(a for a in item.actions if a.span.start_line not in lines),
            "criteria": tuple(c for c in item.criteria if c.span.start_line not in lines),
        }
    )


# Writing one


def opening(line: str, *, is_item: bool) -> str:
    """What a pointer begins with that stands where ``line`` stood: its bullet, or for attempts
    the mark of its heading. A whole item's is a bullet in any case."""
    mark = re.match(r"[ \t]*(?:[-*+]|\d{1,9}[.)]|#{1,6})[ \t]+", line)
    if not mark or (is_item and mark.group().startswith("#")):
        return "- " if is_item else ""
    return re.sub(r"\d{1,9}[.)]", "-", mark.group())


def render(start: str, counts: str, target: str, key: str) -> str:
    """The line; ``start`` is before the colon, ``target`` is the link to the archive."""
    label = re.sub(r"([\[\]\\])", r"\\\1", target.rpartition("/")[2])
    link = re.sub(r"[^\w./~-]", _percent, target, flags=re.ASCII)
    return f"{start}: {counts}: [{label}]({link}#archived-{key})"


def counts(
    attempts: int, numbers: Iterable[int | None], inner: Sequence[Pointer], actions: int, lines: int
) -> str:
    """What was moved: ``12 attempts (#1-#12), 3 actions, 40 lines``, with ``inner`` pointers."""
    attempts += sum(pointer.attempts for pointer in inner)
    ranges = [(number, number) for number in numbers if number is not None]
    ranges += [pair for pointer in inner for pair in pointer.ranges]
    words = f" ({listed(ranges)})" if ranges else ""
    tasks = [_amount(actions, "action")] if actions else []
    tries = f"{_amount(attempts, 'attempt')}{words}"
    return ", ".join([tries, *tasks, _amount(lines, "line")])


def _amount(count: int, noun: str) -> str:
    """Digits alone: this is written into plans, and every version must read it back."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listed(ranges: Iterable[tuple[int, int]]) -> str:
    """Numbers of attempts in words: ``#1-#3, #5``."""
    return ", ".join(
        f"#{first}" if first == last else f"#{first}-#{last}" for first, last in joined(ranges)
    )


def joined(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges in order, those that touch put together."""
    spans: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if spans and first <= spans[-1][1] + 1:
            spans[-1] = spans[-1][0], max(spans[-1][1], last)
        else:
            spans.append((first, last))
    return spans


def next_free(item: Item, number: int) -> int:
    """The first number from ``number`` up that no pointer of ``item`` holds."""
    for first, last in joined(pair for pointer in item.archived for pair in pointer.ranges):
        if first <= number <= last:
            number = last + 1
    return number


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode(match.group()))


# The parts of an archive


class Chunk(NamedTuple):
    """One part of the archive. ``start`` to ``end`` is all of it with the blank line before it,
    ``frame`` to ``body`` the copied lines, ``body`` to ``body_end`` what was moved, its last
    newline not included.

    ``is_whole`` says whether it is as it was when it came here. ``line`` is that of the body.
    """

    key: str
    start: int
    frame: int
    body: int
    body_end: int
    end: int
    line: int
    is_whole: bool


def key_of(frame: bytes, body: bytes) -> str:
    """The digits that name ``body`` below ``frame``."""
    plain = (frame + body).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return hashlib.sha256(plain).hexdigest()[:16]


def chunks(data: bytes) -> list[Chunk]:
    """The parts of the archive ``data``, in its order."""
    if b'# <a id="archived-' not in data:
        return []
    starts = text.line_starts(data)
    at_line = {start: number for number, start in enumerate(starts)}
    pieces: list[Chunk] = []
    for mark in _MARK.finditer(data.replace(b"\r", b"\n")):
        number = at_line.get(mark.start())
        if number is None or (pieces and mark.start() < pieces[-1].end):
            continue  # within what another part holds
        first = number + 1 + int(mark[2])
        last = min(first + int(mark[3]), len(starts) - 1)
        if number + 2 > first or first >= last:
            continue
        body, end = starts[first], starts[last]
        before = starts[max(0, number - 1)]  # the blank line before it goes with it
        frame = starts[number + 2]  # behind the blank line
        body_end = end - len(newline_before(data, end))
        is_whole = key_of(data[frame:body], data[body:body_end]) == mark[1].decode()
        chunk = Chunk(
            key=mark[1].decode(),
            start=before if not data[before : starts[number]].strip() else starts[number],
            frame=frame,
            body=body,
            body_end=body_end,
            end=end,
            line=first + 1,
            is_whole=is_whole,
        )
        pieces.append(chunk if is_whole else chunk._replace(end=body))
    return pieces


def added(data: bytes, parts: Sequence[tuple[str, bytes, bytes]]) -> list[Edit]:
    """The edits that put ``parts``, each the name of an item, a frame of whole lines and what was
    moved, behind all that the archive ``data`` holds."""
    newline = text.newline_of(data, len(data)) if data else b"\n"
    pieces = [] if data else [HEAD.encode()]
    if data and data[-1:] not in (b"\n", b"\r"):
        pieces.append(newline)
    for item, frame, body in parts:
        counts = f"{len(text.line_starts(frame))} + {len(text.line_starts(body)) - 1}"
        name = _NO_NAME.sub("", item)[:200]
        mark = f'# <a id="archived-{key_of(frame, body)}"></a> {name} <!-- {counts} lines -->'
        pieces += [newline, mark.encode(), newline, newline, frame, body, newline]
    return [Edit(len(data), len(data), b"".join(pieces))]


def newline_before(data: bytes, at: int) -> bytes:
    """The newline that ends at byte ``at``; empty where none does."""
    if data[at - 2 : at] == b"\r\n":
        return b"\r\n"
    return data[at - 1 : at] if data[at - 1 : at] in (b"\n", b"\r") else b""
