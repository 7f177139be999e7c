"""Where the text of a ledger can be cut so that each piece can be read on its own.

A cut is right if the text before it cannot reach past it. That is not reasoned about but tried:
a piece is parsed with a *probe* behind it, a line of the kind that follows it in the file, and
``before_probe`` says whether the parser saw the probe begin what such a line has to begin. It
does not where a code fence is still open, for instance. Pieces nested in a bullet are parsed
below a *frame*, the first line of that bullet.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from ledger.plan.document import Block, Document

_ATX = re.compile(rb"\n#{1,6}(?=[ \t\n]|\Z)")
# The start of a line that could be cut at: at column 0 or 1 any text, further in the mark of a
# list's entry. Nested in a bullet at column 0 an entry is indented by 2 to 5: less ends the
# bullet, more makes code.
_PLACE = re.compile(rb"\n(?: ?(?=[^ \t\n])| {2,5}(?=(?:[-*+]|\d{1,9}[.)]) +[^ \t\n]))")
_BULLET = re.compile(rb"[-*+] +[^ \t\n]")
_ORDERED = re.compile(rb"\d{1,9}[.)] +[^ \t\n]")
# One line of a list that is nothing but text, whatever stands around it: what begins with a
# letter, a bracket, bold text or a character beyond ASCII opens no block.
_PLAIN = re.compile(
    rb"( {0,5})(?:[-*+]|(\d{1,9})[.)]) (?:\*\*)?(?:[A-Za-z\xc2-\xf4]|\[[^\]\n]*\](?!:))[^\n]*\n+\Z"
)


class Probe(NamedTuple):
    """A line to put behind a piece, and what it must begin there; ``end`` probes nothing."""

    kind: Literal["heading", "list", "nested", "text", "end"]
    line: bytes


class Piece(NamedTuple):
    """Text between two cuts. ``frame`` is empty at column 0."""

    frame: bytes
    text: bytes
    probe: Probe


END = Probe("end", b"")
HEADING = Probe("heading", b"# x\n")
_BULLETED = Probe("list", b"- x\n")
_TEXT = Probe("text", b"x\n")


class _Top(NamedTuple):
    """A place to cut at, the probe for what stands before it, and the places of the entries
    that are nested in it, each with its probe, too."""

    at: int
    probe: Probe
    nested: list[tuple[int, Probe]]


def stretches(source: bytes) -> list[bytes]:
    """The source, cut before each ATX heading at column 0."""
    cuts = [0, *(match.start() + 1 for match in _ATX.finditer(source)), len(source)]
    return [source[start:end] for start, end in itertools.pairwise(cuts)]


def is_place(source: bytes, at: int) -> bool:
    """Whether ``stretches`` would cut ``source`` at byte ``at``."""
    return not at or _ATX.match(source, at - 1) is not None


def is_stretch(source: bytes, at: int, stretch: bytes) -> bool:
    """Whether ``stretch`` stands at byte ``at`` of ``source``, and a heading behind it."""
    return source.startswith(stretch, at) and is_place(source, at + len(stretch))


def pieces(source: bytes, behind: Probe, *, is_nested: bool) -> Iterator[list[Piece]]:
    """The pieces of ``source``, behind which stands what ``behind`` probes for: for each cut at
    column 0 a list of one piece, or, if ``is_nested``, of the pieces nested in it."""
    tops = [*_tops(source), _Top(len(source), behind, [])]
    for (start, _, nested), (end, last, _) in itertools.pairwise(tops):
        if len(nested) < 2 or not is_nested:
            yield [Piece(b"", source[start:end], last)]
            continue
        # The blank line lets a list begin with any number.
        frame = source[start : source.index(b"\n", start) + 1] + b"\n"
        found = [Piece(b"", source[start : nested[0][0]], nested[0][1])]
        for (at, _), (following, probe) in itertools.pairwise([*nested, (end, last)]):
            found.append(Piece(frame, source[at:following], probe))
        yield found


def _tops(source: bytes) -> list[_Top]:
    """The places to cut at column 0 and 1, the start of ``source`` among them."""
    found = [_Top(0, END, [])] if source else []
    width = 0  # of the indent that nested entries have; 0 where none is looked for
    for place in _PLACE.finditer(b"\n" + source):
        at, body = place.start(), place.end() - 1
        indent = body - at
        if indent > 1:
            nested = found[-1].nested
            if indent == width or (width and not nested):
                width = indent
                kind = b"* x\n" if _BULLET.match(source, body) else b"2. x\n"
                nested.append((at, Probe("nested", b" " * indent + kind)))
            continue
        probe = _probe(source, at, body)
        if probe and at:
            found.append(_Top(at, probe, []))
        width = 1 if probe is _BULLETED else 0
    return found


def _probe(source: bytes, at: int, body: int) -> Probe | None:
    """What probes for the line at ``at``, whose text begins at ``body``; None if it is no place
    to cut."""
    if at == body and _BULLET.match(source, body):
        return _BULLETED
    if _ORDERED.match(source, body):
        return Probe("list", b" " * (body - at) + b"2. x\n")
    before = source.rfind(b"\n", 0, max(at - 1, 0)) + 1
    return None if source[before:at].strip(b" \t\n") else _TEXT


def plain(piece: Piece) -> tuple[Block, ...] | None:
    """The blocks of a piece, in its frame, that is so plain that no parser has to say what it
    is and that the cut behind it is right: one line of text behind one mark of a list. Most
    pieces are."""
    line = _PLAIN.match(piece.text)
    if not line or bool(piece.frame) != bool(line[1][1:]):
        return None
    if not piece.frame:
        if piece.probe.kind == "nested" and b"2" in piece.probe.line:
            return None  # a list that does not begin with 1 is no list right below text
        return (_entry(line[2], 0),)
    if not _PLAIN.match(piece.frame):
        return None
    frame = _entry(None, 0)
    entry = frame.children[0]
    at = piece.frame.count(b"\n")
    nested = (*entry.children, _entry(line[2], at))
    return (frame._replace(end=at + 1, children=(entry._replace(end=at + 1, children=nested),)),)


def _entry(number: bytes | None, at: int) -> Block:
    """A list of one entry of one line."""
    text = Block("paragraph", at, at + 1, "", ())
    entry = Block("list_item", at, at + 1, number.decode() if number else "", (text,))
    return Block("ordered_list" if number else "bullet_list", at, at + 1, "", (entry,))


def before_probe(parsed: Document, piece: Piece) -> tuple[Block, ...] | None:
    """The blocks of the piece, in its frame, that stand before the probe in what ``parsed``
    holds; None where the probe does not begin what it has to begin."""
    blocks = parsed.sections[0].blocks
    at = (piece.frame + piece.text).count(b"\n")
    kind = piece.probe.kind
    if kind == "heading":
        heading = parsed.sections[1].heading if len(parsed.sections) == 2 else None
        return blocks if heading and heading.start == at else None
    if len(parsed.sections) > 1:
        return None
    if kind == "end":
        return blocks
    if kind != "nested":
        return _without_last(blocks, at)
    outer = blocks[0]
    if len(blocks) > 1 or len(outer.children) > 1:
        return None
    entry = outer.children[0]
    inner = _without_last(entry.children, at)
    if inner is None:
        return None
    return (outer._replace(children=(entry._replace(children=inner),)),)


def _without_last(blocks: tuple[Block, ...], at: int) -> tuple[Block, ...] | None:
    """The blocks without the paragraph or the entry of a list that begins at line ``at``; None
    where there is none."""
    last = blocks[-1]
    if last.kind == "paragraph":
        return blocks[:-1] if last.start == at else None
    if not last.children or last.children[-1].start != at:
        return None
    if len(last.children) == 1:
        return blocks[:-1]
    return (*blocks[:-1], last._replace(children=last.children[:-1]))
