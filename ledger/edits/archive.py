"""Moving finished items and old attempts to the archive file, and back, as edits of both files.

No I/O. ``Cutting`` cuts what could go; ``move`` and ``bring_back`` say what bytes go where;
``check_move`` and ``check_back`` hold the outcome against it. What goes is whole lines.
In its place stands one line that points to it (``ledger.plan.pointers``), so that it comes
back to that place, whatever became of the lines around it. What opens an item stays, its heading
or its first line, so that links to it still lead somewhere.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ledger.edits import outline
from ledger.edits.outline import Outline, refuse_difference, unexpected_change
from ledger.errors import Refused
from ledger.plan import dialects, document, places, pointers, reader, text, words
from ledger.plan.document import Block, Edit
from ledger.plan.model import Attempt, Item, Ledger, Pointer
from ledger.plan.pointers import Chunk

_LONGEST_STATUS = 200  # characters


class Unit(NamedTuple):
    """Bytes ``start`` to ``end`` of the ledger, whole lines but for the last newline: the
    ``attempts`` of ``item`` that are next to each other, or, where ``is_item``, all of the
    item below its opening. ``frame`` are the lines to copy before it in the archive, ``body`` those
    that are moved."""

    item: Item
    is_item: bool
    attempts: tuple[Attempt, ...]
    start: int
    end: int
    lines: int
    frame: bytes
    body: bytes

    @property
    def saved(self) -> int:
        """How many lines the ledger gets shorter."""
        return self.lines - 1


class Moved(NamedTuple):
    """The edits of both files."""

    ledger: list[Edit]
    archive: list[Edit]


class Cutting:
    """Cuts one ledger into units."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._plan = document.parse(ledger.text)
        self._sections = {section.start: section for section in self._plan.sections}

    def whole(self, item: Item) -> Unit | None:
        """All of ``item`` below its opening; None for a line or less, and for a listed one."""
        at = item.span.start_line - 1
        is_alone = (
            sum(each.span.start_byte == item.span.start_byte for each in self._ledger.items) < 2
        )
        if not is_alone or (dialects.is_sectioned(item) and at not in self._sections):
            return None
        first, last = self._opening(at), item.span.end_line
        while first < last and not self._plan.line(first).strip():
            first += 1
        if last - first < 2 or first == at:
            return None
        frame = self._frame(item, at) + self._lines(at, self._opening(at))
        return self._unit(
            item=item, is_item=True, attempts=item.attempts, first=first, last=last, frame=frame
        )

    def runs(self, item: Item, attempts: Iterable[Attempt]) -> list[Unit]:
        """``attempts`` of the history of ``item``, in as many units as stand apart."""
        runs: list[list[Attempt]] = []
        for attempt in sorted(attempts, key=lambda attempt: attempt.span.start_byte):
            before = runs[-1][-1].span.end_byte if runs else 0
            if runs and not self._ledger.text[before : attempt.span.start_byte].strip():
                runs[-1].append(attempt)
            else:
                runs.append([attempt])
        units = []
        for group in runs:
            first, last = group[0].span.start_line - 1, group[-1].span.end_line
            unit = self._unit(
                item=item,
                is_item=False,
                attempts=tuple(group),
                first=first,
                last=last,
                frame=self._frame(item, first),
            )
            units.append(unit)
        return units

    def headings(self, unit: Unit) -> Iterator[str]:
        """The titles of the headings that ``unit`` holds."""
        for section in self._plan.sections:
            if section.heading and unit.start <= self._plan.starts[section.start] < unit.end:
                yield self._plan.line(section.start).strip("# \t")

    def _frame(self, item: Item, line: int) -> bytes:
        """What opens all that ``line`` of ``item`` is below: from the item's own heading on, or,
        where headings above it say something of it, from those on."""
        start = item.span.start_line - 1 if dialects.is_sectioned(item) else 0
        return b"".join(self._lines(at, self._opening(at)) for at in self._around(line, start))

    def _unit(
        self, item: Item, is_item: bool, attempts: tuple[Attempt, ...], first: int, last: int,
        frame: bytes,
    ) -> Unit:  # fmt: skip
        data, starts = self._ledger.text, self._plan.starts
        end = starts[last]
        end -= len(pointers.newline_before(data, end))
        start = starts[first]
        return Unit(
            item=item,
            is_item=is_item,
            attempts=attempts,
            start=start,
            end=end,
            lines=last - first,
            frame=frame,
            body=data[start:end],
        )

    def _opening(self, at: int) -> int:
        """The line behind the heading, or the entry's first paragraph, that begins at ``at``."""
        section = self._sections.get(at)
        if section and section.heading:
            return section.heading.end
        for block in self._path(at):
            if block.kind == "paragraph" and block.start == at:
                return block.end
        return at + 1

    def _path(self, line: int) -> Iterator[Block]:
        """The blocks that hold ``line``, outermost first."""
        at = bisect_right(self._plan.sections, line, key=lambda section: section.start) - 1
        blocks = self._plan.sections[max(at, 0)].blocks
        while blocks:
            block = next((block for block in blocks if block.start <= line < block.end), None)
            if block:
                yield block
            blocks = block.children if block else ()

    def _around(self, line: int, start: int) -> Iterator[int]:
        """The headings and the entries of lists, from line ``start`` on, that ``line`` is below."""
        above: list[tuple[int, int]] = []
        for section in self._plan.sections:
            if section.start > line:
                break
            is_title = not start and section.level == 1
            if section.heading and start <= section.start < line and not is_title:
                above = [span for span in above if span[0] < section.level]
                above.append((section.level, section.start))
        if line in self._sections and (own := self._sections[line]).heading:
            above = [span for span in above if span[0] < own.level]
        yield from (at for _, at in above)
        for block in self._path(line):
            if block.kind == "list_item" and start <= block.start < line:
                yield block.start

    def _lines(self, start: int, end: int) -> bytes:
        starts = self._plan.starts
        return self._ledger.text[starts[start] : starts[end]].removeprefix(text.BOM)


def move(ledger: Ledger, archive: bytes, units: Iterable[Unit], target: str) -> Moved:
    """The edits that move ``units``; ``target`` is the archive's path from the ledger's folder."""
    edits, parts = [], []
    for unit in sorted(units, key=lambda unit: unit.start):
        parts.append((unit.item.id, unit.frame, unit.body))
        line = _pointer(ledger, unit, target, pointers.key_of(unit.frame, unit.body))
        edits.append(Edit(unit.start, unit.end, text.encode(line)))
    return Moved(edits, pointers.added(archive, parts))


def _pointer(ledger: Ledger, unit: Unit, target: str, key: str) -> str:
    item = unit.item
    inside = [p for p in item.archived if unit.start <= p.span.start_byte < unit.end]
    numbers = [attempt.number for attempt in unit.attempts]
    actions = len(item.actions) if unit.is_item else 0
    if unit.is_item:
        numbers += [action.attempt for action in item.actions]
    counts = pointers.counts(len(unit.attempts), numbers, inside, actions, unit.lines)
    first = places.first_line(ledger, unit.start)
    start = pointers.opening(first, is_item=unit.is_item) + "Archived"
    if unit.is_item:
        status = next((f for f in item.fields if f.name.lower() == "status"), None)
        phrase = words.phrase(status.value) if status else ""
        if status and 0 < len(phrase) <= _LONGEST_STATUS:
            begin = status.span.start_byte
            label = text.decode(ledger.text[begin : status.value_span.start_byte])
            start = f"{label}{phrase} — archived"
        start += " whole"
    if not item.span.start_byte <= unit.start < item.span.end_byte:
        start += f" of {item.id}"
    return pointers.render(start, counts, target, key)


def bring_back(
    archive: bytes, wanted: Iterable[Pointer], name: str = "the archive", *, deep: bool = False
) -> Moved:
    """The edits that put what ``wanted`` point to back; if ``deep``, with what that points to.
    Raises Refused where the archive, called ``name`` in messages, does not hold it as it was."""
    by_item: dict[str, list[Chunk]] = {}
    for part in pointers.chunks(archive):
        by_item.setdefault(part.key, []).append(part)
    taken: list[Chunk] = []

    def fetched(pointer: Pointer) -> Edit:
        known = by_item.get(pointer.key, [])
        chunk = next((chunk for chunk in known if chunk.is_whole), None)
        if chunk is None:
            raise _missing(pointer, known, name)
        known.remove(chunk)
        taken.append(chunk)
        body = archive[chunk.body : chunk.body_end]
        if deep:
            frame = archive[chunk.frame : chunk.body]
            inner = pointers.find(document.parse(frame + body))
            body = document.apply(frame + body, map(fetched, inner))[len(frame) :]
        return Edit(pointer.span.start_byte, pointer.span.end_byte, body)

    edits = [fetched(pointer) for pointer in wanted]
    return Moved(edits, [Edit(chunk.start, chunk.end, b"") for chunk in taken])


def _missing(pointer: Pointer, known: Sequence[Chunk], name: str) -> Refused:
    at = pointer.span.start_line
    if known:
        message = f"{name}:{known[0].line}: what line {at} points to was edited since it was moved"
        hint = "undo the edit in the archive, or move the lines back by hand"
        return Refused("archive-edited", message, hint)
    return Refused(
        "not-in-archive",
        f"{name}: does not hold archived-{pointer.key}, which line {at} points to",
        f"git may have it: `git log -S archived-{pointer.key} -- {name}` tells which commit had it",
    )


# What is expected


class Both(NamedTuple):
    """The ledger and its archive, at one time."""

    ledger: Ledger
    archive: Ledger


def readable(unit: Unit, ledger: Ledger) -> bool:
    """Whether ``unit``, below its frame, reads in the archive as it does in ``ledger``."""
    alone = reader.read(
        b"# Archive\n\n" + unit.frame + unit.body + b"\n", conventions=ledger.conventions
    )
    loose = [a for a in ledger.loose if unit.start <= a.span.start_byte < unit.end]
    there = [_record(attempt, unit.item) for attempt in unit.attempts]
    return Counter(_records(alone)) == Counter([*there, *(_record(attempt) for attempt in loose)])


def check_move(old: Both, new: Both, units: Sequence[Unit]) -> None:
    """Raise Refused unless ``new`` is ``old`` with ``units`` moved, and can be undone."""
    _refuse_loss(old, new)
    expected, actual = Outline(old.ledger), Outline(new.ledger)
    gone = {unit.item.span: unit for unit in units}
    runs = {attempt.span for unit in units for attempt in unit.attempts}
    for at, (before, after) in enumerate(zip(old.ledger.items, new.ledger.items, strict=True)):
        mine, theirs = expected.items[at], actual.items[at]
        unit = gone.get(before.span)
        if unit is None:
            continue
        if unit.is_item:
            if after.attempts or after.actions or after.status != before.status:
                raise _refusal(f"{before.id} does not read as archived")
            expected.items[at] = theirs
        else:
            kept = [attempt for attempt in before.attempts if attempt.span not in runs]
            mine["attempts"] = tuple(outline.shape(attempt) for attempt in kept)
            mine["archived"] = theirs["archived"]
    # What is outside of items may have gone with them.
    expected.loose, expected.unread, expected.headings = (
        actual.loose,
        actual.unread,
        actual.headings,
    )
    refuse_difference(expected, actual)
    known = Counter(pointer.key for item in old.ledger.items for pointer in item.archived)
    fresh = []
    for pointer in (pointer for item in new.ledger.items for pointer in item.archived):
        known[pointer.key] -= 1
        if known[pointer.key] < 0:
            fresh.append(pointer)
    undone = bring_back(new.archive.text, fresh)
    if document.apply(new.ledger.text, undone.ledger) != old.ledger.text:
        raise _refusal("it could not be undone")


def check_back(old: Both, new: Both) -> None:
    """Raise Refused, naming what differs, unless ``new`` holds what ``old`` does. What an attempt
    of the archive is called hangs on the file that it is in."""
    _refuse_loss(old, new, nameless=True)


def _refuse_loss(old: Both, new: Both, *, nameless: bool = False) -> None:
    """What a move must leave as it was in either direction."""
    before, after = _holds(old, nameless=nameless), _holds(new, nameless=nameless)
    for what, content in before.items():
        if content != after[what]:
            raise _refusal(what)


def _holds(both: Both, *, nameless: bool) -> dict[str, object]:
    ledger, archive = both
    every = (*_records(ledger), *_records(archive))
    return {
        "the items": [(item.id, item.title) for item in ledger.items],
        "the index": [outline.shape(row) for row in ledger.index],
        "the Last Updated line": ledger.last_updated and ledger.last_updated.value,
        "a line that is not read": Counter(u.text for u in (*ledger.unread, *archive.unread)),
        "the attempts": Counter(entry[1:] if nameless else entry for entry in every),
        # of several sections of an item that with the largest number counts
        "the next attempt's number": dict(sorted((item.id, item.highest) for item in ledger.items)),
    }


def _records(ledger: Ledger) -> Iterator[tuple[object, ...]]:
    """What all attempts say."""
    for item in ledger.items:
        yield from (_record(attempt, item) for attempt in item.attempts)
    yield from map(_record, ledger.loose)


def _record(attempt: Attempt, item: Item | None = None) -> tuple[object, ...]:
    """What an attempt says, its item first; but where an item need not say its ID, what it is
    called hangs on what else is in the file."""
    name = None if item and not dialects.is_sectioned(item) else attempt.item
    return (
        name,
        attempt.number,
        attempt.date,
        attempt.stamp,
        attempt.result,
        attempt.source,
        attempt.text,
    )


def _refusal(what: str) -> Refused:
    return unexpected_change(f"{what}, in a move")
