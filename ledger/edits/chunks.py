"""The parts of an archive file: each as it stood in the ledger, below a line that names it.

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
from collections.abc import Sequence
from typing import NamedTuple

from ledger.plan import text
from ledger.plan.document import Edit

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


def find(data: bytes) -> list[Chunk]:
    """The parts of the archive ``data``, in its order."""
    if b'# <a id="archived-' not in data:
        return []
    starts = text.line_starts(data)
    at_line = {start: number for number, start in enumerate(starts)}
    found: list[Chunk] = []
    for mark in _MARK.finditer(data.replace(b"\r", b"\n")):
        number = at_line.get(mark.start())
        if number is None or (found and mark.start() < found[-1].end):
            continue  # within what another part holds
        first = number + 1 + int(mark[2])
        last = min(first + int(mark[3]), len(starts) - 1)
        if number + 2 > first or first >= last:
            continue
        body, end = starts[first], starts[last]
        frame = starts[number + 2]  # behind the blank line
        body_end = end - len(newline_before(data, end))
        is_whole = key_of(data[frame:body], data[body:body_end]) == mark[1].decode()
        chunk = Chunk(
            key=mark[1].decode(),
            start=_with_blank(data, starts, number),
            frame=frame,
            body=body,
            body_end=body_end,
            end=end,
            line=first + 1,
            is_whole=is_whole,
        )
        found.append(chunk if is_whole else chunk._replace(end=body))
    return found


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


def removed(chunks: Sequence[Chunk]) -> list[Edit]:
    """The edits that take ``chunks`` out."""
    return [Edit(chunk.start, chunk.end, b"") for chunk in chunks]


def newline_before(data: bytes, at: int) -> bytes:
    """The newline that ends at byte ``at``; empty where none does."""
    if data[at - 2 : at] == b"\r\n":
        return b"\r\n"
    return data[at - 1 : at] if data[at - 1 : at] in (b"\n", b"\r") else b""


def _with_blank(data: bytes, starts: list[int], number: int) -> int:
    """Where line ``number`` begins, or the blank line before it."""
    before = starts[max(0, number - 1)]
    return before if not data[before : starts[number]].strip() else starts[number]
