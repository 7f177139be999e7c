"""Many versions of one file, each piece of text read once.

The versions of a ledger differ in a few lines, but its sections are long: 300 KB in one item.
So a section is cut at its bullets, the reader of whole files reads each piece, and a piece that
was met before, in any version, is not read again. Where a cut turns out to be wrong the text
between the next larger cuts is read as one.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from ledger.plan import document, text
from ledger.plan.dialects.attempts import cutting
from ledger.plan.dialects.attempts.assembling import Whole, updated
from ledger.plan.dialects.attempts.cutting import END, HEADING, Piece
from ledger.plan.dialects.attempts.outcomes import (
    Outcome,
    Part,
    Sections,
    State,
    Stretch,
    at_once,
    attempt_alone,
    count,
    entry_of,
    joined,
    unparsed,
)
from ledger.plan.dialects.attempts.reading import Context
from ledger.plan.version import ItemVersion, Version

if TYPE_CHECKING:
    from ledger.plan.model import Conventions

_HEAD = re.compile(rb"#[^\n]*\n?|")
_Read = tuple[Part, Context]


class Pieces:
    """Reads versions of one file, and remembers each piece of them."""

    def __init__(self, own: Conventions | None = None) -> None:
        self._own = own
        self._parts: dict[object, _Read | None] = {}
        self._outcomes: dict[object, Outcome | None] = {}
        self._items: dict[object, ItemVersion] = {}
        self._last: list[Stretch] = []

    def read(self, data: bytes) -> Version:
        """The version that ``data`` is: what the reader of whole files finds in it."""
        source = data.removeprefix(text.BOM)
        if b"\r" in source:
            source = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        stretches = self._stretches(source)
        read: list[Stretch] = []
        state, at = State(), 0
        while at < len(stretches):
            reach = 1
            while True:
                upto = min(at + reach, len(stretches))
                stretch = b"".join(text for text, _ in stretches[at:upto])
                known = stretches[at][1] if reach == 1 else None
                if known and known.before == state:
                    break
                outcome = self._outcome(stretch, state, upto == len(stretches))
                if outcome:
                    known = Stretch(stretch, state, outcome)
                    break
                reach *= 2  # doubling keeps the whole linear
            read.append(known)
            state, at = known.outcome.after, upto
        self._last = read
        whole = Whole(read, self._own)
        return whole.version(len(data), updated(source, whole.sections, self._own), self._items)

    def _stretches(self, source: bytes) -> list[tuple[bytes, Stretch | None]]:
        """The source from heading to heading; where it starts and ends like the version that was
        read last, in the stretches that are known from there."""
        last = self._last
        start, first = 0, 0
        while first < len(last) - 1 and cutting.is_stretch(source, start, last[first].text):
            start += len(last[first].text)
            first += 1
        stop, behind = len(source), len(last)
        while behind > first and source.endswith(last[behind - 1].text, start, stop):
            begin = stop - len(last[behind - 1].text)
            if not cutting.is_place(source, begin):
                break
            stop, behind = begin, behind - 1
        new = cutting.stretches(source[start:stop]) if start < stop or not source else []
        return [
            *((one.text, one) for one in last[:first]),
            *((text, None) for text in new),
            *((one.text, one) for one in last[behind:]),
        ]

    def _outcome(self, stretch: bytes, state: State, is_last: bool) -> Outcome | None:
        """What a stretch from one heading to the next holds; None if it reaches past its end."""
        key = (sha256(stretch).digest(), state, is_last)
        if key not in self._outcomes:
            found = self._by_pieces(stretch, state, is_last)
            self._outcomes[key] = found or at_once(stretch, state, is_last, self._own)
        return self._outcomes[key]

    def _by_pieces(self, stretch: bytes, state: State, is_last: bool) -> Outcome | None:
        """The outcome of a stretch that can be cut, else None."""
        head = _HEAD.match(stretch)
        assert head
        read = Sections(document.parse(head.group()), state, self._own)
        for section in read.document.sections:
            if section.heading:
                read.section(section)
        read.find_unread()
        run = read.run()
        if run.part.entries or run.part.loose:
            return None  # the whole section is an attempt
        found = [run.part]
        place = (read.draft is not None, bool(read.index_level) and not read.draft)
        context: Context = ""
        behind = END if is_last else HEADING
        is_list = not place[1]  # the rows of an index are taken as one
        for group in cutting.pieces(stretch[head.end() :], behind, is_nested=is_list):
            parted = self._group(group, context, place)
            if parted is None:
                return None
            found += parted[0]
            context = parted[1]
        runs = (run._replace(part=joined(found)),)
        return Outcome(runs, read.state(), count(stretch))

    def _group(
        self, group: list[Piece], context: Context, place: tuple[bool, bool]
    ) -> tuple[list[Part], Context] | None:
        """What the pieces add that stand between two cuts at column 0."""
        found = []
        after = context
        for piece in group:
            read = self._piece(piece, context, place)
            if read is None:
                break
            found.append(read[0])
            after = read[1]
        else:
            return found, after
        if len(group) == 1:
            return None
        whole = Piece(b"", b"".join(piece.text for piece in group), group[-1].probe)
        return self._group([whole], context, place)

    def _piece(self, piece: Piece, context: Context, place: tuple[bool, bool]) -> _Read | None:
        """What the piece adds, and how lists behind it are to be taken; None for a wrong cut.

        ``place``: whether it stands in an item, and whether in the index.
        """
        key = (piece, context, place)
        if key not in self._parts:
            self._parts[key] = self._read(piece, context, place)
        return self._parts[key]

    def _read(self, piece: Piece, context: Context, place: tuple[bool, bool]) -> _Read | None:
        frame, after = Part(), context
        if piece.frame:
            framing = self._piece(Piece(b"", piece.frame, END), context, place)
            if framing is None or framing[0].entries or framing[0].loose:
                return None  # the frame is an attempt: what is nested in it is its text
            frame, after = framing
            alone = attempt_alone(piece.text, self._own)
            if alone:
                entry = (entry_of(alone),)
                if place[0]:
                    return Part(attempts=(alone,), entries=entry), after
                return Part(loose=entry), after
        blocks = cutting.plain(piece)
        if blocks:
            parsed = unparsed(piece.frame + piece.text)
        else:
            parsed = document.parse(piece.frame + piece.text + piece.probe.line)
            blocks = cutting.before_probe(parsed, piece)
        if blocks is None:
            return None
        state = State("" if place[0] else None, 1, int(place[1]))
        read = Sections(parsed, state, self._own)
        read.context = context
        read.body(blocks)
        read.find_unread()
        part = read.run().part
        return part._replace(
            fields=part.fields[len(frame.fields) :],
            listed=part.listed[len(frame.listed) :],
            unread=part.unread - frame.unread,
        ), read.context
